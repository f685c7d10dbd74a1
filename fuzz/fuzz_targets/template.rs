//! A URL template filled with hostile values: they fill their place and change nothing around it.

#![no_main]

use claimsmith_compile::{parse_template, parse_url};
use claimsmith_core::expression::{Budget, Map, Value};
use claimsmith_core::template::Inputs;
use claimsmith_core::{Secret, Secrets};
use libfuzzer_sys::fuzz_target;

/// Splits off scheme, host and port.
fn split(url: &str) -> (&str, &str) {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let end = url[after_scheme..].find(['/', '?']).map_or(url.len(), |at| after_scheme + at);
    url.split_at(end)
}

fn slashes(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'/').count()
}

fuzz_target!(|input: &[u8]| {
    // The template, a line end, the value.
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let Ok(text) = std::str::from_utf8(parts.next().unwrap_or_default()) else { return };
    let Ok(value) = std::str::from_utf8(parts.next().unwrap_or_default()) else { return };
    let user = Map::from_members(vec![("user_id".into(), value.into())]);
    let event = Map::from_members(vec![("user".into(), user.into())]);
    let scope: Value = Map::from_members(vec![("event".into(), event.into())]).into();
    let secrets: Secrets = [("HOST".into(), Secret::new(value))].into_iter().collect();
    let budget = Budget::default();
    let inputs = Inputs { scope: &scope, secrets: &secrets, budget: &budget };
    if let Ok(template) = parse_template(text) {
        // Whatever comes of it, it comes back.
        let _ = template.render(inputs);
    }
    // A tame value shows what the template itself brings.
    let tame_user = Map::from_members(vec![("user_id".into(), "tame".into())]);
    let tame_event = Map::from_members(vec![("user".into(), tame_user.into())]);
    let tame: Value = Map::from_members(vec![("event".into(), tame_event.into())]).into();
    for allow_http in [false, true] {
        let Ok(url) = parse_url(text, allow_http) else { continue };
        let (Ok(hostile), Ok(tame)) = (url.render(inputs), url.render(Inputs { scope: &tame, ..inputs }))
        else {
            continue;
        };
        let ((origin, target), (tame_origin, tame_target)) = (split(hostile.expose()), split(tame.expose()));
        assert_eq!(origin, tame_origin, "a value of the login moved the host");
        assert_eq!(slashes(target), slashes(tame_target), "a value made a segment");
        assert!(hostile.expose().bytes().all(|byte| byte.is_ascii_graphic()), "a value left its encoding");
        assert!(origin.starts_with("https://") || origin.starts_with("http://"));
    }
});
