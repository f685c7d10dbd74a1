//! The parts of the engine that a plan runs: `claimsmith bundle` leaves the others out of the pasted file.
//!
//! What a plan has is decided here, field by field; which functions of the module belong to a part, js-shim/parts.js says.

use std::collections::BTreeSet;

use claimsmith_core::Plan;
use claimsmith_core::plan::{
    AnswerFormat, Body, CachePlan, ClaimPlan, ClientAuth, Demand, DenyRule, HmacPlan, JwtPlan, Limits,
    MfaRule, ScopeRule, Scopes, SessionChange, SessionRule, Setting, SettingPlan, Signing, SourcePlan,
    TokenPlan, ValuePlan,
};
use claimsmith_core::template::{Members, Part as TemplatePart, Template};
use claimsmith_core::token::AuthMethod;
use claimsmith_core::words::words;
use claimsmith_expression::Expression;

use crate::sources::visit_parts;
use crate::tokens::visit_templates;

words! {
    /// A part of the engine that some plans do without. Each function of expressions is one too: [`function`].
    pub enum Part {
        /// Calls of the backend.
        Sources = "sources",
        /// Answers that are kept.
        Cache = "cache",
        /// Fields of a query or a form.
        Fields = "fields",
        /// Values of JSON or of fields, with templates in them.
        Members = "members",
        /// HTTP Basic authentication.
        Basic = "basic",
        /// Answers that are text.
        TextAnswers = "text_answers",
        /// Answers of GraphQL.
        GraphQl = "graphql",
        /// Certificates and authorities of connections.
        Tls = "tls",
        /// Access tokens for the backend.
        Tokens = "tokens",
        /// Assertions of clients.
        Assertions = "assertions",
        /// JWTs: assertions, and in the place of values.
        Jwts = "jwts",
        /// Authentication codes in the place of values.
        Codes = "codes",
        /// Any signature in the place of a value.
        Signatures = "signatures",
        /// Settings.
        Settings = "settings",
        /// Values under a name.
        Values = "values",
        /// The time of the login.
        Now = "now",
        /// Claims whose names a login decides, or of several entries.
        OpenNames = "open_names",
        /// Members of a value as claims of their own.
        Spread = "spread",
        /// Rules that deny.
        Deny = "deny",
        /// Rules that demand a further factor.
        Mfa = "mfa",
        /// Rules about the session and the refresh token.
        Sessions = "sessions",
        /// Changes of scopes.
        Scopes = "scopes",
        /// The readable configuration beside the plan. The file decides it.
        Written = "written",
        /// The report as an object. The caller decides it.
        Report = "report",
    }
}

/// Returns the word for a function of expressions as a part.
pub fn function(name: &str) -> String {
    format!("function:{name}")
}

/// Returns the parts that a plan needs, by their words, in an order of their own.
pub fn parts(plan: &Plan) -> Vec<String> {
    let mut needs = Needs::default();
    needs.plan(plan);
    needs.0.into_iter().collect()
}

#[derive(Default)]
struct Needs(BTreeSet<String>);

// Each struct is taken apart whole, so that a field that is added does not compile until it is decided here.
impl Needs {
    fn add(&mut self, part: Part) {
        self.0.insert(part.as_str().to_owned());
    }

    fn plan(&mut self, plan: &Plan) {
        let Plan {
            fingerprint: _,
            trigger: _,
            mode: _,
            deadline_ms: _,
            when,
            when_values: _,
            settings,
            values,
            reads_now,
            reads_calls: _,
            tokens,
            sources,
            claims,
            scopes,
            deny,
            early_values: _,
            rule_values: _,
            mfa,
            session,
            refresh_token,
            limits: Limits { access_token_bytes: _, id_token_bytes: _ },
            event_reads: _,
            secrets: _,
        } = plan;
        self.expressions(when);
        if *reads_now {
            self.add(Part::Now);
        }
        settings.iter().for_each(|setting| self.setting(setting));
        values.iter().for_each(|value| self.value(value));
        tokens.iter().for_each(|token| self.token(token));
        sources.iter().for_each(|source| self.source(source));
        claims.iter().for_each(|claim| self.claim(claim));
        scopes.iter().for_each(|rule| self.scope_rule(rule));
        deny.iter().for_each(|rule| self.deny_rule(rule));
        mfa.iter().for_each(|rule| self.mfa_rule(rule));
        session.iter().chain(refresh_token).for_each(|rule| self.session_rule(rule));
    }

    fn setting(&mut self, SettingPlan { name: _, value }: &SettingPlan) {
        self.add(Part::Settings);
        match value {
            Setting::Literal(_) | Setting::Secret(..) => {}
        }
    }

    fn value(&mut self, ValuePlan { name: _, value, signing, reads: _ }: &ValuePlan) {
        self.add(Part::Values);
        self.expression(value);
        self.signing(signing.as_ref());
    }

    fn token(&mut self, token: &TokenPlan) {
        let TokenPlan {
            name: _,
            id: _,
            token_url: _,
            client_id: _,
            client_auth: ClientAuth { method, credentials: _, algorithm: _, key_id: _ },
            parameters: _,
            headers: _,
            tls,
            expires_in_s: _,
            timeout_ms: _,
            is_personal: _,
        } = token;
        self.add(Part::Tokens);
        match method {
            AuthMethod::PrivateKeyJwt => {
                self.add(Part::Assertions);
                self.add(Part::Jwts);
            }
            AuthMethod::ClientSecretPost
            | AuthMethod::ClientSecretBasic
            | AuthMethod::TlsClientAuth
            | AuthMethod::SelfSignedTlsClientAuth => {}
        }
        self.tls(tls);
        visit_templates(token, &mut |part| self.template_part(part));
    }

    fn source(&mut self, source: &SourcePlan) {
        let SourcePlan {
            name: _,
            id: _,
            url: _,
            query,
            token: _,
            basic,
            method: _,
            body,
            content_type: _,
            headers: _,
            tls,
            when,
            when_waits_for: _,
            when_values: _,
            waits_for: _,
            reads: _,
            values: _,
            timeout_ms: _,
            retries: _,
            may_repeat: _,
            cache,
            max_bytes: _,
            on_error: _,
            deny_reason,
            on_not_found: _,
            ok_status: _,
            answer,
            wanted: _,
            fail_when,
            needs_verified_email: _,
            is_personal: _,
        } = source;
        self.add(Part::Sources);
        visit_parts(source, &mut |part| self.template_part(part));
        if !query.is_empty() {
            self.fields(query);
        }
        if basic.is_some() {
            self.add(Part::Basic);
        }
        match body {
            Body::None | Body::Text(_) => {}
            Body::Json(_) => self.add(Part::Members),
            Body::Form(fields) => self.fields(fields),
            Body::GraphQl(_) => {
                self.add(Part::GraphQl);
                self.add(Part::Members);
            }
        }
        self.tls(tls);
        self.expressions(when);
        if let Some(CachePlan { ttl_ms: _, stale_if_error_ms: _, not_found_ttl_ms: _ }) = cache {
            self.add(Part::Cache);
        }
        self.templates(deny_reason);
        match answer {
            AnswerFormat::Text => self.add(Part::TextAnswers),
            AnswerFormat::Json | AnswerFormat::None => {}
        }
        self.expressions(fail_when);
    }

    fn claim(&mut self, claim: &ClaimPlan) {
        let ClaimPlan {
            name,
            written: _,
            entry,
            value,
            targets: _,
            kind: _,
            signing,
            spreads,
            if_denied: _,
            default: _,
            required: _,
            when,
            priority: _,
            reads: _,
            values: _,
        } = claim;
        if claim.fixed_name().is_none() || entry.is_some() {
            self.add(Part::OpenNames);
        }
        if *spreads {
            self.add(Part::Spread);
        }
        self.template(name);
        self.expression(value);
        self.signing(signing.as_ref());
        self.expressions(when);
    }

    fn scope_rule(&mut self, ScopeRule { scopes, adds: _, when, applies_undecided: _ }: &ScopeRule) {
        self.add(Part::Scopes);
        match scopes {
            Scopes::One(_) => {}
            Scopes::Listed(listed) => self.expression(listed),
        }
        self.expressions(when);
    }

    fn deny_rule(&mut self, DenyRule { when, reason, denies_undecided: _, reads_source: _ }: &DenyRule) {
        self.add(Part::Deny);
        self.expression(when);
        self.template(reason);
    }

    fn mfa_rule(&mut self, MfaRule { when, demand, always: _, requires: _ }: &MfaRule) {
        self.add(Part::Mfa);
        self.expressions(when);
        match demand {
            Demand::Enable(..) | Demand::Challenge(..) => {}
        }
    }

    fn session_rule(&mut self, SessionRule { when, change, denies_undecided: _ }: &SessionRule) {
        self.add(Part::Sessions);
        self.expressions(when);
        match change {
            SessionChange::Expires(expires, idle_expires) => {
                self.expressions(expires);
                self.expressions(idle_expires);
            }
            SessionChange::Revoke(reason) => self.template(reason),
        }
    }

    fn signing(&mut self, signing: Option<&Signing>) {
        let Some(signing) = signing else { return };
        self.add(Part::Signatures);
        match signing {
            Signing::Hmac(HmacPlan { secret, secret_encoding: _, encoding: _ }) => {
                self.add(Part::Codes);
                self.template(secret);
            }
            Signing::Jwt(JwtPlan { key, key_id, algorithm: _, expires_in_s: _ }) => {
                self.add(Part::Jwts);
                self.template(key);
                self.templates(key_id);
            }
        }
    }

    fn tls(&mut self, tls: &[(String, Template)]) {
        if !tls.is_empty() {
            self.add(Part::Tls);
        }
    }

    fn templates<'t>(&mut self, templates: impl IntoIterator<Item = &'t Template>) {
        templates.into_iter().for_each(|template| self.template(template));
    }

    fn template(&mut self, template: &Template) {
        template.parts().iter().for_each(|part| self.template_part(part));
    }

    fn template_part(&mut self, part: &TemplatePart) {
        match part {
            TemplatePart::Literal(_) | TemplatePart::Secret(_) => {}
            TemplatePart::Expression(expression, _) => self.expression(expression),
        }
    }

    fn fields(&mut self, fields: &Members) {
        self.add(Part::Fields);
        if !fields.is_empty() {
            self.add(Part::Members);
        }
    }

    fn expressions<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expression>) {
        expressions.into_iter().for_each(|expression| self.expression(expression));
    }

    fn expression(&mut self, expression: &Expression) {
        self.0.extend(expression.functions().into_iter().map(function));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile;
    use claimsmith_core::Trigger;
    use claimsmith_core::words::Word;
    use claimsmith_expression::json;

    fn parts_of(config: &str) -> Vec<String> {
        parts(&compile(&json::read(config.as_bytes()).unwrap(), Trigger::PostLogin).unwrap().plan)
    }

    #[test]
    fn a_plan_of_one_claim_needs_none() {
        assert_eq!(parts_of(r#"{"claims":{"https://a.example/b":"event.user.name"}}"#), [""; 0]);
    }

    #[test]
    fn functions_are_found_wherever_an_expression_stands() {
        let config = r#"{
            "when": "starts_with(event.user.email, 'a')",
            "values": {"v": {"value": "let $x = upper('a') in [$x, {b: lower('B')}]"}},
            "sources": {
                "s": {
                    "url": "https://a.example/{join('-', event.user.roles)}",
                    "query": {"q": "{to_string(event.user.age)}"},
                    "when": "!contains(event.user.roles, 'b')",
                    "headers": {"x-a": "{trim(event.user.name)}"},
                    "fail_when": "abs(a) > `1`"
                }
            },
            "claims": {"https://a.example/b": {
                "value": "s[?length(a) > `1`].b | sort_by(@, &reverse(c))[0]",
                "when": "keys(s) ? values(s) : type(s) == 'a'"
            }},
            "deny": [{"when": "not_null(s.a, merge(s, s))", "on_unavailable": "skip", "reason": "{split(s.x, ',')[0]}"}]
        }"#;
        let mut expected: Vec<String> = [
            "abs",
            "contains",
            "join",
            "keys",
            "length",
            "lower",
            "merge",
            "not_null",
            "reverse",
            "sort_by",
            "split",
            "starts_with",
            "to_string",
            "trim",
            "type",
            "upper",
            "values",
        ]
        .map(function)
        .into();
        expected.extend(["deny", "fields", "members", "sources", "values"].map(str::to_owned));
        expected.sort();
        assert_eq!(parts_of(config), expected);
    }

    #[test]
    fn the_complete_configuration_needs_every_part_but_the_time() {
        let needed = parts_of(include_str!("../tests/complete.json"));
        let missing: Vec<&str> = Part::ALL
            .iter()
            .map(|part| part.as_str())
            .filter(|part| !needed.iter().any(|need| need == part))
            .collect();
        // What the complete configuration does not read; and what is for the file to say.
        assert_eq!(missing, ["now", "written", "report"]);
    }
}
