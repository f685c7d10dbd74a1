//! Strings with `{expression}` in them, to parts.
//!
//! `{{` and `}}` stand for braces. An expression sees `event`; a secret stands alone, as `{secrets.NAME}`, so that no
//! expression ever holds one.

use std::rc::Rc;

use claimsmith_core::error;
use claimsmith_core::template::{JsonTemplate, Part, Template};
use claimsmith_core::{Code, Error};
use claimsmith_expression::text::{concat, find, join, split};
use claimsmith_expression::{Expression, Value};

use crate::problem::{in_expression, message};

/// Compiles a template.
///
/// # Errors
/// `expression_invalid` where a brace has no partner or an expression is wrong.
pub fn parse_template(text: &str) -> Result<Template, Error> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = find(rest, b"{}") {
        let (before, from_brace) = split(rest, at);
        literal.push_str(before);
        if let Some(after) = from_brace.strip_prefix("{{") {
            literal.push('{');
            rest = after;
        } else if let Some(after) = from_brace.strip_prefix("}}") {
            literal.push('}');
            rest = after;
        } else if let Some(inside) = from_brace.strip_prefix('{') {
            let Some((expression, after)) = split_expression(inside) else {
                return Err(brace_error("`{` is never closed; write `{{` for a brace", from_brace, text));
            };
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            let brace = split(text, text.len() - from_brace.len()).0.chars().count();
            parts.push(parse_part(expression, brace)?);
            rest = after;
        } else {
            return Err(brace_error("`}` was never opened; write `}}` for a brace", from_brace, text));
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(Template::new(parts))
}

/// Compiles the strings in a value.
///
/// # Errors
/// As [`Template::parse`].
pub(crate) fn parse_json(value: &Value) -> Result<JsonTemplate, Error> {
    Ok(match value {
        Value::String(text) => {
            let template = parse_template(text)?;
            match template.parts() {
                [Part::Expression(expression, _)] => JsonTemplate::Value(expression.clone()),
                _ => JsonTemplate::Text(template),
            }
        }
        Value::Array(items) => {
            let mut parsed = Vec::new();
            for item in items.iter() {
                parsed.push(parse_json(item)?);
            }
            JsonTemplate::Array(parsed)
        }
        Value::Object(members) => {
            let mut parsed = Vec::new();
            for (name, member) in members.iter() {
                let (name, is_optional) = split_optional(name);
                if parsed.iter().any(|(known, _): &(Rc<str>, JsonTemplate)| **known == *name) {
                    let message = concat(&["the member `", &name, "` is given twice, with `?` and without"]);
                    return Err(Error::new(Code::ConfigInvalid, message));
                }
                let member = parse_json(member)?;
                let member = if is_optional { JsonTemplate::Optional(Box::new(member)) } else { member };
                parsed.push((name.into(), member));
            }
            JsonTemplate::Object(parsed)
        }
        Value::Null | Value::Unavailable(_) | Value::Bool(_) | Value::Number(_) => {
            JsonTemplate::Literal(value.clone())
        }
    })
}

/// Calls `visit` with each part of each template in the value.
pub(crate) fn visit_json(template: &JsonTemplate, visit: &mut dyn FnMut(&Part)) {
    match template {
        JsonTemplate::Literal(_) => {}
        JsonTemplate::Value(expression) => visit(&Part::Expression(expression.clone(), "".into())),
        JsonTemplate::Text(template) => template.parts().iter().for_each(visit),
        JsonTemplate::Array(items) => items.iter().for_each(|item| visit_json(item, visit)),
        JsonTemplate::Object(members) => members.iter().for_each(|(_, member)| visit_json(member, visit)),
        JsonTemplate::Optional(member) => visit_json(member, visit),
    }
}

/// Splits `nick?` into the name and whether the member is optional. `??` at the end stands for a question mark of the
/// name.
pub(crate) fn split_optional(name: &str) -> (String, bool) {
    let bare = name.trim_end_matches('?');
    let marks = name.len() - bare.len();
    (concat(&[bare, &"?".repeat(marks / 2)]), marks % 2 == 1)
}

/// Splits `a.b} rest` at the brace that ends the expression: JMESPath has braces and quotes itself.
fn split_expression(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            (None, '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Compiles what stands between braces. Where it is wrong, it is shown in its braces, and not what stands
/// around it, which may be a secret. The brace stands so many characters into the template.
fn parse_part(text: &str, brace: usize) -> Result<Part, Error> {
    let fail = |message: &str, offset: usize| {
        in_expression(message, &concat(&["{", text, "}"]), offset.saturating_add(1), brace)
    };
    let expression = Expression::parse(text).map_err(|error| fail(&message(&error, text), error.offset))?;
    let chains = expression.reads();
    if !chains.iter().any(|chain| chain.first().is_some_and(|name| &**name == "secrets")) {
        return Ok(Part::Expression(expression, text.into()));
    }
    match chains.as_slice() {
        [chain] if text.trim() == join(chain.iter().map(|name| &**name), ".") => match chain.as_slice() {
            [_, name] => Ok(Part::Secret(Rc::clone(name))),
            _ => Err(fail(SECRET_ALONE, 0)),
        },
        _ => Err(fail(SECRET_ALONE, 0)),
    }
}

const SECRET_ALONE: &str = "a secret stands alone, as `{secrets.NAME}`, never in an expression";

fn brace_error(message: &str, rest: &str, text: &str) -> Error {
    let offset = text.chars().count() - rest.chars().count();
    Error::new(Code::ExpressionInvalid, format!("{message} (column {})", offset + 1))
        .of(error::Part::Text(offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimsmith_core::template::{Inputs, NullInText};
    use claimsmith_core::{Secret, Secrets};
    use claimsmith_expression::{Budget, json};

    fn render(template: &str) -> Result<String, String> {
        let scope =
            json::read(br#"{"event":{"user":{"name":"Ann","age":7,"ok":true,"tags":["a"]}}}"#).unwrap();
        let secrets: Secrets = [("KEY".into(), Secret::new("s3cret"))].into_iter().collect();
        let inputs = Inputs { scope: &scope, secrets: &secrets, budget: &Budget::default() };
        parse_template(template)
            .and_then(|template| template.render(inputs))
            .map_err(|error| format!("{}: {}", error.code.as_str(), error.message))
    }

    #[test]
    fn fills_expressions_and_secrets_and_keeps_doubled_braces() {
        assert_eq!(render("plain").unwrap(), "plain");
        assert_eq!(render("{event.user.name}/{secrets.KEY}").unwrap(), "Ann/s3cret");
        assert_eq!(render("{{{event.user.age}}} {event.user.ok}").unwrap(), "{7} true");
    }

    #[test]
    fn a_brace_inside_an_expression_does_not_end_it() {
        assert_eq!(render("{'}'}{event.user.\"name\"}").unwrap(), "}Ann");
        assert_eq!(render(r"{'it\'s}'}").unwrap(), "it's}");
    }

    #[test]
    fn a_null_or_an_object_is_missing() {
        let error =
            "template_value_missing: `event.user.email` is null, a string, number or boolean is needed";
        assert_eq!(render("{event.user.email}").unwrap_err(), error);
        assert!(render("{event.user.tags}").unwrap_err().contains("is an array"));
        assert!(render("{event.user}").unwrap_err().contains("is an object"));
    }

    #[test]
    fn a_null_is_empty_in_a_text_for_people() {
        let scope = json::read(br#"{"event":{"user":{"name":"Ann","tags":["a"]}}}"#).unwrap();
        let inputs = Inputs { scope: &scope, secrets: &Secrets::default(), budget: &Budget::default() };
        let render =
            |text| parse_template(text).unwrap().render_with(inputs, NullInText::Empty).map_err(|e| e.code);
        assert_eq!(render("Ask {event.user.boss} for {event.user.name}.").unwrap(), "Ask  for Ann.");
        assert_eq!(render("{event.user.boss}").unwrap(), "");
        assert_eq!(render("{event.user.tags}"), Err(Code::TemplateValueMissing));
    }

    #[test]
    fn a_question_mark_makes_a_member_optional_and_two_are_one() {
        for (name, bare, is_optional) in [
            ("nick", "nick", false),
            ("nick?", "nick", true),
            ("nick??", "nick?", false),
            ("nick???", "nick?", true),
            ("a?b", "a?b", false),
            ("?", "", true),
            ("", "", false),
        ] {
            assert_eq!(split_optional(name), (bare.to_owned(), is_optional), "{name}");
        }
    }

    #[test]
    fn a_secret_that_is_not_there_is_named() {
        assert!(
            render("{secrets.TOKEN}")
                .unwrap_err()
                .starts_with("secret_missing: the Action has no secret `TOKEN`")
        );
    }

    #[test]
    fn a_secret_never_enters_an_expression() {
        for template in [
            "{secrets}",
            "{secrets.KEY || event.x}",
            "{secrets.KEY.x}",
            "{[secrets.KEY]}",
            "{secrets.KEY[0]}",
        ] {
            assert!(
                render(template).unwrap_err().starts_with("expression_invalid: a secret stands alone"),
                "{template}"
            );
        }
    }

    #[test]
    fn a_lone_brace_is_an_error() {
        assert!(render("a}b").unwrap_err().contains("never opened"));
        assert!(render("a{b").unwrap_err().contains("never closed"));
        assert!(render("{}").unwrap_err().ends_with("(column 2)\n  {}\n   ^"));
    }

    #[test]
    fn a_string_that_is_one_expression_keeps_its_type_in_a_body() {
        let scope = json::read(br#"{"event":{"n":7,"list":[1,"x"],"s":"a\"b"}}"#).unwrap();
        let secrets = Secrets::default();
        let body =
            json::read(br#"{"n":"{event.n}","l":"{event.list}","t":"<{event.s}>","k":[true,null]}"#).unwrap();
        let inputs = Inputs { scope: &scope, secrets: &secrets, budget: &Budget::default() };
        let rendered = parse_json(&body).unwrap().render(inputs).unwrap();
        assert_eq!(rendered.to_json(), r#"{"k":[true,null],"l":[1,"x"],"n":7,"t":"<a\"b>"}"#);
    }
}
