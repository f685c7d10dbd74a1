//! Tokens to tree: precedence climbing, after Pratt.

use std::rc::Rc;

use crate::ast::{Items, Node, Operator};
use crate::lexer::{Lexer, Token};
use crate::{ErrorKind, ExpressionError};

/// The deepest expression that is compiled. It bounds how often parser, interpreter and the drop of a
/// tree call themselves: a WebAssembly stack is small.
const MAX_DEPTH: usize = 256;

/// How tightly the right side of a projection holds: it goes on through `.` and `[`, past everything
/// below that.
const PROJECTION: u8 = 20;
const DOT: u8 = 40;
/// `!a.b` is `!(a.b)`. The grammar leaves it open, and nobody who writes it means `(!a).b`, which is null
/// whatever `a` is.
const NOT: u8 = 8;

/// Compiles the text of an expression.
pub(crate) fn parse(text: &str) -> Result<Node, ExpressionError> {
    let mut lexer = Lexer::new(text);
    let token = lexer.next()?;
    let mut parser = Parser { lexer, token, depth: 0 };
    let node = parser.expression(0)?;
    match parser.token {
        Token::End => Ok(node),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token that comes next; the lexer stands behind it.
    token: Token,
    /// How deep the tree is here. A chain such as `a.b.c` leans left, so each link counts.
    depth: usize,
}

impl Parser<'_> {
    /// Reads as much as holds together more tightly than `power`.
    fn expression(&mut self, power: u8) -> Result<Node, ExpressionError> {
        let depth = self.depth;
        self.deepen()?;
        let mut left = self.prefix()?;
        while power_of(&self.token) > power {
            self.deepen()?;
            left = self.infix(left)?;
        }
        self.depth = depth;
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Node, ExpressionError> {
        let unexpected = self.unexpected();
        match self.advance()? {
            Token::Name(_) if self.is_mark(b'(') => Err(self.error(ErrorKind::UnknownFunction, NO_FUNCTIONS)),
            Token::Name(name) | Token::Quoted(name) => Ok(Node::Member(name)),
            Token::Literal(value) => Ok(Node::Literal(value)),
            Token::Filter => self.filter(Node::Current),
            Token::Flatten => self.projection(Node::Current, Items::Flat),
            Token::Mark(b'@') => Ok(Node::Current),
            Token::Mark(b'*') => self.projection(Node::Current, Items::Values),
            Token::Mark(b'!') => Ok(Node::Not(Box::new(self.expression(NOT)?))),
            Token::Mark(b'{') => self.object(),
            Token::Mark(b'(') => {
                let inside = self.expression(0)?;
                self.expect(b')', "`)`")?;
                Ok(inside)
            }
            Token::Mark(b'[') => match self.token {
                Token::Number(_) | Token::Mark(b':') => self.index(Node::Current),
                Token::Mark(b'*') if self.lexer.precedes(b']') => self.all(Node::Current),
                _ => self.list(),
            },
            _ => Err(unexpected),
        }
    }

    fn infix(&mut self, left: Node) -> Result<Node, ExpressionError> {
        let unexpected = self.unexpected();
        match self.advance()? {
            Token::Operator(operator) => {
                let right = self.expression(power_of(&Token::Operator(operator)))?;
                Ok(Node::Binary(operator, Box::new(left), Box::new(right)))
            }
            Token::Filter => self.filter(left),
            Token::Flatten => self.projection(left, Items::Flat),
            Token::Mark(b'[') if self.is_mark(b'*') => self.all(left),
            Token::Mark(b'[') => self.index(left),
            Token::Mark(b'.') if self.is_mark(b'*') => {
                self.advance()?;
                self.projection(left, Items::Values)
            }
            Token::Mark(b'.') => {
                let right = self.after_dot(DOT)?;
                Ok(Node::Binary(Operator::Dot, Box::new(left), Box::new(right)))
            }
            _ => Err(unexpected),
        }
    }

    /// What may follow a dot: a name, a list or an object.
    fn after_dot(&mut self, power: u8) -> Result<Node, ExpressionError> {
        match self.token {
            Token::Name(_) | Token::Quoted(_) | Token::Mark(b'{') | Token::Mark(b'*') => {
                self.expression(power)
            }
            Token::Mark(b'[') => {
                self.advance()?;
                self.list()
            }
            _ => Err(self.expected("a name, `[`, `{` or `*` after `.`")),
        }
    }

    /// `[1]`, `[-1]` or `[start:stop:step]`, from behind the bracket.
    fn index(&mut self, source: Node) -> Result<Node, ExpressionError> {
        let mut numbers = [None; 3];
        let mut colons = 0;
        loop {
            match self.token {
                Token::Number(number) => {
                    match numbers.get_mut(colons) {
                        Some(slot @ None) => *slot = Some(number),
                        _ => return Err(self.unexpected()),
                    }
                    self.advance()?;
                }
                Token::Mark(b':') if colons < 2 => {
                    colons += 1;
                    self.advance()?;
                }
                _ => break,
            }
        }
        let step_is_zero = matches!(numbers, [_, _, Some(0)]);
        if step_is_zero {
            return Err(self.error(ErrorKind::InvalidValue, "a slice cannot go by steps of 0"));
        }
        self.expect(b']', "`]`")?;
        match (colons, numbers) {
            (0, [Some(index), ..]) => Ok(Node::Index(Box::new(source), index)),
            (_, [start, stop, step]) => {
                self.projection(source, Items::Slice { start, stop, step: step.unwrap_or(1) })
            }
        }
    }

    /// `[*]`, from the asterisk.
    fn all(&mut self, source: Node) -> Result<Node, ExpressionError> {
        self.advance()?;
        self.expect(b']', "`]`")?;
        self.projection(source, Items::All)
    }

    /// `[?condition]`, from behind the question mark.
    fn filter(&mut self, source: Node) -> Result<Node, ExpressionError> {
        let condition = self.expression(0)?;
        self.expect(b']', "`]`")?;
        self.projection(source, Items::Matching(Box::new(condition)))
    }

    /// What goes on behind a projection is evaluated for each of its items.
    fn projection(&mut self, source: Node, items: Items) -> Result<Node, ExpressionError> {
        let each = match self.token {
            Token::Mark(b'.') => {
                self.advance()?;
                self.after_dot(PROJECTION)?
            }
            Token::Mark(b'[') | Token::Filter => self.expression_after(Node::Current)?,
            _ => Node::Current,
        };
        Ok(Node::Projection { source: Box::new(source), items, each: Box::new(each) })
    }

    /// Goes on from a node that is there already.
    fn expression_after(&mut self, left: Node) -> Result<Node, ExpressionError> {
        let depth = self.depth;
        let mut left = left;
        while power_of(&self.token) > PROJECTION {
            self.deepen()?;
            left = self.infix(left)?;
        }
        self.depth = depth;
        Ok(left)
    }

    /// `[a, b]`, from behind the bracket.
    fn list(&mut self) -> Result<Node, ExpressionError> {
        let mut items = Vec::new();
        loop {
            items.push(self.expression(0)?);
            if self.ends(b']', "`,` or `]`")? {
                return Ok(Node::List(items));
            }
        }
    }

    /// `{name: a}`, from behind the brace.
    fn object(&mut self) -> Result<Node, ExpressionError> {
        let mut members = Vec::new();
        loop {
            let name: Rc<str> = match &self.token {
                Token::Name(name) | Token::Quoted(name) => Rc::clone(name),
                _ => return Err(self.expected("a name")),
            };
            self.advance()?;
            self.expect(b':', "`:`")?;
            members.push((name, self.expression(0)?));
            if self.ends(b'}', "`,` or `}`")? {
                return Ok(Node::Object(members));
            }
        }
    }

    /// Takes a comma, or the mark that closes the list.
    fn ends(&mut self, mark: u8, wanted: &str) -> Result<bool, ExpressionError> {
        let ends = self.is_mark(mark);
        if !ends && !self.is_mark(b',') {
            return Err(self.expected(wanted));
        }
        self.advance()?;
        Ok(ends)
    }

    fn expect(&mut self, mark: u8, wanted: &str) -> Result<(), ExpressionError> {
        if !self.is_mark(mark) {
            return Err(self.expected(wanted));
        }
        self.advance()?;
        Ok(())
    }

    fn is_mark(&self, mark: u8) -> bool {
        matches!(self.token, Token::Mark(found) if found == mark)
    }

    /// Takes the token that comes next.
    fn advance(&mut self) -> Result<Token, ExpressionError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn deepen(&mut self) -> Result<(), ExpressionError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(ErrorKind::TooDeep, "the expression is nested too deeply"));
        }
        Ok(())
    }

    fn unexpected(&self) -> ExpressionError {
        match self.token {
            Token::End => self.error(ErrorKind::Syntax, "the expression ends too soon"),
            _ => ExpressionError::new(
                ErrorKind::Syntax,
                self.lexer.start(),
                &["`", self.lexer.token_text(), "` does not belong here"],
            ),
        }
    }

    fn expected(&self, wanted: &str) -> ExpressionError {
        ExpressionError::new(ErrorKind::Syntax, self.lexer.start(), &[wanted, " was expected"])
    }

    fn error(&self, kind: ErrorKind, message: &str) -> ExpressionError {
        ExpressionError::new(kind, self.lexer.start(), &[message])
    }
}

const NO_FUNCTIONS: &str = "functions are not available in this version";

/// How tightly a token binds what stands before it; 0 for one that ends an expression.
fn power_of(token: &Token) -> u8 {
    match token {
        Token::Operator(Operator::Pipe) => 1,
        Token::Operator(Operator::Or) => 2,
        Token::Operator(Operator::And) => 3,
        Token::Operator(_) => 5,
        Token::Flatten => 9,
        Token::Filter => PROJECTION + 1,
        Token::Mark(b'.') => DOT,
        Token::Mark(b'[') => 55,
        _ => 0,
    }
}
