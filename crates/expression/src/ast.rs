//! The tree that an expression is compiled to.
//!
//! Each node is evaluated against a current value, and the children against the same one unless said
//! otherwise.

use std::rc::Rc;

use crate::Value;
use crate::functions::Function;
use crate::plain::{Input, Plain, write_place};
use crate::{plain_enum, plain_struct};

/// A part of an expression.
pub enum Node {
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
    /// `left + right`; the left of `-operand` is 0.
    Arithmetic(Arithmetic, Offset, Box<Node>, Box<Node>),
    /// `test ? then : otherwise`
    Ternary(Box<Node>, Box<Node>, Box<Node>),
    /// `let $a = binding, $b = binding in body`: the names are gone.
    Let(Vec<Node>, Box<Node>),
    /// A variable that a `let` binds, counted from the one that is bound last.
    Variable(usize),
    /// `$name` where no `let` binds it: a member of the document.
    Global(Rc<str>, Offset),
    /// `[a, b]`
    List(Vec<Node>),
    /// `{name: a}`
    Object(Vec<(Rc<str>, Node)>),
    /// `function(a, &b)`
    Call(Box<Call>),
}

/// The items of its source that a projection evaluates.
pub enum Items {
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

/// An operator between two sides that is no arithmetic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operator {
    /// `.`: the right side is evaluated against the left.
    Dot,
    /// `|`: so it is here, but a projection on the left ends.
    Pipe,
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// An operator of two numbers.
#[derive(Clone, Copy)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `//`: the quotient, rounded down.
    DivideWhole,
    /// `%`: what is left of the dividend, with its sign.
    Modulo,
}

/// A place in the text, in bytes; 0 where there is no text.
#[derive(Clone, Copy)]
pub struct Offset(pub(crate) usize);

/// A call of a function.
pub struct Call {
    pub(crate) function: &'static Function,
    /// The arguments, without the reference.
    pub arguments: Vec<Argument>,
    /// `&expression`, which the function evaluates against values of its choice. It is there if and only
    /// if the function takes one; none takes two.
    pub reference: Option<Node>,
}

/// An argument of a call.
pub struct Argument {
    pub(crate) offset: Offset,
    /// Its value.
    pub node: Node,
}

#[cfg(feature = "parser")]
impl Call {
    /// Returns the function's name.
    pub fn name(&self) -> &'static str {
        self.function.name
    }
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
    10 => Arithmetic(operator, offset, left, right),
    11 => Ternary(test, then, otherwise),
    12 => Let(bindings, body),
    13 => Variable(index),
    14 => Global(name, offset),
} else Node::Current);

plain_enum!(Arithmetic {
    0 => Add,
    1 => Subtract,
    2 => Multiply,
    3 => Divide,
    4 => DivideWhole,
    5 => Modulo,
} else Arithmetic::Add);

plain_enum!(Items {
    0 => All,
    1 => Values,
    2 => Flat,
    3 => Matching(condition),
    4 => Slice(start, stop, step),
} else Items::All);

plain_struct!(Call { function, arguments, reference });
plain_struct!(Argument { offset, node });

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

/// It goes with the text, which is not there either.
impl Plain for Offset {
    fn write(&self, _: &mut Vec<u8>) {}

    fn read(_: &mut Input<'_>) -> Offset {
        Offset(0)
    }
}
