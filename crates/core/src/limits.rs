//! The limits of a target: of one claim, and of all of them together.
//!
//! Auth0 throws for some claims over the limit, fails the login for others, and drops the rest silently.

use claimsmith_expression::text::{all, concat, units};
use claimsmith_expression::{Map, Value, json};

use crate::error::{Code, Error};
use crate::event::read_event;
use crate::plan::Limits;
use crate::target::{MAX_SESSION_TEXT, Target};

/// Bytes of one value of a transaction's metadata, and of all its keys and values.
const MAX_TRANSACTION_VALUE: usize = 8 * 1024;
const MAX_TRANSACTION: usize = 16 * 1024;
/// Bytes of a user's `app_metadata` or `user_metadata`.
const MAX_METADATA: usize = 32 * 1024;
/// SAML attributes: their number, the UTF-16 units of a value or item, the bytes of names and values.
const MAX_ATTRIBUTES: usize = 100;
const MAX_ATTRIBUTE_VALUE: usize = 2048;
const MAX_SAML: usize = 10 * 1024;

/// Keys of the metadata of a session or a refresh token.
const MAX_SESSION_KEYS: usize = 25;

/// The room that a target has left, or that claims take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Room {
    /// Bytes of names and values.
    pub(crate) bytes: usize,
    /// Claims.
    pub(crate) count: usize,
}

impl Room {
    /// Returns whether what takes so much fits.
    pub(crate) fn holds(self, taken: Room) -> bool {
        taken.bytes <= self.bytes && taken.count <= self.count
    }

    /// Adds what another claim takes.
    pub(crate) fn add(&mut self, other: Room) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.count += other.count;
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
        Target::SessionMetadata | Target::RefreshTokenMetadata => {
            count = MAX_SESSION_KEYS.saturating_sub(held.as_object().map_or(0, Map::len));
            usize::MAX
        }
    };
    if let Value::Object(members) = held {
        for (name, value) in members.iter() {
            bytes = bytes.saturating_sub(size(target, name, value));
        }
    }
    Room { bytes, count }
}

/// Returns how much of a target's room a claim takes: bytes, and claims.
pub(crate) fn weight(target: Target, name: &str, value: &Value, held: &Value) -> Room {
    let old = held.as_object().and_then(|members| members.get(name));
    let mut count = 1;
    let replaced = match target {
        // A transaction's metadata counts even where it is about to be replaced: nothing says that Auth0 makes room
        // first. What a user has is kept for years, and replaced at each login.
        Target::AppMetadata | Target::UserMetadata => old.map_or(0, |old| size(target, name, old)),
        Target::SessionMetadata | Target::RefreshTokenMetadata => {
            count = usize::from(old.is_none());
            0
        }
        Target::AccessToken | Target::IdToken | Target::SamlResponse | Target::TransactionMetadata => 0,
    };
    Room { bytes: size(target, name, value).saturating_sub(replaced), count }
}

/// Bytes of a name and its value: tokens and a user's metadata carry JSON, the others text as it is.
fn size(target: Target, name: &str, value: &Value) -> usize {
    let is_text = matches!(target, Target::SamlResponse | Target::TransactionMetadata);
    let value = match value {
        Value::String(text) if is_text => text.len(),
        Value::Array(items) if is_text => items.iter().map(|item| size(target, "", item)).sum(),
        _ => json::length(value),
    };
    name.len().saturating_add(value)
}

/// Returns why a target does not take a value, whatever else goes there; `None` where it does.
pub(crate) fn refuse(target: Target, is_missing: bool, value: &Value, held: &Value) -> Option<Error> {
    let is_over = |value: &Value, most: usize| value.as_str().is_some_and(|text| units(text) > most);
    let is_long = |value: &Value| is_over(value, MAX_ATTRIBUTE_VALUE);
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
        Target::SessionMetadata | Target::RefreshTokenMetadata if value.as_str().is_some() => (
            is_over(value, MAX_SESSION_TEXT),
            Code::ClaimsTooLarge,
            "a value of at most 255 characters goes to",
        ),
        Target::SessionMetadata | Target::RefreshTokenMetadata => {
            (true, Code::ClaimTypeMismatch, "only strings go to")
        }
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
    (1..=MAX_SCOPE).contains(&text.len()) && all(text, |byte| byte.is_ascii_graphic())
}
