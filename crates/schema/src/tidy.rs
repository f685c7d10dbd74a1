//! Turns what the types give into what the reader takes.

use schemars::Schema;
use serde_json::Value;

/// Tidies one object or value of the schema, without those inside it.
pub(crate) fn tidy(schema: &mut Schema) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(refuse_null);
    }
    // The width of a Rust integer tells a reader of the schema nothing; its bounds are given.
    if schema.get("type").is_some_and(|kind| kind == "integer") {
        schema.remove("format");
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = unwrap_lines(description);
    }
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
    let paragraphs: Vec<String> =
        text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    paragraphs.join("\n\n")
}
