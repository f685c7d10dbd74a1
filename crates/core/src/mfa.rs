//! Further factors (multi-factor authentication), by Auth0's names.

use crate::words::words;

words! {
    /// The provider of a further factor.
    pub enum Provider {
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
    pub enum Factor {
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
