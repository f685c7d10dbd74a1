//! One login, from its event to a decision.

use claimsmith_expression::{Budget, Value};

use crate::call::Deadline;
#[cfg(feature = "explain")]
use crate::decision::Seen;
use crate::decision::{DENY_REASON, Decision, Effect};
use crate::event::read_event;
use crate::facts::View;
use crate::fingerprint::fingerprint;
use crate::gather::{Shared, gather};
use crate::host::Host;
use crate::login::Login;
use crate::mapping::{Bounds, Mapped};
use crate::plan::{Live, Mode, Plan};
use crate::report::{ClaimsReport, OutcomeKind, Report, ScopesReport, SessionReport, rounded};
use crate::rules::Denial;
use crate::warning;

/// The steps that the expressions of one login share, rules aside. All of them in a single one take
/// less than 100 ms, in which no other login of the instance gets on (`bench/worst-case.js`).
const LOGIN_STEPS: usize = 400_000;

/// The time to build claims in where the login's deadline has passed, in milliseconds.
const MAPPING_MS: u32 = 50;

/// A plan and the state that its logins share: tokens, cached answers, circuits. One engine serves many logins at
/// once.
#[derive(Debug)]
pub struct Engine {
    plan: Plan,
    shared: Shared,
    /// The plan's fingerprint, with `+live` behind it where `live` differs from the plan.
    fingerprint: String,
    /// True where the readable configuration is not the one that the plan was compiled from.
    is_edited: bool,
    /// Warnings about the file, for each report.
    warnings: Vec<String>,
}

impl Engine {
    /// Makes an engine without any state of logins.
    pub fn new(plan: Plan) -> Engine {
        let fingerprint = plan.fingerprint.clone();
        Engine { plan, shared: Shared::default(), fingerprint, is_edited: false, warnings: Vec::new() }
    }

    /// Applies the values of `live`: see [`Plan::apply_live`]. What does not fit becomes a warning.
    pub fn apply_live(&mut self, live: &Value) {
        let Live { differs, mut warnings } = self.plan.apply_live(live);
        if differs {
            self.fingerprint.push_str("+live");
        }
        self.warnings.append(&mut warnings);
    }

    /// Compares the readable configuration with the plan's. An edited one becomes a warning.
    pub fn compare(&mut self, written: &Value) {
        self.is_edited = fingerprint(written) != self.plan.fingerprint;
        if self.is_edited {
            let warning = "the configuration in this file was edited and is ignored; the plan below it runs: bundle again";
            self.warnings.push(warning.to_owned());
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the warnings about the file, as sentences.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Decides one login. Never fails: what goes wrong is in the report, and the decision follows the
    /// failure policy. Ends by `deadline_ms`.
    pub async fn enrich<H: Host>(&self, host: &H, mut login: Login) -> Decision {
        let started_ms = host.monotonic_ms();
        let missing_targets = std::mem::take(&mut login.missing_targets);
        let deadline = Deadline::from(started_ms, self.plan.deadline_ms);
        let budget = Budget::new(LOGIN_STEPS);
        let gathered = gather(&self.plan, &self.shared, host, login, (deadline, &budget)).await;
        // A source that took all the time costs its own claims, not those of the others.
        let deadline = deadline.or_after(host, MAPPING_MS);
        let bounds = Bounds { missing: &missing_targets, budget: &budget, deadline };
        let mut decision = self.decide(Mapped::map(&self.plan, gathered, host, bounds).await);
        decision.report.duration_ms = rounded(host.monotonic_ms() - started_ms);
        decision
    }

    fn decide(&self, mapped: Mapped<'_>) -> Decision {
        let Mapped { mut gathered, mut effects, mut left_out, mut defaulted, denial, .. } = mapped;
        gathered.errors.append(&mut gathered.facts.take_errors());
        let by_failure = || gathered.denies.then(|| Denial { reason: DENY_REASON.into(), is_failure: true });
        let denial = denial.or_else(by_failure);
        let is_denied = denial.is_some();
        let is_shadow = self.plan.mode == Mode::Shadow;
        if let Some(Denial { reason, is_failure }) = denial {
            effects.push(Effect::Deny { reason, is_failure });
            (left_out, defaulted) = (Vec::new(), Vec::new());
            if is_shadow {
                gathered.warnings.push("the login would have been denied".to_owned());
            }
        }
        let mut warnings = self.warnings.clone();
        warnings.append(&mut gathered.warnings);
        let event = gathered.facts.seen(View::Lenient).member("event");
        warning::note(&effects, |names| read_event(&event, names), &mut warnings);
        let outcome = if gathered.is_skipped {
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
            mfa: None,
            session: SessionReport::default(),
            refresh_token: SessionReport::default(),
            denied: is_denied,
            errors: gathered.errors,
            warnings,
            fingerprint: Some(self.fingerprint.clone()),
            is_edited: self.is_edited,
            #[cfg(feature = "client")]
            log: Vec::new(),
        };
        let mut decision = Decision::new(effects, report);
        if is_shadow {
            decision.effects.clear();
        }
        #[cfg(feature = "explain")]
        {
            let seen = |view| gathered.facts.seen(view);
            decision.seen = Seen { lenient: seen(View::Lenient), strict: seen(View::Strict) };
        }
        decision
    }
}
