//! All that most handlers need: `use claimsmith::prelude::*`.

pub use std::rc::Rc;

pub use crate::{
    Api, Call, Code, Error, Event, Factor, FromSecrets, Grant, Handler, MfaDemand, Provider, Secret, Secrets,
    Session, Target, Timestamp, Url, Value, export_handler,
};
#[cfg(feature = "serde")]
pub use serde::{Deserialize, Serialize};
