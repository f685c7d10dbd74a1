//! What Actions that are code stand on. The crate `claimsmith` has what they are written with.

use claimsmith_core::expression::{Cause, Value};
use claimsmith_core::{DENY_REASON, Decision, Target, Trigger};
use js_sys::{Array, Function};
use wasm_bindgen::JsCast;
pub use wasm_bindgen::JsValue;

use crate::auth0::{self, own_member};
use crate::convert::{from_js_partly, lend_platform, to_js};
use crate::executor::spawn;
use crate::host::JsHost;
use crate::io::{Io, JsApi};
use crate::problems::read_trigger;

/// A part of Auth0's `event`, read as it is asked for: what a handler does not ask for is never touched.
pub struct Part(JsValue);

impl Part {
    /// Makes a part of what JavaScript has.
    pub fn new(value: JsValue) -> Part {
        Part(value)
    }

    /// Returns a member; one without anything in it where there is none, and where it cannot be read.
    pub fn part(&self, name: &str) -> Part {
        Part(member(&self.0, name))
    }

    /// Returns whether it is an object.
    pub fn is_object(&self) -> bool {
        self.0.is_object()
    }

    /// Returns a member that is a text.
    pub fn text(&self, name: &str) -> Option<String> {
        member(&self.0, name).as_string()
    }

    /// Returns the texts of a member that is a list.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let list = member(&self.0, name);
        if !Array::is_array(&list) {
            return Vec::new();
        }
        Array::from(&list).iter().filter_map(|item| item.as_string()).collect()
    }

    /// Returns whether a member is `true`.
    pub fn is_true(&self, name: &str) -> bool {
        member(&self.0, name).as_bool() == Some(true)
    }

    /// Returns what these names lead to, with what cannot be read as unavailable.
    pub fn value(&self, names: &[&str]) -> Value {
        let found = names.iter().try_fold(self.0.clone(), |value, name| own_member(&value, name));
        found.map_or(Value::Unavailable(Cause::Failed), |found| from_js_partly(&found))
    }
}

/// Returns a member; undefined where there is none, and where it cannot be read.
fn member(value: &JsValue, name: &str) -> JsValue {
    own_member(value, name).unwrap_or(JsValue::UNDEFINED)
}

/// What a login's `api` has.
pub struct Outside(JsApi);

impl Outside {
    /// Returns whether it takes claims for a target.
    pub fn has(&self, target: Target) -> bool {
        auth0::method(&self.0, target.setter()).is_some()
    }
}

/// Lends values what JavaScript has.
pub fn lend() {
    lend_platform();
}

/// Makes the module ready, for the trigger of this name.
///
/// # Errors
/// An array of one `{ code, path, message }` where there is no such trigger.
pub fn prepare(trigger: &str) -> Result<Trigger, JsValue> {
    lend();
    read_trigger(trigger)
}

/// Returns the arguments of `api.access.deny` where something failed.
pub fn denial(trigger: Trigger) -> Array {
    to_js(&auth0::denial(trigger, DENY_REASON, true)).unchecked_into()
}

/// Runs one execution: decides it, carries that out, and calls `done` with its line and report, without the report where
/// it is not wanted.
pub fn run(
    api: JsApi,
    io: Io,
    (trigger, wants_report, done): (Trigger, bool, Function),
    decide: impl AsyncFnOnce(&Outside, &JsHost) -> Decision + 'static,
) {
    spawn(async move {
        let host = JsHost { io, api: api.clone() };
        let outside = Outside(api);
        let mut decision = decide(&outside, &host).await;
        let denied = auth0::apply(&host.io, &outside.0, trigger, &mut decision);
        auth0::tell(&done, &decision.report, wants_report, denied);
    });
}
