//! Collects the parts of the event and the secrets that a plan reads.

use std::rc::Rc;

use claimsmith_core::event::{
    AUDIENCE, AUTHENTICATION_METHODS, CLIENT_ID, CORRELATION_ID, EMAIL, EMAIL_VERIFIED, ENROLLED_FACTORS,
    PROTOCOL, REFRESH_TOKEN_ID, REQUESTED_SCOPES, SESSION_ID, USER_ID,
};
use claimsmith_core::names::needed_scope;
use claimsmith_core::plan::{
    Body, ClaimPlan, Demand, MfaRule, Plan, Scopes, SessionChange, SessionRule, Setting, Signing, SourcePlan,
};
use claimsmith_core::template::{Part, Template};
use claimsmith_core::words::Word;
use claimsmith_core::{Target, Trigger};
use claimsmith_expression::Expression;
use claimsmith_expression::json::Wanted;

use crate::scope::Scope;
use crate::sources::visit_parts;
use crate::tokens::visit_templates;

/// Notes in a plan what its parts read: chains below `event`, none the beginning of another, secrets, `now`, and the
/// values that rules read.
pub(crate) fn gather(plan: &mut Plan, scope: &Scope) {
    let mut reads = Reads {
        scope,
        chains: Vec::new(),
        answer_parts: Vec::new(),
        secrets: Vec::new(),
        values: Vec::new(),
        now: false,
        calls: false,
    };
    reads.add_names(CORRELATION_ID);
    plan.when.iter().for_each(|when| reads.add_expression(when));
    for setting in &plan.settings {
        match &setting.value {
            Setting::Literal(_) => {}
            Setting::Secret(name, _) => reads.add_secret(name),
        }
    }
    for value in &plan.values {
        reads.add_expression(&value.value);
        value.signing.iter().for_each(|signing| reads.add_signing(signing));
    }
    plan.tokens.iter().for_each(|token| visit_templates(token, &mut |part| reads.add_part(part)));
    plan.sources.iter().for_each(|source| reads.add_source(source));
    for claim in &plan.claims {
        reads.add_template(&claim.name);
        reads.add_expression(&claim.value);
        claim.when.iter().for_each(|when| reads.add_expression(when));
        claim.signing.iter().for_each(|signing| reads.add_signing(signing));
    }
    // What rules read comes last, so that the values among it are known by themselves.
    reads.values.clear();
    for rule in plan.deny.iter().filter(|rule| !rule.reads_source) {
        reads.add_expression(&rule.when);
        reads.add_template(&rule.reason);
    }
    let early_values = reads.values.clone();
    for rule in &plan.scopes {
        rule.when.iter().for_each(|when| reads.add_expression(when));
        match &rule.scopes {
            Scopes::One(_) => {}
            Scopes::Listed(scopes) => reads.add_expression(scopes),
        }
    }
    for rule in &plan.deny {
        reads.add_expression(&rule.when);
        reads.add_template(&rule.reason);
    }
    plan.sources.iter().flat_map(|source| &source.deny_reason).for_each(|reason| reads.add_template(reason));
    plan.mfa.iter().for_each(|rule| reads.add_mfa(rule));
    plan.session.iter().for_each(|rule| reads.add_session(rule, SESSION_ID));
    plan.refresh_token.iter().for_each(|rule| reads.add_session(rule, REFRESH_TOKEN_ID));
    let rule_values = std::mem::take(&mut reads.values);
    match plan.trigger {
        Trigger::CredentialsExchange => reads.add_names(CLIENT_ID),
        // Whose login it is, to tell one user's failures from those of all.
        Trigger::PostLogin if !plan.sources.is_empty() => reads.add_names(USER_ID),
        Trigger::PostLogin => {}
    }
    for target in Target::ALL.iter().copied() {
        if let Some(names) = target.place_in_event()
            && plan.has_target(target)
        {
            reads.add_names(names);
        }
    }
    if plan.has_target(Target::AccessToken) {
        reads.add_names(AUDIENCE);
    }
    if plan.claims.iter().any(needs_scope) {
        reads.add_names(REQUESTED_SCOPES);
    }
    (plan.early_values, plan.rule_values) = (early_values, rule_values);
    (plan.reads_now, plan.reads_calls) = (reads.now, reads.calls);
    for (index, source) in plan.sources.iter_mut().enumerate() {
        source.wanted = wanted(source, index, &reads.answer_parts);
    }
    (plan.event_reads, plan.secrets) = (reads.chains, reads.secrets);
}

/// Returns what is read of a source's answer.
fn wanted(source: &SourcePlan, index: usize, parts: &[(usize, Vec<Rc<str>>)]) -> Option<Wanted> {
    let mut chains: Vec<_> =
        parts.iter().filter(|(of, _)| *of == index).map(|(_, chain)| chain.clone()).collect();
    chains.extend(source.fail_when.iter().flat_map(Expression::reads));
    let wanted = Wanted::new(&chains);
    match source.body {
        Body::GraphQl(_) => Some(wanted.unwrap_or_default().within("data", &["errors"])),
        Body::None | Body::Json(_) | Body::Form(_) | Body::Text(_) => wanted,
    }
}

fn needs_scope(claim: &ClaimPlan) -> bool {
    claim.targets.contains(&Target::AccessToken)
        && claim.fixed_name().is_none_or(|name| needed_scope(name).is_some())
}

struct Reads<'a> {
    scope: &'a Scope,
    chains: Vec<Vec<Rc<str>>>,
    /// Chains below answers, by the indexes of the sources.
    answer_parts: Vec<(usize, Vec<Rc<str>>)>,
    secrets: Vec<Rc<str>>,
    /// Values, as indexes.
    values: Vec<usize>,
    now: bool,
    calls: bool,
}

impl Reads<'_> {
    fn add_source(&mut self, source: &SourcePlan) {
        visit_parts(source, &mut |part| self.add_part(part));
        source.when.iter().for_each(|when| self.add_expression(when));
        if source.needs_verified_email {
            self.add_names(EMAIL_VERIFIED);
        }
    }

    fn add_signing(&mut self, signing: &Signing) {
        match signing {
            Signing::Hmac(plan) => self.add_template(&plan.secret),
            Signing::Jwt(plan) => {
                self.add_template(&plan.key);
                plan.key_id.iter().for_each(|key_id| self.add_template(key_id));
            }
        }
    }

    fn add_mfa(&mut self, rule: &MfaRule) {
        rule.when.iter().for_each(|when| self.add_expression(when));
        if !rule.always {
            self.add_names(AUTHENTICATION_METHODS);
            self.add_names(PROTOCOL);
        }
        match &rule.demand {
            Demand::Enable(..) => {}
            Demand::Challenge(..) => {
                self.add_names(ENROLLED_FACTORS);
                self.add_names(EMAIL);
            }
        }
    }

    fn add_session(&mut self, rule: &SessionRule, id: [&str; 2]) {
        rule.when.iter().for_each(|when| self.add_expression(when));
        match &rule.change {
            SessionChange::Expires(expires, idle) => {
                expires.iter().chain(idle).for_each(|lifetime| self.add_expression(lifetime));
            }
            SessionChange::Revoke(reason) => {
                self.add_template(reason);
                self.add_names(id);
            }
        }
    }

    fn add_template(&mut self, template: &Template) {
        template.parts().iter().for_each(|part| self.add_part(part));
    }

    fn add_part(&mut self, part: &Part) {
        match part {
            Part::Literal(_) => {}
            Part::Expression(expression, _) => self.add_expression(expression),
            Part::Secret(name) => self.add_secret(name),
        }
    }

    fn add_expression(&mut self, expression: &Expression) {
        let read = self.scope.reads(expression);
        self.values.extend(read.values);
        self.values.sort_unstable();
        self.values.dedup();
        self.now |= read.now;
        self.calls |= !read.calls.is_empty();
        self.answer_parts.extend(read.answer_parts);
        read.event.into_iter().for_each(|chain| self.add_chain(chain));
    }

    fn add_names(&mut self, names: [&str; 2]) {
        self.add_chain(names.map(Rc::from).into());
    }

    fn add_chain(&mut self, chain: Vec<Rc<str>>) {
        if self.chains.iter().any(|known| chain.starts_with(known)) {
            return;
        }
        self.chains.retain(|known| !known.starts_with(&chain));
        self.chains.push(chain);
    }

    fn add_secret(&mut self, name: &Rc<str>) {
        if !self.secrets.contains(name) {
            self.secrets.push(Rc::clone(name));
        }
    }
}
