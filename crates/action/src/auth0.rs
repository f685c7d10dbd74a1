//! Auth0's `event` and `api`, as far as the engine touches them.

use std::rc::Rc;

use claimsmith_core::expression::{Map, Number, Value};
use claimsmith_core::mfa::{Factor, Mfa};
use claimsmith_core::{Change, Decision, Effect, Report, Trigger};
use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use crate::convert::{parse, to_js};
use crate::io::{Io, JsApi};

#[wasm_bindgen]
extern "C" {
    /// The part of `api` that takes claims of a token.
    type Token;

    #[wasm_bindgen(method, catch, js_name = setCustomClaim)]
    fn set_claim(this: &Token, name: &str, value: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = setCustomClaim)]
    fn set_text_claim(this: &Token, name: &str, value: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = Reflect, js_name = get, catch)]
    fn get(value: &JsValue, name: &str) -> Result<JsValue, JsValue>;

    #[cfg(feature = "handler")]
    #[wasm_bindgen(js_namespace = Object, js_name = hasOwn, catch)]
    fn has_own(value: &JsValue, name: &str) -> Result<bool, JsValue>;
}

/// Applies the decision; records rejected calls.
///
/// # Errors
/// The error that `api` threw where the login is to be denied and is not. The login must fail then, or it would go on.
pub(crate) fn apply(io: &Io, api: &JsApi, trigger: Trigger, decision: &mut Decision) -> Result<(), JsValue> {
    let mut refused = Vec::new();
    let mut denied = Ok(());
    let mut tokens = Vec::new();
    let mut index = 0;
    while let Some(effect) = decision.effects.get(index) {
        if let Err(thrown) = call(io, api, trigger, effect, &mut tokens) {
            refused.push(index);
            match effect {
                Effect::Deny { .. } => denied = Err(thrown),
                // The login would go on without its further factor.
                Effect::DemandMfa { is_required: true, .. } => decision.deny_after(index),
                Effect::DemandMfa { .. }
                | Effect::SetClaim { .. }
                | Effect::ChangeScope { .. }
                | Effect::ChangeSession { .. } => {}
            }
        }
        index += 1;
    }
    decision.note_refused(&refused);
    denied
}

/// Makes one call of `api`. `tokens` has the parts of it that took a claim before.
///
/// # Errors
/// What `api` threw, or the error that it returned.
fn call(
    io: &Io,
    api: &JsApi,
    trigger: Trigger,
    effect: &Effect,
    tokens: &mut Vec<(&'static str, Token)>,
) -> Result<(), JsValue> {
    let returned = match effect {
        Effect::SetClaim { target, name, value } if target.setter().1 == "setCustomClaim" => {
            let (owner, _) = target.setter();
            let token = match tokens.iter().position(|(known, _)| *known == owner) {
                Some(position) => position,
                None => {
                    tokens.push((owner, get(api, owner)?.unchecked_into()));
                    tokens.len() - 1
                }
            };
            let Some((_, token)) = tokens.get(token) else { return Ok(()) };
            match value {
                Value::String(text) => token.set_text_claim(name, text),
                value => token.set_claim(name, &to_js(value)),
            }?
        }
        _ => {
            let ((owner, method), arguments) = call_of(effect, trigger);
            io.call(api, owner, method, &arguments.to_json())?
        }
    };
    // For some limits `api` throws, for others it returns an error.
    if io.is_error(&returned) { Err(returned) } else { Ok(()) }
}

/// Returns the method below `api` that does this, and its arguments.
fn call_of(effect: &Effect, trigger: Trigger) -> ((&'static str, &'static str), Value) {
    let one = |argument: Value| Value::from(vec![argument]);
    let moment = |at_ms: f64| one(Number::from_f64(at_ms).map_or(Value::Null, Value::Number));
    match effect {
        Effect::SetClaim { target, name, value } => {
            (target.setter(), vec![Value::String(Rc::clone(name)), value.clone()].into())
        }
        Effect::ChangeScope { scope, adds } => (trigger.scope_setter(*adds), one((&**scope).into())),
        Effect::ChangeSession { subject, change, .. } => {
            let (method, arguments) = match change {
                Change::ExpiresAt(at_ms) => ("setExpiresAt", moment(*at_ms)),
                Change::IdleExpiresAt(at_ms) => ("setIdleExpiresAt", moment(*at_ms)),
                Change::Revoke(reason) => ("revoke", one((&**reason).into())),
            };
            ((subject.owner(), method), arguments)
        }
        Effect::DemandMfa { mfa, .. } => match mfa {
            Mfa::Enable(provider, remembers) => {
                let mut arguments = vec![provider.as_str().into()];
                if let Some(remembers) = remembers {
                    arguments.push(object("allowRememberBrowser", (*remembers).into()));
                }
                (("multifactor", "enable"), arguments.into())
            }
            Mfa::Challenge(factors) => (("authentication", "challengeWithAny"), one(factor_list(factors))),
            Mfa::Enroll(factors) => (("authentication", "enrollWithAny"), one(factor_list(factors))),
        },
        Effect::Deny { reason, is_failure } => (("access", "deny"), denial(trigger, reason, *is_failure)),
    }
}

/// Returns an object of one member.
fn object(name: &str, value: Value) -> Value {
    Map::from_members(vec![(name.into(), value)]).into()
}

/// Returns factors as `api` takes them: a list of `{ type }`.
fn factor_list(factors: &[Factor]) -> Value {
    let mut list = Vec::new();
    for factor in factors {
        list.push(object("type", factor.as_str().into()));
    }
    list.into()
}

/// Calls `done` with the log line of an execution, and the report where that is wanted. Where a denial could not be
/// carried out, an array follows with the error that `api` threw.
pub(crate) fn tell(done: &Function, report: &Report, wants_report: bool, denied: Result<(), JsValue>) {
    let shown = if wants_report { parse(&report.to_json()) } else { JsValue::UNDEFINED };
    let refused = denied.map_or_else(|thrown| Array::of1(&thrown).into(), |()| JsValue::UNDEFINED);
    // It settles a promise, which does not throw.
    let _ = done.call3(&JsValue::UNDEFINED, &report.line().into(), &shown, &refused);
}

/// Returns the arguments of `api.access.deny`. A machine reads a code of OAuth (RFC 6749 §5.2) before the reason.
pub(crate) fn denial(trigger: Trigger, reason: &str, is_failure: bool) -> Value {
    let mut arguments = Vec::new();
    if let Some(code) = trigger.denial_code(is_failure) {
        arguments.push(code.into());
    }
    arguments.push(reason.into());
    arguments.into()
}

/// Returns a method below `api` with the object that has it; none where this trigger or version lacks it.
#[cfg(feature = "handler")]
pub(crate) fn method(api: &JsApi, (owner, name): (&str, &str)) -> Option<(JsValue, Function)> {
    let owner = member(api, owner);
    let method = member(&owner, name).dyn_into().ok()?;
    Some((owner, method))
}

/// Returns a member of a value; undefined where it has none or throws.
#[cfg(any(feature = "fetch", feature = "handler"))]
pub(crate) fn member(value: &JsValue, name: &str) -> JsValue {
    // `Reflect.get` throws on non-objects, which takes microseconds; the entry that wasm-bindgen puts into the
    // table of references for a call that throws is never freed.
    if !value.is_object() {
        return JsValue::UNDEFINED;
    }
    get(value, name).unwrap_or(JsValue::UNDEFINED)
}

/// Returns a member of its own: inherited ones, perhaps of a polluted `Object.prototype`, are not the login's.
/// Undefined where it has none, `None` where it throws.
#[cfg(feature = "handler")]
pub(crate) fn own_member(value: &JsValue, name: &str) -> Option<JsValue> {
    if !value.is_object() || !has_own(value, name).ok()? {
        return Some(JsValue::UNDEFINED);
    }
    get(value, name).ok()
}
