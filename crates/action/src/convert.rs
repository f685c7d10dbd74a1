//! Values from JavaScript and back.

use claimsmith_core::expression::Value;
#[cfg(any(feature = "plan", feature = "compile"))]
use claimsmith_core::expression::json;
use claimsmith_core::expression::platform::{self, Platform};
use js_sys::{JSON, JsString};
use wasm_bindgen::JsValue;

/// Converts a JavaScript value to JSON; undefined, and what else JSON cannot express, is null. `None` where it
/// cannot be JSON: a cycle, a `BigInt`, a getter that throws, nesting without an end.
///
/// The value crosses as one text, by `JSON.stringify` and the reader that backends' answers go through.
/// Member by member, by `serde-wasm-bindgen`, it would cross once a member, and cost 40 kB of WebAssembly
/// in and out, half of it for printing numbers in errors.
#[cfg(any(feature = "plan", feature = "compile"))]
pub(crate) fn from_js(value: &JsValue) -> Option<Value> {
    match stringify(value)? {
        Some(text) => json::read(text.as_bytes()).ok(),
        None => Some(Value::Null),
    }
}

#[cfg(feature = "handler")]
pub(crate) use partly::from_js_partly;

/// Values of which parts cannot be JSON.
#[cfg(feature = "handler")]
mod partly {
    use claimsmith_core::expression::json::{Unreadable, read_with};
    use claimsmith_core::expression::{Cause, Map, Value};
    use js_sys::{Array, Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    use super::stringify;

    /// The levels that are converted member by member where the whole is not JSON.
    const MAX_LEVELS: u32 = 4;

    /// Converts a JavaScript value to JSON; parts that cannot be JSON are unavailable, and the rest is read.
    pub(crate) fn from_js_partly(value: &JsValue) -> Value {
        read_partly(value, MAX_LEVELS)
    }

    fn read_partly(value: &JsValue, levels: u32) -> Value {
        let unavailable = Value::Unavailable(Cause::Failed);
        match stringify(value) {
            Some(Some(text)) => {
                read_with(text.as_bytes(), Unreadable::PartsAreUnavailable).unwrap_or(unavailable)
            }
            Some(None) => Value::Null,
            None if levels == 0 || !value.is_object() => unavailable,
            None => {
                let part = |name: &JsValue| match Reflect::get(value, name) {
                    Ok(part) => read_partly(&part, levels - 1),
                    Err(_) => Value::Unavailable(Cause::Failed),
                };
                let (mut items, mut members) = (Vec::new(), Vec::new());
                let is_array = Array::is_array(value);
                for name in Object::keys(value.unchecked_ref::<Object>()).iter() {
                    if is_array {
                        items.push(part(&name));
                    } else if let Some(text) = name.as_string() {
                        members.push((text.into(), part(&name)));
                    }
                }
                if is_array { items.into() } else { Map::from_members(members).into() }
            }
        }
    }
}

/// Returns the value as JSON text; `Some(None)` where JSON cannot express it.
fn stringify(value: &JsValue) -> Option<Option<String>> {
    Some(JSON::stringify(value).ok()?.as_string())
}

/// Converts a value to plain JavaScript.
///
/// Arrays and objects go out as one text, by `JSON.parse`. It defines members, where an assignment to
/// `__proto__` would change what the object inherits from.
pub(crate) fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null | Value::Unavailable(_) => JsValue::NULL,
        Value::Bool(value) => JsValue::from_bool(*value),
        Value::Number(number) => JsValue::from_f64(number.as_f64()),
        Value::String(text) => JsValue::from_str(text),
        Value::Array(_) | Value::Object(_) => parse(&value.to_json()),
    }
}

/// JSON text as plain JavaScript.
pub(crate) fn parse(json: &str) -> JsValue {
    JSON::parse(json).unwrap_or(JsValue::NULL)
}

#[cfg(feature = "node")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    /// `js-shim/src/hash.js`, which the build puts beside the glue.
    fn sha256(bytes: &[u8]) -> js_sys::Uint8Array;
}

/// Lends expressions what JavaScript has.
pub(crate) fn lend_platform() {
    platform::lend(Platform {
        lower: |text| JsString::from(text).to_lower_case().into(),
        upper: |text| JsString::from(text).to_upper_case().into(),
        read_number: |text| parse(text).as_f64().unwrap_or(f64::NAN),
        write_number: |value| stringify(&JsValue::from_f64(value)).flatten().unwrap_or_default(),
        #[cfg(feature = "node")]
        sha256: |bytes| sha256(bytes).to_vec(),
        #[cfg(not(feature = "node"))]
        sha256: platform::own_sha256,
    });
}
