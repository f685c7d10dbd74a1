//! The rules of a configuration: whether the login goes on, and which scopes it gets.
//!
//! A rule is decided by what is known. What failed decides nothing, and neither does the null of a source that was
//! not asked.

use std::rc::Rc;

use claimsmith_expression::text::{concat, decimal};
use claimsmith_expression::{Budget, Expression, Faults};

use crate::decision::Effect;
use crate::error::Error;
use crate::facts::{Facts, View};
use crate::gathered::Gathered;
use crate::plan::{DenyRule, Plan};
use crate::template::not_evaluated;

/// The steps that the rules of one login share. Their own, so that no claim over a user's large data
/// can leave a rule undecided.
pub(crate) const RULE_STEPS: usize = 100_000;

/// The steps that a rule has of its own where others have used up the shared ones, so that one over large data leaves
/// no other undecided.
const OWN_STEPS: usize = 1_000;

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

impl Facts {
    /// Decides a rule; one without a condition always holds.
    fn decide(&self, when: Option<&Expression>, budget: &Budget) -> Ruling {
        let Some(when) = when else { return Ruling::Holds };
        let own = Budget::new(OWN_STEPS);
        let budget = if budget.steps_left() < OWN_STEPS { &own } else { budget };
        match when.holds(&self.seen(View::Strict), budget, Faults::LeaveOpen) {
            Ok(true) => Ruling::Holds,
            Err(error) if error.may_hold => Ruling::Undecided(not_evaluated(&error)),
            // A rule that only sources which were not asked leave open does not apply.
            Ok(false) | Err(_) => Ruling::DoesNotHold,
        }
    }
}

/// The reason of the first rule that holds by the event alone, so that nothing need be asked.
pub(crate) fn deny_early(
    plan: &Plan,
    facts: &Facts,
    budget: &Budget,
    warnings: &mut Vec<String>,
) -> Option<Rc<str>> {
    let holds = |rule: &DenyRule| {
        !rule.reads_source && matches!(facts.decide(Some(&rule.when), budget), Ruling::Holds)
    };
    let (index, rule) = plan.deny.iter().enumerate().find(|(_, rule)| holds(rule))?;
    warnings.push(concat(&["`", &rule_path("deny", index), "` holds"]));
    Some(Rc::clone(&rule.reason))
}

/// Decides whether the login is denied by a rule, and if not, what becomes of the scopes.
pub(crate) fn apply_rules(
    plan: &Plan,
    gathered: &mut Gathered,
    budget: &Budget,
    effects: &mut Vec<Effect>,
) -> Option<Denial> {
    let denial = deny(plan, gathered, budget);
    if denial.is_none() && !gathered.denies {
        change_scopes(plan, gathered, budget, effects);
    }
    denial
}

/// The first rule that holds denies the login; where none does, the first undecided one that is to deny then.
fn deny(plan: &Plan, gathered: &mut Gathered, budget: &Budget) -> Option<Denial> {
    let mut undecided = None;
    for (index, rule) in plan.deny.iter().enumerate() {
        let place = rule_path("deny", index);
        match gathered.facts.decide(Some(&rule.when), budget) {
            Ruling::DoesNotHold => {}
            Ruling::Holds => {
                gathered.warnings.push(concat(&["`", &place, "` holds"]));
                return Some(Denial { reason: Rc::clone(&rule.reason), is_failure: false });
            }
            Ruling::Undecided(error) => {
                let says = if rule.denies_undecided {
                    "` is undecided, and denies"
                } else {
                    "` is undecided, and is skipped"
                };
                gathered.warnings.push(concat(&["`", &place, says]));
                gathered.errors.push(error.at(&place));
                if rule.denies_undecided && undecided.is_none() {
                    undecided = Some(Denial { reason: Rc::clone(&rule.reason), is_failure: true });
                }
            }
        }
    }
    undecided
}

fn change_scopes(plan: &Plan, gathered: &mut Gathered, budget: &Budget, effects: &mut Vec<Effect>) {
    for (index, rule) in plan.scopes.iter().enumerate() {
        let applies = match gathered.facts.decide(rule.when.as_ref(), budget) {
            Ruling::Holds => true,
            Ruling::DoesNotHold => false,
            Ruling::Undecided(error) => {
                let place = rule_path("scopes", index);
                gathered.warnings.push(concat(&["`", &place, "` is undecided"]));
                gathered.errors.push(error.at(&place));
                rule.applies_undecided
            }
        };
        if applies {
            effects.push(Effect::ChangeScope { scope: Rc::clone(&rule.scope), adds: rule.adds });
        }
    }
}

fn rule_path(list: &str, index: usize) -> String {
    concat(&[list, "[", &decimal(index), "]"])
}
