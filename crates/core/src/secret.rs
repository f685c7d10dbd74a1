//! Text that must not be shown.

use std::fmt;
use std::rc::Rc;

/// A client secret, a token, or a text that one of them went into. Prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Rc<str>);

impl Secret {
    /// Wraps the text.
    pub fn new(text: impl Into<Rc<str>>) -> Secret {
        Secret(text.into())
    }

    /// Returns the text itself, for the request it was made for. Every use is a place to review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// The secrets of one login, by name. Only those that the configuration names are held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Secrets(Vec<(Rc<str>, Secret)>);

impl Secrets {
    /// Returns the secret with this name.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.iter().find(|(known, _)| &**known == name).map(|(_, secret)| secret)
    }
}

impl From<Vec<(Rc<str>, Secret)>> for Secrets {
    fn from(secrets: Vec<(Rc<str>, Secret)>) -> Secrets {
        Secrets(secrets)
    }
}

impl FromIterator<(Rc<str>, Secret)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (Rc<str>, Secret)>>(secrets: I) -> Secrets {
        Secrets(secrets.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_redacted_however_deep_it_lies() {
        let secrets: Secrets = [("KEY".into(), Secret::new("hunter2"))].into_iter().collect();
        let printed = format!("{secrets:?}");
        assert!(printed.contains("[redacted]") && !printed.contains("hunter2"), "{printed}");
    }
}
