//! Claims: where they go, which names Auth0 takes, and whether a value is what the claim says it is.

use claimsmith_expression::{Number, Value};

use crate::error::Code;

/// Where a claim goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `api.accessToken.setCustomClaim`.
    AccessToken,
    /// `api.idToken.setCustomClaim`.
    IdToken,
}

impl Target {
    /// The target's name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Target::AccessToken => "access_token",
            Target::IdToken => "id_token",
        }
    }
}

/// What a claim's value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimType {
    /// The type of the value, or of each item.
    pub item: ItemType,
    /// Whether the value is an array of such items.
    pub is_list: bool,
}

/// The type of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemType {
    /// Text.
    String,
    /// Any number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// An object.
    Object,
    /// An array of anything.
    Array,
}

/// What `type` may say. The array is sorted as the words beside it are.
pub(crate) const CLAIM_TYPES: [ClaimType; 11] = [
    one(ItemType::String),
    one(ItemType::Number),
    one(ItemType::Integer),
    one(ItemType::Boolean),
    one(ItemType::Object),
    one(ItemType::Array),
    list(ItemType::String),
    list(ItemType::Number),
    list(ItemType::Integer),
    list(ItemType::Boolean),
    list(ItemType::Object),
];

pub(crate) const TYPE_NAMES: [&str; 11] = [
    "string",
    "number",
    "integer",
    "boolean",
    "object",
    "array",
    "string[]",
    "number[]",
    "integer[]",
    "boolean[]",
    "object[]",
];

const fn one(item: ItemType) -> ClaimType {
    ClaimType { item, is_list: false }
}

const fn list(item: ItemType) -> ClaimType {
    ClaimType { item, is_list: true }
}

impl ClaimType {
    /// The type's name in the configuration.
    pub fn as_str(self) -> &'static str {
        CLAIM_TYPES.iter().zip(TYPE_NAMES).find(|(known, _)| **known == self).map_or("", |(_, name)| name)
    }
}

/// Names that `setCustomClaim` accepts and the token then lacks, without a word.
pub const RESERVED_NAMES: [&str; 60] = [
    "acr",
    "act",
    "active",
    "amr",
    "at_hash",
    "ath",
    "attest",
    "aud",
    "auth_time",
    "authorization_details",
    "azp",
    "c_hash",
    "client_id",
    "cnf",
    "cty",
    "dest",
    "entitlements",
    "events",
    "exp",
    "groups",
    "gty",
    "htm",
    "htu",
    "iat",
    "internalService",
    "iss",
    "jcard",
    "jku",
    "jti",
    "jwe",
    "jwk",
    "kid",
    "may_act",
    "mky",
    "nbf",
    "nonce",
    "object_id",
    "org_id",
    "org_name",
    "orig",
    "origid",
    "permissions",
    "roles",
    "rph",
    "s_hash",
    "sid",
    "sip_callid",
    "sip_cseq_num",
    "sip_date",
    "sip_from_tag",
    "sip_via_branch",
    "sub",
    "sub_jwk",
    "toe",
    "txn",
    "typ",
    "uuid",
    "vot",
    "vtm",
    "x5t#S256",
];

/// Hosts whose namespaces Auth0 keeps for itself.
const RESERVED_HOSTS: [&str; 3] = ["auth0.com", "webtask.io", "webtask.run"];

/// Why Auth0 would not put a claim of this name into a token; `None` where it would.
pub fn reserved(name: &str) -> Option<(Code, &'static str)> {
    if name.is_empty() {
        return Some((Code::ConfigInvalid, "is no name for a claim"));
    }
    if name == "scope" {
        return Some((Code::ClaimReserved, "cannot be set as a claim; Auth0 fills it from the scopes"));
    }
    if RESERVED_NAMES.contains(&name) {
        return Some((
            Code::ClaimReserved,
            "is reserved: Auth0 drops it without a word; put it in a namespace of your own, as in `https://example.com/name`",
        ));
    }
    if is_reserved_namespace(name) {
        return Some((
            Code::ClaimReserved,
            "is in a namespace of Auth0's, which drops it without a word; take a domain of your own",
        ));
    }
    None
}

fn is_reserved_namespace(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name == "urn:auth0" || name.starts_with("urn:auth0:") {
        return true;
    }
    let Some(rest) = name.strip_prefix("https://").or_else(|| name.strip_prefix("http://")) else {
        return false;
    };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    RESERVED_HOSTS.iter().any(|reserved| {
        host.strip_suffix(reserved).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

/// Whether a value is of a type. Nothing is cast: `"1"` is no number, and `1` is no string.
pub fn fits(value: &Value, kind: ClaimType) -> bool {
    if !kind.is_list {
        return fits_item(value, kind.item);
    }
    value.as_array().is_some_and(|items| items.iter().all(|item| fits_item(item, kind.item)))
}

fn fits_item(value: &Value, item: ItemType) -> bool {
    match item {
        ItemType::String => matches!(value, Value::String(_)),
        ItemType::Number => matches!(value, Value::Number(_)),
        ItemType::Integer => value.as_number().is_some_and(Number::is_integer),
        ItemType::Boolean => matches!(value, Value::Bool(_)),
        ItemType::Object => matches!(value, Value::Object(_)),
        ItemType::Array => matches!(value, Value::Array(_)),
    }
}

/// Whether an integer that JavaScript would round lies anywhere in the value.
pub fn has_unsafe_integer(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_unsafe_integer(),
        Value::Array(items) => items.iter().any(has_unsafe_integer),
        Value::Object(members) => members.values().any(has_unsafe_integer),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_reserved(name: &str) -> bool {
        matches!(reserved(name), Some((Code::ClaimReserved, _)))
    }

    #[test]
    fn each_reserved_name_is_refused() {
        for name in RESERVED_NAMES.into_iter().chain(["scope"]) {
            assert!(is_reserved(name), "{name}");
        }
    }

    #[test]
    fn namespaces_of_auth0_are_refused_and_lookalikes_are_not() {
        for name in [
            "https://auth0.com/roles",
            "http://x.auth0.com/",
            "https://WEBTASK.io:443/a",
            "https://a.webtask.run",
            "urn:auth0",
            "urn:auth0:x",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in
            ["https://myauth0.com/roles", "https://auth0.com.example.com/", "urn:auth0x", "email", "plan"]
        {
            assert_eq!(reserved(name), None, "{name}");
        }
    }
}
