//! Tokens across logins: memory, then `api.cache`, then the endpoint.

use std::cell::RefCell;
use std::rc::Rc;

use claimsmith_expression::list::keep;
use claimsmith_expression::{Map, Value, json};

use crate::assertion::{assertion, unfit_key};
use crate::breaker::Circuit;
use crate::call::{Attempt, Deadline, attempt, deadline_exceeded, out_of_time};
use crate::digest::identity;
use crate::error::{Code, Error};
use crate::host::Host;
use crate::http::Request;
use crate::moment::moment;
use crate::refusal::Refusals;
use crate::report::TokenOrigin;
use crate::retry::RetryPolicy;
use crate::secret::Secret;
use crate::shared_state::{Caller, SharedState, Subject};
use crate::signing::Unsigned;
use crate::task::{Promised, timeout};
use crate::token::{Grant, Token, is_token, read_token_response, refuses_client, token_request};

/// A token is not used when less than this is left of it: it must outlive the call it is for.
const MARGIN_MS: u64 = 30_000;

/// The most tokens in memory. Templates can make one for each user, and an instance lives for days.
const MAX_TOKENS: usize = 256;

/// A new token is asked for while the old one has between a fifth and a twentieth of its lifetime left. Each
/// instance draws its own point, so that a fleet does not ask all at once.
const REFRESH_FROM: f64 = 0.8;
const REFRESH_WITHIN: f64 = 0.15;

/// The most keys in memory.
const MAX_KEYS: usize = 32;

/// The retries of a request. A refresh is not retried: the old token still serves.
const RETRIES: u32 = 2;

/// The tokens of one engine, shared by all its logins.
#[derive(Debug, Default)]
pub(crate) struct TokenStore {
    memory: RefCell<Vec<(String, Remembered)>>,
    /// Requests under way. A login that needs a token which another is asking for waits for that one.
    in_flight: RefCell<Vec<(String, Promised<Outcome>)>>,
    /// The keys that were made, by the grant's identity: a hash is as much work as the rest of getting a token
    /// that is there.
    keys: RefCell<Vec<(Secret, String)>>,
    /// The secret that an endpoint took last, by endpoint and client, of clients with several: while they are
    /// exchanged, one that is no longer taken costs one call of an instance.
    taken: RefCell<Vec<(String, Secret)>>,
}

#[derive(Clone, Debug)]
struct Remembered {
    token: Rc<Token>,
    refresh_at_ms: u64,
}

/// The outcome of a request: `None` where the login that made it ended before the answer, so that one of
/// those who wait has to ask instead.
type Outcome = Option<Result<Rc<Token>, Error>>;

/// One login's request for a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) grant: &'a Grant,
    /// The circuit of the endpoint.
    pub(crate) circuit: Circuit<'a>,
    pub(crate) caller: &'a Caller,
    /// True where the request depends on the login.
    pub(crate) is_personal: bool,
    /// The timeout of one request, in milliseconds.
    pub(crate) timeout_ms: u32,
    pub(crate) deadline: Deadline,
    /// The token that the backend has just refused: it is not taken again from anywhere.
    pub(crate) rejected: Option<&'a Rc<Token>>,
    /// The request that waits for the token. Its connection is made while the endpoint is asked.
    pub(crate) then: Option<&'a Request>,
}

/// A token with its history.
#[derive(Debug)]
pub(crate) struct Acquired {
    pub(crate) token: Rc<Token>,
    pub(crate) origin: TokenOrigin,
    /// True where `api.cache` did not take the token.
    pub(crate) cache_refused: bool,
    /// True where [`TokenStore::refresh`] is due.
    pub(crate) is_due: bool,
}

impl TokenStore {
    /// Returns a token that will last for a call.
    ///
    /// # Errors
    /// As [`attempt`] and [`read_token_response`]. An error is never remembered.
    pub(crate) async fn acquire(
        &self,
        host: &impl Host,
        request: TokenRequest<'_>,
    ) -> Result<Acquired, Error> {
        let key = self.key(request.grant);
        loop {
            let now_ms = host.now_ms();
            let is_usable = |token: &Rc<Token>| {
                is_fresh(token, now_ms)
                    && request.rejected.is_none_or(|rejected| rejected.value != token.value)
            };
            let remembered =
                find(&self.memory.borrow(), &key).filter(|known| is_usable(&known.token)).cloned();
            // When it is time for a new one, another instance may have got it already.
            if remembered.as_ref().is_none_or(|known| now_ms >= known.refresh_at_ms) {
                let cached = host.cache_get(&key).and_then(|record| read_record(&record)).map(Rc::new);
                let expires_at_ms = remembered.as_ref().and_then(|known| known.token.expires_at_ms);
                let is_news = |token: &Rc<Token>| is_usable(token) && token.expires_at_ms > expires_at_ms;
                if let Some(token) = cached.filter(is_news) {
                    let is_due = now_ms >= self.remember(host, &key, &token) && !self.is_in_flight(&key);
                    return Ok(Acquired { token, origin: TokenOrigin::Cache, cache_refused: false, is_due });
                }
            }
            if let Some(Remembered { token, refresh_at_ms }) = remembered {
                let is_due = now_ms >= refresh_at_ms && !self.is_in_flight(&key);
                return Ok(Acquired { token, origin: TokenOrigin::Memory, cache_refused: false, is_due });
            }
            // Where the endpoint is known to fail, there will be no such request.
            if let Some(next) = request.then
                && request.circuit.is_closed()
            {
                host.connect_ahead(next, &request.grant.url);
            }
            let under_way = find(&self.in_flight.borrow(), &key).cloned();
            let (outcome, origin) = match under_way {
                Some(promised) => (wait(host, &promised, request.deadline).await?, TokenOrigin::Shared),
                None => (Some(self.ask(host, &key, request, RETRIES).await), TokenOrigin::Endpoint),
            };
            if let Some(result) = outcome {
                let token = result?;
                // Each login writes through its own `api` only: that of the one who asked may have ended.
                let cache_refused = !write_record(host, &key, &token);
                return Ok(Acquired { token, origin, cache_refused, is_due: false });
            }
        }
    }

    /// Asks for a token to come after one that still serves, unless another login is at it.
    ///
    /// # Errors
    /// As [`TokenStore::acquire`]. The old token stays, and there is a pause before the next attempt.
    pub(crate) async fn refresh(&self, host: &impl Host, request: TokenRequest<'_>) -> Result<(), Error> {
        let key = self.key(request.grant);
        if self.is_in_flight(&key) {
            return Ok(());
        }
        // Where it is given up, the answer may have been on its way, and billed: what is left of the lifetime is halved
        // each time, so that the requests of one lifetime stay a handful.
        self.postpone(host, &key, 0.5);
        let result = self.ask(host, &key, request, 0).await;
        match &result {
            Ok(token) => {
                write_record(host, &key, token);
            }
            Err(error) if error.code == Code::Timeout => {}
            Err(_) => self.postpone(host, &key, 0.0),
        }
        result.map(|_| ())
    }

    /// Puts the refresh of a token off, by this share of what is left of its lifetime.
    fn postpone(&self, host: &impl Host, key: &str, share: f64) {
        let now_ms = host.now_ms();
        let mut memory = self.memory.borrow_mut();
        if let Some((_, known)) = memory.iter_mut().find(|(known, _)| known == key) {
            let left_ms = known.token.expires_at_ms.unwrap_or(0).saturating_sub(now_ms);
            known.refresh_at_ms = now_ms.saturating_add(MARGIN_MS.max(share_of(left_ms, share)));
        }
    }

    /// The name under which the grant's token is kept.
    fn key(&self, grant: &Grant) -> String {
        let identity = grant.identity();
        let mut keys = self.keys.borrow_mut();
        if let Some((_, key)) = keys.iter().find(|(known, _)| *known == identity) {
            return key.clone();
        }
        let key = Grant::cache_key(&identity);
        // As many as a configuration has tokens, unless the secrets change from login to login.
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        keys.push((identity, key.clone()));
        key
    }

    /// Returns whether there is another token than the one that was refused: another login, or another instance, has
    /// replaced it.
    pub(crate) fn has_other(&self, host: &impl Host, grant: &Grant, rejected: &Token) -> bool {
        let key = self.key(grant);
        let now_ms = host.now_ms();
        let is_other = |token: &Token| is_fresh(token, now_ms) && token.value != rejected.value;
        find(&self.memory.borrow(), &key).is_some_and(|known| is_other(&known.token))
            || host
                .cache_get(&key)
                .and_then(|record| read_record(&record))
                .is_some_and(|token| is_other(&token))
    }

    /// Returns the refusals of the grant's tokens.
    pub(crate) fn refusals<'a>(&self, state: &'a SharedState, grant: &Grant) -> Refusals<'a> {
        Refusals { state, id: refusals_id(&self.key(grant)) }
    }

    fn is_in_flight(&self, key: &str) -> bool {
        find(&self.in_flight.borrow(), key).is_some()
    }

    /// Asks the endpoint, for this login and for all who come while it does.
    async fn ask(
        &self,
        host: &impl Host,
        key: &str,
        request: TokenRequest<'_>,
        retries: u32,
    ) -> Result<Rc<Token>, Error> {
        let in_flight = InFlight::begin(self, key);
        let expires_in_s = request.grant.expires_in_s;
        let answer = self.call(host, request, retries).await.result;
        let result = answer
            .and_then(|response| Ok(Rc::new(read_token_response(&response, expires_in_s, host.now_ms())?)));
        match &result {
            Ok(token) => {
                self.remember(host, key, token);
                if request.rejected.is_some() {
                    let state = request.circuit.state;
                    Refusals { state, id: refusals_id(key) }.note_replaced(host);
                }
                in_flight.end(Some(result.clone()));
            }
            // This login's time is over, not that of those who wait.
            Err(error) if error.code == Code::DeadlineExceeded => in_flight.end(None),
            Err(_) => in_flight.end(Some(result.clone())),
        }
        result
    }

    /// Calls the endpoint. Each attempt has an assertion of its own: one that was seen is refused (RFC 7523 §3). A
    /// request that may have arrived is not sent again without an answer: its token may have been issued, and billed.
    /// Of several secrets the one that was taken last comes first, and then those behind it in turn.
    async fn call(&self, host: &impl Host, request: TokenRequest<'_>, retries: u32) -> Attempt {
        let TokenRequest { grant, circuit, caller, is_personal, timeout_ms, deadline, .. } = request;
        let subject =
            Subject { caller, endpoint: circuit.id, request: None, grant: Some(grant), is_personal };
        let mut policy = RetryPolicy::new(retries, false);
        let count = grant.credentials.len();
        let client = identity(&[grant.url.expose(), grant.client_id.expose()]);
        let taken = find(&self.taken.borrow(), &client).cloned();
        let first = grant.credentials.iter().position(|secret| Some(secret) == taken.as_ref()).unwrap_or(0);
        let mut refused = 0;
        loop {
            let mut proof = grant.credentials.get((first + refused) % count.max(1)).cloned();
            if let (Some(signing), Some(key)) = (&grant.signing, &proof) {
                let limit_ms = timeout_ms.min(deadline.remaining_ms(host));
                match assertion(host, grant, signing, key).sign(host, limit_ms).await {
                    Ok(assertion) => proof = Some(Secret::new(assertion)),
                    Err(Unsigned::Late) => return Attempt::refused(out_of_time(limit_ms, timeout_ms)),
                    Err(Unsigned::Unfit) => return Attempt::refused(unfit_key()),
                }
            }
            let request = token_request(grant, proof.as_ref());
            let attempt = attempt(host, circuit, &subject, &request, (timeout_ms, deadline)).await;
            if let (Ok(response), Some(secret)) = (&attempt.result, &proof)
                && count > 1
            {
                if refuses_client(response) && refused + 1 < count {
                    refused += 1;
                    continue;
                }
                if response.status < 300 && taken.as_ref() != Some(secret) {
                    self.note_taken(&client, secret);
                }
            }
            match policy.retry(host, circuit, &attempt, deadline) {
                Some(wait_ms) => host.sleep(wait_ms).await,
                None => return attempt,
            }
        }
    }

    fn note_taken(&self, client: &str, secret: &Secret) {
        let mut taken = self.taken.borrow_mut();
        keep(&mut taken, &mut |(known, _)| known != client);
        if taken.len() >= MAX_KEYS {
            taken.clear();
        }
        taken.push((client.to_owned(), secret.clone()));
    }

    /// Keeps a token, and draws when it is to be refreshed.
    fn remember(&self, host: &impl Host, key: &str, token: &Rc<Token>) -> u64 {
        let Some(expires_at_ms) = token.expires_at_ms else { return u64::MAX };
        let lifetime_ms = expires_at_ms.saturating_sub(token.issued_at_ms);
        let age_ms = share_of(lifetime_ms, REFRESH_FROM + REFRESH_WITHIN * host.random());
        let refresh_at_ms = token.issued_at_ms.saturating_add(age_ms);
        let mut memory = self.memory.borrow_mut();
        keep(&mut memory, &mut |(known, _)| known != key);
        if memory.len() >= MAX_TOKENS {
            // The one that has been there longest.
            memory.remove(0);
        }
        memory.push((key.to_owned(), Remembered { token: Rc::clone(token), refresh_at_ms }));
        refresh_at_ms
    }
}

/// A request under way. Whatever becomes of the login that makes it, those who wait are told.
struct InFlight<'a> {
    store: &'a TokenStore,
    key: &'a str,
    promised: Promised<Outcome>,
}

impl<'a> InFlight<'a> {
    fn begin(store: &'a TokenStore, key: &'a str) -> InFlight<'a> {
        let promised = Promised::new();
        store.in_flight.borrow_mut().push((key.to_owned(), promised.clone()));
        InFlight { store, key, promised }
    }

    fn end(&self, outcome: Outcome) {
        keep(&mut self.store.in_flight.borrow_mut(), &mut |(known, _)| known != self.key);
        self.promised.fulfil(outcome);
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        // Where there was an answer, this changes nothing.
        self.end(None);
    }
}

fn find<'a, T>(list: &'a [(String, T)], key: &str) -> Option<&'a T> {
    list.iter().find(|(known, _)| known == key).map(|(_, found)| found)
}

/// Names the grant where its refusals are counted, from the key of its token.
fn refusals_id(key: &str) -> Rc<str> {
    key.get(17..25).unwrap_or_default().into()
}

async fn wait(host: &impl Host, promised: &Promised<Outcome>, deadline: Deadline) -> Result<Outcome, Error> {
    let remaining_ms = deadline.remaining_ms(host);
    timeout(host.sleep(remaining_ms), promised.wait()).await.ok_or_else(deadline_exceeded)
}

fn share_of(duration_ms: u64, share: f64) -> u64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a day of milliseconds is exact in a double"
    )]
    let share_ms = (duration_ms as f64 * share) as u64;
    share_ms
}

fn is_fresh(token: &Token, now_ms: u64) -> bool {
    token.expires_at_ms.is_some_and(|expires_at_ms| now_ms.saturating_add(MARGIN_MS) < expires_at_ms)
}

/// Reads an entry of `api.cache`: `{"expires_at_ms":…,"issued_at_ms":…,"token":"…"}`. Anything else is a miss.
fn read_record(record: &str) -> Option<Token> {
    let record = json::read(record.as_bytes()).ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let moment = |name| Some(record.member(name).as_number()?.as_f64() as u64);
    let (issued_at_ms, expires_at_ms) = (moment("issued_at_ms")?, Some(moment("expires_at_ms")?));
    let token = record.member("token");
    let value = token.as_str().filter(|text| is_token(text))?;
    Some(Token { value: Secret::new(value), expires_at_ms, issued_at_ms })
}

/// Returns whether the token is stored as it should be: in the cache, unless it serves this login only.
fn write_record(host: &impl Host, key: &str, token: &Token) -> bool {
    let Some(expires_at_ms) = token.expires_at_ms.filter(|_| is_fresh(token, host.now_ms())) else {
        return true;
    };
    let record = Map::from_members(vec![
        ("token".into(), token.value.expose().into()),
        ("issued_at_ms".into(), moment(token.issued_at_ms)),
        ("expires_at_ms".into(), moment(expires_at_ms)),
    ]);
    let record = Value::from(record).to_json();
    let ttl_ms = expires_at_ms.saturating_sub(host.now_ms());
    // While it replaces an entry, `api.cache` counts the old and the new one together against its limit.
    host.cache_set(key, &record, ttl_ms) || {
        host.cache_delete(key);
        host.cache_set(key, &record, ttl_ms)
    }
}
