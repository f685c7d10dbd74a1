//! What is unavailable decides nothing: what an expression says although parts of its document are unavailable, it
//! says as well whatever those parts turn out to be. `not_null` alone is written to pass over them.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use std::cell::Cell;
use std::io::Write;
use std::rc::Rc;

use claimsmith_expression::{Budget, Cause, ErrorKind, Expression, Faults, Map, Value, json};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use support::{document, expression};

const EXPRESSIONS: u32 = 100_000;

/// What a part that was unavailable may turn out to be.
const VALUES: [&str; 9] =
    ["null", "true", "false", "0", "\"\"", "\"b\"", "[]", "[1,[2,null]]", "{\"a\":1,\"b\":{\"c\":[\"b\"]}}"];

#[derive(Default)]
struct Tally {
    decided: Cell<usize>,
    undecided: Cell<usize>,
}

impl Tally {
    fn count(&self, is_decided: bool) {
        let cell = if is_decided { &self.decided } else { &self.undecided };
        cell.set(cell.get() + 1);
    }
}

/// What an expression is used for.
#[derive(Clone, Copy, Debug)]
enum Use {
    Value,
    Condition(Faults),
}

impl Use {
    fn outcome(self, expression: &Expression, document: &Value) -> Result<Value, ErrorKind> {
        let outcome = match self {
            Use::Value => expression.evaluate(document),
            Use::Condition(faults) => expression.holds(document, &Budget::default(), faults).map(Value::Bool),
        };
        outcome.map_err(|error| error.kind)
    }

    /// Whether a part that turns out to be of a type that a function does not take may end it with an error, as
    /// the specification has it.
    fn may_end(self) -> bool {
        !matches!(self, Use::Condition(Faults::LeaveOpen))
    }
}

const USES: [Use; 3] = [Use::Value, Use::Condition(Faults::End), Use::Condition(Faults::LeaveOpen)];

#[test]
fn what_is_decided_stays_decided_whatever_an_unavailable_part_turns_out_to_be() {
    let config = Config { cases: EXPRESSIONS, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let tallies: [Tally; 3] = Default::default();
    let cases = (expression(true), document(), any::<u64>());
    let outcome = runner.run(&cases, |(text, document, seed)| {
        let text = text.replace(['«', '»'], "").replace("not_null(", "to_array(");
        // Where `not_null` had more arguments, what stands in its place does not compile.
        let Ok(expression) = Expression::parse(&text) else { return Ok(()) };
        let document = json::read(document.as_bytes()).unwrap();
        let partial = with_parts(&document, &mut Draws(seed), &mut |_| Value::Unavailable(Cause::Failed));
        if !partial.has_unavailable() {
            return Ok(());
        }
        for (tally, used) in tallies.iter().zip(USES) {
            let Ok(decided) = used.outcome(&expression, &partial) else {
                tally.count(false);
                continue;
            };
            tally.count(true);
            for round in 0..4 {
                let mut pick = Draws(seed.wrapping_add(round).wrapping_mul(0x9e37_79b9_7f4a_7c15));
                let whole = with_parts(&document, &mut Draws(seed), &mut |part| match pick.up_to(10) {
                    9 => part.clone(),
                    index => json::read(VALUES[index].as_bytes()).unwrap(),
                });
                let outcome = used.outcome(&expression, &whole);
                let place = format!("{used:?}: {text} of {partial:?} and of {}", whole.to_json());
                match outcome {
                    Err(kind) if used.may_end() && kind != ErrorKind::Unavailable => {}
                    outcome => prop_assert_eq!(Ok(&decided), outcome.as_ref(), "{}", place),
                }
            }
        }
        Ok(())
    });
    outcome.unwrap();
    for (tally, used) in tallies.iter().zip(USES) {
        let (decided, undecided) = (tally.decided.get(), tally.undecided.get());
        let figures = format!("unavailable: {used:?}: {decided} decided, {undecided} not\n");
        std::io::stderr().write_all(figures.as_bytes()).unwrap();
        assert!(decided > 10_000 && undecided > 10_000, "one of the two is hardly exercised");
    }
}

#[test]
fn what_does_not_apply_never_holds_whatever_a_part_that_failed_turns_out_to_be() {
    let config = Config { cases: EXPRESSIONS / 2, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let (tally, faults) = (Tally::default(), Faults::LeaveOpen);
    let cases = ([expression(true), expression(true)], 0..4_usize, document(), any::<u64>());
    let outcome = runner.run(&cases, |(texts, shape, document, seed)| {
        let [left, right] = texts.map(|text| text.replace(['«', '»'], "").replace("not_null(", "to_array("));
        let text = match shape {
            0 => format!("({left}) || ({right})"),
            1 => format!("!({left}) && ({right})"),
            2 => format!("(!(({left}) && ({right}))) == `true`"),
            _ => format!("!(({left}) && !({right}))"),
        };
        let Ok(expression) = Expression::parse(&text) else { return Ok(()) };
        let document = json::read(document.as_bytes()).unwrap();
        let resolve = |found: &mut dyn FnMut(&Value) -> Value| {
            let mut causes = Draws(seed ^ 1);
            with_parts(&document, &mut Draws(seed), &mut |part| match causes.up_to(2) {
                0 => Value::Unavailable(Cause::NotAsked),
                _ => found(part),
            })
        };
        let partial = resolve(&mut |_| Value::Unavailable(Cause::Failed));
        let decision = expression.holds(&partial, &Budget::default(), faults);
        let applies = decision.as_ref().map_or_else(|error| error.may_hold, |holds| *holds);
        tally.count(!applies);
        for round in 0..8 {
            let mut pick = Draws(seed.wrapping_add(round).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let whole = resolve(&mut |part| match pick.up_to(10) {
                9 => part.clone(),
                index => json::read(VALUES[index].as_bytes()).unwrap(),
            });
            let holds = expression.holds(&whole, &Budget::default(), faults) == Ok(true);
            prop_assert!(applies || !holds, "{text} of {partial:?} and of {whole:?}");
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(
        tally.decided.get() > 5_000 && tally.undecided.get() > 5_000,
        "one of the two is hardly exercised"
    );
}

/// Draws from a seed: the same each time.
struct Draws(u64);

impl Draws {
    /// The next draw, from 0 up to and without `bound`.
    fn up_to(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// A value where some parts, the same for the same draws, are replaced. The root stays.
fn with_parts(value: &Value, draws: &mut Draws, replace: &mut dyn FnMut(&Value) -> Value) -> Value {
    let mut part = |part: &Value| match draws.up_to(4) {
        0 => replace(part),
        _ => with_parts(part, draws, replace),
    };
    match value {
        Value::Array(items) => items.iter().map(part).collect::<Vec<Value>>().into(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| (Rc::clone(name), part(member)));
            Value::Object(Rc::new(members.collect()))
        }
        _ => value.clone(),
    }
}

/// What a condition says of a document in which `u` is unavailable, and whether an error leaves its part open.
fn decision(condition: &str, faults: Faults) -> String {
    let document = json::read_with(
        br#"{"u":1e400,"t":true,"f":false,"z":null}"#,
        json::Unreadable::NumbersAreUnavailable,
    );
    let expression = Expression::parse(condition).unwrap();
    match expression.holds(&document.unwrap(), &Budget::default(), faults) {
        Ok(holds) => holds.to_string(),
        Err(error) => error.kind.name().to_owned(),
    }
}

#[test]
fn one_side_decides_a_condition_whichever_it_is() {
    for (condition, expected) in [
        ("u", "unavailable"),
        ("u || t", "true"),
        ("t || u", "true"),
        ("u || f", "unavailable"),
        ("f || u", "unavailable"),
        ("u && f", "false"),
        ("z && u.x", "false"),
        ("u && t", "unavailable"),
        ("!u", "unavailable"),
        ("!(u || t)", "false"),
        ("!(u && f)", "true"),
        ("(u || f) && z", "false"),
        ("u == `1`", "unavailable"),
        ("u == u", "unavailable"),
        ("u != z", "unavailable"),
        // Beside a condition, `||` is a choice between values.
        ("(u || t) == `true`", "unavailable"),
        ("[t][?@ || u]", "true"),
        ("length(u) || t", "true"),
        ("abs('x') || t", "invalid-type"),
        ("t || abs('x')", "true"),
        ("u && abs('x')", "unavailable"),
        // The test of a ternary is a condition, and so is what it leads to within one.
        ("(u || t) ? t : f", "true"),
        ("u ? t : t", "unavailable"),
        ("(u && f) ? u : f", "false"),
        ("t ? u || t : u", "true"),
        ("f ? t : u && f", "false"),
        ("[t ? u || t : f][0]", "unavailable"),
        ("let $u = u in $u || t", "true"),
        ("let $u = u in $u && t", "unavailable"),
        ("let $u = u in t", "true"),
        ("let $u = u || t in $u", "unavailable"),
        ("!let $u = u in $u && f", "true"),
        ("$u || $t", "true"),
        ("[t][?$u || @]", "true"),
        ("[t][?$u]", "unavailable"),
        ("$missing || t", "undefined-variable"),
        ("u + `1` || t", "true"),
        ("`1` + u == `1`", "unavailable"),
        ("-u || t", "true"),
    ] {
        assert_eq!(decision(condition, Faults::End), expected, "{condition}");
    }
}

#[test]
fn an_error_leaves_a_rule_open_and_the_rest_decides() {
    for (condition, expected) in [
        ("abs('x') || t", "true"),
        ("abs('x') && f", "false"),
        ("!abs('x') || t", "true"),
        ("abs('x') || f", "invalid-type"),
        ("t && abs('x')", "invalid-type"),
        ("u || abs('x')", "unavailable"),
        ("[t][?abs('x') || @] && t", "true"),
        ("$missing || t", "true"),
        ("z + z || t", "true"),
        ("(abs('x') || t) ? t : f", "true"),
        ("abs('x') ? t : t", "invalid-type"),
        ("let $x = abs('x') in $x || t", "true"),
        ("let $x = abs('x') in t && !$x", "invalid-type"),
    ] {
        assert_eq!(decision(condition, Faults::LeaveOpen), expected, "{condition}");
    }
}

#[test]
fn what_nobody_asked_for_never_makes_a_condition_hold() {
    let mut members = Map::new();
    members.insert("n".into(), Value::Unavailable(Cause::NotAsked));
    members.insert("u".into(), Value::Unavailable(Cause::Failed));
    members.insert("t".into(), Value::Bool(true));
    let document = Value::from(members);
    // The condition, and whether it may still turn out to hold; nothing where it is decided.
    for (condition, may_hold) in [
        ("n", Some(false)),
        ("!n.x", Some(false)),
        ("n == u", Some(false)),
        ("u", Some(true)),
        ("!u", Some(true)),
        ("n || u", Some(true)),
        ("!n || u", Some(true)),
        ("n && u", Some(false)),
        ("u && !n", Some(false)),
        ("!(u || n)", Some(false)),
        ("!(u && n)", Some(true)),
        ("n && u || t && u", Some(true)),
        ("n || !t", Some(false)),
        ("n || t", None),
        ("length(n) == `0` || u", Some(true)),
        ("not_null(n, n)", Some(false)),
        ("not_null(u, n)", Some(true)),
        ("not_null(n, u)", Some(true)),
        ("not_null(n, u) == 'x'", Some(true)),
        // What may only turn out not to hold may make something else hold.
        ("(!(n || u)) == `false`", Some(true)),
        ("!contains([!(n || u)], t)", Some(true)),
        ("(!(n && u)) == `true`", Some(true)),
        ("(!(n || u)) == `false` && n", Some(false)),
        ("n ? t : t", Some(false)),
        ("u ? t : t", Some(true)),
        ("(n && u) ? n : t", Some(true)),
        ("t ? n && u : t", Some(false)),
        ("let $n = n in $n && u", Some(false)),
        ("let $n = n in !$n", Some(false)),
        ("let $u = u in !$u || n", Some(true)),
        ("$n && u", Some(false)),
        ("n + `1` > `1`", Some(false)),
        ("u + `1` > `1`", Some(true)),
    ] {
        let expression = Expression::parse(condition).unwrap();
        let outcome = expression.holds(&document, &Budget::default(), Faults::LeaveOpen);
        assert_eq!(outcome.err().map(|error| error.may_hold), may_hold, "{condition}");
    }
}

#[test]
fn a_value_is_made_of_what_is_there_or_not_at_all() {
    let document = json::read_with(
        br#"{"u":1e400,"a":[1,-2e999,3],"o":{"k":1E+500,"n":7},"z":null,"s":"x"}"#,
        json::Unreadable::NumbersAreUnavailable,
    );
    let document = document.unwrap();
    let none = ErrorKind::Unavailable.name();
    for (expression, expected) in [
        ("u", none),
        ("u.x", none),
        ("u || s", none),
        ("s || u", "\"x\""),
        ("z && u", "null"),
        ("a", none),
        ("a[0]", "1"),
        ("a[1]", none),
        ("a[*]", none),
        ("a[2:]", "[3]"),
        ("a[]", none),
        ("a[?@ == `3`]", none),
        ("length(a)", "3"),
        ("contains(a, `1`)", "true"),
        ("contains(a, `3`)", none),
        ("sort(a)", none),
        ("sum(a)", none),
        ("to_string(o)", none),
        ("keys(o)", "[\"k\",\"n\"]"),
        ("o.n", "7"),
        ("o", none),
        ("o == `{\"k\":1,\"n\":7}`", none),
        ("o == o", none),
        ("s == o", none),
        ("o.*", none),
        ("{a: s, b: u}", none),
        ("[s, u]", none),
        ("merge(o, {k: s})", "{\"k\":\"x\",\"n\":7}"),
        ("type(u)", none),
        ("a[*].{x: 'y'}", none),
        ("a[*].type(@)", none),
        ("from_items([[s, o.n]])", "{\"x\":7}"),
        ("not_null(u, s)", "\"x\""),
        ("not_null(u, u.x, a[1])", none),
        ("not_null(u, z)", "null"),
        ("not_null(z, u, o.n)", "7"),
        ("not_null(abs(s), s)", "invalid-type"),
        ("let $u = u in s", "\"x\""),
        ("let $u = u in [$u]", none),
        ("let $u = u in not_null($u, s)", "\"x\""),
        ("let $u = u in s || $u", "\"x\""),
        ("let $u = u in z && $u", "null"),
        ("let $o = o in $o.n", "7"),
        ("let $u = u in let $v = $u in s", "\"x\""),
        ("$o.n", "7"),
        ("$u", none),
        ("not_null($u, s)", "\"x\""),
        ("s ? s : u", "\"x\""),
        ("z ? u : s", "\"x\""),
        ("u ? s : s", none),
        ("s ? u : s", none),
        ("o.n + o.k", none),
        ("o.n + a[0]", "8"),
        ("-u", none),
        ("u * z", none),
    ] {
        let outcome = match Expression::parse(expression).unwrap().evaluate(&document) {
            Ok(value) => value.to_json(),
            Err(error) => error.kind.name().to_owned(),
        };
        assert_eq!(outcome, expected, "{expression}");
    }
}

#[test]
fn what_evaluations_take_together_is_bounded() {
    let document = json::read(br#"{"a":[1,2,3,4,5,6,7,8,9]}"#).unwrap();
    let expression = Expression::parse("a[?@ > `3`]").unwrap();
    let budget = Budget::new(100);
    assert!(expression.evaluate_within(&document, &budget).is_ok());
    let error = loop {
        if let Err(error) = expression.evaluate_within(&document, &budget) {
            break error;
        }
    };
    assert_eq!(error.kind, ErrorKind::TooMuchWork);
    assert!(budget.steps_left() < 100);
}
