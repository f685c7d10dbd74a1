//! The client-credentials grant (RFC 6749 §4.4): builds the request and reads the answer. Nothing here
//! sends or remembers.

use std::cell::OnceCell;

use claimsmith_expression::json::{self, Unreadable};
use claimsmith_expression::text::{all, concat, decimal};
use claimsmith_expression::{IS_FAST, Value, sorted_order};

use crate::digest::{digest_of, identity, identity_of};
use crate::encode::{base64, form_encode, percent_encode};
use crate::error::{Code, Error};
use crate::http::{Method, Request, Response, Tls};
use crate::secret::Secret;
use crate::words::words;

/// No token is kept for longer, whatever its endpoint says: `api.cache` keeps nothing past a day.
const MAX_LIFETIME_MS: u64 = 24 * 60 * 60 * 1000;

/// A token answer is small. More than this is no token answer.
const MAX_RESPONSE_BYTES: u32 = 64 * 1024;

/// One grant with everything filled in: all that makes the token what it is.
#[derive(Debug)]
#[non_exhaustive]
pub struct Grant {
    /// The token endpoint.
    pub url: Secret,
    /// The client's id.
    pub client_id: Secret,
    /// The client's secrets, tried in this order where the endpoint does not take one; or its private key. None where
    /// the client authenticates by a certificate.
    pub credentials: Vec<Secret>,
    /// The authentication method of the client.
    pub auth: AuthMethod,
    /// The signature, with [`AuthMethod::PrivateKeyJwt`].
    pub signing: Option<Signing>,
    /// `audience`, `scope`, `resource` and further fields of the form.
    pub parameters: Vec<(String, Secret)>,
    /// Further headers of the request; names in lower case.
    pub headers: Vec<(String, Secret)>,
    /// What the connection to the endpoint presents and trusts.
    pub tls: Tls,
    /// The lifetime of a token whose endpoint names none (RFC 6749 §5.1), in seconds.
    pub expires_in_s: Option<u32>,
    /// What identifies it, once that is known. For a grant that is changed it is to be emptied.
    pub(crate) identity: OnceCell<Secret>,
}

/// The signature by a private key.
#[derive(Debug)]
#[non_exhaustive]
pub struct Signing {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The key id, for an endpoint that selects the client's key by it.
    pub key_id: Option<Secret>,
}

impl Signing {
    /// Makes one without a key id.
    pub fn new(algorithm: Algorithm) -> Signing {
        Signing { algorithm, key_id: None }
    }
}

words! {
    /// The authentication method of a client (RFC 6749 §2.3, RFC 7523, RFC 8705 §2), by the names of RFC 7591 §2.
    pub enum AuthMethod {
        /// The secret goes into the form.
        ClientSecretPost = "client_secret_post",
        /// The secret goes into the header `Authorization`.
        ClientSecretBasic = "client_secret_basic",
        /// A signed assertion goes instead of a secret.
        PrivateKeyJwt = "private_key_jwt",
        /// A certificate by an authority that the endpoint trusts goes instead of a secret: that of `tls`.
        TlsClientAuth = "tls_client_auth",
        /// A certificate that the endpoint knows goes instead of a secret: that of `tls`.
        SelfSignedTlsClientAuth = "self_signed_tls_client_auth",
    }
}

impl AuthMethod {
    /// Returns the configuration's key of the client's credential.
    #[doc(hidden)]
    pub fn credential_key(self) -> &'static str {
        match self {
            AuthMethod::ClientSecretPost | AuthMethod::ClientSecretBasic => "client_secret",
            AuthMethod::PrivateKeyJwt => "private_key",
            AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth => "tls",
        }
    }
}

words! {
    /// The signature algorithm of a private key (RFC 7518 §3).
    @non_exhaustive pub enum Algorithm {
        /// RSA, PKCS #1 v1.5.
        Rs256 = "RS256",
        /// RSA, PSS.
        Ps256 = "PS256",
        /// The elliptic curve P-256.
        Es256 = "ES256",
    }
}

/// Form fields that the grant itself fills: no further `parameters` may be called so.
pub const OWN_FIELDS: [&str; 8] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "audience",
    "scope",
    "resource",
];

/// An access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token itself.
    pub value: Secret,
    /// The time of its expiry, in milliseconds since the epoch. `None` where the endpoint did not say: the token
    /// serves the login that asked for it and no other.
    pub expires_at_ms: Option<u64>,
    /// The time of its receipt, in milliseconds since the epoch.
    pub issued_at_ms: u64,
}

impl Grant {
    /// Returns the key of the token in `api.cache`, of at most 64 bytes, from its [`identity`](Grant::identity).
    pub(crate) fn cache_key(identity: &Secret) -> String {
        concat(&["claimsmith.token.", &digest_of(identity.expose())])
    }

    /// Returns all that makes the token what it is; the secrets and the certificate too, so that a client without them
    /// cannot pick up another's token. The order in which secrets are tried makes no difference.
    pub(crate) fn identity(&self) -> Secret {
        if !IS_FAST {
            return self.identify();
        }
        self.identity.get_or_init(|| self.identify()).clone()
    }

    // A part of the engine by itself: js-shim/parts.js.
    #[inline(never)]
    fn identify(&self) -> Secret {
        let (parameters, headers) = (identity_of(&self.parameters), identity_of(&self.headers));
        let tls = identity_of(&self.tls);
        let (url, client_id) = (self.url.expose(), self.client_id.expose());
        let mut parts = vec![url, client_id, self.auth.as_str(), &parameters, &headers, &tls];
        let secret = |index: usize| self.credentials.get(index).map_or("", Secret::expose);
        for index in sorted_order(self.credentials.len(), &|left, right| secret(left).cmp(secret(right))) {
            parts.push(secret(index));
        }
        Secret::new(identity(&parts))
    }
}

/// Returns the request for a token (RFC 6749 §4.4.2). `proof` is one of the client's secrets, or the assertion with
/// [`AuthMethod::PrivateKeyJwt`].
pub fn token_request(grant: &Grant, proof: Option<&Secret>) -> Request {
    let proof = proof.map_or("", Secret::expose);
    let mut fields = vec![("grant_type", "client_credentials")];
    if grant.auth != AuthMethod::ClientSecretBasic {
        fields.push(("client_id", grant.client_id.expose()));
    }
    let mut headers = vec![
        ("content-type".to_owned(), Secret::new("application/x-www-form-urlencoded")),
        ("accept".to_owned(), Secret::new("application/json")),
    ];
    match grant.auth {
        AuthMethod::ClientSecretPost => fields.push(("client_secret", proof)),
        AuthMethod::ClientSecretBasic => headers.push(("authorization".to_owned(), basic(grant, proof))),
        AuthMethod::PrivateKeyJwt => {
            fields.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
            fields.push(("client_assertion", proof));
        }
        AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth => {}
    }
    for (name, value) in &grant.parameters {
        fields.push((name, value.expose()));
    }
    let mut request = Request {
        method: Method::Post,
        url: grant.url.clone(),
        headers,
        body: Some(Secret::new(form_encode(&fields))),
        tls: grant.tls.clone(),
        // Each copy may be billed, and an assertion is good for one request only (RFC 7523 §3).
        may_repeat: false,
        max_bytes: MAX_RESPONSE_BYTES,
        reads_body: true,
        ok_status: Vec::new(),
    };
    for (name, value) in &grant.headers {
        request.set_header(name, value.clone());
    }
    request
}

/// Returns whether the endpoint did not take the client's secret (RFC 6749 §5.2), so that another one may do. Some
/// endpoints call it by another name, but answer 401.
pub(crate) fn refuses_client(response: &Response) -> bool {
    match response.status {
        401 => true,
        400..500 => read_body(response).member("error").as_str() == Some("invalid_client"),
        _ => false,
    }
}

fn read_body(response: &Response) -> Value {
    json::read_with(&response.body, Unreadable::NumbersAreUnavailable).unwrap_or_default()
}

fn basic(grant: &Grant, secret: &str) -> Secret {
    let mut pair = String::new();
    percent_encode(&mut pair, grant.client_id.expose());
    pair.push(':');
    percent_encode(&mut pair, secret);
    Secret::new(concat(&["Basic ", &base64(pair.as_bytes())]))
}

/// Reads the answer of a token endpoint (RFC 6749 §5). `expires_in_s` is how long the token lasts where the answer
/// does not say, `now_ms` when it came.
///
/// # Errors
/// `token_refused` for any status but 2xx; `token_response_invalid` where the answer is no bearer token.
pub fn read_token_response(
    response: &Response,
    expires_in_s: Option<u32>,
    now_ms: u64,
) -> Result<Token, Error> {
    let answer = read_body(response);
    if !(200..300).contains(&response.status) {
        return Err(refused(response.status, &answer));
    }
    let kind = answer.member("token_type");
    // Endpoints leave it out, and there is no other type that could be meant.
    let is_bearer = kind.is_null() || kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    let token = answer.member("access_token");
    match token.as_str() {
        Some(text) if is_bearer && is_token(text) => Ok(Token {
            value: Secret::new(text),
            expires_at_ms: lifetime_ms(&answer.member("expires_in"), expires_in_s)
                .map(|lifetime_ms| now_ms.saturating_add(lifetime_ms)),
            issued_at_ms: now_ms,
        }),
        _ => Err(Error::new(
            Code::TokenResponseInvalid,
            concat(&[
                "the token endpoint answered ",
                &decimal(response.status.into()),
                " without a bearer token; check `token_url`",
            ]),
        )),
    }
}

/// The error codes that a message repeats: of RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2, and Auth0. An endpoint
/// may hand back what it was sent, so that any other word could be the client's secret.
const ERROR_CODES: [&str; 11] = [
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "server_error",
    "temporarily_unavailable",
    "too_many_requests",
    "unauthorized_client",
    "unsupported_grant_type",
];

fn refused(status: u16, answer: &Value) -> Error {
    let reason = answer.member("error");
    let message = match reason.as_str() {
        Some(word) => {
            let word = if ERROR_CODES.contains(&word) { word } else { "unknown cause" };
            concat(&["the token endpoint refused with status ", &decimal(status.into()), " (", word, ")"])
        }
        None => concat(&["the token endpoint refused with status ", &decimal(status.into())]),
    };
    Error::new(Code::TokenRefused, message)
}

/// Returns whether a text has only characters of a bearer token (RFC 6750 §2.1, and all visible ASCII): it goes
/// into a header.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && all(text, |byte| byte.is_ascii_graphic())
}

/// `expires_in`, a number or its digits as text, in milliseconds; `expires_in_s` where it is missing. `None` where it
/// is not positive or something else.
fn lifetime_ms(expires_in: &Value, expires_in_s: Option<u32>) -> Option<u64> {
    let seconds = match expires_in {
        Value::Null => expires_in_s.map(f64::from)?,
        Value::String(digits) if all(digits, |byte| byte.is_ascii_digit()) => {
            digits.bytes().fold(0.0, |seconds, digit| seconds * 10.0 + f64::from(digit - b'0'))
        }
        other => other.as_number()?.as_f64(),
    };
    if seconds <= 0.0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive; a cast saturates")]
    let lifetime_ms = (seconds * 1000.0) as u64;
    Some(lifetime_ms.min(MAX_LIFETIME_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(auth: AuthMethod) -> Grant {
        Grant {
            url: Secret::new("https://tenant.example/oauth/token"),
            client_id: Secret::new("client"),
            credentials: vec![Secret::new("p:ss w/rd")],
            auth,
            signing: None,
            headers: Vec::new(),
            tls: Tls::new(),
            parameters: vec![
                ("audience".into(), Secret::new("https://api.example")),
                ("scope".into(), Secret::new("read:users write:users")),
            ],
            expires_in_s: None,
            identity: OnceCell::new(),
        }
    }

    fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
        request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.expose())
    }

    fn answer(status: u16, body: &str) -> Result<Token, String> {
        let response = Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        read_token_response(&response, Some(600), 1_000)
            .map_err(|error| format!("{}: {}", error.code.as_str(), error.message))
    }

    #[test]
    fn client_secret_post_sends_the_secret_in_the_form_alone() {
        let request = token_request(&grant(AuthMethod::ClientSecretPost), Some(&Secret::new("p:ss w/rd")));
        assert_eq!(
            request.body.as_ref().unwrap().expose(),
            "grant_type=client_credentials&client_id=client&client_secret=p%3Ass%20w%2Frd\
             &audience=https%3A%2F%2Fapi.example&scope=read%3Ausers%20write%3Ausers"
        );
        assert_eq!(header(&request, "authorization"), None);
        // A second copy may be billed, and its assertion refused.
        assert!(!request.may_repeat);
    }

    #[test]
    fn client_secret_basic_encodes_id_and_secret_before_base64() {
        let request = token_request(&grant(AuthMethod::ClientSecretBasic), Some(&Secret::new("p:ss w/rd")));
        assert_eq!(header(&request, "authorization"), Some("Basic Y2xpZW50OnAlM0FzcyUyMHclMkZyZA=="));
        assert!(!request.body.unwrap().expose().contains("client_secret"));
    }

    #[test]
    fn a_request_prints_nothing_of_what_it_carries() {
        let printed = format!(
            "{:?} {:?}",
            token_request(&grant(AuthMethod::ClientSecretPost), Some(&Secret::new("p:ss w/rd"))),
            grant(AuthMethod::ClientSecretBasic)
        );
        assert!(!printed.contains("p:ss") && !printed.contains("p%3Ass"), "{printed}");
    }

    #[test]
    fn expires_in_is_seconds_and_is_kept_in_milliseconds() {
        let token = answer(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":86400}"#).unwrap();
        assert_eq!(token.expires_at_ms, Some(1_000 + 86_400_000));
    }

    #[test]
    fn a_lifetime_that_makes_no_sense_is_not_believed() {
        for (expires_in, expected) in [
            ("-1", None),
            ("0", None),
            ("\"\"", None),
            ("\"-5\"", None),
            ("\"1h\"", None),
            ("\"1e3\"", None),
            ("\" 60\"", None),
            ("[60]", None),
            ("1e300", Some(86_401_000)),
        ] {
            let body = format!(r#"{{"access_token":"t","token_type":"bearer","expires_in":{expires_in}}}"#);
            assert_eq!(answer(200, &body).unwrap().expires_at_ms, expected, "{expires_in}");
        }
    }

    #[test]
    fn a_number_beyond_a_double_costs_no_token() {
        let token = answer(200, r#"{"access_token":"t","x":1e400,"expires_in":60}"#).unwrap();
        assert_eq!(token.expires_at_ms, Some(61_000));
        assert_eq!(answer(200, r#"{"access_token":"t","expires_in":1e400}"#).unwrap().expires_at_ms, None);
        assert!(answer(200, r#"{"access_token":1e400}"#).unwrap_err().starts_with("token_response_invalid"));
    }

    #[test]
    fn fault_22_expires_in_is_read_as_text_of_digits_too() {
        for (expires_in, expected) in
            [("\"599\"", 600_000), ("\"0060\"", 61_000), ("\"99999999999999999999999\"", 86_401_000)]
        {
            let body = format!(r#"{{"access_token":"t","token_type":"bearer","expires_in":{expires_in}}}"#);
            assert_eq!(answer(200, &body).unwrap().expires_at_ms, Some(expected), "{expires_in}");
        }
    }

    #[test]
    fn fault_22_a_lifetime_that_the_endpoint_does_not_name_is_the_configurations() {
        for expires_in in ["", r#","expires_in":null"#] {
            let body = format!(r#"{{"access_token":"t","token_type":"bearer"{expires_in}}}"#);
            assert_eq!(answer(200, &body).unwrap().expires_at_ms, Some(601_000));
            let response = Response { status: 200, headers: Vec::new(), body: body.into_bytes() };
            assert_eq!(read_token_response(&response, None, 1_000).unwrap().expires_at_ms, None);
        }
    }

    #[test]
    fn fault_22_a_token_without_a_type_and_any_2xx_are_what_they_can_only_be() {
        for status in [200, 201, 202, 299] {
            assert!(answer(status, r#"{"access_token":"t"}"#).is_ok(), "{status}");
            assert!(answer(status, r#"{"access_token":"t","token_type":null}"#).is_ok(), "{status}");
        }
        assert!(answer(204, "").unwrap_err().starts_with("token_response_invalid"));
        assert!(answer(304, r#"{"access_token":"t"}"#).unwrap_err().starts_with("token_refused"));
    }

    #[test]
    fn an_error_of_rfc_6749_is_named_and_its_description_is_not_repeated() {
        let body = r#"{"error":"invalid_client","error_description":"secret p:ss is wrong"}"#;
        assert_eq!(
            answer(401, body).unwrap_err(),
            "token_refused: the token endpoint refused with status 401 (invalid_client)"
        );
        assert_eq!(
            answer(503, "<html>").unwrap_err(),
            "token_refused: the token endpoint refused with status 503"
        );
        let body = r#"{"error":"the secret p:ss is wrong"}"#;
        assert!(answer(400, body).unwrap_err().ends_with("(unknown cause)"));
        // A word like any other, which may be the secret that the endpoint was sent.
        assert!(answer(400, r#"{"error":"hunter2"}"#).unwrap_err().ends_with("(unknown cause)"));
    }

    #[test]
    fn what_is_no_bearer_token_is_invalid() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"token_type":"bearer"}"#,
            r#"{"access_token":"t","token_type":"mac"}"#,
            r#"{"access_token":"t","token_type":7}"#,
            r#"{"access_token":"","token_type":"bearer"}"#,
            r#"{"access_token":"a\nb","token_type":"bearer"}"#,
            r#"{"access_token":7,"token_type":"bearer"}"#,
        ] {
            assert!(answer(200, body).unwrap_err().starts_with("token_response_invalid"), "{body}");
        }
    }

    #[test]
    fn the_order_in_which_secrets_are_tried_makes_no_other_token() {
        let key = |secrets: [&str; 3]| {
            let credentials = secrets.map(Secret::new).into();
            Grant { credentials, ..grant(AuthMethod::ClientSecretPost) }.identity()
        };
        assert_eq!(key(["a", "b", "c"]), key(["c", "a", "b"]));
        assert_ne!(key(["a", "b", "c"]), key(["a", "b", "bc"]));
    }

    #[test]
    fn a_client_with_a_certificate_sends_its_id_and_no_secret() {
        for auth in [AuthMethod::TlsClientAuth, AuthMethod::SelfSignedTlsClientAuth] {
            let tls = vec![("certificate".to_owned(), Secret::new("PEM"))];
            let grant = Grant { credentials: Vec::new(), tls: tls.clone(), ..grant(auth) };
            let request = token_request(&grant, None);
            let form = "grant_type=client_credentials&client_id=client&audience=";
            assert!(request.body.as_ref().unwrap().expose().starts_with(form));
            assert_eq!(header(&request, "authorization"), None);
            assert_eq!(request.tls, tls);
        }
    }

    #[test]
    fn further_headers_are_sent_in_place_of_the_engines() {
        let pair = |name: &str, value| (name.to_owned(), Secret::new(value));
        let headers = vec![pair("x-api-version", "2"), pair("accept", "application/vnd.api+json")];
        let request =
            token_request(&Grant { headers, ..grant(AuthMethod::ClientSecretPost) }, Some(&Secret::new("s")));
        assert_eq!(header(&request, "x-api-version"), Some("2"));
        assert_eq!(header(&request, "accept"), Some("application/vnd.api+json"));
        assert_eq!(request.headers.iter().filter(|(name, _)| name == "accept").count(), 1);
    }

    #[test]
    fn a_refused_client_is_told_from_other_refusals() {
        for (status, body, expected) in [
            (401, "", true),
            (401, r#"{"error":"access_denied"}"#, true),
            (400, r#"{"error":"invalid_client"}"#, true),
            (403, r#"{"error":"invalid_client"}"#, true),
            (400, r#"{"error":"invalid_scope"}"#, false),
            (400, "invalid_client", false),
            (200, r#"{"error":"invalid_client"}"#, false),
            (500, r#"{"error":"invalid_client"}"#, false),
        ] {
            let response = Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
            assert_eq!(refuses_client(&response), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_cache_key_fits_and_every_part_changes_it() {
        let key = |change: fn(&mut Grant)| {
            let mut grant = grant(AuthMethod::ClientSecretPost);
            change(&mut grant);
            Grant::cache_key(&grant.identity())
        };
        let keys = [
            key(|_| {}),
            key(|grant| grant.url = Secret::new("https://other.example/oauth/token")),
            key(|grant| grant.client_id = Secret::new("other")),
            key(|grant| grant.credentials = vec![Secret::new("other")]),
            key(|grant| grant.credentials.clear()),
            key(|grant| grant.credentials.push(Secret::new("other"))),
            key(|grant| grant.headers = vec![("audience".into(), Secret::new("https://api.example"))]),
            key(|grant| grant.headers = vec![("key".into(), Secret::new("PEM"))]),
            key(|grant| grant.tls = vec![("key".into(), Secret::new("PEM"))]),
            key(|grant| grant.tls = vec![("key".into(), Secret::new("other PEM"))]),
            key(|grant| grant.auth = AuthMethod::ClientSecretBasic),
            key(|grant| grant.auth = AuthMethod::TlsClientAuth),
            key(|grant| grant.auth = AuthMethod::SelfSignedTlsClientAuth),
            key(|grant| grant.parameters.truncate(1)),
            key(|grant| grant.parameters[1].1 = Secret::new("read:userswrite:users")),
            key(|grant| grant.parameters[1].0 = "resource".into()),
            key(|grant| grant.parameters = vec![("audiencehttps://api".into(), Secret::new(".example"))]),
        ];
        for (index, one) in keys.iter().enumerate() {
            assert!(one.len() <= 64, "{one}");
            assert!(!keys[..index].contains(one), "{index}");
        }
    }
}
