//! The configuration as JSON Schema, so that editors complete it and say what a key means.
//!
//! The engine reads a configuration by hand, since every byte of it is pasted. The types here say what it
//! reads once more, for people; nothing is ever read into them. Tests hold both together.
//!
//! A schema cannot say everything: the syntax of expressions and templates, names that refer to each other,
//! and what depends on the trigger are left to `checkConfig`. What the schema refuses, the engine refuses.

pub mod claims;
pub mod configuration;
pub mod names;
pub mod page;
pub mod rules;
pub mod sources;
mod tidy;
pub mod tokens;
pub mod values;

use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The schema of a configuration, in draft 7: the one that every editor understands.
pub fn schema() -> Value {
    let mut settings = SchemaSettings::draft07();
    // Before those of the draft, which wrap the references that tidying leaves alone with a description.
    settings.transforms.insert(0, Box::new(schemars::transform::RecursiveTransform(tidy::tidy)));
    settings.into_generator().into_root_schema_for::<configuration::Configuration>().to_value()
}
