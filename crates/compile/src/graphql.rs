//! GraphQL documents, as far as the engine must know them.

/// The roots of templates: a brace before one of them is no selection.
const ROOTS: [&str; 6] = ["event", "secrets", "settings", "values", "now", "calls"];

/// Returns whether all operations of a document are queries, which have no effect. In doubt they are not.
pub(crate) fn only_asks(document: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = document;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '"' => string_length(rest),
            '_' | 'a'..='z' | 'A'..='Z' => rest.find(|next| !is_name_character(next)).unwrap_or(rest.len()),
            other => other.len_utf8(),
        };
        match (first, rest.get(..length)) {
            ('{', _) => depth += 1,
            ('}', _) => depth = depth.saturating_sub(1),
            (_, Some("mutation" | "subscription")) if depth == 0 => return false,
            _ => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    true
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Returns the length of the string that a text begins with. One that is never closed ends with its line.
fn string_length(text: &str) -> usize {
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let ends = block
            .match_indices("\"\"\"")
            .find(|(at, _)| !block.get(..*at).is_some_and(|before| before.ends_with('\\')));
        return ends.map_or(text.len(), |(at, end)| 3 + at + end.len());
    }
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' | '\r' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns whether a document has what would be a template elsewhere, such as `{event.user.user_id}`.
pub(crate) fn has_template(document: &str) -> bool {
    document.split('{').skip(1).any(|inside| {
        let inside = inside.trim_start();
        ROOTS.iter().filter_map(|root| inside.strip_prefix(root)).any(|rest| {
            let member = rest.trim_start().strip_prefix('.').map(str::trim_start);
            member.is_some_and(|member| {
                member.starts_with(|first: char| first == '"' || is_name_character(first))
            })
        })
    })
}

/// Returns whether the text is a name (GraphQL §2.1.9).
pub(crate) fn is_name(text: &str) -> bool {
    !text.starts_with(|first: char| first.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(is_name_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_queries_only_asks() {
        for document in [
            "{ user { plan } }",
            "query { user { mutation subscription } }",
            "query Q($id: ID! = \"mutation\") { user(id: $id) { plan } } fragment F on User { id }",
            "# mutation\nquery { a }",
            "query { a(text: \"\"\"} mutation \\\"\"\" } mutation\"\"\") }",
            "query { a(text: \"} \\\" mutation\") }",
            "query mutations { a }",
            "\u{feff}query{a}",
        ] {
            assert!(only_asks(document), "{document}");
        }
        for document in [
            "mutation { a }",
            "mutation{a}",
            "query Q { a } mutation M { b }",
            "{ a }subscription S { b }",
            "# query\rmutation { a }",
            "fragment F on X { a(t: \"{\") } mutation { a }",
            "query { a(t: \"\"\"\\\"\"\") } \"\"\") } mutation { b }",
            "query { a } } mutation { b }",
            ",,mutation{a}",
            "query { a(t: \"{\n) } mutation { b }",
        ] {
            assert!(!only_asks(document), "{document}");
        }
    }

    #[test]
    fn a_template_in_a_document_is_told_from_a_selection() {
        for document in [
            "query { user(id: \"{event.user.user_id}\") { plan } }",
            "{ a(k: \"{ secrets.KEY }\") }",
            "{{event.\"user\"}}",
            "{\n settings . plan }",
        ] {
            assert!(has_template(document), "{document}");
        }
        for document in
            ["{ event { user } }", "{ event ...F }", "{event...F}", "{ events(a: 1.5) }", "{ secrets }"]
        {
            assert!(!has_template(document), "{document}");
        }
    }
}
