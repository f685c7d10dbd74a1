//! `tls`: what connections present and trust.

use schemars::{JsonSchema, Schema};
use serde_json::json;

/// What a connection presents and trusts, beside the default roots: PEM, out of secrets. Line ends may be written as
/// `\n`. The other side's certificate is always verified. Not with a `fetch` of the caller's.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = pair_rules)]
pub struct Tls {
    /// The client certificate, and behind it those that lead to its authority. Goes with `key`.
    pub certificate: Option<Pem>,
    /// The private key of `certificate`, not encrypted.
    pub key: Option<Pem>,
    /// The certificates of authorities that are trusted as well.
    pub ca: Option<Pem>,
}

/// PEM, or a template of it out of `secrets`.
#[derive(JsonSchema)]
#[schemars(inline, title = "PEM", extend("pattern" = r"\{|-----BEGIN "))]
pub struct Pem(pub String);

/// A certificate is of no use without its key.
fn pair_rules(schema: &mut Schema) {
    let rules = json!({ "dependencies": { "certificate": ["key"], "key": ["certificate"] } });
    schema.ensure_object().extend(rules.as_object().cloned().unwrap_or_default());
}
