//! A compiled expression.

use std::fmt;
use std::rc::Rc;

use crate::ast::Node;
use crate::{ExpressionError, Value, interpreter, parser, reads};

/// A JMESPath expression, ready to be evaluated against any number of documents.
///
/// ```
/// use claimsmith_expression::{Expression, json};
///
/// let expression = Expression::parse("roles[?active].name")?;
/// let document = json::read(br#"{"roles":[{"name":"admin","active":true},{"name":"guest"}]}"#).unwrap();
/// assert_eq!(expression.evaluate(&document)?.to_json(), r#"["admin"]"#);
/// # Ok::<(), claimsmith_expression::ExpressionError>(())
/// ```
#[derive(Clone)]
pub struct Expression {
    text: Rc<str>,
    root: Rc<Node>,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Where the text does not follow the grammar, or is nested too deeply.
    pub fn parse(text: &str) -> Result<Expression, ExpressionError> {
        Ok(Expression { text: text.into(), root: Rc::new(parser::parse(text)?) })
    }

    /// Evaluates the expression against a document.
    ///
    /// # Errors
    /// Where it would take too many steps.
    pub fn evaluate(&self, document: &Value) -> Result<Value, ExpressionError> {
        interpreter::evaluate(&self.root, document)
    }

    /// The text that was compiled.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Which parts of a document the expression reads, each as member names from the root. All that lies
    /// below the end of a chain may be read; an empty chain is the whole document.
    pub fn reads(&self) -> Vec<Vec<Rc<str>>> {
        reads::of(&self.root)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
