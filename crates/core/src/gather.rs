//! What one login asks: its sources, side by side, each with its token.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use claimsmith_expression::{Map, Value};

use crate::call::{Deadline, send};
use crate::config::{CORRELATION_ID, Config, OnError, SourceConfig, TokenConfig};
use crate::enrich::Login;
use crate::error::Error;
use crate::host::Host;
use crate::http::{Request, Response};
use crate::report::{AnswerOrigin, SourceReport, TokenReport, rounded};
use crate::secret::Secrets;
use crate::source::{authorized, read_source_response, source_request};
use crate::task::{LocalFuture, Promised, join};
use crate::template::{Inputs, evaluate};
use crate::token::{Grant, Token};
use crate::token_store::{Need, TokenStore};

/// What the sources said, and how they were asked.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// What expressions see: `event`, and each source by its name. Null where it was skipped or failed.
    pub(crate) scope: Value,
    pub(crate) correlation_id: Option<String>,
    pub(crate) tokens: Vec<(String, TokenReport)>,
    pub(crate) sources: Vec<(String, SourceReport)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) errors: Vec<Error>,
    /// Whether a source failed that denies the login then.
    pub(crate) denies: bool,
}

/// Asks every source of the configuration. Ends by the deadline.
pub(crate) async fn gather<H: Host>(
    config: &Config,
    tokens: &TokenStore,
    host: &H,
    login: Login,
) -> Gathered {
    let run = Run::new(config, tokens, host, login);
    run.ask_all().await;
    let scope = run.scope_with_answers();
    let trace = run.trace.into_inner();
    Gathered {
        scope,
        correlation_id: run.correlation_id,
        tokens: trace.tokens,
        sources: trace.sources,
        warnings: trace.warnings,
        errors: run.errors.into_inner(),
        denies: run.denies.get(),
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
    fn new(config: &'a Config, tokens: &'a TokenStore, host: &'a H, login: Login) -> Run<'a, H> {
        let correlation_id =
            CORRELATION_ID.iter().fold(login.event.clone(), |value, name| value.member(name));
        let scope: Map = [("event".into(), login.event)].into_iter().collect();
        Run {
            config,
            tokens,
            host,
            deadline: Deadline::after(host, config.deadline_ms),
            scope: scope.into(),
            secrets: login.secrets,
            correlation_id: correlation_id.as_str().map(str::to_owned),
            answers: config.sources.iter().map(|_| Promised::new()).collect(),
            errors: RefCell::default(),
            denies: Cell::new(false),
            trace: RefCell::new(Trace::of(config)),
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
        let grant = config.map(|config| config.grant(self.inputs())).transpose()?;
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

    fn scope_with_answers(&self) -> Value {
        let mut scope = self.scope.as_object().cloned().unwrap_or_default();
        for (source, answer) in self.config.sources.iter().zip(&self.answers) {
            scope.insert(Rc::clone(&source.name), answer.get().unwrap_or_default());
        }
        scope.into()
    }
}
