//! A tree back to text: for tools, which show an expression part by part.
//!
//! A tree does not keep where its parts stood, nor the names that a `let` binds; these are read from the text again.

use std::collections::HashMap;
use std::rc::Rc;

use crate::Value;
use crate::ast::{Arithmetic, Call, Items, Node, Operator};
use crate::lexer::{Lexer, Token};
use crate::parser::{
    AND, ANYTHING, COMPARISON, DOT, FLATTEN, NOT, OR, PIPE, PRODUCT, PROJECTION, SUM, TERNARY,
};
use crate::text::concat;

/// The level of what never needs parentheses. The others are the parser's binding powers: what stands below another's level
/// needs them.
const ATOM: u8 = 100;

/// The texts of the parts of a tree, by the address of each: a tree that was compiled stays where it is.
#[derive(Debug)]
pub struct Texts(HashMap<*const Node, Rc<str>>);

impl Texts {
    /// Prints every part of the tree that was compiled from this text.
    pub(crate) fn of(root: &Node, text: &str) -> Texts {
        let mut names = bound_names(text);
        names.reverse();
        let mut printer = Printer { texts: HashMap::new(), names, scope: Vec::new() };
        printer.print(root);
        Texts(printer.texts)
    }

    /// Returns the text of a part of the tree.
    pub fn get(&self, node: &Node) -> Rc<str> {
        self.0.get(&std::ptr::from_ref(node)).cloned().unwrap_or_else(|| "".into())
    }
}

/// Returns the names that each `let` of a text binds, in the order in which they stand there.
fn bound_names(text: &str) -> Vec<Rc<str>> {
    let mut lexer = Lexer::new(text);
    let (mut names, mut last) = (Vec::new(), None);
    while let Ok(token) = lexer.next() {
        match token {
            Token::End => break,
            Token::Variable(name) => last = Some(name),
            Token::Mark(b'=') => names.extend(last.take()),
            _ => last = None,
        }
    }
    names
}

/// Returns the names in double quotes that stand where a text was likely meant: alone, though they need no quotes, or on
/// the right of a comparison.
pub fn quoted_names(text: &str) -> Vec<Rc<str>> {
    let mut lexer = Lexer::new(text);
    let mut names = Vec::new();
    let (mut before, mut quoted) = (None, None);
    while let Ok(token) = lexer.next() {
        // What is followed by these reads a member, or is the key of an object.
        let goes_on =
            matches!(token, Token::Mark(b'.' | b'[' | b':' | b'(') | Token::Filter | Token::Flatten);
        names.extend(quoted.take().filter(|_| !goes_on));
        let is_last = matches!(token, Token::End);
        if let Token::Quoted(name) = &token
            && !matches!(before, Some(Token::Mark(b'.')))
            && (is_compared(before.as_ref()) || name_text(name) == **name)
        {
            quoted = Some(Rc::clone(name));
        }
        before = Some(token);
        if is_last {
            break;
        }
    }
    names
}

fn is_compared(before: Option<&Token>) -> bool {
    match before {
        Some(Token::Operator(operator)) => match operator {
            Operator::Dot | Operator::Pipe | Operator::Or | Operator::And => false,
            Operator::Equal | Operator::NotEqual | Operator::Less => true,
            Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => true,
        },
        _ => false,
    }
}

struct Printer {
    texts: HashMap<*const Node, Rc<str>>,
    /// The names of the bindings that have not been met yet, the next one last.
    names: Vec<Rc<str>>,
    /// The names that are bound here, the innermost last.
    scope: Vec<Rc<str>>,
}

struct Printed {
    text: String,
    level: u8,
    /// The text behind what it is evaluated against: `.name`, `[0]`.
    behind: String,
}

impl Printed {
    fn new(text: String, level: u8) -> Printed {
        Printed { behind: concat(&[".", &text]), text, level }
    }

    /// Returns the text where what holds together less tightly needs parentheses.
    fn at(&self, level: u8) -> String {
        if self.level < level { concat(&["(", &self.text, ")"]) } else { self.text.clone() }
    }
}

impl Printer {
    fn print(&mut self, node: &Node) -> Printed {
        let printed = self.print_node(node);
        self.texts.insert(std::ptr::from_ref(node), printed.text.as_str().into());
        printed
    }

    fn print_node(&mut self, node: &Node) -> Printed {
        match node {
            Node::Current => Printed { text: "@".to_owned(), level: ATOM, behind: String::new() },
            Node::Member(name) => Printed::new(name_text(name), ATOM),
            Node::Literal(value) => Printed::new(literal_text(value), ATOM),
            Node::Index(source, index) => {
                let source = self.print(source);
                let index = format!("[{index}]");
                let before = if source.behind.is_empty() { String::new() } else { source.at(DOT) };
                Printed {
                    text: concat(&[&before, &index]),
                    level: DOT,
                    behind: concat(&[&source.behind, &index]),
                }
            }
            Node::Projection(source, items, each) => self.print_projection(source, items, each),
            Node::Not(operand) => {
                let operand = self.print(operand);
                Printed::new(concat(&["!", &operand.at(NOT)]), NOT)
            }
            Node::Binary(Operator::Dot, left, right) => {
                let (left, right) = (self.print(left), self.print(right));
                let right = concat(&[".", &right.at(PROJECTION)]);
                Printed {
                    text: concat(&[&left.at(DOT), &right]),
                    level: DOT,
                    behind: concat(&[&left.behind, &right]),
                }
            }
            Node::Binary(operator, left, right) => {
                let (sign, level) = sign_of(*operator);
                self.print_binary(sign, level, left, right)
            }
            Node::Arithmetic(operator, _, left, right) => {
                let (sign, level) = match operator {
                    Arithmetic::Add => (" + ", SUM),
                    Arithmetic::Subtract => (" - ", SUM),
                    Arithmetic::Multiply => (" * ", PRODUCT),
                    Arithmetic::Divide => (" / ", PRODUCT),
                    Arithmetic::DivideWhole => (" // ", PRODUCT),
                    Arithmetic::Modulo => (" % ", PRODUCT),
                };
                self.print_binary(sign, level, left, right)
            }
            Node::Ternary(test, then, otherwise) => {
                let [test, then, otherwise] = [test, then, otherwise].map(|node| self.print(node));
                let text = [&test.at(OR), " ? ", &then.text, " : ", &otherwise.at(TERNARY)];
                Printed::new(concat(&text), TERNARY)
            }
            Node::Let(bindings, body) => {
                let mut text = String::from("let ");
                let mut bound = Vec::new();
                for binding in bindings {
                    let name = self.names.pop().unwrap_or_else(|| "_".into());
                    let separator = if bound.is_empty() { "$" } else { ", $" };
                    let binding = self.print(binding);
                    text.push_str(&concat(&[separator, &name, " = ", &binding.text]));
                    bound.push(name);
                }
                let outer = self.scope.len();
                self.scope.append(&mut bound);
                let body = self.print(body);
                self.scope.truncate(outer);
                Printed::new(concat(&[&text, " in ", &body.text]), ANYTHING)
            }
            Node::Variable(index) => {
                let name = self.scope.iter().nth_back(*index).cloned().unwrap_or_else(|| "_".into());
                Printed::new(concat(&["$", &name]), ATOM)
            }
            Node::Global(name, _) => Printed::new(concat(&["$", name]), ATOM),
            Node::List(nodes) => {
                let items: Vec<String> = nodes.iter().map(|node| self.print(node).text).collect();
                Printed::new(concat(&["[", &items.join(", "), "]"]), ATOM)
            }
            Node::Object(members) => {
                let mut texts = Vec::new();
                for (name, node) in members {
                    texts.push(concat(&[&name_text(name), ": ", &self.print(node).text]));
                }
                Printed::new(concat(&["{", &texts.join(", "), "}"]), ATOM)
            }
            Node::Call(call) => self.print_call(call),
        }
    }

    fn print_projection(&mut self, source: &Node, items: &Items, each: &Node) -> Printed {
        let source = self.print(source);
        let bracket = match items {
            Items::All => "[*]".to_owned(),
            Items::Values => ".*".to_owned(),
            Items::Flat => "[]".to_owned(),
            Items::Matching(condition) => concat(&["[?", &self.print(condition).text, "]"]),
            Items::Slice(start, stop, step) => {
                let bound = |bound: &Option<i32>| bound.map(|bound| bound.to_string()).unwrap_or_default();
                let step = if *step == 1 { String::new() } else { format!(":{step}") };
                format!("[{}:{}{step}]", bound(start), bound(stop))
            }
        };
        let each = self.print(each);
        let is_flat = matches!(items, Items::Flat);
        let level = if is_flat { FLATTEN } else { PROJECTION };
        let rest = concat(&[&bracket, &each.behind]);
        let text = if source.behind.is_empty() {
            rest.strip_prefix('.').unwrap_or(&rest).to_owned()
        } else {
            concat(&[&source.at(if is_flat { FLATTEN } else { DOT }), &rest])
        };
        Printed { text, level, behind: concat(&[&source.behind, &rest]) }
    }

    fn print_binary(&mut self, sign: &str, level: u8, left: &Node, right: &Node) -> Printed {
        let (left, right) = (self.print(left), self.print(right));
        Printed::new(concat(&[&left.at(level), sign, &right.at(level + 1)]), level)
    }

    fn print_call(&mut self, call: &Call) -> Printed {
        let mut arguments = Vec::new();
        let mut values = call.arguments.iter();
        for place in 0..call.arguments.len() + usize::from(call.reference.is_some()) {
            match &call.reference {
                Some(reference) if call.function.reference == Some(place) => {
                    arguments.push(concat(&["&", &self.print(reference).text]));
                }
                _ => arguments.extend(values.next().map(|argument| self.print(&argument.node).text)),
            }
        }
        Printed::new(concat(&[call.function.name, "(", &arguments.join(", "), ")"]), ATOM)
    }
}

fn sign_of(operator: Operator) -> (&'static str, u8) {
    match operator {
        Operator::Dot => (".", DOT),
        Operator::Pipe => (" | ", PIPE),
        Operator::Or => (" || ", OR),
        Operator::And => (" && ", AND),
        Operator::Equal => (" == ", COMPARISON),
        Operator::NotEqual => (" != ", COMPARISON),
        Operator::Less => (" < ", COMPARISON),
        Operator::LessOrEqual => (" <= ", COMPARISON),
        Operator::Greater => (" > ", COMPARISON),
        Operator::GreaterOrEqual => (" >= ", COMPARISON),
    }
}

/// Returns a name as an expression has it: in double quotes where it needs them.
pub fn name_text(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if is_plain { name.to_owned() } else { Value::from(name).to_json() }
}

fn literal_text(value: &Value) -> String {
    match value {
        Value::String(text) => concat(&["'", &text.replace('\'', "\\'"), "'"]),
        value => concat(&["`", &value.to_json().replace('`', "\\`"), "`"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Expression;

    fn printed(text: &str) -> String {
        let expression = Expression::parse(text).unwrap();
        Texts::of(expression.root(), text).get(expression.root()).to_string()
    }

    #[test]
    fn an_expression_is_printed_as_it_was_written() {
        for text in [
            "event.user.user_id",
            "a.\"first-name\"",
            "roles[?active].name",
            "a[*].b[0].c",
            "a.*.b",
            "*.a",
            "[*].a",
            "[0].a",
            "a[]",
            "a[*][].b",
            "a[1:2]",
            "a[::-1]",
            "a[:2].b",
            "a | [0]",
            "(a | b).c",
            "(a[*]).b",
            "(a || b).c",
            "a || b && c",
            "(a || b) && c",
            "!a.b",
            "!(a || b)",
            "!a == b",
            "a == 'it\\'s'",
            "a == `{\"x\":[1,null]}`",
            "a < `1`",
            "a + b * c",
            "(a + b) * c",
            "a - (b - c)",
            "a // b % c",
            "a ? b : c",
            "a ? b : c ? d : e",
            "(a ? b : c) ? d : e",
            "let $x = a, $y = b in [$x, $y, $event]",
            "let $x = let $z = a in $z in $x",
            "map(&let $x = @ in $x, a)",
            "sort_by(a, &b.c)",
            "map(&a, b)",
            "{a: b, \"c d\": e}",
            "a.[b, c]",
            "a.{b: c}",
            "a[?b == `1` && c].{d: e}",
            "a[?b][?c]",
            "length(@)",
            "a.length(@)",
            "x[].f",
            "x[].length(@)[?a]",
        ] {
            assert_eq!(printed(text), text);
        }
    }

    #[test]
    fn what_is_printed_is_the_same_expression() {
        for text in
            ["-a", "- a * b", "!!a", "a.b.c[0][1]", "(((a)))", "[[0]]", "[*][0]", "a[?@[0] == 'x']", "@.a"]
        {
            let once = printed(text);
            assert_eq!(printed(&once), once, "{text}");
        }
    }
}
