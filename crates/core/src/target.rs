//! Targets: where claims go, and which names Auth0 takes there.

use crate::error::Code;
use crate::names::reserved;
use crate::words::words;

words! {
    /// The target of a claim.
    pub enum Target {
        /// The access token.
        AccessToken = "access_token",
        /// The ID token.
        IdToken = "id_token",
        /// An attribute of the SAML response: a string, a number, a boolean, or a list of these.
        SamlResponse = "saml_response",
        /// `app_metadata` of the user.
        AppMetadata = "app_metadata",
        /// `user_metadata` of the user.
        UserMetadata = "user_metadata",
        /// Metadata of the transaction, for later Actions: a string, a number or a boolean; a name of 64 characters
        /// at most.
        TransactionMetadata = "transaction_metadata",
        /// Metadata of the session: a string of 255 characters at most; a name likewise.
        SessionMetadata = "session_metadata",
        /// Metadata of the refresh token, likewise.
        RefreshTokenMetadata = "refresh_token_metadata",
    }
}

impl Target {
    /// Returns why Auth0 would not take a claim of this name there; `None` where it would.
    ///
    /// Auth0 reserves names of its tokens' claims. An attribute of a SAML response or a key of metadata
    /// may be called `roles`.
    #[doc(hidden)]
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
            Target::SessionMetadata | Target::RefreshTokenMetadata
                if name.encode_utf16().count() > MAX_SESSION_TEXT =>
            {
                Some((Code::ConfigInvalid, "is over the 255 characters that metadata of a session takes"))
            }
            Target::SamlResponse
            | Target::AppMetadata
            | Target::UserMetadata
            | Target::TransactionMetadata
            | Target::SessionMetadata
            | Target::RefreshTokenMetadata => None,
        }
    }

    /// Returns the object below `api` and its method that set a claim there.
    #[doc(hidden)]
    pub fn setter(self) -> (&'static str, &'static str) {
        match self {
            Target::AccessToken => ("accessToken", "setCustomClaim"),
            Target::IdToken => ("idToken", "setCustomClaim"),
            Target::SamlResponse => ("samlResponse", "setAttribute"),
            Target::AppMetadata => ("user", "setAppMetadata"),
            Target::UserMetadata => ("user", "setUserMetadata"),
            Target::TransactionMetadata => ("transaction", "setMetadata"),
            Target::SessionMetadata => ("session", "setMetadata"),
            Target::RefreshTokenMetadata => ("refreshToken", "setMetadata"),
        }
    }

    /// Returns the path in the event of what the target holds; `None` where the event does not show it.
    #[doc(hidden)]
    pub fn place_in_event(self) -> Option<[&'static str; 2]> {
        match self {
            Target::AppMetadata => Some(["user", "app_metadata"]),
            Target::UserMetadata => Some(["user", "user_metadata"]),
            Target::TransactionMetadata => Some(["transaction", "metadata"]),
            Target::SessionMetadata => Some(["session", "metadata"]),
            Target::RefreshTokenMetadata => Some(["refresh_token", "metadata"]),
            Target::AccessToken | Target::IdToken | Target::SamlResponse => None,
        }
    }
}

/// Characters of a key of `event.transaction.metadata`.
const MAX_METADATA_KEY: usize = 64;
/// Characters of a key, and of a value, of the metadata of a session or a refresh token.
pub(crate) const MAX_SESSION_TEXT: usize = 255;
/// Bytes of the name of a SAML attribute.
const MAX_SAML_NAME: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::RESERVED_NAMES;
    use crate::words::Word;

    #[test]
    fn each_reserved_name_is_refused_on_the_tokens_and_nowhere_else() {
        for name in RESERVED_NAMES.split(' ').chain(["scope", "https://x.auth0.com/roles", "urn:auth0:x"]) {
            for target in Target::ALL.iter().copied() {
                let is_token = matches!(target, Target::AccessToken | Target::IdToken);
                let refused = target.refuses_name(name);
                assert_eq!(refused.is_some(), is_token, "{name} {target:?}");
                assert!(refused.is_none_or(|(code, _)| code == Code::ClaimReserved), "{name}");
            }
        }
    }

    #[test]
    fn no_target_takes_an_empty_name_and_metadata_no_long_one() {
        for target in Target::ALL.iter().copied() {
            assert!(target.refuses_name("").is_some(), "{target:?}");
            if matches!(target, Target::SessionMetadata | Target::RefreshTokenMetadata) {
                for long in ["k".repeat(256), "\u{1f511}".repeat(128)] {
                    assert!(target.refuses_name(&long).is_some(), "{target:?}");
                }
                assert_eq!(target.refuses_name(&"ö".repeat(255)), None, "{target:?}");
                continue;
            }
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
}
