//! `hmac` and `jwt`: a signature that takes the place of a value.

use claimsmith_core::plan::{CodeEncoding, Hash, HmacPlan, JwtAlgorithm, JwtPlan, SecretEncoding, Signing};
use claimsmith_core::template::{Part, Template};
use claimsmith_core::{Code, Error};

use crate::reader::{Node, Object};
use crate::template::parse_template;

/// Reads the signature of what an object describes; none where it has neither key.
pub(crate) fn read(object: &Object<'_>) -> Option<Signing> {
    let hmac = object.get("hmac").map(|node| read_hmac(&node.object()));
    let jwt = object.get("jwt").map(|node| read_jwt(&node.object()));
    if hmac.is_some() && jwt.is_some() {
        object.node.problem("takes `hmac` or `jwt`, not both");
    }
    hmac.map(Signing::Hmac).or(jwt.map(Signing::Jwt))
}

fn read_hmac(object: &Object<'_>) -> HmacPlan {
    // There is one, and the plan need not name it.
    object.word::<Hash>("hash");
    let plan = HmacPlan {
        secret: required_key(object, "secret"),
        secret_encoding: object.word("secret_encoding").unwrap_or(SecretEncoding::Text),
        encoding: object.word("encoding").unwrap_or(CodeEncoding::Hex),
    };
    object.finish();
    plan
}

fn read_jwt(object: &Object<'_>) -> JwtPlan {
    let is_private = object.get("private_key").is_some();
    let written: Option<JwtAlgorithm> = object.get("algorithm").and_then(|node| {
        let algorithm = node.word();
        if algorithm.is_some_and(|algorithm| (algorithm == JwtAlgorithm::Hs256) == is_private) {
            node.problem("`HS256` goes with a `secret`, the others with a `private_key`");
        }
        algorithm
    });
    let (key, default) =
        if is_private { ("private_key", JwtAlgorithm::Rs256) } else { ("secret", JwtAlgorithm::Hs256) };
    let plan = JwtPlan {
        key: required_key(object, key),
        key_id: if is_private { object.template("key_id") } else { None },
        algorithm: written.unwrap_or(default),
        expires_in_s: object.get("expires_in_s").and_then(|node| node.number(JwtPlan::EXPIRES_IN_S)),
    };
    object.refuse_unread("secret", "is not used with a `private_key`");
    object.refuse_unread("key_id", "goes with a `private_key`");
    object.finish();
    plan
}

fn required_key(object: &Object<'_>, key: &'static str) -> Template {
    object.require(key).and_then(|node| read_key(&node)).unwrap_or_default()
}

/// Reads a key: what signs for everybody must not depend on the login.
fn read_key(node: &Node<'_>) -> Option<Template> {
    let template = node.accept(parse_template(node.string()?))?;
    if template.parts().iter().any(|part| matches!(part, Part::Expression(..))) {
        let message = "a key is a secret, as `{secrets.NAME}`, and nothing of the login";
        node.fail(Error::new(Code::ExpressionInvalid, message));
    }
    Some(template)
}
