//! Tokens across logins: memory, then `api.cache`, then the endpoint.

use std::cell::RefCell;

use claimsmith_expression::{Map, Number, Value, json};

use crate::call::{Deadline, send};
use crate::error::{Code, Error};
use crate::host::Host;
use crate::report::TokenOrigin;
use crate::secret::Secret;
use crate::task::Promised;
use crate::token::{Grant, Token, read_token_response, token_request};

/// A token is not used when less than this is left of it: it must outlive the call it is for.
const MARGIN_MS: u64 = 30_000;

/// How many tokens are remembered. Templates can make one a user, and an instance lives for days.
const MAX_TOKENS: usize = 256;

/// The tokens of one engine, shared by all its logins.
#[derive(Debug, Default)]
pub(crate) struct TokenStore {
    memory: RefCell<Vec<(String, Token)>>,
    /// Requests under way. A login that needs a token which another is asking for waits for that one.
    asking: RefCell<Vec<(String, Promised<Asked>)>>,
}

/// What came of a request: `None` where the login that made it ended before the answer, so that one of
/// those who wait has to ask instead.
type Asked = Option<Result<Token, Error>>;

/// What one login brings to get a token.
#[derive(Debug)]
pub(crate) struct Need<'a> {
    pub(crate) grant: &'a Grant,
    pub(crate) timeout_ms: u32,
    pub(crate) deadline: Deadline,
    /// The token that the backend has just refused: it is not taken again from anywhere.
    pub(crate) rejected: Option<&'a Token>,
}

/// A token with its history.
#[derive(Debug)]
pub(crate) struct Acquired {
    pub(crate) token: Token,
    pub(crate) origin: TokenOrigin,
    /// Whether the token should have gone to `api.cache` and the cache did not take it.
    pub(crate) cache_refused: bool,
}

impl TokenStore {
    /// A token that will last for a call.
    ///
    /// # Errors
    /// As [`send`] and [`read_token_response`]. An error is never remembered.
    pub(crate) async fn acquire(&self, host: &impl Host, need: Need<'_>) -> Result<Acquired, Error> {
        let key = need.grant.cache_key();
        loop {
            let now_ms = host.now_ms();
            let is_usable = |token: &Token| is_fresh(token, now_ms) && need.rejected != Some(token);
            let remembered = find(&self.memory.borrow(), &key).filter(|token| is_usable(token)).cloned();
            if let Some(token) = remembered {
                return Ok(Acquired { token, origin: TokenOrigin::Memory, cache_refused: false });
            }
            let cached = host.cache_get(&key).and_then(|record| read_record(&record));
            if let Some(token) = cached.filter(is_usable) {
                self.remember(&key, &token);
                return Ok(Acquired { token, origin: TokenOrigin::Cache, cache_refused: false });
            }
            let under_way = find(&self.asking.borrow(), &key).cloned();
            let (asked, origin) = match under_way {
                Some(promised) => (wait(host, &promised, need.deadline).await?, TokenOrigin::Shared),
                None => (Some(self.ask(host, &key, &need).await), TokenOrigin::Endpoint),
            };
            if let Some(result) = asked {
                let token = result?;
                // Each login writes through its own `api` only: that of the one who asked may have ended.
                let cache_refused = !write_record(host, &key, &token);
                return Ok(Acquired { token, origin, cache_refused });
            }
        }
    }

    /// Drops a token that the backend refused, unless another login has put a new one in its place.
    pub(crate) fn forget(&self, host: &impl Host, grant: &Grant, rejected: &Token) {
        let key = grant.cache_key();
        self.memory.borrow_mut().retain(|(known, token)| *known != key || token != rejected);
        if host.cache_get(&key).and_then(|record| read_record(&record)).as_ref() == Some(rejected) {
            host.cache_delete(&key);
        }
    }

    /// Asks the endpoint, for this login and for all who come while it does.
    async fn ask(&self, host: &impl Host, key: &str, need: &Need<'_>) -> Result<Token, Error> {
        let asking = Asking::begin(self, key);
        let answer = send(host, token_request(need.grant), need.timeout_ms, need.deadline).await;
        let result = answer.and_then(|response| read_token_response(&response, host.now_ms()));
        match &result {
            Ok(token) => {
                self.remember(key, token);
                asking.end(Some(result.clone()));
            }
            // This login's time is over, not that of those who wait.
            Err(error) if error.code == Code::DeadlineExceeded => asking.end(None),
            Err(_) => asking.end(Some(result.clone())),
        }
        result
    }

    fn remember(&self, key: &str, token: &Token) {
        if token.expires_at_ms.is_none() {
            return;
        }
        let mut memory = self.memory.borrow_mut();
        memory.retain(|(known, _)| known != key);
        if memory.len() >= MAX_TOKENS {
            // The one that has been there longest.
            memory.remove(0);
        }
        memory.push((key.to_owned(), token.clone()));
    }
}

/// A request under way. Whatever becomes of the login that makes it, those who wait are told.
struct Asking<'a> {
    store: &'a TokenStore,
    key: &'a str,
    promised: Promised<Asked>,
}

impl<'a> Asking<'a> {
    fn begin(store: &'a TokenStore, key: &'a str) -> Asking<'a> {
        let promised = Promised::new();
        store.asking.borrow_mut().push((key.to_owned(), promised.clone()));
        Asking { store, key, promised }
    }

    fn end(&self, asked: Asked) {
        self.store.asking.borrow_mut().retain(|(known, _)| known != self.key);
        self.promised.fulfil(asked);
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        // Where there was an answer, this changes nothing.
        self.end(None);
    }
}

fn find<'a, T>(list: &'a [(String, T)], key: &str) -> Option<&'a T> {
    list.iter().find(|(known, _)| known == key).map(|(_, found)| found)
}

async fn wait(host: &impl Host, promised: &Promised<Asked>, deadline: Deadline) -> Result<Asked, Error> {
    let remaining_ms = deadline.remaining_ms(host);
    let asked = crate::task::before(host.sleep(remaining_ms), promised.wait()).await;
    asked.ok_or_else(crate::call::deadline_exceeded)
}

fn is_fresh(token: &Token, now_ms: u64) -> bool {
    token.expires_at_ms.is_some_and(|expires_at_ms| now_ms.saturating_add(MARGIN_MS) < expires_at_ms)
}

/// What stands in `api.cache`: `{"expires_at_ms":…,"token":"…"}`. Anything else is a miss.
fn read_record(record: &str) -> Option<Token> {
    let record = json::read(record.as_bytes()).ok()?;
    let expires_at_ms = record.member("expires_at_ms").as_number()?.as_f64();
    let token = record.member("token");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let expires_at_ms = expires_at_ms as u64;
    Some(Token { value: Secret::new(token.as_str()?), expires_at_ms: Some(expires_at_ms) })
}

/// Whether the token is where it should be: in the cache, or, where it lasts for this login only, not.
fn write_record(host: &impl Host, key: &str, token: &Token) -> bool {
    let Some(expires_at_ms) = token.expires_at_ms.filter(|_| is_fresh(token, host.now_ms())) else {
        return true;
    };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of any date to come are exact in a double")]
    let expires_at = Number::from_f64(expires_at_ms as f64).map_or(Value::Null, Value::Number);
    let record: Map =
        [("token".into(), Value::from(token.value.expose())), ("expires_at_ms".into(), expires_at)]
            .into_iter()
            .collect();
    let record = Value::from(record).to_json();
    let ttl_ms = expires_at_ms.saturating_sub(host.now_ms());
    // While it replaces an entry, `api.cache` counts the old and the new one together against its limit.
    host.cache_set(key, &record, ttl_ms) || {
        host.cache_delete(key);
        host.cache_set(key, &record, ttl_ms)
    }
}
