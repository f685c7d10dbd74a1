//! Client assertions: a client authenticates by a signature, with no secret on the wire (RFC 7523 §2.2).

use claimsmith_expression::text::{concat, split};
use claimsmith_expression::{Map, Number, Value};

use crate::encode::base64url;
use crate::error::{Code, Error};
use crate::host::Host;
use crate::secret::Secret;
use crate::token::{Grant, Signing};

/// The lifetime of an assertion, in seconds. It is made for one request.
const LIFETIME_S: u64 = 60;

/// Returns an assertion for one token request, signed with a private key.
///
/// # Errors
/// `config_invalid` where the host cannot sign with the key.
pub(crate) async fn assertion(
    host: &impl Host,
    grant: &Grant,
    signing: &Signing,
    key: &Secret,
) -> Result<Secret, Error> {
    // It need not be secret, only new (RFC 7523 §3, `jti`).
    let id = base64url([host.random().to_be_bytes(), host.random().to_be_bytes()].as_flattened());
    let mut text = signing_input(grant, signing, host.now_ms() / 1_000, &id);
    let signature = host.sign(signing.algorithm.as_str(), key, &text).await.ok_or_else(|| {
        Error::new(
            Code::ConfigInvalid,
            "`private_key` cannot sign; give it a private key in PKCS#8 PEM that fits `algorithm`",
        )
    })?;
    text.push('.');
    text.push_str(&base64url(&signature));
    Ok(Secret::new(text))
}

/// Returns the signing input (RFC 7515 §5.1): the header and the claims of the assertion.
fn signing_input(grant: &Grant, signing: &Signing, now_s: u64, id: &str) -> String {
    let mut header = vec![("alg".into(), signing.algorithm.as_str().into()), ("typ".into(), "JWT".into())];
    header.extend(signing.key_id.as_ref().map(|key_id| ("kid".into(), key_id.expose().into())));
    let client_id = Value::from(grant.client_id.expose());
    #[expect(clippy::cast_precision_loss, reason = "seconds of any date are exact in a double")]
    let seconds = |value: u64| Number::from_f64(value as f64).map_or(Value::Null, Value::Number);
    let claims = vec![
        ("iss".into(), client_id.clone()),
        ("sub".into(), client_id),
        ("aud".into(), audience(grant.url.expose())),
        ("jti".into(), id.into()),
        ("iat".into(), seconds(now_s)),
        ("exp".into(), seconds(now_s.saturating_add(LIFETIME_S))),
    ];
    let part = |members| base64url(Value::from(Map::from_members(members)).to_json().as_bytes());
    concat(&[&part(header), ".", &part(claims)])
}

/// RFC 7523 §3 names the token endpoint; Auth0 wants the tenant's URL with a slash at its end.
fn audience(url: &str) -> Value {
    let slashes = url.bytes().enumerate().filter(|(_, byte)| *byte == b'/').nth(2);
    let (origin, _) = split(url, slashes.map_or(url.len(), |(at, _)| at));
    let tenant = concat(&[origin, "/"]);
    vec![url.into(), tenant.into()].into()
}
