//! Values as types of one's own, and back, by serde.
//!
//! ```
//! use claimsmith_expression::{data, json};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Deserialize, Serialize)]
//! #[serde(rename_all = "lowercase")]
//! enum Tier {
//!     Free,
//!     Enterprise,
//! }
//! #[derive(Deserialize, Serialize)]
//! struct Rights {
//!     tier: Tier,
//!     seats: u32,
//! }
//!
//! let rights: Rights = data::read(&json::read(br#"{"tier":"enterprise","seats":3}"#)?)?;
//! assert_eq!(data::write(&rights)?.to_json(), r#"{"seats":3,"tier":"enterprise"}"#);
//!
//! let misfit = data::read::<Rights>(&json::read(br#"{"tier":"gold","seats":3}"#)?).err();
//! assert_eq!(misfit.map(|misfit| misfit.path), Some("tier".to_owned()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Written here: `serde_json` costs four times as many bytes in WebAssembly, has a number type that rounds, and errors
//! that name lines of a text and not members of a value.

mod read;
mod write;

use std::fmt;

pub use read::read;
pub use write::write;

use crate::text::concat;

/// The error of a value that does not fit a type, or of one that is no JSON. Holds nothing of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The kind.
    pub kind: MisfitKind,
    /// The place in the value, such as `accounts[2].tier`; empty for the whole.
    pub path: String,
    /// The message, in lower case.
    pub message: String,
}

/// The kind of a misfit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MisfitKind {
    /// Another type, a member too few, a variant that is not known.
    Type,
    /// An integer beyond 2^53 − 1, which JavaScript would round.
    UnsafeInteger,
    /// It could not be read.
    Unavailable,
}

impl Misfit {
    fn new(kind: MisfitKind, message: &str) -> Misfit {
        Misfit { kind, path: String::new(), message: message.to_owned() }
    }

    fn unsafe_integer() -> Misfit {
        Misfit::new(
            MisfitKind::UnsafeInteger,
            "an integer beyond 2^53 - 1 is rounded by JavaScript; make it text",
        )
    }

    /// Returns the same misfit, of what stands under this name or index.
    fn within(mut self, step: &str) -> Misfit {
        let between = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = concat(&[step, between, &self.path]);
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            formatter.write_str(&self.path)?;
            formatter.write_str(": ")?;
        }
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Misfit {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{Cause, Value, json};
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    #[serde(rename_all = "lowercase")]
    enum Shape {
        Point,
        Circle(f64),
        Rect { width: u8, height: u8 },
        Pair(i16, i16),
    }

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        A { n: u32 },
        B,
    }

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Whole {
        text: String,
        letter: char,
        #[serde(skip_serializing_if = "Option::is_none")]
        option: Option<u64>,
        shapes: Vec<Shape>,
        tagged: Vec<Tagged>,
        by_name: BTreeMap<String, bool>,
        by_number: BTreeMap<u16, i8>,
        tuple: (u8, String),
        unit: (),
        any: Value,
        #[serde(default)]
        missing: Vec<u8>,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }

    const WHOLE: &str = r#"{"any":[1,{"x":null}],"by_name":{"a":true},"by_number":{"7":-1},"extra":"kept","letter":"ż",
        "shapes":["point",{"circle":1.5},{"rect":{"height":2,"width":1}},{"pair":[-1,2]}],
        "tagged":[{"kind":"A","n":1},{"kind":"B"}],"text":"t","tuple":[1,"two"],"unit":null}"#;

    fn of(text: &str) -> Value {
        json::read(text.as_bytes()).unwrap()
    }

    fn path_of<'a, T: Deserialize<'a>>(text: &str) -> String {
        read::<T>(&of(text)).err().map(|misfit| misfit.path).unwrap_or_else(|| "fits".to_owned())
    }

    #[test]
    fn types_of_every_kind_come_back_as_they_were() {
        let whole: Whole = read(&of(WHOLE)).unwrap();
        assert_eq!(whole.option, None);
        assert_eq!(whole.rest["extra"], "kept".into());
        let mut written = write(&whole).unwrap();
        let mut expected = of(WHOLE);
        for value in [&mut written, &mut expected] {
            let Value::Object(members) = value else { panic!("no object") };
            std::rc::Rc::make_mut(members).insert("missing".into(), Value::Null);
        }
        assert_eq!(written, expected);
    }

    #[test]
    fn agrees_with_serde_json() {
        let whole: Whole = read(&of(WHOLE)).unwrap();
        let theirs: serde_json::Value = serde_json::to_value(&whole).unwrap();
        assert_eq!(write(&whole).unwrap(), of(&theirs.to_string()));
        let back: Whole = serde_json::from_value(theirs).unwrap();
        assert_eq!(back, whole);
    }

    #[test]
    fn a_misfit_names_its_place() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only whether it is read counts")]
        struct Account {
            tier: Shape,
            seats: u8,
            notes: Option<String>,
        }
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "likewise")]
        struct Answer {
            accounts: Vec<Account>,
        }
        for (text, path) in [
            (r#"{"accounts":[{"tier":"point","seats":255}]}"#, "fits"),
            (r#"{"accounts":[{"tier":"point","seats":255},{"tier":"gold","seats":1}]}"#, "accounts[1].tier"),
            (
                r#"{"accounts":[{"tier":{"rect":{"width":-1,"height":1}},"seats":1}]}"#,
                "accounts[0].tier.rect.width",
            ),
            (r#"{"accounts":[{"tier":"point","seats":256}]}"#, "accounts[0].seats"),
            (r#"{"accounts":[{"tier":"point","seats":1.5}]}"#, "accounts[0].seats"),
            (r#"{"accounts":[{"tier":"point","seats":"1"}]}"#, "accounts[0].seats"),
            (r#"{"accounts":[{"tier":"point","seats":1,"notes":2}]}"#, "accounts[0].notes"),
            (r#"{"accounts":[{"tier":"point"}]}"#, "accounts[0]"),
            (r#"{"accounts":{}}"#, "accounts"),
            ("[]", ""),
            ("null", ""),
        ] {
            assert_eq!(path_of::<Answer>(text), path, "{text}");
        }
        assert_eq!(path_of::<Vec<(u8, u8)>>("[[1,2],[1]]"), "[1]");
        assert_eq!(path_of::<Vec<(u8, u8)>>("[[1,2],[1,2,3]]"), "[1]");
        assert_eq!(path_of::<BTreeMap<u8, u8>>(r#"{"x":1}"#), "x");
        assert_eq!(path_of::<BTreeMap<u8, u8>>(r#"{"1":"x"}"#), "1");
    }

    #[test]
    fn no_message_holds_anything_of_the_value() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Strict {
            #[expect(dead_code, reason = "only whether it is read counts")]
            known: Option<u8>,
        }
        for text in [r#"{"known":"hunter2"}"#, r#"{"known":{"hunter2":1}}"#, r#"{"known":70007}"#] {
            let misfit = read::<Strict>(&of(text)).unwrap_err();
            assert!(
                !misfit.to_string().contains("hunter2") && !misfit.to_string().contains("70007"),
                "{misfit}"
            );
        }
        let misfit = read::<Shape>(&of(r#""hunter2""#)).unwrap_err();
        assert!(!misfit.to_string().contains("hunter2"), "{misfit}");
        assert!(read::<Strict>(&of(r#"{"hunter2":1}"#)).unwrap_err().message.starts_with("a member"));
    }

    #[test]
    fn an_integer_that_javascript_rounds_is_an_error_and_never_another_number() {
        assert_eq!(read::<u64>(&of("9007199254740991")).unwrap(), 9_007_199_254_740_991);
        assert_eq!(read::<i64>(&of("-9007199254740991")).unwrap(), -9_007_199_254_740_991);
        for text in ["9007199254740992", "9007199254740993", "1e300"] {
            assert_eq!(read::<u64>(&of(text)).unwrap_err().kind, MisfitKind::UnsafeInteger, "{text}");
            assert_eq!(read::<u128>(&of(text)).unwrap_err().kind, MisfitKind::UnsafeInteger, "{text}");
        }
        assert_eq!(read::<f64>(&of("9007199254740993")).unwrap_err().kind, MisfitKind::UnsafeInteger);
        assert_eq!(read::<u32>(&of("-1")).unwrap_err().kind, MisfitKind::Type);
        assert_eq!(read::<u64>(&of("-1")).unwrap_err().kind, MisfitKind::Type);
        let named = write(&BTreeMap::from([("id", vec![u64::MAX])])).unwrap_err();
        assert_eq!((named.kind, &*named.path), (MisfitKind::UnsafeInteger, "id[0]"));
        assert_eq!(write(&(1_u64 << 53)).unwrap_err().kind, MisfitKind::UnsafeInteger);
        assert_eq!(write(&-9_007_199_254_740_991_i64).unwrap().to_json(), "-9007199254740991");
        assert_eq!(write(&f64::NAN).unwrap_err().kind, MisfitKind::Type);
        let misfit = read::<Vec<Value>>(&of("[1,9007199254740993]")).unwrap_err();
        assert_eq!((misfit.kind, &*misfit.path), (MisfitKind::UnsafeInteger, "[1]"));
        // Others who write it have types that hold it.
        assert_eq!(serde_json::to_string(&of("[9007199254740993]")).unwrap(), "[9007199254740993]");
        assert_eq!(write(&of("[9007199254740993]")).unwrap_err().kind, MisfitKind::UnsafeInteger);
    }

    #[test]
    fn what_could_not_be_read_fits_nothing_and_what_does_not_ask_for_it_is_read() {
        #[derive(Debug, Deserialize)]
        struct One {
            fine: u8,
        }
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only whether it is read counts")]
        struct Both {
            fine: u8,
            big: Option<f64>,
        }
        let value =
            json::read_with(br#"{"fine":1,"big":1e400}"#, json::Unreadable::NumbersAreUnavailable).unwrap();
        assert_eq!(read::<One>(&value).unwrap().fine, 1);
        let misfit = read::<Both>(&value).unwrap_err();
        assert_eq!((misfit.kind, &*misfit.path), (MisfitKind::Unavailable, "big"));
        assert_eq!(
            read::<Option<u8>>(&Value::Unavailable(Cause::Failed)).unwrap_err().kind,
            MisfitKind::Unavailable
        );
    }

    #[test]
    fn keys_are_texts() {
        assert_eq!(write(&BTreeMap::from([(7_u8, "x")])).unwrap().to_json(), r#"{"7":"x"}"#);
        assert_eq!(write(&BTreeMap::from([(true, "x")])).unwrap().to_json(), r#"{"true":"x"}"#);
        assert_eq!(write(&BTreeMap::from([((1, 2), "x")])).unwrap_err().kind, MisfitKind::Type);
        assert_eq!(write(&BTreeMap::from([("__proto__", 1)])).unwrap().to_json(), r#"{"__proto__":1}"#);
    }
}
