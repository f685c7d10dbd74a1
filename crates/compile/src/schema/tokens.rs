//! `tokens`: client-credentials grants.

use std::collections::BTreeMap;

use claimsmith_core::plan::TokenPlan;
use claimsmith_core::token::{Algorithm, AuthMethod};
use schemars::{JsonSchema, Schema};
use serde_json::json;

use super::names::ParameterName;
use super::values::{Template, TimeoutMs, Url};
use super::words::{Words, first};

/// The grant of one access token for the backend: client credentials (RFC 6749 §4.4).
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = credential_rules)]
pub struct Token {
    /// The token endpoint.
    pub token_url: Url,
    /// The client's id.
    pub client_id: Template,
    /// The client's secret. Needed, except with `private_key_jwt`, where it is refused.
    pub client_secret: Option<Template>,
    /// The authentication method of the client.
    #[schemars(extend("default" = first::<AuthMethod>()))]
    pub client_auth: Option<Words<AuthMethod>>,
    /// The private key, as PKCS#8 in PEM. Needed with `private_key_jwt`, and refused otherwise.
    pub private_key: Option<Template>,
    /// The key id of the private key: `kid` of the assertion. With `private_key_jwt` only.
    pub key_id: Option<Template>,
    /// The signature algorithm of the private key (RFC 7518 §3). With `private_key_jwt` only.
    #[schemars(extend("default" = first::<Algorithm>()))]
    pub algorithm: Option<Words<Algorithm>>,
    /// The API that the token is for: its identifier in Auth0.
    pub audience: Option<Template>,
    /// The scopes to ask for, with spaces between them.
    pub scope: Option<Template>,
    /// The resource that the token is for (RFC 8707).
    pub resource: Option<Template>,
    /// Further form fields of the request, by name. Those with a key of their own are refused.
    pub parameters: Option<BTreeMap<ParameterName, Template>>,
    /// The lifetime of a token whose endpoint names none (RFC 6749 §5.1), in seconds. Without either, a
    /// token serves one login.
    #[schemars(extend("minimum" = TokenPlan::EXPIRES_IN_S.least, "maximum" = TokenPlan::EXPIRES_IN_S.most))]
    pub expires_in_s: Option<u32>,
    /// The timeout of one request, in milliseconds.
    pub timeout_ms: Option<TimeoutMs>,
}

/// A client has either a secret or a private key.
fn credential_rules(schema: &mut Schema) {
    let rules = json!({
        "if": { "required": ["client_auth"], "properties": { "client_auth": { "const": "private_key_jwt" } } },
        "then": { "required": ["private_key"], "properties": { "client_secret": false } },
        "else": {
            "required": ["client_secret"],
            "properties": { "private_key": false, "key_id": false, "algorithm": false },
        },
    });
    schema.ensure_object().extend(rules.as_object().cloned().unwrap_or_default());
}
