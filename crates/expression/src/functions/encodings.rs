//! Functions that write a text in other characters, or read it from them.

use super::{Invocation, Outcome};
use crate::{encode, platform};

pub(super) fn base64(call: &mut Invocation<'_, '_>) -> Outcome {
    call.convert(|text| Some(encode::base64(text.as_bytes())))
}

/// Null where the text is not base64, or what it holds is no text.
pub(super) fn base64_decode(call: &mut Invocation<'_, '_>) -> Outcome {
    call.convert(|text| String::from_utf8(encode::base64_decode(text)?).ok())
}

pub(super) fn base64url(call: &mut Invocation<'_, '_>) -> Outcome {
    call.convert(|text| Some(encode::base64url(text.as_bytes())))
}

/// The SHA-256 of a text in UTF-8, in hexadecimal where nothing else is said.
pub(super) fn sha256(call: &mut Invocation<'_, '_>) -> Outcome {
    // It is computed by the platform.
    call.interpreter.spend(16)?;
    let encoding = if call.arguments.len() > 1 { call.text(1)? } else { "hex".into() };
    call.convert(match &*encoding {
        "hex" => |text| Some(encode::hex(&platform::sha256(text.as_bytes()))),
        "base64" => |text| Some(encode::base64(&platform::sha256(text.as_bytes()))),
        "base64url" => |text| Some(encode::base64url(&platform::sha256(text.as_bytes()))),
        _ => return Err(call.impossible(1, "`hex`, `base64` or `base64url`", "another string")),
    })
}

/// Null where the text is not percent-encoded.
pub(super) fn url_decode(call: &mut Invocation<'_, '_>) -> Outcome {
    call.convert(encode::percent_decode)
}

pub(super) fn url_encode(call: &mut Invocation<'_, '_>) -> Outcome {
    call.convert(|text| {
        let mut encoded = String::with_capacity(text.len());
        encode::percent_encode(&mut encoded, text);
        Some(encoded)
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, outcome};

    #[test]
    fn digests_follow_the_vectors_of_fips_180_4() {
        let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        check(
            &format!("{{\"long\":\"{long}\"}}"),
            &[
                ("sha256('')", r#""e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#),
                ("sha256('abc')", r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#),
                (
                    "sha256(long, 'hex')",
                    r#""248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1""#,
                ),
                ("sha256('abc', 'base64')", r#""ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=""#),
                ("sha256('abc', 'base64url')", r#""ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0""#),
                (
                    "sha256('zażółć 😀')",
                    r#""d94daf070e855f537aa0d2655fc9a9815a4432dbcf26fd729000a3c386148aec""#,
                ),
            ],
        );
        let million = format!("\"{}\"", "a".repeat(1_000_000));
        let digest = r#""cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0""#;
        assert_eq!(outcome("sha256(@)", &million), digest);
        assert!(
            outcome(&format!("[{}]", ["sha256(@)"; 20].join(",")), &million).starts_with("too-much-work: ")
        );
    }

    #[test]
    fn texts_come_back_from_their_encodings() {
        check(
            r#"{"s":"Zażółć?>😀","half":"\ud800"}"#,
            &[
                ("base64(s)", r#""WmHFvMOzxYLEhz8+8J+YgA==""#),
                ("base64url(s)", r#""WmHFvMOzxYLEhz8-8J-YgA""#),
                ("base64_decode(base64(s)) == s", "true"),
                ("base64_decode(base64url(s)) == s", "true"),
                ("url_encode(s)", r#""Za%C5%BC%C3%B3%C5%82%C4%87%3F%3E%F0%9F%98%80""#),
                ("url_decode(url_encode(s)) == s", "true"),
                ("base64('')", r#""""#),
                ("base64_decode('')", r#""""#),
                ("url_decode('a+b')", r#""a+b""#),
                // Half of a surrogate pair is U+FFFD in all texts.
                ("url_encode(half)", r#""%EF%BF%BD""#),
                ("base64(half)", r#""77+9""#),
            ],
        );
    }

    #[test]
    fn what_cannot_be_decoded_is_null() {
        check(
            "{}",
            &[
                ("base64_decode('*')", "null"),
                ("base64_decode('Zg=')", "null"),
                // The byte 0xff is no text.
                ("base64_decode('/w==')", "null"),
                ("url_decode('%')", "null"),
                ("url_decode('%ff')", "null"),
            ],
        );
    }

    #[test]
    fn a_wrong_type_is_told_where_the_argument_stands_and_without_its_value() {
        check(
            r#"{"n":1,"z":null}"#,
            &[
                ("base64(n)", "invalid-type: `base64` expects a string, found number at byte 7"),
                ("base64_decode(z)", "invalid-type: `base64_decode` expects a string, found null at byte 14"),
                ("base64url(`[]`)", "invalid-type: `base64url` expects a string, found array at byte 10"),
                ("sha256(z)", "invalid-type: `sha256` expects a string, found null at byte 7"),
                ("sha256('a', n)", "invalid-type: `sha256` expects a string, found number at byte 12"),
                (
                    "sha256('a', 'HEX')",
                    "invalid-value: `sha256` expects `hex`, `base64` or `base64url`, found another string at byte 12",
                ),
                ("url_decode(n)", "invalid-type: `url_decode` expects a string, found number at byte 11"),
                ("url_encode(`{}`)", "invalid-type: `url_encode` expects a string, found object at byte 11"),
            ],
        );
    }
}
