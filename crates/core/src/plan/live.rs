//! The values that operators change in the dashboard, applied to a plan.

use claimsmith_expression::Value;
use claimsmith_expression::text::{concat, decimal};

use super::{DEADLINE_MS, Mode, Plan};
use crate::words::Word;

/// The result of applying `live`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// True where a value differs from the plan's.
    pub differs: bool,
    /// A sentence for each value that does not fit and is ignored.
    pub warnings: Vec<String>,
}

impl Plan {
    /// Applies the values of `live`: `mode` and `deadline_ms`. Null leaves the plan's value.
    pub fn apply_live(&mut self, live: &Value) -> Live {
        let mut result = Live::default();
        let Some(members) = live.as_object() else {
            if !live.is_null() {
                result.ignore("it must be an object");
            }
            return result;
        };
        for (key, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            match &**key {
                "mode" => match value.as_str().and_then(Mode::from_word) {
                    Some(mode) => {
                        result.differs |= mode != self.mode;
                        self.mode = mode;
                    }
                    None => result.ignore("`mode` must be `enforce` or `shadow`"),
                },
                "deadline_ms" => match DEADLINE_MS.read(value) {
                    Some(deadline_ms) => {
                        result.differs |= deadline_ms != self.deadline_ms;
                        self.deadline_ms = deadline_ms;
                    }
                    None => result.ignore(&concat(&[
                        "`deadline_ms` must be a whole number from ",
                        &decimal(DEADLINE_MS.least as usize),
                        " to ",
                        &decimal(DEADLINE_MS.most as usize),
                    ])),
                },
                _ => result.ignore(&concat(&["`", key, "` cannot be changed there"])),
            }
        }
        result
    }
}

impl Live {
    fn ignore(&mut self, reason: &str) {
        self.warnings.push(concat(&["a value of `live` is ignored: ", reason]));
    }
}
