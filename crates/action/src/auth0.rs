//! Auth0's `event` and `api`, as far as the engine touches them.

use claimsmith_core::claim::Target;
use claimsmith_core::expression::{Map, Number, Value};
use claimsmith_core::{Decision, Effect, Report, Trigger};
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

/// Does to `api` what was decided, and notes what it refused.
///
/// # Errors
/// What `api` threw where the login is to be denied and is not. The login must fail then, or it would go on.
pub(crate) fn apply(api: &JsApi, trigger: Trigger, decision: &mut Decision) -> Result<(), JsValue> {
    let mut refused = Vec::new();
    let mut denied = Ok(());
    for (index, effect) in decision.effects.iter().enumerate() {
        let (place, arguments) = match effect {
            Effect::SetClaim { target, name, value } => {
                (setter(*target), Array::of2(&JsValue::from_str(name), &to_js(value)))
            }
            Effect::ChangeScope { scope, adds } => {
                let method = if *adds { "addScope" } else { "removeScope" };
                (("accessToken", method), Array::of1(&JsValue::from_str(scope)))
            }
            Effect::Deny { reason, is_failure } => (("access", "deny"), denial(trigger, reason, *is_failure)),
            _ => continue,
        };
        let thrown = match method(api, place).map(|(owner, method)| method.apply(&owner, &arguments)) {
            Some(Ok(returned)) if !is_error(&returned) => continue,
            Some(Ok(returned) | Err(returned)) => returned,
            None => JsValue::UNDEFINED,
        };
        refused.push(index);
        if matches!(effect, Effect::Deny { .. }) {
            denied = Err(thrown);
        }
    }
    decision.note_refused(&refused);
    denied
}

/// Returns whether a call of `api` returned an error: for some limits it throws, for others it returns one.
fn is_error(returned: &JsValue) -> bool {
    member(returned, "type").as_string().as_deref() == Some("error")
}

/// What is told of an execution: its line for the log, and the report where that is wanted. Where a denial could
/// not be carried out, an array follows of what `api` threw.
pub(crate) fn told(report: &Report, wants_report: bool, denied: Result<(), JsValue>) -> Array {
    let line = JsValue::from_str(&report.line());
    let report = if wants_report { parse(&report.to_json()) } else { JsValue::UNDEFINED };
    let told = Array::of2(&line, &report);
    if let Err(thrown) = denied {
        told.push(&Array::of1(&thrown));
    }
    told
}

/// The arguments of `api.access.deny`. A machine reads a code of OAuth (RFC 6749 §5.2) before the reason.
pub(crate) fn denial(trigger: Trigger, reason: &str, is_failure: bool) -> Array {
    let reason = JsValue::from_str(reason);
    match trigger {
        Trigger::PostLogin => Array::of1(&reason),
        Trigger::CredentialsExchange => {
            let code = if is_failure { "server_error" } else { "invalid_request" };
            Array::of2(&JsValue::from_str(code), &reason)
        }
    }
}

/// What puts a claim at its target, below `api`.
pub(crate) fn setter(target: Target) -> (&'static str, &'static str) {
    match target {
        Target::AccessToken => ("accessToken", "setCustomClaim"),
        Target::IdToken => ("idToken", "setCustomClaim"),
        Target::SamlResponse => ("samlResponse", "setAttribute"),
        Target::AppMetadata => ("user", "setAppMetadata"),
        Target::UserMetadata => ("user", "setUserMetadata"),
        Target::TransactionMetadata => ("transaction", "setMetadata"),
    }
}

/// A method below `api` with the object that has it; none where this trigger or version lacks it.
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
    /// The text under a key. A cache that throws, or keeps something else, has nothing.
    pub(crate) fn read(&self, key: &str) -> Option<String> {
        member(&self.get(key).ok()?, "value").as_string()
    }

    /// Whether the cache took the text. It throws for some limits and returns an error for others.
    pub(crate) fn write(&self, key: &str, value: &str, ttl_ms: f64) -> bool {
        let ttl = Number::from_f64(ttl_ms).map_or(Value::Null, Value::Number);
        let options = Value::from(Map::from_members(vec![("ttl".into(), ttl)]));
        self.set(key, value, &to_js(&options)).is_ok_and(|returned| !is_error(&returned))
    }

    /// Removes a key, or leaves it where the cache will not.
    pub(crate) fn remove(&self, key: &str) {
        // A key that is not there is the usual case, and an error that nobody can act on.
        let _ = self.delete(key);
    }
}

/// A member of whatever this is; undefined where it has none or will not say.
pub(crate) fn member(value: &JsValue, name: &str) -> JsValue {
    // For what is no object `Reflect.get` throws. That takes microseconds, and what wasm-bindgen puts into the
    // table of references for a call that throws stays there for ever.
    if !value.is_object() {
        return JsValue::UNDEFINED;
    }
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A member that this has itself: what it inherits, perhaps from a polluted `Object.prototype`, is not the login's.
/// Undefined where it has none, `None` where it will not say.
pub(crate) fn own_member(value: &JsValue, name: &str) -> Option<JsValue> {
    if !value.is_object() || !has_own(value, name).ok()? {
        return Some(JsValue::UNDEFINED);
    }
    Reflect::get(value, &JsValue::from_str(name)).ok()
}
