//! URL templates, whose structure a value cannot change.
//!
//! The `url` crate costs 160 kB of WebAssembly, for tables of international host names. What matters
//! here is less: where a request goes is up to the configuration alone, and a value fills exactly one
//! path segment or query value.

use claimsmith_expression::plain_struct;
use claimsmith_expression::text::{all, concat, find, split};

use crate::encode::percent_encode;
use crate::error::{Code, Error};
use crate::secret::Secret;
use crate::template::{Inputs, NullInText, Part, unfit_secret};

/// A URL with `{expression}` in it.
#[derive(Clone, Debug, Default)]
pub struct UrlTemplate {
    /// Scheme, host and port: literals and secrets.
    origin: Vec<Part>,
    /// Path and query.
    target: Vec<Part>,
    allow_http: bool,
}

impl UrlTemplate {
    /// Returns a URL of these parts; `allow_http` lets plain http leave this machine. The origin is literals and
    /// secrets, and the caller has checked the literals.
    pub fn new(origin: Vec<Part>, target: Vec<Part>, allow_http: bool) -> UrlTemplate {
        UrlTemplate { origin, target, allow_http }
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &[Part] {
        &self.origin
    }

    /// Returns all parts, in their order.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.origin.iter().chain(&self.target)
    }

    /// Returns the URL for one login. Values are percent-encoded whole; only the unreserved characters of
    /// RFC 3986 §2.3 stay.
    ///
    /// # Errors
    /// As [`Template::render`](crate::template::Template::render); `template_value_missing` also where a value would
    /// empty a path segment or make it `.` or `..`; `secret_invalid` where a secret makes the URL unfit.
    pub fn render(&self, inputs: Inputs<'_>) -> Result<Secret, Error> {
        let mut url = String::new();
        for part in &self.origin {
            part.render_into(&mut url, inputs, NullInText::Missing)?;
        }
        if let Err(expected) = check_origin(&url, self.allow_http) {
            return Err(unfit_secret(&self.origin, expected));
        }
        if url.ends_with('/') {
            return Err(unfit_secret(&self.origin, "behind the host no slash at the end fits"));
        }
        let origin_length = url.len();
        let mut steps = Steps::default();
        for part in &self.target {
            match part {
                Part::Literal(text) => {
                    url.push_str(text);
                    steps.walk(text);
                }
                Part::Expression(..) | Part::Secret(_) => {
                    let value = part.render(inputs, NullInText::Missing)?;
                    let in_query =
                        url.get(origin_length..).is_some_and(|target| find(target, b"?").is_some());
                    if value.is_empty() && !in_query {
                        return Err(unfit_segment("an empty value"));
                    }
                    percent_encode(&mut url, &value);
                    // Its dots count where it has nothing else.
                    steps.walk(if matches!(&*value, "." | "..") { &value } else { "x" });
                }
            }
        }
        if steps.end() {
            // A user named `..` would reach another path.
            return Err(unfit_segment("`.` or `..`"));
        }
        Ok(Secret::new(url))
    }
}

/// `https://host`, `https://host:port`, perhaps with a path where a secret brought one. The error says what was
/// expected.
pub fn check_origin(origin: &str, allow_http: bool) -> Result<(), &'static str> {
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
    let is_plain = all(path, |byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'\\'));
    if has_gap || !is_plain || has_dots(path) {
        return Err("behind the host only a plain path fits");
    }
    Ok(())
}

/// Returns whether the text is a name, an IPv4 address or an IPv6 address in brackets (RFC 3986 §3.2.2).
fn is_host(host: &str) -> bool {
    if let Some(ipv6) = host.strip_prefix('[') {
        let is_part = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        return ipv6
            .strip_suffix(']')
            .is_some_and(|ip| all(ip, is_part) && ip.bytes().filter(|byte| *byte == b':').count() > 1);
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut ends_in_number = false;
    for label in labels(host) {
        ends_in_number = label.iter().all(u8::is_ascii_digit);
        if label.is_empty() || !label.iter().all(is_part) {
            return false;
        }
    }
    // A host that ends in a number is read as an address of IPv4, however few numbers it has.
    !ends_in_number || is_ipv4(host)
}

fn labels(host: &str) -> impl Iterator<Item = &[u8]> {
    host.as_bytes().split(|byte| *byte == b'.')
}

fn is_ipv4(host: &str) -> bool {
    let (mut count, mut numbers) = (0_usize, 0_usize);
    for label in labels(host) {
        count += 1;
        numbers += usize::from(is_number(label, 255));
    }
    (count, numbers) == (4, 4)
}

fn is_number(text: &[u8], max: usize) -> bool {
    let value = text.iter().fold(0_usize, |value, digit| {
        value.saturating_mul(10).saturating_add(usize::from(digit.wrapping_sub(b'0')))
    });
    !text.is_empty() && text.iter().all(u8::is_ascii_digit) && value <= max
}

/// Splits host and port; the port is `None` where there is no colon.
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
pub fn has_dots(target: &str) -> bool {
    let mut steps = Steps::default();
    steps.walk(target);
    steps.end()
}

/// A walk along a target, piece by piece, that looks for such segments.
#[derive(Default)]
struct Steps {
    /// Dots of the segment so far; what else it has makes them many.
    dots: usize,
    is_found: bool,
    is_past: bool,
}

impl Steps {
    fn walk(&mut self, piece: &str) {
        let mut rest = piece.as_bytes();
        while !self.is_past {
            let (byte, next): (u8, &[u8]) = match rest {
                [b'%', b'2', b'e' | b'E', next @ ..] => (b'.', next),
                [b'%', b'2', b'f' | b'F', next @ ..]
                | [b'%', b'5', b'c' | b'C', next @ ..]
                | [b'\\', next @ ..] => (b'/', next),
                [first, next @ ..] => (*first, next),
                [] => return,
            };
            match byte {
                b'/' => self.end_segment(),
                b'.' => self.dots += 1,
                b'?' => self.is_past = true,
                _ => self.dots = 3,
            }
            rest = next;
        }
    }

    fn end_segment(&mut self) {
        self.is_found |= matches!(self.dots, 1 | 2);
        self.dots = 0;
    }

    /// Returns whether there is one.
    fn end(mut self) -> bool {
        self.end_segment();
        self.is_found
    }
}

/// Returns the error of a URL that cannot be called.
pub fn invalid(message: &str) -> Error {
    Error::new(Code::ConfigInvalid, message)
}

pub(crate) fn unfit_segment(what: &str) -> Error {
    Error::new(Code::TemplateValueMissing, concat(&[what, " cannot be a segment of a path"]))
}

plain_struct!(UrlTemplate { origin, target, allow_http });
