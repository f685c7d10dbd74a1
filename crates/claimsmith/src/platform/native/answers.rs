//! What the other side answers, and what it was sent.

use std::cell::{Cell, RefCell};
use std::fmt;

use claimsmith_core::http::{Method, Request, Response, TransportError};

/// What is answered to a request, by its method and path.
#[derive(Default)]
pub struct Answers {
    scripts: RefCell<Vec<Script>>,
    issued: Cell<u32>,
}

impl fmt::Debug for Answers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Answers")
    }
}

/// The answers to the requests of one method and path.
struct Script {
    method: Method,
    pattern: String,
    answer: Answer,
}

enum Answer {
    /// These, one after the other; the last again and again.
    Listed(Vec<Reply>),
    Computed(Box<dyn Fn(&Sent) -> Reply>),
}

impl Answers {
    /// Answers nothing, but issues tokens: `token-1`, `token-2` …, each for an hour.
    pub fn new() -> Answers {
        Answers::default()
    }

    /// Answers a GET of this path.
    ///
    /// A path is as a person writes it, `/users/auth0|ann`, whatever was percent-encoded; `*` stands for any segment.
    /// With a query, `/users?active=true`, it must be the same; without one any will do. With a host before it,
    /// `https://api.example.com/users`, that must be the same too.
    ///
    /// The reply is JSON as a text, a status as a number, a [`Fault`], or a [`Reply`]. Where a path is given several
    /// times, its replies come one after the other, and the last again and again. Where several paths fit, the first that
    /// was given counts.
    #[must_use]
    pub fn get(self, path: &str, reply: impl Into<Reply>) -> Answers {
        self.on(Method::Get, path, reply)
    }

    /// Answers a POST.
    #[must_use]
    pub fn post(self, path: &str, reply: impl Into<Reply>) -> Answers {
        self.on(Method::Post, path, reply)
    }

    /// Answers a PUT.
    #[must_use]
    pub fn put(self, path: &str, reply: impl Into<Reply>) -> Answers {
        self.on(Method::Put, path, reply)
    }

    /// Answers a PATCH.
    #[must_use]
    pub fn patch(self, path: &str, reply: impl Into<Reply>) -> Answers {
        self.on(Method::Patch, path, reply)
    }

    /// Answers a DELETE.
    #[must_use]
    pub fn delete(self, path: &str, reply: impl Into<Reply>) -> Answers {
        self.on(Method::Delete, path, reply)
    }

    /// Answers a method and path, as [`Answers::get`] says.
    #[must_use]
    pub fn on(self, method: Method, path: &str, reply: impl Into<Reply>) -> Answers {
        let reply = reply.into();
        let mut scripts = self.scripts.borrow_mut();
        let known = scripts.iter_mut().find(|script| script.method == method && script.pattern == path);
        match known {
            Some(Script { answer: Answer::Listed(replies), .. }) => replies.push(reply),
            _ => {
                let answer = Answer::Listed(vec![reply]);
                scripts.push(Script { method, pattern: path.to_owned(), answer });
            }
        }
        drop(scripts);
        self
    }

    /// Answers what this makes of a request.
    #[must_use]
    pub fn with(self, method: Method, path: &str, answer: impl Fn(&Sent) -> Reply + 'static) -> Answers {
        let answer = Answer::Computed(Box::new(answer));
        self.scripts.borrow_mut().push(Script { method, pattern: path.to_owned(), answer });
        self
    }

    /// Answers from now on this, and nothing that was to come.
    pub(crate) fn replace(&self, method: Method, path: &str, reply: Reply) {
        let answer = Answer::Listed(vec![reply]);
        let mut scripts = self.scripts.borrow_mut();
        scripts.retain(|script| script.method != method || script.pattern != path);
        scripts.insert(0, Script { method, pattern: path.to_owned(), answer });
    }

    pub(crate) fn answer(&self, sent: &Sent) -> Reply {
        let mut scripts = self.scripts.borrow_mut();
        let found =
            scripts.iter_mut().find(|script| script.method == sent.method && sent.is_at(&script.pattern));
        match found.map(|script| &mut script.answer) {
            Some(Answer::Computed(answer)) => answer(sent),
            Some(Answer::Listed(replies)) if replies.len() > 1 => replies.remove(0),
            Some(Answer::Listed(replies)) => replies.first().cloned().unwrap_or_else(|| Reply::status(500)),
            None if sent.asks_for_token() => self.issue(),
            None => {
                let known: Vec<String> = scripts
                    .iter()
                    .map(|script| format!("{} {}", script.method.as_str(), script.pattern))
                    .collect();
                panic!(
                    "nothing answers {} {}; there are answers to: {}",
                    sent.method.as_str(),
                    sent.url,
                    known.join(", ")
                );
            }
        }
    }

    fn issue(&self) -> Reply {
        let number = self.issued.get() + 1;
        self.issued.set(number);
        Reply::json(format!(r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":3600}}"#))
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) after_ms: u32,
    pub(crate) result: Result<Response, Fault>,
}

/// What may go wrong with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody listens.
    Refused,
    /// It breaks after the request was sent.
    Reset,
    /// No answer comes, ever.
    Hangs,
}

impl Fault {
    pub(crate) fn to_error(self) -> TransportError {
        let word = match self {
            Fault::Refused => "ECONNREFUSED",
            Fault::Reset | Fault::Hangs => "ECONNRESET",
        };
        TransportError::Failed(word.to_owned())
    }
}

impl Reply {
    /// Answers 200 with this JSON.
    pub fn json(text: impl Into<String>) -> Reply {
        Reply::status(200).with_body(text)
    }

    /// Answers this status, without a body.
    pub fn status(status: u16) -> Reply {
        let response = Response::new(status, Vec::new(), Vec::new());
        Reply { after_ms: 0, result: Ok(response) }
    }

    /// Answers 200 with what a type holds.
    #[cfg(feature = "serde")]
    pub fn of<T: serde::Serialize + ?Sized>(data: &T) -> Reply {
        match crate::data::to_value(data) {
            Ok(value) => Reply::json(value.to_json()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Returns the same answer with this body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<String>) -> Reply {
        if let Ok(response) = &mut self.result {
            response.body = body.into().into_bytes();
        }
        self
    }

    /// Returns the same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Reply {
        if let Ok(response) = &mut self.result {
            response.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        self
    }

    /// Returns the same answer, which takes so many milliseconds of the tenant's clock.
    #[must_use]
    pub fn after_ms(self, after_ms: u32) -> Reply {
        Reply { after_ms, ..self }
    }
}

impl From<&str> for Reply {
    fn from(json: &str) -> Reply {
        Reply::json(json)
    }
}

impl From<String> for Reply {
    fn from(json: String) -> Reply {
        Reply::json(json)
    }
}

impl From<u16> for Reply {
    fn from(status: u16) -> Reply {
        Reply::status(status)
    }
}

impl From<Fault> for Reply {
    fn from(fault: Fault) -> Reply {
        Reply { after_ms: if fault == Fault::Hangs { 3_600_000 } else { 0 }, result: Err(fault) }
    }
}

/// A request that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// The method.
    pub method: Method,
    /// The URL, as it was called.
    pub url: String,
    /// Names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<String>,
}

impl Sent {
    pub(crate) fn new(request: &Request) -> Sent {
        let header =
            |(name, value): &(String, claimsmith_core::Secret)| (name.clone(), value.expose().to_owned());
        Sent {
            method: request.method,
            url: request.url.expose().to_owned(),
            headers: request.headers.iter().map(header).collect(),
            body: request.body.as_ref().map(|body| body.expose().to_owned()),
        }
    }

    /// Returns the path as it was called, with its query.
    pub fn path(&self) -> &str {
        split_url(&self.url).1
    }

    /// Returns a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the bearer token.
    pub fn token(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// Returns whether it asks for a token by the client-credentials grant.
    pub fn asks_for_token(&self) -> bool {
        let asks = |body: &String| body.split('&').any(|field| field == "grant_type=client_credentials");
        self.method == Method::Post && self.body.as_ref().is_some_and(asks)
    }

    fn is_at(&self, pattern: &str) -> bool {
        let (wanted_host, wanted) = split_url(pattern);
        let (host, path) = split_url(&self.url);
        if !wanted_host.is_empty() && wanted_host != host {
            return false;
        }
        let (wanted, wanted_query) = split_query(wanted);
        let (path, query) = split_query(path);
        if wanted_query.is_some_and(|wanted| query.is_none_or(|query| decode(wanted) != decode(query))) {
            return false;
        }
        let (mut wanted, mut path) = (wanted.split('/'), path.split('/'));
        loop {
            match (wanted.next(), path.next()) {
                (None, None) => return true,
                (Some("*"), Some(_)) => {}
                (Some(wanted), Some(segment)) if wanted == segment || decode(wanted) == decode(segment) => {}
                _ => return false,
            }
        }
    }
}

/// Returns scheme and host, and the path.
fn split_url(url: &str) -> (&str, &str) {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..).unwrap_or_default();
    let at = rest.find('/').map_or(url.len(), |at| after_scheme + at);
    url.split_at_checked(at).unwrap_or((url, ""))
}

fn split_query(path: &str) -> (&str, Option<&str>) {
    path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)))
}

/// Undoes percent-encoding, where it is some.
fn decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.first_chunk::<2>().and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                decoded.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_at(url: &str, pattern: &str) -> bool {
        Sent { method: Method::Get, url: url.to_owned(), headers: Vec::new(), body: None }.is_at(pattern)
    }

    #[test]
    fn a_path_is_met_as_a_person_writes_it() {
        let url = "https://api.example.com/users/auth0%7Cann?a=b%26c";
        for pattern in [
            "/users/auth0|ann",
            "/users/auth0%7Cann",
            "/users/*",
            "/users/*?a=b&c",
            "https://api.example.com/users/*",
        ] {
            assert!(is_at(url, pattern), "{pattern}");
        }
        for pattern in ["/users", "/users/auth0|ann/x", "/*", "/users/*?a=b", "https://other.example/users/*"]
        {
            assert!(!is_at(url, pattern), "{pattern}");
        }
        assert!(is_at("https://api.example.com/a%2Fb", "/*"));
        assert!(is_at("https://api.example.com", ""));
    }
}
