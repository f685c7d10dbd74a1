//! A signature over a value, compiled: `hmac` and `jwt`.

use claimsmith_expression::{plain_enum, plain_struct};

use super::Bounds;
use crate::template::Template;
use crate::words::words;

/// A signature that takes the place of the value.
#[derive(Clone, Debug)]
pub enum Signing {
    /// The authentication code of a text (RFC 2104).
    Hmac(HmacPlan),
    /// A signed JWT whose payload the value is (RFC 7519).
    Jwt(JwtPlan),
}

/// An authentication code.
#[derive(Clone, Debug)]
pub struct HmacPlan {
    /// The key.
    pub secret: Template,
    /// The encoding of the key.
    pub secret_encoding: SecretEncoding,
    /// The encoding of the code.
    pub encoding: CodeEncoding,
}

/// A signed JWT.
#[derive(Clone, Debug)]
pub struct JwtPlan {
    /// The key: a secret with [`JwtAlgorithm::Hs256`], else a private key as PKCS#8 in PEM.
    pub key: Template,
    /// The key id of a private key: `kid` of the header.
    pub key_id: Option<Template>,
    /// The algorithm.
    pub algorithm: JwtAlgorithm,
    /// The lifetime, in seconds; without it `exp` is as the payload has it.
    pub expires_in_s: Option<u32>,
}

impl JwtPlan {
    /// The bounds of `expires_in_s`; 0 where it is left out.
    pub const EXPIRES_IN_S: Bounds = Bounds { least: 1, most: 315_360_000, default: 0 };
}

words! {
    /// The hash of an authentication code.
    pub enum Hash {
        /// SHA-256 (FIPS 180-4).
        Sha256 = "sha256",
    }
}

words! {
    /// The encoding of a key.
    pub enum SecretEncoding {
        /// The key is the text itself, in UTF-8.
        Text = "text",
        /// Hexadecimal digits.
        Hex = "hex",
        /// Base64 of either alphabet (RFC 4648 §4, §5), with or without padding.
        Base64 = "base64",
    }
}

words! {
    /// The encoding of an authentication code.
    pub enum CodeEncoding {
        /// Hexadecimal digits, in lower case.
        Hex = "hex",
        /// Base64 with padding (RFC 4648 §4).
        Base64 = "base64",
        /// Base64 for URLs, without padding (RFC 4648 §5).
        Base64url = "base64url",
    }
}

words! {
    /// The signature algorithm of a JWT (RFC 7518 §3).
    pub enum JwtAlgorithm {
        /// HMAC with SHA-256, with a `secret` of 32 bytes at least.
        Hs256 = "HS256",
        /// RSA, PKCS #1 v1.5, with a `private_key`.
        Rs256 = "RS256",
        /// RSA, PSS, with a `private_key`.
        Ps256 = "PS256",
        /// The elliptic curve P-256, with a `private_key`.
        Es256 = "ES256",
    }
}

plain_enum!(Signing { 0 => Hmac(plan), 1 => Jwt(plan) } else Signing::Hmac(HmacPlan {
    secret: Template::default(),
    secret_encoding: SecretEncoding::Text,
    encoding: CodeEncoding::Hex,
}));

plain_struct!(HmacPlan { secret, secret_encoding, encoding });

plain_struct!(JwtPlan { key, key_id, algorithm, expires_in_s });
