//! What Auth0 will leave out of the access token of this login, and says nothing about.
//!
//! What depends on the name alone is a mistake in the configuration. This depends on what the application
//! asked for, so the login can only be told of it.

use claimsmith_expression::Value;
use claimsmith_expression::text::concat;

use crate::claim::{Target, is_on_host, needed_scope};
use crate::config::{AUDIENCE, REQUESTED_SCOPES, read_event};
use crate::enrich::Effect;

/// Notes what there is to know about claims that are about to be set.
pub(crate) fn note(effects: &[Effect], event: &Value, warnings: &mut Vec<String>) {
    let is_auth0 = read_event(event, AUDIENCE).as_str().is_some_and(|api| is_on_host(api, "auth0.com"));
    let requested = read_event(event, REQUESTED_SCOPES);
    let requested = requested.as_array().unwrap_or_default();
    for effect in effects {
        let Effect::SetClaim { target: Target::AccessToken, name, .. } = effect else { continue };
        if is_auth0 {
            warnings
                .push("the access token is for an API of Auth0's, and carries no claims of yours".to_owned());
            return;
        }
        if let Some(scope) = needed_scope(name)
            && !requested.iter().any(|requested| requested.as_str() == Some(scope))
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
