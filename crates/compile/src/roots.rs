//! The names that expressions and templates begin with, beside those of sources.

/// What already means something, so that no source has such a name.
pub(crate) const RESERVED: [&str; 6] = ["event", "calls", "now", "settings", "secrets", "values"];
