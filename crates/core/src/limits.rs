//! The limits of a target: of one claim, and of all of them together.
//!
//! Auth0 throws for some claims over the limit, fails the login for others, and drops the rest silently.

use claimsmith_expression::Value;
use claimsmith_expression::text::concat;

use crate::error::{Code, Error};
use crate::event::read_event;
use crate::plan::Limits;
use crate::target::Target;

/// Bytes of one value of a transaction's metadata, and of all its keys and values.
const MAX_TRANSACTION_VALUE: usize = 8 * 1024;
const MAX_TRANSACTION: usize = 16 * 1024;
/// Bytes of a user's `app_metadata` or `user_metadata`.
const MAX_METADATA: usize = 32 * 1024;
/// SAML attributes: their number, the UTF-16 units of a value or item, the bytes of names and values.
const MAX_ATTRIBUTES: usize = 100;
const MAX_ATTRIBUTE_VALUE: usize = 2048;
const MAX_SAML: usize = 10 * 1024;

/// The room that a target has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// Bytes of names and values.
    pub(crate) bytes: usize,
    /// Claims.
    pub(crate) count: usize,
}

impl Room {
    /// Returns whether claims of so many bytes fit.
    pub(crate) fn holds(self, bytes: usize, count: usize) -> bool {
        bytes <= self.bytes && count <= self.count
    }
}

/// Returns the metadata that a target holds already, from the event.
pub(crate) fn held(target: Target, scope: &Value) -> Value {
    target.place_in_event().map_or(Value::Null, |names| read_event(&scope.member("event"), names))
}

/// Returns the room of a target that holds this already.
pub(crate) fn room(limits: Limits, target: Target, held: &Value) -> Room {
    let mut count = usize::MAX;
    let mut bytes = match target {
        Target::AccessToken => limits.access_token_bytes as usize,
        Target::IdToken => limits.id_token_bytes as usize,
        Target::SamlResponse => {
            count = MAX_ATTRIBUTES;
            MAX_SAML
        }
        Target::AppMetadata | Target::UserMetadata => MAX_METADATA,
        Target::TransactionMetadata => MAX_TRANSACTION,
    };
    for (name, value) in held.as_object().into_iter().flat_map(|members| members.iter()) {
        bytes = bytes.saturating_sub(size(target, name, value));
    }
    Room { bytes, count }
}

/// Returns the bytes of a target's room that a claim takes.
pub(crate) fn weight(target: Target, name: &str, value: &Value, held: &Value) -> usize {
    let replaced = match target {
        // A transaction's metadata counts even where it is about to be replaced: nothing says that Auth0 makes room
        // first. What a user has is kept for years, and replaced at each login.
        Target::AppMetadata | Target::UserMetadata => {
            held.as_object().and_then(|members| members.get(name)).map_or(0, |old| size(target, name, old))
        }
        Target::AccessToken | Target::IdToken | Target::SamlResponse | Target::TransactionMetadata => 0,
    };
    size(target, name, value).saturating_sub(replaced)
}

/// Bytes of a name and its value: tokens and a user's metadata carry JSON, the others text as it is.
fn size(target: Target, name: &str, value: &Value) -> usize {
    let is_text = matches!(target, Target::SamlResponse | Target::TransactionMetadata);
    let value = match value {
        Value::String(text) if is_text => text.len(),
        Value::Array(items) if is_text => items.iter().map(|item| size(target, "", item)).sum(),
        _ => value.to_json().len(),
    };
    name.len().saturating_add(value)
}

/// Returns why a target does not take a value, whatever else goes there; `None` where it does.
pub(crate) fn refuse(target: Target, is_missing: bool, value: &Value, held: &Value) -> Option<Error> {
    let is_long =
        |value: &Value| value.as_str().is_some_and(|text| text.encode_utf16().count() > MAX_ATTRIBUTE_VALUE);
    let items = value.as_array().unwrap_or_default();
    let (is_refused, code, reason) = match target {
        _ if is_missing => (true, Code::ConfigInvalid, "this login's api has no"),
        Target::AccessToken | Target::IdToken => return None,
        Target::AppMetadata | Target::UserMetadata => (
            !held.is_null() && held.as_object().is_none(),
            Code::ApiRefused,
            "the user's metadata is no object, and Auth0 sets nothing in",
        ),
        Target::SamlResponse
            if is_scalar(value) || value.as_array().is_some() && items.iter().all(is_scalar) =>
        {
            (
                is_long(value) || items.iter().any(is_long),
                Code::ClaimsTooLarge,
                "a value of at most 2,048 characters goes to",
            )
        }
        Target::TransactionMetadata if is_scalar(value) => (
            size(target, "", value) > MAX_TRANSACTION_VALUE,
            Code::ClaimsTooLarge,
            "a value of at most 8 kB goes to",
        ),
        Target::SamlResponse | Target::TransactionMetadata => {
            (true, Code::ClaimTypeMismatch, "only strings, numbers and booleans go to")
        }
    };
    is_refused.then(|| refusal(code, reason, target))
}

/// Returns the refusal of a claim for which the others leave no room.
pub(crate) fn too_large(target: Target) -> Error {
    refusal(Code::ClaimsTooLarge, "the claims together are over the limit of", target)
}

fn refusal(code: Code, reason: &str, target: Target) -> Error {
    Error::new(code, concat(&[reason, " `", target.as_str(), "`"]))
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

/// Auth0 takes no longer scope.
const MAX_SCOPE: usize = 280;

/// Returns whether Auth0 takes this scope-token of RFC 6749 §3.3.
pub fn is_scope(text: &str) -> bool {
    (1..=MAX_SCOPE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
