//! A host in memory that answers at once, so that a login never waits.

use std::cell::Cell;
use std::future::{pending, ready};

use claimsmith_core::http::{Method, Request, Response, Tls, TransportError};
use claimsmith_core::{Host, Secret};

/// Answers token requests with a token, and all others with one text. Keeps nothing, and time stands still.
pub(crate) struct MemoryHost {
    pub(crate) answer: String,
}

impl Host for MemoryHost {
    fn send(
        &self,
        request: &Request,
        sent: &Cell<bool>,
    ) -> impl Future<Output = Result<Response, TransportError>> {
        sent.set(true);
        const TOKEN: &str = r#"{"access_token":"token","token_type":"Bearer","expires_in":86400}"#;
        let body = if request.method == Method::Post { TOKEN } else { &self.answer };
        ready(Ok(Response::new(200, Vec::new(), body.into())))
    }

    fn sign(&self, _algorithm: &str, _key: &Secret, _text: &str) -> impl Future<Output = Option<Vec<u8>>> {
        ready(None)
    }

    fn sleep(&self, _duration_ms: u32) -> impl Future<Output = ()> {
        pending()
    }

    fn now_ms(&self) -> u64 {
        1_700_000_000_000
    }

    fn monotonic_ms(&self) -> f64 {
        0.0
    }

    fn unfit_part(&self, _tls: &Tls) -> Option<String> {
        None
    }

    fn uuid(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn cache_get(&self, _key: &str) -> Option<String> {
        None
    }

    fn cache_set(&self, _key: &str, _value: &str, _ttl_ms: u64) -> bool {
        false
    }

    fn cache_delete(&self, _key: &str) {}
}
