//! Whole logins against a host in memory.

// Promises about numbers of calls and about time are exact here: the clock is frozen.
mod support;

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use claimsmith_core::http::TransportError;
use claimsmith_core::report::{OutcomeKind, TokenOrigin};
use claimsmith_core::{Decision, Engine};
use support::{MemoryHost, World, answer, effects, engine, errors, issuing_world, login, read};

const TOKENS: &str =
    r#""tokens":{"api":{"token_url":"https://h/token","client_id":"c","client_secret":"{secrets.SECRET}"}}"#;

fn config(sources: &str, claims: &str) -> String {
    format!(r#"{{{TOKENS},"sources":{sources},"claims":{claims}}}"#)
}

fn simple() -> Engine {
    engine(&config(r#"{"s":{"url":"https://h/u/{event.user.user_id}"}}"#, r#"{"https://x/p":"s.path"}"#))
}

fn decide(engine: &Engine, host: &MemoryHost, user: &str) -> Decision {
    host.world.run(engine.enrich(host, login(user)))
}

#[test]
fn a_first_login_makes_one_token_call_and_a_second_none() {
    let host = MemoryHost::new(&issuing_world());
    let engine = simple();
    let first = decide(&engine, &host, "ann");
    assert_eq!(effects(&first), [r#"https://x/p="ann""#]);
    assert_eq!(first.report.outcome, OutcomeKind::Enriched);
    assert_eq!(first.report.tokens[0].1.from, Some(TokenOrigin::Endpoint));
    assert_eq!(first.report.duration_ms, 30.0);
    let second = decide(&engine, &host, "bob");
    assert_eq!(effects(&second), [r#"https://x/p="bob""#]);
    assert_eq!(second.report.tokens[0].1.from, Some(TokenOrigin::Memory));
    assert_eq!(host.world.sent_to("/token"), 1);
}

#[test]
fn a_new_engine_takes_the_token_from_the_cache_until_it_is_about_to_end() {
    let host = MemoryHost::new(&issuing_world());
    decide(&simple(), &host, "ann");
    let from = |host: &MemoryHost| decide(&simple(), host, "ann").report.tokens[0].1.from;
    assert_eq!(from(&host), Some(TokenOrigin::Cache));
    host.world.advance(3_600_000 * 3 / 4);
    assert_eq!(from(&host), Some(TokenOrigin::Cache));
    host.world.advance(3_600_000 / 4 - 29_000);
    assert_eq!(from(&host), Some(TokenOrigin::Endpoint));
}

#[test]
fn a_cache_that_refuses_a_token_is_reported_and_memory_serves() {
    let mut host = MemoryHost::new(&issuing_world());
    host.cache_takes = false;
    let engine = simple();
    let first = decide(&engine, &host, "ann");
    assert!(first.report.warnings[0].contains("did not take the token `api`"));
    assert_eq!(decide(&engine, &host, "ann").report.tokens[0].1.from, Some(TokenOrigin::Memory));
}

#[test]
fn garbage_in_the_cache_is_a_miss() {
    for garbage in [
        "",
        "{",
        "[]",
        r#"{"token":1,"expires_at_ms":9e15}"#,
        r#"{"token":"x"}"#,
        r#"{"expires_at_ms":9e15}"#,
        // What cannot be a token must not become a header.
        r#"{"token":"x\r\ny: z","issued_at_ms":0,"expires_at_ms":9e15}"#,
        r#"{"token":"","issued_at_ms":0,"expires_at_ms":9e15}"#,
    ] {
        let host = MemoryHost::new(&issuing_world());
        decide(&simple(), &host, "ann");
        host.cache.borrow_mut().values_mut().for_each(|(value, _)| garbage.clone_into(value));
        assert_eq!(effects(&decide(&simple(), &host, "ann")), [r#"https://x/p="ann""#], "{garbage}");
        assert_eq!(host.world.sent_to("/token"), 2, "{garbage}");
    }
}

#[test]
fn a_token_without_a_lifetime_serves_its_login_only() {
    let world = World::new(|request| {
        let is_token = request.url.expose().ends_with("/token");
        (1, answer(200, if is_token { r#"{"access_token":"t","token_type":"bearer"}"# } else { "{}" }))
    });
    let host = MemoryHost::new(&world);
    let engine = simple();
    decide(&engine, &host, "ann");
    decide(&engine, &host, "ann");
    assert_eq!(world.sent_to("/token"), 2);
    assert!(host.cache.borrow().is_empty());
}

/// Polls both logins until each has ended, with one clock for both.
fn run_together(world: &World, logins: Vec<Pin<Box<dyn Future<Output = Decision> + '_>>>) -> Vec<Decision> {
    let mut logins: Vec<_> = logins.into_iter().map(|login| (login, None)).collect();
    world.run(std::future::poll_fn(|context: &mut Context<'_>| {
        for (login, decision) in &mut logins {
            if decision.is_none()
                && let Poll::Ready(ready) = login.as_mut().poll(context)
            {
                *decision = Some(ready);
            }
        }
        if logins.iter().all(|(_, decision)| decision.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    }));
    logins.into_iter().filter_map(|(_, decision)| decision).collect()
}

#[test]
fn a_thousand_first_logins_make_one_token_call_and_each_gets_its_own_data() {
    let host = MemoryHost::new(&issuing_world());
    let engine = simple();
    let users: Vec<String> = (0..1000).map(|index| format!("user{index}")).collect();
    let logins =
        users.iter().map(|user| Box::pin(engine.enrich(&host, login(user))) as Pin<Box<_>>).collect();
    let decisions = run_together(&host.world, logins);
    for (user, decision) in users.iter().zip(&decisions) {
        assert_eq!(effects(decision), [format!("https://x/p=\"{user}\"")]);
    }
    assert_eq!(host.world.sent_to("/token"), 1);
    assert_eq!(decisions[999].report.tokens[0].1.from, Some(TokenOrigin::Shared));
}

#[test]
fn a_login_that_is_given_up_while_it_asks_for_a_token_leaves_the_asking_to_the_next() {
    let host = MemoryHost::new(&issuing_world());
    let engine = simple();
    {
        let mut abandoned = pin!(engine.enrich(&host, login("ann")));
        assert!(abandoned.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(host.world.dropped.get(), 1, "its socket is closed");
    assert_eq!(effects(&decide(&engine, &host, "bob")), [r#"https://x/p="bob""#]);
    assert_eq!(host.world.sent_to("/token"), 2);
}

#[test]
fn a_refused_token_is_replaced_once_and_never_twice() {
    let refusals = Rc::new(Cell::new(1_u32));
    let left = Rc::clone(&refusals);
    let issued = Cell::new(0);
    let world = World::new(move |request| {
        if request.url.expose().ends_with("/token") {
            issued.set(issued.get() + 1);
            let token =
                format!(r#"{{"access_token":"t-{}","token_type":"Bearer","expires_in":3600}}"#, issued.get());
            return (1, answer(200, &token));
        }
        let refuses = left.get() > 0;
        left.set(left.get().saturating_sub(1));
        (1, if refuses { answer(401, "") } else { answer(200, r#"{"path":"ok"}"#) })
    });
    let host = MemoryHost::new(&world);
    let engine = simple();
    assert_eq!(effects(&decide(&engine, &host, "ann")), [r#"https://x/p="ok""#]);
    assert_eq!((world.sent_to("/token"), world.sent_to("/u/")), (2, 2));

    refusals.set(u32::MAX);
    world.advance(60_000);
    let decision = decide(&engine, &host, "ann");
    assert_eq!(errors(&decision), ["source_status@sources.s"]);
    assert_eq!((world.sent_to("/token"), world.sent_to("/u/")), (3, 4));
    let cache = host.cache.borrow();
    let tokens: Vec<_> = cache.values().filter(|(record, _)| record.contains("t-")).collect();
    assert!(
        tokens.len() == 1 && tokens[0].0.contains("t-3"),
        "the new one takes the place of the refused one"
    );
}

#[test]
fn silence_costs_a_call_its_timeout_and_a_login_its_deadline() {
    let slow = || World::new(|_| (60_000, answer(200, "{}")));
    let source = r#"{"s":{"url":"https://h/u","token":null,"timeout_ms":700,"retries":0}}"#;
    let host = MemoryHost::new(&slow());
    let decision = decide(&engine(&config(source, r#"{"a":"s.x"}"#)), &host, "ann");
    assert_eq!(errors(&decision), ["timeout@sources.s"]);
    assert_eq!((host.world.elapsed_ms(), host.world.dropped.get()), (700, 1));

    let deadline = format!(r#"{{"deadline_ms":300,"sources":{source},"claims":{{"a":"s.x"}}}}"#);
    let host = MemoryHost::new(&slow());
    let decision = decide(&engine(&deadline), &host, "ann");
    assert_eq!(errors(&decision), ["deadline_exceeded@sources.s"]);
    assert_eq!(decision.report.outcome, OutcomeKind::Skipped);
    assert_eq!(host.world.elapsed_ms(), 300);
}

#[test]
fn sources_run_side_by_side_and_one_that_reads_another_waits_for_it() {
    let host = MemoryHost::new(&issuing_world());
    let sources = r#"{
        "a":{"url":"https://h/a","token":null},
        "b":{"url":"https://h/b","token":null},
        "c":{"url":"https://h/c","token":null,"when":"a.n == `1`"},
        "d":{"url":"https://h/d","token":null,"when":"a.n == `2`"}}"#;
    let claims = r#"{"x":"[a.path, b.path, c.path, d.path]"}"#;
    let decision = decide(&engine(&config(sources, claims)), &host, "ann");
    assert_eq!(effects(&decision), [r#"x=["a","b","c",null]"#]);
    assert_eq!(decision.report.outcome, OutcomeKind::Enriched);
    assert_eq!(host.world.elapsed_ms(), 20);
    let skipped: Vec<&str> = decision
        .report
        .sources
        .iter()
        .filter(|(_, source)| source.skipped)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(skipped, ["d"]);
}

#[test]
fn a_failed_source_costs_its_own_claims_and_no_others() {
    let world = World::new(|request| match request.url.expose() {
        "https://h/a" => (1, Err(TransportError::Failed("ECONNREFUSED".into()))),
        _ => (1, answer(200, r#"{"n":1}"#)),
    });
    let sources = r#"{"a":{"url":"https://h/a","token":null},"b":{"url":"https://h/b","token":null}}"#;
    let claims = r#"{"a":"a.n","b":"b.n","c":{"value":"a.n","default":0}}"#;
    let decision = decide(&engine(&config(sources, claims)), &MemoryHost::new(&world), "ann");
    assert_eq!(effects(&decision), ["b=1", "c=0"]);
    assert_eq!(errors(&decision), ["transport_failed@sources.a"]);
    assert_eq!(decision.report.outcome, OutcomeKind::Partial);
    assert!(decision.report.errors[0].message.contains("ECONNREFUSED"));
}

#[test]
fn a_required_claim_that_is_missing_denies_and_sets_nothing() {
    let host = MemoryHost::new(&issuing_world());
    let claims = r#"{"a":"s.path","b":{"value":"s.missing","required":true}}"#;
    let decision = decide(&engine(&config(r#"{"s":{"url":"https://h/u"}}"#, claims)), &host, "ann");
    assert_eq!(effects(&decision), ["deny"]);
    assert_eq!(errors(&decision), ["claim_missing@claims.b"]);
    assert_eq!(decision.report.outcome, OutcomeKind::Denied);
}

#[test]
fn a_value_of_another_type_is_left_out_and_never_cast() {
    let world = World::new(|_| (1, answer(200, r#"{"s":"1","n":1.5,"l":["a",1],"big":9007199254740993}"#)));
    let claims = r#"{
        "a":{"value":"s.s","type":"number"},
        "b":{"value":"s.n","type":"integer"},
        "c":{"value":"s.l","type":"string[]"},
        "d":"s.big",
        "e":{"value":"s.n","type":"number"},
        "f":{"value":"s.s","when":"s.n > `2`"}}"#;
    let source = r#"{"s":{"url":"https://h/u","token":null}}"#;
    let decision = decide(&engine(&config(source, claims)), &MemoryHost::new(&world), "ann");
    assert_eq!(effects(&decision), ["e=1.5"]);
    let reasons: Vec<(&str, &str)> =
        decision.report.claims.left_out.iter().map(|left| (left.claim.as_str(), left.reason)).collect();
    let mismatch = "claim_type_mismatch";
    assert_eq!(
        reasons,
        [("a", mismatch), ("b", mismatch), ("c", mismatch), ("d", "unsafe_integer"), ("f", "when")]
    );
}

#[test]
fn a_post_carries_its_body_with_types() {
    let bodies: Rc<Cell<Option<String>>> = Rc::default();
    let seen = Rc::clone(&bodies);
    let world = World::new(move |request| {
        seen.set(request.body.as_ref().map(|body| body.expose().to_owned()));
        (1, answer(200, "{}"))
    });
    let source = r#"{"s":{"url":"https://h/q","token":null,"method":"POST",
        "body":{"id":"{event.user.user_id}","ok":"{event.user.email_verified}","key":"{secrets.SECRET}"}}}"#;
    decide(&engine(&config(source, r#"{"a":"s.x"}"#)), &MemoryHost::new(&world), "ann");
    assert_eq!(bodies.take().as_deref(), Some(r#"{"id":"ann","key":"hunter2","ok":true}"#));
}

#[test]
fn no_report_holds_a_secret_or_a_token() {
    let sources =
        r#"{"s":{"url":"https://h/u?key={secrets.SECRET}","headers":{"x-key":"{secrets.SECRET}"}}}"#;
    for status in [200, 401, 500] {
        let world = World::new(move |request| {
            let is_token = request.url.expose().ends_with("/token");
            let token = r#"{"access_token":"t0ken","token_type":"bearer","expires_in":60}"#;
            (1, if is_token { answer(200, token) } else { answer(status, "hunter2 t0ken") })
        });
        let decision = decide(&engine(&config(sources, r#"{"a":"s.x"}"#)), &MemoryHost::new(&world), "ann");
        let shown = format!("{:?} {} {}", decision.report, decision.report.to_json(), decision.report.line());
        assert!(!shown.contains("hunter2") && !shown.contains("t0ken"), "{shown}");
        assert!(!decision.report.errors.is_empty());
    }
}

/// So many claims of one source without a token, each of the same expression.
fn equal_claims(count: usize, expression: &str, more: &str) -> Engine {
    let claims: Vec<String> =
        (0..count).map(|index| format!(r#""https://x/{index}":"{expression}""#)).collect();
    let sources = r#"{"s":{"url":"https://h/u","token":null}}"#;
    engine(&format!(r#"{{"sources":{sources},"claims":{{{}}}{more}}}"#, claims.join(",")))
}

#[test]
fn fault_15_the_claims_of_a_login_share_one_budget() {
    let items = vec!["7"; 5_000].join(",");
    let world = World::new(move |_| (1, answer(200, &format!(r#"{{"p":[{items}]}}"#))));
    let host = MemoryHost::new(&world);
    let expression = "length(s.p[].[@])";
    assert_eq!(effects(&decide(&equal_claims(1, expression, ""), &host, "ann")), ["https://x/0=5000"]);
    let decision = decide(&equal_claims(100, expression, ""), &host, "ann");
    let set = effects(&decision).len();
    assert!((2..50).contains(&set), "{set} of 100 are set");
    let errors = errors(&decision);
    assert_eq!(errors.len(), 100 - set);
    assert!(errors.iter().all(|error| error.starts_with("expression_invalid@claims[")), "{errors:?}");
    // The next login has a budget of its own.
    assert_eq!(effects(&decide(&equal_claims(1, expression, ""), &host, "bob")), ["https://x/0=5000"]);
}

#[test]
fn fault_15_claims_end_at_the_deadline_and_let_other_logins_get_on() {
    let world = World::new(|_| (1, answer(200, r#"{"plan":"gold"}"#)));
    let host = MemoryHost::new(&world);
    let engine = equal_claims(100, "s.plan", r#","deadline_ms":1000"#);
    assert_eq!(effects(&decide(&engine, &host, "ann")).len(), 100);
    assert_eq!(world.yields.get(), 0);
    world.work_ms.set(15);
    let decision = decide(&engine, &host, "ann");
    let set = effects(&decision).len();
    assert!((10..90).contains(&set), "{set} of 100 are set");
    let errors = errors(&decision);
    assert_eq!(errors.len(), 100 - set);
    assert!(errors.iter().all(|error| error.starts_with("deadline_exceeded@claims[")), "{errors:?}");
    // Every 20 ms of work at most.
    assert!(world.yields.get() > 20, "{} times", world.yields.get());
}

#[test]
fn the_log_line_fits_and_is_one_line() {
    let sources: Vec<String> =
        (0..40).map(|index| format!(r#""source{index}":{{"url":"https://h/x","token":null}}"#)).collect();
    let world = World::new(|_| (1, answer(500, "")));
    let config = config(&format!("{{{}}}", sources.join(",")), r#"{"a":"source1.x"}"#);
    let mut login = login("ann");
    login.event =
        claimsmith_core::expression::json::read(br#"{"transaction":{"correlation_id":"a\nb"}}"#).unwrap();
    let host = MemoryHost::new(&world);
    let line = world.run(engine(&config).enrich(&host, login)).report.line();
    assert!(line.chars().count() <= 256 && !line.contains('\n'), "{line}");
    assert!(line.starts_with("claimsmith skipped 1ms source_status@sources.source0"), "{line}");
}

#[test]
fn the_log_line_fits_and_is_one_line_as_javascript_counts() {
    let claims: Vec<String> = (0..60).map(|index| format!(r#""😀😀\u2029{index}":"event.x""#)).collect();
    let config = format!(r#"{{"claims":{{{}}}}}"#, claims.join(","));
    for id in ["4f8c1b1e", r"😀\u2028😀", &"😀".repeat(200)] {
        let world = World::new(|_| (1, answer(500, "")));
        let mut login = login("ann");
        let event = format!(r#"{{"transaction":{{"correlation_id":"{id}"}}}}"#);
        login.event = claimsmith_core::expression::json::read(event.as_bytes()).unwrap();
        let host = MemoryHost::new(&world);
        let line = world.run(engine(&config).enrich(&host, login)).report.line();
        assert!(line.encode_utf16().count() <= 256, "{line}");
        assert!(!line.contains(['\u{2028}', '\u{2029}']) && line.contains(" id="), "{line:?}");
    }
}

#[test]
fn only_what_is_read_is_asked_of_the_event() {
    let sources = r#"{"s":{"url":"https://h/{event.user.email}","when":"event.client.metadata.x"}}"#;
    let config =
        read(&config(sources, r#"{"a":"event.user.app_metadata","b":"event.user.app_metadata.x"}"#)).unwrap();
    let mut reads: Vec<String> = config.event_reads.iter().map(|chain| chain.join(".")).collect();
    reads.sort();
    assert_eq!(
        reads,
        [
            "client.metadata.x",
            "resource_server.identifier",
            "transaction.correlation_id",
            "user.app_metadata",
            "user.email",
            "user.email_verified",
            "user.user_id"
        ]
    );
    assert_eq!(config.secrets.iter().map(|name| &**name).collect::<Vec<_>>(), ["SECRET"]);
}

#[test]
fn every_problem_of_a_configuration_is_told_with_its_place() {
    let problems = |config: &str| -> Vec<String> {
        read(config).unwrap_err().iter().map(|error| format!("{} {error}", error.code.as_str())).collect()
    };
    for (config, expected) in [
        ("[]", "config_invalid must be an object, not an array"),
        (r#"{"claims":[]}"#, "config_invalid claims: must be an object, not an array"),
        (r#"{"claims":{},"mode":"shade"}"#, "config_invalid mode: `shade` is not known here; use `enforce`"),
        (
            r#"{"claims":{},"deadline_ms":50}"#,
            "config_invalid deadline_ms: must be from 100 to 15000, not 50",
        ),
        (
            r#"{"claims":{},"deadline_ms":1.5}"#,
            "config_invalid deadline_ms: must be a whole number, not a number",
        ),
        (r#"{"claims":{"aud":"event.x"}}"#, "claim_reserved claims.aud: `aud` is reserved: Auth0 drops it"),
        (
            r#"{"claims":{"https://a.auth0.com/x":"event.x"}}"#,
            "claim_reserved claims[\"https://a.auth0.com/x\"]: ",
        ),
        (
            r#"{"claims":{"a":"secrets.KEY"}}"#,
            "expression_invalid claims.a: secrets can be used in templates only",
        ),
        (
            r#"{"claims":{"a":{"value":"event.x","to":["idtoken"]}}}"#,
            "config_invalid claims.a.to[0]: `idtoken` is not known",
        ),
        (
            r#"{"claims":{},"sources":{"event":{"url":"https://h/"}}}"#,
            "config_invalid sources.event: `event` already means",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"http://h/"}}}"#,
            "config_invalid sources.s.url: plain http is for this machine",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","token":"x"}}}"#,
            "config_invalid sources.s.token: there is no token `x`",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","method":"GET","body":{}}}}"#,
            "config_invalid sources.s.body: a GET has no body",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","form":{},"text":""}}}"#,
            "config_invalid sources.s: `body`, `form`, `text` and `graphql` exclude each other",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","method":"PUT"}}}"#,
            "config_invalid sources.s: a PUT needs a `body`, `form`, `text` or `graphql`",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","method":"PUT","graphql":{"query":"{a}"}}}}"#,
            "config_invalid sources.s.graphql: `graphql` is a POST",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","answer":"none","graphql":{"query":"{a}"}}}}"#,
            "config_invalid sources.s: `graphql` is answered in JSON",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","graphql":{"query":"{a(id:\"{event.user.user_id}\")}"}}}}"#,
            "config_invalid sources.s.graphql.query: a document holds no templates",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","form":{},"content_type":"text/xml"}}}"#,
            "config_invalid sources.s.content_type: `content_type` goes with `body` or `text`",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","text":"","content_type":"x\r\ny: z"}}}"#,
            "config_invalid sources.s.content_type: this is no media type",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","query":{"a":{"b":1}}}}}"#,
            "config_invalid sources.s.query.a: must be a string, a number, a boolean, or an array of these",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","query":{"a?":"x"}}}}"#,
            "config_invalid sources.s.query[\"a?\"]: a field is left out where it is null, without `?`",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","body":{"a?":1,"a":2}}}}"#,
            "config_invalid sources.s.body: the member `a` is given twice",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","ok_status":[401]}}}"#,
            "config_invalid sources.s.ok_status[0]: 401, 404, 408 and 429 have a meaning of their own",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","ok_status":[409,500]}}}"#,
            "config_invalid sources.s.ok_status[1]: must be from 400 to 499, not 500",
        ),
        (
            r#"{"claims":{},"tokens":{"t":{"token_url":"https://h/","client_id":"c","client_secret":"s"}},
                "sources":{"s":{"url":"https://h/","token":"t","basic":{"user":"u","password":"p"}}}}"#,
            "config_invalid sources.s.token: `basic` and `token` exclude each other",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","basic":{"user":"u","password":"p"},"headers":{"Authorization":"x"}}}}"#,
            "config_invalid sources.s.headers.Authorization: `basic` fills `authorization`",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","basic":{"user":"u:v","password":"p"}}}}"#,
            "config_invalid sources.s.basic: the user of Basic authentication cannot hold `:`",
        ),
        (
            r#"{"claims":{},"sources":{"a":{"url":"https://h/","when":"b"},"b":{"url":"https://h/","when":"a"}}}"#,
            "config_invalid sources: `a` reads `b`, which reads `a`: a circle",
        ),
        (
            r#"{"claims":{},"sources":{"s":{"url":"https://h/","headers":{"host":"x"}}}}"#,
            "config_invalid sources.s.headers.host: `host` is filled by the engine",
        ),
    ] {
        let found = problems(config);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{config}: {found:?}");
    }
    assert_eq!(
        problems(r#"{"claims":{"sub":"event.x","b":"nope.x"},"tokns":{},"deadline_ms":"5"}"#).len(),
        4
    );
}
