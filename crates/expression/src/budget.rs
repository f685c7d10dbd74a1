//! The budget of steps that evaluations share.

use std::cell::Cell;

use crate::{ErrorKind, ExpressionError};

/// The default steps of one evaluation.
///
/// Projections inside projections multiply, and lists of lists of the same thing grow by doubling; what
/// passes this bound was not written to read one user's data.
const MAX_STEPS: usize = 1_000_000;

/// Steps that evaluations share: nodes evaluated, items picked, values compared or written, 16 bytes of text
/// each.
#[derive(Debug)]
pub struct Budget {
    steps_left: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::new(MAX_STEPS)
    }
}

impl Budget {
    /// Makes a budget of so many steps.
    pub fn new(steps: usize) -> Budget {
        Budget { steps_left: Cell::new(steps) }
    }

    /// Returns the steps that are left.
    pub fn steps_left(&self) -> usize {
        self.steps_left.get()
    }

    /// Takes steps from the budget.
    ///
    /// # Errors
    /// [`ErrorKind::TooMuchWork`] where it has fewer left.
    pub(crate) fn spend(&self, steps: usize) -> Result<(), ExpressionError> {
        let Some(left) = self.steps_left.get().checked_sub(steps) else {
            // No one place is to blame.
            let message = ["the expression takes too many steps on this document"];
            return Err(ExpressionError::new(ErrorKind::TooMuchWork, 0, &message));
        };
        self.steps_left.set(left);
        Ok(())
    }
}
