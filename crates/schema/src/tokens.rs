//! `tokens`: client-credentials grants.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde_json::json;

use crate::names::ParameterName;
use crate::values::{Template, TimeoutMs, Url};

/// How to get one access token for the backend, with the client-credentials grant (RFC 6749 §4.4).
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = credential_rules)]
pub struct Token {
    /// The token endpoint.
    pub token_url: Url,
    /// The client's id.
    pub client_id: Template,
    /// The client's secret. Needed, except with `private_key_jwt`, where it is refused.
    pub client_secret: Option<Template>,
    /// How the client proves who it is.
    #[schemars(extend("default" = "client_secret_post"))]
    pub client_auth: Option<ClientAuth>,
    /// The private key, as PKCS#8 in PEM. Needed with `private_key_jwt`, and refused otherwise.
    pub private_key: Option<Template>,
    /// The name of the private key, which becomes `kid` of the assertion. With `private_key_jwt` only.
    pub key_id: Option<Template>,
    /// How the private key signs (RFC 7518 §3). With `private_key_jwt` only.
    #[schemars(extend("default" = "RS256"))]
    pub algorithm: Option<Algorithm>,
    /// The API that the token is for: its identifier in Auth0.
    pub audience: Option<Template>,
    /// The scopes to ask for, with spaces between them.
    pub scope: Option<Template>,
    /// The resource that the token is for (RFC 8707).
    pub resource: Option<Template>,
    /// Further form fields of the request, by name. Those with a key of their own are refused.
    pub parameters: Option<BTreeMap<ParameterName, Template>>,
    /// How long a token lasts where the endpoint does not say (RFC 6749 §5.1), in seconds. Where neither does, a
    /// token serves one login.
    #[schemars(range(min = 1, max = 86_400))]
    pub expires_in_s: Option<u32>,
    /// How long one request may take, in milliseconds.
    pub timeout_ms: Option<TimeoutMs>,
}

/// How a client proves who it is (RFC 6749 §2.3, RFC 7523).
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "snake_case")]
pub enum ClientAuth {
    /// The secret goes into the form.
    ClientSecretPost,
    /// The secret goes into the header `Authorization`.
    ClientSecretBasic,
    /// A signed assertion goes instead of a secret.
    PrivateKeyJwt,
}

/// How a private key signs.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "UPPERCASE")]
pub enum Algorithm {
    /// RSA, PKCS #1 v1.5.
    Rs256,
    /// RSA, PSS.
    Ps256,
    /// The elliptic curve P-256.
    Es256,
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
