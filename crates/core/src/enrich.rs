//! One login, from its event to a decision.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use claimsmith_expression::{Map, Value};

use crate::call::{Deadline, send};
use crate::claim::{fits, has_unsafe_integer};
use crate::config::{CORRELATION_ID, ClaimConfig, Config, OnError, SourceConfig, Target, TokenConfig};
use crate::error::{Code, Error};
use crate::host::Host;
use crate::http::{Request, Response};
use crate::report::{AnswerOrigin, ClaimsReport, LeftOut, OutcomeKind, Report, SourceReport, TokenReport};
use crate::secret::Secrets;
use crate::source::{authorized, read_source_response, source_request};
use crate::task::{LocalFuture, Promised, join};
use crate::template::{Inputs, evaluate};
use crate::token::{Grant, Token};
use crate::token_store::{Need, TokenStore};

/// What a user reads when the login is denied because something failed. Names no system.
pub const DENY_REASON: &str = "We could not complete your login. Please try again later.";

/// A configuration with what its logins have learnt: the tokens. One engine serves many logins at once.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    tokens: TokenStore,
}

/// What one login brings.
#[derive(Debug, Default)]
pub struct Login {
    /// The parts of the event that [`Config::event_reads`] names.
    pub event: Value,
    /// The secrets that [`Config::secrets`] names, as far as the Action has them.
    pub secrets: Secrets,
}

/// What is to be done, and what was done to find out.
#[derive(Debug)]
pub struct Decision {
    /// What is to be done to `api`, in this order.
    pub effects: Vec<Effect>,
    /// What happened.
    pub report: Report,
}

/// One thing to be done to `api`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Effect {
    /// Set a claim.
    SetClaim {
        /// On which token.
        target: Target,
        /// The claim's name.
        name: Rc<str>,
        /// Its value: plain JSON, never null.
        value: Value,
    },
    /// Deny the login, with this reason for the user.
    Deny(String),
}

impl Engine {
    /// An engine that has seen no login yet.
    pub fn new(config: Config) -> Engine {
        Engine { config, tokens: TokenStore::default() }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Decides one login. Never fails: what goes wrong is in the report, and the decision follows the
    /// failure policy. Ends by `deadline_ms`.
    pub async fn enrich<H: Host>(&self, host: &H, login: Login) -> Decision {
        let started_ms = host.monotonic_ms();
        let run = Run::new(self, host, login);
        run.ask_all().await;
        let (mut effects, claims) = run.build_claims();
        let denies = run.denies.into_inner();
        let errors = run.errors.into_inner();
        let outcome = if denies {
            OutcomeKind::Denied
        } else if errors.is_empty() {
            OutcomeKind::Enriched
        } else if effects.is_empty() {
            OutcomeKind::Skipped
        } else {
            OutcomeKind::Partial
        };
        if denies {
            effects = vec![Effect::Deny(DENY_REASON.to_owned())];
        }
        let trace = run.trace.into_inner();
        let report = Report {
            outcome,
            duration_ms: rounded(host.monotonic_ms() - started_ms),
            correlation_id: run.correlation_id,
            tokens: trace.tokens,
            sources: trace.sources,
            claims: if denies { ClaimsReport::default() } else { claims },
            errors,
            warnings: trace.warnings,
        };
        Decision { effects, report }
    }
}

/// One login under way.
struct Run<'a, H> {
    config: &'a Config,
    tokens: &'a TokenStore,
    host: &'a H,
    deadline: Deadline,
    /// What templates see.
    scope: Value,
    secrets: Secrets,
    correlation_id: Option<String>,
    /// The answers, by the index of their source. Null where a source was skipped or failed.
    answers: Vec<Promised<Value>>,
    errors: RefCell<Vec<Error>>,
    denies: Cell<bool>,
    trace: RefCell<Trace>,
}

/// What the report will say of the calls.
struct Trace {
    tokens: Vec<(String, TokenReport)>,
    sources: Vec<(String, SourceReport)>,
    warnings: Vec<String>,
}

impl Trace {
    /// A trace with a place for each source, in the order of the configuration: they end in any.
    fn of(config: &Config) -> Trace {
        let sources = config.sources.iter().map(|source| (source.name.to_string(), SourceReport::default()));
        Trace { tokens: Vec::new(), sources: sources.collect(), warnings: Vec::new() }
    }
}

impl<'a, H: Host> Run<'a, H> {
    fn new(engine: &'a Engine, host: &'a H, login: Login) -> Run<'a, H> {
        let correlation_id =
            CORRELATION_ID.iter().fold(login.event.clone(), |value, name| value.member(name));
        let scope: Map = [("event".into(), login.event)].into_iter().collect();
        Run {
            config: &engine.config,
            tokens: &engine.tokens,
            host,
            deadline: Deadline::after(host, engine.config.deadline_ms),
            scope: scope.into(),
            secrets: login.secrets,
            correlation_id: correlation_id.as_str().map(str::to_owned),
            answers: engine.config.sources.iter().map(|_| Promised::new()).collect(),
            errors: RefCell::default(),
            denies: Cell::new(false),
            trace: RefCell::new(Trace::of(&engine.config)),
        }
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs { scope: &self.scope, secrets: &self.secrets }
    }

    /// Asks every source, side by side; one whose `when` reads another's answer waits for that.
    async fn ask_all(&self) {
        let mut calls: Vec<LocalFuture<'_, ()>> = Vec::new();
        for (index, (source, answer)) in self.config.sources.iter().zip(&self.answers).enumerate() {
            calls.push(Box::pin(async move {
                let mut report = SourceReport::default();
                let value = self.ask(source, &mut report).await;
                if let Some((_, slot)) = self.trace.borrow_mut().sources.get_mut(index) {
                    *slot = report;
                }
                answer.fulfil(value);
            }));
        }
        join(calls).await;
    }

    /// Asks one source, and notes what came of it.
    async fn ask(&self, source: &SourceConfig, report: &mut SourceReport) -> Value {
        let result = match self.is_wanted(source).await {
            Ok(true) => self.call(source, report).await,
            Ok(false) => {
                report.skipped = true;
                Ok(Value::Null)
            }
            Err(error) => Err(error),
        };
        result.unwrap_or_else(|error| {
            report.error = Some(error.code);
            if source.on_error == OnError::Deny {
                self.denies.set(true);
            }
            self.errors.borrow_mut().push(error.at(&format!("sources.{}", source.name)));
            Value::Null
        })
    }

    async fn is_wanted(&self, source: &SourceConfig) -> Result<bool, Error> {
        let Some(when) = &source.when else { return Ok(true) };
        let mut scope = self.scope.as_object().cloned().unwrap_or_default();
        for index in &source.waits_for {
            if let (Some(other), Some(answer)) = (self.config.sources.get(*index), self.answers.get(*index)) {
                scope.insert(Rc::clone(&other.name), answer.wait().await);
            }
        }
        let place = format!("sources.{}.when", source.name);
        evaluate(when, &scope.into()).map(|value| value.is_truthy()).map_err(|error| error.at(&place))
    }

    /// Calls the backend; once more, with a new token, where it refuses the first.
    async fn call(&self, source: &SourceConfig, report: &mut SourceReport) -> Result<Value, Error> {
        let request = source_request(source, self.inputs(), self.correlation_id.as_deref())?;
        let config = source.token.and_then(|index| self.config.tokens.get(index));
        let grant = config.map(|config| Grant::new(config, self.inputs())).transpose()?;
        let mut rejected = None;
        loop {
            let token = match (config, &grant) {
                (Some(config), Some(grant)) => Some(self.token(config, grant, rejected.as_ref()).await?),
                _ => None,
            };
            let attempt = token.as_ref().map_or_else(|| request.clone(), |token| authorized(&request, token));
            let response = self.attempt(source, attempt, report).await?;
            if let (401, Some(grant), Some(token), None) = (response.status, &grant, token, &rejected) {
                self.tokens.forget(self.host, grant, &token);
                rejected = Some(token);
                continue;
            }
            return read_source_response(source, &response);
        }
    }

    async fn attempt(
        &self,
        source: &SourceConfig,
        request: Request,
        report: &mut SourceReport,
    ) -> Result<Response, Error> {
        let started_ms = self.host.monotonic_ms();
        report.attempts += 1;
        let result = send(self.host, request, source.timeout_ms, self.deadline).await;
        report.duration_ms = rounded(report.duration_ms + self.host.monotonic_ms() - started_ms);
        let response = result?;
        report.from = Some(AnswerOrigin::Network);
        report.status = Some(response.status);
        report.bytes = response.body.len();
        Ok(response)
    }

    async fn token(
        &self,
        config: &TokenConfig,
        grant: &Grant,
        rejected: Option<&Token>,
    ) -> Result<Token, Error> {
        let name = &config.name;
        let started_ms = self.host.monotonic_ms();
        let need = Need { grant, timeout_ms: config.timeout_ms, deadline: self.deadline, rejected };
        let acquired = self.tokens.acquire(self.host, need).await;
        let duration_ms = rounded(self.host.monotonic_ms() - started_ms);
        let mut trace = self.trace.borrow_mut();
        let report = match &acquired {
            Ok(acquired) => TokenReport { from: Some(acquired.origin), duration_ms, error: None },
            Err(error) => TokenReport { from: None, duration_ms, error: Some(error.code) },
        };
        match trace.tokens.iter_mut().find(|(known, _)| **known == **name) {
            None => trace.tokens.push((name.to_string(), report)),
            // Two sources may share a token; what it cost is what the first of them waited. A second
            // one after a refusal is news.
            Some((_, known)) if rejected.is_some() => *known = report,
            Some(_) => {}
        }
        match acquired {
            Ok(acquired) => {
                if acquired.cache_refused {
                    trace.warnings.push(format!(
                        "`api.cache` did not take the token `{name}`; other instances will ask for their own"
                    ));
                }
                Ok(acquired.token)
            }
            Err(error) => Err(error.at(&format!("tokens.{name}"))),
        }
    }

    /// Builds every claim from the answers. Nothing is applied yet.
    fn build_claims(&self) -> (Vec<Effect>, ClaimsReport) {
        let scope = self.scope_with_answers();
        let mut effects = Vec::new();
        let mut report = ClaimsReport::default();
        for claim in &self.config.claims {
            match build_claim(claim, &scope) {
                Ok(value) => {
                    report.set.push(claim.name.to_string());
                    for target in &claim.targets {
                        effects.push(Effect::SetClaim {
                            target: *target,
                            name: Rc::clone(&claim.name),
                            value: value.clone(),
                        });
                    }
                }
                Err(missing) => {
                    report.left_out.push(LeftOut { claim: claim.name.to_string(), reason: missing.reason() });
                    self.note_missing(claim, missing);
                }
            }
        }
        (effects, report)
    }

    fn note_missing(&self, claim: &ClaimConfig, missing: Missing) {
        let mut errors = self.errors.borrow_mut();
        let place = crate::config::claim_path(&claim.name);
        let is_condition = matches!(missing, Missing::Condition);
        if let Missing::Failed(error) = missing {
            errors.push(error.at(&place));
        }
        if claim.required && !is_condition {
            self.denies.set(true);
            errors.push(Error::new(Code::ClaimMissing, "the claim is required and has no value").at(&place));
        }
    }

    fn scope_with_answers(&self) -> Value {
        let mut scope = self.scope.as_object().cloned().unwrap_or_default();
        for (source, answer) in self.config.sources.iter().zip(&self.answers) {
            scope.insert(Rc::clone(&source.name), answer.get().unwrap_or_default());
        }
        scope.into()
    }
}

/// Why a claim has no value.
enum Missing {
    /// Its `when` does not hold.
    Condition,
    /// Its value is null, and so is its default.
    Null,
    /// It has a value that must not be set.
    Failed(Error),
}

impl Missing {
    fn reason(&self) -> &'static str {
        match self {
            Missing::Condition => "when",
            Missing::Null => "null",
            Missing::Failed(error) => error.code.as_str(),
        }
    }
}

fn build_claim(claim: &ClaimConfig, scope: &Value) -> Result<Value, Missing> {
    if let Some(when) = &claim.when
        && !evaluate(when, scope).map_err(Missing::Failed)?.is_truthy()
    {
        return Err(Missing::Condition);
    }
    let mut value = evaluate(&claim.value, scope).map_err(Missing::Failed)?;
    if value.is_null() {
        value = claim.default.clone();
    }
    if value.is_null() {
        return Err(Missing::Null);
    }
    if let Some(kind) = claim.kind.filter(|kind| !fits(&value, *kind)) {
        let message = format!("the value must be `{}`, and is of type {}", kind.as_str(), value.type_name());
        return Err(Missing::Failed(Error::new(Code::ClaimTypeMismatch, message)));
    }
    if has_unsafe_integer(&value) {
        let message = "an integer beyond 2^53 - 1 would be rounded; turn it into text with `to_string(…)`";
        return Err(Missing::Failed(Error::new(Code::UnsafeInteger, message)));
    }
    Ok(value)
}

/// A tenth of a millisecond is as fine as these clocks are worth.
fn rounded(duration_ms: f64) -> f64 {
    (duration_ms * 10.0).round() / 10.0
}
