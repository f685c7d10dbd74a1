//! From what the sources said to what is to be done to `api`: claims, each whole or not at all, scopes,
//! and whether the login goes on.

use std::cmp::Reverse;
use std::rc::Rc;

use claimsmith_expression::text::{concat, decimal};
use claimsmith_expression::{Expression, Value};

use crate::claim::{TARGETS, Target, fits, has_unsafe_integer};
use crate::config::{ClaimConfig, Config, claim_path};
use crate::enrich::Effect;
use crate::error::{Code, Error};
use crate::gather::Gathered;
use crate::limits::{Room, held, refuse, too_large, weight};
use crate::report::LeftOut;
use crate::template::evaluate;

/// What is to be done, on top of what was gathered: errors, warnings and denials are added to those.
#[derive(Debug)]
pub(crate) struct Mapped {
    pub(crate) gathered: Gathered,
    pub(crate) effects: Vec<Effect>,
    pub(crate) left_out: Vec<LeftOut>,
    /// What the user reads where a rule denies the login.
    pub(crate) denial: Option<Rc<str>>,
}

/// A claim on its way to one target.
struct Draft<'a> {
    claim: &'a ClaimConfig,
    target: Target,
    value: Value,
    bytes: usize,
}

impl Mapped {
    /// Decides everything from what expressions see. `missing` are the targets that this login's api does
    /// not have.
    pub(crate) fn map(config: &Config, gathered: Gathered, missing: &[Target]) -> Mapped {
        let scope = gathered.scope.clone();
        let mut mapped = Mapped { gathered, effects: Vec::new(), left_out: Vec::new(), denial: None };
        if mapped.gathered.is_own {
            let warning = "the token is one that this configuration asks for, and is left as it is";
            mapped.gathered.warnings.push(warning.to_owned());
            return mapped;
        }
        mapped.map_claims(config, &scope, missing);
        mapped.map_scopes(config, &scope);
        mapped.map_denial(config, &scope);
        mapped
    }

    fn map_claims(&mut self, config: &Config, scope: &Value, missing: &[Target]) {
        let mut drafts = Vec::new();
        for claim in &config.claims {
            match build_claim(claim, scope) {
                Ok(value) => self.draft(&mut drafts, claim, &value, scope, missing),
                Err(unset) => self.leave_out(claim, None, unset),
            }
        }
        for target in TARGETS {
            self.shed(&mut drafts, target, config.limits.room(target, &held(target, scope)));
        }
        for Draft { claim, target, value, .. } in drafts {
            self.effects.push(Effect::SetClaim { target, name: Rc::clone(&claim.name), value });
        }
    }

    fn draft<'a>(
        &mut self,
        drafts: &mut Vec<Draft<'a>>,
        claim: &'a ClaimConfig,
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
                    drafts.push(Draft { claim, target, value: value.clone(), bytes });
                }
            }
        }
    }

    /// Takes claims from one target until the others fit: first what could not be there even alone, then
    /// from the lowest priority up, and of one priority the larger first.
    fn shed(&mut self, drafts: &mut Vec<Draft<'_>>, target: Target, room: Room) {
        loop {
            let (mut total, mut count) = (0_usize, 0);
            let mut first = None;
            for (index, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.target == target) {
                total = total.saturating_add(draft.bytes);
                count += 1;
                let rank = (draft.bytes <= room.bytes, draft.claim.priority, Reverse((draft.bytes, index)));
                if first.as_ref().is_none_or(|(known, _)| rank < *known) {
                    first = Some((rank, index));
                }
            }
            let Some((_, index)) = first.filter(|_| !room.holds(total, count)) else { return };
            self.leave_out(drafts.remove(index).claim, Some(target), Unset::Failed(too_large(target)));
        }
    }

    fn leave_out(&mut self, claim: &ClaimConfig, target: Option<Target>, unset: Unset) {
        self.left_out.push(LeftOut { claim: (*claim.name).to_owned(), reason: unset.reason(), target });
        let place = claim_path(&claim.name);
        let is_condition = matches!(unset, Unset::Condition);
        if let Unset::Failed(error) = unset {
            self.gathered.errors.push(error.at(&place));
        }
        if claim.required && !is_condition {
            self.gathered.denies = true;
            let error = Error::new(Code::ClaimMissing, "the claim is required and has no value");
            self.gathered.errors.push(error.at(&place));
        }
    }

    fn map_scopes(&mut self, config: &Config, scope: &Value) {
        for (index, rule) in config.scopes.iter().enumerate() {
            match holds(rule.when.as_ref(), scope) {
                Ok(false) => {}
                Ok(true) => {
                    let scope = Rc::clone(&rule.scope);
                    self.effects.push(Effect::ChangeScope { scope, adds: rule.adds });
                }
                Err(error) => self.gathered.errors.push(error.at(&rule_path("scopes", index))),
            }
        }
    }

    /// The first rule that holds denies the login. A rule speaks from answers: where a source that it
    /// reads has none, `!profile.active` would hold for everybody, so what is to happen then is for the
    /// source's `on_error` to say.
    fn map_denial(&mut self, config: &Config, scope: &Value) {
        for (index, rule) in config.deny.iter().enumerate() {
            let place = rule_path("deny", index);
            match holds(Some(&rule.when), scope) {
                Ok(false) => {}
                Ok(true) => {
                    let speaks = rule.sources.iter().all(|source| self.gathered.is_answered(*source));
                    let says = if speaks {
                        "` holds"
                    } else {
                        "` reads a source without an answer, and denies nobody"
                    };
                    self.gathered.warnings.push(concat(&["`", &place, says]));
                    if speaks {
                        self.denial = Some(Rc::clone(&rule.reason));
                        return;
                    }
                }
                Err(error) => {
                    self.gathered.denies |= rule.denies_on_failure;
                    self.gathered.errors.push(error.at(&place));
                }
            }
        }
    }
}

/// Why a claim is not set.
enum Unset {
    /// Its `when` does not hold.
    Condition,
    /// Its value is null, and so is its default.
    Null,
    /// It has a value that must not be set.
    Failed(Error),
}

impl Unset {
    fn reason(&self) -> &'static str {
        match self {
            Unset::Condition => "when",
            Unset::Null => "null",
            Unset::Failed(error) => error.code.as_str(),
        }
    }
}

fn build_claim(claim: &ClaimConfig, scope: &Value) -> Result<Value, Unset> {
    if !holds(claim.when.as_ref(), scope).map_err(Unset::Failed)? {
        return Err(Unset::Condition);
    }
    let mut value = evaluate(&claim.value, scope).map_err(Unset::Failed)?;
    if value.is_null() {
        value = claim.default.clone();
    }
    if value.is_null() {
        return Err(Unset::Null);
    }
    if let Some(kind) = claim.kind.filter(|kind| !fits(&value, *kind)) {
        let message =
            concat(&["the value must be `", kind.as_str(), "`, and is of type ", value.type_name()]);
        return Err(Unset::Failed(Error::new(Code::ClaimTypeMismatch, message)));
    }
    if has_unsafe_integer(&value) {
        let message = "an integer beyond 2^53 - 1 would be rounded; turn it into text with `to_string(…)`";
        return Err(Unset::Failed(Error::new(Code::UnsafeInteger, message)));
    }
    Ok(value)
}

/// Whether a condition holds, as JMESPath counts values as true. None always holds.
fn holds(when: Option<&Expression>, scope: &Value) -> Result<bool, Error> {
    when.map_or(Ok(true), |when| Ok(evaluate(when, scope)?.is_truthy()))
}

fn rule_path(list: &str, index: usize) -> String {
    concat(&[list, "[", &decimal(index), "]"])
}
