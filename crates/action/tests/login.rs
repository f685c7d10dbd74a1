//! Logins across the JavaScript boundary, with `event`, `api` and sockets made in JavaScript.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use claimsmith_action::{ActionEngine, Io, JsApi, answered, compile, evaluate, settled};
use js_sys::{Function, JSON, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(inline_js = r#"
export function parse(text) { return JSON.parse(text); }

// Gathers what it is called with.
export function gather(resolve) { return (...given) => resolve(given); }

// An event that throws where anything but the paths that are named is touched.
export function guardedEvent(values) {
    const guard = (target, path) => new Proxy(target, {
        get(object, name) {
            if (!(name in object)) throw new Error(`touched ${path}.${String(name)}`);
            const value = object[name];
            return typeof value === "object" ? guard(value, `${path}.${name}`) : value;
        },
    });
    return guard(values, "event");
}

export function createApi() {
    const calls = [];
    const token = (name) => ({ setCustomClaim: (claim, value) => {
        if (claim === "refused") throw new Error("no");
        calls.push([name, claim, value]);
    } });
    return {
        calls,
        accessToken: {
            ...token("access"),
            addScope: (scope) => calls.push(["add", scope]),
            removeScope: (scope) => calls.push(["remove", scope]),
        },
        idToken: token("id"),
        user: { setAppMetadata: (key, value) => calls.push(["app", key, value]) },
        access: { deny: (...args) => calls.push(["deny", ...args]) },
        get cache() { throw new Error("this trigger has no cache"); },
    };
}

// An api that does not deny: it throws, returns an error, or has no such method.
export function createApiThat(fails) {
    const deny = {
        throws: () => { throw "no"; },
        throwsNothing: () => { throw undefined; },
        returns: () => ({ type: "error", code: "No" }),
    }[fails];
    return { access: deny && { deny } };
}

// Runs with `Object.prototype` as an attacker left it.
export async function withPollution(members, run) {
    for (const [name, value] of Object.entries(members)) {
        Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false });
    }
    try {
        return await run();
    } finally {
        for (const name of Object.keys(members)) delete Object.prototype[name];
    }
}

// A user whose metadata leads back to itself, and whose picture throws.
export function unreadableEvent(closed) {
    const metadata = { n: 10n };
    metadata.self = metadata;
    const user = { name: "Zo\u00e9 \ud800", user_metadata: metadata, app_metadata: { closed } };
    Object.defineProperty(user, "picture", { enumerable: true, get() { throw new Error("no"); } });
    return { user };
}

// Answers each request with this body.
export function createIo(body, settled, answered) {
    return {
        send(id) {
            const bytes = new TextEncoder().encode(body);
            Promise.resolve().then(() => answered(id, true, 200, undefined, bytes));
        },
        connectAhead() {},
        sleep() {},
        cancel() {},
        monotonic: () => 0,
        cacheGet() {},
        cacheSet: () => true,
        cacheDelete() {},
        isError: (returned) => returned?.type === "error",
        call: (api, owner, method, json) => api[owner][method](...JSON.parse(json)),
        wait: (promise, id) =>
            promise.then((value) => settled(id, true, value), (error) => settled(id, false, error)),
    };
}

// What the shim reads of a login.
export async function readLogin(shim, reads, event, api) {
    const { createReader } = await import(shim);
    return createReader(reads)(event, api);
}
"#)]
extern "C" {
    fn parse(text: &str) -> JsValue;
    fn gather(resolve: &Function) -> Function;
    #[wasm_bindgen(js_name = createApiThat)]
    fn create_api_that(fails: &str) -> JsApi;
    #[wasm_bindgen(js_name = withPollution)]
    fn with_pollution(members: &JsValue, run: &Closure<dyn FnMut() -> js_sys::Promise>) -> js_sys::Promise;
    #[wasm_bindgen(js_name = guardedEvent)]
    fn guarded_event(values: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = unreadableEvent)]
    fn unreadable_event(closed: bool) -> JsValue;
    #[wasm_bindgen(js_name = createApi)]
    fn create_api() -> JsApi;
    #[wasm_bindgen(js_name = createIo)]
    fn create_io_with(body: &str, settled: &JsValue, answered: &JsValue) -> Io;
    #[wasm_bindgen(js_name = readLogin)]
    fn read_login(shim: &str, reads: &str, event: &JsValue, api: &JsApi) -> js_sys::Promise;
}

/// What reads the event, which the shim does for the engine.
const SHIM: &str = concat!("file://", env!("CARGO_MANIFEST_DIR"), "/../../js-shim/src/event.js");

type Answered = dyn Fn(u32, bool, u16, Option<String>, Vec<u8>);

fn create_io(body: &str) -> Io {
    create_io_with(
        body,
        &Closure::<dyn Fn(u32, bool, JsValue)>::new(settled).into_js_value(),
        &Closure::<Answered>::new(answered).into_js_value(),
    )
}

/// Runs one login; what is told of it.
async fn run(engine: &ActionEngine, event: JsValue, api: JsApi, body: &str, wants_report: bool) -> JsValue {
    let read = JsFuture::from(read_login(SHIM, &String::from(engine.reads()), &event, &api)).await.unwrap();
    let lines = read.as_string().unwrap();
    let mut api = Some(api);
    let login = Promise::new(&mut |done, _| {
        engine.login(&lines, api.take().unwrap(), create_io(body), wants_report, gather(&done));
    });
    JsFuture::from(login).await.unwrap()
}

fn text(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

fn engine(config: &str, trigger: &str) -> ActionEngine {
    let compiled = compile(&parse(config), trigger, false).unwrap();
    let plan = compiled.get(1);
    assert!(!plan.is_undefined(), "{}", text(&compiled));
    let undefined = JsValue::UNDEFINED;
    ActionEngine::new(trigger, plan.unchecked_ref(), &undefined, &undefined)
        .map_err(|problems| text(&problems))
        .unwrap()
}

/// Runs one login; what was done to `api`, and the report, as JSON text.
async fn login(config: &str, event: &str, body: &str) -> (String, String) {
    let engine = engine(config, "post-login");
    let api = create_api();
    let calls = Reflect::get(&api, &"calls".into()).unwrap();
    let event = guarded_event(&parse(event));
    let result = run(&engine, event, api, body, true).await;
    (text(&calls), text(&Reflect::get_u32(&result, 1).unwrap()))
}

const SOURCE: &str =
    r#""sources":{"s":{"url":"https://h/{event.user.user_id}","headers":{"k":"{secrets.KEY}"}}}"#;
const EVENT: &str = r#"{"user":{"user_id":"u"},"secrets":{"KEY":"k"},"transaction":{"correlation_id":"c"}}"#;

#[wasm_bindgen_test]
async fn claims_reach_both_tokens_and_nothing_else_of_the_event_is_touched() {
    let config = format!(r#"{{{SOURCE},"claims":{{"a":"s.list","b":{{"value":"s.n","to":["id_token"]}}}}}}"#);
    let (calls, report) = login(&config, EVENT, r#"{"list":[{"x":null}],"n":1.5,"more":1}"#).await;
    assert_eq!(calls, r#"[["access","a",[{"x":null}]],["id","a",[{"x":null}]],["id","b",1.5]]"#);
    assert!(
        report.contains(r#""outcome":"enriched""#) && report.contains(r#""correlation_id":"c""#),
        "{report}"
    );
}

#[wasm_bindgen_test]
async fn proto_is_a_plain_member_of_a_claim() {
    let config = format!(r#"{{{SOURCE},"claims":{{"a":"s"}}}}"#);
    let (calls, _) = login(&config, EVENT, r#"{"__proto__":{"admin":true}}"#).await;
    assert!(calls.contains(r#"["id","a",{"__proto__":{"admin":true}}]"#), "{calls}");
}

#[wasm_bindgen_test]
async fn a_claim_that_the_api_refuses_costs_the_others_nothing() {
    let config = format!(r#"{{{SOURCE},"claims":{{"refused":"s.n","z":"s.n"}}}}"#);
    let (calls, report) = login(&config, EVENT, r#"{"n":1}"#).await;
    assert_eq!(calls, r#"[["access","z",1],["id","z",1]]"#);
    assert!(report.contains(r#""code":"api_refused""#), "{report}");
}

#[wasm_bindgen_test]
async fn effects_reach_the_api_in_their_order_and_a_missing_target_is_left_out() {
    let claims = r#""claims":{"a":{"value":"s.n","to":["app_metadata","user_metadata"]}}"#;
    let config = format!(r#"{{{SOURCE},{claims},"scopes":[{{"add":"x"}},{{"remove":"y"}}]}}"#);
    let (calls, report) = login(&config, EVENT, r#"{"n":[1]}"#).await;
    assert_eq!(calls, r#"[["add","x"],["remove","y"],["app","a",[1]]]"#);
    let left_out = r#""left_out":[{"claim":"a","reason":"config_invalid","target":"user_metadata"}]"#;
    assert!(report.contains(left_out) && report.contains(r#""set":["a"]"#), "{report}");
}

#[wasm_bindgen_test]
async fn a_denial_fits_its_trigger() {
    let config = r#"{"claims":{},"deny":[{"when":"`true`","reason":"No.","on_unavailable":"skip"}]}"#;
    for (trigger, expected) in [
        ("post-login", r#"[["deny","No."]]"#),
        ("credentials-exchange", r#"[["deny","invalid_request","No."]]"#),
    ] {
        let engine = engine(config, trigger);
        let api = create_api();
        let calls = Reflect::get(&api, &"calls".into()).unwrap();
        run(&engine, parse("{}"), api, "{}", false).await;
        assert_eq!(text(&calls), expected);
        // Nothing here says that a failure should deny.
        assert!(engine.denial().is_none());
    }
    let config = r#"{"claims":{"a":{"value":"event.x","required":true}}}"#;
    let denial = engine(config, "credentials-exchange").denial();
    assert!(text(&denial.unwrap().into()).starts_with(r#"["server_error","We could not"#));
}

#[wasm_bindgen_test]
async fn a_denial_that_the_api_does_not_carry_out_is_handed_back_with_the_reason() {
    for (fails, thrown) in [
        ("throws", r#"["no"]"#),
        ("throwsNothing", "[null]"),
        ("returns", r#"[{"type":"error","code":"No"}]"#),
        ("lacks", "[{}]"),
    ] {
        let config = r#"{"claims":{},"deny":[{"when":"`true`","reason":"Closed."}]}"#;
        let engine = engine(config, "post-login");
        let told = run(&engine, parse("{}"), create_api_that(fails), "{}", true).await;
        let told: js_sys::Array = told.unchecked_into();
        assert!(told.get(0).as_string().unwrap().contains(" api_refused"), "{fails}: {told:?}");
        assert!(text(&told.get(1)).contains(r#""code":"api_refused""#), "{fails}");
        assert_eq!(text(&told.get(2)), thrown, "{fails}");
    }
}

#[wasm_bindgen_test]
async fn what_is_inherited_is_neither_a_secret_nor_part_of_the_event() {
    let polluted =
        parse(r#"{"KEY":"stolen","secrets":{"KEY":"stolen"},"user":{"user_id":"x"},"plan":"gold"}"#);
    for (secret, event) in [
        ("KEY", r#"{"user":{"user_id":"u"},"secrets":{}}"#),
        ("KEY", r#"{"user":{"user_id":"u"}}"#),
        ("toString", EVENT),
        ("constructor", EVENT),
        ("__proto__", EVENT),
    ] {
        let config =
            format!(r#"{{{SOURCE},"claims":{{"a":"s.n","b":"event.user.plan","c":"event.client.plan"}}}}"#);
        let (config, event) = (config.replace("KEY", secret), event.to_owned());
        let run = Closure::once(move || {
            wasm_bindgen_futures::future_to_promise(async move {
                let (calls, report) = login(&config, &event, r#"{"n":1}"#).await;
                assert_eq!(calls, "[]");
                assert!(report.contains(r#""code":"secret_missing""#), "{report}");
                Ok(JsValue::UNDEFINED)
            })
        });
        JsFuture::from(with_pollution(&polluted, &run)).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn what_the_event_does_not_have_is_null_and_arrays_have_no_members() {
    let config = r#"{"claims":{"a":"event.organization.{n: name}","b":"event.user.roles.length",
        "c":"event.user.{n: name}","d":"event.user.user_id.length"}}"#;
    let event = r#"{"user":{"user_id":"u","roles":["x"]}}"#;
    let (calls, _) = login(config, event, "{}").await;
    assert_eq!(calls, r#"[["access","c",{"n":null}],["id","c",{"n":null}]]"#);
}

#[wasm_bindgen_test]
async fn what_cannot_be_read_of_the_event_is_unavailable_and_the_rest_is_read() {
    let config = r#"{"claims":{"a":"event.user.name","b":"event.user.user_metadata","c":"event.user.picture"},
        "deny":[{"when":"event.user.app_metadata.closed","reason":"Closed."}]}"#;
    let engine = engine(config, "post-login");
    for (closed, expected) in [
        (false, "[[\"access\",\"a\",\"Zoé \u{fffd}\"],[\"id\",\"a\",\"Zoé \u{fffd}\"]]"),
        (true, r#"[["deny","Closed."]]"#),
    ] {
        let api = create_api();
        let calls = Reflect::get(&api, &"calls".into()).unwrap();
        let event = unreadable_event(closed);
        let result = run(&engine, event, api, "{}", true).await;
        assert_eq!(text(&calls), expected);
        let report = text(&Reflect::get_u32(&result, 1).unwrap());
        let errors = ["unavailable", "event.user.user_metadata", "event.user.picture"];
        assert!(errors.iter().all(|word| report.contains(word)), "{report}");
    }
}

#[wasm_bindgen_test]
async fn a_secret_that_is_no_string_is_missing() {
    let config = format!(r#"{{{SOURCE},"claims":{{"a":"s.n"}}}}"#);
    let event = EVENT.replace(r#""KEY":"k""#, r#""KEY":7"#);
    let (calls, report) = login(&config, &event, r#"{"n":1}"#).await;
    assert_eq!(calls, "[]");
    assert!(report.contains("secret_missing"), "{report}");
}

#[wasm_bindgen_test]
fn problems_come_out_as_plain_objects() {
    let compiled = |config: &str| text(&compile(&parse(config), "post-login", false).unwrap().get(0));
    let problems = compiled(r#"{"claims":{"sub":"event.x","a":"event..x","b":{"valeu":"event.x"}}}"#);
    for expected in [
        r#"{"code":"claim_reserved","path":"claims.sub","message":"#,
        r#""key":true"#,
        r#""offset":6"#,
        r#""secrets":[],"hosts":[]"#,
    ] {
        assert!(problems.contains(expected), "{expected} in {problems}");
    }
    assert!(compile(&parse(r#"{"claims":1}"#), "post-login", false).unwrap().get(1).is_undefined());
    assert!(compiled("null").contains("must be an object, not null"));
    assert!(compile(&JsValue::UNDEFINED, "pre-login", false).is_err());
}

#[wasm_bindgen_test]
fn what_a_configuration_takes_comes_out_beside_its_plan() {
    let config = r#"{"sources":{"s":{"url":"http://{secrets.HOST}:81/x","headers":{"k":"{secrets.KEY}"}},
        "t":{"url":"{secrets.BASE}/x"},"u":{"url":"https://api.example.com/x"}},"claims":{}}"#;
    let compiled = compile(&parse(config), "post-login", false).unwrap().get(0);
    let member = |name: &str| text(&Reflect::get(&compiled, &name.into()).unwrap());
    let secrets = r#"[{"name":"BASE","kind":"origin"},{"name":"HOST","kind":"local_host"},{"name":"KEY","kind":"text"}]"#;
    assert_eq!(member("secrets"), secrets);
    assert_eq!(member("hosts"), r#"["api.example.com","{secrets.BASE}","{secrets.HOST}:81"]"#);
    assert_eq!(member("problems"), "[]");
    assert_eq!(member("fingerprint").len(), 18);
}

#[wasm_bindgen_test]
fn a_plan_of_another_version_or_trigger_or_damaged_is_refused() {
    let compiled = compile(&parse(r#"{"claims":{}}"#), "post-login", false).unwrap();
    let plan: js_sys::Uint8Array = compiled.get(1).unchecked_into();
    let new = |trigger: &str, bytes: &[u8]| {
        let undefined = JsValue::UNDEFINED;
        let plan = js_sys::Uint8Array::from(bytes);
        ActionEngine::new(trigger, &plan, &undefined, &undefined)
            .map(|_| ())
            .map_err(|problems| text(&problems))
    };
    let bytes = plan.to_vec();
    assert_eq!(new("post-login", &bytes), Ok(()));
    assert!(new("credentials-exchange", &bytes).unwrap_err().contains("another trigger"));
    let mut older = bytes.clone();
    older[1] = b'9';
    assert!(new("post-login", &older).unwrap_err().contains("was made by claimsmith 9"));
    for damaged in [&bytes[..bytes.len() - 1], &[bytes.as_slice(), &[0]].concat(), &[]] {
        assert!(new("post-login", damaged).unwrap_err().contains("damaged"), "{damaged:?}");
    }
}

#[wasm_bindgen_test]
fn values_keep_their_types_on_the_way_in_and_out() {
    let data = r#"{"a":[null,true,-0.5,"é\n",{"b":{}}]}"#;
    assert_eq!(text(&evaluate("@", &parse(data)).unwrap()), data);
    assert!(evaluate("a[", &parse(data)).is_err());
}
