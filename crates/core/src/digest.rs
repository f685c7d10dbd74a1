//! Digests as keys of what is kept, over all that identifies it.

use std::rc::Rc;

use claimsmith_expression::platform;
use claimsmith_expression::text::decimal;

use crate::encode::base64url;
use crate::secret::Secret;

/// Returns a SHA-256 over the parts, as 43 characters of base64url.
pub(crate) fn digest(parts: &[&str]) -> String {
    digest_of(&identity(parts))
}

/// Returns the first 48 bits of the same, for names that stand in a record of narrow limits.
pub fn short_digest(parts: &[&str]) -> Rc<str> {
    digest(parts).get(..8).unwrap_or_default().into()
}

/// Returns the parts as one text, each with its length before it, so that no two lists of parts run into one.
pub(crate) fn identity(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(&decimal(part.len()));
        text.push(':');
        text.push_str(part);
    }
    text
}

/// Returns names with their values as one such text.
pub(crate) fn identity_of(pairs: &[(String, Secret)]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for (name, value) in pairs {
        parts.extend([name, value.expose()]);
    }
    identity(&parts)
}

pub(crate) fn digest_of(identity: &str) -> String {
    base64url(&platform::sha256(identity.as_bytes()))
}
