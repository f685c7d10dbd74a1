//! The web's `fetch` as a transport: in a page, and where the caller passes one.
//!
//! Keeps the promises of the Node transport: no redirect is followed, the body is read up to its limit
//! and no further, and a call that is given up is aborted.

use std::cell::Cell;

use claimsmith_core::http::{RESPONSE_HEADERS, Request, Response, TransportError};
use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestInit, RequestRedirect, ResponseType,
};

use crate::auth0::member;

pub(crate) async fn send(
    fetch: &Function,
    request: &Request,
    sent: &Cell<bool>,
) -> Result<Response, TransportError> {
    // `fetch` does not tell when its connection is there.
    sent.set(true);
    let abort = Abort { controller: AbortController::new().map_err(failed)?, is_done: false };
    let result = exchange(fetch, request, &abort).await;
    abort.end();
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

async fn exchange(fetch: &Function, request: &Request, abort: &Abort) -> Result<Response, TransportError> {
    let options = request_options(request, abort).map_err(failed)?;
    let url = JsValue::from_str(request.url.expose());
    let promise = fetch.call2(&JsValue::UNDEFINED, &url, &options).map_err(failed)?;
    let answer = JsFuture::from(Promise::resolve(&promise)).await.map_err(failed)?;
    let response: web_sys::Response = answer.unchecked_into();
    // A page is not shown where a redirect leads; that it is one is all there is to know.
    if response.type_() == ResponseType::Opaqueredirect {
        return Ok(Response { status: 302, headers: Vec::new(), body: Vec::new() });
    }
    let body = read_body(&response, request.max_bytes, abort).await?;
    let named = |name: &&str| Some(((*name).to_owned(), response.headers().get(name).ok().flatten()?));
    Ok(Response {
        status: response.status(),
        headers: RESPONSE_HEADERS.iter().filter_map(named).collect(),
        body,
    })
}

fn request_options(request: &Request, abort: &Abort) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.append(name, value.expose())?;
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

/// Reads up to `max_bytes`. What an error says past that is cut; what an answer says past that is an error.
async fn read_body(
    response: &web_sys::Response,
    max_bytes: u32,
    abort: &Abort,
) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    let Some(stream) = response.body() else { return Ok(body) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(failed)?;
        if member(&chunk, "done").is_truthy() {
            return Ok(body);
        }
        let bytes: Uint8Array = member(&chunk, "value").unchecked_into();
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).saturating_add(bytes.length());
        if length > max_bytes {
            abort.controller.abort();
            return if response.ok() { Err(TransportError::TooLarge) } else { Ok(body) };
        }
        body.extend(bytes.to_vec());
    }
}

/// The host's word for a failure: a system error's code where there is one, such as `ECONNREFUSED`.
fn failed(error: JsValue) -> TransportError {
    let cause = member(&error, "cause");
    let code = member(&cause, "code").as_string().or_else(|| member(&error, "name").as_string());
    TransportError::Failed(code.unwrap_or_default())
}
