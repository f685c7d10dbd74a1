//! What can go wrong, under names that never change.

use std::fmt;
use std::ops::Deref;

use claimsmith_expression::text::{concat, decimal};

use crate::report::one_line;

/// The stable name of a kind of failure. Reports, logs and JavaScript show [`Code::as_str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// The configuration has an unknown key, a wrong type, or a value out of range.
    ConfigInvalid,
    /// An expression does not follow JMESPath, or names something that does not exist.
    ExpressionInvalid,
    /// A template names a secret that the Action does not have.
    SecretMissing,
    /// A secret has a value that does not fit its place.
    SecretInvalid,
    /// A template needs a value, and the login has none.
    TemplateValueMissing,
    /// A template reads the user's address, and nobody has verified it.
    EmailUnverified,
    /// The token endpoint refused to issue a token (RFC 6749 §5.2).
    TokenRefused,
    /// The token endpoint answered something that is no token (RFC 6749 §5.1).
    TokenResponseInvalid,
    /// No answer: the connection could not be made, or broke.
    TransportFailed,
    /// No answer within the time of one call.
    Timeout,
    /// No answer within the time of the whole login.
    DeadlineExceeded,
    /// The answer is a redirect, and those are not followed.
    RedirectRefused,
    /// The answer is larger than `max_bytes`.
    ResponseTooLarge,
    /// The answer is not JSON.
    ResponseNotJson,
    /// The backend answered with an error status.
    SourceStatus,
    /// The answer is one that `fail_when` refuses.
    AnswerRefused,
    /// A part of the event or an answer that is needed cannot be read or was not to be had, so that nothing is
    /// decided.
    Unavailable,
    /// Not called: it failed for several logins, without a success between.
    CircuitOpen,
    /// A claim's value does not fit its `type`.
    ClaimTypeMismatch,
    /// A required claim has no value.
    ClaimMissing,
    /// Auth0 keeps the claim's name for itself and would drop it in silence.
    ClaimReserved,
    /// A claim is too large for its target, or the claims of one target are together.
    ClaimsTooLarge,
    /// A claim holds an integer beyond 2^53 − 1, which JavaScript would round.
    UnsafeInteger,
    /// Auth0's `api` threw or returned an error.
    ApiRefused,
    /// A defect of Claimsmith.
    Internal,
}

impl Code {
    /// The name as it is shown, in snake_case.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::ConfigInvalid => "config_invalid",
            Code::ExpressionInvalid => "expression_invalid",
            Code::SecretMissing => "secret_missing",
            Code::SecretInvalid => "secret_invalid",
            Code::TemplateValueMissing => "template_value_missing",
            Code::EmailUnverified => "email_unverified",
            Code::TokenRefused => "token_refused",
            Code::TokenResponseInvalid => "token_response_invalid",
            Code::TransportFailed => "transport_failed",
            Code::Timeout => "timeout",
            Code::DeadlineExceeded => "deadline_exceeded",
            Code::RedirectRefused => "redirect_refused",
            Code::ResponseTooLarge => "response_too_large",
            Code::ResponseNotJson => "response_not_json",
            Code::SourceStatus => "source_status",
            Code::AnswerRefused => "answer_refused",
            Code::Unavailable => "unavailable",
            Code::CircuitOpen => "circuit_open",
            Code::ClaimTypeMismatch => "claim_type_mismatch",
            Code::ClaimMissing => "claim_missing",
            Code::ClaimReserved => "claim_reserved",
            Code::ClaimsTooLarge => "claims_too_large",
            Code::UnsafeInteger => "unsafe_integer",
            Code::ApiRefused => "api_refused",
            Code::Internal => "internal",
        }
    }
}

/// One failure: what kind, where in the configuration, and what to do about it.
///
/// The message is one line in lower case; of a problem of the configuration, lines may follow that show
/// the place. It never holds a secret, a token, a URL or a part of an
/// answer: it is written to logs that many people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Details>);

/// What an [`Error`] says. Boxed, since nearly every function here returns one or passes one on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The kind of failure.
    pub code: Code,
    /// Where in the configuration, such as `sources.profile.url`; empty for the whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Error {
    /// A failure that does not know its place yet. What the message repeats of the configuration may go over
    /// several lines; the message does not.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        let message = one_line(&message.into(), usize::MAX);
        Error(Box::new(Details { code, path: String::new(), message }))
    }

    /// What is wrong with an expression, and below it the expression with a mark at the place, which is
    /// `offset` bytes into it.
    ///
    /// For those who write the configuration, and for problems of the configuration only: what is wrong at
    /// a login goes into the log, on one line.
    pub fn in_expression(message: &str, expression: &str, offset: usize) -> Error {
        let shown = one_line(expression, usize::MAX);
        let mut mark = String::new();
        expression.char_indices().filter(|(at, _)| *at < offset).for_each(|_| mark.push(' '));
        let column = decimal(mark.len().saturating_add(1));
        let mut error = Error::new(Code::ExpressionInvalid, message);
        error.0.message.push_str(&concat(&[" (column ", &column, ")\n  ", &shown, "\n  ", &mark, "^"]));
        error
    }

    /// The same failure, placed. A place that is already known stays.
    pub fn at(mut self, path: &str) -> Error {
        if self.0.path.is_empty() {
            self.0.path.push_str(path);
        }
        self
    }
}

/// A result whose failure is placed. The place comes in pieces: only a failure pays for the text.
pub(crate) fn placed<T>(result: Result<T, Error>, place: &[&str]) -> Result<T, Error> {
    result.map_err(|error| error.at(&concat(place)))
}

impl Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            formatter.write_str(&self.path)?;
            formatter.write_str(": ")?;
        }
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_whatever_it_repeats() {
        let error = Error::new(Code::ConfigInvalid, "`a\r\nb\u{7f}` is not known here");
        assert_eq!(error.message, "`a  b ` is not known here");
        let error = Error::in_expression("`a\nb` names nothing here", "'x\ny'.a", 6);
        let expected = "`a b` names nothing here (column 7)\n  'x y'.a\n        ^";
        assert_eq!(error.message, expected);
    }
}
