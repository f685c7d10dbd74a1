//! `tokens`: client-credentials grants.

use std::rc::Rc;

use claimsmith_core::digest::short_digest;
use claimsmith_core::plan::{ClientAuth, TIMEOUT_MS, TokenPlan};
use claimsmith_core::template::{Part, Template};
use claimsmith_core::token::{Algorithm, AuthMethod, OWN_FIELDS};
use claimsmith_expression::text::concat;

use crate::expressions::read_template;
use crate::named::Named;
use crate::reader::{Node, Object};

pub(crate) fn read(node: &Node<'_>, allow_http: bool) -> Named<TokenPlan> {
    Named::read(node, &mut |name, entry| read_token(name, entry, allow_http))
}

fn read_token(name: Rc<str>, node: &Node<'_>, allow_http: bool) -> TokenPlan {
    let object = node.object();
    let mut token = TokenPlan {
        name,
        id: breaker_id("", node),
        token_url: object.url("token_url", allow_http),
        client_id: object.required_template("client_id"),
        client_auth: read_client_auth(&object),
        parameters: read_parameters(&object),
        expires_in_s: object.get("expires_in_s").and_then(|node| node.number(TokenPlan::EXPIRES_IN_S)),
        timeout_ms: read_timeout_ms(&object),
        is_personal: false,
    };
    object.finish();
    let is_personal = |part: &Part| matches!(part, Part::Expression(expression, _) if node.scope.reads(expression).is_personal());
    let is_any_personal = |template: &Template| template.parts().iter().any(is_personal);
    token.is_personal = token.token_url.parts().any(is_personal)
        || is_any_personal(&token.client_id)
        || is_any_personal(&token.client_auth.credential)
        || token.client_auth.key_id.iter().any(is_any_personal)
        || token.parameters.iter().any(|(_, template)| is_any_personal(template));
    token
}

fn read_client_auth(object: &Object<'_>) -> ClientAuth {
    let method = object.word("client_auth").unwrap_or(AuthMethod::ClientSecretPost);
    let signs = method == AuthMethod::PrivateKeyJwt;
    let auth = ClientAuth {
        method,
        credential: object.required_template(method.credential_key()),
        algorithm: signs.then(|| object.word("algorithm")).flatten().unwrap_or(Algorithm::Rs256),
        key_id: if signs { object.template("key_id") } else { None },
    };
    for key in ["client_secret", "private_key", "key_id", "algorithm"] {
        object.refuse_unread(key, "is not used with this `client_auth`");
    }
    auth
}

fn read_parameters(object: &Object<'_>) -> Vec<(Rc<str>, Template)> {
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
