//! One request with a timeout and a deadline.

use std::cell::Cell;
use std::rc::Rc;

use crate::breaker::{Circuit, Verdict, circuit_open};
use crate::error::{Code, Error};
use crate::host::Host;
use crate::http::{Request, Response, TransportError};
use crate::report::{AnswerOrigin, SourceReport, rounded};
use crate::shared_state::Subject;
use claimsmith_expression::text::{all, concat, decimal};

/// The time at which a login must be decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at_ms: f64,
}

impl Deadline {
    /// Returns a deadline `duration_ms` from now.
    pub(crate) fn after(host: &impl Host, duration_ms: u32) -> Deadline {
        Deadline::from(host.monotonic_ms(), duration_ms)
    }

    /// Returns a deadline `duration_ms` after a time of the monotonic clock.
    pub(crate) fn from(start_ms: f64, duration_ms: u32) -> Deadline {
        Deadline { at_ms: start_ms + f64::from(duration_ms) }
    }

    /// Returns whether less than a millisecond is left at a time of the monotonic clock.
    pub(crate) fn is_over_at(&self, now_ms: f64) -> bool {
        self.at_ms - now_ms < 1.0
    }

    /// Returns this deadline, or one `duration_ms` from now where that is later.
    pub(crate) fn or_after(self, host: &impl Host, duration_ms: u32) -> Deadline {
        Deadline { at_ms: self.at_ms.max(Deadline::after(host, duration_ms).at_ms) }
    }

    /// Returns the time left, in whole milliseconds.
    pub(crate) fn remaining_ms(&self, host: &impl Host) -> u32 {
        let left = (self.at_ms - host.monotonic_ms()).clamp(0.0, f64::from(u32::MAX));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the type")]
        {
            left as u32
        }
    }
}

/// The outcome of one attempt.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// The answer. Errors: `timeout`, `deadline_exceeded`, `transport_failed`, `response_too_large`, `circuit_open`;
    /// `redirect_refused` for any 3xx, since what was meant for one host must not reach another.
    pub(crate) result: Result<Rc<Response>, Error>,
    /// True where a byte of the request may have been sent.
    pub(crate) sent: bool,
}

impl Attempt {
    /// Returns an attempt that was not made.
    pub(crate) fn refused(error: Error) -> Attempt {
        Attempt { result: Err(error), sent: false }
    }

    /// Returns the status of the answer; 0 where there is none.
    pub(crate) fn status(&self) -> u16 {
        status_of(&self.result)
    }

    /// Notes it for the report.
    pub(crate) fn note(&self, duration_ms: f64, report: &mut SourceReport) {
        report.duration_ms = rounded(report.duration_ms + duration_ms);
        // A call that was not sent is no attempt.
        if !matches!(&self.result, Err(error) if error.code == Code::CircuitOpen) {
            report.attempts += 1;
        }
        if let Ok(response) = &self.result {
            report.status = Some(response.status);
            report.from = Some(AnswerOrigin::Network);
            report.bytes = response.body.len();
        }
    }
}

/// Sends a request where its circuit permits it, and records the result. Cancels it when its own timeout or the
/// login's deadline has passed.
pub(crate) async fn attempt(
    host: &impl Host,
    circuit: Circuit<'_>,
    subject: &Subject<'_>,
    request: &Request,
    (timeout_ms, deadline): (u32, Deadline),
) -> Attempt {
    let limit_ms = timeout_ms.min(deadline.remaining_ms(host));
    if limit_ms == 0 {
        return Attempt::refused(deadline_exceeded());
    }
    let Some(permit) = circuit.try_acquire(host, subject) else { return Attempt::refused(circuit_open()) };
    let sent = Cell::new(false);
    let result = match host.send_within(request, limit_ms, &sent).await {
        Some(answer) => read(answer, request.max_bytes),
        None => Err(out_of_time(limit_ms, timeout_ms)),
    };
    circuit.record(host, permit, subject, Verdict::of(&result, sent.get()));
    Attempt { result, sent: sent.get() }
}

fn read(answer: Result<Response, TransportError>, max_bytes: u32) -> Result<Rc<Response>, Error> {
    match answer {
        // 304 is no redirect: it confirms the cached answer.
        Ok(response) if (300..400).contains(&response.status) && response.status != 304 => {
            Err(Error::new(Code::RedirectRefused, "the answer is a redirect, and those are not followed"))
        }
        Ok(response) => Ok(Rc::new(response)),
        Err(TransportError::Failed(word)) => Err(Error::new(
            Code::TransportFailed,
            concat(&["the connection failed (", plain_word(&word), ")"]),
        )),
        Err(TransportError::TooLarge) => Err(Error::new(
            Code::ResponseTooLarge,
            concat(&[
                "the answer is larger than ",
                &decimal(max_bytes as usize),
                " bytes; ask for less or raise `max_bytes`",
            ]),
        )),
    }
}

/// Returns the error of work that was given up after `limit_ms` of the `timeout_ms` that it may take.
pub(crate) fn out_of_time(limit_ms: u32, timeout_ms: u32) -> Error {
    if limit_ms < timeout_ms {
        return deadline_exceeded();
    }
    Error::new(Code::Timeout, concat(&["no answer within ", &decimal(timeout_ms as usize), " ms"]))
}

/// Returns the status of an answer; 0 where there is none.
pub(crate) fn status_of(result: &Result<Rc<Response>, Error>) -> u16 {
    result.as_ref().map_or(0, |response| response.status)
}

/// Returns the error of a login whose time is over.
pub(crate) fn deadline_exceeded() -> Error {
    Error::new(Code::DeadlineExceeded, "the login's `deadline_ms` was over before there was an answer")
}

/// Returns the host's code of a connection failure, such as `ECONNREFUSED`, fit for a log line; anything longer
/// or stranger is not repeated, since it could carry a secret.
fn plain_word(word: &str) -> &str {
    let is_plain = all(word, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain && (1..=60).contains(&word.len()) { word } else { "unknown cause" }
}
