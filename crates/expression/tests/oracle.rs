//! Random expressions against random documents: this engine answers what the `jmespath` crate answers.
//!
//! The generator stays within what both understand alike; where the two differ, the specification's text
//! decides and a unit test holds it.

use claimsmith_expression::{Expression, json};
use proptest::prelude::*;

const CASES: u32 = 1000;

/// Names that documents and expressions share, so that most lookups find something.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-d]", Just("\"a b\"".to_owned())]
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        (-3..4_i32).prop_map(|number| format!("`{number}`")),
        "[a-c]{0,2}".prop_map(|text| format!("'{text}'")),
        prop::sample::select(vec!["`null`", "`true`", "`false`", "`[]`", "`{\"a\":[1,2]}`", "`\"b\"`"])
            .prop_map(str::to_owned),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![4 => name(), 1 => Just("@".to_owned()), 1 => literal(), 1 => Just("*".to_owned())];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            (inner.clone(), name()).prop_map(|(left, name)| format!("{left}.{name}")),
            inner.clone().prop_map(|left| format!("{left}.*")),
            (inner.clone(), -3..4_i32).prop_map(|(left, index)| format!("{left}[{index}]")),
            (inner.clone(), slice()).prop_map(|(left, slice)| format!("{left}[{slice}]")),
            inner.clone().prop_map(|left| format!("{left}[*]")),
            inner.clone().prop_map(|left| format!("{left}[]")),
            pair.clone().prop_map(|(left, condition)| format!("{left}[?{condition}]")),
            pair.clone().prop_map(|(left, right)| format!("{left} | {right}")),
            (pair.clone(), operator()).prop_map(|((left, right), sign)| format!("{left} {sign} {right}")),
            // Without the brackets the two differ on purpose.
            inner.clone().prop_map(|operand| format!("(!({operand}))")),
            inner.clone().prop_map(|operand| format!("({operand})")),
            pair.clone().prop_map(|(left, right)| format!("[{left}, {right}]")),
            (inner.clone(), pair.clone()).prop_map(|(of, (a, b))| format!("{of}.[{a}, {b}]")),
            (inner.clone(), pair.clone()).prop_map(|(of, (a, b))| format!("{of}.{{a: {a}, d: {b}}}")),
            call(inner),
        ]
    })
}

fn slice() -> impl Strategy<Value = String> {
    let bound = prop_oneof![Just(String::new()), (-4..5_i32).prop_map(|bound| bound.to_string())];
    let step = prop::sample::select(vec!["", ":", ":1", ":2", ":-1", ":-2"]);
    (bound.clone(), bound, step).prop_map(|(start, stop, step)| format!("{start}:{stop}{step}"))
}

fn operator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["||", "&&", "==", "!=", "<", "<=", ">", ">="])
}

fn call(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let of_one = prop::sample::select(vec![
        // Without `avg`, for which the crate has no answer to an empty array.
        "abs",
        "ceil",
        "floor",
        "keys",
        "length",
        "max",
        "merge",
        "min",
        "not_null",
        "reverse",
        "sort",
        "sum",
        "to_array",
        "to_number",
        "type",
        "values",
    ]);
    let of_two =
        prop::sample::select(vec!["contains", "ends_with", "join", "merge", "not_null", "starts_with"]);
    let of_reference = prop::sample::select(vec!["max_by", "min_by", "sort_by"]);
    prop_oneof![
        (of_one, inner.clone()).prop_map(|(name, of)| format!("{name}({of})")),
        (of_two, inner.clone(), inner.clone()).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
        (of_reference, inner.clone(), inner.clone())
            .prop_map(|(name, of, by)| format!("{name}({of}, &{by})")),
        (inner.clone(), inner).prop_map(|(by, of)| format!("map(&{by}, {of})")),
    ]
}

fn document() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        (-3..4_i32).prop_map(serde_json::Value::from),
        (-3..4_i32).prop_map(|half| serde_json::Value::from(f64::from(half) + 0.5)),
        "[a-c]{0,2}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::vec((prop_oneof!["[a-d]", Just("a b".to_owned())], inner), 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_what_the_jmespath_crate_answers(text in expression(), document in document()) {
        let document = document.to_string();
        let theirs = jmespath::compile(&text)
            .and_then(|it| it.search(jmespath::Variable::from_json(&document).unwrap()))
            .map(|value| json::read(value.to_string().as_bytes()).unwrap());
        let ours = Expression::parse(&text).and_then(|it| it.evaluate(&json::read(document.as_bytes()).unwrap()));
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs, "{} of {}", text, document),
            (Err(_), Err(_)) => {}
            _ => prop_assert!(false, "{} of {}: {:?} for {:?}", text, document, ours, theirs),
        }
    }
}
