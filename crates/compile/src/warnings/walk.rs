//! The expressions, templates and literals of a configuration that is right, each with its place.

use std::rc::Rc;

use claimsmith_core::error::Part as Place;
use claimsmith_core::template::{Part, Template};
use claimsmith_core::text::join_path;
use claimsmith_expression::text::{concat, decimal};
use claimsmith_expression::{Expression, Map, Value};

use crate::template::{parse_template, split_optional};

/// What an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// The value of a claim.
    Claim,
    /// An expression under `values`.
    Value,
    /// A condition.
    Condition,
    /// A lifetime, or a list of scopes.
    Number,
    Scopes,
    /// `fail_when`: it sees the answer only.
    Answer,
    /// A part of a template.
    Template,
}

/// An expression.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The path of the text that holds it.
    pub(crate) path: String,
    /// Where it begins in that text, in characters.
    pub(crate) start: usize,
    pub(crate) expression: Expression,
    pub(crate) used: Use,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextKind {
    /// A template.
    Template,
    /// A template in the place of a secret.
    Secret,
    /// A template that people read.
    Reason,
    /// The name of a claim: a template that is a key.
    Name,
    /// It stands for itself: a default, a setting.
    Literal,
    /// The name of a scope.
    Scope,
}

/// A text that is no expression.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) path: String,
    pub(crate) text: Rc<str>,
    pub(crate) kind: TextKind,
}

/// The expressions and texts of a configuration.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) expressions: Vec<Found>,
    pub(crate) texts: Vec<Text>,
}

/// Names of headers whose value is a secret as a whole.
const SECRET_HEADERS: [&str; 7] =
    ["authorization", "x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token", "x-functions-key"];

/// Gathers what a configuration has.
pub(crate) fn gather(config: &Value) -> Places {
    let mut places = Places::default();
    places.condition("when", &config.member("when"));
    for (name, setting) in members(&config.member("settings")) {
        let path = join_path("settings", &name);
        match setting.member("value") {
            Value::Null => places.literals(&path, &setting),
            value => places.literals(&join_path(&path, "value"), &value),
        }
    }
    for (name, value) in members(&config.member("values")) {
        places.signed(&join_path("values", &name), &value, Use::Value);
    }
    for (name, token) in members(&config.member("tokens")) {
        places.token(&join_path("tokens", &name), &token);
    }
    for (name, source) in members(&config.member("sources")) {
        places.source(&join_path("sources", &name), &source);
    }
    for (name, claim) in members(&config.member("claims")) {
        places.claim(&name, &claim);
    }
    for (path, rule) in rules(config, "scopes") {
        places.scope(&path, &rule);
    }
    for (path, rule) in rules(config, "deny") {
        places.condition(&join_path(&path, "when"), &rule.member("when"));
        places.text(&join_path(&path, "reason"), &rule.member("reason"), TextKind::Reason);
    }
    for (path, rule) in rules(config, "mfa") {
        places.condition(&join_path(&path, "when"), &rule.member("when"));
    }
    for (path, rule) in rules(config, "session").into_iter().chain(rules(config, "refresh_token")) {
        places.condition(&join_path(&path, "when"), &rule.member("when"));
        for key in ["expires_in_s", "idle_expires_in_s"] {
            places.expression(&join_path(&path, key), &rule.member(key), Use::Number);
        }
        places.text(&join_path(&path, "revoke"), &rule.member("revoke"), TextKind::Reason);
    }
    places
}

/// Returns the members of an object, in their order.
pub(crate) fn members(value: &Value) -> Vec<(Rc<str>, Value)> {
    let members = value.as_object().into_iter().flat_map(Map::iter);
    members.map(|(name, member)| (Rc::clone(name), member.clone())).collect()
}

/// Returns the rules of a list, each with its path.
pub(crate) fn rules(config: &Value, list: &str) -> Vec<(String, Value)> {
    items(list, &config.member(list))
}

fn items(path: &str, list: &Value) -> Vec<(String, Value)> {
    let items = list.as_array().unwrap_or_default().iter().enumerate();
    items.map(|(index, item)| (concat(&[path, "[", &decimal(index), "]"]), item.clone())).collect()
}

/// Returns the entries of a claim, each with its path.
pub(crate) fn entries(name: &str, claim: &Value) -> Vec<(String, Value)> {
    let path = join_path("claims", name);
    if claim.as_array().is_some() { items(&path, claim) } else { vec![(path, claim.clone())] }
}

impl Places {
    fn condition(&mut self, path: &str, value: &Value) {
        self.expression(path, value, Use::Condition);
    }

    fn expression(&mut self, path: &str, value: &Value, used: Use) {
        if let Some(expression) = value.as_str().and_then(|text| Expression::parse(text).ok()) {
            self.expressions.push(Found { path: path.to_owned(), start: 0, expression, used });
        }
    }

    /// A text with templates in it, and the expressions of these.
    fn text(&mut self, path: &str, value: &Value, kind: TextKind) {
        let Value::String(text) = value else { return };
        self.texts.push(Text { path: path.to_owned(), text: Rc::clone(text), kind });
        if matches!(kind, TextKind::Literal | TextKind::Scope) {
            return;
        }
        let mut from = 0;
        let parts = parse_template(text).unwrap_or_else(|_| Template::new(Vec::new()));
        for part in parts.parts() {
            let Part::Expression(expression, written) = part else { continue };
            let rest = text.get(from..).unwrap_or_default();
            let at = from + rest.find(&**written).unwrap_or_default();
            from = at + written.len();
            let start = text.get(..at).unwrap_or_default().chars().count();
            let expression = expression.clone();
            self.expressions.push(Found { path: path.to_owned(), start, expression, used: Use::Template });
        }
    }

    /// The texts in a value.
    fn texts(&mut self, path: &str, value: &Value, kind: TextKind) {
        match value {
            Value::String(_) => self.text(path, value, kind),
            Value::Array(_) => {
                items(path, value).iter().for_each(|(path, item)| self.texts(path, item, kind));
            }
            Value::Object(_) => {
                for (name, member) in members(value) {
                    self.texts(&join_path(path, &name), &member, kind);
                }
            }
            Value::Null | Value::Unavailable(_) | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn literals(&mut self, path: &str, value: &Value) {
        self.texts(path, value, TextKind::Literal);
    }

    fn headers(&mut self, path: &str, headers: &Value) {
        for (name, value) in members(headers) {
            let is_secret = SECRET_HEADERS.contains(&&*name.to_lowercase());
            let kind = if is_secret { TextKind::Secret } else { TextKind::Template };
            self.text(&join_path(path, &name), &value, kind);
        }
    }

    fn tls(&mut self, path: &str, tls: &Value) {
        for (part, value) in members(tls) {
            // The others are public.
            let kind = if &*part == "key" { TextKind::Secret } else { TextKind::Template };
            self.text(&join_path(path, &part), &value, kind);
        }
    }

    fn token(&mut self, path: &str, token: &Value) {
        for (key, value) in members(token) {
            let path = join_path(path, &key);
            match &*key {
                "client_secret" | "private_key" => self.texts(&path, &value, TextKind::Secret),
                "headers" => self.headers(&path, &value),
                "tls" => self.tls(&path, &value),
                "parameters" => {
                    for (name, value) in members(&value) {
                        let is_secret = ["client_secret", "password", "client_assertion"].contains(&&*name);
                        let kind = if is_secret { TextKind::Secret } else { TextKind::Template };
                        self.text(&join_path(&path, &name), &value, kind);
                    }
                }
                "token_url" | "client_id" | "key_id" | "audience" | "scope" | "resource" => {
                    self.text(&path, &value, TextKind::Template);
                }
                _ => {}
            }
        }
    }

    fn source(&mut self, path: &str, source: &Value) {
        for (key, value) in members(source) {
            let path = join_path(path, &key);
            match &*key {
                "when" => self.condition(&path, &value),
                "fail_when" => self.expression(&path, &value, Use::Answer),
                "url" | "text" => self.text(&path, &value, TextKind::Template),
                "query" | "body" | "form" => self.texts(&path, &value, TextKind::Template),
                "graphql" => {
                    self.texts(
                        &join_path(&path, "variables"),
                        &value.member("variables"),
                        TextKind::Template,
                    );
                }
                "headers" => self.headers(&path, &value),
                "tls" => self.tls(&path, &value),
                "basic" => {
                    // A key may stand for the user, with an empty password.
                    self.text(&join_path(&path, "user"), &value.member("user"), TextKind::Template);
                    self.text(&join_path(&path, "password"), &value.member("password"), TextKind::Secret);
                }
                "on_error" => {
                    self.text(&join_path(&path, "deny"), &value.member("deny"), TextKind::Reason);
                }
                _ => {}
            }
        }
    }

    fn claim(&mut self, name: &Rc<str>, claim: &Value) {
        self.text(&join_path("claims", name), &Value::String(Rc::clone(name)), TextKind::Name);
        for (path, entry) in entries(name, claim) {
            self.signed(&path, &entry, Use::Claim);
            self.condition(&join_path(&path, "when"), &entry.member("when"));
            self.literals(&join_path(&path, "default"), &entry.member("default"));
        }
    }

    /// A value that may be signed: an expression alone, or an object.
    fn signed(&mut self, path: &str, entry: &Value, used: Use) {
        if entry.as_str().is_some() {
            return self.expression(path, entry, used);
        }
        self.expression(&join_path(path, "value"), &entry.member("value"), used);
        for signing in ["hmac", "jwt"] {
            let (path, signing) = (join_path(path, signing), entry.member(signing));
            for key in ["secret", "private_key"] {
                self.text(&join_path(&path, key), &signing.member(key), TextKind::Secret);
            }
        }
    }

    fn scope(&mut self, path: &str, rule: &Value) {
        self.condition(&join_path(path, "when"), &rule.member("when"));
        for key in ["add", "remove"] {
            let (path, scopes) = (join_path(path, key), rule.member(key));
            self.text(&path, &scopes, TextKind::Scope);
            self.expression(&join_path(&path, "value"), &scopes.member("value"), Use::Scopes);
        }
    }
}

/// Returns the part of a place that a warning about a text is about.
pub(crate) fn part_of(kind: TextKind) -> Place {
    if kind == TextKind::Name { Place::Key } else { Place::Value }
}

/// Returns the members of a body whose texts must have a value in each part: those that are more than one part.
pub(crate) fn mixed_texts(value: &Value) -> Vec<Template> {
    match value {
        Value::String(text) => {
            let template = parse_template(text).unwrap_or_default();
            if template.parts().len() > 1 { vec![template] } else { Vec::new() }
        }
        Value::Array(items) => items.iter().flat_map(mixed_texts).collect(),
        Value::Object(members) => {
            let required = members.iter().filter(|(name, _)| !split_optional(name).1);
            required.flat_map(|(_, member)| mixed_texts(member)).collect()
        }
        Value::Null | Value::Unavailable(_) | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
