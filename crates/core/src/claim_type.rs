//! The types of claims' values.

use claimsmith_expression::{Number, Value};

use crate::words::words;

words! {
    /// The type that a claim's value must have. With `[]` it is a list of such values.
    pub enum ClaimType {
        /// Text.
        String = "string",
        /// Any number.
        Number = "number",
        /// A whole number.
        Integer = "integer",
        /// True or false.
        Boolean = "boolean",
        /// An object.
        Object = "object",
        /// An array of anything.
        Array = "array",
        /// An array of texts.
        Strings = "string[]",
        /// An array of numbers.
        Numbers = "number[]",
        /// An array of whole numbers.
        Integers = "integer[]",
        /// An array of booleans.
        Booleans = "boolean[]",
        /// An array of objects.
        Objects = "object[]",
    }
}

impl ClaimType {
    /// Returns whether a value is of this type: `"1"` is no number, and `1` is no string.
    pub fn fits(self, value: &Value) -> bool {
        let Some(item) = self.item() else { return self.fits_alone(value) };
        value.as_array().is_some_and(|items| items.iter().all(|value| item.fits_alone(value)))
    }

    /// Returns the type of each item of an array; `None` where that is not said.
    fn item(self) -> Option<ClaimType> {
        match self {
            ClaimType::Strings => Some(ClaimType::String),
            ClaimType::Numbers => Some(ClaimType::Number),
            ClaimType::Integers => Some(ClaimType::Integer),
            ClaimType::Booleans => Some(ClaimType::Boolean),
            ClaimType::Objects => Some(ClaimType::Object),
            ClaimType::String
            | ClaimType::Number
            | ClaimType::Integer
            | ClaimType::Boolean
            | ClaimType::Object
            | ClaimType::Array => None,
        }
    }

    fn fits_alone(self, value: &Value) -> bool {
        match self {
            ClaimType::String => matches!(value, Value::String(_)),
            ClaimType::Number => matches!(value, Value::Number(_)),
            ClaimType::Integer => value.as_number().is_some_and(Number::is_integer),
            ClaimType::Boolean => matches!(value, Value::Bool(_)),
            ClaimType::Object => matches!(value, Value::Object(_)),
            ClaimType::Array
            | ClaimType::Strings
            | ClaimType::Numbers
            | ClaimType::Integers
            | ClaimType::Booleans
            | ClaimType::Objects => matches!(value, Value::Array(_)),
        }
    }
}

/// Returns whether the value contains an integer that JavaScript would round.
pub fn has_unsafe_integer(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_unsafe_integer(),
        Value::Array(items) => items.iter().any(has_unsafe_integer),
        Value::Object(members) => members.values().any(has_unsafe_integer),
        _ => false,
    }
}
