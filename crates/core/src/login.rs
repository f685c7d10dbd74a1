//! The inputs of one login.

use std::rc::Rc;

use claimsmith_expression::Value;

use crate::facts::put;
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

impl Login {
    /// Sets what a chain of members leads to in the event, and makes the objects on the way.
    pub fn put(&mut self, chain: &[Rc<str>], value: Value) {
        put(&mut self.event, chain, value);
    }
}
