//! The host platform of the shim: sockets, timers, signatures and `api.cache`.

use claimsmith_core::Secret;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The functions of the shim: sockets and timers.
    pub type Io;

    /// The `api` of a trigger.
    #[derive(Clone)]
    pub type JsApi;

    /// Sends a request, and calls [`answered`](crate::answered) with this number: once there is an answer, or none to
    /// come, or the time is over. `headers` is name, value, name, value …, each on a line; `needed` is the statuses that
    /// are nothing without their body, such as `2xx 409`; `tls` is undefined or name, PEM, name, PEM ….
    #[wasm_bindgen(method)]
    pub(crate) fn send(
        this: &Io,
        id: u32,
        limit_ms: u32,
        method: &str,
        url: &str,
        headers: &str,
        body: Option<&str>,
        max_bytes: u32,
        may_repeat: bool,
        needed: &str,
        tls: &JsValue,
    );

    /// Begins to connect to where a request will go, beside one to another URL. `tls` as for [`send`](Io::send).
    #[wasm_bindgen(method, js_name = connectAhead)]
    pub(crate) fn connect_ahead(this: &Io, url: &str, tls: &Array, besides: &str);

    /// Calls [`settled`](crate::settled) with this number when the time is over.
    #[wasm_bindgen(method)]
    pub(crate) fn sleep(this: &Io, id: u32, duration_ms: u32);

    /// Gives up what is under way under this number.
    #[wasm_bindgen(method)]
    pub(crate) fn cancel(this: &Io, id: u32);

    /// Calls [`settled`](crate::settled) with this number once the promise is.
    #[wasm_bindgen(method)]
    pub(crate) fn wait(this: &Io, promise: &Promise, id: u32);

    /// Returns the part of `tls` that is unfit.
    #[wasm_bindgen(method, js_name = unfitPart)]
    pub(crate) fn unfit_part(this: &Io, tls: &Array) -> Option<String>;

    /// Signs a text with a private key in PEM.
    #[wasm_bindgen(method)]
    pub(crate) fn sign(this: &Io, algorithm: &str, key: &str, text: &str) -> Promise;

    /// Returns the time of a monotonic clock, in milliseconds.
    #[wasm_bindgen(method)]
    pub(crate) fn monotonic(this: &Io) -> f64;

    /// Returns a random UUID.
    #[wasm_bindgen(method)]
    pub(crate) fn uuid(this: &Io) -> String;

    /// Returns the text under a key of `api.cache`. A cache that throws, or keeps something else, has nothing.
    #[wasm_bindgen(method, js_name = cacheGet)]
    pub(crate) fn cache_get(this: &Io, api: &JsApi, key: &str) -> Option<String>;

    /// Returns whether the cache took the text. Where there is no cache, that is nothing a user could mend: true.
    #[wasm_bindgen(method, js_name = cacheSet)]
    pub(crate) fn cache_set(this: &Io, api: &JsApi, key: &str, value: &str, ttl_ms: f64) -> bool;

    /// Removes a key, or leaves it where the cache will not.
    #[wasm_bindgen(method, js_name = cacheDelete)]
    pub(crate) fn cache_delete(this: &Io, api: &JsApi, key: &str);

    /// Returns whether a call of `api` returned an error.
    #[wasm_bindgen(method, js_name = isError)]
    pub(crate) fn is_error(this: &Io, returned: &JsValue) -> bool;

    /// Calls a method below `api`, with arguments as a JSON array.
    #[wasm_bindgen(method, catch)]
    pub(crate) fn call(
        this: &Io,
        api: &JsApi,
        owner: &str,
        method: &str,
        arguments: &str,
    ) -> Result<JsValue, JsValue>;

    /// Returns the web's `fetch`, where the request shall go through that.
    #[wasm_bindgen(method, getter)]
    #[cfg(feature = "fetch")]
    pub(crate) fn fetch(this: &Io) -> Option<js_sys::Function>;
}

/// Returns names with their values as one array.
pub(crate) fn pairs(pairs: &[(String, Secret)]) -> Array {
    let array = Array::new();
    for (name, value) in pairs {
        array.push(&JsValue::from_str(name));
        array.push(&JsValue::from_str(value.expose()));
    }
    array
}
