//! The hosts that a plan calls and the secrets that it reads: for tools, which show them and make values up.

use claimsmith_core::Plan;
use claimsmith_core::plan::Signing;
use claimsmith_core::template::{Part, Template};
use claimsmith_core::token::{Algorithm, AuthMethod};
use claimsmith_core::url::UrlTemplate;
use claimsmith_core::words::Word;

/// A secret that a plan reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretUse {
    /// Its name.
    pub name: String,
    /// The kind of its value.
    pub kind: SecretKind,
}

/// The kind of a secret's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// Any text.
    Text,
    /// A host, perhaps with a port. With plain http it is one of this machine.
    Host {
        /// True where it is called by plain http.
        is_plain: bool,
    },
    /// A scheme and a host: `https://api.example.com`.
    Origin,
    /// A key of `hmac` or `jwt`: 64 hexadecimal digits are right for every encoding.
    SigningKey,
    /// A private key in PEM for this algorithm.
    PrivateKey(Algorithm),
    /// A client certificate in PEM, perhaps with those that lead to its authority.
    Certificate,
    /// The private key of the client certificate, in PEM.
    CertificateKey,
    /// Certificates of authorities, in PEM.
    CertificateAuthority,
}

/// Returns the secrets that a plan reads, by name.
pub fn secret_uses(plan: &Plan) -> Vec<SecretUse> {
    let mut uses: Vec<SecretUse> = plan
        .secrets
        .iter()
        .map(|name| SecretUse { name: String::from(&**name), kind: SecretKind::Text })
        .collect();
    uses.sort_by(|left, right| left.name.cmp(&right.name));
    let mut mark = |wanted: &str, kind: SecretKind| {
        uses.iter_mut().filter(|secret| secret.name == wanted).for_each(|secret| secret.kind = kind);
    };
    for url in urls(plan) {
        let mut before = String::new();
        for part in url.origin() {
            match part {
                Part::Literal(text) => before.push_str(text),
                Part::Secret(name) if before.is_empty() => mark(name, SecretKind::Origin),
                Part::Secret(name) => mark(name, SecretKind::Host { is_plain: before.starts_with("http:") }),
                Part::Expression(..) => {}
            }
        }
    }
    let mut mark_all = |template: &Template, kind: SecretKind| {
        for part in template.parts() {
            if let Part::Secret(name) = part {
                mark(name, kind);
            }
        }
    };
    for token in plan.tokens.iter().filter(|token| token.client_auth.method == AuthMethod::PrivateKeyJwt) {
        let kind = SecretKind::PrivateKey(token.client_auth.algorithm);
        token.client_auth.credentials.iter().for_each(|(_, template)| mark_all(template, kind));
    }
    let of_claims = plan.claims.iter().filter_map(|claim| claim.signing.as_ref());
    for signing in of_claims.chain(plan.values.iter().filter_map(|value| value.signing.as_ref())) {
        match signing {
            // A made-up text may be no hexadecimal digits, while digits are a text, and base64.
            Signing::Hmac(plan) => mark_all(&plan.secret, SecretKind::SigningKey),
            Signing::Jwt(plan) => {
                let private = Algorithm::from_word(plan.algorithm.as_str());
                mark_all(&plan.key, private.map_or(SecretKind::SigningKey, SecretKind::PrivateKey));
            }
        }
    }
    let of_tokens = plan.tokens.iter().flat_map(|token| &token.tls);
    for (part, template) in of_tokens.chain(plan.sources.iter().flat_map(|source| &source.tls)) {
        let kind = match &**part {
            "certificate" => SecretKind::Certificate,
            "key" => SecretKind::CertificateKey,
            _ => SecretKind::CertificateAuthority,
        };
        mark_all(template, kind);
    }
    uses
}

/// Returns the hosts that a plan may call, each once: with a port where it has one, secrets as `{secrets.NAME}`.
pub fn hosts(plan: &Plan) -> Vec<String> {
    let mut hosts: Vec<String> = urls(plan).map(host).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Returns the places of a plan's `tls`, which a `fetch` cannot take.
pub fn tls_places(plan: &Plan) -> Vec<String> {
    let tokens = plan.tokens.iter().filter(|token| !token.tls.is_empty());
    let sources = plan.sources.iter().filter(|source| !source.tls.is_empty());
    let tokens = tokens.map(|token| format!("tokens.{}.tls", token.name));
    tokens.chain(sources.map(|source| format!("sources.{}.tls", source.name))).collect()
}

fn urls(plan: &Plan) -> impl Iterator<Item = &UrlTemplate> {
    let tokens = plan.tokens.iter().map(|token| &token.token_url);
    tokens.chain(plan.sources.iter().map(|source| &source.url))
}

fn host(url: &UrlTemplate) -> String {
    let mut origin = String::new();
    for part in url.origin() {
        match part {
            Part::Literal(text) => origin.push_str(text),
            Part::Secret(name) => origin.push_str(&format!("{{secrets.{name}}}")),
            Part::Expression(..) => {}
        }
    }
    match origin.split_once("://") {
        Some((_, host)) => host.to_owned(),
        None => origin,
    }
}
