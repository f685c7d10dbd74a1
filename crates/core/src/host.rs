//! The host platform: sockets, clocks, randomness and the shared cache.

use std::cell::Cell;
use std::future::Future;

use crate::http::{Request, Response, Tls, TransportError};
use crate::secret::Secret;
use crate::task::timeout;

/// The host platform that the engine runs on: sockets, clocks, randomness and a cache.
///
/// The action crate gives it JavaScript's; tests give it a frozen clock and scripted answers. A host
/// serves one login: its cache is that login's `api.cache`, and may end with it.
///
/// Futures may be dropped before they are ready. That is how a call is given up when its time is over:
/// the host then closes the socket, or clears the timer.
pub trait Host {
    /// Returns the part of [`Tls`] that is unfit: a certificate or a key that cannot be read, a key
    /// that is not the certificate's. A host that has no such connections must fail to [`send`](Host::send) instead.
    fn unfit_part(&self, tls: &Tls) -> Option<String>;

    /// Sends a request and reads the answer whole. Follows no redirect. Sends a request again only within
    /// [`Request::may_repeat`], on a kept connection that turns out to be dead.
    ///
    /// The other side's certificate is always verified: [`Request::tls`] adds authorities, and changes nothing else.
    ///
    /// Sets `sent` before the first byte of the request may leave, so that a failure or a timeout before that
    /// is known to be one of the connection: of the name, of TCP, of TLS.
    fn send(
        &self,
        request: &Request,
        sent: &Cell<bool>,
    ) -> impl Future<Output = Result<Response, TransportError>>;

    /// Sends a request, and gives it up after this time: `None` then. A host that has both in one overrides it.
    fn send_within(
        &self,
        request: &Request,
        limit_ms: u32,
        sent: &Cell<bool>,
    ) -> impl Future<Output = Option<Result<Response, TransportError>>> {
        timeout(self.sleep(limit_ms), self.send(request, sent))
    }

    /// Begins to connect to where a request will go, while one to the URL `besides` is on its way, whose answer it waits for.
    /// Sends nothing and tells nothing; a host without connections has nothing to do.
    fn connect_ahead(&self, _request: &Request, _besides: &Secret) {}

    /// Signs a text. `algorithm` is `RS256`, `PS256` or `ES256` (RFC 7518 §3), `key` a private key as PKCS#8
    /// PEM; the signature is as a JWS has it. `None` where the key is unfit.
    fn sign(&self, algorithm: &str, key: &Secret, text: &str) -> impl Future<Output = Option<Vec<u8>>>;

    /// Waits.
    fn sleep(&self, duration_ms: u32) -> impl Future<Output = ()>;

    /// Returns the time of the wall clock, in milliseconds since the epoch; it may jump. For lifetimes.
    fn now_ms(&self) -> u64;

    /// Returns the time of a monotonic clock, in milliseconds since some moment. For durations.
    fn monotonic_ms(&self) -> f64;

    /// Returns a number that is uniform in [0, 1). For jitter only; it is not secure.
    fn random(&self) -> f64;

    /// Returns a new random UUID (RFC 9562 §5.4) from a secure source.
    fn uuid(&self) -> String;

    /// Returns the text that the shared cache holds under this key.
    fn cache_get(&self, key: &str) -> Option<String>;

    /// Writes to the shared cache for `ttl_ms`. Returns false where the cache did not take it.
    fn cache_set(&self, key: &str, value: &str, ttl_ms: u64) -> bool;

    /// Removes a key from the shared cache. One that is not there is fine.
    fn cache_delete(&self, key: &str);
}
