//! Expressions and templates where a configuration has them, and the names in them.

use std::rc::Rc;

use claimsmith_core::template::{Part, Template};
use claimsmith_core::url::UrlTemplate;
use claimsmith_core::{Code, Error};
use claimsmith_expression::Expression;
use claimsmith_expression::text::concat;

use crate::problem::{in_expression, not_compiled};
use crate::reader::{Node, Object};
use crate::template::parse_template;
use crate::url::parse_url;

/// Reads and compiles expressions, templates and URLs of an object.
impl Object<'_> {
    /// Reads a template that may be left out.
    pub(crate) fn template(&self, key: &'static str) -> Option<Template> {
        read_template(&self.get(key)?)
    }

    /// Reads a template that must be there.
    pub(crate) fn required_template(&self, key: &'static str) -> Template {
        self.require(key).and_then(|node| read_template(&node)).unwrap_or_default()
    }

    /// Reads a URL that must be there.
    pub(crate) fn url(&self, key: &'static str, allow_http: bool) -> UrlTemplate {
        let url = self.require(key).and_then(|node| {
            let url = node.accept(parse_url(node.string()?, allow_http))?;
            check_parts(&node, url.parts());
            Some(url)
        });
        url.unwrap_or_default()
    }

    /// Reads an expression that may be left out.
    pub(crate) fn expression(&self, key: &'static str) -> Option<Expression> {
        read_expression(&self.get(key)?)
    }
}

/// Reads a template over what the place sees, and secrets.
pub(crate) fn read_template(node: &Node<'_>) -> Option<Template> {
    let template = node.accept(parse_template(node.string()?))?;
    check_parts(node, template.parts().iter());
    Some(template)
}

/// Reads an expression over what the place sees.
pub(crate) fn read_expression(node: &Node<'_>) -> Option<Expression> {
    let expression = parse_expression(node)?;
    check_names(node, &expression);
    Some(expression)
}

/// Reads an expression over the answer of a source. Its names are members of the answer, and it has no other.
pub(crate) fn read_over_answer(node: &Node<'_>) -> Option<Expression> {
    let expression = parse_expression(node)?;
    if let Some(name) = expression.free_variables().first() {
        node.problem(concat(&["`$", name, "` names nothing here: this sees the answer only"]));
    }
    Some(expression)
}

/// Reads a text for the user: a template over all that expressions see, without secrets.
pub(crate) fn read_reason(node: &Node<'_>) -> Option<Template> {
    let reason = node.accept(parse_template(node.string()?))?;
    if reason.parts().is_empty() {
        node.problem("the user must read why");
    }
    if reason.parts().iter().any(|part| matches!(part, Part::Secret(_))) {
        node.fail(Error::new(Code::ExpressionInvalid, "the user reads this, and must not read a secret"));
    }
    expressions_of(&reason).for_each(|expression| check_names(node, expression));
    Some(reason)
}

/// Returns the expressions in a template.
pub(crate) fn expressions_of(template: &Template) -> impl Iterator<Item = &Expression> {
    template.parts().iter().filter_map(|part| match part {
        Part::Expression(expression, _) => Some(expression),
        Part::Literal(_) | Part::Secret(_) => None,
    })
}

/// Reads an expression over any document.
fn parse_expression(node: &Node<'_>) -> Option<Expression> {
    let text = node.string()?;
    node.accept(Expression::parse(text).map_err(|error| not_compiled(&error, text, 0)))
}

/// Checks the names in the expressions of a template.
pub(crate) fn check_parts<'p>(node: &Node<'_>, parts: impl Iterator<Item = &'p Part>) {
    for part in parts {
        if let Part::Expression(expression, _) = part {
            check_names(node, expression);
        }
    }
}

/// Checks the names in an expression. A misspelt source would always be null, and its claim silently missing.
fn check_names(node: &Node<'_>, expression: &Expression) {
    let text = expression.text();
    let fail = |name: &str, message: &str| {
        node.fail(match find_word(text, name) {
            Some(offset) => in_expression(message, text, offset, node.find(text)),
            None => Error::new(Code::ExpressionInvalid, message),
        });
    };
    let variables = expression.free_variables().into_iter().map(|name| vec![name]);
    let mut refused: Vec<Rc<str>> = Vec::new();
    for chain in expression.reads().into_iter().chain(variables) {
        if let Some((name, message)) = node.scope.refuse(&chain)
            && !refused.contains(&name)
        {
            #[cfg(feature = "warnings")]
            let message = match crate::hints::of_name(text, &name) {
                Some(hint) => concat(&[&message, "; ", &hint]),
                None => message,
            };
            fail(&name, &message);
            refused.push(name);
        }
    }
}

/// Returns where a name that begins a chain stands in an expression, by its text alone.
pub(crate) fn find_word(text: &str, name: &str) -> Option<usize> {
    let (text, name) = (text.as_bytes(), name.as_bytes());
    let is_edge = |byte: Option<&u8>, inside: &[u8]| {
        byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !inside.contains(byte))
    };
    (0..text.len()).find(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let rest = text.get(*at..).and_then(|rest| rest.strip_prefix(name));
        is_edge(before, b"_.'\"`") && rest.is_some_and(|rest| is_edge(rest.first(), b"_'\"`"))
    })
}
