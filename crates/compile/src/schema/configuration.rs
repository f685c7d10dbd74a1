//! The whole of it.

use std::collections::BTreeMap;

use claimsmith_core::plan::{self, DEADLINE_MS, Mode};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::claims::Claim;
use super::names::{Name, claim_names};
use super::rules::{DenyRule, MfaRule, ScopeRule, SessionRule};
use super::settings::{NamedValue, Setting};
use super::sources::Source;
use super::tokens::Token;
use super::values::Expression;
use super::words::{Words, first};

/// The calls of your backend at a login, and the claims to build from the answers.
#[derive(JsonSchema)]
#[schemars(title = "Claimsmith's configuration", deny_unknown_fields, transform = which_token)]
pub struct Configuration {
    /// Where this schema is, for editors. The engine passes over it, whatever it is.
    #[schemars(rename = "$schema")]
    pub schema: Option<Value>,
    /// Decides whether anything is set.
    #[schemars(extend("default" = first::<Mode>()))]
    pub mode: Option<Words<Mode>>,
    /// The time that a login may take in all, in milliseconds: tokens, calls, waits and retries.
    #[schemars(extend("minimum" = DEADLINE_MS.least, "maximum" = DEADLINE_MS.most, "default" = DEADLINE_MS.default))]
    pub deadline_ms: Option<u32>,
    /// The condition of it all. Where it does not hold, nothing is asked, decided or set. It is decided before any call.
    /// Where it cannot be decided, the login goes on as if it held.
    pub when: Option<Expression>,
    /// What is no secret, by name. Expressions and templates read `settings.NAME`; the dashboard may change it under
    /// `live`. A secret that is named here is public.
    #[schemars(extend("examples" = settings_examples()))]
    pub settings: Option<BTreeMap<Name, Setting>>,
    /// Expressions by name, read as `values.NAME` everywhere. Each is evaluated once a login, where it is needed.
    #[schemars(extend("examples" = values_examples()))]
    pub values: Option<BTreeMap<Name, NamedValue>>,
    /// The grants of access tokens for the backend, by name.
    #[schemars(extend("examples" = tokens_examples()))]
    pub tokens: Option<BTreeMap<Name, Token>>,
    /// The calls of the backend, by name. Sources that do not read each other run in parallel.
    #[schemars(extend("examples" = sources_examples()))]
    pub sources: Option<BTreeMap<Name, Source>>,
    /// The claims to build, by name. On the two tokens, names that Auth0 reserves are refused. A name may have
    /// `{settings.NAME}` in it; braces that are text are doubled.
    #[schemars(transform = claim_names, extend("examples" = claims_examples()))]
    pub claims: Option<BTreeMap<String, Claim>>,
    /// The scopes to add to the access token and to remove from it, in this order.
    #[schemars(extend("examples" = scopes_examples()))]
    pub scopes: Option<Vec<ScopeRule>>,
    /// The rules that deny the login. The first that holds counts.
    #[schemars(extend("examples" = deny_examples()))]
    pub deny: Option<Vec<DenyRule>>,
    /// The rules that demand a further factor. The first that holds, or is undecided under `require`, counts. Not in the
    /// Action credentials-exchange.
    #[schemars(extend("examples" = mfa_examples()))]
    pub mfa: Option<Vec<MfaRule>>,
    /// The rules about the session (Enterprise). Not in the Action credentials-exchange.
    #[schemars(extend("examples" = session_examples()))]
    pub session: Option<Vec<SessionRule>>,
    /// The same about the refresh token.
    pub refresh_token: Option<Vec<SessionRule>>,
    /// The size limits of the claims of one token together.
    #[schemars(extend("examples" = limits_examples()))]
    pub limits: Option<Limits>,
    /// True allows plain http beyond this machine. Otherwise it is for loopback hosts only.
    #[schemars(extend("default" = false))]
    pub allow_http: Option<bool>,
}

/// The most bytes of the claims of a token together: names, and values as JSON, in UTF-8. Over the
/// limit, claims are left out and reported, from the lowest `priority` up.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Limits {
    /// Of the access token.
    #[schemars(extend("minimum" = plan::Limits::BYTES.least, "maximum" = plan::Limits::BYTES.most, "default" = plan::Limits::BYTES.default))]
    pub access_token_bytes: Option<u32>,
    /// Of the ID token.
    #[schemars(extend("minimum" = plan::Limits::BYTES.least, "maximum" = plan::Limits::BYTES.most, "default" = plan::Limits::BYTES.default))]
    pub id_token_bytes: Option<u32>,
}

/// Where there are several tokens, a source says which it is called with.
fn which_token(schema: &mut Schema) {
    let rules = json!({
        "if": { "required": ["tokens"], "properties": { "tokens": { "minProperties": 2 } } },
        "then": { "properties": { "sources": { "additionalProperties": { "anyOf": [{ "required": ["token"] }, { "required": ["basic"] }] } } } },
    });
    schema.ensure_object().extend(rules.as_object().cloned().unwrap_or_default());
}

fn tokens_examples() -> Value {
    json!([
        {
            "api": {
                "token_url": "https://{secrets.AUTH0_DOMAIN}/oauth/token",
                "client_id": "{secrets.CLIENT_ID}",
                "client_secret": "{secrets.CLIENT_SECRET}",
                "audience": "https://api.example.com",
                "scope": "read:users",
                "parameters": { "organization": "org_1" }
            }
        },
        {
            "api": {
                "token_url": "https://{secrets.AUTH0_DOMAIN}/oauth/token",
                "client_id": "{secrets.CLIENT_ID}",
                "client_auth": "private_key_jwt",
                "private_key": "{secrets.PRIVATE_KEY}",
                "key_id": "2026-01",
                "algorithm": "ES256",
                "audience": "https://api.example.com"
            }
        }
    ])
}

fn settings_examples() -> Value {
    json!([
        {
            "namespace": "{secrets.NAMESPACE}",
            "plans": ["gold", "silver"],
            "max": { "value": "{secrets.MAX}", "type": "number" },
            "allowed": { "value": "{secrets.ALLOWED}", "type": "list" }
        }
    ])
}

fn values_examples() -> Value {
    json!([{ "role": "contains(event.authorization.roles, 'admin') && 'admin' || 'member'" }])
}

fn sources_examples() -> Value {
    json!([
        {
            "profile": {
                "url": "https://api.example.com/api/users/{event.user.user_id}",
                "token": "api",
                "headers": { "x-api-key": "{secrets.API_KEY}" },
                "when": "event.client.metadata.enrich != 'no'",
                "timeout_ms": 2000,
                "retries": 2,
                "cache": { "ttl_s": 60, "stale_if_error_s": 3600 },
                "on_error": "skip",
                "on_not_found": "null"
            }
        },
        {
            "profile": {
                "url": "https://api.example.com/api/search",
                "method": "POST",
                "body": {
                    "user": "{event.user.user_id}",
                    "nick?": "{event.user.nickname}",
                    "logins": "{event.stats.logins_count}",
                    "fields": ["plan"]
                }
            }
        },
        {
            "groups": {
                "url": "https://api.example.com/api/groups",
                "query": { "group": "{event.user.app_metadata.groups}", "limit": 100 },
                "basic": { "user": "{secrets.API_USER}", "password": "{secrets.API_PASSWORD}" }
            },
            "customer": {
                "url": "https://api.example.com/v1/customers",
                "token": null,
                "form": { "name": "{event.user.name}" },
                "ok_status": [409]
            },
            "profile": {
                "url": "https://api.example.com/graphql",
                "token": null,
                "graphql": {
                    "query": "query Account($id: ID!) { account(user: $id) { plan } }",
                    "variables": { "id": "{event.user.user_id}" }
                }
            }
        }
    ])
}

fn claims_examples() -> Value {
    json!([
        {
            "https://example.com/plan": "profile.subscription.plan",
            "https://example.com/roles": {
                "value": "profile.roles[?active].name",
                "to": ["access_token", "id_token"],
                "type": "string[]",
                "default": [],
                "priority": 1
            },
            "plan": {
                "value": "profile.subscription.plan",
                "to": ["app_metadata"],
                "when": "profile.subscription.active"
            }
        }
    ])
}

fn scopes_examples() -> Value {
    json!([[
        { "add": "beta", "when": "profile.flags.beta" },
        { "remove": "admin", "when": "!profile.admin", "on_unavailable": "keep" },
    ]])
}

fn deny_examples() -> Value {
    json!([[{ "when": "profile.blocked", "reason": "Your account is blocked.", "on_unavailable": "deny" }]])
}

fn mfa_examples() -> Value {
    json!([[
        { "when": "profile.risk > `70`", "provider": "any", "allow_remember_browser": false },
        { "when": "contains(event.authorization.roles, 'admin')", "challenge": ["otp", "email"] },
    ]])
}

fn session_examples() -> Value {
    json!([[
        { "when": "event.connection.strategy == 'waad'", "expires_in_s": 28800, "idle_expires_in_s": "event.connection.metadata.idle" },
        { "when": "profile.moved", "revoke": "You moved to another network.", "on_unavailable": "skip" },
    ]])
}

fn limits_examples() -> Value {
    json!([{ "access_token_bytes": 8192, "id_token_bytes": 4096 }])
}
