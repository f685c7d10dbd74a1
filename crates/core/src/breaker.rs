//! Circuit breakers: a login loses no time to an endpoint that is known to be dead.
//!
//! One for each token URL and each source. It opens after some failures in a row; then nobody calls for a
//! while, and after that a single call finds out. That it is open is shared through `api.cache`, as one
//! small entry for all, so that an instance which has just started knows it too.

use std::cell::RefCell;
use std::rc::Rc;

use claimsmith_expression::{Map, Number, Value, json};

use crate::digest::digest;
use crate::error::{Code, Error};
use crate::host::Host;
use crate::http::Response;

/// How many failures in a row open a breaker.
const FAILURES: u32 = 5;

/// How long it stays open before one call is let through.
const OPEN_MS: u64 = 30_000;

/// The entry in `api.cache`: an object with the moment of opening, in milliseconds since the epoch, for each
/// breaker that is open.
const CACHE_KEY: &str = "claimsmith.breakers";

/// The breakers of one engine, shared by all its logins.
#[derive(Debug, Default)]
pub(crate) struct Breakers(RefCell<Vec<Breaker>>);

/// One breaker that has seen a failure since the last success.
#[derive(Debug)]
struct Breaker {
    id: Rc<str>,
    failures: u32,
    opened_at_ms: Option<u64>,
}

impl Breaker {
    /// A clock that was set back must not keep it open for longer.
    fn is_open_at(&self, now_ms: u64) -> bool {
        self.opened_at_ms
            .and_then(|opened_at_ms| now_ms.checked_sub(opened_at_ms))
            .is_some_and(|age| age < OPEN_MS)
    }
}

/// A short name for what is called, under which its failures are counted and shared.
pub(crate) fn endpoint_id(name: &str, url: &str) -> Rc<str> {
    digest(&[name, url]).get(..8).unwrap_or_default().into()
}

impl Breakers {
    /// Takes over what other instances found.
    pub(crate) fn learn(&self, host: &impl Host) {
        let Some(entry) = host.cache_get(CACHE_KEY) else { return };
        let shared = json::read(entry.as_bytes()).unwrap_or_default();
        for (id, opened_at) in shared.as_object().into_iter().flat_map(Map::iter) {
            let Some(opened_at_ms) = opened_at.as_number().map(Number::as_f64) else { continue };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
            let opened_at_ms = opened_at_ms as u64;
            self.with(id, &mut |breaker| {
                breaker.failures = breaker.failures.max(FAILURES);
                breaker.opened_at_ms = breaker.opened_at_ms.max(Some(opened_at_ms));
            });
        }
    }

    /// Whether a call would be in vain.
    pub(crate) fn refuses(&self, host: &impl Host, id: &Rc<str>) -> bool {
        let now_ms = host.now_ms();
        self.0.borrow().iter().any(|breaker| breaker.id == *id && breaker.is_open_at(now_ms))
    }

    /// Whether a call may be made. Where the time of an open breaker is over, the first to ask may, and the
    /// others wait for what comes of it.
    pub(crate) fn admits(&self, host: &impl Host, id: &Rc<str>) -> bool {
        if self.refuses(host, id) {
            return false;
        }
        if self.is_open(id) {
            self.with(id, &mut |breaker| breaker.opened_at_ms = Some(host.now_ms()));
            self.share(host);
        }
        true
    }

    /// Whether it is open, be it that a call is under way which finds out.
    pub(crate) fn is_open(&self, id: &Rc<str>) -> bool {
        self.0.borrow().iter().any(|breaker| breaker.id == *id && breaker.opened_at_ms.is_some())
    }

    /// Notes what came of a call.
    pub(crate) fn record(&self, host: &impl Host, id: &Rc<str>, result: &Result<Rc<Response>, Error>) {
        let changes = if is_failure(result) {
            let mut opens = false;
            self.with(id, &mut |breaker| {
                breaker.failures = breaker.failures.saturating_add(1);
                opens = breaker.failures >= FAILURES && breaker.opened_at_ms.is_none();
                if opens {
                    breaker.opened_at_ms = Some(host.now_ms());
                }
            });
            opens
        } else {
            let mut breakers = self.0.borrow_mut();
            let position = breakers.iter().position(|breaker| breaker.id == *id);
            position.is_some_and(|position| breakers.remove(position).opened_at_ms.is_some())
        };
        if changes {
            self.share(host);
        }
    }

    /// Changes the breaker with this id, made where there is none.
    fn with(&self, id: &Rc<str>, change: &mut dyn FnMut(&mut Breaker)) {
        let mut breakers = self.0.borrow_mut();
        if let Some(breaker) = breakers.iter_mut().find(|breaker| breaker.id == *id) {
            return change(breaker);
        }
        let mut breaker = Breaker { id: Rc::clone(id), failures: 0, opened_at_ms: None };
        change(&mut breaker);
        breakers.push(breaker);
    }

    fn share(&self, host: &impl Host) {
        let mut open = Map::new();
        for breaker in self.0.borrow().iter() {
            if let Some(opened_at_ms) = breaker.opened_at_ms {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds of any date are exact")]
                let opened_at = Number::from_f64(opened_at_ms as f64);
                open.insert(Rc::clone(&breaker.id), opened_at.map_or(Value::Null, Value::Number));
            }
        }
        if open.is_empty() {
            host.cache_delete(CACHE_KEY);
        } else {
            // Where the cache does not take it, each instance finds out for itself.
            host.cache_set(CACHE_KEY, &Value::from(open).to_json(), 2 * OPEN_MS);
        }
    }
}

/// Whether the other side is in trouble. A refusal is an answer: it says that somebody is there.
fn is_failure(result: &Result<Rc<Response>, Error>) -> bool {
    match result {
        Ok(response) => response.status >= 500,
        Err(error) => matches!(error.code, Code::TransportFailed | Code::Timeout | Code::DeadlineExceeded),
    }
}

/// The error of a call that was not made.
pub(crate) fn circuit_open() -> Error {
    Error::new(
        Code::CircuitOpen,
        "not called: it failed several times in a row, and is tried again within 30 s",
    )
}
