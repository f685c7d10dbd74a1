//! Maps the answers of the sources to calls of `api`: claims, each whole or not at all, on top of what the
//! rules say.

use std::cmp::Reverse;
use std::rc::Rc;

use claimsmith_expression::text::concat;
use claimsmith_expression::{Budget, Faults, IS_FAST, Value, sorted_order};

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
use crate::rules::{Denial, Steps, apply_rules};
use crate::target::Target;
use crate::template::{Inputs, evaluate, not_evaluated};
use crate::text::{claim_path, one_line, rule_path};
use crate::words::Word;

/// For how long claims are built before other logins get on, in milliseconds.
const SLICE_MS: u32 = 20;

/// The characters of a claim's name that a report shows.
const MAX_SHOWN: usize = 255;

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
    name: Rc<str>,
    target: Target,
    /// Its value; null where there is none, and the name is kept from members that are spread.
    value: Value,
    /// What it takes of the target's room.
    weight: Room,
    /// The claim's place in the configuration.
    place: usize,
    /// True where it is not set after all.
    is_dropped: bool,
}

impl Draft<'_> {
    fn is_set(&self) -> bool {
        !self.is_dropped && !self.value.is_null()
    }
}

impl<'a> Mapped<'a> {
    /// Decides everything from what expressions see. Once the login is denied nothing more is evaluated, but the claims
    /// that are set all the same.
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
        let mut effects = Vec::new();
        mapped.denial = match mapped.gathered.denied_early.take() {
            Some(reason) => Some(Denial { reason, is_failure: false }),
            None => {
                let steps = Steps::new();
                for view in [View::Strict, View::Lenient] {
                    let bounds = Bounds { budget: &steps.shared, ..bounds };
                    mapped.add_values(&plan.rule_values, view, host, bounds).await;
                }
                apply_rules(plan, &mut mapped.gathered, (steps, host.now_ms()), &mut effects)
            }
        };
        mapped.map_claims(host, bounds).await;
        // A claim that is missing denies: of what the rules decided nothing is left.
        if mapped.denial.is_none() && mapped.gathered.denies {
            effects.clear();
        }
        effects.append(&mut mapped.effects);
        mapped.effects = effects;
        mapped
    }

    fn is_denied(&self) -> bool {
        self.denial.is_some() || self.gathered.denies
    }

    /// The most important claims come first, so that a budget or a deadline that is used up costs the others.
    /// Between two of them the other logins of the instance get on, where these have waited.
    async fn map_claims<H: Host>(&mut self, host: &H, bounds: Bounds<'_>) {
        let plan = self.plan;
        let was_denied = self.is_denied();
        let priority = |place: usize| plan.claims.get(place).map(|claim| claim.priority);
        let order = sorted_order(plan.claims.len(), &|left, right| priority(right).cmp(&priority(left)));
        let mut drafts = Vec::new();
        let mut now_ms = host.monotonic_ms();
        let mut slice_end = Deadline::from(now_ms, SLICE_MS);
        let mut is_first = true;
        for place in order {
            let Some(claim) = plan.claims.get(place).filter(|claim| claim.if_denied || !was_denied) else {
                continue;
            };
            if !std::mem::take(&mut is_first) {
                now_ms = host.monotonic_ms();
            }
            if slice_end.is_over_at(now_ms) {
                host.sleep(0).await;
                now_ms = host.monotonic_ms();
                slice_end = Deadline::from(now_ms, SLICE_MS);
            }
            self.add_values(&claim.values, View::Lenient, host, bounds).await;
            let scope = self.gathered.facts.seen(View::Lenient);
            let inputs = Inputs { scope: &scope, secrets: &self.gathered.secrets, budget: bounds.budget };
            let named = claim.name.render(inputs).map(Rc::<str>::from);
            let name = named.as_ref().ok().or(claim.written.as_ref()).cloned().unwrap_or_else(|| "".into());
            let built = if bounds.deadline.is_over_at(now_ms) {
                Err(Unset::Failed(deadline_exceeded()))
            } else {
                match build_claim(claim, &scope, bounds.budget) {
                    Ok(value) => self.sign(claim, value, &scope, host, bounds).await,
                    Err(unset) => Err(unset),
                }
            };
            let built = built.or_else(|unset| self.take_default(claim, &name, unset));
            match built.and_then(|value| named.map(|_| value).map_err(Unset::Failed)) {
                Ok(value) if claim.spreads => {
                    self.spread(&mut drafts, (place, claim, &name), &value, &scope, bounds.missing);
                }
                Ok(value) => self.draft(&mut drafts, (place, claim, &name), &value, &scope, bounds.missing),
                Err(unset) => {
                    self.leave_out(claim, &name, None, unset);
                    keep_name(&mut drafts, (place, claim, &name), &claim.targets);
                }
            }
        }
        self.set_claims(drafts);
    }

    /// Sets those of the drafts that may be, in the order of the configuration.
    fn set_claims(&mut self, mut drafts: Vec<Draft<'a>>) {
        let plan = self.plan;
        if plan.claims.iter().any(|claim| claim.fixed_name().is_none() || claim.entry.is_some()) {
            self.drop_equal_names(&mut drafts);
        }
        let scope = self.gathered.facts.seen(View::Lenient);
        for target in Target::ALL.iter().copied() {
            // What is held there is not measured where nothing comes to it.
            if !IS_FAST || drafts.iter().any(|draft| draft.target == target) {
                self.shed(&mut drafts, target, room(plan.limits, target, &held(target, &scope)));
            }
        }
        let is_denied = self.is_denied();
        let place = |index: usize| drafts.get(index).map(|draft| draft.place);
        for index in sorted_order(drafts.len(), &|left, right| place(left).cmp(&place(right))) {
            let Some(draft) = drafts.get(index) else { continue };
            if draft.is_set() && (draft.claim.if_denied || !is_denied) {
                let (target, value) = (draft.target, draft.value.clone());
                self.effects.push(Effect::SetClaim { target, name: Rc::clone(&draft.name), value });
            }
        }
    }

    async fn add_values<H: Host>(&self, wanted: &[usize], view: View, host: &H, bounds: Bounds<'_>) {
        if wanted.is_empty() {
            return;
        }
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
    fn take_default(&mut self, claim: &ClaimPlan, name: &str, unset: Unset) -> Result<Value, Unset> {
        if claim.default.is_null() || matches!(unset, Unset::Condition | Unset::Undecided(_)) {
            return Err(unset);
        }
        let source = self.blamed(claim, &unset);
        self.defaulted.push(LeftOut { claim: name.to_owned(), reason: unset.reason(), target: None, source });
        checked(claim.default.clone())
    }

    /// The first failed source that the claim reads, where that is why it has no value.
    fn blamed(&self, claim: &ClaimPlan, unset: &Unset) -> Option<Rc<str>> {
        let (Unset::Failed(error) | Unset::Undecided(error)) = unset else { return None };
        if error.code != Code::Unavailable {
            return None;
        }
        let scope = self.gathered.facts.seen(View::Lenient);
        for index in &claim.reads {
            if let Some(source) = self.plan.sources.get(*index)
                && scope.member(&source.name).is_unavailable()
            {
                return Some(Rc::clone(&source.name));
            }
        }
        None
    }

    /// Drafts a claim of its own for each member of the value.
    fn spread(
        &mut self,
        drafts: &mut Vec<Draft<'a>>,
        (place, claim, prefix): (usize, &'a ClaimPlan, &str),
        value: &Value,
        scope: &Value,
        missing: &[Target],
    ) {
        let Some(members) = value.as_object() else {
            let message = concat(&["`spread` takes an object, and the value is of type ", value.type_name()]);
            let error = Error::new(Code::ClaimTypeMismatch, message);
            return self.leave_out(claim, prefix, None, Unset::Failed(error));
        };
        let mut count = 0;
        for value in members.values() {
            count += usize::from(!value.is_null());
        }
        if count > ClaimPlan::MAX_SPREAD {
            let error = Error::new(Code::ClaimsTooLarge, "the object has more than 50 members");
            return self.leave_out(claim, prefix, None, Unset::Failed(error));
        }
        for (key, value) in members.iter() {
            if value.is_null() {
                continue;
            }
            let name: Rc<str> = concat(&[prefix, key]).into();
            let checked = if key.is_empty() {
                Err(Unset::Failed(Error::new(Code::ConfigInvalid, "a member without a name is no claim")))
            } else {
                checked(value.clone())
            };
            match checked {
                Ok(value) => self.draft(drafts, (place, claim, &name), &value, scope, missing),
                Err(unset) => self.leave_out(claim, &name, None, unset),
            }
        }
    }

    fn draft(
        &mut self,
        drafts: &mut Vec<Draft<'a>>,
        (place, claim, name): (usize, &'a ClaimPlan, &Rc<str>),
        value: &Value,
        scope: &Value,
        missing: &[Target],
    ) {
        for target in claim.targets.iter().copied() {
            let held = held(target, scope);
            // Other names were checked when the plan was compiled.
            let refused = if claim.fixed_name().is_some() { None } else { target.refuses_name(name) };
            let refused = match refused {
                Some((code, reason)) => Some(Error::new(code, concat(&["`", &shown(name), "` ", reason]))),
                None => refuse(target, missing.contains(&target), value, &held),
            };
            match refused {
                Some(error) => {
                    self.leave_out(claim, name, Some(target), Unset::Failed(error));
                    keep_name(drafts, (place, claim, name), &[target]);
                }
                None => {
                    let (name, weight) = (Rc::clone(name), weight(target, name, value, &held));
                    let value = value.clone();
                    drafts.push(Draft { claim, name, target, value, weight, place, is_dropped: false });
                }
            }
        }
    }

    /// Drops all but one of those of the same name and target: the first one that is named, whatever is spread.
    // A part of the engine by itself: js-shim/parts.js.
    #[inline(never)]
    fn drop_equal_names(&mut self, drafts: &mut Vec<Draft<'_>>) {
        let key = |index: usize| {
            let draft = drafts.get(index)?;
            let rank = if draft.claim.spreads { 2 } else { u8::from(draft.value.is_null()) };
            Some((&draft.name, draft.target.as_str(), rank, draft.place))
        };
        let order = sorted_order(drafts.len(), &|left, right| key(left).cmp(&key(right)));
        let mut last: Option<(Rc<str>, Target)> = None;
        for index in order {
            let Some(draft) = drafts.get_mut(index) else { continue };
            let is_equal =
                last.as_ref().is_some_and(|(name, target)| *name == draft.name && *target == draft.target);
            last = Some((Rc::clone(&draft.name), draft.target));
            if is_equal && !draft.value.is_null() {
                draft.is_dropped = true;
                self.leave_out(draft.claim, &draft.name, Some(draft.target), Unset::Taken);
            }
        }
    }

    /// Takes claims from one target until the others fit: first what could not be there even alone, then
    /// from the lowest priority up, and of one priority the larger first.
    fn shed(&mut self, drafts: &mut Vec<Draft<'_>>, target: Target, room: Room) {
        let mut total = Room::default();
        for draft in drafts.iter() {
            if draft.target == target && draft.is_set() {
                total.add(draft.weight);
            }
        }
        // Most logins have room, and pay for no order.
        if room.holds(total) {
            return;
        }
        let rank = |index: usize| {
            let draft = drafts.get(index)?;
            let bytes = draft.weight.bytes;
            Some((draft.target != target, bytes <= room.bytes, draft.claim.priority, Reverse((bytes, index))))
        };
        let order = sorted_order(drafts.len(), &|left, right| rank(left).cmp(&rank(right)));
        for index in order {
            let Some(draft) = drafts.get_mut(index).filter(|_| !room.holds(total)) else { break };
            draft.is_dropped = true;
            total.bytes = total.bytes.saturating_sub(draft.weight.bytes);
            total.count = total.count.saturating_sub(draft.weight.count);
            self.leave_out(draft.claim, &draft.name, Some(target), Unset::Failed(too_large(target)));
        }
    }

    fn leave_out(&mut self, claim: &ClaimPlan, name: &str, target: Option<Target>, unset: Unset) {
        let source = self.blamed(claim, &unset);
        let is_explained = source.is_some();
        self.left_out.push(LeftOut { claim: shown(name), reason: unset.reason(), target, source });
        let mut place = claim_path(claim.written.as_deref().or(claim.fixed_name()).unwrap_or(name));
        if let Some(entry) = claim.entry {
            place = rule_path(&place, entry);
        }
        let denies = match unset {
            Unset::Condition | Unset::Taken => false,
            // A member that is not set is no claim that is missing.
            Unset::Null | Unset::Undecided(_) | Unset::Failed(_) => !claim.spreads || target.is_none(),
        };
        // The source's failure is an error of its own already.
        if let (Unset::Failed(error) | Unset::Undecided(error), false) = (unset, is_explained) {
            self.gathered.errors.push(error.at(&place));
        }
        if claim.required && denies {
            self.gathered.denies = true;
            let error = Error::new(Code::ClaimMissing, "the claim is required and has no value");
            self.gathered.errors.push(error.at(&place));
        }
    }
}

/// Keeps the name of a claim that is not set from members that are spread: what the configuration left out must not come
/// from a user's data.
fn keep_name<'a>(
    drafts: &mut Vec<Draft<'a>>,
    (place, claim, name): (usize, &'a ClaimPlan, &Rc<str>),
    targets: &[Target],
) {
    if !claim.spreads {
        for target in targets.iter().copied() {
            let (name, value, weight) = (Rc::clone(name), Value::Null, Room::default());
            drafts.push(Draft { claim, name, target, value, weight, place, is_dropped: false });
        }
    }
}

/// A name as reports show it: a member of an answer may have one of any length.
fn shown(name: &str) -> String {
    one_line(name, MAX_SHOWN)
}

/// The reason why a claim is not set.
enum Unset {
    /// Its `when` does not hold.
    Condition,
    /// Its `when` cannot be decided.
    Undecided(Error),
    /// Another claim has its name.
    Taken,
    /// Its value is null.
    Null,
    /// It has no value, or one that must not be set.
    Failed(Error),
}

impl Unset {
    fn reason(&self) -> &'static str {
        match self {
            Unset::Condition => "when",
            Unset::Taken => "taken",
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
    // Members that are spread are checked one by one.
    if claim.spreads { Ok(value) } else { checked(value) }
}

/// A value whose integers JavaScript would not round.
fn checked(value: Value) -> Result<Value, Unset> {
    if has_unsafe_integer(&value) {
        let message = "an integer beyond 2^53 - 1 would be rounded; turn it into text with `to_string(…)`";
        return Err(Unset::Failed(Error::new(Code::UnsafeInteger, message)));
    }
    Ok(value)
}
