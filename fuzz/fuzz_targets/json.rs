//! JSON: what serde_json takes is taken and means the same, and what is written reads back.

#![no_main]

use std::rc::Rc;

use claimsmith_core::expression::Value;
use claimsmith_core::expression::json::{self, Unreadable, Wanted};
use libfuzzer_sys::fuzz_target;

/// Whether both readers saw the same value.
fn agree(ours: &Value, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (Value::Number(ours), serde_json::Value::Number(theirs)) => Some(ours.as_f64()) == theirs.as_f64(),
        (Value::String(ours), serde_json::Value::String(theirs)) => **ours == **theirs,
        (Value::Array(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| agree(ours, theirs))
        }
        (Value::Object(ours), serde_json::Value::Object(theirs)) => {
            ours.iter().count() == theirs.len()
                && ours
                    .iter()
                    .all(|(name, ours)| theirs.get(&**name).is_some_and(|theirs| agree(ours, theirs)))
        }
        _ => false,
    }
}

fuzz_target!(|text: &[u8]| {
    let theirs = serde_json::from_slice::<serde_json::Value>(text);
    match (json::read(text), theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert!(agree(&ours, &theirs));
            let written = ours.to_json();
            let again = json::read(written.as_bytes());
            assert_eq!(again.map(|again| again.to_json()), Ok(written));
        }
        // Ours skips a byte order mark, and takes half of a surrogate pair for U+FFFD.
        (Ok(_), Err(error)) => {
            let has_half = text.windows(3).any(|part| part.eq_ignore_ascii_case(b"\\ud"));
            assert!(has_half || text.starts_with(b"\xef\xbb\xbf"), "read what serde_json refuses: {error}");
        }
        // Both bound the depth; ours counts what serde_json counts one later. The rest must be the same.
        (Err(error), Ok(_)) => assert!(error.message.contains("nested"), "{error}"),
        (Err(_), Err(_)) => {}
    }
    // What is read strictly is read the same where parts may be unavailable, and has none. The other way round does not
    // hold: of two members with one name the later counts, and that may be the readable one.
    if let Ok(strict) = json::read(text) {
        assert_eq!(json::read_with(text, Unreadable::PartsAreUnavailable).as_ref(), Ok(&strict));
        assert!(!strict.has_unavailable());
    }
    // A member that is wanted is that of the whole, and what is wrong elsewhere is wrong still.
    let whole = json::read_with(text, Unreadable::NumbersAreUnavailable);
    for name in names(whole.as_ref().unwrap_or(&Value::Null)) {
        let wanted = Wanted::new(&[vec![Rc::clone(&name)]]);
        let part = json::read_wanted(text, Unreadable::NumbersAreUnavailable, wanted.as_ref());
        assert_eq!(part.map(|part| part.member(&name)), whole.clone().map(|whole| whole.member(&name)));
    }
});

/// Some names of an object; another one where there is none.
fn names(value: &Value) -> Vec<Rc<str>> {
    let members = value.as_object().into_iter().flat_map(|members| members.iter());
    let mut names: Vec<Rc<str>> = members.map(|(name, _)| Rc::clone(name)).take(3).collect();
    names.push("a".into());
    names
}
