//! The events that Auth0 hands to Actions, for the completion of expressions.

use claimsmith_core::Trigger;
use serde_json::{Map, Value, json};

use crate::events::members;

/// Returns the schema of a trigger's event.
pub(crate) fn schema(trigger: Trigger) -> Value {
    let mut event = json!({ "type": "object" });
    for (path, kind) in members(trigger) {
        add(&mut event, path, kind);
    }
    event
}

/// Adds a member and the objects around it. A name ends with `?` where not every login has it, with `[]` where it is a
/// list of objects.
fn add(object: &mut Value, path: &str, kind: &str) {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    let (name, is_list) = match name.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let (name, is_optional) = match name.strip_suffix('?') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let Some(properties) = entry(object, "properties") else { return };
    let member = properties.entry(name).or_insert_with(|| {
        let mut member = if rest.is_some() { json!({ "type": "object" }) } else { of(kind) };
        if is_list {
            member = json!({ "type": "array", "items": member });
        }
        if is_optional && let Some(member) = member.as_object_mut() {
            member.insert("description".to_owned(), json!("Not of every login."));
        }
        member
    });
    if let Some(rest) = rest {
        let inner = if is_list { member.get_mut("items") } else { Some(member) };
        inner.into_iter().for_each(|inner| add(inner, rest, kind));
    }
}

fn entry<'a>(object: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    object.as_object_mut()?.entry(key).or_insert_with(|| json!({})).as_object_mut()
}

fn of(kind: &str) -> Value {
    match kind.strip_suffix("[]") {
        Some(item) => json!({ "type": "array", "items": { "type": item } }),
        None => json!({ "type": kind }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member<'a>(event: &'a Value, path: &str) -> &'a Value {
        path.split('.').fold(event, |schema, name| &schema["properties"][name])
    }

    #[test]
    fn each_event_has_the_members_of_its_trigger() {
        let login = schema(Trigger::PostLogin);
        let machine = schema(Trigger::CredentialsExchange);
        assert_eq!(member(&login, "user.email_verified"), &json!({ "type": "boolean" }));
        assert_eq!(member(&machine, "user"), &Value::Null);
        assert_eq!(member(&machine, "accessToken.scope")["items"], json!({ "type": "string" }));
        for event in [&login, &machine] {
            assert_eq!(member(event, "agent.agent_id")["type"], "string");
            assert_eq!(member(event, "agent")["description"], "Not of every login.");
            assert_eq!(member(event, "request.ip"), &json!({ "type": "string" }));
        }
    }

    #[test]
    fn lists_of_objects_and_the_chain_of_actors_are_described_to_their_end() {
        let login = schema(Trigger::PostLogin);
        assert_eq!(member(&member(&login, "user.identities")["items"], "provider")["type"], "string");
        assert_eq!(member(&login, "transaction.actor.act.act.act.act.sub")["type"], "string");
        assert_eq!(member(&login, "transaction.actor.act.act.act.act.act"), &Value::Null);
    }
}
