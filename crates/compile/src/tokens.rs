//! `tokens`: client-credentials grants.

use std::rc::Rc;

use claimsmith_core::digest::short_digest;
use claimsmith_core::plan::{ClientAuth, TIMEOUT_MS, TokenPlan};
use claimsmith_core::template::{Part, Template};
use claimsmith_core::token::{Algorithm, AuthMethod, OWN_FIELDS};
use claimsmith_expression::text::{concat, decimal};

use crate::expressions::read_template;
use crate::named::Named;
use crate::reader::{Node, Object};
use crate::scope::{Reads, Scope};
use crate::{headers, tls};

const BY_CLIENT_SECRET: (&str, &str) = ("authorization", "`client_secret_basic` fills `authorization`");

pub(crate) fn read(node: &Node<'_>, allow_http: bool) -> Named<TokenPlan> {
    Named::read(node, &mut |name, entry| read_token(name, entry, allow_http))
}

fn read_token(name: Rc<str>, node: &Node<'_>, allow_http: bool) -> TokenPlan {
    let object = node.object();
    let token_url = object.url("token_url", allow_http);
    let tls = tls::read(&object, &token_url);
    let client_auth = read_client_auth(&object, &tls);
    let is_basic = client_auth.method == AuthMethod::ClientSecretBasic;
    let mut token = TokenPlan {
        name,
        id: breaker_id("", node),
        token_url,
        client_id: object.required_template("client_id"),
        client_auth,
        parameters: read_parameters(&object),
        headers: headers::read(&object, if is_basic { &[BY_CLIENT_SECRET] } else { &[] }),
        tls,
        expires_in_s: object.get("expires_in_s").and_then(|node| node.number(TokenPlan::EXPIRES_IN_S)),
        timeout_ms: read_timeout_ms(&object),
        is_personal: false,
    };
    object.finish();
    token.is_personal = template_reads(&token, node.scope).is_personal();
    token
}

/// Returns what the templates of a token read.
pub(crate) fn template_reads(token: &TokenPlan, scope: &Scope) -> Reads {
    scope.reads_of_parts(|add| visit_templates(token, add))
}

/// Visits the parts of every template of a token. What a token gets besides is decided about here, or it does not
/// compile.
pub(crate) fn visit_templates(token: &TokenPlan, visit: &mut dyn FnMut(&Part)) {
    let TokenPlan {
        name: _,
        id: _,
        token_url,
        client_id,
        client_auth: ClientAuth { method: _, credentials, algorithm: _, key_id },
        parameters,
        headers,
        tls,
        expires_in_s: _,
        timeout_ms: _,
        is_personal: _,
    } = token;
    token_url.parts().for_each(&mut *visit);
    let mut visit_template = |template: &Template| template.parts().iter().for_each(&mut *visit);
    visit_template(client_id);
    key_id.iter().for_each(&mut visit_template);
    for named in [credentials, parameters, headers, tls] {
        named.iter().for_each(|(_, template)| visit_template(template));
    }
}

fn read_client_auth(object: &Object<'_>, tls: &[(String, Template)]) -> ClientAuth {
    let method = object.word("client_auth").unwrap_or(AuthMethod::ClientSecretPost);
    let signs = method == AuthMethod::PrivateKeyJwt;
    let auth = ClientAuth {
        method,
        credentials: match method {
            AuthMethod::ClientSecretPost | AuthMethod::ClientSecretBasic => read_secrets(object),
            AuthMethod::PrivateKeyJwt => {
                vec![(method.credential_key().to_owned(), object.required_template(method.credential_key()))]
            }
            AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth => {
                if !tls.iter().any(|(part, _)| part == "certificate") {
                    let word = method.as_str();
                    object.node.problem(concat(&["`", word, "` needs `tls` with `certificate` and `key`"]));
                }
                Vec::new()
            }
        },
        algorithm: signs.then(|| object.word("algorithm")).flatten().unwrap_or(Algorithm::Rs256),
        key_id: if signs { object.template("key_id") } else { None },
    };
    for key in ["client_secret", "private_key", "key_id", "algorithm"] {
        object.refuse_unread(key, "is not used with this `client_auth`");
    }
    auth
}

/// Reads the client's secret, or a list of them.
fn read_secrets(object: &Object<'_>) -> Vec<(String, Template)> {
    let mut secrets = Vec::new();
    let Some(node) = object.require("client_secret") else { return secrets };
    let mut read = |node: &Node<'_>| {
        secrets.extend(read_template(node).map(|template| ("client_secret".to_owned(), template)));
    };
    match node.value.as_array() {
        None => read(&node),
        Some(items) => {
            if !(1..=TokenPlan::MAX_SECRETS).contains(&items.len()) {
                node.problem(concat(&["a list of secrets has from 1 to ", &decimal(TokenPlan::MAX_SECRETS)]));
            }
            node.each_item(&mut read);
        }
    }
    secrets
}

fn read_parameters(object: &Object<'_>) -> Vec<(String, Template)> {
    let mut parameters = Vec::new();
    for key in ["audience", "scope", "resource"] {
        parameters.extend(object.template(key).map(|template| (key.into(), template)));
    }
    if let Some(node) = object.get("parameters") {
        node.each_member(&mut |name, node| {
            if OWN_FIELDS.contains(&name) {
                node.problem(concat(&["`", name, "` has a key of its own, beside `parameters`"]));
            }
            parameters.extend(read_template(node).map(|template| (name.into(), template)));
        });
    }
    parameters
}

/// Stands for a source where its failures are counted, or for a token URL where the name is empty.
pub(crate) fn breaker_id(name: &str, node: &Node<'_>) -> Rc<str> {
    let url = node.value.member(if name.is_empty() { "token_url" } else { "url" });
    short_digest(&[name, url.as_str().unwrap_or_default()])
}

pub(crate) fn read_timeout_ms(object: &Object<'_>) -> u32 {
    object.number("timeout_ms", TIMEOUT_MS)
}
