//! The request of a source: its method, its fields, its body, its credentials.

use std::rc::Rc;

use claimsmith_core::http::Method;
use claimsmith_core::plan::Body;
use claimsmith_core::template::{JsonTemplate, Members, Part, Template};
use claimsmith_expression::Value;
use claimsmith_expression::text::{concat, find};

use crate::expressions::{check_parts, read_template};
use crate::graphql;
use crate::reader::{Node, Object};
use crate::template::{parse_json, split_optional, visit_json};

/// The keys of a body. One source has one of them at most.
const BODIES: [&str; 4] = ["body", "form", "text", "graphql"];

/// The media type of `text` where nothing is said, as of the web's `fetch`.
const PLAIN_TEXT: &str = "text/plain;charset=UTF-8";

/// What a source sends.
pub(crate) struct Sent {
    pub(crate) method: Method,
    pub(crate) body: Body,
    pub(crate) content_type: Rc<str>,
    /// True where the request has no effect, so that it may be sent again.
    pub(crate) only_asks: bool,
}

/// Reads the method and the body.
pub(crate) fn read_sent(object: &Object<'_>) -> Sent {
    let written = object.get("method");
    let bodies: Vec<(&str, Node<'_>)> =
        BODIES.iter().filter_map(|key| Some((*key, object.get(key)?))).collect();
    let default = if bodies.is_empty() { Method::Get } else { Method::Post };
    let method = written.as_ref().map_or(Some(default), Node::word);
    let content_type = read_content_type(object, &bodies);
    let [(key, node)] = bodies.as_slice() else {
        if !bodies.is_empty() {
            object.node.problem("`body`, `form`, `text` and `graphql` exclude each other; leave one of them");
        } else if matches!(method, Some(Method::Post | Method::Put | Method::Patch)) {
            object.node.problem(concat(&[
                "a ",
                method.unwrap_or(default).as_str(),
                " needs a `body`, `form`, `text` or `graphql`; `\"text\": \"\"` sends an empty one",
            ]));
        }
        let method = method.unwrap_or(default);
        return Sent { method, body: Body::None, content_type, only_asks: method == Method::Get };
    };
    if method == Some(Method::Get) {
        node.problem("a GET has no body; set `method` to `POST`, or leave it out");
    } else if *key == "graphql" && method.is_some_and(|method| method != Method::Post) {
        node.problem("`graphql` is a POST; leave `method` out");
    }
    let (body, default_type) = match *key {
        "body" => (read_json(node).map(Body::Json), "application/json"),
        "form" => (Some(Body::Form(read_fields(node))), "application/x-www-form-urlencoded"),
        "text" => (read_template(node).map(Body::Text), PLAIN_TEXT),
        _ => (Some(Body::GraphQl(read_graphql(node))), "application/json"),
    };
    let document = node.value.member("query");
    Sent {
        method: method.unwrap_or(default),
        body: body.unwrap_or(Body::None),
        content_type: if content_type.is_empty() { default_type.into() } else { content_type },
        only_asks: *key == "graphql" && document.as_str().is_some_and(graphql::only_asks),
    }
}

/// Reads the media type of a body; empty where it is left out.
fn read_content_type(object: &Object<'_>, bodies: &[(&str, Node<'_>)]) -> Rc<str> {
    if !bodies.iter().any(|(key, _)| matches!(*key, "body" | "text")) {
        object.refuse_unread("content_type", "goes with `body` or `text`");
        return "".into();
    }
    let Some(node) = object.get("content_type") else { return "".into() };
    let Some(text) = node.string() else { return "".into() };
    if !is_media_type(text) {
        node.problem("this is no media type, such as `text/xml` or `text/xml; charset=utf-8`");
    }
    text.into()
}

/// Returns whether the text is a media type, perhaps with parameters (RFC 9110 §8.3.1).
fn is_media_type(text: &str) -> bool {
    let (names, parameters) = text.split_once(';').unwrap_or((text, "x"));
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    let has_parameters =
        !parameters.is_empty() && parameters.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    names.split_once('/').is_some_and(|(kind, name)| is_name(kind) && is_name(name)) && has_parameters
}

/// Reads a JSON value whose strings are templates.
fn read_json(node: &Node<'_>) -> Option<JsonTemplate> {
    let template = node.accept(parse_json(node.value))?;
    visit_json(&template, &mut |part| check_parts(node, std::iter::once(part)));
    Some(template)
}

/// Reads the fields of a form or of a query: each a scalar, or a list of them.
pub(crate) fn read_fields(node: &Node<'_>) -> Members {
    let mut fields = Members::new();
    node.each_member(&mut |name, node| {
        let (name, is_optional) = split_optional(name);
        if is_optional {
            node.problem("a field is left out where it is null, without `?`; `??` is a question mark");
        } else if fields.iter().any(|(known, _)| **known == *name) {
            node.problem(concat(&["`", &name, "` is given twice"]));
        }
        if !is_field(node.value) {
            node.mismatch("a string, a number, a boolean, or an array of these");
        }
        fields.extend(read_json(node).map(|template| (name.into(), template)));
    });
    fields
}

fn is_field(value: &Value) -> bool {
    let is_scalar = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
    is_scalar(value) || value.as_array().is_some_and(|items| items.iter().all(is_scalar))
}

/// Reads a document with its variables, as the JSON that is sent (GraphQL over HTTP §5.4).
fn read_graphql(node: &Node<'_>) -> JsonTemplate {
    let object = node.object();
    let mut members = Members::new();
    let literal = |text: &str| JsonTemplate::Literal(text.into());
    let query = object.require("query");
    if let Some((node, text)) = query.as_ref().and_then(|node| Some((node, node.string()?))) {
        if text.trim().is_empty() {
            node.problem("the document is empty");
        } else if graphql::has_template(text) {
            node.problem("a document holds no templates; declare a variable, and fill it in `variables`");
        }
        members.push(("query".into(), literal(text)));
    }
    if let Some(node) = object.get("variables") {
        if node.value.as_object().is_none() {
            node.mismatch("an object");
        }
        members.extend(read_json(&node).map(|template| ("variables".into(), template)));
    }
    if let Some((node, text)) = object.get("operation_name").and_then(|node| Some((node, node.string()?))) {
        if !graphql::is_name(text) {
            node.problem("the name of an operation is made of letters, digits and `_`");
        }
        members.push(("operationName".into(), literal(text)));
    }
    object.finish();
    JsonTemplate::Object(members)
}

/// Reads user and password.
pub(crate) fn read_basic(object: &Object<'_>) -> Option<(Template, Template)> {
    let node = object.get("basic")?;
    let basic = node.object();
    let user = basic.required_template("user");
    let password = basic.required_template("password");
    let has_colon = |part: &Part| matches!(part, Part::Literal(text) if find(text, b":").is_some());
    if user.parts().iter().any(has_colon) {
        node.problem("the user of Basic authentication cannot hold `:`");
    }
    basic.finish();
    Some((user, password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_has_two_names_and_perhaps_parameters() {
        for text in ["text/xml", "application/scim+json", "text/xml; charset=utf-8", "a/b;c"] {
            assert!(is_media_type(text), "{text}");
        }
        for text in
            ["", "xml", "text/", "/xml", "text/xml;", "text/x ml", "text/xml\r\nx: y", "text/xml;\n", "a/b/c"]
        {
            assert!(!is_media_type(text), "{text:?}");
        }
    }
}
