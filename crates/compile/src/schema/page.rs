//! The reference of the configuration, as Markdown, made of the schema alone.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use crate::roots::RESERVED;

/// The introduction of the page.
const PREFACE: &str = r#"# Configuration

One JSON object. It is read strictly: an unknown key, a wrong type or a misspelt word is an error that names its path,
and where one is near, the key that was probably meant. This page is made of the JSON Schema that the package carries.
An editor completes and explains the keys where the file names it:

```json
{ "$schema": "./node_modules/claimsmith/dist/claimsmith.schema.json" }
```

What a schema cannot say, such as the syntax of an expression, `checkConfig` and `claimsmith check` find.

Where a value is said to be

- an **expression**, it is [JMESPath](claims.md) over `event`, `settings`, `now`, `values`, `calls` and each source by its
  name. A `when` holds where the result counts as true; where it is left out, it always holds.
- a **template**, it is text with expressions in braces, such as `{event.user.user_id}`. A secret stands alone, as
  `{secrets.NAME}`. `{{` and `}}` are braces. [What templates see](claims.md#templates) depends on where they stand.
- a **URL**, it is a template of an absolute URL. Scheme, host and port may take secrets, and nothing of the login. It
  begins with `https://`; plain `http://` is for loopback hosts, unless `allow_http` is set.
- a **name**, it is made of letters, digits and `_`, and begins with a letter. Taken are RESERVED.
"#;

/// An object that the page has a section for.
struct Section<'a> {
    /// The place in a configuration, such as `tokens.NAME`. Empty for the whole.
    place: String,
    object: &'a Map<String, Value>,
    /// Configurations that show it, each a part of a whole one.
    examples: Vec<Value>,
}

/// Returns the page of the schema that [`crate::schema`] makes.
pub fn page(schema: &Value) -> String {
    let page = Page { definitions: schema.get("definitions").unwrap_or(&Value::Null) };
    let reserved: Vec<String> = RESERVED.iter().map(|name| format!("`{name}`")).collect();
    let mut text = PREFACE.replace("RESERVED", &reserved.join(", "));
    for section in page.sections(schema) {
        page.write_section(&section, &mut text);
    }
    text
}

struct Page<'a> {
    definitions: &'a Value,
}

impl<'a> Page<'a> {
    /// Returns the sections: the whole, then each object in it, in the order of the keys.
    fn sections(&self, schema: &'a Value) -> Vec<Section<'a>> {
        let mut sections = Vec::new();
        let mut waiting: VecDeque<Section<'a>> = schema
            .as_object()
            .map(|object| Section { place: String::new(), object, examples: Vec::new() })
            .into_iter()
            .collect();
        while let Some(section) = waiting.pop_front() {
            // Inner objects follow at once.
            for (key, property) in properties(section.object).into_iter().rev() {
                if let Some((object, suffix)) = self.inner_object(property) {
                    let place = join(&section.place, &format!("{key}{suffix}"));
                    waiting.push_front(Section { place, object, examples: examples(key, property) });
                }
            }
            sections.push(section);
        }
        sections
    }

    /// Returns the object with keys of its own that a value is, or holds, and what leads to it.
    fn inner_object(&self, schema: &'a Value) -> Option<(&'a Map<String, Value>, &'static str)> {
        let schema = self.resolve(schema);
        if let Some(object) = schema.as_object().filter(|object| object.contains_key("properties")) {
            return Some((object, ""));
        }
        if let Some(entry) = entry_of(schema) {
            return self.inner_object(entry).map(|(object, _)| (object, ".NAME"));
        }
        if let Some(item) = schema.get("items") {
            return self.inner_object(item).map(|(object, _)| (object, "[]"));
        }
        choices(schema).find_map(|choice| self.inner_object(choice))
    }

    /// Resolves a reference.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let target = match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => only,
            _ => schema,
        };
        let name =
            target.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
        match name.and_then(|name| self.definitions.get(name)) {
            Some(definition) => self.resolve(definition),
            None => schema,
        }
    }

    fn write_section(&self, section: &Section<'_>, text: &mut String) {
        match section.place.as_str() {
            "" => text.push_str("\n## The whole\n\n"),
            place => text.push_str(&format!("\n## <a id=\"{}\"></a>`{place}`\n\n", anchor(place))),
        }
        if let Some(description) = section.object.get("description").and_then(Value::as_str) {
            text.push_str(&format!("{}\n\n", wrap(description)));
        }
        text.push_str("| key | value | default | meaning |\n|---|---|---|---|\n");
        for (key, property) in properties(section.object) {
            let anchor = anchor(&join(&section.place, key));
            // An object has its anchor at its section.
            let id = match self.inner_object(property) {
                Some(_) => String::new(),
                None => format!("<a id=\"{anchor}\"></a>"),
            };
            let (value, default) = (self.value_of(property), default_of(section.object, key, property));
            let meaning = meaning(property);
            text.push_str(&format!("| {id}[`{key}`](#{anchor}) | {value} | {default} | {meaning} |\n"));
        }
        for example in &section.examples {
            text.push_str(&format!("\n```json\n{}\n```\n", layout(example, 0)));
        }
    }

    /// Returns the kind of value, in words.
    fn value_of(&self, schema: &'a Value) -> String {
        let schema = self.resolve(schema);
        if let Some(title) = schema.get("title").and_then(Value::as_str) {
            return title.to_owned();
        }
        let words = words(schema);
        if !words.is_empty() {
            return words.iter().map(|word| code(word)).collect::<Vec<_>>().join(", ");
        }
        if choices(schema).next().is_some() {
            return choices(schema).map(|choice| self.value_of(choice)).collect::<Vec<_>>().join(" or ");
        }
        if let Some(entry) = entry_of(schema) {
            return format!("by name: {}", self.value_of(entry));
        }
        if let Some(item) = schema.get("items") {
            return format!("list of: {}", self.value_of(item));
        }
        let bound = |key| schema.get(key).and_then(Value::as_i64).map(in_thousands);
        match (schema.get("type").and_then(Value::as_str), bound("minimum"), bound("maximum")) {
            (Some("integer"), Some(least), Some(most)) => format!("whole number, {least} to {most}"),
            (Some("boolean"), ..) => "`true` or `false`".to_owned(),
            (Some("null"), ..) => "`null`".to_owned(),
            (Some(kind), ..) => kind.to_owned(),
            (None, ..) => "any JSON".to_owned(),
        }
    }
}

/// Returns the meaning of a key, with its words.
fn meaning(property: &Value) -> String {
    let mut text = property.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let listed = property.get("items").unwrap_or(property);
    for choice in listed.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        let part = |key| choice.get(key).and_then(Value::as_str).unwrap_or_default();
        let word = Some(part("const")).filter(|word| !word.is_empty()).unwrap_or(part("title"));
        text.push_str(&format!("<br>`{word}`: {}", part("description")));
    }
    text
}

/// Returns the default of a key.
fn default_of(object: &Map<String, Value>, key: &str, property: &Value) -> String {
    let required = object.get("required").and_then(Value::as_array);
    match property.get("default") {
        _ if required.is_some_and(|keys| keys.contains(&json!(key))) => "required".to_owned(),
        Some(default) => code(&layout(default, 0)),
        None => String::new(),
    }
}

/// Returns the words that a value is one of, or that the items of a list are.
fn words(schema: &Value) -> Vec<&str> {
    let choices = schema.get("oneOf").or_else(|| schema.get("enum")).and_then(Value::as_array);
    choices
        .into_iter()
        .flatten()
        .filter_map(|choice| choice.get("const").or(choice.get("title")).unwrap_or(choice).as_str())
        .collect()
}

fn properties(object: &Map<String, Value>) -> Vec<(&String, &Value)> {
    object.get("properties").and_then(Value::as_object).into_iter().flatten().collect()
}

fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    schema.get("anyOf").and_then(Value::as_array).into_iter().flatten()
}

/// Returns the schema of entries whose names the user chooses.
fn entry_of(schema: &Value) -> Option<&Value> {
    let by_pattern =
        schema.get("patternProperties").and_then(Value::as_object).and_then(|map| map.values().next());
    by_pattern.or_else(|| schema.get("additionalProperties").filter(|entry| entry.is_object()))
}

/// Returns the examples of a key, each under that key.
fn examples(key: &str, property: &Value) -> Vec<Value> {
    let examples = property.get("examples").and_then(Value::as_array);
    examples.into_iter().flatten().map(|example| json!({ key: example })).collect()
}

fn join(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

/// Returns the anchor of a place: the place without the names that the user chooses.
fn anchor(place: &str) -> String {
    place.replace(".NAME", "").replace("[]", "")
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// `65536` as `65,536`.
fn in_thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "−" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The width of a line of the page.
const WIDTH: usize = 120;

/// JSON as a person lays it out: on one line what fits there, but for what is deep.
fn layout(value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent + 2);
    let lines: Vec<String> = match value {
        Value::Array(items) => items.iter().map(|item| layout(item, indent + 2)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| format!("{}: {}", Value::from(name.as_str()), layout(member, indent + 2)))
            .collect(),
        scalar => return scalar.to_string(),
    };
    let (open, close, space) = if value.is_array() { ("[", "]", "") } else { ("{", "}", " ") };
    if lines.is_empty() {
        return format!("{open}{close}");
    }
    let on_one_line = format!("{open}{space}{}{space}{close}", lines.join(", "));
    if indent + on_one_line.len() <= WIDTH && depth(value) < 3 && !on_one_line.contains('\n') {
        return on_one_line;
    }
    format!("{open}\n{pad}{}\n{}{close}", lines.join(&format!(",\n{pad}")), " ".repeat(indent))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Text in lines of the page's width.
fn wrap(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
