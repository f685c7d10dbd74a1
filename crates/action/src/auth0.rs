//! Auth0's `event` and `api`, as far as the engine touches them.

use claimsmith_core::expression::{Map, Number, Value};
use claimsmith_core::mfa::{Factor, Mfa};
use claimsmith_core::{Change, Decision, Effect, Report, Trigger};
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;

use crate::convert::{parse, to_js};

#[wasm_bindgen]
extern "C" {
    /// The `api` of a trigger.
    pub type JsApi;

    #[wasm_bindgen(method, getter, catch)]
    fn cache(this: &JsApi) -> Result<Option<Cache>, JsValue>;

    /// `api.cache`.
    pub(crate) type Cache;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Cache, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn set(this: &Cache, key: &str, value: &str, options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn delete(this: &Cache, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = Object, js_name = hasOwn, catch)]
    fn has_own(value: &JsValue, name: &str) -> Result<bool, JsValue>;
}

/// Applies the decision; records rejected calls.
///
/// # Errors
/// The error that `api` threw where the login is to be denied and is not. The login must fail then, or it would go on.
pub(crate) fn apply(api: &JsApi, trigger: Trigger, decision: &mut Decision) -> Result<(), JsValue> {
    let mut refused = Vec::new();
    let mut denied = Ok(());
    let mut index = 0;
    while let Some(effect) = decision.effects.get(index) {
        let (place, arguments) = call_of(effect, trigger);
        let thrown = match method(api, place).map(|(owner, method)| method.apply(&owner, &arguments)) {
            Some(Ok(returned)) if !is_error(&returned) => None,
            Some(Ok(returned) | Err(returned)) => Some(returned),
            None => Some(JsValue::UNDEFINED),
        };
        if let Some(thrown) = thrown {
            refused.push(index);
            match effect {
                Effect::Deny { .. } => denied = Err(thrown),
                // The login would go on without its further factor.
                Effect::DemandMfa { is_required: true, .. } => decision.deny_after(index),
                Effect::DemandMfa { .. }
                | Effect::SetClaim { .. }
                | Effect::ChangeScope { .. }
                | Effect::ChangeSession { .. } => {}
            }
        }
        index += 1;
    }
    decision.note_refused(&refused);
    denied
}

/// Returns the method below `api` that does this, and its arguments.
fn call_of(effect: &Effect, trigger: Trigger) -> ((&'static str, &'static str), Array) {
    match effect {
        Effect::SetClaim { target, name, value } => {
            (target.setter(), list(&[(&**name).into(), to_js(value)]))
        }
        Effect::ChangeScope { scope, adds } => (trigger.scope_setter(*adds), list(&[(&**scope).into()])),
        Effect::ChangeSession { subject, change, .. } => {
            let (method, argument) = match change {
                Change::ExpiresAt(at_ms) => ("setExpiresAt", JsValue::from_f64(*at_ms)),
                Change::IdleExpiresAt(at_ms) => ("setIdleExpiresAt", JsValue::from_f64(*at_ms)),
                Change::Revoke(reason) => ("revoke", JsValue::from_str(reason)),
            };
            ((subject.owner(), method), list(&[argument]))
        }
        Effect::DemandMfa { mfa, .. } => match mfa {
            Mfa::Enable(provider, remembers) => {
                let arguments = list(&[provider.as_str().into()]);
                if let Some(remembers) = remembers {
                    arguments.push(&parse(if *remembers {
                        "{\"allowRememberBrowser\":true}"
                    } else {
                        "{\"allowRememberBrowser\":false}"
                    }));
                }
                (("multifactor", "enable"), arguments)
            }
            Mfa::Challenge(factors) => (("authentication", "challengeWithAny"), factor_list(factors)),
            Mfa::Enroll(factors) => (("authentication", "enrollWithAny"), factor_list(factors)),
        },
        Effect::Deny { reason, is_failure } => (("access", "deny"), denial(trigger, reason, *is_failure)),
    }
}

/// Returns the one argument by which `api` takes factors: a list of `{ type }`.
fn factor_list(factors: &[Factor]) -> Array {
    let mut json = String::new();
    for factor in factors {
        json.push_str(if json.is_empty() { "[{\"type\":\"" } else { ",{\"type\":\"" });
        json.push_str(factor.as_str());
        json.push_str("\"}");
    }
    json.push(']');
    list(&[parse(&json)])
}

/// Returns whether a call of `api` returned an error: for some limits it throws, for others it returns one.
fn is_error(returned: &JsValue) -> bool {
    member(returned, "type").as_string().as_deref() == Some("error")
}

/// Calls `done` with the log line of an execution, and the report where that is wanted. Where a denial could not be
/// carried out, an array follows with the error that `api` threw.
pub(crate) fn tell(done: &Function, report: &Report, wants_report: bool, denied: Result<(), JsValue>) {
    let shown = if wants_report { parse(&report.to_json()) } else { JsValue::UNDEFINED };
    let told = list(&[report.line().into(), shown]);
    if let Err(thrown) = denied {
        told.push(&list(&[thrown]));
    }
    // It settles a promise, which does not throw.
    let _ = done.apply(&JsValue::UNDEFINED, &told);
}

/// Returns the arguments of `api.access.deny`. A machine reads a code of OAuth (RFC 6749 §5.2) before the reason.
pub(crate) fn denial(trigger: Trigger, reason: &str, is_failure: bool) -> Array {
    match trigger.denial_code(is_failure) {
        None => list(&[reason.into()]),
        Some(code) => list(&[code.into(), reason.into()]),
    }
}

/// Returns an array of these items.
fn list(items: &[JsValue]) -> Array {
    let list = Array::new();
    for item in items {
        list.push(item);
    }
    list
}

/// Returns a method below `api` with the object that has it; none where this trigger or version lacks it.
pub(crate) fn method(api: &JsApi, (owner, name): (&str, &str)) -> Option<(JsValue, Function)> {
    let owner = member(api, owner);
    let method = member(&owner, name).dyn_into().ok()?;
    Some((owner, method))
}

impl JsApi {
    /// `api.cache`, where the trigger has one.
    pub(crate) fn cache_if_any(&self) -> Option<Cache> {
        self.cache().ok().flatten()
    }
}

impl Cache {
    /// Returns the text under a key. A cache that throws, or keeps something else, has nothing.
    pub(crate) fn read(&self, key: &str) -> Option<String> {
        member(&self.get(key).ok()?, "value").as_string()
    }

    /// Returns whether the cache took the text. It throws for some limits and returns an error for others.
    pub(crate) fn write(&self, key: &str, value: &str, ttl_ms: f64) -> bool {
        let ttl = Number::from_f64(ttl_ms).map_or(Value::Null, Value::Number);
        let options = Value::from(Map::from_members(vec![("ttl".into(), ttl)]));
        self.set(key, value, &to_js(&options)).is_ok_and(|returned| !is_error(&returned))
    }

    /// Removes a key, or leaves it where the cache will not.
    pub(crate) fn remove(&self, key: &str) {
        // A missing key is the usual case, and not actionable.
        let _ = self.delete(key);
    }
}

/// Returns a member of a value; undefined where it has none or throws.
pub(crate) fn member(value: &JsValue, name: &str) -> JsValue {
    // `Reflect.get` throws on non-objects, which takes microseconds; the entry that wasm-bindgen puts into the
    // table of references for a call that throws is never freed.
    if !value.is_object() {
        return JsValue::UNDEFINED;
    }
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// Returns a member of its own: inherited ones, perhaps of a polluted `Object.prototype`, are not the login's.
/// Undefined where it has none, `None` where it throws.
pub(crate) fn own_member(value: &JsValue, name: &str) -> Option<JsValue> {
    if !value.is_object() || !has_own(value, name).ok()? {
        return Some(JsValue::UNDEFINED);
    }
    Reflect::get(value, &JsValue::from_str(name)).ok()
}
