//! Values as types of one's own, and back.

use claimsmith_core::expression::Value;
use claimsmith_core::expression::data::{self, Misfit, MisfitKind};
use claimsmith_core::expression::text::concat;
use claimsmith_core::{Code, Error};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads a value as a type.
///
/// # Errors
/// `response_misfit` where it does not fit, with the place, such as `accounts[2].tier`; `unsafe_integer` for an integer
/// beyond 2^53 − 1; `unavailable` where a part of it could not be read.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    read_at(value, "")
}

/// Writes what a type holds as a value.
///
/// # Errors
/// `unsafe_integer` for an integer beyond 2^53 − 1; `claim_type_mismatch` where JSON has no such thing: NaN, the
/// infinities, a key that is no text.
pub fn to_value<T: Serialize + ?Sized>(data: &T) -> Result<Value, Error> {
    data::write(data).map_err(|misfit| {
        let code = match misfit.kind {
            MisfitKind::Type => Code::ClaimTypeMismatch,
            MisfitKind::UnsafeInteger => Code::UnsafeInteger,
            MisfitKind::Unavailable => Code::Unavailable,
        };
        Error::new(code, misfit.message).at(&misfit.path)
    })
}

/// Reads what stands at a place, which the path of a misfit begins with.
pub(crate) fn read_at<T: DeserializeOwned>(value: &Value, place: &str) -> Result<T, Error> {
    data::read(value).map_err(|misfit| placed(misfit, place))
}

// Not generic: one copy serves all types.
fn placed(mut misfit: Misfit, place: &str) -> Error {
    let between =
        if place.is_empty() || misfit.path.is_empty() || misfit.path.starts_with('[') { "" } else { "." };
    misfit.path = concat(&[place, between, &misfit.path]);
    misfit.into()
}

/// Reads a value of JavaScript as a type, such as one that an import of your own returns.
///
/// # Errors
/// `response_misfit` where it does not fit.
#[cfg(all(feature = "serde-wasm-bindgen", target_family = "wasm"))]
pub fn from_js<T: DeserializeOwned>(value: wasm_bindgen::JsValue) -> Result<T, Error> {
    // What it says may hold the value.
    let misfit = |_| Error::new(Code::ResponseMisfit, "a value of JavaScript does not fit its type");
    serde_wasm_bindgen::from_value(value).map_err(misfit)
}

/// Writes what a type holds as a value of JavaScript: a map as a plain object.
///
/// # Errors
/// `claim_type_mismatch` where it cannot.
#[cfg(all(feature = "serde-wasm-bindgen", target_family = "wasm"))]
pub fn to_js<T: Serialize + ?Sized>(data: &T) -> Result<wasm_bindgen::JsValue, Error> {
    let misfit = |_| Error::new(Code::ClaimTypeMismatch, "this cannot be a value of JavaScript");
    data.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(misfit)
}
