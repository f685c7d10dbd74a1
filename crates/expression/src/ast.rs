//! The tree that an expression is compiled to.
//!
//! Each node is evaluated against a current value, and the children against the same one unless said
//! otherwise.

use std::rc::Rc;

use crate::Value;
use crate::functions::Function;

pub(crate) enum Node {
    /// `@`
    Current,
    /// `name`: a member of the current value.
    Member(Rc<str>),
    /// `'text'` or a JSON value in backticks.
    Literal(Value),
    /// `source[1]`; a negative index counts from the end.
    Index(Box<Node>, i32),
    /// `source[*].each`: `each` is evaluated against every item that is picked out of `source`.
    Projection { source: Box<Node>, items: Items, each: Box<Node> },
    /// `!operand`
    Not(Box<Node>),
    /// `left operator right`
    Binary(Operator, Box<Node>, Box<Node>),
    /// `[a, b]`
    List(Vec<Node>),
    /// `{name: a}`
    Object(Vec<(Rc<str>, Node)>),
    /// `function(a, &b)`
    Call(Box<Call>),
}

/// Which items of its source a projection goes through.
pub(crate) enum Items {
    /// `[*]`: those of an array.
    All,
    /// `*`: the values of an object.
    Values,
    /// `[]`: those of an array, where an item that is an array gives its own instead.
    Flat,
    /// `[?condition]`: those of an array for which the condition holds. They are its current value.
    Matching(Box<Node>),
    /// `[start:stop:step]`: some of an array; the step is not 0.
    Slice { start: Option<i32>, stop: Option<i32>, step: i32 },
}

#[derive(Clone, Copy)]
pub(crate) enum Operator {
    /// `.`: the right side is evaluated against the left.
    Dot,
    /// `|`: so it is here, but a projection on the left ends.
    Pipe,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

pub(crate) struct Call {
    pub(crate) function: &'static Function,
    pub(crate) arguments: Vec<Argument>,
    /// `&expression`, which the function evaluates against values of its choice. It is there if and only
    /// if the function takes one; none takes two.
    pub(crate) reference: Option<Node>,
}

pub(crate) struct Argument {
    /// Where the argument starts in the text.
    pub(crate) offset: usize,
    pub(crate) node: Node,
}
