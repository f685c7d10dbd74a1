//! Whole logins, several at once, against servers and a cache that do anything. The clock is frozen, so that
//! minutes of waiting pass in microseconds.

#![no_main]

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use claimsmith_core::expression::Value;
use claimsmith_core::http::{Request, Response, TransportError};
use claimsmith_core::{Change, Decision, Effect, Engine, Target};
use libfuzzer_sys::fuzz_target;

#[allow(dead_code, reason = "written for tests that use all of it")]
#[path = "../../crates/core/tests/support/mod.rs"]
mod support;

use support::{MemoryHost, World, engine, login};

const DEADLINE_MS: u32 = 3_000;

const USERS: [&str; 3] = ["ann", "bob", "eve"];

/// Every kind of key, so that every path is open.
const CONFIG: &str = r#"{
  "deadline_ms": 3000,
  "tokens": {
    "post": { "token_url": "https://h/token", "client_id": "c", "client_secret": "{secrets.SECRET}", "audience": "a" },
    "key": { "token_url": "https://k/token", "client_id": "c", "client_auth": "private_key_jwt",
             "private_key": "-----BEGIN PRIVATE KEY-----{secrets.SECRET}", "timeout_ms": 500 }
  },
  "sources": {
    "s": { "url": "https://h/u/{event.user.user_id}", "token": "post", "retries": 3,
           "cache": { "ttl_s": 30, "stale_if_error_s": 600 }, "headers": { "x-key": "{secrets.SECRET}" } },
    "t": { "url": "https://h/t/{event.user.user_id}", "token": "key", "when": "s.more", "timeout_ms": 400,
           "on_not_found": "error" },
    "p": { "url": "https://h/p", "token": null, "method": "POST", "body": { "id": "{event.user.user_id}" } },
    "f": { "url": "https://h/f", "basic": { "user": "u", "password": "{secrets.SECRET}" }, "answer": "text",
           "query": { "list": ["{event.user.user_id}", 7] }, "form": { "id": "{event.user.user_id}" }, "ok_status": [409] },
    "g": { "url": "https://h/g", "token": null, "graphql": { "query": "query($id: ID) { user(id: $id) { who } }",
           "variables": { "id": "{event.user.user_id}", "nick?": "{event.user.nickname}" } } }
  },
  "claims": {
    "https://x/s": "s.who",
    "https://x/all": { "value": "[s, t, p][].who", "default": [], "type": "string[]", "priority": -1 },
    "https://x/n": { "value": "s.n", "type": "integer", "to": ["access_token"] },
    "https://x/f": "f",
    "https://x/g": "g.who",
    "https://x/p": { "value": "p", "to": ["id_token", "saml_response", "app_metadata"] },
    "https://x/m": { "value": "t.who", "to": ["transaction_metadata", "user_metadata"], "when": "s.more" },
    "https://x/o": [ { "value": "s.who", "to": ["session_metadata"] },
                     { "value": "t.who", "to": ["refresh_token_metadata", "session_metadata"] } ],
    "https://x/": { "value": "p", "spread": true, "to": ["access_token", "user_metadata"], "if_denied": false },
    "seen": { "value": "s.who", "to": ["app_metadata"], "if_denied": true },
    "https://x/c": { "value": "s.who", "hmac": { "secret": "{secrets.SECRET}" } },
    "https://x/j": { "value": "p", "jwt": { "private_key": "{secrets.SECRET}" }, "priority": 2 }
  },
  "mfa": [ { "when": "s.risk > `3`", "challenge": ["otp", "email"] }, { "when": "t.risk", "provider": "any" } ],
  "session": [ { "when": "s.short", "expires_in_s": "s.n" }, { "when": "t.moved", "revoke": "Moved, {s.who}." } ],
  "scopes": [ { "add": "beta", "when": "s.beta" }, { "remove": "admin", "when": "!s.admin", "on_unavailable": "keep" },
              { "add": { "value": "p.scopes" } } ],
  "deny": [ { "when": "s.blocked", "reason": "You are blocked, {p.who}.", "on_unavailable": "deny" } ],
  "limits": { "access_token_bytes": 300, "id_token_bytes": 200 }
}"#;

/// What the fuzzer says, byte by byte, and zeros when it has no more to say.
struct Script {
    bytes: Vec<u8>,
    at: Cell<usize>,
}

impl Script {
    fn byte(&self) -> u8 {
        let byte = self.bytes.get(self.at.get()).copied().unwrap_or(0);
        self.at.set(self.at.get() + 1);
        byte
    }

    fn is_over(&self) -> bool {
        self.at.get() >= self.bytes.len()
    }

    /// Bytes as they are, of whatever the fuzzer found.
    fn raw(&self) -> Vec<u8> {
        let length = usize::from(self.byte());
        let from = self.at.get().min(self.bytes.len());
        let to = (from + length).min(self.bytes.len());
        self.at.set(to);
        self.bytes[from..to].to_vec()
    }
}

fn respond(script: &Script, request: &Request) -> (u32, Result<Response, TransportError>) {
    let url = request.url.expose();
    let latency_ms = u32::from(script.byte()) * 8;
    let who = request.body.as_ref().map_or(url, |body| body.expose());
    let marker =
        USERS.iter().find(|user| who.contains(**user)).map_or(String::new(), |user| format!("marker-{user}"));
    let body = match script.byte() % 8 {
        0..=3 if url.ends_with("/token") => {
            let lifetime = [3600, 60, 31, 1][usize::from(script.byte() % 4)];
            format!(r#"{{"access_token":"planted-token","token_type":"Bearer","expires_in":{lifetime}}}"#)
                .into_bytes()
        }
        0..=3 => {
            let flags = script.byte();
            let flag = |bit: u8| flags & (1 << bit) != 0;
            format!(
                r#"{{"who":"{marker}","n":{},"more":{},"beta":{},"admin":{},"blocked":{},"text":"{}","data":{{"who":"{marker}"}}}}"#,
                if flag(0) { "9007199254740993" } else { "7" },
                flag(1),
                flag(2),
                flag(3),
                flag(4),
                "x".repeat(usize::from(flags))
            )
            .into_bytes()
        }
        4 => b"<html>".to_vec(),
        5 => Vec::new(),
        _ => script.raw(),
    };
    if body.windows(7).any(|part| part == b"marker-") && !body.starts_with(b"{\"who\"") {
        return (latency_ms, Err(TransportError::Failed("A MARKER OF ITS OWN".to_owned())));
    }
    let status = [200, 200, 200, 200, 204, 301, 304, 400, 401, 403, 404, 429, 500, 502, 503, 504]
        [usize::from(script.byte() % 16)];
    let headers = match script.byte() % 8 {
        0 => vec![("etag".to_owned(), "\"v\"".to_owned())],
        1 => vec![("retry-after".to_owned(), script.byte().to_string())],
        2 => vec![("retry-after".to_owned(), String::from_utf8_lossy(&script.raw()).into_owned())],
        _ => Vec::new(),
    };
    let result = match script.byte() % 16 {
        0 => Err(TransportError::Failed("ECONNRESET".to_owned())),
        1 => Err(TransportError::TooLarge),
        2 => Err(TransportError::Failed(String::from_utf8_lossy(&script.raw()).into_owned())),
        _ => Ok(Response::new(status, headers, body)),
    };
    (latency_ms, result)
}

fn check(user: &str, decision: &Decision) {
    let report = &decision.report;
    assert!(report.duration_ms <= f64::from(DEADLINE_MS), "late: {report:?}");
    assert!(report.line().chars().count() <= 256);
    let shown = format!("{} {} {:?}", report.to_json(), report.line(), decision.effects);
    assert!(!shown.contains("hunter2") && !shown.contains("planted-token"), "a secret is shown: {shown}");
    for other in USERS.iter().filter(|other| **other != user) {
        assert!(!shown.contains(&format!("marker-{other}")), "{user} is shown what {other} is: {shown}");
    }
    let denies = decision.effects.iter().any(|effect| matches!(effect, Effect::Deny { .. }));
    // Of a login that is denied only metadata is kept, and what is revoked ends.
    let outlives = |effect: &Effect| match effect {
        Effect::SetClaim { target, .. } => *target == Target::AppMetadata,
        Effect::ChangeSession { change, .. } => matches!(change, Change::Revoke(_)),
        Effect::Deny { .. } => true,
        Effect::ChangeScope { .. } | Effect::DemandMfa { .. } => false,
    };
    assert!(!denies || decision.effects.iter().all(outlives), "{:?}", decision.effects);
    for effect in &decision.effects {
        assert!(!matches!(effect, Effect::SetClaim { value: Value::Null, .. }));
    }
}

/// Polls the logins side by side until each has ended.
fn run_together<'a>(world: &World, mut logins: Vec<(usize, Pin<Box<dyn Future<Output = Decision> + 'a>>)>) {
    world.run(poll_fn(|context| {
        logins.retain_mut(|(user, login)| match login.as_mut().poll(context) {
            Poll::Ready(decision) => {
                check(USERS[*user], &decision);
                false
            }
            Poll::Pending => true,
        });
        if logins.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }));
}

fuzz_target!(|bytes: &[u8]| {
    let script = Rc::new(Script { bytes: bytes.to_vec(), at: Cell::new(0) });
    let followed = Rc::clone(&script);
    let world = World::new(move |request| respond(&followed, request));
    let host = MemoryHost::new(&world);
    let mut engine: Engine = engine(CONFIG);
    for _ in 0..8 {
        let choice = script.byte();
        // What happens between logins: time passes, the clock is set back, the cache forgets or is filled with
        // garbage, the instance is replaced.
        match choice % 8 {
            0 => world.advance(u64::from(script.byte()) * 1_000),
            1 => world.advance(3_600_000),
            2 => world.set_back(u64::from(script.byte()) * 1_000),
            3 => host.cache.borrow_mut().clear(),
            4 => {
                let garbage = String::from_utf8_lossy(&script.raw()).into_owned();
                host.cache.borrow_mut().values_mut().for_each(|(value, _)| garbage.clone_into(value));
            }
            5 => engine = support::engine(CONFIG),
            _ => {}
        }
        let count = 1 + usize::from(choice >> 6);
        let logins = (0..count).map(|index| {
            let user = (index + usize::from(choice >> 3)) % USERS.len();
            let login: Pin<Box<dyn Future<Output = Decision> + '_>> =
                Box::pin(engine.enrich(&host, login(USERS[user])));
            (user, login)
        });
        run_together(&world, logins.collect());
        if script.is_over() {
            break;
        }
    }
});
