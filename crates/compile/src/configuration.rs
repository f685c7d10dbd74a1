//! The whole of a configuration.

use claimsmith_core::plan::{DEADLINE_MS, Limits, Mode, Plan};
use claimsmith_core::{Trigger, fingerprint};

use crate::named::Named;
use crate::reader::{Node, Object};
use crate::{claims, reads, rules, sources, tokens};

/// Reads a configuration. Where problems were noted, the plan is of no use.
pub(crate) fn read(root: &Node<'_>, trigger: Trigger) -> Plan {
    let object = root.object();
    object.get("$schema");
    let mode = object.word("mode").unwrap_or(Mode::Enforce);
    let allow_http = object.flag("allow_http");
    let deadline_ms = object.number("deadline_ms", DEADLINE_MS);
    let tokens = object.get("tokens").map_or_else(Named::default, |node| tokens::read(&node, allow_http));
    let sources =
        object.get("sources").map_or_else(Named::default, |node| sources::read(&node, &tokens, allow_http));
    let claims =
        object.get("claims").map_or_else(Vec::new, |node| claims::read(&node, &sources.names, trigger));
    let scopes = object.get("scopes").map_or_else(Vec::new, |node| rules::read_scopes(&node, &sources));
    let deny = object.get("deny").map_or_else(Vec::new, |node| rules::read_deny(&node, &sources));
    let of_users = |key| {
        object.get(key).inspect(|node| match trigger {
            Trigger::PostLogin => {}
            Trigger::CredentialsExchange => {
                node.problem("the trigger credentials-exchange has no user, no session and no refresh token");
            }
        })
    };
    let mfa = of_users("mfa").map_or_else(Vec::new, |node| rules::read_mfa(&node, &sources));
    let [session, refresh_token] = ["session", "refresh_token"]
        .map(|key| of_users(key).map_or_else(Vec::new, |node| rules::read_session(&node, &sources)));
    let limits = read_limits(&object);
    object.finish();
    let mut plan = Plan {
        fingerprint: fingerprint(root.value),
        trigger,
        mode,
        deadline_ms,
        tokens: tokens.list,
        sources: sources.list,
        claims,
        scopes,
        deny,
        mfa,
        session,
        refresh_token,
        limits,
        event_reads: Vec::new(),
        secrets: Vec::new(),
    };
    (plan.event_reads, plan.secrets) = reads::gather(&plan);
    plan
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
