//! Warnings: what a configuration may say and likely does not mean.
//!
//! Each has a code, a place and a mend that says what to write. Nothing here changes a plan, so a check may be as fine as
//! people like it; what it must not do is cry wolf.

mod chains;
mod expressions;
mod kinds;
mod rules;
mod sources;
mod texts;
mod walk;

use std::rc::Rc;

use claimsmith_core::error::Part as Place;
use claimsmith_core::plan::{Plan, Setting};
use claimsmith_core::words::words;
use claimsmith_expression::{Expression, Value};

use crate::expressions::find_word;
use crate::scope::Scope;
use kinds::Knowledge;
use walk::{Found, Places};

words! {
    /// The kind of a warning.
    pub enum WarningCode {
        /// An expression reads a member that no event has, so it is always null.
        EventMemberUnknown = "event_member_unknown",
        /// A template has `${…}`: the dollar stays in the text.
        DollarBrace = "dollar_brace",
        /// Braces stand where nothing is filled in: in a default, in the name of a scope, in a text of an expression.
        BracesAreText = "braces_are_text",
        /// The name of a secret stands where its value belongs.
        SecretAsText = "secret_as_text",
        /// A value stands where a secret belongs, so that everybody who reads the file has it.
        SecretInFile = "secret_in_file",
        /// An expression reads `event.secrets`, which no expression sees.
        EventSecrets = "event_secrets",
        /// A secret's name is nearly another's.
        SecretMisspelt = "secret_misspelt",
        /// A name in double quotes stands where a text was likely meant.
        QuotedName = "quoted_name",
        /// `<`, `<=`, `>` or `>=` compares what is no number, so the comparison is always null.
        OrderOfTexts = "order_of_texts",
        /// Arithmetic with what is no number, which is always an error.
        ArithmeticOfTexts = "arithmetic_of_texts",
        /// A name with a dash stands without double quotes, so that it is a difference.
        DashInName = "dash_in_name",
        /// `==` or `!=` compares values of different types, which are never equal.
        DifferentTypes = "different_types",
        /// A condition comes out the same whatever the login is.
        ConditionIsConstant = "condition_is_constant",
        /// `.length` reads a member of that name; the number of items is `length(…)`.
        LengthMember = "length_member",
        /// A name of the document stands bare in a filter, where it is a member of the item.
        BareRootInFilter = "bare_root_in_filter",
        /// A filter behind a function in a projection filters what the function gives for each item.
        FilterInProjection = "filter_in_projection",
        /// One claim of the access token has no namespace, and the others have: an API may give the name another meaning.
        ClaimWithoutNamespace = "claim_without_namespace",
        /// A fallback by `||` does not serve where the source fails.
        FallbackUnused = "fallback_unused",
        /// A scope's name looks like an expression.
        ScopeAsExpression = "scope_as_expression",
        /// The user's own data can leave a rule undecided.
        RuleFailsByUser = "rule_fails_by_user",
        /// A claim that is required has a `when` that a failing source leaves undecided, which denies the login.
        RequiredWhenUndecided = "required_when_undecided",
        /// A template reads another source, which may answer null, and the source has no `when`.
        TemplateWithoutWhen = "template_without_when",
        /// A failing source denies the login by way of another one.
        FailureSpreads = "failure_spreads",
        /// A cached source reads `now` or `calls`, so that no answer serves twice.
        CachedByTime = "cached_by_time",
        /// A request that may have an effect is sent again.
        RetriesRepeat = "retries_repeat",
    }
}

/// A warning.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Its kind.
    pub code: WarningCode,
    /// The place in the configuration, such as `claims.plan`.
    pub path: String,
    /// What it is about there.
    pub part: Place,
    /// What is likely wrong, on one line.
    pub message: String,
    /// What to write instead, on one line.
    pub mend: String,
}

/// What the checks know of a configuration.
pub(crate) struct Context<'a> {
    pub(crate) config: &'a Value,
    pub(crate) plan: &'a Plan,
    pub(crate) scope: &'a Scope,
    pub(crate) places: Places,
    settings: Vec<(Rc<str>, Setting)>,
    values: Vec<(Rc<str>, Expression)>,
    pub(crate) warnings: Vec<Warning>,
}

/// Returns the warnings about a configuration that is right.
pub(crate) fn warnings(config: &Value, plan: &Plan, scope: &Scope) -> Vec<Warning> {
    let mut context = Context {
        config,
        plan,
        scope,
        places: walk::gather(config),
        settings: plan
            .settings
            .iter()
            .map(|setting| (Rc::clone(&setting.name), setting.value.clone()))
            .collect(),
        // Of a signed value nothing is inferred.
        values: plan
            .values
            .iter()
            .filter(|value| value.signing.is_none())
            .map(|value| (Rc::clone(&value.name), value.value.clone()))
            .collect(),
        warnings: Vec::new(),
    };
    for text in context.places.texts.clone() {
        texts::check(&mut context, &text);
    }
    texts::check_secret_names(&mut context);
    for found in context.places.expressions.clone() {
        expressions::check(&mut context, &found);
    }
    rules::check_claims(&mut context);
    rules::check_rules(&mut context);
    sources::check(&mut context);
    context.warnings
}

impl Context<'_> {
    /// Adds a warning, each once.
    pub(crate) fn warn(&mut self, code: WarningCode, path: &str, part: Place, message: String, mend: String) {
        let warning = Warning { code, path: path.to_owned(), part, message, mend };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Adds a warning about an expression, at a word of it.
    pub(crate) fn warn_at(
        &mut self,
        code: WarningCode,
        found: &Found,
        word: &str,
        message: String,
        mend: String,
    ) {
        let text = found.expression.text();
        let offset = text.find(word).filter(|_| !word.is_empty()).or_else(|| find_word(text, word));
        let part = match offset {
            Some(offset) => {
                let before = text.get(..offset).unwrap_or_default().chars().count();
                Place::Text(found.start.saturating_add(before))
            }
            None if found.start > 0 => Place::Text(found.start),
            None => Place::Value,
        };
        self.warn(code, &found.path, part, message, mend);
    }

    pub(crate) fn knowledge(&self) -> Knowledge<'_> {
        Knowledge { trigger: self.plan.trigger, settings: &self.settings, values: &self.values }
    }
}
