//! Auth0's `event` and `api`, as far as the engine touches them.

use std::rc::Rc;

use claimsmith_core::claim::Target;
use claimsmith_core::expression::{Map, Number, Value};
use claimsmith_core::{Config, Decision, Effect, Login, Secret};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::convert::{from_js, to_js};

#[wasm_bindgen]
extern "C" {
    /// The `api` of a trigger.
    pub type Api;

    #[wasm_bindgen(method, getter, js_name = accessToken, catch)]
    fn access_token(this: &Api) -> Result<TokenApi, JsValue>;

    #[wasm_bindgen(method, getter, js_name = idToken, catch)]
    fn id_token(this: &Api) -> Result<TokenApi, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    fn access(this: &Api) -> Result<AccessApi, JsValue>;

    #[wasm_bindgen(method, getter, catch)]
    fn cache(this: &Api) -> Result<Option<Cache>, JsValue>;

    /// `api.accessToken` and `api.idToken`.
    type TokenApi;

    #[wasm_bindgen(method, js_name = setCustomClaim, catch)]
    fn set_custom_claim(this: &TokenApi, name: &str, value: &JsValue) -> Result<JsValue, JsValue>;

    /// `api.access`.
    type AccessApi;

    #[wasm_bindgen(method, catch)]
    fn deny(this: &AccessApi, reason: &str) -> Result<JsValue, JsValue>;

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
pub(crate) fn read_login(config: &Config, event: &JsValue) -> Login {
    let mut converted = Value::Null;
    for chain in &config.event_reads {
        insert(&mut converted, chain, read_chain(event, chain));
    }
    let secrets = member(event, "secrets");
    let read_secret =
        |name: &Rc<str>| Some((Rc::clone(name), Secret::new(member(&secrets, name).as_string()?)));
    Login { event: converted, secrets: config.secrets.iter().filter_map(read_secret).collect() }
}

/// Does to `api` what was decided. Returns what `api` refused, by claim.
pub(crate) fn apply(api: &Api, decision: &Decision) -> Vec<Rc<str>> {
    let mut refused = Vec::new();
    for effect in &decision.effects {
        let (result, name) = match effect {
            Effect::SetClaim { target, name, value } => {
                (set_claim(api, *target, name, value), Rc::clone(name))
            }
            Effect::Deny(reason) => {
                (api.access().and_then(|access| access.deny(reason)), Rc::from("access.deny"))
            }
            _ => continue,
        };
        if result.is_err() {
            refused.push(name);
        }
    }
    refused
}

fn set_claim(api: &Api, target: Target, name: &str, value: &Value) -> Result<JsValue, JsValue> {
    let token = match target {
        Target::AccessToken => api.access_token(),
        Target::IdToken => api.id_token(),
    };
    token?.set_custom_claim(name, &to_js(value))
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
    // `Reflect.get` throws for what is no object.
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn read_chain(event: &JsValue, chain: &[Rc<str>]) -> Value {
    if chain.is_empty() {
        return read_whole(event);
    }
    if chain.first().is_some_and(|first| &**first == "secrets") {
        return Value::Null;
    }
    let found = chain.iter().fold(event.clone(), |value, name| member(&value, name));
    from_js(&found).unwrap_or_default()
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

/// Puts a value at the end of a chain, making the objects on the way.
fn insert(into: &mut Value, chain: &[Rc<str>], value: Value) {
    let Some((name, rest)) = chain.split_first() else {
        *into = value;
        return;
    };
    let mut members = into.as_object().cloned().unwrap_or_default();
    let mut member = members.get(name).cloned().unwrap_or_default();
    insert(&mut member, rest, value);
    members.insert(Rc::clone(name), member);
    *into = members.into();
}
