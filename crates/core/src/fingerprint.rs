//! The fingerprint of a configuration.

use claimsmith_expression::text::concat;
use claimsmith_expression::{Value, platform, sorted_order};

use crate::encode::hex;
use crate::plan::VERSION;

/// Returns the fingerprint of a configuration for this version: SHA-256 over the version, a line feed and the
/// configuration in canonical form (RFC 8785), without `$schema`; the first 16 hexadecimal digits.
///
/// It identifies a configuration. It does not authenticate it.
pub fn fingerprint(config: &Value) -> String {
    let mut text = concat(&[VERSION, "\n"]);
    write_canonical(&mut text, config, Some("$schema"));
    let digest = platform::sha256(text.as_bytes());
    hex(digest.get(..8).unwrap_or_default())
}

/// Members by their names in UTF-16 (RFC 8785 §3.2.3); numbers and texts as JavaScript writes them. One member of the
/// outermost object may be left out.
fn write_canonical(text: &mut String, value: &Value, left_out: Option<&str>) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_canonical(text, item, None);
            }
            text.push(']');
        }
        Value::Object(members) => {
            let members: Vec<_> = members.iter().collect();
            let name_of = |index: usize| members.get(index).map_or("", |(name, _)| name);
            let order = sorted_order(members.len(), &|left, right| {
                in_utf16(name_of(left)).cmp(&in_utf16(name_of(right)))
            });
            text.push('{');
            let mut is_first = true;
            for index in order {
                let Some((name, value)) = members.get(index) else { continue };
                if left_out == Some(name) {
                    continue;
                }
                if !std::mem::take(&mut is_first) {
                    text.push(',');
                }
                text.push_str(&Value::from(&***name).to_json());
                text.push(':');
                write_canonical(text, value, None);
            }
            text.push('}');
        }
        other => text.push_str(&other.to_json()),
    }
}

/// What orders texts as their UTF-16 does. UTF-8 has the same order but for U+E000 to U+FFFF, which begin with 0xee or
/// 0xef: in UTF-16 they come behind what lies beyond the Basic Multilingual Plane, which begins with 0xf0 or more.
fn in_utf16(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for byte in &mut bytes {
        if matches!(byte, 0xee | 0xef) {
            *byte += 0x10;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimsmith_expression::json;

    fn canonical(json: &str) -> String {
        let mut text = String::new();
        write_canonical(&mut text, &json::read(json.as_bytes()).unwrap(), None);
        text
    }

    #[test]
    fn the_canonical_form_is_that_of_rfc_8785() {
        // §3.2.3, the order of property names.
        let sorted =
            canonical(r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#);
        assert_eq!(sorted, "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}");
        assert_eq!(
            canonical(" { \"b\" : [ 1.0 , 4.50 , 2e-3 ] , \"a\" : null } "),
            r#"{"a":null,"b":[1,4.5,0.002]}"#
        );
    }

    #[test]
    fn the_order_of_keys_and_the_schema_make_no_difference_and_all_else_does() {
        let of = |json: &str| fingerprint(&json::read(json.as_bytes()).unwrap());
        let expected = of(r#"{"claims":{"a":"x"},"mode":"shadow"}"#);
        assert_eq!(expected.len(), 16);
        assert_eq!(of(r#"{"$schema":"./s.json","mode":"shadow","claims":{"a":"x"}}"#), expected);
        assert_ne!(of(r#"{"claims":{"a":"x "},"mode":"shadow"}"#), expected);
        assert_ne!(of(r#"{"claims":{"a":"x"}}"#), expected);
    }
}
