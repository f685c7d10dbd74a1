//! For [`export_handler!`](crate::export_handler) alone; it may change in any version.

use std::rc::Rc;

use claimsmith_action::handler::{self, JsValue};
pub use claimsmith_action::{Io, JsApi, answered, settled};
use js_sys::{Array, Function};
pub use {js_sys, wasm_bindgen};

use crate::event::Event;
use crate::handler::{Handler, Shared};
use crate::platform::Part;

/// A handler and the state that its executions share. [`export_handler!`](crate::export_handler) exports it.
pub struct Instance<T>(Rc<Shared<T>>);

impl<T: Handler> Instance<T> {
    /// Makes an instance for the trigger of this name.
    ///
    /// # Errors
    /// An array of one `{ code, path, message }` where there is no such trigger.
    pub fn new(trigger: &str) -> Result<Instance<T>, JsValue> {
        Ok(Instance(Rc::new(Shared::new(handler::prepare(trigger)?))))
    }

    /// Returns the arguments of `api.access.deny` where the module itself fails; undefined where the login goes on.
    pub fn denial(&self) -> Option<Array> {
        T::DENIES_ON_FAILURE.then(|| handler::denial(self.0.trigger()))
    }

    /// Runs one execution, and calls `done` with its line and report, without the report where it is not wanted.
    pub fn execute(&self, event: JsValue, api: JsApi, io: Io, wants_report: bool, done: Function) {
        let shared = Rc::clone(&self.0);
        let trigger = shared.trigger();
        handler::run(api, io, (trigger, wants_report, done), async move |outside, host| {
            shared.decide(&Event::new(Part::new(event)), outside, host).await
        });
    }
}
