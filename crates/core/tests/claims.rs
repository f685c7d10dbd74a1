//! What becomes of claims, scopes and rules, against a host in memory.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what fails here fails the test"
)]

mod support;

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use claimsmith_core::Target;
use claimsmith_core::expression::json;
use claimsmith_core::report::OutcomeKind;
use claimsmith_core::{DENY_REASON, Decision, Effect, Engine, Secret, Trigger};
use support::{MemoryHost, World, answer, decide_with, effects, errors, issuing_world, login, read, short};

/// The rest of a configuration with one source, `s`, that needs no token.
const SOURCE: &str = r#""sources":{"s":{"url":"https://h/u","token":null}}"#;

fn decide(rest: &str, body: &str) -> Decision {
    decide_with(&format!("{SOURCE},{rest}"), "{}", Some(body))
}

/// What was left out, as `claim reason` or `claim reason target`.
fn left_out(decision: &Decision) -> Vec<String> {
    let left_out = decision.report.claims.left_out.iter();
    left_out
        .map(|left| {
            let target = left.target.map_or(String::new(), |target| format!(" {}", target.as_str()));
            format!("{} {}{target}", left.claim, left.reason)
        })
        .collect()
}

fn problems(config: &str, trigger: Trigger) -> Vec<String> {
    let problems = support::read_for(config, trigger).unwrap_err();
    problems.iter().map(|error| format!("{} {error}", error.code.as_str())).collect()
}

fn problem(config: &str) -> String {
    let found = problems(config, Trigger::PostLogin);
    assert_eq!(found.len(), 1, "{config}: {found:?}");
    found[0].clone()
}

#[test]
fn a_claim_reaches_each_of_the_eight_targets() {
    let to = r#"["access_token","id_token","saml_response","app_metadata","user_metadata","transaction_metadata",
        "session_metadata","refresh_token_metadata"]"#;
    let decision =
        decide(&format!(r#""claims":{{"plan":{{"value":"s.plan","to":{to}}}}}"#), r#"{"plan":"gold"}"#);
    assert_eq!(
        short(&decision),
        [
            "access_token plan=\"gold\"",
            "id_token plan=\"gold\"",
            "saml_response plan=\"gold\"",
            "app_metadata plan=\"gold\"",
            "user_metadata plan=\"gold\"",
            "transaction_metadata plan=\"gold\"",
            "session_metadata plan=\"gold\"",
            "refresh_token_metadata plan=\"gold\"",
        ]
    );
    assert_eq!(decision.report.claims.set, ["plan"]);
    assert_eq!(decision.report.outcome, OutcomeKind::Enriched);
}

#[test]
fn a_reserved_name_may_go_where_it_is_not_reserved() {
    for target in ["saml_response", "app_metadata", "user_metadata", "transaction_metadata"] {
        let config = |to: &str| format!(r#"{{"claims":{{"roles":{{"value":"event.x","to":[{to}]}}}}}}"#);
        assert!(read(&config(&format!("\"{target}\""))).is_ok(), "{target}");
        let both = config(&format!(r#""{target}","id_token""#));
        assert!(problem(&both).starts_with("claim_reserved claims.roles: `roles` is reserved"), "{target}");
    }
}

#[test]
fn a_value_that_one_target_cannot_hold_goes_to_the_others() {
    let claims = r#""claims":{
        "object":{"value":"s.o","to":["id_token","saml_response","transaction_metadata","app_metadata"]},
        "list":{"value":"s.l","to":["saml_response","transaction_metadata"]}}"#;
    let decision = decide(claims, r#"{"o":{"a":1},"l":["x",true,1.5]}"#);
    assert_eq!(
        short(&decision),
        ["saml_response list=[\"x\",true,1.5]", "id_token object={\"a\":1}", "app_metadata object={\"a\":1}"]
    );
    assert_eq!(
        left_out(&decision),
        [
            "list claim_type_mismatch transaction_metadata",
            "object claim_type_mismatch saml_response",
            "object claim_type_mismatch transaction_metadata",
        ]
    );
    assert_eq!(decision.report.claims.set, ["list", "object"]);
    assert_eq!(decision.report.outcome, OutcomeKind::Partial);
}

#[test]
fn a_target_that_the_login_lacks_is_left_out_and_reported() {
    for (required, expected) in [("false", "id_token a=1"), ("true", &format!("deny {DENY_REASON}"))] {
        let config = format!(
            r#"{{"claims":{{"a":{{"value":"`1`","to":["id_token","saml_response"],"required":{required}}}}}}}"#
        );
        let world = issuing_world();
        let mut login = login("ann");
        login.missing_targets = vec![Target::SamlResponse];
        let engine = Engine::new(read(&config).unwrap());
        let decision = world.run(engine.enrich(&MemoryHost::new(&world), login));
        assert_eq!(short(&decision), [expected]);
        assert_eq!(errors(&decision)[0], "config_invalid@claims.a");
        assert!(decision.report.errors[0].message.contains("no `saml_response`"));
    }
}

#[test]
fn a_claim_is_set_as_this_table_says() {
    // value, default, type, when, required → what is set, or why not; and whether the login is denied.
    let big = "9007199254740993";
    for (value, default, kind, when, required, expected, denied) in [
        ("1", "null", "", "", false, "=1", false),
        ("1", "2", "", "", true, "=1", false),
        ("null", "null", "", "", false, "null", false),
        ("null", "2", "", "", false, "=2", false),
        ("null", "2", "", "", true, "=2", false),
        ("null", "null", "", "", true, "null", true),
        ("false", "2", "", "", false, "=false", false),
        ("\"\"", "2", "", "", false, "=\"\"", false),
        ("[]", "2", "", "", false, "=[]", false),
        ("1", "2", "", "s.no", true, "when", false),
        ("null", "2", "", "s.no", true, "when", false),
        ("null", "null", "", "s.yes", true, "null", true),
        ("\"1\"", "null", "number", "", false, "claim_type_mismatch", false),
        ("\"1\"", "null", "number", "", true, "claim_type_mismatch", true),
        ("\"1\"", "2", "number", "", true, "=2", false),
        ("null", "2", "number", "", false, "=2", false),
        ("1.5", "null", "integer", "", false, "claim_type_mismatch", false),
        ("2.0", "null", "integer", "", false, "=2", false),
        ("[1,\"a\"]", "null", "number[]", "", false, "claim_type_mismatch", false),
        ("[1,2]", "null", "number[]", "", false, "=[1,2]", false),
        (big, "null", "", "", false, "unsafe_integer", false),
        (big, "null", "", "", true, "unsafe_integer", true),
        (big, "2", "", "", true, "=2", false),
        ("null", big, "", "", false, "unsafe_integer", false),
        ("[[9007199254740993]]", "null", "array", "", false, "unsafe_integer", false),
        ("{\"a\":[{\"b\":-9007199254740993}]}", "null", "object", "", false, "unsafe_integer", false),
        ("9007199254740991", "null", "integer", "", false, "=9007199254740991", false),
        ("1", "null", "", "length(s.v)", false, "expression_invalid", false),
        ("1", "2", "", "length(s.v)", true, "expression_invalid", true),
    ] {
        let mut claim =
            format!(r#""value":"s.v","default":{default},"required":{required},"to":["id_token"]"#);
        for (key, text) in [("type", kind), ("when", when)] {
            if !text.is_empty() {
                claim.push_str(&format!(r#","{key}":"{text}""#));
            }
        }
        let body = format!(r#"{{"v":{value},"yes":true,"no":false}}"#);
        let decision = decide(&format!(r#""claims":{{"c":{{{claim}}}}}"#), &body);
        let case = format!("{body} {claim}: {decision:?}");
        assert_eq!(decision.report.outcome == OutcomeKind::Denied, denied, "{case}");
        match expected.strip_prefix('=') {
            Some(value) => assert_eq!(short(&decision), [format!("id_token c={value}")], "{case}"),
            None if denied => assert_eq!(short(&decision), [format!("deny {DENY_REASON}")], "{case}"),
            None => assert_eq!(left_out(&decision), [format!("c {expected}")], "{case}"),
        }
        if denied {
            assert_eq!(errors(&decision).last().unwrap(), "claim_missing@claims.c", "{case}");
        }
    }
}

/// A configuration of claims named `a`, `b`, … with these priorities, each as large as a member of the
/// answer's list says, and one byte more for its name.
fn shed(limit: u32, claims: &[(i32, usize)]) -> Decision {
    let names = ["a", "b", "c", "d", "e"];
    let claim = |(index, (priority, _)): (usize, &(i32, usize))| {
        format!(
            r#""{}":{{"value":"s[{index}]","priority":{priority},"to":["access_token","id_token"]}}"#,
            names[index]
        )
    };
    let claim_list: Vec<String> = claims.iter().enumerate().map(claim).collect();
    // The value is a string, which JSON puts into quotes.
    let body: Vec<String> =
        claims.iter().map(|(_, bytes)| format!("\"{}\"", "x".repeat(bytes - 3))).collect();
    let rest = format!(r#""limits":{{"id_token_bytes":{limit}}},"claims":{{{}}}"#, claim_list.join(","));
    decide(&rest, &format!("[{}]", body.join(",")))
}

#[test]
fn claims_over_the_limit_are_shed_from_the_lowest_priority_up() {
    for (limit, claims, expected) in [
        // All fit, to the byte.
        (30, vec![(0, 10), (0, 10), (0, 10)], vec![]),
        (29, vec![(2, 10), (1, 10), (3, 10)], vec!["b"]),
        (19, vec![(2, 10), (1, 10), (3, 10)], vec!["b", "a"]),
        (29, vec![(0, 10), (-1, 10), (0, 10)], vec!["b"]),
        // Of one priority the larger goes first, and of one size the later by name.
        (29, vec![(0, 10), (0, 12), (0, 10)], vec!["b"]),
        (29, vec![(0, 10), (0, 10), (0, 10)], vec!["c"]),
        // A higher priority is worth more than any size.
        (40, vec![(0, 10), (1, 35)], vec!["a"]),
        // What could not be there alone takes nobody with it.
        (29, vec![(9, 100), (0, 10), (0, 10)], vec!["a"]),
    ] {
        let decision = shed(limit, &claims);
        let case = format!("{limit} {claims:?}");
        let expected: Vec<String> =
            expected.iter().map(|name| format!("{name} claims_too_large id_token")).collect();
        assert_eq!(left_out(&decision), expected, "{case}");
        assert_eq!(effects(&decision).len(), claims.len() - expected.len(), "{case}");
        // The access token has a limit of its own.
        let to_access_token = |effect: &&String| effect.starts_with("access_token");
        assert_eq!(short(&decision).iter().filter(to_access_token).count(), claims.len(), "{case}");
        assert_eq!(decision.report.claims.set.len(), claims.len(), "{case}");
        assert!(
            errors(&decision).iter().all(|error| error.starts_with("claims_too_large@claims.")),
            "{case}"
        );
    }
}

#[test]
fn whatever_is_shed_had_to_go() {
    let kinds: Vec<(i32, usize)> =
        [0, 1, 2].into_iter().flat_map(|priority| [6, 10, 25].map(|bytes| (priority, bytes))).collect();
    for (a, b, c) in (0..729).map(|case| (case / 81, case / 9 % 9, case % 9)) {
        let claims = [kinds[a], kinds[b], kinds[c]];
        let decision = shed(20, &claims);
        let index_of = |name: &str| usize::from(name.as_bytes()[0] - b'a');
        let shed: Vec<usize> = left_out(&decision).iter().map(|left| index_of(left)).collect();
        let mut total: usize = claims.iter().map(|(_, bytes)| bytes).sum();
        for (order, index) in shed.iter().enumerate() {
            let (priority, bytes) = claims[*index];
            assert!(total > 20, "{claims:?}: {shed:?} sheds more than it must");
            let stays = |other: usize| !shed[..=order].contains(&other);
            for (other, (others, other_bytes)) in claims.iter().enumerate().filter(|(other, _)| stays(*other))
            {
                let alone = (bytes <= 20, *other_bytes <= 20);
                assert!(alone != (true, false), "{claims:?}: {shed:?} keeps what can never fit");
                assert!(alone.0 != alone.1 || priority <= *others, "{claims:?}: {shed:?} keeps {other}");
            }
            total -= bytes;
        }
        assert!(total <= 20, "{claims:?}: {shed:?} keeps too much");
        assert_eq!(effects(&decision).len() + shed.len(), 3, "{claims:?}");
    }
}

#[test]
fn bytes_are_counted_as_utf_8_json() {
    // The name has 2 bytes; the values 8, 8 and 4.
    let claims = r#""claims":{"é":{"value":"s","to":["id_token"]}}"#;
    for (value, bytes) in [(r#""ééé""#, 8), (r#""\"\\\n""#, 8), ("[1]", 3), ("1e3", 4)] {
        for (limit, is_set) in [(bytes + 2, true), (bytes + 1, false)] {
            let decision = decide(&format!(r#""limits":{{"id_token_bytes":{limit}}},{claims}"#), value);
            assert_eq!(effects(&decision).len() == 1, is_set, "{value} {limit}");
        }
    }
}

#[test]
fn a_token_has_8192_bytes_where_no_limit_is_given_and_100_000_at_most() {
    for (bytes, is_set) in [(8192, true), (8193, false)] {
        for target in ["access_token", "id_token"] {
            let body = format!(r#""{}""#, "x".repeat(bytes - 3));
            let decision = decide(&format!(r#""claims":{{"c":{{"value":"s","to":["{target}"]}}}}"#), &body);
            assert_eq!(decision.effects.len() == 1, is_set, "{target} {bytes}");
        }
    }
    assert!(read(r#"{"claims":{},"limits":{"access_token_bytes":100000}}"#).is_ok());
    for (limits, expected) in [
        (r#"{"id_token_bytes":100001}"#, "config_invalid limits.id_token_bytes: must be from 1 to 100000"),
        (r#"{"access_token_bytes":0}"#, "config_invalid limits.access_token_bytes: must be from 1"),
        (r#"{"id_token":1}"#, "config_invalid limits.id_token: unknown key"),
        ("[]", "config_invalid limits: must be an object"),
    ] {
        let found = problem(&format!(r#"{{"claims":{{}},"limits":{limits}}}"#));
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn a_required_claim_that_is_shed_denies() {
    let claims = r#""limits":{"id_token_bytes":20},"claims":{
        "a":{"value":"s","priority":-1,"required":true},"b":"s"}"#;
    let decision = decide(claims, r#""xxxxxxxxx""#);
    assert_eq!(short(&decision), [format!("deny {DENY_REASON}")]);
    assert_eq!(errors(&decision), ["claims_too_large@claims.a", "claim_missing@claims.a"]);
}

/// Decides a login of a user with this metadata, where claims of these values (JMESPath literals), of falling
/// priority, go to one target. Says what was left out, and why.
fn left_out_at(target: &str, held: &str, values: &[String]) -> Vec<String> {
    let claims = values.iter().enumerate().map(|(index, value)| {
        let value = claimsmith_core::expression::Value::from(format!("`{value}`").as_str()).to_json();
        format!(r#""c{index}":{{"value":{value},"to":["{target}"],"priority":{}}}"#, values.len() - index)
    });
    let config = format!(r#""claims":{{{}}}"#, claims.collect::<Vec<_>>().join(","));
    let event = format!(r#"{{"user":{{"app_metadata":{held},"user_metadata":{held}}}}}"#);
    let decision = decide_with(&config, &event, None);
    let set = decision.report.claims.set.len();
    assert_eq!(set + decision.report.claims.left_out.len(), values.len(), "{decision:?}");
    left_out(&decision)
}

fn text(length: usize) -> String {
    format!("\"{}\"", "x".repeat(length))
}

#[test]
fn attributes_of_a_saml_response_stay_within_auth0s_limits() {
    let at = |values: &[String]| left_out_at("saml_response", "{}", values);
    let too_large = ["c0 claims_too_large saml_response"];
    assert_eq!(at(&[text(2048)]), [""; 0]);
    assert_eq!(at(&[text(2049)]), too_large);
    assert_eq!(at(&[format!("[1,{}]", text(2048))]), [""; 0]);
    assert_eq!(at(&[format!("[1,{}]", text(2049))]), too_large);
    // A pair of surrogates is two characters in JavaScript.
    assert_eq!(at(&[format!("\"{}\"", "\u{1f511}".repeat(1024))]), [""; 0]);
    assert_eq!(at(&[format!("\"{}x\"", "\u{1f511}".repeat(1024))]), too_large);
    // 10 kB together, names and items counted: what is over goes by priority.
    let five = [text(2000), text(2000), text(2000), text(2000), format!("[{},{}]", text(1200), text(1030))];
    assert_eq!(at(&five), [""; 0]);
    let six = [&five[..], &[text(1)]].concat();
    assert_eq!(at(&six), ["c5 claims_too_large saml_response"]);
    let many: Vec<String> = (0..101).map(|_| "true".to_owned()).collect();
    assert_eq!(at(&many[..100]), [""; 0]);
    assert_eq!(at(&many), ["c100 claims_too_large saml_response"]);
}

#[test]
fn metadata_of_the_user_stays_within_32_kb_with_what_is_there() {
    for target in ["app_metadata", "user_metadata"] {
        let at = |held: &str, values: &[String]| left_out_at(target, held, values);
        // Two bytes of the name, and two quotes.
        assert_eq!(at("{}", &[text(32_764)]), [""; 0]);
        assert_eq!(at("{}", &[text(32_765)]), [format!("c0 claims_too_large {target}")]);
        assert_eq!(
            at("{}", &[text(20_000), text(20_000), text(9)]),
            [format!("c2 claims_too_large {target}"), format!("c1 claims_too_large {target}")]
        );
        let other = format!(r#"{{"other":{}}}"#, text(30_000));
        assert_eq!(at(&other, &[text(2_000)]), [""; 0]);
        assert_eq!(at(&other, &[text(3_000)]), [format!("c0 claims_too_large {target}")]);
        // What is replaced makes room, or a value that fits once would not fit again.
        assert_eq!(at(&format!(r#"{{"c0":{}}}"#, text(30_000)), &[text(32_000)]), [""; 0]);
        for held in ["[]", "\"x\"", "7", "false"] {
            assert_eq!(at(held, &["1".to_owned()]), [format!("c0 api_refused {target}")], "{held}");
        }
        assert_eq!(at("null", &["1".to_owned()]), [""; 0]);
    }
}

#[test]
fn metadata_of_the_transaction_stays_within_its_limits() {
    let decide = |claims: &str, held: &str| {
        let event = format!(r#"{{"transaction":{{"metadata":{held}}}}}"#);
        let body = format!(r#"{{"k8":"{}","k6":"{}","n":1}}"#, "x".repeat(8192), "x".repeat(6000));
        decide_with(&format!("{SOURCE},\"claims\":{claims}"), &event, Some(&body))
    };
    let claim = |value: &str| format!(r#"{{"value":"{value}","to":["transaction_metadata"]}}"#);
    let one = |value: &str| format!(r#"{{"a":{}}}"#, claim(value));
    assert_eq!(decide(&one("s.k8"), "{}").effects.len(), 1);
    assert_eq!(
        left_out(&decide(&one("join('', [s.k8, 'x'])"), "{}")),
        ["a claims_too_large transaction_metadata"]
    );

    let three = format!(r#"{{"a":{},"b":{},"c":{}}}"#, claim("s.k6"), claim("s.n"), claim("s.k6"));
    assert_eq!(decide(&three, "{}").report.claims.set, ["a", "b", "c"]);
    // What other Actions have set counts, even where it is about to be replaced.
    let held = |name: &str| format!(r#"{{"{name}":"{}"}}"#, "y".repeat(5000));
    assert_eq!(decide(&three, &held("other")).report.claims.set, ["a", "b"]);
    assert_eq!(decide(&three, &held("a")).report.claims.set, ["a", "b"]);
    assert_eq!(decide(&three, r#"{"other":[7]}"#).report.claims.set.len(), 3);

    let name = |length: usize| format!(r#"{{"claims":{{"{}":{}}}}}"#, "k".repeat(length), claim("event.x"));
    assert!(read(&name(64)).is_ok());
    assert!(problem(&name(65)).contains("is over the 64 characters"));
}

#[test]
fn shadow_does_everything_and_sets_nothing() {
    let rest =
        r#""mode":"shadow","claims":{"a":"s.a","b":"s.b"},"scopes":[{"add":"beta"},{"remove":"admin"}]"#;
    let decision = decide(rest, r#"{"a":1}"#);
    assert!(decision.effects.is_empty());
    assert_eq!(decision.report.outcome, OutcomeKind::Shadow);
    assert_eq!(decision.report.claims.set, ["a"]);
    assert_eq!(left_out(&decision), ["b null"]);
    assert_eq!(
        (&*decision.report.scopes.added, &*decision.report.scopes.removed),
        (&["beta".into()][..], &["admin".into()][..])
    );
    assert_eq!(decision.report.sources[0].1.status, Some(200));
}

#[test]
fn shadow_denies_nobody_and_says_that_it_would() {
    let would = "the login would have been denied";
    let rule = r#""mode":"shadow","claims":{"a":"s.a"},"deny":[{"when":"s.a","reason":"No.","on_unavailable":"skip"}]"#;
    let decision = decide(rule, r#"{"a":1}"#);
    assert!(decision.effects.is_empty() && decision.report.claims.set.is_empty());
    assert_eq!(decision.report.warnings, ["`deny[0]` holds", would]);

    let required = r#""mode":"shadow","claims":{"a":{"value":"s.a","required":true}}"#;
    let decision = decide(required, "{}");
    assert_eq!((decision.report.outcome, decision.effects.len()), (OutcomeKind::Shadow, 0));
    assert_eq!(decision.report.warnings, [would]);
    // Nor where the engine itself fails.
    assert!(!read(&format!("{{{SOURCE},{required}}}")).unwrap().denies_on_failure());
}

#[test]
fn scopes_are_added_and_removed_in_order_where_their_condition_holds() {
    let rest = r#""claims":{"z":{"value":"s.z","to":["id_token"]}},"scopes":[
        {"add":"beta","when":"s.beta"},{"remove":"admin","when":"!s.admin","on_unavailable":"keep"},{"add":"no","when":"s.no"},{"add":"read:x"}]"#;
    let decision = decide(rest, r#"{"beta":true,"z":1}"#);
    assert_eq!(short(&decision), ["+beta", "-admin", "+read:x", "id_token z=1"]);
    assert_eq!(decision.report.scopes.added, ["beta", "read:x"]);
    assert_eq!(decision.report.scopes.removed, ["admin"]);
    assert!(
        decision.report.to_json().contains(r#""scopes":{"added":["beta","read:x"],"removed":["admin"]}"#)
    );
}

#[test]
fn a_scope_whose_condition_fails_stays_as_it_is() {
    let rest = r#""claims":{},"scopes":[{"add":"a","when":"length(s.n)"},{"remove":"b","when":"length(s.n)","on_unavailable":"keep"},{"add":"c"}]"#;
    let decision = decide(rest, r#"{"n":1}"#);
    assert_eq!(short(&decision), ["+c"]);
    assert_eq!(errors(&decision), ["expression_invalid@scopes[0]", "expression_invalid@scopes[1]"]);
    assert_eq!(decision.report.outcome, OutcomeKind::Partial);
}

#[test]
fn the_first_rule_that_holds_denies_with_its_reason() {
    let rest = r#""claims":{"a":{"value":"s.none","required":true}},"scopes":[{"add":"x"}],"deny":[
        {"when":"s.no","reason":"Not this.","on_unavailable":"deny"},
        {"when":"s.blocked","reason":"Your account is blocked.","on_unavailable":"deny"},
        {"when":"s","reason":"Nor this.","on_unavailable":"deny"}]"#;
    let decision = decide(rest, r#"{"blocked":true}"#);
    let denial = Effect::Deny { reason: "Your account is blocked.".into(), is_failure: false };
    assert_eq!(decision.effects, [denial]);
    assert_eq!(decision.report.outcome, OutcomeKind::Denied);
    assert!(decision.report.claims.set.is_empty() && decision.report.scopes.added.is_empty());
    assert_eq!(decision.report.warnings, ["`deny[1]` holds"]);
}

#[test]
fn scopes_and_rules_are_read_strictly() {
    for (rest, expected) in [
        (r#""scopes":{}"#, "scopes: must be an array"),
        (r#""scopes":[{}]"#, "scopes[0]: needs one scope, to `add` or to `remove`"),
        (r#""scopes":[{"add":"a","remove":"b"}]"#, "scopes[0]: needs one scope"),
        (r#""scopes":[{"add":7}]"#, "scopes[0].add: must be a scope"),
        (r#""scopes":[{"add":"a b"}]"#, "scopes[0].add: a scope has 1 to 280"),
        (r#""scopes":[{"remove":""}]"#, "scopes[0].remove: a scope has 1 to 280"),
        (r#""scopes":[{"add":"a","if":"event"}]"#, "scopes[0].if: unknown key `if`"),
        (r#""deny":[{"when":"event.x"}]"#, "deny[0]: `reason` is missing"),
        (
            r#""deny":[{"when":"event.x","reason":"No.","on_unavailable":"keep"}]"#,
            "deny[0].on_unavailable: `keep` is not known here",
        ),
        (
            r#""scopes":[{"remove":"a","on_unavailable":"deny"}]"#,
            "scopes[0].on_unavailable: `deny` is not known here",
        ),
        (
            r#""scopes":[{"add":"a","on_unavailable":"keep"}]"#,
            "scopes[0].on_unavailable: `on_unavailable` goes with `remove`",
        ),
        (r#""deny":[{"reason":"No."}]"#, "deny[0]: `when` is missing"),
        (r#""deny":[{"when":"event.x","reason":""}]"#, "deny[0].reason: the user must read why"),
        (r#""claims":{"a":{"value":"event","priority":1.5}}"#, "claims.a.priority: must be a whole number"),
        (r#""claims":{"a":{"value":"event","to":[]}}"#, "claims.a.to: names no target"),
    ] {
        let claims = if rest.contains("claims") { "" } else { r#","claims":{}"# };
        let found = problem(&format!("{{{rest}{claims}}}"));
        assert!(found.starts_with(&format!("config_invalid {expected}")), "{found}");
    }
    let long = |length: usize| format!(r#"{{"claims":{{}},"scopes":[{{"add":"{}"}}]}}"#, "s".repeat(length));
    assert!(read(&long(280)).is_ok() && read(&long(281)).is_err());
    for list in ["scopes", "deny"] {
        let rest = format!(r#"{{"claims":{{}},"{list}":[{{"add":"x","reason":"x","when":"nope.x"}}]}}"#);
        assert!(
            problems(&rest, Trigger::PostLogin).iter().any(|found| found.contains("`nope` names nothing"))
        );
    }
}

#[test]
fn what_rules_read_is_asked_of_the_event() {
    let config = r#"{"claims":{"email":"event.a","x":{"value":"event.b","to":["transaction_metadata"]}},
        "scopes":[{"add":"x","when":"event.c"}],"deny":[{"when":"event.d","reason":"No."}]}"#;
    let chains = |config: &claimsmith_core::Plan| -> Vec<String> {
        let mut chains: Vec<String> = config.event_reads.iter().map(|chain| chain.join(".")).collect();
        chains.sort();
        chains
    };
    let read_chains = chains(&read(config).unwrap());
    let expected = [
        "a",
        "b",
        "c",
        "d",
        "resource_server.identifier",
        "transaction.correlation_id",
        "transaction.metadata",
        "transaction.requested_scopes",
    ];
    assert_eq!(read_chains, expected);
    let little = read(r#"{"claims":{"email":{"value":"event.a","to":["id_token"]}}}"#).unwrap();
    assert_eq!(chains(&little), ["a", "transaction.correlation_id"]);
}

#[test]
fn what_auth0_will_leave_out_of_the_access_token_is_warned_of() {
    let warnings = |claims: &str, event: &str| {
        decide_with(&format!(r#""claims":{claims}"#), event, Some("{}")).report.warnings
    };
    let event = |audience: &str, scopes: &str| {
        format!(
            r#"{{"resource_server":{{"identifier":"{audience}"}},"transaction":{{"requested_scopes":{scopes}}}}}"#
        )
    };
    let profile = r#"{"email":"`1`","nickname":"`1`","plan":"`1`"}"#;
    let to_id = r#"{"email":{"value":"`1`","to":["id_token"]}}"#;
    let api = "https://shop.example.com/api";
    assert_eq!(
        warnings(profile, &event(api, r#"["openid","email"]"#)),
        ["the access token carries `nickname` only where the scope `profile` is requested"]
    );
    assert_eq!(warnings(profile, &event(api, "null")).len(), 2);
    for no_api in ["{}", r#"{"resource_server":{}}"#, r#"{"resource_server":null}"#] {
        assert_eq!(
            warnings(profile, no_api),
            ["the login is for no API, so that the access token is opaque and carries no claims"]
        );
    }
    assert_eq!(warnings(profile, &event(api, r#"["email","profile"]"#)), [""; 0]);
    assert_eq!(warnings(to_id, "{}"), [""; 0]);
    assert_eq!(warnings(r#"{"a":"`1`"}"#, &event("https://acme.auth0.com/userinfo", "[]")), [""; 0]);
    for audience in ["https://acme.eu.auth0.com/api/v2/", "https://ACME.auth0.com:443/me/"] {
        assert_eq!(
            warnings(profile, &event(audience, "[]")),
            ["the access token is for an API of Auth0's, and carries no claims of yours"]
        );
        assert_eq!(warnings(to_id, &event(audience, "[]")), [""; 0]);
        // A claim that is not set is nothing to warn of.
        assert_eq!(warnings(r#"{"plan":"event.none"}"#, &event(audience, "[]")), [""; 0]);
    }
    assert_eq!(warnings(r#"{"a":"`1`"}"#, &event("https://auth0.com.example.com/api/v2/", "[]")), [""; 0]);
}

#[test]
fn a_wrong_expression_is_shown_with_a_mark_at_the_column() {
    for (config, expected) in [
        (
            r#"{"claims":{"a":"event..x"}}"#,
            "claims.a: `.` was not expected here (column 7)\n  event..x\n        ^",
        ),
        (
            r#"{"claims":{"a":"'é' || profil.x"},"sources":{"profile":{"url":"https://h/"}}}"#,
            "claims.a: `profil` names nothing here; did you mean `profile`? (column 8)\n  'é' || profil.x\n         ^",
        ),
        (
            r#"{"claims":{"a":{"value":"event.x","when":"event.x ==\n"}}}"#,
            "claims.a.when: the expression ends too soon (column 12)\n  event.x == \n             ^",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/{event.a}/{event.b c}"}}}"#,
            "sources.s.url: `c` was not expected here (column 10)\n  {event.b c}\n           ^",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/u}/"}}}"#,
            "sources.s.url: `}` was never opened; write `}}` for a brace (column 12)",
        ),
        (
            r#"{"claims":{},"deny":[{"reason":"No.","when":"foo(event)"}]}"#,
            "deny[0].when: `foo` is not a function of JMESPath (column 1)",
        ),
    ] {
        let found = problem(config);
        assert!(found.starts_with(&format!("expression_invalid {expected}")), "{found}");
    }
}

#[test]
fn a_problem_shows_nothing_that_stands_beside_an_expression() {
    let config = r#"{"claims":{},"tokens":{"api":{"token_url":"https://h/t","client_id":"c","client_secret":"hunter2{event..x}"}}}"#;
    let found = problem(config);
    assert!(found.contains("{event..x}\n") && !found.contains("hunter2"), "{found}");
}

const MACHINE: &str = r#"{"tokens":{"api":{"token_url":"https://h/token","client_id":"{secrets.SECRET}","client_secret":"x"}},
    "sources":{"s":{"url":"https://h/u/x"}},"claims":{"plan":"s.path","b":{"value":"`1`","to":["access_token"]}},
    "deny":[{"when":"event.client.metadata.blocked","reason":"Blocked."}]}"#;

fn machine(config: &str, event: &str) -> (Decision, usize) {
    let host = MemoryHost::new(&issuing_world());
    let config = support::read_for(config, Trigger::CredentialsExchange).unwrap();
    let mut login = login("unused");
    login.event = json::read(event.as_bytes()).unwrap();
    let decision = host.world.run(Engine::new(config).enrich(&host, login));
    let calls = host.world.sent.borrow().len();
    (decision, calls)
}

#[test]
fn a_token_for_a_machine_has_claims_of_the_access_token_only() {
    let (decision, calls) = machine(MACHINE, r#"{"client":{"client_id":"other"}}"#);
    assert_eq!(short(&decision), ["access_token b=1", "access_token plan=\"x\""]);
    assert_eq!((decision.report.outcome, calls), (OutcomeKind::Enriched, 2));
    let (decision, _) = machine(MACHINE, r#"{"client":{"client_id":"other","metadata":{"blocked":"yes"}}}"#);
    assert_eq!(short(&decision), ["deny Blocked."]);
}

#[test]
fn a_token_of_the_engines_own_makes_no_call_and_gets_no_claim() {
    let event = r#"{"client":{"client_id":"hunter2","metadata":{"blocked":"yes"}},"transaction":{"correlation_id":"c-9"}}"#;
    let (decision, calls) = machine(MACHINE, event);
    assert_eq!((short(&decision).len(), calls), (0, 0));
    let report = &decision.report;
    assert_eq!((report.outcome, report.warnings.len(), report.errors.len()), (OutcomeKind::Skipped, 1, 0));
    assert_eq!(report.correlation_id.as_deref(), Some("c-9"));
    // At a login of a user the same client is as good as any other.
    let mut login = login("ann");
    login.event = json::read(event.as_bytes()).unwrap();
    let host = MemoryHost::new(&issuing_world());
    let config = MACHINE.replace("event.client.metadata.blocked", "event.none");
    host.world.run(Engine::new(read(&config).unwrap()).enrich(&host, login));
    assert_eq!(host.world.sent.borrow().len(), 2);
}

#[test]
fn what_a_machine_cannot_have_is_refused_when_the_module_loads() {
    let refused = |rest: &str| problems(&format!("{{{rest}}}"), Trigger::CredentialsExchange);
    let claims = r#""claims":{"a":{"value":"event.x","to":["access_token","id_token","user_metadata"]}}"#;
    let found = refused(claims);
    assert!(found[0].starts_with("config_invalid claims.a.to[1]: "), "{found:?}");
    assert!(found[1].starts_with("config_invalid claims.a.to[2]: "), "{found:?}");
    for (list, rule) in [
        ("mfa", r#"{"provider":"any"}"#),
        ("session", r#"{"revoke":"No."}"#),
        ("refresh_token", r#"{"expires_in_s":60}"#),
    ] {
        let found = refused(&format!(r#""claims":{{}},"{list}":[{rule}]"#));
        assert!(found.len() == 1 && found[0].starts_with(&format!("config_invalid {list}: ")), "{found:?}");
    }
}

#[test]
fn an_effect_that_the_api_refuses_is_taken_back_in_the_report() {
    let mut decision = decide(r#""claims":{"a":"s.n","b":"s.n"},"scopes":[{"add":"x"}]"#, r#"{"n":1}"#);
    // Both of `a`, one of `b`, and the scope.
    decision.note_refused(&[0, 1, 2, 4]);
    assert_eq!(decision.report.claims.set, ["b"]);
    assert_eq!(
        left_out(&decision),
        ["a api_refused access_token", "a api_refused id_token", "b api_refused id_token"]
    );
    assert_eq!(
        errors(&decision),
        ["api_refused@", "api_refused@claims.a", "api_refused@claims.a", "api_refused@claims.b"]
    );
    assert_eq!(decision.report.outcome, OutcomeKind::Partial);
}

type Pending<'a> = Pin<Box<dyn Future<Output = Decision> + 'a>>;

#[test]
fn a_thousand_logins_whose_answers_come_in_any_order_keep_their_own_data() {
    let seed = Cell::new(7_u32);
    let world = World::new(move |request| {
        let url = request.url.expose();
        // A linear congruential generator: any order will do, and the same each time.
        seed.set(seed.get().wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        if url.ends_with("/token") {
            return (50, answer(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#));
        }
        let user = url.rsplit('/').next().unwrap_or_default();
        (seed.get() >> 27, answer(200, &format!(r#"{{"user":"{user}","ok":true}}"#)))
    });
    let config = r#"{"tokens":{"api":{"token_url":"https://h/token","client_id":"c","client_secret":"x"}},
        "sources":{"a":{"url":"https://h/a/{event.user.user_id}"},
                   "b":{"url":"https://h/b/{event.user.user_id}","when":"a.ok"}},
        "claims":{"x":{"value":"[event.user.user_id, a.user, b.user]","to":["access_token","app_metadata"]}},
        "scopes":[{"add":"beta","when":"a.user == b.user"}],
        "deny":[{"when":"ends_with(a.user, '7')","reason":"Seven.","on_unavailable":"deny"}]}"#;
    let host = MemoryHost::new(&world);
    let engine = Engine::new(read(config).unwrap());
    let users: Vec<String> = (0..1000).map(|index| format!("u{index}")).collect();
    let mut logins: Vec<(Pending<'_>, Option<Decision>)> = Vec::new();
    for user in &users {
        logins.push((Box::pin(engine.enrich(&host, login(user))), None));
    }
    world.run(poll_fn(|context: &mut Context<'_>| {
        let mut waits = false;
        for (login, decision) in &mut logins {
            if decision.is_none() {
                match login.as_mut().poll(context) {
                    Poll::Ready(ready) => *decision = Some(ready),
                    Poll::Pending => waits = true,
                }
            }
        }
        if waits { Poll::Pending } else { Poll::Ready(()) }
    }));
    for (user, (_, decision)) in users.iter().zip(&logins) {
        let own = format!(r#"["{user}","{user}","{user}"]"#);
        let expected = if user.ends_with('7') {
            vec!["deny Seven.".to_owned()]
        } else {
            vec!["+beta".to_owned(), format!("access_token x={own}"), format!("app_metadata x={own}")]
        };
        assert_eq!(short(decision.as_ref().unwrap()), expected);
    }
    assert_eq!((world.sent_to("/token"), world.sent_to("/u")), (1, 2000));
}

#[test]
fn thousands_of_claims_are_shed_in_the_time_that_it_takes_to_set_them() {
    let claims: Vec<String> = (0..5_000).map(|index| format!(r#""c{index}":"event.v""#)).collect();
    // The shortest of three runs, and how many were set.
    let run = |limits: &str| {
        let config = format!(r#"{limits}"claims":{{{}}}"#, claims.join(","));
        let timed = |_| {
            let started = std::time::Instant::now();
            let decision = decide_with(&config, r#"{"v":"0123"}"#, None);
            (started.elapsed(), decision.effects.len())
        };
        (0..3).map(timed).min().unwrap()
    };
    let (kept, all) = run(r#""limits":{"access_token_bytes":100000,"id_token_bytes":100000},"#);
    let (shed, few) = run("");
    assert!(all == 10_000 && few < 2_000, "{all} {few}");
    assert!(shed < kept * 10, "{shed:?} to shed, {kept:?} to set");
}

/// Decides a login with a claim `x` that is signed so.
fn signed(rest: &str, value: &str, secret: &str) -> Decision {
    signed_within(8192, rest, value, secret)
}

fn signed_within(id_token_bytes: u32, rest: &str, value: &str, secret: &str) -> Decision {
    let world = issuing_world();
    let mut login = login("ann");
    login.event = json::read(br#"{"user":{"user_id":"ann"}}"#).unwrap();
    login.secrets = [("KEY".into(), Secret::new(secret))].into_iter().collect();
    let limits = format!(r#""limits":{{"id_token_bytes":{id_token_bytes}}}"#);
    let claims = format!(r#"{{{limits},"claims":{{"x":{{"value":"{value}","to":["id_token"],{rest}}}}}}}"#);
    let engine = Engine::new(read(&claims).unwrap_or_else(|problems| panic!("{problems:?}")));
    world.run(engine.enrich(&MemoryHost::new(&world), login))
}

#[test]
fn a_text_is_signed_after_its_type_and_a_default_is_set_as_written() {
    let hmac = |keys: &str| {
        format!(r#""type":"string","default":"none","hmac":{{"secret":"{{secrets.KEY}}"{keys}}}"#)
    };
    let effect = |rest: &str, value: &str, secret: &str| short(&signed(rest, value, secret))[0].clone();
    // RFC 4231 §4.3.
    let text = "'what do ya want for nothing?'";
    let code = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(effect(&hmac(""), text, "Jefe"), format!("id_token x=\"{code}\""));
    let hex_key = hmac(r#","secret_encoding":"hex","encoding":"base64""#);
    assert_eq!(
        effect(&hex_key, text, "4a656665"),
        "id_token x=\"W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=\""
    );
    let base64_key = hmac(r#","secret_encoding":"base64","encoding":"base64url""#);
    assert_eq!(
        effect(&base64_key, text, "SmVmZQ=="),
        "id_token x=\"W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM\""
    );
    assert_eq!(effect(&hmac(""), "event.user.name", "Jefe"), "id_token x=\"none\"");
    assert_eq!(effect(&hmac(""), "`7`", "Jefe"), "id_token x=\"none\"");
}

#[test]
fn a_claim_whose_key_is_unfit_is_left_out_and_no_secret_is_told() {
    let hmac = r#""hmac":{"secret":"{secrets.KEY}","secret_encoding":"hex"}"#;
    let jwt = r#""jwt":{"secret":"{secrets.KEY}"}"#;
    let private = r#""jwt":{"private_key":"{secrets.KEY}"}"#;
    let cases = [
        (hmac, "'a'", "", "secret_invalid"),
        (hmac, "'a'", "hunter2", "secret_invalid"),
        (hmac, "`7`", "00", "claim_type_mismatch"),
        (jwt, "`{}`", "", "secret_invalid"),
        (jwt, "`{}`", "hunter2hunter2hunter2hunter2hun", "secret_invalid"),
        (jwt, "'a'", "hunter2hunter2hunter2hunter2hunt", "claim_type_mismatch"),
        (jwt, "`{\\\"n\\\":9007199254740993}`", "hunter2hunter2hunter2hunter2hunt", "unsafe_integer"),
        (private, "`{}`", "hunter2 unfit", "secret_invalid"),
    ];
    for (rest, value, secret, reason) in cases {
        let decision = signed(rest, value, secret);
        assert_eq!(left_out(&decision), [format!("x {reason}")], "{rest} {value} {secret}");
        assert_eq!(decision.report.errors[0].path, "claims.x");
        assert!(!format!("{:?}", decision.report).contains("hunter2"));
    }
}

#[test]
fn a_jwt_has_its_dates_over_those_of_the_payload_and_counts_signed() {
    let payload = "{sub: event.user.user_id, iat: `1`, exp: `2`}";
    let secret = "0123456789abcdef0123456789abcdef";
    let token = |rest: &str| {
        let decision = signed(&format!(r#""jwt":{{"secret":"{{secrets.KEY}}"{rest}}}"#), payload, secret);
        let Effect::SetClaim { value, .. } = &decision.effects[0] else { panic!("{decision:?}") };
        value.as_str().unwrap().to_owned()
    };
    // {"alg":"HS256","typ":"JWT"} {"exp":2,"iat":1700000000,"sub":"ann"}, as `openssl dgst -sha256 -hmac` signs it.
    assert_eq!(
        token(""),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjIsImlhdCI6MTcwMDAwMDAwMCwic3ViIjoiYW5uIn0.V-1KzzXsnSk_mWHPc0PBH03mQV0ncTyi-2Rb3IfX3oM"
    );
    assert!(
        token(r#","expires_in_s":60"#)
            .contains(".eyJleHAiOjE3MDAwMDAwNjAsImlhdCI6MTcwMDAwMDAwMCwic3ViIjoiYW5uIn0.")
    );
    let decision = signed_within(100, r#""jwt":{"secret":"{secrets.KEY}"}"#, payload, secret);
    assert_eq!(left_out(&decision), ["x claims_too_large id_token"]);
}
