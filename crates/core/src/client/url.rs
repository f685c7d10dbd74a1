//! URLs that Rust code builds.

use claimsmith_expression::text::{concat, find};

use crate::encode::percent_encode;
use crate::error::{Code, Error};
use crate::secret::Secret;
use crate::url::{check_origin, unfit_segment};

/// A URL built of pieces, each of which stays in its place, whatever its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Url {
    text: Secret,
    /// Scheme, host, port, and the path that they came with.
    base: Secret,
}

impl Url {
    /// `base` and a path below it. The base is `https://host`, perhaps with a port and a path; plain http is for
    /// this machine. Each of `segments` is percent-encoded whole, so that it is one segment of the path.
    ///
    /// # Errors
    /// `action_failed` where the base is something else; `template_value_missing` where a segment is empty,
    /// `.` or `..`.
    pub fn new(base: &str, segments: &[&str]) -> Result<Url, Error> {
        Url::of(base, segments, |wrong| Error::new(Code::ActionFailed, wrong))
    }

    /// The same, on a base that the Action's secret of this name is.
    ///
    /// # Errors
    /// `secret_invalid` where the secret is something else; as [`Url::new`].
    pub fn on_secret(name: &str, base: &Secret, segments: &[&str]) -> Result<Url, Error> {
        Url::of(base.expose(), segments, |wrong| {
            Error::new(Code::SecretInvalid, concat(&["the secret `", name, "`: ", wrong]))
        })
    }

    fn of(base: &str, segments: &[&str], refuse: impl Fn(&str) -> Error) -> Result<Url, Error> {
        check_origin(base, false).map_err(refuse)?;
        let mut text = base.to_owned();
        for segment in segments {
            if segment.is_empty() {
                return Err(unfit_segment("an empty value"));
            }
            if matches!(*segment, "." | "..") {
                return Err(unfit_segment("`.` or `..`"));
            }
            if !text.ends_with('/') {
                text.push('/');
            }
            percent_encode(&mut text, segment);
        }
        Ok(Url { text: Secret::new(text), base: Secret::new(base) })
    }

    /// Returns the same URL with one more field of the query, both sides percent-encoded whole.
    pub fn with_query(self, name: &str, value: &str) -> Url {
        let known = self.text.expose();
        let separator = if find(known, b"?").is_some() { "&" } else { "?" };
        let mut text = concat(&[known, separator]);
        percent_encode(&mut text, name);
        text.push('=');
        percent_encode(&mut text, value);
        Url { text: Secret::new(text), ..self }
    }

    /// Returns the URL as it is called.
    pub fn text(&self) -> &Secret {
        &self.text
    }

    /// Returns the base that the URL was built on.
    pub(super) fn base(&self) -> &str {
        self.base.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(base: &str, segments: &[&str]) -> Result<String, Code> {
        Url::new(base, segments).map(|url| url.text().expose().to_owned()).map_err(|error| error.code)
    }

    #[test]
    fn a_url_built_by_code_keeps_each_piece_in_its_place() {
        let expected = "https://h.example/v1/users/a%2F..%2Fb%3Fc";
        assert_eq!(built("https://h.example/v1/", &["users", "a/../b?c"]).unwrap(), expected);
        assert_eq!(built("https://h.example/v1", &["users", "a/../b?c"]).unwrap(), expected);
        assert_eq!(built("https://h.example/token", &[]).unwrap(), "https://h.example/token");
        let url = Url::new("https://h.example", &["x"]).unwrap().with_query("a&b", "c=d").with_query("e", "");
        assert_eq!(url.text().expose(), "https://h.example/x?a%26b=c%3Dd&e=");
        for segment in ["", ".", ".."] {
            assert_eq!(built("https://h.example", &[segment]), Err(Code::TemplateValueMissing), "{segment}");
        }
        for base in [
            "",
            "h.example",
            "http://h.example",
            "https://",
            "https://u@h.example",
            "https://h.example/?x",
            "https://h.example:0",
            "https://h..example",
            "https://h.example/%2e%2e/v1",
            "https://h.example ",
        ] {
            assert_eq!(built(base, &["x"]), Err(Code::ActionFailed), "{base}");
        }
    }
}
