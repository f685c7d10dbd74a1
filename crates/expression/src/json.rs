//! JSON text to [`Value`] and back (RFC 8259).
//!
//! Strict: no comments, no trailing commas, no text after the value. A name that occurs twice keeps
//! its last value, as `JSON.parse` does. A byte order mark is skipped (RFC 8259 §8.1), and half of a
//! surrogate pair is U+FFFD (§8.2), as where `TextDecoder` meets one. Written here because `serde_json` costs more bytes in
//! WebAssembly and rounds the integers that [`Number`] must keep.

use std::fmt;
use std::rc::Rc;

use crate::plain::{Input, Plain};
use crate::text::all;
use crate::{Cause, IS_FAST, Map, Number, Value};

/// The deepest nesting that is read. The reader calls itself once a level, and a WebAssembly stack is
/// small; no answer that describes a user comes near it.
pub const MAX_DEPTH: usize = 128;

/// The error of a text that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// The message, in lower case, without any of the text.
    pub message: &'static str,
    /// The offset: bytes from the start of the text.
    pub offset: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for JsonError {}

/// The treatment of a part that is JSON and cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is an error.
    IsAnError,
    /// A number beyond the range of doubles is [`Value::Unavailable`]; nesting that is too deep is an error.
    NumbersAreUnavailable,
    /// Both are [`Value::Unavailable`], and the rest is read.
    PartsAreUnavailable,
}

/// Reads one JSON value that fills the whole text.
///
/// # Errors
/// Where the bytes are not UTF-8, not JSON, hold a number beyond the range of doubles, or are nested deeper than
/// [`MAX_DEPTH`].
pub fn read(bytes: &[u8]) -> Result<Value, JsonError> {
    read_with(bytes, Unreadable::IsAnError)
}

/// Reads one JSON value that fills the whole text, with this treatment of unreadable parts.
///
/// # Errors
/// As [`read`], but for the unreadable parts.
pub fn read_with(bytes: &[u8], unreadable: Unreadable) -> Result<Value, JsonError> {
    read_wanted(bytes, unreadable, None)
}

/// The parts of a value that are wanted: members by name, of which each is wanted whole where it has none itself. What is
/// no object is wanted whole, whatever stands here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    members: Vec<(Rc<str>, Wanted)>,
}

/// A chain of members.
type Chain = Vec<Rc<str>>;

impl Wanted {
    /// Returns what these chains of members lead to; `None` where one of them is empty, so that all is wanted.
    pub fn new(chains: &[Chain]) -> Option<Wanted> {
        let mut members: Vec<(Rc<str>, Vec<Chain>)> = Vec::new();
        for chain in chains {
            let (name, rest) = chain.split_first()?;
            match members.iter_mut().find(|(known, _)| known == name) {
                Some((_, chains)) => chains.push(rest.to_vec()),
                None => members.push((Rc::clone(name), vec![rest.to_vec()])),
            }
        }
        let below = |chains: Vec<Chain>| Wanted::new(&chains).unwrap_or_default();
        Some(Wanted { members: members.into_iter().map(|(name, chains)| (name, below(chains))).collect() })
    }

    /// Returns these as a member of something of which further members are wanted whole.
    pub fn within(self, name: &str, others: &[&str]) -> Wanted {
        let mut members = vec![(name.into(), self)];
        members.extend(others.iter().map(|other| ((*other).into(), Wanted::default())));
        Wanted { members }
    }

    /// Returns a member that is wanted by its name.
    fn find(&self, name: &str) -> Option<&(Rc<str>, Wanted)> {
        self.members.iter().find(|(known, _)| **known == *name)
    }

    /// Appends the chains that lead to it, each a list of names behind those that lead here.
    fn add_chains(&self, leading: &[Value], chains: &mut Vec<Value>) {
        for (name, below) in &self.members {
            let mut chain = leading.to_vec();
            chain.push(Value::String(Rc::clone(name)));
            if below.members.is_empty() {
                chains.push(chain.into());
            } else {
                below.add_chains(&chain, chains);
            }
        }
    }
}

/// As the text of its chains: who reads all passes over a text, and needs no code for what stands there.
impl Plain for Wanted {
    fn write(&self, out: &mut Vec<u8>) {
        let mut chains = Vec::new();
        self.add_chains(&[], &mut chains);
        Rc::<str>::from(Value::from(chains).to_json()).write(out);
    }

    fn read(input: &mut Input<'_>) -> Wanted {
        let text = input.text();
        if !IS_FAST {
            return Wanted::default();
        }
        let chains = read(text.as_bytes()).unwrap_or_default();
        let names = |chain: &Value| -> Chain {
            let names = chain.as_array().unwrap_or_default();
            names.iter().map(|name| name.as_str().unwrap_or_default().into()).collect()
        };
        let chains: Vec<Chain> = chains.as_array().unwrap_or_default().iter().map(names).collect();
        Wanted::new(&chains).unwrap_or_default()
    }
}

/// Reads one JSON value that fills the whole text, and keeps of its members only those that are wanted. The others are
/// checked all the same, but for the range of their numbers. Without the feature `speed` all are kept.
///
/// # Errors
/// As [`read_with`].
pub fn read_wanted(
    bytes: &[u8],
    unreadable: Unreadable,
    wanted: Option<&Wanted>,
) -> Result<Value, JsonError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| JsonError { message: "the text is not UTF-8", offset: error.valid_up_to() })?;
    let offset = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text, bytes, offset, unreadable, skips: false, arrays: 0, names: Vec::new() };
    let value = reader.value(0, wanted.filter(|_| IS_FAST))?;
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

/// Returns the bytes of a value as compact JSON.
pub fn length(value: &Value) -> usize {
    match value {
        _ if !IS_FAST => write(value).len(),
        Value::String(text) => string_length(text),
        Value::Array(items) => items.iter().map(|item| length(item) + 1).sum::<usize>().max(1) + 1,
        Value::Object(members) => {
            let pairs = members.iter().map(|(name, member)| string_length(name) + length(member) + 2);
            pairs.sum::<usize>().max(1) + 1
        }
        _ => write(value).len(),
    }
}

fn string_length(string: &str) -> usize {
    if is_plain(string) {
        return string.len() + 2;
    }
    let mut text = String::new();
    write_string(&mut text, string);
    text.len()
}

/// So many names of members are kept to be shared: those of a few kinds of items.
const MAX_NAMES: usize = 16;

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    offset: usize,
    unreadable: Unreadable,
    skips: bool,
    /// How many arrays this is within.
    arrays: usize,
    /// The names of the members of items, which come again with each item.
    names: Vec<Rc<str>>,
}

impl<'a> Reader<'a> {
    /// Returns whether this is within what is not wanted, of which nothing is kept.
    fn is_skipping(&self) -> bool {
        IS_FAST && self.skips
    }

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

    fn value(&mut self, depth: usize, wanted: Option<&Wanted>) -> Result<Value, JsonError> {
        self.skip_space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => self.too_deep(),
            Some(b'{') => self.object(depth + 1, wanted),
            Some(b'[') => self.array(depth + 1),
            Some(b'"') if self.is_skipping() && self.plain_string().is_some() => Ok(Value::Null),
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
        let text = self.text.get(start..self.offset).unwrap_or_default();
        if self.is_skipping() && Number::is_in_grammar(text) {
            return Ok(Value::Null);
        }
        match Number::from_text(text) {
            Some(number) => Ok(Value::Number(number)),
            None if self.unreadable != Unreadable::IsAnError && Number::is_in_grammar(text) => {
                Ok(Value::Unavailable(Cause::Failed))
            }
            None => Err(JsonError { message: "this is not a number that JSON knows", offset: start }),
        }
    }

    /// Skips an array or object that is nested too deeply, without calling itself.
    fn too_deep(&mut self) -> Result<Value, JsonError> {
        if self.unreadable != Unreadable::PartsAreUnavailable {
            return Err(self.error("the value is nested too deeply"));
        }
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.string()?;
                    continue;
                }
                Some(b'{' | b'[') => open += 1,
                Some(b'}' | b']') => open -= 1,
                Some(_) => {}
                None => return Err(self.error("the text ends too soon")),
            }
            self.offset += 1;
            if open == 0 {
                return Ok(Value::Unavailable(Cause::Failed));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.offset += 1;
        if IS_FAST {
            self.arrays += 1;
        }
        let mut items = Vec::new();
        if !self.take(b']') {
            loop {
                let item = self.value(depth, None)?;
                if !self.is_skipping() {
                    items.push(item);
                }
                if self.take(b']') {
                    break;
                }
                if !self.take(b',') {
                    return Err(self.error("`,` or `]` was expected"));
                }
            }
        }
        if IS_FAST {
            self.arrays -= 1;
        }
        Ok(if self.is_skipping() { Value::Null } else { items.into() })
    }

    fn object(&mut self, depth: usize, wanted: Option<&Wanted>) -> Result<Value, JsonError> {
        self.offset += 1;
        let mut members = Vec::new();
        if !self.take(b'}') {
            loop {
                self.skip_space();
                if self.peek() != Some(b'"') {
                    return Err(self.error("a member's name was expected"));
                }
                let name = self.name(wanted)?;
                if !self.take(b':') {
                    return Err(self.error("`:` was expected"));
                }
                self.member(&mut members, name, depth, wanted)?;
                if self.take(b'}') {
                    break;
                }
                if !self.take(b',') {
                    return Err(self.error("`,` or `}` was expected"));
                }
            }
        }
        Ok(if self.is_skipping() { Value::Null } else { Map::from_members(members).into() })
    }

    /// Reads the name of a member; `None` where the member is not kept. One that is wanted by its name, or that items
    /// before had, is shared.
    fn name(&mut self, wanted: Option<&Wanted>) -> Result<Option<Rc<str>>, JsonError> {
        if IS_FAST && let Some(text) = self.plain_string() {
            return Ok(match wanted {
                _ if self.skips => None,
                Some(wanted) => wanted.find(text).map(|(name, _)| Rc::clone(name)),
                None if self.arrays > 0 => Some(self.shared(text)),
                None => Some(text.into()),
            });
        }
        let name = self.string()?;
        let is_kept = !IS_FAST || !self.skips && wanted.is_none_or(|wanted| wanted.find(&name).is_some());
        Ok(is_kept.then_some(name))
    }

    fn shared(&mut self, text: &str) -> Rc<str> {
        if let Some(known) = self.names.iter().find(|known| ***known == *text) {
            return Rc::clone(known);
        }
        let name: Rc<str> = text.into();
        if self.names.len() < MAX_NAMES {
            self.names.push(Rc::clone(&name));
        }
        name
    }

    /// Reads the value of a member, and keeps it where it has a name.
    fn member(
        &mut self,
        members: &mut Vec<(Rc<str>, Value)>,
        name: Option<Rc<str>>,
        depth: usize,
        wanted: Option<&Wanted>,
    ) -> Result<(), JsonError> {
        let Some(name) = name else {
            if !IS_FAST {
                return Ok(());
            }
            let outer = std::mem::replace(&mut self.skips, true);
            let skipped = self.value(depth, None);
            self.skips = outer;
            return skipped.map(drop);
        };
        let below = wanted.filter(|_| IS_FAST).and_then(|wanted| wanted.find(&name)).map(|(_, below)| below);
        let value = self.value(depth, below.filter(|below| !below.members.is_empty()))?;
        members.push((name, value));
        Ok(())
    }

    /// Takes a string that stands as it is; `None`, and nothing is taken, where it has an escape or is wrong.
    fn plain_string(&mut self) -> Option<&'a str> {
        let start = self.offset + 1;
        let rest = self.bytes.get(start..)?;
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
        if rest.get(length) != Some(&b'"') {
            return None;
        }
        self.offset = start + length + 1;
        self.text.get(start..start + length)
    }

    fn string(&mut self) -> Result<Rc<str>, JsonError> {
        // Most strings have no escape and are taken as they stand.
        if let Some(text) = self.plain_string() {
            return Ok(text.into());
        }
        self.offset += 1;
        let mut text = String::new();
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

    /// Reads the digits after `\u`; two escapes where they are the halves of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let first = self.hex4()?;
        let after_first = self.offset;
        if (0xd800..0xdc00).contains(&first) && self.bytes.get(self.offset..self.offset + 2) == Some(b"\\u") {
            self.offset += 2;
            let second = self.hex4()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            // It is a character of its own.
            self.offset = after_first;
        }
        // A half alone is no character.
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
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
        Value::Null | Value::Unavailable(_) => text.push_str("null"),
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

/// Returns whether a string has nothing to escape.
fn is_plain(string: &str) -> bool {
    all(string, |byte| byte >= b' ' && byte != b'"' && byte != b'\\')
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    // Most strings have nothing to escape.
    if is_plain(string) {
        text.push_str(string);
        text.push('"');
        return;
    }
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

    fn wanted(chains: &[&[&str]]) -> Option<Wanted> {
        let chains: Vec<Chain> =
            chains.iter().map(|chain| chain.iter().map(|name| (*name).into()).collect()).collect();
        Wanted::new(&chains)
    }

    #[test]
    fn keeps_of_an_object_what_is_wanted_and_checks_the_rest() {
        let text =
            br#"{"a":{"b":[1,{"c":2}],"d":"x"},"e":"\u00e9","a\u0062":7,"f":{"g":{"h":[1e999]}},"a2":1}"#;
        for (chains, expected) in [
            (vec![&["a", "b"][..]], r#"{"a":{"b":[1,{"c":2}]}}"#),
            (vec![&["a"][..], &["a", "d"]], r#"{"a":{"b":[1,{"c":2}],"d":"x"}}"#),
            (vec![&["a", "d"][..], &["e"], &["ab"]], r#"{"a":{"d":"x"},"ab":7,"e":"é"}"#),
            (vec![&["e", "x"][..], &["a", "b", "c"]], r#"{"a":{"b":[1,{"c":2}]},"e":"é"}"#),
            (vec![&["nothing"][..]], "{}"),
            (vec![], "{}"),
        ] {
            let wanted = wanted(&chains);
            assert!(wanted.is_some());
            let read = read_wanted(text, Unreadable::NumbersAreUnavailable, wanted.as_ref()).unwrap();
            assert_eq!(read.to_json(), expected, "{chains:?}");
        }
        assert_eq!(wanted(&[&["a"], &[]]), None);
        // What is no object is read whole.
        let names = wanted(&[&["a"]]);
        for other in [r#"[{"b":1}]"#, "null", "7", r#""x""#] {
            let read = read_wanted(other.as_bytes(), Unreadable::IsAnError, names.as_ref()).unwrap();
            assert_eq!(read.to_json(), other);
        }
    }

    #[test]
    fn what_is_wrong_is_wrong_wherever_it_stands() {
        let deep = "[".repeat(200);
        for part in [
            "01",
            "tru",
            "\"a",
            "\"\u{1}\"",
            "\"\\x\"",
            "[1,]",
            "[1 2]",
            "{\"x\"}",
            "{x:1}",
            "{\"x\":1,}",
            "-",
            "1e",
            &deep,
        ] {
            let text = format!(r#"{{"a":1,"b":{{"c":{part}}}}}"#);
            let whole = read(text.as_bytes()).unwrap_err();
            for names in [&[&["a"][..]][..], &[&["b", "x"]], &[]] {
                let read = read_wanted(text.as_bytes(), Unreadable::IsAnError, wanted(names).as_ref());
                assert_eq!(read, Err(whole.clone()), "{part} {names:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_a_chain_leads_to_is_the_same_in_what_is_kept(
            members in prop::collection::vec(("[a-c]", "[a-c]", "[ -~]{0,4}"), 0..8),
            chain in prop::collection::vec("[a-c]", 1..3),
        ) {
            let mut text = String::from("{");
            for (index, (outer, inner, value)) in members.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                let value = Value::from(value.as_str()).to_json();
                text.push_str(&format!(r#"{comma}"{outer}":{{"{inner}":{value},"z":[{value}]}}"#));
            }
            text.push('}');
            let follow = |value: Value| chain.iter().fold(value, |value, name| value.member(name));
            let names: Vec<&str> = chain.iter().map(String::as_str).collect();
            let kept = read_wanted(text.as_bytes(), Unreadable::IsAnError, wanted(&[&names]).as_ref()).unwrap();
            prop_assert_eq!(follow(kept), follow(read(text.as_bytes()).unwrap()));
        }
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        assert_eq!(message(""), "the text ends too soon at byte 0");
        assert_eq!(message("<html>"), "a value was expected at byte 0");
        assert_eq!(message("{\"a\":1,}"), "a member's name was expected at byte 7");
        assert_eq!(message("[1 2]"), "`,` or `]` was expected at byte 3");
        assert_eq!(message("{} x"), "there is more text after the value at byte 3");
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
    fn half_of_a_surrogate_pair_is_the_replacement_character() {
        for (text, expected) in [
            (r#""cut \ud83d""#, "cut \u{fffd}"),
            (r#""\udc00\ud800""#, "\u{fffd}\u{fffd}"),
            (r#""\ud800\u0041""#, "\u{fffd}A"),
            (r#""\ud800\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (r#""\ud83d\ude00""#, "\u{1f600}"),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap(), Value::from(expected), "{text}");
        }
        assert_eq!(read(br#"{"\ud83d":1}"#).unwrap().member("\u{fffd}").to_json(), "1");
    }

    #[test]
    fn a_byte_order_mark_is_skipped_at_the_start_and_nowhere_else() {
        assert_eq!(read("\u{feff} {\"a\":1}".as_bytes()).unwrap().to_json(), r#"{"a":1}"#);
        assert!(read("{\u{feff}}".as_bytes()).is_err() && read("\u{feff}\u{feff}1".as_bytes()).is_err());
    }

    #[test]
    fn a_number_that_no_double_holds_is_an_error_or_unavailable_as_told() {
        for number in ["1e400", "-1E+309", "123456789e301"] {
            let text = format!(r#"{{"n":{number},"b":1e308}}"#);
            assert!(read(text.as_bytes()).is_err(), "{number}");
            let value = read_with(text.as_bytes(), Unreadable::NumbersAreUnavailable).unwrap();
            assert!(
                value.member("n").is_unavailable() && value.member("b").as_number().is_some(),
                "{number}"
            );
        }
        assert!(read_with(b"1e", Unreadable::PartsAreUnavailable).is_err());
    }

    #[test]
    fn what_is_nested_too_deeply_is_skipped_where_told_and_the_rest_is_read() {
        let nested = |open: &str, inside: &str, close: &str| {
            format!("{}{inside}{}", open.repeat(MAX_DEPTH + 20), close.repeat(MAX_DEPTH + 20))
        };
        for deep in [
            nested("[", "", "]"),
            nested("[", r#""]\"]",{"x":"}"}"#, ",[0]]"),
            nested(r#"{"a":"#, r#"{"b":[1,{}]}"#, "}"),
            nested(r#"[{"}":"#, "1e999", r#","c":[]},"["]"#),
        ] {
            let text = format!(r#"{{"deep":{deep},"b":[7]}}"#);
            let value = read_with(text.as_bytes(), Unreadable::PartsAreUnavailable).unwrap();
            assert!(value.member("deep").has_unavailable(), "{deep}");
            assert_eq!(value.member("b").to_json(), "[7]", "{deep}");
            assert!(read_with(text.as_bytes(), Unreadable::NumbersAreUnavailable).is_err(), "{deep}");
        }
        assert!(read_with("[".repeat(1_000_000).as_bytes(), Unreadable::PartsAreUnavailable).is_err());
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
            prop_assert_eq!(length(&ours), ours.to_json().len());
        }

        #[test]
        fn accepts_exactly_what_serde_json_accepts(text in r#"[\[\]{}",:0-9eE.+\-a-z\\ ]{0,12}"#) {
            let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
            let ours = read(text.as_bytes());
            prop_assert_eq!(theirs.is_ok(), ours.is_ok(), "{:?}", ours);
        }
    }
}
