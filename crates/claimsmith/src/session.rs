//! The calls of one execution.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use claimsmith_core::client::{self, Call, Client};
use claimsmith_core::expression::Value;
use claimsmith_core::http::Response;
use claimsmith_core::token::{Grant, Token};
use claimsmith_core::{Error, Report};

use crate::platform::Host;

/// The calls of one execution, all with one deadline.
pub struct Session<'a>(client::Session<'a, Host>);

impl fmt::Debug for Session<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Session")
    }
}

impl<'a> Session<'a> {
    pub(crate) fn new(client: &'a Client, host: &'a Host, deadline_ms: u32, user_id: &str) -> Session<'a> {
        Session(client.session(host, deadline_ms).for_user(user_id))
    }

    pub(crate) async fn run<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.0.run(work).await
    }

    pub(crate) fn report_to(self, report: &mut Report) {
        self.0.report_to(report);
    }

    /// Makes a call and reads the answer as a type; `None` for 204 and 404, which are answers.
    ///
    /// ```
    /// # use claimsmith::prelude::*;
    /// #[derive(Deserialize)]
    /// struct Account {
    ///     tier: String,
    /// }
    ///
    /// # async fn tier(session: &Session<'_>, call: &Call) -> Result<Option<String>, Error> {
    /// let account = session.get::<Account>(call).await?;
    /// # Ok(account.map(|account| account.tier))
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Session::fetch`]; `response_misfit` where the answer does not fit, `unsafe_integer`, `unavailable`, each with
    /// the name of the call and the place in the answer: `entitlements.tier`.
    #[cfg(feature = "serde")]
    pub async fn get<T: serde::de::DeserializeOwned>(&self, call: &Call) -> Result<Option<T>, Error> {
        match self.answer(call).await? {
            Some(answer) => crate::data::read_at(&answer, call.name()).map(Some),
            None => Ok(None),
        }
    }

    /// Returns the JSON of an answer; null for 204 and 404, which are answers.
    ///
    /// # Errors
    /// As [`Session::send`]; `source_status` for any other status that is no success, `response_not_json`.
    pub async fn fetch(&self, call: &Call) -> Result<Value, Error> {
        Ok(self.answer(call).await?.unwrap_or_default())
    }

    async fn answer(&self, call: &Call) -> Result<Option<Value>, Error> {
        let response = self.0.send(call).await?;
        if matches!(response.status, 204 | 404) {
            return Ok(None);
        }
        call.read(&response).map(Some)
    }

    /// Makes a call, with retries, and once more with a new token where it is refused with 401. Any other status is
    /// an answer.
    ///
    /// # Errors
    /// `timeout`, `deadline_exceeded`, `transport_failed`, `circuit_open`, `redirect_refused`,
    /// `response_too_large`; `unavailable` where a part of the body could not be read; `secret_invalid` where a part of
    /// its TLS is unfit; as [`Session::token`].
    pub async fn send(&self, call: &Call) -> Result<Rc<Response>, Error> {
        self.0.send(call).await
    }

    /// Returns a token that will last for a call: from memory, `api.cache` or its endpoint. Logins that need the
    /// same one at the same time share one request. A call gets it by itself: see [`Call::with_token`].
    ///
    /// # Errors
    /// `token_refused`, `token_response_invalid`, `secret_invalid` where a part of the grant's TLS is unfit, and why the
    /// endpoint could not be reached.
    pub async fn token(&self, grant: &Rc<Grant>) -> Result<Rc<Token>, Error> {
        self.0.token(grant).await
    }

    /// Runs two futures side by side, such as two calls.
    pub async fn join<A, B>(&self, one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
        let (mut one, mut other) = (pin!(one), pin!(other));
        let (mut first, mut second) = (None, None);
        poll_fn(|context| {
            if first.is_none()
                && let Poll::Ready(output) = one.as_mut().poll(context)
            {
                first = Some(output);
            }
            if second.is_none()
                && let Poll::Ready(output) = other.as_mut().poll(context)
            {
                second = Some(output);
            }
            match (first.take(), second.take()) {
                (Some(one), Some(other)) => Poll::Ready((one, other)),
                (one, other) => {
                    (first, second) = (one, other);
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Runs futures side by side, and returns their outputs in their order.
    pub async fn join_all<F: Future>(&self, futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
        join_all(futures).await
    }

    /// Returns the time of the wall clock, in milliseconds since 1970; it may jump. The standard library's clock traps
    /// inside Auth0.
    pub fn now_ms(&self) -> u64 {
        self.0.now_ms()
    }

    /// Adds a text to the log line, which is one of 256 characters. It must hold nothing that not everybody may read who
    /// reads logs.
    pub fn log(&self, message: &str) {
        self.0.log(message);
    }

    /// Adds a warning to the log line and to the report.
    pub fn warn(&self, message: &str) {
        self.0.warn(message);
    }
}

pub(crate) async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        let mut is_done = true;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => is_done = false,
                }
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}
