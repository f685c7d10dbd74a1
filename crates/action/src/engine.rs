//! The engine for plans, as JavaScript calls it.

use std::mem::ManuallyDrop;
use std::rc::Rc;

use claimsmith_core::{DENY_REASON, Engine, Plan};
use js_sys::{Array, Function, JsString, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::auth0;
use crate::convert::{self, from_js};
use crate::executor::spawn;
use crate::host::JsHost;
use crate::io::{Io, JsApi};
use crate::login::{read_login, reads};
use crate::problems::{problems, wrong_trigger};

/// The engine of the pasted file is there for as long as the file is loaded. What would free it is left out.
#[cfg(feature = "node")]
type Kept = ManuallyDrop<Engine>;
#[cfg(not(feature = "node"))]
type Kept = Engine;

#[cfg(feature = "node")]
fn kept(engine: Engine) -> Kept {
    ManuallyDrop::new(engine)
}

#[cfg(not(feature = "node"))]
fn kept(engine: Engine) -> Kept {
    engine
}

/// An engine for one plan.
#[wasm_bindgen]
pub struct ActionEngine(Rc<Kept>);

#[wasm_bindgen]
impl ActionEngine {
    /// Makes an engine for a plan of the trigger of this name. `live` has what operators change, `written` the
    /// readable configuration beside the plan; both may be undefined.
    ///
    /// # Errors
    /// An array of one `{ code, path, message }` where the plan is of another version or trigger, or damaged.
    #[wasm_bindgen(constructor)]
    pub fn new(
        trigger: &str,
        plan: &Uint8Array,
        live: &JsValue,
        written: &JsValue,
    ) -> Result<ActionEngine, JsValue> {
        // Whatever comes to be evaluated was read from a plan before.
        convert::lend_platform();
        let plan = Plan::decode_for_ever(&plan.to_vec()).map_err(|error| problems(&[error]))?;
        if plan.trigger.as_str() != trigger {
            return Err(wrong_trigger());
        }
        let mut engine = kept(Engine::new(ManuallyDrop::into_inner(plan)));
        engine.apply_live(&from_js(live).unwrap_or(false.into()));
        if !written.is_undefined() {
            engine.compare(&from_js(written).unwrap_or_default());
        }
        Ok(ActionEngine(Rc::new(engine)))
    }

    /// Returns the arguments of `api.access.deny` where the engine itself fails; undefined where the login goes on
    /// then.
    #[wasm_bindgen(getter)]
    pub fn denial(&self) -> Option<Array> {
        let plan = self.0.plan();
        plan.denies_on_failure()
            .then(|| convert::to_js(&auth0::denial(plan.trigger, DENY_REASON, true)).unchecked_into())
    }

    /// Returns the warnings about the file, as sentences.
    #[wasm_bindgen(getter)]
    pub fn warnings(&self) -> Array {
        let warnings = Array::new();
        for warning in self.0.warnings() {
            warnings.push(&JsValue::from_str(warning));
        }
        warnings
    }

    /// Returns what the shim reads of the event and of `api` for each login, as JSON.
    #[wasm_bindgen(getter)]
    pub fn reads(&self) -> JsString {
        reads(self.0.plan()).into()
    }

    /// Enriches one login, and calls `done` with its line and report, without the report where it is not wanted. `lines`
    /// has what the shim read.
    pub fn login(&self, lines: &str, api: JsApi, io: Io, wants_report: bool, done: Function) {
        let engine = Rc::clone(&self.0);
        let login = read_login(engine.plan(), lines);
        spawn(async move {
            let host = JsHost { io, api };
            let mut decision = engine.enrich(&host, login).await;
            let denied = auth0::apply(&host.io, &host.api, engine.plan().trigger, &mut decision);
            auth0::tell(&done, &decision.report, wants_report, denied);
        });
    }
}
