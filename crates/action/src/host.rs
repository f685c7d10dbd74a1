//! JavaScript as the engine's [`Host`].

use std::cell::Cell;

use claimsmith_core::expression::text::{concat, decimal};
use claimsmith_core::http::{Request, Response, Tls, TransportError};
use claimsmith_core::{Host, Secret};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::auth0::{Cache, member};
use crate::io::{Answer, Io, Working, pairs, settle, sleep};

/// The world of one login.
pub struct JsHost {
    pub(crate) io: Io,
    pub(crate) cache: Option<Cache>,
}

/// The code of the error by which the shim says that a body is too large.
const TOO_LARGE: &str = "RESPONSE_TOO_LARGE";

impl Host for JsHost {
    fn unfit_part(&self, tls: &Tls) -> Option<String> {
        self.io.unfit_part(&pairs(tls))
    }

    async fn send(&self, request: &Request, sent: &Cell<bool>) -> Result<Response, TransportError> {
        #[cfg(feature = "trap")]
        if request.url.expose().ends_with("/trap") {
            core::arch::wasm32::unreachable();
        }
        #[cfg(feature = "fetch")]
        if let Some(fetch) = self.io.fetch() {
            return crate::fetch::send(&self.io, &fetch, request, sent).await;
        }
        let body = request.body.as_ref().map(|body| body.expose());
        let work = self.io.send(
            request.method.as_str(),
            request.url.expose(),
            &pairs(&request.headers),
            body,
            request.max_bytes,
            request.may_repeat,
            &needed_bodies(request),
            &pairs(&request.tls),
        );
        match Working::begin(&self.io, work, Some(sent)).await {
            Ok(answer) => Ok(read_answer(answer.unchecked_ref())),
            Err(error) => Err(read_error(&error)),
        }
    }

    async fn sign(&self, algorithm: &str, key: &Secret, text: &str) -> Option<Vec<u8>> {
        // It takes a fraction of a millisecond: there is nothing to give up.
        let signature = settle(&self.io, &self.io.sign(algorithm, key.expose(), text)).await.ok()?;
        Some(signature.unchecked_into::<Uint8Array>().to_vec())
    }

    async fn sleep(&self, duration_ms: u32) {
        sleep(&self.io, duration_ms).await;
    }

    fn now_ms(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "milliseconds since 1970; a cast saturates"
        )]
        {
            js_sys::Date::now() as u64
        }
    }

    fn monotonic_ms(&self) -> f64 {
        self.io.monotonic()
    }

    fn uuid(&self) -> String {
        self.io.uuid()
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn cache_get(&self, key: &str) -> Option<String> {
        self.cache.as_ref()?.read(key)
    }

    fn cache_set(&self, key: &str, value: &str, ttl_ms: u64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a day of milliseconds is exact in a double")]
        let ttl_ms = ttl_ms as f64;
        // Without a cache there is nothing that a user could mend.
        self.cache.as_ref().is_none_or(|cache| cache.write(key, value, ttl_ms))
    }

    fn cache_delete(&self, key: &str) {
        if let Some(cache) = &self.cache {
            cache.remove(key);
        }
    }
}

/// Returns the statuses that are nothing without their body, as the shim reads them.
fn needed_bodies(request: &Request) -> String {
    let mut needed = String::new();
    if request.reads_body {
        needed.push_str("2xx");
        for status in &request.ok_status {
            needed.push_str(&concat(&[" ", &decimal(*status as usize)]));
        }
    }
    needed
}

fn read_answer(answer: &Answer) -> Response {
    let mut headers = Vec::new();
    let mut name = None;
    for text in answer.headers().iter() {
        let Some(text) = text.as_string() else { continue };
        match name.take() {
            None => name = Some(text),
            Some(name) => headers.push((name, text)),
        }
    }
    Response::new(answer.status(), headers, answer.body().to_vec())
}

fn read_error(error: &JsValue) -> TransportError {
    let code = member(error, "code").as_string().unwrap_or_default();
    if code == TOO_LARGE { TransportError::TooLarge } else { TransportError::Failed(code) }
}
