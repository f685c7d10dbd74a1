//! Bytes as text that URLs, forms and headers can carry.
//!
//! Written here: the crates for it cost several kilobytes of WebAssembly each, for tables and options
//! that are not used.

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3, so that a value stays one path
/// segment, one query value or one form field, whatever it holds.
pub(crate) fn percent_encode(into: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push('%');
            for nibble in [byte >> 4, byte & 0xf] {
                into.push(hex_digit(nibble).to_ascii_uppercase());
            }
        }
    }
}

/// Returns the fields as `application/x-www-form-urlencoded`. A space becomes `%20`, which every reader of
/// forms understands.
pub(crate) fn form_encode(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        percent_encode(&mut form, name);
        form.push('=');
        percent_encode(&mut form, value);
    }
    form
}

/// Base64 with padding (RFC 4648 §4), as HTTP Basic wants it.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = base64_digits(bytes, '+', '/');
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Base64 for URLs and file names, without padding (RFC 4648 §5).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    base64_digits(bytes, '-', '_')
}

fn base64_digits(bytes: &[u8], digit_62: char, digit_63: char) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = 0_u32;
        for index in 0..3 {
            group = (group << 8) | u32::from(chunk.get(index).copied().unwrap_or(0));
        }
        for index in 0..=chunk.len() {
            let shift = 18 - 6 * index;
            text.push(match (group >> shift) & 0x3f {
                62 => digit_62,
                63 => digit_63,
                digit => base64_digit(digit),
            });
        }
    }
    text
}

/// Returns the bytes in hexadecimal digits, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in bytes {
        for nibble in [byte >> 4, byte & 0xf] {
            digits.push(hex_digit(nibble));
        }
    }
    digits
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(nibble.into(), 16).unwrap_or('0')
}

/// Returns the bytes of hexadecimal digits; `None` where the text is something else.
pub(crate) fn decode_hex(text: &str) -> Option<Vec<u8>> {
    decode(text, 4, |digit| digit.to_digit(16))
}

/// Returns the bytes of base64 of either alphabet, with or without padding; `None` where the text is something else.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut digits = text;
    while let Some(rest) = digits.strip_suffix('=') {
        digits = rest;
    }
    decode(digits, 6, |digit| {
        let (first, start) = match digit {
            'A'..='Z' => ('A', 0),
            'a'..='z' => ('a', 26),
            '0'..='9' => ('0', 52),
            '+' | '-' => return Some(62),
            '/' | '_' => return Some(63),
            _ => return None,
        };
        Some(u32::from(digit) - u32::from(first) + start)
    })
}

/// Puts digits of so many bits together to bytes. What is left over at the end must be no digit, and zero.
fn decode(text: &str, width: u32, read: fn(char) -> Option<u32>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.chars() {
        bits = (bits << width) | read(digit)?;
        count += width;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count).to_le_bytes()[0]);
            bits &= (1 << count) - 1;
        }
    }
    (count < width && bits == 0).then_some(bytes)
}

fn base64_digit(digit: u32) -> char {
    let (first, start) = match digit {
        0..26 => ('A', 0),
        26..52 => ('a', 26),
        _ => ('0', 52),
    };
    char::from_u32(u32::from(first) + digit - start).unwrap_or('A')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        let mut text = String::new();
        percent_encode(&mut text, "a/../b+x@example.com ?#%é~-._");
        assert_eq!(text, "a%2F..%2Fb%2Bx%40example.com%20%3F%23%25%C3%A9~-._");
    }

    #[test]
    fn form_fields_cannot_break_out_of_their_place() {
        assert_eq!(
            form_encode(&[("scope", "read:users x"), ("a&b", "c=d")]),
            "scope=read%3Ausers%20x&a%26b=c%3Dd"
        );
    }

    #[test]
    fn base64_follows_the_vectors_of_rfc_4648() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
            assert_eq!(base64url(plain.as_bytes()), encoded.trim_end_matches('='));
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
        assert_eq!(base64url(&[0xfb, 0xff, 0xbf]), "-_-_");
    }
}
