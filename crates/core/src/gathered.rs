//! The answers of a login's sources, and the report of their calls.

use std::rc::Rc;

use crate::error::Error;
use crate::facts::Facts;
use crate::report::{SourceReport, TokenReport};
use crate::secret::Secrets;

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
    /// True where there is nothing to decide: the configuration's `when` does not hold, or the token to be issued is one
    /// that this engine asked for. Nothing was asked.
    pub(crate) is_skipped: bool,
    /// The reason of a rule that denies the login by the event alone: nothing was asked.
    pub(crate) denied_early: Option<Rc<str>>,
}
