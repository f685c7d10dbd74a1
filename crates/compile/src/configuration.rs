//! The whole of a configuration.

use claimsmith_core::plan::{DEADLINE_MS, Limits, Mode, Plan};
use claimsmith_core::{Trigger, fingerprint};
use claimsmith_expression::Map;

use crate::expressions::read_expression;
use crate::named::Named;
use crate::reader::{Node, Object};
use crate::scope::{Scope, View};
use crate::{claims, reads, rules, settings, sources, tokens, values};

/// The most secrets that an Action has.
const MAX_SECRETS: usize = 30;

/// Reads a configuration, with what its expressions see. Where problems were noted, the plan is of no use.
pub(crate) fn read(root: &Node<'_>, trigger: Trigger) -> (Plan, Scope) {
    let object = root.object();
    object.get("$schema");
    let mode = object.word("mode").unwrap_or(Mode::Enforce);
    let allow_http = object.flag("allow_http");
    let deadline_ms = object.number("deadline_ms", DEADLINE_MS);
    let settings = object.get("settings").map_or_else(Named::default, |node| settings::read(&node));
    let mut scope = Scope { settings: settings.names, ..Scope::default() };
    if let Some(sources) = object.get("sources") {
        scope.sources = sources.value.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    }
    let mut values = Vec::new();
    if let Some(node) = object.get("values") {
        (values, scope) = values::read(&node, &scope);
    }
    let (start, token) = (scope.seen_as(View::Start), scope.seen_as(View::Token));
    let when = object.get("when").and_then(|node| read_expression(&node.seeing(&start)));
    let get = |key| object.get(key).map(|node| node.seeing(&scope));
    let tokens =
        object.get("tokens").map(|node| tokens::read(&node.seeing(&token), allow_http)).unwrap_or_default();
    let sources = get("sources").map(|node| sources::read(&node, &tokens, allow_http)).unwrap_or_default();
    let claims = get("claims").map(|node| claims::read(&node, trigger)).unwrap_or_default();
    let scopes = get("scopes").map(|node| rules::read_scopes(&node, &sources)).unwrap_or_default();
    let deny = get("deny").map(|node| rules::read_deny(&node, &sources)).unwrap_or_default();
    let of_users = |key| {
        get(key).inspect(|node| match trigger {
            Trigger::PostLogin => {}
            Trigger::CredentialsExchange => {
                node.problem("the trigger credentials-exchange has no user, no session and no refresh token");
            }
        })
    };
    let mfa = of_users("mfa").map(|node| rules::read_mfa(&node)).unwrap_or_default();
    let [session, refresh_token] = ["session", "refresh_token"]
        .map(|key| of_users(key).map(|node| rules::read_session(&node)).unwrap_or_default());
    let limits = read_limits(&object);
    object.finish();
    let mut plan = Plan {
        fingerprint: fingerprint(root.value),
        trigger,
        mode,
        deadline_ms,
        when_values: scope.reads_of(&when).values,
        when,
        settings: settings.list,
        values,
        reads_now: false,
        reads_calls: false,
        tokens: tokens.list,
        sources: sources.list,
        claims,
        scopes,
        deny,
        early_values: Vec::new(),
        rule_values: Vec::new(),
        mfa,
        session,
        refresh_token,
        limits,
        event_reads: Vec::new(),
        secrets: Vec::new(),
    };
    reads::gather(&mut plan, &scope);
    if plan.secrets.len() > MAX_SECRETS {
        let count = plan.secrets.len();
        root.problem(format!("reads {count} secrets, and an Action has at most {MAX_SECRETS}"));
    }
    (plan, scope)
}

fn read_limits(object: &Object<'_>) -> Limits {
    let default = Limits::BYTES.default;
    let Some(node) = object.get("limits") else {
        return Limits { access_token_bytes: default, id_token_bytes: default };
    };
    let limits = node.object();
    let found = Limits {
        access_token_bytes: limits.number("access_token_bytes", Limits::BYTES),
        id_token_bytes: limits.number("id_token_bytes", Limits::BYTES),
    };
    limits.finish();
    found
}
