//! Client assertions: a client authenticates by a signature, with no secret on the wire (RFC 7523 §2.2).

use claimsmith_expression::text::{concat, split};
use claimsmith_expression::{Map, Value};

use crate::encode::base64url;
use crate::error::{Code, Error};
use crate::host::Host;
use crate::moment::moment;
use crate::plan::JwtAlgorithm;
use crate::secret::Secret;
use crate::signing::Jwt;
use crate::token::{Algorithm, Grant, Signing};

/// The lifetime of an assertion, in seconds. It is made for one request.
const LIFETIME_S: u64 = 60;

/// Returns an assertion for one token request, to be signed with a private key.
pub(crate) fn assertion(host: &impl Host, grant: &Grant, signing: &Signing, key: &Secret) -> Jwt {
    // It need not be secret, only new (RFC 7523 §3, `jti`).
    let id = base64url([host.random().to_be_bytes(), host.random().to_be_bytes()].as_flattened());
    let now_s = host.now_ms() / 1_000;
    let client_id = Value::from(grant.client_id.expose());
    let claims = Map::from_members(vec![
        ("iss".into(), client_id.clone()),
        ("sub".into(), client_id),
        ("aud".into(), audience(grant.url.expose())),
        ("jti".into(), id.into()),
        ("iat".into(), moment(now_s)),
        ("exp".into(), moment(now_s.saturating_add(LIFETIME_S))),
    ]);
    let algorithm = match signing.algorithm {
        Algorithm::Rs256 => JwtAlgorithm::Rs256,
        Algorithm::Ps256 => JwtAlgorithm::Ps256,
        Algorithm::Es256 => JwtAlgorithm::Es256,
    };
    Jwt::new(algorithm, key.clone(), signing.key_id.as_ref().map(Secret::expose), claims)
}

/// Returns the error of a key with which the host cannot sign.
pub(crate) fn unfit_key() -> Error {
    Error::new(
        Code::ConfigInvalid,
        "`private_key` cannot sign; give it a private key in PKCS#8 PEM that fits `algorithm`",
    )
}

/// RFC 7523 §3 names the token endpoint; Auth0 wants the tenant's URL with a slash at its end.
fn audience(url: &str) -> Value {
    let (mut slashes, mut end) = (0, url.len());
    for (at, byte) in url.bytes().enumerate() {
        slashes += u8::from(byte == b'/');
        if slashes == 3 {
            end = at;
            break;
        }
    }
    let (origin, _) = split(url, end);
    let tenant = concat(&[origin, "/"]);
    vec![url.into(), tenant.into()].into()
}
