//! The state that instances of an Action share through `api.cache`: failing endpoints, and requests that are
//! refused with any token. One small record for all of it.
//!
//! `api.cache` has no transactions, so an update may be lost. That only delays it.

use std::cell::RefCell;
use std::rc::Rc;

use claimsmith_expression::list::keep;
use claimsmith_expression::{Map, Number, Value, json};

use crate::digest::short_digest;
use crate::host::Host;
use crate::http::Request;
use crate::moment::moment;
use crate::source::request_key;
use crate::token::Grant;

/// The record in `api.cache`: an object with a list for each [`Entry`], by its id. In the list stand
/// `cleared_at_ms`, `since_ms`, `period_ms`, and then the four members of each [`Mark`].
const CACHE_KEY: &str = "claimsmith.breakers";

/// The largest record: `api.cache` has 8 kB for everything, and counts an entry twice while it is replaced.
const MAX_RECORD_BYTES: usize = 1_024;

/// The most marks of an entry in the record, and in memory.
const MAX_SHARED_MARKS: usize = 8;
const MAX_MARKS: usize = 256;

/// The most entries in memory: a template can make a grant for each user.
const MAX_ENTRIES: usize = 256;

/// The time for which a failure counts, and for which the record says that an entry was cleared.
pub(crate) const WINDOW_MS: u64 = 60_000;

/// No mark lasts longer.
pub(crate) const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The state of one engine, merged with what other instances have written.
#[derive(Debug, Default)]
pub(crate) struct SharedState {
    /// The one changed last comes last.
    entries: RefCell<Vec<Entry>>,
    /// The record that was merged last: nearly every login finds it unchanged.
    merged: RefCell<String>,
}

/// The state of one endpoint, or of one grant.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    id: Rc<str>,
    /// When everything before was forgotten, since a call succeeded.
    pub(crate) cleared_at_ms: u64,
    /// When the circuit was opened, or the token replaced; 0 for never.
    pub(crate) since_ms: u64,
    /// The time for which the circuit is open.
    pub(crate) period_ms: u64,
    pub(crate) marks: Vec<Mark>,
    /// The requests that were refused since one was accepted. Not shared.
    pub(crate) refused: Vec<Mark>,
}

/// One failure, or one request that is refused, and whom it is put down to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    /// When it ceases to count.
    pub(crate) until_ms: u64,
    /// The time for which a request is to blame of which nothing else is known; 0 for a failure.
    pub(crate) period_ms: u64,
    /// A digest of the user; empty where the request holds nothing of the login.
    pub(crate) user: Rc<str>,
    /// A digest of the request; empty where it is not to blame.
    pub(crate) request: Rc<str>,
}

/// Whose login it is, and what was counted of it.
#[derive(Debug, Default)]
pub(crate) struct Caller {
    /// `user_id`, or of a machine its `client_id`; empty where it is not known.
    pub(crate) user_id: String,
    /// The circuits that have counted a failure of this login.
    pub(crate) counted: RefCell<Vec<Rc<str>>>,
}

/// The possible causes of a failure: the request and the user.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) caller: &'a Caller,
    /// The id of the circuit that the call goes through.
    pub(crate) endpoint: &'a str,
    /// The request; `None` for that of the grant's token, which may differ at each attempt.
    pub(crate) request: Option<&'a Request>,
    pub(crate) grant: Option<&'a Grant>,
    /// True where the request depends on the login. One that does not fails for all users alike.
    pub(crate) is_personal: bool,
}

impl Subject<'_> {
    /// A mark of this subject for the entry `id`, under which its digests are its own.
    pub(crate) fn mark(&self, id: &str, until_ms: u64) -> Mark {
        let user = match self.is_personal {
            true => short_digest(&[id, self.endpoint, &self.caller.user_id]),
            false => "".into(),
        };
        let request = match (self.request, self.grant) {
            (Some(request), grant) => short_digest(&[id, &request_key(request, grant)]),
            (None, Some(grant)) => short_digest(&[id, grant.identity().expose()]),
            (None, None) => "".into(),
        };
        Mark { until_ms, period_ms: 0, user, request }
    }

    /// Returns whether one of the marks is of this request or, where it is known, of this user.
    pub(crate) fn is_among(&self, entry: &Entry, now_ms: u64) -> bool {
        if entry.marks.is_empty() {
            return false;
        }
        let own = self.mark(&entry.id, now_ms);
        entry.marks.iter().any(|mark| mark.until_ms > now_ms && self.is_own(mark, &own))
    }

    /// Returns whether a mark is of the same request or, where known, of the same user as this subject's `own`.
    pub(crate) fn is_own(&self, mark: &Mark, own: &Mark) -> bool {
        let is_known = self.is_personal && !self.caller.user_id.is_empty();
        let is_request = !mark.request.is_empty() && mark.request == own.request;
        is_request || (is_known && mark.is_of_user(own))
    }
}

impl Mark {
    /// A request that was to blame is kept for a day more: should it be again, it is for longer.
    fn kept_until_ms(&self) -> u64 {
        self.until_ms.saturating_add(if self.period_ms > 0 { DAY_MS } else { 0 })
    }

    /// Returns whether both are of the same user and request.
    fn is_of_subject(&self, other: &Mark) -> bool {
        !self.request.is_empty() && self.request == other.request && self.user == other.user
    }

    /// Returns whether both are of the same user.
    pub(crate) fn is_of_user(&self, other: &Mark) -> bool {
        !self.user.is_empty() && self.user == other.user
    }
}

impl Entry {
    /// Drops what is over, and what a clock that was set back has put into the future.
    pub(crate) fn prune(&mut self, now_ms: u64) {
        let most_ms = now_ms.saturating_add(DAY_MS);
        keep(&mut self.marks, &mut |mark| mark.kept_until_ms() > now_ms && mark.until_ms <= most_ms);
    }

    /// Adds a mark, and drops the oldest where there are too many.
    pub(crate) fn push(&mut self, mark: Mark) {
        if self.marks.len() >= MAX_MARKS {
            self.marks.remove(0);
        }
        self.marks.push(mark);
    }

    /// Returns the time from which the record need not have it.
    fn ends_at_ms(&self) -> u64 {
        let last = self.cleared_at_ms.max(self.since_ms.saturating_add(self.period_ms));
        let known_ms = if last == 0 { 0 } else { last.saturating_add(WINDOW_MS) };
        self.marks.iter().fold(known_ms, |latest, mark| latest.max(mark.kept_until_ms()))
    }

    fn merge(&mut self, list: &[Value], now_ms: u64) {
        // Clocks differ by less than a minute. What is further ahead was set back, or is garbage.
        let past = |at_ms: u64| if at_ms < now_ms.saturating_add(WINDOW_MS) { at_ms } else { 0 };
        let since_ms = past(read_moment(list.get(1)));
        self.cleared_at_ms = past(self.cleared_at_ms).max(past(read_moment(list.first())));
        if since_ms > self.since_ms {
            (self.since_ms, self.period_ms) = (since_ms, read_moment(list.get(2)));
        }
        if self.since_ms < self.cleared_at_ms {
            self.since_ms = 0;
        }
        for member in list.get(3..).unwrap_or_default().chunks(4) {
            let [until, period, user, request] = member else { continue };
            let (Some(user), Some(request)) = (user.as_str(), request.as_str()) else { continue };
            let (until_ms, period_ms) = (read_moment(Some(until)), read_moment(Some(period)).min(DAY_MS));
            let mark = Mark { until_ms, period_ms, user: user.into(), request: request.into() };
            let is_same = |known: &Mark| *known == mark || known.is_of_subject(&mark);
            let position = self.marks.iter().position(is_same);
            match position.and_then(|position| self.marks.get_mut(position)) {
                Some(known) => *known = mark,
                None => self.push(mark),
            }
        }
        let cleared_at_ms = self.cleared_at_ms;
        keep(&mut self.marks, &mut |mark| mark.until_ms.saturating_sub(WINDOW_MS) >= cleared_at_ms);
    }

    fn to_value(&self) -> Value {
        let moments = [self.cleared_at_ms, self.since_ms, self.period_ms];
        let mut list = Vec::new();
        for moment_ms in moments {
            list.push(moment(moment_ms));
        }
        let first = self.marks.len().saturating_sub(MAX_SHARED_MARKS);
        for mark in self.marks.get(first..).unwrap_or_default() {
            let Mark { until_ms, period_ms, user, request } = mark;
            list.append(&mut vec![
                moment(*until_ms),
                moment(*period_ms),
                Rc::clone(user).into(),
                Rc::clone(request).into(),
            ]);
        }
        list.into()
    }
}

impl SharedState {
    /// Merges what other instances have written.
    pub(crate) fn load(&self, host: &impl Host) {
        let Some(record) = host.cache_get(CACHE_KEY) else { return };
        if *self.merged.borrow() == record {
            return;
        }
        let now_ms = host.now_ms();
        if let Ok(Value::Object(entries)) = json::read(record.as_bytes()) {
            for (id, list) in entries.iter() {
                if let Some(list) = list.as_array() {
                    self.change(id, &mut |entry| entry.merge(list, now_ms));
                }
            }
        }
        self.merged.replace(record);
    }

    /// Returns whether there is no entry.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// Returns what `look` finds in the entry with this id; `None` where there is no entry.
    pub(crate) fn read<T>(&self, id: &str, look: impl FnOnce(&Entry) -> T) -> Option<T> {
        self.entries.borrow().iter().find(|entry| *entry.id == *id).map(look)
    }

    /// Changes the entry with this id, made where there is none.
    pub(crate) fn change(&self, id: &Rc<str>, change: &mut dyn FnMut(&mut Entry)) {
        let mut entries = self.entries.borrow_mut();
        let position = entries.iter().position(|entry| entry.id == *id);
        let mut entry = match position {
            Some(position) => entries.remove(position),
            None => Entry { id: Rc::clone(id), ..Entry::default() },
        };
        change(&mut entry);
        if entries.len() >= MAX_ENTRIES {
            entries.remove(0);
        }
        entries.push(entry);
    }

    /// Writes the record: what was changed last, as far as there is room. Where `api.cache` does not take it, each
    /// instance finds out for itself.
    pub(crate) fn store(&self, host: &impl Host) {
        let now_ms = host.now_ms();
        let mut entries = self.entries.borrow_mut();
        keep(&mut entries, &mut |entry| {
            entry.prune(now_ms);
            (entry.since_ms > 0 && entry.period_ms > 0) || entry.ends_at_ms() > now_ms
        });
        let (mut members, mut bytes, mut ends_at_ms) = (Vec::new(), 2, now_ms);
        for entry in entries.iter().rev().filter(|entry| entry.ends_at_ms() > now_ms) {
            let list = entry.to_value();
            bytes += list.to_json().len() + entry.id.len() + 4;
            if bytes > MAX_RECORD_BYTES {
                break;
            }
            ends_at_ms = ends_at_ms.max(entry.ends_at_ms());
            members.push((Rc::clone(&entry.id), list));
        }
        if members.is_empty() {
            host.cache_delete(CACHE_KEY);
        } else {
            let record = Value::from(Map::from_members(members)).to_json();
            host.cache_set(CACHE_KEY, &record, (ends_at_ms - now_ms).min(DAY_MS));
        }
    }
}

fn read_moment(value: Option<&Value>) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let moment_ms = value.and_then(Value::as_number).map_or(0.0, Number::as_f64) as u64;
    moment_ms
}
