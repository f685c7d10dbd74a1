//! Members of the event: those that no event has, and those that users write themselves.

use std::rc::Rc;

use claimsmith_core::Trigger;
use claimsmith_expression::text::concat;

use crate::events::{Kind, Member, children, find};
use crate::nearest::nearest;

/// Names that people write for others, below an object of the event.
const OTHER_NAMES: [(&str, &str, &str); 24] = [
    ("user", "id", "event.user.user_id"),
    ("user", "sub", "event.user.user_id"),
    ("user", "uid", "event.user.user_id"),
    ("user", "userId", "event.user.user_id"),
    ("user", "roles", "event.authorization.roles"),
    ("user", "permissions", "event.authorization.roles"),
    ("user", "metadata", "event.user.app_metadata"),
    ("user", "appMetadata", "event.user.app_metadata"),
    ("user", "userMetadata", "event.user.user_metadata"),
    ("user", "emailVerified", "event.user.email_verified"),
    ("user", "firstName", "event.user.given_name"),
    ("user", "first_name", "event.user.given_name"),
    ("user", "lastName", "event.user.family_name"),
    ("user", "last_name", "event.user.family_name"),
    ("user", "phone", "event.user.phone_number"),
    ("user", "organization", "event.organization"),
    ("user", "org_id", "event.organization.id"),
    ("client", "id", "event.client.client_id"),
    ("organization", "org_id", "event.organization.id"),
    ("request", "ip_address", "event.request.ip"),
    ("request", "userAgent", "event.request.user_agent"),
    ("stats", "loginsCount", "event.stats.logins_count"),
    ("", "org", "event.organization"),
    ("", "context", "event"),
];

/// What is wrong with a chain of names below `event`.
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) mend: String,
    /// The name that is wrong.
    pub(crate) name: Rc<str>,
}

/// Returns what is wrong with a chain below `event`.
pub(crate) fn wrong(trigger: Trigger, chain: &[Rc<str>]) -> Option<Wrong> {
    match find(trigger, chain) {
        Member::Is(_) | Member::Open => None,
        Member::Unknown(place) => unknown(trigger, chain, place),
        Member::Below(place, kind) => {
            let name = Rc::clone(chain.get(place)?);
            // It has a warning of its own.
            if &*name == "length" {
                return None;
            }
            let before = path(chain, place);
            let (what, mend) = match kind {
                Kind::Texts | Kind::Objects => (
                    "a list",
                    format!("write `{before}[0].{name}` for the first, or `{before}[*].{name}` for all"),
                ),
                _ => ("no object", format!("write `{before}`")),
            };
            let message =
                format!("`{before}.{name}` is always null: `{before}` is {what}, which has no members");
            Some(Wrong { message, mend, name })
        }
    }
}

fn unknown(trigger: Trigger, chain: &[Rc<str>], place: usize) -> Option<Wrong> {
    let name = chain.get(place)?;
    let before = chain.get(..place).unwrap_or_default();
    let known: Vec<&str> = children(trigger, before).into_iter().map(|(name, _)| name).collect();
    let parent = before.last().map_or("", |name| &**name);
    let other = OTHER_NAMES.iter().find(|(of, wrong, _)| *of == parent && **wrong == **name);
    let near = match other {
        Some((_, _, right)) => Some((*right).to_owned()),
        None => known
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name))
            .copied()
            .or_else(|| nearest(name, &known))
            .map(|near| concat(&[&path(chain, place), ".", near])),
    };
    let in_other = trigger == Trigger::CredentialsExchange
        && !matches!(find(Trigger::PostLogin, chain.get(..=place).unwrap_or_default()), Member::Unknown(_));
    // Connections of an enterprise bring attributes of their own.
    if parent == "user" && near.is_none() {
        return None;
    }
    let at = path(chain, place + 1);
    let message = if in_other {
        format!(
            "`{at}` is always null: the trigger credentials-exchange has no such member, for there is no user"
        )
    } else {
        format!("`{at}` is always null: no event has this member")
    };
    let mend = match near {
        Some(near) if !in_other => format!("write `{near}`"),
        _ if known.is_empty() => "leave it out".to_owned(),
        _ => format!("`{}` has {}", path(chain, place), listed(&known)),
    };
    Some(Wrong { message, mend, name: Rc::clone(name) })
}

fn path(chain: &[Rc<str>], length: usize) -> String {
    let names: Vec<&str> = chain.iter().take(length).map(|name| &**name).collect();
    ["event"].into_iter().chain(names).collect::<Vec<_>>().join(".")
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The chains below `event` that users write themselves, with whatever characters.
const WRITTEN_BY_USERS: [&[&str]; 15] = [
    &["user", "user_metadata"],
    &["user", "name"],
    &["user", "nickname"],
    &["user", "given_name"],
    &["user", "family_name"],
    &["user", "picture"],
    &["user", "username"],
    &["request", "query"],
    &["request", "body"],
    &["transaction", "login_hint"],
    &["transaction", "ui_locales"],
    &["transaction", "acr_values"],
    &["transaction", "state"],
    &["transaction", "locale"],
    &["transaction", "redirect_uri"],
];

/// Returns whether a chain below `event` leads to what users write themselves.
pub(crate) fn is_written_by_user(chain: &[Rc<str>]) -> bool {
    WRITTEN_BY_USERS.iter().any(|written| {
        written.iter().zip(chain).filter(|(one, other)| **one == &***other).count() == written.len()
    })
}
