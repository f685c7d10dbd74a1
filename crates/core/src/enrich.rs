//! One login, from its event to a decision.

use std::rc::Rc;

use claimsmith_expression::{Budget, Value};

use crate::call::Deadline;
use crate::claim::Target;
use crate::config::{CLIENT_ID, Config, Trigger, claim_path, read_event};
use crate::error::{Code, Error};
use crate::gather::{Shared, gather};
use crate::host::Host;
use crate::mapping::{Limits, Mapped};
use crate::report::{ClaimsReport, LeftOut, OutcomeKind, Report, ScopesReport, rounded};
use crate::rules::Denial;
use crate::secret::Secrets;
use crate::template::Inputs;
use crate::warning;

/// What a user reads when the login is denied because something failed. Names no system.
pub const DENY_REASON: &str = "We could not complete your login. Please try again later.";

/// How many steps the expressions of one login may take together, rules aside. All of them in a single one take
/// less than 100 ms, in which no other login of the instance gets on (`bench/worst-case.js`).
const LOGIN_STEPS: usize = 400_000;

/// How long claims may be built for where the login's time is over before, in milliseconds.
const MAPPING_MS: u32 = 50;

/// A configuration with what its logins have learnt: tokens, answers, and what is out of order. One engine
/// serves many logins at once.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    shared: Shared,
}

/// What one login brings.
#[derive(Debug, Default)]
pub struct Login {
    /// The parts of the event that [`Config::event_reads`] names.
    pub event: Value,
    /// The secrets that [`Config::secrets`] names, as far as the Action has them.
    pub secrets: Secrets,
    /// The targets of claims that this login's api does not have.
    pub missing_targets: Vec<Target>,
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
        /// Where it goes.
        target: Target,
        /// The claim's name.
        name: Rc<str>,
        /// Its value: plain JSON, never null.
        value: Value,
    },
    /// Change the scopes of the access token.
    ChangeScope {
        /// The scope.
        scope: Rc<str>,
        /// Whether it is added; it is removed otherwise.
        adds: bool,
    },
    /// Deny the login.
    Deny {
        /// What the user reads.
        reason: Rc<str>,
        /// Whether something failed; a rule of the configuration says so otherwise.
        is_failure: bool,
    },
}

impl Engine {
    /// An engine that has seen no login yet.
    pub fn new(config: Config) -> Engine {
        Engine { config, shared: Shared::default() }
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Decides one login. Never fails: what goes wrong is in the report, and the decision follows the
    /// failure policy. Ends by `deadline_ms`.
    pub async fn enrich<H: Host>(&self, host: &H, mut login: Login) -> Decision {
        let started_ms = host.monotonic_ms();
        let missing_targets = std::mem::take(&mut login.missing_targets);
        let deadline = Deadline::after(host, self.config.deadline_ms);
        let budget = Budget::new(LOGIN_STEPS);
        let gathered = gather(&self.config, &self.shared, host, login, (deadline, &budget)).await;
        // A source that took all the time costs its own claims, not those of the others.
        let deadline = deadline.or_after(host, MAPPING_MS);
        let limits = Limits { missing: &missing_targets, budget: &budget, deadline };
        let mut decision = self.decide(Mapped::map(&self.config, gathered, host, limits).await);
        decision.report.duration_ms = rounded(host.monotonic_ms() - started_ms);
        decision
    }

    fn decide(&self, mapped: Mapped) -> Decision {
        let Mapped { mut gathered, mut effects, mut left_out, mut defaulted, denial } = mapped;
        let by_failure = || gathered.denies.then(|| Denial { reason: DENY_REASON.into(), is_failure: true });
        let denial = denial.or_else(by_failure);
        let is_denied = denial.is_some();
        let is_shadow = self.config.is_shadow;
        if let Some(Denial { reason, is_failure }) = denial {
            effects = vec![Effect::Deny { reason, is_failure }];
            (left_out, defaulted) = (Vec::new(), Vec::new());
            if is_shadow {
                gathered.warnings.push("the login would have been denied".to_owned());
            }
        }
        let event = gathered.facts.scope.member("event");
        warning::note(&effects, |names| read_event(&event, names), &mut gathered.warnings);
        let outcome = if gathered.is_own {
            OutcomeKind::Skipped
        } else if is_shadow {
            OutcomeKind::Shadow
        } else if is_denied {
            OutcomeKind::Denied
        } else if gathered.errors.is_empty() {
            OutcomeKind::Enriched
        } else if effects.is_empty() {
            OutcomeKind::Skipped
        } else {
            OutcomeKind::Partial
        };
        let report = Report {
            outcome,
            duration_ms: 0.0,
            correlation_id: gathered.correlation_id,
            tokens: gathered.tokens,
            sources: gathered.sources,
            claims: ClaimsReport { set: Vec::new(), left_out, defaulted },
            scopes: ScopesReport::default(),
            errors: gathered.errors,
            warnings: gathered.warnings,
        };
        let mut decision = Decision::new(effects, report);
        if is_shadow {
            decision.effects.clear();
        }
        decision
    }
}

impl Decision {
    /// A decision whose report tells what the effects do.
    pub(crate) fn new(effects: Vec<Effect>, report: Report) -> Decision {
        let mut decision = Decision { effects, report };
        decision.report_effects(&[]);
        decision
    }

    /// Corrects the report where `api` refused what was decided, by the indexes of the effects.
    pub fn note_refused(&mut self, refused: &[usize]) {
        if refused.is_empty() {
            return;
        }
        self.report_effects(refused);
        let report = &mut self.report;
        report.outcome = match report.outcome {
            OutcomeKind::Enriched => OutcomeKind::Partial,
            other => other,
        };
        for effect in refused.iter().filter_map(|index| self.effects.get(*index)) {
            let mut error = Error::new(Code::ApiRefused, "Auth0's api refused what was decided");
            if let Effect::SetClaim { target, name, .. } = effect {
                let reason = error.code.as_str();
                report.claims.left_out.push(LeftOut {
                    claim: (**name).to_owned(),
                    reason,
                    target: Some(*target),
                    source: None,
                });
                error = error.at(&claim_path(name));
            }
            report.errors.push(error);
        }
    }

    /// Adds a warning for each claim that Auth0 will drop without a word. `read` gives what the event has under two
    /// names.
    #[cfg(feature = "client")]
    pub fn warn_of_dropped_claims(&mut self, read: impl Fn([&str; 2]) -> Value) {
        warning::note(&self.effects, read, &mut self.report.warnings);
    }

    /// Tells what the effects do, but for those that were refused.
    fn report_effects(&mut self, refused: &[usize]) {
        let Report { claims, scopes, .. } = &mut self.report;
        claims.set.clear();
        *scopes = ScopesReport::default();
        for (index, effect) in self.effects.iter().enumerate() {
            let (names, name) = match effect {
                Effect::SetClaim { name, .. } => (&mut claims.set, name),
                Effect::ChangeScope { scope, adds: true } => (&mut scopes.added, scope),
                Effect::ChangeScope { scope, .. } => (&mut scopes.removed, scope),
                Effect::Deny { .. } => continue,
            };
            // A claim with several targets comes several times, one after the other.
            if !refused.contains(&index) && names.last().is_none_or(|last| **last != **name) {
                names.push((**name).to_owned());
            }
        }
    }
}

/// Whether the token that is about to be issued is one that this engine asked for. To ask for another one
/// because of it would never end.
pub(crate) fn is_own_client(config: &Config, inputs: Inputs<'_>) -> bool {
    let client_id = read_event(&inputs.scope.member("event"), CLIENT_ID);
    config.trigger == Trigger::CredentialsExchange
        // A client id that cannot be rendered asks for no token either.
        && config.tokens.iter().any(|token| {
            token.client_id.render(inputs).is_ok_and(|own| client_id.as_str() == Some(&*own))
        })
}
