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

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;

use claimsmith_expression::{Expression, ExpressionError, Number, Value, json};
use jmespath::functions::{ArgumentType, CustomFunction, Signature};
use jmespath::{Context, ErrorReason, JmespathError, Rcvar, Runtime, RuntimeError, Variable};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const EXPRESSIONS: u32 = 16_000;

/// Each expression is evaluated against this many of the documents.
const PAIRS_EACH: usize = 8;

const DOCUMENTS: usize = 500;

/// What the generator must have exercised: each in so many pairs that gave a value other than null.
const ENOUGH: usize = 100;

const OPERATORS: [&str; 8] = ["||", "&&", "==", "!=", "<", "<=", ">", ">="];

const FUNCTIONS: [&str; 26] = [
    "abs",
    "avg",
    "ceil",
    "contains",
    "ends_with",
    "floor",
    "join",
    "keys",
    "length",
    "map",
    "max",
    "max_by",
    "merge",
    "min",
    "min_by",
    "not_null",
    "reverse",
    "sort",
    "sort_by",
    "starts_with",
    "sum",
    "to_array",
    "to_number",
    "to_string",
    "type",
    "values",
];

/// Calls that seldom fail, whatever expressions stand for `$a` and `$b`. Of those that are put together
/// blindly most are an error.
const FITTING_CALLS: [&str; 28] = [
    "abs(`-1.5`)",
    "abs(sum(map(&length(to_string(@)), to_array($a))))",
    "avg(map(&length(to_string(@)), to_array($a)))",
    "avg(to_array($a)[?type(@) == 'number'])",
    "ceil(avg([`0.5`, length(type($a))]))",
    "contains(to_array($a), $b)",
    "contains(to_string($a), to_string($b))",
    "ends_with(to_string($a), 'b')",
    "ends_with(type($a), type($b))",
    "floor(avg([`0.5`, length(type($a))]))",
    "join(type($a), map(&to_string(@), to_array($b)))",
    "keys({a: $a, c: $b})",
    "max(map(&to_string(@), to_array($a)))",
    "max(to_array($a)[?type(@) == 'number'])",
    "max_by(to_array($a), &to_string(@))",
    "merge({a: $a}, {a: $b, b: `1`})",
    "min(map(&to_string(@), to_array($a)))",
    "min_by([{a: $a}, {a: $b}], &length(to_string(a)))",
    "reverse(to_array($a))",
    "reverse(to_string($a))",
    "sort(map(&to_string(@), to_array($a)))",
    "sort(to_array($a)[?type(@) == 'number'])",
    "sort_by(to_array($a), &type(@))",
    "sort_by([{a: $a}, {a: $b}], &length(to_string(a)))",
    "starts_with(to_string($a), to_string($b))",
    "starts_with(to_string($a), 'b')",
    "sum(to_array($a)[?type(@) == 'number'])",
    "values({a: $a, c: $b})",
];

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
    let cases = (expression(), prop::collection::vec(0..DOCUMENTS, PAIRS_EACH));
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

/// Names that documents and expressions share, so that most lookups find something.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-d]", 1 => Just("\"a b\"".to_owned())]
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        (-3..4_i32).prop_map(|number| format!("`{number}`")),
        "[a-c1]{0,2}".prop_map(|text| format!("'{text}'")),
        prop::sample::select(vec![
            "`null`",
            "`true`",
            "`false`",
            "`[]`",
            "`{}`",
            "`0.5`",
            "`\"b\"`",
            "`[1,2]`",
            "`[\"b\",\"a\"]`",
            "`{\"a\":[1,2]}`",
            "`[{\"a\":2},{\"a\":1,\"b\":[]}]`",
            "'[1]'",
            "'-1.5e1'",
            "'\\'ü'",
        ])
        .prop_map(str::to_owned),
    ]
}

/// An expression. What stands in `«»` belongs together; the crate must be told so by brackets.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![4 => name(), 1 => Just("@".to_owned()), 1 => literal(), 1 => Just("*".to_owned())];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            2 => (inner.clone(), suffixes(inner.clone())).prop_map(|(of, path)| format!("{of}{path}")),
            1 => pair.clone().prop_map(|(left, right)| format!("{left} | {right}")),
            2 => (pair.clone(), prop::sample::select(OPERATORS.to_vec()))
                .prop_map(|((left, right), sign)| format!("{left} {sign} {right}")),
            1 => (name(), suffixes(inner.clone())).prop_map(|(of, path)| format!("(!«{of}{path}»)")),
            1 => inner.clone().prop_map(|operand| format!("({operand})")),
            1 => pair.clone().prop_map(|(left, right)| format!("[{left}, {right}]")),
            1 => pair.prop_map(|(left, right)| format!("{{a: {left}, \"a b\": {right}}}")),
            4 => call(inner),
        ]
    })
}

/// What leads from a value to what is in it.
fn suffixes(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let pair = (inner.clone(), inner.clone());
    let suffix = prop_oneof![
        4 => name().prop_map(|name| format!(".{name}")),
        1 => Just(".*".to_owned()),
        1 => (-3..4_i32).prop_map(|index| format!("[{index}]")),
        1 => slice().prop_map(|slice| format!("[{slice}]")),
        1 => Just("[*]".to_owned()),
        1 => Just("[]".to_owned()),
        1 => inner.clone().prop_map(|condition| format!("[?{condition}]")),
        1 => pair.clone().prop_map(|(a, b)| format!(".[{a}, {b}]")),
        1 => pair.prop_map(|(a, b)| format!(".{{a: {a}, d: {b}}}")),
        1 => call(inner).prop_map(|call| format!(".{call}")),
    ];
    prop::collection::vec(suffix, 1..3).prop_map(|path| path.concat())
}

fn slice() -> impl Strategy<Value = String> {
    let bound = prop_oneof![Just(String::new()), (-4..5_i32).prop_map(|bound| bound.to_string())];
    let step = prop::sample::select(vec!["", ":", ":1", ":2", ":-1", ":-2"]);
    (bound.clone(), bound, step).prop_map(|(start, stop, step)| format!("{start}:{stop}{step}"))
}

/// A call with as many arguments as the function takes, if not of the types.
fn call(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let pair = (inner.clone(), inner.clone());
    let fitting = (prop::sample::select(FITTING_CALLS.to_vec()), pair.clone())
        .prop_map(|(call, (a, b))| call.replace("$a", &a).replace("$b", &b));
    let any = (prop::sample::select(FUNCTIONS.to_vec()), pair, prop::collection::vec(inner, 0..3)).prop_map(
        |(name, (a, b), more)| match name {
            "contains" | "ends_with" | "join" | "starts_with" => format!("{name}({a}, {b})"),
            "map" => format!("{name}(&{b}, {a})"),
            "max_by" | "min_by" | "sort_by" => format!("{name}({a}, &{b})"),
            "merge" => format!("{name}({})", more.join(", ")),
            "not_null" => format!("{name}({})", [vec![a], more].concat().join(", ")),
            _ => format!("{name}({a})"),
        },
    );
    prop_oneof![any, fitting]
}

/// A document, as JSON: an object more often than not, as they are in life.
fn document() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        (-3..4_i32).prop_map(serde_json::Value::from),
        (-3..4_i32).prop_map(|half| serde_json::Value::from(f64::from(half) + 0.5)),
        "[a-c1]{0,2}".prop_map(serde_json::Value::from),
    ];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            members(inner, 0..4),
        ]
    });
    prop_oneof![3 => members(value.clone(), 2..5), 1 => value].prop_map(|value| value.to_string())
}

fn members(
    value: impl Strategy<Value = serde_json::Value>,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = serde_json::Value> {
    let name = prop_oneof![4 => "[a-d]", 1 => Just("a b".to_owned())];
    prop::collection::vec((name, value), count)
        .prop_map(|members| serde_json::Value::Object(members.into_iter().collect()))
}
