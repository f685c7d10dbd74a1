//! Text for people: on one line, and paths into a configuration.

use claimsmith_expression::Value;
use claimsmith_expression::text::{all, concat, decimal};

/// Returns the first so many characters of a text, on one line. They are counted as JavaScript does, in UTF-16 units.
pub fn one_line(text: &str, length: usize) -> String {
    // Nearly every text is as it should be, and copied whole.
    if text.len() <= length && all(text, |byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut line = String::new();
    let mut left = length;
    for shown in text.chars() {
        let Some(rest) = left.checked_sub(shown.len_utf16()) else { break };
        left = rest;
        let ends_line = shown.is_control() || matches!(shown, '\u{2028}' | '\u{2029}');
        line.push(if ends_line { ' ' } else { shown });
    }
    line
}

/// Joins a path and a name below it: `a.b` where the name is plain, `a["b c"]` where it is not.
pub fn join_path(path: &str, name: &str) -> String {
    let is_plain = all(name, |byte| byte.is_ascii_alphanumeric() || byte == b'_') && !name.is_empty();
    match (path.is_empty(), is_plain) {
        (true, true) => name.to_owned(),
        (false, true) => concat(&[path, ".", name]),
        _ => concat(&[path, "[", &Value::from(name).to_json(), "]"]),
    }
}

/// Returns the place of a claim, as problems and reports name it.
pub(crate) fn claim_path(name: &str) -> String {
    join_path("claims", name)
}

/// Returns the place of a rule in its list.
pub(crate) fn rule_path(list: &str, index: usize) -> String {
    concat(&[list, "[", &decimal(index), "]"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_quotes_names_that_are_not_plain() {
        assert_eq!(join_path("claims", "https://example.com/a\"b"), r#"claims["https://example.com/a\"b"]"#);
        assert_eq!(join_path("", "claims"), "claims");
    }
}
