//! What one login did: for `onReport`, and as one line for the log.

use std::rc::Rc;

use claimsmith_expression::text::{concat, decimal};
use claimsmith_expression::{Number, Value};

use crate::claim::Target;
use crate::error::{Code, Error};

/// How a login ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutcomeKind {
    /// All went well.
    Enriched,
    /// Something failed, and some claims are set.
    Partial,
    /// Something failed, and nothing is set.
    Skipped,
    /// The login is denied.
    Denied,
    /// Nothing is set, since the configuration says so; the report tells what would have been.
    Shadow,
}

impl OutcomeKind {
    /// The name as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            OutcomeKind::Enriched => "enriched",
            OutcomeKind::Partial => "partial",
            OutcomeKind::Skipped => "skipped",
            OutcomeKind::Denied => "denied",
            OutcomeKind::Shadow => "shadow",
        }
    }
}

/// What one login did. Holds names, counts and times; no value, URL, token or secret.
#[derive(Clone, Debug)]
pub struct Report {
    /// How it ended.
    pub outcome: OutcomeKind,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// `event.transaction.correlation_id`.
    pub correlation_id: Option<String>,
    /// The tokens that were needed, by name.
    pub tokens: Vec<(String, TokenReport)>,
    /// The sources, by name.
    pub sources: Vec<(String, SourceReport)>,
    /// The claims.
    pub claims: ClaimsReport,
    /// The scopes.
    pub scopes: ScopesReport,
    /// What went wrong.
    pub errors: Vec<Error>,
    /// What went right and deserves a look.
    pub warnings: Vec<String>,
}

/// Where a token came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenOrigin {
    /// This instance had it.
    Memory,
    /// `api.cache` had it.
    Cache,
    /// The token endpoint issued it to this login.
    Endpoint,
    /// The token endpoint issued it to another login that ran beside this one.
    Shared,
}

impl TokenOrigin {
    fn as_str(self) -> &'static str {
        match self {
            TokenOrigin::Memory => "memory",
            TokenOrigin::Cache => "cache",
            TokenOrigin::Endpoint => "endpoint",
            TokenOrigin::Shared => "shared",
        }
    }
}

/// How a token was got.
#[derive(Clone, Debug)]
pub struct TokenReport {
    /// Where it came from; none where it could not be got.
    pub from: Option<TokenOrigin>,
    /// How long that took, in milliseconds.
    pub duration_ms: f64,
    /// Why it could not be got.
    pub error: Option<Code>,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerOrigin {
    /// The backend was called.
    Network,
    /// An answer that is kept, and good.
    Cache,
    /// The backend was called, and said that the answer that is kept still holds.
    Revalidated,
    /// An answer that is kept and past its time: the backend failed.
    Stale,
}

impl AnswerOrigin {
    fn as_str(self) -> &'static str {
        match self {
            AnswerOrigin::Network => "network",
            AnswerOrigin::Cache => "cache",
            AnswerOrigin::Revalidated => "revalidated",
            AnswerOrigin::Stale => "stale",
        }
    }
}

/// How a source was asked.
#[derive(Clone, Debug, Default)]
pub struct SourceReport {
    /// Where the answer came from; none where there is none.
    pub from: Option<AnswerOrigin>,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// How many times it was called.
    pub attempts: u32,
    /// How many bytes of body came.
    pub bytes: usize,
    /// How long its calls took, without its token, in milliseconds.
    pub duration_ms: f64,
    /// Whether its `when` did not hold.
    pub skipped: bool,
    /// Why there is no answer.
    pub error: Option<Code>,
}

/// What became of the claims.
#[derive(Clone, Debug, Default)]
pub struct ClaimsReport {
    /// The names of those that were set.
    pub set: Vec<String>,
    /// Those that were not, and why.
    pub left_out: Vec<LeftOut>,
    /// Those whose `default` took the place of a value, and why.
    pub defaulted: Vec<LeftOut>,
}

/// A claim without a value of its own, or that was not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The claim's name.
    pub claim: String,
    /// `null`, `when`, or the code of an error.
    pub reason: &'static str,
    /// Where it did not go; none where it went nowhere.
    pub target: Option<Target>,
    /// The source whose failure left it without a value.
    pub source: Option<Rc<str>>,
}

/// What was done to the scopes of the access token.
#[derive(Clone, Debug, Default)]
pub struct ScopesReport {
    /// Those that were added.
    pub added: Vec<String>,
    /// Those that were removed.
    pub removed: Vec<String>,
}

/// Auth0 keeps this many characters of what an Action logs.
const MAX_LINE: usize = 256;

/// Auth0's ids are a third of that.
const MAX_ID: usize = 128;

impl Report {
    /// The report as one line of at most 256 characters, the weightiest first.
    pub fn line(&self) -> String {
        let mut line = concat(&["claimsmith ", self.outcome.as_str(), " ", &whole(self.duration_ms), "ms"]);
        self.write_details(&mut line);
        let Some(id) = &self.correlation_id else { return one_line(&line, MAX_LINE) };
        // The id is what the line is found by, so it stays whole where the rest is cut.
        let id = one_line(&concat(&[" id=", id]), MAX_ID);
        let mut line = one_line(&line, MAX_LINE.saturating_sub(id.encode_utf16().count()));
        line.push_str(&id);
        line
    }

    /// The report as JSON text, in the order of the fields here.
    pub fn to_json(&self) -> String {
        let mut json = ObjectWriter::default();
        json.text("outcome", Some(self.outcome.as_str()));
        json.number("duration_ms", Some(self.duration_ms));
        json.text("correlation_id", self.correlation_id.as_deref());
        json.raw("tokens", &write_named(&self.tokens, TokenReport::to_json));
        json.raw("sources", &write_named(&self.sources, SourceReport::to_json));
        json.raw("claims", &self.claims.to_json());
        json.raw("scopes", &self.scopes.to_json());
        json.raw("errors", &problems_to_json(&self.errors));
        json.raw("warnings", &texts_to_json(&self.warnings));
        json.finish()
    }

    fn write_details(&self, line: &mut String) {
        let mut add = |pieces: &[&str]| pieces.iter().for_each(|piece| line.push_str(piece));
        for error in &self.errors {
            add(&[" ", error.code.as_str(), "@", &error.path]);
        }
        for (name, token) in &self.tokens {
            if let Some(from) = token.from {
                add(&[" ", name, "=", from.as_str(), "/", &whole(token.duration_ms), "ms"]);
            }
        }
        for (name, source) in &self.sources {
            if let Some(status) = source.status {
                add(&[" ", name, "=", &decimal(status.into()), "/", &whole(source.duration_ms), "ms"]);
            }
        }
        add(&[" claims=", &decimal(self.claims.set.len())]);
        add(&[" left_out=", &decimal(self.claims.left_out.len())]);
        for (index, LeftOut { claim, .. }) in self.claims.left_out.iter().enumerate() {
            add(&[if index == 0 { ":" } else { "," }, claim]);
        }
    }
}

/// The first so many characters of a text, on one line. They are counted as JavaScript does, in UTF-16 units.
pub(crate) fn one_line(text: &str, length: usize) -> String {
    // Nearly every text is as it should be, and copied whole.
    if text.len() <= length && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut line = String::new();
    let mut left = length;
    for shown in text.chars() {
        let Some(rest) = left.checked_sub(shown.len_utf16()) else { break };
        left = rest;
        let ends_line = shown.is_control() || matches!(shown, '\u{2028}' | '\u{2029}');
        line.push(if ends_line { ' ' } else { shown });
    }
    line
}

/// A tenth of a millisecond is as fine as these clocks are worth.
pub fn rounded(duration_ms: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let tenths = (duration_ms * 10.0 + 0.5) as u32;
    f64::from(tenths) / 10.0
}

fn whole(duration_ms: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    decimal((duration_ms + 0.5) as usize)
}

impl TokenReport {
    fn to_json(&self) -> String {
        let mut json = ObjectWriter::default();
        json.text("from", self.from.map(TokenOrigin::as_str));
        json.number("duration_ms", Some(self.duration_ms));
        json.text("error", self.error.map(Code::as_str));
        json.finish()
    }
}

impl SourceReport {
    fn to_json(&self) -> String {
        let mut json = ObjectWriter::default();
        json.text("from", self.from.map(AnswerOrigin::as_str));
        json.number("status", self.status.map(f64::from));
        json.number("attempts", Some(f64::from(self.attempts)));
        json.number("bytes", u32::try_from(self.bytes).ok().map(f64::from));
        json.number("duration_ms", Some(self.duration_ms));
        json.raw("skipped", if self.skipped { "true" } else { "false" });
        json.text("error", self.error.map(Code::as_str));
        json.finish()
    }
}

impl ClaimsReport {
    fn to_json(&self) -> String {
        let mut json = ObjectWriter::default();
        json.raw("set", &texts_to_json(&self.set));
        json.raw("left_out", &write_list(&self.left_out, LeftOut::to_json));
        json.raw("defaulted", &write_list(&self.defaulted, LeftOut::to_json));
        json.finish()
    }
}

impl LeftOut {
    fn to_json(&self) -> String {
        let mut json = ObjectWriter::default();
        json.text("claim", Some(&self.claim));
        json.text("reason", Some(self.reason));
        if let Some(target) = self.target {
            json.text("target", Some(target.as_str()));
        }
        if let Some(source) = &self.source {
            json.text("source", Some(source));
        }
        json.finish()
    }
}

impl ScopesReport {
    fn to_json(&self) -> String {
        let mut json = ObjectWriter::default();
        json.raw("added", &texts_to_json(&self.added));
        json.raw("removed", &texts_to_json(&self.removed));
        json.finish()
    }
}

/// Errors as JSON text: an array of `{ code, path, message }`.
pub fn problems_to_json(errors: &[Error]) -> String {
    write_list(errors, |error| {
        let mut json = ObjectWriter::default();
        json.text("code", Some(error.code.as_str()));
        json.text("path", Some(&error.path));
        json.text("message", Some(&error.message));
        json.finish()
    })
}

/// Writes an object member by member, in the order they come; [`Value`] would sort them. What is absent
/// is null.
#[derive(Default)]
struct ObjectWriter(String);

impl ObjectWriter {
    fn raw(&mut self, name: &str, json: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&Value::from(name).to_json());
        self.0.push(':');
        self.0.push_str(json);
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        self.raw(name, &text.map_or(Value::Null, Value::from).to_json());
    }

    fn number(&mut self, name: &str, number: Option<f64>) {
        self.raw(name, &number.and_then(Number::from_f64).map_or(Value::Null, Value::Number).to_json());
    }

    fn finish(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

fn texts_to_json(texts: &[String]) -> String {
    write_list(texts, |text| Value::from(text.as_str()).to_json())
}

fn write_named<T>(named: &[(String, T)], write: fn(&T) -> String) -> String {
    let mut json = ObjectWriter::default();
    for (name, item) in named {
        json.raw(name, &write(item));
    }
    json.finish()
}

fn write_list<T>(items: &[T], write: fn(&T) -> String) -> String {
    let mut json = String::from("[");
    for item in items {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&write(item));
    }
    json.push(']');
    json
}
