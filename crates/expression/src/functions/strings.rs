//! Functions of strings. Lengths and places are counted in characters, that is in Unicode code points.

use super::{Invocation, Outcome, from_f64};
use crate::list::keep;
use crate::{ExpressionError, Value, network, platform};

pub(super) fn ends_with(call: &mut Invocation<'_, '_>) -> Outcome {
    let (text, end) = (call.text(0)?, call.text(1)?);
    Ok(Value::Bool(text.ends_with(&*end)))
}

/// Finds where a text starts in another, as long as all of it lies between `start` and `end`. These two follow
/// the rules of slices. The empty text is nowhere.
pub(super) fn find_first(call: &mut Invocation<'_, '_>) -> Outcome {
    let (text, sought) = (call.text(0)?, call.text(1)?);
    call.interpreter.spend_on_search(&text, &sought)?;
    let length = text.chars().count() as f64;
    let place = |bound: f64| if bound < 0.0 { bound + length } else { bound };
    let start = place(call.integer(2, 0.0)?);
    let end = place(call.integer(3, length)?);
    let sought_length = sought.chars().count() as f64;
    let mut at = 0.0;
    for (offset, _) in text.char_indices() {
        let rest = text.as_bytes().get(offset..).unwrap_or_default();
        let is_inside = at >= start && at + sought_length <= end;
        if is_inside && sought_length > 0.0 && rest.starts_with(sought.as_bytes()) {
            return Ok(from_f64(at));
        }
        at += 1.0;
    }
    Ok(Value::Null)
}

/// An address or a range that is none is an error: `false` would decide something.
pub(super) fn in_cidr(call: &mut Invocation<'_, '_>) -> Outcome {
    let (address, range) = (call.text(0)?, call.text(1)?);
    let Some(address) = network::read_address(&address) else {
        return Err(call.impossible(0, "an IP address", "another string"));
    };
    let Some(range) = network::read_range(&range) else {
        return Err(call.impossible(1, "a range such as `10.0.0.0/8`", "another string"));
    };
    Ok(Value::Bool(network::is_in(&address, &range)))
}

pub(super) fn join(call: &mut Invocation<'_, '_>) -> Outcome {
    let (glue, items) = (call.text(0)?, call.items(1)?);
    glued(call, &glue, &items)
}

pub(super) fn lower(call: &mut Invocation<'_, '_>) -> Outcome {
    call.convert(|text| Some((platform::in_use().lower)(text)))
}

/// An empty text is found before, between and behind all characters, as in Python and JavaScript; the
/// specification leaves it open.
pub(super) fn replace(call: &mut Invocation<'_, '_>) -> Outcome {
    let (text, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
    let most = call.count(3)?;
    let pieces = pieces(call, &text, &old, most)?;
    glued(call, &new, &pieces)
}

pub(super) fn split(call: &mut Invocation<'_, '_>) -> Outcome {
    let (text, separator) = (call.text(0)?, call.text(1)?);
    let mut most = call.count(2)?;
    let is_by_character = separator.is_empty() && most > 0;
    most = most.saturating_add(usize::from(is_by_character));
    let mut pieces = pieces(call, &text, &separator, most)?;
    if is_by_character {
        // The empty text before the first character and behind the last is no piece.
        keep(&mut pieces, &mut |piece| piece.is_truthy());
    }
    Ok(pieces.into())
}

pub(super) fn starts_with(call: &mut Invocation<'_, '_>) -> Outcome {
    let (text, start) = (call.text(0)?, call.text(1)?);
    Ok(Value::Bool(text.starts_with(&*start)))
}

/// The characters from `start` on, `length` at most. A start below zero counts from the end.
pub(super) fn substring(call: &mut Invocation<'_, '_>) -> Outcome {
    let text = call.text(0)?;
    let mut skipped = call.integer(1, 0.0)?;
    let mut left = call.count(2)?;
    if skipped < 0.0 {
        skipped += text.chars().count() as f64;
    }
    let mut part = String::new();
    for character in text.chars() {
        if skipped > 0.0 {
            skipped -= 1.0;
        } else if left > 0 {
            left -= 1;
            part.push(character);
        }
    }
    Ok(part.into())
}

/// Takes the characters of a set off both ends; those that Unicode counts as white space where the set is
/// empty or left out.
pub(super) fn trim(call: &mut Invocation<'_, '_>) -> Outcome {
    let text = call.text(0)?;
    let set = if call.arguments.len() > 1 { call.text(1)? } else { "".into() };
    let is_taken = |character: char| match &*set {
        "" => character.is_whitespace(),
        set => set.chars().any(|taken| taken == character),
    };
    let mut rest = text.chars();
    while rest.clone().next().is_some_and(is_taken) {
        call.interpreter.spend_on_text(&set)?;
        rest.next();
    }
    while rest.clone().next_back().is_some_and(is_taken) {
        call.interpreter.spend_on_text(&set)?;
        rest.next_back();
    }
    Ok(rest.as_str().into())
}

pub(super) fn upper(call: &mut Invocation<'_, '_>) -> Outcome {
    call.convert(|text| Some((platform::in_use().upper)(text)))
}

/// Strings one behind the other, with the glue between them.
fn glued(call: &mut Invocation<'_, '_>, glue: &str, items: &[Value]) -> Outcome {
    let mut joined = String::new();
    for (index, item) in items.iter().enumerate() {
        let Value::String(text) = item else {
            return Err(call.mismatch(1, "an array of strings", item));
        };
        if index > 0 {
            call.interpreter.spend_on_text(glue)?;
            joined.push_str(glue);
        }
        call.interpreter.spend_on_text(text)?;
        joined.push_str(text);
    }
    Ok(joined.into())
}

/// The parts of a text between the places where another is found, which are `most` at most.
fn pieces(
    call: &mut Invocation<'_, '_>,
    text: &str,
    sought: &str,
    most: usize,
) -> Result<Vec<Value>, ExpressionError> {
    call.interpreter.spend_on_search(text, sought)?;
    let mut pieces = Vec::new();
    let mut rest = text;
    while pieces.len() < most {
        let found = match (sought, pieces.len()) {
            ("", 0) => Some(0),
            ("", _) => rest.chars().next().map(char::len_utf8),
            _ => position(rest, sought),
        };
        let Some(at) = found else { break };
        let (piece, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        call.interpreter.spend(1)?;
        pieces.push(piece.into());
        rest = tail.get(sought.len()..).unwrap_or_default();
    }
    pieces.push(rest.into());
    Ok(pieces)
}

/// At which byte a text holds another. The search of the standard library is never quadratic, but it costs
/// 2 kB of WebAssembly; here the worst case is counted instead, by `spend_on_search`.
pub(super) fn position(text: &str, sought: &str) -> Option<usize> {
    if sought.is_empty() {
        return Some(0);
    }
    text.as_bytes().windows(sought.len()).position(|part| part == sought.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::testing::check;
    use crate::{Expression, Map, Value};

    const DOCUMENT: &str = r#"{
        "n": -1.5, "s": "añb", "e": [], "strings": ["b", "c", "a"], "mixed": [1, "a"],
        "subject": "subject string", "spaced": "   subject string   ", "ab": "aabaaabaaaab",
        "list": "average|-|min|-|max|-|mean|-|median"
    }"#;

    #[test]
    fn each_function_does_what_the_specification_says() {
        check(
            DOCUMENT,
            &[
                ("ends_with(s, 'ñb')", "true"),
                ("ends_with(s, 'a')", "false"),
                ("join('-', strings)", r#""b-c-a""#),
                ("join('-', e)", r#""""#),
                ("starts_with(s, 'añ')", "true"),
                ("starts_with(s, 'b')", "false"),
            ],
        );
    }

    #[test]
    fn substring_counts_characters_from_either_end() {
        check(
            r#"{"s": "Zażółć 😀!", "n": 1}"#,
            &[
                ("substring(s, `0`)", r#""Zażółć 😀!""#),
                ("substring(s, `2`)", r#""żółć 😀!""#),
                ("substring(s, `2`, `3`)", r#""żół""#),
                ("substring(s, `7`, `1`)", r#""😀""#),
                ("substring(s, `-2`)", r#""😀!""#),
                ("substring(s, `-2`, `1`)", r#""😀""#),
                ("substring(s, `-100`, `2`)", r#""Za""#),
                ("substring(s, `9`)", r#""""#),
                ("substring(s, `1e300`)", r#""""#),
                ("substring(s, `0`, `0`)", r#""""#),
                ("substring(s, `0`, `1e300`)", r#""Zażółć 😀!""#),
                ("substring('', `-1`, `5`)", r#""""#),
                ("substring(n, `0`)", "invalid-type: `substring` expects a string, found number at byte 10"),
                ("substring(s, 'a')", "invalid-type: `substring` expects a number, found string at byte 13"),
                (
                    "substring(s, `0.5`)",
                    "invalid-value: `substring` expects a whole number, found a fraction at byte 13",
                ),
                (
                    "substring(s, `0`, `-1`)",
                    "invalid-value: `substring` expects a count, found a negative number at byte 18",
                ),
            ],
        );
    }

    #[test]
    fn in_cidr_is_an_error_where_there_is_no_address_or_range() {
        check(
            r#"{"ip": "10.1.2.3", "six": "2001:db8::1", "n": 1}"#,
            &[
                ("in_cidr(ip, '10.0.0.0/8')", "true"),
                ("in_cidr(ip, '11.0.0.0/8')", "false"),
                ("in_cidr(six, '2001:db8::/32')", "true"),
                ("in_cidr(six, '10.0.0.0/8')", "false"),
                ("in_cidr('::ffff:10.1.2.3', '10.0.0.0/8')", "true"),
                ("[`\"10.0.0.0/8\"`, '11.0.0.0/8'][?in_cidr($ip, @)]", r#"["10.0.0.0/8"]"#),
                (
                    "in_cidr('ten', '10.0.0.0/8')",
                    "invalid-value: `in_cidr` expects an IP address, found another string at byte 8",
                ),
                (
                    "in_cidr(ip, ip)",
                    "invalid-value: `in_cidr` expects a range such as `10.0.0.0/8`, found another string at byte 12",
                ),
                (
                    "in_cidr(n, '10.0.0.0/8')",
                    "invalid-type: `in_cidr` expects a string, found number at byte 8",
                ),
                ("in_cidr(ip, missing)", "invalid-type: `in_cidr` expects a string, found null at byte 12"),
            ],
        );
        let long = format!("{{\"a\":\"{}\"}}", "1".repeat(100_000));
        check(
            &long,
            &[(
                "in_cidr(a, '::/0')",
                "invalid-value: `in_cidr` expects an IP address, found another string at byte 8",
            )],
        );
    }

    #[test]
    fn find_first_looks_between_start_and_end() {
        check(
            DOCUMENT,
            &[
                ("find_first(subject, 'string')", "8"),
                ("find_first(subject, 'string', `0`)", "8"),
                ("find_first(subject, 'string', `0`, `14`)", "8"),
                ("find_first(subject, 'string', `-6`)", "8"),
                ("find_first(subject, 'string', `-99`, `100`)", "8"),
                ("find_first(subject, 'string', `0`, `13`)", "null"),
                ("find_first(subject, 'string', `0`, `-1`)", "null"),
                ("find_first(subject, 'string', `8`)", "8"),
                ("find_first(subject, 'string', `9`)", "null"),
                ("find_first(subject, 'string', `9`, `8`)", "null"),
                ("find_first(subject, 's')", "0"),
                ("find_first(subject, 's', `1`)", "8"),
                ("find_first(subject, 's', `1e300`)", "null"),
                ("find_first(subject, '')", "null"),
                ("find_first('', '')", "null"),
                ("find_first(s, 'b')", "2"),
                ("find_first(s, 'b', `2`, `3`)", "2"),
            ],
        );
    }

    #[test]
    fn replace_takes_the_first_ones_first() {
        check(
            DOCUMENT,
            &[
                ("replace(ab, 'aa', '-', `0`)", r#""aabaaabaaaab""#),
                ("replace(ab, 'aa', '-', `1`)", r#""-baaabaaaab""#),
                ("replace(ab, 'aa', '-', `2`)", r#""-b-abaaaab""#),
                ("replace(ab, 'aa', '-', `3`)", r#""-b-ab-aab""#),
                ("replace(ab, 'aa', '-')", r#""-b-ab--b""#),
                ("replace(ab, 'x', '-')", r#""aabaaabaaaab""#),
                ("replace(s, 'ñ', '')", r#""ab""#),
                ("replace(s, '', '-')", r#""-a-ñ-b-""#),
                ("replace(s, '', '-', `2`)", r#""-a-ñb""#),
                ("replace('', '', '-')", r#""-""#),
            ],
        );
    }

    #[test]
    fn split_breaks_as_often_as_it_is_told() {
        check(
            DOCUMENT,
            &[
                ("split(list, '|-|')", r#"["average","min","max","mean","median"]"#),
                ("split(list, '|-|', `3`)", r#"["average","min","max","mean|-|median"]"#),
                ("split(list, '|-|', `1`)", r#"["average","min|-|max|-|mean|-|median"]"#),
                ("split(list, '|-|', `0`)", r#"["average|-|min|-|max|-|mean|-|median"]"#),
                ("split(list, '-')", r#"["average|","|min|","|max|","|mean|","|median"]"#),
                ("split('/', '/')", r#"["",""]"#),
                ("split('', '/')", r#"[""]"#),
                ("split('', '')", "[]"),
                ("split('', '', `0`)", r#"[""]"#),
                ("split(s, '')", r#"["a","ñ","b"]"#),
                ("split(s, '', `1`)", r#"["a","ñb"]"#),
                ("split(s, '', `2`)", r#"["a","ñ","b"]"#),
                ("split(s, '', `3`)", r#"["a","ñ","b"]"#),
            ],
        );
    }

    #[test]
    fn trim_takes_a_set_of_characters_off_both_ends() {
        check(
            DOCUMENT,
            &[
                ("trim(spaced)", r#""subject string""#),
                ("trim(spaced, '')", r#""subject string""#),
                ("trim(spaced, ' ')", r#""subject string""#),
                ("trim(spaced, 's')", r#""   subject string   ""#),
                ("trim(spaced, 'su ')", r#""bject string""#),
                ("trim(spaced, 'gsu ')", r#""bject strin""#),
                ("trim(s, 'ñab')", r#""""#),
                ("trim('\u{a0}\u{85}\u{2003}a b\u{3000}\n')", r#""a b""#),
                // The byte order mark and the zero width space are no white space to Unicode.
                ("trim('\u{feff}a\u{200b}') == '\u{feff}a\u{200b}'", "true"),
            ],
        );
    }

    #[test]
    fn a_wrong_argument_is_told_where_it_stands_and_without_its_value() {
        check(
            DOCUMENT,
            &[
                ("ends_with(s, n)", "invalid-type: `ends_with` expects a string, found number at byte 13"),
                ("join(n, strings)", "invalid-type: `join` expects a string, found number at byte 5"),
                (
                    "join('', mixed)",
                    "invalid-type: `join` expects an array of strings, found number at byte 9",
                ),
                ("lower(n)", "invalid-type: `lower` expects a string, found number at byte 6"),
                ("upper(e)", "invalid-type: `upper` expects a string, found array at byte 6"),
                ("trim(s, n)", "invalid-type: `trim` expects a string, found number at byte 8"),
                ("trim(s, missing)", "invalid-type: `trim` expects a string, found null at byte 8"),
                ("replace(s, 'a', n)", "invalid-type: `replace` expects a string, found number at byte 16"),
                ("split(s, 'a', s)", "invalid-type: `split` expects a number, found string at byte 14"),
                (
                    "split(s, 'a', `-1`)",
                    "invalid-value: `split` expects a count, found a negative number at byte 14",
                ),
                (
                    "replace(s, 'a', '', n)",
                    "invalid-value: `replace` expects a whole number, found a fraction at byte 20",
                ),
                (
                    "find_first(s, 'a', `0`, `0.5`)",
                    "invalid-value: `find_first` expects a whole number, found a fraction at byte 24",
                ),
            ],
        );
    }

    /// Returns the result of an expression over these members.
    fn given(expression: &str, members: &[(&str, Value)]) -> Value {
        let members: Map = members.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        Expression::parse(expression).unwrap().evaluate(&members.into()).unwrap()
    }

    proptest! {
        #[test]
        fn texts_are_what_the_standard_library_makes_of_them(
            text in "[abñ😀 ]{0,12}",
            part in "[abñ😀 ]{0,2}",
            new in "[ax]{0,2}",
            count in 0_u8..6,
        ) {
            let members: [(&str, Value); 4] = [
                ("text", text.as_str().into()),
                ("part", part.as_str().into()),
                ("new", new.as_str().into()),
                ("count", Value::Number(count.into())),
            ];
            let strings = |pieces: Vec<&str>| Value::from(pieces.into_iter().map(Value::from).collect::<Vec<_>>());
            prop_assert_eq!(given("replace(text, part, new)", &members), text.replace(&part, &new).into());
            let replaced = text.replacen(&part, &new, count.into());
            prop_assert_eq!(given("replace(text, part, new, count)", &members), replaced.into());
            let trimmed = text.trim_matches(|character| part.contains(character));
            if !part.is_empty() {
                let pieces = text.splitn(usize::from(count) + 1, part.as_str()).collect();
                prop_assert_eq!(given("split(text, part, count)", &members), strings(pieces));
                prop_assert_eq!(given("split(text, part)", &members), strings(text.split(&part).collect()));
                prop_assert_eq!(given("join(part, split(text, part, count)) == text", &members), true.into());
                prop_assert_eq!(given("trim(text, part)", &members), trimmed.into());
                let place = text.find(&part).map(|at| text.split_at(at).0.chars().count());
                let place = place.map_or(Value::Null, |at| Value::Number(u32::try_from(at).unwrap().into()));
                prop_assert_eq!(given("find_first(text, part)", &members), place);
            }
            prop_assert_eq!(given("join('', split(text, '', count)) == text", &members), true.into());
        }

        #[test]
        fn what_find_first_finds_lies_where_it_looked(
            text in "[abñ]{0,8}",
            part in "[abñ]{1,2}",
            start in -10..10_i32,
            end in -10..10_i32,
        ) {
            let members: [(&str, Value); 4] = [
                ("text", text.as_str().into()),
                ("part", part.as_str().into()),
                ("start", Value::Number(start.into())),
                ("end", Value::Number(end.into())),
            ];
            // A slice has the rules that `start` and `end` follow.
            let slice = format!("split(text, '')[{start}:{end}] | join('', @)");
            let inside = given(&slice, &members);
            let place = inside.as_str().unwrap().find(&part).is_some();
            prop_assert_eq!(!given("find_first(text, part, start, end)", &members).is_null(), place);
        }
    }
}
