//! Words that a key takes, out of the enums of the engine.

use std::borrow::Cow;
use std::marker::PhantomData;

use claimsmith_core::words::Word;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

/// One of the words of an enum, each with what it means.
pub struct Words<T>(PhantomData<T>);

impl<T: Word> JsonSchema for Words<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        std::any::type_name::<T>().into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let choice = |word: &T| json!({ "description": word.about().trim(), "type": "string", "const": word.as_str() });
        let choices: Vec<Value> = T::ALL.iter().map(choice).collect();
        to_schema(json!({ "description": T::ABOUT.trim(), "oneOf": choices }))
    }
}

/// One of the words of an enum, where each says what it is.
pub struct PlainWords<T>(PhantomData<T>);

impl<T: Word> JsonSchema for PlainWords<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        std::any::type_name::<T>().into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::ALL.iter().map(|word| word.as_str()).collect();
        to_schema(json!({ "description": T::ABOUT.trim(), "type": "string", "enum": words }))
    }
}

fn to_schema(value: Value) -> Schema {
    Schema::try_from(value).unwrap_or_default()
}

/// Returns the word that holds where a key is left out.
pub(crate) fn first<T: Word>() -> &'static str {
    T::ALL.first().map_or("", |word| word.as_str())
}
