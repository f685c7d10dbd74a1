//! The types that the parts of an expression may have, as far as that is known before a login, and the mistakes that show
//! in them.

use std::rc::Rc;

use claimsmith_core::Trigger;
use claimsmith_core::plan::{Setting, SettingType};
use claimsmith_expression::ast::{Arithmetic, Call, Items, Node, Operator};
use claimsmith_expression::print::Texts;
use claimsmith_expression::{Expression, Value};

use crate::events::{self, Kind, Member};

/// A set of JMESPath's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    pub(crate) const NULL: Types = Types(1);
    pub(crate) const BOOLEAN: Types = Types(2);
    pub(crate) const NUMBER: Types = Types(4);
    pub(crate) const STRING: Types = Types(8);
    pub(crate) const ARRAY: Types = Types(16);
    pub(crate) const OBJECT: Types = Types(32);
    pub(crate) const ANY: Types = Types(63);

    pub(crate) const fn or(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    fn or_null(self) -> Types {
        self.or(Types::NULL)
    }

    pub(crate) fn may_be(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }

    fn is_only(self, other: Types) -> bool {
        self.0 & !other.0 == 0
    }

    fn of(value: &Value) -> Types {
        match value {
            Value::Null => Types::NULL,
            Value::Unavailable(_) => Types::ANY,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Number(_) => Types::NUMBER,
            Value::String(_) => Types::STRING,
            Value::Array(_) => Types::ARRAY,
            Value::Object(_) => Types::OBJECT,
        }
    }

    /// The word for it in a sentence.
    pub(crate) fn describe(self) -> &'static str {
        let names = [
            (Types::BOOLEAN, "a boolean"),
            (Types::NUMBER, "a number"),
            (Types::STRING, "a text"),
            (Types::ARRAY, "a list"),
            (Types::OBJECT, "an object"),
        ];
        let found = names.iter().find(|(kind, _)| self.is_only(kind.or_null()) && self.may_be(*kind));
        found.map_or("null", |(_, name)| name)
    }
}

/// What is known of a part.
#[derive(Clone, Debug)]
struct Shape {
    types: Types,
    /// Its place in the document, where only names lead there.
    chain: Option<Vec<Rc<str>>>,
    constant: Option<Value>,
}

impl Shape {
    fn of(types: Types) -> Shape {
        Shape { types, chain: None, constant: None }
    }

    /// Returns whether it counts as true whatever the login is.
    fn truth(&self) -> Option<bool> {
        if let Some(constant) = &self.constant {
            return Some(constant.is_truthy());
        }
        if self.types.is_only(Types::NUMBER) {
            return Some(true);
        }
        self.types.is_only(Types::NULL).then_some(false)
    }
}

/// A mistake that shows in types.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mistake {
    /// `left < right`, where one side is never a number.
    Order {
        /// The comparison as text, the side that is no number, and its type.
        text: Rc<str>,
        side: Rc<str>,
        types: Types,
        /// The side's value, where it is a literal.
        literal: Option<Value>,
    },
    /// `left == right` of types that have nothing in common.
    Equal { text: Rc<str>, left: Types, right: Types, is_equal: bool, literal: Option<Value>, other: Rc<str> },
    /// Arithmetic with what is never a number.
    Arithmetic { text: Rc<str>, side: Rc<str>, types: Types, is_sum: bool },
    /// A condition that comes out the same whatever the login is.
    Condition { text: Rc<str>, holds: bool, is_number: bool },
}

/// What is known of the document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knowledge<'a> {
    pub(crate) trigger: Trigger,
    pub(crate) settings: &'a [(Rc<str>, Setting)],
    pub(crate) values: &'a [(Rc<str>, Expression)],
}

/// How deep values that read values are followed.
const MAX_VALUES: usize = 8;

struct Checker<'a> {
    knowledge: Knowledge<'a>,
    texts: Texts,
    scope: Vec<Shape>,
    mistakes: Vec<Mistake>,
    depth: usize,
}

/// Returns the mistakes of an expression over the document, or over another where `is_document` is false.
pub(crate) fn mistakes(
    expression: &Expression,
    knowledge: Knowledge<'_>,
    is_condition: bool,
    is_document: bool,
) -> Vec<Mistake> {
    let mut checker =
        Checker { knowledge, texts: expression.texts(), scope: Vec::new(), mistakes: Vec::new(), depth: 0 };
    let mut root = Shape::of(if is_document { Types::OBJECT } else { Types::ANY });
    root.chain = is_document.then(Vec::new);
    if is_condition {
        checker.condition(expression.root(), &root);
    } else {
        checker.infer(expression.root(), &root);
    }
    checker.mistakes
}

impl Checker<'_> {
    fn note(&mut self, mistake: Mistake) {
        if self.depth == 0 && !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }

    /// Infers a part that is decided as a condition.
    fn condition(&mut self, node: &Node, current: &Shape) {
        let before = self.mistakes.len();
        let shape = self.infer(node, current);
        // The switch that somebody turned, or a part that has been told of.
        let is_switch = matches!(node, Node::Literal(Value::Bool(_)));
        if let Some(holds) = shape.truth()
            && !is_switch
            && self.mistakes.len() == before
        {
            let is_number = shape.types.is_only(Types::NUMBER);
            self.note(Mistake::Condition { text: self.texts.get(node), holds, is_number });
        }
    }

    fn infer(&mut self, node: &Node, current: &Shape) -> Shape {
        match node {
            Node::Current => current.clone(),
            Node::Member(name) => self.member(current, name),
            Node::Global(name, _) => {
                let root = Shape { types: Types::OBJECT, chain: Some(Vec::new()), constant: None };
                self.member(&root, name)
            }
            Node::Literal(value) => {
                Shape { types: Types::of(value), chain: None, constant: Some(value.clone()) }
            }
            Node::Index(source, _) => {
                let source = self.infer(source, current);
                Shape::of(self.item_types(&source).or_null())
            }
            Node::Projection(source, items, each) => {
                let source = self.infer(source, current);
                let item = Shape::of(match items {
                    Items::Flat | Items::Values => Types::ANY,
                    Items::All | Items::Matching(_) | Items::Slice(..) => self.item_types(&source),
                });
                if let Items::Matching(condition) = items {
                    self.condition(condition, &item);
                }
                self.infer(each, &item);
                Shape::of(Types::ARRAY.or_null())
            }
            Node::Not(operand) => {
                self.condition(operand, current);
                Shape::of(Types::BOOLEAN)
            }
            Node::Binary(operator, left, right) => self.binary(node, (*operator, left, right), current),
            Node::Arithmetic(operator, _, left, right) => {
                for side in [left, right] {
                    let types = self.infer(side, current).types;
                    if !types.may_be(Types::NUMBER) {
                        let (text, side) = (self.texts.get(node), self.texts.get(side));
                        let is_sum = matches!(operator, Arithmetic::Add);
                        self.note(Mistake::Arithmetic { text, side, types, is_sum });
                        break;
                    }
                }
                Shape::of(Types::NUMBER)
            }
            Node::Ternary(test, then, otherwise) => {
                self.condition(test, current);
                let (then, otherwise) = (self.infer(then, current), self.infer(otherwise, current));
                Shape::of(then.types.or(otherwise.types))
            }
            Node::Let(bindings, body) => {
                let mut bound: Vec<Shape> = bindings.iter().map(|node| self.infer(node, current)).collect();
                let outer = self.scope.len();
                self.scope.append(&mut bound);
                let shape = self.infer(body, current);
                self.scope.truncate(outer);
                shape
            }
            Node::Variable(index) => {
                self.scope.iter().nth_back(*index).cloned().unwrap_or_else(|| Shape::of(Types::ANY))
            }
            Node::List(nodes) => {
                nodes.iter().for_each(|node| drop(self.infer(node, current)));
                Shape::of(Types::ARRAY.or_null())
            }
            Node::Object(members) => {
                members.iter().for_each(|(_, node)| drop(self.infer(node, current)));
                Shape::of(Types::OBJECT.or_null())
            }
            Node::Call(call) => self.call(call, current),
        }
    }

    fn binary(
        &mut self,
        node: &Node,
        (operator, left, right): (Operator, &Node, &Node),
        current: &Shape,
    ) -> Shape {
        match operator {
            Operator::Dot | Operator::Pipe => {
                let left = self.infer(left, current);
                self.infer(right, &left)
            }
            Operator::Or | Operator::And => {
                let (left, right) = (self.infer(left, current), self.infer(right, current));
                match left.truth() {
                    Some(holds) if holds == (operator == Operator::Or) => left,
                    Some(_) => right,
                    None => Shape::of(left.types.or(right.types)),
                }
            }
            Operator::Equal | Operator::NotEqual => {
                let shapes = [self.infer(left, current), self.infer(right, current)];
                self.check_equal(node, operator, [left, right], &shapes);
                Shape::of(Types::BOOLEAN)
            }
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                let sides = [(left, self.infer(left, current)), (right, self.infer(right, current))];
                for (side, shape) in sides {
                    if !shape.types.may_be(Types::NUMBER) {
                        let (text, side) = (self.texts.get(node), self.texts.get(side));
                        let literal = shape.constant;
                        self.note(Mistake::Order { text, side, types: shape.types, literal });
                        return Shape::of(Types::NULL);
                    }
                }
                Shape::of(Types::BOOLEAN.or_null())
            }
        }
    }

    fn check_equal(&mut self, node: &Node, operator: Operator, nodes: [&Node; 2], shapes: &[Shape; 2]) {
        let [left, right] = shapes;
        let is_known = left.types != Types::ANY && right.types != Types::ANY;
        // A value may be missing on both sides, which nobody asks for by two texts that differ in type.
        let meets = left.types.0 & right.types.0 & !Types::NULL.0 != 0;
        let asks_for_null = left.types == Types::NULL || right.types == Types::NULL;
        let both = left.constant.is_some() && right.constant.is_some();
        if !is_known || meets && !both || asks_for_null && !both {
            return;
        }
        let [left_node, right_node] = nodes;
        let (literal, other) = match (&left.constant, &right.constant) {
            (_, Some(literal)) => (Some(literal.clone()), left_node),
            (Some(literal), None) => (Some(literal.clone()), right_node),
            (None, None) => (None, left_node),
        };
        self.note(Mistake::Equal {
            text: self.texts.get(node),
            left: left.types,
            right: right.types,
            is_equal: operator == Operator::Equal,
            literal,
            other: self.texts.get(other),
        });
    }

    fn call(&mut self, call: &Call, current: &Shape) -> Shape {
        let mut arguments = Vec::new();
        for argument in &call.arguments {
            arguments.push(self.infer(&argument.node, current));
        }
        if let Some(reference) = &call.reference {
            self.infer(reference, &Shape::of(Types::ANY));
        }
        if call.name() == "not_null" {
            let types = arguments.iter().fold(Types::NULL, |types, argument| types.or(argument.types));
            return Shape::of(types);
        }
        Shape::of(result_of(call.name()))
    }

    fn item_types(&self, source: &Shape) -> Types {
        let Some((root, rest)) = source.chain.as_deref().and_then(<[Rc<str>]>::split_first) else {
            return Types::ANY;
        };
        match (&**root, events::find(self.knowledge.trigger, rest)) {
            ("event", Member::Is(Kind::Texts)) => Types::STRING,
            ("event", Member::Is(Kind::Objects)) => Types::OBJECT,
            _ => Types::ANY,
        }
    }

    fn member(&mut self, of: &Shape, name: &Rc<str>) -> Shape {
        let Some(chain) = &of.chain else {
            return Shape::of(if of.types.may_be(Types::OBJECT) { Types::ANY } else { Types::NULL });
        };
        let mut chain = chain.clone();
        chain.push(Rc::clone(name));
        let types = self.types_at(&chain);
        Shape { types, chain: Some(chain), constant: None }
    }

    fn types_at(&mut self, chain: &[Rc<str>]) -> Types {
        let names: Vec<&str> = chain.iter().map(|name| &**name).collect();
        match names.as_slice() {
            ["event"] => Types::OBJECT,
            ["event", ..] => {
                match events::find(self.knowledge.trigger, chain.get(1..).unwrap_or_default()) {
                    Member::Is(kind) => match kind {
                        Kind::String => Types::STRING,
                        Kind::Number => Types::NUMBER,
                        Kind::Boolean => Types::BOOLEAN,
                        Kind::Texts | Kind::Objects => Types::ARRAY,
                        Kind::Object | Kind::Any => Types::OBJECT,
                    }
                    .or_null(),
                    // Told of by the name.
                    Member::Open | Member::Unknown(_) | Member::Below(..) => Types::ANY,
                }
            }
            ["now", "iso" | "id"] => Types::STRING,
            ["now", "seconds" | "weekday"] => Types::NUMBER,
            ["now" | "settings" | "values" | "calls"] => Types::OBJECT,
            ["calls", _] => Types::OBJECT.or_null(),
            ["calls", _, "ok" | "stale"] => Types::BOOLEAN.or_null(),
            ["calls", _, "status"] => Types::NUMBER.or_null(),
            ["settings", name] => self.setting(name),
            ["values", name] => self.value(name),
            _ => Types::ANY,
        }
    }

    fn setting(&self, name: &str) -> Types {
        match self.knowledge.settings.iter().find(|(known, _)| &**known == name) {
            Some((_, Setting::Literal(value))) => Types::of(value),
            Some((_, Setting::Secret(_, kind))) => match kind {
                SettingType::String => Types::STRING,
                SettingType::Number => Types::NUMBER,
                SettingType::List => Types::ARRAY,
            }
            .or_null(),
            None => Types::ANY,
        }
    }

    fn value(&mut self, name: &str) -> Types {
        let Some((_, expression)) = self.knowledge.values.iter().find(|(known, _)| &**known == name) else {
            return Types::ANY;
        };
        if self.depth == MAX_VALUES {
            return Types::ANY;
        }
        self.depth += 1;
        let scope = std::mem::take(&mut self.scope);
        let root = Shape { types: Types::OBJECT, chain: Some(Vec::new()), constant: None };
        let types = self.infer(expression.root(), &root).types;
        self.scope = scope;
        self.depth -= 1;
        types
    }
}

/// Returns the types of a function's result.
fn result_of(function: &str) -> Types {
    match function {
        "abs" | "ceil" | "floor" | "length" | "sum" | "timestamp" => Types::NUMBER,
        "avg" | "find_first" | "to_number" => Types::NUMBER.or_null(),
        "contains" | "ends_with" | "in_cidr" | "starts_with" => Types::BOOLEAN,
        "base64" | "base64_decode" | "base64url" | "format_time" | "join" | "lower" | "replace"
        | "sha256" | "substring" | "to_string" | "trim" | "type" | "upper" | "url_decode" | "url_encode" => {
            Types::STRING
        }
        "items" | "keys" | "map" | "sort" | "sort_by" | "split" | "to_array" | "unique" | "values"
        | "zip" => Types::ARRAY,
        "from_items" | "group_by" | "merge" => Types::OBJECT,
        "max" | "min" => Types::NUMBER.or(Types::STRING).or_null(),
        "reverse" => Types::ARRAY.or(Types::STRING),
        _ => Types::ANY,
    }
}
