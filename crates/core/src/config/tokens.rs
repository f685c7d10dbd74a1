//! `tokens`: client-credentials grants.

use std::rc::Rc;

use super::reader::{Node, Object};
use super::{Named, read_template};
use crate::digest::short_digest;
use crate::error::{Error, placed};
use crate::secret::Secret;
use crate::template::{Inputs, Template};
use crate::token::{AuthMethod, Grant, Signing};
use crate::url::UrlTemplate;
use claimsmith_expression::Expression;
use claimsmith_expression::text::concat;

/// How to get one access token (RFC 6749 §4.4).
#[derive(Debug)]
pub struct TokenConfig {
    /// The name that sources use.
    pub name: Rc<str>,
    /// Stands for the token URL where its failures are counted.
    pub id: Rc<str>,
    /// The token endpoint.
    pub token_url: UrlTemplate,
    /// The client's id.
    pub client_id: Template,
    /// How the client proves who it is.
    pub client_auth: ClientAuth,
    /// `audience`, `scope`, `resource` and further form fields, in this order.
    pub parameters: Vec<(Rc<str>, Template)>,
    /// How long a token lasts where the endpoint does not say (RFC 6749 §5.1), in seconds: 1 to 86,400.
    pub expires_in_s: Option<u32>,
    /// How long one request may take, in milliseconds: 1 to 15,000, 2,000 where left out.
    pub timeout_ms: u32,
    /// Whether a template reads anything of the login, so that the token, and a failure to get it, may be due to it.
    pub is_personal: bool,
}

/// How the client proves who it is (RFC 6749 §2.3).
#[derive(Debug)]
pub struct ClientAuth {
    /// The way of proof.
    pub method: AuthMethod,
    /// The secret, or the private key.
    pub credential: Template,
    /// How a private key signs: an index into `ALGORITHMS`.
    pub algorithm: usize,
    /// The name of a private key.
    pub key_id: Option<Template>,
}

impl AuthMethod {
    /// The key of what the client proves itself with.
    fn credential_key(self) -> &'static str {
        if self == AuthMethod::PrivateKeyJwt { "private_key" } else { "client_secret" }
    }
}

impl TokenConfig {
    /// The grant for one login.
    ///
    /// # Errors
    /// As [`Template::render`], placed at the field.
    pub fn grant(&self, inputs: Inputs<'_>) -> Result<Grant, Error> {
        let name = &*self.name;
        let auth = &self.client_auth;
        let render = |template: &Template, key: &str| -> Result<Secret, Error> {
            Ok(Secret::new(placed(template.render(inputs), &["tokens.", name, ".", key])?))
        };
        let key_id = match &auth.key_id {
            Some(template) => Some(render(template, "key_id")?),
            None => None,
        };
        let mut parameters = Vec::new();
        for (parameter, template) in &self.parameters {
            parameters.push((String::from(&**parameter), render(template, parameter)?));
        }
        let algorithm = ALGORITHMS.get(auth.algorithm).copied().unwrap_or_default();
        let signing = Signing { algorithm, key_id };
        Ok(Grant {
            url: placed(self.token_url.render(inputs), &["tokens.", name, ".token_url"])?,
            client_id: render(&self.client_id, "client_id")?,
            credential: render(&auth.credential, auth.method.credential_key())?,
            auth: auth.method,
            signing: (auth.method == AuthMethod::PrivateKeyJwt).then_some(signing),
            parameters,
            expires_in_s: self.expires_in_s,
        })
    }
}

/// Whether a request that holds this expression's value may differ from one login to another.
pub(super) fn reads_login(expression: &Expression) -> bool {
    !expression.reads().is_empty()
}

const AUTH_METHODS: [&str; 3] = ["client_secret_post", "client_secret_basic", "private_key_jwt"];

/// How a private key may sign (RFC 7518 §3), the first where it is left out.
const ALGORITHMS: [&str; 3] = ["RS256", "PS256", "ES256"];

/// Form fields that the grant itself fills: no further `parameters` may be called so.
pub const OWN_FIELDS: [&str; 8] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "audience",
    "scope",
    "resource",
];

pub(super) fn read(node: &Node<'_>, allow_http: bool) -> Named<TokenConfig> {
    Named::read(node, &mut |name, entry| read_token(name, entry, allow_http))
}

fn read_token(name: Rc<str>, node: &Node<'_>, allow_http: bool) -> TokenConfig {
    let object = node.object();
    let mut token = TokenConfig {
        name,
        id: breaker_id("", node),
        token_url: object.url("token_url", allow_http),
        client_id: object.required_template("client_id"),
        client_auth: read_client_auth(&object),
        parameters: read_parameters(&object),
        expires_in_s: Some(object.integer("expires_in_s", 1, 86_400, 0)).filter(|seconds| *seconds > 0),
        timeout_ms: read_timeout_ms(&object),
        is_personal: false,
    };
    object.finish();
    let mut is_personal = token.token_url.expressions().any(reads_login);
    let mut look = |template: &Template| is_personal |= template.expressions().any(reads_login);
    look(&token.client_id);
    look(&token.client_auth.credential);
    token.client_auth.key_id.iter().for_each(&mut look);
    token.parameters.iter().for_each(|(_, template)| look(template));
    token.is_personal = is_personal;
    token
}

fn read_client_auth(object: &Object<'_>) -> ClientAuth {
    let method = match object.word("client_auth", &AUTH_METHODS) {
        0 => AuthMethod::ClientSecretPost,
        1 => AuthMethod::ClientSecretBasic,
        _ => AuthMethod::PrivateKeyJwt,
    };
    let signs = method == AuthMethod::PrivateKeyJwt;
    let auth = ClientAuth {
        method,
        credential: object.required_template(method.credential_key()),
        algorithm: if signs { object.word("algorithm", &ALGORITHMS) } else { 0 },
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
pub(super) fn breaker_id(name: &str, node: &Node<'_>) -> Rc<str> {
    let url = node.value.member(if name.is_empty() { "token_url" } else { "url" });
    short_digest(&[name, url.as_str().unwrap_or_default()])
}

pub(super) fn read_timeout_ms(object: &Object<'_>) -> u32 {
    object.integer("timeout_ms", 1, 15_000, 2_000)
}
