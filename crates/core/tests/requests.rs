//! What sources send, and what becomes of each answer.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what fails here fails the test")]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use claimsmith_core::expression::json;
use claimsmith_core::http::{Request, Response};
use claimsmith_core::{Decision, Engine, Secret};
use support::{MemoryHost, World, answer, effects, engine, errors, login, read};

/// An engine with one source, at this URL and with these keys.
fn source(url: &str, keys: &str) -> Engine {
    engine(&format!(r#"{{"sources":{{"s":{{"url":"{url}"{keys}}}}},"claims":{{"https://x/a":"s"}}}}"#))
}

/// A backend that keeps the requests and answers this.
fn backend(reply: impl Fn(&Request) -> Response + 'static) -> (MemoryHost, Rc<RefCell<Vec<Request>>>) {
    let requests: Rc<RefCell<Vec<Request>>> = Rc::default();
    let seen = Rc::clone(&requests);
    let world = World::new(move |request| {
        seen.borrow_mut().push(request.clone());
        (1, Ok(reply(request)))
    });
    (MemoryHost::new(&world), requests)
}

fn replying(status: u16, body: &'static str) -> (MemoryHost, Rc<RefCell<Vec<Request>>>) {
    backend(move |_| answer(status, body).unwrap())
}

fn decide(engine: &Engine, host: &MemoryHost) -> Decision {
    decide_over(engine, host, "{}")
}

/// Decides a login whose user has this as `app_metadata`, and an address that is not verified.
fn decide_over(engine: &Engine, host: &MemoryHost, metadata: &str) -> Decision {
    let mut login = login("ann");
    let event = format!(
        r#"{{"user":{{"user_id":"ann","email":"ann@x.example","email_verified":false,"app_metadata":{metadata}}}}}"#
    );
    login.event = json::read(event.as_bytes()).unwrap();
    host.world.run(engine.enrich(host, login))
}

/// The only request that a source with these keys makes.
fn sent(url: &str, keys: &str) -> Request {
    let (host, requests) = replying(200, r#"{"data":{}}"#);
    let decision = decide(&source(url, keys), &host);
    assert!(decision.report.errors.is_empty(), "{keys}: {:?}", errors(&decision));
    let sent = requests.borrow();
    assert_eq!(sent.len(), 1, "{keys}");
    sent[0].clone()
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let mut named = request.headers.iter().filter(|(known, _)| known == name);
    let value = named.next().map(|(_, value)| value.expose());
    assert!(named.next().is_none(), "{name} is sent twice");
    value
}

fn body(request: &Request) -> Option<&str> {
    request.body.as_ref().map(Secret::expose)
}

#[test]
fn each_method_goes_out_with_its_body_and_its_media_type() {
    for (keys, method, expected, media_type) in [
        ("", "GET", None, None),
        (r#","method":"DELETE""#, "DELETE", None, None),
        (r#","method":"DELETE","body":[1]"#, "DELETE", Some("[1]"), Some("application/json")),
        (r#","body":null"#, "GET", None, None),
        (r#","method":"PUT","body":{}"#, "PUT", Some("{}"), Some("application/json")),
        (
            r#","method":"PATCH","body":{"a":1},"content_type":"application/merge-patch+json""#,
            "PATCH",
            Some(r#"{"a":1}"#),
            Some("application/merge-patch+json"),
        ),
        (
            r#","form":{"b":"{event.user.user_id}","a":1}"#,
            "POST",
            Some("a=1&b=ann"),
            Some("application/x-www-form-urlencoded"),
        ),
        (r#","form":{}"#, "POST", Some(""), Some("application/x-www-form-urlencoded")),
        (r#","method":"PUT","text":"""#, "PUT", Some(""), Some("text/plain;charset=UTF-8")),
        (
            r#","text":"<u>{event.user.user_id}</u>","content_type":"text/xml""#,
            "POST",
            Some("<u>ann</u>"),
            Some("text/xml"),
        ),
        (
            r#","graphql":{"query":"{ a { b } }"}"#,
            "POST",
            Some(r#"{"query":"{ a { b } }"}"#),
            Some("application/json"),
        ),
    ] {
        let request = sent("https://h/x", keys);
        assert_eq!(request.method.as_str(), method, "{keys}");
        assert_eq!(body(&request), expected, "{keys}");
        assert_eq!(header(&request, "content-type"), media_type, "{keys}");
    }
}

/// Values that could break out of their place.
const HOSTILE: [&str; 8] = [
    "a&b=c",
    "100%",
    "%41",
    "a b+c",
    "#x?y/z",
    r"line\nbreak\r\u0000",
    "zażółć gęślą jaźń",
    "\u{1f511}\u{1f468}\u{200d}\u{1f4bb}",
];

/// Decodes a form as servers do.
fn fields(form: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'%' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                b'+' => b' ',
                other => other,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    form.split('&')
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[test]
fn fields_of_a_query_and_a_form_keep_their_values_whatever_they_hold() {
    for value in HOSTILE {
        let metadata = format!(r#"{{"v":"{value}"}}"#);
        let plain = json::read(format!("\"{value}\"").as_bytes()).unwrap();
        let plain = plain.as_str().unwrap();
        let expected = [
            ("x".to_owned(), "1".to_owned()),
            (plain.to_owned(), format!("<{plain}>")),
            ("list".to_owned(), plain.to_owned()),
            ("list".to_owned(), plain.to_owned()),
        ];
        let name = value.replace('?', "");
        let name = name.as_str();
        let given = format!(
            r#"{{"{name}":"<{{event.user.app_metadata.v}}>","list":["{{event.user.app_metadata.v}}","{{event.user.app_metadata.v}}"]}}"#
        );
        let mut expected = expected;
        expected[1].0 = expected[1].0.replace('?', "");
        let mut sorted = expected.to_vec();
        sorted.sort();
        let (host, requests) = replying(200, "{}");
        for keys in [format!(r#","query":{given}"#), format!(r#","form":{given}"#)] {
            let decision = decide_over(&source("https://h/p?x=1", &keys), &host, &metadata);
            assert!(decision.report.errors.is_empty(), "{keys}: {:?}", errors(&decision));
            let request = requests.borrow_mut().pop().unwrap();
            let (path, query) = request.url.expose().split_once('?').unwrap();
            assert_eq!(path, "https://h/p");
            let mut found = fields(query);
            found.extend(fields(body(&request).unwrap_or_default()));
            found.sort();
            assert_eq!(found, sorted, "{keys}");
        }
    }
}

#[test]
fn a_list_repeats_its_field_and_null_leaves_it_out() {
    let of = |given: &str| format!(r#"{{"a":"{given}"}}"#);
    let metadata = r#"{"list":["x",1,true,null,"y"],"none":[],"null":null,"n":1.50,"deep":[["x"]],"o":{}}"#;
    for (given, expected) in [
        (of("{event.user.app_metadata.list}"), Ok("a=x&a=1&a=true&a=y")),
        (of("{event.user.app_metadata.none}"), Ok("")),
        (of("{event.user.app_metadata.null}"), Ok("")),
        (of("{event.user.app_metadata.n}"), Ok("a=1.5")),
        (of(""), Ok("a=")),
        (of("{secrets.SECRET}"), Ok("a=hunter2")),
        (r#"{"a":[1,"{event.user.app_metadata.null}",false]}"#.to_owned(), Ok("a=1&a=false")),
        (r#"{"b":2,"a??":1}"#.to_owned(), Ok("a%3F=1&b=2")),
        ("{}".to_owned(), Ok("")),
        (of("<{event.user.app_metadata.null}>"), Err("template_value_missing")),
        (of("{event.user.app_metadata.deep}"), Err("template_value_missing")),
        (of("{event.user.app_metadata.o}"), Err("template_value_missing")),
        (of("{sort(event.user.app_metadata.null)}"), Err("expression_invalid")),
        (of("{secrets.NONE}"), Err("secret_missing")),
    ] {
        for (key, url, before) in [
            ("query", "https://h/p", "https://h/p?"),
            ("query", "https://h", "https://h?"),
            ("query", "https://h/p?", "https://h/p?"),
            ("query", "https://h/p?b=1", "https://h/p?b=1&"),
            ("query", "https://h/p?b=1&", "https://h/p?b=1&"),
            ("query", "https://h/{event.user.user_id}?b={event.user.user_id}", "https://h/ann?b=ann&"),
            ("form", "https://h/p", ""),
        ] {
            let (host, requests) = replying(200, "{}");
            let decision = decide_over(&source(url, &format!(r#","{key}":{given}"#)), &host, metadata);
            let requests = requests.borrow();
            match (expected, requests.first()) {
                (Ok(_), None) => panic!("{key} {given}: {:?}", errors(&decision)),
                (Ok(""), Some(request)) if key == "query" => {
                    let bare = url.replace("{event.user.user_id}", "ann");
                    assert_eq!(request.url.expose(), bare, "{given}");
                }
                (Ok(expected), Some(request)) if key == "query" => {
                    assert_eq!(request.url.expose(), format!("{before}{expected}"), "{given}");
                }
                (Ok(expected), Some(request)) => assert_eq!(body(request), Some(expected), "{given}"),
                (Err(code), sent) => {
                    assert!(sent.is_none(), "{given}");
                    assert_eq!(errors(&decision), [format!("{code}@sources.s.{key}.a")], "{given}");
                }
            }
        }
    }
}

#[test]
fn a_null_is_sent_in_json_and_an_optional_member_leaves_it_out() {
    let given = r#"{"a":"{event.user.app_metadata.x}","b?":"{event.user.app_metadata.x}","c?":"{event.user.user_id}",
        "d?":null,"e?":{"f?":"{event.user.app_metadata.x}"},"g??":[{"h?":"{event.user.app_metadata.x}"},null],"i???":"x"}"#;
    let expected = r#"{"a":null,"c":"ann","e":{},"g?":[{},null],"i?":"x"}"#;
    assert_eq!(body(&sent("https://h/", &format!(r#","body":{given}"#))), Some(expected));
    let graphql =
        format!(r#","graphql":{{"query":"query Q {{ a }}","operation_name":"Q","variables":{given}}}"#);
    let expected = format!(r#"{{"operationName":"Q","query":"query Q {{ a }}","variables":{expected}}}"#);
    assert_eq!(body(&sent("https://h/", &graphql)), Some(&*expected));
}

#[test]
fn a_null_in_a_text_is_missing_wherever_it_stands() {
    for (url, keys, place) in [
        ("https://h/{event.user.app_metadata.x}", "", "url"),
        ("https://h/?a={event.user.app_metadata.x}", "", "url"),
        ("https://h/", r#","headers":{"x-a":"{event.user.app_metadata.x}"}"#, "headers"),
        ("https://h/", r#","text":"{event.user.app_metadata.x}""#, "text"),
        ("https://h/", r#","text":"<{event.user.app_metadata.x}>""#, "text"),
        ("https://h/", r#","body":{"a?":"<{event.user.app_metadata.x}>"}"#, "body"),
        ("https://h/", r#","basic":{"user":"{event.user.app_metadata.x}","password":""}"#, "basic"),
        ("https://h/", r#","basic":{"user":"u","password":"{event.user.app_metadata.x}"}"#, "basic"),
        (
            "https://h/",
            r#","graphql":{"query":"{a}","variables":{"a":"<{event.user.app_metadata.x}>"}}"#,
            "graphql",
        ),
    ] {
        let (host, requests) = replying(200, "{}");
        let decision = decide(&source(url, keys), &host);
        assert_eq!(errors(&decision), [format!("template_value_missing@sources.s.{place}")], "{keys}");
        assert!(requests.borrow().is_empty(), "{keys}");
    }
}

#[test]
fn basic_credentials_are_base64_of_utf_8() {
    for (user, password, expected) in [
        ("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("test", "123\u{a3}", "Basic dGVzdDoxMjPCow=="),
        ("", "", "Basic Og=="),
        ("{secrets.SECRET}", "a:b", "Basic aHVudGVyMjphOmI="),
    ] {
        let keys = format!(r#","basic":{{"user":"{user}","password":"{password}"}}"#);
        assert_eq!(header(&sent("https://h/", &keys), "authorization"), Some(expected), "{user}");
    }
    for (user, password) in
        [("a:b", ""), (r"a\u0000", ""), ("a", r"b\r\nx: y"), ("a", r"\u007f"), ("a\\tb", "")]
    {
        let keys =
            r#","basic":{"user":"{event.user.app_metadata.u}","password":"{event.user.app_metadata.p}"}"#;
        let (host, requests) = replying(200, "{}");
        let metadata = format!(r#"{{"u":"{user}","p":"{password}"}}"#);
        let decision = decide_over(&source("https://h/", keys), &host, &metadata);
        assert_eq!(errors(&decision), ["template_value_missing@sources.s.basic"], "{user} {password}");
        assert!(requests.borrow().is_empty());
    }
}

#[test]
fn basic_takes_the_place_of_the_only_token() {
    let config = r#"{"tokens":{"t":{"token_url":"https://h/token","client_id":"c","client_secret":"s"}},
        "sources":{"s":{"url":"https://h/","basic":{"user":"u","password":"p"}}}}"#;
    let (host, requests) = replying(200, "{}");
    decide(&engine(config), &host);
    let requests = requests.borrow();
    assert_eq!(requests.len(), 1);
    assert_eq!(header(&requests[0], "authorization"), Some("Basic dTpw"));
}

#[test]
fn an_answer_is_looked_at_in_the_order_that_is_promised() {
    let refuses = r#","fail_when":"`true`""#;
    let graphql = r#","graphql":{"query":"{a}"}"#;
    let graphql_refuses = r#","graphql":{"query":"{a}"},"fail_when":"x""#;
    for (keys, status, body, expected) in [
        // 404 by `on_not_found`, before all that looks at the answer.
        ("", 404, "<h1>", Ok("null")),
        (refuses, 404, "{}", Ok("null")),
        (graphql, 404, r#"{"errors":[1]}"#, Ok("null")),
        (r#","on_not_found":"error","answer":"none""#, 404, "", Err("source_status")),
        // The status.
        (r#","answer":"text""#, 500, "x", Err("source_status")),
        (r#","ok_status":[409]"#, 410, "{}", Err("source_status")),
        (r#","ok_status":[409],"answer":"none""#, 422, "", Err("source_status")),
        (graphql, 400, r#"{"errors":[1],"data":1}"#, Err("source_status")),
        (r#","ok_status":[409]"#, 409, r#"{"a":1}"#, Ok(r#"{"a":1}"#)),
        (r#","ok_status":[400,499]"#, 499, "7", Ok("7")),
        // The body by `answer`.
        (r#","ok_status":[409]"#, 409, "<h1>", Err("response_not_json")),
        (r#","ok_status":[409]"#, 409, "", Err("response_not_json")),
        (r#","ok_status":[409],"answer":"text""#, 409, "<h1>", Ok(r#""<h1>""#)),
        (r#","ok_status":[409],"answer":"none""#, 409, "<h1>", Ok("null")),
        ("", 200, "", Err("response_not_json")),
        ("", 204, "", Ok("null")),
        (refuses, 204, "", Ok("null")),
        (graphql, 204, "", Ok("null")),
        (r#","answer":"text""#, 204, "", Ok("null")),
        (r#","answer":"text""#, 200, "", Ok(r#""""#)),
        (r#","answer":"text""#, 200, "\u{feff}a=1;b=\u{17c}\n", Ok("\"a=1;b=\u{17c}\\n\"")),
        (r#","answer":"none""#, 200, "{", Ok("null")),
        (r#","answer":"none""#, 201, r#"{"a":1}"#, Ok("null")),
        (graphql, 200, "", Err("response_not_json")),
        // GraphQL's `errors`.
        (graphql, 200, r#"{"data":{"x":1}}"#, Ok(r#"{"x":1}"#)),
        (graphql, 200, r#"{"data":null}"#, Ok("null")),
        (graphql, 200, r#"{"data":{"x":1},"errors":[]}"#, Ok(r#"{"x":1}"#)),
        (graphql, 200, r#"{"data":{"x":1},"errors":null}"#, Ok(r#"{"x":1}"#)),
        (graphql, 200, r#"{"data":{"x":1},"errors":[{"message":"hunter2"}]}"#, Err("answer_refused")),
        (graphql, 200, r#"{"errors":[null]}"#, Err("answer_refused")),
        (graphql, 200, r#"{"message":"no"}"#, Err("answer_refused")),
        (graphql, 200, "[]", Err("answer_refused")),
        (graphql, 200, "null", Err("answer_refused")),
        // `fail_when`, over the answer.
        (graphql_refuses, 200, r#"{"data":{"x":1}}"#, Err("answer_refused")),
        (graphql_refuses, 200, r#"{"data":{"x":false}}"#, Ok(r#"{"x":false}"#)),
        (r#","answer":"text","fail_when":"starts_with(@, 'ERR')""#, 200, "ERR 7", Err("answer_refused")),
        (r#","answer":"text","fail_when":"starts_with(@, 'ERR')""#, 200, "OK", Ok(r#""OK""#)),
        (r#","answer":"none","fail_when":"!@""#, 200, "OK", Err("answer_refused")),
        (r#","ok_status":[409],"fail_when":"a""#, 409, r#"{"a":1}"#, Err("answer_refused")),
    ] {
        let (host, requests) = replying(status, body);
        let decision = decide(&source("https://h/", keys), &host);
        assert_eq!(requests.borrow().len(), 1, "{keys} {status}");
        let shown = format!("{:?} {}", decision.report, decision.report.to_json());
        assert!(!shown.contains("hunter2"), "{shown}");
        match expected {
            Ok("null") => assert!(
                effects(&decision).is_empty() && errors(&decision).is_empty(),
                "{keys} {status} {body}"
            ),
            Ok(value) => {
                assert_eq!(effects(&decision), [format!("https://x/a={value}")], "{keys} {status} {body}");
            }
            Err(code) => {
                assert_eq!(errors(&decision), [format!("{code}@sources.s")], "{keys} {status} {body}")
            }
        }
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_replaced_in_a_text() {
    let reply = || Response::new(200, Vec::new(), b"\xef\xbb\xbfa\xff\xf0\x9f\xed\xa0\x80\0z".to_vec());
    let (host, _) = backend(move |_| reply());
    let decision = decide(&source("https://h/", r#","answer":"text""#), &host);
    let expected = "https://x/a=\"a\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\\u0000z\"";
    assert_eq!(effects(&decision), [expected]);
}

#[test]
fn a_body_is_needed_where_the_status_does_not_say_all() {
    for (keys, needed) in [
        ("", vec![200, 201, 299]),
        (r#","ok_status":[409,422],"answer":"text""#, vec![200, 201, 299, 409, 422]),
        (r#","ok_status":[409],"answer":"none""#, vec![]),
    ] {
        let request = sent("https://h/", keys);
        let found: Vec<u16> = [200, 201, 204, 299, 304, 400, 404, 409, 422, 500]
            .into_iter()
            .filter(|status| request.needs_body(*status))
            .collect();
        assert_eq!(found, needed, "{keys}");
    }
}

#[test]
fn what_only_asks_or_is_said_to_do_no_harm_is_sent_again() {
    let query = r#","graphql":{"query":"query { a }"}"#;
    let mutation = r#","graphql":{"query":"query A { a } mutation B { b }","operation_name":"A"}"#;
    for (keys, attempts, may_repeat) in [
        ("".to_owned(), 3, true),
        (r#","retries":0"#.to_owned(), 1, true),
        (query.to_owned(), 3, true),
        (format!(r#"{query},"retries":0"#), 1, true),
        (mutation.to_owned(), 1, false),
        (format!(r#"{mutation},"retries":1"#), 2, true),
        (r#","form":{}"#.to_owned(), 1, false),
        (r#","method":"DELETE""#.to_owned(), 1, false),
        (r#","method":"DELETE","retries":2"#.to_owned(), 3, true),
        (r#","method":"PUT","text":"","retries":1"#.to_owned(), 2, true),
        (r#","method":"PATCH","body":{},"retries":0"#.to_owned(), 1, false),
    ] {
        let (host, requests) = replying(503, "");
        decide(&source("https://h/", &keys), &host);
        assert_eq!(requests.borrow().len(), attempts, "{keys}");
        assert!(requests.borrow().iter().all(|request| request.may_repeat == may_repeat), "{keys}");
    }
}

#[test]
fn an_answer_is_kept_for_all_that_was_sent() {
    let v = "{event.user.app_metadata.v}";
    for keys in [
        format!(r#","query":{{"a":"{v}"}}"#),
        format!(r#","form":{{"a":"{v}"}}"#),
        format!(r#","method":"DELETE","body":{{"a?":"{v}"}}"#),
        format!(r#","text":"{v}""#),
        format!(r#","basic":{{"user":"{v}","password":"p"}}"#),
        format!(r#","basic":{{"user":"u","password":"{v}"}}"#),
        format!(r#","graphql":{{"query":"{{a}}","variables":{{"a":"{v}"}}}}"#),
    ] {
        let (host, requests) = replying(200, r#"{"data":1}"#);
        let engine = source("https://h/", &format!(r#"{keys},"cache":{{"ttl_s":60}}"#));
        for (value, calls) in [("1", 1), ("1", 1), ("2", 2), ("1", 2), ("2", 2)] {
            decide_over(&engine, &host, &format!(r#"{{"v":"{value}"}}"#));
            assert_eq!(requests.borrow().len(), calls, "{keys}");
        }
    }
}

#[test]
fn an_answer_is_revalidated_by_its_tag_only_where_that_asks() {
    for (keys, status, expected) in [
        ("", 200, Some("\"1\"")),
        (r#","ok_status":[409]"#, 409, None),
        (r#","body":{}"#, 200, None),
        (r#","method":"PUT","body":{}"#, 200, None),
    ] {
        let (host, requests) = backend(move |_| {
            Response::new(status, vec![("etag".to_owned(), "\"1\"".to_owned())], b"1".to_vec())
        });
        let engine = source("https://h/", &format!(r#"{keys},"cache":{{"ttl_s":1}}"#));
        decide(&engine, &host);
        host.world.advance(2_000);
        decide(&engine, &host);
        let requests = requests.borrow();
        assert_eq!(requests.len(), 2);
        assert_eq!(header(&requests[1], "if-none-match"), expected, "{keys}");
    }
}

/// Every place of a source that takes a template.
fn every_place(template: &str) -> Vec<String> {
    vec![
        format!(r#","headers":{{"x-a":"{template}"}}"#),
        format!(r#","query":{{"a":"{template}"}}"#),
        format!(r#","query":{{"a":[1,"{template}"]}}"#),
        format!(r#","form":{{"a":"<{template}>"}}"#),
        format!(r#","body":{{"a":[{{"b?":"{template}"}}]}}"#),
        format!(r#","text":"<{template}>""#),
        format!(r#","basic":{{"user":"{template}","password":""}}"#),
        format!(r#","basic":{{"user":"","password":"{template}"}}"#),
        format!(r#","graphql":{{"query":"{{a}}","variables":{{"a":["{template}"]}}}}"#),
    ]
}

#[test]
fn an_address_that_is_not_verified_is_sent_nowhere() {
    for keys in every_place("{event.user.email}") {
        let (host, requests) = replying(200, r#"{"data":1}"#);
        let decision = decide(&source("https://h/", &keys), &host);
        assert_eq!(errors(&decision), ["email_unverified@sources.s"], "{keys}");
        assert!(requests.borrow().is_empty(), "{keys}");
        let allowed = format!(r#"{keys},"allow_unverified_email":true"#);
        assert!(errors(&decide(&source("https://h/", &allowed), &host)).is_empty(), "{keys}");
        assert_eq!(requests.borrow().len(), 1, "{keys}");
    }
}

#[test]
fn what_every_place_reads_is_known_before_the_login() {
    let plan = |keys: &str| read(&format!(r#"{{"sources":{{"s":{{"url":"https://h/"{keys}}}}}}}"#)).unwrap();
    assert!(!plan("").sources[0].is_personal);
    for keys in every_place("{event.user.app_metadata.v}") {
        let plan = plan(&keys);
        assert!(plan.sources[0].is_personal, "{keys}");
        let reads: Vec<String> = plan.event_reads.iter().map(|chain| chain.join(".")).collect();
        assert!(reads.contains(&"user.app_metadata.v".to_owned()), "{keys}: {reads:?}");
    }
    for keys in every_place("{secrets.KEY}") {
        let plan = plan(&keys);
        assert!(!plan.sources[0].is_personal, "{keys}");
        assert_eq!(plan.secrets.iter().map(|name| &**name).collect::<Vec<_>>(), ["KEY"], "{keys}");
    }
}

#[test]
fn a_secret_in_any_place_is_in_no_report() {
    for keys in every_place("{secrets.SECRET}") {
        for (status, body) in [(200, "hunter2"), (500, "hunter2"), (409, r#"{"errors":["hunter2"]}"#)] {
            let (host, requests) = replying(status, body);
            let decision = decide(&source("https://h/", &format!(r#"{keys},"ok_status":[409]"#)), &host);
            assert!(!requests.borrow().is_empty(), "{keys}: {:?}", errors(&decision));
            let shown = format!(
                "{:?} {} {} {:?}",
                decision.report,
                decision.report.to_json(),
                decision.report.line(),
                requests.borrow()
            );
            for text in ["hunter2", "aHVudGVyMj", "Omh1bnRlcjI"] {
                assert!(!shown.contains(text), "{keys}: {shown}");
            }
        }
    }
}
