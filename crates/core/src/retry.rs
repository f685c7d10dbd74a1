//! The retry policy: after a transient failure, with exponential backoff and full jitter, or when the
//! server asks for it.

use claimsmith_expression::time;

use crate::breaker::Circuit;
use crate::call::{Attempt, Deadline};
use crate::error::Code;
use crate::host::Host;
use crate::http::Response;

/// The first wait is drawn from up to this.
const FIRST_WAIT_MS: u32 = 100;

/// No wait is drawn from more than this.
const LONGEST_WAIT_MS: u32 = 1_000;

/// Waits that double, with full jitter.
#[derive(Debug)]
struct Backoff {
    up_to_ms: u32,
}

impl Backoff {
    fn next_backoff(&mut self, host: &impl Host) -> u32 {
        let wait_ms = drawn(host.random(), self.up_to_ms);
        self.up_to_ms = self.up_to_ms.saturating_mul(2).min(LONGEST_WAIT_MS);
        wait_ms
    }
}

/// Decides about further attempts of one call.
#[derive(Debug)]
pub(crate) struct RetryPolicy {
    left: u32,
    backoff: Backoff,
    /// True where the request may arrive twice (RFC 9110 §9.2.2).
    may_repeat: bool,
}

impl RetryPolicy {
    pub(crate) fn new(retries: u32, may_repeat: bool) -> RetryPolicy {
        RetryPolicy { left: retries, backoff: Backoff { up_to_ms: FIRST_WAIT_MS }, may_repeat }
    }

    /// Returns how long to wait before the next attempt. `None` where there is none: the call went well, it failed in
    /// a way that another attempt does not mend or that may have done something, its circuit is not closed, or there
    /// is no time.
    pub(crate) fn retry(
        &mut self,
        host: &impl Host,
        circuit: Circuit<'_>,
        attempt: &Attempt,
        deadline: Deadline,
    ) -> Option<u32> {
        if self.left == 0 || !self.is_transient(attempt) || !circuit.is_closed() {
            return None;
        }
        self.left -= 1;
        let backoff_ms = self.backoff.next_backoff(host);
        let asked_ms =
            attempt.result.as_ref().ok().and_then(|response| retry_after_ms(response, host.now_ms()));
        let wait_ms = asked_ms.unwrap_or(backoff_ms);
        // A wait that ends with the deadline leaves no time for the call.
        (wait_ms < deadline.remaining_ms(host)).then_some(wait_ms)
    }

    /// These statuses say that nothing was done. Without an answer that is known only where nothing was sent.
    fn is_transient(&self, attempt: &Attempt) -> bool {
        match &attempt.result {
            Ok(response) => matches!(response.status, 408 | 429 | 502 | 503 | 504),
            Err(error) => {
                matches!(error.code, Code::TransportFailed | Code::Timeout)
                    && (self.may_repeat || !attempt.sent)
            }
        }
    }
}

fn drawn(chance: f64, up_to_ms: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to `up_to_ms`")]
    {
        (chance * f64::from(up_to_ms)) as u32
    }
}

/// `Retry-After` (RFC 9110 §10.2.3), seconds or a date. What is neither is not there.
fn retry_after_ms(response: &Response, now_ms: u64) -> Option<u32> {
    let value = response.header("retry-after")?;
    let wait_ms = match number(value.as_bytes()) {
        Some(seconds) => seconds.saturating_mul(1_000),
        None => date_ms(value)?.saturating_sub(now_ms),
    };
    Some(u32::try_from(wait_ms).unwrap_or(u32::MAX))
}

/// A date in milliseconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the year has four digits at most"
)]
fn date_ms(text: &str) -> Option<u64> {
    Some((time::read_http(text)? * 1000.0) as u64)
}

/// Digits and nothing else, of a number that could be meant.
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 12 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_garbage_is_not_there() {
        for (value, expected) in [
            ("0", Some(0)),
            ("120", Some(120_000)),
            ("99999999999999999999", None),
            ("9999999999", Some(u32::MAX)),
            ("Thu, 01 Jan 1970 00:00:10 GMT", Some(5_000)),
            ("Thu, 01 Jan 1970 00:00:01 GMT", Some(0)),
            ("Wed, 31 Dec 1969 23:59:59 GMT", Some(0)),
            ("Thursday, 01-Jan-70 00:00:10 GMT", Some(5_000)),
            ("1970-01-01T00:00:10Z", None),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
        ] {
            let headers = vec![("retry-after".to_owned(), value.to_owned())];
            let response = Response { status: 503, headers, body: Vec::new() };
            assert_eq!(retry_after_ms(&response, 5_000), expected, "{value}");
        }
    }
}
