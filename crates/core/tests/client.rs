//! Calls by code: what a configuration's sources have holds for them as well.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what fails here fails the test")]

mod support;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use claimsmith_core::Target;
use claimsmith_core::client::{Call, Client, Session, Url};
use claimsmith_core::expression::{Value, json};
use claimsmith_core::http::TransportError;
use claimsmith_core::token::{AuthMethod, Grant};
use claimsmith_core::{Code, Effects, Error, Secret};
use support::{MemoryHost, World, answer, issuing_world};

const DEADLINE_MS: u32 = 5_000;
const HOUR_MS: u64 = 3_600_000;

fn grant() -> Rc<Grant> {
    let token_url = Url::new("https://login.example/token", &[]).unwrap();
    let grant = Grant::new(&token_url, Secret::new("id"), Secret::new("hunter2"));
    Rc::new(grant.with_parameter("audience", "https://api.example"))
}

fn profile_of(user_id: &str) -> Call {
    Call::get(&Url::new("https://api.example", &["users", user_id]).unwrap()).with_token(&grant())
}

/// Runs one call as a login of this user's.
fn fetch_as(host: &MemoryHost, client: &Client, user_id: &str, call: &Call) -> Result<Value, Error> {
    let session = client.session(host, DEADLINE_MS).for_user(user_id);
    host.world.run(session.run(session.fetch(call)))
}

/// Runs one call as a login of its own: what it gave, and what was noted.
fn fetch(host: &MemoryHost, client: &Client, call: &Call) -> (Result<Value, Error>, Vec<String>) {
    let session = client.session(host, DEADLINE_MS);
    let result = host.world.run(session.run(session.fetch(call)));
    (result, session.into_warnings())
}

fn code(result: &Result<Value, Error>) -> Option<Code> {
    result.as_ref().err().map(|error| error.code)
}

#[test]
fn a_token_is_asked_for_once_and_serves_every_login() {
    let world = issuing_world();
    let (host, client) = (MemoryHost::new(&world), Client::default());
    for user_id in ["alice", "bob"] {
        let (result, warnings) = fetch(&host, &client, &profile_of(user_id));
        assert_eq!(result.unwrap().member("path"), Value::from(user_id));
        assert!(warnings.is_empty(), "{warnings:?}");
    }
    assert_eq!((world.sent_to("/token"), world.sent_to("/users/")), (1, 2));
    // A fresh instance finds it in `api.cache`.
    fetch(&host, &Client::default(), &profile_of("alice")).0.unwrap();
    assert_eq!(world.sent_to("/token"), 1);
}

#[test]
fn a_token_is_renewed_beside_the_call_that_finds_it_old() {
    let world = issuing_world();
    let (host, client) = (MemoryHost::new(&world), Client::default());
    fetch(&host, &client, &profile_of("alice")).0.unwrap();
    world.advance(HOUR_MS * 9 / 10);
    let before_ms = world.elapsed_ms();
    fetch(&host, &client, &profile_of("alice")).0.unwrap();
    assert_eq!(world.sent_to("/token"), 2);
    // The endpoint takes 20 ms and the API 10.
    assert_eq!(world.elapsed_ms() - before_ms, 20);
}

#[test]
fn a_token_that_could_not_be_renewed_serves_on_and_is_noted() {
    let issues = Rc::new(Cell::new(true));
    let answers = Rc::clone(&issues);
    let world = World::new(move |request| match request.url.expose().ends_with("/token") {
        true if answers.get() => {
            (20, answer(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#))
        }
        true => (20, answer(500, "")),
        false => (10, answer(200, "1")),
    });
    let (host, client) = (MemoryHost::new(&world), Client::default());
    fetch(&host, &client, &profile_of("alice")).0.unwrap();
    world.advance(HOUR_MS * 9 / 10);
    issues.set(false);
    let (result, warnings) = fetch(&host, &client, &profile_of("alice"));
    assert!(result.is_ok());
    assert_eq!(warnings, ["the token could not be renewed yet (token_refused); the old one serves"]);
}

#[test]
fn a_token_that_is_refused_is_replaced_once() {
    let world = World::new(|request| match request.url.expose().ends_with("/token") {
        true => (20, answer(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#)),
        false => (10, answer(401, "")),
    });
    let (result, _) = fetch(&MemoryHost::new(&world), &Client::default(), &profile_of("alice"));
    assert_eq!(code(&result), Some(Code::SourceStatus));
    assert_eq!((world.sent_to("/token"), world.sent_to("/users/")), (2, 2));
}

#[test]
fn a_get_is_sent_again_and_a_post_is_not() {
    let url = Url::new("https://api.example", &["orders"]).unwrap();
    for (call, attempts) in [
        (Call::get(&url), 3),
        (Call::get(&url).with_retries(0), 1),
        (Call::post(&url, &Value::from("x")), 1),
        (Call::post(&url, &Value::from("x")).with_retries(1), 2),
    ] {
        let world = World::new(|_| (10, answer(503, "")));
        let (result, _) = fetch(&MemoryHost::new(&world), &Client::default(), &call);
        assert_eq!(code(&result), Some(Code::SourceStatus));
        assert_eq!(world.sent_to("/orders"), attempts, "{call:?}");
    }
}

#[test]
fn what_does_not_answer_is_given_up_in_its_own_time_and_in_that_of_all() {
    let world = World::new(|_| (60_000, answer(200, "1")));
    let host = MemoryHost::new(&world);
    let call = profile_of("alice").with_token(&grant()).with_timeout_ms(300).with_retries(0);
    let url = Url::new("https://api.example", &["slow"]).unwrap();
    let (result, _) = fetch(&host, &Client::default(), &Call::get(&url).with_timeout_ms(300).with_retries(0));
    assert_eq!((code(&result), world.elapsed_ms()), (Some(Code::Timeout), 300));
    // The token is asked for once: what it costs may be billed although no answer came.
    let (result, _) = fetch(&host, &Client::default(), &call);
    assert_eq!((code(&result), world.elapsed_ms()), (Some(Code::Timeout), 2_300));
    let client = Client::default();
    let session = client.session(&host, 1_500);
    let result = world.run(session.run(session.fetch(&call)));
    assert_eq!((code(&result), world.elapsed_ms()), (Some(Code::DeadlineExceeded), 3_800));
    assert_eq!(world.dropped.get(), 3, "a socket stays open");
}

#[test]
fn work_that_never_ends_is_over_at_the_deadline() {
    let world = issuing_world();
    let (host, client) = (MemoryHost::new(&world), Client::default());
    let session = client.session(&host, 200);
    let result: Result<(), Error> = world.run(session.run(std::future::pending()));
    assert_eq!(result.unwrap_err().code, Code::DeadlineExceeded);
    assert_eq!(world.elapsed_ms(), 200);
}

#[test]
fn an_api_that_is_down_is_left_alone_whatever_is_asked_of_it() {
    let world = World::new(|_| (10, Err(TransportError::Failed("ECONNREFUSED".to_owned()))));
    let (host, client) = (MemoryHost::new(&world), Client::default());
    let call = |path| Call::get(&Url::new("https://api.example", &[path]).unwrap()).with_retries(0);
    for path in ["a", "b", "c", "d", "e"] {
        assert_eq!(code(&fetch(&host, &client, &call(path)).0), Some(Code::TransportFailed));
    }
    assert_eq!(code(&fetch(&host, &client, &call("f")).0), Some(Code::CircuitOpen));
    assert_eq!(world.sent.borrow().len(), 5);
    // Another instance has heard of it.
    assert_eq!(code(&fetch(&host, &Client::default(), &call("g")).0), Some(Code::CircuitOpen));
}

#[test]
fn fault_2_a_call_may_hold_something_of_the_login_so_its_failures_count_once_a_user() {
    let world = World::new(|_| (10, Err(TransportError::Failed("ECONNRESET".to_owned()))));
    let (host, client) = (MemoryHost::new(&world), Client::default());
    let call = |path| Call::get(&Url::new("https://api.example", &[path]).unwrap()).with_retries(0);
    // Whatever one user asks for, and whoever is not named, for ever.
    for path in ["a", "b", "c", "d", "e", "f", "g"] {
        assert_eq!(
            code(&fetch_as(&host, &client, "auth0|mallory", &call(path))),
            Some(Code::TransportFailed)
        );
        assert_eq!(code(&fetch(&host, &client, &call(path)).0), Some(Code::TransportFailed));
    }
    for user_id in ["u1", "u2", "u3"] {
        assert_eq!(code(&fetch_as(&host, &client, user_id, &call(user_id))), Some(Code::TransportFailed));
    }
    assert_eq!(code(&fetch_as(&host, &client, "u4", &call("u4"))), Some(Code::CircuitOpen));
}

#[test]
fn nothing_is_an_answer_and_an_error_is_none() {
    for (status, expected) in [(204, Ok(Value::Null)), (404, Ok(Value::Null)), (403, Err(Code::SourceStatus))]
    {
        let world = World::new(move |_| (10, answer(status, "")));
        let call = Call::get(&Url::new("https://api.example", &["x"]).unwrap());
        let (result, _) = fetch(&MemoryHost::new(&world), &Client::default(), &call);
        assert_eq!(result.map_err(|error| error.code), expected);
    }
}

#[test]
fn a_post_carries_its_body_and_headers_and_a_get_its_token() {
    let world = World::new(|request| {
        let header = |name: &str| request.headers.iter().find(|(known, _)| known == name);
        let shown = header("authorization").or(header("x-key")).map_or("none", |(_, value)| value.expose());
        if request.url.expose().ends_with("/token") {
            let body = request.body.as_ref().unwrap().expose();
            assert_eq!(
                body,
                "grant_type=client_credentials&client_id=id&client_secret=hunter2&audience=https%3A%2F%2Fapi.example"
            );
            return (1, answer(200, r#"{"access_token":"t","token_type":"Bearer"}"#));
        }
        let body = request.body.as_ref().map_or("null", Secret::expose);
        (1, answer(200, &format!(r#"[{body},"{shown}"]"#)))
    });
    let (host, client) = (MemoryHost::new(&world), Client::default());
    let url = Url::new("https://api.example", &["x"]).unwrap();
    let body = json::read(br#"{"a":1}"#).unwrap();
    let post = Call::post(&url, &body).with_header("X-Key", Secret::new("k")).unwrap();
    assert_eq!(fetch(&host, &client, &post).0.unwrap().to_json(), r#"[{"a":1},"k"]"#);
    assert_eq!(fetch(&host, &client, &profile_of("x")).0.unwrap().to_json(), r#"[null,"Bearer t"]"#);
    assert!(Call::get(&url).with_header("x-key", Secret::new("a\r\nb: c")).is_err());
    let printed = format!("{:?}", profile_of("alice"));
    assert!(!printed.contains("hunter2") && !printed.contains("alice"), "{printed}");
}

#[test]
fn calls_of_one_login_run_side_by_side_and_share_a_token() {
    let world = issuing_world();
    let (host, client) = (MemoryHost::new(&world), Client::default());
    let session: Session<'_, _> = client.session(&host, DEADLINE_MS);
    let (one, other) = (profile_of("alice"), profile_of("bob"));
    let both = async {
        let mut calls = (std::pin::pin!(session.fetch(&one)), std::pin::pin!(session.fetch(&other)));
        let mut results = (None, None);
        std::future::poll_fn(|context| {
            use std::task::Poll::{Pending, Ready};
            if results.0.is_none()
                && let Ready(result) = calls.0.as_mut().poll(context)
            {
                results.0 = Some(result);
            }
            if results.1.is_none()
                && let Ready(result) = calls.1.as_mut().poll(context)
            {
                results.1 = Some(result);
            }
            if results.0.is_some() && results.1.is_some() { Ready(()) } else { Pending }
        })
        .await;
        Ok(())
    };
    world.run(session.run(both)).unwrap();
    assert_eq!((world.sent_to("/token"), world.sent_to("/users/")), (1, 2));
    assert_eq!(world.elapsed_ms(), 30);
}

#[test]
fn what_could_not_be_read_is_neither_sent_nor_set() {
    let world = World::new(|_| (1, answer(200, r#"{"plan":"gold","big":[1e400]}"#)));
    let (host, client) = (MemoryHost::new(&world), Client::default());
    let url = Url::new("https://api.example", &["x"]).unwrap();
    let answered = fetch(&host, &client, &Call::get(&url)).0.unwrap();
    let mut effects = Effects::default();
    assert!(effects.set_claim(Target::IdToken, "plan", answered.member("plan")).is_ok());
    let refused = effects.set_claim(Target::IdToken, "all", answered.clone());
    assert_eq!(refused.unwrap_err().code, Code::Unavailable);
    let post = Call::post(&url, &answered);
    assert_eq!(code(&fetch(&host, &client, &post).0), Some(Code::Unavailable));
    assert_eq!(world.sent_to("POST"), 0);
}

#[test]
fn each_method_sends_its_body_once() {
    let bodies: Rc<RefCell<Vec<Option<String>>>> = Rc::default();
    let seen = Rc::clone(&bodies);
    let world = World::new(move |request| {
        seen.borrow_mut().push(request.body.as_ref().map(|body| body.expose().to_owned()));
        (1, answer(503, ""))
    });
    let (host, client) = (MemoryHost::new(&world), Client::default());
    let url = Url::new("https://api.example", &["x"]).unwrap();
    let body = Value::from("b");
    for (call, method, sent, attempts) in [
        (Call::post(&url, &body), "POST", Some(r#""b""#), 1),
        (Call::put(&url, &body), "PUT", Some(r#""b""#), 1),
        (Call::patch(&url, &body), "PATCH", Some(r#""b""#), 1),
        (Call::delete(&url), "DELETE", None, 1),
        (Call::delete(&url).with_retries(1), "DELETE", None, 2),
    ] {
        assert_eq!(code(&fetch(&host, &client, &call).0), Some(Code::SourceStatus), "{method}");
        let expected = vec![sent.map(str::to_owned); attempts];
        assert_eq!(*bodies.borrow(), expected, "{method}");
        assert_eq!(world.sent_to(&format!("{method} https://api.example/x")), attempts, "{method}");
        bodies.borrow_mut().clear();
        world.sent.borrow_mut().clear();
    }
}

#[test]
fn a_certificate_is_presented_by_the_call_and_the_grant_that_have_it() {
    let world = World::new(|request| {
        let parts: Vec<&str> = request.tls.iter().map(|(part, _)| part.as_str()).collect();
        let shown = parts.join("+");
        (10, answer(200, &format!(r#"{{"access_token":"t-{shown}","expires_in":3600,"shown":"{shown}"}}"#)))
    });
    let host = MemoryHost::new(&world);
    let pem = |key: &str| {
        vec![("certificate".to_owned(), Secret::new("PEM")), ("key".to_owned(), Secret::new(key))]
    };
    let token_url = Url::new("https://tenant.example", &["token"]).unwrap();
    let grant = |tls| {
        let mut grant = Grant::new(&token_url, Secret::new("id"), Secret::new("unused"));
        (grant.auth, grant.credentials, grant.tls) = (AuthMethod::TlsClientAuth, Vec::new(), tls);
        Rc::new(grant)
    };
    let call = |tls| Call::get(&Url::new("https://api.example", &["x"]).unwrap()).with_tls(tls);
    let (result, _) = fetch(&host, &Client::default(), &call(pem("PEM")).with_token(&grant(pem("PEM"))));
    assert_eq!(result.unwrap().member("shown"), Value::from("certificate+key"));
    let (result, _) = fetch(&host, &Client::default(), &call(Vec::new()).with_token(&grant(pem("PEM"))));
    assert_eq!(result.unwrap().member("shown"), Value::from(""));
    // What is unfit asks nobody, and is not shown.
    let sent = world.sent.borrow().len();
    for call in [call(pem("unfit-planted")), call(Vec::new()).with_token(&grant(pem("unfit-planted")))] {
        let error = fetch(&host, &Client::default(), &call).0.unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (Code::SecretInvalid, "`key` of the TLS is unfit"));
    }
    assert_eq!(world.sent.borrow().len(), sent);
}
