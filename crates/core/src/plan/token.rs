//! A token, compiled: a client-credentials grant (RFC 6749 §4.4).

use claimsmith_expression::plain_struct;
use std::rc::Rc;

use super::Bounds;
use crate::template::Template;
use crate::token::{Algorithm, AuthMethod};
use crate::url::UrlTemplate;

/// The grant of one access token.
#[derive(Clone, Debug)]
pub struct TokenPlan {
    /// The name that sources use.
    pub name: Rc<str>,
    /// Stands for the token URL where its failures are counted.
    pub id: Rc<str>,
    /// The token endpoint.
    pub token_url: UrlTemplate,
    /// The client's id.
    pub client_id: Template,
    /// The authentication of the client.
    pub client_auth: ClientAuth,
    /// `audience`, `scope`, `resource` and further form fields, in this order.
    pub parameters: Vec<(String, Template)>,
    /// Further headers; names in lower case.
    pub headers: Vec<(String, Template)>,
    /// What the connection presents and trusts: [`TLS_PARTS`](crate::http::TLS_PARTS).
    pub tls: Vec<(String, Template)>,
    /// The lifetime of a token whose endpoint names none (RFC 6749 §5.1), in seconds.
    pub expires_in_s: Option<u32>,
    /// The timeout of one request, in milliseconds: [`TIMEOUT_MS`](super::TIMEOUT_MS).
    pub timeout_ms: u32,
    /// True where a template reads the login, so that the token, and a failure to get it, may depend on the user.
    pub is_personal: bool,
}

impl TokenPlan {
    /// The bounds of `expires_in_s`; 0 where it is left out.
    pub const EXPIRES_IN_S: Bounds = Bounds { least: 1, most: 86_400, default: 0 };
    /// The most secrets of a client: each that is no longer taken may cost a call.
    pub const MAX_SECRETS: usize = 5;
}

/// The authentication of the client (RFC 6749 §2.3).
#[derive(Clone, Debug)]
pub struct ClientAuth {
    /// The method.
    pub method: AuthMethod,
    /// The secrets, in the order in which they are tried; or the private key. Each under its key of the configuration;
    /// none with a certificate.
    pub credentials: Vec<(String, Template)>,
    /// The signature algorithm of a private key.
    pub algorithm: Algorithm,
    /// The key id of a private key.
    pub key_id: Option<Template>,
}

plain_struct!(TokenPlan {
    name,
    id,
    token_url,
    client_id,
    client_auth,
    parameters,
    headers,
    tls,
    expires_in_s,
    timeout_ms,
    is_personal,
});

plain_struct!(ClientAuth { method, credentials, algorithm, key_id });
