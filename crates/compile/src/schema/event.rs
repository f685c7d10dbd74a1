//! The events that Auth0 hands to Actions, for the completion of expressions.
//!
//! Facts of Auth0's documentation and published types. Nothing is checked against them: Auth0 adds members without a
//! word, and an expression over one that a login lacks gives null.

use claimsmith_core::Trigger;
use serde_json::{Map, Value, json};

/// Returns the schema of a trigger's event.
pub(crate) fn schema(trigger: Trigger) -> Value {
    let own = match trigger {
        Trigger::PostLogin => POST_LOGIN,
        Trigger::CredentialsExchange => CREDENTIALS_EXCHANGE,
    };
    let mut event = json!({ "type": "object" });
    for line in SHARED.lines().chain(own.lines()) {
        if let Some((path, kind)) = line.split_once(' ') {
            add(&mut event, path, kind);
        }
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

/// What the events of both triggers have.
const SHARED: &str = "\
agent?.agent_id string
agent?.agent_metadata object
agent?.name string
client.client_id string
client.metadata object
client.name string
custom_domain?.domain string
custom_domain?.domain_metadata object
organization?.display_name string
organization?.id string
organization?.metadata object
organization?.name string
request.body object
request.geoip.cityName? string
request.geoip.continentCode? string
request.geoip.countryCode? string
request.geoip.countryCode3? string
request.geoip.countryName? string
request.geoip.latitude? number
request.geoip.longitude? number
request.geoip.subdivisionCode? string
request.geoip.subdivisionName? string
request.geoip.timeZone? string
request.hostname? string
request.ip string
request.language? string
request.method string
request.user_agent? string
tenant.id string
transaction.correlation_id? string
transaction.requested_scopes string[]
";

const POST_LOGIN: &str = "\
authentication?.methods[].name string
authentication?.methods[].timestamp string
authentication?.methods[].type? string
authentication?.riskAssessment?.confidence string
authentication?.riskAssessment?.version string
authentication?.riskAssessment?.assessments.AgentDetection?.code string
authentication?.riskAssessment?.assessments.AgentDetection?.confidence string
authentication?.riskAssessment?.assessments.ImpossibleTravel?.code string
authentication?.riskAssessment?.assessments.ImpossibleTravel?.confidence string
authentication?.riskAssessment?.assessments.NewDevice?.code string
authentication?.riskAssessment?.assessments.NewDevice?.confidence string
authentication?.riskAssessment?.assessments.UntrustedIP?.code string
authentication?.riskAssessment?.assessments.UntrustedIP?.confidence string
authorization?.roles string[]
connection.id string
connection.metadata? object
connection.name string
connection.strategy string
refresh_token?.client_id? string
refresh_token?.created_at string
refresh_token?.device?.initial_asn? string
refresh_token?.device?.initial_ip? string
refresh_token?.device?.initial_user_agent? string
refresh_token?.device?.last_asn? string
refresh_token?.device?.last_ip? string
refresh_token?.device?.last_user_agent? string
refresh_token?.expires_at? string
refresh_token?.id string
refresh_token?.idle_expires_at? string
refresh_token?.last_exchanged_at? string
refresh_token?.metadata? object
refresh_token?.rotating? boolean
refresh_token?.session_id? string
refresh_token?.user_id? string
request.asn? string
request.query object
resource_server?.identifier string
security_context?.ja3? string
security_context?.ja4? string
session?.actor?.sub string
session?.authenticated_at? string
session?.clients?[].client_id string
session?.cookie?.mode string
session?.created_at? string
session?.device?.initial_asn? string
session?.device?.initial_ip? string
session?.device?.initial_user_agent? string
session?.device?.last_asn? string
session?.device?.last_ip? string
session?.device?.last_user_agent? string
session?.expires_at? string
session?.id string
session?.idle_expires_at? string
session?.last_interacted_at? string
session?.metadata? object
session?.updated_at? string
session?.user_id? string
stats.logins_count number
transaction.acr_values? string[]
transaction.actor?.sub string
transaction.actor?.act?.sub string
transaction.actor?.act?.act?.sub string
transaction.actor?.act?.act?.act?.sub string
transaction.actor?.act?.act?.act?.act?.sub string
transaction.actor_token_type? string
transaction.id? string
transaction.linking_id? string
transaction.locale? string
transaction.login_hint? string
transaction.metadata object
transaction.prompt? string[]
transaction.protocol? string
transaction.redirect_uri? string
transaction.requested_authorization_details? object[]
transaction.response_mode? string
transaction.response_type? string[]
transaction.state? string
transaction.subject_token_type? string
transaction.ui_locales? string[]
user.app_metadata object
user.created_at string
user.email? string
user.email_verified boolean
user.enrolledFactors?[].type string
user.family_name? string
user.given_name? string
user.identities[].connection? string
user.identities[].isSocial? boolean
user.identities[].profileData? object
user.identities[].provider? string
user.identities[].user_id? string
user.last_password_reset? string
user.multifactor? string[]
user.name? string
user.nickname? string
user.phone_number? string
user.phone_verified? boolean
user.picture? string
user.updated_at string
user.user_id string
user.user_metadata object
user.username? string
";

const CREDENTIALS_EXCHANGE: &str = "\
accessToken.customClaims object
accessToken.scope string[]
resource_server.identifier string
transaction.target_scopes? string[]
";

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
