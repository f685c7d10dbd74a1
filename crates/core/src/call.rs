//! One request against the clock.

use std::cell::Cell;
use std::rc::Rc;

use crate::breaker::{Breakers, circuit_open};
use crate::error::{Code, Error};
use crate::host::Host;
use crate::http::{Request, Response, TransportError};
use crate::task::before;
use claimsmith_expression::text::{concat, decimal};

/// The moment at which a login must be decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at_ms: f64,
}

impl Deadline {
    /// A deadline `duration_ms` from now.
    pub(crate) fn after(host: &impl Host, duration_ms: u32) -> Deadline {
        Deadline { at_ms: host.monotonic_ms() + f64::from(duration_ms) }
    }

    /// This deadline, or one `duration_ms` from now where that is later.
    pub(crate) fn or_after(self, host: &impl Host, duration_ms: u32) -> Deadline {
        Deadline { at_ms: self.at_ms.max(Deadline::after(host, duration_ms).at_ms) }
    }

    /// What is left, in whole milliseconds.
    pub(crate) fn remaining_ms(&self, host: &impl Host) -> u32 {
        let left = (self.at_ms - host.monotonic_ms()).clamp(0.0, f64::from(u32::MAX));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the type")]
        {
            left as u32
        }
    }
}

/// Sends a request where the breaker lets it, and notes what came of it.
///
/// # Errors
/// `circuit_open`; as [`send`].
pub(crate) async fn attempt(
    host: &impl Host,
    (breakers, id): (&Breakers, &Rc<str>),
    request: &Request,
    timeout_ms: u32,
    deadline: Deadline,
) -> Result<Rc<Response>, Error> {
    if deadline.remaining_ms(host) == 0 {
        return Err(deadline_exceeded());
    }
    if !breakers.admits(host, id) {
        return Err(circuit_open());
    }
    let result = send(host, request, timeout_ms, deadline).await;
    breakers.record(host, id, &result);
    result
}

/// Sends a request and gives it up when its own time or the login's is over.
///
/// # Errors
/// `timeout`, `deadline_exceeded`, `transport_failed`, `response_too_large`; `redirect_refused` for any
/// 3xx, since what was meant for one host must not reach another.
async fn send(
    host: &impl Host,
    request: &Request,
    timeout_ms: u32,
    deadline: Deadline,
) -> Result<Rc<Response>, Error> {
    let max_bytes = request.max_bytes;
    let limit_ms = timeout_ms.min(deadline.remaining_ms(host));
    let sent = Cell::new(false);
    match before(host.sleep(limit_ms), host.send(request, &sent)).await {
        // 304 leads nowhere: it says that what is known still holds.
        Some(Ok(response)) if (300..400).contains(&response.status) && response.status != 304 => {
            Err(Error::new(Code::RedirectRefused, "the answer is a redirect, and those are not followed"))
        }
        Some(Ok(response)) => Ok(Rc::new(response)),
        Some(Err(TransportError::Failed(word))) => Err(Error::new(
            Code::TransportFailed,
            concat(&["the connection failed (", plain_word(&word), ")"]),
        )),
        Some(Err(TransportError::TooLarge)) => Err(Error::new(
            Code::ResponseTooLarge,
            concat(&[
                "the answer is larger than ",
                &decimal(max_bytes as usize),
                " bytes; ask for less or raise `max_bytes`",
            ]),
        )),
        None if limit_ms < timeout_ms => Err(deadline_exceeded()),
        None => Err(Error::new(
            Code::Timeout,
            concat(&["no answer within ", &decimal(timeout_ms as usize), " ms"]),
        )),
    }
}

/// The status of an answer; 0 where there is none.
pub(crate) fn status_of(result: &Result<Rc<Response>, Error>) -> u16 {
    result.as_ref().map_or(0, |response| response.status)
}

/// The error of a login whose time is over.
pub(crate) fn deadline_exceeded() -> Error {
    Error::new(Code::DeadlineExceeded, "the login's `deadline_ms` was over before there was an answer")
}

/// What the host calls a failure of the connection, such as `ECONNREFUSED`, fit for a log line; anything longer
/// or stranger is not repeated, since it could carry a secret.
fn plain_word(word: &str) -> &str {
    let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain && (1..=40).contains(&word.len()) { word } else { "unknown cause" }
}
