//! `claims`: what goes into the tokens, and beside them.

use claimsmith_core::claim_type::ClaimType;
use claimsmith_core::error::Part;
use claimsmith_core::plan::ClaimPlan;
use claimsmith_core::template::{Part as TemplatePart, Template};
use claimsmith_core::{Code, Error, Target, Trigger};
use claimsmith_expression::Value;
use claimsmith_expression::text::concat;

use crate::expressions::read_expression;
use crate::reader::{Node, Object};
use crate::scope::Scope;
use crate::signing;
use crate::template::parse_template;

pub(crate) fn read(node: &Node<'_>, trigger: Trigger) -> Vec<ClaimPlan> {
    let mut claims = Vec::new();
    node.each_member(&mut |name, node| {
        if node.value.as_array().is_none() {
            claims.extend(read_claim((name, None), node, trigger));
            return;
        }
        if node.value.as_array().is_some_and(<[Value]>::is_empty) {
            node.problem("has no entry, so there would be no claim");
        }
        let mut entry = 0;
        node.each_item(&mut |node| {
            claims.extend(read_claim((name, Some(entry)), node, trigger));
            entry += 1;
        });
    });
    claims
}

fn read_claim((key, entry): (&str, Option<usize>), node: &Node<'_>, trigger: Trigger) -> Option<ClaimPlan> {
    // An expression alone is short for an object with nothing but a `value`.
    let object = match node.value {
        Value::String(_) => None,
        Value::Object(_) => Some(node.object()),
        _ => {
            node.mismatch("an expression, or an object with a `value`");
            return None;
        }
    };
    let get = |key| object.as_ref().and_then(|object| object.get(key));
    let flag = |key| get(key).and_then(|node| node.boolean()).unwrap_or(false);
    let value = match &object {
        Some(object) => object.require("value"),
        None => Some(*node),
    };
    let value = value.and_then(|node| read_expression(&node));
    let targets = match get("to") {
        Some(node) => read_targets(&node, trigger),
        None => trigger.tokens().to_vec(),
    };
    let name = node.accept(read_name(key, &targets, node.scope).map_err(|error| error.of(Part::Key)));
    let kind: Option<ClaimType> = get("type").and_then(|node| node.word());
    let default = get("default");
    if let (Some(kind), Some(node)) = (kind, &default)
        && !kind.fits(node.value)
    {
        node.mismatch(&concat(&["`", kind.as_str(), "`, the claim's type"]));
    }
    let default = default.map_or(Value::Null, |node| node.value.clone());
    let signing = object.as_ref().and_then(signing::read);
    let spreads = flag("spread");
    if spreads && signing.is_some() {
        node.problem("`spread` does not go with `hmac` or `jwt`: a signature is one value");
    }
    let if_denied = flag("if_denied");
    if if_denied && targets.iter().any(|target| !outlives_denial(*target)) {
        node.problem("`if_denied` goes with `app_metadata` and `user_metadata` only: name these in `to`");
    }
    let required = flag("required");
    let when = get("when").and_then(|node| read_expression(&node));
    let priority = get("priority").and_then(|node| node.signed(ClaimPlan::MAX_PRIORITY)).unwrap_or(0);
    object.iter().for_each(Object::finish);
    let (value, name) = (value?, name?);
    let reads = node.scope.reads_of(when.iter().chain([&value]));
    let (reads, values) = (reads.answers, reads.values);
    let mut claim = ClaimPlan {
        name,
        written: None,
        entry,
        value,
        targets,
        kind,
        signing,
        spreads,
        if_denied,
        default,
        required,
        when,
        priority,
        reads,
        values,
    };
    if claim.fixed_name().is_none() {
        claim.written = Some(key.into());
    }
    Some(claim)
}

/// Returns whether Auth0 keeps what is set there where the login is denied.
fn outlives_denial(target: Target) -> bool {
    match target {
        Target::AppMetadata | Target::UserMetadata => true,
        Target::AccessToken
        | Target::IdToken
        | Target::SamlResponse
        | Target::TransactionMetadata
        | Target::SessionMetadata
        | Target::RefreshTokenMetadata => false,
    }
}

/// Reads a name: text, and settings in braces. What can be said of it before they are filled in is said here, and the
/// rest at each login.
fn read_name(key: &str, targets: &[Target], scope: &Scope) -> Result<Template, Error> {
    let name = parse_template(key)?;
    let text = match name.parts() {
        [TemplatePart::Literal(text)] => Some(text.as_str()),
        [] => Some(""),
        _ => None,
    };
    for part in name.parts() {
        let is_of_settings = match part {
            TemplatePart::Literal(_) => true,
            TemplatePart::Expression(expression, _) => {
                let reads = expression.reads();
                !reads.is_empty()
                    && reads.iter().all(|chain| {
                        chain.len() > 1 && chain.first().is_some_and(|first| &**first == "settings")
                    })
            }
            TemplatePart::Secret(_) => false,
        };
        if !is_of_settings {
            let message = "the name of a claim is made of text and `{settings.NAME}`";
            return Err(Error::new(Code::ExpressionInvalid, message));
        }
        if let TemplatePart::Expression(expression, _) = part
            && let Some((_, message)) = expression.reads().iter().find_map(|chain| scope.refuse(chain))
        {
            return Err(Error::new(Code::ExpressionInvalid, message));
        }
    }
    // A name is as good as the least of its targets says. How long it will be is not known where parts are filled in.
    let refused = targets.iter().find_map(|target| target.refuses_name(text.unwrap_or(key)));
    match refused.filter(|(code, _)| text.is_some() || *code == Code::ClaimReserved) {
        Some((code, reason)) => Err(Error::new(code, concat(&["`", text.unwrap_or(key), "` ", reason]))),
        None => Ok(name),
    }
}

fn read_targets(node: &Node<'_>, trigger: Trigger) -> Vec<Target> {
    let mut targets = Vec::new();
    node.each_item(&mut |item| {
        let Some(target) = item.word() else { return };
        if trigger == Trigger::CredentialsExchange && target != Target::AccessToken {
            item.problem("a token for a machine has claims of the access token only");
        }
        if targets.contains(&target) {
            item.problem("this target is named twice");
        }
        targets.push(target);
    });
    if node.value.as_array().is_some_and(<[Value]>::is_empty) {
        node.problem("names no target, so the claim would go nowhere");
    }
    targets
}
