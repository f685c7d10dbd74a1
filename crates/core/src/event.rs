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
/// The path of the login's protocol.
pub const PROTOCOL: [&str; 2] = ["transaction", "protocol"];
/// The path of the methods by which the user has authenticated.
pub const AUTHENTICATION_METHODS: [&str; 2] = ["authentication", "methods"];
/// The path of the further factors that the user has.
pub const ENROLLED_FACTORS: [&str; 2] = ["user", "enrolledFactors"];
/// The path of the user's address.
pub const EMAIL: [&str; 2] = ["user", "email"];
/// The path of the session's id.
pub const SESSION_ID: [&str; 2] = ["session", "id"];
/// The path of the refresh token's id.
pub const REFRESH_TOKEN_ID: [&str; 2] = ["refresh_token", "id"];

/// The value at the end of such a chain; null where there is none.
pub(crate) fn read_event(event: &Value, names: [&str; 2]) -> Value {
    names.iter().fold(event.clone(), |value, name| value.member(name))
}
