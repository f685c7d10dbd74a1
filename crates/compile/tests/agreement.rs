//! The schema and the reader say the same of every configuration, but for what is listed here.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

#[expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    unreachable_pub,
    reason = "a support file of tests: what fails here fails the test"
)]
mod support;

use std::collections::BTreeSet;
use std::slice;

use claimsmith_core::claim_type::ClaimType;
use claimsmith_core::http::Method;
use claimsmith_core::mfa::{Factor, Provider};
use claimsmith_core::plan::{
    AnswerFormat, CodeEncoding, Hash, JwtAlgorithm, Mode, OnError, OnNotFound, OnUndecidedDeny,
    OnUndecidedMfa, OnUndecidedScope, SecretEncoding,
};
use claimsmith_core::token::{Algorithm, AuthMethod};
use claimsmith_core::words::Word;
use claimsmith_core::{Code, Target, Trigger};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use support::{
    Problem, base_with, compiled, complete, corpus, each_node, objects, read_config, read_file, validator,
    with, words,
};

const TRIGGERS: [Trigger; 2] = [Trigger::PostLogin, Trigger::CredentialsExchange];

/// Something that the reader refuses and the schema cannot.
struct Deviation {
    /// What every message about it says.
    message: &'static str,
    /// Why JSON Schema cannot say it, or not simply.
    reason: &'static str,
    /// Members of a configuration that show it.
    shown_by: fn() -> Value,
}

/// With all that has the code `expression_invalid`: the syntax of expressions and templates, and what they
/// may name, is beyond JSON Schema.
const DEVIATIONS: [Deviation; 30] = [
    Deviation {
        message: "`on_unavailable` is missing",
        reason: "it takes the names out of expressions",
        shown_by: || json!({ "deny": [{ "when": "profile.blocked", "reason": "No." }] }),
    },
    Deviation {
        message: "there is no token `",
        reason: "a value that must be a key elsewhere",
        shown_by: || source(json!({ "token": "apis" })),
    },
    Deviation {
        message: "reads itself",
        reason: "it takes the names out of expressions",
        shown_by: || source(json!({ "when": "profile.ok" })),
    },
    Deviation {
        message: ": a circle",
        reason: "it takes the names out of expressions",
        shown_by: || json!({ "values": { "a": "values.b", "b": "values.c", "c": "values.a" } }),
    },
    Deviation {
        message: "a secret stands alone in a setting",
        reason: "it depends on what stands between braces",
        shown_by: || json!({ "settings": { "list": ["{secrets.KEY}"] } }),
    },
    Deviation {
        message: "a setting is a literal, or one secret alone",
        reason: "it depends on what stands between braces",
        shown_by: || json!({ "settings": { "text": "a {secrets.KEY}" } }),
    },
    Deviation {
        message: "the setting's type",
        reason: "an object may be a setting itself",
        shown_by: || json!({ "settings": { "max": { "value": [1], "type": "number" } } }),
    },
    Deviation {
        message: "a text that reads as",
        reason: "an object may be a setting itself",
        shown_by: || json!({ "settings": { "max": { "value": "many", "type": "number" } } }),
    },
    Deviation {
        message: "is given twice",
        reason: "two keys that differ in case only",
        shown_by: || source(json!({ "headers": { "x-key": "1", "X-Key": "2" } })),
    },
    Deviation {
        message: "the token fills `authorization`",
        reason: "it depends on the names of one object and on a value of another",
        shown_by: || source(json!({ "headers": { "Authorization": "Basic {secrets.BASIC}" } })),
    },
    Deviation {
        message: "`basic` fills `authorization`",
        reason: "a header's name in any case",
        shown_by: || {
            let basic = json!({ "user": "u", "password": "p" });
            source(json!({ "token": null, "basic": basic, "headers": { "Authorization": "x" } }))
        },
    },
    Deviation {
        message: "cannot hold `:`",
        reason: "an expression may hold the character",
        shown_by: || source(json!({ "token": null, "basic": { "user": "a:b", "password": "p" } })),
    },
    Deviation {
        message: "`client_secret_basic` fills `authorization`",
        reason: "it depends on the names of one object and on a value of another",
        shown_by: || {
            token(json!({ "client_auth": "client_secret_basic", "headers": { "Authorization": "x" } }))
        },
    },
    Deviation {
        message: "takes `{secrets.NAME}` and text only",
        reason: "the syntax of a template",
        shown_by: || token(json!({ "tls": { "ca": "{event.user.email}" } })),
    },
    Deviation {
        message: "in PEM, such as `{secrets.NAME}`",
        reason: "a brace that is text, and none of a template",
        shown_by: || token(json!({ "tls": { "ca": "{{secrets.CA}}" } })),
    },
    Deviation {
        message: "there is no TLS to plain http",
        reason: "it depends on the text of another key",
        shown_by: || source(json!({ "url": "http://localhost/", "tls": { "ca": "{secrets.CA}" } })),
    },
    Deviation {
        message: "plain http is for this machine only",
        reason: "it depends on `allow_http`, far away",
        shown_by: || source(json!({ "url": "http://api.example.com/" })),
    },
    Deviation {
        message: "scheme, host and port may take `{secrets.NAME}` only",
        reason: "the syntax of a template",
        shown_by: || source(json!({ "url": "https://{event.user.email}/" })),
    },
    Deviation {
        message: "the URL must name a host",
        reason: "the syntax of a URL",
        shown_by: || source(json!({ "url": "https://a b/" })),
    },
    Deviation {
        message: "the URL must begin with `https://`",
        reason: "a brace that is text, and none of a template",
        shown_by: || source(json!({ "url": "{{x}}://api.example.com/" })),
    },
    Deviation {
        message: "a URL that is called has no `#` part",
        reason: "a template may hold the character",
        shown_by: || source(json!({ "url": "https://api.example.com/#part" })),
    },
    Deviation {
        message: "the URL holds a character that must be percent-encoded",
        reason: "a template may hold the character",
        shown_by: || source(json!({ "url": "https://api.example.com/ä" })),
    },
    Deviation {
        message: "a port is a number from 1 to 65535",
        reason: "the syntax of a URL",
        shown_by: || source(json!({ "url": "https://api.example.com:65536/" })),
    },
    Deviation {
        message: "are no segments of a path",
        reason: "the syntax of a URL",
        shown_by: || source(json!({ "url": "https://api.example.com/a/../b" })),
    },
    Deviation {
        message: "is in a namespace of Auth0's",
        reason: "a host has more spellings than a pattern follows",
        shown_by: || json!({ "claims": { "https://%61uth0.com/plan": "profile.plan" } }),
    },
    Deviation {
        message: "is over the 1 kB",
        reason: "a schema counts code points, not bytes",
        shown_by: || {
            let name = "n".repeat(1025);
            json!({ "claims": { name: { "value": "profile.plan", "to": ["saml_response"] } } })
        },
    },
    Deviation {
        message: "is over the 64 characters",
        reason: "a schema counts code points, JavaScript UTF-16 units",
        shown_by: || {
            let name = "\u{1f511}".repeat(33);
            json!({ "claims": { name: { "value": "profile.plan", "to": ["transaction_metadata"] } } })
        },
    },
    Deviation {
        message: "the trigger credentials-exchange has no user",
        reason: "a configuration does not say its trigger",
        shown_by: || json!({ "mfa": [{ "provider": "any" }] }),
    },
    Deviation {
        message: "is over the 255 characters",
        reason: "a schema counts code points, JavaScript UTF-16 units",
        shown_by: || {
            let name = "\u{1f511}".repeat(128);
            json!({ "claims": { name: { "value": "profile.plan", "to": ["session_metadata"] } } })
        },
    },
    Deviation {
        message: "a token for a machine has claims of the access token only",
        reason: "a configuration does not say its trigger",
        shown_by: || json!({ "claims": { "plan": { "value": "profile.plan", "to": ["id_token"] } } }),
    },
];

/// A token with some of its keys replaced.
fn token(members: Value) -> Value {
    let mut token = json!({ "token_url": "https://a.example", "client_id": "x", "client_secret": "x" });
    token.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    json!({ "tokens": { "api": token } })
}

/// The source of the base with some of its keys replaced.
fn source(members: Value) -> Value {
    let mut source = json!({ "url": "https://api.example.com/", "token": "api" });
    source.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    json!({ "sources": { "profile": source } })
}

fn is_beyond_the_schema(problem: &Problem) -> bool {
    problem.code == Code::ExpressionInvalid
        || DEVIATIONS.iter().any(|deviation| problem.message.contains(deviation.message))
}

/// Fails where one of both refuses what the other takes, and no reason is listed.
fn assert_agreement(validator: &Validator, config: &Value, what: &str) {
    let refusal = validator.validate(config).err().map(|error| format!("{}: {error}", error.instance_path()));
    for trigger in TRIGGERS {
        let problems = read_config(config, trigger);
        let shown: Vec<String> =
            problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect();
        match &refusal {
            Some(refusal) => {
                assert!(!shown.is_empty(), "{what}: {trigger:?} is read, the schema refuses: {refusal}")
            }
            None => assert!(
                problems.iter().all(is_beyond_the_schema),
                "{what}: {trigger:?} is refused, the schema takes it: {shown:?}"
            ),
        }
    }
}

#[test]
fn every_configuration_that_is_shown_is_right_for_both() {
    let validator = validator();
    for config in corpus() {
        let problems = read_config(&config, Trigger::PostLogin);
        assert!(problems.is_empty(), "{}: {config:#}", problems[0].message);
        assert_agreement(&validator, &config, "as it stands");
        assert!(validator.is_valid(&config), "{config:#}");
    }
}

#[test]
fn what_the_schema_cannot_say_is_listed_and_true() {
    let validator = validator();
    for deviation in &DEVIATIONS {
        let config = base_with(&(deviation.shown_by)());
        let of_each = TRIGGERS.map(|trigger| read_config(&config, trigger));
        let problems = of_each.into_iter().find(|problems| !problems.is_empty()).unwrap_or_default();
        assert_eq!(problems.len(), 1, "not refused any more: {}", deviation.message);
        assert!(problems[0].message.contains(deviation.message), "{}", problems[0].message);
        assert!(validator.is_valid(&config), "no longer true that it is {}", deviation.reason);
    }
}

#[test]
fn both_agree_where_a_key_is_missing() {
    let validator = validator();
    for config in corpus() {
        each_node(&config, "", &mut |pointer, value| {
            for name in value.as_object().into_iter().flat_map(Map::keys) {
                let mut less = value.clone();
                less.as_object_mut().unwrap().remove(name);
                assert_agreement(
                    &validator,
                    &with(&config, pointer, less),
                    &format!("{pointer} without {name}"),
                );
            }
        });
    }
}

#[test]
fn both_agree_where_a_value_is_of_another_type() {
    let validator = validator();
    // Null is the same as leaving a key out, which the schema does not offer.
    let others = [
        json!(true),
        json!(7),
        json!(1.5),
        json!("event.other"),
        json!(""),
        json!([]),
        json!([null]),
        json!(["event.other"]),
        json!({}),
        json!({ "other": 7 }),
        json!({ "other": "event.other" }),
    ];
    for config in corpus() {
        each_node(&config, "", &mut |pointer, _| {
            for other in &others {
                assert_agreement(
                    &validator,
                    &with(&config, pointer, other.clone()),
                    &format!("{pointer} = {other}"),
                );
            }
        });
    }
}

#[test]
fn both_agree_at_and_past_every_bound() {
    let validator = validator();
    let mut bounds = BTreeSet::from([0, 1 << 53]);
    each_node(&claimsmith_compile::schema::schema(), "", &mut |pointer, value| {
        if pointer.ends_with("/minimum") || pointer.ends_with("/maximum") {
            bounds.insert(value.as_i64().unwrap());
        }
    });
    assert!(bounds.contains(&86_400) && bounds.contains(&-1_000_000));
    let numbers: Vec<Value> = bounds
        .iter()
        .flat_map(|bound| [json!(bound - 1), json!(bound), json!(bound + 1)])
        .chain([json!(2000.0), json!(2000.5), json!(1e300), json!(-0.0)])
        .collect();
    for config in corpus() {
        each_node(&config, "", &mut |pointer, value| {
            for number in numbers.iter().filter(|_| value.is_number()) {
                assert_agreement(
                    &validator,
                    &with(&config, pointer, number.clone()),
                    &format!("{pointer} = {number}"),
                );
            }
        });
    }
}

#[test]
fn both_agree_on_words_that_are_misspelt_and_lists_that_repeat() {
    let validator = validator();
    for config in corpus() {
        each_node(&config, "", &mut |pointer, value| {
            let others = match value {
                Value::String(word) => slips(word).into_iter().map(Value::from).collect(),
                Value::Array(items) => items
                    .iter()
                    .map(|item| [items.as_slice(), slice::from_ref(item)].concat().into())
                    .collect(),
                _ => Vec::new(),
            };
            for other in others {
                let what = format!("{pointer} = {other}");
                assert_agreement(&validator, &with(&config, pointer, other), &what);
            }
        });
    }
}

#[test]
fn both_agree_on_keys_that_are_misspelt_and_unknown() {
    let validator = validator();
    for config in corpus() {
        each_node(&config, "", &mut |pointer, value| {
            for (name, member) in value.as_object().into_iter().flatten() {
                for slip in slips(name).into_iter().chain(["zzz".to_owned()]) {
                    let mut more = value.clone();
                    more.as_object_mut().unwrap().insert(slip.clone(), member.clone());
                    let what = format!("{pointer} with {slip}");
                    assert_agreement(&validator, &with(&config, pointer, more.clone()), &what);
                    more.as_object_mut().unwrap().remove(name);
                    assert_agreement(
                        &validator,
                        &with(&config, pointer, more),
                        &format!("{what} for {name}"),
                    );
                }
            }
        });
    }
}

/// What a hand makes of a word.
fn slips(word: &str) -> Vec<String> {
    let shorter: String = word.chars().skip(1).collect();
    [shorter, format!("{word}x"), format!(" {word}"), word.to_uppercase(), word.to_lowercase()]
        .into_iter()
        .filter(|slip| slip != word)
        .collect()
}

#[test]
fn both_agree_on_every_name() {
    let validator = validator();
    let names = reader_words().into_iter().chain(odd_names());
    for name in names {
        let long_name = name.repeat(40);
        for name in
            [&name, &name.to_uppercase(), &format!("https://x.{name}/y"), &format!("{name}:x"), &long_name]
        {
            let whole = json!({ "token_url": "https://a.example", "client_id": "x", "client_secret": "x" });
            let mut tried = vec![
                json!({ "tokens": { name: whole }, "sources": {} }),
                json!({ "sources": { "profile": {"url": "https://api.example.com/"}, name: {"url": "https://api.example.com/" } } }),
                source(json!({ "headers": { name: "x" } })),
                source(json!({ "query": { name: "x" } })),
                source(json!({ "form": { name: ["x"] } })),
                source(json!({ "body": { name: "x" } })),
                source(json!({ "text": "x", "content_type": name })),
                source(json!({ "graphql": { "query": name } })),
                source(json!({ "graphql": { "query": "{a}", "operation_name": name } })),
                token(json!({ "headers": { name: "x" } })),
                json!({ "tokens": { "api": { "token_url": "https://a.example", "client_id": "x", "client_secret": "x", "parameters": { name: "x" } } } }),
                json!({ "claims": { name: "profile.x" } }),
            ];
            for target in
                ["access_token", "id_token", "saml_response", "transaction_metadata", "session_metadata"]
            {
                tried.push(json!({ "claims": { name: { "value": "profile.x", "to": [target] } } }));
            }
            for members in tried {
                assert_agreement(&validator, &base_with(&members), &format!("{members}"));
            }
        }
    }
}

fn odd_names() -> impl Iterator<Item = String> {
    let names = [
        "",
        " ",
        "1a",
        "a1",
        "_a",
        "a-b",
        "a b",
        "ä",
        "__proto__",
        "x-é",
        "a:b",
        "a\nb",
        "a?",
        "a??",
        "a???",
        "?",
        "a/b",
        "a/b;c=d",
        "{ event { id } }",
        "{event.id}",
        "http://auth0.com",
        "HTTPS://AUTH0.COM:80",
        "https://xauth0.com/",
        "https://auth0.com.example/",
        "urn:auth0",
        "urn:auth0:a",
        "urn:auth0x",
        "\u{1f511}",
    ];
    names.into_iter().map(str::to_owned)
}

/// The strings of the reader's source: whatever it knows by name is among them.
fn reader_words() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for file in [
        "configuration",
        "settings",
        "values",
        "tokens",
        "sources",
        "requests",
        "tls",
        "headers",
        "claims",
        "rules",
        "signing",
    ] {
        let source = read_file(&format!("crates/compile/src/{file}.rs"));
        let literals = source.split('"').skip(1).step_by(2);
        words.extend(literals.filter(|text| !text.contains(char::is_whitespace)).map(str::to_owned));
    }
    words.extend(every_word());
    words.extend(claimsmith_core::http::TLS_PARTS.map(str::to_owned));
    words.extend(claimsmith_core::names::RESERVED_NAMES.split(' ').map(str::to_owned));
    words.extend(claimsmith_core::names::RESERVED_HOSTS.map(str::to_owned));
    words
}

/// The words that keys take.
fn every_word() -> impl Iterator<Item = String> {
    fn of<T: Word>() -> Vec<&'static str> {
        T::ALL.iter().map(|word| word.as_str()).collect()
    }
    let words = [
        of::<Target>(),
        of::<ClaimType>(),
        of::<Mode>(),
        of::<OnError>(),
        of::<OnNotFound>(),
        of::<OnUndecidedDeny>(),
        of::<OnUndecidedScope>(),
        of::<Method>(),
        of::<AnswerFormat>(),
        of::<AuthMethod>(),
        of::<Algorithm>(),
        of::<OnUndecidedMfa>(),
        of::<Provider>(),
        of::<Factor>(),
        of::<Hash>(),
        of::<SecretEncoding>(),
        of::<CodeEncoding>(),
        of::<JwtAlgorithm>(),
    ];
    words.into_iter().flatten().map(str::to_owned)
}

/// Where the complete configuration has an example of each object.
const PLACES: [(&str, &str); 18] = [
    ("", ""),
    ("TypedSetting", "/settings/max"),
    ("WholeValue", "/values/whole"),
    ("Token", "/tokens/signed"),
    ("Source", "/sources/profile"),
    ("Tls", "/sources/profile/tls"),
    ("Cache", "/sources/profile/cache"),
    ("Basic", "/sources/update/basic"),
    ("GraphQl", "/sources/account/graphql"),
    ("WholeClaim", "/claims/seats"),
    ("Hmac", "/claims/https:~1~1example.com~1signature/hmac"),
    ("Jwt", "/claims/https:~1~1example.com~1token/jwt"),
    ("ScopeRule", "/scopes/1"),
    ("ScopeList", "/scopes/2/add"),
    ("DenyRule", "/deny/0"),
    ("MfaRule", "/mfa/1"),
    ("SessionRule", "/refresh_token/0"),
    ("Limits", "/limits"),
];

#[test]
fn both_know_the_same_keys() {
    let complete = complete();
    let objects = objects(&claimsmith_compile::schema::schema());
    assert_eq!(
        objects.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        PLACES.map(|(name, _)| name).into()
    );
    for (name, pointer) in PLACES {
        let known = objects[name]["properties"].as_object().unwrap();
        let words = reader_words();
        for key in known.keys() {
            assert!(words.contains(key), "`{key}` of {name} was not found in the reader's source");
        }
        for key in &words {
            let mut object = complete.pointer(pointer).unwrap().clone();
            object.as_object_mut().unwrap().insert(key.clone(), Value::Null);
            let problems = read_config(&with(&complete, pointer, object), Trigger::PostLogin);
            let unknown = format!("unknown key `{key}`");
            let is_unknown = problems.iter().any(|problem| problem.message.starts_with(&unknown));
            assert_eq!(known.contains_key(key), !is_unknown, "`{key}` of {name}");
        }
    }
}

#[test]
fn both_know_the_same_words() {
    let complete = complete();
    let objects = objects(&claimsmith_compile::schema::schema());
    let mut count = 0;
    for (name, pointer) in PLACES {
        for (key, property) in objects[name]["properties"].as_object().unwrap() {
            let words = words(property);
            if words.is_empty() {
                continue;
            }
            let wrong = if property.get("items").is_some() { json!(["zzz"]) } else { json!("zzz") };
            let mut object = complete.pointer(pointer).unwrap().clone();
            object.as_object_mut().unwrap().insert(key.clone(), wrong);
            let problems = read_config(&with(&complete, pointer, object), Trigger::PostLogin);
            let expected = format!("`zzz` is not known here; use `{}`", words.join("`, `"));
            assert!(
                problems.iter().any(|problem| problem.message == expected),
                "{key} of {name}: {expected}"
            );
            count += 1;
        }
    }
    assert_eq!(count, 21);
}

#[test]
fn a_key_left_out_is_the_default_that_the_schema_tells() {
    let complete = complete();
    let objects = objects(&claimsmith_compile::schema::schema());
    let mut count = 0;
    for (name, pointer) in PLACES {
        for (key, property) in objects[name]["properties"].as_object().unwrap() {
            let Some(default) = property.get("default") else { continue };
            // A token that signs cannot leave out how.
            let pointer = if key == "client_auth" { "/tokens/api" } else { pointer };
            let mut without = complete.pointer(pointer).unwrap().clone();
            without.as_object_mut().unwrap().remove(key);
            let mut given = without.clone();
            given.as_object_mut().unwrap().insert(key.clone(), default.clone());
            let [without, given] = [without, given].map(|object| compiled(&with(&complete, pointer, object)));
            assert_eq!(without, given, "{key} of {name}");
            count += 1;
        }
    }
    assert_eq!(count, 31);
}

#[test]
fn a_key_that_is_null_is_left_out() {
    let complete = complete();
    let objects = objects(&claimsmith_compile::schema::schema());
    for (name, pointer) in PLACES {
        let required = objects[name].get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for key in objects[name]["properties"].as_object().unwrap().keys() {
            // No token is another thing than the only one.
            if key == "token" || required.contains(&json!(key)) {
                continue;
            }
            let mut without = complete.pointer(pointer).unwrap().clone();
            without.as_object_mut().unwrap().remove(key);
            let mut null = without.clone();
            null.as_object_mut().unwrap().insert(key.clone(), Value::Null);
            let [without, null] = [without, null].map(|object| {
                let config = with(&complete, pointer, object);
                let problems = read_config(&config, Trigger::PostLogin);
                let problems: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
                if problems.is_empty() { vec![compiled(&config).to_string()] } else { problems }
            });
            assert_eq!(without, null, "{key} of {name}");
        }
    }
}

#[test]
fn every_key_stands_in_the_complete_configuration() {
    let complete = complete();
    for (name, object) in objects(&claimsmith_compile::schema::schema()) {
        for key in object["properties"].as_object().unwrap().keys() {
            let mut stands = false;
            each_node(&complete, "", &mut |_, value| stands |= value.get(key).is_some());
            assert!(stands, "`{key}` of {name}");
        }
    }
}

#[test]
fn the_schema_is_one() {
    let schema = claimsmith_compile::schema::schema();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    // Every key that a person may write says what it is.
    for (name, object) in objects(&schema) {
        for (key, property) in object["properties"].as_object().unwrap() {
            assert!(
                property["description"].as_str().is_some_and(|text| text.ends_with('.')),
                "{key} of {name}"
            );
        }
    }
}
