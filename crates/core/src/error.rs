//! Failures, under names that never change.

use std::fmt;
use std::ops::Deref;

use claimsmith_expression::text::concat;

use crate::text::one_line;
use crate::words::words;

words! {
    /// The stable name of a kind of failure. Reports, logs and JavaScript show [`Code::as_str`].
    @non_exhaustive pub enum Code {
        /// The configuration has an unknown key, a wrong type, or a value out of range.
        ConfigInvalid = "config_invalid",
        /// An expression does not follow JMESPath, or names something that does not exist.
        ExpressionInvalid = "expression_invalid",
        /// A template names a secret that the Action does not have.
        SecretMissing = "secret_missing",
        /// A secret has a value that does not fit its place.
        SecretInvalid = "secret_invalid",
        /// A template needs a value, and the login has none.
        TemplateValueMissing = "template_value_missing",
        /// A template reads the user's address, which is not verified.
        EmailUnverified = "email_unverified",
        /// The token endpoint refused to issue a token (RFC 6749 §5.2).
        TokenRefused = "token_refused",
        /// The token endpoint answered something that is no token (RFC 6749 §5.1).
        TokenResponseInvalid = "token_response_invalid",
        /// No answer: the connection could not be made, or broke.
        TransportFailed = "transport_failed",
        /// No answer within the time of one call.
        Timeout = "timeout",
        /// No answer within the time of the whole login.
        DeadlineExceeded = "deadline_exceeded",
        /// The answer is a redirect, and those are not followed.
        RedirectRefused = "redirect_refused",
        /// The answer is larger than `max_bytes`.
        ResponseTooLarge = "response_too_large",
        /// The answer is not JSON.
        ResponseNotJson = "response_not_json",
        /// An answer, or a part of the event, does not fit the type that an Action's own code reads it as.
        ResponseMisfit = "response_misfit",
        /// The backend answered with an error status.
        SourceStatus = "source_status",
        /// The answer is one that `fail_when` refuses.
        AnswerRefused = "answer_refused",
        /// A part of the event or an answer that is needed cannot be read or was not to be had, so that nothing is
        /// decided.
        Unavailable = "unavailable",
        /// Not called: it failed for several logins, without a success between.
        CircuitOpen = "circuit_open",
        /// A claim's value does not fit its `type`.
        ClaimTypeMismatch = "claim_type_mismatch",
        /// A required claim has no value.
        ClaimMissing = "claim_missing",
        /// Auth0 reserves the claim's name and would silently drop it.
        ClaimReserved = "claim_reserved",
        /// A claim is too large for its target, or the claims of one target are together.
        ClaimsTooLarge = "claims_too_large",
        /// A claim holds an integer beyond 2^53 − 1, which JavaScript would round.
        UnsafeInteger = "unsafe_integer",
        /// Auth0's `api` threw or returned an error.
        ApiRefused = "api_refused",
        /// An Action's own code failed, or asked for something that cannot be.
        ActionFailed = "action_failed",
        /// A defect of Claimsmith.
        Internal = "internal",
    }
}

/// One failure: what kind, where in the configuration, and what to do about it.
///
/// The message is one line in lower case; of a problem of the configuration, lines may follow that show
/// the place. It never holds a secret, a token, a URL or a part of an
/// answer: it is written to logs that many people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Details>);

/// The contents of an [`Error`]. Boxed, since nearly every function here returns one or passes one on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The kind of failure.
    pub code: Code,
    /// The place in the configuration, such as `sources.profile.url`; empty for the whole.
    pub path: String,
    /// The message.
    pub message: String,
    /// The part of the entry at that place that is wrong.
    #[doc(hidden)]
    pub part: Part,
    /// What an Action's own code makes of it.
    #[cfg(feature = "client")]
    own: Own,
}

/// What an Action's own code makes of a failure.
#[cfg(feature = "client")]
#[derive(Clone, Debug, PartialEq, Eq)]
enum Own {
    /// Nothing: it is Claimsmith's.
    No,
    /// A failure under a code of its own.
    Code(&'static str),
    /// No failure: the login is denied, for the reason that the message is.
    Denial,
}

/// The part of an entry that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The value.
    Value,
    /// The key that the value stands under.
    Key,
    /// The text, from so many characters on.
    Text(usize),
}

impl Error {
    /// Returns a failure without a place. Text of the configuration that the message repeats may have
    /// several lines; the message has one.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        let message = one_line(&message.into(), usize::MAX);
        Error(Box::new(Details {
            code,
            path: String::new(),
            message,
            part: Part::Value,
            #[cfg(feature = "client")]
            own: Own::No,
        }))
    }

    /// Returns a failure of an Action's own code, under a code of its own: lower case and `_`, such as `no_user`. It
    /// stands where Claimsmith's codes do, in the log line and in the report.
    #[cfg(feature = "client")]
    pub fn own(code: &'static str, message: impl Into<String>) -> Error {
        let mut error = Error::new(Code::ActionFailed, message);
        error.0.own = Own::Code(code);
        error
    }

    /// Returns what ends a handler with a denial, for a reason that the user reads. It is no failure.
    #[cfg(feature = "client")]
    pub fn denial(reason: impl Into<String>) -> Error {
        let mut error = Error::new(Code::ActionFailed, reason);
        error.0.own = Own::Denial;
        error
    }

    /// Returns the reason of a denial; `None` of a failure.
    #[cfg(feature = "client")]
    pub fn denies(&self) -> Option<&str> {
        matches!(self.own, Own::Denial).then_some(&self.message)
    }

    /// Returns the code that reports and logs show: that of an Action's own code, or else Claimsmith's.
    pub fn word(&self) -> &'static str {
        #[cfg(feature = "client")]
        if let Own::Code(code) = self.own {
            return code;
        }
        self.code.as_str()
    }

    /// Returns the same failure, with further lines below its message: what is wrong, shown.
    ///
    /// For those who write the configuration, and for problems of the configuration only: what is wrong at a login goes
    /// into the log, on one line.
    #[doc(hidden)]
    pub fn showing(mut self, lines: &str) -> Error {
        self.0.message.push_str(lines);
        self
    }

    /// Returns the same failure, of this part of what stands at its place.
    #[doc(hidden)]
    pub fn of(mut self, part: Part) -> Error {
        self.0.part = part;
        self
    }

    /// Returns the same failure, placed. A place that is already known stays.
    pub fn at(mut self, path: &str) -> Error {
        if self.0.path.is_empty() {
            self.0.path.push_str(path);
        }
        self
    }
}

/// Returns a result whose failure is placed. The place comes in pieces: only a failure pays for the text.
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

#[cfg(feature = "client")]
impl From<claimsmith_expression::json::JsonError> for Error {
    fn from(error: claimsmith_expression::json::JsonError) -> Error {
        let at = claimsmith_expression::text::decimal(error.offset);
        Error::new(Code::ResponseNotJson, concat(&[error.message, " at byte ", &at]))
    }
}

#[cfg(feature = "serde")]
impl From<claimsmith_expression::data::Misfit> for Error {
    fn from(misfit: claimsmith_expression::data::Misfit) -> Error {
        use claimsmith_expression::data::MisfitKind;
        let code = match misfit.kind {
            MisfitKind::Type => Code::ResponseMisfit,
            MisfitKind::UnsafeInteger => Code::UnsafeInteger,
            MisfitKind::Unavailable => Code::Unavailable,
        };
        Error::new(code, misfit.message).at(&misfit.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_whatever_it_repeats() {
        let error = Error::new(Code::ConfigInvalid, "`a\r\nb\u{7f}` is not known here");
        assert_eq!(error.message, "`a  b ` is not known here");
    }
}
