//! JavaScript as the engine's [`Host`].

use std::cell::Cell;

use claimsmith_core::expression::text::{concat, decimal, find, split};
use claimsmith_core::http::{Request, Response, Tls, TransportError};
use claimsmith_core::{Host, Secret};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::executor::{Answer, Outcome, UnderWay, settle, sleep};
use crate::io::{Io, JsApi, pairs};

/// The world of one login.
pub struct JsHost {
    pub(crate) io: Io,
    pub(crate) api: JsApi,
}

/// The code of the error by which the shim says that a body is too large.
const TOO_LARGE: &str = "RESPONSE_TOO_LARGE";

impl Host for JsHost {
    fn unfit_part(&self, tls: &Tls) -> Option<String> {
        self.io.unfit_part(&pairs(tls))
    }

    async fn send(&self, request: &Request, sent: &Cell<bool>) -> Result<Response, TransportError> {
        let answer = self.send_within(request, u32::MAX, sent).await;
        answer.unwrap_or_else(|| Err(TransportError::Failed(String::new())))
    }

    async fn send_within(
        &self,
        request: &Request,
        limit_ms: u32,
        sent: &Cell<bool>,
    ) -> Option<Result<Response, TransportError>> {
        #[cfg(feature = "trap")]
        if request.url.expose().ends_with("/trap") {
            core::arch::wasm32::unreachable();
        }
        #[cfg(feature = "fetch")]
        if let Some(fetch) = self.io.fetch() {
            let sending = crate::fetch::send(&self.io, &fetch, request, sent);
            return crate::fetch::within(sleep(&self.io, limit_ms), sending).await;
        }
        let mut headers = String::new();
        for (name, value) in &request.headers {
            for text in [name, "\n", value.expose(), "\n"] {
                headers.push_str(text);
            }
        }
        let tls = if request.tls.is_empty() { JsValue::UNDEFINED } else { pairs(&request.tls).into() };
        let sending = UnderWay::new(&self.io);
        self.io.send(
            sending.id,
            limit_ms,
            request.method.as_str(),
            request.url.expose(),
            &headers,
            request.body.as_ref().map(|body| body.expose()),
            request.max_bytes,
            request.may_repeat,
            &needed_bodies(request),
            &tls,
        );
        // Only promises are settled.
        let Outcome::Answered(answer) = sending.await else { return None };
        sent.set(answer.sent);
        read_answer(answer)
    }

    fn connect_ahead(&self, request: &Request, besides: &Secret) {
        self.io.connect_ahead(request.url.expose(), &pairs(&request.tls), besides.expose());
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
        self.io.cache_get(&self.api, key)
    }

    fn cache_set(&self, key: &str, value: &str, ttl_ms: u64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a day of milliseconds is exact in a double")]
        let ttl_ms = ttl_ms as f64;
        self.io.cache_set(&self.api, key, value, ttl_ms)
    }

    fn cache_delete(&self, key: &str) {
        self.io.cache_delete(&self.api, key);
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

/// Returns the answer, or why there is none; `None` where there was no time for one.
fn read_answer(Answer { status, words, body, .. }: Answer) -> Option<Result<Response, TransportError>> {
    if status == 0 {
        let code = words?;
        return Some(Err(if code == TOO_LARGE {
            TransportError::TooLarge
        } else {
            TransportError::Failed(code)
        }));
    }
    let mut headers = Vec::new();
    let mut rest = words.as_deref().unwrap_or_default();
    while !rest.is_empty() {
        let name = line(&mut rest);
        headers.push((name, line(&mut rest)));
    }
    Some(Ok(Response::new(status, headers, body)))
}

/// Takes the first line off a text.
fn line(text: &mut &str) -> String {
    let (line, rest) = split(text, find(text, b"\n").unwrap_or(text.len()));
    *text = rest.get(1..).unwrap_or_default();
    line.to_owned()
}
