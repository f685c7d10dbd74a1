//! Random expressions against random documents: this engine answers what the `jmespath` crate answers.
//!
//! Nothing is left out where the two differ. Each difference is listed below with the words of the
//! specification that decide it, and there the crate is put right before it is asked:
//!
//! - `avg` of an empty array is an error of the crate. "An empty array will produce a return value of null."
//! - `merge()` is an error of the crate. "Accepts 0 or more objects as arguments".
//! - `to_number` of the crate reads any JSON, such as `'[1]'`. "Any string that conforms to the json-number
//!   production is supported"; for any other, null.
//! - `to_string` of the crate writes a number that was computed as `2.0`, though it is the integer 2. "If
//!   the arg value is not a string, it will be encoded as JSON", and there is one number 2 in JSON, which
//!   the specification compares by its value.
//! - `!a.b` is `(!a).b` to the crate. "From weakest binding to tightest binding" the order ends in "Unary
//!   not" and "Rbracket". So `!a[0]` is `!(a[0])`, and the dot in `!a.b[0]` has to go with the bracket.
//!
//! Two differences stay out of the generator's reach. An arity that is wrong is found when the expression
//! is compiled, and by the crate when it is evaluated, which may be never: "How and when this error is
//! raised is implementation specific." And integers beyond 2^53 − 1, which the crate rounds here and there,
//! have tests beside the interpreter.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

mod support;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;

use claimsmith_expression::{Expression, ExpressionError, Number, Value, json};
use jmespath::functions::{ArgumentType, CustomFunction, Signature};
use jmespath::{Context, ErrorReason, JmespathError, Rcvar, Runtime, RuntimeError, Variable};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use support::{FUNCTIONS, OPERATORS, document, expression};

const EXPRESSIONS: u32 = 16_000;

/// Each expression is evaluated against this many of the documents.
const PAIRS_EACH: usize = 8;

const DOCUMENTS: usize = 500;

/// What the generator must have exercised: each in so many pairs that gave a value other than null.
const ENOUGH: usize = 100;

/// The rest of the language, by text that stands for it.
const SYNTAX: [(&str, &str); 15] = [
    ("a member", ".a"),
    ("a quoted member", "\"a b\""),
    ("the current value", "@"),
    ("a list projection", "[*]"),
    ("an object projection", "*."),
    ("flatten", "[]"),
    ("a filter", "[?"),
    ("a slice", "::"),
    ("an index", "[0]"),
    ("an index from the end", "[-1]"),
    ("a pipe", " | "),
    ("not", "!«"),
    ("a multi-select list", ".["),
    ("a multi-select hash", ".{"),
    ("a reference", "&"),
];

#[test]
fn answers_what_the_jmespath_crate_answers() {
    let config = Config { cases: EXPRESSIONS, failure_persistence: None, ..Config::default() };
    // The same expressions each time: a difference is found by the one who makes it.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let documents = documents(&mut runner);
    let oracle = oracle();
    let tally = RefCell::new(Tally::default());
    let cases = (expression(false), prop::collection::vec(0..DOCUMENTS, PAIRS_EACH));
    let outcome = runner.run(&cases, |(text, chosen)| {
        let ours = Expression::parse(&text.replace(['«', '»'], ""));
        let theirs = oracle.compile(&text.replace('«', "(").replace('»', ")"));
        for document in chosen.iter().map(|index| &documents[*index]) {
            let ours = ours.clone().and_then(|it| it.evaluate(&document.ours));
            let theirs = theirs.clone().and_then(|it| it.search(Rcvar::clone(&document.theirs)));
            prop_assert_eq!(answer(&ours), their_answer(&theirs), "{} of {}", text, document.theirs);
            tally.borrow_mut().add(&text, &ours);
        }
        Ok(())
    });
    let tally = tally.into_inner();
    tally.print();
    outcome.unwrap();
    assert!(tally.pairs >= 100_000, "too few pairs");
    assert_eq!(tally.missing(), Vec::<&str>::new(), "hardly exercised");
}

struct Document {
    ours: Value,
    theirs: Rcvar,
}

fn documents(runner: &mut TestRunner) -> Vec<Document> {
    let strategy = document();
    let one = |_| {
        let json = strategy.new_tree(runner).unwrap().current();
        Document { ours: read(&json), theirs: Rcvar::new(Variable::from_json(&json).unwrap()) }
    };
    (0..DOCUMENTS).map(one).collect()
}

/// What came of the pairs.
#[derive(Default)]
struct Tally {
    pairs: usize,
    values: usize,
    nulls: usize,
    errors: usize,
    /// In how many pairs with a value other than null a part of the language occurred.
    exercised: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn add(&mut self, text: &str, outcome: &Result<Value, ExpressionError>) {
        self.pairs += 1;
        match outcome {
            Ok(Value::Null) => self.nulls += 1,
            Ok(_) => self.values += 1,
            Err(_) => self.errors += 1,
        }
        if outcome.as_ref().is_ok_and(|value| !value.is_null()) {
            for (name, mark) in parts() {
                *self.exercised.entry(name).or_default() += usize::from(text.contains(&mark));
            }
        }
    }

    fn print(&self) {
        // Not by a macro: the figures are to be seen even where the test passes.
        let figures = format!(
            "oracle: {} pairs compared: {} gave a value, {} null, {} an error\n",
            self.pairs, self.values, self.nulls, self.errors
        );
        std::io::stderr().write_all(figures.as_bytes()).unwrap();
        for (name, count) in &self.exercised {
            println!("  {name} gave a value in {count}");
        }
    }

    fn missing(&self) -> Vec<&'static str> {
        let count = |name: &str| self.exercised.get(name).copied().unwrap_or_default();
        parts().map(|(name, _)| name).filter(|name| count(name) < ENOUGH).collect()
    }
}

/// The parts of the language, and the text by which each is seen in an expression.
fn parts() -> impl Iterator<Item = (&'static str, String)> {
    let functions = FUNCTIONS.iter().map(|name| (*name, format!("{name}(")));
    let operators = OPERATORS.iter().map(|sign| (*sign, format!(" {sign} ")));
    let syntax = SYNTAX.iter().map(|(name, mark)| (*name, (*mark).to_owned()));
    functions
        .chain(operators)
        .chain(syntax)
        .chain([("a raw string", "'".to_owned()), ("a literal", "`".to_owned())])
}

fn read(json: &str) -> Value {
    json::read(json.as_bytes()).unwrap()
}

/// A value, or the name of an error.
fn answer(outcome: &Result<Value, ExpressionError>) -> Result<Value, &'static str> {
    outcome.clone().map_err(|error| error.kind.name())
}

fn their_answer(outcome: &Result<Rcvar, JmespathError>) -> Result<Value, &'static str> {
    outcome.as_ref().map(|value| read(&value.to_string())).map_err(|error| match &error.reason {
        ErrorReason::Parse(_) => "syntax",
        ErrorReason::Runtime(RuntimeError::InvalidSlice) => "invalid-value",
        ErrorReason::Runtime(RuntimeError::UnknownFunction(_)) => "unknown-function",
        ErrorReason::Runtime(RuntimeError::InvalidType { .. } | RuntimeError::InvalidReturnType { .. }) => {
            "invalid-type"
        }
        ErrorReason::Runtime(_) => "invalid-arity",
    })
}

/// The crate, put right where the specification says so.
fn oracle() -> Runtime {
    let mut runtime = Runtime::new();
    runtime.register_builtin_functions();
    let any = || Signature::new(vec![ArgumentType::Any], None);
    let numbers = Signature::new(vec![ArgumentType::TypedArray(Box::new(ArgumentType::Number))], None);
    let avg = |arguments: &[Rcvar], _: &mut Context<'_>| {
        let items = arguments[0].as_array().unwrap();
        let total: f64 = items.iter().filter_map(|item| item.as_number()).sum();
        let average = serde_json::Number::from_f64(total / items.len() as f64);
        Ok(Rcvar::new(average.map_or(Variable::Null, Variable::Number)))
    };
    let merge = |arguments: &[Rcvar], _: &mut Context<'_>| {
        let members = arguments.iter().flat_map(|object| object.as_object().unwrap().clone());
        Ok(Rcvar::new(Variable::Object(members.collect())))
    };
    let to_number = |arguments: &[Rcvar], _: &mut Context<'_>| {
        Ok(match &*arguments[0] {
            Variable::Number(_) => arguments[0].clone(),
            Variable::String(text) if Number::from_text(text).is_some() => {
                Rcvar::new(Variable::from_json(text).unwrap())
            }
            _ => Rcvar::new(Variable::Null),
        })
    };
    let to_string = |arguments: &[Rcvar], _: &mut Context<'_>| {
        Ok(match &*arguments[0] {
            Variable::String(_) => arguments[0].clone(),
            other => Rcvar::new(Variable::String(read(&other.to_string()).to_json())),
        })
    };
    runtime.register_function("avg", Box::new(CustomFunction::new(numbers, Box::new(avg))));
    let objects = Signature::new(vec![], Some(ArgumentType::Object));
    runtime.register_function("merge", Box::new(CustomFunction::new(objects, Box::new(merge))));
    runtime.register_function("to_number", Box::new(CustomFunction::new(any(), Box::new(to_number))));
    runtime.register_function("to_string", Box::new(CustomFunction::new(any(), Box::new(to_string))));
    runtime
}
