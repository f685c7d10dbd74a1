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
        if !origin.iter().any(|part| matches!(part, Part::Secret(_))) {
            check_origin(&literals(&origin), allow_http)?;
        }
        Ok(UrlTemplate { template, origin, target, allow_http })
    }

    /// The URL for one login. Values are percent-encoded whole; only the unreserved characters of
    /// RFC 3986 §2.3 stay.
    ///
    /// # Errors
    /// As [`Template::render`]; `template_value_missing` also where a value would empty a path segment
    /// or make it `.` or `..`; `config_invalid` where a secret makes the URL unfit.
    pub fn render(&self, inputs: Inputs<'_>) -> Result<Secret, Error> {
        let mut url = String::new();
        for part in &self.origin {
            url.push_str(&part.render(inputs)?);
        }
        check_origin(&url, self.allow_http)?;
        let origin_length = url.len();
        for part in &self.target {
            match part {
                Part::Literal(text) => url.push_str(text),
                Part::Expression(_) | Part::Secret(_) => {
                    let value = part.render(inputs)?;
                    let in_query =
                        url.get(origin_length..).is_some_and(|target| find(target, b"?").is_some());
                    if value.is_empty() && !in_query {
                        return Err(unfit_segment("an empty value"));
                    }
                    percent_encode(&mut url, &value);
                }
            }
        }
        let target = url.get(origin_length..).unwrap_or_default();
        let (path, _) = split(target, find(target, b"?").unwrap_or(target.len()));
        if has_dots(path) {
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
}

fn literals(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        if let Part::Literal(literal) = part {
            text.push_str(literal);
        }
    }
    text
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
    for part in target {
        if let Part::Literal(text) = part {
            if find(text, b"#").is_some() {
                return Err(invalid("a URL that is called has no `#` part"));
            }
            let is_url_character =
                |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte);
            if !text.bytes().all(is_url_character) {
                return Err(invalid("the URL holds a character that must be percent-encoded"));
            }
        }
    }
    Ok(())
}

/// `https://host`, `https://host:port`, perhaps with a path where a secret brought one.
pub(crate) fn check_origin(origin: &str, allow_http: bool) -> Result<(), Error> {
    let (rest, plain) = if let Some(rest) = origin.strip_prefix("https://") {
        (rest, false)
    } else if let Some(rest) = origin.strip_prefix("http://") {
        (rest, true)
    } else {
        return Err(invalid("the URL must begin with `https://`"));
    };
    let (authority, path) = split(rest, find(rest, b"/").unwrap_or(rest.len()));
    let (host, port) = split_port(authority);
    let host_is_fit = match host.strip_prefix('[') {
        Some(ipv6) => ipv6
            .strip_suffix(']')
            .is_some_and(|ip| ip.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')),
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')),
    };
    if host.is_empty() || !host_is_fit || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid("the URL must name a host, as in `https://api.example.com`; no user, no spaces"));
    }
    if plain && !allow_http && !is_loopback(host) {
        return Err(invalid("plain http is for this machine only; use https, or set `allow_http`"));
    }
    // Only a secret such as `https://api.example.com/v1` brings a path here.
    if has_dots(path) || !path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\".contains(&byte)) {
        return Err(invalid(
            "a secret gives the URL a path that does not fit; give it scheme, host and plain path",
        ));
    }
    Ok(())
}

fn split_port(authority: &str) -> (&str, &str) {
    // The colons of `[::1]` are inside the brackets.
    let brackets = find(authority, b"]").unwrap_or(0);
    match find(split(authority, brackets).1, b":") {
        Some(at) => {
            let (host, port) = split(authority, brackets + at);
            (host, port.get(1..).unwrap_or_default())
        }
        None => (authority, ""),
    }
}

fn is_loopback(host: &str) -> bool {
    let is_ipv4 = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    host == "localhost" || host == "[::1]" || (is_ipv4 && host.starts_with("127."))
}

/// Servers and proxies take `.` and `..` as steps.
fn has_dots(path: &str) -> bool {
    path.as_bytes().split(|byte| *byte == b'/').any(|segment| segment == b"." || segment == b"..")
}

fn invalid(message: &str) -> Error {
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
        ] {
            let error = render_with("{secrets.BASE}/x", "", secret).unwrap_err();
            assert!(error.starts_with("config_invalid") && !error.contains("pass"), "{secret}: {error}");
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for host in ["localhost:8080", "127.0.0.1", "127.1.2.3:1", "[::1]:3"] {
            assert!(render(&format!("http://{host}/x"), "").is_ok(), "{host}");
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
        ] {
            assert!(UrlTemplate::parse(template, false).is_err(), "{template}");
        }
    }
}
