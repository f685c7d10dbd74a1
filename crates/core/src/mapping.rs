//! Maps the answers of the sources to calls of `api`: claims, each whole or not at all, on top of what the
//! rules say.

use std::cmp::Reverse;
use std::rc::Rc;

use claimsmith_expression::text::concat;
use claimsmith_expression::{Budget, Faults, Value, sorted_order};

use crate::call::{Deadline, deadline_exceeded};
use crate::claim_type::has_unsafe_integer;
use crate::decision::Effect;
use crate::error::{Code, Error};
use crate::facts::{Means, View};
use crate::gathered::Gathered;
use crate::host::Host;
use crate::limits::{Room, held, refuse, room, too_large, weight};
use crate::plan::{ClaimPlan, Plan};
use crate::report::LeftOut;
use crate::rules::{Denial, RULE_STEPS, apply_rules};
use crate::target::Target;
use crate::template::{evaluate, not_evaluated};
use crate::text::claim_path;
use crate::words::Word;

/// For how long claims are built before other logins get on, in milliseconds.
const SLICE_MS: u32 = 20;

/// The bounds of building the claims of one login.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds<'a> {
    /// The targets that this login's api does not have.
    pub(crate) missing: &'a [Target],
    /// The budget that evaluations share.
    pub(crate) budget: &'a Budget,
    /// The time when the login must be decided. The clock is read between claims.
    pub(crate) deadline: Deadline,
}

/// The calls of `api` to make, with the gathered answers: errors, warnings and denials are added to those.
#[derive(Debug)]
pub(crate) struct Mapped<'a> {
    plan: &'a Plan,
    pub(crate) gathered: Gathered,
    pub(crate) effects: Vec<Effect>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) defaulted: Vec<LeftOut>,
    /// The denial by a rule.
    pub(crate) denial: Option<Denial>,
}

/// A claim on its way to one target.
struct Draft<'a> {
    claim: &'a ClaimPlan,
    target: Target,
    value: Value,
    bytes: usize,
    /// The claim's place in the configuration.
    place: usize,
    /// True where it is dropped for lack of room.
    is_shed: bool,
}

impl<'a> Mapped<'a> {
    /// Decides everything from what expressions see. Once the login is denied nothing more is evaluated.
    pub(crate) async fn map<H: Host>(
        plan: &'a Plan,
        gathered: Gathered,
        host: &H,
        bounds: Bounds<'_>,
    ) -> Mapped<'a> {
        let mut mapped = Mapped {
            plan,
            gathered,
            effects: Vec::new(),
            left_out: Vec::new(),
            defaulted: Vec::new(),
            denial: None,
        };
        if mapped.gathered.is_skipped {
            return mapped;
        }
        if let Some(reason) = mapped.gathered.denied_early.take() {
            mapped.denial = Some(Denial { reason, is_failure: false });
            return mapped;
        }
        let mut scopes = Vec::new();
        let budget = Budget::new(RULE_STEPS);
        mapped.add_values(&plan.rule_values, View::Strict, host, Bounds { budget: &budget, ..bounds }).await;
        mapped.denial = apply_rules(plan, &mut mapped.gathered, &budget, &mut scopes);
        if mapped.denial.is_none() && !mapped.gathered.denies {
            mapped.map_claims(host, bounds).await;
        }
        mapped.effects.append(&mut scopes);
        mapped
    }

    /// The most important claims come first, so that a budget or a deadline that is used up costs the others.
    /// Between two of them the other logins of the instance get on, where these have waited.
    async fn map_claims<H: Host>(&mut self, host: &H, bounds: Bounds<'_>) {
        let plan = self.plan;
        let priority = |place: usize| plan.claims.get(place).map(|claim| claim.priority);
        let order = sorted_order(plan.claims.len(), &|left, right| priority(right).cmp(&priority(left)));
        let mut drafts = Vec::new();
        let mut slice_end = Deadline::after(host, SLICE_MS);
        for place in order {
            let Some(claim) = plan.claims.get(place) else { continue };
            if slice_end.remaining_ms(host) == 0 {
                host.sleep(0).await;
                slice_end = Deadline::after(host, SLICE_MS);
            }
            self.add_values(&claim.values, View::Lenient, host, bounds).await;
            let scope = self.gathered.facts.seen(View::Lenient);
            let built = if bounds.deadline.remaining_ms(host) == 0 {
                Err(Unset::Failed(deadline_exceeded()))
            } else {
                match build_claim(claim, &scope, bounds.budget) {
                    Ok(value) => self.sign(claim, value, &scope, host, bounds).await,
                    Err(unset) => Err(unset),
                }
            };
            match built.or_else(|unset| self.take_default(claim, unset)) {
                Ok(value) => self.draft(&mut drafts, (place, claim), &value, &scope, bounds.missing),
                Err(unset) => self.leave_out(claim, None, unset),
            }
        }
        let scope = self.gathered.facts.seen(View::Lenient);
        for target in Target::ALL.iter().copied() {
            self.shed(&mut drafts, target, room(plan.limits, target, &held(target, &scope)));
        }
        // They are set in the order of the configuration.
        let place = |index: usize| drafts.get(index).map(|draft| draft.place);
        for index in sorted_order(drafts.len(), &|left, right| place(left).cmp(&place(right))) {
            let Some(Draft { claim, target, value, .. }) = drafts.get(index) else { continue };
            let (target, value) = (*target, value.clone());
            self.effects.push(Effect::SetClaim { target, name: Rc::clone(&claim.name), value });
        }
    }

    async fn add_values<H: Host>(&self, wanted: &[usize], view: View, host: &H, bounds: Bounds<'_>) {
        self.gathered.facts.add_values(self.plan, wanted, view, self.means(host, bounds)).await;
    }

    fn means<'m, H>(&'m self, host: &'m H, bounds: Bounds<'m>) -> Means<'m, H> {
        let Bounds { budget, deadline, .. } = bounds;
        Means { host, secrets: &self.gathered.secrets, budget, deadline }
    }

    /// The value, or the signature in its place.
    async fn sign<H: Host>(
        &self,
        claim: &ClaimPlan,
        value: Value,
        scope: &Value,
        host: &H,
        bounds: Bounds<'_>,
    ) -> Result<Value, Unset> {
        let Some(signing) = &claim.signing else { return Ok(value) };
        self.means(host, bounds).sign(signing, &value, scope).await.map_err(Unset::Failed)
    }

    /// The claim's default, wherever there is no value to set.
    fn take_default(&mut self, claim: &ClaimPlan, unset: Unset) -> Result<Value, Unset> {
        if claim.default.is_null() || matches!(unset, Unset::Condition | Unset::Undecided(_)) {
            return Err(unset);
        }
        let source = self.blamed(claim, &unset);
        self.defaulted.push(LeftOut {
            claim: (*claim.name).to_owned(),
            reason: unset.reason(),
            target: None,
            source,
        });
        checked(claim.default.clone())
    }

    /// The first failed source that the claim reads, where that is why it has no value.
    fn blamed(&self, claim: &ClaimPlan, unset: &Unset) -> Option<Rc<str>> {
        let (Unset::Failed(error) | Unset::Undecided(error)) = unset else { return None };
        if error.code != Code::Unavailable {
            return None;
        }
        let scope = self.gathered.facts.seen(View::Lenient);
        let mut names =
            claim.reads.iter().filter_map(|index| self.plan.sources.get(*index)).map(|source| &source.name);
        names.find(|name| scope.member(name).is_unavailable()).cloned()
    }

    fn draft(
        &mut self,
        drafts: &mut Vec<Draft<'a>>,
        (place, claim): (usize, &'a ClaimPlan),
        value: &Value,
        scope: &Value,
        missing: &[Target],
    ) {
        for target in claim.targets.iter().copied() {
            let held = held(target, scope);
            match refuse(target, missing.contains(&target), value, &held) {
                Some(error) => self.leave_out(claim, Some(target), Unset::Failed(error)),
                None => {
                    let bytes = weight(target, &claim.name, value, &held);
                    drafts.push(Draft { claim, target, value: value.clone(), bytes, place, is_shed: false });
                }
            }
        }
    }

    /// Takes claims from one target until the others fit: first what could not be there even alone, then
    /// from the lowest priority up, and of one priority the larger first.
    fn shed(&mut self, drafts: &mut Vec<Draft<'_>>, target: Target, room: Room) {
        let (mut total, mut count) = (0_usize, 0);
        for draft in drafts.iter().filter(|draft| draft.target == target) {
            total = total.saturating_add(draft.bytes);
            count += 1;
        }
        // Most logins have room, and pay for no order.
        if room.holds(total, count) {
            return;
        }
        let rank = |index: usize| {
            let draft = drafts.get(index)?;
            Some((
                draft.target != target,
                draft.bytes <= room.bytes,
                draft.claim.priority,
                Reverse((draft.bytes, index)),
            ))
        };
        let order = sorted_order(drafts.len(), &|left, right| rank(left).cmp(&rank(right)));
        for index in order {
            let Some(draft) = drafts.get_mut(index).filter(|_| !room.holds(total, count)) else { break };
            draft.is_shed = true;
            total = total.saturating_sub(draft.bytes);
            count -= 1;
            self.leave_out(draft.claim, Some(target), Unset::Failed(too_large(target)));
        }
        drafts.retain(|draft| !draft.is_shed);
    }

    fn leave_out(&mut self, claim: &ClaimPlan, target: Option<Target>, unset: Unset) {
        let source = self.blamed(claim, &unset);
        let is_explained = source.is_some();
        self.left_out.push(LeftOut {
            claim: (*claim.name).to_owned(),
            reason: unset.reason(),
            target,
            source,
        });
        let place = claim_path(&claim.name);
        let is_condition = matches!(unset, Unset::Condition);
        // The source's failure is an error of its own already.
        if let (Unset::Failed(error) | Unset::Undecided(error), false) = (unset, is_explained) {
            self.gathered.errors.push(error.at(&place));
        }
        if claim.required && !is_condition {
            self.gathered.denies = true;
            let error = Error::new(Code::ClaimMissing, "the claim is required and has no value");
            self.gathered.errors.push(error.at(&place));
        }
    }
}

/// The reason why a claim is not set.
enum Unset {
    /// Its `when` does not hold.
    Condition,
    /// Its `when` cannot be decided.
    Undecided(Error),
    /// Its value is null.
    Null,
    /// It has no value, or one that must not be set.
    Failed(Error),
}

impl Unset {
    fn reason(&self) -> &'static str {
        match self {
            Unset::Condition => "when",
            Unset::Null => "null",
            Unset::Failed(error) | Unset::Undecided(error) => error.code.as_str(),
        }
    }
}

fn build_claim(claim: &ClaimPlan, scope: &Value, budget: &Budget) -> Result<Value, Unset> {
    if let Some(when) = &claim.when {
        let decision = when.holds(scope, budget, Faults::End);
        if !decision.map_err(|error| Unset::Undecided(not_evaluated(&error)))? {
            return Err(Unset::Condition);
        }
    }
    let value = evaluate(&claim.value, scope, budget).map_err(Unset::Failed)?;
    if value.is_null() {
        return Err(Unset::Null);
    }
    if let Some(kind) = claim.kind.filter(|kind| !kind.fits(&value)) {
        let message =
            concat(&["the value must be `", kind.as_str(), "`, and is of type ", value.type_name()]);
        return Err(Unset::Failed(Error::new(Code::ClaimTypeMismatch, message)));
    }
    checked(value)
}

/// A value whose integers JavaScript would not round.
fn checked(value: Value) -> Result<Value, Unset> {
    if has_unsafe_integer(&value) {
        let message = "an integer beyond 2^53 - 1 would be rounded; turn it into text with `to_string(…)`";
        return Err(Unset::Failed(Error::new(Code::UnsafeInteger, message)));
    }
    Ok(value)
}
