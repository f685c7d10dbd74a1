//! Requests and responses as plain data.

use std::fmt;

use claimsmith_expression::list::keep;

use crate::secret::Secret;
use crate::words::words;

words! {
    /// The method of a request, as it goes on the wire.
    @non_exhaustive pub enum Method {
        /// Asks, and may be sent again. It has no body.
        Get = "GET",
        /// Sends a body, once. The default where there is one.
        Post = "POST",
        /// Sends a body that takes the place of what is there, once.
        Put = "PUT",
        /// Sends a body that changes what is there, once.
        Patch = "PATCH",
        /// Removes what is there, once. It may have a body.
        Delete = "DELETE",
    }
}

impl Method {
    /// Returns whether twice is once (RFC 9110 §9.2.2).
    pub fn is_idempotent(self) -> bool {
        match self {
            Method::Get | Method::Put | Method::Delete => true,
            Method::Post | Method::Patch => false,
        }
    }
}

/// A request, ready to send. Its parts may carry secrets, so they print as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: Secret,
    /// Names in lower case, with their values.
    pub headers: Vec<(String, Secret)>,
    /// The body, UTF-8.
    pub body: Option<Secret>,
    /// What the connection presents and trusts.
    pub tls: Tls,
    /// True where it may be sent again although the first may have arrived (RFC 9110 §9.2.2).
    pub may_repeat: bool,
    /// The most bytes of the answer's body; one more is [`TransportError::TooLarge`].
    pub max_bytes: u32,
    /// False where the status says all, so that the body of the answer need not arrive.
    pub reads_body: bool,
    /// The statuses beside 2xx whose body is read.
    pub ok_status: Vec<u32>,
}

impl Request {
    /// Returns whether an answer with this status is nothing without its body.
    pub fn needs_body(&self, status: u16) -> bool {
        // 204 has no body, whatever its headers say (RFC 9112 §6.3).
        self.reads_body && status != 204 && (status < 300 || is_among(&self.ok_status, status))
    }

    /// Sets a header, in place of one with the same name.
    pub fn set_header(&mut self, name: &str, value: Secret) {
        keep(&mut self.headers, &mut |(known, _)| known != name);
        self.headers.push((name.to_owned(), value));
    }
}

/// Returns whether a status is one of these. The standard library's search is unrolled.
pub(crate) fn is_among(statuses: &[u32], status: u16) -> bool {
    statuses.iter().any(|known| *known == u32::from(status))
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.method.as_str())?;
        formatter.write_str(" [redacted]")
    }
}

/// What a connection presents and trusts: PEM by the names of [`TLS_PARTS`], in their order. Connections are shared by
/// requests of the same parts only.
pub type Tls = Vec<(String, Secret)>;

/// The parts of [`Tls`]: the client's certificate, perhaps with those that lead to its authority; its private key;
/// authorities that are trusted beside the host's own.
pub const TLS_PARTS: [&str; 3] = ["certificate", "key", "ca"];

/// Headers of a request that the transport or the engine fills, in lower case.
pub const OWN_HEADERS: [&str; 6] =
    ["connection", "content-length", "content-type", "host", "transfer-encoding", "accept-encoding"];

/// The headers of an answer that the engine reads. A host hands over these and no others.
pub const RESPONSE_HEADERS: [&str; 2] = ["etag", "retry-after"];

/// An answer, read whole.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status code. A host that cannot see a redirect's status says 302.
    pub status: u16,
    /// Those of [`RESPONSE_HEADERS`] that the answer has.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl Response {
    /// Makes an answer; of its headers those of [`RESPONSE_HEADERS`] count.
    #[doc(hidden)]
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Response {
        Response { status, headers, body }
    }

    /// Returns the value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} with {} bytes", self.status, self.body.len())
    }
}

/// The reason why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportError {
    /// The connection could not be made or broke. The host's word for it, such as `ECONNREFUSED`.
    Failed(String),
    /// The body is larger than the request's `max_bytes`; the rest was not read.
    TooLarge,
}
