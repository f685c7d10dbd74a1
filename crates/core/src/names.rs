//! Claim names that Auth0 reserves, or releases for a scope only.

use claimsmith_expression::text::{find, split, split_once};

use crate::error::Code;

/// The 60 names that `setCustomClaim` accepts and silently drops. A list in one text is
/// half as large as an array of them.
pub const RESERVED_NAMES: &str = "\
    acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty \
    dest entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid \
    may_act mky nbf nonce object_id org_id org_name orig origid permissions roles rph s_hash sid sip_callid \
    sip_cseq_num sip_date sip_from_tag sip_via_branch sub sub_jwk toe txn typ uuid vot vtm x5t#S256";

/// Hosts whose namespaces Auth0 reserves.
pub const RESERVED_HOSTS: [&str; 4] = ["auth0.com", "auth0app.com", "webtask.io", "webtask.run"];

/// Returns why Auth0 would not put a claim of this name into a token.
pub(crate) fn reserved(name: &str) -> Option<(Code, &'static str)> {
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
    let mut rest = names;
    while !rest.is_empty() {
        let (known, behind) = split_once(rest, b' ');
        if known == name {
            return true;
        }
        rest = behind;
    }
    false
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

/// Normalises a URL as parsers do (WHATWG URL, UTS #46 §4), as far as that may hide whose name its host is: in lower
/// case, with slashes and wide letters made plain, letters percent-decoded, and what is invisible left out.
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

/// Returns the host of a [`plain_url`], and the rest behind host and port; `None` where it has no host. The scheme, a
/// user and a port say nothing about whose name it is.
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

/// Returns the scope without which Auth0 keeps a claim of this name out of the access token.
pub fn needed_scope(name: &str) -> Option<&'static str> {
    match name {
        "email" | "email_verified" => Some("email"),
        "phone_number" | "phone_number_verified" => Some("phone"),
        "address" => Some("address"),
        _ => is_one_of(PROFILE_CLAIMS, name).then_some("profile"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_reserved(name: &str) -> bool {
        matches!(reserved(name), Some((Code::ClaimReserved, _)))
    }

    #[test]
    fn there_are_sixty_reserved_names() {
        assert_eq!(RESERVED_NAMES.split(' ').count(), 60);
        assert!(RESERVED_NAMES.starts_with("acr ") && RESERVED_NAMES.ends_with(" x5t#S256"));
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
