//! Reads the parts of the event that a plan needs.

use std::rc::Rc;

use claimsmith_core::expression::{Cause, Map, Value};
use claimsmith_core::words::Word;
use claimsmith_core::{Login, Plan, Secret, Target};
use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};

use crate::auth0::{JsApi, method, own_member};
use crate::convert::from_js_partly;

/// Takes over the parts of the event that the plan reads, and nothing else of it.
pub(crate) fn read_login(plan: &Plan, event: &JsValue, api: &JsApi) -> Login {
    let mut converted = Value::Null;
    for chain in &plan.event_reads {
        read_chain(&mut converted, chain, event);
    }
    let secrets = own_member(event, "secrets").unwrap_or(JsValue::UNDEFINED);
    let mut known = Vec::new();
    for name in &plan.secrets {
        if let Some(secret) = own_member(&secrets, name).and_then(|secret| secret.as_string()) {
            known.push((Rc::clone(name), Secret::new(secret)));
        }
    }
    let mut missing_targets = Vec::new();
    for target in Target::ALL {
        if plan.has_target(*target) && method(api, target.setter()).is_none() {
            missing_targets.push(*target);
        }
    }
    Login { event: converted, secrets: known.into(), missing_targets }
}

/// Takes over what a chain of members leads to from the event.
fn read_chain(into: &mut Value, chain: &[Rc<str>], event: &JsValue) {
    match chain.first() {
        None => *into = read_whole(event),
        Some(first) if &**first == "secrets" => {}
        Some(_) => copy(into, chain, event),
    }
}

/// Returns the event without its secrets.
fn read_whole(event: &JsValue) -> Value {
    let mut whole = Map::new();
    // `Object.keys` throws for what has none.
    if !event.is_object() {
        return Value::Null;
    }
    for name in Object::keys(event.unchecked_ref::<Object>()).iter().filter_map(|name| name.as_string()) {
        if name != "secrets" {
            let part = own_member(event, &name)
                .map_or(Value::Unavailable(Cause::Failed), |part| from_js_partly(&part));
            whole.insert(name.into(), part);
        }
    }
    whole.into()
}

/// Copies what a chain leads to, and the objects on the way.
fn copy(into: &mut Value, chain: &[Rc<str>], from: &JsValue) {
    // Only objects have members in JMESPath, and what is selected from nothing is nothing: where the way ends
    // early, its end is taken over.
    let next = chain.split_first().filter(|_| from.is_object() && !Array::is_array(from));
    let Some((name, rest)) = next else {
        *into = from_js_partly(from);
        return;
    };
    let mut members = into.as_object().cloned().unwrap_or_default();
    let mut copied = members.get(name).cloned().unwrap_or_default();
    match own_member(from, name) {
        Some(part) => copy(&mut copied, rest, &part),
        None => copied = Value::Unavailable(Cause::Failed),
    }
    members.insert(Rc::clone(name), copied);
    *into = members.into();
}
