//! An expression gives the same of a document and of the parts of it that `reads` names.

mod support;

use std::cell::Cell;
use std::rc::Rc;

use claimsmith_expression::{Expression, Map, Value, json};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use support::{document, expression};

const EXPRESSIONS: u32 = 20_000;

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
        let below: Vec<&[Rc<str>]> = chains
            .iter()
            .filter_map(|chain| chain.split_first())
            .filter(|(first, _)| *first == name)
            .map(|(_, rest)| rest)
            .collect();
        if !below.is_empty() {
            kept.insert(Rc::clone(name), reduced(member, &below));
        }
    }
    kept.into()
}

#[test]
fn nothing_outside_of_what_it_reads_matters_to_an_expression() {
    let config = Config { cases: EXPRESSIONS, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let smaller = Cell::new(0);
    let outcome = runner.run(&(expression(true), document()), |(text, document)| {
        let text = text.replace(['«', '»'], "");
        let Ok(expression) = Expression::parse(&text) else { return Ok(()) };
        let document = json::read(document.as_bytes()).unwrap();
        let reads = expression.reads();
        let chains: Vec<&[Rc<str>]> = reads.iter().map(Vec::as_slice).collect();
        let mut less = reduced(&document, &chains);
        // What is taken for granted: that the root is something else than null, and has what variables name.
        if document.is_null() || less == document {
            return Ok(());
        }
        if let (Some(members), Some(kept)) = (document.as_object(), less.as_object()) {
            let mut kept = kept.clone();
            for name in expression.free_variables() {
                if members.contains_key(&name) && !kept.contains_key(&name) {
                    kept.insert(name, Value::Null);
                }
            }
            less = kept.into();
        }
        smaller.set(smaller.get() + 1);
        proptest::prop_assert_eq!(
            expression.evaluate(&document),
            expression.evaluate(&less),
            "{} of {}",
            text,
            document.to_json()
        );
        Ok(())
    });
    outcome.unwrap();
    assert!(smaller.get() > 4_000, "{} documents had more than was read", smaller.get());
}
