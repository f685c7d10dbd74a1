//! The configuration as JSON Schema, so that editors complete it and say what a key means.
//!
//! The reader finds all that is wrong at once, which no derive does. The types here say once more what it reads, for
//! people; nothing is ever read into them. Words, bounds and defaults are the engine's own, and tests hold the rest
//! together.
//!
//! A schema cannot say everything: the syntax of expressions and templates, names that refer to each other,
//! and what depends on the trigger are left to `checkConfig`. What the schema refuses, the engine refuses.

pub mod claims;
pub mod configuration;
mod event;
pub mod names;
pub mod page;
pub mod report;
pub mod rules;
pub mod settings;
pub mod signing;
pub mod sources;
mod tidy;
pub mod tls;
pub mod tokens;
pub mod values;
mod words;

use crate::{Part, WarningCode};
use claimsmith_core::Trigger;
use claimsmith_core::expression::function_names;
use claimsmith_core::http::RESPONSE_HEADERS;
use claimsmith_core::words::Word;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// Returns the schema of a configuration, in draft 7: the one that every editor understands. Its `x-events`, which
/// validators pass over, has the event of each trigger, for the completion of expressions.
pub fn schema() -> Value {
    let mut settings = SchemaSettings::draft07();
    // Before those of the draft, which wrap the references that tidying leaves alone with a description.
    settings.transforms.insert(0, Box::new(schemars::transform::RecursiveTransform(tidy::tidy)));
    let mut schema =
        settings.into_generator().into_root_schema_for::<configuration::Configuration>().to_value();
    if let Some(schema) = schema.as_object_mut() {
        let events: Map<String, Value> = Trigger::ALL
            .iter()
            .map(|trigger| (trigger.as_str().to_owned(), event::schema(*trigger)))
            .collect();
        schema.insert("x-events".to_owned(), Value::Object(events));
    }
    schema
}

/// Returns the schema of the report of a login.
pub fn report_schema() -> Value {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<report::Report>().to_value()
}

/// Returns the names that JavaScript and Rust share.
pub fn facts() -> Value {
    let triggers: Vec<Value> = Trigger::ALL
        .iter()
        .map(|trigger| {
            let handler = trigger.handler();
            let create = handler.replacen("onExecute", "create", 1);
            serde_json::json!({ "name": trigger.as_str(), "handler": handler, "create": create })
        })
        .collect();
    let parts: Vec<&str> = Part::ALL.iter().map(|part| part.as_str()).collect();
    let warnings: Vec<Value> = WarningCode::ALL
        .iter()
        .map(|code| serde_json::json!({ "code": code.as_str(), "about": code.about().trim() }))
        .collect();
    serde_json::json!({
        "triggers": triggers,
        "warnings": warnings,
        "response_headers": RESPONSE_HEADERS,
        "parts": parts,
        "functions": function_names().collect::<Vec<&str>>(),
    })
}
