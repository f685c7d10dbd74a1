//! Decides whether a 401 is due to the token or to the request that carried it.
//!
//! A backend that answers 401 means that the token is no good (RFC 6750 §3.1), and it is replaced. A request that is
//! refused with the next one as well is refused for its own sake: it must neither cost a token each time nor take
//! the one away that others use.

use std::rc::Rc;

use claimsmith_expression::list::keep;

use crate::host::Host;
use crate::shared_state::{DAY_MS, Entry, SharedState, Subject};

/// A grant's token is replaced once in this time, at most.
const PAUSE_MS: u64 = 60_000;

/// The time for which a request is to blame at first; each token replaced in vain doubles it, to a day. It is a
/// day where others are accepted meanwhile: that proves the tokens good. Where there are no others, it may be the
/// tokens after all.
const BLAME_MS: u64 = 10 * 60 * 1_000;

/// So many other requests, of other users, that are refused, and none accepted, say that it is the token.
const OTHERS: usize = 2;

/// The refusals of one grant's tokens.
pub(crate) struct Refusals<'a> {
    pub(crate) state: &'a SharedState,
    pub(crate) id: Rc<str>,
}

impl Refusals<'_> {
    /// Returns whether a token that this request was refused with is to be replaced. Counts the refusal.
    pub(crate) fn may_replace(&self, host: &impl Host, subject: &Subject<'_>) -> bool {
        let now_ms = host.now_ms();
        let (mut may_replace, mut changes) = (true, false);
        self.state.change(&self.id, &mut |entry| {
            let is_recent = now_ms.checked_sub(entry.since_ms).is_some_and(|age| age < PAUSE_MS);
            let own = subject.mark(&self.id, now_ms);
            let mut others = 0;
            for other in &entry.refused {
                others += usize::from(!subject.is_own(other, &own));
            }
            let is_blamed = subject.is_among(entry, now_ms);
            may_replace = !is_recent && (!is_blamed || others >= OTHERS);
            if is_blamed {
                // Others have to be accepted again to prove it for longer.
                for known in entry.marks.iter_mut().filter(|known| subject.is_own(known, &own)) {
                    let unproven_ms = now_ms.saturating_add(known.period_ms);
                    changes |= known.until_ms > unproven_ms;
                    known.until_ms = known.until_ms.min(unproven_ms);
                }
            }
            // One user who asks for ever something else is one.
            if others <= OTHERS && others == entry.refused.len() {
                entry.refused.push(own);
            }
        });
        if changes {
            self.state.store(host);
        }
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
            let mut mark = subject.mark(&self.id, 0);
            entry.prune(now_ms);
            let mut period_ms = 0_u64;
            for known in entry.marks.iter().filter(|known| subject.is_own(known, &mark)) {
                period_ms = period_ms.max(known.period_ms);
            }
            mark.period_ms = period_ms.saturating_mul(2).clamp(BLAME_MS, DAY_MS);
            mark.until_ms = now_ms.saturating_add(mark.period_ms);
            keep(&mut entry.marks, &mut |known| !subject.is_own(known, &mark));
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
        let proven_ms = now_ms.saturating_add(DAY_MS);
        let mut changes = false;
        self.state.change(&self.id, &mut |entry| {
            entry.refused.clear();
            let own = subject.mark(&self.id, 0);
            let known = entry.marks.len();
            keep(&mut entry.marks, &mut |mark| mark.request != own.request);
            changes = entry.marks.len() < known;
            for mark in entry.marks.iter_mut().filter(|mark| !subject.is_own(mark, &own)) {
                // Once for each refusal.
                if mark.until_ms <= now_ms.saturating_add(mark.period_ms) {
                    mark.until_ms = proven_ms;
                    changes = true;
                }
            }
        });
        if changes {
            self.state.store(host);
        }
    }
}
