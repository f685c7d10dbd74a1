//! Does one piece of the core's work so many times, for a tool that counts instructions.
//!
//! Instructions do not hang on what else the machine does, so a change of a hundredth shows. The difference of
//! two runs, divided by the difference of their counts, is the work alone, without the start of the process.

mod host;

use std::fmt::Write;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use claimsmith_compile::compile;
use claimsmith_core::expression::json;
use claimsmith_core::{Effect, Engine, Login, Plan, Secret, Secrets, Trigger};

use crate::host::MemoryHost;

const README: &str = include_str!("../../../examples/plan-and-roles/claimsmith.json");

const PROFILE: &str = r#""subscription":{"plan":"gold","since":"2024-03-01","seats":25},"roles":[
    {"name":"editor","active":true},{"name":"auditor","active":false},{"name":"owner","active":true}]"#;

const USAGE: &str = "usage: claimsmith-instructions config|login|claims|answer COUNT";

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [case, count] = arguments.as_slice() else { return Err(USAGE.to_owned()) };
    let count = count.parse().map_err(|_| USAGE)?;
    match case.as_str() {
        "config" => repeat(count, || read_config(README).map(drop)),
        "login" => repeat_logins(count, README, String::new()),
        "claims" => repeat_logins(count, &config_of_claims(100), String::new()),
        "answer" => repeat_logins(count, README, items(50_000)),
        _ => Err(USAGE.to_owned()),
    }
}

fn repeat(count: u32, mut work: impl FnMut() -> Result<(), String>) -> Result<(), String> {
    (0..count).try_for_each(|_| black_box(work()))
}

/// Logins by one engine, which has its token. `members` are what the answer holds beside the profile.
fn repeat_logins(count: u32, config: &str, members: String) -> Result<(), String> {
    let engine = Engine::new(read_config(config)?);
    let host = MemoryHost { answer: format!("{{{PROFILE}{members}}}") };
    login(&engine, &host)?;
    repeat(count, || login(&engine, &host))
}

fn read_config(text: &str) -> Result<Plan, String> {
    let value = json::read(text.as_bytes()).map_err(|error| format!("{error:?}"))?;
    compile(&value, Trigger::PostLogin)
        .map(|compiled| compiled.plan)
        .map_err(|problems| format!("{problems:?}"))
}

fn login(engine: &Engine, host: &MemoryHost) -> Result<(), String> {
    let event = r#"{"user":{"user_id":"auth0|alice"},"transaction":{"correlation_id":"c-1"}}"#;
    let event = json::read(event.as_bytes()).map_err(|error| format!("{error:?}"))?;
    let secrets: Secrets = ["AUTH0_DOMAIN", "API_DOMAIN", "CLIENT_ID", "CLIENT_SECRET"]
        .map(|name| (name.into(), Secret::new("value.example")))
        .into_iter()
        .collect();
    let future = pin!(engine.enrich(host, Login { event, secrets, ..Login::default() }));
    let Poll::Ready(decision) = future.poll(&mut Context::from_waker(Waker::noop())) else {
        return Err("the login waits for something".to_owned());
    };
    let is_claim = |effect: &Effect| matches!(effect, Effect::SetClaim { .. });
    if !decision.effects.iter().any(is_claim) {
        return Err(decision.report.line());
    }
    black_box(decision.report.line());
    Ok(())
}

/// The README's configuration with so many claims more, of which each is the plan.
fn config_of_claims(count: u32) -> String {
    let mut claims = String::from(r#""claims": {"#);
    for index in 0..count {
        // Writing to a string cannot fail.
        let _ = write!(claims, r#""https://example.com/{index}": "profile.subscription.plan","#);
    }
    README.replacen(r#""claims": {"#, &claims, 1)
}

/// A list of about so many bytes, as a member.
fn items(bytes: usize) -> String {
    let mut items = String::from(r#","items":["#);
    while items.len() < bytes {
        items.push_str(r#"{"id":17,"name":"item 17","price":4.25,"tags":["new","blue"],"stock":null},"#);
    }
    items.push_str("null]");
    items
}
