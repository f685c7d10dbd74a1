//! What Auth0 will leave out of the access token of this login, and says nothing about.
//!
//! What depends on the name alone is a mistake in the configuration. This depends on what the application
//! asked for, so the login can only be told of it.

use claimsmith_expression::Value;
use claimsmith_expression::text::concat;

use crate::claim::{Target, is_auth0_api, needed_scope};
use crate::config::{AUDIENCE, REQUESTED_SCOPES};
use crate::enrich::Effect;

/// Notes what there is to know about claims that are about to be set.
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
