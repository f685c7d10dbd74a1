//! Calls the sources of one login, side by side, each with its token.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use claimsmith_expression::list::keep;
use claimsmith_expression::text::concat;
use claimsmith_expression::{Budget, Faults, IS_FAST, Map, Value};

use crate::answers::{Answer, Answers};
use crate::breaker::Circuit;
use crate::call::{Deadline, status_of};
use crate::error::{Code, Error, placed};
use crate::event::{CLIENT_ID, CORRELATION_ID, read_event};
use crate::exchange::Exchange;
use crate::facts::{Answered, Facts, Means, View};
use crate::gathered::Gathered;
use crate::grant::grant;
use crate::host::Host;
use crate::http::{Method, Request, Response};
use crate::login::Login;
use crate::now::now;
use crate::plan::{CachePlan, OnError, Plan, SourcePlan, TokenPlan};
use crate::report::{AnswerOrigin, SourceReport, TokenReport, rounded};
use crate::rules::{Steps, deny_early};
use crate::secret::{Secret, Secrets};
use crate::settings::settings;
use crate::shared_state::{Caller, SharedState};
use crate::source::{answer_key, read_source_response, source_request, undecided};
use crate::task::{Background, GRACE_MS, LocalFuture, Promised, join};
use crate::template::Inputs;
use crate::tls::tls;
use crate::token::{Grant, Token};
use crate::token_store::{TokenRequest, TokenStore};
use crate::trigger::Trigger;

/// The state that all logins of one engine share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    tokens: TokenStore,
    /// The grants that hold nothing of a login but secrets, by the tokens' places, with the secrets that they were made
    /// of: those of the next login are nearly always the same. Without the feature `speed` there are none.
    grants: RefCell<Vec<(usize, Secrets, Rc<Grant>)>>,
    state: SharedState,
    answers: Answers,
}

/// Calls every source of the configuration, unless nothing is to be decided or a rule denies the login by the event
/// alone. Ends by the deadline.
pub(crate) async fn gather<H: Host>(
    plan: &Plan,
    shared: &Shared,
    host: &H,
    login: Login,
    (deadline, budget): (Deadline, &Budget),
) -> Gathered {
    let run = Run::new(plan, shared, host, login, (deadline, budget));
    let is_skipped = run.is_skipped().await;
    let denied_early = if is_skipped { None } else { run.deny_early().await };
    if is_skipped || denied_early.is_some() {
        for (source, (_, report)) in plan.sources.iter().zip(&mut run.trace.borrow_mut().sources) {
            report.skipped = true;
            run.facts.add_source(&source.name, &Answered::NotAsked, report);
        }
    } else {
        if !plan.sources.is_empty() {
            shared.state.load(host);
        }
        let background = Background::default();
        run.ask_all(&background).await;
        drop(background);
    }
    let trace = run.trace.into_inner();
    Gathered {
        facts: run.facts,
        secrets: run.secrets,
        correlation_id: run.correlation_id,
        tokens: trace.tokens,
        sources: trace.sources,
        warnings: trace.warnings,
        errors: run.errors.into_inner(),
        denies: run.denies.get(),
        is_skipped,
        denied_early,
    }
}

/// One login under way.
struct Run<'a, H> {
    plan: &'a Plan,
    shared: &'a Shared,
    host: &'a H,
    deadline: Deadline,
    budget: &'a Budget,
    /// What expressions see.
    facts: Facts,
    secrets: Secrets,
    caller: Caller,
    correlation_id: Option<String>,
    /// The outcomes of the sources, by their index.
    answers: Vec<Promised<Answered>>,
    errors: RefCell<Vec<Error>>,
    denies: Cell<bool>,
    trace: RefCell<Trace>,
}

/// The calls, as the report shows them.
struct Trace {
    tokens: Vec<(String, TokenReport)>,
    sources: Vec<(String, SourceReport)>,
    warnings: Vec<String>,
}

impl Trace {
    /// A trace with a place for each source, in the order of the configuration: they end in any.
    fn of(plan: &Plan) -> Trace {
        let mut sources = Vec::new();
        for source in &plan.sources {
            sources.push(((*source.name).to_owned(), SourceReport::default()));
        }
        Trace { tokens: Vec::new(), sources, warnings: Vec::new() }
    }
}

impl<'a, H: Host> Run<'a, H> {
    fn new(
        plan: &'a Plan,
        shared: &'a Shared,
        host: &'a H,
        login: Login,
        (deadline, budget): (Deadline, &'a Budget),
    ) -> Run<'a, H> {
        let correlation_id = read_event(&login.event, CORRELATION_ID);
        let mut errors = unreadable_parts(plan, &login.event);
        let mut answers = Vec::new();
        for _ in &plan.sources {
            answers.push(Promised::new());
        }
        let user_id = read_event(&login.event, plan.trigger.subject());
        let user_id = user_id.as_str().unwrap_or_default().to_owned();
        // Each root is there from the start, for a variable of that name.
        let empty = Value::from(Map::new());
        let named_settings = if plan.settings.is_empty() {
            empty.clone()
        } else {
            settings(plan, &login.secrets, &mut errors)
        };
        let mut members = Map::from_members(vec![
            ("calls".into(), empty.clone()),
            ("event".into(), login.event),
            ("settings".into(), named_settings),
            ("values".into(), empty),
        ]);
        if plan.reads_now {
            members.insert("now".into(), now(host));
        }
        Run {
            plan,
            shared,
            host,
            deadline,
            budget,
            facts: Facts::new(members, plan.reads_calls),
            secrets: login.secrets,
            caller: Caller { user_id, ..Caller::default() },
            correlation_id: correlation_id.as_str().map(str::to_owned),
            answers,
            errors: RefCell::new(errors),
            denies: Cell::new(false),
            trace: RefCell::new(Trace::of(plan)),
        }
    }

    /// Returns whether there is nothing to decide.
    async fn is_skipped(&self) -> bool {
        if is_own_client(self.plan, &self.facts.seen(View::Strict), &self.secrets, self.budget) {
            self.warn(&["the token is one that this configuration asks for, and is left as it is"]);
            return true;
        }
        let Some(when) = &self.plan.when else { return false };
        self.add_values(&self.plan.when_values, View::Lenient, self.budget).await;
        match when.holds(&self.facts.seen(View::Lenient), self.budget, Faults::LeaveOpen) {
            Ok(holds) => !holds,
            // The rules are what protects the login, so they decide.
            Err(error) => {
                self.errors.borrow_mut().push(undecided("when", &error).at("when"));
                false
            }
        }
    }

    /// The reason of a rule that denies the login whatever the sources would say. They are not asked then.
    async fn deny_early(&self) -> Option<Rc<str>> {
        if self.plan.deny.is_empty() {
            return None;
        }
        let steps = Steps::new();
        self.add_values(&self.plan.early_values, View::Strict, &steps.shared).await;
        deny_early(self.plan, &self.facts, &self.secrets, &steps, &mut self.trace.borrow_mut().warnings)
    }

    async fn add_values(&self, wanted: &[usize], view: View, budget: &Budget) {
        if wanted.is_empty() {
            return;
        }
        let means = Means { host: self.host, secrets: &self.secrets, budget, deadline: self.deadline };
        self.facts.add_values(self.plan, wanted, view, means).await;
    }

    /// Asks every source, side by side; one that reads another's answer waits for that. What they put in the background
    /// is over as well when this is.
    async fn ask_all<'r>(&'r self, background: &Background<'r>) {
        let mut calls: Vec<LocalFuture<'_, ()>> = Vec::new();
        for (index, (source, answer)) in self.plan.sources.iter().zip(&self.answers).enumerate() {
            calls.push(Box::pin(async move {
                let mut report = SourceReport::default();
                let answered = self.ask(source, &mut report, background).await;
                self.facts.add_source(&source.name, &answered, &report);
                if let Some((_, slot)) = self.trace.borrow_mut().sources.get_mut(index) {
                    *slot = report;
                }
                answer.fulfil(answered);
            }));
        }
        if !join(calls, background, || self.host.sleep(GRACE_MS)).await {
            self.warn(&["a token could not be renewed in time; the old one serves"]);
        }
    }

    /// Asks one source, and notes what came of it.
    async fn ask<'r>(
        &'r self,
        source: &'r SourcePlan,
        report: &mut SourceReport,
        background: &Background<'r>,
    ) -> Answered {
        let result = match self.is_wanted(source, report).await {
            Ok(true) => self.answer(source, report, background).await.map(Answered::With),
            Ok(false) => Ok(Answered::NotAsked),
            Err(error) => Err(error),
        };
        let answered = result.or_else(|error| {
            let is_unavailable = error.code == Code::Unavailable && report.attempts == 0;
            if is_unavailable && self.waits_for_not_asked(source) {
                Ok(Answered::NotAsked)
            } else {
                Err(error)
            }
        });
        report.skipped = matches!(answered, Ok(Answered::NotAsked));
        answered.unwrap_or_else(|error| {
            report.error = Some(error.code);
            if source.on_error == OnError::Deny {
                self.denies.set(true);
            }
            self.errors.borrow_mut().push(error.at(&concat(&["sources.", &source.name])));
            Answered::Failed
        })
    }

    /// Decides whether a source is to be asked. All that its request is made of is there then.
    async fn is_wanted(&self, source: &SourcePlan, report: &mut SourceReport) -> Result<bool, Error> {
        if let Some(when) = &source.when {
            self.wait_for(&source.when_waits_for, report).await;
            self.add_values(&source.when_values, View::Lenient, self.budget).await;
            let decision = when.holds(&self.facts.seen(View::Lenient), self.budget, Faults::LeaveOpen);
            let decision = decision.map_err(|error| undecided("when", &error));
            if !placed(decision, &["sources.", &source.name, ".when"])? {
                return Ok(false);
            }
        }
        self.wait_for(&source.waits_for, report).await;
        self.add_values(&source.values, View::Strict, self.budget).await;
        Ok(true)
    }

    /// Waits for other sources, by their indexes.
    async fn wait_for(&self, others: &[usize], report: &mut SourceReport) {
        for index in others {
            let (Some(other), Some(answer)) = (self.plan.sources.get(*index), self.answers.get(*index))
            else {
                continue;
            };
            answer.wait().await;
            if !report.waited_for.contains(&other.name) {
                report.waited_for.push(Rc::clone(&other.name));
            }
        }
    }

    /// Returns whether a source has no request for the only reason that others were not asked.
    fn waits_for_not_asked(&self, source: &SourcePlan) -> bool {
        let mut is_any_not_asked = false;
        for index in &source.reads {
            match self.answers.get(*index).and_then(Promised::get) {
                Some(Answered::NotAsked) => is_any_not_asked = true,
                Some(Answered::With(_)) => {}
                Some(Answered::Failed) | None => return false,
            }
        }
        is_any_not_asked
    }

    /// The source's answer: one that is kept, or the backend's.
    async fn answer<'r>(
        &'r self,
        source: &'r SourcePlan,
        report: &mut SourceReport,
        background: &Background<'r>,
    ) -> Result<Value, Error> {
        let scope = self.facts.seen(View::Strict);
        let inputs = Inputs { scope: &scope, secrets: &self.secrets, budget: self.budget };
        let mut request = source_request(source, inputs, self.correlation_id.as_deref())?;
        request.tls = tls(self.host, &source.tls, inputs, ("sources.", &source.name))?;
        let grant = match source.token {
            Some(place) => self.grant(place, inputs)?,
            None => None,
        };
        drop(scope);
        let Some(CachePlan { ttl_ms, stale_if_error_ms, not_found_ttl_ms }) = source.cache else {
            let response = self.call(source, &mut request, grant.as_ref(), report, background).await?;
            return read_source_response(source, &response, self.budget);
        };
        let answers = &self.shared.answers;
        let key = answer_key(source, &request, grant.as_ref().map(|(_, grant)| &**grant));
        let known = answers.get(&key);
        if let Some(answer) = &known {
            let ttl_ms = if answer.is_not_found { not_found_ttl_ms } else { ttl_ms };
            if answer.is_within(ttl_ms, self.host.now_ms()) {
                report.from = Some(AnswerOrigin::Cache);
                return Ok(answer.value.clone());
            }
        }
        // To any other method 412 would answer (RFC 9110 §13.1.2).
        if let Some(etag) = known.as_ref().and_then(|known| known.etag.as_deref())
            && request.method == Method::Get
        {
            request.set_header("if-none-match", Secret::new(etag));
        }
        let result = self.call(source, &mut request, grant.as_ref(), report, background).await;
        let now_ms = self.host.now_ms();
        if let (Some(known), 304) = (&known, status_of(&result)) {
            report.from = Some(AnswerOrigin::Revalidated);
            // Another login may have got a newer version meanwhile.
            if answers.get(&key).is_none_or(|newest| newest.etag == known.etag) {
                answers.put(key, Answer { stored_at_ms: now_ms, ..known.clone() });
            }
            return Ok(known.value.clone());
        }
        let result =
            result.and_then(|response| Ok((read_source_response(source, &response, self.budget)?, response)));
        match (result, known) {
            (Ok((value, response)), _) => {
                let is_not_found = response.status == 404;
                if is_not_found && not_found_ttl_ms == 0 {
                    // A resource that is gone must not serve in an outage.
                    answers.remove(&key);
                    return Ok(value);
                }
                // The tag is of what is there, and an error has none of it.
                let etag = response.header("etag").map(str::to_owned).filter(|_| response.status < 300);
                let bytes = response.body.len();
                let answer = Answer { value: value.clone(), etag, is_not_found, bytes, stored_at_ms: now_ms };
                answers.put(key, answer);
                Ok(value)
            }
            (Err(error), Some(known))
                if !known.is_not_found
                    && known.is_within(ttl_ms.saturating_add(stale_if_error_ms), now_ms)
                    && is_outage(&error, report.status) =>
            {
                report.from = Some(AnswerOrigin::Stale);
                report.error = Some(error.code);
                let code = error.code.as_str();
                self.warn(&["`sources.", &source.name, "` failed with ", code, "; an older answer serves"]);
                Ok(known.value)
            }
            (Err(error), _) => {
                // A resource that is gone must not serve in an outage.
                if error.code == Code::SourceStatus && matches!(report.status, Some(404 | 410)) {
                    answers.remove(&key);
                }
                Err(error)
            }
        }
    }

    /// Returns a token's plan and its grant: the one of another login, where it is the same.
    fn grant<'r>(
        &'r self,
        place: usize,
        inputs: Inputs<'_>,
    ) -> Result<Option<(&'r TokenPlan, Rc<Grant>)>, Error> {
        let Some(config) = self.plan.tokens.get(place) else { return Ok(None) };
        if !IS_FAST || config.is_personal {
            return Ok(Some((config, Rc::new(grant(self.host, config, inputs)?))));
        }
        let grants = &self.shared.grants;
        let is_same =
            |(of, secrets, _): &(usize, Secrets, Rc<Grant>)| *of == place && *secrets == self.secrets;
        if let Some((_, _, known)) = grants.borrow().iter().find(|known| is_same(known)) {
            return Ok(Some((config, Rc::clone(known))));
        }
        let made = Rc::new(grant(self.host, config, inputs)?);
        let mut grants = grants.borrow_mut();
        keep(&mut grants, &mut |(of, ..)| *of != place);
        grants.push((place, self.secrets.clone(), Rc::clone(&made)));
        Ok(Some((config, made)))
    }

    /// Calls the backend.
    async fn call<'r>(
        &'r self,
        source: &'r SourcePlan,
        request: &mut Request,
        grant: Option<&(&'r TokenPlan, Rc<Grant>)>,
        report: &mut SourceReport,
        background: &Background<'r>,
    ) -> Result<Rc<Response>, Error> {
        let exchange = Exchange {
            host: self.host,
            tokens: &self.shared.tokens,
            circuit: Circuit::new(&self.shared.state, &source.id),
            caller: &self.caller,
            grant: grant.map(|(_, grant)| &**grant),
            is_personal: source.is_personal,
            retries: source.retries,
            timeout_ms: source.timeout_ms,
            deadline: self.deadline,
        };
        let acquire = async |request: &Request, rejected: Option<&Rc<Token>>| match grant {
            Some((config, grant)) => {
                Ok(Some(self.token(config, grant, (request, rejected), background).await?))
            }
            None => Ok(None),
        };
        exchange.send(request, acquire, |attempt, duration_ms| attempt.note(duration_ms, report)).await
    }

    /// A token for a request. Where it is time for the next one, that is asked for in the background.
    async fn token<'r>(
        &'r self,
        config: &'r TokenPlan,
        grant: &Rc<Grant>,
        (request, rejected): (&Request, Option<&Rc<Token>>),
        background: &Background<'r>,
    ) -> Result<Rc<Token>, Error> {
        let name = &config.name;
        let started_ms = self.host.monotonic_ms();
        let needed = TokenRequest { rejected, then: Some(request), ..self.token_request(config, grant) };
        let acquired = self.shared.tokens.acquire(self.host, needed).await;
        let duration_ms = rounded(self.host.monotonic_ms() - started_ms);
        let mut trace = self.trace.borrow_mut();
        let report = match &acquired {
            Ok(acquired) => TokenReport { from: Some(acquired.origin), duration_ms, error: None },
            Err(error) => TokenReport { from: None, duration_ms, error: Some(error.code) },
        };
        match trace.tokens.iter_mut().find(|(known, _)| **known == **name) {
            None => trace.tokens.push(((**name).to_owned(), report)),
            // Two sources may share a token; what it cost is what the first of them waited. A second
            // one after a refusal is news.
            Some((_, known)) if rejected.is_some() => *known = report,
            Some(_) => {}
        }
        drop(trace);
        let acquired = placed(acquired, &["tokens.", name])?;
        if acquired.cache_refused {
            self.warn(&[
                "`api.cache` did not take the token `",
                name,
                "`; other instances will ask for their own",
            ]);
        }
        if acquired.is_due {
            let grant = Rc::clone(grant);
            background.borrow_mut().push(Box::pin(async move { self.refresh(config, &grant).await }));
        }
        Ok(acquired.token)
    }

    async fn refresh(&self, config: &TokenPlan, grant: &Grant) {
        let request = self.token_request(config, grant);
        if let Err(error) = self.shared.tokens.refresh(self.host, request).await {
            let code = error.code.as_str();
            self.warn(&[
                "`tokens.",
                &config.name,
                "` could not be renewed yet (",
                code,
                "); the old one serves",
            ]);
        }
    }

    fn token_request<'n>(&'n self, config: &'n TokenPlan, grant: &'n Grant) -> TokenRequest<'n> {
        TokenRequest {
            grant,
            circuit: Circuit::new(&self.shared.state, &config.id),
            caller: &self.caller,
            is_personal: config.is_personal,
            timeout_ms: config.timeout_ms,
            deadline: self.deadline,
            rejected: None,
            then: None,
        }
    }

    fn warn(&self, message: &[&str]) {
        self.trace.borrow_mut().warnings.push(concat(message));
    }
}

/// The parts of the event that are read and cannot be, each as an error.
fn unreadable_parts(plan: &Plan, event: &Value) -> Vec<Error> {
    let mut errors = Vec::new();
    for chain in &plan.event_reads {
        let mut part = event.clone();
        for name in chain {
            part = part.member(name);
        }
        if part.has_unavailable() {
            let mut place = String::from("event");
            for name in chain {
                place.push_str(&concat(&[".", name]));
            }
            let message = "a part of this cannot be read: it is nested too deeply, or is no plain JSON";
            errors.push(Error::new(Code::Unavailable, message).at(&place));
        }
    }
    errors
}

/// Returns whether the backend is down, so that a stale answer may serve. Where it refuses, it means
/// what it says.
fn is_outage(error: &Error, status: Option<u16>) -> bool {
    error.code != Code::SourceStatus || status.is_none_or(|status| matches!(status, 408 | 429 | 500..))
}

/// Returns whether the token to be issued is one that this engine asked for. To ask for another one
/// because of it would never end.
fn is_own_client(plan: &Plan, scope: &Value, secrets: &Secrets, budget: &Budget) -> bool {
    let inputs = Inputs { scope, secrets, budget };
    let client_id = read_event(&scope.member("event"), CLIENT_ID);
    plan.trigger == Trigger::CredentialsExchange
        // A client id that cannot be rendered asks for no token either.
        && plan.tokens.iter().any(|token| {
            token.client_id.render(inputs).is_ok_and(|own| client_id.as_str() == Some(&*own))
        })
}
