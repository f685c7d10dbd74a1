//! Actions that are code: a handler in Rust, and what makes a module of it.

use std::rc::Rc;

use claimsmith_core::client::Client;
use claimsmith_core::expression::{Cause, Value};
use claimsmith_core::report::rounded;
use claimsmith_core::{
    DENY_REASON, Decision, Effects, Error, Host, Target, TargetState, Trigger, warn_of_dropped_claims,
};
use js_sys::{Array, Function};
use wasm_bindgen::JsValue;

use crate::auth0::{self, JsApi};
use crate::convert::lend_platform;
use crate::event::Event;
use crate::executor::spawn;
use crate::host::JsHost;
use crate::io::Io;
use crate::problems::read_trigger;

/// The calls of one execution.
pub type Session<'a> = claimsmith_core::client::Session<'a, JsHost>;

/// The logic of an Action, for a login or a machine's token.
///
/// One value of it lives as long as the module, and serves executions that interleave: what it keeps of one,
/// another may see. Tokens and what is known of endpoints are kept for it.
pub trait Handler: Default + 'static {
    /// The deadline of one execution, in milliseconds, all calls together. Auth0 gives 20 s to all Actions of a
    /// trigger together.
    const DEADLINE_MS: u32 = 5_000;

    /// True where the login is denied if the handler fails. Otherwise it goes on without claims.
    const DENIES_ON_FAILURE: bool = false;

    /// Decides one execution.
    ///
    /// # Errors
    /// Any failure of the handler. No call of `api` is made then.
    fn execute(
        &self,
        event: &Event,
        api: &mut Api<'_>,
        session: &Session<'_>,
    ) -> impl Future<Output = Result<(), Error>>;
}

/// Auth0's `api`. Its calls are made together, when the handler has succeeded.
pub struct Api<'a> {
    effects: Effects,
    event: &'a Event,
    api: &'a JsApi,
    host: &'a JsHost,
}

impl Api<'_> {
    /// Sets a claim. Null is no value, so nothing is set.
    ///
    /// # Errors
    /// As [`Effects::set_claim`]: above all, where Auth0 would silently drop the name.
    pub fn set_custom_claim(&mut self, target: Target, name: &str, value: Value) -> Result<(), Error> {
        if !self.effects.knows(target) {
            let is_missing = auth0::method(self.api, target.setter()).is_none();
            let held = target.place_in_event().map_or(Value::Null, |names| {
                self.event.read(&names).unwrap_or(Value::Unavailable(Cause::Failed))
            });
            self.effects.set_target(TargetState { target, is_missing, held });
        }
        self.effects.set_claim(target, name, value)
    }

    /// Adds a scope to the access token.
    ///
    /// # Errors
    /// As [`Effects::add_scope`].
    pub fn add_scope(&mut self, scope: &str) -> Result<(), Error> {
        self.effects.add_scope(scope)
    }

    /// Removes a scope from the access token.
    ///
    /// # Errors
    /// As [`Effects::add_scope`].
    pub fn remove_scope(&mut self, scope: &str) -> Result<(), Error> {
        self.effects.remove_scope(scope)
    }

    /// Denies access, for a reason that the user reads. Nothing else is done then.
    pub fn deny(&mut self, reason: &str) {
        self.effects.deny(reason);
    }

    /// `api.cache`, which the Actions of a trigger share. Its limits are narrow: 20 entries, of which tokens take
    /// some, keys of 64 bytes, values of 4 kB, 8 kB in all.
    pub fn cache(&self) -> Cache<'_> {
        Cache(self.host)
    }
}

/// `api.cache`: texts that may outlive an execution. Where a trigger has none it is empty.
pub struct Cache<'a>(&'a JsHost);

impl Cache<'_> {
    /// Returns the text under a key.
    pub fn get(&self, key: &str) -> Option<String> {
        self.0.cache_get(key)
    }

    /// Keeps a text for so many milliseconds, a day at most. `false` where the cache did not take it.
    pub fn set(&self, key: &str, value: &str, ttl_ms: u64) -> bool {
        self.0.cache_set(key, value, ttl_ms)
    }

    /// Removes a key. One that is not there is fine.
    pub fn delete(&self, key: &str) {
        self.0.cache_delete(key);
    }
}

/// A handler and the state that its executions share. [`export_handler!`](crate::export_handler) exports it.
pub struct Instance<T>(Rc<Shared<T>>);

struct Shared<T> {
    handler: T,
    client: Client,
    trigger: Trigger,
}

impl<T: Handler> Instance<T> {
    /// Makes an instance for the trigger of this name.
    ///
    /// # Errors
    /// An array of one `{ code, path, message }` where there is no such trigger.
    pub fn new(trigger: &str) -> Result<Instance<T>, JsValue> {
        lend_platform();
        let trigger = read_trigger(trigger)?;
        Ok(Instance(Rc::new(Shared { handler: T::default(), client: Client::default(), trigger })))
    }

    /// Returns the arguments of `api.access.deny` where the module itself fails; undefined where the login goes on.
    pub fn denial(&self) -> Option<Array> {
        T::DENIES_ON_FAILURE.then(|| auth0::denial(self.0.trigger, DENY_REASON, true))
    }

    /// Runs one execution, and calls `done` with its line and report, without the report where it is not wanted.
    pub fn execute(&self, event: JsValue, api: JsApi, io: Io, wants_report: bool, done: Function) {
        let shared = Rc::clone(&self.0);
        spawn(async move {
            let host = JsHost { io, cache: api.cache_if_any() };
            let mut decision = shared.decide(&Event::new(event), &api, &host).await;
            let denied = auth0::apply(&api, shared.trigger, &mut decision);
            auth0::tell(&done, &decision.report, wants_report, denied);
        });
    }
}

impl<T: Handler> Shared<T> {
    async fn decide(&self, event: &Event, api: &JsApi, host: &JsHost) -> Decision {
        let started_ms = host.monotonic_ms();
        let user_id = match self.trigger {
            Trigger::PostLogin => event.user().user_id(),
            Trigger::CredentialsExchange => event.client().client_id(),
        };
        let session = self.client.session(host, T::DEADLINE_MS).for_user(&user_id.unwrap_or_default());
        let mut api = Api { effects: Effects::default(), event, api, host };
        let result = session.run(self.handler.execute(event, &mut api, &session)).await;
        let mut decision = api.effects.decide(result.err(), T::DENIES_ON_FAILURE);
        let report = &mut decision.report;
        report.duration_ms = rounded(host.monotonic_ms() - started_ms);
        report.correlation_id = event.transaction().correlation_id();
        report.warnings = session.into_warnings();
        warn_of_dropped_claims(&mut decision, |names| event.read(&names).unwrap_or_default());
        decision
    }
}

/// Makes this crate's module of a [`Handler`]: what `./build.sh example` turns into a file to paste.
#[macro_export]
macro_rules! export_handler {
    ($handler:ty) => {
        const _: () = {
            // The code that wasm-bindgen generates expects it here.
            use $crate::wasm_bindgen::{self, prelude::*};

            #[wasm_bindgen(wasm_bindgen = wasm_bindgen)]
            struct ActionEngine($crate::handler::Instance<$handler>);

            #[wasm_bindgen(wasm_bindgen = wasm_bindgen)]
            impl ActionEngine {
                // There is no plan: the handler knows what to do.
                #[wasm_bindgen(constructor)]
                pub fn new(trigger: &str) -> Result<ActionEngine, JsValue> {
                    Ok(ActionEngine($crate::handler::Instance::new(trigger)?))
                }

                #[wasm_bindgen(getter)]
                pub fn warnings(&self) -> $crate::js_sys::Array {
                    $crate::js_sys::Array::new()
                }

                #[wasm_bindgen(getter)]
                pub fn denial(&self) -> Option<$crate::js_sys::Array> {
                    self.0.denial()
                }

                pub fn login(
                    &self,
                    event: JsValue,
                    api: $crate::JsApi,
                    io: $crate::Io,
                    wants_report: bool,
                    done: $crate::js_sys::Function,
                ) {
                    self.0.execute(event, api, io, wants_report, done);
                }
            }
        };
    };
}
