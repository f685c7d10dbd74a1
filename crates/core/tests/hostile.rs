//! One user whose requests fail, or are refused, for their own sake costs others nothing: the faults 1, 2, 11, 14 and
//! 16 of November. The clock is frozen, as in `network.rs`.

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use claimsmith_core::expression::json;
use claimsmith_core::http::{Request, Response, TransportError};
use claimsmith_core::report::{AnswerOrigin, TokenOrigin};
use claimsmith_core::{Decision, Engine, Login, Secret, Trigger};
use support::{MemoryHost, Reaction, World, answer, effects, engine, errors, login, read};

const HOUR_MS: u64 = 3_600_000;
const MINUTE_MS: u64 = 60_000;

fn failed(word: &str) -> Result<Response, TransportError> {
    Err(TransportError::Failed(word.to_owned()))
}

fn fine() -> Result<Response, TransportError> {
    answer(200, r#"{"v":1}"#)
}

fn is_token_call(request: &Request) -> bool {
    request.url.expose().ends_with("/token")
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.expose().to_owned())
}

/// What a backend does with a request that brought this token, or none.
type Backend = Rc<RefCell<Box<dyn FnMut(&Request, &str) -> Reaction>>>;

/// A token endpoint that issues `t-1`, `t-2`, … for an hour, and a backend that may change its mind.
fn issuing(backend: impl FnMut(&Request, &str) -> Reaction + 'static) -> (MemoryHost, Backend) {
    let backend: Backend = Rc::new(RefCell::new(Box::new(backend)));
    let (asked, issued) = (Rc::clone(&backend), Cell::new(0));
    let world = World::new(move |request| {
        if is_token_call(request) {
            issued.set(issued.get() + 1);
            let token =
                format!(r#"{{"access_token":"t-{}","token_type":"Bearer","expires_in":3600}}"#, issued.get());
            return (20, answer(200, &token));
        }
        let bearer = header(request, "authorization").unwrap_or_default();
        (asked.borrow_mut())(request, bearer.strip_prefix("Bearer ").unwrap_or_default())
    });
    (MemoryHost::new(&world), backend)
}

const TOKEN: &str =
    r#""tokens":{"api":{"token_url":"https://h/token","client_id":"c","client_secret":"{secrets.SECRET}"}}"#;

/// One source whose path names the user; with a token where `token` says so.
fn source(token: bool, more: &str) -> Engine {
    let (tokens, token) = if token { (TOKEN, "") } else { (r#""tokens":{}"#, r#","token":null"#) };
    engine(&format!(
        r#"{{{tokens},"sources":{{"s":{{"url":"https://h/u/{{event.user.user_id}}"{token}{more}}}}},"claims":{{"a":"s.v"}}}}"#
    ))
}

fn decide(engine: &Engine, host: &MemoryHost, user_id: &str) -> Decision {
    host.world.run(engine.enrich(host, login(user_id)))
}

/// An instance that has just started, on the cache of the others.
fn newcomer(host: &MemoryHost) -> MemoryHost {
    MemoryHost { cache: Rc::clone(&host.cache), ..MemoryHost::new(&host.world) }
}

/// Fails the requests of one user, or of those whose names begin so.
fn failing_for(name: &'static str, failure: Reaction) -> impl FnMut(&Request, &str) -> Reaction {
    let wanted = format!("/u/{name}");
    move |request, _| if request.url.expose().contains(&wanted) { failure.clone() } else { (10, fine()) }
}

#[test]
fn fault_2_no_failure_of_one_user_opens_a_circuit_for_another() {
    for failure in
        [(10, failed("ECONNRESET")), (10, answer(500, "")), (10, answer(503, "")), (60_000, fine())]
    {
        let (host, _) = issuing(failing_for("mallory", failure.clone()));
        let engine = source(false, r#","retries":2"#);
        for round in 0..30 {
            decide(&engine, &host, "mallory");
            let fresh = source(false, "");
            decide(&fresh, &newcomer(&host), "mallory");
            if round % 10 == 9 {
                assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"], "{failure:?}");
                assert_eq!(effects(&decide(&fresh, &newcomer(&host), "bob")), ["a=1"], "{failure:?}");
            }
        }
    }
}

#[test]
fn fault_2_what_others_fail_by_chance_does_not_let_one_user_open_it() {
    // Four failures of others within a minute, and any number of one user's.
    let (host, backend) = issuing(|_, _| (10, failed("ECONNREFUSED")));
    let engine = source(false, r#","retries":0"#);
    for user in ["ann", "bob", "cid", "dan"] {
        assert_eq!(errors(&decide(&engine, &host, user)), ["transport_failed@sources.s"]);
    }
    *backend.borrow_mut() = Box::new(failing_for("mallory", (10, failed("ECONNRESET"))));
    for _ in 0..10 {
        assert_eq!(errors(&decide(&engine, &host, "mallory")), ["transport_failed@sources.s"]);
    }
    assert_eq!(effects(&decide(&engine, &host, "eve")), ["a=1"]);
}

#[test]
fn fault_2_five_users_open_it_and_none_of_their_requests_probes() {
    let (host, backend) = issuing(|_, _| (10, failed("EPIPE")));
    let engine = source(false, r#","retries":0"#);
    for user in ["u1", "u2", "u3", "u4"] {
        for _ in 0..3 {
            assert_eq!(errors(&decide(&engine, &host, user)), ["transport_failed@sources.s"], "{user}");
        }
    }
    assert_eq!(errors(&decide(&engine, &host, "u5")), ["transport_failed@sources.s"]);
    assert_eq!(errors(&decide(&engine, &host, "u6")), ["circuit_open@sources.s"]);
    host.world.advance(1_000);
    *backend.borrow_mut() = Box::new(|_, _| (10, fine()));
    for user in ["u1", "u2", "u3", "u4", "u5"] {
        assert_eq!(errors(&decide(&engine, &host, user)), ["circuit_open@sources.s"], "{user}");
        assert_eq!(errors(&decide(&source(false, ""), &newcomer(&host), user)), ["circuit_open@sources.s"]);
    }
    assert_eq!(effects(&decide(&engine, &host, "u6")), ["a=1"]);
    assert_eq!(effects(&decide(&engine, &host, "u1")), ["a=1"]);
}

#[test]
fn fault_2_a_user_who_changes_what_is_asked_neither_counts_twice_nor_probes() {
    let engine = engine(
        r#"{"sources":{"s":{"url":"https://h/u/{event.user.user_id}?q={event.request.query.q}","token":null,"retries":0}},
            "claims":{"a":"s.v"}}"#,
    );
    let as_user = |host: &MemoryHost, user: &str, q: u32| {
        let event = format!(r#"{{"user":{{"user_id":"{user}"}},"request":{{"query":{{"q":"{q}"}}}}}}"#);
        let login = Login { event: json::read(event.as_bytes()).unwrap(), ..Login::default() };
        host.world.run(engine.enrich(host, login))
    };
    let (host, backend) = issuing(failing_for("mallory", (10, failed("ECONNRESET"))));
    for q in 0..50 {
        assert_eq!(errors(&as_user(&host, "mallory", q)), ["transport_failed@sources.s"]);
    }
    assert_eq!(effects(&as_user(&host, "ann", 1)), ["a=1"]);
    // The backend is dead for a moment, and mallory fails as well.
    *backend.borrow_mut() = Box::new(|_, _| (10, failed("ECONNRESET")));
    for user in ["u1", "u2", "u3", "u4", "mallory"] {
        as_user(&host, user, 1);
    }
    *backend.borrow_mut() = Box::new(failing_for("mallory", (10, failed("ECONNRESET"))));
    host.world.advance(1_000);
    for q in 100..150 {
        assert_eq!(errors(&as_user(&host, "mallory", q)), ["circuit_open@sources.s"], "no probe of his");
    }
    assert_eq!(effects(&as_user(&host, "ann", 1)), ["a=1"]);
}

#[test]
fn fault_2_a_request_that_holds_nothing_of_the_login_counts_whoever_logs_in() {
    for failure in [(10, failed("ECONNRESET")), (10, answer(502, "")), (60_000, fine())] {
        let (host, backend) = issuing(move |_, _| failure.clone());
        let engine = engine(
            r#"{"sources":{"s":{"url":"https://h/u/{'all'}","token":null,"retries":0,
                "headers":{"x-key":"{secrets.SECRET}"}}},"claims":{"a":"s.v"}}"#,
        );
        for _ in 0..5 {
            assert_ne!(errors(&decide(&engine, &host, "ann")), ["circuit_open@sources.s"]);
        }
        assert_eq!(errors(&decide(&engine, &host, "ann")), ["circuit_open@sources.s"]);
        host.world.advance(1_000);
        *backend.borrow_mut() = Box::new(|_, _| (10, fine()));
        assert_eq!(
            effects(&decide(&engine, &host, "ann")),
            ["a=1"],
            "it is not the request's fault, so it may probe"
        );
    }
}

#[test]
fn fault_2_a_token_endpoint_counts_by_itself_unless_its_request_holds_something_of_the_login() {
    let engine_of = |parameters: &str| {
        engine(&format!(
            r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c","client_secret":"x"{parameters}}}}},
                "sources":{{"s":{{"url":"https://h/u"}}}},"claims":{{"a":"s.v"}}}}"#
        ))
    };
    for (parameters, opens) in [("", true), (r#","parameters":{"u":"{event.user.user_id}"}"#, false)] {
        let world = World::new(|_| (10, answer(500, "")));
        let (host, engine) = (MemoryHost::new(&world), engine_of(parameters));
        for _ in 0..9 {
            decide(&engine, &host, "mallory");
        }
        assert_eq!(world.sent_to("/token"), if opens { 5 } else { 9 });
        let expected = if opens { "circuit_open@tokens.api" } else { "token_refused@tokens.api" };
        assert_eq!(errors(&decide(&engine, &host, "ann")), [expected]);
    }
}

#[test]
fn fault_2_a_call_that_was_given_less_than_its_time_says_nothing() {
    let (host, backend) = issuing(|_, _| (60_000, fine()));
    let slow = engine(
        r#"{"deadline_ms":900,"sources":{"s":{"url":"https://h/u/all","token":null,"timeout_ms":1000}},"claims":{"a":"s.v"}}"#,
    );
    for _ in 0..20 {
        assert_eq!(errors(&decide(&slow, &host, "ann")), ["deadline_exceeded@sources.s"]);
    }
    // A probe without the time to find out leaves the next one to others.
    *backend.borrow_mut() = Box::new(|_, _| (10, failed("ENOTFOUND")));
    for _ in 0..5 {
        decide(&slow, &host, "ann");
    }
    assert_eq!(errors(&decide(&slow, &host, "ann")), ["circuit_open@sources.s"]);
    host.world.advance(1_000);
    *backend.borrow_mut() = Box::new(|_, _| (60_000, fine()));
    assert_eq!(errors(&decide(&slow, &host, "ann")), ["deadline_exceeded@sources.s"]);
    *backend.borrow_mut() = Box::new(|_, _| (10, fine()));
    assert_eq!(effects(&decide(&slow, &host, "bob")), ["a=1"]);
}

#[test]
fn fault_2_a_connection_that_hangs_counts_by_itself() {
    let (host, _) = issuing(|_, _| (60_000, failed("CONNECT_TIMEOUT")));
    let engine = source(false, r#","retries":0,"timeout_ms":100"#);
    for _ in 0..5 {
        assert_eq!(errors(&decide(&engine, &host, "ann")), ["timeout@sources.s"]);
    }
    assert_eq!(errors(&decide(&engine, &host, "ann")), ["circuit_open@sources.s"]);
}

#[test]
fn fault_2_the_shared_record_is_small_and_names_nobody() {
    let (host, _) = issuing(|_, _| (10, failed("ECONNRESET")));
    let sources: Vec<String> = (0..20)
        .map(|index| {
            format!(
                r#""s{index}":{{"url":"https://h{index}/u/{{event.user.user_id}}","token":null,"retries":0}}"#
            )
        })
        .collect();
    let engine = engine(&format!(r#"{{"sources":{{{}}},"claims":{{"a":"s0.v"}}}}"#, sources.join(",")));
    for user in ["auth0|ann", "auth0|bob", "auth0|cid", "auth0|dan"] {
        decide(&engine, &host, user);
    }
    let cache = host.cache.borrow();
    let (key, (record, _)) = cache.iter().next().unwrap();
    assert_eq!(cache.len(), 1);
    assert!(key.len() <= 64 && (200..=1_024).contains(&record.len()), "{}", record.len());
    assert!(!record.contains("auth0") && !record.contains("ann") && !record.contains("https"), "{record}");
}

#[test]
fn fault_2_machines_are_told_apart_by_their_client() {
    let config = r#"{"sources":{"s":{"url":"https://h/u/{event.client.client_id}","token":null,"retries":0}},
        "claims":{"a":"s.v"}}"#;
    let config = support::read_for(config, Trigger::CredentialsExchange);
    let engine = Engine::new(config.unwrap());
    let (host, _) = issuing(|_, _| (10, failed("ECONNRESET")));
    let as_client = |client: &str| {
        let event = format!(r#"{{"client":{{"client_id":"{client}"}}}}"#);
        let login = Login { event: json::read(event.as_bytes()).unwrap(), ..Login::default() };
        errors(&host.world.run(engine.enrich(&host, login)))
    };
    for _ in 0..9 {
        assert_eq!(as_client("m0"), ["transport_failed@sources.s"]);
    }
    for client in ["m1", "m2", "m3", "m4"] {
        assert_eq!(as_client(client), ["transport_failed@sources.s"]);
    }
    assert_eq!(as_client("m5"), ["circuit_open@sources.s"]);
}

#[test]
fn fault_16_a_user_who_is_always_refused_costs_one_token_and_takes_none_from_others() {
    let refuses = failing_for("mallory", (10, answer(401, "")));
    let (host, _) = issuing(refuses);
    let engine = source(true, "");
    for round in 0..100 {
        assert_eq!(errors(&decide(&engine, &host, "mallory")), ["source_status@sources.s"], "{round}");
        let fresh = source(true, "");
        assert_eq!(errors(&decide(&fresh, &newcomer(&host), "mallory")), ["source_status@sources.s"]);
        let decision = decide(&engine, &host, "ann");
        assert_eq!(
            (effects(&decision), decision.report.tokens[0].1.from),
            (vec!["a=1".to_owned()], Some(TokenOrigin::Memory))
        );
    }
    assert_eq!(host.world.sent_to("/token"), 2, "one for all, and one because of mallory");
}

#[test]
fn fault_16_the_blame_lasts_for_as_long_as_others_are_accepted() {
    let (host, _) = issuing(failing_for("mallory", (10, answer(401, ""))));
    let engine = source(true, "");
    decide(&engine, &host, "mallory");
    for _ in 0..2 {
        host.world.advance(5 * MINUTE_MS);
        // By any instance.
        assert_eq!(effects(&decide(&source(true, ""), &newcomer(&host), "ann")), ["a=1"]);
        host.world.advance(10 * MINUTE_MS);
        assert_eq!(errors(&decide(&engine, &host, "mallory")), ["source_status@sources.s"]);
        assert_eq!(host.world.sent_to("/token"), 2);
    }
    // Nobody has been accepted since, so it may be the token after all.
    host.world.advance(11 * MINUTE_MS);
    assert_eq!(errors(&decide(&engine, &host, "mallory")), ["source_status@sources.s"]);
    assert_eq!(host.world.sent_to("/token"), 3);
}

#[test]
fn fault_16_the_blame_lasts_for_ten_minutes_where_nobody_else_is_there_and_doubles() {
    let (host, backend) = issuing(|_, _| (10, answer(401, "")));
    let engine = source(true, "");
    for (minute, calls) in [(0, 2), (5, 2), (9, 2), (11, 3), (20, 3), (30, 3), (32, 4), (50, 4)] {
        let now_ms = host.world.elapsed_ms();
        host.world.advance((minute * MINUTE_MS).saturating_sub(now_ms) + 1_000);
        assert_eq!(errors(&decide(&engine, &host, "ann")), ["source_status@sources.s"]);
        assert_eq!(host.world.sent_to("/token"), calls, "{minute}");
    }
    // Once accepted, the request is as good as any.
    *backend.borrow_mut() = Box::new(|_, _| (10, fine()));
    assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"]);
    *backend.borrow_mut() = Box::new(|_, token| (10, if token == "t-4" { answer(401, "") } else { fine() }));
    assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"]);
    assert_eq!(host.world.sent_to("/token"), 5);
}

#[test]
fn fault_16_a_revoked_token_is_replaced_once_whatever_its_age_and_whoever_is_always_refused() {
    let revoked: Rc<RefCell<BTreeSet<String>>> = Rc::default();
    let known = Rc::clone(&revoked);
    let (host, _) = issuing(move |request, token| {
        let is_refused = request.url.expose().contains("mallory") || known.borrow().contains(token);
        (10, if is_refused { answer(401, "") } else { fine() })
    });
    let (engine, other) = (source(true, ""), source(true, ""));
    decide(&engine, &host, "mallory");
    assert_eq!(effects(&decide(&other, &newcomer(&host), "dan")), ["a=1"]);
    assert_eq!(host.world.sent_to("/token"), 2);
    host.world.advance(MINUTE_MS);
    // Young or not, of whichever of them the next login is.
    revoked.borrow_mut().insert("t-2".to_owned());
    assert_eq!(errors(&decide(&engine, &host, "mallory")), ["source_status@sources.s"]);
    assert_eq!(host.world.sent_to("/token"), 2, "mallory's word is not believed");
    let decisions: Vec<_> = ["ann", "bob", "cid"].map(|user| decide(&engine, &host, user)).into();
    assert!(decisions.iter().all(|decision| effects(decision) == ["a=1"]));
    assert_eq!(host.world.sent_to("/token"), 3);
    // Another instance, which has the old one in memory, takes the new one.
    assert_eq!(effects(&decide(&other, &newcomer(&host), "dan")), ["a=1"]);
    assert_eq!(host.world.sent_to("/token"), 3);
}

#[test]
fn fault_16_a_user_who_asks_for_ever_something_else_is_one() {
    let engine = engine(&format!(
        r#"{{{TOKEN},"sources":{{"s":{{"url":"https://h/u?q={{event.request.query.q}}"}}}},"claims":{{"a":"s.v"}}}}"#
    ));
    let (host, _) = issuing(|_, _| (10, answer(401, "")));
    for q in 0..4 {
        let event = format!(r#"{{"user":{{"user_id":"mallory"}},"request":{{"query":{{"q":{q}}}}}}}"#);
        let event = json::read(event.as_bytes()).unwrap();
        let login = Login { event, secrets: login("mallory").secrets, ..Login::default() };
        assert_eq!(errors(&host.world.run(engine.enrich(&host, login))), ["source_status@sources.s"]);
        host.world.advance(2 * MINUTE_MS);
    }
    assert_eq!(host.world.sent_to("/token"), 2);
}

#[test]
fn fault_16_a_grant_is_replaced_once_a_minute_and_the_last_token_stays() {
    let (host, _) = issuing(|_, _| (10, answer(401, "")));
    let engine = source(true, "");
    let mut before = 0;
    for minute in 0..10 {
        for user in 0..20 {
            // Users that nobody has seen before.
            assert_eq!(
                errors(&decide(&engine, &host, &format!("{minute}-{user}"))),
                ["source_status@sources.s"]
            );
        }
        let calls = host.world.sent_to("/token");
        assert!(calls <= before + if minute == 0 { 2 } else { 1 }, "{minute}: {calls}");
        before = calls;
        host.world.advance(MINUTE_MS);
    }
    assert!(host.cache.borrow().values().any(|(record, _)| record.contains(&format!("t-{before}"))));
}

#[test]
fn fault_16_two_other_requests_that_are_refused_say_that_it_is_the_token() {
    let is_down = Rc::new(Cell::new(true));
    let refuses = Rc::clone(&is_down);
    let (host, _) = issuing(move |_, token| {
        let is_refused = refuses.get() || token == "t-4";
        (10, if is_refused { answer(401, "") } else { fine() })
    });
    let engine = source(true, "");
    // All three are to blame in turn: the backend refused whatever they brought.
    for user in ["ann", "bob", "cid"] {
        decide(&engine, &host, user);
        host.world.advance(MINUTE_MS);
    }
    assert_eq!(host.world.sent_to("/token"), 4);
    is_down.set(false);
    // The backend works again and does not take the token of that time.
    for user in ["ann", "bob"] {
        assert_eq!(errors(&decide(&engine, &host, user)), ["source_status@sources.s"]);
    }
    assert_eq!(
        effects(&decide(&engine, &host, "cid")),
        ["a=1"],
        "two others were refused, and none accepted"
    );
    assert_eq!(host.world.sent_to("/token"), 5);
    assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"]);
}

#[test]
fn fault_16_a_replacement_that_fails_leaves_others_the_token() {
    let issues = Rc::new(Cell::new(true));
    let answers = Rc::clone(&issues);
    let world = World::new(move |request| {
        let result = match (is_token_call(request), answers.get()) {
            (true, true) => answer(200, r#"{"access_token":"t","expires_in":"3600"}"#),
            (true, false) => answer(400, r#"{"error":"invalid_client"}"#),
            (false, _) if request.url.expose().contains("mallory") => answer(401, ""),
            (false, _) => fine(),
        };
        (10, result)
    });
    let (host, engine) = (MemoryHost::new(&world), source(true, ""));
    decide(&engine, &host, "ann");
    issues.set(false);
    for _ in 0..5 {
        assert_eq!(errors(&decide(&engine, &host, "mallory")), ["token_refused@tokens.api"]);
        assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"]);
        assert_eq!(effects(&decide(&source(true, ""), &newcomer(&host), "bob")), ["a=1"]);
    }
}

#[test]
fn fault_1_answers_are_kept_for_the_grant_that_they_were_got_with() {
    let config = r#"{"tokens":{"api":{"token_url":"https://h/token","client_id":"{secrets.ID}","client_secret":"{secrets.SECRET}",
            "audience":"https://api.example","parameters":{"organization":"{event.organization.id}"}}},
        "sources":{"s":{"url":"https://h/me","cache":{"ttl_s":600}}},"claims":{"a":"s.v"}}"#;
    // A token is as good as its form: the backend answers for whom it was issued.
    let world = World::new(|request| {
        if is_token_call(request) {
            let form: String =
                request.body.as_ref().unwrap().expose().chars().filter(char::is_ascii_alphanumeric).collect();
            return (1, answer(200, &format!(r#"{{"access_token":"{form}","expires_in":600}}"#)));
        }
        let token = header(request, "authorization").unwrap();
        (1, answer(200, &format!(r#"{{"v":"{}"}}"#, token.replace("Bearer ", ""))))
    });
    let (host, engine) = (MemoryHost::new(&world), engine(config));
    let as_member = |organization: &str, id: &str, secret: &str| {
        let event = format!(r#"{{"user":{{"user_id":"u"}},"organization":{{"id":"{organization}"}}}}"#);
        let secrets = [("ID".into(), Secret::new(id)), ("SECRET".into(), Secret::new(secret))];
        let login = Login {
            event: json::read(event.as_bytes()).unwrap(),
            secrets: secrets.into_iter().collect(),
            ..Login::default()
        };
        host.world.run(engine.enrich(&host, login))
    };
    let logins = [("o1", "c1", "s1"), ("o2", "c1", "s1"), ("o1", "c2", "s1"), ("o1", "c1", "s2")];
    let mut seen = BTreeSet::new();
    for (organization, id, secret) in logins {
        let first = as_member(organization, id, secret);
        assert!(seen.insert(effects(&first)), "{organization} {id} {secret} got another's answer");
        let again = as_member(organization, id, secret);
        assert_eq!(again.report.sources[0].1.from, Some(AnswerOrigin::Cache));
        assert_eq!(effects(&again), effects(&first));
    }
    assert_eq!(world.sent_to("/me"), logins.len());
}

#[test]
fn fault_1_an_answer_that_is_gone_or_refused_is_not_another_grants_stale_one() {
    let (host, backend) = issuing(|_, _| (10, fine()));
    let of = |organization: &str| {
        engine(&format!(
            r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c","client_secret":"x","scope":"{organization}"}}}},
                "sources":{{"s":{{"url":"https://h/me","retries":0,"cache":{{"ttl_s":0,"stale_if_error_s":600}}}}}},"claims":{{"a":"s.v"}}}}"#
        ))
    };
    let (one, other) = (of("read:one"), of("read:other"));
    assert_eq!(effects(&decide(&one, &host, "ann")), ["a=1"]);
    *backend.borrow_mut() = Box::new(|_, _| (10, answer(500, "")));
    assert_eq!(effects(&decide(&one, &host, "ann")), ["a=1"]);
    assert!(effects(&decide(&other, &host, "ann")).is_empty());
}

#[test]
fn a_404_is_kept_for_its_own_time_and_ends_what_was_known() {
    for (ttl, calls) in [("", 3), (r#","not_found_ttl_s":0"#, 3), (r#","not_found_ttl_s":30"#, 2)] {
        let (host, backend) = issuing(|_, _| (10, answer(404, "")));
        let engine =
            source(false, &format!(r#","retries":0,"cache":{{"ttl_s":60,"stale_if_error_s":3600{ttl}}}"#));
        for _ in 0..2 {
            let decision = decide(&engine, &host, "ann");
            assert!(effects(&decision).is_empty() && errors(&decision).is_empty());
        }
        host.world.advance(31_000);
        *backend.borrow_mut() = Box::new(|_, _| (10, fine()));
        assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"], "the user is there now");
        assert_eq!(host.world.sent_to("/u/"), calls, "{ttl}");
        // Gone again, and then an outage: what is gone does not serve.
        host.world.advance(61_000);
        *backend.borrow_mut() = Box::new(|_, _| (10, answer(404, "")));
        assert!(effects(&decide(&engine, &host, "ann")).is_empty());
        host.world.advance(61_000);
        *backend.borrow_mut() = Box::new(|_, _| (10, answer(500, "")));
        assert_eq!(errors(&decide(&engine, &host, "ann")), ["source_status@sources.s"], "{ttl}");
    }
}

#[test]
fn an_answer_that_failed_never_takes_the_place_of_a_good_one() {
    for failure in [answer(200, "<html>"), answer(200, ""), answer(403, ""), answer(500, "")] {
        let (host, backend) = issuing(|_, _| (10, fine()));
        let more = r#","retries":0,"on_not_found":"error","cache":{"ttl_s":60,"stale_if_error_s":3600}"#;
        let engine = source(false, more);
        decide(&engine, &host, "ann");
        host.world.advance(61_000);
        let failed = failure.clone();
        *backend.borrow_mut() = Box::new(move |_, _| (10, failed.clone()));
        decide(&engine, &host, "ann");
        *backend.borrow_mut() = Box::new(|_, _| (10, answer(503, "")));
        assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"], "{failure:?}");
    }
}

#[test]
fn what_is_gone_serves_no_more_though_the_backend_fails() {
    for (status, on_not_found) in [(404, "error"), (404, "null"), (410, "error"), (410, "null")] {
        let (host, backend) = issuing(|_, _| (10, fine()));
        let more = format!(
            r#","retries":0,"on_not_found":"{on_not_found}","cache":{{"ttl_s":60,"stale_if_error_s":3600}}"#
        );
        let engine = source(false, &more);
        decide(&engine, &host, "ann");
        host.world.advance(61_000);
        *backend.borrow_mut() = Box::new(move |_, _| (10, answer(status, "")));
        decide(&engine, &host, "ann");
        *backend.borrow_mut() = Box::new(|_, _| (10, answer(503, "")));
        assert!(effects(&decide(&engine, &host, "ann")).is_empty(), "{status} {on_not_found}");
    }
}

#[test]
fn fault_11_what_may_have_arrived_is_sent_again_only_where_twice_does_no_harm() {
    let post = r#","method":"POST","body":{"u":"{event.user.user_id}"}"#;
    let written = format!(r#"{post},"retries":2"#);
    for failure in [failed("ECONNRESET"), answer(503, ""), answer(408, ""), failed("ECONNREFUSED")] {
        for (more, calls) in [("", 3), (post, 1), (&*written, 3), (r#","retries":0"#, 1)] {
            let answers = failure.clone();
            let (host, _) = issuing(move |_, _| (10, answers.clone()));
            decide(&source(false, more), &host, "ann");
            assert_eq!(host.world.sent_to("/u/"), calls, "{more} {failure:?}");
        }
    }
}

#[test]
fn fault_11_a_request_says_itself_whether_it_may_arrive_twice() {
    let post = r#","method":"POST","body":{}"#;
    for (more, expected) in [("", true), (post, false), (r#","method":"POST","body":{},"retries":1"#, true)] {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let requests = Rc::clone(&seen);
        let (host, _) = issuing(move |request, _| {
            requests.borrow_mut().push(request.may_repeat);
            (10, fine())
        });
        decide(&source(false, more), &host, "ann");
        assert_eq!(*seen.borrow(), [expected], "{more}");
    }
}

#[test]
fn fault_11_a_token_request_that_may_have_arrived_is_not_sent_again() {
    for (failure, calls) in [
        ((10, failed("ECONNRESET")), 1),
        ((60_000, fine()), 1),
        ((10, Err(TransportError::TooLarge)), 1),
        ((10, answer(500, "")), 1),
        ((10, failed("ECONNREFUSED")), 3),
        ((60_000, failed("CONNECT_TIMEOUT")), 3),
        ((10, answer(408, "")), 3),
        ((10, answer(429, "")), 3),
        ((10, answer(502, "")), 3),
        ((10, answer(503, "")), 3),
        ((10, answer(504, "")), 3),
    ] {
        let answers: Reaction = failure.clone();
        let world = World::new(move |_| answers.clone());
        let host = MemoryHost::new(&world);
        decide(
            &engine(&format!(
                r#"{{"deadline_ms":15000,{TOKEN},"sources":{{"s":{{"url":"https://h/u"}}}},"claims":{{"a":"s.v"}}}}"#
            )),
            &host,
            "ann",
        );
        assert_eq!(world.sent_to("/token"), calls, "{failure:?}");
    }
}

#[test]
fn fault_22_a_lifetime_from_the_configuration_serves_where_the_endpoint_names_none() {
    for (expires_in, key, calls) in [
        ("", "", 4),
        ("", r#","expires_in_s":120"#, 1),
        (r#","expires_in":"120""#, "", 1),
        // What the endpoint says counts, be it longer or senseless.
        (r#","expires_in":3600"#, r#","expires_in_s":31"#, 1),
        (r#","expires_in":-1"#, r#","expires_in_s":120"#, 4),
    ] {
        let body = format!(r#"{{"access_token":"t"{expires_in}}}"#);
        let world =
            World::new(move |request| (10, if is_token_call(request) { answer(201, &body) } else { fine() }));
        let host = MemoryHost::new(&world);
        let engine = engine(&format!(
            r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c","client_secret":"x"{key}}}}},
                "sources":{{"s":{{"url":"https://h/u"}}}},"claims":{{"a":"s.v"}}}}"#
        ));
        for _ in 0..4 {
            assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"]);
        }
        assert_eq!(world.sent_to("/token"), calls, "{expires_in} {key}");
    }
    for seconds in ["0", "86401", "1.5", "\"60\"", "-1"] {
        let config = format!(
            r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c","client_secret":"x","expires_in_s":{seconds}}}}},"claims":{{}}}}"#
        );
        assert!(read(&config).is_err(), "{seconds}");
    }
}

#[test]
fn fault_14_a_signature_that_does_not_come_ends_with_the_deadline() {
    let keyed = |more: &str| {
        engine(&format!(
            r#"{{"deadline_ms":1000,"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c",
                "client_auth":"private_key_jwt","private_key":"-----BEGIN PRIVATE KEY-----x"{more}}}}},
                "sources":{{"s":{{"url":"https://h/u"}}}},"claims":{{"a":"s.v"}}}}"#
        ))
    };
    for (more, code, elapsed_ms) in
        [("", "deadline_exceeded", 1_000), (r#","timeout_ms":300"#, "timeout", 300)]
    {
        let (host, _) = issuing(|_, _| (10, fine()));
        host.world.signing_ms.set(6_000);
        for round in 1..=8 {
            let decision = decide(&keyed(more), &newcomer(&host), "ann");
            assert_eq!(errors(&decision), [format!("{code}@tokens.api")]);
            assert_eq!(host.world.elapsed_ms(), round * elapsed_ms);
        }
        assert!(
            host.world.sent.borrow().is_empty() && host.cache.borrow().is_empty(),
            "no circuit counts it"
        );
        host.world.signing_ms.set(5);
        assert_eq!(effects(&decide(&keyed(more), &host, "ann")), ["a=1"]);
    }
}

#[test]
fn fault_14_a_refresh_that_hangs_holds_no_login_and_is_tried_again_later() {
    let hangs = Rc::new(Cell::new(false));
    let silent = Rc::clone(&hangs);
    let world = World::new(move |request| match (is_token_call(request), silent.get()) {
        (true, true) => (60_000, fine()),
        (true, false) => (20, answer(200, r#"{"access_token":"t","expires_in":3600}"#)),
        _ => (10, fine()),
    });
    let (host, engine) = (MemoryHost::new(&world), source(true, ""));
    decide(&engine, &host, "ann");
    hangs.set(true);
    world.advance(HOUR_MS * 9 / 10);
    let before_ms = world.elapsed_ms();
    let decision = decide(&engine, &host, "ann");
    assert_eq!((effects(&decision), world.elapsed_ms() - before_ms), (vec!["a=1".to_owned()], 10 + 250));
    assert_eq!(decision.report.warnings, ["a token could not be renewed in time; the old one serves"]);
    assert_eq!((world.sent_to("/token"), world.dropped.get()), (2, 1));
    // The logins until the end of the token pay for a handful of attempts together.
    let mut waited = 0;
    while world.elapsed_ms() < HOUR_MS - 31_000 {
        let before_ms = world.elapsed_ms();
        assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"]);
        waited += u64::from(world.elapsed_ms() - before_ms > 10);
        world.advance(1_000);
    }
    assert!((1..=5).contains(&waited), "{waited}");
    hangs.set(false);
    world.advance(10_000);
    assert_eq!(effects(&decide(&engine, &host, "ann")), ["a=1"], "then it is asked for and waited for");
}
