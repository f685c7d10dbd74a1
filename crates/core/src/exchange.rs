//! One call with all its attempts: the circuit, the token, one more token after a refusal, and retries.

use std::rc::Rc;

use crate::breaker::{Circuit, circuit_open};
use crate::call::{Attempt, Deadline, attempt};
use crate::error::Error;
use crate::host::Host;
use crate::http::{Request, Response};
use crate::retry::RetryPolicy;
use crate::shared_state::{Caller, Subject};
use crate::source::authorize;
use crate::token::{Grant, Token};
use crate::token_store::TokenStore;

/// One call with all its attempts, for configurations and for Rust code.
pub(crate) struct Exchange<'a, H> {
    pub(crate) host: &'a H,
    pub(crate) tokens: &'a TokenStore,
    pub(crate) circuit: Circuit<'a>,
    pub(crate) caller: &'a Caller,
    /// The grant of the token that the request brings (RFC 6750).
    pub(crate) grant: Option<&'a Grant>,
    /// See [`Subject`].
    pub(crate) is_personal: bool,
    pub(crate) retries: u32,
    pub(crate) timeout_ms: u32,
    pub(crate) deadline: Deadline,
}

impl<H: Host> Exchange<'_, H> {
    /// Makes the call, with retries, and once more with a new token where it is refused with 401. Any other status is
    /// an answer. `acquire` gets a token for the request, where there is a grant, other than the one that was refused;
    /// `observe` sees each attempt, with its duration in milliseconds.
    ///
    /// # Errors
    /// As [`Attempt::result`] and `acquire`.
    pub(crate) async fn send(
        &self,
        request: &mut Request,
        acquire: impl AsyncFn(&Request, Option<&Rc<Token>>) -> Result<Option<Rc<Token>>, Error>,
        mut observe: impl FnMut(&Attempt, f64),
    ) -> Result<Rc<Response>, Error> {
        if self.circuit.is_open(self.host, &self.subject(request)) {
            // Before the token: an unused one may still be billed.
            return Err(circuit_open());
        }
        let mut policy = RetryPolicy::new(self.retries, request.may_repeat);
        let mut rejected: Option<Rc<Token>> = None;
        // One that lasts for seconds is kept nowhere else.
        let mut known: Option<Rc<Token>> = None;
        loop {
            let token = match known.take() {
                Some(token) => Some(token),
                None => acquire(request, rejected.as_ref()).await?,
            };
            token.iter().for_each(|token| authorize(request, token));
            let subject = self.subject(request);
            let started_ms = self.host.monotonic_ms();
            let times = (self.timeout_ms, self.deadline);
            let attempt = attempt(self.host, self.circuit, &subject, request, times).await;
            observe(&attempt, self.host.monotonic_ms() - started_ms);
            if let (Some(grant), Some(token)) = (self.grant, &token) {
                let state = self.circuit.state;
                let refusals = || self.tokens.refusals(state, grant);
                match attempt.status() {
                    401 if rejected.is_some() => refusals().blame(self.host, &subject),
                    401 if self.tokens.has_other(self.host, grant, token)
                        || refusals().may_replace(self.host, &subject) =>
                    {
                        rejected = Some(Rc::clone(token));
                        continue;
                    }
                    200..=399 | 403 | 404 if !state.is_empty() => refusals().accept(self.host, &subject),
                    _ => {}
                }
            }
            match policy.retry(self.host, self.circuit, &attempt, self.deadline) {
                Some(wait_ms) => self.host.sleep(wait_ms).await,
                None => return attempt.result,
            }
            known = token;
        }
    }

    fn subject<'s>(&'s self, request: &'s Request) -> Subject<'s> {
        Subject {
            caller: self.caller,
            endpoint: self.circuit.id,
            request: Some(request),
            grant: self.grant,
            is_personal: self.is_personal,
        }
    }
}
