//! JSON text to [`Value`] and back (RFC 8259).
//!
//! Strict: no comments, no trailing commas, no text after the value. A name that occurs twice keeps
//! its last value, as `JSON.parse` does. Written here because `serde_json` costs more bytes in
//! WebAssembly and rounds the integers that [`Number`] must keep.

use std::fmt;
use std::rc::Rc;

use crate::{Map, Number, Value};

/// The deepest nesting that is read. The reader calls itself once a level, and a WebAssembly stack is
/// small; no answer that describes a user comes near it.
pub const MAX_DEPTH: usize = 128;

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, in lower case, without any of the text.
    pub message: &'static str,
    /// Where: bytes from the start of the text.
    pub offset: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for JsonError {}

/// Reads one JSON value that fills the whole text.
///
/// # Errors
/// Where the bytes are not UTF-8, not JSON, or nested deeper than [`MAX_DEPTH`].
pub fn read(bytes: &[u8]) -> Result<Value, JsonError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| JsonError { message: "the text is not UTF-8", offset: error.valid_up_to() })?;
    let mut reader = Reader { text, bytes, offset: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.offset < bytes.len() {
        return Err(reader.error("there is more text after the value"));
    }
    Ok(value)
}

/// Writes a value as compact JSON.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    write_into(&mut text, value);
    text
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    offset: usize,
}

impl Reader<'_> {
    fn error(&self, message: &'static str) -> JsonError {
        JsonError { message, offset: self.offset }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.offset += 1;
        }
    }

    /// Takes `byte` if it is next, spaces aside.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        if found {
            self.offset += 1;
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => Err(self.error("a value was expected")),
            None => Err(self.error("the text ends too soon")),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        let rest = self.bytes.get(self.offset..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.error("a value was expected"));
        }
        self.offset += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.offset;
        while let Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') = self.peek() {
            self.offset += 1;
        }
        let number = self.text.get(start..self.offset).and_then(Number::from_text);
        number
            .map(Value::Number)
            .ok_or(JsonError { message: "this is not a number that JSON knows", offset: start })
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        let depth = self.enter(depth)?;
        let mut items = Vec::new();
        if !self.take(b']') {
            loop {
                items.push(self.value(depth)?);
                if self.take(b']') {
                    break;
                }
                if !self.take(b',') {
                    return Err(self.error("`,` or `]` was expected"));
                }
            }
        }
        Ok(items.into())
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        let depth = self.enter(depth)?;
        let mut members = Vec::new();
        if !self.take(b'}') {
            loop {
                self.skip_space();
                if self.peek() != Some(b'"') {
                    return Err(self.error("a member's name was expected"));
                }
                let name = self.string()?;
                if !self.take(b':') {
                    return Err(self.error("`:` was expected"));
                }
                let value = self.value(depth)?;
                members.push((name, value));
                if self.take(b'}') {
                    break;
                }
                if !self.take(b',') {
                    return Err(self.error("`,` or `}` was expected"));
                }
            }
        }
        Ok(Map::from_members(members).into())
    }

    /// Takes the opening bracket and counts the level.
    fn enter(&mut self, depth: usize) -> Result<usize, JsonError> {
        if depth >= MAX_DEPTH {
            return Err(self.error("the value is nested too deeply"));
        }
        self.offset += 1;
        Ok(depth + 1)
    }

    fn string(&mut self) -> Result<Rc<str>, JsonError> {
        self.offset += 1;
        let start = self.offset;
        // Most strings have no escape and are taken as they stand.
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = self.text.get(start..self.offset).unwrap_or_default();
                    self.offset += 1;
                    return Ok(text.into());
                }
                Some(b'\\') => break,
                Some(0..=0x1f) => return Err(self.error("a control character must be escaped")),
                Some(_) => self.offset += 1,
                None => return Err(self.error("the text ends inside a string")),
            }
        }
        let mut text = String::from(self.text.get(start..self.offset).unwrap_or_default());
        loop {
            let rest = self.text.get(self.offset..).unwrap_or_default();
            let Some(next) = rest.chars().next() else {
                return Err(self.error("the text ends inside a string"));
            };
            match next {
                '"' => {
                    self.offset += 1;
                    return Ok(text.into());
                }
                '\\' => text.push(self.escape()?),
                '\0'..='\x1f' => return Err(self.error("a control character must be escaped")),
                _ => {
                    text.push(next);
                    self.offset += next.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        self.offset += 1;
        let character = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.offset += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.error("this escape is unknown")),
        };
        self.offset += 1;
        Ok(character)
    }

    /// The digits after `\u`; two escapes where the first is the high half of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let first = self.hex4()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            if self.bytes.get(self.offset..self.offset + 2) != Some(b"\\u") {
                return Err(self.error("half of a surrogate pair is missing"));
            }
            self.offset += 2;
            let second = self.hex4()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.error("half of a surrogate pair is missing"));
            }
            0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.error("half of a surrogate pair is missing"))
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.error("four hexadecimal digits were expected"));
            };
            code = code * 16 + digit;
            self.offset += 1;
        }
        Ok(code)
    }
}

fn write_into(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(&number.to_text()),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_into(text, item);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_string(text, name);
                text.push(':');
                write_into(text, member);
            }
            text.push('}');
        }
    }
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\0'..='\x1f' => {
                text.push_str("\\u00");
                for shift in [4, 0] {
                    let digit = char::from_digit((u32::from(character) >> shift) & 0xf, 16);
                    text.push(digit.unwrap_or('0'));
                }
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        assert_eq!(message(""), "the text ends too soon at byte 0");
        assert_eq!(message("<html>"), "a value was expected at byte 0");
        assert_eq!(message("{\"a\":1,}"), "a member's name was expected at byte 7");
        assert_eq!(message("[1 2]"), "`,` or `]` was expected at byte 3");
        assert_eq!(message("{} x"), "there is more text after the value at byte 3");
        assert_eq!(message("\"\\ud800\""), "half of a surrogate pair is missing at byte 7");
        assert_eq!(message("\"\\ü\""), "this escape is unknown at byte 2");
        assert_eq!(read(b"\"\xff\"").unwrap_err().message, "the text is not UTF-8");
    }

    #[test]
    fn refuses_deep_nesting_instead_of_overflowing_the_stack() {
        let text = "[".repeat(1_000_000);
        assert_eq!(read(text.as_bytes()).unwrap_err().message, "the value is nested too deeply");
        let text = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(read(text.as_bytes()).is_ok());
    }

    #[test]
    fn the_last_of_two_members_with_one_name_is_kept() {
        assert_eq!(read(br#"{"a":1,"a":2}"#).unwrap().to_json(), r#"{"a":2}"#);
    }

    #[test]
    fn proto_is_a_plain_name() {
        assert_eq!(read(br#"{"__proto__":{"a":1}}"#).unwrap().to_json(), r#"{"__proto__":{"a":1}}"#);
    }

    fn arbitrary_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(serde_json::Value::from),
            any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Numbers compare as doubles: `serde_json` keeps `1` and `1.0` apart, JSON does not. Members have no order.
    fn same(left: &serde_json::Value, right: &serde_json::Value) -> bool {
        match (left, right) {
            (serde_json::Value::Number(left), serde_json::Value::Number(right)) => {
                left.as_f64() == right.as_f64()
            }
            (serde_json::Value::Array(left), serde_json::Value::Array(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
            }
            (serde_json::Value::Object(left), serde_json::Value::Object(right)) => {
                left.len() == right.len()
                    && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| same(left, right)))
            }
            _ => left == right,
        }
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read_and_written_back(value in arbitrary_json()) {
            let ours = read(value.to_string().as_bytes()).unwrap();
            let back: serde_json::Value = serde_json::from_str(&ours.to_json()).unwrap();
            prop_assert!(same(&value, &back), "{value} became {back}");
        }

        #[test]
        fn accepts_exactly_what_serde_json_accepts(text in r#"[\[\]{}",:0-9eE.+\-a-z\\ ]{0,12}"#) {
            let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
            let ours = read(text.as_bytes());
            prop_assert_eq!(theirs.is_ok(), ours.is_ok(), "{:?}", ours);
        }
    }
}
