//! The host platform of the shim: sockets, timers and signatures.

use std::cell::Cell;

use claimsmith_core::Secret;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::executor::Settling;

#[wasm_bindgen]
extern "C" {
    /// The functions of the shim: sockets and timers.
    pub type Io;

    /// Sends a request. `headers` and `tls` are name, value, name, value …, each with a character for each byte; `needed` is
    /// the statuses that are nothing without their body, such as `2xx 409`.
    #[wasm_bindgen(method)]
    pub(crate) fn send(
        this: &Io,
        method: &str,
        url: &str,
        headers: &Array,
        body: Option<&str>,
        max_bytes: u32,
        may_repeat: bool,
        needed: &str,
        tls: &Array,
    ) -> Work;

    /// Returns the part of `tls` that is unfit.
    #[wasm_bindgen(method, js_name = unfitPart)]
    pub(crate) fn unfit_part(this: &Io, tls: &Array) -> Option<String>;

    /// Signs a text with a private key in PEM.
    #[wasm_bindgen(method)]
    pub(crate) fn sign(this: &Io, algorithm: &str, key: &str, text: &str) -> Promise;

    /// Waits.
    #[wasm_bindgen(method)]
    pub(crate) fn sleep(this: &Io, duration_ms: u32) -> Work;

    /// Calls [`settled`](crate::settled) with this number once the promise is.
    #[wasm_bindgen(method)]
    pub(crate) fn wait(this: &Io, promise: &Promise, id: u32);

    /// Returns the time of a monotonic clock, in milliseconds.
    #[wasm_bindgen(method)]
    pub(crate) fn monotonic(this: &Io) -> f64;

    /// Returns a random UUID.
    #[wasm_bindgen(method)]
    pub(crate) fn uuid(this: &Io) -> String;

    /// Returns the web's `fetch`, where the request shall go through that.
    #[wasm_bindgen(method, getter)]
    #[cfg(feature = "fetch")]
    pub(crate) fn fetch(this: &Io) -> Option<js_sys::Function>;

    /// Something under way: a promise, and a way to give it up.
    pub(crate) type Work;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn promise(this: &Work) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn cancel(this: &Work);

    /// Returns whether the first byte of a request may have been sent.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn sent(this: &Work) -> bool;

    /// The answer to a request.
    pub(crate) type Answer;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn status(this: &Answer) -> u16;

    /// Name, value, name, value …
    #[wasm_bindgen(method, getter)]
    pub(crate) fn headers(this: &Answer) -> Array;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn body(this: &Answer) -> Uint8Array;
}

/// Returns names with their values as one array.
pub(crate) fn pairs(pairs: &[(String, Secret)]) -> Array {
    let array = Array::new();
    for (name, value) in pairs {
        array.push(&JsValue::from_str(name));
        array.push(&JsValue::from_str(&byte_string(value.expose())));
    }
    array
}

/// Returns a header's value as JavaScript takes it: a character for each byte, so that UTF-8 is sent.
pub(crate) fn byte_string(value: &str) -> String {
    let mut characters = String::new();
    for byte in value.bytes() {
        characters.push(char::from(byte));
    }
    characters
}

/// Cancellable work, which is cancelled on drop.
pub(crate) struct Working<'a> {
    work: Work,
    /// Set to whether a request may have been sent.
    sent: Option<&'a Cell<bool>>,
    is_done: bool,
}

impl Working<'_> {
    pub(crate) async fn begin(io: &Io, work: Work, sent: Option<&Cell<bool>>) -> Result<JsValue, JsValue> {
        let mut working = Working { work, sent, is_done: false };
        let result = settle(io, &working.work.promise()).await;
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

/// Waits for a promise.
pub(crate) async fn settle(io: &Io, promise: &Promise) -> Result<JsValue, JsValue> {
    let settling = Settling::new();
    io.wait(promise, settling.id);
    settling.await
}

/// Waits.
pub(crate) async fn sleep(io: &Io, duration_ms: u32) {
    // A timer does not fail; one that did would have come to its end.
    let _ = Working::begin(io, io.sleep(duration_ms), None).await;
}
