//! Two calls, the second of which depends on the first: to which account the user belongs, and what that account may do.
//!
//! Its secrets are `API_URL`, such as `https://api.example.com`, and `TOKEN_URL`, `CLIENT_ID` and `CLIENT_SECRET`, with
//! `AUDIENCE` where the token endpoint asks for one.

use claimsmith::prelude::*;

const ENTITLEMENTS: &str = "https://example.com/entitlements";
const BOTH: [Target; 2] = [Target::AccessToken, Target::IdToken];
/// What an account may do changes seldom: for so long a user's next login need not ask.
const KEPT_MS: u64 = 60_000;

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Status {
    Active,
    Suspended,
}

#[derive(Deserialize)]
struct Membership {
    account_id: String,
    status: Status,
}

#[derive(Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Tier {
    Free,
    Team,
    Enterprise,
}

#[derive(Deserialize, Serialize)]
struct Entitlements {
    tier: Tier,
    seats: u32,
    #[serde(default)]
    products: Vec<String>,
    /// The end of a trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    trial_ends: Option<Timestamp>,
}

/// What may go wrong here, beside what may go wrong with any call.
enum Failure {
    NoUser,
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Other(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::NoUser => Error::own("no_user", "the login has no user"),
            Failure::Other(error) => error,
        }
    }
}

#[derive(Default)]
struct Entitle;
export_handler!(Entitle);

impl Handler for Entitle {
    type Error = Failure;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Failure> {
        let user = event.user().user_id().ok_or(Failure::NoUser)?;
        let token = event.grant()?;
        let url = event.url("API_URL", &["v1", "memberships"])?.with_query("user", &user);
        let call = Call::get(&url).with_token(&token).named("membership");
        let Some(member) = session.get::<Membership>(&call).await? else { return Ok(()) };
        if member.status == Status::Suspended {
            return Err(Error::denial("Your account is suspended.").into());
        }

        let kept = api.cache().json::<Entitlements>(&member.account_id);
        let rights = match kept {
            Some(rights) => rights,
            None => {
                let url = event.url("API_URL", &["v1", "accounts", &member.account_id, "entitlements"])?;
                let call = Call::get(&url).with_token(&token).named("entitlements");
                let Some(rights) = session.get::<Entitlements>(&call).await? else { return Ok(()) };
                // Where the cache is full, the next login asks again.
                if api.cache().set_json(&member.account_id, &rights, KEPT_MS).is_err() {
                    session.warn("the entitlements could not be kept");
                }
                rights
            }
        };
        if rights.trial_ends.is_some_and(|end| end <= Timestamp::from_ms(session.now_ms())) {
            session.log("the trial is over");
            return Ok(());
        }
        api.claim(&BOTH, ENTITLEMENTS, &rights)?;
        if rights.tier == Tier::Enterprise {
            api.add_scope("read:reports")?;
        }
        Ok(())
    }
}

// A tenant is native: for WebAssembly, as `wasm-pack test` compiles, these are left out.
#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use claimsmith::testing::{Answers, Fault, Tenant};

    const ANN: &str = r#"{ "user": { "user_id": "auth0|ann" } }"#;
    const MEMBER: &str = r#"{ "account_id": "a1", "status": "active" }"#;
    const RIGHTS: &str = r#"{ "tier": "enterprise", "seats": 3, "products": ["docs"] }"#;

    fn tenant(member: &str, rights: &str) -> Tenant<Entitle> {
        let answers = Answers::new()
            .get("/v1/memberships?user=auth0|ann", member)
            .get("/v1/accounts/a1/entitlements", rights);
        Tenant::new(answers).api("https://api.example.com")
    }

    #[test]
    fn an_enterprise_gets_its_entitlements_and_a_scope() {
        let login = tenant(MEMBER, RIGHTS).login(ANN);
        for target in BOTH {
            let claim = login.claim(target, ENTITLEMENTS);
            assert_eq!(claim.to_json(), r#"{"products":["docs"],"seats":3,"tier":"enterprise"}"#);
        }
        assert_eq!(login.scopes_added(), ["read:reports"]);
        assert!(login.line().contains(" membership=200/0ms entitlements=200/0ms "), "{}", login.line());
    }

    #[test]
    fn the_second_call_is_kept_for_a_minute() {
        let tenant = tenant(MEMBER, RIGHTS);
        let calls = || tenant.login(ANN).calls().iter().filter(|call| !call.asks_for_token()).count();
        assert_eq!((calls(), calls()), (2, 1));
        tenant.advance_ms(KEPT_MS);
        assert_eq!(calls(), 2);
    }

    #[test]
    fn a_suspended_account_is_turned_away_and_asked_nothing_more() {
        let login = tenant(r#"{ "account_id": "a1", "status": "suspended" }"#, RIGHTS).login(ANN);
        assert_eq!(login.denied(), Some("Your account is suspended."));
        assert_eq!(login.calls().len(), 2);
    }

    #[test]
    fn a_trial_ends() {
        let rights = r#"{ "tier": "team", "seats": 1, "trial_ends": "2026-01-05T09:00:00Z" }"#;
        let claim = |time| tenant(MEMBER, rights).at(time).login(ANN).claim(Target::IdToken, ENTITLEMENTS);
        assert_eq!(claim("2026-01-05T08:59:59Z")["trial_ends"], "2026-01-05T09:00:00Z".into());
        assert_eq!(claim("2026-01-05T09:00:00Z"), Value::Null);
    }

    #[test]
    fn a_failure_says_which_call_and_which_member() {
        let unknown = r#"{ "tier": "platinum", "seats": 1 }"#;
        assert_eq!(tenant(MEMBER, unknown).login(ANN).errors(), ["response_misfit@entitlements.tier"]);
        assert_eq!(tenant(MEMBER, RIGHTS).login("{}").errors(), ["no_user@"]);
        let answers = Answers::new().get("/v1/memberships", Fault::Refused);
        let login = Tenant::<Entitle>::new(answers).api("https://api.example.com").login(ANN);
        assert_eq!(login.errors(), ["transport_failed@membership"]);
        assert_eq!(login.denied(), None);
    }
}
