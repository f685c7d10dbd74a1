//! Further factors (multi-factor authentication), by Auth0's names.

use claimsmith_expression::Value;

use crate::error::{Code, Error};
use crate::words::words;

words! {
    /// The provider of a further factor.
    @non_exhaustive pub enum Provider {
        /// Any that the tenant has enabled.
        Any = "any",
        /// Auth0 Guardian.
        Guardian = "guardian",
        /// Google Authenticator.
        GoogleAuthenticator = "google-authenticator",
        /// Duo.
        Duo = "duo",
        /// None: no further factor is asked for.
        None = "none",
    }
}

words! {
    /// A further factor.
    @non_exhaustive pub enum Factor {
        /// A one-time password of an app.
        Otp = "otp",
        /// A code by email. It need not be enrolled.
        Email = "email",
        /// A code by text message or voice.
        Phone = "phone",
        /// A notification of an app, by its shorter name.
        Push = "push",
        /// A notification of an app.
        PushNotification = "push-notification",
        /// A device's own authenticator.
        WebauthnPlatform = "webauthn-platform",
        /// A security key.
        WebauthnRoaming = "webauthn-roaming",
        /// A recovery code.
        RecoveryCode = "recovery-code",
    }
}

impl Factor {
    /// Returns whether Auth0 calls it so: a notification of an app has two names.
    pub(crate) fn is_named(self, name: &str) -> bool {
        let is_push = matches!(self, Factor::Push | Factor::PushNotification);
        name == self.as_str() || is_push && matches!(name, "push" | "push-notification")
    }
}

/// A demand of a further factor.
#[derive(Clone, Debug, PartialEq)]
pub enum Mfa {
    /// Any factor of the provider, and whether the browser may be remembered.
    Enable(Provider, Option<bool>),
    /// One of these, which the user has.
    Challenge(Vec<Factor>),
    /// One of these, which the user enrols.
    Enroll(Vec<Factor>),
}

/// Returns the demand of one of these factors: of those that the user has, or else of one of `enrolls`. `enrolled` is
/// what the event says of the user's.
///
/// To enrol a factor is for those who have none: where it cannot be read which ones a user has, another could enrol his
/// own.
///
/// # Errors
/// `unavailable` where no factor can be demanded.
pub(crate) fn challenge(
    factors: &[Factor],
    enrolls: &[Factor],
    enrolled: &Value,
    has_address: bool,
) -> Result<Mfa, Error> {
    let mut has = Vec::new();
    for factor in factors {
        let mut is_there = has_address && *factor == Factor::Email;
        for known in enrolled.as_array().unwrap_or_default() {
            let name = known.member("type");
            is_there |= *factor != Factor::Email && factor.is_named(name.as_str().unwrap_or_default());
        }
        if is_there {
            has.push(*factor);
        }
    }
    if !has.is_empty() {
        return Ok(Mfa::Challenge(has));
    }
    if !(enrolled.is_null() || enrolled.as_array().is_some()) || enrolled.has_unavailable() {
        return Err(Error::new(Code::Unavailable, "`event.user.enrolledFactors` cannot be read"));
    }
    if enrolls.is_empty() {
        return Err(Error::new(
            Code::Unavailable,
            "the user has no factor of `challenge`, and can enrol none",
        ));
    }
    Ok(Mfa::Enroll(enrolls.to_vec()))
}

/// Returns whether a login has had a further factor, or has nobody to ask, by what its event says. What cannot be read
/// says neither.
pub(crate) fn needs_none(methods: &Value, protocol: &Value) -> bool {
    let is_mfa = |method: &Value| method.member("name").as_str() == Some("mfa");
    methods.as_array().is_some_and(|methods| methods.iter().any(is_mfa))
        || matches!(protocol.as_str(), Some("oauth2-refresh-token" | "oauth2-token-exchange"))
}
