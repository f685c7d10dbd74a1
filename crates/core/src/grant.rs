//! From a plan's token to the grant of one login.

use crate::error::{Error, placed};
use crate::plan::TokenPlan;
use crate::secret::Secret;
use crate::template::{Inputs, Template};
use crate::token::{AuthMethod, Grant, Signing};

/// Fills the templates of a token.
///
/// # Errors
/// As [`Template::render`], placed at the field.
pub(crate) fn grant(token: &TokenPlan, inputs: Inputs<'_>) -> Result<Grant, Error> {
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
    let signing = Signing { algorithm: auth.algorithm, key_id };
    Ok(Grant {
        url: placed(token.token_url.render(inputs), &["tokens.", name, ".token_url"])?,
        client_id: render(&token.client_id, "client_id")?,
        credential: render(&auth.credential, auth.method.credential_key())?,
        auth: auth.method,
        signing: (auth.method == AuthMethod::PrivateKeyJwt).then_some(signing),
        parameters,
        expires_in_s: token.expires_in_s,
    })
}
