//! Auth0's `api`. Its calls are made together, when the handler has succeeded.

use std::fmt;

use claimsmith_core::expression::text::concat;
use claimsmith_core::expression::{Cause, Value};
use claimsmith_core::{
    Code, Effects, Error, Host as _, MfaDemand, MfaFacts, Subject, Target, TargetState, Trigger,
};

use crate::event::Event;
use crate::platform::{Host, Outside};

/// Bytes of a key of `api.cache`, and of a value. It refuses more.
const MAX_KEY: usize = 64;
const MAX_VALUE: usize = 4 * 1024;

/// Auth0's `api`. Its calls are made together, when the handler has succeeded.
pub struct Api<'a> {
    effects: Effects,
    event: &'a Event,
    outside: &'a Outside,
    host: &'a Host,
    trigger: Trigger,
}

impl fmt::Debug for Api<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Api")
    }
}

impl<'a> Api<'a> {
    pub(crate) fn new(event: &'a Event, outside: &'a Outside, host: &'a Host, trigger: Trigger) -> Api<'a> {
        Api { effects: Effects::default(), event, outside, host, trigger }
    }

    pub(crate) fn into_effects(self) -> Effects {
        self.effects
    }
}

impl Api<'_> {
    /// Sets a claim for each of the targets, of what a type holds. Null, such as `None`, is no value, so nothing is set.
    ///
    /// # Errors
    /// As [`Api::set_custom_claim`]. The path begins with `claims`.
    #[cfg(feature = "serde")]
    pub fn claim<T: serde::Serialize + ?Sized>(
        &mut self,
        targets: &[Target],
        name: &str,
        value: &T,
    ) -> Result<(), Error> {
        self.set_each(targets, name, crate::data::to_value(value))
    }

    // Not generic: one copy serves all types.
    #[cfg(feature = "serde")]
    fn set_each(&mut self, targets: &[Target], name: &str, value: Result<Value, Error>) -> Result<(), Error> {
        let value = value.map_err(|error| under_claim(name, &error))?;
        for target in targets {
            self.set(*target, name, value.clone())?;
        }
        Ok(())
    }

    /// Sets a claim, in place of one of the same name and target. Null is no value, so nothing is set.
    ///
    /// # Errors
    /// `claim_reserved` where Auth0 would silently drop the name, `config_invalid` where this login's api
    /// lacks the target or the name does not fit it, `claim_type_mismatch` where the target takes no such value,
    /// `unsafe_integer`; `claims_too_large` where the value, or the claims of the target together, are larger than Auth0
    /// takes; `api_refused` where the user's metadata is no object; `unavailable` where a part of the value could not be
    /// read.
    pub fn set_custom_claim(
        &mut self,
        target: Target,
        name: &str,
        value: impl Into<Value>,
    ) -> Result<(), Error> {
        self.set(target, name, value.into())
    }

    fn set(&mut self, target: Target, name: &str, value: Value) -> Result<(), Error> {
        if !self.effects.knows(target) {
            let held = target.place_in_event().map_or(Value::Null, |names| {
                self.event.value(&names).unwrap_or(Value::Unavailable(Cause::Failed))
            });
            self.effects.set_target(TargetState { target, is_missing: !self.outside.has(target), held });
        }
        self.effects.set_claim(target, name, value)
    }

    /// Adds a scope to the access token.
    ///
    /// # Errors
    /// `action_failed` where Auth0 takes no such scope.
    pub fn add_scope(&mut self, scope: &str) -> Result<(), Error> {
        self.effects.add_scope(scope)
    }

    /// Removes a scope from the access token.
    ///
    /// # Errors
    /// As [`Api::add_scope`].
    pub fn remove_scope(&mut self, scope: &str) -> Result<(), Error> {
        self.effects.remove_scope(scope)
    }

    /// Denies access, for a reason that the user reads. Nothing else is done then. To end the handler with it, return
    /// [`Error::denial`].
    pub fn deny(&mut self, reason: &str) {
        self.effects.deny(reason);
    }

    /// Demands a further factor. Of several demands the first counts. Nothing is demanded of a login that has had one,
    /// or of a refresh or an exchange of a token, where there is nobody to ask: but for [`MfaDemand::always`]. Where Auth0
    /// refuses the demand, the login is denied.
    ///
    /// ```
    /// # use claimsmith::prelude::*;
    /// # fn demand(api: &mut Api<'_>) -> Result<(), Error> {
    /// api.demand_mfa(&MfaDemand::challenge(&[Factor::Otp, Factor::Email]))
    /// # }
    /// ```
    ///
    /// # Errors
    /// `unavailable` where none can be demanded of this user: he has none of the factors, and can enrol none, or what he
    /// has cannot be read. `action_failed` where the trigger has no user.
    pub fn demand_mfa(&mut self, demand: &MfaDemand) -> Result<(), Error> {
        self.check_user("mfa")?;
        let read = |names: &[&str]| self.event.value(names).unwrap_or(Value::Unavailable(Cause::Failed));
        let facts = MfaFacts {
            methods: read(&["authentication", "methods"]),
            protocol: read(&["transaction", "protocol"]),
            enrolled: read(&["user", "enrolledFactors"]),
            has_address: !read(&["user", "email"]).is_null(),
        };
        self.effects.demand_mfa(demand, &facts)
    }

    /// Returns the user's session, to end it or to say how long it lasts.
    pub fn session(&mut self) -> Lifetime<'_> {
        self.lifetime(Subject::Session)
    }

    /// Returns the refresh token, likewise.
    pub fn refresh_token(&mut self) -> Lifetime<'_> {
        self.lifetime(Subject::RefreshToken)
    }

    fn lifetime(&mut self, subject: Subject) -> Lifetime<'_> {
        let is_allowed = self.check_user(subject.as_str());
        // One whose id cannot be read is there.
        let is_there = !self.event.value(&[subject.as_str(), "id"]).is_ok_and(|id| id.is_null());
        Lifetime { effects: &mut self.effects, subject, now_ms: self.host.now_ms(), is_there, is_allowed }
    }

    /// Refuses what is about a user where there is none.
    fn check_user(&self, place: &str) -> Result<(), Error> {
        match self.trigger {
            Trigger::PostLogin => Ok(()),
            Trigger::CredentialsExchange => {
                Err(Error::new(Code::ActionFailed, "a machine has no session and no factors").at(place))
            }
        }
    }

    /// `api.cache`, which the Actions of a trigger share. Its limits are narrow: 20 entries, of which tokens take
    /// some, keys of 64 bytes, values of 4 kB, 8 kB in all.
    pub fn cache(&self) -> Cache<'_> {
        Cache(self.host)
    }
}

#[cfg(feature = "serde")]
fn under_claim(name: &str, error: &Error) -> Error {
    let between = if error.path.is_empty() || error.path.starts_with('[') { "" } else { "." };
    Error::new(error.code, &*error.message).at(&concat(&["claims.", name, between, &error.path]))
}

/// How long a session or a refresh token lasts.
#[derive(Debug)]
#[must_use = "it changes nothing by itself"]
pub struct Lifetime<'a> {
    effects: &'a mut Effects,
    subject: Subject,
    now_ms: u64,
    is_there: bool,
    is_allowed: Result<(), Error>,
}

impl Lifetime<'_> {
    /// Lets it expire so many seconds from now.
    ///
    /// # Errors
    /// `action_failed` where that is not 1 second to 10 years, or the trigger has no user.
    pub fn expires_in_s(self, seconds: u32) -> Result<(), Error> {
        self.is_allowed?;
        self.effects.expire(self.subject, false, seconds, self.now_ms)
    }

    /// Lets it expire where it is not used for so many seconds.
    ///
    /// # Errors
    /// As [`Lifetime::expires_in_s`].
    pub fn idle_expires_in_s(self, seconds: u32) -> Result<(), Error> {
        self.is_allowed?;
        self.effects.expire(self.subject, true, seconds, self.now_ms)
    }

    /// Revokes it, and denies the login for the same reason, which the user reads. Without one the login is denied only.
    ///
    /// # Errors
    /// `action_failed` where the trigger has no user.
    pub fn revoke(self, reason: &str) -> Result<(), Error> {
        self.is_allowed?;
        self.effects.revoke(self.subject, reason, self.is_there);
        Ok(())
    }
}

/// `api.cache`: texts that may outlive an execution. Where a trigger has none it is empty.
pub struct Cache<'a>(&'a Host);

impl fmt::Debug for Cache<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Cache")
    }
}

impl Cache<'_> {
    /// Returns the text under a key.
    pub fn get(&self, key: &str) -> Option<String> {
        self.0.cache_get(key)
    }

    /// Keeps a text for so many milliseconds, a day at most.
    ///
    /// # Errors
    /// `action_failed` where the key has more than 64 bytes or the text more than 4 kB; `api_refused` where the cache did
    /// not take it, since it is full.
    pub fn set(&self, key: &str, value: &str, ttl_ms: u64) -> Result<(), Error> {
        let refused = |code, message: &str| Err(Error::new(code, message).at(&concat(&["cache.", key])));
        if key.len() > MAX_KEY {
            return refused(Code::ActionFailed, "a key of `api.cache` has 64 bytes at most");
        }
        if value.len() > MAX_VALUE {
            return refused(Code::ActionFailed, "a value of `api.cache` has 4 kB at most");
        }
        if !self.0.cache_set(key, value, ttl_ms) {
            return refused(Code::ApiRefused, "`api.cache` did not take it; it may be full");
        }
        Ok(())
    }

    /// Returns what is kept under a key as a type; `None` where there is nothing, or nothing that fits the type: an
    /// earlier version may have written it.
    #[cfg(feature = "serde")]
    pub fn json<T: serde::de::DeserializeOwned>(&self, key: &str) -> Option<T> {
        let value = claimsmith_core::expression::json::read(self.get(key)?.as_bytes()).ok()?;
        crate::data::from_value(&value).ok()
    }

    /// Keeps what a type holds, as JSON.
    ///
    /// # Errors
    /// As [`Cache::set`] and [`to_value`](crate::to_value).
    #[cfg(feature = "serde")]
    pub fn set_json<T: serde::Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        ttl_ms: u64,
    ) -> Result<(), Error> {
        self.set(key, &crate::data::to_value(value)?.to_json(), ttl_ms)
    }

    /// Removes a key. One that is not there is fine.
    pub fn delete(&self, key: &str) {
        self.0.cache_delete(key);
    }
}
