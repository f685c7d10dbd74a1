//! Configurations to try, and what the reader and the schema say of one.

use std::fs;
use std::path::PathBuf;

use claimsmith_compile::compile;
use claimsmith_core::expression::json;
use claimsmith_core::{Code, Trigger};
use jsonschema::Validator;
use serde_json::{Map, Value};

/// Something that the reader has against a configuration.
pub struct Problem {
    pub code: Code,
    pub path: String,
    pub message: String,
}

pub fn path_of(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)
}

pub fn read_file(file: &str) -> String {
    fs::read_to_string(path_of(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// What the reader says.
pub fn read_config(config: &Value, trigger: Trigger) -> Vec<Problem> {
    let value = json::read(config.to_string().as_bytes()).unwrap();
    let problems = compile(&value, trigger).err().unwrap_or_default();
    problems
        .into_iter()
        .map(|error| Problem {
            code: error.code,
            path: error.path.clone(),
            message: error.message.lines().next().unwrap_or_default().to_owned(),
        })
        .collect()
}

/// All that the reader makes of a configuration that is right.
pub fn compiled(config: &Value) -> String {
    let value = json::read(config.to_string().as_bytes()).unwrap();
    let mut plan = compile(&value, Trigger::PostLogin).unwrap().plan;
    // Of how it is written.
    plan.fingerprint.clear();
    format!("{plan:?}")
}

pub fn validator() -> Validator {
    jsonschema::draft7::new(&claimsmith_compile::schema::schema()).unwrap()
}

/// The README's configuration.
pub fn base() -> Value {
    parse(&read_file("examples/plan-and-roles/claimsmith.json"))
}

/// The design's configuration, with every key there is.
pub fn complete() -> Value {
    parse(&read_file("crates/compile/tests/complete.json"))
}

/// The base with some of its keys replaced.
pub fn base_with(members: &Value) -> Value {
    let mut config = base();
    config.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    config
}

/// The fenced blocks of a page that say they are of this kind.
pub fn blocks(page: &str, kind: &str) -> Vec<String> {
    page.split(&format!("\n```{kind}\n"))
        .skip(1)
        .map(|rest| rest[..rest.find("\n```").unwrap()].to_owned())
        .collect()
}

/// Every configuration that is shown anywhere. Each is right.
pub fn corpus() -> Vec<Value> {
    let mut configs = vec![base(), complete()];
    let shown = [("README.md", "json"), ("docs/claims.md", "json config"), ("docs/configuration.md", "json")];
    for (file, kind) in shown {
        let blocks = blocks(&read_file(file), kind);
        assert!(!blocks.is_empty(), "{file} shows no configuration");
        configs.extend(blocks.iter().map(|block| base_with(&parse(block))));
    }
    configs
}

/// Visits a value and all values inside it, with the pointer of each (RFC 6901).
pub fn each_node<'a>(value: &'a Value, pointer: &str, visit: &mut dyn FnMut(&str, &'a Value)) {
    visit(pointer, value);
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each_node(item, &format!("{pointer}/{index}"), visit);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                each_node(member, &format!("{pointer}/{name}"), visit);
            }
        }
        _ => {}
    }
}

/// A copy in which one value is another.
pub fn with(config: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = config.clone();
    *changed.pointer_mut(pointer).unwrap() = value;
    changed
}

/// The objects of the schema that have keys of their own, by name; the whole is the empty one.
pub fn objects(schema: &Value) -> Map<String, Value> {
    let mut objects = Map::new();
    objects.insert(String::new(), schema.clone());
    let definitions = schema["definitions"].as_object().unwrap();
    objects.extend(
        definitions.clone().into_iter().filter(|(_, definition)| definition.get("properties").is_some()),
    );
    objects
}

/// The words that a key takes, or the items of its list.
pub fn words(property: &Value) -> Vec<String> {
    let choices = property.get("oneOf").or_else(|| property.get("enum")).and_then(Value::as_array);
    let word = |choice: &Value| choice.get("const").unwrap_or(choice).as_str().map(str::to_owned);
    match choices {
        Some(choices) => choices.iter().filter_map(word).collect(),
        None => property.get("items").map(words).unwrap_or_default(),
    }
}
