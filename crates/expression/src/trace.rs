//! The steps by which an expression comes to its value: for tools, which show where that was lost.
//!
//! Each part is evaluated by the interpreter itself, so what is shown is what it gives. That repeats the work of each
//! part once a level, which is nothing for a person who looks at one expression, and leaves the interpreter as it is.

use std::rc::Rc;

use crate::ast::{Call, Items, Node, Operator};
use crate::interpreter::Interpreter;
use crate::print::{Texts, name_text};
use crate::text::concat;
use crate::{Budget, ErrorKind, Expression, ExpressionError, Faults, Value};

/// The items of which steps are shown.
const MAX_SHOWN: usize = 5;

/// The steps of one expression in all. What comes later is shown without parts.
const MAX_STEPS: usize = 400;

/// One part of an expression, and what came of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The part as text.
    pub text: Rc<str>,
    /// Its place in what it is a part of; empty for the whole.
    pub role: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// True or false where it was decided as a condition.
    pub holds: Option<bool>,
    /// A sentence on what explains the outcome.
    pub note: Option<String>,
    /// Where a chain of names ended early.
    pub lost: Option<Lost>,
    /// The parts, in the order in which they were evaluated.
    pub steps: Vec<Step>,
    /// The items that it went through.
    pub items: Option<Walk>,
}

/// The outcome of a step.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A value, or null.
    Value(Value),
    /// It has no value, or is undecided.
    Failed(ExpressionError),
    /// It was not needed.
    NotEvaluated,
}

/// The place in a chain of names where there was nothing to go on from.
#[derive(Clone, Debug)]
pub struct Lost {
    /// The chain up to what has no value, as text.
    pub at: String,
    /// The same chain as names.
    pub chain: Vec<Rc<str>>,
    /// True where it begins at the document, and not at an item.
    pub is_of_document: bool,
    /// The type of what the last name was read from.
    pub of: &'static str,
    /// The names that are there instead.
    pub members: Vec<Rc<str>>,
}

/// The items that a projection, a filter or a function with an expression reference went through.
#[derive(Clone, Debug)]
pub struct Walk {
    /// How many there were.
    pub total: usize,
    /// How many passed the filter; all where there is none.
    pub passed: usize,
    /// How many gave a value other than null.
    pub kept: usize,
    /// The first of them, and the first of which something was wrong.
    pub shown: Vec<Item>,
}

/// One of the items.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its place, from 0.
    pub index: usize,
    /// Itself.
    pub value: Value,
    /// The filter's condition.
    pub condition: Option<Step>,
    /// What was made of it.
    pub each: Option<Step>,
}

impl Expression {
    /// Traces the evaluation against a document.
    pub fn trace(&self, document: &Value) -> Step {
        let mut tracer = Tracer::new(self, document, Faults::End);
        tracer.value(self.root(), document, "", true)
    }

    /// Traces the decision as a condition.
    pub fn trace_condition(&self, document: &Value, faults: Faults) -> Step {
        let mut tracer = Tracer::new(self, document, faults);
        tracer.condition(self.root(), document, "", true)
    }
}

struct Tracer<'a> {
    document: &'a Value,
    texts: Texts,
    faults: Faults,
    /// What the variables are bound to.
    scope: Vec<Result<Value, ExpressionError>>,
    left: usize,
}

type Result<T, E = ExpressionError> = std::result::Result<T, E>;

impl<'a> Tracer<'a> {
    fn new(expression: &Expression, document: &'a Value, faults: Faults) -> Tracer<'a> {
        let texts = expression.texts();
        Tracer { document, texts, faults, scope: Vec::new(), left: MAX_STEPS }
    }

    fn run<T>(&self, work: impl FnOnce(&mut Interpreter<'_>) -> Result<T>) -> Result<T> {
        let budget = Budget::default();
        let scope = self.scope.clone();
        work(&mut Interpreter::within(scope, self.document, &budget, self.faults))
    }

    fn step(&self, node: &Node, role: &'static str, outcome: Outcome) -> Step {
        let text = self.texts.get(node);
        Step { text, role, outcome, holds: None, note: None, lost: None, steps: Vec::new(), items: None }
    }

    fn not_evaluated(&self, node: &Node, role: &'static str) -> Step {
        self.step(node, role, Outcome::NotEvaluated)
    }

    /// Traces a part that is evaluated. `is_root` tells that `current` is the document.
    fn value(&mut self, node: &Node, current: &Value, role: &'static str, is_root: bool) -> Step {
        let result = self.run(|interpreter| interpreter.evaluate(node, current));
        let mut step = self.step(node, role, result.map_or_else(Outcome::Failed, Outcome::Value));
        if self.left == 0 {
            return step;
        }
        self.left -= 1;
        if let Some(chain) = chain_of(node) {
            step.lost = self.lost(&chain, current, &step.outcome, is_root);
            return step;
        }
        match node {
            Node::Current | Node::Member(_) | Node::Literal(_) | Node::Global(..) | Node::Variable(_) => {}
            Node::Index(source, _) => {
                step.steps.extend(self.part(source, current, "list", is_root));
                if let Some(Outcome::Value(value)) = step.steps.first().map(|step| &step.outcome)
                    && is_null(&step.outcome)
                {
                    step.note = Some(match value {
                        Value::Array(items) => format!("the list has {}", count(items.len(), "item")),
                        other => concat(&["an index needs a list, and this is ", described(other)]),
                    });
                }
            }
            Node::Projection(source, items, each) => {
                self.projection(&mut step, (source, items, each), current, is_root)
            }
            Node::Not(operand) => step.steps.push(self.condition(operand, current, "operand", is_root)),
            Node::Binary(operator, left, right) => {
                self.binary(&mut step, (*operator, left, right), current, is_root);
            }
            Node::Arithmetic(_, _, left, right) => {
                step.steps.extend(self.part(left, current, "left", is_root));
                self.then(&mut step, right, current, "right", is_root);
            }
            Node::Ternary(test, then, otherwise) => {
                let test = self.condition(test, current, "test", is_root);
                let holds = test.holds;
                step.steps.push(test);
                for (node, role, wanted) in [(then, "then", true), (otherwise, "otherwise", false)] {
                    let part = if holds == Some(wanted) {
                        self.value(node, current, role, is_root)
                    } else {
                        self.not_evaluated(node, role)
                    };
                    step.steps.push(part);
                }
            }
            Node::Let(bindings, body) => {
                let outer = self.bind(&mut step, bindings, current, is_root);
                let body = self.value(body, current, "in", is_root);
                step.steps.push(body);
                self.scope.truncate(outer);
            }
            Node::List(_) | Node::Object(_) if matches!(current, Value::Null) => {
                step.note = Some("what is selected from null is null".to_owned());
            }
            Node::List(nodes) => {
                for node in nodes {
                    self.then(&mut step, node, current, "item", is_root);
                }
            }
            Node::Object(members) => {
                for (_, node) in members {
                    self.then(&mut step, node, current, "member", is_root);
                }
            }
            Node::Call(call) => self.call(&mut step, call, current, is_root),
        }
        step
    }

    /// Traces a part that is decided as a condition, as the interpreter decides it.
    fn condition(&mut self, node: &Node, current: &Value, role: &'static str, is_root: bool) -> Step {
        let decided = self.run(|interpreter| interpreter.condition(node, current));
        let holds = decided.as_ref().ok().copied();
        let is_structure = matches!(
            node,
            Node::Not(_) | Node::Let(..) | Node::Ternary(..) | Node::Binary(Operator::Or | Operator::And, ..)
        );
        if !is_structure || self.left == 0 {
            let mut step = self.value(node, current, role, is_root);
            step.holds = holds;
            return step;
        }
        self.left -= 1;
        let outcome = decided.map_or_else(Outcome::Failed, |holds| Outcome::Value(Value::Bool(holds)));
        let mut step = self.step(node, role, outcome);
        step.holds = holds;
        match node {
            Node::Not(operand) => step.steps.push(self.condition(operand, current, "operand", is_root)),
            Node::Let(bindings, body) => {
                let outer = self.bind(&mut step, bindings, current, is_root);
                let body = self.condition(body, current, "in", is_root);
                step.steps.push(body);
                self.scope.truncate(outer);
            }
            Node::Ternary(test, then, otherwise) => {
                let test = self.condition(test, current, "test", is_root);
                let test_holds = test.holds;
                step.steps.push(test);
                for (node, role, wanted) in [(then, "then", true), (otherwise, "otherwise", false)] {
                    let part = if test_holds == Some(wanted) {
                        self.condition(node, current, role, is_root)
                    } else {
                        self.not_evaluated(node, role)
                    };
                    step.steps.push(part);
                }
            }
            Node::Binary(operator, left, right) => {
                let deciding = *operator == Operator::Or;
                let left = self.condition(left, current, "left", is_root);
                let goes_on = match &left.outcome {
                    Outcome::Failed(error) => {
                        self.faults == Faults::LeaveOpen || error.kind == ErrorKind::Unavailable
                    }
                    Outcome::Value(_) | Outcome::NotEvaluated => left.holds != Some(deciding),
                };
                step.steps.push(left);
                let right = if goes_on {
                    self.condition(right, current, "right", is_root)
                } else {
                    self.not_evaluated(right, "right")
                };
                step.steps.push(right);
            }
            // The others are no structure of conditions.
            Node::Current | Node::Member(_) | Node::Literal(_) | Node::Index(..) | Node::Projection(..) => {}
            Node::Arithmetic(..) | Node::Variable(_) | Node::Global(..) => {}
            Node::List(_) | Node::Object(_) | Node::Call(_) => {}
        }
        step
    }

    /// Traces a part, unless it is a literal or the current value: these say all there is to say.
    fn part(&mut self, node: &Node, current: &Value, role: &'static str, is_root: bool) -> Option<Step> {
        match node {
            Node::Literal(_) | Node::Current => None,
            _ => Some(self.value(node, current, role, is_root)),
        }
    }

    /// Adds a part that is evaluated after those that are there, where none of them has failed.
    fn then(&mut self, step: &mut Step, node: &Node, current: &Value, role: &'static str, is_root: bool) {
        if step.steps.iter().any(|step| matches!(step.outcome, Outcome::Failed(_))) {
            step.steps.push(self.not_evaluated(node, role));
        } else {
            step.steps.extend(self.part(node, current, role, is_root));
        }
    }

    fn bind(&mut self, step: &mut Step, bindings: &[Node], current: &Value, is_root: bool) -> usize {
        let mut bound = Vec::new();
        for binding in bindings {
            bound.push(self.run(|interpreter| interpreter.evaluate(binding, current)));
            let traced = self.value(binding, current, "binding", is_root);
            step.steps.push(traced);
        }
        let outer = self.scope.len();
        self.scope.append(&mut bound);
        outer
    }

    fn binary(
        &mut self,
        step: &mut Step,
        (operator, left, right): (Operator, &Node, &Node),
        current: &Value,
        is_root: bool,
    ) {
        let found = self.run(|interpreter| interpreter.evaluate(left, current));
        step.steps.extend(self.part(left, current, "left", is_root));
        match (operator, found) {
            (_, Err(_)) => step.steps.push(self.not_evaluated(right, "right")),
            (Operator::Dot, Ok(found)) => {
                let part = self.value(right, &found, "right", false);
                self.join(step, left, part, is_root);
            }
            (Operator::Pipe, Ok(found)) => {
                let part = self.value(right, &found, "right", false);
                step.steps.push(part);
            }
            (Operator::Or, Ok(found)) if found.is_truthy() => {
                step.steps.push(self.not_evaluated(right, "right"))
            }
            (Operator::And, Ok(found)) if !found.is_truthy() => {
                step.steps.push(self.not_evaluated(right, "right"))
            }
            (Operator::Or | Operator::And | Operator::Equal | Operator::NotEqual, Ok(_)) => {
                step.steps.extend(self.part(right, current, "right", is_root));
            }
            (
                Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual,
                Ok(found),
            ) => {
                step.steps.extend(self.part(right, current, "right", is_root));
                if is_null(&step.outcome)
                    && let Ok(other) = self.run(|interpreter| interpreter.evaluate(right, current))
                {
                    let side = |side: &str, value: &Value| {
                        concat(&[
                            "an order is between numbers, and the ",
                            side,
                            " side is ",
                            described(value),
                        ])
                    };
                    step.note = Some(match found {
                        Value::Number(_) => side("right", &other),
                        found => side("left", &found),
                    });
                }
            }
        }
    }

    /// Makes one step of what stands before a dot and behind it: `a.b[0]` is parsed as `a` and `b[0]`, and read as
    /// `a.b` and `[0]`.
    fn join(&self, step: &mut Step, left: &Node, right: Step, is_root: bool) {
        let before = self.texts.get(left);
        let prefixed = |text: &str| {
            if text.starts_with('[') { concat(&[&before, text]) } else { concat(&[&before, ".", text]) }
        };
        let names = chain_of(left).filter(|chain| !chain.is_global).map(|chain| chain.names);
        let prefix_lost = |lost: Lost| Lost {
            at: prefixed(&lost.at),
            chain: names.iter().flatten().cloned().chain(lost.chain).collect(),
            is_of_document: is_root && names.is_some(),
            ..lost
        };
        (step.note, step.items, step.lost) = (right.note, right.items, right.lost.map(prefix_lost));
        let mut parts = right.steps;
        if let Some(first) = parts.first_mut().filter(|first| matches!(first.role, "list" | "source")) {
            first.text = prefixed(&first.text).into();
            first.lost = first.lost.take().map(prefix_lost);
            if names.is_some() {
                step.steps.clear();
            }
        }
        step.steps.append(&mut parts);
    }

    fn projection(
        &mut self,
        step: &mut Step,
        (source, items, each): (&Node, &Items, &Node),
        current: &Value,
        is_root: bool,
    ) {
        step.steps.extend(self.part(source, current, "source", is_root));
        let Ok(found) = self.run(|interpreter| interpreter.evaluate(source, current)) else { return };
        let all = match (items, &found) {
            (Items::Matching(_), Value::Array(items)) => items.to_vec(),
            (Items::Matching(_), _) => return step.note = Some(not_walked(items, &found)),
            _ => match self.run(|interpreter| interpreter.pick(&found, items)) {
                Ok(Some(picked)) => picked,
                Ok(None) => return step.note = Some(not_walked(items, &found)),
                Err(_) => return,
            },
        };
        let condition = match items {
            Items::Matching(condition) => Some(&**condition),
            Items::All | Items::Values | Items::Flat | Items::Slice(..) => None,
        };
        step.items = Some(self.walk(&all, condition, Some(each)));
    }

    /// Goes through items: those that pass, and what is made of each.
    fn walk(&mut self, all: &[Value], condition: Option<&Node>, each: Option<&Node>) -> Walk {
        let mut walk = Walk { total: all.len(), passed: 0, kept: 0, shown: Vec::new() };
        for (index, value) in all.iter().enumerate() {
            let passes =
                condition.map_or(Ok(true), |node| self.run(|interpreter| interpreter.condition(node, value)));
            let made = match (&passes, each) {
                (Ok(true), Some(node)) => self.run(|interpreter| interpreter.evaluate(node, value)),
                (Ok(true), None) => Ok(value.clone()),
                _ => Ok(Value::Null),
            };
            walk.passed += usize::from(passes == Ok(true));
            walk.kept += usize::from(made.as_ref().is_ok_and(|made| !made.is_null()));
            let is_wrong = passes.is_err() || made.is_err();
            if index < MAX_SHOWN || is_wrong {
                let condition = condition.map(|node| self.condition(node, value, "condition", false));
                let each = each.filter(|node| passes == Ok(true) && !matches!(node, Node::Current));
                let each = each.map(|node| self.value(node, value, "each", false));
                walk.shown.push(Item { index, value: value.clone(), condition, each });
            }
            if is_wrong {
                // The whole ends here.
                break;
            }
        }
        walk
    }

    fn call(&mut self, step: &mut Step, call: &Call, current: &Value, is_root: bool) {
        for argument in &call.arguments {
            if call.function.passes_over {
                step.steps.extend(self.part(&argument.node, current, "argument", is_root));
            } else {
                self.then(step, &argument.node, current, "argument", is_root);
            }
        }
        let Some(reference) = &call.reference else { return };
        let list = call.arguments.iter().find_map(|argument| {
            match self.run(|interpreter| interpreter.evaluate(&argument.node, current)) {
                Ok(Value::Array(items)) => Some(items),
                _ => None,
            }
        });
        step.items = list.map(|items| self.walk(&items, None, Some(reference)));
    }

    /// Returns where a chain of names ended early.
    fn lost(&self, chain: &Chain, current: &Value, outcome: &Outcome, is_root: bool) -> Option<Lost> {
        if matches!(outcome, Outcome::Value(value) if !value.is_null()) {
            return None;
        }
        let mut value = if chain.is_global { self.document.clone() } else { current.clone() };
        let mut names = Vec::new();
        for name in &chain.names {
            let found = value.member(name);
            names.push(Rc::clone(name));
            if matches!(found, Value::Null | Value::Unavailable(_)) {
                let members = value.as_object().map(|members| members.keys().cloned().collect());
                let texts: Vec<String> = names.iter().map(|name| name_text(name)).collect();
                let sign = if chain.is_global { "$" } else { "" };
                return Some(Lost {
                    at: concat(&[sign, &texts.join(".")]),
                    chain: names,
                    is_of_document: is_root || chain.is_global,
                    of: value.type_name(),
                    members: members.unwrap_or_default(),
                });
            }
            value = found;
        }
        None
    }
}

/// Names, one below the other.
struct Chain {
    /// True where it begins at the document, by a variable.
    is_global: bool,
    names: Vec<Rc<str>>,
}

fn chain_of(node: &Node) -> Option<Chain> {
    match node {
        Node::Member(name) => Some(Chain { is_global: false, names: vec![Rc::clone(name)] }),
        Node::Global(name, _) => Some(Chain { is_global: true, names: vec![Rc::clone(name)] }),
        Node::Binary(Operator::Dot, left, right) => {
            let (mut chain, rest) = (chain_of(left)?, chain_of(right)?);
            if rest.is_global {
                return None;
            }
            chain.names.extend(rest.names);
            Some(chain)
        }
        _ => None,
    }
}

fn is_null(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Value(Value::Null))
}

fn not_walked(items: &Items, found: &Value) -> String {
    let (sign, wanted) = match items {
        Items::All => ("[*]", "a list"),
        Items::Values => (".*", "an object"),
        Items::Flat => ("[]", "a list"),
        Items::Matching(_) => ("[? ]", "a list"),
        Items::Slice(..) => ("a slice", "a list"),
    };
    concat(&["`", sign, "` goes through ", wanted, ", and this is ", described(found)])
}

fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Unavailable(_) => "unavailable",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cause, json};

    fn document() -> Value {
        let mut document = json::read(
            br#"{"event":{"user":{"name":"Ann"}},
                "profile":{"roles":[{"name":"editor","active":true},{"name":"guest","active":false}]}}"#,
        )
        .unwrap();
        if let Value::Object(members) = &mut document {
            Rc::make_mut(members).insert("risk".into(), Value::Unavailable(Cause::Failed));
        }
        document
    }

    /// A step and its parts, an outline: text, outcome.
    fn outline(step: &Step) -> String {
        let outcome = match &step.outcome {
            Outcome::Value(value) => value.to_json(),
            Outcome::Failed(error) => format!("<{}>", error.kind.name()),
            Outcome::NotEvaluated => "-".to_owned(),
        };
        let parts: Vec<String> = step.steps.iter().map(outline).collect();
        let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) };
        format!("{}: {outcome}{parts}", step.text)
    }

    #[test]
    fn each_part_has_the_value_that_the_interpreter_gives_it() {
        let rows = [
            ("event.user.name", r#"event.user.name: "Ann""#),
            (
                "event.user.nick || event.user.name",
                r#"event.user.nick || event.user.name: "Ann" (event.user.nick: null; event.user.name: "Ann")"#,
            ),
            (
                "event.user.name || risk.score",
                r#"event.user.name || risk.score: "Ann" (event.user.name: "Ann"; risk.score: -)"#,
            ),
            (
                "event.user.nick && risk.score",
                "event.user.nick && risk.score: null (event.user.nick: null; risk.score: -)",
            ),
            ("risk.score + `1`", "risk.score + `1`: <unavailable> (risk.score: <unavailable>; `1`: -)"),
            (
                "risk.score > `70` ? 'high' : 'low'",
                "risk.score > `70` ? 'high' : 'low': <unavailable> (risk.score > `70`: <unavailable> \
                 (risk.score: <unavailable>; `70`: -); 'high': -; 'low': -)",
            ),
            (
                "not_null(risk.plan, 'free')",
                r#"not_null(risk.plan, 'free'): "free" (risk.plan: <unavailable>)"#,
            ),
            (
                "profile.roles[0].name",
                "profile.roles[0].name: \"editor\" (profile.roles[0]: {\"active\":true,\"name\":\"editor\"} \
                 (profile.roles: [{\"active\":true,\"name\":\"editor\"},{\"active\":false,\"name\":\"guest\"}]))",
            ),
            ("risk.list[0]", "risk.list[0]: <unavailable> (risk: <unavailable>; list[0]: -)"),
            ("sort(event.nothing)", "sort(event.nothing): <invalid-type> (event.nothing: null)"),
            (
                "let $n = event.user.name in length($n)",
                r#"let $n = event.user.name in length($n): 3 (event.user.name: "Ann"; length($n): 3 ($n: "Ann"))"#,
            ),
        ];
        for (text, expected) in rows {
            let step = Expression::parse(text).unwrap().trace(&document());
            assert_eq!(outline(&step), expected);
        }
    }

    #[test]
    fn a_condition_is_decided_in_three_values() {
        let rows = [
            (
                "risk.blocked || event.user.name == 'Ann'",
                "risk.blocked || event.user.name == 'Ann': true (risk.blocked: <unavailable>; \
                 event.user.name == 'Ann': true (event.user.name: \"Ann\"))",
                Some(true),
            ),
            (
                "event.user.name == 'Ann' || risk.blocked",
                "event.user.name == 'Ann' || risk.blocked: true (event.user.name == 'Ann': true \
                 (event.user.name: \"Ann\"); risk.blocked: -)",
                Some(true),
            ),
            ("!risk.active", "!risk.active: <unavailable> (risk.active: <unavailable>)", None),
            ("event.user.name", "event.user.name: \"Ann\"", Some(true)),
        ];
        for (text, expected, holds) in rows {
            let step = Expression::parse(text).unwrap().trace_condition(&document(), Faults::LeaveOpen);
            assert_eq!((outline(&step).as_str(), step.holds), (expected, holds));
        }
        // An error ends the condition of a claim, and leaves that of a rule open.
        let faulty = Expression::parse("abs(event.user.name) || event.user.name").unwrap();
        for (faults, right) in [(Faults::End, "-"), (Faults::LeaveOpen, "\"Ann\"")] {
            let step = faulty.trace_condition(&document(), faults);
            assert!(outline(&step).ends_with(&format!("event.user.name: {right})")), "{}", outline(&step));
        }
    }

    #[test]
    fn a_filter_tells_which_items_passed() {
        let step = Expression::parse("profile.roles[?active].name").unwrap().trace(&document());
        let walk = step.items.unwrap();
        assert_eq!((walk.total, walk.passed, walk.kept), (2, 1, 1));
        let shown: Vec<_> = walk
            .shown
            .iter()
            .map(|item| (item.condition.as_ref().unwrap().holds, item.each.as_ref().map(outline)))
            .collect();
        assert_eq!(shown, [(Some(true), Some("name: \"editor\"".to_owned())), (Some(false), None)]);
        // The item that ends the whole is shown, wherever it stands.
        let mut items = vec!["1"; 40];
        items[30] = "\"x\"";
        let list = json::read(format!("[{}]", items.join(",")).as_bytes()).unwrap();
        let walk = Expression::parse("[*].abs(@)").unwrap().trace(&list).items.unwrap();
        assert_eq!((walk.total, walk.passed, walk.shown.len()), (40, 31, 6));
        assert_eq!(walk.shown.last().unwrap().index, 30);
    }

    #[test]
    fn a_chain_tells_where_it_ended_and_what_is_there() {
        let lost = |text: &str| Expression::parse(text).unwrap().trace(&document()).lost.unwrap();
        let found = lost("event.user.email.domain");
        assert_eq!((found.at.as_str(), found.of), ("event.user.email", "object"));
        assert_eq!(found.members.iter().map(|name| &**name).collect::<Vec<_>>(), ["name"]);
        assert_eq!(lost("event.user.name.first").of, "string");
        assert_eq!(lost("$risk.score").at, "$risk");
        assert_eq!(lost("profile.roles[0].title").at, "profile.roles[0].title");
    }

    #[test]
    fn null_is_explained_where_a_list_or_a_number_was_needed() {
        let note = |text: &str| Expression::parse(text).unwrap().trace(&document()).note.unwrap_or_default();
        assert_eq!(note("profile.roles[5]"), "the list has 2 items");
        assert_eq!(note("event.user[0]"), "an index needs a list, and this is an object");
        assert_eq!(note("event.user[*].name"), "`[*]` goes through a list, and this is an object");
        assert_eq!(note("event.user.name < 'B'"), "an order is between numbers, and the left side is a text");
    }

    #[test]
    fn a_large_document_gives_few_steps() {
        fn size(step: &Step) -> usize {
            let of_items = step.items.iter().flat_map(|walk| &walk.shown);
            let of_items = of_items.flat_map(|item| item.condition.iter().chain(&item.each));
            1 + step.steps.iter().chain(of_items).map(size).sum::<usize>()
        }
        let items = vec![r#"{"a":[1,2,3,4,5,6,7,8,9]}"#; 1000].join(",");
        let document = json::read(format!("[{items}]").as_bytes()).unwrap();
        let nested = "[?a[?@ > `1`][?@ > `2`]].a[?@ > `3`].[@, @, @, @].[@, @][?@ == `1`]";
        let step = Expression::parse(nested).unwrap().trace(&document);
        assert!(size(&step) < 3000, "{}", size(&step));
    }
}
