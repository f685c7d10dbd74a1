//! The response cache of sources with a `cache`, in memory.

use std::cell::RefCell;

use claimsmith_expression::Value;

/// The most answers in memory.
const MAX_ENTRIES: usize = 1_000;

/// The most bytes of answers in memory, as received.
const MAX_BYTES: usize = 4 << 20;

/// The answers of one engine, shared by all its logins. The least recently used is evicted first.
#[derive(Debug, Default)]
pub(crate) struct Answers(RefCell<Vec<(String, Answer)>>);

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) value: Value,
    /// The entity tag of this version (RFC 9110 §8.8.3).
    pub(crate) etag: Option<String>,
    /// True where the answer is 404 and means null.
    pub(crate) is_not_found: bool,
    pub(crate) bytes: usize,
    /// The time of its receipt or last validation, in milliseconds since the epoch.
    pub(crate) stored_at_ms: u64,
}

impl Answer {
    /// Returns whether it is younger than this. An answer from the future has no age that can be trusted.
    pub(crate) fn is_within(&self, age_ms: u64, now_ms: u64) -> bool {
        now_ms.checked_sub(self.stored_at_ms).is_some_and(|age| age < age_ms)
    }
}

impl Answers {
    /// Returns the answer under a key, however old.
    pub(crate) fn get(&self, key: &str) -> Option<Answer> {
        let mut answers = self.0.borrow_mut();
        let entry = take(&mut answers, key)?;
        let answer = entry.1.clone();
        answers.push(entry);
        Some(answer)
    }

    /// Drops an answer that does not hold any more.
    pub(crate) fn remove(&self, key: &str) {
        take(&mut self.0.borrow_mut(), key);
    }

    /// Keeps an answer in place of an older one.
    pub(crate) fn put(&self, key: String, answer: Answer) {
        let mut answers = self.0.borrow_mut();
        take(&mut answers, &key);
        answers.push((key, answer));
        let mut bytes: usize = answers.iter().map(|(_, answer)| answer.bytes).sum();
        while answers.len() > MAX_ENTRIES || bytes > MAX_BYTES {
            bytes -= answers.remove(0).1.bytes;
        }
    }
}

fn take(answers: &mut Vec<(String, Answer)>, key: &str) -> Option<(String, Answer)> {
    let position = answers.iter().position(|(known, _)| known == key)?;
    Some(answers.remove(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(bytes: usize) -> Answer {
        Answer { value: Value::Null, etag: None, is_not_found: false, bytes, stored_at_ms: 0 }
    }

    #[test]
    fn at_most_a_thousand_are_kept_and_the_one_unused_for_longest_leaves() {
        let answers = Answers::default();
        for index in 0..1_000 {
            answers.put(index.to_string(), answer(1));
        }
        assert!(answers.get("0").is_some());
        answers.put("new".to_owned(), answer(1));
        assert!(answers.get("0").is_some() && answers.get("1").is_none() && answers.get("2").is_some());
    }

    #[test]
    fn four_megabytes_are_kept_at_most() {
        let answers = Answers::default();
        for index in 0..5 {
            answers.put(index.to_string(), answer(1 << 20));
        }
        assert!(answers.get("0").is_none() && answers.get("1").is_some());
        answers.put("1".to_owned(), answer(0));
        answers.put("5".to_owned(), answer(1 << 20));
        assert!(answers.get("2").is_some());
    }

    #[test]
    fn an_answer_from_the_future_is_not_young() {
        let answer = Answer { stored_at_ms: 1_000, ..answer(1) };
        assert!(answer.is_within(10, 1_009) && !answer.is_within(10, 1_010) && !answer.is_within(10, 999));
    }
}
