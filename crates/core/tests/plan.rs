//! A plan that was written and read again is the plan that was compiled: it decides, reports and calls the same. So does one
//! that reads answers whole.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what fails here fails the test")]

#[path = "../../expression/tests/support/mod.rs"]
mod random;
mod support;

use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use claimsmith_compile::compile;
use claimsmith_core::expression::{Value, json};
use claimsmith_core::{Engine, Login, Plan, Secret, Trigger};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use support::{MemoryHost, World, answer};

/// How many configurations are made up.
const CONFIGURATIONS: u32 = 4_000;

const TRIGGERS: [Trigger; 2] = [Trigger::PostLogin, Trigger::CredentialsExchange];

/// All that three logins in a row do, as text.
fn outcome(plan: Plan, document: &str) -> String {
    let body = document.to_owned();
    let world = World::new(move |request| {
        let url = request.url.expose();
        if url.ends_with("/token") {
            return (20, answer(200, r#"{"access_token":"t","expires_in":3600}"#));
        }
        if url.contains("/missing") {
            return (5, answer(404, ""));
        }
        if url.contains("/broken") {
            return (5, answer(500, "oh"));
        }
        (10, answer(200, &body))
    });
    let host = MemoryHost::new(&world);
    let engine = Engine::new(plan);
    let mut told = String::new();
    for user in ["u-1", "u-2", "u-1"] {
        let decision = world.run(engine.enrich(&host, login(user, document)));
        told.push_str(&format!(
            "{:?}\n{}\n{}\n",
            decision.effects,
            decision.report.line(),
            decision.report.to_json()
        ));
        world.advance(1_000);
    }
    told.push_str(&format!("{:?}", world.sent.borrow()));
    told
}

fn login(user: &str, document: &str) -> Login {
    let event = format!(
        r#"{{"user":{{"user_id":"{user}","email":"{user}@x.example","email_verified":true,"app_metadata":{document}}},
            "client":{{"client_id":"c"}},"transaction":{{"correlation_id":"c-1"}}}}"#
    );
    let secrets = ["A", "B", "HOST"].map(|name| (name.into(), Secret::new("h.example")));
    Login {
        event: json::read(event.as_bytes()).unwrap(),
        secrets: secrets.into_iter().collect(),
        ..Login::default()
    }
}

/// Compares both ways; returns whether the configuration is right.
fn compare(config: &Value, document: &str) -> bool {
    let mut is_right = false;
    for trigger in TRIGGERS {
        let Ok(compiled) = compile(config, trigger) else { continue };
        is_right = true;
        let bytes = compiled.plan.encode();
        let read = Plan::decode(&bytes).unwrap();
        assert_eq!(read.encode(), bytes);
        let mut whole = compiled.plan.clone();
        for source in &mut whole.sources {
            source.wanted = None;
        }
        let expected = outcome(compiled.plan, document);
        assert_eq!(outcome(read, document), expected, "{}", config.to_json());
        assert_eq!(outcome(whole, document), expected, "{}", config.to_json());
    }
    is_right
}

#[test]
fn every_configuration_of_the_fuzzer_and_of_the_examples_runs_the_same_from_its_bytes() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files: Vec<PathBuf> =
        fs::read_dir(root.join("fuzz/corpus/config")).unwrap().map(|file| file.unwrap().path()).collect();
    files.extend(
        ["crates/compile/tests/complete.json", "examples/plan-and-roles/claimsmith.json"]
            .map(|file| root.join(file)),
    );
    let mut right = 0;
    for file in files {
        let Ok(config) = json::read(&fs::read(file).unwrap()) else { continue };
        right += u32::from(compare(&config, r#"{"a":[1,{"b":"x"}],"b":true}"#));
    }
    // Most of what the fuzzer finds is wrong.
    assert!(right >= 4, "{right} configurations are right");
}

#[test]
fn made_up_configurations_run_the_same_from_their_bytes() {
    let config = Config { cases: CONFIGURATIONS, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let right = Rc::new(std::cell::Cell::new(0_u32));
    let seen = Rc::clone(&right);
    runner
        .run(&(configuration(), random::document()), move |(config, document)| {
            let value = json::read(config.to_string().as_bytes()).unwrap();
            seen.set(seen.get() + u32::from(compare(&value, &document)));
            Ok(())
        })
        .unwrap();
    // Of expressions that are put together blindly many are wrong.
    assert!(right.get() > CONFIGURATIONS / 4, "{} of {CONFIGURATIONS} are right", right.get());
}

/// A configuration with whatever keys, and expressions over all it has.
fn configuration() -> impl Strategy<Value = serde_json::Value> {
    let source = (
        prop::sample::select(vec!["broken", "missing", "x/{event.user.user_id}", "x?q={event.user.email}"]),
        prop::option::of(over(&["event.user.app_metadata"])),
        prop::option::of(random::expression(true)),
        prop::option::of(Just(serde_json::json!({ "ttl_s": 60, "stale_if_error_s": 9, "not_found_ttl_s": 3 }))),
        (any::<bool>(), any::<bool>(), any::<bool>()),
    )
        .prop_map(|(path, when, fail_when, cache, (posts, denies, is_error))| {
            let mut source = serde_json::json!({
                "url": format!("https://{{secrets.HOST}}/{path}"),
                "on_error": if denies { "deny" } else { "skip" },
                "on_not_found": if is_error { "error" } else { "null" },
                "when": when, "fail_when": fail_when, "cache": cache,
                "headers": { "x-key": "{secrets.A}" },
            });
            if posts {
                source["method"] = "POST".into();
                source["body"] = serde_json::json!({
                    "id": "{event.user.user_id}", "all": "{event.user.app_metadata}", "text": "<{event.user.email}>",
                    "plain": [null, true, -1.5, 9007199254740993_u64, { "x": "{{}}" }],
                });
            }
            without_null(source)
        });
    let claim = (
        over(&["s0", "s1", "event.user.app_metadata"]),
        prop::option::of(over(&["s0", "event"])),
        prop::option::of(prop::sample::select(vec!["string", "integer", "object[]", "boolean"])),
        prop::option::of(random::document().prop_map(|text| serde_json::from_str(&text).unwrap_or_default())),
        (any::<bool>(), -5..5_i32),
        prop::sample::subsequence(vec!["access_token", "id_token", "app_metadata", "saml_response"], 1..4),
    )
        .prop_map(
            |(value, when, kind, default, (required, priority), to): (
                _,
                _,
                _,
                Option<serde_json::Value>,
                _,
                _,
            )| {
                // A default fits its type.
                let default = default.filter(|_| kind.is_none());
                without_null(serde_json::json!({
                    "value": value, "when": when, "type": kind, "default": default, "required": required,
                    "priority": priority, "to": to,
                }))
            },
        );
    let deny = (over(&["s0", "event.user.app_metadata"]), any::<bool>()).prop_map(|(when, skips)| {
        serde_json::json!({ "when": when, "reason": "Nie dziś, Żółć.", "on_unavailable": if skips { "skip" } else { "deny" } })
    });
    let scope = over(&["s1", "event"])
        .prop_map(|when| serde_json::json!({ "remove": "admin", "when": when, "on_unavailable": "keep" }));
    (
        prop::collection::vec(source, 2..=2),
        prop::collection::vec(claim, 0..4),
        prop::collection::vec(deny, 0..2),
        prop::collection::vec(scope, 0..2),
        any::<bool>(),
    )
        .prop_map(|(sources, claims, deny, scopes, is_shadow)| {
            let named = |list: Vec<serde_json::Value>, prefix: &str| -> serde_json::Value {
                let entries = list.into_iter().enumerate();
                entries.map(|(index, entry)| (format!("{prefix}{index}"), entry)).collect::<serde_json::Map<_, _>>().into()
            };
            let mut config = serde_json::json!({
                "mode": if is_shadow { "shadow" } else { "enforce" },
                "tokens": { "api": {
                    "token_url": "https://{secrets.HOST}/token", "client_id": "{secrets.A}", "client_secret": "{secrets.B}",
                    "audience": "urn:x", "parameters": { "organization": "o" }, "expires_in_s": 60,
                } },
                "sources": named(sources, "s"), "claims": named(claims, "claim_"), "deny": deny,
            });
            if !scopes.is_empty() {
                config["scopes"] = scopes.into();
            }
            config
        })
}

/// An expression over one of these parts, which its variables are bound to.
fn over(parts: &'static [&'static str]) -> impl Strategy<Value = String> {
    (prop::sample::select(parts.to_vec()), random::expression(true)).prop_map(|(part, expression)| {
        format!("{part} | let $a = @, $b = $event, $c = a, $d = b in {expression}")
    })
}

fn without_null(mut object: serde_json::Value) -> serde_json::Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    object
}
