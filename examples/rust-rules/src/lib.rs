//! Rules in a table: which plan may use an application, from which networks, with which further factor.
//!
//! A table like this one is the reason to write an Action in code: it is data that the compiler checks, and the rules that
//! read it have tests. It makes no call.

use claimsmith::prelude::*;

const LEVEL: &str = "https://example.com/level";

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, PartialOrd)]
#[serde(rename_all = "lowercase")]
enum Plan {
    Free,
    Team,
    Enterprise,
}

/// What holds for an application.
struct Rule {
    application: &'static str,
    least_plan: Plan,
    networks: &'static [&'static str],
    demands_factor: bool,
    session_s: u32,
    level: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        application: "admin-console",
        least_plan: Plan::Enterprise,
        networks: &["10.", "192.0.2."],
        demands_factor: true,
        session_s: 3_600,
        level: "high",
    },
    Rule {
        application: "reports",
        least_plan: Plan::Team,
        networks: &[],
        demands_factor: true,
        session_s: 28_800,
        level: "medium",
    },
    Rule {
        application: "shop",
        least_plan: Plan::Free,
        networks: &[],
        demands_factor: false,
        session_s: 604_800,
        level: "low",
    },
];

#[derive(Default)]
struct Gate;

export_handler!(Gate);

impl Handler for Gate {
    type Error = Error;
    // A rule that cannot be decided admits nobody.
    const DENIES_ON_FAILURE: bool = true;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, _: &Session<'_>) -> Result<(), Error> {
        let name = event.client().name().unwrap_or_default();
        let Some(rule) = RULES.iter().find(|rule| rule.application == name) else {
            return Err(Error::denial("This application is not known."));
        };
        let plan = event.read::<Option<Plan>>(&["user", "app_metadata", "plan"])?.unwrap_or(Plan::Free);
        if plan < rule.least_plan {
            return Err(Error::denial("Your plan does not include this application."));
        }
        let ip = event.request().ip().unwrap_or_default();
        if !rule.networks.is_empty() && !rule.networks.iter().any(|network| ip.starts_with(network)) {
            return api.session().revoke("This application is for the office only.");
        }
        if rule.demands_factor {
            api.demand_mfa(&MfaDemand::challenge(&[Factor::WebauthnRoaming, Factor::Otp]))?;
        }
        api.session().expires_in_s(rule.session_s)?;
        api.claim(&[Target::AccessToken], LEVEL, rule.level)
    }
}

// A tenant is native: for WebAssembly, as `wasm-pack test` compiles, these are left out.
#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use claimsmith::testing::{Answers, DemandedMfa, Login, Tenant};

    fn login(application: &str, plan: &str, ip: &str) -> Login {
        Tenant::<Gate>::new(Answers::new()).login(&format!(
            r#"{{
                "client": {{ "name": "{application}" }},
                "request": {{ "ip": "{ip}" }},
                "session": {{ "id": "s1" }},
                "user": {{ "app_metadata": {{ "plan": {plan} }}, "enrolledFactors": [{{ "type": "otp" }}] }}
            }}"#
        ))
    }

    #[test]
    fn each_application_has_its_rule() {
        const ENTERPRISE: &str = "\"enterprise\"";
        for (application, plan, ip, denied, level) in [
            ("shop", "null", "203.0.113.1", None, "\"low\""),
            (
                "reports",
                "\"free\"",
                "203.0.113.1",
                Some("Your plan does not include this application."),
                "null",
            ),
            ("reports", "\"team\"", "203.0.113.1", None, "\"medium\""),
            ("admin-console", ENTERPRISE, "10.1.2.3", None, "\"high\""),
            (
                "admin-console",
                ENTERPRISE,
                "203.0.113.1",
                Some("This application is for the office only."),
                "null",
            ),
            ("other", ENTERPRISE, "10.1.2.3", Some("This application is not known."), "null"),
        ] {
            let login = login(application, plan, ip);
            assert_eq!(login.denied(), denied, "{application} {plan} {ip}");
            assert_eq!(login.claim(Target::AccessToken, LEVEL).to_json(), level, "{application}");
        }
    }

    #[test]
    fn a_further_factor_is_one_that_the_user_has() {
        assert_eq!(login("reports", "\"team\"", "").mfa(), Some(&DemandedMfa::Challenge(vec![Factor::Otp])));
        assert_eq!(login("shop", "null", "").mfa(), None);
    }

    #[test]
    fn a_session_lasts_as_long_as_the_rule_says_and_ends_outside_of_the_office() {
        let kept = login("admin-console", "\"enterprise\"", "192.0.2.7");
        assert_eq!(kept.report().session.expires_at, Some(1_767_600_000_000.0 + 3_600_000.0));
        assert!(login("admin-console", "\"enterprise\"", "").report().session.revoked);
    }

    #[test]
    fn a_plan_that_is_not_known_admits_nobody() {
        let login = login("shop", "\"platinum\"", "");
        assert_eq!(login.errors(), ["response_misfit@event.user.app_metadata.plan"]);
        assert!(login.denied().is_some());
    }
}
