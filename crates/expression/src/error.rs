//! Errors of expressions, and of the documents that they are evaluated against.

use std::fmt;
use std::ops::Deref;

use crate::Cause;
use crate::text::concat;

/// The kinds of error, as JMESPath has them, and three of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text does not follow the grammar.
    Syntax,
    /// A function that JMESPath does not have is called.
    UnknownFunction,
    /// A function is called with too few or too many arguments.
    InvalidArity,
    /// A function is called with an argument of a type that it does not take.
    InvalidType,
    /// A value has the right type, but is not possible there: a slice with step 0.
    InvalidValue,
    /// Arithmetic on what is no number, or whose result is none (JEP-16).
    NotANumber,
    /// A variable that nothing binds (JEP-18).
    UndefinedVariable,
    /// The expression is nested deeper than a WebAssembly stack should be asked to hold.
    TooDeep,
    /// The expression takes more steps on this document than its budget has left.
    TooMuchWork,
    /// The expression needs a part of the document that is [`Value::Unavailable`](crate::Value::Unavailable).
    Unavailable,
}

impl ErrorKind {
    /// Returns the stable name, in the specification's words where it has one.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Syntax => "syntax",
            ErrorKind::UnknownFunction => "unknown-function",
            ErrorKind::InvalidArity => "invalid-arity",
            ErrorKind::InvalidType => "invalid-type",
            ErrorKind::InvalidValue => "invalid-value",
            ErrorKind::NotANumber => "not-a-number",
            ErrorKind::UndefinedVariable => "undefined-variable",
            ErrorKind::TooDeep => "too-deep",
            ErrorKind::TooMuchWork => "too-much-work",
            ErrorKind::Unavailable => "unavailable",
        }
    }
}

/// The error of an expression that cannot be compiled, or not be evaluated against a document.
///
/// It quotes the expression, never the document: types are named, values are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError(Box<Details>);

/// The contents of an [`ExpressionError`]. Boxed, since every step of an evaluation may return one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The kind of error.
    pub kind: ErrorKind,
    /// The message: one line, in lower case.
    pub message: String,
    /// The offset: bytes from the start of the expression's text.
    pub offset: usize,
    /// True where a condition that this leaves undecided may hold.
    pub may_hold: bool,
    /// True where it may not hold.
    pub may_not_hold: bool,
}

impl ExpressionError {
    /// Returns an error. The message comes in pieces so that no call pays for the formatting machinery.
    pub(crate) fn new(kind: ErrorKind, offset: usize, message: &[&str]) -> ExpressionError {
        ExpressionError(Box::new(Details {
            kind,
            message: concat(message),
            offset,
            may_hold: true,
            may_not_hold: true,
        }))
    }

    /// Returns the error of whatever needs a part that is unavailable.
    pub(crate) fn unavailable(cause: Cause) -> ExpressionError {
        let is_open = cause == Cause::Failed;
        ExpressionError::new(ErrorKind::Unavailable, 0, &["a part that is needed is unavailable"])
            .open(is_open, is_open)
    }

    /// Returns whether the part may have any value, and not only the null of a source that was not asked.
    pub fn is_open(&self) -> bool {
        self.may_hold || self.may_not_hold
    }

    /// Returns the same error with what its condition may be.
    pub(crate) fn open(mut self, may_hold: bool, may_not_hold: bool) -> ExpressionError {
        (self.0.may_hold, self.0.may_not_hold) = (may_hold, may_not_hold);
        self
    }
}

impl Deref for ExpressionError {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for ExpressionError {}
