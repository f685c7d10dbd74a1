//! Problems, as JavaScript gets them.

#[cfg(any(feature = "compile", feature = "handler"))]
use claimsmith_core::Trigger;
use claimsmith_core::expression::Map;
#[cfg(any(feature = "compile", feature = "handler"))]
use claimsmith_core::words::Word;
use claimsmith_core::{Code, Error};
use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::convert::to_js;

/// Returns an array of `{ code, path, message }`, one a problem.
pub(crate) fn problems(errors: &[Error]) -> JsValue {
    let problems = Array::new();
    for error in errors {
        let members = vec![
            ("code".into(), error.code.as_str().into()),
            ("path".into(), error.path.as_str().into()),
            ("message".into(), error.message.as_str().into()),
        ];
        problems.push(&to_js(&Map::from_members(members).into()));
    }
    problems.into()
}

/// Returns the trigger of this name.
///
/// # Errors
/// An array of one problem.
#[cfg(any(feature = "compile", feature = "handler"))]
pub(crate) fn read_trigger(name: &str) -> Result<Trigger, JsValue> {
    Trigger::from_word(name).ok_or_else(wrong_trigger)
}

/// Returns the problem of a plan that is run by another trigger than its own.
pub(crate) fn wrong_trigger() -> JsValue {
    problems(&[Error::new(Code::ConfigInvalid, "this was made for another trigger")])
}
