//! URLs that a value cannot change the meaning of: the literals are checked here, the rest at the login.

use claimsmith_core::Error;
use claimsmith_core::template::Part;
use claimsmith_core::url::{UrlTemplate, check_origin, has_dots, invalid};
use claimsmith_expression::text::{find, split};

use crate::template::parse_template;

/// Compiles a URL template. `allow_http` lets plain http leave this machine.
///
/// # Errors
/// `expression_invalid` as [`parse_template`]; `config_invalid` where the URL is not absolute, not
/// https, or takes its host from the login.
pub fn parse_url(text: &str, allow_http: bool) -> Result<UrlTemplate, Error> {
    let template = parse_template(text)?;
    let (origin, target) = split_origin(template.parts())?;
    check_target(&target)?;
    check_literals(&origin, allow_http)?;
    Ok(UrlTemplate::new(origin, target, allow_http))
}

/// Checks scheme, host and port with something that fits in the place of each secret.
fn check_literals(origin: &[Part], allow_http: bool) -> Result<(), Error> {
    let has_secret = origin.iter().any(|part| matches!(part, Part::Secret(_)));
    let check = |first: &str| {
        let mut text = String::new();
        for part in origin {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Secret(_) | Part::Expression(..) => text.push_str(match text.bytes().last() {
                    None => first,
                    Some(b':') => "1",
                    Some(b'[') => "::1",
                    Some(_) => "a",
                }),
            }
        }
        // The secret decides whether plain http stays on this machine.
        check_origin(&text, allow_http || has_secret)
    };
    // A secret may be the scheme alone.
    check("https://a").or_else(|expected| check("https").map_err(|_| invalid(expected)))
}

/// Splits the parts where the path or the query begins.
fn split_origin(parts: &[Part]) -> Result<(Vec<Part>, Vec<Part>), Error> {
    let mut origin = Vec::new();
    let mut remaining = parts.iter();
    for part in remaining.by_ref() {
        match part {
            Part::Secret(_) => origin.push(part.clone()),
            Part::Expression(..) => {
                return Err(invalid(
                    "scheme, host and port may take `{secrets.NAME}` only, never data of the login",
                ));
            }
            Part::Literal(text) => {
                let (scheme, rest) = split(text, find(text, b":").unwrap_or(0));
                let after_scheme = if rest.starts_with("://") { scheme.len() + 3 } else { 0 };
                let Some(end) = find(split(text, after_scheme).1, b"/?") else {
                    origin.push(part.clone());
                    continue;
                };
                let (head, tail) = split(text, after_scheme + end);
                if !head.is_empty() {
                    origin.push(Part::Literal(head.to_owned()));
                }
                let mut target = vec![Part::Literal(tail.to_owned())];
                target.extend(remaining.cloned());
                return Ok((origin, target));
            }
        }
    }
    Ok((origin, Vec::new()))
}

/// Checks that the literals of path and query are URL characters (RFC 3986 §2), without a fragment.
fn check_target(target: &[Part]) -> Result<(), Error> {
    let mut path = String::new();
    for part in target {
        let Part::Literal(text) = part else {
            path.push('x');
            continue;
        };
        if find(text, b"#").is_some() {
            return Err(invalid("a URL that is called has no `#` part"));
        }
        let is_url_character =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte);
        // Half of an encoded character would be completed by a value.
        let is_cut = text.bytes().rev().take(2).any(|byte| byte == b'%');
        if is_cut || !text.bytes().all(is_url_character) {
            return Err(invalid("the URL holds a character that must be percent-encoded"));
        }
        path.push_str(text);
    }
    if has_dots(&path) {
        return Err(invalid("`.` and `..` are no segments of a path; write the path that they lead to"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimsmith_core::template::Inputs;
    use claimsmith_core::{Code, Secret, Secrets};
    use claimsmith_expression::{Map, Value};

    fn render_with(template: &str, value: &str, secret: &str) -> Result<String, String> {
        let event: Map = [("id".into(), Value::from(value))].into_iter().collect();
        let scope: Map = [("event".into(), event.into())].into_iter().collect();
        let secrets: Secrets = [("BASE".into(), Secret::new(secret))].into_iter().collect();
        parse_url(template, false)
            .and_then(|url| {
                url.render(Inputs {
                    scope: &scope.into(),
                    secrets: &secrets,
                    budget: &claimsmith_expression::Budget::default(),
                })
            })
            .map(|url| url.expose().to_owned())
            .map_err(|error| format!("{}: {}", error.code.as_str(), error.message))
    }

    fn render(template: &str, value: &str) -> Result<String, String> {
        render_with(template, value, "")
    }

    #[test]
    fn a_value_is_one_segment_whatever_it_holds() {
        assert_eq!(
            render("https://api.example.com/users/{event.id}/plan?x={event.id}", "a/../b+x@example.com")
                .unwrap(),
            "https://api.example.com/users/a%2F..%2Fb%2Bx%40example.com/plan?x=a%2F..%2Fb%2Bx%40example.com"
        );
    }

    #[test]
    fn a_value_cannot_walk_up_or_vanish() {
        for value in ["..", ".", ""] {
            let error = render("https://api.example.com/users/{event.id}/plan", value).unwrap_err();
            assert!(error.starts_with("template_value_missing"), "{error}");
        }
        assert_eq!(render("https://h/users?q={event.id}", "").unwrap(), "https://h/users?q=");
        assert_eq!(render("https://h/users?q={event.id}", "..").unwrap(), "https://h/users?q=..");
        assert!(render("https://h/users/x{event.id}", "..").is_ok());
        assert!(render("https://h/users/.{event.id}", ".").is_err());
    }

    #[test]
    fn the_login_never_decides_where_a_request_goes() {
        for template in
            ["https://{event.id}/x", "{event.id}://h/x", "https://h:{event.id}/x", "https://h{event.id}"]
        {
            assert!(
                render(template, "evil.example").unwrap_err().contains("scheme, host and port"),
                "{template}"
            );
        }
    }

    #[test]
    fn a_secret_may_give_host_port_or_the_whole_base() {
        assert_eq!(
            render_with("https://{secrets.BASE}/x", "", "h.example:8443").unwrap(),
            "https://h.example:8443/x"
        );
        assert_eq!(
            render_with("{secrets.BASE}/x", "", "https://h.example/v1").unwrap(),
            "https://h.example/v1/x"
        );
        assert_eq!(render_with("{secrets.BASE}?a=1", "", "http://[::1]:80").unwrap(), "http://[::1]:80?a=1");
    }

    #[test]
    fn a_secret_that_makes_no_url_is_refused_and_not_shown() {
        for secret in [
            "ftp://h",
            "h.example",
            "https://user:pass@h",
            "https://h/../x",
            "https://h?x",
            "https://",
            "https://h\\@x",
            "https://h/é",
            "https://h/",
            "https://h/v1/",
            "https://h//v1",
            "https://h/%2e%2e/v1",
            "https://h/a%2f../v1",
            "HTTPS://h",
            " https://h",
            "https://h\n",
            "https://h:",
            "",
        ] {
            let error = render_with("{secrets.BASE}/x", "", secret).unwrap_err();
            assert!(error.starts_with("secret_invalid: the secret `BASE` does not fit: "), "{error}");
            assert!(!error.contains("pass"), "{secret}: {error}");
        }
    }

    #[test]
    fn a_whole_url_or_a_user_in_the_place_of_a_domain_is_told_from_a_wrong_port() {
        let told = |secret| {
            let error = render_with("https://{secrets.BASE}:8443/x", "", secret).unwrap_err();
            (error.contains("without scheme, user or space"), error.contains("a port is"))
        };
        for secret in
            ["https://shop.example", "http://10.0.0.7/v2", "ann:word@shop.example", "ann@shop.example"]
        {
            assert_eq!(told(secret), (true, false), "{secret}");
        }
        let error = render_with("https://shop.example:{secrets.BASE}/x", "", "eighty").unwrap_err();
        assert!(error.ends_with("a port is a number from 1 to 65535"), "{error}");
    }

    #[test]
    fn a_secret_in_the_place_of_a_domain_is_a_domain_or_is_named() {
        for secret in [
            "https://acme.eu.auth0.com",
            "acme.eu.auth0.com/",
            "//acme.eu.auth0.com",
            "user:pass@acme.example",
            "user@acme.example",
            " acme.example",
            "acme.example\n",
            "acme.example\r\n",
            "acme.exa mple",
            "acme.example:0",
            "acme.example:65536",
            "acme.example:+80",
            "acme.example:",
            "acme..example",
            ".acme.example",
            "acme.example.",
            "acme%2eexample",
            "[acme.example]",
            "[::1",
            "::1",
            "acme.example?x",
            "acme.example#x",
            "acme.example\\x",
            "acme.example/..",
            "1.2.3",
            "1.2.3.256",
            "",
        ] {
            let error = render_with("https://{secrets.BASE}/oauth/token", "", secret).unwrap_err();
            let expected = "secret_invalid: the secret `BASE` does not fit: ";
            assert!(error.starts_with(expected), "{secret}: {error}");
            let shown = error.strip_prefix(expected).unwrap();
            assert!(secret.trim().len() < 5 || !shown.contains(secret.trim()), "{secret}: {error}");
        }
        for secret in [
            "h.example",
            "h.example:1",
            "h-1.example:65535",
            "127.0.0.1:80",
            "[::1]:80",
            "xn--mnchen-3ya.example",
        ] {
            assert!(render_with("https://{secrets.BASE}/x", "", secret).is_ok(), "{secret}");
        }
    }

    #[test]
    fn literals_around_secrets_are_checked_when_the_configuration_loads() {
        for template in [
            "https://{secrets.A}:{secrets.B}@api.example.com/x",
            "https://user@{secrets.A}/x",
            "https://{secrets.A}@{secrets.B}/x",
            "https://{secrets.A}:0/x",
            "https://{secrets.A}:65536/x",
            "https://{secrets.A}:/x",
            "https://{secrets.A}..example.com/x",
            "https://.{secrets.A}/x",
            "https://{secrets.A} /x",
            "https://[{secrets.A}/x",
            "https://{secrets.A}]/x",
            "ftp://{secrets.A}/x",
            "https:/{secrets.A}/x",
            "{secrets.A}@b/x",
        ] {
            let error = parse_url(template, false).unwrap_err();
            assert_eq!(error.code, Code::ConfigInvalid, "{template}");
        }
        for template in [
            "https://{secrets.A}:{secrets.B}/x",
            "https://{secrets.A}.{secrets.B}.example/x",
            "https://[{secrets.A}]:80/x",
            "{secrets.A}://{secrets.B}:8443/x",
            "{secrets.A}/x",
            "{secrets.A}?x",
            "http://{secrets.A}/x",
        ] {
            assert!(parse_url(template, false).is_ok(), "{template}");
        }
    }

    #[test]
    fn a_value_cannot_walk_up_with_the_help_of_a_literal() {
        for (template, value) in [
            ("https://h/%2e{event.id}/x", "."),
            ("https://h/%2E{event.id}", "."),
            ("https://h/a%2f{event.id}", ".."),
            ("https://h/a%5C{event.id}%2Fb", "."),
        ] {
            let error = render(template, value).unwrap_err();
            assert!(error.starts_with("template_value_missing"), "{template}: {error}");
            assert!(render(template, "ann").is_ok(), "{template}");
        }
        assert_eq!(render("https://h/x?a=%2e%2e/{event.id}", "..").unwrap(), "https://h/x?a=%2e%2e/..");
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for host in ["localhost:8080", "127.0.0.1", "127.1.2.3:1", "[::1]:3"] {
            assert!(render(&format!("http://{host}/x"), "").is_ok(), "{host}");
        }
        for host in ["127.", "127.0.0.256", "127.1", "127..0.1"] {
            assert!(render(&format!("http://{host}/x"), "").is_err(), "{host}");
        }
        for host in ["example.com", "127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "[::2]"] {
            assert!(render(&format!("http://{host}/x"), "").unwrap_err().contains("plain http"), "{host}");
        }
        assert!(parse_url("http://example.com/", true).is_ok());
    }

    #[test]
    fn what_is_no_url_is_refused_when_the_configuration_loads() {
        for template in [
            "/users",
            "example.com/x",
            "https:/h/x",
            "https:///x",
            "https://a b/x",
            "https://h/a b",
            "https://h/#x",
            "https://a@h/",
            "https://h:0/",
            "https://h:65536/",
            "https://h:/x",
            "https://h../x",
            "https://.h/x",
            "https://[h]/x",
            "https://[::1/x",
            "https://[::1]x/x",
            "https://127./x",
            "https://1.2.3/x",
            "https://h/../x",
            "https://h/a/%2e%2E/x",
            "https://h/a%2f../x",
            "https://h/a/.%5c{event.id}",
            "https://h/%2{event.id}",
            "https://h/%{event.id}",
            "https://h/100%",
        ] {
            assert!(parse_url(template, false).is_err(), "{template}");
        }
    }
}
