//! The web's `fetch` as a transport: in a page, and where the caller passes one.
//!
//! Keeps the promises of the Node transport: no redirect is followed, the body is read up to its limit
//! and no further, and a call that is given up is aborted. The caller's function may be anyone's, so what it
//! gives is read member by member: nothing that it returns or throws can end more than its own call.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use claimsmith_core::http::{RESPONSE_HEADERS, Request, Response, TransportError};
use js_sys::{ArrayBuffer, Function, Promise, Reflect, Symbol, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, Headers, RequestInit, RequestRedirect};

use crate::auth0::member;
use crate::executor::{self, sleep};
use crate::io::Io;

#[wasm_bindgen]
extern "C" {
    /// A copy of bytes that may be detached, and then throws.
    #[wasm_bindgen(extends = Uint8Array, js_name = Uint8Array)]
    type Bytes;

    #[wasm_bindgen(constructor, catch, js_class = "Uint8Array")]
    fn copy(view: &JsValue) -> Result<Bytes, JsValue>;
}

/// The time to wait for a body that is not needed, in milliseconds. Its status is known, and counts more.
const ERROR_BODY_MS: u32 = 500;

pub(crate) async fn send(
    io: &Io,
    fetch: &Function,
    request: &Request,
    sent: &Cell<bool>,
) -> Result<Response, TransportError> {
    // No `fetch` takes certificates, and without them the request would be another. A stand-in has nobody to show them.
    let is_stand_in =
        || Reflect::get(fetch, &JsValue::from_str("isStandIn")).is_ok_and(|value| value.is_truthy());
    if !request.tls.is_empty() && !is_stand_in() {
        return Err(TransportError::Failed("TLS_NEEDS_NODE".to_owned()));
    }
    let abort = Abort { controller: AbortController::new().map_err(failed)?, is_done: false };
    let result = exchange(io, fetch, request, sent, &abort).await;
    match &result {
        // `fetch` does not tell when its connection is there, but some failures are of the connection alone.
        Err(TransportError::Failed(code)) if is_of_connection(code) => sent.set(false),
        Err(_) => {}
        Ok(_) => abort.end(),
    }
    result
}

/// Aborts the exchange when it is dropped before its end.
struct Abort {
    controller: AbortController,
    is_done: bool,
}

impl Abort {
    fn end(mut self) {
        self.is_done = true;
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if !self.is_done {
            self.controller.abort();
        }
    }
}

async fn exchange(
    io: &Io,
    fetch: &Function,
    request: &Request,
    sent: &Cell<bool>,
    abort: &Abort,
) -> Result<Response, TransportError> {
    let options = request_options(request, abort).map_err(failed)?;
    let url = JsValue::from_str(request.url.expose());
    sent.set(true);
    let answer = settle(io, fetch.call2(&JsValue::UNDEFINED, &url, &options)).await.map_err(failed)?;
    // A page is not shown where a redirect leads, and what has followed one cannot be called back; that it is one is
    // all there is to know.
    let is_redirect = member(&answer, "type").as_string().as_deref() == Some("opaqueredirect");
    if is_redirect || member(&answer, "redirected").is_truthy() {
        abort.controller.abort();
        return Ok(Response::new(302, Vec::new(), Vec::new()));
    }
    let status = read_status(&answer).ok_or_else(unreadable)?;
    let headers = read_headers(&member(&answer, "headers"));
    let reading = read_body(io, &answer, request.max_bytes);
    let body = if request.needs_body(status) {
        reading.await?
    } else {
        // What its status says is told, whatever its details.
        let body = within(sleep(io, ERROR_BODY_MS), reading).await.and_then(Result::ok);
        body.unwrap_or_else(|| {
            abort.controller.abort();
            Vec::new()
        })
    };
    Ok(Response::new(status, headers, body))
}

fn request_options(request: &Request, abort: &Abort) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.append(name, &byte_string(value.expose()))?;
    }
    let options = RequestInit::new();
    options.set_method(request.method.as_str());
    options.set_headers(&headers);
    options.set_redirect(RequestRedirect::Manual);
    options.set_signal(Some(&abort.controller.signal()));
    if let Some(body) = &request.body {
        options.set_body(&JsValue::from_str(body.expose()));
    }
    Ok(options)
}

/// Returns the status, where it is one (RFC 9110 §15). What is beyond 599 is an error of the server's.
fn read_status(answer: &JsValue) -> Option<u16> {
    let status = member(answer, "status").as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, and within the range"
    )]
    let whole = status as u16;
    ((200..1000).contains(&whole) && f64::from(whole) == status).then_some(whole)
}

fn read_headers(headers: &JsValue) -> Vec<(String, String)> {
    let named = |name: &&str| {
        let get: Function = member(headers, "get").dyn_into().ok()?;
        let value = get.call1(headers, &JsValue::from_str(name)).ok()?.as_string()?;
        // A character for each byte, as they came.
        let bytes: Vec<u8> = value.chars().filter_map(|character| u8::try_from(character).ok()).collect();
        Some(((*name).to_owned(), String::from_utf8_lossy(&bytes).into_owned()))
    };
    RESPONSE_HEADERS.iter().filter_map(named).collect()
}

/// Reads up to `max_bytes`: of a web stream, of a stream of Node's, or whole.
async fn read_body(io: &Io, answer: &JsValue, max_bytes: u32) -> Result<Vec<u8>, TransportError> {
    let stream = member(answer, "body");
    let (reader, next) = if let Some(get_reader) = method(&stream, "getReader") {
        (get_reader.call0(&stream).map_err(failed)?, "read")
    } else if let Some(iterate) = iterator_of(&stream) {
        (iterate.call0(&stream).map_err(failed)?, "next")
    } else if let Some(read) = method(answer, "arrayBuffer") {
        let bytes = settle(io, read.call0(answer)).await.map_err(failed)?;
        return read_bytes(&bytes, max_bytes);
    } else if stream.is_null() {
        return Ok(Vec::new());
    } else {
        return Err(unreadable());
    };
    let next = method(&reader, next).ok_or_else(unreadable)?;
    let mut body = Vec::new();
    let mut left = max_bytes;
    loop {
        let chunk = settle(io, next.call0(&reader)).await.map_err(failed)?;
        if !chunk.is_object() {
            return Err(unreadable());
        }
        if member(&chunk, "done").is_truthy() {
            return Ok(body);
        }
        let bytes = read_bytes(&member(&chunk, "value"), left)?;
        // A stream of nothing comes to an end as well.
        let length = u32::try_from(bytes.len().max(1)).unwrap_or(u32::MAX);
        left = left.checked_sub(length).ok_or(TransportError::TooLarge)?;
        body.extend(bytes);
    }
}

fn read_bytes(value: &JsValue, max_bytes: u32) -> Result<Vec<u8>, TransportError> {
    let length = member(value, "byteLength").as_f64();
    let bytes = match (value.as_string(), length) {
        (Some(text), _) => text.into_bytes(),
        (None, Some(length)) if length > f64::from(max_bytes) => return Err(TransportError::TooLarge),
        // An `ArrayBuffer` may be another realm's; it has no `length`, and what only looks like one gives nothing.
        (None, Some(_)) if ArrayBuffer::is_view(value) || member(value, "length").is_undefined() => {
            Bytes::copy(value).map_err(failed)?.to_vec()
        }
        _ => return Err(unreadable()),
    };
    if bytes.len() > max_bytes as usize { Err(TransportError::TooLarge) } else { Ok(bytes) }
}

fn method(value: &JsValue, name: &str) -> Option<Function> {
    member(value, name).dyn_into().ok()
}

fn iterator_of(stream: &JsValue) -> Option<Function> {
    // For what is no object `Reflect.get` throws.
    if !stream.is_object() {
        return None;
    }
    Reflect::get(stream, &Symbol::async_iterator()).ok()?.dyn_into().ok()
}

/// Awaits what a call gave, a promise or not. `Promise.resolve` itself would throw where a promise is made to.
async fn settle(io: &Io, result: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    let value = result?;
    let promise = Promise::new(&mut |resolve, _| {
        // It does not throw: what a `then` throws rejects the promise.
        let _ = resolve.call1(&JsValue::UNDEFINED, &value);
    });
    executor::settle(io, &promise).await
}

/// Returns a header's value as JavaScript takes it: a character for each byte, so that UTF-8 is sent.
fn byte_string(value: &str) -> String {
    let mut characters = String::new();
    for byte in value.bytes() {
        characters.push(char::from(byte));
    }
    characters
}

/// Returns the future's output, or none where the timer is ready first.
pub(crate) async fn within<T>(timer: impl Future<Output = ()>, future: impl Future<Output = T>) -> Option<T> {
    let mut timer = pin!(timer);
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => timer.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Returns the host's word for a failure: a system error's code where there is one, such as `ECONNREFUSED`.
fn failed(error: JsValue) -> TransportError {
    let code = member(&member(&error, "cause"), "code").as_string();
    let code = code.or_else(|| member(&error, "code").as_string());
    TransportError::Failed(code.or_else(|| member(&error, "name").as_string()).unwrap_or_default())
}

/// Returns the error where the caller's function gave no answer.
fn unreadable() -> TransportError {
    TransportError::Failed("RESPONSE_INVALID".to_owned())
}

/// Returns whether a failure is of a name, TCP or a certificate: nothing of the request was sent then.
fn is_of_connection(code: &str) -> bool {
    const CODES: [&str; 6] =
        ["EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT"];
    const OF_CERTIFICATES: [&str; 5] =
        ["CERT_", "DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_", "SELF_SIGNED_CERT_", "UNABLE_TO_"];
    CODES.contains(&code) || OF_CERTIFICATES.iter().any(|prefix| code.starts_with(prefix))
}
