//! Logins that tell afterwards how each value came about. For tools; the pasted file goes without.

use std::rc::Rc;

use claimsmith_compile::{Documents, compile, explain};
use claimsmith_core::{Code, Engine, Error, Plan, Seen};
use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

use crate::auth0;
use crate::convert::{self, from_js, to_js};
use crate::executor::spawn;
use crate::host::JsHost;
use crate::io::{Io, JsApi};
use crate::login::{read_login, reads};
use crate::problems::{problems, read_trigger};

/// An engine whose logins can be explained.
#[wasm_bindgen]
pub struct Explainer(Rc<Explained>);

struct Explained {
    engine: Engine,
    /// The plan with the texts of its expressions, which one that was read from bytes lacks.
    plan: Plan,
}

/// What one login saw.
#[wasm_bindgen]
pub struct LoginSeen {
    of: Rc<Explained>,
    seen: Seen,
}

#[wasm_bindgen]
impl Explainer {
    /// Makes an engine for a configuration: it runs the plan as its bytes say.
    ///
    /// # Errors
    /// An array of problems where the configuration is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &JsValue, trigger: &str) -> Result<Explainer, JsValue> {
        convert::lend_platform();
        let trigger = read_trigger(trigger)?;
        let not_json = || problems(&[Error::new(Code::ConfigInvalid, "the configuration is not plain JSON")]);
        let config = from_js(config).ok_or_else(not_json)?;
        let mut plan = compile(&config, trigger).map_err(|found| problems(&found))?.plan;
        // Whoever looks at a login may ask for what no expression reads.
        for source in &mut plan.sources {
            source.wanted = None;
        }
        let engine = Engine::new(Plan::decode(&plan.encode()).map_err(|error| problems(&[error]))?);
        Ok(Explainer(Rc::new(Explained { engine, plan })))
    }

    /// Returns what the shim reads for each login, as `ActionEngine.reads` does.
    #[wasm_bindgen(getter)]
    pub fn reads(&self) -> JsString {
        reads(self.0.engine.plan()).into()
    }

    /// Enriches one login as `ActionEngine.login` does. `seen` is called first, with what the login saw.
    pub fn login(&self, lines: &str, api: JsApi, io: Io, seen: Function, done: Function) {
        let of = Rc::clone(&self.0);
        let login = read_login(of.engine.plan(), lines);
        spawn(async move {
            let host = JsHost { io, api };
            let mut decision = of.engine.enrich(&host, login).await;
            let denied = auth0::apply(&host.io, &host.api, of.engine.plan().trigger, &mut decision);
            let what = std::mem::take(&mut decision.seen);
            // It keeps a value, which does not throw.
            let _ = seen.call1(&JsValue::UNDEFINED, &LoginSeen { of, seen: what }.into());
            auth0::tell(&done, &decision.report, true, denied);
        });
    }
}

#[wasm_bindgen]
impl LoginSeen {
    /// Explains the place of the configuration that an array of names and indexes leads to; undefined where no
    /// expression stands there.
    pub fn explain(&self, place: &JsValue) -> JsValue {
        let place = from_js(place).unwrap_or_default();
        let documents = Documents { lenient: &self.seen.lenient, strict: &self.seen.strict };
        let explained = explain(&self.of.plan, documents, place.as_array().unwrap_or_default());
        explained.map_or(JsValue::UNDEFINED, |explained| to_js(&explained))
    }
}
