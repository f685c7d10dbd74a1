//! Warnings of claims that Auth0 silently leaves out of the access token of this login.
//!
//! A name that is always dropped is a mistake in the configuration. This depends on what the application
//! asked for, so only the report of a login can say it.

use claimsmith_expression::Value;
use claimsmith_expression::text::concat;

#[cfg(feature = "client")]
use crate::decision::Decision;
use crate::decision::Effect;
use crate::event::{AUDIENCE, REQUESTED_SCOPES};
use crate::names::{is_auth0_api, needed_scope};
use crate::target::Target;

/// Adds a warning for each claim that Auth0 will silently drop. `read` gives what the event has under two names.
#[cfg(feature = "client")]
pub fn warn_of_dropped_claims(decision: &mut Decision, read: impl Fn([&str; 2]) -> Value) {
    note(&decision.effects, read, &mut decision.report.warnings);
}

/// Adds the warnings about claims that are about to be set.
pub(crate) fn note(effects: &[Effect], read: impl Fn([&str; 2]) -> Value, warnings: &mut Vec<String>) {
    for effect in effects {
        let Effect::SetClaim { target: Target::AccessToken, name, .. } = effect else { continue };
        let without_claims = match read(AUDIENCE).as_str() {
            None => Some("the login is for no API, so that the access token is opaque and carries no claims"),
            Some(audience) if is_auth0_api(audience) => {
                Some("the access token is for an API of Auth0's, and carries no claims of yours")
            }
            Some(_) => None,
        };
        if let Some(warning) = without_claims {
            warnings.push(warning.to_owned());
            return;
        }
        if let Some(scope) = needed_scope(name)
            && !read(REQUESTED_SCOPES)
                .as_array()
                .unwrap_or_default()
                .iter()
                .any(|one| one.as_str() == Some(scope))
        {
            warnings.push(concat(&[
                "the access token carries `",
                name,
                "` only where the scope `",
                scope,
                "` is requested",
            ]));
        }
    }
}
