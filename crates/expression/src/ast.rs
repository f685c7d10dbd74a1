//! The tree that an expression is compiled to.
//!
//! Each node is evaluated against a current value, and the children against the same one unless said
//! otherwise.

use std::rc::Rc;

use crate::Value;
use crate::functions::Function;
use crate::plain::{Input, Plain, write_place};
use crate::{plain_enum, plain_struct};

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
    Projection(Box<Node>, Items, Box<Node>),
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

/// The items of its source that a projection evaluates.
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
    Slice(Option<i32>, Option<i32>, i32),
}

#[derive(Clone, Copy, PartialEq)]
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
    /// The offset of the argument in the text; 0 where there is no text.
    pub(crate) offset: usize,
    pub(crate) node: Node,
}

plain_enum!(Node {
    0 => Current,
    1 => Member(name),
    2 => Literal(value),
    3 => Index(source, index),
    4 => Projection(source, items, each),
    5 => Not(operand),
    6 => Binary(operator, left, right),
    7 => List(nodes),
    8 => Object(members),
    9 => Call(call),
} else Node::Current);

plain_enum!(Items {
    0 => All,
    1 => Values,
    2 => Flat,
    3 => Matching(condition),
    4 => Slice(start, stop, step),
} else Items::All);

plain_struct!(Call { function, arguments, reference });

impl Operator {
    const ALL: [Operator; 10] = [
        Operator::Dot,
        Operator::Pipe,
        Operator::Or,
        Operator::And,
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
    ];
}

impl Plain for Operator {
    fn write(&self, out: &mut Vec<u8>) {
        write_place(&Operator::ALL, |known| known == self, out);
    }

    fn read(input: &mut Input<'_>) -> Operator {
        input.item(&Operator::ALL).copied().unwrap_or(Operator::Dot)
    }
}

/// Without its place in the text, which is not there either.
impl Plain for Argument {
    fn write(&self, out: &mut Vec<u8>) {
        self.node.write(out);
    }

    fn read(input: &mut Input<'_>) -> Argument {
        Argument { offset: 0, node: Node::read(input) }
    }
}
