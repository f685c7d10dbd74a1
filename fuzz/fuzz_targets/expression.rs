//! An expression over a document: the same result each time, from what it says it reads and nothing else.

#![no_main]

use claimsmith_core::expression::{Budget, Cause, ErrorKind, Expression, Faults, Map, Value, json};
use libfuzzer_sys::fuzz_target;
use std::rc::Rc;

/// The document with nothing in it but what lies at the end of the chains.
fn reduced(document: &Value, chains: &[&[Rc<str>]]) -> Value {
    if chains.iter().any(|chain| chain.is_empty()) {
        return document.clone();
    }
    let Some(members) = document.as_object() else {
        // What a chain leads through is null as well where there is no object.
        return if document.is_null() { Value::Null } else { Value::from(Map::new()) };
    };
    let mut kept = Map::new();
    for (name, member) in members.iter() {
        let below: Vec<&[Rc<str>]> =
            chains.iter().filter(|chain| chain.first() == Some(name)).map(|chain| &chain[1..]).collect();
        if !below.is_empty() {
            kept.insert(Rc::clone(name), reduced(member, &below));
        }
    }
    kept.into()
}

/// What a condition says although a member is unavailable, it says as well with that member.
fn check_unavailable(expression: &Expression, document: &Value) {
    let Some(members) = document.as_object().filter(|_| !expression.text().contains("not_null")) else {
        return;
    };
    let holds = |document: &Value| expression.holds(document, &Budget::default(), Faults::LeaveOpen);
    for name in members.keys() {
        let mut partial = members.clone();
        partial.insert(Rc::clone(name), Value::Unavailable(Cause::Failed));
        match holds(&partial.into()) {
            Ok(decided) => match holds(document) {
                Err(error) if error.kind == ErrorKind::TooMuchWork => {}
                whole => assert_eq!(whole, Ok(decided), "without `{name}`"),
            },
            Err(error) => assert!(error.may_hold || error.may_not_hold),
        }
    }
}

fuzz_target!(|input: &[u8]| {
    // The expression, a line end, the document.
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let Ok(text) = std::str::from_utf8(parts.next().unwrap_or_default()) else { return };
    let document = json::read(parts.next().unwrap_or_default()).unwrap_or_default();
    let Ok(expression) = Expression::parse(text) else { return };
    let result = expression.evaluate(&document);
    assert_eq!(result, expression.evaluate(&document));
    if document.is_null() {
        return;
    }
    check_unavailable(&expression, &document);
    let reads = expression.reads();
    let chains: Vec<&[Rc<str>]> = reads.iter().map(Vec::as_slice).collect();
    let of_less = expression.evaluate(&reduced(&document, &chains));
    if let (Ok(result), Ok(of_less)) = (&result, &of_less) {
        assert_eq!(result, of_less, "{reads:?}");
    }
});
