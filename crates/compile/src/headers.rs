//! `headers` of tokens and sources.

use claimsmith_core::http::OWN_HEADERS;
use claimsmith_core::template::Template;
use claimsmith_expression::text::concat;

use crate::expressions::read_template;
use crate::reader::Object;

/// Reads `headers`, with names in lower case. `authorization` says why that one is taken, where it is.
pub(crate) fn read(object: &Object<'_>, authorization: Option<&str>) -> Vec<(String, Template)> {
    let mut headers: Vec<(String, Template)> = Vec::new();
    if let Some(node) = object.get("headers") {
        node.each_member(&mut |name, node| {
            let lower = name.to_ascii_lowercase();
            if !is_header_name(&lower) {
                node.problem("this is not a header name");
            } else if OWN_HEADERS.contains(&&*lower) {
                let remedy =
                    if lower == "content-type" { "; say `content_type` beside `headers`" } else { "" };
                node.problem(concat(&["`", &lower, "` is filled by the engine", remedy]));
            } else if let (Some(reason), "authorization") = (authorization, &*lower) {
                node.problem(reason);
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
