//! The events that Auth0 hands to Actions: facts of its documentation and published types.
//!
//! An event may have more: Auth0 adds members without a word. So they serve completion and warnings, and nothing is refused.

use std::rc::Rc;

use claimsmith_core::Trigger;

/// Returns the members of a trigger's event, each a path and its type. A name ends with `?` where not every login has it,
/// with `[]` where it is a list of objects.
pub(crate) fn members(trigger: Trigger) -> impl Iterator<Item = (&'static str, &'static str)> {
    let own = match trigger {
        Trigger::PostLogin => POST_LOGIN,
        Trigger::CredentialsExchange => CREDENTIALS_EXCHANGE,
    };
    SHARED.lines().chain(own.lines()).filter_map(|line| line.split_once(' '))
}

/// What is known of the member at the end of a chain of names below `event`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// It has this type.
    Is(Kind),
    /// It stands below an object of which nothing is said.
    Open,
    /// No event has the name at this place of the chain.
    Unknown(usize),
    /// The name at this place of the chain is read from what has no members.
    Below(usize, Kind),
}

/// The type of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Number,
    Boolean,
    /// A list of texts.
    Texts,
    /// A list of objects.
    Objects,
    /// An object whose members are known.
    Object,
    /// An object that may have any members.
    Any,
}

impl Kind {
    fn of(word: &str) -> Kind {
        match word {
            "string" => Kind::String,
            "number" => Kind::Number,
            "boolean" => Kind::Boolean,
            "string[]" => Kind::Texts,
            "object[]" => Kind::Objects,
            _ => Kind::Any,
        }
    }
}

/// Finds a member by its chain of names below `event`.
pub(crate) fn find(trigger: Trigger, chain: &[Rc<str>]) -> Member {
    let mut kind = Kind::Object;
    for (place, name) in chain.iter().enumerate() {
        match kind {
            Kind::Any => return Member::Open,
            Kind::Object => {}
            Kind::String | Kind::Number | Kind::Boolean | Kind::Texts | Kind::Objects => {
                return Member::Below(place, kind);
            }
        }
        let before = chain.get(..place).unwrap_or_default();
        let found = children(trigger, before).into_iter().find(|(known, _)| *known == &**name);
        match found {
            Some((_, of_member)) => kind = of_member,
            None => return Member::Unknown(place),
        }
    }
    Member::Is(kind)
}

/// Returns the names of what stands below a chain, with their types.
pub(crate) fn children(trigger: Trigger, chain: &[Rc<str>]) -> Vec<(&'static str, Kind)> {
    let mut found: Vec<(&'static str, Kind)> = Vec::new();
    for (path, word) in members(trigger) {
        let mut names = path.split('.');
        if !chain.iter().all(|wanted| names.next().is_some_and(|name| plain(name).0 == &**wanted)) {
            continue;
        }
        let Some((name, is_list)) = names.next().map(plain) else { continue };
        let kind = match names.next() {
            _ if is_list => Kind::Objects,
            Some(_) => Kind::Object,
            None => Kind::of(word),
        };
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, kind));
        }
    }
    found
}

/// Returns a name without what is said of it, and whether it is a list of objects.
fn plain(name: &str) -> (&str, bool) {
    let (name, is_list) = match name.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (name, false),
    };
    (name.strip_suffix('?').unwrap_or(name), is_list)
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

    fn found(trigger: Trigger, path: &str) -> Member {
        let chain: Vec<Rc<str>> = path.split('.').map(Rc::from).collect();
        find(trigger, &chain)
    }

    #[test]
    fn a_member_is_found_by_its_chain() {
        use Trigger::{CredentialsExchange, PostLogin};
        for (trigger, path, member) in [
            (PostLogin, "user.user_id", Member::Is(Kind::String)),
            (PostLogin, "user.email", Member::Is(Kind::String)),
            (PostLogin, "user.email_verified", Member::Is(Kind::Boolean)),
            (PostLogin, "stats.logins_count", Member::Is(Kind::Number)),
            (PostLogin, "authorization.roles", Member::Is(Kind::Texts)),
            (PostLogin, "user.identities", Member::Is(Kind::Objects)),
            (PostLogin, "authentication.methods", Member::Is(Kind::Objects)),
            (PostLogin, "user", Member::Is(Kind::Object)),
            (PostLogin, "user.app_metadata", Member::Is(Kind::Any)),
            (PostLogin, "user.app_metadata.plan.name", Member::Open),
            (PostLogin, "request.query.connection", Member::Open),
            (PostLogin, "organisation.id", Member::Unknown(0)),
            (PostLogin, "user.id", Member::Unknown(1)),
            (PostLogin, "user.email.domain", Member::Below(2, Kind::String)),
            (PostLogin, "user.identities.provider", Member::Below(2, Kind::Objects)),
            (PostLogin, "transaction.actor.act.act.sub", Member::Is(Kind::String)),
            (CredentialsExchange, "user.user_id", Member::Unknown(0)),
            (CredentialsExchange, "accessToken.scope", Member::Is(Kind::Texts)),
            (CredentialsExchange, "client.metadata.tier", Member::Open),
        ] {
            assert_eq!(found(trigger, path), member, "{path}");
        }
    }
}
