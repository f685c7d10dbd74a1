//! The committed reference is what the schema gives, and what it shows is right.

#[expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    unreachable_pub,
    dead_code,
    reason = "a support file of tests: what fails here fails the test, and each file uses what it needs"
)]
mod support;

use claimsmith_compile::schema::{page::page, schema};
use claimsmith_core::Trigger;
use serde_json::Value;
use support::{base_with, blocks, objects, parse, read_config, read_file};

#[test]
fn the_committed_page_is_what_the_schema_gives() {
    let is_same = page(&schema()) == read_file("docs/configuration.md");
    assert!(is_same, "docs/configuration.md is out of date: run `./build.sh docs`");
}

#[test]
fn the_page_shows_every_example_and_each_is_read() {
    let schema = schema();
    let shown: Vec<Value> = blocks(&page(&schema), "json").iter().map(|block| parse(block)).collect();
    for (key, property) in schema["properties"].as_object().unwrap() {
        for example in property["examples"].as_array().into_iter().flatten() {
            assert!(shown.iter().any(|shown| shown[key] == *example), "{key}: {example}");
        }
    }
    for members in shown {
        let problems = read_config(&base_with(&members), Trigger::PostLogin);
        assert!(problems.is_empty(), "{}: {members}", problems[0].message);
    }
}

#[test]
fn every_key_has_a_row_and_every_link_a_place_to_go() {
    let page = page(&schema());
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.contains("](#")).count();
    let objects = objects(&schema());
    let count = |object: &Value| object["properties"].as_object().unwrap().len();
    let keys: usize = objects.values().map(count).sum();
    // What two keys take has a section at each.
    let twice = ["SessionRule", "ScopeList", "Tls", "Hmac", "Jwt"].map(|name| count(&objects[name]));
    assert_eq!(rows, keys + twice.iter().sum::<usize>());
    // A bar in a text would begin another cell, and cut off what follows.
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        assert_eq!(row.matches('|').count(), 5, "{row}");
    }
    for link in page.split("](#").skip(1) {
        let anchor = link.split(')').next().unwrap();
        assert_eq!(page.matches(&format!("<a id=\"{anchor}\">")).count(), 1, "{anchor}");
    }
}
