//! A handler across the JavaScript boundary, with `event` and `api` made in JavaScript.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use claimsmith::module::{Instance, Io, JsApi, settled};
use claimsmith::prelude::*;
use js_sys::{Function, JSON, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(inline_js = r#"
export function parse(text) { return JSON.parse(text); }

// Gathers what it is called with.
export function gather(resolve) { return (...given) => resolve(given); }

// An event that notes what is read of it.
export function watchedEvent(values, touched) {
    const watch = (target, path) => new Proxy(target, {
        get(object, name) {
            touched.push(`${path}${String(name)}`);
            const value = object[name];
            const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
            return isObject ? watch(value, `${path}${String(name)}.`) : value;
        },
    });
    return watch(values, "");
}

export function createApi(cached) {
    const calls = [];
    const token = (name) => ({ setCustomClaim: (claim, value) => calls.push([name, claim, value]) });
    return {
        calls,
        accessToken: { ...token("access"), addScope: (scope) => calls.push(["add", scope]) },
        idToken: token("id"),
        user: { setAppMetadata: (key, value) => calls.push(["app", key, value]) },
        access: { deny: (...args) => calls.push(["deny", ...args]) },
        cache: {
            get: (key) => (key in cached ? { value: cached[key] } : undefined),
            set: (key, value) => { cached[key] = value; return { type: "success" }; },
            delete: (key) => { delete cached[key]; return { type: "success" }; },
        },
    };
}

export function createIo(settled) {
    return {
        sleep() {},
        cancel() {},
        monotonic: () => 0,
        cacheGet: (api, key) => api.cache.get(key)?.value,
        cacheSet: (api, key, value, ttl) => api.cache.set(key, value, { ttl }).type === "success",
        cacheDelete(api, key) { api.cache.delete(key); },
        isError: (returned) => returned?.type === "error",
        call: (api, owner, method, json) => api[owner][method](...JSON.parse(json)),
        wait: (promise, id) =>
            promise.then((value) => settled(id, true, value), (error) => settled(id, false, error)),
    };
}
"#)]
extern "C" {
    fn parse(text: &str) -> JsValue;
    fn gather(resolve: &Function) -> Function;
    #[wasm_bindgen(js_name = watchedEvent)]
    fn watched_event(values: &JsValue, touched: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = createApi)]
    fn create_api(cached: &JsValue) -> JsApi;
    #[wasm_bindgen(js_name = createIo)]
    fn create_io(settled: &JsValue) -> Io;
}

fn text(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

/// Runs a handler once; what was done to `api`, and the report, as JSON text.
async fn run<T: Handler>(event: JsValue, cached: &JsValue, trigger: &str) -> (String, String) {
    let api = create_api(cached);
    let calls = Reflect::get(&api, &"calls".into()).unwrap();
    let instance = Instance::<T>::new(trigger).unwrap();
    let settled = Closure::<dyn Fn(u32, bool, JsValue)>::new(settled).into_js_value();
    let mut given = Some((event, api, create_io(&settled)));
    let execution = Promise::new(&mut |done, _| {
        let (event, api, io) = given.take().unwrap();
        instance.execute(event, api, io, true, gather(&done));
    });
    let result = JsFuture::from(execution).await.unwrap();
    (text(&calls), text(&Reflect::get_u32(&result, 1).unwrap()))
}

const EVENT: &str = r#"{
    "user": {"user_id": "u", "email": "u@x.example", "email_verified": "true", "app_metadata": {"n": [1]}},
    "client": {"client_id": 7}, "organization": null, "secrets": {"KEY": "hunter2"},
    "transaction": {"correlation_id": "c", "requested_scopes": ["openid", 1, "email"]}
}"#;

#[derive(Default)]
struct Reads;

impl Handler for Reads {
    type Error = Error;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, _: &Session<'_>) -> Result<(), Error> {
        let user_id = event.user().user_id().unwrap_or_default();
        api.set_custom_claim(Target::IdToken, "a", user_id)
    }
}

#[wasm_bindgen_test]
async fn what_a_handler_does_not_ask_for_is_not_touched() {
    let touched = parse("[]");
    let event = watched_event(&parse(EVENT), &touched);
    let (calls, report) = run::<Reads>(event, &parse("{}"), "post-login").await;
    assert_eq!(calls, r#"[["id","a","u"]]"#);
    assert!(report.contains(r#""correlation_id":"c""#), "{report}");
    // Failures are counted by user, and the report has the correlation id.
    let expected =
        r#"["user","user.user_id","user","user.user_id","transaction","transaction.correlation_id"]"#;
    assert_eq!(text(&touched), expected);
}

#[derive(Default)]
struct ReadsAll;

impl Handler for ReadsAll {
    type Error = Error;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, _: &Session<'_>) -> Result<(), Error> {
        let yes_or_no = |is: bool| Value::from(if is { "yes" } else { "no" });
        let scopes = event.transaction().requested_scopes().into_iter().collect::<Value>();
        for (name, value) in [
            ("metadata", event.user().app_metadata()?.member("n")),
            ("verified", yes_or_no(event.user().verified_email().is_some())),
            ("client", yes_or_no(event.client().client_id().is_some())),
            ("organization", yes_or_no(event.organization().is_some())),
            ("connection", yes_or_no(event.connection().name().is_some())),
            ("scopes", scopes),
            ("read", event.value(&["user", "app_metadata", "n"])?),
            ("beyond", yes_or_no(!event.value(&["user", "user_id", "length", "x"])?.is_null())),
            (
                "secrets",
                yes_or_no(!event.value(&["secrets", "KEY"])?.is_null() || !event.value(&[])?.is_null()),
            ),
            ("secret", yes_or_no(event.secret("KEY")?.expose() == "hunter2")),
            ("none", yes_or_no(event.secret("OTHER").is_err_and(|error| error.code == Code::SecretMissing))),
        ] {
            api.set_custom_claim(Target::AccessToken, name, value)?;
        }
        Ok(())
    }
}

#[wasm_bindgen_test]
async fn a_field_of_another_type_or_none_is_missing_and_secrets_come_one_by_one() {
    let (calls, _) = run::<ReadsAll>(parse(EVENT), &parse("{}"), "post-login").await;
    let found: Vec<String> =
        calls.replace(r#"["access","#, "\n").lines().map(|line| line.replace(['"', '[', ']'], "")).collect();
    let expected = [
        "metadata,1",
        "verified,no",
        "client,no",
        "organization,no",
        "connection,no",
        "scopes,openid,email",
        "read,1",
        "beyond,no",
        "secrets,no",
        "secret,yes",
        "none,yes",
    ];
    for (found, expected) in found.iter().skip(1).zip(expected) {
        assert_eq!(found.trim_end_matches(','), expected);
    }
    assert_eq!(found.len(), expected.len() + 1);
}

/// Says much and then fails.
#[derive(Default)]
struct Fails<const DENIES: bool>;

impl<const DENIES: bool> Handler for Fails<DENIES> {
    type Error = Error;

    const DENIES_ON_FAILURE: bool = DENIES;

    async fn execute(&self, _: &Event, api: &mut Api<'_>, _: &Session<'_>) -> Result<(), Error> {
        api.set_custom_claim(Target::IdToken, "a", true)?;
        api.add_scope("x")?;
        api.set_custom_claim(Target::IdToken, "roles", true)
    }
}

#[wasm_bindgen_test]
async fn after_a_failure_nothing_is_done_or_the_login_is_denied() {
    let (calls, report) = run::<Fails<false>>(parse(EVENT), &parse("{}"), "post-login").await;
    assert_eq!(calls, "[]");
    assert!(report.contains(r#""code":"claim_reserved","path":"claims.roles""#), "{report}");
    assert!(Instance::<Fails<false>>::new("post-login").unwrap().denial().is_none());

    let (calls, _) = run::<Fails<true>>(parse(EVENT), &parse("{}"), "post-login").await;
    assert!(calls.starts_with(r#"[["deny","We could not"#), "{calls}");
    let (calls, _) = run::<Fails<true>>(parse("{}"), &parse("{}"), "credentials-exchange").await;
    assert!(calls.starts_with(r#"[["deny","server_error","We could not"#), "{calls}");
    assert_eq!(Instance::<Fails<true>>::new("credentials-exchange").unwrap().denial().unwrap().length(), 2);
}

/// Keeps a text of its own, and takes it away the next time.
#[derive(Default)]
struct Caches;

impl Handler for Caches {
    type Error = Error;

    async fn execute(&self, _: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
        let cache = api.cache();
        match cache.get("own") {
            Some(_) => cache.delete("own"),
            None => {
                cache.set("own", "x", 1_000)?;
                session.warn("kept");
            }
        }
        Ok(())
    }
}

#[wasm_bindgen_test]
async fn a_handler_may_keep_something_in_the_cache() {
    let cached = parse("{}");
    let (_, report) = run::<Caches>(parse(EVENT), &cached, "post-login").await;
    assert_eq!(text(&cached), r#"{"own":"x"}"#);
    assert!(report.contains(r#""warnings":["kept"]"#), "{report}");
    run::<Caches>(parse(EVENT), &cached, "post-login").await;
    assert_eq!(text(&cached), "{}");
}

/// Sets what the login's api lacks, what the user's metadata has no room for, and what no token will carry.
#[derive(Default)]
struct Oversteps;

impl Handler for Oversteps {
    type Error = Error;

    async fn execute(&self, _: &Event, api: &mut Api<'_>, _: &Session<'_>) -> Result<(), Error> {
        for (target, name) in [
            (Target::SamlResponse, "saml"),
            (Target::UserMetadata, "lacks"),
            (Target::AppMetadata, "large"),
            (Target::AppMetadata, "other"),
        ] {
            let value = "x".repeat(if name == "large" { 2_000 } else { 10 });
            if let Err(error) = api.set_custom_claim(target, name, value.as_str()) {
                api.set_custom_claim(Target::IdToken, name, error.code.as_str())?;
            }
        }
        api.set_custom_claim(Target::AccessToken, "plan", "gold")
    }
}

#[wasm_bindgen_test]
async fn a_handler_meets_the_limits_the_missing_targets_and_the_warnings_of_a_configuration() {
    let event = parse(&format!(r#"{{"user":{{"app_metadata":{{"held":"{}"}}}}}}"#, "x".repeat(31_000)));
    let (calls, report) = run::<Oversteps>(event, &parse("{}"), "post-login").await;
    let expected = r#"[["id","saml","config_invalid"],["id","lacks","config_invalid"],["id","large","claims_too_large"],["app","other","xxxxxxxxxx"],["access","plan","gold"]]"#;
    assert_eq!(calls, expected);
    assert!(report.contains(r#""warnings":["the login is for no API"#), "{report}");
    let event =
        parse(r#"{"user":{"app_metadata":"text"},"resource_server":{"identifier":"https://a.example"}}"#);
    let (calls, report) = run::<Oversteps>(event, &parse("{}"), "post-login").await;
    assert!(calls.contains(r#"["id","other","api_refused"]"#), "{calls}");
    assert!(report.contains(r#""warnings":[]"#), "{report}");
}

#[wasm_bindgen_test]
fn values_are_read_without_a_handler() {
    claimsmith::init();
    assert_eq!(claimsmith::json::read(b"[12.5]").unwrap().to_json(), "[12.5]");
}

#[derive(Default)]
struct Types;

#[derive(Deserialize, Serialize)]
struct Plan {
    name: String,
    seats: u8,
    share: f64,
}

#[wasm_bindgen(inline_js = "export function ofOurOwn() { return { name: 'gold', seats: 3, share: 12.5 }; }")]
extern "C" {
    #[wasm_bindgen(js_name = ofOurOwn)]
    fn of_our_own() -> JsValue;
}

impl Handler for Types {
    type Error = Error;

    async fn execute(&self, event: &Event, api: &mut Api<'_>, session: &Session<'_>) -> Result<(), Error> {
        let own: Plan = claimsmith::from_js(of_our_own())?;
        api.claim(&[Target::IdToken], "own", &own)?;
        let back: Plan = claimsmith::from_js(claimsmith::to_js(&own)?)?;
        assert_eq!((back.seats, back.share), (3, 12.5));
        session.log("read");
        let plan: Plan = event.read(&["user", "app_metadata", "plan"])?;
        api.claim(&[Target::AccessToken], "plan", &plan)
    }
}

#[wasm_bindgen_test]
async fn types_are_read_of_the_event_and_of_javascript_and_set_as_claims() {
    let event = |seats: &str| {
        parse(&format!(
            r#"{{"user":{{"app_metadata":{{"plan":{{"name":"team","seats":{seats},"share":0.5}}}}}}}}"#
        ))
    };
    let (calls, _) = run::<Types>(event("2"), &parse("{}"), "post-login").await;
    let expected = r#"[["id","own",{"name":"gold","seats":3,"share":12.5}],["access","plan",{"name":"team","seats":2,"share":0.5}]]"#;
    assert_eq!(calls, expected);
    let (calls, report) = run::<Types>(event("256"), &parse("{}"), "post-login").await;
    assert_eq!(calls, "[]");
    assert!(
        report.contains(r#""code":"response_misfit","path":"event.user.app_metadata.plan.seats""#),
        "{report}"
    );
}
