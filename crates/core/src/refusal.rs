//! Who is to blame for a 401: the token, or the request that brought it.
//!
//! A backend that answers 401 means that the token is no good (RFC 6750 §3.1), and it is replaced. A request that is
//! refused with the next one as well is refused for its own sake: it must neither cost a token each time nor take
//! the one away that others use.

use std::rc::Rc;

use crate::host::Host;
use crate::shared_state::{DAY_MS, Entry, SharedState, Subject};

/// A grant's token is replaced once in this time, at most.
const PAUSE_MS: u64 = 60_000;

/// How long a request is to blame. For longer, up to a day, where others are accepted meanwhile: that proves the
/// tokens good. Where there are no others, it may be the tokens after all.
const BLAME_MS: u64 = 10 * 60 * 1_000;

/// So many other requests that are refused, and none accepted, say that it is the token.
const OTHERS: usize = 2;

/// What is known of refusals of one grant's tokens.
pub(crate) struct Refusals<'a> {
    pub(crate) state: &'a SharedState,
    pub(crate) id: Rc<str>,
}

impl Refusals<'_> {
    /// Returns whether a token that this request was refused with is to be replaced. Counts the refusal.
    pub(crate) fn may_replace(&self, host: &impl Host, subject: &Subject<'_>) -> bool {
        let now_ms = host.now_ms();
        let mut may_replace = true;
        self.state.change(&self.id, &mut |entry| {
            let is_recent = now_ms.checked_sub(entry.since_ms).is_some_and(|age| age < PAUSE_MS);
            let own = subject.mark(&self.id, now_ms).request;
            let others = entry.refused.iter().filter(|other| **other != own).count();
            let is_blamed = subject.is_among(entry, now_ms);
            may_replace = !is_recent && (!is_blamed || others >= OTHERS);
            if is_blamed {
                // Others have to be accepted again to prove it for longer.
                let until_ms = now_ms.saturating_add(BLAME_MS);
                let mark = subject.mark(&self.id, until_ms);
                for known in &mut entry.marks {
                    if known.request == mark.request || known.is_of_user(&mark) {
                        known.until_ms = known.until_ms.min(until_ms);
                    }
                }
            }
            // One more than has to be known, since one of them may be this request.
            if entry.refused.len() <= OTHERS && !entry.refused.contains(&own) {
                entry.refused.push(own);
            }
        });
        may_replace
    }

    /// Notes that a refused token was replaced.
    pub(crate) fn note_replaced(&self, host: &impl Host) {
        self.state.change(&self.id, &mut |entry| {
            entry.since_ms = host.now_ms();
            entry.refused.clear();
        });
        self.state.store(host);
    }

    /// Notes that the next token was refused for the same request.
    pub(crate) fn blame(&self, host: &impl Host, subject: &Subject<'_>) {
        let now_ms = host.now_ms();
        self.state.change(&self.id, &mut |entry| {
            let mark = subject.mark(&self.id, now_ms.saturating_add(BLAME_MS));
            entry.prune(now_ms);
            entry.marks.retain(|known| known.request != mark.request);
            entry.push(mark);
        });
        self.state.store(host);
    }

    /// Notes that a request was accepted.
    pub(crate) fn accept(&self, host: &impl Host, subject: &Subject<'_>) {
        let is_news = |entry: &Entry| !entry.marks.is_empty() || !entry.refused.is_empty();
        if !self.state.read(&self.id, is_news).unwrap_or(false) {
            return;
        }
        let now_ms = host.now_ms();
        let unproven_ms = now_ms.saturating_add(BLAME_MS);
        let mut changes = false;
        self.state.change(&self.id, &mut |entry| {
            entry.refused.clear();
            let own = subject.mark(&self.id, 0);
            let known = entry.marks.len();
            entry.marks.retain(|mark| mark.request != own.request);
            changes = entry.marks.len() < known;
            for mark in &mut entry.marks {
                if mark.until_ms > now_ms && mark.until_ms <= unproven_ms && !mark.is_of_user(&own) {
                    mark.until_ms = now_ms.saturating_add(DAY_MS);
                    changes = true;
                }
            }
        });
        if changes {
            self.state.store(host);
        }
    }
}
