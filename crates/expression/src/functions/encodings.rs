//! Functions that write a text in other characters, or read it from them.

use super::{Invocation, Outcome};
use crate::{Value, encode, platform};

pub(super) fn base64(call: &mut Invocation<'_, '_>) -> Outcome {
    Ok(encode::base64(call.text(0)?.as_bytes()).into())
}

/// Null where the text is not base64, or what it holds is no text.
pub(super) fn base64_decode(call: &mut Invocation<'_, '_>) -> Outcome {
    let text = encode::base64_decode(&call.text(0)?).and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.map_or(Value::Null, Value::from))
}

pub(super) fn base64url(call: &mut Invocation<'_, '_>) -> Outcome {
    Ok(encode::base64url(call.text(0)?.as_bytes()).into())
}

/// The SHA-256 of a text in UTF-8, in hexadecimal where nothing else is said.
pub(super) fn sha256(call: &mut Invocation<'_, '_>) -> Outcome {
    let text = call.text(0)?;
    let encoding = if call.arguments.len() > 1 { call.text(1)? } else { "hex".into() };
    let write = match &*encoding {
        "hex" => encode::hex,
        "base64" => encode::base64,
        "base64url" => encode::base64url,
        _ => return Err(call.impossible(1, "`hex`, `base64` or `base64url`", "another string")),
    };
    Ok(write(&platform::sha256(text.as_bytes())).into())
}

/// Null where the text is not percent-encoded.
pub(super) fn url_decode(call: &mut Invocation<'_, '_>) -> Outcome {
    Ok(encode::percent_decode(&call.text(0)?).map_or(Value::Null, Value::from))
}

pub(super) fn url_encode(call: &mut Invocation<'_, '_>) -> Outcome {
    let mut encoded = String::new();
    encode::percent_encode(&mut encoded, &call.text(0)?);
    Ok(encoded.into())
}
