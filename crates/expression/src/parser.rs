//! Tokens to tree: precedence climbing, after Pratt.

use std::rc::Rc;

use crate::ast::{Argument, Arithmetic, Call, Items, Node, Offset, Operator};
use crate::functions::{self, Function};
use crate::lexer::{Lexer, Token};
use crate::{ErrorKind, ExpressionError, Value};

/// The deepest expression that is compiled.
///
/// Depth is counted so that it bounds two things at once: how often the interpreter calls itself, and
/// by how many levels a result can be nested deeper than the document. What is evaluated one after
/// the other (`a.b`, `a | b`, `a[*].b`) counts as the sum of both sides, for each may wrap its input.
const MAX_DEPTH: usize = 128;

/// The binding powers of operators. The grammar leaves much of this open; these are those of the
/// reference implementation, on which existing expressions depend.
///
/// One differs: there `!` binds more tightly than a dot, so that `!a.b` is a member of a boolean, which is
/// always null. Here it is the negation of `a.b`, as the grammar has it.
///
/// Those of arithmetic and of the ternary stand in their proposals (JEP-16, JEP-21). A sign before its operand has the
/// power of a sum, as in the reference implementation: `-a * b` is `-(a * b)`.
pub(crate) const ANYTHING: u8 = 0;
pub(crate) const PIPE: u8 = 1;
pub(crate) const TERNARY: u8 = 2;
pub(crate) const OR: u8 = 3;
pub(crate) const AND: u8 = 4;
pub(crate) const COMPARISON: u8 = 5;
pub(crate) const SUM: u8 = 6;
pub(crate) const PRODUCT: u8 = 7;
pub(crate) const NOT: u8 = 8;
pub(crate) const FLATTEN: u8 = 9;
pub(crate) const PROJECTION: u8 = 20;
const FILTER: u8 = 21;
pub(crate) const DOT: u8 = 40;
const BRACKET: u8 = 55;

/// Compiles the text of an expression.
pub(crate) fn parse(text: &str) -> Result<Node, ExpressionError> {
    let mut lexer = Lexer::new(text);
    let token = lexer.next()?;
    let mut parser = Parser { lexer, token, depth: 0, scope: Vec::new() };
    let tree = parser.expression(ANYTHING)?;
    match parser.token {
        Token::End => Ok(tree.node),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    /// Stands behind `token`.
    lexer: Lexer<'a>,
    /// The next token.
    token: Token,
    /// The depth of recursion of `expression`.
    depth: usize,
    /// The variables that are bound here, the last one innermost.
    scope: Vec<Rc<str>>,
}

/// A node, and its depth as [`MAX_DEPTH`] counts it.
struct Tree {
    node: Node,
    depth: usize,
}

impl Tree {
    fn leaf(node: Node) -> Tree {
        Tree { node, depth: 0 }
    }
}

impl Parser<'_> {
    /// Reads as much as holds together more tightly than `power`.
    fn expression(&mut self, power: u8) -> Result<Tree, ExpressionError> {
        self.enter()?;
        let left = self.prefix()?;
        let tree = self.extend(left, power)?;
        self.depth -= 1;
        Ok(tree)
    }

    /// Parses an expression that begins with a bracket, which belongs to the current value.
    fn bracket_expression(&mut self, power: u8) -> Result<Tree, ExpressionError> {
        self.enter()?;
        let left = self.infix(Tree::leaf(Node::Current))?;
        let tree = self.extend(left, power)?;
        self.depth -= 1;
        Ok(tree)
    }

    /// Goes on behind `left` with all that holds more tightly than `power`.
    fn extend(&mut self, mut left: Tree, power: u8) -> Result<Tree, ExpressionError> {
        while power_of(&self.token) > power {
            left = self.infix(left)?;
        }
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Tree, ExpressionError> {
        let (offset, text) = (self.lexer.start(), self.lexer.token_text());
        match self.advance()? {
            Token::Name(name) if self.next_is(b'(') => self.call(&name, offset),
            Token::Name(name) if is_let(&name, &self.token) => self.binding(),
            Token::Name(name) | Token::Quoted(name) => Ok(Tree::leaf(Node::Member(name))),
            Token::Literal(value) => Ok(Tree::leaf(Node::Literal(value))),
            Token::Variable(name) => Ok(Tree::leaf(self.variable(name, offset))),
            Token::Mark(b'@') => Ok(Tree::leaf(Node::Current)),
            Token::Mark(b'!') => {
                let operand = self.expression(NOT)?;
                self.grow(operand.depth, Node::Not(Box::new(operand.node)))
            }
            Token::Arithmetic(operator @ (Arithmetic::Add | Arithmetic::Subtract)) => {
                let operand = self.expression(SUM)?;
                let zero = Tree::leaf(Node::Literal(Value::Number(0.into())));
                self.arithmetic(operator, offset, zero, operand)
            }
            Token::Mark(b'(') => {
                let inner = self.expression(ANYTHING)?;
                self.expect(b')')?;
                Ok(inner)
            }
            Token::Mark(b'*') => self.projection(Tree::leaf(Node::Current), Items::Values, PROJECTION),
            Token::Mark(b'{') => self.object(),
            Token::Mark(b'[') if self.at_specifier() => self.specifier(Tree::leaf(Node::Current)),
            Token::Mark(b'[') => self.list(),
            Token::Filter => self.filter(Tree::leaf(Node::Current)),
            Token::Flatten => self.projection(Tree::leaf(Node::Current), Items::Flat, FLATTEN),
            _ => Err(unexpected(offset, text)),
        }
    }

    /// Goes on behind `left` with the next token, which has a power.
    fn infix(&mut self, left: Tree) -> Result<Tree, ExpressionError> {
        let (offset, text) = (self.lexer.start(), self.lexer.token_text());
        match self.advance()? {
            Token::Operator(operator) => {
                let right = self.expression(power_of_operator(operator))?;
                self.binary(operator, left, right)
            }
            Token::Arithmetic(operator) => {
                let right = self.expression(power_of_arithmetic(operator))?;
                self.arithmetic(operator, offset, left, right)
            }
            Token::Mark(b'*') => {
                let right = self.expression(PRODUCT)?;
                self.arithmetic(Arithmetic::Multiply, offset, left, right)
            }
            Token::Mark(b'?') => {
                let then = self.expression(ANYTHING)?;
                self.expect(b':')?;
                // A further ternary belongs to this side.
                let otherwise = self.expression(PIPE)?;
                let depth = left.depth.max(then.depth).max(otherwise.depth);
                let [test, then, otherwise] = [left, then, otherwise].map(|tree| Box::new(tree.node));
                self.grow(depth, Node::Ternary(test, then, otherwise))
            }
            Token::Mark(b'.') => {
                let right = self.after_dot(DOT)?;
                self.binary(Operator::Dot, left, right)
            }
            Token::Mark(b'[') if self.at_specifier() => self.specifier(left),
            Token::Mark(b'[') => Err(self.unexpected()),
            Token::Filter => self.filter(left),
            Token::Flatten => self.projection(left, Items::Flat, FLATTEN),
            _ => Err(unexpected(offset, text)),
        }
    }

    fn binary(&self, operator: Operator, left: Tree, right: Tree) -> Result<Tree, ExpressionError> {
        let depth = match operator {
            Operator::Dot | Operator::Pipe => left.depth + right.depth,
            _ => left.depth.max(right.depth),
        };
        self.grow(depth, Node::Binary(operator, Box::new(left.node), Box::new(right.node)))
    }

    fn arithmetic(
        &self,
        operator: Arithmetic,
        offset: usize,
        left: Tree,
        right: Tree,
    ) -> Result<Tree, ExpressionError> {
        let depth = left.depth.max(right.depth);
        let (left, right) = (Box::new(left.node), Box::new(right.node));
        self.grow(depth, Node::Arithmetic(operator, Offset(offset), left, right))
    }

    /// Parses a `let` (JEP-18) behind that word. What is bound is seen in the body only, and not by the other bindings.
    fn binding(&mut self) -> Result<Tree, ExpressionError> {
        let mut names = Vec::new();
        let mut bindings = Vec::new();
        let mut depth = 0;
        loop {
            let (offset, text) = (self.lexer.start(), self.lexer.token_text());
            match self.advance()? {
                Token::Variable(name) => names.push(name),
                _ => return Err(unexpected(offset, text)),
            }
            self.expect(b'=')?;
            let binding = self.expression(ANYTHING)?;
            depth = depth.max(binding.depth);
            bindings.push(binding.node);
            if !self.take(b',')? {
                break;
            }
        }
        match &self.token {
            Token::Name(name) if &**name == "in" => self.advance()?,
            Token::End => return Err(self.unexpected()),
            _ => return Err(self.error(&["`in` was expected here"])),
        };
        let count = names.len();
        self.scope.append(&mut names);
        let body = self.expression(ANYTHING)?;
        self.scope.truncate(self.scope.len() - count);
        // The body is evaluated with what the bindings give.
        self.grow(depth + body.depth, Node::Let(bindings, Box::new(body.node)))
    }

    /// Returns the variable of a name: the one that is bound innermost, or a member of the document.
    fn variable(&self, name: Rc<str>, offset: usize) -> Node {
        match self.scope.iter().rev().position(|bound| *bound == name) {
            Some(index) => Node::Variable(index),
            None => Node::Global(name, Offset(offset)),
        }
    }

    /// Parses what may follow a dot; unlike elsewhere, `[` opens a list here.
    fn after_dot(&mut self, power: u8) -> Result<Tree, ExpressionError> {
        match self.token {
            // A `let` belongs to no value, so this is a member of that name.
            Token::Name(ref name) if &**name == "let" && self.lexer.precedes(b'$') => {
                self.advance()?;
                Err(self.unexpected())
            }
            Token::Name(_) | Token::Quoted(_) | Token::Mark(b'*' | b'{') => self.expression(power),
            Token::Mark(b'[') => {
                self.advance()?;
                self.list()
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Returns whether an index, a slice or `*]` follows the `[` that has been taken. A list may start with a
    /// star too: `[*.name]`.
    fn at_specifier(&self) -> bool {
        match self.token {
            Token::Number(_) | Token::Mark(b':') => true,
            Token::Mark(b'*') => self.lexer.precedes(b']'),
            _ => false,
        }
    }

    fn specifier(&mut self, source: Tree) -> Result<Tree, ExpressionError> {
        if self.take(b'*')? {
            self.expect(b']')?;
            return self.projection(source, Items::All, PROJECTION);
        }
        let start = self.number()?;
        if let Some(index) = start
            && !self.next_is(b':')
        {
            self.expect(b']')?;
            return self.grow(source.depth, Node::Index(Box::new(source.node), index));
        }
        self.expect(b':')?;
        let stop = self.number()?;
        let has_step = self.take(b':')?;
        let offset = self.lexer.start();
        let step = if has_step { self.number()? } else { None };
        self.expect(b']')?;
        if step == Some(0) {
            let message = ["the step of a slice cannot be 0"];
            return Err(ExpressionError::new(ErrorKind::InvalidValue, offset, &message));
        }
        self.projection(source, Items::Slice(start, stop, step.unwrap_or(1)), PROJECTION)
    }

    /// Takes a number if one is next.
    fn number(&mut self) -> Result<Option<i32>, ExpressionError> {
        let Token::Number(number) = self.token else {
            return Ok(None);
        };
        self.advance()?;
        Ok(Some(number))
    }

    fn filter(&mut self, source: Tree) -> Result<Tree, ExpressionError> {
        let condition = self.expression(ANYTHING)?;
        self.expect(b']')?;
        let source = Tree { depth: source.depth.max(condition.depth), node: source.node };
        self.projection(source, Items::Matching(Box::new(condition.node)), FILTER)
    }

    /// Parses a projection and the expression for each of its items: all that follows it and
    /// binds more tightly than `power`.
    fn projection(&mut self, source: Tree, items: Items, power: u8) -> Result<Tree, ExpressionError> {
        let each = match self.token {
            Token::Mark(b'.') => {
                self.advance()?;
                self.after_dot(power)?
            }
            Token::Mark(b'[') | Token::Filter => self.bracket_expression(power)?,
            _ => Tree::leaf(Node::Current),
        };
        let depth = source.depth + each.depth;
        let (source, each) = (Box::new(source.node), Box::new(each.node));
        self.grow(depth, Node::Projection(source, items, each))
    }

    /// Parses the rest of a list after `[`.
    fn list(&mut self) -> Result<Tree, ExpressionError> {
        let mut items = Vec::new();
        let mut depth = 0;
        loop {
            let item = self.expression(ANYTHING)?;
            depth = depth.max(item.depth);
            items.push(item.node);
            if !self.take(b',')? {
                break;
            }
        }
        self.expect(b']')?;
        self.grow(depth, Node::List(items))
    }

    /// Parses the rest of an object after `{`.
    fn object(&mut self) -> Result<Tree, ExpressionError> {
        let mut members = Vec::new();
        let mut depth = 0;
        loop {
            let name = self.member_name()?;
            self.expect(b':')?;
            let member = self.expression(ANYTHING)?;
            depth = depth.max(member.depth);
            members.push((name, member.node));
            if !self.take(b',')? {
                break;
            }
        }
        self.expect(b'}')?;
        self.grow(depth, Node::Object(members))
    }

    fn member_name(&mut self) -> Result<Rc<str>, ExpressionError> {
        let (offset, text) = (self.lexer.start(), self.lexer.token_text());
        match self.advance()? {
            Token::Name(name) | Token::Quoted(name) => Ok(name),
            _ => Err(unexpected(offset, text)),
        }
    }

    /// Parses a call from its `(` on. Errors that occur with any document are found here, before the
    /// first document comes.
    fn call(&mut self, name: &str, offset: usize) -> Result<Tree, ExpressionError> {
        let Some(function) = functions::find(name) else {
            let message = ["`", name, "` is not a function of JMESPath"];
            return Err(ExpressionError::new(ErrorKind::UnknownFunction, offset, &message));
        };
        self.expect(b'(')?;
        let mut call = Call { function, arguments: Vec::new(), reference: None };
        let mut depth = 0;
        let mut reference_depth = 0;
        let mut count = 0;
        while count > 0 || !self.next_is(b')') {
            let argument_offset = self.lexer.start();
            let is_reference = self.take(b'&')?;
            // An excess argument is reported as such, when all have been counted.
            if count < function.arity.most && is_reference != (function.reference == Some(count)) {
                return Err(misplaced_reference(function, argument_offset, is_reference));
            }
            let argument = self.expression(ANYTHING)?;
            if is_reference {
                reference_depth = argument.depth;
                call.reference = Some(argument.node);
            } else {
                depth = depth.max(argument.depth);
                let offset = Offset(argument_offset);
                call.arguments.push(Argument { offset, node: argument.node });
            }
            count += 1;
            if !self.take(b',')? {
                break;
            }
        }
        self.expect(b')')?;
        if !function.arity.admits(count) {
            let message = ["`", name, "` takes ", function.arity.in_words];
            return Err(ExpressionError::new(ErrorKind::InvalidArity, offset, &message));
        }
        // The reference is evaluated against what the arguments give.
        self.grow(depth + reference_depth, Node::Call(Box::new(call)))
    }

    /// Counts a call of this parser to itself.
    fn enter(&mut self) -> Result<(), ExpressionError> {
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    /// Counts the level that `node` adds to the depth below it.
    fn grow(&self, depth: usize, node: Node) -> Result<Tree, ExpressionError> {
        if depth >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        Ok(Tree { node, depth: depth + 1 })
    }

    fn next_is(&self, mark: u8) -> bool {
        matches!(self.token, Token::Mark(next) if next == mark)
    }

    fn take(&mut self, mark: u8) -> Result<bool, ExpressionError> {
        let found = self.next_is(mark);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, mark: u8) -> Result<(), ExpressionError> {
        if self.take(mark)? {
            return Ok(());
        }
        if matches!(self.token, Token::End | Token::Mark(b'=')) {
            return Err(self.unexpected());
        }
        let mut buffer = [0; 4];
        Err(self.error(&["`", char::from(mark).encode_utf8(&mut buffer), "` was expected here"]))
    }

    /// Takes the next token.
    fn advance(&mut self) -> Result<Token, ExpressionError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn error(&self, message: &[&str]) -> ExpressionError {
        ExpressionError::new(ErrorKind::Syntax, self.lexer.start(), message)
    }

    fn unexpected(&self) -> ExpressionError {
        unexpected(self.lexer.start(), self.lexer.token_text())
    }

    fn too_deep(&self) -> ExpressionError {
        let message = ["the expression is nested too deeply"];
        ExpressionError::new(ErrorKind::TooDeep, self.lexer.start(), &message)
    }
}

/// Returns the error for a token that cannot stand where it does.
fn unexpected(offset: usize, token: &str) -> ExpressionError {
    let message: &[&str] = match token.as_bytes() {
        [] => &["the expression ends too soon"],
        // It may be long, and go over several lines.
        [b'\'' | b'`', ..] => &["a literal was not expected here"],
        [b'"', ..] => &["a name was not expected here"],
        b"=" => &["`=` is not an operator, equality is `==`"],
        [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..] => {
            &["`", token, "` was not expected here; a number that is a value stands in backticks"]
        }
        _ => &["`", token, "` was not expected here"],
    };
    ExpressionError::new(ErrorKind::Syntax, offset, message)
}

fn misplaced_reference(function: &Function, offset: usize, is_reference: bool) -> ExpressionError {
    let rest = if is_reference {
        "` takes a value here, not an expression reference"
    } else {
        "` takes an expression reference here, which starts with `&`"
    };
    ExpressionError::new(ErrorKind::InvalidType, offset, &["`", function.name, rest])
}

/// Returns the left binding power of a token; the lowest if it does not continue an expression.
fn power_of(token: &Token) -> u8 {
    match token {
        Token::Operator(operator) => power_of_operator(*operator),
        Token::Arithmetic(operator) => power_of_arithmetic(*operator),
        Token::Mark(b'*') => PRODUCT,
        Token::Mark(b'?') => TERNARY,
        Token::Flatten => FLATTEN,
        Token::Filter => FILTER,
        Token::Mark(b'.') => DOT,
        Token::Mark(b'[') => BRACKET,
        _ => ANYTHING,
    }
}

fn power_of_operator(operator: Operator) -> u8 {
    match operator {
        Operator::Pipe => PIPE,
        Operator::Or => OR,
        Operator::And => AND,
        Operator::Dot => DOT,
        _ => COMPARISON,
    }
}

fn power_of_arithmetic(operator: Arithmetic) -> u8 {
    match operator {
        Arithmetic::Add | Arithmetic::Subtract => SUM,
        Arithmetic::Multiply | Arithmetic::Divide | Arithmetic::DivideWhole | Arithmetic::Modulo => PRODUCT,
    }
}

/// Returns whether a name is the word that begins a `let`: a variable follows. Elsewhere it is a name as any other.
fn is_let(name: &str, next: &Token) -> bool {
    name == "let" && matches!(next, Token::Variable(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Expression;
    use crate::testing::{check, outcome};

    #[test]
    fn operators_hold_their_sides_by_the_usual_powers() {
        check(
            r#"{"t":true,"f":false,"n":1,"o":{"t":true},"a":[{"b":[1,2]},{"b":[3]}]}"#,
            &[
                ("t || f && f", "true"),
                ("(t || f) && f", "false"),
                ("n == `1` && t", "true"),
                ("!f && t", "true"),
                ("!(f || t)", "false"),
                ("!t == f", "true"),
                ("f || o | t", "true"),
                ("a[*].b[0]", "[1,3]"),
                ("a[*].b | [0]", "[1,2]"),
                ("(a[*].b)[0]", "[1,2]"),
                ("a[*].b[]", "[1,2,3]"),
                ("a[*].{c: b}.c", "[[1,2],[3]]"),
                ("a[].b[]", "[1,2,3]"),
            ],
        );
    }

    #[test]
    fn arithmetic_holds_its_sides_as_in_mathematics() {
        check(
            r#"{"a":7,"b":2,"c":3,"o":{"n":4},"l":[1,2],"t":true}"#,
            &[
                ("a + b * c", "13"),
                ("(a + b) * c", "27"),
                ("a - b - c", "2"),
                ("a - (b - c)", "8"),
                ("a / b * c", "10.5"),
                ("a * b / c * c", "14"),
                ("a // b % c", "0"),
                ("a + b == c * c", "true"),
                ("a + b > c && t", "true"),
                ("a * o.n", "28"),
                ("a * l[1]", "14"),
                ("o.n - l[-1]", "2"),
                ("a * *", "not-a-number: arithmetic expects numbers, found array at byte 2"),
                ("-a + b", "-5"),
                ("-a // b", "-3"),
                ("a - -b", "9"),
                ("a * -b", "-14"),
                ("-o.n", "-4"),
                ("- -a", "7"),
                ("+a", "7"),
                ("a-b", "5"),
                ("a −b × c ÷ b", "4"),
                ("l[*] | [0] + [1]", "3"),
                ("[a - b, -a]", "[5,-7]"),
                ("{d: a - b}.d * b", "10"),
                ("l[?@ * `2` == `4`]", "[2]"),
                ("map(&(@ * `10`), l)", "[10,20]"),
                ("*[0]", "[1]"),
                ("l[*]", "[1,2]"),
            ],
        );
    }

    #[test]
    fn a_ternary_is_between_a_pipe_and_an_or() {
        check(
            r#"{"t":true,"f":false,"e":[],"a":"a","b":"b","c":{"a":"ca","b":"cb"}}"#,
            &[
                ("t ? a : b", r#""a""#),
                ("f ? a : b", r#""b""#),
                ("e ? a : b", r#""b""#),
                ("f || t ? a : b", r#""a""#),
                ("t && f ? a : b", r#""b""#),
                ("a == 'a' ? a : b", r#""a""#),
                ("!t ? a : b", r#""b""#),
                ("f ? t : f ? a : b", r#""b""#),
                ("t ? f ? 'x' : a : b", r#""a""#),
                ("f ? a | b | @ : b", r#""b""#),
                ("c | t ? a : b", r#""cb""#),
                ("t ? c : a | b", r#""cb""#),
                ("t ? [`1`][0:1] : b", "[1]"),
                ("{x: t ? a : b, y: f ? a : b}", r#"{"x":"a","y":"b"}"#),
                ("[t, f][?@ ? $t : $f]", "[true]"),
                ("t ? a", "syntax: the expression ends too soon at byte 5"),
                ("t ? a, b", "syntax: `:` was expected here at byte 5"),
                ("t ? : b", "syntax: `:` was not expected here at byte 4"),
            ],
        );
    }

    #[test]
    fn let_and_in_are_words_only_where_a_variable_makes_them_so() {
        check(
            r#"{"let":{"let":1,"in":2},"in":3,"a":{"let":4}}"#,
            &[
                ("let", r#"{"in":2,"let":1}"#),
                ("let.let", "1"),
                ("let.in", "2"),
                ("a.let", "4"),
                ("let $in = in in $in", "3"),
                ("let $let = let in let.let", "1"),
                ("let $a = a.let in in", "3"),
                ("{let: in, in: let.in}", r#"{"in":2,"let":3}"#),
                ("let $a = in | @ in $a | [@]", "[3]"),
                ("in - let $a = in in $a", "0"),
                ("[let $a = in in $a, let $a = a in $a.let]", "[3,4]"),
                ("a.let $x = in in $x", "syntax: `$x` was not expected here at byte 6"),
                ("a.$x", "syntax: `$x` was not expected here at byte 2"),
                ("let $x in $x", "syntax: `=` was expected here at byte 7"),
                ("let $x = in", "syntax: the expression ends too soon at byte 11"),
                ("let $x = a $y = in in $x", "syntax: `in` was expected here at byte 11"),
                ("let $x = a, y = in in $x", "syntax: `y` was not expected here at byte 12"),
                ("let $x = a in", "syntax: the expression ends too soon at byte 13"),
                ("let x = a in x", "syntax: `x` was not expected here at byte 4"),
                ("$x $y", "syntax: `$y` was not expected here at byte 3"),
                ("let $x = a in $x in", "syntax: `in` was not expected here at byte 17"),
            ],
        );
    }

    #[test]
    fn not_is_the_opposite_of_all_that_a_path_leads_to() {
        check(
            r#"{"user":{"verified":true,"roles":[],"groups":[{"a":false}]}}"#,
            &[
                ("!user.verified", "false"),
                ("!user.missing", "true"),
                ("!user.roles[0]", "true"),
                ("!user.groups[0].a", "true"),
                ("!user.groups[?a]", "true"),
                ("!user.roles[]", "true"),
                ("!!user.verified", "true"),
            ],
        );
    }

    #[test]
    fn says_what_was_not_expected_and_where() {
        check(
            "{}",
            &[
                ("", "syntax: the expression ends too soon at byte 0"),
                ("a.", "syntax: the expression ends too soon at byte 2"),
                ("a ||", "syntax: the expression ends too soon at byte 4"),
                ("a b", "syntax: `b` was not expected here at byte 2"),
                ("a..b", "syntax: `.` was not expected here at byte 2"),
                ("a.'b'", "syntax: a literal was not expected here at byte 2"),
                ("a.`1\n`", "syntax: a literal was not expected here at byte 2"),
                ("(a", "syntax: the expression ends too soon at byte 2"),
                ("(a]", "syntax: `)` was expected here at byte 2"),
                ("a[b]", "syntax: `b` was not expected here at byte 2"),
                ("a[*][b, c]", "syntax: `b` was not expected here at byte 5"),
                ("a[0", "syntax: the expression ends too soon at byte 3"),
                ("a[0:1:2:3]", "syntax: `]` was expected here at byte 7"),
                ("{a b}", "syntax: `:` was expected here at byte 3"),
                ("{'a': b}", "syntax: a literal was not expected here at byte 1"),
                ("{a: b,}", "syntax: `}` was not expected here at byte 6"),
                ("[a,]", "syntax: `]` was not expected here at byte 3"),
                ("&a", "syntax: `&` was not expected here at byte 0"),
                ("a = b", "syntax: `=` is not an operator, equality is `==` at byte 2"),
                ("(a = b)", "syntax: `=` is not an operator, equality is `==` at byte 3"),
                (
                    "a - 3600",
                    "syntax: `3600` was not expected here; a number that is a value stands in backticks at byte 4",
                ),
                (
                    "a -1",
                    "syntax: `-1` was not expected here; a number that is a value stands in backticks at byte 2",
                ),
                ("a[::0]", "invalid-value: the step of a slice cannot be 0 at byte 4"),
            ],
        );
    }

    #[test]
    fn a_wrong_call_is_found_before_there_is_a_document() {
        for (expression, expected) in [
            ("a || lenght(b)", "unknown-function: `lenght` is not a function of JMESPath at byte 5"),
            ("Length(a)", "unknown-function: `Length` is not a function of JMESPath at byte 0"),
            ("a | abs()", "invalid-arity: `abs` takes one argument at byte 4"),
            ("abs(a, &b)", "invalid-arity: `abs` takes one argument at byte 0"),
            ("join(',')", "invalid-arity: `join` takes two arguments at byte 0"),
            ("not_null()", "invalid-arity: `not_null` takes at least one argument at byte 0"),
            ("sort_by(a)", "invalid-arity: `sort_by` takes two arguments at byte 0"),
            ("group_by(a, &b, c)", "invalid-arity: `group_by` takes two arguments at byte 0"),
            ("trim()", "invalid-arity: `trim` takes one or two arguments at byte 0"),
            ("trim(a, b, c)", "invalid-arity: `trim` takes one or two arguments at byte 0"),
            ("split(a)", "invalid-arity: `split` takes two or three arguments at byte 0"),
            ("replace(a, b)", "invalid-arity: `replace` takes three or four arguments at byte 0"),
            (
                "find_first(a, b, c, d, e)",
                "invalid-arity: `find_first` takes two to four arguments at byte 0",
            ),
            ("zip()", "invalid-arity: `zip` takes at least one argument at byte 0"),
            (
                "sort_by(a, b)",
                "invalid-type: `sort_by` takes an expression reference here, which starts with `&` at byte 11",
            ),
            ("keys(&a)", "invalid-type: `keys` takes a value here, not an expression reference at byte 5"),
            (
                "map(a, &b)",
                "invalid-type: `map` takes an expression reference here, which starts with `&` at byte 4",
            ),
            ("abs(a,)", "syntax: `)` was not expected here at byte 6"),
            ("abs(a b)", "syntax: `)` was expected here at byte 6"),
            ("\"abs\"(a)", "syntax: `(` was not expected here at byte 5"),
        ] {
            let error = Expression::parse(expression).unwrap_err();
            assert_eq!(format!("{}: {error}", error.kind.name()), expected, "{expression}");
        }
    }

    #[test]
    fn a_message_is_one_line_whatever_the_expression_holds() {
        for expression in ["a \"b\nc\"", "a 'b\nc'", "a `[\n]`", "\"b\u{7f}\"\"c\u{7f}\"", "\u{85}", "{\"b\n"]
        {
            let error = Expression::parse(expression).unwrap_err();
            assert!(!error.message.contains(char::is_control), "{:?}", error.message);
        }
    }

    #[test]
    fn nesting_without_an_end_is_an_error_not_a_stack_overflow() {
        let many = 100_000;
        for (start, middle, end) in [
            ("", "(", ""),
            ("", "!", "a"),
            ("", "[", ""),
            ("", "{a:", ""),
            ("", "abs(", ""),
            ("", "map(&", ""),
            ("", "a[?", ""),
            ("", "*.", "a"),
            ("", "- ", "a"),
            ("", "let $a=a in ", "a"),
            ("", "let $a=", "a"),
            ("", "a?", "a"),
            ("", "a?a:", "a"),
            ("a", "+a", ""),
            ("a", "*a", ""),
            ("a", ".a", ""),
            ("a", "|a", ""),
            ("a", "||a", ""),
            ("a", "==a", ""),
            ("a", "[0]", ""),
            ("a", "[*]", ""),
            ("a", "[]", ""),
            ("a", "[?a]", ""),
            ("a", "[::2]", ""),
            ("a", ".[a]", ""),
            ("a", "[*].{a:a}", ""),
        ] {
            let expression = format!("{start}{}{end}", middle.repeat(many));
            assert!(outcome(&expression, "{}").starts_with("too-deep: "), "{middle}");
            let expression = format!("{start}{}{end}", middle.repeat(MAX_DEPTH / 4));
            assert!(!outcome(&expression, "{}").starts_with("too-deep: "), "{middle}");
        }
    }

    #[test]
    fn a_result_is_never_nested_much_deeper_than_the_document() {
        // Each pipe wraps what the one before it gave; balanced brackets keep the tree itself flat.
        let mut expression = "[@]".to_owned();
        for _ in 0..12 {
            expression = format!("({expression} | {expression})");
        }
        assert!(outcome(&expression, "{}").starts_with("too-deep: "));
        // So does each binding that holds the one before it.
        let wrapping = "let $a = [$a] in ".repeat(MAX_DEPTH / 2);
        assert!(outcome(&format!("let $a = @ in {wrapping}$a"), "{}").starts_with("too-deep: "));
    }
}
