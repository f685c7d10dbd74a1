//! URLs that a value cannot change the meaning of.
//!
//! The `url` crate costs 160 kB of WebAssembly, for tables of international host names. What matters
//! here is less: where a request goes is up to the configuration alone, and a value fills exactly one
//! path segment or query value.

use claimsmith_expression::Expression;
use claimsmith_expression::text::{concat, find, split};
use std::rc::Rc;

use crate::encode::percent_encode;
use crate::error::{Code, Error};
use crate::secret::Secret;
use crate::template::{Inputs, Part, Template};

/// A URL with `{expression}` in it.
#[derive(Clone, Debug, Default)]
pub struct UrlTemplate {
    template: Template,
    /// Scheme, host and port: literals and secrets.
    origin: Vec<Part>,
    /// Path and query.
    target: Vec<Part>,
    allow_http: bool,
}

impl UrlTemplate {
    /// Compiles a URL template. `allow_http` lets plain http leave this machine.
    ///
    /// # Errors
    /// `expression_invalid` as [`Template::parse`]; `config_invalid` where the URL is not absolute, not
    /// https, or takes its host from the login.
    pub fn parse(text: &str, allow_http: bool) -> Result<UrlTemplate, Error> {
        let template = Template::parse(text)?;
        let (origin, target) = split_origin(template.parts())?;
        check_target(&target)?;
        check_literals(&origin, allow_http)?;
        Ok(UrlTemplate { template, origin, target, allow_http })
    }

    /// The URL for one login. Values are percent-encoded whole; only the unreserved characters of
    /// RFC 3986 §2.3 stay.
    ///
    /// # Errors
    /// As [`Template::render`]; `template_value_missing` also where a value would empty a path segment
    /// or make it `.` or `..`; `secret_invalid` where a secret makes the URL unfit.
    pub fn render(&self, inputs: Inputs<'_>) -> Result<Secret, Error> {
        let mut url = String::new();
        for part in &self.origin {
            url.push_str(&part.render(inputs)?);
        }
        if let Err(expected) = check_origin(&url, self.allow_http) {
            return Err(self.blame(expected));
        }
        if url.ends_with('/') {
            return Err(self.blame("behind the host no slash at the end fits"));
        }
        let origin_length = url.len();
        // The path, for its dots alone: of a value they count where it has nothing else.
        let mut steps = String::new();
        for part in &self.target {
            match part {
                Part::Literal(text) => {
                    url.push_str(text);
                    steps.push_str(text);
                }
                Part::Expression(_) | Part::Secret(_) => {
                    let value = part.render(inputs)?;
                    let in_query =
                        url.get(origin_length..).is_some_and(|target| find(target, b"?").is_some());
                    if value.is_empty() && !in_query {
                        return Err(unfit_segment("an empty value"));
                    }
                    percent_encode(&mut url, &value);
                    steps.push_str(if matches!(&*value, "." | "..") { &value } else { "x" });
                }
            }
        }
        if has_dots(&steps) {
            // A user named `..` would reach another path.
            return Err(unfit_segment("`.` or `..`"));
        }
        Ok(Secret::new(url))
    }

    /// The expressions in the URL.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.template.expressions()
    }

    /// The names of the secrets in the URL.
    pub fn secrets(&self) -> impl Iterator<Item = &Rc<str>> {
        self.template.secrets()
    }

    /// What is wrong with scheme, host and port, of which the literals are right.
    fn blame(&self, expected: &str) -> Error {
        let mut names = String::new();
        for part in &self.origin {
            if let Part::Secret(name) = part {
                names.push_str(if names.is_empty() { "`" } else { "`, `" });
                names.push_str(name);
            }
        }
        Error::new(Code::SecretInvalid, concat(&["the secret ", &names, "` does not fit: ", expected]))
    }
}

/// Checks scheme, host and port with something that fits in the place of each secret.
fn check_literals(origin: &[Part], allow_http: bool) -> Result<(), Error> {
    let has_secret = origin.iter().any(|part| matches!(part, Part::Secret(_)));
    let check = |first: &str| {
        let mut text = String::new();
        for part in origin {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Secret(_) | Part::Expression(_) => text.push_str(match text.bytes().last() {
                    None => first,
                    Some(b':') => "1",
                    Some(b'[') => "::1",
                    Some(_) => "a",
                }),
            }
        }
        // Whether plain http stays on this machine is for the secret to say.
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
            Part::Expression(_) => {
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

/// The literals of path and query must be URL characters (RFC 3986 §2), and there is no fragment.
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

/// `https://host`, `https://host:port`, perhaps with a path where a secret brought one. The error says what was
/// expected.
pub(crate) fn check_origin(origin: &str, allow_http: bool) -> Result<(), &'static str> {
    let (rest, plain) = if let Some(rest) = origin.strip_prefix("https://") {
        (rest, false)
    } else if let Some(rest) = origin.strip_prefix("http://") {
        (rest, true)
    } else {
        return Err("the URL must begin with `https://`");
    };
    let (authority, path) = split(rest, find(rest, b"/").unwrap_or(rest.len()));
    let (host, port) = split_port(authority);
    // A whole URL in the place of a host: its scheme reads as a name with an empty port.
    if !is_host(host) || port == Some("") && path.starts_with("//") || find(authority, b"@").is_some() {
        return Err("the URL must name a host such as `api.example.com`, without scheme, user or space");
    }
    if !port.is_none_or(|port| is_number(port.as_bytes(), 65_535) && find(port, b"123456789").is_some()) {
        return Err("a port is a number from 1 to 65535");
    }
    if plain && !allow_http && !is_loopback(host) {
        return Err("plain http is for this machine only; use https, or set `allow_http`");
    }
    // Only a secret such as `https://api.example.com/v1` brings a path here.
    let has_gap = path.as_bytes().windows(2).any(|pair| pair == b"//");
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\".contains(&byte));
    if has_gap || !is_plain || has_dots(path) {
        return Err("behind the host only a plain path fits");
    }
    Ok(())
}

/// A name, an IPv4 address or an IPv6 address in brackets (RFC 3986 §3.2.2).
fn is_host(host: &str) -> bool {
    if let Some(ipv6) = host.strip_prefix('[') {
        let is_part = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        return ipv6.strip_suffix(']').is_some_and(|ip| {
            ip.bytes().all(is_part) && ip.bytes().filter(|byte| *byte == b':').count() > 1
        });
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut ends_in_number = false;
    for label in labels(host) {
        ends_in_number = label.iter().all(u8::is_ascii_digit);
        if label.is_empty() || !label.iter().all(is_part) {
            return false;
        }
    }
    // What ends in a number is read as an address of IPv4, however few numbers it has.
    !ends_in_number || is_ipv4(host)
}

fn labels(host: &str) -> impl Iterator<Item = &[u8]> {
    host.as_bytes().split(|byte| *byte == b'.')
}

fn is_ipv4(host: &str) -> bool {
    labels(host).filter(|label| is_number(label, 255)).count() == 4 && labels(host).count() == 4
}

fn is_number(text: &[u8], max: usize) -> bool {
    let value = text.iter().fold(0_usize, |value, digit| {
        value.saturating_mul(10).saturating_add(usize::from(digit.wrapping_sub(b'0')))
    });
    !text.is_empty() && text.iter().all(u8::is_ascii_digit) && value <= max
}

/// The port is `None` where there is no colon.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    // The colons of `[::1]` are inside the brackets.
    let brackets = find(authority, b"]").unwrap_or(0);
    match find(split(authority, brackets).1, b":") {
        Some(at) => {
            let (host, port) = split(authority, brackets + at);
            (host, port.get(1..))
        }
        None => (authority, None),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || (is_ipv4(host) && host.starts_with("127."))
}

/// Returns whether a segment of the path is `.` or `..`, which servers and proxies take as steps. Some decode dots and
/// slashes before.
fn has_dots(target: &str) -> bool {
    let mut rest = target.as_bytes();
    // Dots of a segment; what else it has makes them many.
    let mut dots = 0_usize;
    loop {
        let (byte, next): (u8, &[u8]) = match rest {
            [b'%', b'2', b'e' | b'E', next @ ..] => (b'.', next),
            [b'%', b'2', b'f' | b'F', next @ ..]
            | [b'%', b'5', b'c' | b'C', next @ ..]
            | [b'\\', next @ ..] => (b'/', next),
            [b'?', ..] | [] => (b'?', &[]),
            [first, next @ ..] => (*first, next),
        };
        match (byte, dots) {
            (b'/' | b'?', 1 | 2) => return true,
            (b'?', _) => return false,
            (b'/', _) => dots = 0,
            (b'.', _) => dots += 1,
            _ => dots = 3,
        }
        rest = next;
    }
}

pub(crate) fn invalid(message: &str) -> Error {
    Error::new(Code::ConfigInvalid, message)
}

pub(crate) fn unfit_segment(what: &str) -> Error {
    Error::new(Code::TemplateValueMissing, concat(&[what, " cannot be a segment of a path"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secrets;
    use claimsmith_expression::{Map, Value};

    fn render_with(template: &str, value: &str, secret: &str) -> Result<String, String> {
        let event: Map = [("id".into(), Value::from(value))].into_iter().collect();
        let scope: Map = [("event".into(), event.into())].into_iter().collect();
        let secrets: Secrets = [("BASE".into(), Secret::new(secret))].into_iter().collect();
        UrlTemplate::parse(template, false)
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
            let error = UrlTemplate::parse(template, false).unwrap_err();
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
            assert!(UrlTemplate::parse(template, false).is_ok(), "{template}");
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
        assert!(UrlTemplate::parse("http://example.com/", true).is_ok());
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
            assert!(UrlTemplate::parse(template, false).is_err(), "{template}");
        }
    }
}
