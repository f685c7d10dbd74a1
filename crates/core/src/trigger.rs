//! The trigger that runs an Action.

use crate::event::{CLIENT_ID, USER_ID};
use crate::target::Target;
use crate::words::words;

words! {
    /// The trigger that runs an Action.
    pub enum Trigger {
        /// A user logs in.
        PostLogin = "post-login",
        /// A machine gets a token (RFC 6749 §4.4). There is no user and no ID token.
        CredentialsExchange = "credentials-exchange",
    }
}

impl Trigger {
    /// Returns the tokens that the trigger issues.
    pub fn tokens(self) -> &'static [Target] {
        match self {
            Trigger::PostLogin => &[Target::AccessToken, Target::IdToken],
            Trigger::CredentialsExchange => &[Target::AccessToken],
        }
    }

    /// Returns the name of the function that the Action exports.
    pub fn handler(self) -> &'static str {
        match self {
            Trigger::PostLogin => "onExecutePostLogin",
            Trigger::CredentialsExchange => "onExecuteCredentialsExchange",
        }
    }

    /// Returns the OAuth code (RFC 6749 §5.2) that `api.access.deny` takes before the reason; `None` where it takes the
    /// reason alone.
    pub fn denial_code(self, is_failure: bool) -> Option<&'static str> {
        match self {
            Trigger::PostLogin => None,
            Trigger::CredentialsExchange if is_failure => Some("server_error"),
            Trigger::CredentialsExchange => Some("invalid_request"),
        }
    }

    /// Returns the object below `api` and its method that add a scope to the access token, or remove one.
    pub fn scope_setter(self, adds: bool) -> (&'static str, &'static str) {
        match (self, adds) {
            (Trigger::PostLogin, true) => ("accessToken", "addScope"),
            (Trigger::PostLogin, false) => ("accessToken", "removeScope"),
            (Trigger::CredentialsExchange, true) => ("transaction", "addTargetScope"),
            (Trigger::CredentialsExchange, false) => ("transaction", "removeTargetScope"),
        }
    }

    /// Returns the path in the event of the user or machine that the execution is for.
    pub(crate) fn subject(self) -> [&'static str; 2] {
        match self {
            Trigger::PostLogin => USER_ID,
            Trigger::CredentialsExchange => CLIENT_ID,
        }
    }
}
