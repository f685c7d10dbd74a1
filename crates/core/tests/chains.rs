//! What reads what: one source after another, settings, values, `calls`, `now`, and a condition of it all.

mod support;

use claimsmith_core::report::OutcomeKind;
use claimsmith_core::{Decision, Engine, Secret, Trigger};
use support::{MemoryHost, World, answer, effects, engine, errors, login, read, read_for, short};

use std::cell::RefCell;
use std::rc::Rc;

/// Runs the login of `ann` against a backend that answers a path with status and body; any other with 500.
fn run(config: &str, answers: &'static [(&'static str, u16, &'static str)]) -> (Decision, Rc<World>) {
    let world = World::new(move |request| {
        let url = request.url.expose().to_owned();
        let found = answers.iter().find(|(path, ..)| url.ends_with(path));
        (10, found.map_or_else(|| answer(500, ""), |(_, status, body)| answer(*status, body)))
    });
    let engine = engine(config);
    let host = MemoryHost::new(&world);
    let decision = world.run(engine.enrich(&host, login("ann")));
    (decision, world)
}

fn problems(config: &str) -> Vec<String> {
    let problems = read(config).err().unwrap_or_default();
    problems
        .iter()
        .map(|error| format!("{}: {}", error.path, error.message.lines().next().unwrap_or_default()))
        .collect()
}

const CHAIN: &str = r#"{
    "sources": {
        "account": { "url": "https://h.example/users/{event.user.user_id}", "retries": 0 },
        "plan": { "url": "https://h.example/accounts/{account.id}/plan", "retries": 0 },
        "limits": { "url": "https://h.example/plans/{plan.name}", "headers": { "x-account": "{account.id}" }, "retries": 0 }
    },
    "claims": { "limit": "limits.most", "plan": "plan.name" }
}"#;

#[test]
fn three_levels_run_one_after_the_other_and_the_report_says_who_waited() {
    let (decision, world) = run(
        CHAIN,
        &[
            ("/users/ann", 200, r#"{"id":"a 1"}"#),
            ("/accounts/a%201/plan", 200, r#"{"name":"złoty/ö"}"#),
            ("/plans/z%C5%82oty%2F%C3%B6", 200, r#"{"most":7}"#),
        ],
    );
    assert_eq!(effects(&decision), ["limit=7", "plan=\"złoty/ö\""]);
    assert_eq!(world.elapsed_ms(), 30);
    let waited: Vec<String> = decision
        .report
        .sources
        .iter()
        .map(|(name, source)| {
            let others: Vec<&str> = source.waited_for.iter().map(|name| &**name).collect();
            format!("{name}:{}", others.join("+"))
        })
        .collect();
    assert_eq!(waited, ["account:", "limits:account+plan", "plan:account"]);
}

#[test]
fn a_diamond_runs_its_middle_side_by_side() {
    let config = r#"{
        "sources": {
            "top": { "url": "https://h.example/top" },
            "left": { "url": "https://h.example/left/{top.id}" },
            "right": { "url": "https://h.example/right/{top.id}" },
            "bottom": { "url": "https://h.example/bottom/{left.id}/{right.id}" }
        },
        "claims": { "id": "bottom.id" }
    }"#;
    let (decision, world) = run(
        config,
        &[
            ("/top", 200, r#"{"id":1}"#),
            ("/left/1", 200, r#"{"id":2}"#),
            ("/right/1", 200, r#"{"id":3}"#),
            ("/bottom/2/3", 200, r#"{"id":4}"#),
        ],
    );
    assert_eq!(effects(&decision), ["id=4"]);
    assert_eq!(world.elapsed_ms(), 30);
}

#[test]
fn a_failed_first_fails_what_reads_it_by_a_code_and_on_error_of_its_own() {
    let (decision, world) = run(CHAIN, &[]);
    assert_eq!(effects(&decision), [""; 0]);
    assert_eq!(
        errors(&decision),
        ["source_status@sources.account", "unavailable@sources.plan.url", "unavailable@sources.limits.url"]
    );
    assert_eq!(world.sent.borrow().len(), 1);

    let denies = CHAIN.replace(
        "\"https://h.example/plans/{plan.name}\",",
        "\"https://h.example/plans/{plan.name}\", \"on_error\": \"deny\",",
    );
    let (decision, _) = run(&denies, &[]);
    assert_eq!(effects(&decision), ["deny"]);
}

#[test]
fn a_null_of_an_answer_is_missing_in_a_path_and_stays_in_a_body() {
    let (decision, _) = run(CHAIN, &[("/users/ann", 200, r#"{"id":null}"#)]);
    assert_eq!(errors(&decision)[0], "template_value_missing@sources.plan.url");

    let config = r#"{
        "sources": {
            "find": { "url": "https://h.example/find" },
            "note": { "url": "https://h.example/note", "method": "POST", "body": { "id": "{find.id}" } }
        },
        "claims": { "ok": "note.ok" }
    }"#;
    let (decision, _) = run(config, &[("/find", 404, ""), ("/note", 200, r#"{"ok":true}"#)]);
    assert_eq!(effects(&decision), ["ok=true"]);
}

#[test]
fn what_reads_a_source_that_was_not_asked_is_not_asked_either_without_an_error() {
    let config = CHAIN.replace(
        "\"https://h.example/users/{event.user.user_id}\"",
        "\"https://h.example/users/{event.user.user_id}\", \"when\": \"event.user.nobody\"",
    );
    let (decision, world) = run(&config, &[]);
    assert_eq!((effects(&decision).len(), errors(&decision).len()), (0, 0));
    assert!(decision.report.sources.iter().all(|(_, source)| source.skipped && source.error.is_none()));
    assert!(world.sent.borrow().is_empty());
}

#[test]
fn of_two_that_are_read_the_failed_one_counts_before_the_one_that_was_not_asked() {
    let config = r#"{
        "sources": {
            "never": { "url": "https://h.example/never", "when": "event.user.nobody" },
            "down": { "url": "https://h.example/down", "retries": 0 },
            "both": { "url": "https://h.example/{never.id}/{down.id}" },
            "either": { "url": "https://h.example/either/{not_null(never.id, 'none')}" }
        },
        "claims": { "either": "either.ok" }
    }"#;
    let (decision, _) = run(config, &[("/either/none", 200, r#"{"ok":1}"#)]);
    assert_eq!(errors(&decision), ["source_status@sources.down", "unavailable@sources.both.url"]);
    assert_eq!(effects(&decision), ["either=1"]);
}

#[test]
fn calls_tell_what_became_of_a_call_and_reading_them_never_fails() {
    let config = r#"{
        "sources": {
            "find": { "url": "https://h.example/find", "on_not_found": "error", "retries": 0 },
            "never": { "url": "https://h.example/never", "when": "event.user.nobody" },
            "make": { "url": "https://h.example/make", "method": "POST", "body": {}, "when": "!calls.find.ok" }
        },
        "claims": { "find": "calls.find", "never": "calls.never", "make": "calls.make.status",
                    "all": "keys(calls)", "id": "not_null(find.id, make.id)" },
        "deny": [{ "when": "!calls.find.ok && !calls.make.ok", "reason": "No." }]
    }"#;
    let (decision, _) = run(config, &[("/find", 404, "{}"), ("/make", 201, r#"{"id":9}"#)]);
    assert_eq!(
        effects(&decision),
        [
            r#"all=["find","make","never"]"#,
            r#"find={"ok":false,"stale":false,"status":404}"#,
            "id=9",
            "make=201"
        ]
    );
    // Found: nothing is made.
    let (decision, world) = run(config, &[("/find", 200, r#"{"id":4}"#)]);
    assert_eq!(effects(&decision)[2], "id=4");
    assert_eq!(world.sent_to("/make"), 0);
    // Neither: the rule is decided, although both failed.
    let (decision, _) = run(config, &[]);
    assert_eq!(effects(&decision), ["deny"]);
}

#[test]
fn circles_are_named_whatever_way_they_go() {
    for (config, expected) in [
        (r#"{"sources":{"a":{"url":"https://h.example/{a.id}"}},"claims":{}}"#, "sources: `a` reads itself"),
        (
            r#"{"sources":{"a":{"url":"https://h.example/{c.id}"},"b":{"url":"https://h.example/","when":"a"},
                "c":{"url":"https://h.example/","headers":{"x":"{b.id}"}},"d":{"url":"https://h.example/{a.id}"}},"claims":{}}"#,
            "sources: `a` reads `c`, which reads `b`, which reads `a`: a circle",
        ),
        (
            r#"{"values":{"v":"a.id"},"sources":{"a":{"url":"https://h.example/{values.v}"}},"claims":{}}"#,
            "sources: `a` reads itself",
        ),
        (
            r#"{"sources":{"a":{"url":"https://h.example/","when":"calls.b.ok"},"b":{"url":"https://h.example/{calls.a.status}"}},"claims":{}}"#,
            "sources: `a` reads `b`, which reads `a`: a circle",
        ),
        (r#"{"values":{"a":"values.a"},"claims":{}}"#, "values: `values.a` reads itself"),
        (
            r#"{"values":{"a":"values.b || `1`","b":"[values.c]","c":"length(values.a)"},"claims":{}}"#,
            "values: `values.a` reads `values.b`, which reads `values.c`, which reads `values.a`: a circle",
        ),
        (r#"{"values":{"a":"values"},"claims":{}}"#, "values: `values.a` reads itself"),
    ] {
        assert_eq!(problems(config), [expected], "{config}");
    }
}

#[test]
fn names_that_are_not_there_are_refused_with_what_is_near() {
    for (config, expected) in [
        (
            r#"{"settings":{"plans":[]},"claims":{"a":"settings.plan"}}"#,
            "there is no setting `plan`; did you mean `plans`?",
        ),
        (
            r#"{"values":{"role":"'x'"},"claims":{"a":"values.rolle"}}"#,
            "there is no value `rolle`; did you mean `role`?",
        ),
        (r#"{"claims":{"a":"calls.profile.ok"}}"#, "there is no source `profile`"),
        (
            r#"{"claims":{"a":"now.seconds"},"when":"noww.seconds"}"#,
            "`noww` names nothing here; did you mean `now`?",
        ),
        (
            r#"{"sources":{"s":{"url":"https://h.example/"}},"claims":{},"when":"s.ok"}"#,
            "`s` cannot be read here: this is decided before anything is asked",
        ),
        (
            r#"{"sources":{"s":{"url":"https://h.example/"}},"values":{"v":"s.ok"},"claims":{},"when":"values.v"}"#,
            "`values.v` reads a source, and cannot be read here: this is decided before anything is asked",
        ),
        (
            r#"{"tokens":{"t":{"token_url":"https://h.example/token","client_id":"c","client_secret":"{secrets.S}","audience":"{now.iso}"}},"claims":{}}"#,
            "`now` cannot be read here: a token serves many logins",
        ),
        (
            r#"{"sources":{"s":{"url":"https://{settings.host}/"}},"settings":{"host":"h.example"},"claims":{}}"#,
            "only",
        ),
        (
            r#"{"settings":{"x":"{event.user.name}"},"claims":{}}"#,
            "a setting is a literal, or one secret alone",
        ),
        (r#"{"settings":{"x":{"value":"y","type":"numbr"}},"claims":{}}"#, "`numbr` is not known here"),
    ] {
        let found = problems(config);
        assert!(found.len() == 1 && found[0].contains(expected), "{config}: {found:?}");
    }
    for name in ["calls", "now", "settings", "values", "event", "secrets"] {
        let config = format!(r#"{{"sources":{{"{name}":{{"url":"https://h.example/"}}}},"claims":{{}}}}"#);
        assert!(problems(&config)[0].contains("already means something"), "{name}");
    }
}

fn with_secrets(config: &str, secrets: &[(&str, &str)]) -> Decision {
    let world = World::new(|_| (10, answer(500, "")));
    let mut login = login("ann");
    login.secrets = secrets.iter().map(|(name, value)| ((*name).into(), Secret::new(*value))).collect();
    world.run(engine(config).enrich(&MemoryHost::new(&world), login))
}

#[test]
fn settings_are_literals_and_secrets_that_are_read_by_their_type() {
    let config = r#"{
        "settings": { "ns": "{secrets.NS}", "text": "a {{b}}", "plans": ["gold", {"x": 1}], "table": { "gold": 3 },
            "max": { "value": "{secrets.MAX}", "type": "number" }, "few": { "value": "7.5", "type": "number" },
            "allowed": { "value": "{secrets.ALLOWED}", "type": "list" }, "none": "{secrets.NONE}", "off": null },
        "claims": { "a": "settings" }
    }"#;
    let secrets = [("NS", " https://x "), ("MAX", " 12 "), ("ALLOWED", "a, b b ,,ż,")];
    let decision = with_secrets(config, &secrets);
    assert_eq!(
        effects(&decision),
        [concat!(
            r#"a={"allowed":["a","b b","ż"],"few":7.5,"max":12,"none":null,"ns":" https://x ","#,
            r#""off":null,"plans":["gold",{"x":1}],"table":{"gold":3},"text":"a {b}"}"#
        )]
    );
}

#[test]
fn a_secret_that_does_not_read_as_its_type_decides_nothing_and_is_not_repeated() {
    let config = r#"{
        "settings": { "max": { "value": "{secrets.MAX}", "type": "number" } },
        "claims": { "a": "settings.max", "b": "event.user.user_id" },
        "deny": [{ "when": "event.user.logins > settings.max", "reason": "No." }]
    }"#;
    let decision = with_secrets(config, &[("MAX", "hunter2")]);
    assert_eq!(effects(&decision), ["deny"]);
    assert_eq!(errors(&decision), ["secret_invalid@settings.max", "unavailable@deny[0]"]);
    assert!(!format!("{decision:?}").contains("hunter2"));
    // One that the Action lacks is null.
    assert_eq!(effects(&with_secrets(config, &[])), [r#"b="ann""#]);
}

#[test]
fn values_are_read_everywhere_and_read_each_other() {
    let config = r#"{
        "settings": { "base": "v1" },
        "values": {
            "path": "join('/', [settings.base, values.id])",
            "id": "event.user.user_id",
            "member": "profile.member && values.id",
            "broken": "sort(profile.member)",
            "unused": "sort('x')"
        },
        "sources": { "profile": { "url": "https://h.example/users/{values.path}" } },
        "claims": { "member": { "value": "values.member", "when": "values.id == 'ann'" }, "broken": "values.broken",
                    "both": "not_null(values.broken, values.path)" }
    }"#;
    let (decision, _) = run(config, &[("/users/v1%2Fann", 200, r#"{"member":true}"#)]);
    assert_eq!(effects(&decision), [r#"both="v1/ann""#, r#"member="ann""#]);
    // The error of a value is told once, at the value; what is not needed is not evaluated.
    assert_eq!(errors(&decision), ["unavailable@claims.broken", "expression_invalid@values.broken"]);
}

/// All that a login does, and all that it sends, as text.
fn told(config: &str) -> String {
    let sent = Rc::new(RefCell::new(String::new()));
    let noted = Rc::clone(&sent);
    let world = World::new(move |request| {
        let url = request.url.expose();
        let body = request.body.as_ref().map_or("", |body| body.expose());
        let headers: Vec<_> = request.headers.iter().map(|(name, value)| (name, value.expose())).collect();
        noted.borrow_mut().push_str(&format!("{url} {headers:?} {body}\n"));
        match url {
            _ if url.contains("/token") => (5, answer(200, r#"{"access_token":"t","expires_in":3600}"#)),
            _ if url.contains("/broken") => (5, answer(500, "")),
            _ => (5, answer(200, r#"{"a":1}"#)),
        }
    });
    let decision = world.run(engine(config).enrich(&MemoryHost::new(&world), login("ann")));
    format!("{:?}\n{:?}\n{}", short(&decision), errors(&decision), sent.borrow())
}

#[test]
fn a_value_is_there_wherever_it_is_read_though_nothing_else_reads_it() {
    let source = |rest: &str| {
        format!(
            r#""sources":{{"s":{{"url":"https://h.example/u","token":null,{rest}}}}},"claims":{{"c":"s.a"}}"#
        )
    };
    let token = |rest: &str| {
        format!(
            r#""tokens":{{"t":{{"token_url":"https://h.example/token","client_secret":"{{secrets.SECRET}}",{rest}}}}},
               "sources":{{"s":{{"url":"https://h.example/u"}}}},"claims":{{"c":"s.a"}}"#
        )
    };
    let places = [
        source(r#""query":{"q":"{@}"}"#),
        source(r#""headers":{"x-q":"{@}"}"#),
        source(r#""method":"POST","body":{"q":["{@}"]}"#),
        source(r#""method":"POST","form":{"q":"{@}"}"#),
        source(r#""method":"POST","text":"{@}""#),
        source(r#""graphql":{"query":"query($q:ID!){a(q:$q)}","variables":{"q":"{@}"}}"#),
        source(r#""basic":{"user":"{@}","password":"{secrets.SECRET}"}"#).replace(r#""token":null,"#, ""),
        source(r#""when":"@ == 'ann'""#),
        source(r#""when":"@ != 'ann'""#),
        r#""sources":{"s":{"url":"https://h.example/{@}","token":null}},"claims":{"c":"s.a"}"#.into(),
        r#""sources":{"s":{"url":"https://h.example/broken","on_error":{"deny":"No, {@}."}}},"claims":{}"#
            .into(),
        token(r#""client_id":"c","parameters":{"for":"{@}"}"#),
        token(r#""client_id":"c","headers":{"x-for":"{@}"}"#),
        token(r#""client_id":"c-{@}""#),
        token(r#""client_id":"c","client_auth":"client_secret_basic","scope":"{@}""#),
        r#""when":"@ == 'ann'","claims":{"c":"event.user.user_id"}"#.into(),
        r#""when":"@ != 'ann'","claims":{"c":"event.user.user_id"}"#.into(),
        r#""values":{"z":"@"},"claims":{"c":"values.z"}"#.into(),
        r#""claims":{"c":"@"}"#.into(),
        r#""claims":{"c":{"value":"event.user.email","when":"@ == 'ann'"}}"#.into(),
        r#""scopes":[{"add":{"value":"[@]"}}],"claims":{}"#.into(),
        r#""scopes":[{"add":"x","when":"@ == 'ann'"}],"claims":{}"#.into(),
        r#""deny":[{"when":"@ == 'ann'","reason":"No."}],"claims":{}"#.into(),
        r#""deny":[{"when":"event.user","reason":"No, {@}."}],"claims":{}"#.into(),
        source(r#""retries":0"#) + r#","deny":[{"when":"s.a && @","reason":"{@}","on_unavailable":"skip"}]"#,
        r#""mfa":[{"when":"@ == 'ann'","provider":"duo"}],"claims":{}"#.into(),
        r#""session":[{"when":"@ == 'ann'","expires_in_s":60}],"claims":{}"#.into(),
        r#""session":[{"expires_in_s":"length(@) * `60`"}],"claims":{}"#.into(),
        r#""refresh_token":[{"idle_expires_in_s":"length(@) * `60`"}],"claims":{}"#.into(),
        r#""session":[{"revoke":"No, {@}."}],"claims":{}"#.into(),
    ];
    for place in places {
        let direct = told(&format!("{{{}}}", place.replace('@', "event.user.user_id")));
        let via = if place.contains(r#""values":{"#) {
            format!(
                "{{{}}}",
                place.replace('@', "values.v").replacen("{", r#"{"v":"event.user.user_id","#, 1)
            )
        } else {
            format!(r#"{{"values":{{"v":"event.user.user_id"}},{}}}"#, place.replace('@', "values.v"))
        };
        assert_eq!(told(&via), direct, "{via}");
        // It is read at all.
        assert_ne!(told(&via.replacen("event.user.user_id", "event.user.email", 1)), direct, "{via}");
    }
}

#[test]
fn a_value_over_a_source_that_was_not_asked_is_null_to_claims_and_leaves_rules_open() {
    let config = r#"{
        "values": { "active": "profile.active" },
        "sources": { "profile": { "url": "https://h.example/p", "when": "event.user.nobody" } },
        "claims": { "was": "values.active == `null`" },
        "deny": [{ "when": "!values.active", "reason": "No.", "on_unavailable": "deny" }]
    }"#;
    let (decision, _) = run(config, &[]);
    assert_eq!((effects(&decision), errors(&decision)), (vec!["was=true".to_owned()], vec![]));
    let failed = config.replace(", \"when\": \"event.user.nobody\"", ", \"retries\": 0");
    assert_eq!(effects(&run(&failed, &[]).0), ["deny"]);
}

#[test]
fn a_rule_over_a_value_that_reads_a_source_says_what_happens_without_it() {
    let config = r#"{
        "values": { "blocked": "profile.blocked" },
        "sources": { "profile": { "url": "https://h.example/p" } },
        "claims": {},
        "deny": [{ "when": "values.blocked", "reason": "No." }]
    }"#;
    assert!(problems(config)[0].starts_with("deny[0]: `on_unavailable` is missing: `profile` may fail"));
    let calls = config.replace("profile.blocked", "calls.profile.ok");
    assert_eq!(problems(&calls), [""; 0]);
}

#[test]
fn where_the_condition_of_it_all_does_not_hold_nothing_happens() {
    let config = r#"{
        "when": "values.is_new && now.seconds > `0`",
        "values": { "is_new": "event.stats.logins_count == `1`" },
        "sources": { "s": { "url": "https://h.example/s", "on_error": "deny" } },
        "claims": { "a": { "value": "s.x", "required": true } },
        "scopes": [{ "add": "beta" }],
        "deny": [{ "when": "event.user.user_id == 'ann'", "reason": "No." }]
    }"#;
    let (decision, world) = run(config, &[]);
    assert!(decision.effects.is_empty() && world.sent.borrow().is_empty() && errors(&decision).is_empty());
    assert_eq!(decision.report.outcome, OutcomeKind::Skipped);
    assert!(decision.report.sources.iter().all(|(_, source)| source.skipped));
    let (decision, _) = run(&config.replace("event.stats.logins_count == `1`", "`true`"), &[]);
    assert_eq!(effects(&decision), ["deny"]);
    // One that cannot be decided lets no rule off.
    let (decision, _) = run(&config.replace("event.stats.logins_count == `1`", "sort('x')"), &[]);
    assert_eq!(effects(&decision), ["deny"]);
    assert_eq!(errors(&decision), ["unavailable@when", "expression_invalid@values.is_new"]);
}

#[test]
fn now_is_the_start_of_the_login_in_utc() {
    let config = r#"{
        "sources": { "slow": { "url": "https://h.example/slow" } },
        "claims": { "now": "now", "after": "[slow.x, now.seconds]" }
    }"#;
    let (decision, _) = run(config, &[("/slow", 200, r#"{"x":1}"#)]);
    assert_eq!(
        effects(&decision),
        [
            "after=[1,1700000000]",
            concat!(
                r#"now={"id":"00000000-0000-4000-8000-000000000000","iso":"2023-11-14T22:13:20Z","#,
                r#""seconds":1700000000,"weekday":2}"#
            )
        ]
    );
}

#[test]
fn the_address_counts_as_read_through_values_too() {
    let config = r#"{
        "values": { "who": "lower(event.user.email)" },
        "sources": { "s": { "url": "https://h.example/{values.who}" } },
        "claims": { "a": "s.x" }
    }"#;
    let engine = Engine::new(read_for(config, Trigger::PostLogin).unwrap());
    assert!(engine.plan().sources[0].needs_verified_email && engine.plan().sources[0].is_personal);
}

#[test]
fn a_thousand_users_at_once_each_get_their_own() {
    let world = World::new(|request| {
        let url = request.url.expose().to_owned();
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        // The later a user came, the earlier the first answer.
        let number: u32 = name.trim_matches(|digit: char| !digit.is_ascii_digit()).parse().unwrap_or(0);
        (1 + (1_000 - number) % 97, answer(200, &format!(r#"{{"id":"{name}x"}}"#)))
    });
    let engine = engine(
        r#"{
            "deadline_ms": 15000,
            "values": { "second": "second.id" },
            "sources": {
                "first": { "url": "https://h.example/{event.user.user_id}" },
                "second": { "url": "https://h.example/{first.id}" },
                "third": { "url": "https://h.example/{values.second}" }
            },
            "claims": { "path": "[event.user.user_id, first.id, second.id, third.id]" }
        }"#,
    );
    let host = MemoryHost::new(&world);
    let users: Vec<String> = (0..1_000).map(|number| format!("u{number}")).collect();
    let decisions = world.run(support::all(users.iter().map(|user| engine.enrich(&host, login(user)))));
    for (user, decision) in users.iter().zip(&decisions) {
        let expected = format!(r#"path=["{user}","{user}x","{user}xx","{user}xxx"]"#);
        assert_eq!(effects(decision), [expected]);
    }
}

#[test]
fn a_value_may_be_signed_and_read_as_a_text() {
    let config = r#"{
        "values": {
            "code": { "value": "event.user.user_id", "hmac": { "secret": "{secrets.KEY}" } },
            "none": { "value": "event.user.nobody", "hmac": { "secret": "{secrets.KEY}" } },
            "weak": { "value": "{sub: event.user.user_id}", "jwt": { "secret": "{secrets.KEY}" } },
            "url": "join('', ['https://h.example/?code=', values.code])"
        },
        "claims": { "url": "values.url", "none": { "value": "values.none", "default": "x" }, "weak": "values.weak" },
        "deny": [{ "when": "values.code != '7a7e3a'  && values.weak", "reason": "No.", "on_unavailable": "skip" }]
    }"#;
    let decision = with_secrets(config, &[("KEY", "hunter2")]);
    // HMAC-SHA-256 of `ann` under the key `hunter2`.
    let code = "9b535644bf1b9a664e49df2bc01078888861ccf491b9d0e08fdf81927abecc29";
    let expected = format!(r#"url="https://h.example/?code={code}""#);
    assert_eq!(effects(&decision), [r#"none="x""#.to_owned(), expected]);
    assert_eq!(
        errors(&decision),
        ["unavailable@deny[0]", "unavailable@claims.weak", "secret_invalid@values.weak"]
    );
    assert!(!format!("{decision:?}").contains("hunter2"));
}

#[test]
fn every_root_is_there_as_a_variable_too() {
    let config = r#"{
        "sources": { "s": { "url": "https://h.example/s" } },
        "claims": {
            "a": "[$settings, $values, $calls.s.ok, $now.seconds, $event.user.user_id, $s.x]",
            "b": { "value": "[$s.x, $calls.s] | [0] || 'none'", "to": ["app_metadata"], "if_denied": true }
        },
        "deny": [{ "when": "event.user.closed", "reason": "No." }]
    }"#;
    let (decision, _) = run(config, &[("/s", 200, r#"{"x":1}"#)]);
    assert_eq!(effects(&decision), [r#"a=[{},{},true,1700000000,"ann",1]"#]);
    let (decision, _) = run(&config.replace("event.user.closed", "`true`"), &[]);
    assert_eq!((effects(&decision), errors(&decision)), (vec!["deny".to_owned()], vec![]));
    assert_eq!(decision.effects.len(), 2);
    assert!(problems(r#"{"claims":{"a":"$profil | 'x'"}}"#)[0].contains("`profil` names nothing here"));
}
