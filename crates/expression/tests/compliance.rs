//! The official JMESPath compliance suite, as the package `jmespath` carries it.
//!
//! Cases that call a function are counted apart: functions are not part of this version.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what fails here fails the test")]

use std::path::PathBuf;
use std::process::Command;

use claimsmith_expression::{ErrorKind, Expression, json};
use serde_json::Value as Json;

/// What a case may come to.
enum Verdict {
    Passed,
    NeedsFunctions,
    Failed(String),
}

#[test]
fn every_case_without_a_function_passes() {
    let (mut passed, mut need_functions, mut failed) = (0, 0, Vec::new());
    for (file, suite) in suites() {
        for group in suite.as_array().unwrap() {
            let given = group["given"].to_string();
            for case in group["cases"].as_array().unwrap() {
                match run(&given, case) {
                    Verdict::Passed => passed += 1,
                    Verdict::NeedsFunctions => need_functions += 1,
                    Verdict::Failed(why) => failed.push(format!("{file}: {}: {why}", case["expression"])),
                }
            }
        }
    }
    println!("compliance: {passed} cases passed, {need_functions} need functions, {} failed", failed.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(passed > 400, "only {passed} cases were found");
}

fn run(given: &str, case: &Json) -> Verdict {
    let text = case["expression"].as_str().unwrap();
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) if error.kind == ErrorKind::UnknownFunction => return Verdict::NeedsFunctions,
        Err(_) if case.get("error").is_some() => return Verdict::Passed,
        // A benchmark measures how fast this is refused.
        Err(error) if case.get("bench").is_some() && error.kind == ErrorKind::Syntax => {
            return Verdict::Passed;
        }
        Err(error) => return Verdict::Failed(error.to_string()),
    };
    if case.get("error").is_some() {
        return Verdict::Failed("an error was expected".to_owned());
    }
    // Cases of the benchmark have no result.
    let Some(wanted) = case.get("result") else { return Verdict::Passed };
    let document = json::read(given.as_bytes()).unwrap();
    let wanted = json::read(wanted.to_string().as_bytes()).unwrap();
    match expression.evaluate(&document) {
        Ok(found) if found == wanted => Verdict::Passed,
        Ok(found) => Verdict::Failed(format!("{} instead of {}", found.to_json(), wanted.to_json())),
        Err(error) => Verdict::Failed(error.to_string()),
    }
}

fn suites() -> Vec<(String, Json)> {
    let mut suites = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            suites.push((name, serde_json::from_str(&text).unwrap()));
        }
    }
    suites
}

/// Where cargo keeps the package's sources.
fn folder() -> PathBuf {
    let output =
        Command::new(env!("CARGO")).args(["metadata", "--format-version", "1", "--locked"]).output().unwrap();
    let metadata: Json = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "jmespath").unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().join("tests/compliance")
}
