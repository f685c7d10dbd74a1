//! Which parts of the event and which secrets a configuration reads.
//!
//! An event is a few hundred values, of which a configuration uses a handful. Only these are carried
//! over from JavaScript.

use std::rc::Rc;

use claimsmith_expression::Expression;

use super::{
    AUDIENCE, Body, CLIENT_ID, CORRELATION_ID, ClaimConfig, Config, REQUESTED_SCOPES, SourceConfig,
    TokenConfig, Trigger, USER_ID,
};
use crate::claim::{TARGETS, Target, needed_scope};
use crate::template::Template;

/// The chains below `event` that are read, none the beginning of another, and the names of secrets.
pub(super) fn gather(config: &Config) -> (Vec<Vec<Rc<str>>>, Vec<Rc<str>>) {
    let mut reads = Reads::default();
    reads.add_names(CORRELATION_ID);
    config.tokens.iter().for_each(|token| reads.add_token(token));
    config.sources.iter().for_each(|source| reads.add_source(source));
    for claim in &config.claims {
        reads.add_expression(&claim.value);
        claim.when.iter().for_each(|when| reads.add_expression(when));
    }
    config.scopes.iter().flat_map(|rule| &rule.when).for_each(|when| reads.add_expression(when));
    config.deny.iter().for_each(|rule| reads.add_expression(&rule.when));
    if config.trigger == Trigger::CredentialsExchange {
        reads.add_names(CLIENT_ID);
    } else if !config.sources.is_empty() {
        // Whose login it is, to tell one user's failures from those of all.
        reads.add_names(USER_ID);
    }
    for target in TARGETS {
        if let Some(names) = target.place_in_event()
            && config.has_target(target)
        {
            reads.add_names(names);
        }
    }
    if config.has_target(Target::AccessToken) {
        reads.add_names(AUDIENCE);
    }
    if config.claims.iter().any(needs_scope) {
        reads.add_names(REQUESTED_SCOPES);
    }
    (reads.chains, reads.secrets)
}

fn needs_scope(claim: &ClaimConfig) -> bool {
    claim.targets.contains(&Target::AccessToken) && needed_scope(&claim.name).is_some()
}

#[derive(Default)]
struct Reads {
    chains: Vec<Vec<Rc<str>>>,
    secrets: Vec<Rc<str>>,
}

impl Reads {
    fn add_token(&mut self, token: &TokenConfig) {
        token.token_url.expressions().for_each(|expression| self.add_expression(expression));
        token.token_url.secrets().for_each(|name| self.add_secret(name));
        self.add_template(&token.client_id);
        self.add_template(&token.client_auth.credential);
        token.client_auth.key_id.iter().for_each(|key_id| self.add_template(key_id));
        token.parameters.iter().for_each(|(_, template)| self.add_template(template));
    }

    fn add_source(&mut self, source: &SourceConfig) {
        source.url.expressions().for_each(|expression| self.add_expression(expression));
        source.url.secrets().for_each(|name| self.add_secret(name));
        source.headers.iter().for_each(|(_, template)| self.add_template(template));
        if let Body::Json(body) = &source.body {
            body.visit(&mut |template| self.add_template(template));
        }
        source.when.iter().for_each(|when| self.add_expression(when));
        if source.needs_verified_email {
            self.add_names(["user", "email_verified"]);
        }
    }

    fn add_template(&mut self, template: &Template) {
        template.expressions().for_each(|expression| self.add_expression(expression));
        template.secrets().for_each(|name| self.add_secret(name));
    }

    fn add_expression(&mut self, expression: &Expression) {
        for chain in expression.reads() {
            match chain.split_first() {
                Some((first, rest)) if &**first == "event" => self.add_chain(rest.to_vec()),
                // The expression reads all there is.
                None => self.add_chain(Vec::new()),
                Some(_) => {}
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
