//! Paths in Auth0's event that the engine reads by itself.

use claimsmith_expression::Value;

/// The path of the login's correlation id.
pub const CORRELATION_ID: [&str; 2] = ["transaction", "correlation_id"];
/// The path of the user's id.
pub const USER_ID: [&str; 2] = ["user", "user_id"];
/// The path of the flag that the user's address is verified.
pub const EMAIL_VERIFIED: [&str; 2] = ["user", "email_verified"];
/// The path of the client id of the application that asks for tokens.
pub const CLIENT_ID: [&str; 2] = ["client", "client_id"];
/// The path of the identifier of the API that the access token is for.
pub const AUDIENCE: [&str; 2] = ["resource_server", "identifier"];
/// The path of the scopes that the application asked for.
pub const REQUESTED_SCOPES: [&str; 2] = ["transaction", "requested_scopes"];

/// The value at the end of such a chain; null where there is none.
pub(crate) fn read_event(event: &Value, names: [&str; 2]) -> Value {
    names.iter().fold(event.clone(), |value, name| value.member(name))
}
