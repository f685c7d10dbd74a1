//! Signatures over values: authentication codes (RFC 2104) and JWTs (RFC 7519). The assertions of clients are JWTs too.

use std::rc::Rc;

use claimsmith_expression::text::concat;
use claimsmith_expression::{Map, Value, platform};

use crate::call::deadline_exceeded;
use crate::encode::{base64, base64_decode, base64url, hex, hex_decode};
use crate::error::{Code, Error};
use crate::host::Host;
use crate::moment::moment;
use crate::plan::{CodeEncoding, HmacPlan, JwtAlgorithm, JwtPlan, SecretEncoding, Signing};
use crate::secret::Secret;
use crate::task::timeout;
use crate::template::Inputs;

/// The bytes of a block and of a digest of SHA-256.
const BLOCK: usize = 64;
const DIGEST: usize = 32;

/// Returns what takes the value's place: its authentication code, or a JWT with it as payload. It is there within so
/// many milliseconds.
///
/// # Errors
/// `secret_missing`; `secret_invalid` where the key is empty, is not encoded as it should be, is shorter than the hash
/// (RFC 7518 §3.2), or cannot sign; `claim_type_mismatch` where the value is no text, or for a JWT no object;
/// `deadline_exceeded`.
pub(crate) async fn sign(
    host: &impl Host,
    signing: &Signing,
    value: &Value,
    inputs: Inputs<'_>,
    limit_ms: u32,
) -> Result<Value, Error> {
    let token = match signing {
        Signing::Hmac(plan) => return code_of(plan, value, inputs),
        Signing::Jwt(plan) => unsigned(plan, value, inputs, host.now_ms() / 1_000)?,
    };
    match token.sign(host, limit_ms).await {
        Ok(token) => Ok(token.into()),
        Err(Unsigned::Late) => Err(deadline_exceeded()),
        Err(Unsigned::Unfit) => {
            Err(unfit("the private key of `jwt` cannot sign; it must be PKCS#8 in PEM, and fit `algorithm`"))
        }
    }
}

fn mismatch(key: &str, wanted: &str, value: &Value) -> Error {
    let message = concat(&["`", key, "` signs ", wanted, ", and the value is of type ", value.type_name()]);
    Error::new(Code::ClaimTypeMismatch, message)
}

fn unfit(message: &str) -> Error {
    Error::new(Code::SecretInvalid, message)
}

fn code_of(plan: &HmacPlan, value: &Value, inputs: Inputs<'_>) -> Result<Value, Error> {
    let Value::String(text) = value else { return Err(mismatch("hmac", "a text", value)) };
    let secret = plan.secret.render(inputs)?;
    let key = match plan.secret_encoding {
        SecretEncoding::Text => Some(secret.into_bytes()),
        SecretEncoding::Hex => hex_decode(&secret),
        SecretEncoding::Base64 => base64_decode(&secret),
    };
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        let encoding = plan.secret_encoding.as_str();
        return Err(unfit(&concat(&["the secret of `hmac` is empty, or is no `", encoding, "`"])));
    };
    let code = hmac(&key, text.as_bytes());
    Ok(match plan.encoding {
        CodeEncoding::Hex => hex(&code),
        CodeEncoding::Base64 => base64(&code),
        CodeEncoding::Base64url => base64url(&code),
    }
    .into())
}

/// The token of a plan, with its dates.
fn unsigned(plan: &JwtPlan, value: &Value, inputs: Inputs<'_>, now_s: u64) -> Result<Jwt, Error> {
    let Value::Object(payload) = value else { return Err(mismatch("jwt", "an object", value)) };
    let key = Secret::new(plan.key.render(inputs)?);
    let key_id = plan.key_id.as_ref().map(|key_id| key_id.render(inputs)).transpose()?;
    if plan.algorithm == JwtAlgorithm::Hs256 && key.expose().len() < DIGEST {
        return Err(unfit("the secret of `jwt` must have 32 bytes at least"));
    }
    let mut payload = Map::clone(payload);
    payload.insert("iat".into(), moment(now_s));
    if let Some(lifetime_s) = plan.expires_in_s {
        payload.insert("exp".into(), moment(now_s.saturating_add(lifetime_s.into())));
    }
    Ok(Jwt::new(plan.algorithm, key, key_id.as_deref(), payload))
}

/// The reason why a JWT is not signed.
pub(crate) enum Unsigned {
    /// It took too long.
    Late,
    /// The host cannot sign with the key.
    Unfit,
}

/// A JWT that is yet to be signed.
pub(crate) struct Jwt {
    algorithm: JwtAlgorithm,
    key: Secret,
    /// The signing input (RFC 7515 §5.1).
    input: String,
}

impl Jwt {
    pub(crate) fn new(algorithm: JwtAlgorithm, key: Secret, key_id: Option<&str>, payload: Map) -> Jwt {
        let mut header: Vec<(Rc<str>, Value)> =
            vec![("alg".into(), algorithm.as_str().into()), ("typ".into(), "JWT".into())];
        if let Some(key_id) = key_id {
            header.push(("kid".into(), key_id.into()));
        }
        let part = |members: Map| base64url(Value::from(members).to_json().as_bytes());
        let input = concat(&[&part(Map::from_members(header)), ".", &part(payload)]);
        Jwt { algorithm, key, input }
    }

    /// Returns the token in its compact form (RFC 7515 §7.1), where it is there within so many milliseconds.
    pub(crate) async fn sign(mut self, host: &impl Host, limit_ms: u32) -> Result<String, Unsigned> {
        let signature = match self.algorithm {
            JwtAlgorithm::Hs256 => hmac(self.key.expose().as_bytes(), self.input.as_bytes()),
            JwtAlgorithm::Rs256 | JwtAlgorithm::Ps256 | JwtAlgorithm::Es256 => {
                let signed = host.sign(self.algorithm.as_str(), &self.key, &self.input);
                let signed = timeout(host.sleep(limit_ms), signed).await;
                signed.ok_or(Unsigned::Late)?.ok_or(Unsigned::Unfit)?
            }
        };
        self.input.push('.');
        self.input.push_str(&base64url(&signature));
        Ok(self.input)
    }
}

/// Returns the HMAC-SHA-256 of a message (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut key = if key.len() > BLOCK { platform::sha256(key) } else { key.to_vec() };
    key.resize(BLOCK, 0);
    let digest = |pad: u8, message: &[u8]| {
        let mut bytes = Vec::new();
        for byte in &key {
            bytes.push(byte ^ pad);
        }
        bytes.extend_from_slice(message);
        platform::sha256(&bytes)
    };
    digest(0x5c, &digest(0x36, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::hex_decode;

    /// RFC 4231 §4.2 to §4.8: key, data, code. Numbers in brackets repeat a byte.
    const CODES: [(&[u8], &[u8], &str); 6] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (
            &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. \
              The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];

    #[test]
    fn codes_are_those_of_rfc_4231() {
        for (key, data, code) in CODES {
            assert_eq!(hex(&hmac(key, data)), code);
        }
    }

    #[test]
    fn a_signature_is_that_of_rfc_7515() {
        // Appendix A.1: the key as base64url, the signing input, the signature.
        let key = base64_decode(
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        )
        .unwrap();
        let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        assert_eq!(base64url(&hmac(&key, input.as_bytes())), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }

    #[test]
    fn keys_of_every_encoding_are_read_and_others_refused() {
        assert_eq!(hex_decode("00ffAb"), Some(vec![0, 0xff, 0xab]));
        assert_eq!(hex_decode("0"), None);
        assert_eq!(hex_decode("0g"), None);
        for (text, bytes) in
            [("", &b""[..]), ("Zg==", b"f"), ("Zg", b"f"), ("Zm8", b"fo"), ("-_-_", &[251, 255, 191])]
        {
            assert_eq!(base64_decode(text).as_deref(), Some(bytes), "{text}");
        }
        assert_eq!(base64_decode("+/+/"), base64_decode("-_-_"));
        for text in ["Z", "Zg=x", "Zm8=\n", "Zm 8", "Zmä"] {
            assert_eq!(base64_decode(text), None, "{text}");
        }
    }
}
