//! An Action written in Rust: it asks an API about the user who logs in, and sets a plan and roles as claims.
//!
//! It does what `examples/plan-and-roles` does by a configuration, and two things that are easier said in code: a
//! trial that is over counts as the free plan, and a blocked account is turned away. Its secrets are `TOKEN_URL`,
//! `CLIENT_ID` and `CLIENT_SECRET` for the token, and `API_URL`, such as `https://api.example.com`.

use std::rc::Rc;

use claimsmith_action::event::Event;
use claimsmith_action::export_handler;
use claimsmith_action::handler::{Api, Handler, Session};
use claimsmith_core::Error;
use claimsmith_core::Target;
use claimsmith_core::client::{Call, Url};
use claimsmith_core::expression::Value;
use claimsmith_core::token::Grant;

const AUDIENCE: &str = "https://api.example.com";
const PLAN: &str = "https://example.com/plan";
const ROLES: &str = "https://example.com/roles";

#[derive(Default)]
struct PlanAndRoles;

export_handler!(PlanAndRoles);

impl Handler for PlanAndRoles {
    async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
        let Some(user_id) = event.user().user_id() else { return Ok(()) };
        let url = Url::new(event.secret("API_URL")?.expose(), &["api", "users", &user_id])?;
        let call = Call::get(&url).with_token(&grant(event)?).with_timeout_ms(1_500);
        let profile = session.fetch(&call).await?;

        if is_blocked(&profile) {
            api.deny("Your account is blocked.");
            return Ok(());
        }
        for target in [Target::AccessToken, Target::IdToken] {
            api.set_custom_claim(target, PLAN, plan(&profile))?;
        }
        api.set_custom_claim(Target::AccessToken, ROLES, active_roles(&profile))
    }
}

/// How to get a token for the API. The token itself is kept: this asks for one only where there is none.
fn grant(event: &Event) -> Result<Rc<Grant>, Error> {
    let token_url = Url::new(event.secret("TOKEN_URL")?.expose(), &[])?;
    let grant = Grant::new(&token_url, event.secret("CLIENT_ID")?, event.secret("CLIENT_SECRET")?);
    Ok(Rc::new(grant.with_parameter("audience", AUDIENCE)))
}

fn is_blocked(profile: &Value) -> bool {
    profile.member("blocked") == Value::Bool(true)
}

/// The plan that is paid for; null, and so no claim, where there is no subscription.
fn plan(profile: &Value) -> Value {
    let subscription = profile.member("subscription");
    let trial_is_over =
        subscription.member("trial_days_left").as_number().is_some_and(|days| days.as_f64() <= 0.0);
    if trial_is_over { "free".into() } else { subscription.member("plan") }
}

fn active_roles(profile: &Value) -> Value {
    let roles = profile.member("roles");
    let is_active = |role: &&Value| role.member("active").is_truthy();
    let active = roles.as_array().into_iter().flatten().filter(is_active);
    active.map(|role| role.member("name")).collect::<Vec<Value>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimsmith_core::expression::json;

    fn profile(text: &str) -> Value {
        json::read(text.as_bytes()).unwrap_or_default()
    }

    #[test]
    fn a_trial_that_is_over_counts_as_the_free_plan() {
        let plan_of = |subscription: &str| plan(&profile(&format!(r#"{{"subscription":{subscription}}}"#)));
        assert_eq!(plan_of(r#"{"plan":"gold"}"#), "gold".into());
        assert_eq!(plan_of(r#"{"plan":"gold","trial_days_left":3}"#), "gold".into());
        assert_eq!(plan_of(r#"{"plan":"gold","trial_days_left":0}"#), "free".into());
        assert_eq!(plan_of("null"), Value::Null);
    }

    #[test]
    fn only_active_roles_become_a_claim() {
        let roles =
            profile(r#"{"roles":[{"name":"editor","active":true},{"name":"auditor","active":false}]}"#);
        assert_eq!(active_roles(&roles).to_json(), r#"["editor"]"#);
        assert_eq!(active_roles(&Value::Null).to_json(), "[]");
    }
}
