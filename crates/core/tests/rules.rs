//! Further factors, sessions, reasons and lists of scopes, against a host in memory.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what fails here fails the test")]

mod support;

use claimsmith_core::expression::json;
use claimsmith_core::report::OutcomeKind;
use claimsmith_core::{DENY_REASON, Decision, Engine, Trigger};
use support::{MemoryHost, START_MS, World, answer, decide_with, errors, login, read, short};

const S: &str = r#""sources":{"s":{"url":"https://h/u","token":null}}"#;

/// Decides a login with a source `s` that answers with this, or fails without it.
fn decide(rest: &str, event: &str, body: Option<&str>) -> Decision {
    let config = if rest.contains("\"sources\"") { rest.to_owned() } else { format!("{S},{rest}") };
    decide_with(&config, event, body)
}

fn problem(rest: &str) -> String {
    let problems = support::read_for(&format!("{{{S},{rest}}}"), Trigger::PostLogin).unwrap_err();
    assert_eq!(problems.len(), 1, "{rest}: {problems:?}");
    problems[0].to_string()
}

#[test]
fn the_first_rule_that_holds_demands_its_provider() {
    let rest = r#""mfa":[{"when":"event.a","provider":"duo","allow_remember_browser":false},
        {"when":"event.b","provider":"any"},{"provider":"none"}]"#;
    assert_eq!(short(&decide(rest, r#"{"a":1,"b":1}"#, None)), ["Enable(Duo, Some(false))"]);
    let decision = decide(rest, r#"{"b":1}"#, None);
    assert_eq!(short(&decision), ["Enable(Any, None)"]);
    assert!(decision.report.to_json().contains(r#""mfa":{"enable":"any"},"#));
    assert!(decision.report.line().contains(" mfa=any "), "{}", decision.report.line());
    assert_eq!(short(&decide(rest, "{}", None)), ["Enable(None, None)"]);
}

#[test]
fn what_is_undecided_demands_a_factor_unless_it_says_skip() {
    let rest = r#""mfa":[{"when":"s.risk > `1`","provider":"any","on_unavailable":"skip"},
        {"when":"s.risk > `70`","provider":"guardian"},{"provider":"duo"}]"#;
    let decision = decide(rest, "{}", None);
    assert_eq!(short(&decision), ["Enable(Guardian, None)"]);
    assert_eq!(errors(&decision), ["transport_failed@sources.s", "unavailable@mfa[0]", "unavailable@mfa[1]"]);
    assert_eq!(short(&decide(rest, "{}", Some(r#"{"risk":1}"#))), ["Enable(Duo, None)"]);
}

#[test]
fn nothing_is_demanded_where_nobody_can_answer_or_a_factor_was_given() {
    let cases = [
        (r#"{"transaction":{"protocol":"oauth2-refresh-token"}}"#, 0),
        (r#"{"transaction":{"protocol":"oauth2-token-exchange"}}"#, 0),
        (r#"{"transaction":{"protocol":"oidc-basic-profile"}}"#, 1),
        (r#"{"authentication":{"methods":[{"name":"pwd"},{"name":"mfa"}]}}"#, 0),
        (r#"{"authentication":{"methods":[{"name":"pwd"},"mfa",null]}}"#, 1),
        (r#"{"authentication":{"methods":"mfa"}}"#, 1),
    ];
    for (event, count) in cases {
        assert_eq!(decide(r#""mfa":[{"provider":"any"}]"#, event, None).effects.len(), count, "{event}");
        let always = decide(r#""mfa":[{"provider":"any","always":true}]"#, event, None);
        assert_eq!(always.effects.len(), 1, "{event}");
    }
}

#[test]
fn a_challenge_asks_for_what_the_user_has_and_enrols_where_that_is_nothing() {
    let rest = r#""mfa":[{"challenge":["otp","push-notification","email"]}]"#;
    let user = |rest: &str| format!(r#"{{"user":{{"email":"a@x.example",{rest}}}}}"#);
    let has = |event: &str, rest: &str| short(&decide(rest, event, None));
    let enrolled = user(r#""enrolledFactors":[{"type":"push"},{"type":"phone"},{"type":"otp"}]"#);
    assert_eq!(has(&enrolled, rest), ["Challenge([Otp, PushNotification, Email])"]);
    // An address needs no enrolment; without one it cannot be asked.
    assert_eq!(has(&user(r#""enrolledFactors":[]"#), rest), ["Challenge([Email])"]);
    assert_eq!(has(r#"{"user":{"enrolledFactors":[]}}"#, rest), ["Enroll([Otp, PushNotification])"]);
    let otp = r#""mfa":[{"challenge":["otp"],"enroll":["webauthn-roaming"]}]"#;
    assert_eq!(has(r#"{"user":{"enrolledFactors":[{"type":"phone"}]}}"#, otp), ["Enroll([WebauthnRoaming])"]);
    assert_eq!(has("{}", otp), ["Enroll([WebauthnRoaming])"]);
    // Nobody enrols a factor of his own for a user whose factors are not known.
    for odd in
        [r#""enrolledFactors":"otp""#, r#""enrolledFactors":{"type":"otp"}"#, r#""enrolledFactors":[1e999]"#]
    {
        let event = format!(r#"{{"user":{{{odd}}}}}"#);
        let Ok(event) = json::read_with(event.as_bytes(), json::Unreadable::PartsAreUnavailable) else {
            panic!("{event}")
        };
        let decide = |rest: &str| {
            let world = World::new(|_| (1, answer(200, "{}")));
            let mut login = login("ann");
            login.event = event.clone();
            let engine = Engine::new(read(&format!("{{{rest}}}")).unwrap());
            world.run(engine.enrich(&MemoryHost::new(&world), login))
        };
        let decision = decide(otp);
        assert_eq!(short(&decision), [format!("deny {DENY_REASON}")], "{odd}");
        assert_eq!(errors(&decision).last().unwrap(), "unavailable@mfa[0]");
        let skipped = decide(r#""mfa":[{"challenge":["otp"],"on_unavailable":"skip"}]"#);
        assert_eq!(short(&skipped), [""; 0]);
    }
    let none = decide(r#""mfa":[{"challenge":["email"]}]"#, r#"{"user":{"enrolledFactors":[]}}"#, None);
    assert_eq!(short(&none), [format!("deny {DENY_REASON}")]);
    assert!(none.report.denied);
}

#[test]
fn sessions_and_refresh_tokens_get_their_lifetimes_from_every_rule_that_holds() {
    let rest = r#""session":[{"expires_in_s":60},{"when":"event.a","idle_expires_in_s":"event.connection.metadata.idle"},
        {"when":"event.a","expires_in_s":"`2.5`"},{"when":"s.x > `1`","expires_in_s":1}],
        "refresh_token":[{"expires_in_s":"event.none","idle_expires_in_s":30}]"#;
    let decision = decide(rest, r#"{"a":1,"connection":{"metadata":{"idle":"90"}}}"#, None);
    // From when the answers were there, retries included.
    let now_ms = START_MS as f64 + decision.report.duration_ms;
    let at = |seconds: f64| now_ms + seconds * 1000.0;
    assert_eq!(
        short(&decision),
        [
            format!("session ExpiresAt({:?})", at(60.0)),
            format!("session IdleExpiresAt({:?})", at(90.0)),
            format!("session ExpiresAt({:?})", at(2.5)),
            format!("refresh_token IdleExpiresAt({:?})", at(30.0)),
        ]
    );
    assert_eq!(errors(&decision), ["transport_failed@sources.s", "unavailable@session[3]"]);
    assert_eq!(decision.report.session.expires_at, Some(at(2.5)));
    assert_eq!(decision.report.refresh_token.idle_expires_at, Some(at(30.0)));
    for odd in ["`0`", "`-1`", "`1e300`", "'soon'", "`true`", "`[60]`", "''"] {
        let decision = decide(&format!(r#""session":[{{"expires_in_s":"{odd}"}}]"#), "{}", None);
        assert_eq!(short(&decision), [""; 0], "{odd}");
        assert_eq!(errors(&decision)[1..], ["claim_type_mismatch@session[0]"], "{odd}");
    }
}

#[test]
fn what_is_revoked_ends_the_login_and_nothing_else_is_done() {
    let rest = r#""session":[{"expires_in_s":60},{"when":"event.moved","revoke":"You moved to {event.ip}."}],
        "refresh_token":[{"when":"event.moved","revoke":"Again."}],
        "mfa":[{"provider":"any"}],"scopes":[{"add":"x"}],"claims":{"x":"`1`"}"#;
    let decision =
        decide(rest, r#"{"moved":1,"ip":"10.0.0.1","session":{"id":"s"},"refresh_token":{"id":"r"}}"#, None);
    assert_eq!(
        short(&decision),
        [
            r#"session Revoke("You moved to 10.0.0.1.")"#,
            r#"refresh_token Revoke("Again.")"#,
            "deny You moved to 10.0.0.1."
        ]
    );
    assert_eq!(decision.report.outcome, OutcomeKind::Denied);
    assert!(decision.report.session.revoked && decision.report.refresh_token.revoked);
    // Without a session the login is denied only.
    let decision = decide(rest, r#"{"moved":1,"ip":"10.0.0.1"}"#, None);
    assert_eq!(short(&decision), ["deny You moved to 10.0.0.1."]);
    assert!(!decision.report.session.revoked);
    // What is undecided denies, and revokes nothing; or goes on.
    let open = |rest: &str| {
        let rest = format!(r#""session":[{{"when":"s.moved","revoke":"Moved."{rest}}}]"#);
        short(&decide(&rest, r#"{"session":{"id":"s"}}"#, None))
    };
    assert_eq!(open(""), ["deny Moved."]);
    assert_eq!(open(r#","on_unavailable":"skip""#), [""; 0]);
}

#[test]
fn a_denial_comes_before_all_else_and_its_reason_is_the_first_that_exists() {
    let rules = |deny: &str| {
        format!(
            r#""sources":{{"s":{{"url":"https://h/u","token":null,"on_error":{{"deny":"Risk of {{event.name}}?"}}}}}},
            "deny":[{deny}],"mfa":[{{"provider":"any"}}],"session":[{{"revoke":"Gone."}}]"#
        )
    };
    let open = r#"{"when":"s.x","reason":"Open {event.name}{event.none}!"}"#;
    let holds = |reason: &str| format!(r#"{{"when":"event.name && (s.y || `true`)","reason":"{reason}"}}"#);
    let reason = |deny: &str| {
        let decision = decide(&rules(deny), r#"{"name":"Ann","list":[1]}"#, None);
        assert_eq!(decision.effects.len(), 1);
        short(&decision)[0].clone()
    };
    assert_eq!(reason(&format!("{open},{}", holds("Holds {event.name}."))), "deny Holds Ann.");
    // A reason that cannot be filled in does not exist, and one that is empty neither.
    assert_eq!(reason(&format!("{open},{}", holds("Holds {s.x}."))), "deny Open Ann!");
    assert_eq!(reason(open), "deny Open Ann!");
    assert_eq!(reason(r#"{"when":"s.x","reason":"{s.y}"}"#), "deny Risk of Ann?");
    assert_eq!(reason(&holds("{event.list}")), "deny Risk of Ann?");
    assert_eq!(reason(&holds("{event.none}")), "deny Risk of Ann?");
    assert_eq!(reason(""), "deny Risk of Ann?");
    // Alone, and before anything is asked.
    let early =
        decide(r#""deny":[{"when":"event.name","reason":"{event.none}"}]"#, r#"{"name":"Ann"}"#, None);
    assert_eq!(short(&early), [format!("deny {DENY_REASON}")]);
    assert_eq!(early.report.sources[0].1.attempts, 0);
    // A reason over an answer waits for it.
    let late = decide(
        r#""deny":[{"when":"event.name","reason":"Not {s.plan}."}]"#,
        r#"{"name":"Ann"}"#,
        Some(r#"{"plan":"free"}"#),
    );
    assert_eq!(short(&late), ["deny Not free."]);
    // A user's data is cut, and on one line.
    let event = format!(r#"{{"name":"a\n{}"}}"#, "x".repeat(5_000));
    let cut = decide(r#""deny":[{"when":"event.name","reason":"{event.name}"}]"#, &event, None);
    assert_eq!(short(&cut)[0], format!("deny a {}", "x".repeat(998)));
}

#[test]
fn metadata_is_set_although_the_login_is_denied_where_the_claim_says_so() {
    let claims = r#""claims":{"seen":{"value":"`true`","to":["app_metadata"],"if_denied":true},
        "why":{"value":"s.why","to":["user_metadata"],"if_denied":true},"x":"`1`"}"#;
    let deny = |when: &str| {
        format!(r#"{claims},"deny":[{{"when":"{when}","reason":"No.","on_unavailable":"deny"}}]"#)
    };
    let denied = decide(&deny("s.bad"), "{}", Some(r#"{"bad":true,"why":"fraud"}"#));
    assert_eq!(short(&denied), ["app_metadata seen=true", "user_metadata why=\"fraud\"", "deny No."]);
    assert_eq!(denied.report.claims.set, ["seen", "why"]);
    let undecided = decide(&deny("s.bad"), "{}", None);
    assert_eq!(short(&undecided), ["app_metadata seen=true", "deny No."]);
    let early = decide(&deny("event.bad"), r#"{"bad":1}"#, Some(r#"{"why":"fraud"}"#));
    assert_eq!(short(&early), ["app_metadata seen=true", "deny No."]);
    let required =
        format!("{},\"y\":{{\"value\":\"event.none\",\"required\":true}}}}", claims.trim_end_matches('}'));
    let denied = decide(&required, "{}", Some("{}"));
    assert_eq!(short(&denied), ["app_metadata seen=true".to_owned(), format!("deny {DENY_REASON}")]);
    let shadow = decide(&format!(r#""mode":"shadow",{}"#, deny("event.bad")), r#"{"bad":1}"#, None);
    assert!(shadow.effects.is_empty() && shadow.report.denied);
    assert!(shadow.report.line().contains(" would=denied "), "{}", shadow.report.line());
    assert!(
        problem(r#""claims":{"x":{"value":"s.x","to":["id_token"],"if_denied":true}}"#)
            .contains("`if_denied` goes")
    );
}

#[test]
fn scopes_of_an_expression_are_checked_one_by_one() {
    let rest = r#""scopes":[{"add":{"value":"s.add"}},{"remove":{"value":"event.asked[?starts_with(@, 'admin')]"}}]"#;
    let event = r#"{"asked":["openid","admin:a","admin:b"]}"#;
    let with = |add: &str| decide(rest, event, Some(&format!(r#"{{"add":{add}}}"#)));
    assert_eq!(short(&with(r#""one""#)), ["+one", "-admin:a", "-admin:b"]);
    assert_eq!(short(&with("null")), ["-admin:a", "-admin:b"]);
    let mixed = with(r#"["a","b c",7,"","d",null]"#);
    assert_eq!(short(&mixed), ["+a", "+d", "-admin:a", "-admin:b"]);
    assert_eq!(errors(&mixed), ["claim_type_mismatch@scopes[0]"]);
    let failed = decide(rest, event, None);
    assert_eq!(short(&failed), ["-admin:a", "-admin:b"]);
    assert_eq!(errors(&failed), ["transport_failed@sources.s", "unavailable@scopes[0]"]);
    let unasked = r#""sources":{"s":{"url":"https://h/u","token":null,"when":"event.none"}},
        "scopes":[{"remove":{"value":"event.asked[?!contains(s.allowed || `[]`, @)]"}}]"#;
    let mapped = unasked.replace("event.asked[?!contains(s.allowed || `[]`, @)]", "s.allowed[*].name");
    for rest in [unasked, &mapped] {
        let decision = decide(rest, event, None);
        assert_eq!(errors(&decision), [""; 0], "{rest}");
    }
    let many: Vec<String> = (0..10_000).map(|index| format!("\"s{index}\"")).collect();
    let bounded = with(&format!("[{}]", many.join(",")));
    assert_eq!(bounded.report.scopes.added.len(), 1_000);
    assert_eq!(errors(&bounded), ["claims_too_large@scopes[0]"]);
}

#[test]
fn the_members_of_a_value_become_claims_that_never_overwrite_a_named_one() {
    let rest = r#""claims":{"ns/roles":{"value":"event.roles","to":["id_token"]},
        "ns/kept":{"value":"event.none","to":["id_token"]},
        "ns/":{"value":"s","spread":true,"to":["id_token","app_metadata"]}}"#;
    let decision = decide(
        rest,
        r#"{"roles":["a"]}"#,
        Some(
            r#"{"roles":["admin"],"kept":1,"color":"blue","none":null,"":2,"big":9007199254740993,"__proto__":{"a":1}}"#,
        ),
    );
    assert_eq!(
        short(&decision),
        [
            "id_token ns/__proto__={\"a\":1}",
            "app_metadata ns/__proto__={\"a\":1}",
            "id_token ns/color=\"blue\"",
            "app_metadata ns/color=\"blue\"",
            "app_metadata ns/kept=1",
            "app_metadata ns/roles=[\"admin\"]",
            "id_token ns/roles=[\"a\"]",
        ]
    );
    let left_out: Vec<(&str, &str)> =
        decision.report.claims.left_out.iter().map(|left| (left.claim.as_str(), left.reason)).collect();
    assert_eq!(
        left_out,
        [
            ("ns/", "config_invalid"),
            ("ns/big", "unsafe_integer"),
            ("ns/kept", "null"),
            ("ns/kept", "taken"),
            ("ns/roles", "taken")
        ]
    );
    assert_eq!(errors(&decision), [r#"config_invalid@claims["ns/"]"#, r#"unsafe_integer@claims["ns/"]"#]);
    let spread = |body: &str| {
        decide(r#""claims":{"r":{"value":"s","spread":true,"to":["id_token"]}}"#, "{}", Some(body))
    };
    // Each name meets the rules for names.
    let reserved = spread(r#"{"oles":1,"oom":2}"#);
    assert_eq!(short(&reserved), ["id_token room=2"]);
    assert_eq!(errors(&reserved), ["claim_reserved@claims.r"]);
    let members = |count: usize| {
        let members: Vec<String> = (0..count).map(|index| format!(r#""m{index}":1"#)).collect();
        spread(&format!("{{{}}}", members.join(",")))
    };
    assert_eq!(members(50).effects.len(), 50);
    assert_eq!(errors(&members(51)), ["claims_too_large@claims.r"]);
    assert_eq!(errors(&spread("[1]")), ["claim_type_mismatch@claims.r"]);
    let signed = r#""claims":{"r":{"value":"s","spread":true,"hmac":{"secret":"{secrets.K}"}}}"#;
    assert!(problem(signed).contains("`spread` does not go with"));
}

#[test]
fn entries_of_one_name_are_claims_of_their_own_and_the_first_is_set() {
    let rest = r#""claims":{"id":[{"value":"event.old","to":["id_token"]},
        {"value":"s.id","to":["id_token","app_metadata"]},"s.id"]}"#;
    let fresh = decide(rest, "{}", Some(r#"{"id":"c"}"#));
    assert_eq!(short(&fresh), ["id_token id=\"c\"", "app_metadata id=\"c\"", "access_token id=\"c\""]);
    let known = decide(rest, r#"{"old":"o"}"#, Some(r#"{"id":"c"}"#));
    assert_eq!(short(&known), ["id_token id=\"o\"", "app_metadata id=\"c\"", "access_token id=\"c\""]);
    assert!(known.report.errors.is_empty());
    let wrong = r#""claims":{"id":[{"value":"`[]`","type":"string"},{"value":"`1`","type":"string"}]}"#;
    assert_eq!(
        errors(&decide(wrong, "{}", Some("{}"))),
        ["claim_type_mismatch@claims.id[0]", "claim_type_mismatch@claims.id[1]"]
    );
    assert!(problem(r#""claims":{"id":[]}"#).contains("has no entry"));
}

/// The rest of a configuration whose `settings` are these.
fn with_settings(settings: &str, rest: &str, event: &str) -> Decision {
    decide(&format!(r#""settings":{settings},{rest}"#), event, Some("{}"))
}

#[test]
fn names_made_of_settings_meet_the_rules_for_names_at_each_login() {
    let claims = r#""claims":{"{settings.ns}/a":{"value":"event.x","to":["id_token"]},
        "{settings.other}/a":{"value":"event.y","to":["id_token","access_token"]}}"#;
    let names = |settings: &str| with_settings(settings, claims, r#"{"x":1,"y":2}"#);
    assert_eq!(
        short(&names(r#"{"ns":"https://a.example","other":"n"}"#)),
        ["id_token https://a.example/a=1", "id_token n/a=2", "access_token n/a=2"]
    );
    // The later of two equal ones is left out.
    let equal = names(r#"{"ns":"n","other":"n"}"#);
    assert_eq!(short(&equal), ["id_token n/a=1", "access_token n/a=2"]);
    assert_eq!(equal.report.claims.left_out[0].reason, "taken");
    let reserved = names(r#"{"ns":"https://x.auth0.com","other":"n"}"#);
    assert_eq!(short(&reserved), ["id_token n/a=2", "access_token n/a=2"]);
    assert_eq!(errors(&reserved), [r#"claim_reserved@claims["{settings.ns}/a"]"#]);
    let missing = names(r#"{"ns":"{secrets.NONE}","other":"n"}"#);
    assert_eq!(errors(&missing), [r#"template_value_missing@claims["{settings.ns}/a"]"#]);
    for name in ["{event.x}", "{secrets.X}", "{settings}", "a{", "https://auth0.com/{settings.x}", "{'aud'}"]
    {
        problem(&format!(r#""claims":{{"{name}":"event.x"}}"#));
    }
}

#[test]
fn rules_are_read_strictly() {
    for (rest, expected) in [
        (r#""mfa":[{"when":"event.x"}]"#, "mfa[0]: needs a `provider`, or factors to `challenge`"),
        (r#""mfa":[{"provider":"any","challenge":["otp"]}]"#, "mfa[0]: needs a `provider`"),
        (r#""mfa":[{"provider":"okta"}]"#, "mfa[0].provider: `okta` is not known here"),
        (r#""mfa":[{"challenge":[]}]"#, "mfa[0].challenge: names no factor"),
        (r#""mfa":[{"challenge":["otp","otp"]}]"#, "mfa[0].challenge[1]: this factor is named twice"),
        (r#""mfa":[{"challenge":["otp"],"enroll":["email"]}]"#, "mfa[0].enroll: `email` needs no enrolment"),
        (
            r#""mfa":[{"challenge":["otp"],"allow_remember_browser":true}]"#,
            "mfa[0].allow_remember_browser: `allow_",
        ),
        (r#""mfa":[{"provider":"any","enroll":["otp"]}]"#, "mfa[0].enroll: `enroll` goes with `challenge`"),
        (
            r#""mfa":[{"provider":"any","on_unavailable":"deny"}]"#,
            "mfa[0].on_unavailable: `deny` is not known here",
        ),
        (r#""session":[{"when":"event.x"}]"#, "session[0]: needs `expires_in_s`"),
        (
            r#""session":[{"revoke":"x","expires_in_s":1}]"#,
            "session[0].expires_in_s: `expires_in_s` is not used",
        ),
        (r#""session":[{"expires_in_s":0}]"#, "session[0].expires_in_s: must be from 1 to"),
        (
            r#""refresh_token":[{"expires_in_s":1,"on_unavailable":"deny"}]"#,
            "refresh_token[0].on_unavailable: `deny` goes",
        ),
        (r#""session":[{"revoke":"{secrets.X}"}]"#, "session[0].revoke: the user reads this"),
        (r#""deny":[{"when":"event.x","reason":"a {secrets.X}"}]"#, "deny[0].reason: the user reads this"),
        (r#""deny":[{"when":"event.x","reason":"a {nope.x}"}]"#, "deny[0].reason: `nope` names nothing"),
        (r#""scopes":[{"add":{"values":"event.x"}}]"#, "scopes[0].add: `value` is missing"),
    ] {
        let problems = support::read_for(&format!("{{{S},{rest}}}"), Trigger::PostLogin).unwrap_err();
        let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|found| found.starts_with(expected)), "{expected}: {found:?}");
    }
}

#[test]
fn an_engine_that_fails_denies_where_a_factor_or_a_revocation_is_at_stake() {
    for (rest, denies) in [
        (r#""mfa":[{"provider":"any"}]"#, true),
        (r#""mfa":[{"provider":"any","on_unavailable":"skip"}]"#, false),
        (r#""session":[{"revoke":"Gone."}]"#, true),
        (r#""refresh_token":[{"revoke":"Gone.","on_unavailable":"skip"}]"#, false),
        (r#""session":[{"expires_in_s":1}]"#, false),
    ] {
        assert_eq!(read(&format!("{{{rest}}}")).unwrap().denies_on_failure(), denies, "{rest}");
    }
}

#[test]
fn a_login_whose_factor_the_api_refuses_is_denied() {
    let rest = r#""mfa":[{"provider":"any"}],"scopes":[{"add":"x"}],"claims":{"x":"`1`"}"#;
    let mut decision = decide(rest, "{}", Some("{}"));
    decision.deny_after(0);
    decision.note_refused(&[0]);
    assert_eq!(short(&decision), ["Enable(Any, None)".to_owned(), format!("deny {DENY_REASON}")]);
    assert_eq!(decision.report.outcome, OutcomeKind::Denied);
    assert!(decision.report.denied && decision.report.mfa.is_none());
    assert!(decision.report.claims.set.is_empty() && decision.report.scopes.added.is_empty());
    assert_eq!(errors(&decision), ["api_refused@mfa[0]"]);
}
