//! The way out of a mistake in an expression: what people bring from other languages, and what to write here.

use claimsmith_expression::text::concat;
use claimsmith_expression::{ErrorKind, ExpressionError, function_names};

use crate::nearest::nearest;

/// How functions are called.
const SIGNATURES: [(&str, &str); 49] = [
    ("abs", "abs(number)"),
    ("avg", "avg(numbers)"),
    ("base64", "base64(text)"),
    ("base64_decode", "base64_decode(text)"),
    ("base64url", "base64url(text)"),
    ("ceil", "ceil(number)"),
    ("contains", "contains(list, item)"),
    ("ends_with", "ends_with(text, end)"),
    ("find_first", "find_first(text, part)"),
    ("floor", "floor(number)"),
    ("format_time", "format_time(seconds)"),
    ("from_items", "from_items(pairs)"),
    ("from_json", "from_json(text)"),
    ("get", "get(object, name)"),
    ("group_by", "group_by(list, &name)"),
    ("in_cidr", "in_cidr(address, range)"),
    ("items", "items(object)"),
    ("join", "join(separator, texts)"),
    ("keys", "keys(object)"),
    ("length", "length(list)"),
    ("lower", "lower(text)"),
    ("map", "map(&name, list)"),
    ("max", "max(list)"),
    ("max_by", "max_by(list, &name)"),
    ("merge", "merge(object, object)"),
    ("min", "min(list)"),
    ("min_by", "min_by(list, &name)"),
    ("not_null", "not_null(value, fallback)"),
    ("replace", "replace(text, old, new)"),
    ("reverse", "reverse(list)"),
    ("sha256", "sha256(text)"),
    ("sort", "sort(list)"),
    ("sort_by", "sort_by(list, &name)"),
    ("split", "split(text, separator)"),
    ("starts_with", "starts_with(text, begin)"),
    ("substring", "substring(text, start, length)"),
    ("sum", "sum(numbers)"),
    ("timestamp", "timestamp(text)"),
    ("to_array", "to_array(value)"),
    ("to_number", "to_number(text)"),
    ("to_string", "to_string(value)"),
    ("trim", "trim(text)"),
    ("type", "type(value)"),
    ("unique", "unique(list)"),
    ("upper", "upper(text)"),
    ("url_decode", "url_decode(text)"),
    ("url_encode", "url_encode(text)"),
    ("values", "values(object)"),
    ("zip", "zip(list, list)"),
];

/// What functions of other languages are here.
const OTHER_FUNCTIONS: [(&str, &str); 34] = [
    ("coalesce", "not_null(value, fallback)"),
    ("concat", "join('', [text, text])"),
    ("count", "length(list)"),
    ("date", "format_time(seconds)"),
    ("default", "not_null(value, fallback)"),
    ("endswith", "ends_with(text, end)"),
    ("exists", "value != `null`"),
    ("filter", "list[?condition]"),
    ("find", "list[?condition] | [0]"),
    ("first", "list[0]"),
    ("has", "contains(list, item)"),
    ("if", "condition ? value : value"),
    ("ifnull", "not_null(value, fallback)"),
    ("iif", "condition ? value : value"),
    ("in", "contains(list, item)"),
    ("includes", "contains(list, item)"),
    ("indexof", "find_first(text, part)"),
    ("int", "to_number(text)"),
    ("last", "list[-1]"),
    ("len", "length(list)"),
    ("lowercase", "lower(text)"),
    ("number", "to_number(text)"),
    ("now", "now.seconds"),
    ("parseint", "to_number(text)"),
    ("size", "length(list)"),
    ("startswith", "starts_with(text, begin)"),
    ("string", "to_string(value)"),
    ("substr", "substring(text, start, length)"),
    ("tolowercase", "lower(text)"),
    ("tostring", "to_string(value)"),
    ("touppercase", "upper(text)"),
    ("typeof", "type(value)"),
    ("uppercase", "upper(text)"),
    ("uuid", "now.id"),
];

/// Returns the message of an error with the way out of it, where one is known.
pub(crate) fn with_way_out(error: &ExpressionError, text: &str) -> String {
    match way_out(error, text) {
        Some(hint) => concat(&[&error.message, "; ", &hint]),
        None => error.message.clone(),
    }
}

fn way_out(error: &ExpressionError, text: &str) -> Option<String> {
    let before = text.get(..error.offset).unwrap_or_default();
    let rest = text.get(error.offset..).unwrap_or_default();
    match error.kind {
        ErrorKind::UnknownFunction => unknown_function(before, rest),
        ErrorKind::InvalidArity => arity(before, rest),
        ErrorKind::Syntax => syntax(before, rest),
        _ => None,
    }
}

/// Returns the chain of names that ends a text, and what stands before it.
fn receiver(before: &str) -> Option<&str> {
    let before = before.strip_suffix('.')?;
    let is_part = |character: char| {
        character.is_ascii_alphanumeric()
            || matches!(character, '_' | '.' | '"' | '$' | '@' | '[' | ']' | '*')
    };
    let start = before
        .rfind(|character| !is_part(character))
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    before.get(start..).filter(|chain| !chain.is_empty())
}

fn word(rest: &str) -> &str {
    let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}

fn signature(name: &str) -> Option<&'static str> {
    SIGNATURES.iter().find(|(known, _)| *known == name).map(|(_, signature)| *signature)
}

fn unknown_function(before: &str, rest: &str) -> Option<String> {
    let name = word(rest);
    let bare = name.to_ascii_lowercase().replace('_', "");
    if let Some((_, here)) = OTHER_FUNCTIONS.iter().find(|(other, _)| *other == bare) {
        return Some(concat(&["write `", here, "`"]));
    }
    let known: Vec<&str> = function_names().collect();
    let near = known.iter().find(|known| known.replace('_', "") == bare).copied();
    let near = near.or_else(|| nearest(name, &known))?;
    let call = match receiver(before) {
        Some(_) => signature(near).unwrap_or(near).to_owned(),
        None => near.to_owned(),
    };
    Some(concat(&["did you mean `", &call, "`?"]))
}

fn arity(before: &str, rest: &str) -> Option<String> {
    let name = word(rest);
    let Some(value) = receiver(before) else {
        return signature(name).map(|signature| concat(&["write `", signature, "`"]));
    };
    let inside = rest.get(name.len()..).and_then(|rest| rest.strip_prefix('(')).unwrap_or_default();
    let inside = inside.split(')').next().unwrap_or_default().trim();
    let arguments = match (name, inside) {
        ("map", _) => concat(&[if inside.is_empty() { "&…" } else { inside }, ", ", value]),
        ("join", _) => concat(&[if inside.is_empty() { "''" } else { inside }, ", ", value]),
        (_, "") => value.to_owned(),
        _ => concat(&[value, ", ", inside]),
    };
    Some(concat(&["a function takes the value in its parentheses: write `", name, "(", &arguments, ")`"]))
}

fn syntax(before: &str, rest: &str) -> Option<String> {
    let plain = |hint: &str| Some(hint.to_owned());
    let name = word(rest);
    if rest.starts_with("$.") || rest.starts_with("$[") {
        return Some(concat(&[
            "this is no JSONPath: drop `",
            rest.get(..2).unwrap_or_default().trim_end_matches('['),
            "`",
        ]));
    }
    if rest == "$" {
        return plain("the whole document is `@`");
    }
    if rest.starts_with("??") || rest.starts_with('?') && before.ends_with('?') {
        return plain("for a fallback write `not_null(a, b)`");
    }
    if before.ends_with('?') && rest.starts_with('.') || rest.starts_with("?.") {
        return plain("write `.` alone: what is read from null is null");
    }
    if rest.starts_with('=') && (before.ends_with("==") || before.ends_with("!=")) {
        let end = before.len().saturating_sub(2);
        return Some(concat(&["write `", before.get(end..).unwrap_or_default(), "`"]));
    }
    if rest.starts_with("=>") {
        return plain("a function of an item is `&expression`, as in `map(&name, list)`");
    }
    if rest.starts_with('>') && before.ends_with('<') {
        return plain("write `!=`");
    }
    if rest.starts_with('&') && !rest.starts_with("&&") {
        return plain("write `&&`");
    }
    if rest.starts_with('`') {
        let inside = rest.get(1..).unwrap_or_default().split('`').next().unwrap_or_default();
        let is_json_literal = !inside.is_empty() && !inside.starts_with(['"', '[', '{']);
        return is_json_literal.then(|| concat(&["a text stands in single quotes: `'", inside, "'`"]));
    }
    if before.ends_with('`') {
        let inside = rest.split('`').next().unwrap_or_default();
        let is_word = inside.starts_with(|first: char| first.is_ascii_alphabetic());
        return is_word.then(|| concat(&["a text stands in single quotes: `'", inside, "'`"]));
    }
    if before.ends_with('[') && rest.starts_with(['\'', '"']) {
        let quoted = rest.get(1..).unwrap_or_default().split(['\'', '"']).next().unwrap_or_default();
        return Some(concat(&[
            "a member is read by a dot: `.",
            &claimsmith_expression::print::name_text(quoted),
            "`",
        ]));
    }
    if before.ends_with('[') && !name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit()) {
        return Some(concat(&[
            "a member is read by a dot: `.",
            name,
            "`; one whose name is computed by `get(object, name)`",
        ]));
    }
    if rest.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        let number: String = rest
            .chars()
            .take_while(|character| character.is_ascii_digit() || matches!(character, '-' | '.'))
            .collect();
        return Some(concat(&["write `` `", number.trim_end_matches('.'), "` ``"]));
    }
    if rest.starts_with(['“', '”', '‘', '’']) {
        return plain("write `'` for a text and `\"` for a name");
    }
    match name.to_ascii_lowercase().as_str() {
        "and" => plain("write `&&`"),
        "or" => plain("write `||`"),
        "is" | "eq" | "equals" => plain("write `==`"),
        "ne" => plain("write `!=`"),
        "gt" | "ge" | "lt" | "le" => plain("write `>`, `>=`, `<` or `<=`"),
        "in" => plain("write `contains(list, item)`"),
        "not" => plain("write `!`"),
        "then" | "else" => plain("write `condition ? value : value`"),
        _ if matches!(before.trim_end().rsplit(' ').next(), Some("not")) => plain("write `!` for `not`"),
        _ if before.trim_end() == "if" => plain("write `condition ? value : value`"),
        _ if rest.is_empty() && before.contains(" ? ") && !before.contains(" : ") => {
            plain("write `condition ? value : value`")
        }
        _ => None,
    }
}

/// Returns the way out where a name names nothing: it was meant as a text, or it is the end of a name with a dash.
pub(crate) fn of_name(text: &str, name: &str) -> Option<String> {
    if text.contains(&concat(&["\"", name, "\""])) {
        return Some(concat(&["a text stands in single quotes: `'", name, "'`"]));
    }
    let dashed = dashed_name(text).filter(|dashed| dashed.split('-').any(|part| part == name))?;
    Some(concat(&["a name with a dash stands in double quotes: `\"", &dashed, "\"`"]))
}

/// Returns the first name with a dash in it, outside of quotes: `first-name`, which is a difference.
pub(crate) fn dashed_name(text: &str) -> Option<String> {
    let mut quote = None;
    let mut name = String::new();
    for character in text.chars().chain([' ']) {
        if let Some(open) = quote {
            if character == open {
                quote = None;
            }
            continue;
        }
        if matches!(character, '\'' | '"' | '`') {
            quote = Some(character);
        }
        if character.is_ascii_alphanumeric() || matches!(character, '_' | '-') {
            name.push(character);
            continue;
        }
        let parts: Vec<&str> = name.split('-').collect();
        let is_name =
            |part: &&str| part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        if parts.len() > 1 && parts.iter().all(is_name) {
            return Some(name);
        }
        name.clear();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimsmith_expression::Expression;

    #[test]
    fn each_function_has_a_signature() {
        let names: Vec<&str> = function_names().collect();
        let signed: Vec<&str> = SIGNATURES.iter().map(|(name, _)| *name).collect();
        assert_eq!(signed, names);
        for (name, signature) in SIGNATURES {
            assert!(signature.starts_with(&format!("{name}(")), "{signature}");
        }
    }

    #[test]
    fn a_mistake_of_another_language_is_told_with_what_to_write() {
        for (text, expected) in [
            ("$.a.b", "drop `$.`"),
            ("$['a']", "drop `$`"),
            ("a == 4", "write `` `4` ``"),
            ("a > -1.5", "write `` `-1.5` ``"),
            ("a ?? b", "`not_null(a, b)`"),
            ("a?.b", "write `.` alone"),
            ("a === b", "write `==`"),
            ("a !== b", "write `!=`"),
            ("a = b", "equality is `==`"),
            ("a <> b", "write `!=`"),
            ("a and b", "write `&&`"),
            ("a OR b", "write `||`"),
            ("a & b", "write `&&`"),
            ("not a", "write `!` for `not`"),
            ("a in b", "`contains(list, item)`"),
            ("if a then b else c", "`condition ? value : value`"),
            ("a ? b", "`condition ? value : value`"),
            ("a == `admin`", "`'admin'`"),
            ("a['b c']", "`.\"b c\"`"),
            ("a[b]", "`get(object, name)`"),
            ("a == “b”", "write `'`"),
            ("a.length()", "write `length(a)`"),
            ("x || a.b.length()", "write `length(a.b)`"),
            ("roles.contains('admin')", "write `contains(roles, 'admin')`"),
            ("roles.map(&name)", "write `map(&name, roles)`"),
            ("length()", "write `length(list)`"),
            ("contains(a)", "write `contains(list, item)`"),
            ("lenght(a)", "did you mean `length`?"),
            ("startsWith(a, 'b')", "write `starts_with(text, begin)`"),
            ("toLowerCase(a)", "write `lower(text)`"),
            ("a.includes('b')", "write `contains(list, item)`"),
            ("coalesce(a, b)", "write `not_null(value, fallback)`"),
            ("sortBy(a, &b)", "did you mean `sort_by`?"),
        ] {
            let error = Expression::parse(text).unwrap_err();
            let message = with_way_out(&error, text);
            assert!(message.contains(expected), "{text}: {message}");
        }
        let error = Expression::parse("zzzzzz(a)").unwrap_err();
        assert_eq!(with_way_out(&error, "zzzzzz(a)"), error.message);
    }

    #[test]
    fn a_dash_in_a_name_is_found_outside_of_quotes() {
        for (text, name) in [
            ("a.first-name", Some("first-name")),
            ("a[?x-y-z == 'b']", Some("x-y-z")),
            ("a.\"first-name\"", None),
            ("a == 'b-c'", None),
            ("a == `\"b-c\"`", None),
            ("a - b", None),
            ("a-1", None),
            ("-a", None),
        ] {
            assert_eq!(dashed_name(text).as_deref(), name, "{text}");
        }
    }
}
