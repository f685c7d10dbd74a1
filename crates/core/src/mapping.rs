//! From what the sources said to what is to be done to `api`: the claims, each whole or not at all.

use std::rc::Rc;

use claimsmith_expression::Value;

use crate::claim::{fits, has_unsafe_integer};
use crate::config::{ClaimConfig, Config, claim_path};
use crate::enrich::Effect;
use crate::error::{Code, Error};
use crate::report::{ClaimsReport, LeftOut};
use crate::template::evaluate;

/// What is to be done, and what stood in the way.
#[derive(Debug, Default)]
pub(crate) struct Mapped {
    pub(crate) effects: Vec<Effect>,
    pub(crate) claims: ClaimsReport,
    pub(crate) errors: Vec<Error>,
    /// Whether a claim has no value that the login must not be without.
    pub(crate) denies: bool,
}

/// Builds every claim from what expressions see. Nothing is applied yet.
pub(crate) fn map(config: &Config, scope: &Value) -> Mapped {
    let mut mapped = Mapped::default();
    for claim in &config.claims {
        match build_claim(claim, scope) {
            Ok(value) => mapped.set(claim, &value),
            Err(missing) => mapped.leave_out(claim, missing),
        }
    }
    mapped
}

impl Mapped {
    fn set(&mut self, claim: &ClaimConfig, value: &Value) {
        self.claims.set.push(claim.name.to_string());
        for target in &claim.targets {
            let (name, value) = (Rc::clone(&claim.name), value.clone());
            self.effects.push(Effect::SetClaim { target: *target, name, value });
        }
    }

    fn leave_out(&mut self, claim: &ClaimConfig, missing: Missing) {
        self.claims.left_out.push(LeftOut { claim: claim.name.to_string(), reason: missing.reason() });
        let place = claim_path(&claim.name);
        let is_condition = matches!(missing, Missing::Condition);
        if let Missing::Failed(error) = missing {
            self.errors.push(error.at(&place));
        }
        if claim.required && !is_condition {
            self.denies = true;
            let error = Error::new(Code::ClaimMissing, "the claim is required and has no value");
            self.errors.push(error.at(&place));
        }
    }
}

/// Why a claim has no value.
enum Missing {
    /// Its `when` does not hold.
    Condition,
    /// Its value is null, and so is its default.
    Null,
    /// It has a value that must not be set.
    Failed(Error),
}

impl Missing {
    fn reason(&self) -> &'static str {
        match self {
            Missing::Condition => "when",
            Missing::Null => "null",
            Missing::Failed(error) => error.code.as_str(),
        }
    }
}

fn build_claim(claim: &ClaimConfig, scope: &Value) -> Result<Value, Missing> {
    if let Some(when) = &claim.when
        && !evaluate(when, scope).map_err(Missing::Failed)?.is_truthy()
    {
        return Err(Missing::Condition);
    }
    let mut value = evaluate(&claim.value, scope).map_err(Missing::Failed)?;
    if value.is_null() {
        value = claim.default.clone();
    }
    if value.is_null() {
        return Err(Missing::Null);
    }
    if let Some(kind) = claim.kind.filter(|kind| !fits(&value, *kind)) {
        let message = format!("the value must be `{}`, and is of type {}", kind.as_str(), value.type_name());
        return Err(Missing::Failed(Error::new(Code::ClaimTypeMismatch, message)));
    }
    if has_unsafe_integer(&value) {
        let message = "an integer beyond 2^53 - 1 would be rounded; turn it into text with `to_string(…)`";
        return Err(Missing::Failed(Error::new(Code::UnsafeInteger, message)));
    }
    Ok(value)
}
