//! An Action written in Rust: it asks an API about the user who logs in, and sets a plan and roles as claims.
//!
//! It does what `examples/plan-and-roles` does by a configuration, and two things that are easier said in code: a
//! trial that is over counts as the free plan, and a blocked account is turned away. Its secrets are `TOKEN_URL`,
//! `CLIENT_ID` and `CLIENT_SECRET` for the token, and `API_URL`, such as `https://api.example.com`.

use claimsmith::prelude::*;

const AUDIENCE: &str = "https://api.example.com";
const PLAN: &str = "https://example.com/plan";
const ROLES: &str = "https://example.com/roles";

struct PlanAndRoles {
    grant: Rc<Grant>,
}

export_handler!(PlanAndRoles);

impl FromSecrets for PlanAndRoles {
    fn from_secrets(secrets: &Secrets) -> Result<PlanAndRoles, Error> {
        let grant = secrets.grant_of("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET")?;
        Ok(PlanAndRoles { grant: Rc::new(grant.with_parameter("audience", AUDIENCE)) })
    }
}

impl Handler for PlanAndRoles {
    type Error = Error;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
        let Some(user_id) = event.user().user_id() else { return Ok(()) };
        let url = event.url("API_URL", &["api", "users", &user_id])?;
        let call = Call::get(&url).with_token(&self.grant).with_timeout_ms(1_500).named("profile");
        let profile = session.get::<Profile>(&call).await?.unwrap_or_default();

        if profile.blocked {
            return Err(Error::denial("Your account is blocked."));
        }
        api.claim(&[Target::AccessToken, Target::IdToken], PLAN, &profile.plan())?;
        api.claim(&[Target::AccessToken], ROLES, &profile.active_roles())
    }
}

/// What the API knows of a user. Of one whom it does not know, nothing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Profile {
    blocked: bool,
    subscription: Option<Subscription>,
    roles: Vec<Role>,
}

#[derive(Deserialize)]
struct Subscription {
    plan: String,
    trial_days_left: Option<i32>,
}

#[derive(Deserialize)]
struct Role {
    name: String,
    active: bool,
}

impl Profile {
    /// The plan that is paid for; none, and so no claim, where there is no subscription.
    fn plan(&self) -> Option<&str> {
        let subscription = self.subscription.as_ref()?;
        let trial_is_over = subscription.trial_days_left.is_some_and(|days| days <= 0);
        Some(if trial_is_over { "free" } else { &subscription.plan })
    }

    fn active_roles(&self) -> Vec<&str> {
        self.roles.iter().filter(|role| role.active).map(|role| &*role.name).collect()
    }
}

// A tenant is native: for WebAssembly, as `wasm-pack test` compiles, these are left out.
#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use claimsmith::testing::{Answers, Login, Tenant};

    fn login(profile: &str) -> Login {
        let answers = Answers::new().get("/api/users/auth0|alice", profile);
        let tenant = Tenant::<PlanAndRoles>::new(answers).api("https://api.example.com");
        tenant.login(r#"{ "user": { "user_id": "auth0|alice" } }"#)
    }

    #[test]
    fn a_trial_that_is_over_counts_as_the_free_plan() {
        for (subscription, plan) in [
            (r#"{ "plan": "gold" }"#, Some("gold")),
            (r#"{ "plan": "gold", "trial_days_left": 3 }"#, Some("gold")),
            (r#"{ "plan": "gold", "trial_days_left": 0 }"#, Some("free")),
            ("null", None),
        ] {
            let login = login(&format!(r#"{{ "subscription": {subscription} }}"#));
            assert_eq!(login.claim(Target::IdToken, PLAN), plan.into());
            assert_eq!(login.claim(Target::AccessToken, PLAN), plan.into());
        }
    }

    #[test]
    fn only_active_roles_become_a_claim() {
        let login = login(
            r#"{ "roles": [{ "name": "editor", "active": true }, { "name": "auditor", "active": false }] }"#,
        );
        assert_eq!(login.claim_as::<Vec<String>>(Target::AccessToken, ROLES), ["editor"]);
        assert_eq!(login.claim(Target::IdToken, ROLES), Value::Null);
    }

    #[test]
    fn a_blocked_account_is_turned_away() {
        let login = login(r#"{ "blocked": true, "subscription": { "plan": "gold" } }"#);
        assert_eq!(login.denied(), Some("Your account is blocked."));
        assert!(login.claims(Target::IdToken).is_empty());
    }

    #[test]
    fn the_token_is_asked_for_this_api() {
        let login = login("{}");
        let [token, profile] = login.calls() else { panic!("{:?}", login.calls()) };
        assert!(
            token.body.as_ref().is_some_and(|body| body.ends_with("&audience=https%3A%2F%2Fapi.example.com"))
        );
        assert_eq!(profile.token(), Some("token-1"));
    }
}
