//! Handlers in a tenant in memory: what code relies on.

use std::collections::BTreeMap;

use claimsmith::prelude::*;
use claimsmith::testing::{Answers, DemandedMfa, Fault, Reply, Tenant};
use claimsmith::{Method, to_value};

const API: &str = "https://api.example.com";
const ANN: &str = r#"{"user":{"user_id":"auth0|ann"},"transaction":{"correlation_id":"c-1"}}"#;

/// Makes a handler of a function.
macro_rules! handler {
    ($name:ident, |$event:ident, $api:ident, $session:ident| $body:expr) => {
        #[derive(Default)]
        struct $name;

        impl Handler for $name {
            type Error = Error;

            async fn execute(
                &self,
                $event: &Event,
                $api: &mut Api<'_>,
                $session: &Session<'_>,
            ) -> Result<(), Error> {
                $body
            }
        }
    };
}

#[derive(Deserialize, Serialize, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Tier {
    Free,
    Gold,
}

#[derive(Deserialize, Serialize, Debug, PartialEq)]
struct Rights {
    tier: Tier,
    seats: Option<u64>,
    until: Timestamp,
    limits: BTreeMap<String, u32>,
}

const RIGHTS: &str = r#"{"tier":"gold","until":"2026-02-01T00:00:00+01:00","limits":{"projects":3}}"#;

handler!(Typed, |event, api, session| {
    let url = event.url("API_URL", &["rights"])?;
    let Some(rights) = session.get::<Rights>(&Call::get(&url).named("rights")).await? else {
        session.log("no rights");
        return Ok(());
    };
    if rights.until <= Timestamp::from_ms(session.now_ms()) {
        session.warn("the rights are over");
    }
    api.claim(&[Target::AccessToken, Target::IdToken], "https://example.com/rights", &rights)
});

fn typed(reply: impl Into<Reply>) -> Tenant<Typed> {
    Tenant::new(Answers::new().get("/rights", reply)).secret("API_URL", API)
}

#[test]
fn an_answer_is_read_as_a_type_and_set_as_one() {
    let tenant = typed(RIGHTS);
    let login = tenant.login(ANN);
    assert_eq!(login.errors(), [""; 0]);
    for target in [Target::AccessToken, Target::IdToken] {
        let rights: Rights = login.claim_as(target, "https://example.com/rights");
        assert_eq!((rights.tier, rights.seats), (Tier::Gold, None));
        assert_eq!(rights.until.to_text(), "2026-01-31T23:00:00Z");
    }
    assert_eq!(login.report().sources[0].1.status, Some(200));
    assert!(login.line().contains(" rights=200/0ms claims=1 "), "{}", login.line());
}

#[test]
fn a_misfit_names_the_call_and_the_member_and_nothing_of_the_answer() {
    for (answer, error) in [
        (r#"{"tier":"hunter2"}"#, "response_misfit@rights.tier"),
        (r#"{"tier":"gold"}"#, "response_misfit@rights"),
        (&RIGHTS.replace("2026-02-01T00:00:00+01:00", "hunter2"), "response_misfit@rights.until"),
        (&RIGHTS.replace('3', "-3"), "response_misfit@rights.limits.projects"),
        (&RIGHTS.replace('{', r#"{"seats":9007199254740993,"#), "unsafe_integer@rights.limits.seats"),
        (&RIGHTS.replacen('{', r#"{"seats":9007199254740993,"#, 1), "unsafe_integer@rights.seats"),
        (&RIGHTS.replacen('{', r#"{"seats":1e400,"#, 1), "unavailable@rights.seats"),
        ("<html>", "response_not_json@rights"),
    ] {
        let login = typed(answer).login(ANN);
        assert_eq!(login.errors(), [error], "{answer}");
        assert!(!login.report().to_json().contains("hunter2"));
        assert!(login.claims(Target::IdToken).is_empty());
    }
}

#[test]
fn nothing_is_no_answer_and_null_is_one() {
    for status in [204, 404] {
        let login = typed(status).login(ANN);
        assert_eq!(login.errors(), [""; 0]);
        assert!(login.line().contains(r#" log="no rights" id=c-1"#), "{}", login.line());
    }
    let login = typed("null").login(ANN);
    let error = &login.report().errors[0];
    assert_eq!((error.word(), error.code, &*error.path), ("response_misfit", Code::ResponseMisfit, "rights"));
}

#[test]
fn the_line_says_which_call_failed_and_what_the_code_warns_of() {
    for (reply, error) in [
        (Reply::status(403), "source_status@rights"),
        (Reply::from(Fault::Refused), "transport_failed@rights"),
        (Reply::from(Fault::Hangs), "deadline_exceeded@rights"),
        (Reply::json("x".repeat(70_000)), "response_too_large@rights"),
    ] {
        let login = typed(reply).login(ANN);
        assert_eq!(login.errors(), [error]);
        assert!(login.line().contains(error), "{}", login.line());
    }
    let login = typed(RIGHTS).at("2026-02-01T00:00:00Z").login(ANN);
    let line = login.line();
    assert!(line.contains(r#" warning="the rights are over""#) && line.ends_with(" id=c-1"), "{line}");
    let tenant = typed(RIGHTS);
    tenant.advance_ms(40 * 24 * 3_600_000);
    assert_eq!(tenant.login(ANN).report().warnings.len(), 2);
}

handler!(Sizes, |event, api, session| {
    let sizes = [("limit", u64::MAX)];
    match event.read::<Option<u8>>(&["user", "app_metadata", "case"])? {
        Some(1) => api.claim(&[Target::IdToken], "sizes", &BTreeMap::from(sizes)),
        Some(2) => api.claim(&[Target::IdToken], "ratio", &f64::NAN),
        Some(3) => api.claim(&[Target::IdToken], "roles", &["a"]),
        Some(4) => api.cache().set(&"k".repeat(65), "v", 1_000),
        Some(5) => api.cache().set("k", &"v".repeat(4_097), 1_000),
        Some(6) => api.add_scope("two words"),
        Some(7) => Url::new("ftp://x.example", &[]).map(|_| ()),
        Some(8) => event.url("BAD_URL", &["x"]).map(|_| ()),
        Some(9) => event.url("NONE", &["x"]).map(|_| ()),
        Some(10) => api.claim(&[Target::SamlResponse], "x", &"x".repeat(2_049)),
        Some(11) => api.claim(&[Target::SessionMetadata], "x", &1),
        Some(12) => {
            session.get::<u8>(&Call::get(&event.url("API_URL", &[""])?)).await?;
            Ok(())
        }
        Some(13) => Err(Error::own("no_user", "hidden")),
        Some(14) => json_of("{").map(|_| ()),
        _ => Ok(()),
    }
});

/// `?` takes an error of JSON.
fn json_of(text: &str) -> Result<Value, Error> {
    Ok(claimsmith::json::read(text.as_bytes())?)
}

#[test]
fn what_cannot_be_is_an_error_with_a_code_and_a_place() {
    for (case, error) in [
        ("1", "unsafe_integer@claims.sizes.limit"),
        ("2", "claim_type_mismatch@claims.ratio"),
        ("3", "claim_reserved@claims.roles"),
        ("4", &*format!("action_failed@cache.{}", "k".repeat(65))),
        ("5", "action_failed@cache.k"),
        ("6", "action_failed@"),
        ("7", "action_failed@"),
        ("8", "secret_invalid@"),
        ("9", "secret_missing@"),
        ("10", "claims_too_large@claims.x"),
        ("11", "claim_type_mismatch@claims.x"),
        ("12", "template_value_missing@"),
        ("13", "no_user@"),
        ("14", "response_not_json@"),
        ("256", "response_misfit@event.user.app_metadata.case"),
        ("\"hunter2\"", "response_misfit@event.user.app_metadata.case"),
    ] {
        let tenant = Tenant::<Sizes>::new(Answers::new())
            .secret("API_URL", API)
            .secret("BAD_URL", "https://user:hunter2@x.example");
        let login = tenant.login(&format!(r#"{{"user":{{"app_metadata":{{"case":{case}}}}}}}"#));
        assert_eq!(login.errors(), [error], "{case}");
        assert!(login.line().contains(error.split('@').next().unwrap()), "{}", login.line());
        assert!(!login.report().to_json().contains("hunter2"), "{case}");
    }
}

#[derive(Debug)]
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
struct OwnErrors;

impl Handler for OwnErrors {
    type Error = Failure;
    const DENIES_ON_FAILURE: bool = true;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, _: &Session<'_>) -> Result<(), Failure> {
        let user = event.user().user_id().ok_or(Failure::NoUser)?;
        api.claim(&[Target::IdToken], "user", &user)?;
        check(&user)?;
        Ok(())
    }
}

/// Turns a user away from deep within.
fn check(user: &str) -> Result<(), Error> {
    if user == "auth0|mallory" { Err(Error::denial("Closed for you.")) } else { Ok(()) }
}

#[test]
fn a_handler_has_errors_of_its_own_and_a_denial_ends_it_from_anywhere() {
    let tenant = Tenant::<OwnErrors>::new(Answers::new());
    let login = tenant.login("{}");
    assert_eq!(login.errors(), ["no_user@"]);
    // What the code is where it is none of the author's.
    assert_eq!(login.report().errors[0].code.as_str(), "action_failed");
    assert_eq!(login.denied(), Some("We could not complete your login. Please try again later."));
    let login = tenant.login(r#"{"user":{"user_id":"auth0|mallory"}}"#);
    assert_eq!((login.denied(), login.errors().len()), (Some("Closed for you."), 0));
    assert!(login.claims(Target::IdToken).is_empty());
    let login = tenant.login(ANN);
    assert_eq!((login.denied(), login.claim(Target::IdToken, "user")), (None, "auth0|ann".into()));
}

/// Is made of secrets, and counts how often it was.
struct Prepared {
    grant: Rc<Grant>,
    made: std::cell::Cell<u32>,
}

impl FromSecrets for Prepared {
    fn from_secrets(secrets: &Secrets) -> Result<Prepared, Error> {
        Ok(Prepared { grant: secrets.grant()?, made: std::cell::Cell::new(0) })
    }
}

impl Handler for Prepared {
    type Error = Error;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
        self.made.set(self.made.get() + 1);
        let user = event.user().user_id().unwrap_or_default();
        let (one, other) = (event.url("API_URL", &["a", &user])?, event.url("API_URL", &["b", &user])?);
        let (one, other) =
            (Call::get(&one).with_token(&self.grant), Call::get(&other).with_token(&self.grant));
        let (one, other) = session.join(session.get::<u32>(&one), session.get::<u32>(&other)).await;
        api.claim(&[Target::IdToken], "sum", &(one?.unwrap_or(0) + other?.unwrap_or(0)))?;
        api.claim(&[Target::IdToken], "nth", &self.made.get())
    }
}

fn prepared() -> Tenant<Prepared> {
    let answers = Answers::new()
        .get("/a/*", Reply::json("1").after_ms(100))
        .get("/b/*", Reply::json("2").after_ms(150));
    Tenant::new(answers).api(API)
}

#[test]
fn a_handler_is_made_once_and_anew_where_a_secret_changes() {
    let tenant = prepared();
    let nth = |event| tenant.login(event).claim(Target::IdToken, "nth");
    assert_eq!((nth(ANN), nth(ANN)), (1.into(), 2.into()));
    // It was not made of this one.
    tenant.set_secret("OTHER", "x");
    assert_eq!(nth(ANN), 3.into());
    tenant.set_secret("CLIENT_SECRET", "another");
    assert_eq!(nth(ANN), 1.into());
    // It was looked for, and not there.
    tenant.set_secret("AUDIENCE", "https://api.example.com");
    let login = tenant.login(ANN);
    assert_eq!(login.claim(Target::IdToken, "nth"), 1.into());
    assert!(login.calls()[0].body.as_ref().unwrap().ends_with("&audience=https%3A%2F%2Fapi.example.com"));

    let broken = Tenant::<Prepared>::new(Answers::new()).secret("TOKEN_URL", "nonsense");
    assert_eq!(broken.login(ANN).errors(), ["secret_invalid@"]);
}

#[test]
fn calls_run_side_by_side_and_the_clock_moves_by_the_longer() {
    let tenant = prepared();
    let before_ms = tenant.now_ms();
    let login = tenant.login(ANN);
    assert_eq!(login.claim(Target::IdToken, "sum"), 3.into());
    assert_eq!(tenant.now_ms() - before_ms, 150);
    assert_eq!(login.report().duration_ms, 150.0);
}

#[test]
fn logins_run_side_by_side_share_a_token_and_none_sees_another() {
    let answers = Answers::new()
        .with(Method::Get, "/a/*", |sent| {
            let of_bob = sent.path().ends_with("bob");
            Reply::json(if of_bob { "10" } else { "1" }).after_ms(if of_bob { 5 } else { 50 })
        })
        .get("/b/*", "2");
    let mut tenant = Tenant::<Prepared>::new(answers).api(API);
    let bob = ANN.replace("ann", "bob");
    let logins = tenant.logins(&[ANN, &bob, ANN]);
    let sums: Vec<Value> = logins.iter().map(|login| login.claim(Target::IdToken, "sum")).collect();
    assert_eq!(sums, [3.into(), 12.into(), 3.into()]);
    let tokens = logins.iter().flat_map(|login| login.calls()).filter(|call| call.asks_for_token()).count();
    assert_eq!(tokens, 1);
    // Another instance has it of `api.cache`; an hour later it is over.
    tenant.restart();
    assert!(tenant.login(ANN).calls().iter().all(|call| call.token() == Some("token-1")));
    tenant.advance_ms(3_600_000);
    assert_eq!(tenant.login(ANN).calls()[1].token(), Some("token-2"));
}

handler!(Caches, |event, api, session| {
    let known = api.cache().json::<Vec<u32>>("list");
    session.log(&format!("{:?}", known));
    let mut list = known.unwrap_or_default();
    list.push(1);
    api.cache().set_json("list", &list, 60_000)?;
    if event.client().client_id().is_some() {
        api.cache().delete("list");
    }
    Ok(())
});

#[test]
fn the_cache_keeps_types_and_what_does_not_fit_is_not_there() {
    let tenant = Tenant::<Caches>::new(Answers::new());
    let log = |event| tenant.login(event).report().log.clone();
    assert_eq!((log(ANN), log(ANN)), (vec!["None".to_owned()], vec!["Some([1])".to_owned()]));
    assert_eq!(tenant.cached("list").as_deref(), Some("[1,1]"));
    assert_eq!(log(r#"{"client":{"client_id":"c"}}"#), ["Some([1, 1])"]);
    assert_eq!(tenant.cached("list"), None);
    log(ANN);
    tenant.advance_ms(60_000);
    assert_eq!(log(ANN), ["None"]);
}

#[derive(Serialize)]
struct Order<'a> {
    user: &'a str,
    at: Timestamp,
}

handler!(Writes, |event, _api, session| {
    let user = event.user().user_id().unwrap_or_default();
    let url = event.url("API_URL", &["orders"])?.with_query("dry", "true");
    let body = to_value(&Order { user: &user, at: Timestamp::from_ms(session.now_ms()) })?;
    session.fetch(&Call::post(&url, &body)).await?;
    session.fetch(&Call::put(&url, &body)).await?;
    session.fetch(&Call::patch(&url, &body)).await?;
    session.fetch(&Call::delete(&url)).await.map(|_| ())
});

#[test]
fn every_method_is_sent_with_its_body() {
    let answers = ["POST", "PUT", "PATCH", "DELETE"].into_iter().zip([
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
    ]);
    let answers =
        answers.fold(Answers::new(), |answers, (_, method)| answers.on(method, "/orders?dry=true", 204));
    let login = Tenant::<Writes>::new(answers).secret("API_URL", API).login(ANN);
    assert_eq!(login.errors(), [""; 0]);
    let body = r#"{"at":"2026-01-05T08:00:00Z","user":"auth0|ann"}"#;
    let sent: Vec<_> =
        login.calls().iter().map(|call| (call.method.as_str(), call.body.as_deref())).collect();
    assert_eq!(sent, [("POST", Some(body)), ("PUT", Some(body)), ("PATCH", Some(body)), ("DELETE", None)]);
}

handler!(Secures, |event, api, _session| {
    match event.read::<Option<u8>>(&["client", "metadata", "case"])? {
        Some(1) => api.demand_mfa(&MfaDemand::challenge(&[Factor::Otp, Factor::Email])),
        Some(2) => api.demand_mfa(&MfaDemand::enable(Provider::Any).remembering_browser(false)),
        Some(3) => api.session().revoke("Moved network."),
        Some(4) => api.refresh_token().revoke("Moved network."),
        _ => {
            api.session().expires_in_s(3_600)?;
            api.session().idle_expires_in_s(60)?;
            api.refresh_token().expires_in_s(7_200)?;
            api.claim(&[Target::SessionMetadata, Target::RefreshTokenMetadata], "risk", "low")
        }
    }
});

#[test]
fn factors_are_demanded_and_sessions_changed() {
    let tenant = Tenant::<Secures>::new(Answers::new());
    let login = |case: u8, user: &str| {
        tenant.login(&format!(
            r#"{{"client":{{"metadata":{{"case":{case}}}}},"user":{user},"session":{{"id":"s"}}}}"#
        ))
    };
    let has_otp = login(1, r#"{"enrolledFactors":[{"type":"otp"}]}"#);
    assert_eq!(has_otp.mfa(), Some(&DemandedMfa::Challenge(vec![Factor::Otp])));
    let has_none = login(1, r#"{"enrolledFactors":[]}"#);
    assert_eq!(has_none.mfa(), Some(&DemandedMfa::Enroll(vec![Factor::Otp])));
    assert_eq!(login(1, r#"{"enrolledFactors":7}"#).errors(), ["unavailable@mfa"]);
    assert_eq!(login(2, "{}").mfa(), Some(&DemandedMfa::Enable(Provider::Any, Some(false))));

    let revoked = login(3, "{}");
    assert_eq!((revoked.denied(), revoked.report().session.revoked), (Some("Moved network."), true));
    let without = login(4, "{}");
    assert_eq!((without.denied(), without.report().refresh_token.revoked), (Some("Moved network."), false));

    let kept = login(0, "{}");
    let now_ms = tenant.now_ms() as f64;
    assert_eq!(kept.report().session.expires_at, Some(now_ms + 3_600_000.0));
    assert_eq!(kept.report().session.idle_expires_at, Some(now_ms + 60_000.0));
    assert_eq!(kept.report().refresh_token.expires_at, Some(now_ms + 7_200_000.0));
    assert_eq!(kept.claim(Target::SessionMetadata, "risk"), "low".into());

    for case in [1, 3] {
        let machine = tenant.exchange(&format!(r#"{{"client":{{"metadata":{{"case":{case}}}}}}}"#));
        assert_eq!(machine.errors(), [if case == 1 { "action_failed@mfa" } else { "action_failed@session" }]);
        assert_eq!(machine.denied(), None);
    }
}

handler!(BothTokens, |_event, api, _session| {
    api.claim(&[Target::AccessToken], "plan", "gold")?;
    api.claim(&[Target::IdToken], "plan", "gold")
});

#[test]
fn a_target_that_the_trigger_lacks_is_an_error() {
    let tenant = Tenant::<BothTokens>::new(Answers::new());
    assert_eq!(tenant.exchange(r#"{"client":{"client_id":"m"}}"#).errors(), ["config_invalid@claims.plan"]);
    let tenant = tenant.without(Target::AccessToken);
    assert_eq!(tenant.login(ANN).errors(), ["config_invalid@claims.plan"]);
}

handler!(Breaks, |event, _api, session| {
    session.get::<u8>(&Call::get(&event.url("API_URL", &["x"])?).with_retries(0)).await.map(|_| ())
});

#[test]
fn an_endpoint_that_is_down_is_left_alone_and_asked_again_later() {
    let tenant = Tenant::<Breaks>::new(Answers::new().get("/x", Fault::Refused)).secret("API_URL", API);
    for _ in 0..5 {
        assert_eq!(tenant.login(ANN).errors(), ["transport_failed@"]);
    }
    assert_eq!(tenant.login(ANN).errors(), ["circuit_open@"]);
    tenant.answer(Method::Get, "/x", "1");
    tenant.advance_ms(2_000);
    assert_eq!(tenant.login(ANN).errors(), [""; 0]);
}

#[test]
fn replies_come_one_after_the_other_and_the_last_again() {
    let answers = Answers::new().get("/x", "1").get("/x", 403);
    let tenant = Tenant::<Breaks>::new(answers).secret("API_URL", API);
    let errors: Vec<_> = (0..3).map(|_| tenant.login(ANN).errors().len()).collect();
    assert_eq!(errors, [0, 1, 1]);
}

#[test]
#[should_panic(expected = "nothing answers GET https://api.example.com/x; there are answers to: GET /y")]
fn a_call_that_nothing_answers_fails_the_test() {
    let tenant = Tenant::<Breaks>::new(Answers::new().get("/y", "1")).secret("API_URL", API);
    tenant.login(ANN);
}

#[test]
fn nothing_that_holds_a_secret_prints_it() {
    let tenant = prepared().secret("CLIENT_SECRET", "hunter2");
    let login = tenant.login(ANN);
    let printed = format!("{:?} {:?}", tenant, login.report());
    assert!(!printed.contains("hunter2"), "{printed}");
}
