//! Collects the parts of the event and the secrets that a plan reads.

use std::rc::Rc;

use claimsmith_core::event::{
    AUDIENCE, CLIENT_ID, CORRELATION_ID, EMAIL_VERIFIED, REQUESTED_SCOPES, USER_ID,
};
use claimsmith_core::names::needed_scope;
use claimsmith_core::plan::{ClaimPlan, Plan, Setting, Signing, SourcePlan};
use claimsmith_core::template::{Part, Template};
use claimsmith_core::words::Word;
use claimsmith_core::{Target, Trigger};
use claimsmith_expression::Expression;

use crate::scope::Scope;
use crate::sources::visit_parts;
use crate::tokens::visit_templates;

/// Notes in a plan what its parts read: chains below `event`, none the beginning of another, secrets, `now`, and the
/// values that rules read.
pub(crate) fn gather(plan: &mut Plan, scope: &Scope) {
    let mut reads = Reads::default();
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
        reads.add_expression(&claim.value);
        claim.when.iter().for_each(|when| reads.add_expression(when));
        claim.signing.iter().for_each(|signing| reads.add_signing(signing));
    }
    plan.scopes.iter().flat_map(|rule| &rule.when).for_each(|when| reads.add_expression(when));
    plan.deny.iter().for_each(|rule| reads.add_expression(&rule.when));
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
    let early = plan.deny.iter().filter(|rule| !rule.reads_source).map(|rule| &rule.when);
    plan.early_values = scope.reads_of(early).values;
    let rules = plan.deny.iter().map(|rule| &rule.when).chain(plan.scopes.iter().flat_map(|rule| &rule.when));
    plan.rule_values = scope.reads_of(rules).values;
    plan.reads_now = reads.now;
    (plan.event_reads, plan.secrets) = (reads.chains, reads.secrets);
}

fn needs_scope(claim: &ClaimPlan) -> bool {
    claim.targets.contains(&Target::AccessToken) && needed_scope(&claim.name).is_some()
}

#[derive(Default)]
struct Reads {
    chains: Vec<Vec<Rc<str>>>,
    secrets: Vec<Rc<str>>,
    now: bool,
}

impl Reads {
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
        for chain in expression.reads() {
            match chain.split_first() {
                Some((first, rest)) if &**first == "event" => self.add_chain(rest.to_vec()),
                Some((first, _)) => self.now |= &**first == "now",
                // The expression reads all there is.
                None => {
                    self.now = true;
                    self.add_chain(Vec::new());
                }
            }
        }
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
