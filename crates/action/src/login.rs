//! Takes over the parts of the event that a plan needs, which `js-shim/src/event.js` has read.

use std::rc::Rc;

use claimsmith_core::expression::json::{Unreadable, read_with};
use claimsmith_core::expression::text::{find, split};
use claimsmith_core::expression::{Cause, Value};
use claimsmith_core::words::Word;
use claimsmith_core::{Login, Plan, Secret, Target};

/// Returns what is to be read for each login, as JSON: chains of members of the event; names of secrets; for each target
/// of claims the owner and the name of its method of `api`, null where the plan has no such claim.
pub(crate) fn reads(plan: &Plan) -> String {
    let mut chains = Vec::new();
    for chain in &plan.event_reads {
        chains.push(list(chain));
    }
    let mut setters = Vec::new();
    for target in Target::ALL {
        let (owner, name) = target.setter();
        let is_needed = plan.has_target(*target);
        setters.push(if is_needed { Value::from(vec![owner.into(), name.into()]) } else { Value::Null });
    }
    Value::from(vec![chains.into(), list(&plan.secrets), setters.into()]).to_json()
}

fn list(names: &[Rc<str>]) -> Value {
    let mut list = Vec::new();
    for name in names {
        list.push(Value::String(Rc::clone(name)));
    }
    list.into()
}

/// Reads what was read: a line of JSON for each of the above. Of a chain there are two: how many of its members lead to
/// something, and what.
pub(crate) fn read_login(plan: &Plan, lines: &str) -> Login {
    let mut rest = lines;
    let mut next = || {
        let (line, behind) = split(rest, find(rest, b"\n").unwrap_or(rest.len()));
        rest = behind.get(1..).unwrap_or_default();
        // What cannot be read stands as a number that no double holds.
        read_with(line.as_bytes(), Unreadable::PartsAreUnavailable)
            .unwrap_or(Value::Unavailable(Cause::Failed))
    };
    let mut login = Login::default();
    for chain in &plan.event_reads {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
        let steps = next().as_number().map_or(0.0, |steps| steps.as_f64()) as usize;
        login.put(chain.get(..steps).unwrap_or_default(), next());
    }
    let mut known = Vec::new();
    for name in &plan.secrets {
        if let Value::String(secret) = next() {
            known.push((Rc::clone(name), Secret::new(secret)));
        }
    }
    login.secrets = known.into();
    for target in Target::ALL {
        if next() == Value::Bool(false) {
            login.missing_targets.push(*target);
        }
    }
    login
}
