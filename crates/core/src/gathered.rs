//! The answers of a login's sources, and the report of their calls.

use std::rc::Rc;

use claimsmith_expression::Value;

use crate::error::Error;
use crate::report::{SourceReport, TokenReport};
use crate::secret::Secrets;

/// The data that rules are evaluated over.
#[derive(Debug)]
pub(crate) struct Facts {
    /// `event`, and each source by its name: null where it was not asked, unavailable where it failed.
    pub(crate) scope: Value,
    /// The same to rules: a source that was not asked is unavailable.
    pub(crate) to_rules: Value,
}

/// The answers of the sources, and the report of their calls.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) facts: Facts,
    pub(crate) secrets: Secrets,
    pub(crate) correlation_id: Option<String>,
    pub(crate) tokens: Vec<(String, TokenReport)>,
    pub(crate) sources: Vec<(String, SourceReport)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) errors: Vec<Error>,
    /// True where a source failed whose `on_error` is `deny`.
    pub(crate) denies: bool,
    /// True where the token to be issued is one that this engine asked for: nothing was asked.
    pub(crate) is_own: bool,
    /// The reason of a rule that denies the login by the event alone: nothing was asked.
    pub(crate) denied_early: Option<Rc<str>>,
}
