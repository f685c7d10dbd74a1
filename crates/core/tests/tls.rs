//! Clients that have several secrets or a certificate, and connections that present one.

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use claimsmith_compile::{SecretKind, secret_uses, tls_places};
use claimsmith_core::http::{Request, Response, Tls, TransportError};
use claimsmith_core::{Decision, Engine, Login, Secret, Secrets};
use support::{MemoryHost, World, answer, effects, engine, errors, login, read};

const HOUR_MS: u64 = 3_600_000;

fn with_secrets(user_id: &str, secrets: &[(&str, &str)]) -> Login {
    let secrets: Secrets =
        secrets.iter().map(|(name, value)| ((*name).into(), Secret::new(*value))).collect();
    Login { secrets, ..login(user_id) }
}

fn decide(engine: &Engine, host: &MemoryHost, secrets: &[(&str, &str)]) -> Decision {
    host.world.run(engine.enrich(host, with_secrets("ann", secrets)))
}

fn body(request: &Request) -> &str {
    request.body.as_ref().map_or("", |body| body.expose())
}

const ROTATING: [(&str, &str); 2] = [("NEW", "new-secret"), ("OLD", "old-secret")];

fn rotating(auth: &str, more: &str) -> Engine {
    engine(&format!(
        r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c","client_auth":"{auth}",
            "client_secret":["{{secrets.NEW}}","{{secrets.OLD}}"]{more}}}}},
            "sources":{{"s":{{"url":"https://h/u/{{event.user.user_id}}"}}}},"claims":{{"a":"s.v"}}}}"#
    ))
}

/// A server that takes one secret, whichever way it comes, and answers another one so.
fn taking(secret: &Rc<RefCell<&'static str>>, refusal: (u16, &'static str)) -> (Rc<World>, Rc<Cell<usize>>) {
    let (taken, issued) = (Rc::clone(secret), Rc::new(Cell::new(0)));
    let counted = Rc::clone(&issued);
    let world = World::new(move |request| {
        if !request.url.expose().ends_with("/token") {
            return (10, answer(200, r#"{"v":1}"#));
        }
        let is_basic = request.headers.iter().any(|(name, value)| {
            let wanted = if *taken.borrow() == "old-secret" { "Yzpvb" } else { "YzpuZ" };
            name == "authorization" && value.expose().starts_with(&format!("Basic {wanted}"))
        });
        if !is_basic && !body(request).contains(&format!("client_secret={}", taken.borrow())) {
            return (10, answer(refusal.0, refusal.1));
        }
        counted.set(counted.get() + 1);
        let token =
            format!(r#"{{"access_token":"t-{}","token_type":"Bearer","expires_in":3600}}"#, counted.get());
        (10, answer(200, &token))
    });
    (world, issued)
}

#[test]
fn a_secret_that_is_no_longer_taken_costs_an_instance_one_call() {
    for auth in ["client_secret_post", "client_secret_basic"] {
        for refusal in [
            (401, r#"{"error":"invalid_client"}"#),
            (401, r#"{"error":"access_denied"}"#),
            (400, r#"{"error":"invalid_client"}"#),
        ] {
            let secret = Rc::new(RefCell::new("old-secret"));
            let (world, _) = taking(&secret, refusal);
            let engine = rotating(auth, "");
            for _ in 0..20 {
                // Each login an hour later, without a cache: each needs a token of its own.
                let decision = decide(&engine, &MemoryHost::new(&world), &ROTATING);
                assert_eq!(effects(&decision), ["a=1"], "{auth} {refusal:?}");
                world.advance(HOUR_MS);
            }
            assert_eq!(world.sent_to("/token"), 21);
            // The other way round: the server now takes the new one.
            *secret.borrow_mut() = "new-secret";
            for _ in 0..20 {
                assert_eq!(effects(&decide(&engine, &MemoryHost::new(&world), &ROTATING)), ["a=1"]);
                world.advance(HOUR_MS);
            }
            assert_eq!(world.sent_to("/token"), 21 + 21);
            assert_eq!(world.sent_to("/u/"), 40);
        }
    }
}

#[test]
fn what_one_user_found_out_about_secrets_serves_the_tokens_of_all() {
    let secret = Rc::new(RefCell::new("old-secret"));
    let (world, _) = taking(&secret, (401, ""));
    let engine = rotating("client_secret_post", r#","parameters":{"user":"{event.user.user_id}"}"#);
    for user in 0..30 {
        let host = MemoryHost::new(&world);
        let login = with_secrets(&format!("user-{user}"), &ROTATING);
        assert_eq!(effects(&world.run(engine.enrich(&host, login))), ["a=1"]);
    }
    assert_eq!(world.sent_to("/token"), 31);
}

#[test]
fn instances_share_a_token_whichever_secret_they_found_and_in_whichever_order_they_have_them() {
    let secret = Rc::new(RefCell::new("old-secret"));
    let (world, issued) = taking(&secret, (401, ""));
    let host = MemoryHost::new(&world);
    assert_eq!(effects(&decide(&rotating("client_secret_post", ""), &host, &ROTATING)), ["a=1"]);
    assert_eq!(effects(&decide(&rotating("client_secret_post", ""), &host, &ROTATING)), ["a=1"]);
    let swapped = [("NEW", "old-secret"), ("OLD", "new-secret")];
    assert_eq!(effects(&decide(&rotating("client_secret_post", ""), &host, &swapped)), ["a=1"]);
    assert_eq!((issued.get(), world.sent_to("/token")), (1, 2));
}

#[test]
fn other_refusals_and_failures_cost_no_further_secret() {
    for refusal in [(400, r#"{"error":"invalid_scope"}"#), (403, ""), (500, ""), (302, "")] {
        let (world, _) = taking(&Rc::new(RefCell::new("nothing")), refusal);
        let decision = decide(&rotating("client_secret_post", ""), &MemoryHost::new(&world), &ROTATING);
        assert_eq!(errors(&decision).len(), 1);
        assert_eq!(world.sent_to("/token"), 1, "{refusal:?}");
    }
}

#[test]
fn where_no_secret_is_taken_each_is_tried_once_a_login_and_no_circuit_opens() {
    let (world, _) = taking(&Rc::new(RefCell::new("nothing")), (401, r#"{"error":"invalid_client"}"#));
    let (engine, host) = (rotating("client_secret_post", ""), MemoryHost::new(&world));
    for _ in 0..10 {
        assert_eq!(errors(&decide(&engine, &host, &ROTATING)), ["token_refused@tokens.api"]);
    }
    assert_eq!((world.sent_to("/token"), world.sent_to("/u/")), (20, 0));
}

#[test]
fn a_server_that_is_down_between_two_secrets_is_tried_again_with_the_same_one() {
    let forms: Rc<RefCell<Vec<String>>> = Rc::default();
    let seen = Rc::clone(&forms);
    let world = World::new(move |request| {
        if !request.url.expose().ends_with("/token") {
            return (10, answer(200, r#"{"v":1}"#));
        }
        seen.borrow_mut().push(body(request).rsplit('=').next().unwrap().to_owned());
        let answers = [(401, ""), (503, ""), (200, r#"{"access_token":"t","expires_in":60}"#)];
        let (status, body) = answers[seen.borrow().len() - 1];
        (10, answer(status, body))
    });
    let decision = decide(&rotating("client_secret_post", ""), &MemoryHost::new(&world), &ROTATING);
    assert_eq!(effects(&decision), ["a=1"]);
    assert_eq!(*forms.borrow(), ["new-secret", "old-secret", "old-secret"]);
}

const PEM: [(&str, &str); 3] = [("CERT", "cert-1"), ("KEY", "key-1"), ("CA", "ca-1")];

const TLS: &str = r#""tls":{"certificate":"{secrets.CERT}","key":"{secrets.KEY}","ca":"{secrets.CA}"}"#;

/// A world that remembers what each request presented, as URL and parts.
fn recording() -> (Rc<World>, Rc<RefCell<Vec<String>>>) {
    let seen: Rc<RefCell<Vec<String>>> = Rc::default();
    let kept = Rc::clone(&seen);
    let world = World::new(move |request| {
        let shown = |tls: &Tls| {
            let parts = tls.iter().map(|(part, pem)| format!(" {part}={}", pem.expose()));
            parts.collect::<String>()
        };
        let url = request.url.expose();
        kept.borrow_mut().push(format!("{url}{}", shown(&request.tls)));
        let body =
            if url.ends_with("/token") { r#"{"access_token":"t","expires_in":3600}"# } else { r#"{"v":1}"# };
        (10, answer(200, body))
    });
    (world, seen)
}

#[test]
fn a_certificate_goes_where_its_own_tls_says_and_nowhere_else() {
    let (world, seen) = recording();
    let engine = engine(&format!(
        r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c","client_auth":"tls_client_auth",{TLS}}}}},
            "sources":{{"a":{{"url":"https://h/a"}},"b":{{"url":"https://h/b",{TLS}}},
                "c":{{"url":"https://h/c","tls":{{"ca":"{{secrets.CA}}"}}}}}},"claims":{{"x":"a.v"}}}}"#
    ));
    assert_eq!(effects(&decide(&engine, &MemoryHost::new(&world), &PEM)), ["x=1"]);
    let all = " certificate=cert-1 key=key-1 ca=ca-1";
    let expected: BTreeSet<String> = [
        format!("https://h/token{all}"),
        "https://h/a".to_owned(),
        format!("https://h/b{all}"),
        "https://h/c ca=ca-1".to_owned(),
    ]
    .into();
    assert_eq!(seen.borrow().iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(tls_places(engine.plan()), ["tokens.api.tls", "sources.b.tls", "sources.c.tls"]);
}

#[test]
fn another_certificate_gets_another_token_and_another_answer() {
    let (world, seen) = recording();
    let engine = engine(&format!(
        r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c","client_auth":"self_signed_tls_client_auth",{TLS}}}}},
            "sources":{{"a":{{"url":"https://h/a","cache":{{"ttl_s":60}},{TLS}}}}},"claims":{{"x":"a.v"}}}}"#
    ));
    let host = MemoryHost::new(&world);
    let others = [
        PEM,
        [("CERT", "cert-2"), ("KEY", "key-1"), ("CA", "ca-1")],
        [("CERT", "cert-1"), ("KEY", "key-2"), ("CA", "ca-1")],
        [("CERT", "cert-1"), ("KEY", "key-1"), ("CA", "ca-2")],
    ];
    for secrets in others.iter().chain(&others) {
        assert_eq!(effects(&decide(&engine, &host, secrets)), ["x=1"]);
    }
    // A token and an answer for each, once.
    assert_eq!(seen.borrow().len(), 8);
    assert_eq!(seen.borrow().iter().collect::<BTreeSet<_>>().len(), 8);
}

#[test]
fn the_certificate_of_a_request_is_part_of_its_answers_key_and_never_taken_for_a_header() {
    let (world, seen) = recording();
    let config = |more: &str| {
        engine(&format!(
            r#"{{"sources":{{"a":{{"url":"https://h/a","cache":{{"ttl_s":60}},{more}}}}},"claims":{{"x":"a.v"}}}}"#
        ))
    };
    let (header, tls) =
        (config(r#""headers":{"ca":"{secrets.CA}"}"#), config(r#""tls":{"ca":"{secrets.CA}"}"#));
    let host = MemoryHost::new(&world);
    for engine in [&header, &tls, &header, &tls] {
        assert_eq!(effects(&decide(engine, &host, &PEM)), ["x=1"]);
    }
    assert_eq!(seen.borrow().len(), 2);
}

#[test]
fn pem_that_is_unfit_is_a_secret_by_name_and_asks_nobody() {
    let (world, _) = recording();
    let token = engine(&format!(
        r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c","client_auth":"tls_client_auth",{TLS}}}}},
            "sources":{{"s":{{"url":"https://h/s"}},"other":{{"url":"https://h/other","token":null}}}},"claims":{{"x":"other.v","y":{{"value":"s.v","default":2}}}}}}"#
    ));
    let source = engine(&format!(
        r#"{{"sources":{{"s":{{"url":"https://h/s",{TLS}}},"other":{{"url":"https://h/other"}}}},"claims":{{"x":"other.v","y":{{"value":"s.v","default":2}}}}}}"#
    ));
    for (name, part) in [("CERT", "certificate"), ("KEY", "key"), ("CA", "ca")] {
        let secrets = PEM.map(|(known, pem)| (known, if known == name { "unfit-planted-pem" } else { pem }));
        for (engine, place) in [(&token, "tokens.api"), (&source, "sources.s")] {
            let decision = decide(engine, &MemoryHost::new(&world), &secrets);
            // The login goes on by its policy.
            assert_eq!(effects(&decision), ["x=1", "y=2"]);
            assert_eq!(errors(&decision), [format!("secret_invalid@{place}.tls.{part}")]);
            let message = &decision.report.errors.first().unwrap().message;
            assert!(message.starts_with(&format!("the secret `{name}` does not fit: ")), "{message}");
            assert!(!format!("{decision:?}").contains("planted"));
        }
    }
    assert_eq!((world.sent_to("/s"), world.sent_to("/token")), (0, 0));
    let missing = decide(&token, &MemoryHost::new(&world), &[("CERT", "c"), ("KEY", "k")]);
    assert_eq!(errors(&missing), ["secret_missing@tokens.api.tls.ca"]);
}

#[test]
fn headers_of_a_token_are_templates_and_a_part_of_its_grant() {
    let seen: Rc<RefCell<Vec<String>>> = Rc::default();
    let kept = Rc::clone(&seen);
    let world = World::new(move |request| -> (u32, Result<Response, TransportError>) {
        let version = request.headers.iter().find(|(name, _)| name == "x-version");
        kept.borrow_mut().extend(version.map(|(_, value)| value.expose().to_owned()));
        (10, answer(200, r#"{"access_token":"t","expires_in":3600,"v":1}"#))
    });
    let engine = engine(
        r#"{"tokens":{"api":{"token_url":"https://h/token","client_id":"c","client_secret":"s",
            "headers":{"X-Version":"{secrets.V}-{event.user.user_id}"}}},
            "sources":{"s":{"url":"https://h/s"}},"claims":{"a":"s.v"}}"#,
    );
    assert!(engine.plan().tokens.iter().all(|token| token.is_personal));
    assert_eq!(engine.plan().secrets, ["V".into()]);
    let host = MemoryHost::new(&world);
    for version in ["1", "2", "1", "2"] {
        assert_eq!(effects(&decide(&engine, &host, &[("V", version)])), ["a=1"]);
    }
    assert_eq!(*seen.borrow(), ["1-ann", "2-ann"]);
    let broken = decide(&engine, &host, &[("V", "1\r\nx-admin: 1")]);
    assert_eq!(errors(&broken), ["template_value_missing@tokens.api.headers.x-version"]);
}

#[test]
fn what_cannot_be_meant_is_refused_when_the_configuration_is_read() {
    let problems = |token: &str, source: &str| {
        let config = format!(
            r#"{{"tokens":{{"api":{{"token_url":"https://h/token","client_id":"c"{token}}}}},
                "sources":{{"s":{{"url":"https://h/s"{source}}}}},"claims":{{}}}}"#
        );
        let problems = read(&config).err().unwrap_or_default();
        problems.iter().map(|error| format!("{}: {}", error.path, error.message)).collect::<Vec<_>>()
    };
    let secret = r#","client_secret":"s""#;
    for (token, source, expected) in [
        (secret, "", ""),
        (secret, r#","tls":{}"#, ""),
        (secret, r#","tls":{"ca":"{secrets.A}"}"#, ""),
        (
            secret,
            r#","tls":{"certificate":"{secrets.A}"}"#,
            "sources.s.tls: `certificate` and `key` go together, and `key` is missing",
        ),
        (
            r#","client_secret":"s","tls":{"key":"{secrets.A}","ca":"{secrets.A}"}"#,
            "",
            "tokens.api.tls: `certificate` and `key` go together, and `certificate` is missing",
        ),
        (
            r#","client_auth":"tls_client_auth""#,
            "",
            "tokens.api: `tls_client_auth` needs `tls` with `certificate` and `key`",
        ),
        (
            r#","client_auth":"self_signed_tls_client_auth","tls":{"ca":"{secrets.A}"}"#,
            "",
            "tokens.api: `self_signed_tls_client_auth` needs `tls` with `certificate` and `key`",
        ),
        (
            r#","client_auth":"tls_client_auth","client_secret":"s","tls":{"certificate":"{secrets.A}","key":"{secrets.B}"}"#,
            "",
            "tokens.api.client_secret: `client_secret` is not used with this `client_auth`",
        ),
        (
            secret,
            r#","tls":{"ca":"{event.user.user_id}"}"#,
            "sources.s.tls.ca: takes `{secrets.NAME}` and text only, never data of the login",
        ),
        (
            secret,
            r#","tls":{"ca":"secrets.CA"}"#,
            "sources.s.tls.ca: must be a certificate in PEM, such as `{secrets.NAME}`",
        ),
        (secret, r#","tls":{"crt":"{secrets.A}"}"#, "sources.s.tls.crt: unknown key `crt`"),
        (
            secret,
            r#","url":"http://localhost/","tls":{"ca":"{secrets.A}"}"#,
            "sources.s.tls: there is no TLS to plain http; call the URL by https",
        ),
        (r#","client_secret":[]"#, "", "tokens.api.client_secret: a list of secrets has from 1 to 5"),
        (
            r#","client_secret":["a","b","c","d","e","f"]"#,
            "",
            "tokens.api.client_secret: a list of secrets has from 1 to 5",
        ),
        (r#","client_secret":["a",7]"#, "", "tokens.api.client_secret[1]: must be a string, not a number"),
        (
            r#","client_secret":"s","headers":{"Content-Type":"x"}"#,
            "",
            "tokens.api.headers[\"Content-Type\"]: `content-type` is filled by the engine",
        ),
        (
            r#","client_secret":"s","client_auth":"client_secret_basic","headers":{"Authorization":"x"}"#,
            "",
            "tokens.api.headers.Authorization: `client_secret_basic` fills `authorization`",
        ),
        (r#","client_secret":"s","headers":{"Authorization":"x"}"#, "", ""),
    ] {
        let expected: Vec<&str> = Some(expected).filter(|text| !text.is_empty()).into_iter().collect();
        assert_eq!(problems(token, source), expected, "{token} {source}");
    }
}

#[test]
fn a_secret_is_of_the_kind_that_its_place_asks_for() {
    let plan = read(
        r#"{"tokens":{"api":{"token_url":"https://h/token","client_id":"c","client_auth":"tls_client_auth",
            "tls":{"certificate":"{secrets.CERT}\n{secrets.CHAIN}","key":"{secrets.KEY}"}}},
            "sources":{"s":{"url":"https://h/s","tls":{"ca":"{secrets.CA}"}}},"claims":{}}"#,
    )
    .unwrap();
    let uses: Vec<_> = secret_uses(&plan).into_iter().map(|secret| (secret.name, secret.kind)).collect();
    let expected = [
        ("CA", SecretKind::CertificateAuthority),
        ("CERT", SecretKind::Certificate),
        ("CHAIN", SecretKind::Certificate),
        ("KEY", SecretKind::CertificateKey),
    ];
    assert_eq!(uses, expected.map(|(name, kind)| (name.to_owned(), kind)));
}

#[test]
fn a_grant_is_that_of_its_login_whatever_is_kept_of_the_last() {
    const SECRETS: [(&str, &str); 2] = [("SECRET", "first"), ("TEAM", "7")];
    let changed = |name: &str| SECRETS.map(|(known, value)| (known, if known == name { "8" } else { value }));
    for (field, user, second, asks_again) in [
        ("", "bob", SECRETS, false),
        ("", "ann", changed("SECRET"), true),
        (r#","parameters":{"team":"{settings.team}"}"#, "ann", changed("TEAM"), true),
        (r#","headers":{"x-team":"{secrets.TEAM}"}"#, "ann", changed("TEAM"), true),
        (r#","parameters":{"for":"{event.user.user_id}"}"#, "bob", SECRETS, true),
        (r#","parameters":{"for":"{values.user}"}"#, "bob", SECRETS, true),
        (r#","parameters":{"for":"{values.user}"}"#, "ann", SECRETS, false),
    ] {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let noted = Rc::clone(&seen);
        let world = World::new(move |request| {
            if !request.url.expose().ends_with("/token") {
                return (10, answer(200, r#"{"v":1}"#));
            }
            let mut sent: Vec<_> =
                request.headers.iter().map(|(_, value)| value.expose().to_owned()).collect();
            sent.push(body(request).to_owned());
            noted.borrow_mut().push(sent);
            (10, answer(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":7200}"#))
        });
        let engine = engine(&format!(
            r#"{{"settings":{{"team":"{{secrets.TEAM}}"}},"values":{{"user":"event.user.user_id"}},
                "tokens":{{"api":{{"token_url":"https://h/token","client_id":"c",
                "client_secret":"{{secrets.SECRET}}"{field}}}}},
                "sources":{{"s":{{"url":"https://h/u"}}}},"claims":{{"a":"s.v"}}}}"#
        ));
        let host = MemoryHost::new(&world);
        decide(&engine, &host, &SECRETS);
        world.advance(25 * 60 * 1000);
        world.run(engine.enrich(&host, with_secrets(user, &second)));
        let seen: BTreeSet<_> = seen.borrow().iter().cloned().collect();
        assert_eq!(seen.len(), if asks_again { 2 } else { 1 }, "{field} {user} {second:?}: {seen:?}");
    }
}
