//! The calls of `api` that Rust code makes, checked when it makes them.

use claimsmith_expression::Value;
use claimsmith_expression::text::concat;

use crate::claim_type::has_unsafe_integer;
use crate::decision::{Change, DENY_REASON, Decision, Effect, Subject};
use crate::error::{Code, Error};
use crate::limits::{is_scope, refuse, room, too_large, weight};
use crate::mfa::{Factor, Mfa, Provider, challenge, needs_none};
use crate::plan::{Limits, SessionRule};
use crate::report::{ClaimsReport, OutcomeKind, Report, ScopesReport, SessionReport};
use crate::target::Target;
use crate::text::claim_path;

/// The size limits of a login's tokens: Auth0's.
const LIMITS: Limits = Limits { access_token_bytes: 100_000, id_token_bytes: 100_000 };

/// The calls of `api` to make when a login is decided.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    list: Vec<Effect>,
    targets: Vec<TargetState>,
}

/// The state of a target in this login.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetState {
    /// The target.
    pub target: Target,
    /// True where this login's `api` lacks it.
    pub is_missing: bool,
    /// The metadata that the event shows there; null where it shows none.
    pub held: Value,
}

impl Effects {
    /// Sets the state of a target. One without a state is there, and holds nothing.
    pub fn set_target(&mut self, state: TargetState) {
        self.targets.retain(|known| known.target != state.target);
        self.targets.push(state);
    }

    /// Returns whether [`Effects::set_target`] was told of a target.
    pub fn knows(&self, target: Target) -> bool {
        self.targets.iter().any(|known| known.target == target)
    }

    /// Sets a claim, in place of one of the same name and target. Null is no value, so nothing is set.
    ///
    /// # Errors
    /// `claim_reserved` where Auth0 would silently drop the name, `config_invalid` where this login's api
    /// lacks the target, `claim_type_mismatch` where the target takes no such value, `unsafe_integer`;
    /// `claims_too_large` where the value, or the claims of the target together, are larger than Auth0 takes;
    /// `api_refused` where the user's metadata is no object; `unavailable` where a part of the value could not be
    /// read.
    pub fn set_claim(&mut self, target: Target, name: &str, value: Value) -> Result<(), Error> {
        let place = claim_path(name);
        if let Some((code, reason)) = target.refuses_name(name) {
            return Err(Error::new(code, concat(&["`", name, "` ", reason])).at(&place));
        }
        if value.is_null() {
            return Ok(());
        }
        if value.has_unavailable() {
            return Err(Error::new(Code::Unavailable, "a part of the value could not be read").at(&place));
        }
        let state = self.targets.iter().find(|known| known.target == target);
        let held = state.map_or(Value::Null, |known| known.held.clone());
        if let Some(error) = refuse(target, state.is_some_and(|known| known.is_missing), &value, &held) {
            return Err(error.at(&place));
        }
        if has_unsafe_integer(&value) {
            let message = "an integer beyond 2^53 - 1 would be rounded; set it as text";
            return Err(Error::new(Code::UnsafeInteger, message).at(&place));
        }
        let mut taken = weight(target, name, &value, &held);
        for effect in &self.list {
            if let Effect::SetClaim { target: known, name: other, value } = effect
                && *known == target
                && **other != *name
            {
                taken.add(weight(target, other, value, &held));
            }
        }
        if !room(LIMITS, target, &held).holds(taken) {
            return Err(too_large(target).at(&place));
        }
        self.list.retain(|effect| !matches!(effect, Effect::SetClaim { target: known, name: same, .. } if *known == target && **same == *name));
        self.list.push(Effect::SetClaim { target, name: name.into(), value });
        Ok(())
    }

    /// Adds a scope to the access token.
    ///
    /// # Errors
    /// `action_failed` where Auth0 takes no such scope.
    pub fn add_scope(&mut self, scope: &str) -> Result<(), Error> {
        self.change_scope(scope, true)
    }

    /// Removes a scope from the access token.
    ///
    /// # Errors
    /// As [`Effects::add_scope`].
    pub fn remove_scope(&mut self, scope: &str) -> Result<(), Error> {
        self.change_scope(scope, false)
    }

    fn change_scope(&mut self, scope: &str, adds: bool) -> Result<(), Error> {
        if !is_scope(scope) {
            return Err(Error::new(Code::ActionFailed, "a scope has 1 to 280 visible ASCII characters"));
        }
        self.list.push(Effect::ChangeScope { scope: scope.into(), adds });
        Ok(())
    }

    /// Demands a further factor. Of several demands the first counts. Nothing is demanded of a login that has had one or
    /// has nobody to ask, but for [`MfaDemand::always`].
    ///
    /// # Errors
    /// `unavailable` where none can be demanded of this user: he has none of the factors, and can enrol none.
    pub fn demand_mfa(&mut self, demand: &MfaDemand, facts: &MfaFacts) -> Result<(), Error> {
        let has_demand = self.list.iter().any(|effect| matches!(effect, Effect::DemandMfa { .. }));
        if has_demand || !demand.always && needs_none(&facts.methods, &facts.protocol) {
            return Ok(());
        }
        let mfa = match &demand.kind {
            MfaKind::Enable(provider, remembers) => Mfa::Enable(*provider, *remembers),
            MfaKind::Challenge(factors, enrolls) => {
                let challenged = challenge(factors, enrolls, &facts.enrolled, facts.has_address);
                challenged.map_err(|error| error.at("mfa"))?
            }
        };
        self.list.push(Effect::DemandMfa { mfa, is_required: true, rule: 0 });
        Ok(())
    }

    /// Sets when the session or the refresh token expires, in seconds from `now_ms`; with `is_idle`, when it does
    /// without use.
    ///
    /// # Errors
    /// `action_failed` where that is not 1 second to 10 years.
    pub fn expire(
        &mut self,
        subject: Subject,
        is_idle: bool,
        seconds: u32,
        now_ms: u64,
    ) -> Result<(), Error> {
        let bounds = SessionRule::EXPIRES_IN_S;
        if !(bounds.least..=bounds.most).contains(&seconds) {
            let message = "a lifetime is a number of seconds, from 1 to 10 years";
            return Err(Error::new(Code::ActionFailed, message).at(subject.as_str()));
        }
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of any date are exact in a double")]
        let at_ms = now_ms.saturating_add(u64::from(seconds).saturating_mul(1_000)) as f64;
        let change = if is_idle { Change::IdleExpiresAt(at_ms) } else { Change::ExpiresAt(at_ms) };
        self.list.push(Effect::ChangeSession { subject, change, rule: 0 });
        Ok(())
    }

    /// Revokes the session or the refresh token, and denies the login with the same text. `is_there` says whether there
    /// is one: the login is denied in any case.
    pub fn revoke(&mut self, subject: Subject, reason: &str, is_there: bool) {
        if is_there {
            let change = Change::Revoke(reason.into());
            self.list.push(Effect::ChangeSession { subject, change, rule: 0 });
        }
        self.deny(reason);
    }

    /// Denies the login, whatever else is to be done. The first reason is the one that the user reads.
    pub fn deny(&mut self, reason: &str) {
        self.list.push(Effect::Deny { reason: reason.into(), is_failure: false });
    }

    /// Returns the decision: these effects, or a denial alone. Where there is a failure, the effects before it count
    /// for nothing: the login goes on as it is, or is denied where it `denies` then. [`Error::denial`] is no failure. Of
    /// a login that is denied only what is revoked counts beside.
    pub fn decide(mut self, mut failure: Option<Error>, denies: bool) -> Decision {
        if let Some(reason) = failure.as_ref().and_then(|error| error.denies()) {
            self.deny(reason);
            failure = None;
        }
        let denial = match &failure {
            Some(_) if denies => Some(Effect::Deny { reason: DENY_REASON.into(), is_failure: true }),
            Some(_) => None,
            None => self.list.iter().find(|effect| matches!(effect, Effect::Deny { .. })).cloned(),
        };
        let (outcome, effects) = match (denial, &failure) {
            (Some(denial), None) => {
                self.list.retain(|effect| {
                    matches!(effect, Effect::ChangeSession { change: Change::Revoke(_), .. })
                });
                self.list.push(denial);
                (OutcomeKind::Denied, self.list)
            }
            (Some(denial), Some(_)) => (OutcomeKind::Denied, vec![denial]),
            (None, Some(_)) => (OutcomeKind::Skipped, Vec::new()),
            (None, None) => (OutcomeKind::Enriched, ordered(self.list)),
        };
        Decision::new(
            effects,
            Report {
                outcome,
                duration_ms: 0.0,
                correlation_id: None,
                tokens: Vec::new(),
                sources: Vec::new(),
                claims: ClaimsReport::default(),
                scopes: ScopesReport::default(),
                mfa: None,
                session: SessionReport::default(),
                refresh_token: SessionReport::default(),
                denied: outcome == OutcomeKind::Denied,
                errors: failure.into_iter().collect(),
                warnings: Vec::new(),
                fingerprint: None,
                is_edited: false,
                log: Vec::new(),
            },
        )
    }
}

/// Returns the effects in the order of a configuration's: session, further factor, scopes, claims. `api` may refuse the
/// factor, and then nothing that follows is done.
fn ordered(list: Vec<Effect>) -> Vec<Effect> {
    let place = |effect: &Effect| match effect {
        Effect::ChangeSession { .. } => 0,
        Effect::DemandMfa { .. } => 1,
        Effect::ChangeScope { .. } => 2,
        Effect::SetClaim { .. } | Effect::Deny { .. } => 3,
    };
    let mut ordered = Vec::new();
    for wanted in 0..4_u8 {
        ordered.extend(list.iter().filter(|effect| place(effect) == wanted).cloned());
    }
    ordered
}

/// A demand of a further factor.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "it demands nothing until it is handed to `api`"]
pub struct MfaDemand {
    kind: MfaKind,
    always: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum MfaKind {
    Enable(Provider, Option<bool>),
    Challenge(Vec<Factor>, Vec<Factor>),
}

impl MfaDemand {
    /// Any factor of a provider.
    pub fn enable(provider: Provider) -> MfaDemand {
        MfaDemand { kind: MfaKind::Enable(provider, None), always: false }
    }

    /// One of these factors, where the user has it; where he has none, he enrols one of them, but for the code by email.
    pub fn challenge(factors: &[Factor]) -> MfaDemand {
        let enrolls = factors.iter().copied().filter(|factor| *factor != Factor::Email).collect();
        MfaDemand { kind: MfaKind::Challenge(factors.to_vec(), enrolls), always: false }
    }

    /// The same demand, for which a user who has none of the factors enrols one of these.
    pub fn enrolling(mut self, factors: &[Factor]) -> MfaDemand {
        if let MfaKind::Challenge(_, enrolls) = &mut self.kind {
            *enrolls = factors.to_vec();
        }
        self
    }

    /// The same demand, which says whether the browser may be remembered. It counts for [`MfaDemand::enable`].
    pub fn remembering_browser(mut self, remembers: bool) -> MfaDemand {
        if let MfaKind::Enable(_, known) = &mut self.kind {
            *known = Some(remembers);
        }
        self
    }

    /// The same demand, also of a login that has had a further factor.
    pub fn always(self) -> MfaDemand {
        MfaDemand { always: true, ..self }
    }
}

/// What the event says of the user's factors.
#[derive(Clone, Debug, PartialEq)]
pub struct MfaFacts {
    /// `event.authentication.methods`.
    pub methods: Value,
    /// `event.transaction.protocol`.
    pub protocol: Value,
    /// `event.user.enrolledFactors`.
    pub enrolled: Value,
    /// True where the user has an address.
    pub has_address: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimsmith_expression::json;

    fn refusal(target: Target, name: &str, value: &str) -> Option<Code> {
        let value = json::read(value.as_bytes()).unwrap();
        Effects::default().set_claim(target, name, value).err().map(|error| error.code)
    }

    #[test]
    fn what_auth0_would_drop_or_round_is_refused_at_once() {
        assert_eq!(refusal(Target::IdToken, "https://example.com/plan", "\"gold\""), None);
        assert_eq!(refusal(Target::IdToken, "roles", "[]"), Some(Code::ClaimReserved));
        assert_eq!(refusal(Target::AppMetadata, "roles", "[]"), None);
        assert_eq!(refusal(Target::SamlResponse, "a", "{}"), Some(Code::ClaimTypeMismatch));
        assert_eq!(refusal(Target::IdToken, "a", "[9007199254740993]"), Some(Code::UnsafeInteger));
    }

    #[test]
    fn a_claim_is_set_once_a_target_and_null_is_no_value() {
        let mut effects = Effects::default();
        effects.set_claim(Target::IdToken, "a", "old".into()).unwrap();
        effects.set_claim(Target::AccessToken, "a", "other".into()).unwrap();
        effects.set_claim(Target::IdToken, "a", "new".into()).unwrap();
        effects.set_claim(Target::IdToken, "b", Value::Null).unwrap();
        let decision = effects.decide(None, false);
        let set: Vec<String> = decision.effects.iter().map(|effect| format!("{effect:?}")).collect();
        assert_eq!(set.len(), 2);
        assert!(set[0].contains("other") && set[1].contains("new"), "{set:?}");
        assert_eq!(decision.report.outcome, OutcomeKind::Enriched);
        assert_eq!(decision.report.claims.set, ["a"]);
    }

    #[test]
    fn claims_that_would_fail_the_login_are_refused() {
        let mut effects = Effects::default();
        let half = "x".repeat(50_000);
        effects.set_claim(Target::IdToken, "a", half.as_str().into()).unwrap();
        effects.set_claim(Target::AccessToken, "a", half.as_str().into()).unwrap();
        let error = effects.set_claim(Target::IdToken, "b", half.as_str().into()).unwrap_err();
        assert_eq!((error.code, &*error.path), (Code::ClaimsTooLarge, "claims.b"));
        // In place of the first it fits.
        effects.set_claim(Target::IdToken, "a", half.as_str().into()).unwrap();
    }

    #[test]
    fn code_is_held_to_the_limits_of_targets_as_a_configuration_is() {
        let set = |effects: &mut Effects, target, name: &str, value: Value| {
            effects.set_claim(target, name, value).err().map(|error| error.code)
        };
        let text = |length: usize| Value::from("x".repeat(length).as_str());
        let over = Some(Code::ClaimsTooLarge);
        let mut effects = Effects::default();
        assert_eq!(set(&mut effects, Target::TransactionMetadata, "a", text(8_193)), over);
        assert_eq!(set(&mut effects, Target::TransactionMetadata, "a", text(8_192)), None);
        assert_eq!(set(&mut effects, Target::TransactionMetadata, "b", text(8_192)), over);
        assert_eq!(set(&mut effects, Target::TransactionMetadata, "a", text(8_000)), None);
        assert_eq!(set(&mut effects, Target::SamlResponse, "a", text(2_049)), over);
        assert_eq!(
            set(&mut effects, Target::SamlResponse, &"n".repeat(1_025), text(1)),
            Some(Code::ConfigInvalid)
        );
        for index in 0..100 {
            assert_eq!(set(&mut effects, Target::SamlResponse, &index.to_string(), true.into()), None);
        }
        assert_eq!(set(&mut effects, Target::SamlResponse, "100", true.into()), over);
        assert_eq!(set(&mut effects, Target::SamlResponse, "99", text(2_000)), None);
        assert_eq!(set(&mut effects, Target::AppMetadata, "a", text(32_769)), over);
        assert_eq!(effects.list.len(), 101);
    }

    #[test]
    fn metadata_of_a_session_takes_strings_in_25_keys_with_those_that_are_there() {
        let members: Vec<String> = (0..24).map(|index| format!("\"k{index}\":\"v\"")).collect();
        let held = json::read(format!("{{{}}}", members.join(",")).as_bytes()).unwrap();
        for target in [Target::SessionMetadata, Target::RefreshTokenMetadata] {
            let mut effects = Effects::default();
            effects.set_target(TargetState { target, is_missing: false, held: held.clone() });
            let mut set = |name: &str, value: Value| {
                effects.set_claim(target, name, value).err().map(|error| error.code)
            };
            assert_eq!(set("k0", "new".into()), None);
            assert_eq!(set("one", "x".repeat(255).as_str().into()), None);
            assert_eq!(set("one", "\u{1f511}".repeat(128).as_str().into()), Some(Code::ClaimsTooLarge));
            assert_eq!(set("k1", true.into()), Some(Code::ClaimTypeMismatch));
            assert_eq!(set("two", "v".into()), Some(Code::ClaimsTooLarge));
            assert_eq!(set("one", "v".into()), None);
        }
    }

    #[test]
    fn code_is_told_of_a_target_that_the_login_lacks_and_of_metadata_that_is_there() {
        let held = |text: &str| json::read(text.as_bytes()).unwrap();
        let mut effects = Effects::default();
        effects.set_target(TargetState { target: Target::SamlResponse, is_missing: true, held: Value::Null });
        let error = effects.set_claim(Target::SamlResponse, "a", true.into()).unwrap_err();
        assert_eq!((error.code, &*error.path), (Code::ConfigInvalid, "claims.a"));
        assert!(error.message.ends_with("no `saml_response`"), "{error}");
        let state =
            |text: &str| TargetState { target: Target::UserMetadata, is_missing: false, held: held(text) };
        effects.set_target(state("[]"));
        let error = effects.set_claim(Target::UserMetadata, "a", true.into()).unwrap_err();
        assert_eq!(error.code, Code::ApiRefused);
        effects.set_target(state(&format!(r#"{{"other":"{}"}}"#, "x".repeat(32_700))));
        let error = effects.set_claim(Target::UserMetadata, "a", "x".repeat(99).as_str().into()).unwrap_err();
        assert_eq!(error.code, Code::ClaimsTooLarge);
        effects.set_claim(Target::UserMetadata, "a", true.into()).unwrap();
    }

    #[test]
    fn a_scope_that_auth0_would_not_take_is_refused() {
        let mut effects = Effects::default();
        for scope in ["", "a b", "a\tb", "é", &"x".repeat(281)] {
            assert_eq!(effects.add_scope(scope).unwrap_err().code, Code::ActionFailed, "{scope}");
            assert_eq!(effects.remove_scope(scope).unwrap_err().code, Code::ActionFailed, "{scope}");
        }
        effects.add_scope(&"x".repeat(280)).unwrap();
    }

    #[test]
    fn a_denial_stands_alone_and_the_first_reason_counts() {
        let mut effects = Effects::default();
        effects.set_claim(Target::IdToken, "a", true.into()).unwrap();
        effects.deny("Blocked.");
        effects.deny("Again.");
        let decision = effects.decide(None, false);
        assert_eq!(decision.effects, [Effect::Deny { reason: "Blocked.".into(), is_failure: false }]);
        assert_eq!(decision.report.outcome, OutcomeKind::Denied);
        assert!(decision.report.claims.set.is_empty());
    }

    #[test]
    fn after_a_failure_nothing_is_done_but_what_is_meant_for_it() {
        let mut effects = Effects::default();
        effects.set_claim(Target::IdToken, "a", true.into()).unwrap();
        effects.add_scope("x").unwrap();
        let failure = || Some(Error::new(Code::Timeout, "no answer"));
        let decision = effects.clone().decide(failure(), false);
        assert!(decision.effects.is_empty());
        assert_eq!(decision.report.outcome, OutcomeKind::Skipped);
        let decision = effects.decide(failure(), true);
        assert_eq!(decision.effects, [Effect::Deny { reason: DENY_REASON.into(), is_failure: true }]);
        assert_eq!(decision.report.errors[0].code, Code::Timeout);
    }

    #[test]
    fn a_denial_ends_the_handler_as_an_error_that_is_no_failure() {
        let mut effects = Effects::default();
        effects.set_claim(Target::IdToken, "a", true.into()).unwrap();
        let decision = effects.decide(Some(Error::denial("Suspended.")), false);
        assert_eq!(decision.effects, [Effect::Deny { reason: "Suspended.".into(), is_failure: false }]);
        assert_eq!(decision.report.outcome, OutcomeKind::Denied);
        assert!(decision.report.errors.is_empty());
    }

    #[test]
    fn a_code_of_ones_own_stands_where_ours_do() {
        let decision = Effects::default().decide(Some(Error::own("no_user", "nobody").at("x")), false);
        assert!(decision.report.line().contains(" no_user@x "), "{}", decision.report.line());
        assert!(decision.report.to_json().contains(r#""code":"no_user""#));
        assert_eq!(decision.report.errors[0].code, Code::ActionFailed);
    }

    #[test]
    fn sessions_and_factors_are_changed_before_claims_and_a_revoked_session_denies() {
        let facts = |enrolled: &str| MfaFacts {
            methods: Value::Null,
            protocol: Value::Null,
            enrolled: json::read(enrolled.as_bytes()).unwrap(),
            has_address: true,
        };
        let challenge = MfaDemand::challenge(&[Factor::Otp, Factor::Email]);
        let mut effects = Effects::default();
        effects.set_claim(Target::IdToken, "a", true.into()).unwrap();
        effects.demand_mfa(&challenge, &facts(r#"[{"type":"otp"}]"#)).unwrap();
        effects.demand_mfa(&MfaDemand::enable(Provider::Any), &facts("[]")).unwrap();
        effects.expire(Subject::Session, false, 60, 1_000).unwrap();
        effects.expire(Subject::RefreshToken, true, 60, 1_000).unwrap();
        for seconds in [0, 315_360_001] {
            let error = effects.expire(Subject::Session, false, seconds, 0).unwrap_err();
            assert_eq!((error.code, &*error.path), (Code::ActionFailed, "session"));
        }
        let mut revoked = effects.clone();
        let decision = effects.decide(None, false);
        assert_eq!(decision.effects.len(), 4);
        assert_eq!(decision.report.mfa, Some(Mfa::Challenge(vec![Factor::Otp, Factor::Email])));
        assert_eq!(decision.report.session.expires_at, Some(61_000.0));
        assert_eq!(decision.report.refresh_token.idle_expires_at, Some(61_000.0));
        assert!(matches!(decision.effects[2], Effect::DemandMfa { is_required: true, .. }));

        revoked.revoke(Subject::Session, "Moved network.", true);
        let decision = revoked.decide(None, false);
        let reason: std::rc::Rc<str> = "Moved network.".into();
        let change = Change::Revoke(std::rc::Rc::clone(&reason));
        assert_eq!(
            decision.effects,
            [
                Effect::ChangeSession { subject: Subject::Session, change, rule: 0 },
                Effect::Deny { reason, is_failure: false },
            ]
        );
    }

    #[test]
    fn a_factor_is_demanded_once_a_login_and_of_those_who_can_give_one() {
        let facts = MfaFacts {
            methods: json::read(br#"[{"name":"mfa"}]"#).unwrap(),
            protocol: Value::Null,
            enrolled: Value::Null,
            has_address: false,
        };
        let demanded = |demand: MfaDemand| {
            let mut effects = Effects::default();
            let result = effects.demand_mfa(&demand, &facts).map_err(|error| error.code);
            result.map(|()| effects.decide(None, false).report.mfa)
        };
        let enable = MfaDemand::enable(Provider::Any).remembering_browser(false);
        assert_eq!(demanded(enable.clone()), Ok(None));
        assert_eq!(demanded(enable.always()), Ok(Some(Mfa::Enable(Provider::Any, Some(false)))));
        let email = MfaDemand::challenge(&[Factor::Email]).always();
        assert_eq!(demanded(email.clone()), Err(Code::Unavailable));
        assert_eq!(demanded(email.enrolling(&[Factor::Otp])), Ok(Some(Mfa::Enroll(vec![Factor::Otp]))));
    }
}
