//! `tokens`: client-credentials grants.

use std::collections::BTreeMap;

use claimsmith_core::plan::TokenPlan;
use claimsmith_core::token::{Algorithm, AuthMethod};
use schemars::{JsonSchema, Schema};
use serde_json::json;

use super::names::{HeaderName, ParameterName};
use super::tls::Tls;
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
    /// The client's secret, or a list of them, which are tried in order where the endpoint does not take one: so a secret
    /// is exchanged without an outage. Needed with `client_secret_post` and `client_secret_basic`, and refused otherwise.
    pub client_secret: Option<ClientSecret>,
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
    /// Further headers of the request, by name. Those that the engine fills are refused.
    pub headers: Option<BTreeMap<HeaderName, Template>>,
    /// The TLS of the connection to the token endpoint: a client certificate, private authorities. With
    /// `tls_client_auth` and `self_signed_tls_client_auth` its certificate proves the client (RFC 8705 §2), so it is
    /// needed. Sources that use the token present it only where their own `tls` says so.
    pub tls: Option<Tls>,
    /// The lifetime of a token whose endpoint names none (RFC 6749 §5.1), in seconds. Without either, a
    /// token serves one login.
    #[schemars(extend("minimum" = TokenPlan::EXPIRES_IN_S.least, "maximum" = TokenPlan::EXPIRES_IN_S.most))]
    pub expires_in_s: Option<u32>,
    /// The timeout of one request, in milliseconds.
    pub timeout_ms: Option<TimeoutMs>,
}

/// The client's secret.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum ClientSecret {
    /// One.
    One(Template),
    /// Several, in the order in which they are tried.
    #[schemars(extend("minItems" = 1, "maxItems" = TokenPlan::MAX_SECRETS))]
    Several(Vec<Template>),
}

/// A client has secrets, a private key or a certificate.
fn credential_rules(schema: &mut Schema) {
    let with = |methods: &[AuthMethod]| {
        let words: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
        json!({ "required": ["client_auth"], "properties": { "client_auth": { "enum": words } } })
    };
    let rules = json!({
        "if": with(&[AuthMethod::PrivateKeyJwt]),
        "then": { "required": ["private_key"], "properties": { "client_secret": false } },
        "else": {
            "properties": { "private_key": false, "key_id": false, "algorithm": false },
            "if": with(&[AuthMethod::TlsClientAuth, AuthMethod::SelfSignedTlsClientAuth]),
            "then": {
                "required": ["tls"],
                "properties": { "client_secret": false, "tls": { "required": ["certificate", "key"] } },
            },
            "else": { "required": ["client_secret"] },
        },
    });
    schema.ensure_object().extend(rules.as_object().cloned().unwrap_or_default());
}
