//! Auth0's `event`, read as it is asked for: what a handler does not ask for is never touched.
//!
//! Nothing is promised by Auth0 for every trigger and every protocol, so each field may be missing. What has no
//! method here comes by [`Event::read`].

use claimsmith_core::expression::text::{concat, join};
use claimsmith_core::expression::{Cause, Value};
use claimsmith_core::{Code, Error, Secret};
use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::auth0::own_member;
use crate::convert::from_js_partly;

/// The event of one execution. Does not print: its secrets are in it.
pub struct Event(JsValue);

impl Event {
    pub(crate) fn new(event: JsValue) -> Event {
        Event(event)
    }

    /// Returns the user who is logging in. A machine has none, and so nothing in it.
    pub fn user(&self) -> User {
        User(self.part("user"))
    }

    /// Returns the application.
    pub fn client(&self) -> Client {
        Client(self.part("client"))
    }

    /// Returns the connection that the user logs in by.
    pub fn connection(&self) -> Connection {
        Connection(self.part("connection"))
    }

    /// Returns the organization that the user logs in to; `None` where it is to none.
    pub fn organization(&self) -> Option<Organization> {
        let organization = self.part("organization");
        organization.0.is_object().then_some(Organization(organization))
    }

    /// Returns the request.
    pub fn request(&self) -> Request {
        Request(self.part("request"))
    }

    /// Returns the transaction.
    pub fn transaction(&self) -> Transaction {
        Transaction(self.part("transaction"))
    }

    /// Returns a secret of the Action.
    ///
    /// # Errors
    /// `secret_missing`, with its name.
    pub fn secret(&self, name: &str) -> Result<Secret, Error> {
        self.part("secrets").text(name).map(Secret::new).ok_or_else(|| {
            let message =
                concat(&["the Action has no secret `", name, "`; add it in the editor under Secrets"]);
            Error::new(Code::SecretMissing, message)
        })
    }

    /// Anything else, by the names that lead to it, such as `["authentication", "methods"]`; null where there is
    /// nothing, or nothing that is JSON. What begins with `secrets` is null as well: see [`Event::secret`].
    ///
    /// # Errors
    /// `unavailable` where a part of it cannot be read: to take it for null could admit a user.
    pub fn read(&self, names: &[&str]) -> Result<Value, Error> {
        if matches!(names.first(), None | Some(&"secrets")) {
            return Ok(Value::Null);
        }
        let found = names.iter().try_fold(self.0.clone(), |value, name| own_member(&value, name));
        readable(found, names)
    }

    fn part(&self, name: &str) -> Part {
        Part(member(&self.0, name))
    }
}

/// Returns a member; undefined where there is none, and where it cannot be read.
fn member(value: &JsValue, name: &str) -> JsValue {
    own_member(value, name).unwrap_or(JsValue::UNDEFINED)
}

/// Returns a part of the event, where all of it can be read.
fn readable(found: Option<JsValue>, names: &[&str]) -> Result<Value, Error> {
    let value = found.map_or(Value::Unavailable(Cause::Failed), |found| from_js_partly(&found));
    if value.has_unavailable() {
        let message = concat(&["a part of `event.", &join(names.iter().copied(), "."), "` cannot be read"]);
        return Err(Error::new(Code::Unavailable, message));
    }
    Ok(value)
}

/// One object of the event.
struct Part(JsValue);

impl Part {
    fn text(&self, name: &str) -> Option<String> {
        member(&self.0, name).as_string()
    }

    fn texts(&self, name: &str) -> Vec<String> {
        let list = member(&self.0, name);
        if !Array::is_array(&list) {
            return Vec::new();
        }
        Array::from(&list).iter().filter_map(|item| item.as_string()).collect()
    }

    fn value(&self, name: &str) -> Result<Value, Error> {
        readable(own_member(&self.0, name), &[name])
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
        let is_verified = member(&self.0.0, "email_verified").as_bool() == Some(true);
        self.0.text("email").filter(|_| is_verified)
    }

    /// Returns the full name.
    pub fn name(&self) -> Option<String> {
        self.0.text("name")
    }

    /// `app_metadata`: what the tenant knows of the user.
    ///
    /// # Errors
    /// As [`Event::read`].
    pub fn app_metadata(&self) -> Result<Value, Error> {
        self.0.value("app_metadata")
    }

    /// `user_metadata`: what the user may have written.
    ///
    /// # Errors
    /// As [`Event::read`].
    pub fn user_metadata(&self) -> Result<Value, Error> {
        self.0.value("user_metadata")
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
    /// As [`Event::read`].
    pub fn metadata(&self) -> Result<Value, Error> {
        self.0.value("metadata")
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
    /// As [`Event::read`].
    pub fn metadata(&self) -> Result<Value, Error> {
        self.0.value("metadata")
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
    /// As [`Event::read`].
    pub fn query(&self) -> Result<Value, Error> {
        self.0.value("query")
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
