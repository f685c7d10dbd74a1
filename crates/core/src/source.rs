//! A call to the backend: builds the request and reads the answer. Nothing here sends.

use std::rc::Rc;

use claimsmith_expression::json::{Unreadable, Wanted, read_wanted};
use claimsmith_expression::text::{concat, decimal, find};
use claimsmith_expression::{Budget, ExpressionError, Faults, Value};

use crate::digest::{digest, identity, identity_of};
use crate::encode::base64;
use crate::error::{Code, Error, placed};
use crate::event::{EMAIL_VERIFIED, read_event};
use crate::http::{Request, Response, Tls, is_among};
use crate::plan::{AnswerFormat, Body, OnNotFound, SourcePlan};
use crate::secret::Secret;
use crate::template::{Inputs, JsonTemplate, Template, render_fields};
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
    let url = placed(source.url.render(inputs), &["sources.", name, ".url"])?;
    let query = if source.query.is_empty() {
        String::new()
    } else {
        render_fields(&source.query, inputs, &["sources.", name, ".query"])?
    };
    let mut request = Request {
        method: source.method,
        url: append_query(url, &query),
        headers: Vec::new(),
        body: render_body(source, inputs)?.map(Secret::new),
        tls: Tls::new(),
        may_repeat: source.may_repeat,
        max_bytes: source.max_bytes,
        reads_body: source.answer != AnswerFormat::None,
        ok_status: source.ok_status.clone(),
    };
    request.set_header(
        "accept",
        Secret::new(match source.answer {
            AnswerFormat::Json => "application/json",
            AnswerFormat::Text | AnswerFormat::None => "*/*",
        }),
    );
    if let Some(id) = correlation_id.filter(|id| is_header_value(id)) {
        request.set_header("x-correlation-id", Secret::new(id));
    }
    for (header, template) in &source.headers {
        let value = placed(render_header(header, template, inputs), &["sources.", name, ".headers"])?;
        // The configuration's headers override the engine's.
        request.set_header(header, value);
    }
    if let Some(basic) = &source.basic {
        let credentials = placed(render_basic(basic, inputs), &["sources.", name, ".basic"])?;
        request.set_header("authorization", credentials);
    }
    if request.body.is_some() {
        request.set_header("content-type", Secret::new(Rc::clone(&source.content_type)));
    }
    Ok(request)
}

/// Appends to the query of a URL, which has no fragment.
fn append_query(url: Secret, query: &str) -> Secret {
    if query.is_empty() {
        return url;
    }
    let own = url.expose();
    let between = match find(own, b"?") {
        None => "?",
        Some(_) if matches!(own.as_bytes().last(), Some(b'?' | b'&')) => "",
        Some(_) => "&",
    };
    Secret::new(concat(&[own, between, query]))
}

fn render_body(source: &SourcePlan, inputs: Inputs<'_>) -> Result<Option<String>, Error> {
    let (key, body) = match &source.body {
        Body::None => return Ok(None),
        Body::Json(template) => (".body", render_json(template, inputs)),
        Body::GraphQl(template) => (".graphql", render_json(template, inputs)),
        Body::Form(fields) => (".form", render_fields(fields, inputs, &["sources.", &source.name, ".form"])),
        Body::Text(template) => (".text", template.render(inputs)),
    };
    placed(body, &["sources.", &source.name, key]).map(Some)
}

fn render_json(template: &JsonTemplate, inputs: Inputs<'_>) -> Result<String, Error> {
    Ok(template.render(inputs)?.to_json())
}

/// Returns the credentials of HTTP Basic authentication, in UTF-8 (RFC 7617 §2.1).
#[inline(never)]
fn render_basic((user, password): &(Template, Template), inputs: Inputs<'_>) -> Result<Secret, Error> {
    let user = user.render(inputs)?;
    let pair = concat(&[&user, ":", &password.render(inputs)?]);
    if find(&user, b":").is_some() || pair.chars().any(char::is_control) {
        return Err(Error::new(
            Code::TemplateValueMissing,
            "the user holds `:`, or one of both a character that Basic authentication cannot carry",
        ));
    }
    Ok(Secret::new(concat(&["Basic ", &base64(pair.as_bytes())])))
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
    if let Some(body) = &request.body {
        parts.push(body.expose());
    }
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
/// `source_status` for a status that is no success, `response_not_json`; `answer_refused` where the answer is one of
/// GraphQL that tells of errors, or `fail_when` holds for it, `unavailable` where that cannot be decided.
pub fn read_source_response(
    source: &SourcePlan,
    response: &Response,
    budget: &Budget,
) -> Result<Value, Error> {
    let format = (source.answer, source.wanted.as_ref());
    let mut answer = read_answer(source.on_not_found, &source.ok_status, format, response)?;
    // They have no answer that could be refused.
    if matches!(response.status, 204 | 404) {
        return Ok(answer);
    }
    if let Body::GraphQl(_) = source.body {
        answer = read_graphql(&answer)?;
    }
    let Some(fail_when) = &source.fail_when else { return Ok(answer) };
    match fail_when.holds(&answer, budget, Faults::LeaveOpen) {
        Ok(false) => Ok(answer),
        Ok(true) => Err(Error::new(Code::AnswerRefused, "`fail_when` holds for the answer")),
        Err(error) => Err(undecided("fail_when", &error)),
    }
}

/// Returns `data` of a GraphQL answer.
#[inline(never)]
fn read_graphql(answer: &Value) -> Result<Value, Error> {
    let has_errors = answer.member("errors").as_array().is_some_and(|errors| !errors.is_empty());
    match answer.as_object().and_then(|answer| answer.get("data")) {
        Some(data) if !has_errors => Ok(data.clone()),
        _ => Err(Error::new(Code::AnswerRefused, "the answer has `errors`, or no `data`")),
    }
}

/// Returns the error of a condition of a source that cannot be decided.
pub(crate) fn undecided(key: &str, error: &ExpressionError) -> Error {
    Error::new(Code::Unavailable, concat(&["`", key, "` cannot be decided: ", &error.message]))
}

/// Reads an answer, or what is wanted of its JSON. A number that no double holds is unavailable to what reads it; the
/// answer stands.
///
/// # Errors
/// `source_status` for a status that is no success, `response_not_json`.
pub(crate) fn read_answer(
    on_not_found: OnNotFound,
    ok_status: &[u32],
    (format, wanted): (AnswerFormat, Option<&Wanted>),
    response: &Response,
) -> Result<Value, Error> {
    let body = &*response.body;
    match response.status {
        // 204 No Content is an answer, which is null.
        204 => return Ok(Value::Null),
        404 if on_not_found == OnNotFound::Null => return Ok(Value::Null),
        200..300 => {}
        status if is_among(ok_status, status) => {}
        status => {
            return Err(Error::new(
                Code::SourceStatus,
                concat(&["the backend answered with status ", &decimal(status.into())]),
            ));
        }
    }
    match format {
        AnswerFormat::None => Ok(Value::Null),
        AnswerFormat::Text => Ok(read_text(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).into()),
        AnswerFormat::Json => read_wanted(body, Unreadable::NumbersAreUnavailable, wanted).map_err(|error| {
            Error::new(
                Code::ResponseNotJson,
                concat(&["the answer is not JSON: ", error.message, " at byte ", &decimal(error.offset)]),
            )
        }),
    }
}

/// Reads UTF-8, with U+FFFD in the place of what is none. The standard library's way is three times as large.
#[inline(never)]
fn read_text(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    loop {
        let valid = match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return text;
            }
            Err(error) => error,
        };
        let (before, after) = rest.split_at_checked(valid.valid_up_to()).unwrap_or_default();
        text.push_str(std::str::from_utf8(before).unwrap_or_default());
        text.push('\u{fffd}');
        rest = valid.error_len().and_then(|length| after.get(length..)).unwrap_or_default();
    }
}

fn email_is_verified(scope: &Value) -> bool {
    read_event(&scope.member("event"), EMAIL_VERIFIED) == Value::Bool(true)
}

/// Anything but control characters (RFC 9110 §5.5); it is sent as UTF-8.
fn is_header_value(value: &str) -> bool {
    value.chars().all(|character| character == '\t' || !character.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_text_as_the_standard_library_does() {
        const BYTES: [u8; 12] = [b'a', 0, 0x7f, 0x80, 0xbf, 0xc3, 0xe2, 0xed, 0xa0, 0xf0, 0x9f, 0xff];
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        for _ in 0..4 {
            let longer = |text: &Vec<u8>| BYTES.map(|byte| [text.as_slice(), &[byte]].concat());
            texts.extend(texts.iter().flat_map(longer).collect::<Vec<_>>());
        }
        texts.push("zażółć 👩‍💻".into());
        for text in texts {
            assert_eq!(read_text(&text), String::from_utf8_lossy(&text), "{text:?}");
        }
    }
}
