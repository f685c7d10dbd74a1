//! Auth0's `event`, read as it is asked for: what a handler does not ask for is never touched.
//!
//! Nothing is promised by Auth0 for every trigger and every protocol, so each field may be missing. What has no
//! method here comes by [`Event::read`] and [`Event::value`].

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use claimsmith_core::client::Url;
use claimsmith_core::expression::Value;
use claimsmith_core::expression::text::{concat, join};
use claimsmith_core::token::Grant;
use claimsmith_core::{Code, Error, Secret};

use crate::platform::Part;

/// The event of one execution. Does not print what is in it.
pub struct Event {
    root: Rc<Part>,
    secrets: Secrets,
}

impl fmt::Debug for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Event")
    }
}

impl Event {
    pub(crate) fn new(root: Part) -> Event {
        let root = Rc::new(root);
        Event { secrets: Secrets { event: Rc::clone(&root), known: RefCell::default(), notes: false }, root }
    }

    /// Returns the user who is logging in. A machine has none, and so nothing in it.
    pub fn user(&self) -> User {
        User(self.root.part("user"))
    }

    /// Returns the application.
    pub fn client(&self) -> Client {
        Client(self.root.part("client"))
    }

    /// Returns the connection that the user logs in by.
    pub fn connection(&self) -> Connection {
        Connection(self.root.part("connection"))
    }

    /// Returns the organization that the user logs in to; `None` where it is to none.
    pub fn organization(&self) -> Option<Organization> {
        let organization = self.root.part("organization");
        organization.is_object().then_some(Organization(organization))
    }

    /// Returns the request.
    pub fn request(&self) -> Request {
        Request(self.root.part("request"))
    }

    /// Returns the transaction.
    pub fn transaction(&self) -> Transaction {
        Transaction(self.root.part("transaction"))
    }

    /// Returns the Action's secrets.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Returns a secret of the Action.
    ///
    /// # Errors
    /// As [`Secrets::secret`].
    pub fn secret(&self, name: &str) -> Result<Secret, Error> {
        self.secrets.secret(name)
    }

    /// Returns a URL on a base that is a secret of the Action.
    ///
    /// # Errors
    /// As [`Secrets::url`].
    pub fn url(&self, secret: &str, segments: &[&str]) -> Result<Url, Error> {
        self.secrets.url(secret, segments)
    }

    /// Returns how to get a token.
    ///
    /// # Errors
    /// As [`Secrets::grant`].
    pub fn grant(&self) -> Result<Rc<Grant>, Error> {
        self.secrets.grant()
    }

    /// Reads anything as a type, by the names that lead to it, such as `["user", "app_metadata", "plan"]`. What is
    /// absent is null, and so fits an `Option`. What begins with `secrets` is null as well: see [`Event::secret`].
    ///
    /// # Errors
    /// `response_misfit` where it does not fit, `unsafe_integer`; as [`Event::value`]. The path begins with `event`.
    #[cfg(feature = "serde")]
    pub fn read<T: serde::de::DeserializeOwned>(&self, names: &[&str]) -> Result<T, Error> {
        let value = self.value(names)?;
        let place = join(["event"].into_iter().chain(names.iter().copied()), ".");
        crate::data::read_at(&value, &place)
    }

    /// Returns anything, by the names that lead to it; null where there is nothing, or nothing that is JSON. What begins
    /// with `secrets` is null as well.
    ///
    /// # Errors
    /// `unavailable` where a part of it cannot be read: to take it for null could admit a user.
    pub fn value(&self, names: &[&str]) -> Result<Value, Error> {
        if matches!(names.first(), None | Some(&"secrets")) {
            return Ok(Value::Null);
        }
        readable(self.root.value(names), names)
    }
}

/// Returns a part of the event, where all of it can be read.
fn readable(value: Value, names: &[&str]) -> Result<Value, Error> {
    if value.has_unavailable() {
        let message = concat(&["a part of `event.", &join(names.iter().copied(), "."), "` cannot be read"]);
        return Err(Error::new(Code::Unavailable, message));
    }
    Ok(value)
}

/// The secrets of the Action. They come with each event.
pub struct Secrets {
    event: Rc<Part>,
    /// Those that were asked for, where it notes them.
    known: RefCell<Known>,
    notes: bool,
}

/// Secrets by their names; `None` where the Action had none of the name.
pub(crate) type Known = Vec<(String, Option<Secret>)>;

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

impl Secrets {
    /// Returns a secret. It prints as `[redacted]`, and `expose()` is the one way to its text.
    ///
    /// # Errors
    /// `secret_missing`, with its name.
    pub fn secret(&self, name: &str) -> Result<Secret, Error> {
        self.get(name).ok_or_else(|| {
            let message =
                concat(&["the Action has no secret `", name, "`; add it in the editor under Secrets"]);
            Error::new(Code::SecretMissing, message)
        })
    }

    /// Returns a secret that an Action may lack.
    pub fn get(&self, name: &str) -> Option<Secret> {
        let secret = self.event.part("secrets").text(name).map(Secret::new);
        if self.notes {
            self.known.borrow_mut().push((name.to_owned(), secret.clone()));
        }
        secret
    }

    /// Returns a URL on a base that is a secret, such as `https://api.example.com`. Each of `segments` is
    /// percent-encoded whole, so that it is one segment of the path.
    ///
    /// # Errors
    /// As [`Secrets::secret`]; `secret_invalid` where the base is no such URL; `template_value_missing` where a segment
    /// is empty, `.` or `..`.
    pub fn url(&self, secret: &str, segments: &[&str]) -> Result<Url, Error> {
        Url::on_secret(secret, &self.secret(secret)?, segments)
    }

    /// Returns how to get a token by the client-credentials grant: at the secret `TOKEN_URL`, with `CLIENT_ID` and
    /// `CLIENT_SECRET`, and for `AUDIENCE` where there is such a secret.
    ///
    /// # Errors
    /// As [`Secrets::url`].
    pub fn grant(&self) -> Result<Rc<Grant>, Error> {
        let grant = self.grant_of("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET")?;
        Ok(Rc::new(match self.get("AUDIENCE") {
            Some(audience) => grant.with_parameter("audience", audience.expose()),
            None => grant,
        }))
    }

    /// Returns the same by secrets of other names, to be shared by `Rc::new` when it has all that it needs.
    ///
    /// # Errors
    /// As [`Secrets::url`].
    pub fn grant_of(&self, token_url: &str, client_id: &str, client_secret: &str) -> Result<Grant, Error> {
        Ok(Grant::new(&self.url(token_url, &[])?, self.secret(client_id)?, self.secret(client_secret)?))
    }

    /// Returns the same secrets, which note those that are asked for.
    pub(crate) fn noting(&self) -> Secrets {
        Secrets { event: Rc::clone(&self.event), known: RefCell::default(), notes: true }
    }

    pub(crate) fn into_known(self) -> Known {
        self.known.take()
    }

    /// Returns whether these are as they were.
    pub(crate) fn still_has(&self, known: &Known) -> bool {
        known.iter().all(|(name, secret)| self.get(name) == *secret)
    }
}

/// `event.user`.
pub struct User(Part);

impl User {
    /// Returns the id, such as `auth0|alice`: the one field that identifies a user.
    pub fn user_id(&self) -> Option<String> {
        self.0.text("user_id")
    }

    /// Returns the address, where it is verified. An address that is not verified says
    /// nothing about who the user is.
    pub fn verified_email(&self) -> Option<String> {
        self.0.text("email").filter(|_| self.0.is_true("email_verified"))
    }

    /// Returns the full name.
    pub fn name(&self) -> Option<String> {
        self.0.text("name")
    }

    /// `app_metadata`: what the tenant knows of the user.
    ///
    /// # Errors
    /// As [`Event::value`].
    pub fn app_metadata(&self) -> Result<Value, Error> {
        readable(self.0.value(&["app_metadata"]), &["app_metadata"])
    }

    /// `user_metadata`: what the user may have written.
    ///
    /// # Errors
    /// As [`Event::value`].
    pub fn user_metadata(&self) -> Result<Value, Error> {
        readable(self.0.value(&["user_metadata"]), &["user_metadata"])
    }
}

/// `event.client`.
pub struct Client(Part);

impl Client {
    /// Returns the client's id.
    pub fn client_id(&self) -> Option<String> {
        self.0.text("client_id")
    }

    /// Returns the name.
    pub fn name(&self) -> Option<String> {
        self.0.text("name")
    }

    /// Returns its metadata.
    ///
    /// # Errors
    /// As [`Event::value`].
    pub fn metadata(&self) -> Result<Value, Error> {
        readable(self.0.value(&["metadata"]), &["metadata"])
    }
}

/// `event.connection`.
pub struct Connection(Part);

impl Connection {
    /// Returns the name, such as `Username-Password-Authentication`.
    pub fn name(&self) -> Option<String> {
        self.0.text("name")
    }

    /// Returns the kind, such as `auth0` or `google-oauth2`.
    pub fn strategy(&self) -> Option<String> {
        self.0.text("strategy")
    }
}

/// `event.organization`.
pub struct Organization(Part);

impl Organization {
    /// Returns the id, such as `org_1`.
    pub fn id(&self) -> Option<String> {
        self.0.text("id")
    }

    /// Returns the name.
    pub fn name(&self) -> Option<String> {
        self.0.text("name")
    }

    /// Returns its metadata.
    ///
    /// # Errors
    /// As [`Event::value`].
    pub fn metadata(&self) -> Result<Value, Error> {
        readable(self.0.value(&["metadata"]), &["metadata"])
    }
}

/// `event.request`.
pub struct Request(Part);

impl Request {
    /// Returns the IP address of the client.
    pub fn ip(&self) -> Option<String> {
        self.0.text("ip")
    }

    /// Returns the tenant's host name.
    pub fn hostname(&self) -> Option<String> {
        self.0.text("hostname")
    }

    /// Returns the fields of its query.
    ///
    /// # Errors
    /// As [`Event::value`].
    pub fn query(&self) -> Result<Value, Error> {
        readable(self.0.value(&["query"]), &["query"])
    }
}

/// `event.transaction`.
pub struct Transaction(Part);

impl Transaction {
    /// Returns the protocol, such as `oidc-basic-profile` or `oauth2-refresh-token`.
    pub fn protocol(&self) -> Option<String> {
        self.0.text("protocol")
    }

    /// Returns the correlation id, which the tenant's log has too.
    pub fn correlation_id(&self) -> Option<String> {
        self.0.text("correlation_id")
    }

    /// Returns the scopes that are asked for.
    pub fn requested_scopes(&self) -> Vec<String> {
        self.0.texts("requested_scopes")
    }
}

/// Parts do not print: what is in them is of a user.
macro_rules! print_name {
    ($($part:ident),*) => {$(
        impl fmt::Debug for $part {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(stringify!($part))
            }
        }
    )*};
}
print_name!(User, Client, Connection, Organization, Request, Transaction);
