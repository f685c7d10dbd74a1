//! What a login does about an endpoint that fails, and about what it knows already. The clock is frozen, so
//! that hours pass in microseconds and every wait is exact; chance is always one half.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests: what fails here fails the test"
)]

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use claimsmith_core::http::{Request, Response, TransportError};
use claimsmith_core::report::{AnswerOrigin, TokenOrigin};
use claimsmith_core::{Decision, Engine};
use support::{
    MemoryHost, Reaction, World, all, answer, effects, engine, errors, issuing_world, login, read,
};

const HOUR_MS: u64 = 3_600_000;

/// What the servers answer, changeable while a test runs.
type Script = Rc<RefCell<Box<dyn FnMut(&Request) -> Result<Response, TransportError>>>>;

/// A world that follows a script, 10 ms a call.
fn scripted(
    script: impl FnMut(&Request) -> Result<Response, TransportError> + 'static,
) -> (MemoryHost, Script) {
    let script: Script = Rc::new(RefCell::new(Box::new(script)));
    let followed = Rc::clone(&script);
    let world = World::new(move |request| -> Reaction { (10, (followed.borrow_mut())(request)) });
    (MemoryHost::new(&world), script)
}

/// Answers each call with the next of these, and then with the last for ever.
fn in_turn(answers: Vec<Result<Response, TransportError>>) -> (MemoryHost, Script) {
    let next = Cell::new(0);
    scripted(move |_| {
        let index = next.get().min(answers.len() - 1);
        next.set(next.get() + 1);
        answers[index].clone()
    })
}

fn with_header(status: u16, name: &str, value: &str) -> Result<Response, TransportError> {
    let headers = vec![(name.to_owned(), value.to_owned())];
    Ok(Response::new(status, headers, br#"{"v":1}"#.to_vec()))
}

fn refused() -> Result<Response, TransportError> {
    Err(TransportError::Failed("ECONNREFUSED".to_owned()))
}

fn reset() -> Result<Response, TransportError> {
    Err(TransportError::Failed("ECONNRESET".to_owned()))
}

/// One source without a token; `more` are further keys of it.
fn source(more: &str) -> Engine {
    engine(&format!(
        r#"{{"sources":{{"s":{{"url":"https://h/u/{{event.user.user_id}}","token":null{more}}}}},"claims":{{"a":"s.v"}}}}"#
    ))
}

fn with_token(token: &str) -> Engine {
    engine(&format!(
        r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c"{token}}}}},
            "sources":{{"s":{{"url":"https://h/u"}}}},"claims":{{"a":"s.v"}}}}"#
    ))
}

const SECRET: &str = r#","client_secret":"{secrets.SECRET}""#;

fn decide(engine: &Engine, host: &MemoryHost) -> Decision {
    host.world.run(engine.enrich(host, login("ann")))
}

fn from(decision: &Decision) -> Option<AnswerOrigin> {
    decision.report.sources[0].1.from
}

fn fine() -> Result<Response, TransportError> {
    answer(200, r#"{"v":1}"#)
}

fn token(number: u32) -> Result<Response, TransportError> {
    answer(200, &format!(r#"{{"access_token":"t-{number}","token_type":"Bearer","expires_in":3600}}"#))
}

#[test]
fn what_another_attempt_may_mend_is_tried_again_after_waits_that_double() {
    let failures = [
        answer(408, ""),
        answer(429, ""),
        answer(502, ""),
        answer(503, ""),
        answer(504, ""),
        refused(),
        reset(),
    ];
    for failure in failures {
        let (host, _) = in_turn(vec![failure.clone(), failure, fine()]);
        let decision = decide(&source(""), &host);
        assert_eq!(effects(&decision), ["a=1"]);
        assert_eq!(decision.report.sources[0].1.attempts, 3);
        // Half of up to 100 ms, then half of up to 200 ms.
        assert_eq!(host.world.elapsed_ms(), 10 + 50 + 10 + 100 + 10);
    }
}

#[test]
fn a_silent_backend_is_tried_again_within_the_deadline() {
    let world = World::new(|_| (60_000, fine()));
    let host = MemoryHost::new(&world);
    let decision = decide(&source(r#","timeout_ms":1000"#), &host);
    assert_eq!(errors(&decision), ["timeout@sources.s"]);
    assert_eq!((world.sent_to("/u/"), world.dropped.get(), world.elapsed_ms()), (3, 3, 3_150));
}

#[test]
fn what_another_attempt_does_not_mend_is_not_tried_again() {
    for failure in [answer(500, ""), answer(400, ""), answer(403, ""), Err(TransportError::TooLarge)] {
        let (host, _) = in_turn(vec![failure]);
        decide(&source(""), &host);
        assert_eq!(host.world.sent_to("/u/"), 1);
    }
}

#[test]
fn a_post_is_not_sent_twice() {
    let (host, _) = in_turn(vec![answer(503, "")]);
    decide(&source(r#","method":"POST","body":{}"#), &host);
    assert_eq!(host.world.sent_to("/u/"), 1);
}

#[test]
fn retry_after_is_kept_where_it_fits_the_deadline_and_ends_the_call_where_it_does_not() {
    let date = "Tue, 14 Nov 2023 22:13:23 GMT";
    // The clock begins at 22:13:20, and the first answer takes 10 ms.
    for (value, calls, elapsed_ms) in
        [("2", 2, 10 + 2_000 + 10), (date, 2, 3_000 + 10), ("3600", 1, 10), ("5", 1, 10)]
    {
        let (host, _) = in_turn(vec![with_header(429, "retry-after", value), fine()]);
        let decision = decide(&source(""), &host);
        assert_eq!((host.world.sent_to("/u/"), host.world.elapsed_ms()), (calls, elapsed_ms), "{value}");
        assert_eq!(effects(&decision).is_empty(), calls == 1, "{value}");
    }
}

#[test]
fn a_token_request_is_tried_again_as_well_and_budgets_do_not_multiply() {
    let (host, _) = scripted(|_| answer(503, ""));
    let decision = decide(&with_token(SECRET), &host);
    assert_eq!(errors(&decision), ["token_refused@tokens.api"]);
    assert_eq!((host.world.sent_to("/token"), host.world.sent_to("/u")), (3, 0));
}

#[test]
fn after_five_logins_that_cannot_connect_the_circuit_is_open_for_longer_with_each_probe_that_fails() {
    let (host, script) = in_turn(vec![refused()]);
    let engine = source("");
    for _ in 0..4 {
        assert_eq!(errors(&decide(&engine, &host)), ["transport_failed@sources.s"]);
    }
    assert_eq!(host.world.sent_to("/u/"), 12, "logins count, not their attempts");
    assert_eq!(errors(&decide(&engine, &host)), ["transport_failed@sources.s"]);
    assert_eq!(host.world.sent_to("/u/"), 13, "the attempts end where the circuit opens");
    let record = host.cache.borrow().values().map(|(value, _)| value.len()).sum::<usize>();
    assert!(host.cache.borrow().len() == 1 && record < 160, "one small entry tells the others");

    let (mut open_ms, mut probes) = (1_000, 0);
    while open_ms <= 120_000 {
        let before_ms = host.world.elapsed_ms();
        for _ in 0..20 {
            assert_eq!(errors(&decide(&engine, &host)), ["circuit_open@sources.s"]);
        }
        assert_eq!(host.world.elapsed_ms(), before_ms, "no time is lost to it");
        host.world.advance(open_ms.min(30_000) - 1);
        assert_eq!(errors(&decide(&engine, &host)), ["circuit_open@sources.s"], "{open_ms}");
        host.world.advance(1);
        assert_eq!(errors(&decide(&engine, &host)), ["transport_failed@sources.s"], "{open_ms}");
        probes += 1;
        assert_eq!(host.world.sent_to("/u/"), 13 + probes, "one call probes, and is not made again");
        open_ms *= 2;
    }

    host.world.advance(30_000);
    *script.borrow_mut() = Box::new(|_| fine());
    assert_eq!(effects(&decide(&engine, &host)), ["a=1"]);
    assert_eq!(effects(&decide(&engine, &host)), ["a=1"]);
    // Once closed it opens for a second again.
    *script.borrow_mut() = Box::new(|_| refused());
    for _ in 0..5 {
        decide(&engine, &host);
    }
    host.world.advance(1_000);
    *script.borrow_mut() = Box::new(|_| fine());
    assert_eq!(effects(&decide(&engine, &host)), ["a=1"]);
}

#[test]
fn after_a_success_the_circuit_lets_every_call_through() {
    for cache_takes in [true, false] {
        let (mut host, script) = in_turn(vec![refused()]);
        host.cache_takes = cache_takes;
        let engine = source(r#","retries":0"#);
        for _ in 0..5 {
            decide(&engine, &host);
        }
        host.world.advance(1_000);
        *script.borrow_mut() = Box::new(|_| fine());
        assert_eq!(effects(&decide(&engine, &host)), ["a=1"], "the probe");
        let logins = ["bob", "eve", "zoë"].map(|user| engine.enrich(&host, login(user)));
        for decision in host.world.run(all(logins.into_iter())) {
            assert_eq!(effects(&decision), ["a=1"], "{cache_takes}");
        }
    }
}

#[test]
fn failures_count_for_a_minute_and_until_a_call_succeeds() {
    let (host, script) = in_turn(vec![refused()]);
    let engine = source(r#","retries":0"#);
    for _ in 0..12 {
        assert_eq!(errors(&decide(&engine, &host)), ["transport_failed@sources.s"]);
        host.world.advance(15_000);
    }
    host.world.advance(60_000);
    for round in 0..5 {
        *script.borrow_mut() = Box::new(|_| refused());
        for _ in 0..4 {
            assert_eq!(errors(&decide(&engine, &host)), ["transport_failed@sources.s"], "{round}");
        }
        *script.borrow_mut() = Box::new(|_| answer(403, ""));
        assert_eq!(errors(&decide(&engine, &host)), ["source_status@sources.s"], "a refusal is an answer");
    }
}

#[test]
fn instances_add_up_what_they_saw_and_hear_of_a_success() {
    let (host, script) = in_turn(vec![refused()]);
    let first = source(r#","retries":0"#);
    for _ in 0..4 {
        decide(&first, &host);
    }
    assert_eq!(errors(&decide(&source(r#","retries":0"#), &host)), ["transport_failed@sources.s"]);
    assert_eq!(errors(&decide(&source(""), &host)), ["circuit_open@sources.s"]);
    assert_eq!(errors(&decide(&first, &host)), ["circuit_open@sources.s"], "one that was there hears of it");
    assert_eq!(host.world.sent_to("/u/"), 5);
    host.world.advance(1_000);
    *script.borrow_mut() = Box::new(|_| fine());
    assert_eq!(effects(&decide(&source(""), &host)), ["a=1"], "another one probes");
    *script.borrow_mut() = Box::new(|_| refused());
    for _ in 0..5 {
        assert_eq!(errors(&decide(&first, &host)), ["transport_failed@sources.s"], "it counts from zero");
    }
    assert_eq!(errors(&decide(&first, &host)), ["circuit_open@sources.s"]);
}

#[test]
fn a_record_that_is_garbage_opens_nothing_and_keeps_nothing_open() {
    let (host, _) = in_turn(vec![refused()]);
    for _ in 0..5 {
        decide(&source(r#","retries":0"#), &host);
    }
    assert_eq!(errors(&decide(&source(""), &host)), ["circuit_open@sources.s"]);
    let record = host.cache.borrow().values().next().unwrap().0.clone();
    let id = record.split('"').nth(1).unwrap().to_owned();
    for garbage in [
        String::new(),
        "[]".to_owned(),
        format!(r#"{{"{id}":null}}"#),
        format!(r#"{{"{id}":[-1e300,1e300,1e300,1e300,"",""]}}"#),
        format!(r#"{{"{id}":["x",[],{{}},1,2,3,4]}}"#),
        format!(r#"{{"{id}":1700000000000}}"#),
    ] {
        host.cache.borrow_mut().values_mut().for_each(|(value, _)| garbage.clone_into(value));
        let errors = errors(&decide(&source(r#","retries":0"#), &host));
        assert_eq!(errors, ["transport_failed@sources.s"], "{garbage}");
    }
    // Nor does it make an instance deaf to what is none.
    let kept = source(r#","retries":0"#);
    for (written, expected) in [
        (format!(r#"{{"{id}":[1e300,1e300,1000]}}"#), "transport_failed@sources.s"),
        (record, "circuit_open@sources.s"),
    ] {
        host.cache.borrow_mut().values_mut().for_each(|(value, _)| written.clone_into(value));
        assert_eq!(errors(&decide(&kept, &host)), [expected], "{written}");
    }
}

/// The rules of a circuit, written down as simply as they can be.
#[derive(Default)]
struct Model {
    /// When a failure ceases to count, and of whom it is; of nobody where it counts by itself.
    failures: Vec<(u64, Option<u32>)>,
    /// When it was opened, and for how long.
    opened: Option<(u64, u64)>,
}

impl Model {
    fn is_open(&self, user: u32, now_ms: u64) -> bool {
        let is_own = |(until_ms, of): &(u64, Option<u32>)| *until_ms > now_ms && *of == Some(user);
        self.opened
            .is_some_and(|(at_ms, open_ms)| now_ms - at_ms < open_ms || self.failures.iter().any(is_own))
    }

    fn fail(&mut self, user: u32, by_itself: bool, now_ms: u64) {
        self.failures.retain(|(until_ms, of)| *until_ms > now_ms && *of != Some(user));
        self.failures.push((now_ms + 60_000, Some(user).filter(|_| !by_itself)));
        let of_users = self.failures.iter().filter(|(_, of)| of.is_some()).count();
        let certain = self.failures.len() - of_users;
        self.opened = match self.opened {
            Some((_, open_ms)) => Some((now_ms, (2 * open_ms).min(30_000))),
            None if certain + if of_users < 2 { 0 } else { of_users } >= 5 => Some((now_ms, 1_000)),
            None => None,
        };
    }
}

#[test]
fn a_circuit_does_what_a_simple_model_of_it_does() {
    // A generator of Lehmer's: what it draws is the same at each run.
    let mut seed = 7_u64;
    let mut draw = |below: u64| {
        seed = seed * 48_271 % 2_147_483_647;
        seed % below
    };
    let (host, script) = in_turn(vec![fine()]);
    let engine = source(r#","retries":0"#);
    let (mut model, mut opened, mut probes) = (Model::default(), 0, 0);
    for step in 0..4_000 {
        // Long phases of trouble, and short ones of health.
        let (user, kind) = (u32::try_from(draw(8)).unwrap(), if step % 50 < 40 { draw(9) } else { 8 });
        host.world.advance([0, 10, 300, 1_000, 2_500, 9_000, 31_000][usize::try_from(draw(7)).unwrap()]);
        *script.borrow_mut() = match kind {
            0..4 => Box::new(|_| reset()),
            4..8 => Box::new(|_| refused()),
            _ => Box::new(|_| fine()),
        };
        let is_open = model.is_open(user, host.world.elapsed_ms());
        probes += u32::from(model.opened.is_some() && !is_open);
        let decision = host.world.run(engine.enrich(&host, login(&format!("u{user}"))));
        assert_eq!(errors(&decision) == ["circuit_open@sources.s"], is_open, "step {step}");
        if !is_open && kind == 8 {
            model = Model::default();
        } else if !is_open {
            model.fail(user, kind >= 4, host.world.elapsed_ms());
            opened += u32::from(model.opened.is_some_and(|(_, open_ms)| open_ms == 1_000));
        }
    }
    assert!(opened > 20 && probes > 100, "{opened} {probes}");
}

#[test]
fn a_clock_that_is_set_back_keeps_no_circuit_open() {
    let (host, _) = in_turn(vec![refused()]);
    let engine = source(r#","retries":0"#);
    for _ in 0..5 {
        decide(&engine, &host);
    }
    host.world.set_back(HOUR_MS);
    assert_eq!(errors(&decide(&engine, &host)), ["transport_failed@sources.s"], "this is the probe");
}

#[test]
fn after_a_clock_that_was_ahead_the_circuit_opens_as_ever() {
    let (host, script) = in_turn(vec![refused(), fine()]);
    let engine = source(r#","retries":0"#);
    host.world.advance(HOUR_MS);
    decide(&engine, &host);
    decide(&engine, &host);
    host.world.set_back(HOUR_MS);
    *script.borrow_mut() = Box::new(|_| refused());
    for _ in 0..5 {
        decide(&engine, &host);
    }
    assert_eq!(errors(&decide(&engine, &host)), ["circuit_open@sources.s"]);
}

#[test]
fn attempts_of_one_call_share_a_token_however_short_it_lasts() {
    for lifetime in ["", r#","expires_in":20"#, r#","expires_in":3600"#] {
        let answers = Cell::new(0);
        let (host, _) = scripted(move |request| {
            if request.url.expose().ends_with("/token") {
                return answer(200, &format!(r#"{{"access_token":"t"{lifetime}}}"#));
            }
            answers.set(answers.get() + 1);
            if answers.get() < 3 { answer(503, "") } else { fine() }
        });
        assert_eq!(effects(&decide(&with_token(SECRET), &host)), ["a=1"]);
        assert_eq!((host.world.sent_to("/u"), host.world.sent_to("/token")), (3, 1), "{lifetime}");
    }
}

#[test]
fn the_backend_is_connected_to_where_its_token_has_to_be_asked_for() {
    let world = issuing_world();
    let host = MemoryHost::new(&world);
    let engine = with_token(SECRET);
    decide(&engine, &host);
    let ahead = world.ahead.take();
    let [(places, sent_before)] = &*ahead else { panic!("{ahead:?}") };
    assert_eq!(*sent_before, 0);
    let (backend, token) = places.split_once(" beside ").unwrap();
    let sent = world.sent.take();
    assert_eq!(sent, [format!("POST {token}"), format!("GET {backend}")]);
    // In memory, and of another instance in the cache.
    decide(&engine, &host);
    decide(&with_token(SECRET), &host);
    assert_eq!(world.sent_to("/token"), 0);
    assert!(world.ahead.take().is_empty());
}

#[test]
fn no_connection_is_made_ahead_of_a_token_that_will_not_come() {
    let (host, _) = scripted(|_| refused());
    let engine = with_token(SECRET);
    for _ in 0..5 {
        decide(&engine, &host);
    }
    assert_eq!(host.world.ahead.take().len(), 5);
    assert_eq!(errors(&decide(&engine, &host)), ["circuit_open@tokens.api"]);
    assert!(host.world.ahead.take().is_empty());
}

#[test]
fn a_dead_backend_costs_no_token_while_its_circuit_is_open() {
    let (host, _) =
        scripted(|request| if request.url.expose().ends_with("/token") { token(1) } else { refused() });
    let other = MemoryHost { cache: Rc::clone(&host.cache), ..MemoryHost::new(&host.world) };
    let engine = with_token(SECRET);
    for _ in 0..5 {
        decide(&engine, &host);
    }
    let calls = host.world.sent_to("/u");
    other.cache.borrow_mut().retain(|key, _| key.contains("breaker"));
    assert_eq!(errors(&decide(&with_token(SECRET), &other)), ["circuit_open@sources.s"]);
    assert_eq!((host.world.sent_to("/token"), host.world.sent_to("/u")), (1, calls));
}

#[test]
fn a_refusal_is_an_answer_and_opens_no_breaker() {
    let (host, _) = in_turn(vec![answer(403, "")]);
    let engine = source("");
    for _ in 0..20 {
        assert_eq!(errors(&decide(&engine, &host)), ["source_status@sources.s"]);
    }
    assert_eq!(host.world.sent_to("/u/"), 20);
}

#[test]
fn a_breaker_of_one_source_leaves_the_others_alone() {
    let (host, _) =
        scripted(|request| if request.url.expose().ends_with("/dead") { refused() } else { fine() });
    let engine = engine(
        r#"{"sources":{"s":{"url":"https://h/dead","token":null},"t":{"url":"https://h/fine","token":null}},
            "claims":{"a":"s.v","b":"t.v"}}"#,
    );
    for _ in 0..9 {
        assert_eq!(effects(&decide(&engine, &host)), ["b=1"]);
    }
    assert_eq!((host.world.sent_to("/dead"), host.world.sent_to("/fine")), (4 * 3 + 1, 9));
}

#[test]
fn an_answer_is_kept_for_its_time_and_for_its_user() {
    let (host, _) = in_turn(vec![fine(), answer(200, r#"{"v":2}"#), answer(200, r#"{"v":3}"#)]);
    let engine = source(r#","cache":{"ttl_s":60}"#);
    assert_eq!(effects(&decide(&engine, &host)), ["a=1"]);
    let second = decide(&engine, &host);
    assert_eq!((effects(&second), from(&second)), (vec!["a=1".to_owned()], Some(AnswerOrigin::Cache)));
    let other = host.world.run(engine.enrich(&host, login("bob")));
    assert_eq!(effects(&other), ["a=2"], "another user's answer is another");
    host.world.advance(60_000);
    assert_eq!(effects(&decide(&engine, &host)), ["a=3"]);
    assert_eq!(host.world.sent_to("/u/"), 3);
}

#[test]
fn an_answer_with_an_etag_is_asked_for_again_by_its_name() {
    let seen: Rc<RefCell<Vec<Option<String>>>> = Rc::default();
    let asked = Rc::clone(&seen);
    let (host, _) = scripted(move |request| {
        let name = request.headers.iter().find(|(name, _)| name == "if-none-match");
        asked.borrow_mut().push(name.map(|(_, value)| value.expose().to_owned()));
        if name.is_some() { answer(304, "") } else { with_header(200, "etag", "\"v1\"") }
    });
    let engine = source(r#","cache":{"ttl_s":60}"#);
    decide(&engine, &host);
    host.world.advance(61_000);
    let second = decide(&engine, &host);
    assert_eq!((effects(&second), from(&second)), (vec!["a=1".to_owned()], Some(AnswerOrigin::Revalidated)));
    assert_eq!(from(&decide(&engine, &host)), Some(AnswerOrigin::Cache), "it is good for another minute");
    assert_eq!(*seen.borrow(), [None, Some("\"v1\"".to_owned())]);
}

#[test]
fn the_last_good_answer_serves_while_the_backend_fails_and_not_where_it_refuses() {
    for (failure, serves) in [
        (refused(), true),
        (answer(500, ""), true),
        (answer(429, ""), true),
        (answer(200, "<html>"), true),
        (answer(403, ""), false),
        (answer(401, ""), false),
        (answer(400, ""), false),
    ] {
        let (host, script) = in_turn(vec![fine()]);
        let engine = source(r#","retries":0,"cache":{"ttl_s":60,"stale_if_error_s":3600}"#);
        decide(&engine, &host);
        host.world.advance(61_000);
        *script.borrow_mut() = Box::new(move |_| failure.clone());
        let decision = decide(&engine, &host);
        assert_eq!(from(&decision) == Some(AnswerOrigin::Stale), serves, "{decision:?}");
        assert_eq!(effects(&decision), if serves { vec!["a=1"] } else { vec![] });
        assert_eq!(decision.report.warnings.len(), usize::from(serves));
        host.world.advance(HOUR_MS);
        assert!(effects(&decide(&engine, &host)).is_empty(), "not for ever");
    }
}

#[test]
fn a_header_of_the_configuration_tells_answers_apart_whatever_its_name() {
    for header in ["x-correlation-id", "If-None-Match", "x-user"] {
        let (host, _) = in_turn(vec![fine(), answer(200, r#"{"v":2}"#)]);
        let engine = engine(&format!(
            r#"{{"sources":{{"s":{{"url":"https://h/me","token":null,"cache":{{"ttl_s":60}},
                "headers":{{"{header}":"{{event.user.user_id}}"}}}}}},"claims":{{"a":"s.v"}}}}"#
        ));
        assert_eq!(effects(&decide(&engine, &host)), ["a=1"]);
        let other = host.world.run(engine.enrich(&host, login("bob")));
        assert_eq!(effects(&other), ["a=2"], "{header}");
        assert_eq!(from(&decide(&engine, &host)), Some(AnswerOrigin::Cache), "{header}");
    }
}

#[test]
fn a_clock_that_is_set_back_makes_no_answer_young() {
    let answer = |v: u32| answer(200, &format!(r#"{{"v":{v}}}"#));
    let (host, _) = in_turn(vec![answer(1), answer(2)]);
    let engine = source(r#","cache":{"ttl_s":60,"stale_if_error_s":60}"#);
    decide(&engine, &host);
    host.world.set_back(HOUR_MS);
    assert_eq!(effects(&decide(&engine, &host)), ["a=2"]);
}

/// The share of the lifetime after which this instance, whose chance is one half, asks for the next token.
const DUE_MS: u64 = HOUR_MS * 875 / 1_000;

#[test]
fn a_token_is_renewed_ahead_of_its_end_while_the_login_uses_the_old_one() {
    let issued = Rc::new(Cell::new(0));
    let used: Rc<RefCell<Vec<String>>> = Rc::default();
    let (count, bearer) = (Rc::clone(&issued), Rc::clone(&used));
    let (host, _) = scripted(move |request| {
        if request.url.expose().ends_with("/token") {
            count.set(count.get() + 1);
            return token(count.get());
        }
        let (_, value) = request.headers.iter().find(|(name, _)| name == "authorization").unwrap();
        bearer.borrow_mut().push(value.expose().to_owned());
        fine()
    });
    let engine = with_token(SECRET);
    decide(&engine, &host);
    host.world.advance(DUE_MS - 100);
    decide(&engine, &host);
    assert_eq!(issued.get(), 1, "it is not time yet");
    host.world.advance(100);
    let before_ms = host.world.elapsed_ms();
    assert_eq!(decide(&engine, &host).report.tokens[0].1.from, Some(TokenOrigin::Memory));
    assert_eq!(host.world.elapsed_ms() - before_ms, 10, "the two calls run side by side");
    decide(&engine, &host);
    assert_eq!(issued.get(), 2);
    assert_eq!(*used.borrow(), ["Bearer t-1", "Bearer t-1", "Bearer t-1", "Bearer t-2"]);
    assert!(host.cache.borrow().values().any(|(record, _)| record.contains("t-2")), "others find it");
    // An instance that takes it from the cache knows when it was issued.
    host.world.advance(DUE_MS);
    assert_eq!(decide(&with_token(SECRET), &host).report.tokens[0].1.from, Some(TokenOrigin::Cache));
    assert_eq!(issued.get(), 3);
}

#[test]
fn a_token_that_another_instance_has_renewed_is_taken_from_the_cache_and_not_asked_for() {
    let issued = Rc::new(Cell::new(0));
    let count = Rc::clone(&issued);
    let (host, _) = scripted(move |request| {
        if request.url.expose().ends_with("/token") {
            count.set(count.get() + 1);
            return token(count.get());
        }
        fine()
    });
    let fleet: Vec<Engine> = (0..10).map(|_| with_token(SECRET)).collect();
    for engine in &fleet {
        decide(engine, &host);
    }
    host.world.advance(DUE_MS);
    let origins: Vec<_> =
        fleet.iter().map(|engine| decide(engine, &host).report.tokens[0].1.from.unwrap()).collect();
    assert_eq!(issued.get(), 2, "one for the fleet, and one ahead of its end");
    assert_eq!(origins[0], TokenOrigin::Memory);
    assert!(origins[1..].iter().all(|origin| *origin == TokenOrigin::Cache), "{origins:?}");
}

#[test]
fn where_a_token_cannot_be_renewed_the_old_one_serves_until_thirty_seconds_before_its_end() {
    let (host, script) =
        scripted(|request| if request.url.expose().ends_with("/token") { token(1) } else { fine() });
    let engine = with_token(SECRET);
    decide(&engine, &host);
    *script.borrow_mut() =
        Box::new(|request| if request.url.expose().ends_with("/token") { answer(400, "{}") } else { fine() });
    host.world.advance(DUE_MS);
    let decision = decide(&engine, &host);
    assert_eq!(effects(&decision), ["a=1"]);
    assert!(decision.report.errors.is_empty());
    assert!(decision.report.warnings[0].contains("could not be renewed"), "{:?}", decision.report.warnings);
    decide(&engine, &host);
    assert_eq!(host.world.sent_to("/token"), 2, "there is a pause before the next attempt");
    host.world.advance(HOUR_MS - DUE_MS - 31_000);
    assert_eq!(effects(&decide(&engine, &host)), ["a=1"]);
    host.world.advance(2_000);
    assert_eq!(errors(&decide(&engine, &host)), ["token_refused@tokens.api"]);
}

fn decoded(part: &str) -> String {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' => 62,
        _ => 63,
    };
    let mut bits = 0_u32;
    let mut bytes = Vec::new();
    for (index, byte) in part.bytes().enumerate() {
        bits = (bits << 6) | u32::from(digit(byte));
        if index % 4 != 0 {
            let shift = 6 - 2 * (index % 4);
            bytes.push(u8::try_from((bits >> shift) & 0xff).unwrap());
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_private_key_signs_an_assertion_of_its_own_for_each_request() {
    let forms: Rc<RefCell<Vec<BTreeMap<String, String>>>> = Rc::default();
    let seen = Rc::clone(&forms);
    let (host, _) = scripted(move |request| {
        if !request.url.expose().ends_with("/token") {
            return fine();
        }
        let form = request.body.as_ref().unwrap().expose();
        let fields = form.split('&').filter_map(|field| field.split_once('='));
        seen.borrow_mut().push(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
        if seen.borrow().len() == 1 { answer(503, "") } else { token(1) }
    });
    let engine = with_token(
        r#","client_auth":"private_key_jwt","private_key":"-----BEGIN PRIVATE KEY-----x","key_id":"k1","algorithm":"ES256""#,
    );
    assert_eq!(effects(&decide(&engine, &host)), ["a=1"]);
    let forms = forms.borrow();
    assert_eq!(forms.len(), 2);
    for form in forms.iter() {
        assert_eq!(
            form["client_assertion_type"],
            "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        );
        assert!(!form.contains_key("client_secret"));
        let parts: Vec<&str> = form["client_assertion"].split('.').collect();
        assert_eq!(decoded(parts[0]), r#"{"alg":"ES256","kid":"k1","typ":"JWT"}"#);
        let claims = decoded(parts[1]);
        assert!(claims.contains(r#""aud":["https://h/token","https://h/"]"#), "{claims}");
        assert!(claims.contains(r#""exp":1700000060,"iat":1700000000,"iss":"c","#), "{claims}");
        assert!(decoded(parts[2]).starts_with("ES256 over "));
    }
}

#[test]
fn a_key_that_cannot_sign_is_a_problem_of_the_configuration() {
    let (host, _) = in_turn(vec![fine()]);
    let engine = with_token(r#","client_auth":"private_key_jwt","private_key":"no key""#);
    assert_eq!(errors(&decide(&engine, &host)), ["config_invalid@tokens.api"]);
    assert!(host.world.sent.borrow().is_empty());
}

#[test]
fn keys_of_another_way_of_proof_are_refused() {
    let problems = |token: &str| {
        let config = format!(
            r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c",{token}}}}},"claims":{{}}}}"#
        );
        let problems = read(&config).unwrap_err();
        problems.iter().map(|error| format!("{}: {}", error.path, error.message)).collect::<Vec<_>>()
    };
    assert_eq!(
        problems(r#""client_secret":"s","private_key":"k""#),
        ["tokens.api.private_key: `private_key` is not used with this `client_auth`"]
    );
    assert_eq!(
        problems(r#""client_auth":"private_key_jwt","private_key":"k","client_secret":"s""#),
        ["tokens.api.client_secret: `client_secret` is not used with this `client_auth`"]
    );
    assert_eq!(problems(r#""client_auth":"private_key_jwt""#), ["tokens.api: `private_key` is missing"]);
}
