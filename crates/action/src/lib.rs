//! Claimsmith inside an Auth0 Action.
//!
//! The only crate that knows JavaScript. What it exports converts in, calls the core, converts out:
//! [`ActionEngine`] decides logins; with the feature `tools`, `check` reads a configuration and `evaluate`
//! runs one expression.

#[cfg(feature = "allocator")]
mod allocator;
mod auth0;
mod convert;
#[cfg(feature = "fetch")]
mod fetch;
mod host;

use std::rc::Rc;

#[cfg(feature = "tools")]
use claimsmith_core::expression::Expression;
use claimsmith_core::report::problems_to_json;
use claimsmith_core::{Code, Config, Engine, Error};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

pub use auth0::Api;
pub use host::Io;

use convert::{from_js, parse};
use host::JsHost;

/// An engine for one configuration.
#[wasm_bindgen]
pub struct ActionEngine(Rc<Engine>);

#[wasm_bindgen]
impl ActionEngine {
    /// Compiles a configuration.
    ///
    /// # Errors
    /// An array of `{ code, path, message }`, one a problem.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue) -> Result<ActionEngine, JsValue> {
        let config = read_config(config).map_err(|problems| parse(&problems_to_json(&problems)))?;
        Ok(ActionEngine(Rc::new(Engine::new(config))))
    }

    /// Whether a login may be denied where things go wrong.
    #[wasm_bindgen(getter, js_name = deniesOnFailure)]
    pub fn denies_on_failure(&self) -> bool {
        self.0.config().denies_on_failure()
    }

    /// What a user reads when the login is denied because something failed.
    #[wasm_bindgen(getter, js_name = denyReason)]
    pub fn deny_reason(&self) -> String {
        claimsmith_core::DENY_REASON.to_owned()
    }

    /// Enriches one login. The promise gives `[line, report]`, without the report where it is not wanted,
    /// and is never rejected.
    pub fn login(&self, event: JsValue, api: Api, io: Io, wants_report: bool) -> Promise {
        let engine = Rc::clone(&self.0);
        future_to_promise(async move {
            let login = auth0::read_login(engine.config(), &event);
            let host = JsHost { io, cache: api.cache_if_any() };
            let mut decision = engine.enrich(&host, login).await;
            for name in auth0::apply(&api, &decision) {
                let error = Error::new(Code::Internal, format!("Auth0's api refused `{name}`"));
                decision.report.errors.push(error);
            }
            let line = JsValue::from_str(&decision.report.line());
            let report = if wants_report { parse(&decision.report.to_json()) } else { JsValue::UNDEFINED };
            Ok(Array::of2(&line, &report).into())
        })
    }
}

/// Everything that is wrong with a configuration: an array of `{ code, path, message }`.
#[cfg(feature = "tools")]
#[wasm_bindgen]
pub fn check(config: JsValue) -> JsValue {
    match read_config(config) {
        Ok(_) => Array::new().into(),
        Err(problems) => parse(&problems_to_json(&problems)),
    }
}

/// Evaluates one JMESPath expression.
///
/// # Errors
/// An array of one `{ code, path, message }`.
#[cfg(feature = "tools")]
#[wasm_bindgen]
pub fn evaluate(expression: &str, data: JsValue) -> Result<JsValue, JsValue> {
    let fail = |message: String| parse(&problems_to_json(&[Error::new(Code::ExpressionInvalid, message)]));
    let expression = Expression::parse(expression).map_err(|error| fail(error.to_string()))?;
    let data = from_js(&data).ok_or_else(|| fail("the data is not plain JSON".to_owned()))?;
    expression.evaluate(&data).map(|value| convert::to_js(&value)).map_err(|error| fail(error.to_string()))
}

fn read_config(config: JsValue) -> Result<Config, Vec<Error>> {
    let not_json = || vec![Error::new(Code::ConfigInvalid, "the configuration is not plain JSON")];
    Config::read(&from_js(&config).ok_or_else(not_json)?)
}
