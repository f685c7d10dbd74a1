//! Text out of pieces, without the machinery of `format!`: that is several kilobytes of WebAssembly, and a
//! hundred bytes more wherever it is used.

use crate::IS_FAST;

/// Concatenates the pieces.
pub fn concat(pieces: &[&str]) -> String {
    let mut text = String::new();
    // Room for all of them, so that the text does not grow piece by piece.
    if IS_FAST {
        text.reserve(pieces.iter().map(|piece| piece.len()).sum());
    }
    for piece in pieces {
        text.push_str(piece);
    }
    text
}

/// Joins the pieces with a separator.
pub fn join<'a>(pieces: impl IntoIterator<Item = &'a str>, between: &str) -> String {
    let mut text = String::new();
    for (index, piece) in pieces.into_iter().enumerate() {
        if index > 0 {
            text.push_str(between);
        }
        text.push_str(piece);
    }
    text
}

/// Returns the offset of the first of some ASCII characters. The standard library's searches are larger.
pub fn find(text: &str, characters: &[u8]) -> Option<usize> {
    for (at, byte) in text.bytes().enumerate() {
        for character in characters {
            if byte == *character {
                return Some(at);
            }
        }
    }
    None
}

/// Returns the text before a position, and the text from there on.
pub fn split(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// Returns the text before the first of an ASCII character and the text behind it; all of it and nothing where there is
/// none.
pub fn split_once(text: &str, character: u8) -> (&str, &str) {
    let (before, rest) = split(text, find(text, &[character]).unwrap_or(text.len()));
    (before, rest.get(1..).unwrap_or_default())
}

/// Returns the text without the white space at both ends.
pub fn trim(text: &str) -> &str {
    let mut rest = text.chars();
    while rest.clone().next().is_some_and(char::is_whitespace) {
        rest.next();
    }
    while rest.clone().next_back().is_some_and(char::is_whitespace) {
        rest.next_back();
    }
    rest.as_str()
}

/// Returns whether all bytes of a text fit.
pub fn all(text: &str, fits: fn(u8) -> bool) -> bool {
    for byte in text.bytes() {
        if !fits(byte) {
            return false;
        }
    }
    true
}

/// Returns a count in decimal digits.
pub fn decimal(count: usize) -> String {
    let mut digits = String::new();
    push_decimal(&mut digits, count);
    digits
}

/// Appends a count in decimal digits.
pub fn push_decimal(text: &mut String, count: usize) {
    if count >= 10 {
        push_decimal(text, count / 10);
    }
    text.push(char::from_digit(u32::try_from(count % 10).unwrap_or(0), 10).unwrap_or('0'));
}

/// Returns the length of a text in UTF-16 units, which JavaScript counts by.
pub fn units(text: &str) -> usize {
    if IS_FAST && text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn these_are_as_those_of_the_standard_library() {
        for text in ["", ",", " a ", "a,b", "a,b,c", ",b", "a,", "ą, ę", "\u{a0}\u{2003}x y\u{85}\t"] {
            assert_eq!(trim(text), text.trim());
            assert_eq!(split_once(text, b','), text.split_once(',').unwrap_or((text, "")));
            assert_eq!(find(text, b"yb"), text.find(['y', 'b']));
            assert_eq!(all(text, |byte| byte.is_ascii()), text.is_ascii());
        }
        for count in [0, 9, 10, 407, 1_000_000, 4_294_967_295] {
            assert_eq!(decimal(count), count.to_string());
        }
    }
}
