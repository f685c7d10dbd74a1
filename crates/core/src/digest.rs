//! Names for things that are kept, made of all that makes them what they are.

use sha2::{Digest, Sha256};

use crate::encode::base64url;

/// A SHA-256 over the parts, as 43 characters of base64url. Each part goes in with its length, so that no two
/// lists of parts run into one.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    base64url(&hash.finalize())
}
