//! `hmac` and `jwt`: a signature that takes the place of a value.

use claimsmith_core::plan::{CodeEncoding, Hash, JwtAlgorithm, JwtPlan, SecretEncoding};
use schemars::{JsonSchema, Schema};
use serde_json::json;

use super::values::Template;
use super::words::{Words, first};

/// The authentication code of a text (RFC 2104) in place of the text. The value is a text, after `type`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Hmac {
    /// The key, as `{secrets.NAME}`. Where it is empty the claim is left out.
    pub secret: Template,
    /// The encoding of the key.
    #[schemars(extend("default" = first::<SecretEncoding>()))]
    pub secret_encoding: Option<Words<SecretEncoding>>,
    /// The hash.
    #[schemars(extend("default" = first::<Hash>()))]
    pub hash: Option<Words<Hash>>,
    /// The encoding of the code.
    #[schemars(extend("default" = first::<CodeEncoding>()))]
    pub encoding: Option<Words<CodeEncoding>>,
}

/// A signed JWT (RFC 7519) in place of an object, which is its payload. `iat` is set, whatever the payload has.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = key_rules)]
pub struct Jwt {
    /// The secret for `HS256`, as `{secrets.NAME}`: 32 bytes at least (RFC 7518 §3.2). Where it is shorter the claim is
    /// left out.
    pub secret: Option<Template>,
    /// The private key for the other algorithms, as PKCS#8 in PEM, as `{secrets.NAME}`.
    pub private_key: Option<Template>,
    /// The key id of the private key: `kid` of the header.
    pub key_id: Option<Template>,
    /// The signature algorithm. Where it is left out: `HS256` with a secret, `RS256` with a private key.
    pub algorithm: Option<Words<JwtAlgorithm>>,
    /// The lifetime, in seconds: `exp` is set, whatever the payload has. Without it `exp` is the payload's.
    #[schemars(extend("minimum" = JwtPlan::EXPIRES_IN_S.least, "maximum" = JwtPlan::EXPIRES_IN_S.most))]
    pub expires_in_s: Option<u32>,
}

/// A JWT is signed by either a secret or a private key.
fn key_rules(schema: &mut Schema) {
    let rules = json!({
        "if": { "required": ["private_key"] },
        "then": { "properties": { "secret": false, "algorithm": { "not": { "const": "HS256" } } } },
        "else": {
            "required": ["secret"],
            "properties": { "key_id": false, "algorithm": { "not": { "enum": ["RS256", "PS256", "ES256"] } } },
        },
    });
    schema.ensure_object().extend(rules.as_object().cloned().unwrap_or_default());
}
