//! The engine for configurations, as JavaScript calls it.

use std::rc::Rc;

#[cfg(feature = "tools")]
use claimsmith_core::expression::{Expression, ExpressionError};
use claimsmith_core::report::problems_to_json;
use claimsmith_core::{Code, Config, DENY_REASON, Engine, Error, Trigger};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::auth0::{self, JsApi};
use crate::convert::{self, from_js, parse};
use crate::host::{Io, JsHost};
use crate::login::read_login;

/// An engine for one configuration.
#[wasm_bindgen]
pub struct ActionEngine(Rc<Engine>);

#[wasm_bindgen]
impl ActionEngine {
    /// Compiles a configuration; `for_machines` for the trigger credentials-exchange, post-login otherwise.
    ///
    /// # Errors
    /// An array of `{ code, path, message }`, one a problem.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, for_machines: bool) -> Result<ActionEngine, JsValue> {
        let config =
            read_config(config, for_machines).map_err(|problems| parse(&problems_to_json(&problems)))?;
        Ok(ActionEngine(Rc::new(Engine::new(config))))
    }

    /// The arguments of `api.access.deny` where the engine itself fails; undefined where the login goes on
    /// then.
    #[wasm_bindgen(getter)]
    pub fn denial(&self) -> Option<Array> {
        let config = self.0.config();
        config.denies_on_failure().then(|| auth0::denial(config.trigger, DENY_REASON, true))
    }

    /// Enriches one login. The promise gives `[line, report]`, without the report where it is not wanted,
    /// and is never rejected.
    pub fn login(&self, event: JsValue, api: JsApi, io: Io, wants_report: bool) -> Promise {
        let engine = Rc::clone(&self.0);
        future_to_promise(async move {
            let login = read_login(engine.config(), &event, &api);
            let host = JsHost { io, cache: api.cache_if_any() };
            let mut decision = engine.enrich(&host, login).await;
            let denied = auth0::apply(&api, engine.config().trigger, &mut decision);
            Ok(auth0::told(&decision.report, wants_report, denied).into())
        })
    }
}

/// Everything that is wrong with a configuration: an array of `{ code, path, message }`.
#[cfg(feature = "tools")]
#[wasm_bindgen]
pub fn check(config: JsValue, for_machines: bool) -> JsValue {
    match read_config(config, for_machines) {
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
    convert::lend_platform();
    let fail = |error: Error| parse(&problems_to_json(&[error]));
    let invalid = |message: &str| fail(Error::new(Code::ExpressionInvalid, message));
    let fail_at =
        |error: ExpressionError| fail(Error::in_expression(&error.message, expression, error.offset));
    let parsed = Expression::parse(expression).map_err(fail_at)?;
    let data = from_js(&data).ok_or_else(|| invalid("the data is not plain JSON"))?;
    parsed.evaluate(&data).map(|value| convert::to_js(&value)).map_err(fail_at)
}

fn read_config(config: JsValue, for_machines: bool) -> Result<Config, Vec<Error>> {
    // Whatever comes to be evaluated was read from a configuration before.
    convert::lend_platform();
    let not_json = || vec![Error::new(Code::ConfigInvalid, "the configuration is not plain JSON")];
    let trigger = if for_machines { Trigger::CredentialsExchange } else { Trigger::PostLogin };
    Config::read(&from_js(&config).ok_or_else(not_json)?, trigger)
}
