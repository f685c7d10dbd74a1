//! The JSON value that expressions read and make.

use std::ops::Index;
use std::rc::Rc;

use crate::plain::{Input, Plain};
use crate::{Map, Number, json};

/// A JSON value (RFC 8259 §3), or the place of one that could not be had.
///
/// A clone is cheap: text, arrays and objects are shared and never changed. Not `Send`: an engine
/// lives on one thread, as JavaScript does.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// `null`, and whatever is absent.
    #[default]
    Null,
    /// There may be a value, and it cannot be had. It is in documents only: an expression that needs it has no
    /// value.
    Unavailable(Cause),
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(Rc<str>),
    /// An array.
    Array(Rc<Vec<Value>>),
    /// An object.
    Object(Rc<Map>),
}

/// The cause for which a value is unavailable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It could not be read: a backend that failed, a number beyond a double. It may be anything.
    Failed,
    /// It was not asked for. A condition that it leaves open does not hold.
    NotAsked,
}

impl Value {
    /// Returns an object of these members. Of two with one name the later is kept.
    pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
        members.into_iter().map(|(name, value)| (name.into(), value)).collect::<Map>().into()
    }

    /// Returns JMESPath's word for the type: `null`, `boolean`, `number`, `string`, `array` or `object`; `unavailable`
    /// for what has none.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Unavailable(_) => "unavailable",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Returns whether JMESPath counts the value as true: all but `null`, `false`, and the empty string,
    /// array and object.
    pub fn is_truthy(&self) -> bool {
        match self {
            Value::Null | Value::Unavailable(_) => false,
            Value::Bool(value) => *value,
            Value::Number(_) => true,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
        }
    }

    /// Returns whether the value is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Returns whether the value is unavailable.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Value::Unavailable(_))
    }

    /// Returns whether the value, or anything in it, is unavailable.
    pub fn has_unavailable(&self) -> bool {
        match self {
            Value::Unavailable(_) => true,
            Value::Array(items) => items.iter().any(Value::has_unavailable),
            Value::Object(members) => members.values().any(Value::has_unavailable),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    /// Returns whether it is `true`; `None` where it is neither `true` nor `false`.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the number.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the items of an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the members of an object.
    pub fn as_object(&self) -> Option<&Map> {
        match self {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Returns a member of an object; `null` where there is none, or where this is no object. What cannot be read has
    /// members that cannot be read.
    pub fn member(&self, name: &str) -> Value {
        match self {
            Value::Object(members) => members.get(name).cloned().unwrap_or_default(),
            Value::Unavailable(cause) => Value::Unavailable(*cause),
            _ => Value::Null,
        }
    }

    /// Returns the value as compact JSON text.
    pub fn to_json(&self) -> String {
        json::write(self)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Value {
        Value::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::String(value.into())
    }
}

impl From<Rc<str>> for Value {
    fn from(value: Rc<str>) -> Value {
        Value::String(value)
    }
}

macro_rules! from_number {
    ($($type:ty),*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Value {
                Value::Number(value.into())
            }
        }
    )*};
}
from_number!(u8, u16, u32, i32);

impl From<&String> for Value {
    fn from(value: &String) -> Value {
        value.as_str().into()
    }
}

impl From<&&str> for Value {
    fn from(value: &&str) -> Value {
        (*value).into()
    }
}

/// Nothing is `null`.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// An array.
impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Value {
        Value::Array(Rc::new(items.into_iter().map(Into::into).collect()))
    }
}

/// A member of an object; `null` where there is none, or where this is no object. What cannot be read has members that
/// cannot be read, as [`Value::member`] says.
impl Index<&str> for Value {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        const NOTHING: &Value = &Value::Null;
        match self {
            Value::Object(members) => members.get(name).unwrap_or(NOTHING),
            Value::Unavailable(_) => self,
            _ => NOTHING,
        }
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Value {
        Value::Array(Rc::new(value))
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Value {
        Value::Object(Rc::new(value))
    }
}

/// Unavailable values stand in documents, never in compiled expressions.
impl Plain for Value {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Value::Null | Value::Unavailable(_) => out.push(0),
            Value::Bool(value) => {
                out.push(1);
                value.write(out);
            }
            Value::Number(value) => {
                out.push(2);
                value.write(out);
            }
            Value::String(value) => {
                out.push(3);
                value.write(out);
            }
            Value::Array(value) => {
                out.push(4);
                value.write(out);
            }
            Value::Object(value) => {
                out.push(5);
                value.write(out);
            }
        }
    }

    fn read(input: &mut Input<'_>) -> Value {
        match input.byte() {
            0 => Value::Null,
            1 => Value::Bool(Plain::read(input)),
            2 => Value::Number(Plain::read(input)),
            3 => Value::String(Plain::read(input)),
            4 => Value::Array(Plain::read(input)),
            5 => Value::Object(Plain::read(input)),
            _ => {
                input.damage();
                Value::Null
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_made_of_what_code_has() {
        let object = Value::object([("a", 1_u32.into()), ("b", Some("x").into())]);
        assert_eq!(object.to_json(), r#"{"a":1,"b":"x"}"#);
        assert_eq!(["a", "b"].iter().collect::<Value>().to_json(), r#"["a","b"]"#);
        assert_eq!(["a".to_owned()].iter().collect::<Value>().to_json(), r#"["a"]"#);
        assert_eq!(Value::from(None::<u32>), Value::Null);
        assert_eq!([1_u8, 2].into_iter().collect::<Value>().to_json(), "[1,2]");
    }

    #[test]
    fn members_are_read_by_their_names_and_nothing_has_none() {
        let value = json::read(br#"{"a":{"b":true}}"#).unwrap();
        assert_eq!(value["a"]["b"].as_bool(), Some(true));
        assert_eq!(value["x"]["y"], Value::Null);
        let failed = Value::Unavailable(Cause::Failed);
        assert!(failed["x"].is_unavailable());
    }
}
