//! The configuration: read strictly, compiled whole.
//!
//! [`Config::read`] turns one JSON object into templates and expressions that are ready to run, or
//! says everything that is wrong with it. Nothing is left to be found out at a login but what depends
//! on the login.

mod claims;
mod reader;
mod reads;
mod rules;
mod sources;
mod tokens;

use std::rc::Rc;

use claimsmith_expression::text::concat;
use claimsmith_expression::{Expression, Value};

use crate::claim::Target;
use crate::error::{Code, Error};
use crate::template::Template;
use crate::url::UrlTemplate;
use reader::{Node, Object, Problems};

pub use claims::ClaimConfig;
#[cfg(feature = "client")]
pub(crate) use rules::is_scope;
pub use rules::{DenyRule, ScopeRule};
pub use sources::{Body, CacheConfig, OWN_HEADERS, OnError, OnNotFound, SourceConfig};
pub use tokens::{ClientAuth, OWN_FIELDS, TokenConfig};

/// What makes an Action run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A user logs in.
    PostLogin,
    /// A machine gets a token (RFC 6749 §4.4). There is no user and no ID token.
    CredentialsExchange,
}

impl Trigger {
    /// The tokens that the trigger issues.
    fn tokens(self) -> &'static [Target] {
        match self {
            Trigger::PostLogin => &[Target::AccessToken, Target::IdToken],
            Trigger::CredentialsExchange => &[Target::AccessToken],
        }
    }
}

/// How large the claims of a token may be together: bytes of their names and of their values as JSON.
///
/// Auth0 fails a login past 100 kB, and browsers and servers refuse headers long before that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of the access token: up to 100,000, 8,192 where left out.
    pub access_token_bytes: u32,
    /// Of the ID token: up to 100,000, 8,192 where left out.
    pub id_token_bytes: u32,
}

/// A configuration that is right.
#[derive(Debug)]
pub struct Config {
    /// What makes the Action run.
    pub trigger: Trigger,
    /// Whether everything is done and nothing is set.
    pub is_shadow: bool,
    /// How long a login may take in all, in milliseconds: 100 to 15,000, 5,000 where left out.
    pub deadline_ms: u32,
    /// How to get access tokens for the backend, by name.
    pub tokens: Vec<TokenConfig>,
    /// What to ask the backend, by name.
    pub sources: Vec<SourceConfig>,
    /// Which claims to build, by name.
    pub claims: Vec<ClaimConfig>,
    /// Which scopes to add and to remove, in this order.
    pub scopes: Vec<ScopeRule>,
    /// When to deny a login; the first that holds counts.
    pub deny: Vec<DenyRule>,
    /// How large the tokens may be.
    pub limits: Limits,
    /// The parts of the event that anything above reads, each a chain of member names.
    pub event_reads: Vec<Vec<Rc<str>>>,
    /// The secrets that anything above reads.
    pub secrets: Vec<Rc<str>>,
}

/// Where the login's id for tracing stands in the event.
pub(crate) const CORRELATION_ID: [&str; 2] = ["transaction", "correlation_id"];
/// Where the user is named.
pub(crate) const USER_ID: [&str; 2] = ["user", "user_id"];
/// Where the application that asks for tokens is named.
pub(crate) const CLIENT_ID: [&str; 2] = ["client", "client_id"];
/// Where the API is named that the access token is for.
pub(crate) const AUDIENCE: [&str; 2] = ["resource_server", "identifier"];
/// Where the scopes stand that the application asked for.
pub(crate) const REQUESTED_SCOPES: [&str; 2] = ["transaction", "requested_scopes"];

/// The value at the end of such a chain; null where there is none.
pub(crate) fn read_event(event: &Value, names: [&str; 2]) -> Value {
    names.iter().fold(event.clone(), |value, name| value.member(name))
}

impl Config {
    /// Compiles a configuration for the trigger that is to run it.
    ///
    /// # Errors
    /// Every problem that was found, in no promised order. A message may have further lines, which show
    /// the expression and point at the column.
    pub fn read(value: &Value, trigger: Trigger) -> Result<Config, Vec<Error>> {
        let problems = Problems::default();
        let config = read_config(&Node::root(value, &problems), trigger);
        let problems = problems.into_vec();
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// Whether a login may be denied where things go wrong: a source says so, a claim is required, or a rule
    /// that is undecided denies.
    pub fn denies_on_failure(&self) -> bool {
        !self.is_shadow
            && (self.sources.iter().any(|source| source.on_error == OnError::Deny)
                || self.claims.iter().any(|claim| claim.required)
                || self.deny.iter().any(|rule| rule.denies_undecided))
    }

    /// Whether any claim goes there.
    pub fn has_target(&self, target: Target) -> bool {
        self.claims.iter().any(|claim| claim.targets.contains(&target))
    }
}

/// The place of a claim, as problems and reports name it.
pub(crate) fn claim_path(name: &str) -> String {
    reader::join_path("claims", name)
}

fn read_config(root: &Node<'_>, trigger: Trigger) -> Config {
    let object = root.object();
    object.get("$schema");
    let is_shadow = object.word("mode", &["enforce", "shadow"]) == 1;
    let allow_http = object.flag("allow_http");
    let deadline_ms = object.integer("deadline_ms", 100, 15_000, 5_000);
    let tokens = object.get("tokens").map_or_else(Named::default, |node| tokens::read(&node, allow_http));
    let sources =
        object.get("sources").map_or_else(Named::default, |node| sources::read(&node, &tokens, allow_http));
    let claims =
        object.require("claims").map_or_else(Vec::new, |node| claims::read(&node, &sources.names, trigger));
    let scopes = object.get("scopes").map_or_else(Vec::new, |node| {
        if trigger == Trigger::CredentialsExchange {
            node.problem("the trigger credentials-exchange cannot change scopes");
        }
        rules::read_scopes(&node, &sources)
    });
    let deny = object.get("deny").map_or_else(Vec::new, |node| rules::read_deny(&node, &sources));
    let limits = read_limits(&object);
    object.finish();
    let mut config = Config {
        trigger,
        is_shadow,
        deadline_ms,
        tokens: tokens.list,
        sources: sources.list,
        claims,
        scopes,
        deny,
        limits,
        event_reads: Vec::new(),
        secrets: Vec::new(),
    };
    (config.event_reads, config.secrets) = reads::gather(&config);
    config
}

fn read_limits(object: &Object<'_>) -> Limits {
    let mut found = Limits { access_token_bytes: 8192, id_token_bytes: 8192 };
    if let Some(node) = object.get("limits") {
        let limits = node.object();
        found.access_token_bytes = limits.integer("access_token_bytes", 1, 100_000, 8192);
        found.id_token_bytes = limits.integer("id_token_bytes", 1, 100_000, 8192);
        limits.finish();
    }
    found
}

/// What is read of a map whose names the user chose. A name counts even where its entry is wrong, so
/// that one mistake is told once.
#[derive(Debug)]
pub(crate) struct Named<T> {
    pub(crate) list: Vec<T>,
    pub(crate) names: Vec<Rc<str>>,
}

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named { list: Vec::new(), names: Vec::new() }
    }
}

impl<T> Named<T> {
    fn read(node: &Node<'_>, read_one: &mut dyn FnMut(Rc<str>, &Node<'_>) -> T) -> Named<T> {
        let mut named = Named::default();
        node.each_member(&mut |name, entry| {
            check_name(name, entry);
            named.names.push(name.into());
            named.list.push(read_one(name.into(), entry));
        });
        named
    }
}

fn check_name(name: &str, entry: &Node<'_>) {
    if !is_name(name) {
        entry.problem("a name is made of letters, digits and `_`, and begins with a letter");
    } else if matches!(name, "event" | "secrets") {
        entry.problem(concat(&["`", name, "` already means something in expressions; take another name"]));
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What a key of an object holds, compiled.
impl Object<'_> {
    /// A template that may be left out.
    fn template(&self, key: &'static str) -> Option<Template> {
        read_template(&self.get(key)?)
    }

    /// A template that must be there.
    fn required_template(&self, key: &'static str) -> Template {
        self.require(key).and_then(|node| read_template(&node)).unwrap_or_default()
    }

    /// A URL that must be there.
    fn url(&self, key: &'static str, allow_http: bool) -> UrlTemplate {
        let url = self.require(key).and_then(|node| {
            let url = node.accept(UrlTemplate::parse(node.string()?, allow_http))?;
            url.expressions().for_each(|expression| check_names(&node, expression, &[]));
            Some(url)
        });
        url.unwrap_or_default()
    }

    /// An expression that may be left out.
    fn expression(&self, key: &'static str, sources: &[Rc<str>]) -> Option<Expression> {
        read_expression(&self.get(key)?, sources)
    }
}

/// A template that may read `event` and `secrets`.
fn read_template(node: &Node<'_>) -> Option<Template> {
    let template = node.accept(Template::parse(node.string()?))?;
    template.expressions().for_each(|expression| check_names(node, expression, &[]));
    Some(template)
}

/// An expression that may read `event` and the sources that are named.
fn read_expression(node: &Node<'_>, sources: &[Rc<str>]) -> Option<Expression> {
    let expression = parse_expression(node)?;
    check_names(node, &expression, sources);
    Some(expression)
}

/// An expression over whatever it is given.
fn parse_expression(node: &Node<'_>) -> Option<Expression> {
    let text = node.string()?;
    node.accept(
        Expression::parse(text).map_err(|error| Error::in_expression(&error.message, text, error.offset)),
    )
}

/// A misspelt source would be null for ever, and its claim missing in silence.
fn check_names(node: &Node<'_>, expression: &Expression, sources: &[Rc<str>]) {
    for chain in expression.reads() {
        let Some(name) = chain.first() else { continue };
        if &**name == "event" || sources.contains(name) {
            continue;
        }
        let message = if &**name == "secrets" {
            "secrets can be used in templates only, never in an expression".to_owned()
        } else {
            let mut known: Vec<&str> = sources.iter().map(|source| &**source).collect();
            known.push("event");
            let nothing = concat(&["`", name, "` names nothing here; "]);
            match reader::nearest(name, &known) {
                Some(near) => concat(&[&nothing, "did you mean `", near, "`?"]),
                None if sources.is_empty() => concat(&[&nothing, "this place sees `event` only"]),
                None => concat(&[&nothing, "it is neither `event` nor a source"]),
            }
        };
        node.fail(match find_word(expression.text(), name) {
            Some(offset) => Error::in_expression(&message, expression.text(), offset),
            None => Error::new(Code::ExpressionInvalid, message),
        });
    }
}

/// Where a name that begins a chain stands in an expression, as far as a glance can tell.
fn find_word(text: &str, name: &str) -> Option<usize> {
    let (text, name) = (text.as_bytes(), name.as_bytes());
    let is_edge = |byte: Option<&u8>, inside: &[u8]| {
        byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !inside.contains(byte))
    };
    (0..text.len()).find(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let rest = text.get(*at..).and_then(|rest| rest.strip_prefix(name));
        is_edge(before, b"_.'\"`") && rest.is_some_and(|rest| is_edge(rest.first(), b"_'\"`"))
    })
}
