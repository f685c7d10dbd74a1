//! The report of one login: for `onReport`, and as one line of the log.

use std::rc::Rc;

use claimsmith_expression::text::{concat, push_decimal, units};
use claimsmith_expression::{IS_FAST, Number, Value};

use crate::error::{Code, Error};
use crate::mfa::{Factor, Mfa, Provider};
use crate::target::Target;
use crate::text::one_line;
use crate::words::words;

words! {
    /// The outcome of a login.
    pub enum OutcomeKind {
        /// All went well.
        Enriched = "enriched",
        /// Something failed, and some claims are set.
        Partial = "partial",
        /// Nothing is set: something failed, or the configuration's `when` does not hold.
        Skipped = "skipped",
        /// The login is denied.
        Denied = "denied",
        /// Nothing is set, since the mode is `shadow`; the report says what would have been.
        Shadow = "shadow",
    }
}

/// The report of one login. Holds names, counts and times; no value, URL, token or secret.
#[derive(Clone, Debug)]
pub struct Report {
    /// The outcome.
    pub outcome: OutcomeKind,
    /// The duration of the login, in milliseconds.
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
    /// The further factor that is demanded.
    pub mfa: Option<Mfa>,
    /// The changes to the session.
    pub session: SessionReport,
    /// The changes to the refresh token.
    pub refresh_token: SessionReport,
    /// True where the login is denied, or in the mode `shadow` would have been.
    pub denied: bool,
    /// The failures.
    pub errors: Vec<Error>,
    /// Messages about what did not fail and needs a look.
    pub warnings: Vec<String>,
    /// What an Action's own code logged. It stands in the line.
    #[cfg(feature = "client")]
    pub log: Vec<String>,
    /// The configuration that ran, as [`Plan::fingerprint`](crate::Plan::fingerprint), with `+live` behind it where
    /// `live` differs from the plan. `None` for an Action in Rust.
    pub fingerprint: Option<String>,
    /// True where the readable configuration was edited after the plan was compiled, and is ignored.
    pub is_edited: bool,
}

words! {
    /// The origin of a token.
    pub enum TokenOrigin {
        /// This instance had it.
        Memory = "memory",
        /// `api.cache` had it.
        Cache = "cache",
        /// The token endpoint issued it to this login.
        Endpoint = "endpoint",
        /// The token endpoint issued it to another login that ran beside this one.
        Shared = "shared",
    }
}

/// The report of a token.
#[derive(Clone, Debug)]
pub struct TokenReport {
    /// The origin; `None` where it could not be got.
    pub from: Option<TokenOrigin>,
    /// The time until it was there, in milliseconds.
    pub duration_ms: f64,
    /// The reason why it could not be got.
    pub error: Option<Code>,
}

words! {
    /// The origin of an answer.
    pub enum AnswerOrigin {
        /// The backend was called.
        Network = "network",
        /// A cached answer that is fresh.
        Cache = "cache",
        /// The backend was called, and confirmed the cached answer (304).
        Revalidated = "revalidated",
        /// A cached answer past its time: the backend failed.
        Stale = "stale",
    }
}

/// The report of a source.
#[derive(Clone, Debug, Default)]
pub struct SourceReport {
    /// The origin of the answer; `None` where there is no answer.
    pub from: Option<AnswerOrigin>,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// The number of calls.
    pub attempts: u32,
    /// The bytes of the last answer's body.
    pub bytes: usize,
    /// The duration of its calls, without its token, in milliseconds.
    pub duration_ms: f64,
    /// The sources that it read, and waited for.
    pub waited_for: Vec<Rc<str>>,
    /// True where it was not asked: its `when` does not hold, a source that it reads was not asked, or nothing was.
    pub skipped: bool,
    /// The code of the failure; also where a stale answer serves.
    pub error: Option<Code>,
}

/// The report of the claims.
#[derive(Clone, Debug, Default)]
pub struct ClaimsReport {
    /// The names of those that were set.
    pub set: Vec<String>,
    /// Those that were not set, and why.
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
    /// The target that did not take it; `None` where it has no value anywhere.
    pub target: Option<Target>,
    /// The source whose failure left it without a value.
    pub source: Option<Rc<str>>,
}

/// The changes to the scopes of the access token.
#[derive(Clone, Debug, Default)]
pub struct ScopesReport {
    /// Those that were added.
    pub added: Vec<String>,
    /// Those that were removed.
    pub removed: Vec<String>,
}

/// The changes to the session or the refresh token.
#[derive(Clone, Debug, Default)]
pub struct SessionReport {
    /// The time of its expiry that was set, in milliseconds since the epoch.
    pub expires_at: Option<f64>,
    /// The time of its expiry without use that was set, likewise.
    pub idle_expires_at: Option<f64>,
    /// True where it was revoked.
    pub revoked: bool,
}

/// Auth0 keeps this many characters of what an Action logs.
const MAX_LINE: usize = 256;

/// Auth0's ids are a third of that.
const MAX_ID: usize = 128;

impl Report {
    /// Returns the report as one line of at most 256 characters, the weightiest first.
    pub fn line(&self) -> String {
        let mut line = String::new();
        if IS_FAST {
            line.reserve(MAX_LINE);
        }
        add(&mut line, &["claimsmith ", self.outcome.as_str(), " "]);
        add_duration(&mut line, self.duration_ms);
        if self.denied && self.outcome == OutcomeKind::Shadow {
            line.push_str(" would=denied");
        }
        self.write_details(&mut line);
        // Fingerprint and id, by which a line is found, stay whole where the rest is cut.
        let mut tail = String::new();
        if let Some(fingerprint) = &self.fingerprint {
            add(&mut tail, &[" config=", fingerprint, if self.is_edited { " edited=ignored" } else { "" }]);
        }
        if let Some(id) = &self.correlation_id {
            tail.push_str(&one_line(&concat(&[" id=", id]), MAX_ID));
        }
        let mut line = one_line(&line, MAX_LINE.saturating_sub(units(&tail)));
        line.push_str(&tail);
        line
    }

    /// Returns the report as JSON text, in the order of the fields here.
    pub fn to_json(&self) -> String {
        let mut json = ObjectWriter::default();
        json.text("outcome", Some(self.outcome.as_str()));
        json.number("duration_ms", Some(self.duration_ms));
        json.text("correlation_id", self.correlation_id.as_deref());
        json.raw("tokens", &write_named(&self.tokens, TokenReport::to_json));
        json.raw("sources", &write_named(&self.sources, SourceReport::to_json));
        json.raw("claims", &self.claims.to_json());
        json.raw("scopes", &self.scopes.to_json());
        json.raw("mfa", &self.mfa.as_ref().map_or_else(|| "null".to_owned(), mfa_to_json));
        json.raw("session", &self.session.to_json());
        json.raw("refresh_token", &self.refresh_token.to_json());
        json.flag("denied", self.denied);
        json.raw("errors", &errors_to_json(&self.errors));
        json.raw("warnings", &texts_to_json(&self.warnings));
        json.text("fingerprint", self.fingerprint.as_deref());
        json.finish()
    }

    fn write_details(&self, line: &mut String) {
        for error in &self.errors {
            add(line, &[" ", error.word(), "@", &error.path]);
        }
        for (name, token) in &self.tokens {
            if let Some(from) = token.from {
                add(line, &[" ", name, "=", from.as_str(), "/"]);
                add_duration(line, token.duration_ms);
            }
        }
        for (name, source) in &self.sources {
            if let Some(status) = source.status {
                add(line, &[" ", name, "="]);
                push_decimal(line, status.into());
                line.push('/');
                add_duration(line, source.duration_ms);
            }
        }
        if let Some(mfa) = &self.mfa {
            let demand = match mfa {
                Mfa::Enable(provider, _) => provider.as_str(),
                Mfa::Challenge(_) => "challenge",
                Mfa::Enroll(_) => "enroll",
            };
            add(line, &[" mfa=", demand]);
        }
        line.push_str(" claims=");
        push_decimal(line, self.claims.set.len());
        line.push_str(" left_out=");
        push_decimal(line, self.claims.left_out.len());
        for (index, LeftOut { claim, .. }) in self.claims.left_out.iter().enumerate() {
            add(line, &[if index == 0 { ":" } else { "," }, claim]);
        }
        // Who runs a pasted file has the line only, and no configuration to look at.
        #[cfg(feature = "client")]
        if self.fingerprint.is_none() {
            for (label, texts) in [(" log=", &self.log), (" warning=", &self.warnings)] {
                for text in texts {
                    add(line, &[label, &Value::from(text.as_str()).to_json()]);
                }
            }
        }
    }
}

/// Rounds to 0.1 ms: these clocks are no finer.
pub fn rounded(duration_ms: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let tenths = (duration_ms * 10.0 + 0.5) as u32;
    f64::from(tenths) / 10.0
}

/// Appends the pieces.
fn add(line: &mut String, pieces: &[&str]) {
    for piece in pieces {
        line.push_str(piece);
    }
}

/// Appends whole milliseconds.
fn add_duration(line: &mut String, duration_ms: f64) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    push_decimal(line, (duration_ms + 0.5) as usize);
    line.push_str("ms");
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
        json.raw("waited_for", &write_list(&self.waited_for, |name| Value::from(Rc::clone(name)).to_json()));
        json.flag("skipped", self.skipped);
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

impl SessionReport {
    fn to_json(&self) -> String {
        let mut json = ObjectWriter::default();
        json.number("expires_at", self.expires_at);
        json.number("idle_expires_at", self.idle_expires_at);
        json.flag("revoked", self.revoked);
        json.finish()
    }
}

fn mfa_to_json(mfa: &Mfa) -> String {
    let mut json = ObjectWriter::default();
    match mfa {
        Mfa::Enable(provider, remembers) => {
            json.text("enable", Some(Provider::as_str(*provider)));
            if let Some(remembers) = remembers {
                json.flag("allow_remember_browser", *remembers);
            }
        }
        Mfa::Challenge(factors) => json.raw("challenge", &factors_to_json(factors)),
        Mfa::Enroll(factors) => json.raw("enroll", &factors_to_json(factors)),
    }
    json.finish()
}

fn factors_to_json(factors: &[Factor]) -> String {
    write_list(factors, |factor| Value::from(factor.as_str()).to_json())
}

/// Errors as JSON text: an array of `{ code, path, message }`.
fn errors_to_json(errors: &[Error]) -> String {
    write_list(errors, |error| {
        let mut json = ObjectWriter::default();
        json.text("code", Some(error.word()));
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

    fn flag(&mut self, name: &str, value: bool) {
        self.raw(name, if value { "true" } else { "false" });
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
