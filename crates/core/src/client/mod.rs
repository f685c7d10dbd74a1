//! Calls by Rust code, as the sources of a configuration make them: tokens that are kept and renewed ahead of
//! their end, one new token after a 401, retries, breakers, a timeout for each call and a deadline for all.
//!
//! Left out, and why: the response cache. Code that needs one knows better what makes two answers the same.

mod url;

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use claimsmith_expression::Value;
use claimsmith_expression::text::concat;

use crate::breaker::Circuit;
use crate::call::{Attempt, Deadline, deadline_exceeded};
use crate::digest::short_digest;
use crate::error::{Code, Error};
use crate::exchange::Exchange;
use crate::host::Host;
use crate::http::{Method, Request, Response, Tls};
use crate::plan::{AnswerFormat, OnNotFound};
use crate::report::{Report, SourceReport, rounded};
use crate::secret::Secret;
use crate::shared_state::{Caller, SharedState};
use crate::source::{check_header_value, read_answer};
use crate::task::{Background, GRACE_MS, join, timeout};
use crate::token::{AuthMethod, Grant, Token};
use crate::token_store::{TokenRequest, TokenStore};

pub use url::Url;

/// The default timeout of one request, in milliseconds. As in a configuration.
const TIMEOUT_MS: u32 = 2_000;

/// The default retries of a GET.
const RETRIES: u32 = 2;

/// The default limit of an answer's body, in bytes.
const MAX_BYTES: u32 = 64 * 1024;

/// The state that all logins share: tokens, and the circuits of endpoints. Kept for as long as the
/// module lives.
#[derive(Debug, Default)]
pub struct Client {
    tokens: TokenStore,
    state: SharedState,
}

impl Client {
    /// Returns the session of one login, whose calls end together `deadline_ms` from now.
    pub fn session<'a, H: Host>(&'a self, host: &'a H, deadline_ms: u32) -> Session<'a, H> {
        self.state.load(host);
        Session {
            client: self,
            host,
            deadline: Deadline::after(host, deadline_ms),
            caller: Rc::default(),
            background: Background::default(),
            warnings: Rc::default(),
            sources: RefCell::default(),
            log: RefCell::default(),
        }
    }
}

/// The calls of one login.
pub struct Session<'a, H> {
    client: &'a Client,
    host: &'a H,
    deadline: Deadline,
    caller: Rc<Caller>,
    background: Background<'a>,
    warnings: Rc<RefCell<Vec<String>>>,
    sources: RefCell<Vec<(String, SourceReport)>>,
    log: RefCell<Vec<String>>,
}

impl<H> fmt::Debug for Session<'_, H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Session")
    }
}

impl<'a, H: Host> Session<'a, H> {
    /// Makes the calls for a user by `user_id`, or for a machine by its `client_id`. A call may hold something of the
    /// login, and fail for that; so failures after the connection was made count once a user, and from two users at
    /// least. Without an id all logins count as one user's.
    pub fn for_user(mut self, user_id: &str) -> Self {
        self.caller = Rc::new(Caller { user_id: user_id.to_owned(), ..Caller::default() });
        self
    }

    /// Runs the work of a login to its end, with the renewals of tokens that it starts: work that a
    /// handler leaves behind may be frozen or lost.
    ///
    /// # Errors
    /// As the work; `deadline_exceeded` where it is not done in time.
    pub async fn run<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let outcome = RefCell::new(None);
        let in_time = async {
            let timer = self.host.sleep(self.deadline.remaining_ms(self.host));
            outcome.replace(timeout(timer, work).await);
        };
        if !join(vec![Box::pin(in_time)], &self.background, || self.host.sleep(GRACE_MS)).await {
            self.warn("a token could not be renewed in time; the old one serves");
        }
        outcome.into_inner().unwrap_or_else(|| Err(deadline_exceeded()))
    }

    /// Returns the JSON of an answer; null for 204 and 404, which are answers.
    ///
    /// # Errors
    /// As [`Session::send`]; `source_status` for any other status that is no success, `response_not_json`.
    pub async fn fetch(&self, call: &Call) -> Result<Value, Error> {
        call.read(&*self.send(call).await?)
    }

    /// Makes a call, with retries, and once more with a new token where it is refused with 401. Any other status is
    /// an answer.
    ///
    /// # Errors
    /// `timeout`, `deadline_exceeded`, `transport_failed`, `circuit_open`, `redirect_refused`,
    /// `response_too_large`; `unavailable` where a part of the body could not be read; `secret_invalid` where a part of
    /// its TLS is unfit; as [`Session::token`].
    pub async fn send(&self, call: &Call) -> Result<Rc<Response>, Error> {
        let mut report = SourceReport::default();
        let result = self.exchange(call, &mut report).await;
        let error = result.as_ref().err().map(|error| error.code);
        if !call.name.is_empty() {
            self.note(&call.name, report, error);
        }
        result.map_err(|error| error.at(&call.name))
    }

    /// Adds to what the report says of the calls of a name.
    fn note(&self, name: &str, report: SourceReport, error: Option<Code>) {
        let mut sources = self.sources.borrow_mut();
        let index = sources.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            sources.push((name.to_owned(), SourceReport::default()));
            sources.len() - 1
        });
        if let Some((_, known)) = sources.get_mut(index) {
            let attempts = known.attempts.saturating_add(report.attempts);
            let duration_ms = rounded(known.duration_ms + report.duration_ms);
            *known = SourceReport { attempts, duration_ms, error, ..report };
        }
    }

    async fn exchange(&self, call: &Call, report: &mut SourceReport) -> Result<Rc<Response>, Error> {
        if !call.is_whole {
            return Err(Error::new(Code::Unavailable, "a part of the body could not be read"));
        }
        check_tls(self.host, &call.request.tls)?;
        let exchange = Exchange {
            host: self.host,
            tokens: &self.client.tokens,
            circuit: Circuit::new(&self.client.state, &call.endpoint),
            caller: &self.caller,
            grant: call.grant.as_deref(),
            is_personal: true,
            retries: call.retries,
            timeout_ms: call.timeout_ms,
            deadline: self.deadline,
        };
        let acquire = async |request: &Request, rejected: Option<&Rc<Token>>| match &call.grant {
            Some(grant) => Ok(Some(self.acquire(grant, Some(request), rejected).await?)),
            None => Ok(None),
        };
        let note = |attempt: &Attempt, duration_ms: f64| attempt.note(duration_ms, report);
        exchange.send(&mut call.request.clone(), acquire, note).await
    }

    /// Returns a token that will last for a call: from memory, `api.cache` or its endpoint. Logins that need the
    /// same one at the same time share one request.
    ///
    /// # Errors
    /// `token_refused`, `token_response_invalid`, `secret_invalid` where a part of the grant's TLS is unfit, and why the
    /// endpoint could not be reached.
    pub async fn token(&self, grant: &Rc<Grant>) -> Result<Rc<Token>, Error> {
        self.acquire(grant, None, None).await
    }

    /// Adds a warning to the report.
    pub fn warn(&self, message: &str) {
        self.warnings.borrow_mut().push(message.to_owned());
    }

    /// Adds a text to the log line. It must hold nothing that not everybody may read who reads logs.
    pub fn log(&self, message: &str) {
        self.log.borrow_mut().push(message.to_owned());
    }

    /// Returns the time of the wall clock, in milliseconds since 1970; it may jump.
    pub fn now_ms(&self) -> u64 {
        self.host.now_ms()
    }

    /// Writes what was noted of the calls, the warnings and the log into a report.
    pub fn report_to(self, report: &mut Report) {
        report.sources = self.sources.take();
        report.log = self.log.take();
        report.warnings = self.warnings.take();
    }

    /// Returns the warnings that were added.
    pub fn into_warnings(self) -> Vec<String> {
        self.warnings.take()
    }

    async fn acquire(
        &self,
        grant: &Rc<Grant>,
        then: Option<&Request>,
        rejected: Option<&Rc<Token>>,
    ) -> Result<Rc<Token>, Error> {
        let (client, host, deadline) = (self.client, self.host, self.deadline);
        check_tls(host, &grant.tls)?;
        let endpoint = short_digest(&["", grant.url.expose()]);
        let request = TokenRequest {
            grant,
            circuit: Circuit::new(&client.state, &endpoint),
            caller: &self.caller,
            is_personal: true,
            timeout_ms: TIMEOUT_MS,
            deadline,
            rejected,
            then,
        };
        let acquired = client.tokens.acquire(host, request).await?;
        if acquired.cache_refused {
            self.warn("`api.cache` did not take the token; other instances will ask for their own");
        }
        if acquired.is_due {
            let (grant, endpoint) = (Rc::clone(grant), Rc::clone(&endpoint));
            let (caller, warnings) = (Rc::clone(&self.caller), Rc::clone(&self.warnings));
            self.background.borrow_mut().push(Box::pin(async move {
                let circuit = Circuit::new(&client.state, &endpoint);
                let request = TokenRequest {
                    grant: &grant,
                    circuit,
                    caller: &caller,
                    is_personal: true,
                    timeout_ms: TIMEOUT_MS,
                    deadline,
                    rejected: None,
                    then: None,
                };
                if let Err(error) = client.tokens.refresh(host, request).await {
                    let code = error.code.as_str();
                    warnings.borrow_mut().push(concat(&[
                        "the token could not be renewed yet (",
                        code,
                        "); the old one serves",
                    ]));
                }
            }));
        }
        Ok(acquired.token)
    }
}

fn check_tls(host: &impl Host, tls: &Tls) -> Result<(), Error> {
    let unfit = if tls.is_empty() { None } else { host.unfit_part(tls) };
    let error =
        |part: String| Error::new(Code::SecretInvalid, concat(&["`", &part, "` of the TLS is unfit"]));
    unfit.map_or(Ok(()), |part| Err(error(part)))
}

impl Grant {
    /// Returns a grant for a client that has a secret and sends it as a form field; the fields say anything else.
    pub fn new(token_url: &Url, client_id: Secret, client_secret: Secret) -> Grant {
        Grant {
            url: token_url.text().clone(),
            client_id,
            credentials: vec![client_secret],
            auth: AuthMethod::ClientSecretPost,
            signing: None,
            parameters: Vec::new(),
            headers: Vec::new(),
            tls: Tls::new(),
            expires_in_s: None,
            identity: OnceCell::new(),
        }
    }

    /// Returns the same grant with one more field of the form, such as `audience`.
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: &str) -> Grant {
        self.parameters.push((name.to_owned(), Secret::new(value)));
        self
    }
}

/// A call to an API: a request with its timeout and retries.
#[derive(Clone, Debug)]
#[must_use = "it is made by a session"]
pub struct Call {
    request: Request,
    /// The id of the URL's base, under which failures are counted.
    endpoint: Rc<str>,
    grant: Option<Rc<Grant>>,
    timeout_ms: u32,
    retries: u32,
    /// True where all of the body could be read.
    is_whole: bool,
    /// The name in the report; empty where it has none.
    name: String,
}

impl Call {
    /// Asks for JSON.
    pub fn get(url: &Url) -> Call {
        Call::new(Method::Get, url, RETRIES)
    }

    /// Sends JSON, once: it may have an effect each time.
    pub fn post(url: &Url, body: &Value) -> Call {
        Call::sending(Method::Post, url, body)
    }

    /// Sends JSON that takes the place of what is there, once.
    pub fn put(url: &Url, body: &Value) -> Call {
        Call::sending(Method::Put, url, body)
    }

    /// Sends JSON that changes what is there, once.
    pub fn patch(url: &Url, body: &Value) -> Call {
        Call::sending(Method::Patch, url, body)
    }

    /// Removes what is there, once.
    pub fn delete(url: &Url) -> Call {
        Call::new(Method::Delete, url, 0)
    }

    fn sending(method: Method, url: &Url, body: &Value) -> Call {
        let mut call = Call::new(method, url, 0);
        call.request.set_header("content-type", Secret::new("application/json"));
        call.request.body = Some(Secret::new(body.to_json()));
        call.is_whole = !body.has_unavailable();
        call
    }

    fn new(method: Method, url: &Url, retries: u32) -> Call {
        let mut request = Request {
            method,
            url: url.text().clone(),
            headers: Vec::new(),
            body: None,
            tls: Tls::new(),
            may_repeat: method == Method::Get,
            max_bytes: MAX_BYTES,
            reads_body: true,
            ok_status: Vec::new(),
        };
        request.set_header("accept", Secret::new("application/json"));
        Call {
            request,
            endpoint: short_digest(&["base", url.base()]),
            grant: None,
            timeout_ms: TIMEOUT_MS,
            retries,
            is_whole: true,
            name: String::new(),
        }
    }

    /// Returns the same call under a name: failures and the report say it, and so which call it was.
    pub fn named(self, name: &str) -> Call {
        Call { name: name.to_owned(), ..self }
    }

    /// Returns the name; empty where it has none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the JSON of an answer to the call; null for 204 and 404, which are answers.
    ///
    /// # Errors
    /// `source_status` for any other status that is no success, `response_not_json`.
    pub fn read(&self, response: &Response) -> Result<Value, Error> {
        let answer = read_answer(OnNotFound::Null, &[], (AnswerFormat::Json, None), response);
        answer.map_err(|error| error.at(&self.name))
    }

    /// Returns the same call with a bearer token (RFC 6750 §2.1) that the grant gives.
    pub fn with_token(self, grant: &Rc<Grant>) -> Call {
        Call { grant: Some(Rc::clone(grant)), ..self }
    }

    /// Returns the same call with one more header.
    ///
    /// # Errors
    /// `template_value_missing` where the value holds a character that a header cannot carry.
    pub fn with_header(mut self, name: &str, value: Secret) -> Result<Call, Error> {
        check_header_value(name, value.expose())?;
        self.request.set_header(&name.to_ascii_lowercase(), value);
        Ok(self)
    }

    /// Returns the same call on a connection that presents a client certificate, or trusts further authorities.
    pub fn with_tls(mut self, tls: Tls) -> Call {
        self.request.tls = tls;
        self
    }

    /// Returns the same call with another time for each attempt, in milliseconds; 2,000 where nothing is said.
    pub fn with_timeout_ms(self, timeout_ms: u32) -> Call {
        Call { timeout_ms, ..self }
    }

    /// Returns the same call, sent again up to this many times where it fails; twice for a GET where nothing is said.
    pub fn with_retries(mut self, retries: u32) -> Call {
        self.request.may_repeat |= retries > 0;
        Call { retries, ..self }
    }

    /// Returns the same call with another limit for the answer, in bytes; 65,536 where nothing is said.
    pub fn with_max_bytes(mut self, max_bytes: u32) -> Call {
        self.request.max_bytes = max_bytes;
        self
    }
}
