//! A plan as bytes.
//!
//! A plan is good for one version of the engine, so the bytes begin with that.

use claimsmith_expression::plain::{Input, Plain};
use claimsmith_expression::text::concat;

use super::Plan;
use crate::error::{Code, Error};

/// The version that a plan is made by and runs on.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Plan {
    /// Returns the plan as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        String::from(VERSION).write(&mut bytes);
        self.write(&mut bytes);
        bytes
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// `config_invalid` where another version made it, or it is damaged.
    pub fn decode(bytes: &[u8]) -> Result<Plan, Error> {
        let mut input = Input::new(bytes);
        let version = String::read(&mut input);
        if version.is_empty() {
            return Err(damaged());
        }
        if version != VERSION {
            let message = concat(&[
                "the plan was made by claimsmith ",
                &version,
                ", and this engine is ",
                VERSION,
                "; bundle the configuration again",
            ]);
            return Err(Error::new(Code::ConfigInvalid, message));
        }
        let plan = Plan::read(&mut input);
        if input.finish() { Ok(plan) } else { Err(damaged()) }
    }
}

fn damaged() -> Error {
    Error::new(Code::ConfigInvalid, "the plan is damaged; bundle the configuration again")
}
