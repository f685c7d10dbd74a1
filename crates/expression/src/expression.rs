//! A compiled expression.

use std::fmt;
use std::rc::Rc;

use crate::ast::Node;
use crate::plain::{Input, Plain};
#[cfg(feature = "parser")]
use crate::print::Texts;
use crate::{Budget, ExpressionError, Value, interpreter};
#[cfg(feature = "parser")]
use crate::{parser, reads};

/// A JMESPath expression, ready to be evaluated against any number of documents. A clone is cheap.
///
/// ```
/// use claimsmith_expression::{Expression, json};
///
/// let expression = Expression::parse("roles[?active].name")?;
/// let document = json::read(br#"{"roles":[{"name":"admin","active":true},{"name":"guest"}]}"#)?;
/// assert_eq!(expression.evaluate(&document)?.to_json(), r#"["admin"]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Expression {
    text: Rc<str>,
    root: Rc<Node>,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// A call that cannot succeed whatever the document is (no such function, too many arguments) is
    /// found here already.
    ///
    /// # Errors
    /// Where the text does not follow the grammar, calls a function wrongly, or is nested deeper than
    /// 128 levels.
    #[cfg(feature = "parser")]
    pub fn parse(text: &str) -> Result<Expression, ExpressionError> {
        Ok(Expression { text: text.into(), root: Rc::new(parser::parse(text)?) })
    }

    /// Evaluates the expression against a document, within a million steps.
    ///
    /// # Errors
    /// As [`Expression::evaluate_within`].
    pub fn evaluate(&self, document: &Value) -> Result<Value, ExpressionError> {
        self.evaluate_within(document, &Budget::default())
    }

    /// Evaluates the expression against a document.
    ///
    /// The result is nested at most 128 levels deeper than the deepest of the document and the literals, and
    /// no part of it is unavailable.
    ///
    /// # Errors
    /// Where a function is given a value of a type that it does not take, where the budget is used up, and
    /// with [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) where the value needs a part of the
    /// document that is unavailable.
    pub fn evaluate_within(&self, document: &Value, budget: &Budget) -> Result<Value, ExpressionError> {
        interpreter::evaluate(&self.root, document, budget)
    }

    /// Decides the expression as a condition, in three values: it holds, it does not, or it is undecided.
    ///
    /// Of `||` one side that holds decides, of `&&` one that does not, whichever side that is. What is decided
    /// although a part is unavailable stays decided, whatever that part turns out to be; `not_null` alone
    /// passes over what has no value.
    ///
    /// # Errors
    /// As [`Expression::evaluate_within`], where it is undecided.
    pub fn holds(&self, document: &Value, budget: &Budget, faults: Faults) -> Result<bool, ExpressionError> {
        interpreter::holds(&self.root, document, budget, faults)
    }

    /// Returns the text that was compiled; empty where the expression was read from bytes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the tree.
    #[cfg(feature = "parser")]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Returns the texts of the parts of the tree.
    #[cfg(feature = "parser")]
    pub fn texts(&self) -> Texts {
        Texts::of(&self.root, &self.text)
    }

    /// Returns the parts of a document that the expression reads, each as a chain of member names from the root.
    ///
    /// All that lies below the end of a chain may be read, and nothing outside of the chains matters to
    /// the result. An empty chain is the whole document. A variable that no `let` binds is a chain as well, from the
    /// root wherever it stands. That the root is a value other than null, and that it has the members that
    /// [`Expression::free_variables`] names, is taken for granted.
    #[cfg(feature = "parser")]
    pub fn reads(&self) -> Vec<Vec<Rc<str>>> {
        reads::of(&self.root).chains
    }

    /// Returns the names of the functions that the expression calls.
    #[cfg(feature = "parser")]
    pub fn functions(&self) -> Vec<&'static str> {
        let mut calls = Vec::new();
        crate::calls::note(&self.root, &mut calls);
        calls
    }

    /// Returns the names of the variables that no `let` binds, without the `$`, each once. Such a variable is a member
    /// of the root of the document, and an error where there is none.
    #[cfg(feature = "parser")]
    pub fn free_variables(&self) -> Vec<Rc<str>> {
        reads::of(&self.root).globals
    }
}

/// The tree, without the text that it was compiled from.
impl Plain for Expression {
    fn write(&self, out: &mut Vec<u8>) {
        self.root.write(out);
    }

    fn read(input: &mut Input<'_>) -> Expression {
        Expression { text: "".into(), root: Plain::read(input) }
    }
}

/// The effect of an error of evaluation on the condition around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faults {
    /// The condition ends with the error.
    End,
    /// The error leaves its part open, as one that is unavailable does: the rest may decide without it.
    LeaveOpen,
}

impl fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
