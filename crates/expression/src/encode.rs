//! Bytes as text that URLs, forms, headers and tokens can carry, and back.
//!
//! Written here: the crates for it cost several kilobytes of WebAssembly each, for tables and options
//! that are not used.

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3, so that a value stays one path
/// segment, one query value or one form field, whatever it holds.
pub fn percent_encode(into: &mut String, text: &str) {
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

/// Decodes percent-encoded text. `None` where a `%` has no two digits behind it, or what comes out is not UTF-8.
///
/// A `+` is a plus: only forms mean a space by it, and [`percent_encode`] writes none.
pub fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(mut byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            byte = low_byte((digit()? << 4) | digit()?);
        }
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}

/// Returns two hexadecimal digits a byte, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 0xf] {
            text.push(hex_digit(nibble));
        }
    }
    text
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

/// Base64 with padding (RFC 4648 §4), as HTTP Basic wants it.
pub fn base64(bytes: &[u8]) -> String {
    let mut text = base64_digits(bytes, '+', '/');
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Base64 for URLs and file names, without padding (RFC 4648 §5).
pub fn base64url(bytes: &[u8]) -> String {
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

fn base64_digit(digit: u32) -> char {
    let (first, start) = match digit {
        0..26 => ('A', 0),
        26..52 => ('a', 26),
        _ => ('0', 52),
    };
    char::from_u32(u32::from(first) + digit - start).unwrap_or('A')
}

/// Decodes base64 of either alphabet; padding may be left out, but not in part. `None` where the text is no such thing:
/// spaces and line ends are not passed over (RFC 4648 §3.3).
pub fn base64_decode(text: &str) -> Option<Vec<u8>> {
    let mut digits = text;
    while let Some(rest) = digits.strip_suffix('=') {
        digits = rest;
    }
    let padding = text.len() - digits.len();
    if digits.len() % 4 == 1 || padding > 0 && (padding > 2 || !text.len().is_multiple_of(4)) {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut group, mut bits) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        group = (group << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(low_byte(group >> bits));
        }
    }
    Some(bytes)
}

fn low_byte(number: u32) -> u8 {
    number.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_unreserved_characters_stay() {
        let mut text = String::new();
        percent_encode(&mut text, "a/../b+x@example.com ?#%é~-._");
        assert_eq!(text, "a%2F..%2Fb%2Bx%40example.com%20%3F%23%25%C3%A9~-._");
    }

    #[test]
    fn what_is_not_percent_encoded_is_not_decoded() {
        for (text, expected) in [
            ("a%2fb%2F+", Some("a/b/+")),
            ("za%C5%BC%C3%B3%C5%82%C4%87ż😀", Some("zażółćż😀")),
            ("%00", Some("\0")),
            ("", Some("")),
            ("100%", None),
            ("%4", None),
            ("%4g", None),
            ("%+4", None),
            ("%é9", None),
            ("%C5", None),
            ("%ED%A0%80", None),
            ("%C0%AF", None),
        ] {
            assert_eq!(percent_decode(text).as_deref(), expected, "{text}");
        }
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
            assert_eq!(base64_decode(encoded).unwrap(), plain.as_bytes());
            assert_eq!(base64_decode(encoded.trim_end_matches('=')).unwrap(), plain.as_bytes());
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
        assert_eq!(base64url(&[0xfb, 0xff, 0xbf]), "-_-_");
        assert_eq!(hex(&[0x00, 0x9f, 0xff]), "009fff");
    }

    #[test]
    fn what_is_not_base64_is_not_decoded() {
        for text in
            ["Z", "Zm9vY", "Zg=", "Zm8==", "Zm9v=", "Zm9v====", "=", "Z=g=", "Zm 9v", "Zm9v\n", "Zm9*", "Zmü"]
        {
            assert_eq!(base64_decode(text), None, "{text}");
        }
        // Alphabets may be mixed, and the bits that no byte holds may be set.
        assert_eq!(base64_decode("+_/-").unwrap(), [0xfb, 0xff, 0xfe]);
        assert_eq!(base64_decode("Zh").unwrap(), b"f");
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..40), text in any::<String>()) {
            prop_assert_eq!(base64_decode(&base64(&bytes)).unwrap(), bytes.clone());
            prop_assert_eq!(base64_decode(&base64url(&bytes)).unwrap(), bytes);
            let mut encoded = String::new();
            percent_encode(&mut encoded, &text);
            prop_assert_eq!(percent_decode(&encoded).unwrap(), text);
        }
    }
}
