//! JSON numbers that never silently round an integer.

use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

use crate::plain::{Input, Plain};
use crate::platform;
use crate::text::{all, decimal, find};

/// The largest integer that a double, and so JavaScript, holds exactly: 2^53 − 1.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// A JSON number (RFC 8259 §6).
///
/// JavaScript reads every number as a double, which rounds large integers: the account
/// `9007199254740993` becomes `9007199254740992`, another account. Such an integer keeps its text
/// here, so that it can be refused where a number is needed and still be turned into a string.
#[derive(Clone, Debug)]
pub struct Number(Repr);

#[derive(Clone, Debug)]
enum Repr {
    /// A finite double.
    Double(f64),
    /// An integer past those that doubles hold exactly.
    Integer(Rc<Integer>),
}

#[derive(Debug)]
struct Integer {
    text: Box<str>,
    nearest: f64,
}

impl Number {
    /// Returns the number of a double; `None` for NaN and the infinities, which JSON does not have.
    pub fn from_f64(value: f64) -> Option<Number> {
        value.is_finite().then_some(Number(Repr::Double(value)))
    }

    /// Reads a number in JSON's grammar. `None` where the text is not such a number, or past the range
    /// of doubles.
    pub fn from_text(text: &str) -> Option<Number> {
        if !is_json_number(text.as_bytes()) {
            return None;
        }
        let value = read(text);
        let is_integer = find(text, b".eE").is_none();
        if is_integer && value.is_finite() && value.abs() > MAX_SAFE_INTEGER {
            let integer = Integer { text: text.into(), nearest: value };
            return Some(Number(Repr::Integer(Rc::new(integer))));
        }
        Number::from_f64(value)
    }

    /// Returns whether a text is a number in JSON's grammar, even past the range of doubles.
    pub(crate) fn is_in_grammar(text: &str) -> bool {
        is_json_number(text.as_bytes())
    }

    /// Returns the nearest double.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Repr::Double(value) => *value,
            Repr::Integer(integer) => integer.nearest,
        }
    }

    /// Returns the number without its sign.
    pub fn abs(&self) -> Number {
        match &self.0 {
            Repr::Double(value) => Number(Repr::Double(value.abs())),
            Repr::Integer(integer) if integer.nearest > 0.0 => self.clone(),
            Repr::Integer(integer) => {
                let text = integer.text.strip_prefix('-').unwrap_or(&integer.text).into();
                Number(Repr::Integer(Rc::new(Integer { text, nearest: -integer.nearest })))
            }
        }
    }

    /// Returns the number as JavaScript would write it: the shortest digits that read back the same.
    pub fn to_text(&self) -> String {
        match &self.0 {
            Repr::Double(value) => write(*value),
            Repr::Integer(integer) => (*integer.text).to_owned(),
        }
    }

    /// Returns whether the number is whole.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Double(value) => value.fract() == 0.0,
            Repr::Integer(_) => true,
        }
    }

    /// Returns whether the number is whole and beyond ±(2^53 − 1), where doubles skip integers.
    pub fn is_unsafe_integer(&self) -> bool {
        match &self.0 {
            Repr::Double(value) => value.fract() == 0.0 && value.abs() > MAX_SAFE_INTEGER,
            Repr::Integer(_) => true,
        }
    }
}

impl Plain for Number {
    fn write(&self, out: &mut Vec<u8>) {
        self.to_text().write(out);
    }

    fn read(input: &mut Input<'_>) -> Number {
        Number::from_text(&String::read(input)).unwrap_or_else(|| {
            input.damage();
            Number(Repr::Double(0.0))
        })
    }
}

/// So many digits are a whole number that a double holds exactly.
const EXACT_DIGITS: usize = 15;
/// The smallest number with more digits than that.
const EXACT_END: f64 = 1e15;

/// Returns the nearest double. Small whole numbers, the most frequent, are read without the host platform.
fn read(text: &str) -> f64 {
    if text.len() > EXACT_DIGITS || !all(text, |byte| byte.is_ascii_digit()) {
        return (platform::in_use().read_number)(text);
    }
    text.bytes().fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'))
}

fn write(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what is cut off is looked at"
    )]
    let whole = value as usize;
    #[expect(clippy::cast_precision_loss, reason = "what is rounded is another number")]
    if (0.0..EXACT_END).contains(&value) && whole as f64 == value {
        return decimal(whole);
    }
    (platform::in_use().write_number)(value)
}

/// Returns whether a text is a number by RFC 8259 §6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
fn is_json_number(text: &[u8]) -> bool {
    fn digits(text: &[u8]) -> &[u8] {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        text.get(count..).unwrap_or_default()
    }
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let mut rest = match rest {
        [b'0', rest @ ..] => rest,
        [b'1'..=b'9', rest @ ..] => digits(rest),
        _ => return false,
    };
    if let [b'.', fraction @ ..] = rest {
        rest = digits(fraction);
        if rest.len() == fraction.len() {
            return false;
        }
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', exponent @ ..] => exponent,
            _ => exponent,
        };
        rest = digits(exponent);
        if rest.len() == exponent.len() {
            return false;
        }
    }
    rest.is_empty()
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        let nearest = self.as_f64().partial_cmp(&other.as_f64());
        match (&self.0, &other.0) {
            (Repr::Integer(left), Repr::Integer(right)) if nearest == Some(Ordering::Equal) => {
                Some(left.compare_text(right))
            }
            _ => nearest,
        }
    }
}

impl Integer {
    /// Compares two that have the same sign.
    fn compare_text(&self, other: &Integer) -> Ordering {
        // There are no leading zeros, so more digits are a larger number.
        let by_length = self.text.len().cmp(&other.text.len());
        let magnitude = by_length.then_with(|| self.text.cmp(&other.text));
        if self.nearest < 0.0 { magnitude.reverse() } else { magnitude }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text())
    }
}

macro_rules! from_integer {
    ($($type:ty),*) => {$(
        impl From<$type> for Number {
            fn from(value: $type) -> Number {
                Number(Repr::Double(f64::from(value)))
            }
        }
    )*};
}
from_integer!(u8, u16, u32, i32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_the_grammar_of_rfc_8259_and_nothing_else() {
        for text in ["0", "-0", "1", "10.5", "1e3", "1E+3", "1.5e-3", "-9007199254740991"] {
            assert!(Number::from_text(text).is_some(), "{text}");
        }
        for text in
            ["", "-", "01", "+1", ".5", "1.", "1e", "1e+", "0x1", "1 ", " 1", "NaN", "Infinity", "inf"]
        {
            assert!(Number::from_text(text).is_none(), "{text}");
        }
    }

    #[test]
    fn keeps_the_digits_of_an_integer_that_no_double_holds() {
        let number = Number::from_text("9007199254740993").unwrap();
        assert!(number.is_unsafe_integer());
        assert_eq!(number.to_string(), "9007199254740993");
        assert_ne!(number, Number::from_text("9007199254740992").unwrap());
    }

    #[test]
    fn large_integers_have_their_exact_order_and_magnitude() {
        let number = |text| Number::from_text(text).unwrap();
        let ascending = ["-9007199254740994", "-9007199254740993", "9007199254740992", "9007199254740993"];
        for pair in ascending.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
        assert!(number("9007199254740993") > number("9007199254740991"));
        assert_eq!(number("-9007199254740993").abs(), number("9007199254740993"));
        assert_eq!(number("-1.5").abs(), number("1.5"));
    }

    #[test]
    fn a_number_equals_what_it_is_written_as() {
        for text in ["4e20", "-9.5e16", "90000700091992547.4", "9007199254740993", "1e21", "0.1"] {
            let number = Number::from_text(text).unwrap();
            assert_eq!(Number::from_text(&number.to_text()).unwrap(), number, "{text}");
        }
    }

    #[test]
    fn the_largest_safe_integer_is_safe() {
        assert!(!Number::from_text("9007199254740991").unwrap().is_unsafe_integer());
        assert!(Number::from_text("-9007199254740992").unwrap().is_unsafe_integer());
        assert!(Number::from_text("1e300").unwrap().is_unsafe_integer());
    }

    #[test]
    fn refuses_what_lies_past_the_range_of_doubles() {
        assert!(Number::from_text("1e400").is_none());
        assert!(Number::from_text(&"9".repeat(310)).is_none());
        assert!(Number::from_f64(f64::NAN).is_none());
    }

    #[test]
    fn prints_numbers_the_way_json_does() {
        for (value, text) in [
            (1.0, "1"),
            (-0.0, "0"),
            (0.1, "0.1"),
            (1e21, "1e+21"),
            (123456789.25, "123456789.25"),
            (1e-7, "1e-7"),
            (-1.0, "-1"),
            (1e15, "1000000000000000"),
        ] {
            assert_eq!(Number::from_f64(value).unwrap().to_string(), text);
        }
    }
}
