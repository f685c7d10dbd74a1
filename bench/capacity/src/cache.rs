//! `api.cache` as Auth0 documents it: small, shared by the instances of one Action, and promising nothing.

use std::cell::RefCell;
use std::rc::Rc;

const MAX_ENTRIES: usize = 20;
const MAX_KEY_BYTES: usize = 64;
const MAX_VALUE_BYTES: usize = 4_096;
const MAX_BYTES: usize = 8_192;
const MAX_TTL_MS: u64 = 24 * 60 * 60 * 1_000;

/// How the cache loses what it was given, before the time of an entry is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Loss {
    /// It does not.
    Never,
    /// Each entry at a random moment, so long after it was written on average.
    After {
        /// The mean of an exponential draw.
        mean_ms: f64,
    },
    /// At once: as if there were no cache.
    AtOnce,
}

/// The cache of one Action.
pub(crate) struct ApiCache {
    entries: RefCell<Vec<Entry>>,
    loss: Loss,
    random: RefCell<fastrand::Rng>,
}

struct Entry {
    key: String,
    value: Rc<str>,
    /// When it is over, or lost.
    ends_at_ms: u64,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.key.len() + self.value.len()
    }
}

impl ApiCache {
    pub(crate) fn new(loss: Loss, seed: u64) -> ApiCache {
        ApiCache { entries: RefCell::default(), loss, random: RefCell::new(fastrand::Rng::with_seed(seed)) }
    }

    pub(crate) fn get(&self, key: &str, now_ms: u64) -> Option<String> {
        let entries = self.entries.borrow();
        let entry = entries.iter().find(|entry| entry.key == key && entry.ends_at_ms > now_ms)?;
        Some(entry.value.to_string())
    }

    /// Writes an entry. `false` where a limit is passed; while one replaces another, both count.
    pub(crate) fn set(&self, key: &str, value: &str, ttl_ms: u64, now_ms: u64) -> bool {
        let mut entries = self.entries.borrow_mut();
        entries.retain(|entry| entry.ends_at_ms > now_ms);
        let bytes = entries.iter().map(Entry::bytes).sum::<usize>() + key.len() + value.len();
        let is_new = !entries.iter().any(|entry| entry.key == key);
        if key.len() > MAX_KEY_BYTES
            || value.len() > MAX_VALUE_BYTES
            || bytes > MAX_BYTES
            || (is_new && entries.len() >= MAX_ENTRIES)
        {
            return false;
        }
        let kept_ms = match self.loss {
            Loss::Never => MAX_TTL_MS,
            Loss::After { mean_ms } => exponential_ms(&mut self.random.borrow_mut(), mean_ms),
            Loss::AtOnce => 0,
        };
        entries.retain(|entry| entry.key != key);
        let ends_at_ms = now_ms + ttl_ms.min(MAX_TTL_MS).min(kept_ms);
        entries.push(Entry { key: key.to_owned(), value: value.into(), ends_at_ms });
        true
    }

    pub(crate) fn delete(&self, key: &str) {
        self.entries.borrow_mut().retain(|entry| entry.key != key);
    }

    /// Loses everything at once.
    pub(crate) fn clear(&self) {
        self.entries.borrow_mut().clear();
    }
}

/// A wait for something that happens at random, so long on average.
pub(crate) fn exponential_ms(random: &mut fastrand::Rng, mean_ms: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the logarithm is not positive, and a cast saturates"
    )]
    let wait_ms = (-mean_ms * (1.0 - random.f64()).ln()) as u64;
    wait_ms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_api_cache_are_kept() {
        let cache = ApiCache::new(Loss::Never, 1);
        assert!(cache.set("a", &"x".repeat(4_096), 1_000, 0));
        assert!(!cache.set("b", &"x".repeat(4_097), 1_000, 0), "a value of more than 4 kB");
        assert!(!cache.set(&"k".repeat(65), "x", 1_000, 0), "a key of more than 64 bytes");
        assert!(!cache.set("a", &"y".repeat(4_096), 1_000, 0), "old and new count together");
        assert!(cache.get("a", 999).is_some() && cache.get("a", 1_000).is_none());
        for index in 0..20 {
            assert!(cache.set(&index.to_string(), "x", u64::MAX, 1_000));
        }
        assert!(!cache.set("one too many", "x", 1_000, 1_000));
        assert!(cache.get("7", 1_000 + MAX_TTL_MS).is_none(), "a day at most");
    }

    #[test]
    fn entries_are_lost_after_the_time_that_was_asked_for_on_average() {
        let cache = ApiCache::new(Loss::After { mean_ms: 1_000.0 }, 1);
        let kept = (0..10_000u64).filter(|_| {
            cache.set("a", "x", 60_000, 0);
            cache.get("a", 1_000).is_some()
        });
        // One in e.
        assert!((3_500..3_850).contains(&kept.count()));
        let cache = ApiCache::new(Loss::AtOnce, 1);
        assert!(cache.set("a", "x", 60_000, 0) && cache.get("a", 0).is_none());
    }
}
