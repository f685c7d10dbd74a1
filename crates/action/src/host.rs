//! JavaScript as the engine's [`Host`].

use std::cell::Cell;

use claimsmith_core::http::{Request, Response, TransportError};
use claimsmith_core::{Host, Secret};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::auth0::{Cache, member};

#[wasm_bindgen]
extern "C" {
    /// What the shim lends: sockets and timers.
    pub type Io;

    /// Sends a request. `headers` is name, value, name, value …, each with a character for each byte.
    #[wasm_bindgen(method)]
    fn send(
        this: &Io,
        method: &str,
        url: &str,
        headers: &Array,
        body: Option<&str>,
        max_bytes: u32,
        may_repeat: bool,
    ) -> Work;

    /// Signs a text with a private key in PEM.
    #[wasm_bindgen(method)]
    fn sign(this: &Io, algorithm: &str, key: &str, text: &str) -> Promise;

    /// Waits.
    #[wasm_bindgen(method)]
    fn sleep(this: &Io, duration_ms: u32) -> Work;

    /// A clock that only moves forward, in milliseconds.
    #[wasm_bindgen(method)]
    fn monotonic(this: &Io) -> f64;

    /// The web's `fetch`, where the request shall go through that.
    #[wasm_bindgen(method, getter)]
    #[cfg(feature = "fetch")]
    fn fetch(this: &Io) -> Option<js_sys::Function>;

    /// Something under way: a promise, and a way to give it up.
    type Work;

    #[wasm_bindgen(method, getter)]
    fn promise(this: &Work) -> Promise;

    #[wasm_bindgen(method)]
    fn cancel(this: &Work);

    /// Whether the first byte of a request may have left.
    #[wasm_bindgen(method, getter)]
    fn sent(this: &Work) -> bool;

    /// What a sent request is answered with.
    type Answer;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Answer) -> u16;

    /// Name, value, name, value …
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Answer) -> Array;

    #[wasm_bindgen(method, getter)]
    fn body(this: &Answer) -> Uint8Array;
}

/// The world of one login.
pub struct JsHost {
    pub(crate) io: Io,
    pub(crate) cache: Option<Cache>,
}

/// The code of the error by which the shim says that a body is too large.
const TOO_LARGE: &str = "RESPONSE_TOO_LARGE";

impl Host for JsHost {
    async fn send(&self, request: &Request, sent: &Cell<bool>) -> Result<Response, TransportError> {
        #[cfg(feature = "trap")]
        if request.url.expose().ends_with("/trap") {
            core::arch::wasm32::unreachable();
        }
        #[cfg(feature = "fetch")]
        if let Some(fetch) = self.io.fetch() {
            return crate::fetch::send(self, &fetch, request, sent).await;
        }
        let headers = Array::new();
        for (name, value) in &request.headers {
            headers.push(&JsValue::from_str(name));
            headers.push(&JsValue::from_str(&byte_string(value.expose())));
        }
        let body = request.body.as_ref().map(|body| body.expose());
        let work = self.io.send(
            request.method.as_str(),
            request.url.expose(),
            &headers,
            body,
            request.max_bytes,
            request.may_repeat,
        );
        match Working::begin(work, Some(sent)).await {
            Ok(answer) => Ok(read_answer(answer.unchecked_ref())),
            Err(error) => Err(read_error(&error)),
        }
    }

    async fn sign(&self, algorithm: &str, key: &Secret, text: &str) -> Option<Vec<u8>> {
        // It takes a fraction of a millisecond: there is nothing to give up.
        let signature = JsFuture::from(self.io.sign(algorithm, key.expose(), text)).await.ok()?;
        Some(signature.unchecked_into::<Uint8Array>().to_vec())
    }

    async fn sleep(&self, duration_ms: u32) {
        // A timer does not fail; one that did would have come to its end.
        let _ = Working::begin(self.io.sleep(duration_ms), None).await;
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

/// A header's value as JavaScript takes it: a character for each byte. What goes out is then UTF-8.
pub(crate) fn byte_string(value: &str) -> String {
    value.bytes().map(char::from).collect()
}

/// Work that is given up when nobody waits for it any more.
struct Working<'a> {
    work: Work,
    /// Where to tell whether a request may have left.
    sent: Option<&'a Cell<bool>>,
    is_done: bool,
}

impl Working<'_> {
    async fn begin(work: Work, sent: Option<&Cell<bool>>) -> Result<JsValue, JsValue> {
        let mut working = Working { work, sent, is_done: false };
        let result = JsFuture::from(working.work.promise()).await;
        working.is_done = true;
        result
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        if let Some(sent) = self.sent {
            sent.set(self.work.sent());
        }
        if !self.is_done {
            self.work.cancel();
        }
    }
}

fn read_answer(answer: &Answer) -> Response {
    let mut texts = answer.headers().into_iter().filter_map(|text| text.as_string());
    let mut headers = Vec::new();
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        headers.push((name, value));
    }
    Response { status: answer.status(), headers, body: answer.body().to_vec() }
}

fn read_error(error: &JsValue) -> TransportError {
    let code = member(error, "code").as_string().unwrap_or_default();
    if code == TOO_LARGE { TransportError::TooLarge } else { TransportError::Failed(code) }
}
