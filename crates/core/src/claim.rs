//! Claims: where they go, which names Auth0 takes, and whether a value is what the claim says it is.

use claimsmith_expression::text::{find, split};
use claimsmith_expression::{Number, Value};

use crate::error::Code;

/// Where a claim goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `api.accessToken.setCustomClaim`.
    AccessToken,
    /// `api.idToken.setCustomClaim`.
    IdToken,
    /// `api.samlResponse.setAttribute`.
    SamlResponse,
    /// `api.user.setAppMetadata`.
    AppMetadata,
    /// `api.user.setUserMetadata`.
    UserMetadata,
    /// `api.transaction.setMetadata`.
    TransactionMetadata,
}

/// All of them: what `to` may say. This and the names beside it are sorted as the variants are.
pub const TARGETS: [Target; 6] = [
    Target::AccessToken,
    Target::IdToken,
    Target::SamlResponse,
    Target::AppMetadata,
    Target::UserMetadata,
    Target::TransactionMetadata,
];

pub(crate) const TARGET_NAMES: [&str; 6] =
    ["access_token", "id_token", "saml_response", "app_metadata", "user_metadata", "transaction_metadata"];

impl Target {
    /// The target's name in the configuration.
    pub fn as_str(self) -> &'static str {
        TARGET_NAMES.get(self as usize).copied().unwrap_or_default()
    }

    /// Why Auth0 would not take a claim of this name there; `None` where it would.
    ///
    /// What Auth0 reserves are claims of its tokens. An attribute of a SAML response or a key of metadata
    /// may be called `roles`.
    pub fn refuses_name(self, name: &str) -> Option<(Code, &'static str)> {
        match self {
            _ if name.is_empty() => Some((Code::ConfigInvalid, "is no name for a claim")),
            Target::AccessToken | Target::IdToken => reserved(name),
            // JavaScript counts UTF-16 units.
            Target::TransactionMetadata if name.encode_utf16().count() > MAX_METADATA_KEY => {
                Some((Code::ConfigInvalid, "is over the 64 characters that `transaction_metadata` takes"))
            }
            Target::SamlResponse if name.len() > MAX_SAML_NAME => {
                Some((Code::ConfigInvalid, "is over the 1 kB that `saml_response` takes of a name"))
            }
            Target::SamlResponse
            | Target::AppMetadata
            | Target::UserMetadata
            | Target::TransactionMetadata => None,
        }
    }

    /// The names that lead to what the target holds already, in the event; `None` where the event does not show it.
    pub fn place_in_event(self) -> Option<[&'static str; 2]> {
        match self {
            Target::AppMetadata => Some(["user", "app_metadata"]),
            Target::UserMetadata => Some(["user", "user_metadata"]),
            Target::TransactionMetadata => Some(["transaction", "metadata"]),
            Target::AccessToken | Target::IdToken | Target::SamlResponse => None,
        }
    }
}

/// Characters of a key of `event.transaction.metadata`.
const MAX_METADATA_KEY: usize = 64;
/// Bytes of the name of a SAML attribute.
const MAX_SAML_NAME: usize = 1024;

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

/// The 60 names that `setCustomClaim` accepts and the token then lacks, without a word. A list in one text is
/// half as large as an array of them.
pub const RESERVED_NAMES: &str = "\
    acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty \
    dest entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid \
    may_act mky nbf nonce object_id org_id org_name orig origid permissions roles rph s_hash sid sip_callid \
    sip_cseq_num sip_date sip_from_tag sip_via_branch sub sub_jwk toe txn typ uuid vot vtm x5t#S256";

/// Hosts whose namespaces Auth0 keeps for itself.
pub const RESERVED_HOSTS: [&str; 4] = ["auth0.com", "auth0app.com", "webtask.io", "webtask.run"];

/// Why Auth0 would not put a claim of this name into a token.
fn reserved(name: &str) -> Option<(Code, &'static str)> {
    if name == "scope" {
        return Some((Code::ClaimReserved, "cannot be set as a claim; Auth0 fills it from the scopes"));
    }
    if is_one_of(RESERVED_NAMES, name) {
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

fn is_one_of(names: &str, name: &str) -> bool {
    names.split(' ').any(|known| known == name)
}

fn is_reserved_namespace(name: &str) -> bool {
    let name = plain_url(name);
    let urn = name.strip_prefix("urn:auth0");
    urn.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-'))
        || split_host(&name).is_some_and(|(found, _)| RESERVED_HOSTS.iter().any(|host| is_below(found, host)))
}

/// Returns whether an access token for this audience is for an API of Auth0's, and so carries no claims of others.
/// `/userinfo` is exempt.
pub(crate) fn is_auth0_api(audience: &str) -> bool {
    split_host(&plain_url(audience)).is_some_and(|(host, path)| {
        is_below(host, "auth0.com") && !matches!(path, "/userinfo" | "/userinfo/")
    })
}

/// A URL as parsers read it (WHATWG URL, UTS #46 §4), as far as that may hide whose name its host is: in lower case,
/// with slashes and wide letters made plain, letters percent-decoded, and what is invisible left out.
///
/// The tables for other characters would cost more than the engine has room for.
fn plain_url(url: &str) -> String {
    let mut plain = String::new();
    let mut rest = url.chars();
    while let Some(mut shown) = rest.next() {
        shown = match shown {
            '\0'..=' '
            | '\u{ad}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' => {
                continue;
            }
            '\\' => '/',
            '\u{3002}' | '\u{ff61}' => '.',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(shown) - 0xfee0).unwrap_or(shown),
            '%' => {
                let mut after = rest.clone();
                let mut digit = || after.next()?.to_digit(16);
                let decoded = digit().zip(digit()).and_then(|(high, low)| char::from_u32(high << 4 | low));
                match decoded
                    .filter(|decoded| decoded.is_ascii_alphanumeric() || matches!(decoded, '.' | '-'))
                {
                    Some(decoded) => {
                        rest = after;
                        decoded
                    }
                    None => shown,
                }
            }
            _ => shown,
        };
        plain.push(shown.to_ascii_lowercase());
    }
    plain
}

/// The schemes whose URLs have a host behind any number of slashes (WHATWG URL, "special scheme").
const SPECIAL_SCHEMES: &str = "ftp http https ws wss";

/// The host of a [`plain_url`], and what stands behind host and port; `None` where it has no host. The scheme, a user
/// and a port say nothing about whose name it is.
fn split_host(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = split(url, find(url, b":")?);
    let mut rest = rest.get(1..)?;
    if scheme.is_empty() || !(rest.starts_with("//") || is_one_of(SPECIAL_SCHEMES, scheme)) {
        return None;
    }
    while let Some(after) = rest.strip_prefix('/') {
        rest = after;
    }
    let (mut host, path) = split(rest, find(rest, b"/?#").unwrap_or(rest.len()));
    while let Some(at) = find(host, b"@") {
        host = host.get(at + 1..)?;
    }
    (host, _) = split(host, find(host, b":").unwrap_or(host.len()));
    while let Some(before) = host.strip_suffix('.') {
        host = before;
    }
    Some((host, path))
}

fn is_below(found: &str, host: &str) -> bool {
    found.strip_suffix(host).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The claims of OpenID Connect that the scope `profile` releases (OpenID Connect Core §5.4).
const PROFILE_CLAIMS: &str = "\
    birthdate family_name gender given_name locale middle_name name nickname picture preferred_username \
    profile updated_at website zoneinfo";

/// The scope without which Auth0 keeps a claim of this name out of the access token.
pub(crate) fn needed_scope(name: &str) -> Option<&'static str> {
    match name {
        "email" | "email_verified" => Some("email"),
        "phone_number" | "phone_number_verified" => Some("phone"),
        "address" => Some("address"),
        _ => is_one_of(PROFILE_CLAIMS, name).then_some("profile"),
    }
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
        matches!(Target::IdToken.refuses_name(name), Some((Code::ClaimReserved, _)))
    }

    #[test]
    fn there_are_sixty_reserved_names() {
        assert_eq!(RESERVED_NAMES.split(' ').count(), 60);
        assert!(RESERVED_NAMES.starts_with("acr ") && RESERVED_NAMES.ends_with(" x5t#S256"));
    }

    #[test]
    fn each_reserved_name_is_refused_on_the_tokens_and_nowhere_else() {
        for name in RESERVED_NAMES.split(' ').chain(["scope", "https://x.auth0.com/roles", "urn:auth0:x"]) {
            for target in TARGETS {
                let is_token = matches!(target, Target::AccessToken | Target::IdToken);
                let refused = target.refuses_name(name);
                assert_eq!(refused.is_some(), is_token, "{name} {target:?}");
                assert!(refused.is_none_or(|(code, _)| code == Code::ClaimReserved), "{name}");
            }
        }
    }

    #[test]
    fn no_target_takes_an_empty_name_and_transaction_metadata_no_long_one() {
        for target in TARGETS {
            assert!(target.refuses_name("").is_some(), "{target:?}");
            let is_metadata = target == Target::TransactionMetadata;
            for long in ["k".repeat(65), "\u{1f511}".repeat(33)] {
                assert_eq!(target.refuses_name(&long).is_some(), is_metadata, "{target:?}");
            }
            let is_saml = target == Target::SamlResponse;
            assert_eq!(target.refuses_name(&"ö".repeat(513)).is_some(), is_saml || is_metadata, "{target:?}");
            assert_eq!(target.refuses_name(&"ö".repeat(512)).is_some(), is_metadata, "{target:?}");
            for fits in ["k".repeat(64), "\u{1f511}".repeat(32), "__proto__".to_owned()] {
                assert_eq!(target.refuses_name(&fits), None, "{target:?}");
            }
        }
    }

    /// The table that the stand-in for Auth0 is held to as well.
    const VECTORS: &str = include_str!("../../../tests/vectors/auth0-hosts.json");

    #[test]
    fn namespaces_and_audiences_of_auth0_are_known_in_whatever_spelling() {
        let vectors = claimsmith_expression::json::read(VECTORS.as_bytes()).unwrap();
        let texts = |table: &str, key: &str| {
            let texts = vectors.member(table).member(key);
            let texts: Vec<String> =
                texts.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
            assert!(texts.len() > 3, "{table} {key}");
            texts
        };
        for (key, expected) in [("reserved", true), ("free", false)] {
            for name in texts("claim_names", key) {
                assert_eq!(is_reserved(&name), expected, "{name}");
            }
        }
        for (key, expected) in [("auth0", true), ("other", false)] {
            for audience in texts("audiences", key) {
                assert_eq!(is_auth0_api(&audience), expected, "{audience}");
            }
        }
    }

    #[test]
    fn each_name_of_openid_connect_needs_its_scope() {
        let names = "address birthdate email email_verified family_name gender given_name locale middle_name name \
            nickname phone_number phone_number_verified picture preferred_username profile updated_at website zoneinfo";
        for name in names.split_whitespace() {
            assert!(needed_scope(name).is_some(), "{name}");
        }
        assert_eq!(needed_scope("email_verified"), Some("email"));
        assert_eq!(needed_scope("phone_number"), Some("phone"));
        assert_eq!(needed_scope("plan"), None);
    }
}
