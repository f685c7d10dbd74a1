//! `headers` of tokens and sources.

use claimsmith_core::http::OWN_HEADERS;
use claimsmith_core::template::Template;
use claimsmith_expression::text::concat;

use crate::expressions::read_template;
use crate::reader::Object;

/// Reads `headers`, with names in lower case. Of names that are taken, these reasons say by what.
pub(crate) fn read(object: &Object<'_>, taken: &[(&str, &str)]) -> Vec<(String, Template)> {
    let mut headers: Vec<(String, Template)> = Vec::new();
    if let Some(node) = object.get("headers") {
        node.each_member(&mut |name, node| {
            let lower = name.to_ascii_lowercase();
            if !is_header_name(&lower) {
                node.problem("this is not a header name");
            } else if let Some((_, reason)) = taken.iter().find(|(name, _)| *name == lower) {
                node.problem(*reason);
            } else if OWN_HEADERS.contains(&&*lower) {
                node.problem(concat(&["`", &lower, "` is filled by the engine"]));
            } else if headers.iter().any(|(known, _)| *known == lower) {
                node.problem(concat(&["`", &lower, "` is given twice"]));
            }
            headers.extend(read_template(node).map(|template| (lower, template)));
        });
    }
    headers
}

/// Returns whether the name is a token of RFC 9110 §5.6.2.
fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
