//! From a plan's token to the grant of one login.

use std::cell::OnceCell;

use crate::error::{Error, placed};
use crate::host::Host;
use crate::plan::TokenPlan;
use crate::secret::Secret;
use crate::source::check_header_value;
use crate::template::{Inputs, Template, fill};
use crate::tls::tls;
use crate::token::{AuthMethod, Grant, Signing};

/// Fills the templates of a token.
///
/// # Errors
/// As [`Template::render`] and [`tls`], placed at the field.
// A part of the engine by itself: js-shim/parts.js.
#[inline(never)]
pub(crate) fn grant(host: &impl Host, token: &TokenPlan, inputs: Inputs<'_>) -> Result<Grant, Error> {
    let name = &*token.name;
    let auth = &token.client_auth;
    let render = |template: &Template, key: &str| -> Result<Secret, Error> {
        Ok(Secret::new(placed(template.render(inputs), &["tokens.", name, ".", key])?))
    };
    let key_id = match &auth.key_id {
        Some(template) => Some(render(template, "key_id")?),
        None => None,
    };
    let of = |templates, key| fill(templates, inputs, &["tokens.", name, key]);
    let headers = of(&token.headers, ".headers.")?;
    for (header, value) in &headers {
        placed(check_header_value(header, value.expose()), &["tokens.", name, ".headers.", header])?;
    }
    let mut credentials = Vec::new();
    for (_, secret) in of(&auth.credentials, ".")? {
        credentials.push(secret);
    }
    let signing = Signing { algorithm: auth.algorithm, key_id };
    Ok(Grant {
        url: placed(token.token_url.render(inputs), &["tokens.", name, ".token_url"])?,
        client_id: render(&token.client_id, "client_id")?,
        credentials,
        auth: auth.method,
        signing: (auth.method == AuthMethod::PrivateKeyJwt).then_some(signing),
        parameters: of(&token.parameters, ".")?,
        headers,
        tls: tls(host, &token.tls, inputs, ("tokens.", name))?,
        expires_in_s: token.expires_in_s,
        identity: OnceCell::new(),
    })
}
