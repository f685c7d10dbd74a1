//! Circuit breakers: a login loses no time to an endpoint that is known to be down.
//!
//! There is one for each token URL and each source. It opens after failures of several logins, of several users
//! where a user may be the reason; after a while one call probes. Instances share it as [`SharedState`].

use std::rc::Rc;

use claimsmith_expression::list::keep;

use crate::error::{Code, Error};
use crate::host::Host;
use crate::http::Response;
use crate::shared_state::{Entry, SharedState, Subject, WINDOW_MS};

/// The failures that open a circuit.
const FAILURES: usize = 5;

/// The users who must have failed before their failures count: one alone may be the cause.
const USERS: usize = 2;

/// The time for which a circuit is open at first, and at most. Each failed probe doubles it.
const FIRST_OPEN_MS: u64 = 1_000;
const LONGEST_OPEN_MS: u64 = 30_000;

/// The circuit breaker of one endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circuit<'a> {
    pub(crate) state: &'a SharedState,
    pub(crate) id: &'a Rc<str>,
}

/// The permission to make one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    /// The circuit is closed.
    Closed,
    /// The circuit is half-open, and this call decides.
    Probe,
}

/// The result of a call, as the circuit counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The endpoint answers. A refusal is an answer.
    Success,
    /// It does not, and that may be due to the request.
    Failure,
    /// It does not, whatever the request.
    ConnectFailure,
    /// There was no time to find out.
    Unknown,
}

impl Verdict {
    /// The verdict of an attempt; `sent` is whether a byte of the request may have left.
    pub(crate) fn of(result: &Result<Rc<Response>, Error>, sent: bool) -> Verdict {
        match result {
            Ok(response) if response.status < 500 => Verdict::Success,
            Ok(_) => Verdict::Failure,
            Err(error) => match error.code {
                Code::TransportFailed | Code::Timeout if sent => Verdict::Failure,
                Code::TransportFailed | Code::Timeout => Verdict::ConnectFailure,
                Code::DeadlineExceeded => Verdict::Unknown,
                _ => Verdict::Success,
            },
        }
    }
}

impl<'a> Circuit<'a> {
    pub(crate) fn new(state: &'a SharedState, id: &'a Rc<str>) -> Circuit<'a> {
        Circuit { state, id }
    }

    /// Returns whether the circuit is closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.state.read(self.id, |entry| entry.since_ms == 0).unwrap_or(true)
    }

    /// Returns whether a call of this subject would be refused.
    pub(crate) fn is_open(&self, host: &impl Host, subject: &Subject<'_>) -> bool {
        let now_ms = host.now_ms();
        let is_refused = |entry: &Entry| {
            entry.since_ms > 0 && (is_open_at(entry, now_ms) || subject.is_among(entry, now_ms))
        };
        self.state.read(self.id, is_refused).unwrap_or(false)
    }

    /// Tries to acquire a permit. While the circuit is half-open, one call gets it, and none of a request that was
    /// among the failures: it would fail for its own reason.
    pub(crate) fn try_acquire(&self, host: &impl Host, subject: &Subject<'_>) -> Option<Permit> {
        if self.is_open(host, subject) {
            return None;
        }
        if self.is_closed() {
            return Some(Permit::Closed);
        }
        self.reopen(host, 1);
        Some(Permit::Probe)
    }

    /// Records the result of a call.
    pub(crate) fn record(&self, host: &impl Host, permit: Permit, subject: &Subject<'_>, verdict: Verdict) {
        match verdict {
            Verdict::Success => self.close(host),
            Verdict::Failure => self.fail(host, permit, subject, !subject.is_personal),
            Verdict::ConnectFailure => self.fail(host, permit, subject, true),
            // The next call probes in its place.
            Verdict::Unknown if permit == Permit::Probe => self.reopen(host, 0),
            Verdict::Unknown => {}
        }
    }

    fn close(&self, host: &impl Host) {
        let is_news = |entry: &Entry| entry.since_ms > 0 || !entry.marks.is_empty();
        if self.state.read(self.id, is_news).unwrap_or(false) {
            self.state.change(self.id, &mut |entry| {
                entry.marks.clear();
                (entry.since_ms, entry.cleared_at_ms) = (0, host.now_ms());
            });
            self.state.store(host);
        }
    }

    /// Opens the circuit for so many times its period from now on; for none, it is half-open.
    fn reopen(&self, host: &impl Host, times: u64) {
        self.state.change(self.id, &mut |entry| {
            let open_ms = entry.period_ms.saturating_mul(times);
            entry.since_ms = host.now_ms().saturating_add(open_ms).saturating_sub(entry.period_ms).max(1);
        });
        self.state.store(host);
    }

    fn fail(&self, host: &impl Host, permit: Permit, subject: &Subject<'_>, is_certain: bool) {
        let now_ms = host.now_ms();
        // A failure that counts by itself counts once a login; any other counts once a user.
        let mut counted = subject.caller.counted.borrow_mut();
        let is_counted = counted.contains(self.id);
        if is_certain && !is_counted {
            counted.push(Rc::clone(self.id));
        }
        self.state.change(self.id, &mut |entry| {
            entry.prune(now_ms);
            if !is_counted {
                let mut mark = subject.mark(self.id, now_ms.saturating_add(WINDOW_MS));
                keep(&mut entry.marks, &mut |known| !known.is_of_user(&mark));
                if is_certain {
                    (mark.user, mark.request) = ("".into(), "".into());
                }
                entry.push(mark);
            }
            if permit == Permit::Probe {
                entry.period_ms = entry.period_ms.saturating_mul(2).clamp(FIRST_OPEN_MS, LONGEST_OPEN_MS);
                entry.since_ms = now_ms;
            } else if entry.since_ms == 0 && failures(entry, now_ms) >= FAILURES {
                (entry.since_ms, entry.period_ms) = (now_ms, FIRST_OPEN_MS);
            }
        });
        self.state.store(host);
    }
}

/// Returns whether the circuit is open, and not half-open. A clock that was set back does not keep it open.
fn is_open_at(entry: &Entry, now_ms: u64) -> bool {
    now_ms.checked_sub(entry.since_ms).is_some_and(|age| age < entry.period_ms.min(LONGEST_OPEN_MS))
}

fn failures(entry: &Entry, now_ms: u64) -> usize {
    let mut users: Vec<&str> = Vec::new();
    let mut certain = 0_usize;
    for mark in entry.marks.iter().filter(|mark| mark.until_ms <= now_ms.saturating_add(WINDOW_MS)) {
        if mark.user.is_empty() {
            certain += 1;
        } else if !users.contains(&&*mark.user) {
            users.push(&mark.user);
        }
    }
    certain + if users.len() >= USERS { users.len() } else { 0 }
}

/// The error of a call that was not made.
pub(crate) fn circuit_open() -> Error {
    Error::new(
        Code::CircuitOpen,
        "not called: it failed several times in a row, and is tried again within 30 s",
    )
}
