//! Strings with `{expression}` in them.
//!
//! `{{` and `}}` stand for braces. An expression sees `event`; a secret stands alone, as
//! `{secrets.NAME}`, so that no expression ever holds one.

use claimsmith_expression::{plain_enum, plain_struct};
use std::rc::Rc;

use claimsmith_expression::text::concat;
use claimsmith_expression::{Budget, ErrorKind, Expression, ExpressionError, Value};

use crate::encode::push_field;
use crate::error::{Code, Error, placed};
use crate::secret::{Secret, Secrets};

/// The values that the parts of a template are filled from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The document of expressions: an object with `event` in it.
    pub scope: &'a Value,
    /// The secrets of `{secrets.NAME}`.
    pub secrets: &'a Secrets,
    /// The budget that evaluations share.
    pub budget: &'a Budget,
}

/// The meaning of a null in a text. Alone in JSON or as a field it has one of its own: see [`JsonTemplate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullInText {
    /// There is no text without it: `template_value_missing`.
    Missing,
    /// It is empty: in a text for people.
    Empty,
}

/// A compiled template.
#[derive(Clone, Debug, Default)]
pub struct Template {
    parts: Vec<Part>,
}

/// One piece of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// A value of this login, and the text of its expression, which errors name.
    Expression(Expression, Rc<str>),
    /// The name of a secret.
    Secret(Rc<str>),
}

impl Template {
    /// Returns a template of these parts.
    pub fn new(parts: Vec<Part>) -> Template {
        Template { parts }
    }

    /// Returns the text with each part filled in. A result may hold secrets.
    ///
    /// # Errors
    /// `template_value_missing` where a value is null or no scalar, `secret_missing` where a secret is
    /// not there.
    pub fn render(&self, inputs: Inputs<'_>) -> Result<String, Error> {
        self.render_with(inputs, NullInText::Missing)
    }

    /// Returns the text with each part filled in, and nulls by their meaning. A result may hold secrets.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn render_with(&self, inputs: Inputs<'_>, null: NullInText) -> Result<String, Error> {
        // Of one part alone, the text is that of the part.
        if let [part] = &*self.parts {
            return part.render(inputs, null);
        }
        let mut text = String::new();
        for part in &self.parts {
            part.render_into(&mut text, inputs, null)?;
        }
        Ok(text)
    }

    /// Returns the parts.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

plain_struct!(Template { parts });

plain_enum!(Part {
    0 => Literal(text),
    1 => Expression(expression, text),
    2 => Secret(name),
} else Part::Literal(String::new()));

impl Part {
    /// Appends the text of this part, as it stands, unencoded.
    pub(crate) fn render_into(
        &self,
        text: &mut String,
        inputs: Inputs<'_>,
        null: NullInText,
    ) -> Result<(), Error> {
        match self {
            Part::Literal(literal) => text.push_str(literal),
            Part::Expression(..) | Part::Secret(_) => text.push_str(&self.render(inputs, null)?),
        }
        Ok(())
    }

    /// Returns the text of this part alone, as it stands, unencoded.
    pub(crate) fn render(&self, inputs: Inputs<'_>, null: NullInText) -> Result<String, Error> {
        match self {
            Part::Literal(text) => Ok(text.clone()),
            Part::Expression(expression, text) => {
                let value = evaluate(expression, inputs.scope, inputs.budget)?;
                if value.is_null() && null == NullInText::Empty {
                    return Ok(String::new());
                }
                scalar_text(&value, text)
            }
            Part::Secret(name) => match inputs.secrets.get(name) {
                Some(secret) => Ok(secret.expose().to_owned()),
                None => Err(missing_secret(name)),
            },
        }
    }
}

/// A JSON value whose strings are templates: a body, or the fields of a form.
///
/// A null that a string gives alone is one in JSON, and leaves a field out.
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
    Object(Members),
    /// A member of an object that is left out where it is null.
    Optional(Box<JsonTemplate>),
}

/// Templates by name: the members of an object, or fields.
pub type Members = Vec<(Rc<str>, JsonTemplate)>;

plain_enum!(JsonTemplate {
    0 => Literal(value),
    1 => Value(expression),
    2 => Text(template),
    3 => Array(items),
    4 => Object(members),
    5 => Optional(member),
} else JsonTemplate::Literal(Value::Null));

impl JsonTemplate {
    /// Returns the value with each string filled in.
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
                    let value = member.render(inputs)?;
                    if !value.is_null() || !matches!(member, JsonTemplate::Optional(_)) {
                        rendered.insert(Rc::clone(name), value);
                    }
                }
                rendered.into()
            }
            JsonTemplate::Optional(member) => member.render(inputs)?,
        })
    }
}

/// Returns the fields as `application/x-www-form-urlencoded`. A list repeats its name; null is left out, there too.
///
/// # Errors
/// As [`Template::render`], placed at the field below `place`.
pub(crate) fn render_fields(fields: &Members, inputs: Inputs<'_>, place: &[&str]) -> Result<String, Error> {
    let mut form = String::new();
    for (name, field) in fields {
        placed(push_fields(&mut form, name, field, inputs), &[&concat(place), ".", name])?;
    }
    Ok(form)
}

fn push_fields(form: &mut String, name: &str, field: &JsonTemplate, inputs: Inputs<'_>) -> Result<(), Error> {
    let value = field.render(inputs)?;
    for item in value.as_array().unwrap_or(std::slice::from_ref(&value)) {
        if !item.is_null() {
            push_field(form, name, &scalar_text(item, name)?);
        }
    }
    Ok(())
}

/// Evaluates an expression of the configuration.
pub(crate) fn evaluate(expression: &Expression, scope: &Value, budget: &Budget) -> Result<Value, Error> {
    expression.evaluate_within(scope, budget).map_err(|error| not_evaluated(&error))
}

/// Returns the error of an expression that has no value in this login.
pub(crate) fn not_evaluated(error: &ExpressionError) -> Error {
    let code = match error.kind {
        ErrorKind::Unavailable => Code::Unavailable,
        _ => Code::ExpressionInvalid,
    };
    Error::new(code, error.message.as_str())
}

/// Returns a value as text, where it is a scalar; `name` is what errors call it.
fn scalar_text(value: &Value, name: &str) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok((**text).to_owned()),
        Value::Bool(value) => Ok(if *value { "true" } else { "false" }.to_owned()),
        Value::Number(number) => Ok(number.to_text()),
        other => Err(Error::new(
            Code::TemplateValueMissing,
            concat(&["`", name, "` is ", described(other), ", a string, number or boolean is needed"]),
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

/// Fills templates that have names. Their places are these texts and the name.
pub(crate) fn fill(
    templates: &[(String, Template)],
    inputs: Inputs<'_>,
    place: &[&str],
) -> Result<Vec<(String, Secret)>, Error> {
    let mut filled = Vec::new();
    for (name, template) in templates {
        match template.render(inputs) {
            Ok(text) => filled.push((name.clone(), Secret::new(text))),
            Err(error) => return Err(error.at(&concat(&[&concat(place), name]))),
        }
    }
    Ok(filled)
}

/// Returns the error of a value that does not fit its place, by the secrets that it is made of. It never repeats one.
pub(crate) fn unfit_secret(parts: &[Part], expected: &str) -> Error {
    let mut names = String::new();
    for part in parts {
        if let Part::Secret(name) = part {
            names.push_str(if names.is_empty() { "the secret `" } else { "`, `" });
            names.push_str(name);
        }
    }
    if names.is_empty() {
        return Error::new(Code::ConfigInvalid, concat(&["it does not fit: ", expected]));
    }
    Error::new(Code::SecretInvalid, concat(&[&names, "` does not fit: ", expected]))
}

fn missing_secret(name: &str) -> Error {
    Error::new(
        Code::SecretMissing,
        concat(&["the Action has no secret `", name, "`; add it in the editor under Secrets"]),
    )
}
