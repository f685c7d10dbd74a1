//! The rules of a configuration: whether the login goes on, with which further factor, and what becomes of its session
//! and its scopes.
//!
//! A rule is decided by what is known. What failed decides nothing, and neither does the null of a source that was
//! not asked.

use std::rc::Rc;

use claimsmith_expression::text::concat;
use claimsmith_expression::{Budget, Expression, Faults, Value};

use crate::decision::{Change, DENY_REASON, Effect, Subject};
use crate::error::{Code, Error};
use crate::event::{
    AUTHENTICATION_METHODS, EMAIL, ENROLLED_FACTORS, PROTOCOL, REFRESH_TOKEN_ID, SESSION_ID, read_event,
};
use crate::facts::{Facts, View};
use crate::gathered::Gathered;
use crate::limits::is_scope;
use crate::mfa::{Mfa, challenge, needs_none};
use crate::plan::{Demand, DenyRule, MfaRule, OnError, Plan, ScopeRule, Scopes, SessionChange, SessionRule};
use crate::secret::Secrets;
use crate::template::{Inputs, NullInText, Part, Template, evaluate, not_evaluated};
use crate::text::{one_line, rule_path};

/// The steps that the rules of one login share. Their own, so that no claim over a user's large data
/// can leave a rule undecided.
const RULE_STEPS: usize = 100_000;

/// The steps that a rule has of its own where others have used up the shared ones, so that one over large data leaves
/// no other undecided.
const OWN_STEPS: usize = 1_000;

/// The most characters of a reason that parts were filled into.
const MAX_REASON: usize = 1_000;

/// The most changes of scopes of one rule: of those to add Auth0 takes no more, and those to remove are what one
/// request asked for.
const MAX_ADDED: usize = 1_000;
const MAX_REMOVED: usize = 10_000;

/// A denial and its reason.
#[derive(Debug)]
pub(crate) struct Denial {
    /// The text that the user reads.
    pub(crate) reason: Rc<str>,
    /// True where something failed, false where a rule holds.
    pub(crate) is_failure: bool,
}

/// The decision on a rule.
enum Ruling {
    Holds,
    DoesNotHold,
    Undecided(Error),
}

/// The steps of the rules.
pub(crate) struct Steps {
    pub(crate) shared: Budget,
}

impl Steps {
    pub(crate) fn new() -> Steps {
        Steps { shared: Budget::new(RULE_STEPS) }
    }

    /// Evaluates with the shared steps, or where these are used up, with a few of its own.
    fn spend<T>(&self, evaluate: impl FnOnce(&Budget) -> T) -> T {
        let own = Budget::new(OWN_STEPS);
        evaluate(if self.shared.steps_left() < OWN_STEPS { &own } else { &self.shared })
    }
}

impl Facts {
    /// Decides a rule; one without a condition always holds.
    fn decide(&self, when: Option<&Expression>, steps: &Steps) -> Ruling {
        let Some(when) = when else { return Ruling::Holds };
        match steps.spend(|budget| when.holds(&self.seen(View::Strict), budget, Faults::LeaveOpen)) {
            Ok(true) => Ruling::Holds,
            Err(error) if error.may_hold => Ruling::Undecided(not_evaluated(&error)),
            // A rule that only sources which were not asked leave open does not apply.
            Ok(false) | Err(_) => Ruling::DoesNotHold,
        }
    }

    /// Returns a reason with its parts filled in, a null as nothing; `None` where one cannot be, or nothing is left.
    fn reason(&self, template: &Template, secrets: &Secrets, steps: &Steps) -> Option<Rc<str>> {
        if let [Part::Literal(text)] = template.parts() {
            return Some(text.as_str().into());
        }
        let scope = &self.seen(View::Lenient);
        let text = steps.spend(|budget| {
            template.render_with(Inputs { scope, secrets, budget }, NullInText::Empty).ok()
        })?;
        if text.is_empty() { None } else { Some(one_line(&text, MAX_REASON).into()) }
    }
}

/// The reason of the first rule that holds by the event alone, so that nothing need be asked.
pub(crate) fn deny_early(
    plan: &Plan,
    facts: &Facts,
    secrets: &Secrets,
    steps: &Steps,
    warnings: &mut Vec<String>,
) -> Option<Rc<str>> {
    let holds = |rule: &DenyRule| {
        !rule.reads_source && matches!(facts.decide(Some(&rule.when), steps), Ruling::Holds)
    };
    let (index, rule) = plan.deny.iter().enumerate().find(|(_, rule)| holds(rule))?;
    warnings.push(concat(&["`", &rule_path("deny", index), "` holds"]));
    Some(facts.reason(&rule.reason, secrets, steps).unwrap_or_else(|| DENY_REASON.into()))
}

/// Decides all rules: the denial, if there is one, and what else is to be done.
pub(crate) fn apply_rules(
    plan: &Plan,
    gathered: &mut Gathered,
    (steps, now_ms): (Steps, u64),
    effects: &mut Vec<Effect>,
) -> Option<Denial> {
    let mut rules = Rules { plan, gathered, steps, now_ms, effects };
    let mut denial = rules.deny();
    if !(plan.session.is_empty() && plan.refresh_token.is_empty()) {
        denial = denial.or_else(|| rules.change_sessions());
    }
    if !plan.mfa.is_empty() {
        denial = denial.or_else(|| rules.demand_mfa());
    }
    if denial.is_none() && !plan.scopes.is_empty() {
        rules.change_scopes();
    }
    denial
}

/// The rules of one login under way.
struct Rules<'a> {
    plan: &'a Plan,
    gathered: &'a mut Gathered,
    steps: Steps,
    now_ms: u64,
    effects: &'a mut Vec<Effect>,
}

// What only some plans have is a function of its own, for a pasted file that goes without: js-shim/parts.js.
impl Rules<'_> {
    fn reason(&self, template: &Template) -> Option<Rc<str>> {
        self.gathered.facts.reason(template, &self.gathered.secrets, &self.steps)
    }

    fn event(&self, names: [&str; 2]) -> Value {
        read_event(&self.gathered.facts.seen(View::Lenient).member("event"), names)
    }

    /// Warns of what a rule comes to, and notes the error by which it does.
    fn note(&mut self, place: &str, says: &str, error: Option<Error>) {
        self.gathered.warnings.push(concat(&["`", place, "` ", says]));
        if let Some(error) = error {
            self.gathered.errors.push(error.at(place));
        }
    }

    /// The first rule that holds denies the login; where none does, the first undecided one that is to deny then, or a
    /// source that failed.
    fn deny(&mut self) -> Option<Denial> {
        let plan = self.plan;
        let mut is_failure = false;
        let mut undecided = None;
        for (index, rule) in plan.deny.iter().enumerate() {
            let place = rule_path("deny", index);
            match self.gathered.facts.decide(Some(&rule.when), &self.steps) {
                Ruling::DoesNotHold => {}
                Ruling::Holds => {
                    self.note(&place, "holds", None);
                    let reason = self.reason(&rule.reason).or(undecided);
                    return Some(self.denial(reason, false));
                }
                Ruling::Undecided(error) => {
                    let denies = rule.denies_undecided;
                    let says = if denies { UNDECIDED_DENIES } else { UNDECIDED_SKIPPED };
                    self.note(&place, says, Some(error));
                    if denies {
                        is_failure = true;
                        undecided = undecided.or_else(|| self.reason(&rule.reason));
                    }
                }
            }
        }
        (is_failure || self.gathered.denies).then(|| self.denial(undecided, true))
    }

    /// A denial with this reason, or else with that of a source that failed, or else with the default.
    fn denial(&self, reason: Option<Rc<str>>, is_failure: bool) -> Denial {
        let of_source = || {
            for source in &self.plan.sources {
                if source.on_error == OnError::Deny
                    && let Some(reason) = &source.deny_reason
                    && self.gathered.facts.seen(View::Lenient).member(&source.name).is_unavailable()
                    && let Some(reason) = self.reason(reason)
                {
                    return Some(reason);
                }
            }
            None
        };
        let reason = reason.or_else(of_source).unwrap_or_else(|| DENY_REASON.into());
        Denial { reason, is_failure }
    }

    /// All rules that hold apply. Where one revokes, the login is denied, and only what is revoked counts.
    #[inline(never)]
    fn change_sessions(&mut self) -> Option<Denial> {
        let plan = self.plan;
        let (mut denial, mut lifetimes) = (None, Vec::new());
        for (subject, rules) in
            [(Subject::Session, &plan.session), (Subject::RefreshToken, &plan.refresh_token)]
        {
            for (index, rule) in rules.iter().enumerate() {
                let denied = self.change_session(subject, index, rule, &mut lifetimes);
                denial = denial.or(denied);
            }
        }
        if denial.is_none() {
            self.effects.append(&mut lifetimes);
        }
        denial
    }

    fn change_session(
        &mut self,
        subject: Subject,
        rule: usize,
        config: &SessionRule,
        lifetimes: &mut Vec<Effect>,
    ) -> Option<Denial> {
        let place = rule_path(subject.as_str(), rule);
        match (self.gathered.facts.decide(config.when.as_ref(), &self.steps), &config.change) {
            (Ruling::DoesNotHold, _) => None,
            (Ruling::Undecided(error), _) if !config.denies_undecided => {
                self.note(&place, UNDECIDED_SKIPPED, Some(error));
                None
            }
            (Ruling::Undecided(error), SessionChange::Expires(..)) => {
                self.note(&place, UNDECIDED_SKIPPED, Some(error));
                None
            }
            (Ruling::Undecided(error), SessionChange::Revoke(text)) => {
                self.note(&place, UNDECIDED_DENIES, Some(error));
                Some(self.denial(self.reason(text), true))
            }
            (Ruling::Holds, SessionChange::Revoke(text)) => {
                self.note(&place, "holds", None);
                let denial = self.denial(self.reason(text), false);
                let id = match subject {
                    Subject::Session => SESSION_ID,
                    Subject::RefreshToken => REFRESH_TOKEN_ID,
                };
                // One whose id cannot be read is there.
                if !self.event(id).is_null() {
                    let change = Change::Revoke(Rc::clone(&denial.reason));
                    self.effects.push(Effect::ChangeSession { subject, change, rule });
                }
                Some(denial)
            }
            (Ruling::Holds, SessionChange::Expires(expires, idle)) => {
                for (is_idle, lifetime) in [(false, expires), (true, idle)] {
                    let at_ms = lifetime.as_ref().and_then(|lifetime| self.expiry(lifetime, &place));
                    let Some(at_ms) = at_ms else { continue };
                    let change =
                        if is_idle { Change::IdleExpiresAt(at_ms) } else { Change::ExpiresAt(at_ms) };
                    lifetimes.push(Effect::ChangeSession { subject, change, rule });
                }
                None
            }
        }
    }

    /// The time after a lifetime; none where that is null, or no lifetime, which is noted.
    fn expiry(&mut self, lifetime: &Expression, place: &str) -> Option<f64> {
        let facts = &self.gathered.facts;
        let value = self.steps.spend(|budget| evaluate(lifetime, &facts.seen(View::Lenient), budget));
        let seconds = value.and_then(|value| match SessionRule::seconds(&value) {
            None if !value.is_null() => Err(Error::new(
                Code::ClaimTypeMismatch,
                "a lifetime is a number of seconds, from 1 to 10 years",
            )),
            seconds => Ok(seconds),
        });
        match seconds {
            Ok(seconds) => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "milliseconds of any date are exact in a double"
                )]
                let now_ms = self.now_ms as f64;
                seconds.map(|seconds| (now_ms + seconds * 1_000.0).floor())
            }
            Err(error) => {
                self.gathered.errors.push(error.at(place));
                None
            }
        }
    }

    /// The first rule that holds, or that is undecided and demanded then, counts.
    #[inline(never)]
    fn demand_mfa(&mut self) -> Option<Denial> {
        let plan = self.plan;
        for (index, rule) in plan.mfa.iter().enumerate() {
            let place = rule_path("mfa", index);
            match self.gathered.facts.decide(rule.when.as_ref(), &self.steps) {
                Ruling::DoesNotHold => continue,
                Ruling::Holds => {}
                Ruling::Undecided(error) if rule.requires => {
                    self.note(&place, "is undecided, and demands a factor", Some(error));
                }
                Ruling::Undecided(error) => {
                    self.note(&place, UNDECIDED_SKIPPED, Some(error));
                    continue;
                }
            }
            if !rule.always && needs_none(&self.event(AUTHENTICATION_METHODS), &self.event(PROTOCOL)) {
                return None;
            }
            return match self.factors(rule) {
                Ok(mfa) => {
                    self.effects.push(Effect::DemandMfa { mfa, is_required: rule.requires, rule: index });
                    None
                }
                Err(error) => {
                    let says = if rule.requires {
                        "can demand no factor, and denies"
                    } else {
                        "can demand no factor, and is skipped"
                    };
                    self.note(&place, says, Some(error));
                    rule.requires.then(|| self.denial(None, true))
                }
            };
        }
        None
    }

    /// What a rule demands of this user.
    fn factors(&self, rule: &MfaRule) -> Result<Mfa, Error> {
        match &rule.demand {
            Demand::Enable(provider, remembers) => Ok(Mfa::Enable(*provider, *remembers)),
            Demand::Challenge(factors, enrolls) => {
                challenge(factors, enrolls, &self.event(ENROLLED_FACTORS), !self.event(EMAIL).is_null())
            }
        }
    }

    #[inline(never)]
    fn change_scopes(&mut self) {
        let plan = self.plan;
        for (index, rule) in plan.scopes.iter().enumerate() {
            let place = rule_path("scopes", index);
            let applies = match self.gathered.facts.decide(rule.when.as_ref(), &self.steps) {
                Ruling::Holds => true,
                Ruling::DoesNotHold => false,
                Ruling::Undecided(error) => {
                    self.note(&place, "is undecided", Some(error));
                    rule.applies_undecided
                }
            };
            if applies && let Err(error) = self.change_each(rule) {
                self.gathered.errors.push(error.at(&place));
            }
        }
    }

    /// Changes the scopes of a rule, as far as they are some.
    fn change_each(&mut self, rule: &ScopeRule) -> Result<(), Error> {
        let value = match &rule.scopes {
            Scopes::One(scope) => Value::String(Rc::clone(scope)),
            Scopes::Listed(listed) => {
                let facts = &self.gathered.facts;
                match self.steps.spend(|budget| listed.evaluate_within(&facts.seen(View::Strict), budget)) {
                    Ok(value) => value,
                    Err(error) if error.may_hold => return Err(not_evaluated(&error)),
                    // Only sources that were not asked leave it open.
                    Err(_) => return Ok(()),
                }
            }
        };
        let one = std::slice::from_ref(&value);
        let scopes = match &value {
            Value::Null => return Ok(()),
            Value::Array(scopes) => scopes,
            _ => one,
        };
        let adds = rule.adds;
        let most = if adds { MAX_ADDED } else { MAX_REMOVED };
        let mut result = Ok(());
        for scope in scopes.iter().take(most) {
            match scope {
                Value::String(scope) if is_scope(scope) => {
                    self.effects.push(Effect::ChangeScope { scope: Rc::clone(scope), adds });
                }
                _ => {
                    let message = "a scope is a text of 1 to 280 visible ASCII characters";
                    result = Err(Error::new(Code::ClaimTypeMismatch, message));
                }
            }
        }
        if scopes.len() > most {
            return Err(Error::new(
                Code::ClaimsTooLarge,
                "the list has more scopes than are changed at a login",
            ));
        }
        result
    }
}

const UNDECIDED_DENIES: &str = "is undecided, and denies";
const UNDECIDED_SKIPPED: &str = "is undecided, and is skipped";
