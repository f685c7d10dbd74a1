//! Mistakes in templates, in what stands for itself, and in the names of secrets.

use std::rc::Rc;

use claimsmith_core::error::Part as Place;
use claimsmith_core::template::Part;
use claimsmith_expression::text::concat;

use super::walk::{Text, TextKind, part_of};
use super::{Context, WarningCode};
use crate::template::parse_template;

/// Names that secrets have nearly everywhere.
const USUAL_SECRETS: [&str; 12] = [
    "API_DOMAIN",
    "API_KEY",
    "AUDIENCE",
    "AUTH0_CLIENT_ID",
    "AUTH0_CLIENT_SECRET",
    "AUTH0_DOMAIN",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "NAMESPACE",
    "PRIVATE_KEY",
    "SIGNING_KEY",
    "WEBHOOK_SECRET",
];

/// The shortest name of a secret of which another is a likely slip.
const MIN_SECRET: usize = 6;

pub(crate) fn check(context: &mut Context<'_>, text: &Text) {
    match text.kind {
        TextKind::Literal => check_literal(context, text),
        TextKind::Scope => check_scope(context, text),
        TextKind::Template | TextKind::Secret | TextKind::Reason | TextKind::Name => {
            check_template(context, text)
        }
    }
}

fn check_template(context: &mut Context<'_>, text: &Text) {
    let template = parse_template(&text.text).unwrap_or_default();
    let parts = template.parts();
    let place = part_of(text.kind);
    let mut at = 0;
    for (index, part) in parts.iter().enumerate() {
        let next = parts.get(index + 1);
        if let (Part::Literal(literal), Some(Part::Expression(..) | Part::Secret(_))) = (part, next)
            && literal.ends_with('$')
        {
            at = text.text.get(at..).and_then(|rest| rest.find("${")).map_or(at, |found| at + found);
            let inside = match next {
                Some(Part::Expression(_, written)) => written.to_string(),
                Some(Part::Secret(name)) => concat(&["secrets.", name]),
                Some(Part::Literal(_)) | None => String::new(),
            };
            let offset = text.text.get(..at).unwrap_or_default().chars().count();
            let place = if place == Place::Key { place } else { Place::Text(offset) };
            let message = format!("the `$` of `${{{inside}}}` stays in the text");
            context.warn(
                WarningCode::DollarBrace,
                &text.path,
                place,
                message,
                format!("write `{{{inside}}}`, without the `$`"),
            );
            at += 2;
        }
    }
    if let [Part::Literal(literal)] = parts {
        check_secret(context, text, literal);
    }
}

fn check_secret(context: &mut Context<'_>, text: &Text, literal: &str) {
    let name = ["event.secrets.", "secrets.", "process.env.", "env."]
        .into_iter()
        .find_map(|before| literal.strip_prefix(before))
        .filter(|name| is_name(name));
    if let Some(name) = name {
        let message = format!("`{literal}` is sent as it stands here");
        context.warn(
            WarningCode::SecretAsText,
            &text.path,
            Place::Value,
            message,
            format!("write `{{secrets.{name}}}`, in braces"),
        );
    } else if text.kind == TextKind::Secret && !literal.is_empty() {
        // It must not be repeated here.
        let message = "a secret stands in the configuration, where everybody who reads it has it".to_owned();
        let mend = "add it to the Action's secrets, and write `{secrets.NAME}`".to_owned();
        context.warn(WarningCode::SecretInFile, &text.path, Place::Value, message, mend);
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// Returns what a text has in braces that a template would fill in: the first of it.
pub(crate) fn filled_in(text: &str) -> Option<String> {
    let template = parse_template(text).ok()?;
    template.parts().iter().find_map(|part| match part {
        Part::Literal(_) => None,
        Part::Secret(name) => Some(concat(&["secrets.", name])),
        Part::Expression(expression, written) => {
            let roots = ["event", "settings", "values", "secrets", "now"];
            let reads = expression.reads();
            let is_of_login = !reads.is_empty()
                && reads.iter().all(|chain| {
                    chain.len() > 1 && chain.first().is_some_and(|root| roots.contains(&&**root))
                });
            is_of_login.then(|| written.to_string())
        }
    })
}

fn check_literal(context: &mut Context<'_>, text: &Text) {
    // A setting may name a secret; what else it may not have is refused.
    if text.path.starts_with("settings.") {
        return;
    }
    let Some(inside) = filled_in(&text.text) else { return };
    let message = format!("nothing is filled in at `{{{inside}}}`: a default is set as it stands here");
    let mend = if inside.starts_with("secrets.") {
        "leave the secret out: whoever has the token would read it; what is none goes through `settings`"
            .to_owned()
    } else {
        format!("write the fallback into the value: `not_null(…, {inside})`")
    };
    context.warn(WarningCode::BracesAreText, &text.path, Place::Value, message, mend);
}

fn check_scope(context: &mut Context<'_>, text: &Text) {
    let scope = &*text.text;
    let roots: Vec<&str> = ["event", "values", "settings"]
        .into_iter()
        .chain(context.scope.sources.iter().map(|name| &**name))
        .collect();
    let root = scope.split(['.', '[', '(']).next().unwrap_or_default();
    let reads_login = scope.len() > root.len() && roots.contains(&root) && !scope.contains(':');
    if reads_login || scope.contains(['[', '(']) {
        let message = format!("`{scope}` is the name of one scope here, and no expression");
        let mend = format!("write `{{ \"value\": \"{scope}\" }}` for the scopes that an expression gives");
        context.warn(WarningCode::ScopeAsExpression, &text.path, Place::Value, message, mend);
    } else if let Some(inside) = filled_in(scope) {
        let message = format!("nothing is filled in at `{{{inside}}}`: this is the name of one scope");
        let mend = format!("write `{{ \"value\": \"join('', ['…', {inside}])\" }}`");
        context.warn(WarningCode::BracesAreText, &text.path, Place::Value, message, mend);
    }
}

/// Warns of the name of a secret that is nearly another one's, at each place where it stands.
pub(crate) fn check_secret_names(context: &mut Context<'_>) {
    let names: Vec<Rc<str>> = context.plan.secrets.clone();
    for name in &names {
        if name.len() < MIN_SECRET || USUAL_SECRETS.contains(&&**name) {
            continue;
        }
        let uses = |wanted: &str| {
            let braces = concat(&["{secrets.", wanted, "}"]);
            context.config.to_json().matches(&braces).count()
        };
        let usual = USUAL_SECRETS.into_iter().find(|usual| is_slip(name, usual));
        let other =
            names.iter().map(|other| &**other).find(|other| is_slip(name, other) && uses(other) > uses(name));
        let Some(right) = usual.or(other).map(str::to_owned) else { continue };
        let braces = concat(&["{secrets.", name, "}"]);
        for text in context.places.texts.clone() {
            if let Some(at) = text.text.find(&braces) {
                let offset = text.text.get(..at).unwrap_or_default().chars().count();
                let message =
                    format!("`{name}` is nearly `{right}`, and is asked for as a secret of its own");
                let mend = format!("write `{{secrets.{right}}}`, or another name if it is one");
                context.warn(WarningCode::SecretMisspelt, &text.path, Place::Text(offset), message, mend);
            }
        }
    }
}

/// Returns whether a name comes of another by one letter too many or too few, or by two that changed places. A letter in
/// place of another makes a name of its own more often: `API_URL`, `APP_URL`.
fn is_slip(name: &str, of: &str) -> bool {
    let (name, of): (Vec<char>, Vec<char>) = (name.chars().collect(), of.chars().collect());
    let same = name.iter().zip(&of).take_while(|(one, other)| one == other).count();
    let (rest, of_rest) = (name.get(same..).unwrap_or_default(), of.get(same..).unwrap_or_default());
    let is_letter = |character: Option<&char>| character.is_some_and(char::is_ascii_alphabetic);
    match (rest, of_rest) {
        ([a, b, rest @ ..], [c, d, other @ ..]) if a == d && b == c && a != b => rest == other,
        (rest, [_, other @ ..]) if rest == other => is_letter(of_rest.first()),
        ([_, other @ ..], of_rest) if other == of_rest => is_letter(rest.first()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn a_slip_is_one_letter_or_two_that_changed_places() {
        for (name, of) in [
            ("CLIENT_SECRTE", "CLIENT_SECRET"),
            ("CLIENT_SECRE", "CLIENT_SECRET"),
            ("CLIENT_SECRETT", "CLIENT_SECRET"),
            ("CLEINT_ID", "CLIENT_ID"),
            ("AUTH0_DOAMIN", "AUTH0_DOMAIN"),
        ] {
            assert!(is_slip(name, of), "{name}");
        }
        for (name, of) in [
            ("CLIENT_ID", "CLIENT_ID"),
            ("CLIENT_ID2", "CLIENT_ID"),
            ("API_URL", "APP_URL"),
            ("CLIENT_SECRET_OLD", "CLIENT_SECRET"),
            ("CRM_API_KEY", "API_KEY"),
        ] {
            assert!(!is_slip(name, of), "{name}");
        }
    }
}
