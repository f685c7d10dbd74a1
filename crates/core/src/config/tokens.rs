//! `tokens`: client-credentials grants.

use std::rc::Rc;

use super::reader::{Node, Object};
use super::{Named, read_template};
use crate::error::Error;
use crate::secret::Secret;
use crate::template::{Inputs, Template};
use crate::token::{AuthMethod, Grant};
use crate::url::UrlTemplate;

/// How to get one access token (RFC 6749 §4.4).
#[derive(Debug)]
pub struct TokenConfig {
    /// The name that sources use.
    pub name: Rc<str>,
    /// The token endpoint.
    pub token_url: UrlTemplate,
    /// The client's id.
    pub client_id: Template,
    /// How the client proves who it is.
    pub client_auth: ClientAuth,
    /// `audience`, `scope`, `resource` and further form fields, in this order.
    pub parameters: Vec<(Rc<str>, Template)>,
    /// How long one request may take, in milliseconds: 1 to 15,000, 2,000 where left out.
    pub timeout_ms: u32,
}

/// How the client proves who it is (RFC 6749 §2.3).
#[derive(Debug)]
pub struct ClientAuth {
    /// How id and secret are sent.
    pub method: AuthMethod,
    /// The secret.
    pub secret: Template,
}

impl TokenConfig {
    /// The grant for one login.
    ///
    /// # Errors
    /// As [`Template::render`], placed at the field.
    pub fn grant(&self, inputs: Inputs<'_>) -> Result<Grant, Error> {
        let at = |field: &str| format!("tokens.{}.{field}", self.name);
        let url = self.token_url.render(inputs).map_err(|error| error.at(&at("token_url")))?;
        let client_id = self.client_id.render(inputs).map_err(|error| error.at(&at("client_id")))?;
        let ClientAuth { method: auth, secret } = &self.client_auth;
        let client_secret = secret.render(inputs).map_err(|error| error.at(&at("client_secret")))?;
        let mut parameters = Vec::new();
        for (name, template) in &self.parameters {
            let value = template.render(inputs).map_err(|error| error.at(&at(name)))?;
            parameters.push((String::from(&**name), Secret::new(value)));
        }
        Ok(Grant {
            url,
            client_id: Secret::new(client_id),
            client_secret: Secret::new(client_secret),
            auth: *auth,
            parameters,
        })
    }
}

/// Form fields that the grant itself fills.
const OWN_FIELDS: [&str; 8] = [
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
    Named::read(node, |name, entry| read_token(name, entry, allow_http))
}

fn read_token(name: Rc<str>, node: &Node<'_>, allow_http: bool) -> Option<TokenConfig> {
    let object = node.object()?;
    let token_url = object.require("token_url").and_then(|node| read_url(&node, allow_http));
    let client_id = object.require("client_id").and_then(|node| read_template(&node));
    let client_auth = read_client_auth(&object);
    let parameters = read_parameters(&object);
    let timeout_ms = read_timeout_ms(&object);
    object.finish();
    Some(TokenConfig {
        name,
        token_url: token_url?,
        client_id: client_id?,
        client_auth: client_auth?,
        parameters,
        timeout_ms,
    })
}

fn read_client_auth(object: &Object<'_>) -> Option<ClientAuth> {
    object.not_yet(&["private_key", "key_id", "algorithm"]);
    let methods = [AuthMethod::ClientSecretPost, AuthMethod::ClientSecretBasic];
    let method = object.choice("client_auth", &methods.map(AuthMethod::as_str), &methods);
    let secret = object.require("client_secret").and_then(|node| read_template(&node));
    Some(ClientAuth { method: method?, secret: secret? })
}

fn read_parameters(object: &Object<'_>) -> Vec<(Rc<str>, Template)> {
    let mut parameters = Vec::new();
    for key in ["audience", "scope", "resource"] {
        let template = object.get(key).and_then(|node| read_template(&node));
        parameters.extend(template.map(|template| (key.into(), template)));
    }
    let further = object.get("parameters");
    for (name, node) in further.iter().flat_map(|node| node.entries()) {
        if OWN_FIELDS.contains(&name) {
            node.problem(format!("`{name}` has a key of its own, beside `parameters`"));
        }
        parameters.extend(read_template(&node).map(|template| (name.into(), template)));
    }
    parameters
}

pub(super) fn read_url(node: &Node<'_>, allow_http: bool) -> Option<UrlTemplate> {
    let url = node.accept(UrlTemplate::parse(node.string()?, allow_http))?;
    url.expressions().for_each(|expression| super::check_names(node, expression, &[]));
    Some(url)
}

pub(super) fn read_timeout_ms(object: &Object<'_>) -> u32 {
    object.integer("timeout_ms", 1, 15_000, 2_000)
}
