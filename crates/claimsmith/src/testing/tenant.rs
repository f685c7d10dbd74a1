//! A tenant that runs a handler.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use claimsmith_core::expression::{Map, Value, json};
use claimsmith_core::http::Method;
use claimsmith_core::words::Word;
use claimsmith_core::{Target, Trigger};

use super::login::Login;
use crate::Timestamp;
use crate::event::Event;
use crate::handler::{Handler, Shared};
use crate::platform::{Answers, Host, Outside, Part, Reply, World};
use crate::session::join_all;

/// The moment at which a tenant's clock begins, in milliseconds since 1970: 2026-01-05T08:00:00Z, a Monday.
const START_MS: u64 = 1_767_600_000_000;

/// A tenant with one Action. It keeps what outlives a login: the handler, tokens, the state of endpoints, `api.cache`,
/// and a clock that moves only where a handler waits.
pub struct Tenant<T> {
    world: Rc<World>,
    secrets: RefCell<Map>,
    targets: Rc<[Target]>,
    post_login: Shared<T>,
    credentials_exchange: Shared<T>,
}

impl<T> fmt::Debug for Tenant<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tenant")
    }
}

impl<T: Handler> Tenant<T> {
    /// Returns a tenant whose API gives these answers. The Action has no secrets.
    pub fn new(answers: Answers) -> Tenant<T> {
        Tenant {
            world: Rc::new(World::new(answers, START_MS)),
            secrets: RefCell::default(),
            targets: Target::ALL.into(),
            post_login: Shared::new(Trigger::PostLogin),
            credentials_exchange: Shared::new(Trigger::CredentialsExchange),
        }
    }

    /// Returns the same tenant with a secret of the Action.
    #[must_use]
    pub fn secret(self, name: &str, value: &str) -> Tenant<T> {
        self.set_secret(name, value);
        self
    }

    /// Returns the same tenant with the secret `API_URL` and those of [`Secrets::grant`](crate::Secrets::grant).
    #[must_use]
    pub fn api(self, url: &str) -> Tenant<T> {
        self.secret("API_URL", url)
            .secret("TOKEN_URL", "https://tenant.example/oauth/token")
            .secret("CLIENT_ID", "client-id")
            .secret("CLIENT_SECRET", "client-secret")
    }

    /// Returns the same tenant, whose clock begins at a time of RFC 3339. Where nothing is said, at 2026-01-05T08:00:00Z.
    #[must_use]
    pub fn at(self, time: &str) -> Tenant<T> {
        match Timestamp::read(time).and_then(|time| u64::try_from(time.as_ms()).ok()) {
            Some(time_ms) => self.world.begin_at(time_ms),
            None => panic!("`{time}` is no time of RFC 3339 after 1970"),
        }
        self
    }

    /// Returns the same tenant, whose `api` lacks a target, as some triggers and versions do.
    #[must_use]
    pub fn without(mut self, target: Target) -> Tenant<T> {
        self.targets = self.targets.iter().copied().filter(|known| *known != target).collect();
        self
    }

    /// Changes a secret, or adds one.
    pub fn set_secret(&self, name: &str, value: &str) {
        self.secrets.borrow_mut().insert(name.into(), value.into());
    }

    /// Answers from now on this, in place of what was scripted: see [`Answers::get`].
    pub fn answer(&self, method: Method, path: &str, reply: impl Into<Reply>) {
        self.world.answers.replace(method, path, reply.into());
    }

    /// Lets time pass.
    pub fn advance_ms(&self, duration_ms: u64) {
        self.world.advance(duration_ms);
    }

    /// Returns the time, in milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.world.now_ms()
    }

    /// Forgets what an instance keeps in memory, as where Auth0 starts another. `api.cache` stays.
    pub fn restart(&mut self) {
        self.post_login = Shared::new(Trigger::PostLogin);
        self.credentials_exchange = Shared::new(Trigger::CredentialsExchange);
    }

    /// Returns what `api.cache` holds under a key.
    pub fn cached(&self, key: &str) -> Option<String> {
        let cache = self.world.cache.borrow();
        cache.get(key).filter(|(_, end_ms)| *end_ms > self.now_ms()).map(|(value, _)| value.clone())
    }

    /// Runs a login with this event, which is JSON.
    pub fn login(&self, event: &str) -> Login {
        self.run(&self.post_login, &[event]).remove(0)
    }

    /// Runs logins side by side, in one instance; the results in their order.
    pub fn logins(&self, events: &[&str]) -> Vec<Login> {
        self.run(&self.post_login, events)
    }

    /// Runs a credentials-exchange with this event: a machine gets a token.
    pub fn exchange(&self, event: &str) -> Login {
        self.run(&self.credentials_exchange, &[event]).remove(0)
    }

    fn run(&self, shared: &Shared<T>, events: &[&str]) -> Vec<Login> {
        let trigger = shared.trigger();
        let targets: Rc<[Target]> = match trigger {
            Trigger::PostLogin => Rc::clone(&self.targets),
            Trigger::CredentialsExchange => {
                let of_trigger = |target: &Target| trigger.tokens().contains(target);
                self.targets.iter().copied().filter(of_trigger).collect()
            }
        };
        let execute = async |text: &str| {
            let host = Host::new(&self.world);
            let event = Event::new(Part::new(self.event(text)));
            let decision = shared.decide(&event, &Outside(Rc::clone(&targets)), &host).await;
            Login::new(decision, host.sent.into_inner())
        };
        self.world.run(join_all(events.iter().map(|text| execute(text))))
    }

    /// Returns the event with the Action's secrets.
    fn event(&self, text: &str) -> Value {
        match json::read(text.as_bytes()) {
            Ok(Value::Object(members)) => {
                let mut members = (*members).clone();
                members.insert("secrets".into(), self.secrets.borrow().clone().into());
                members.into()
            }
            Ok(_) => panic!("an event is a JSON object"),
            Err(error) => panic!("the event is no JSON: {error}"),
        }
    }
}
