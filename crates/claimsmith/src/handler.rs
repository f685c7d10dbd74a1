//! What an Action is: a handler, and the state that its executions share.

use std::cell::RefCell;
use std::rc::Rc;

use claimsmith_core::client::Client;
use claimsmith_core::report::rounded;
use claimsmith_core::{Decision, Error, Host as _, Trigger, warn_of_dropped_claims};

use crate::api::Api;
use crate::event::{Event, Known, Secrets};
use crate::platform::{Host, Outside};
use crate::session::Session;

/// The logic of an Action, for a login or a machine's token.
///
/// One value of it serves executions that interleave: what it keeps of one, another may see. Tokens and what is known of
/// endpoints are kept for it.
pub trait Handler: FromSecrets + 'static {
    /// The error of the handler, which may have codes of its own: see [`Error::own`]. [`Error`] itself will do.
    type Error: Into<Error>;

    /// The deadline of one execution, in milliseconds, all calls together. Auth0 gives 20 s to all Actions of a
    /// trigger together.
    const DEADLINE_MS: u32 = 5_000;

    /// True where the login is denied if the handler fails. Otherwise it goes on without claims.
    const DENIES_ON_FAILURE: bool = false;

    /// Decides one execution.
    ///
    /// # Errors
    /// Any failure of the handler. No call of `api` is made then. [`Error::denial`] is no failure: it denies the login.
    fn execute(
        &self,
        event: &Event,
        api: &mut Api<'_>,
        session: &Session<'_>,
    ) -> impl Future<Output = Result<(), Self::Error>>;
}

/// What a [`Handler`] is made by. A type that implements `Default` has it.
///
/// ```
/// use claimsmith::prelude::*;
///
/// struct Entitle {
///     grant: Rc<Grant>,
/// }
///
/// impl FromSecrets for Entitle {
///     fn from_secrets(secrets: &Secrets) -> Result<Entitle, Error> {
///         Ok(Entitle { grant: secrets.grant()? })
///     }
/// }
/// ```
pub trait FromSecrets: Sized {
    /// Makes the handler, at the first execution, and anew where a secret that this read has another value.
    ///
    /// # Errors
    /// Any. The execution ends as where the handler fails, and the next one tries again.
    fn from_secrets(secrets: &Secrets) -> Result<Self, Error>;
}

impl<T: Default> FromSecrets for T {
    fn from_secrets(_: &Secrets) -> Result<T, Error> {
        Ok(T::default())
    }
}

/// A handler and the state that its executions share.
pub(crate) struct Shared<T> {
    made: RefCell<Option<Made<T>>>,
    client: Client,
    trigger: Trigger,
}

/// A handler, and the secrets that it is made of.
struct Made<T> {
    handler: Rc<T>,
    of: Known,
}

impl<T: Handler> Shared<T> {
    pub(crate) fn new(trigger: Trigger) -> Shared<T> {
        Shared { made: RefCell::default(), client: Client::default(), trigger }
    }

    pub(crate) fn trigger(&self) -> Trigger {
        self.trigger
    }

    fn handler(&self, secrets: &Secrets) -> Result<Rc<T>, Error> {
        if let Some(made) = &*self.made.borrow()
            && secrets.still_has(&made.of)
        {
            return Ok(Rc::clone(&made.handler));
        }
        let secrets = secrets.noting();
        let handler = Rc::new(T::from_secrets(&secrets)?);
        let made = Made { handler: Rc::clone(&handler), of: secrets.into_known() };
        self.made.replace(Some(made));
        Ok(handler)
    }

    pub(crate) async fn decide(&self, event: &Event, outside: &Outside, host: &Host) -> Decision {
        let started_ms = host.monotonic_ms();
        let user_id = match self.trigger {
            Trigger::PostLogin => event.user().user_id(),
            Trigger::CredentialsExchange => event.client().client_id(),
        };
        let session = Session::new(&self.client, host, T::DEADLINE_MS, &user_id.unwrap_or_default());
        let mut api = Api::new(event, outside, host, self.trigger);
        let work = async {
            let handler = self.handler(event.secrets())?;
            handler.execute(event, &mut api, &session).await.map_err(Into::into)
        };
        let result = session.run(work).await;
        let mut decision = api.into_effects().decide(result.err(), T::DENIES_ON_FAILURE);
        let report = &mut decision.report;
        session.report_to(report);
        report.duration_ms = rounded(host.monotonic_ms() - started_ms);
        report.correlation_id = event.transaction().correlation_id();
        warn_of_dropped_claims(&mut decision, |names| event.value(&names).unwrap_or_default());
        decision
    }
}
