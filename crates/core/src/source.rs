//! A call to the backend: builds the request and reads the answer. Nothing here sends.

use claimsmith_expression::json::{self, Unreadable};
use claimsmith_expression::text::{concat, decimal};
use claimsmith_expression::{Budget, ExpressionError, Faults, Value};

use crate::digest::{digest, identity, identity_of};
use crate::error::{Code, Error, placed};
use crate::event::{EMAIL_VERIFIED, read_event};
use crate::http::{Method, Request, Response, Tls};
use crate::plan::{Body, OnNotFound, SourcePlan};
use crate::secret::Secret;
use crate::template::{Inputs, Template};
use crate::token::{Grant, Token};

/// Fills the templates of a source, but those of its connection. The token is not needed yet: a call that cannot be made costs none.
///
/// # Errors
/// As [`crate::template::Template::render`], placed at the field; `email_unverified`.
pub fn source_request(
    source: &SourcePlan,
    inputs: Inputs<'_>,
    correlation_id: Option<&str>,
) -> Result<Request, Error> {
    let name = &*source.name;
    if source.needs_verified_email && !email_is_verified(inputs.scope) {
        return Err(Error::new(
            Code::EmailUnverified,
            "the user's address is not verified, so anybody may have given it; use `event.user.user_id`, or set `allow_unverified_email`",
        ));
    }
    let mut request = Request {
        method: source.body.method(),
        url: placed(source.url.render(inputs), &["sources.", name, ".url"])?,
        headers: Vec::new(),
        body: None,
        tls: Tls::new(),
        may_repeat: source.body.method() == Method::Get || source.retries > 0,
        max_bytes: source.max_bytes,
    };
    request.set_header("accept", Secret::new("application/json"));
    if let Some(id) = correlation_id.filter(|id| is_header_value(id)) {
        request.set_header("x-correlation-id", Secret::new(id));
    }
    for (header, template) in &source.headers {
        let value = placed(render_header(header, template, inputs), &["sources.", name, ".headers"])?;
        // The configuration's headers override the engine's.
        request.set_header(header, value);
    }
    if let Body::Json(template) = &source.body {
        let value = placed(template.render(inputs), &["sources.", name, ".body"])?;
        request.set_header("content-type", Secret::new("application/json"));
        request.body = Some(Secret::new(value.to_json()));
    }
    Ok(request)
}

fn render_header(name: &str, template: &Template, inputs: Inputs<'_>) -> Result<Secret, Error> {
    let value = template.render(inputs)?;
    check_header_value(name, &value)?;
    Ok(Secret::new(value))
}

/// Refuses a value that a header cannot carry.
pub(crate) fn check_header_value(name: &str, value: &str) -> Result<(), Error> {
    if is_header_value(value) {
        return Ok(());
    }
    let message = concat(&["the value for `", name, "` holds a character that a header cannot carry"]);
    Err(Error::new(Code::TemplateValueMissing, message))
}

/// Returns the key of a cached answer: all of the request and of its token's grant that makes the
/// answer what it is (RFC 9111 §3.5).
pub(crate) fn answer_key(source: &SourcePlan, request: &Request, grant: Option<&Grant>) -> String {
    let request_key = request_key(request, grant);
    let mut parts = vec![&*source.name, &request_key];
    // A header of the configuration is part of the request, under such a name too.
    for (name, value) in request.headers.iter().filter(|(name, _)| is_of_attempt(name)) {
        if source.headers.iter().any(|(own, _)| own == name) {
            parts.extend([name, value.expose()]);
        }
    }
    digest(&parts)
}

/// Returns whether a header of the engine's differs between requests that are the same.
fn is_of_attempt(name: &str) -> bool {
    matches!(name, "x-correlation-id" | "if-none-match")
}

/// Returns what identifies a request. The grant stands for its token, which changes without effect, and
/// the correlation id has none either.
pub(crate) fn request_key(request: &Request, grant: Option<&Grant>) -> String {
    let mut parts = vec![request.method.as_str(), request.url.expose()];
    for (name, value) in &request.headers {
        let is_from_grant = name == "authorization" && grant.is_some();
        if !is_from_grant && !is_of_attempt(name) {
            parts.extend([name, value.expose()]);
        }
    }
    // A number of parts that is odd has a body.
    parts.extend(request.body.as_ref().map(Secret::expose));
    let grant = grant.map(Grant::identity);
    identity(&[&identity(&parts), grant.as_ref().map_or("", Secret::expose), &identity_of(&request.tls)])
}

/// Sets the bearer token of a request (RFC 6750 §2.1).
pub fn authorize(request: &mut Request, token: &Token) {
    request.set_header("authorization", Secret::new(concat(&["Bearer ", token.value.expose()])));
}

/// Reads a backend's answer.
///
/// # Errors
/// `source_status` for a status that is no success, `response_not_json`; `answer_refused` where `fail_when` holds for the
/// answer, `unavailable` where that cannot be decided.
pub fn read_source_response(
    source: &SourcePlan,
    response: &Response,
    budget: &Budget,
) -> Result<Value, Error> {
    let answer = read_answer(source.on_not_found, response)?;
    // 204 and 404 have no answer that could be refused.
    let Some(fail_when) = source.fail_when.as_ref().filter(|_| !matches!(response.status, 204 | 404)) else {
        return Ok(answer);
    };
    match fail_when.holds(&answer, budget, Faults::LeaveOpen) {
        Ok(false) => Ok(answer),
        Ok(true) => Err(Error::new(Code::AnswerRefused, "`fail_when` holds for the answer")),
        Err(error) => Err(undecided("fail_when", &error)),
    }
}

/// Returns the error of a condition of a source that cannot be decided.
pub(crate) fn undecided(key: &str, error: &ExpressionError) -> Error {
    Error::new(Code::Unavailable, concat(&["`", key, "` cannot be decided: ", &error.message]))
}

/// Reads an answer. A number that no double holds is unavailable to what reads it; the answer stands.
///
/// # Errors
/// `source_status` for a status that is no success, `response_not_json`.
pub(crate) fn read_answer(on_not_found: OnNotFound, response: &Response) -> Result<Value, Error> {
    match response.status {
        // 204 No Content is an answer, which is null.
        204 => Ok(Value::Null),
        200..300 => json::read_with(&response.body, Unreadable::NumbersAreUnavailable).map_err(|error| {
            Error::new(
                Code::ResponseNotJson,
                concat(&["the answer is not JSON: ", error.message, " at byte ", &decimal(error.offset)]),
            )
        }),
        404 if on_not_found == OnNotFound::Null => Ok(Value::Null),
        status => Err(Error::new(
            Code::SourceStatus,
            concat(&["the backend answered with status ", &decimal(status.into())]),
        )),
    }
}

fn email_is_verified(scope: &Value) -> bool {
    read_event(&scope.member("event"), EMAIL_VERIFIED) == Value::Bool(true)
}

/// Anything but control characters (RFC 9110 §5.5); it is sent as UTF-8.
fn is_header_value(value: &str) -> bool {
    value.chars().all(|character| character == '\t' || !character.is_control())
}
