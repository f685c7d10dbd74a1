//! From a plan's token to the grant of one login.

use crate::error::{Error, placed};
use crate::host::Host;
use crate::plan::TokenPlan;
use crate::secret::Secret;
use crate::source::render_header;
use crate::template::{Inputs, Template};
use crate::tls::tls;
use crate::token::{AuthMethod, Grant, Signing};

/// Fills the templates of a token.
///
/// # Errors
/// As [`Template::render`] and [`tls`], placed at the field.
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
    let mut parameters = Vec::new();
    for (parameter, template) in &token.parameters {
        parameters.push((String::from(&**parameter), render(template, parameter)?));
    }
    let mut credentials = Vec::new();
    for template in &auth.credentials {
        credentials.push(render(template, auth.method.credential_key())?);
    }
    let mut headers = Vec::new();
    for (header, template) in &token.headers {
        let value = placed(render_header(header, template, inputs), &["tokens.", name, ".headers"])?;
        headers.push((header.clone(), value));
    }
    let signing = Signing { algorithm: auth.algorithm, key_id };
    Ok(Grant {
        url: placed(token.token_url.render(inputs), &["tokens.", name, ".token_url"])?,
        client_id: render(&token.client_id, "client_id")?,
        credentials,
        auth: auth.method,
        signing: (auth.method == AuthMethod::PrivateKeyJwt).then_some(signing),
        parameters,
        headers,
        tls: tls(host, &token.tls, inputs, ("tokens.", name))?,
        expires_in_s: token.expires_in_s,
    })
}
