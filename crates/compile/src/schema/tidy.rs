//! Turns what the types give into what the reader takes, and people read.

use schemars::Schema;
use serde_json::{Map, Value};

/// Tidies one object or value of the schema, without those inside it.
pub(crate) fn tidy(schema: &mut Schema) {
    // A schema without a type is a rule about an object that is described elsewhere.
    if schema.get("type").is_some_and(|kind| kind == "object")
        && let Some(Value::Object(properties)) = schema.get_mut("properties")
    {
        properties.values_mut().for_each(refuse_null);
    }
    // The width of a Rust integer tells a reader of the schema nothing; its bounds are given.
    if schema.get("type").is_some_and(|kind| kind == "integer") {
        schema.remove("format");
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = unwrap_lines(description);
    }
    if let Some(schema) = schema.as_object_mut() {
        sort_keys(schema);
    }
}

/// The keys that come first. The rest follows in its order.
const KEY_ORDER: [&str; 11] = [
    "$schema",
    "title",
    "description",
    "type",
    "const",
    "minimum",
    "maximum",
    "minLength",
    "pattern",
    "default",
    "required",
];

fn sort_keys(schema: &mut Map<String, Value>) {
    let rank = |key: &str| KEY_ORDER.iter().position(|known| *known == key).unwrap_or(KEY_ORDER.len());
    let mut members: Vec<(String, Value)> = std::mem::take(schema).into_iter().collect();
    members.sort_by_key(|(key, _)| rank(key));
    schema.extend(members);
}

/// An `Option` may be left out, and may not be null. Where null means something, a type of its own says so.
fn refuse_null(property: &mut Value) {
    let Some(property) = property.as_object_mut() else { return };
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            property.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(words)) = property.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    let is_null = |choice: &Value| choice.get("type").is_some_and(|kind| kind == "null");
    let value = match property.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::Object(value), null]) if is_null(null) => value.clone(),
        _ => return,
    };
    property.remove("anyOf");
    for (key, value) in value {
        property.entry(key).or_insert(value);
    }
}

/// Comments are wrapped for an editor of code; a paragraph of the schema is one line.
fn unwrap_lines(text: &str) -> String {
    let paragraphs: Vec<String> = text
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    paragraphs.join("\n\n")
}
