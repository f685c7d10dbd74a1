//! Auth0's `event` and `api`, as far as the engine touches them.

use std::rc::Rc;

use claimsmith_core::claim::{TARGETS, Target};
use claimsmith_core::expression::{Map, Number, Value};
use claimsmith_core::{Config, Decision, Effect, Login, Secret, Trigger};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::convert::{from_js, to_js};

#[wasm_bindgen]
extern "C" {
    /// The `api` of a trigger.
    pub type Api;

    #[wasm_bindgen(method, getter, catch)]
    fn cache(this: &Api) -> Result<Option<Cache>, JsValue>;

    /// `api.cache`.
    pub(crate) type Cache;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Cache, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn set(this: &Cache, key: &str, value: &str, options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn delete(this: &Cache, key: &str) -> Result<JsValue, JsValue>;
}

/// Takes over the parts of the event that the configuration reads, and nothing else of it.
pub(crate) fn read_login(config: &Config, event: &JsValue, api: &Api) -> Login {
    let mut converted = Value::Null;
    for chain in &config.event_reads {
        read_chain(&mut converted, chain, event);
    }
    let secrets = member(event, "secrets");
    let read_secret =
        |name: &Rc<str>| Some((Rc::clone(name), Secret::new(member(&secrets, name).as_string()?)));
    let is_missing = |target: &Target| config.has_target(*target) && method(api, setter(*target)).is_none();
    Login {
        event: converted,
        secrets: config.secrets.iter().filter_map(read_secret).collect(),
        missing_targets: TARGETS.into_iter().filter(is_missing).collect(),
    }
}

/// Does to `api` what was decided, and notes what it refused.
pub(crate) fn apply(api: &Api, trigger: Trigger, decision: &mut Decision) {
    let mut refused = Vec::new();
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
        let result = method(api, place).map(|(owner, method)| method.apply(&owner, &arguments));
        if !matches!(result, Some(Ok(_))) {
            refused.push(index);
        }
    }
    decision.note_refused(&refused);
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
fn setter(target: Target) -> (&'static str, &'static str) {
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
fn method(api: &Api, (owner, name): (&str, &str)) -> Option<(JsValue, Function)> {
    let owner = member(api, owner);
    let method = member(&owner, name).dyn_into().ok()?;
    Some((owner, method))
}

impl Api {
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
        let result = self.set(key, value, &to_js(&options));
        result.is_ok_and(|result| member(&result, "type").as_string().as_deref() != Some("error"))
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

/// Takes over what a chain of members leads to from the event.
fn read_chain(into: &mut Value, chain: &[Rc<str>], event: &JsValue) {
    match chain.first() {
        None => *into = read_whole(event),
        Some(first) if &**first == "secrets" => {}
        Some(_) => copy(into, chain, event),
    }
}

/// The event without its secrets.
fn read_whole(event: &JsValue) -> Value {
    let mut whole = Map::new();
    for name in Object::keys(event.unchecked_ref::<Object>()).iter().filter_map(|name| name.as_string()) {
        if name != "secrets" {
            let part = from_js(&member(event, &name)).unwrap_or_default();
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
        *into = from_js(from).unwrap_or_default();
        return;
    };
    let mut members = into.as_object().cloned().unwrap_or_default();
    let mut copied = members.get(name).cloned().unwrap_or_default();
    copy(&mut copied, rest, &member(from, name));
    members.insert(Rc::clone(name), copied);
    *into = members.into();
}
