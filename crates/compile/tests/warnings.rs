//! Warnings: each mistake has one, at its place, and what is right has none.

#![expect(clippy::panic, reason = "a failing test says where")]

use claimsmith_compile::{Warning, compile};
use claimsmith_core::Trigger;
use claimsmith_core::error::Part;
use claimsmith_expression::json;

fn warnings_for(config: &str, trigger: Trigger) -> Vec<Warning> {
    let value = json::read(config.as_bytes()).unwrap_or_else(|error| panic!("{config}: {error:?}"));
    match compile(&value, trigger) {
        Ok(compiled) => compiled.warnings(&value),
        Err(problems) => panic!("{config}: {problems:?}"),
    }
}

fn warnings(config: &str) -> Vec<Warning> {
    warnings_for(config, Trigger::PostLogin)
}

/// A configuration with a source, and these members.
fn with(members: &str) -> String {
    format!(
        r#"{{ "tokens": {{ "api": {{ "token_url": "https://{{secrets.AUTH0_DOMAIN}}/oauth/token",
              "client_id": "{{secrets.CLIENT_ID}}", "client_secret": "{{secrets.CLIENT_SECRET}}" }} }},
            "sources": {{ "profile": {{ "url": "https://api.example.com/users/{{event.user.user_id}}" }} }},
            {members} }}"#
    )
}

/// A configuration of one claim.
fn claim(value: &str) -> String {
    let value = claimsmith_expression::Value::from(value).to_json();
    with(&format!(r#""claims": {{ "https://example.com/x": {value} }}"#))
}

/// A configuration of one source besides, `b`.
fn source(members: &str) -> String {
    format!(
        r#"{{ "sources": {{ "a": {{ "url": "https://api.example.com/a" }}, "b": {{ {members} }} }},
              "claims": {{ "https://example.com/x": "b.x" }} }}"#
    )
}

fn deny(when: &str) -> String {
    let when = claimsmith_expression::Value::from(when).to_json();
    with(&format!(r#""deny": [{{ "when": {when}, "reason": "No.", "on_unavailable": "deny" }}]"#))
}

/// Fails where a configuration does not have just this warning, with a mend that says this.
fn check(config: &str, code: &str, path: &str, mend: &str) {
    let found = warnings(config);
    let shown: Vec<String> =
        found.iter().map(|w| format!("{} {}: {} → {}", w.code.as_str(), w.path, w.message, w.mend)).collect();
    assert_eq!(found.len(), 1, "{config}\n{shown:#?}");
    let [warning] = found.as_slice() else { return };
    assert_eq!((warning.code.as_str(), warning.path.as_str()), (code, path), "{shown:#?}");
    assert!(warning.mend.contains(mend), "{shown:#?}");
    assert!(!warning.message.contains('\n') && !warning.mend.contains('\n'));
}

fn check_none(config: &str) {
    let found = warnings(config);
    assert!(found.is_empty(), "{config}\n{found:#?}");
}

const X: &str = "claims[\"https://example.com/x\"]";

#[test]
fn a_member_that_no_event_has_is_told_with_the_one_that_is_meant() {
    for (value, mend) in [
        ("event.organisation.id", "`event.organization`"),
        ("event.user.id", "`event.user.user_id`"),
        ("event.user.emial", "`event.user.email`"),
        ("event.client.id", "`event.client.client_id`"),
        ("event.user.roles", "`event.authorization.roles`"),
        ("event.stats.count", "`event.stats` has `logins_count`"),
        ("event.user.email.domain", "`event.user.email`"),
        ("event.user.identities.provider", "`event.user.identities[0].provider`"),
        ("{id: event.session.ID}", "`event.session.id`"),
        ("let $u = event.user in $u.sub", "`event.user.user_id`"),
        ("profile.roles[?id == $event.user.id]", "`event.user.user_id`"),
    ] {
        check(&claim(value), "event_member_unknown", X, mend);
    }
    for value in [
        "event.user.app_metadata.plan.id",
        "event.user.user_metadata.organisation",
        "event.client.metadata.id",
        "event.request.query.id",
        "event.organization.metadata.x",
        // Connections of an enterprise bring attributes of their own.
        "event.user.groups",
        "event.user.department",
        "event.user.identities[0].profileData.x",
        "event.authentication.methods[?name == 'mfa'].timestamp",
        "event.transaction.actor.act.sub",
        "profile.organisation.id",
    ] {
        check_none(&claim(value));
    }
    let machine = r#"{ "claims": { "https://example.com/x": "event.user.user_id" } }"#;
    let found = warnings_for(machine, Trigger::CredentialsExchange);
    assert!(found[0].message.contains("credentials-exchange"), "{found:?}");
    let place = warnings(&claim("profile.a || event.organisation.id"));
    assert_eq!(place[0].part, Part::Text(19));
}

#[test]
fn what_is_not_filled_in_is_told() {
    check(
        &source(r#""url": "https://api.example.com/${event.user.user_id}""#),
        "dollar_brace",
        "sources.b.url",
        "`{event.user.user_id}`",
    );
    let config = with(
        r#""claims": { "https://example.com/x": { "value": "profile.x", "default": "{secrets.CLIENT_ID}" } }"#,
    );
    check(&config, "braces_are_text", &format!("{X}.default"), "leave the secret out");
    let config = with(
        r#""claims": { "https://example.com/x": { "value": "profile.x", "default": ["{event.user.name}"] } }"#,
    );
    check(&config, "braces_are_text", &format!("{X}.default[0]"), "not_null(");
    check(&claim("profile.x == 'Hello {event.user.name}'"), "braces_are_text", X, "join('',");
    check(&claim("event.secrets.API_KEY"), "event_secrets", X, "`{secrets.API_KEY}`");
    let config = with(r#""scopes": [{ "add": "beta-{event.client.client_id}" }]"#);
    check(&config, "braces_are_text", "scopes[0].add", "\"value\"");
    let config = with(r#""scopes": [{ "remove": "event.transaction.requested_scopes[]" }]"#);
    check(&config, "scope_as_expression", "scopes[0].remove", "\"value\"");
    for fine in [
        claim("'{a}'"),
        claim("'a $ sign'"),
        source(r#""url": "https://api.example.com/b", "body": { "price": "5$" }"#),
        with(
            r#""scopes": [{ "add": "read:users" }, { "add": "event:read" }, { "add": "https://example.com/x.y" }]"#,
        ),
        with(r#""claims": { "https://example.com/x": { "value": "profile.x", "default": "{a}" } }"#),
    ] {
        check_none(&fine);
    }
}

#[test]
fn a_secret_belongs_into_the_secrets() {
    let token = |members: &str| {
        format!(
            r#"{{ "tokens": {{ "api": {{ "token_url": "https://{{secrets.AUTH0_DOMAIN}}/oauth/token", {members} }} }},
                  "sources": {{ "a": {{ "url": "https://api.example.com/a" }} }} }}"#
        )
    };
    let config = token(r#""client_id": "secrets.CLIENT_ID", "client_secret": "{secrets.CLIENT_SECRET}""#);
    check(&config, "secret_as_text", "tokens.api.client_id", "`{secrets.CLIENT_ID}`");
    let config = token(r#""client_id": "abc", "client_secret": "s3cr3t-of-mine""#);
    check(&config, "secret_in_file", "tokens.api.client_secret", "{secrets.NAME}");
    assert!(!format!("{:?}", warnings(&config)).contains("s3cr3t"), "it is not repeated");
    let config = token(r#""client_id": "abc", "client_secret": ["{secrets.NEW_SECRET}", "old"]"#);
    check(&config, "secret_in_file", "tokens.api.client_secret[1]", "{secrets.NAME}");
    let config = token(r#""client_id": "abc", "client_secret": "{secrets.CLIENT_SECRTE}""#);
    check(&config, "secret_misspelt", "tokens.api.client_secret", "`{secrets.CLIENT_SECRET}`");
    check_none(&token(r#""client_id": "abc", "client_secret": "{secrets.CLIENT_SECRET}""#));
    for (members, path) in [
        (
            r#""url": "https://api.example.com/b", "headers": { "X-Api-Key": "k" }"#,
            "sources.b.headers[\"X-Api-Key\"]",
        ),
        (
            r#""url": "https://api.example.com/b", "basic": { "user": "u", "password": "p" }"#,
            "sources.b.basic.password",
        ),
        (
            r#""url": "https://api.example.com/b", "token": null, "headers": { "authorization": "Bearer x" }"#,
            "sources.b.headers.authorization",
        ),
    ] {
        check(&source(members), "secret_in_file", path, "{secrets.NAME}");
    }
    for fine in [
        source(r#""url": "https://api.example.com/b", "basic": { "user": "{secrets.KEY}", "password": "" }"#),
        source(
            r#""url": "https://api.example.com/b", "headers": { "accept": "application/json", "authorization": "Bearer {secrets.KEY}" }"#,
        ),
        source(r#""url": "https://{secrets.API_URL}/b", "headers": { "x-api-key": "{secrets.APP_URL}" }"#),
    ] {
        check_none(&fine);
    }
    let hmac = r#"{ "claims": { "https://example.com/x": { "value": "event.user.user_id", "hmac": { "secret": "abc" } } } }"#;
    check(hmac, "secret_in_file", &format!("{X}.hmac.secret"), "{secrets.NAME}");
}

#[test]
fn quotes_of_the_wrong_kind_are_told() {
    for (value, mend) in [
        ("profile.roles[?paid == \"true\"].name", "`` `true` ``"),
        ("profile.roles[?kind == \"gold\"]", "`'gold'`"),
        ("profile.roles[?kind == \"first-class\"]", "`'first-class'`"),
        ("profile.roles[?contains(kinds, \"gold\")]", "`'gold'`"),
        ("profile.roles[?amount > \"5\"]", "`` `5` ``"),
    ] {
        check(&claim(value), "quoted_name", X, mend);
    }
    for fine in [
        "profile.roles[?\"first-name\" == 'x']",
        "profile.\"plan\"",
        "profile.{\"plan\": plan, \"b\": b}",
        "profile.roles[?kind == \"a\".b]",
        "profile.roles[*].\"name\"",
    ] {
        check_none(&claim(fine));
    }
}

#[test]
fn what_can_never_hold_is_told() {
    for (when, code, mend) in [
        ("event.user.created_at < '2024-01-01'", "order_of_texts", "timestamp("),
        ("profile.age > '18'", "order_of_texts", "`` `18` ``"),
        ("now.iso > profile.until", "order_of_texts", "timestamp("),
        ("event.user.email_verified == 'false'", "different_types", "`` `false` ``"),
        ("event.stats.logins_count == '1'", "different_types", "`` `1` ``"),
        ("event.user.user_id == `7`", "different_types", "'7'"),
        (
            "event.authorization.roles == 'admin'",
            "different_types",
            "contains(event.authorization.roles, 'admin')",
        ),
        ("length(profile.roles) == '0'", "different_types", "`` `0` ``"),
        ("'a' == 'b'", "different_types", "one type"),
        ("length(profile.roles)", "condition_is_constant", "> `0`"),
        ("'profile.blocked'", "condition_is_constant", "compare it"),
        ("profile.roles[?length(name)]", "condition_is_constant", "> `0`"),
    ] {
        check(&deny(when), code, "deny[0].when", mend);
    }
    for fine in [
        "`true`",
        "`false`",
        "profile.a == profile.b",
        "event.user.email == `null`",
        "event.user.email_verified == `false`",
        "event.user.email == profile.email",
        "profile.age > `18`",
        "timestamp(event.user.created_at) < now.seconds - `3600`",
        "now.weekday == `6` || now.weekday == `7`",
        "calls.profile.status == `409`",
        "to_number(profile.age) > `18`",
        "event.user.multifactor",
        "profile.roles[?name == 'banned']",
        "event.user.app_metadata.plan == 'gold' && profile.level < `3`",
        "!profile.active",
        "length(profile.roles) > `0`",
    ] {
        check_none(&deny(fine));
    }
    // What is true of a setting's or a value's type is true of what reads it.
    let config = |when: &str| {
        format!(
            r#"{{ "settings": {{ "plans": ["gold"], "max": {{ "value": "{{secrets.MAX}}", "type": "number" }}, "label": "x" }},
                  "values": {{ "country": "event.request.geoip.countryCode" }},
                  "deny": [{{ "when": "{when}", "reason": "No." }}] }}"#
        )
    };
    check(
        &config("settings.plans == 'gold'"),
        "different_types",
        "deny[0].when",
        "contains(settings.plans, 'gold')",
    );
    check(&config("settings.label > `3`"), "order_of_texts", "deny[0].when", "to_number");
    check(&config("values.country == `49`"), "different_types", "deny[0].when", "'49'");
    check_none(&config("event.stats.logins_count > settings.max && values.country != 'DE'"));
}

#[test]
fn habits_of_javascript_are_told() {
    check(&claim("profile.roles.length"), "length_member", X, "`length(profile.roles)`");
    check(&claim("event.user.identities.length"), "length_member", X, "`length(event.user.identities)`");
    check_none(&claim("profile.cable.\"length\""));
    check_none(&claim("length(profile.roles)"));
    check(&claim("profile.roles[?event.user.user_id == owner]"), "bare_root_in_filter", X, "`$event`");
    check(&claim("profile.roles[?profile.id == owner]"), "bare_root_in_filter", X, "`@.profile`");
    check_none(&claim("profile.roles[?$event.user.user_id == owner]"));
    check_none(&claim("profile.roles[?@.profile.id == owner]"));
    check_none(&claim("profile.roles[?owner.profile == 'x']"));
    check(&claim("profile.roles[].values(@)[?active]"), "filter_in_projection", X, "| [? … ]");
    check_none(&claim("profile.roles[] | values([0])[?active]"));
    check_none(&claim("profile.roles[].split(@, ',')[0]"));
    check(&claim("profile.roles[?first-name == 'x']"), "dash_in_name", X, "\"first-name\"");
    check_none(&claim("profile.roles[?first - name == `1`]"));
    check(&claim("'plan-' + profile.plan"), "arithmetic_of_texts", X, "join('', ");
    check(
        &claim("now.seconds - event.user.created_at"),
        "arithmetic_of_texts",
        X,
        "timestamp(event.user.created_at)",
    );
    check_none(&claim("now.seconds - timestamp(event.user.created_at)"));
}

#[test]
fn a_fallback_that_does_not_serve_is_told() {
    check(&claim("profile.plan || 'free'"), "fallback_unused", X, "\"default\": \"free\"");
    check(&claim("profile.roles || `[]`"), "fallback_unused", X, "\"default\": []");
    let config = with(
        r#""values": { "plan": "profile.plan" }, "claims": { "https://example.com/x": { "value": "values.plan || `0`" } }"#,
    );
    check(&config, "fallback_unused", &format!("{X}.value"), "not_null(values.plan, `0`)");
    check_none(&claim("event.user.nickname || 'nobody'"));
    check_none(&claim("not_null(profile.plan, 'free')"));
    check_none(&with(
        r#""claims": { "https://example.com/x": { "value": "profile.plan || 'free'", "default": "free" } }"#,
    ));
    let config = with(
        r#""claims": { "https://example.com/x": { "value": "event.user.name", "required": true, "when": "profile.active" } }"#,
    );
    check(&config, "required_when_undecided", &format!("{X}.when"), "not_null(profile.active, `false`)");
}

#[test]
fn a_condition_that_is_always_decided_is_no_warning() {
    check_none(&with(
        r#""claims": { "https://example.com/x":
            { "value": "event.user.name", "required": true, "when": "not_null(profile.active, `false`)" } }"#,
    ));
}

#[test]
fn rules_that_users_can_turn_are_told() {
    check(
        &deny("length(event.user.user_metadata.company) > `5`"),
        "rule_fails_by_user",
        "deny[0].when",
        "not_null(event.user.user_metadata.company",
    );
    check_none(&deny("event.user.user_metadata.company == 'x'"));
    check_none(&deny("length(to_string(event.user.user_metadata.company)) > `5`"));
    check_none(&deny("ends_with(event.user.email, '@example.com')"));
    let config = |word: &str, field: &str| {
        format!(
            r#"{{ "sources": {{ "risk": {{ "url": "https://api.example.com/risk", "query": {{ "n": "{{{field}}}" }} }} }},
                  "deny": [{{ "when": "risk.blocked", "reason": "No.", "on_unavailable": "{word}" }}] }}"#
        )
    };
    check(
        &config("skip", "event.user.nickname"),
        "rule_fails_by_user",
        "deny[0].on_unavailable",
        "\"on_unavailable\": \"deny\"",
    );
    check_none(&config("deny", "event.user.nickname"));
    check_none(&config("skip", "event.user.user_id"));
}

#[test]
fn sources_that_wait_keep_or_repeat_amiss_are_told() {
    check(
        &source(r#""url": "https://api.example.com/{a.id}""#),
        "template_without_when",
        "sources.b.url",
        "\"when\": \"a.id\"",
    );
    check(
        &source(r#""url": "https://api.example.com/b", "body": { "text": "Hello {a.name}!" }"#),
        "template_without_when",
        "sources.b.body",
        "\"when\": \"a.name\"",
    );
    check_none(&source(r#""url": "https://api.example.com/{a.id}", "when": "a.id""#));
    check_none(&source(r#""url": "https://api.example.com/b", "query": { "id": "{a.id}" }"#));
    check_none(&source(r#""url": "https://api.example.com/b", "body": { "id": "{a.id}" }"#));
    check(
        &source(r#""url": "https://api.example.com/b", "when": "a.id", "on_error": "deny""#),
        "failure_spreads",
        "sources.b.on_error",
        "at `a` as well",
    );
    check(
        &source(
            r#""url": "https://api.example.com/b", "query": { "t": "{now.seconds}" }, "cache": { "ttl_s": 60 }"#,
        ),
        "cached_by_time",
        "sources.b.cache",
        "`now`",
    );
    check_none(&source(
        r#""url": "https://api.example.com/b", "query": { "t": "{event.user.user_id}" }, "cache": { "ttl_s": 60 }"#,
    ));
    check(
        &source(
            r#""url": "https://api.example.com/b", "body": { "x": "{event.user.user_id}" }, "retries": 1"#,
        ),
        "retries_repeat",
        "sources.b.retries",
        "idempotency-key",
    );
    for fine in [
        r#""url": "https://api.example.com/b", "retries": 1"#,
        r#""url": "https://api.example.com/b", "method": "PUT", "body": { }, "retries": 1"#,
        r#""url": "https://api.example.com/b", "body": { }, "retries": 0"#,
        r#""url": "https://api.example.com/b", "body": { }, "retries": 1, "headers": { "Idempotency-Key": "{now.id}" }"#,
        r#""url": "https://api.example.com/b", "graphql": { "query": "{ user { plan } }" }"#,
    ] {
        check_none(&source(fine));
    }
}

#[test]
fn one_bare_name_among_others_is_told() {
    let config = |names: &[&str], to: &str| {
        let claims: Vec<String> = names
            .iter()
            .map(|name| format!(r#""{name}": {{ "value": "profile.x", "to": ["{to}"] }}"#))
            .collect();
        with(&format!(r#""claims": {{ {} }}"#, claims.join(",")))
    };
    let [one, two] = ["https://acme.example/a", "https://acme.example/b"];
    check(
        &config(&[one, two, "plan"], "access_token"),
        "claim_without_namespace",
        "claims.plan",
        "https://acme.example/plan",
    );
    check_none(&config(&[one, two, "plan"], "app_metadata"));
    check_none(&config(&[one, two, "plan"], "id_token"));
    check_none(&config(&[one, two, "plan", "team"], "access_token"));
    check_none(&config(&["plan"], "access_token"));
    check_none(&config(&["urn:acme:a", one, two], "access_token"));
}

#[test]
fn more_secrets_than_an_action_has_are_refused() {
    let config = |count: usize| {
        let settings: Vec<String> =
            (0..count).map(|index| format!(r#""s{index}": "{{secrets.S{index}}}""#)).collect();
        format!(r#"{{ "settings": {{ {} }} }}"#, settings.join(","))
    };
    let compile = |count| compile(&json::read(config(count).as_bytes()).unwrap(), Trigger::PostLogin);
    assert!(compile(30).is_ok());
    assert_eq!(compile(31).unwrap_err()[0].message, "reads 31 secrets, and an Action has at most 30");
}

#[test]
fn the_example_of_every_key_has_one_bare_name() {
    let complete = include_str!("complete.json");
    check(complete, "claim_without_namespace", "claims.customer", "https://example.com/customer");
}
