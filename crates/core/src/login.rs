//! The inputs of one login.

use claimsmith_expression::Value;

use crate::secret::Secrets;
use crate::target::Target;

/// The inputs of one login.
#[derive(Debug, Default)]
pub struct Login {
    /// The parts of the event that [`Plan::event_reads`](crate::Plan::event_reads) names.
    pub event: Value,
    /// The secrets that [`Plan::secrets`](crate::Plan::secrets) names, as far as the Action has them.
    pub secrets: Secrets,
    /// The targets of claims that this login's api does not have.
    pub missing_targets: Vec<Target>,
}
