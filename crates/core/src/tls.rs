//! Client certificates and private authorities of a connection (RFC 8705), filled in and checked.

use crate::error::Error;
use crate::host::Host;
use crate::http::Tls;
use crate::template::{Inputs, Template, fill, unfit_secret};
use claimsmith_expression::text::concat;

/// Fills the templates of what a connection presents and trusts. They stand under `tls` of the entry that `place` and
/// `name` lead to.
///
/// # Errors
/// As [`Template::render`]; `secret_invalid` where a part is unfit. The message never repeats it.
pub(crate) fn tls(
    host: &impl Host,
    templates: &[(String, Template)],
    inputs: Inputs<'_>,
    at: (&str, &str),
) -> Result<Tls, Error> {
    if templates.is_empty() { Ok(Tls::new()) } else { filled(host, templates, inputs, at) }
}

// A function of its own, for a pasted file that goes without: js-shim/parts.js.
#[inline(never)]
fn filled(
    host: &impl Host,
    templates: &[(String, Template)],
    inputs: Inputs<'_>,
    (place, name): (&str, &str),
) -> Result<Tls, Error> {
    let tls = fill(templates, inputs, &[place, name, ".tls."])?;
    let unfit = host.unfit_part(&tls);
    for (part, template) in templates {
        if unfit.as_ref() == Some(part) {
            let expected = match &**part {
                "key" => "the private key of `certificate` is needed, as PEM and not encrypted",
                _ => "a certificate is needed, as PEM",
            };
            let error = unfit_secret(template.parts(), expected);
            return Err(error.at(&concat(&[place, name, ".tls.", part])));
        }
    }
    Ok(tls)
}
