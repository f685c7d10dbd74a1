//! The official JMESPath compliance suite, as the published `jmespath` package carries it.
//!
//! Every case runs. A case without a result or an error is a benchmark, made to be timed: there it is
//! enough that the engine copes with it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use claimsmith_expression::{ErrorKind, Expression, ExpressionError, Value, json};

#[test]
fn every_case_of_the_official_suite_passes() {
    let mut cases = 0;
    let mut failures = Vec::new();
    for path in suite_files() {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let suite = json::read(&fs::read(&path).unwrap()).unwrap();
        for group in suite.as_array().unwrap() {
            let document = group.member("given");
            for case in group.member("cases").as_array().unwrap() {
                cases += 1;
                if let Err(reason) = check(case, &document) {
                    failures.push(format!("{file}: {}: {reason}", case.member("expression").to_json()));
                }
            }
        }
    }
    // Not by a macro: the figures are to be seen even where the test passes.
    let figures = format!("compliance: {cases} cases run, {} passed\n", cases - failures.len());
    std::io::stderr().write_all(figures.as_bytes()).unwrap();
    assert!(cases > 0, "the suite is empty");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(case: &Value, document: &Value) -> Result<(), String> {
    let expression = case.member("expression");
    let outcome = Expression::parse(expression.as_str().unwrap()).and_then(|it| it.evaluate(document));
    let expected = case.as_object().unwrap();
    match (expected.get("result"), expected.get("error"), outcome) {
        (Some(result), None, Ok(value)) if value == *result => Ok(()),
        (Some(result), None, Ok(value)) => Err(format!("{} for {}", value.to_json(), result.to_json())),
        (Some(result), None, Err(error)) => Err(format!("{error} for {}", result.to_json())),
        (None, Some(name), Err(error)) if name.as_str() == Some(error.kind.name()) => Ok(()),
        (None, Some(name), outcome) => Err(format!("{} for {}", in_words(&outcome), name.to_json())),
        (None, None, outcome) if copes(&outcome) => Ok(()),
        (None, None, outcome) => Err(in_words(&outcome)),
        (Some(_), Some(_), _) => Err("the case has a result and an error".to_owned()),
    }
}

/// Whether none of our own limits is in the way. Two benchmarks are wrong by the specification, which
/// nobody has noticed since only their speed counts: `sum` has one argument, and `foo[bar > baz]` lacks
/// the question mark of a filter.
fn copes(outcome: &Result<Value, ExpressionError>) -> bool {
    let kind = outcome.as_ref().err().map(|error| error.kind);
    matches!(kind, None | Some(ErrorKind::InvalidArity | ErrorKind::Syntax))
}

fn in_words(outcome: &Result<Value, ExpressionError>) -> String {
    match outcome {
        Ok(value) => value.to_json(),
        Err(error) => format!("{} ({error})", error.kind.name()),
    }
}

fn suite_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(suite_folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

/// Cargo has unpacked the package somewhere; only it knows where.
fn suite_folder() -> PathBuf {
    let rustc = run(Command::new("rustc").arg("-vV"));
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // What this platform needs has been fetched when this test was built.
    let metadata = run(Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--filter-platform",
            host,
            "--manifest-path",
        ])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")));
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|it| it["name"] == "jmespath");
    let manifest = Path::new(package.unwrap()["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().join("tests/compliance")
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
