//! Strings with `{expression}` in them.
//!
//! `{{` and `}}` stand for braces. An expression sees `event`; a secret stands alone, as
//! `{secrets.NAME}`, so that no expression ever holds one.

use std::rc::Rc;

use claimsmith_expression::text::{concat, decimal, find, join, split};
use claimsmith_expression::{Budget, ErrorKind, Expression, ExpressionError, Value};

use crate::error::{Code, Error};
use crate::secret::Secrets;

/// What the parts of a template are filled from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// What expressions see: an object with `event` in it.
    pub scope: &'a Value,
    /// What `{secrets.NAME}` sees.
    pub secrets: &'a Secrets,
    /// What evaluations may cost together.
    pub budget: &'a Budget,
}

/// A compiled template.
#[derive(Clone, Debug, Default)]
pub struct Template {
    parts: Vec<Part>,
}

/// One piece of a template.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// A value of this login.
    Expression(Expression),
    /// The name of a secret.
    Secret(Rc<str>),
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    /// `expression_invalid` where a brace has no partner or an expression is wrong.
    pub fn parse(text: &str) -> Result<Template, Error> {
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
                parts.push(parse_part(expression)?);
                rest = after;
            } else {
                return Err(brace_error("`}` was never opened; write `}}` for a brace", from_brace, text));
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Template { parts })
    }

    /// The text with each part filled in. A result may hold secrets.
    ///
    /// # Errors
    /// `template_value_missing` where a value is null or no scalar, `secret_missing` where a secret is
    /// not there.
    pub fn render(&self, inputs: Inputs<'_>) -> Result<String, Error> {
        let mut text = String::new();
        for part in &self.parts {
            text.push_str(&part.render(inputs)?);
        }
        Ok(text)
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The expressions in the template.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expression(expression) => Some(expression),
            _ => None,
        })
    }

    /// The names of the secrets in the template.
    pub fn secrets(&self) -> impl Iterator<Item = &Rc<str>> {
        self.parts.iter().filter_map(|part| match part {
            Part::Secret(name) => Some(name),
            _ => None,
        })
    }
}

impl Part {
    /// The text of this part alone, as it stands, unencoded.
    pub(crate) fn render(&self, inputs: Inputs<'_>) -> Result<String, Error> {
        match self {
            Part::Literal(text) => Ok(text.clone()),
            Part::Expression(expression) => scalar_text(expression, inputs),
            Part::Secret(name) => match inputs.secrets.get(name) {
                Some(secret) => Ok(secret.expose().to_owned()),
                None => Err(missing_secret(name)),
            },
        }
    }
}

/// A JSON value whose strings are templates: the body of a POST.
#[derive(Clone, Debug)]
pub enum JsonTemplate {
    /// A value that stands for itself: null, a boolean or a number.
    Literal(Value),
    /// A string that is one expression alone becomes that value, with its type.
    Value(Expression),
    /// Any other string.
    Text(Template),
    /// An array.
    Array(Vec<JsonTemplate>),
    /// An object; names are taken as they stand.
    Object(Vec<(Rc<str>, JsonTemplate)>),
}

impl JsonTemplate {
    /// Compiles the strings in a value.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse(value: &Value) -> Result<JsonTemplate, Error> {
        Ok(match value {
            Value::String(text) => {
                let template = Template::parse(text)?;
                match template.parts() {
                    [Part::Expression(expression)] => JsonTemplate::Value(expression.clone()),
                    _ => JsonTemplate::Text(template),
                }
            }
            Value::Array(items) => {
                let mut parsed = Vec::new();
                for item in items.iter() {
                    parsed.push(JsonTemplate::parse(item)?);
                }
                JsonTemplate::Array(parsed)
            }
            Value::Object(members) => {
                let mut parsed = Vec::new();
                for (name, member) in members.iter() {
                    parsed.push((Rc::clone(name), JsonTemplate::parse(member)?));
                }
                JsonTemplate::Object(parsed)
            }
            _ => JsonTemplate::Literal(value.clone()),
        })
    }

    /// The value with each string filled in.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn render(&self, inputs: Inputs<'_>) -> Result<Value, Error> {
        Ok(match self {
            JsonTemplate::Literal(value) => value.clone(),
            JsonTemplate::Value(expression) => evaluate(expression, inputs.scope, inputs.budget)?,
            JsonTemplate::Text(template) => template.render(inputs)?.into(),
            JsonTemplate::Array(items) => {
                let mut rendered = Vec::new();
                for item in items {
                    rendered.push(item.render(inputs)?);
                }
                rendered.into()
            }
            JsonTemplate::Object(members) => {
                let mut rendered = claimsmith_expression::Map::new();
                for (name, member) in members {
                    rendered.insert(Rc::clone(name), member.render(inputs)?);
                }
                rendered.into()
            }
        })
    }

    /// Calls `visit` with each template in the value, a lone expression as a template of its own.
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(&Template)) {
        match self {
            JsonTemplate::Literal(_) => {}
            JsonTemplate::Value(expression) => {
                visit(&Template { parts: vec![Part::Expression(expression.clone())] });
            }
            JsonTemplate::Text(template) => visit(template),
            JsonTemplate::Array(items) => items.iter().for_each(|item| item.visit(visit)),
            JsonTemplate::Object(members) => members.iter().for_each(|(_, member)| member.visit(visit)),
        }
    }
}

/// Evaluates an expression of the configuration.
pub(crate) fn evaluate(expression: &Expression, scope: &Value, budget: &Budget) -> Result<Value, Error> {
    expression.evaluate_within(scope, budget).map_err(|error| not_evaluated(&error))
}

/// The error of an expression that has no value in this login.
pub(crate) fn not_evaluated(error: &ExpressionError) -> Error {
    let code = match error.kind {
        ErrorKind::Unavailable => Code::Unavailable,
        _ => Code::ExpressionInvalid,
    };
    Error::new(code, error.message.as_str())
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
/// around it: that may be a secret which somebody wrote down.
fn parse_part(text: &str) -> Result<Part, Error> {
    let fail = |message: &str, offset: usize| {
        Error::in_expression(message, &concat(&["{", text, "}"]), offset.saturating_add(1))
    };
    let expression = Expression::parse(text).map_err(|error| fail(&error.message, error.offset))?;
    let chains = expression.reads();
    if !chains.iter().any(|chain| chain.first().is_some_and(|name| &**name == "secrets")) {
        return Ok(Part::Expression(expression));
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
    let column = text.chars().count() - rest.chars().count();
    Error::new(Code::ExpressionInvalid, concat(&[message, " (column ", &decimal(column + 1), ")"]))
}

fn scalar_text(expression: &Expression, inputs: Inputs<'_>) -> Result<String, Error> {
    match evaluate(expression, inputs.scope, inputs.budget)? {
        Value::String(text) => Ok((*text).to_owned()),
        Value::Bool(value) => Ok(if value { "true" } else { "false" }.to_owned()),
        Value::Number(number) => Ok(number.to_text()),
        other => Err(Error::new(
            Code::TemplateValueMissing,
            concat(&[
                "`",
                expression.text(),
                "` is ",
                described(&other),
                ", a string, number or boolean is needed",
            ]),
        )),
    }
}

fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Array(_) => "an array",
        _ => "an object",
    }
}

fn missing_secret(name: &str) -> Error {
    Error::new(
        Code::SecretMissing,
        concat(&["the Action has no secret `", name, "`; add it in the editor under Secrets"]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use claimsmith_expression::json;

    fn render(template: &str) -> Result<String, String> {
        let scope =
            json::read(br#"{"event":{"user":{"name":"Ann","age":7,"ok":true,"tags":["a"]}}}"#).unwrap();
        let secrets: Secrets = [("KEY".into(), Secret::new("s3cret"))].into_iter().collect();
        let inputs = Inputs { scope: &scope, secrets: &secrets, budget: &Budget::default() };
        Template::parse(template)
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
        let rendered = JsonTemplate::parse(&body).unwrap().render(inputs).unwrap();
        assert_eq!(rendered.to_json(), r#"{"k":[true,null],"l":[1,"x"],"n":7,"t":"<a\"b>"}"#);
    }
}
