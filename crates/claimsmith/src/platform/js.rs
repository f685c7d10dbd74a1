//! What an Action stands on inside Auth0.

pub(crate) use claimsmith_action::JsHost as Host;
pub(crate) use claimsmith_action::handler::{Outside, Part};
