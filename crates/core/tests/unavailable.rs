//! What is unavailable decides nothing: a backend that failed, a part of the event that cannot be read, an answer
//! that is refused. What was not asked is null to claims, and leaves rules open.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod support;

use claimsmith_core::expression::json::{self, Unreadable};
use claimsmith_core::http::TransportError;
use claimsmith_core::report::OutcomeKind;
use claimsmith_core::{DENY_REASON, Decision, Effect, Engine};
use support::{MemoryHost, World, answer, errors, login, read};

/// What the backend does.
#[derive(Clone, Copy, Debug)]
enum Backend {
    Answers(&'static str),
    NotFound,
    Fails,
}

fn host(backend: Backend) -> MemoryHost {
    MemoryHost::new(&World::new(move |_| match backend {
        Backend::Answers(body) => (1, answer(200, body)),
        Backend::NotFound => (1, answer(404, "{}")),
        Backend::Fails => (1, Err(TransportError::Failed("ECONNREFUSED".into()))),
    }))
}

/// Decides one login of a configuration. In the event, what JSON cannot hold is unavailable.
fn decide_at(host: &MemoryHost, config: &str, event: &str) -> Decision {
    let mut login = login("ann");
    login.event = json::read_with(event.as_bytes(), Unreadable::PartsAreUnavailable).unwrap();
    let config = read(&format!("{{{config}}}")).unwrap_or_else(|problems| panic!("{problems:?}"));
    host.world.run(Engine::new(config).enrich(host, login))
}

fn decide(config: &str, event: &str, backend: Backend) -> Decision {
    decide_at(&host(backend), config, event)
}

/// The sources of a configuration: `s`, and beside it `t`, which is not asked; `more` are further keys of `s`.
fn sources(more: &str) -> String {
    format!(
        r#""sources":{{"s":{{"url":"https://h/u","token":null{more}}},
            "t":{{"url":"https://h/t","token":null,"when":"event.ask"}}}}"#
    )
}

/// Effects in short: `name=json`, `+scope`, `-scope`, `deny reason`.
fn effects(decision: &Decision) -> Vec<String> {
    let short = |effect: &Effect| match effect {
        Effect::SetClaim { name, value, .. } => format!("{name}={}", value.to_json()),
        Effect::ChangeScope { scope, adds: true } => format!("+{scope}"),
        Effect::ChangeScope { scope, .. } => format!("-{scope}"),
        Effect::ChangeSession { subject, change, .. } => format!("{} {change:?}", subject.as_str()),
        Effect::DemandMfa { mfa, .. } => format!("{mfa:?}"),
        Effect::Deny { reason, .. } => format!("deny {reason}"),
    };
    decision.effects.iter().map(short).collect()
}

/// What became of the claims without a value of their own: `claim reason source`.
fn without_value(decision: &Decision) -> Vec<String> {
    let claims = &decision.report.claims;
    let all = claims.left_out.iter().chain(&claims.defaulted);
    all.map(|out| format!("{} {} {}", out.claim, out.reason, out.source.as_deref().unwrap_or("-"))).collect()
}

#[test]
fn a_deny_rule_is_decided_by_what_is_known() {
    use Backend::{Answers, Fails, NotFound};
    let no = vec!["deny No.".to_owned()];
    let none: Vec<String> = Vec::new();
    // The rule, the backend, and what becomes of the login where undecided denies, and where it is skipped.
    for (when, backend, or_deny, or_skip) in [
        ("s.blocked", Answers(r#"{"blocked":true}"#), &no, &no),
        ("s.blocked", Answers(r#"{"blocked":false}"#), &none, &none),
        ("!s.active", Answers("{}"), &no, &no),
        // That the backend knows nobody is an answer.
        ("!s.active", NotFound, &no, &no),
        ("s.blocked", NotFound, &none, &none),
        ("s.blocked", Fails, &no, &none),
        ("!s.active", Fails, &no, &none),
        ("length(s.roles) == `0`", Fails, &no, &none),
        ("s == `null`", Fails, &no, &none),
        // The half that is known decides, whichever it is.
        ("event.user.closed || s.closed", Fails, &no, &no),
        ("s.closed || event.user.closed", Fails, &no, &no),
        ("event.user.open && s.closed", Fails, &none, &none),
        ("!(event.user.closed || s.closed)", Fails, &none, &none),
        // An error is as open as a failure.
        ("length(s.roles) == `0`", Answers(r#"{"roles":7}"#), &no, &none),
        ("length(s.roles) == `0` || event.user.closed", Answers(r#"{"roles":7}"#), &no, &no),
        // So is a part of the event that cannot be read, and no more of it than that.
        ("event.user.broken", Answers("{}"), &no, &none),
        ("event.user.broken.blocked", Answers("{}"), &no, &none),
        ("!event.user.broken", Answers("{}"), &no, &none),
        ("event.user.metadata.blocked", Answers("{}"), &no, &no),
        // What was not asked leaves a rule open, and that is no failure.
        ("!t.active", Answers("{}"), &none, &none),
        ("t == `null`", Answers("{}"), &none, &none),
        ("length(t.roles) == `0`", Answers("{}"), &none, &none),
        ("!t.active || s.blocked", Answers(r#"{"blocked":true}"#), &no, &no),
        ("!t.active || s.blocked", Fails, &no, &none),
        ("t.a && s.blocked", Fails, &none, &none),
        ("length(t.roles) == `0` || s.blocked", Fails, &no, &none),
        ("!t.a && !s.blocked", Fails, &none, &none),
        // A fallback over one that was not asked is as open as the one that failed.
        ("not_null(t.tier, s.tier) == 'banned'", Fails, &no, &none),
        ("not_null(s.tier, t.tier) == 'banned'", Fails, &no, &none),
        ("not_null(t.tier, s.tier) == 'banned'", Answers(r#"{"tier":"banned"}"#), &no, &no),
        ("not_null(t.tier, t.kind) == 'banned'", Fails, &none, &none),
        // What may turn out not to hold may, compared, turn out to.
        ("(!(t.good || s.good)) == `false`", Fails, &no, &none),
        ("(!(t.good || s.good)) == `false`", Answers(r#"{"good":true}"#), &no, &no),
        ("contains([!(t.good || s.good)], `false`)", Fails, &no, &none),
        ("!not_null(!(t.good || s.good))", Fails, &no, &none),
    ] {
        for (word, expected) in [("deny", or_deny), ("skip", or_skip)] {
            let config = format!(
                r#"{},"claims":{{}},"deny":[{{"when":"{when}","reason":"No.","on_unavailable":"{word}"}}]"#,
                sources("")
            );
            let event = r#"{"user":{"closed":true,"broken":1e999,"metadata":{"blocked":true,"n":-1e400}}}"#;
            let decision = decide(&config, event, backend);
            assert_eq!(effects(&decision), *expected, "{when} {backend:?} {word}: {decision:?}");
        }
    }
}

#[test]
fn the_reason_shown_is_of_a_rule_that_holds_then_of_one_that_is_undecided() {
    let rules = r#""claims":{},"deny":[
        {"when":"s.a","reason":"Undecided.","on_unavailable":"deny"},
        {"when":"s.b","reason":"Undecided as well.","on_unavailable":"deny"},
        {"when":"event.user.closed || s.c","reason":"Closed.","on_unavailable":"skip"}]"#;
    let config = |more: &str| format!("{},{rules}", sources(more));
    let closed = r#"{"user":{"closed":true}}"#;
    assert_eq!(effects(&decide(&config(""), closed, Backend::Fails)), ["deny Closed."]);
    let decision = decide(&config(""), "{}", Backend::Fails);
    assert_eq!(effects(&decision), ["deny Undecided."]);
    assert!(matches!(decision.effects.first(), Some(Effect::Deny { is_failure: true, .. })));
    let warned = ["`deny[0]` is undecided, and denies", "`deny[1]` is undecided, and denies"];
    assert_eq!(decision.report.warnings.get(..2).unwrap(), warned);
    let on_error = config(r#","on_error":"deny""#);
    assert_eq!(effects(&decide(&on_error, "{}", Backend::Fails)), ["deny Undecided."]);
    let none = format!(r#"{},"claims":{{}}"#, sources(r#","on_error":"deny""#));
    assert_eq!(effects(&decide(&none, "{}", Backend::Fails)), [format!("deny {DENY_REASON}")]);
}

#[test]
fn a_rule_that_reads_no_source_is_decided_before_anything_is_asked() {
    let config = format!(
        r#"{},"claims":{{}},"deny":[
            {{"when":"s.blocked","reason":"By the source.","on_unavailable":"skip"}},
            {{"when":"event.user.closed","reason":"By the event."}}]"#,
        sources("")
    );
    let closed = host(Backend::Answers(r#"{"blocked":true}"#));
    assert_eq!(effects(&decide_at(&closed, &config, r#"{"user":{"closed":1}}"#)), ["deny By the event."]);
    assert_eq!(closed.world.sent_to("/"), 0);
    let open = host(Backend::Answers(r#"{"blocked":true}"#));
    assert_eq!(effects(&decide_at(&open, &config, r#"{"user":{}}"#)), ["deny By the source."]);
    assert_eq!(open.world.sent_to("/"), 1);
    // What cannot be read denies in the end, and a rule that holds gives the reason.
    let unreadable = host(Backend::Answers(r#"{"blocked":true}"#));
    let decision = decide_at(&unreadable, &config, r#"{"user":{"closed":1e999}}"#);
    assert_eq!(effects(&decision), ["deny By the source."]);
}

#[test]
fn scopes_stay_as_they_are_where_nothing_is_known() {
    let config = format!(
        r#"{},"claims":{{}},"scopes":[
            {{"add":"x:use","when":"s.tier != 'banned'"}},
            {{"add":"y","when":"event.user.vip || s.vip"}},
            {{"remove":"admin","when":"!s.active","on_unavailable":"keep"}},
            {{"remove":"root","when":"!s.active","on_unavailable":"remove"}},
            {{"remove":"t","when":"!t.active","on_unavailable":"remove"}}]"#,
        sources("")
    );
    let vip = r#"{"user":{"vip":true}}"#;
    assert_eq!(effects(&decide(&config, vip, Backend::Fails)), ["+y", "-root"]);
    assert_eq!(effects(&decide(&config, "{}", Backend::NotFound)), ["+x:use", "-admin", "-root"]);
    let active = Backend::Answers(r#"{"active":true,"tier":"banned"}"#);
    assert!(effects(&decide(&config, "{}", active)).is_empty());
}

#[test]
fn a_claim_without_a_value_takes_its_default_or_is_left_out() {
    let config = format!(
        r#"{},"claims":{{
            "not":{{"value":"!s.active","default":false,"to":["id_token"]}},
            "is":{{"value":"s.plan == 'gold'","default":true,"to":["id_token"]}},
            "sorted":{{"value":"sort(s.roles)","default":[],"to":["id_token"]}},
            "typed":{{"value":"s.plan","type":"number","default":0,"to":["id_token"]}},
            "plain":{{"value":"s.plan","to":["id_token"]}},
            "fallback":{{"value":"not_null(s.plan, 'free')","to":["id_token"]}},
            "or":{{"value":"s.plan || 'free'","to":["id_token"]}},
            "unasked":{{"value":"t.plan || 'free'","to":["id_token"]}},
            "when":{{"value":"'v'","when":"s.plan","default":"d","to":["id_token"]}}}}"#,
        sources("")
    );
    let decision = decide(&config, "{}", Backend::Fails);
    assert_eq!(
        effects(&decision),
        ["fallback=\"free\"", "is=true", "not=false", "sorted=[]", "typed=0", "unasked=\"free\"",]
    );
    assert_eq!(
        without_value(&decision),
        [
            "or unavailable s",
            "plain unavailable s",
            "when unavailable s",
            "is unavailable s",
            "not unavailable s",
            "sorted unavailable s",
            "typed unavailable s",
        ]
    );
    // The source's failure is told once.
    assert_eq!(errors(&decision), ["transport_failed@sources.s"]);
    assert_eq!(decision.report.outcome, OutcomeKind::Partial);

    let decision = decide(&config, "{}", Backend::NotFound);
    assert_eq!(
        effects(&decision),
        [
            "fallback=\"free\"",
            "is=false",
            "not=true",
            "or=\"free\"",
            "sorted=[]",
            "typed=0",
            "unasked=\"free\"",
        ]
    );
    assert_eq!(
        without_value(&decision),
        ["plain null -", "when when -", "sorted expression_invalid -", "typed null -"]
    );
    assert_eq!(decision.report.outcome, OutcomeKind::Enriched);
}

#[test]
fn a_number_beyond_a_double_costs_the_claim_that_reads_it() {
    let config = format!(
        r#"{},"claims":{{"big":{{"value":"s.big","to":["id_token"]}},"all":{{"value":"s","to":["id_token"]}},
            "plan":{{"value":"s.plan","to":["id_token"]}}}}"#,
        sources("")
    );
    let decision = decide(&config, "{}", Backend::Answers(r#"{"plan":"gold","big":-7e310}"#));
    assert_eq!(effects(&decision), ["plan=\"gold\""]);
    assert_eq!(errors(&decision), ["unavailable@claims.all", "unavailable@claims.big"]);
}

#[test]
fn a_condition_or_template_that_cannot_be_filled_fails_its_source() {
    let config = |more: &str| {
        format!(
            r#""sources":{{"s":{{"url":"https://h/u","token":null{more}}}}},"claims":{{"a":{{"value":"s.v","to":["id_token"]}}}}"#
        )
    };
    let event = r#"{"user":{"name":"Zofia","broken":1e999,"meta":{"deep":-1e999,"plan":"x"}}}"#;
    for (more, error) in [
        (r#","when":"event.user.broken""#, "unavailable@sources.s.when"),
        (r#","when":"length(event.user.none) > `1`""#, "unavailable@sources.s.when"),
        (r#","headers":{"x-a":"{event.user.broken}"}"#, "unavailable@sources.s.headers"),
        (
            r#","method":"POST","body":{"user":"{event.user}"},"allow_unverified_email":true"#,
            "unavailable@sources.s.body",
        ),
        (r#","method":"POST","body":{"meta":["{event.user.meta}"]}"#, "unavailable@sources.s.body"),
    ] {
        let host = host(Backend::Answers(r#"{"v":1}"#));
        let decision = decide_at(&host, &config(more), event);
        assert_eq!(host.world.sent_to("/u"), 0, "{more}");
        assert!(errors(&decision).contains(&error.to_owned()), "{more}: {:?}", errors(&decision));
        let denying = config(&format!(r#"{more},"on_error":"deny""#));
        assert_eq!(effects(&decide_at(&host, &denying, event)), [format!("deny {DENY_REASON}")], "{more}");
    }
    let readable = config(
        r#","method":"POST","body":{"plan":"{event.user.meta.plan}"},"when":"event.user.broken || event.user.name""#,
    );
    assert_eq!(effects(&decide(&readable, event, Backend::Answers(r#"{"v":1}"#))), ["a=1"]);
}

#[test]
fn what_cannot_be_read_of_the_event_is_told() {
    let config = r#""claims":{"a":{"value":"event.user.name","to":["id_token"]},
        "b":{"value":"event.user.meta","to":["id_token"]}}"#;
    let decision = decide(config, r#"{"user":{"name":"Łucja","meta":{"n":1e309}}}"#, Backend::Fails);
    assert_eq!(effects(&decision), ["a=\"Łucja\""]);
    assert_eq!(errors(&decision), ["unavailable@event.user.meta", "unavailable@claims.b"]);
}

#[test]
fn an_answer_that_fail_when_refuses_is_a_failure_and_is_not_kept() {
    let engine = support::engine(
        r#"{"sources":{"s":{"url":"https://h/u","token":null,"fail_when":"length(errors || `[]`) > `0`",
            "cache":{"ttl_s":60,"stale_if_error_s":600}}},"claims":{"a":{"value":"s.data.plan","to":["id_token"]}}}"#,
    );
    let bodies = std::cell::RefCell::new(vec![
        (404, "{\"errors\":[1]}"),
        (200, r#"{"errors":7,"data":null}"#),
        (200, r#"{"errors":[{"message":"down"}],"data":null}"#),
        (200, r#"{"data":{"plan":"gold"}}"#),
        (200, r#"{"errors":[1],"data":{"plan":"none"}}"#),
    ]);
    let world = World::new(move |_| {
        let (status, body) = bodies.borrow_mut().pop().unwrap();
        (1, answer(status, body))
    });
    let host = MemoryHost::new(&world);
    let decide = || world.run(engine.enrich(&host, login("ann")));
    assert_eq!(errors(&decide()), ["answer_refused@sources.s"]);
    assert_eq!(effects(&decide()), ["a=\"gold\""]);
    world.advance(61_000);
    // The good answer serves, and stays.
    let decision = decide();
    assert_eq!(effects(&decision), ["a=\"gold\""]);
    assert_eq!(
        decision.report.sources.first().unwrap().1.error.map(|code| code.as_str()),
        Some("answer_refused")
    );
    // What cannot be decided is a failure as well; 404 is not looked at.
    world.advance(700_000);
    assert_eq!(errors(&decide()), ["unavailable@sources.s"]);
    let decision = decide();
    assert_eq!((errors(&decision), without_value(&decision)), (vec![], vec!["a null -".to_owned()]));
}

#[test]
fn fail_when_is_not_asked_where_there_is_nothing() {
    let config = format!(
        r#"{},"claims":{{"a":{{"value":"s","to":["id_token"]}}}}"#,
        sources(r#","fail_when":"!data""#)
    );
    for status in [204, 404] {
        let host = MemoryHost::new(&World::new(move |_| (1, answer(status, ""))));
        let decision = decide_at(&host, &config, "{}");
        assert_eq!(
            (errors(&decision), without_value(&decision)),
            (vec![], vec!["a null -".to_owned()]),
            "{status}"
        );
    }
    let decision = decide(&config, "{}", Backend::Answers("null"));
    assert_eq!(errors(&decision), ["answer_refused@sources.s"]);
}

#[test]
fn on_unavailable_is_written_where_a_rule_reads_a_source_that_may_fail() {
    let problems = |rest: &str, on_error: &str| -> Vec<String> {
        let config = format!("{{{},{rest}}}", sources(on_error));
        match support::read(&config) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(|problem| problem.path.clone()).collect(),
        }
    };
    let deny = |when: &str| format!(r#""claims":{{}},"deny":[{{"when":"{when}","reason":"No."}}]"#);
    let remove = |when: &str| format!(r#""claims":{{}},"scopes":[{{"remove":"x","when":"{when}"}}]"#);
    let denies = r#","on_error":"deny""#;
    for (rest, on_error, expected) in [
        (deny("s.a"), "", &["deny[0]"][..]),
        (deny("event.a || s.a"), "", &["deny[0]"][..]),
        (deny("s.a"), denies, &[][..]),
        (deny("s.a || t.a"), denies, &["deny[0]"][..]),
        (deny("keys(@)"), denies, &["deny[0]"][..]),
        (deny("event.a"), "", &[][..]),
        (remove("s.a"), denies, &["scopes[0]"][..]),
        (remove("event.a"), "", &[][..]),
    ] {
        assert_eq!(problems(&rest, on_error), expected, "{rest}");
    }
}

#[test]
fn no_claim_can_leave_a_rule_undecided_and_the_most_important_claims_come_first() {
    let heavy = "s.p[].[@,@,@,@,@,@,@,@][].[@,@,@,@][].[@,@][] | length(@)";
    let mut claims = String::new();
    for index in 0..30 {
        claims.push_str(&format!(r#""h{index}":{{"value":"{heavy}","to":["id_token"]}},"#));
    }
    let config = format!(
        r#"{},"claims":{{{claims}"last":{{"value":"s.p[0]","to":["id_token"],"priority":5}}}},
           "deny":[{{"when":"s.blocked","reason":"No.","on_unavailable":"deny"}}]"#,
        sources("")
    );
    let body: &'static str = format!(r#"{{"p":[{}1]}}"#, "1,".repeat(8_000)).leak();
    let decision = decide(&config, "{}", Backend::Answers(body));
    assert_eq!(effects(&decision), ["last=1"]);
    assert_eq!(decision.report.claims.left_out.len(), 30);
    assert!(errors(&decision).iter().all(|error| error.starts_with("expression_invalid@claims.h")));
}

#[test]
fn the_line_names_the_claims_left_out_and_keeps_its_id_whole() {
    let mut claims = String::new();
    for index in 0..40 {
        claims
            .push_str(&format!(r#""https://example.com/żółw-{index}":{{"value":"s.v","to":["id_token"]}},"#));
    }
    claims.pop();
    let config = format!(r#"{},"claims":{{{claims}}}"#, sources(""));
    let id = "4f8c1b1e-1111-4222-8333-0123456789ab";
    let event = format!(r#"{{"transaction":{{"correlation_id":"{id}"}}}}"#);
    let line = decide(&config, &event, Backend::Fails).report.line();
    assert!(line.chars().count() == 256 && line.ends_with(&format!(" id={id}")), "{line}");
    assert!(line.contains(" left_out=40:https://example.com/żółw-0,"), "{line}");
}

#[test]
fn a_rule_over_large_data_leaves_no_other_undecided() {
    // A list that leaves the first rule decided and hardly a step for the next.
    for items in (99_960..100_000).step_by(4) {
        let config = r#""claims":{},"deny":[{"when":"contains(event.user.tags, 'banned')","reason":"No."}],
            "scopes":[{"remove":"admin","when":"event.user.guest && length(event.user.name) > `0` && !event.user.staff"}]"#;
        let tags = "1,".repeat(items);
        let event = format!(r#"{{"user":{{"guest":true,"name":"a","tags":[{tags}1]}}}}"#);
        let decision = decide(config, &event, Backend::Fails);
        assert!(
            matches!(effects(&decision)[..], [ref one] if one == "-admin" || one == "deny No."),
            "{decision:?}"
        );
    }
}
