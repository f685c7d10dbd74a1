//! The configuration: read strictly, compiled whole.
//!
//! [`Config::read`] turns one JSON object into templates and expressions that are ready to run, or
//! says everything that is wrong with it. Nothing is left to be found out at a login but what depends
//! on the login.

mod claims;
mod reader;
mod reads;
mod sources;
mod tokens;

use std::rc::Rc;

use claimsmith_expression::{Expression, Value};

use crate::error::{Code, Error};
use crate::template::Template;
use crate::url::UrlTemplate;
use reader::{Node, Object, Problems};

pub use claims::ClaimConfig;
pub use sources::{Body, CacheConfig, OnError, OnNotFound, SourceConfig};
pub use tokens::{ClientAuth, TokenConfig};

/// A configuration that is right.
#[derive(Debug)]
pub struct Config {
    /// How long a login may take in all, in milliseconds: 100 to 15,000, 5,000 where left out.
    pub deadline_ms: u32,
    /// How to get access tokens for the backend, by name.
    pub tokens: Vec<TokenConfig>,
    /// What to ask the backend, by name.
    pub sources: Vec<SourceConfig>,
    /// Which claims to build, by name.
    pub claims: Vec<ClaimConfig>,
    /// The parts of the event that anything above reads, each a chain of member names.
    pub event_reads: Vec<Vec<Rc<str>>>,
    /// The secrets that anything above reads.
    pub secrets: Vec<Rc<str>>,
}

/// Where the login's id for tracing stands in the event.
pub(crate) const CORRELATION_ID: [&str; 2] = ["transaction", "correlation_id"];

impl Config {
    /// Compiles a configuration.
    ///
    /// # Errors
    /// Every problem that was found, in no promised order.
    pub fn read(value: &Value) -> Result<Config, Vec<Error>> {
        let problems = Problems::default();
        let config = read_config(&Node::root(value, &problems));
        let problems = problems.into_vec();
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(problems),
        }
    }

    /// Whether a login may be denied where things go wrong: a source says so, or a claim is required.
    pub fn denies_on_failure(&self) -> bool {
        self.sources.iter().any(|source| source.on_error == OnError::Deny)
            || self.claims.iter().any(|claim| claim.required)
    }
}

/// The place of a claim, as problems and reports name it.
pub(crate) fn claim_path(name: &str) -> String {
    reader::join_path("claims", name)
}

fn read_config(root: &Node<'_>) -> Option<Config> {
    let object = root.object();
    object.get("$schema");
    object.not_yet(&["mode", "scopes", "deny", "limits"]);
    let allow_http = object.flag("allow_http");
    let deadline_ms = object.integer("deadline_ms", 100, 15_000, 5_000);
    let tokens = object.get("tokens").map_or_else(Named::default, |node| tokens::read(&node, allow_http));
    let sources =
        object.get("sources").map_or_else(Named::default, |node| sources::read(&node, &tokens, allow_http));
    let claims = object.require("claims").map_or_else(Vec::new, |node| claims::read(&node, &sources.names));
    object.finish();
    let (event_reads, secrets) = reads::gather(&tokens.list, &sources.list, &claims);
    Some(Config { deadline_ms, tokens: tokens.list, sources: sources.list, claims, event_reads, secrets })
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
    fn read(node: &Node<'_>, mut read_one: impl FnMut(Rc<str>, &Node<'_>) -> T) -> Named<T> {
        let mut named = Named::default();
        for (name, entry) in node.entries() {
            if !is_name(name) {
                entry.problem("a name is made of letters, digits and `_`, and begins with a letter");
            } else if matches!(name, "event" | "secrets") {
                entry.problem(format!("`{name}` already means something in expressions; take another name"));
            }
            named.names.push(name.into());
            named.list.push(read_one(name.into(), &entry));
        }
        named
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
    match Expression::parse(node.string()?) {
        Ok(expression) => {
            check_names(node, &expression, sources);
            Some(expression)
        }
        Err(error) => {
            node.fail(Error::new(
                Code::ExpressionInvalid,
                format!("{} (column {})", error.message, error.offset.saturating_add(1)),
            ));
            None
        }
    }
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
            match reader::nearest(name, &known) {
                Some(near) => format!("`{name}` names nothing here; did you mean `{near}`?"),
                None if sources.is_empty() => {
                    format!("`{name}` names nothing here; this place sees `event` only")
                }
                None => format!("`{name}` names nothing here; it is neither `event` nor a source"),
            }
        };
        node.fail(Error::new(Code::ExpressionInvalid, message));
    }
}
