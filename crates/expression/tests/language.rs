//! What the compliance suite does not ask.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use claimsmith_expression::{ErrorKind, Expression, json};

fn evaluate(expression: &str, document: &str) -> String {
    let document = json::read(document.as_bytes()).unwrap();
    Expression::parse(expression).unwrap().evaluate(&document).unwrap().to_json()
}

#[test]
fn a_large_integer_passes_through_untouched() {
    assert_eq!(evaluate("a.id", r#"{"a":{"id":9007199254740993}}"#), "9007199254740993");
    assert_eq!(evaluate("[?id == `9007199254740993`]", r#"[{"id":9007199254740992}]"#), "[]");
}

#[test]
fn proto_is_a_plain_name() {
    assert_eq!(evaluate("__proto__.x", r#"{"__proto__":{"x":1}}"#), "1");
    assert_eq!(evaluate("constructor", "{}"), "null");
}

#[test]
fn reads_names_every_part_of_the_document_and_no_more() {
    for (expression, expected) in [
        ("event.user.name", "event.user.name"),
        ("event.user.roles[0].name", "event.user.roles"),
        ("a.b || c.d", "a.b, c.d"),
        ("a.b | c.d", "a.b.c.d"),
        ("a[?x == b].c", "a"),
        ("a[*].b.c", "a"),
        ("a.{x: b.c, y: d}", "a.b.c, a.d"),
        ("{x: a.b, y: c}", "a.b, c"),
        ("[a.b, c]", "a.b, c"),
        ("a.[b, c.d]", "a.b, a.c.d"),
        ("!a.b && c == 'x'", "a.b, c"),
        ("(a.b).c", "a.b.c"),
        ("a[0] | b", "a"),
        ("a.*.b", "a"),
        ("a[].b", "a"),
        ("a[1:2].b", "a"),
        ("`1`", ""),
        ("\"quo ted\".x", "quo ted.x"),
    ] {
        let reads = Expression::parse(expression).unwrap().reads();
        let chains: Vec<String> = reads.iter().map(|chain| chain.join(".")).collect();
        assert_eq!(chains.join(", "), expected, "{expression}");
    }
    for expression in ["@", "*", "[*].a", "[0]", "@ | a[0] | @"] {
        let reads = Expression::parse(expression).unwrap().reads();
        let covers_all = reads.iter().any(Vec::is_empty);
        assert!(covers_all || expression.contains("| a"), "{expression}: {reads:?}");
    }
}

#[test]
fn an_error_says_what_and_where() {
    for (expression, message) in [
        ("", "the expression ends too soon at byte 0"),
        ("a.", "a name, `[`, `{` or `*` after `.` was expected at byte 2"),
        ("a b", "`b` does not belong here at byte 2"),
        ("a = b", "`=` is not an operator, equality is `==` at byte 2"),
        ("a['x", "this quote is not closed at byte 2"),
        ("length(a)", "functions are not available in this version at byte 6"),
    ] {
        assert_eq!(Expression::parse(expression).unwrap_err().to_string(), message, "{expression}");
    }
}

#[test]
fn what_is_too_deep_or_too_much_is_an_error_and_no_overflow() {
    for expression in
        ["(".repeat(100_000), "!".repeat(100_000), "[".repeat(100_000), vec!["a"; 100_000].join(".")]
    {
        assert_eq!(Expression::parse(&expression).unwrap_err().kind, ErrorKind::TooDeep);
    }
    let hostile = format!("[{}]", vec!["[1,2,3,4,5,6,7,8,9,10]"; 2_000].join(","));
    let document = json::read(format!("{{\"a\":{hostile}}}").as_bytes()).unwrap();
    let expression = Expression::parse("a[].[@, @, @, @][].[@, @, @, @][].[@, @, @, @][].[@, @, @]").unwrap();
    assert_eq!(expression.evaluate(&document).unwrap_err().kind, ErrorKind::TooMuchWork);
}
