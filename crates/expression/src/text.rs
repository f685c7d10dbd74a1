//! Text out of pieces, without the machinery of `format!`: that is several kilobytes of WebAssembly, and a
//! hundred bytes more wherever it is used.

/// Concatenates the pieces.
pub fn concat(pieces: &[&str]) -> String {
    let mut text = String::new();
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
    let mut digits = if count < 10 { String::new() } else { decimal(count / 10) };
    digits.push(char::from_digit(u32::try_from(count % 10).unwrap_or(0), 10).unwrap_or('0'));
    digits
}
