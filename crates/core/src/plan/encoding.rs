//! A plan as bytes.
//!
//! A plan is good for one version of the engine, so the bytes begin with that.

use std::mem::ManuallyDrop;

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
        let (plan, is_whole) = read(bytes)?;
        let plan = ManuallyDrop::into_inner(plan);
        if is_whole { Ok(plan) } else { Err(damaged()) }
    }

    /// Reads a plan that lives for as long as the program: what would free it is not there.
    ///
    /// # Errors
    /// As [`Plan::decode`].
    pub fn decode_for_ever(bytes: &[u8]) -> Result<ManuallyDrop<Plan>, Error> {
        let (plan, is_whole) = read(bytes)?;
        if is_whole { Ok(plan) } else { Err(damaged()) }
    }
}

/// Reads what may be a plan, and whether it is one.
fn read(bytes: &[u8]) -> Result<(ManuallyDrop<Plan>, bool), Error> {
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
    let plan = ManuallyDrop::new(Plan::read(&mut input));
    Ok((plan, input.finish()))
}

fn damaged() -> Error {
    Error::new(Code::ConfigInvalid, "the plan is damaged; bundle the configuration again")
}
