//! Suggestions for words that are misspelt.

/// Returns the candidate that the fewest edits turn `name` into, if that is a likely slip.
pub(crate) fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let most = name.chars().count().div_ceil(3).max(1);
    let mut nearest = None;
    let mut fewest = most + 1;
    for candidate in candidates {
        let edits = edits(name, candidate);
        if edits < fewest {
            (nearest, fewest) = (Some(*candidate), edits);
        }
    }
    nearest
}

/// Levenshtein's distance, a row at a time.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, left) in from.chars().enumerate() {
        let mut diagonal = above;
        let mut previous = above + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(to.chars()) {
            let replaced = diagonal + usize::from(left != right);
            diagonal = *cell;
            previous = replaced.min(previous + 1).min(*cell + 1);
            *cell = previous;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", ""), 3);
        assert_eq!(edits("same", "same"), 0);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let keys = ["token_url", "client_id", "timeout_ms"];
        assert_eq!(nearest("tokn_url", &keys), Some("token_url"));
        assert_eq!(nearest("timeout", &keys), Some("timeout_ms"));
        assert_eq!(nearest("zzz", &keys), None);
    }
}
