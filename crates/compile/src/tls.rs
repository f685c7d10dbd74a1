//! `tls` of tokens and sources: client certificates and private authorities.

use claimsmith_core::http::TLS_PARTS;
use claimsmith_core::template::{Part, Template};
use claimsmith_core::url::UrlTemplate;
use claimsmith_expression::text::concat;

use crate::expressions::read_template;
use crate::reader::{Node, Object};

/// Reads `tls` of an entry that calls this URL.
pub(crate) fn read(object: &Object<'_>, url: &UrlTemplate) -> Vec<(String, Template)> {
    let mut parts: Vec<(String, Template)> = Vec::new();
    let Some(node) = object.get("tls") else { return parts };
    let tls = node.object();
    for part in TLS_PARTS {
        if let Some(node) = tls.get(part) {
            let template = read_template(&node);
            template.iter().for_each(|template| check(part, &node, template));
            parts.push((part.to_owned(), template.unwrap_or_default()));
        }
    }
    tls.finish();
    let has = |wanted: &str| parts.iter().any(|(part, _)| part == wanted);
    if has("certificate") != has("key") {
        let missing = if has("key") { "certificate" } else { "key" };
        node.problem(concat(&["`certificate` and `key` go together, and `", missing, "` is missing"]));
    }
    if !parts.is_empty()
        && matches!(url.origin().first(), Some(Part::Literal(text)) if text.starts_with("http:"))
    {
        node.problem("there is no TLS to plain http; call the URL by https");
    }
    parts
}

/// A certificate is of the Action and not of the user; text that stands for itself is looked at here.
fn check(part: &str, node: &Node<'_>, template: &Template) {
    let mut text = Some(String::new());
    for piece in template.parts() {
        match piece {
            Part::Literal(literal) => text.iter_mut().for_each(|text| text.push_str(literal)),
            Part::Secret(_) => text = None,
            Part::Expression(..) => {
                text = None;
                node.problem("takes `{secrets.NAME}` and text only, never data of the login");
            }
        }
    }
    if text.is_some_and(|text| !text.contains("-----BEGIN ")) {
        let what = if part == "key" { "private key" } else { "certificate" };
        node.problem(concat(&["must be a ", what, " in PEM, such as `{secrets.NAME}`"]));
    }
}
