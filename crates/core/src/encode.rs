//! Text that URLs, forms and headers can carry.

pub(crate) use claimsmith_expression::encode::{base64, base64_decode, base64url, hex, percent_encode};

/// Returns the fields as `application/x-www-form-urlencoded`. A space becomes `%20`, which every reader of
/// forms understands.
pub(crate) fn form_encode(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        push_field(&mut form, name, value);
    }
    form
}

/// Appends a field to such a form, or to the query of a URL.
pub(crate) fn push_field(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    percent_encode(form, name);
    form.push('=');
    percent_encode(form, value);
}

/// Returns the bytes of hexadecimal digits; `None` where the text is something else.
pub(crate) fn hex_decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut digits = text.chars();
    while let Some(digit) = digits.next() {
        let byte = (digit.to_digit(16)? << 4) | digits.next()?.to_digit(16)?;
        bytes.push(byte.to_le_bytes()[0]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_fields_cannot_break_out_of_their_place() {
        assert_eq!(
            form_encode(&[("scope", "read:users x"), ("a&b", "c=d")]),
            "scope=read%3Ausers%20x&a%26b=c%3Dd"
        );
    }
}
