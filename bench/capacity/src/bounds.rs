//! What a tenant may rely on, held by short runs.

use crate::cache::Loss;
use crate::fleet::{COMPACT, FRESH, FleetPlan, ONE_AT_A_TIME, SPREAD};
use crate::simulation::{Figures, Hostile, Plan, Treatment, simulate};
use crate::traffic::{HOUR_MS, Shape};

const FLEETS: [FleetPlan; 4] = [COMPACT, ONE_AT_A_TIME, SPREAD, FRESH];

/// A day of tokens that live for three hours: small enough for every build, and as many lifetimes as a week of
/// tokens of a day has.
const PLAN: Plan = Plan {
    logins_a_day: 2_000,
    days: 1,
    shape: Shape::Flat,
    fleet: COMPACT,
    loss: Loss::Never,
    token_lifetime_s: 3 * 3_600,
    answer_ttl_s: None,
    deployed_at_ms: None,
    hostile: None,
};

/// How many lifetimes a run has.
const LIFETIMES: u64 = 8;

fn run(plan: Plan) -> Figures {
    let figures = simulate(&plan, 1).unwrap();
    assert_eq!(figures.failed, 0, "{plan:?} {figures:?}");
    assert_eq!(figures.calls_with_expired_token, 0, "{plan:?} {figures:?}");
    let logins = figures.logins + figures.hostile_logins * 3;
    assert!(figures.token_calls <= logins && figures.backend_calls <= logins, "{figures:?}");
    figures
}

#[test]
fn a_cache_that_loses_nothing_makes_it_a_token_a_lifetime_however_large_the_fleet() {
    for fleet in FLEETS {
        let Figures { token_calls, .. } = run(Plan { fleet, ..PLAN });
        // Each is renewed after four fifths of its lifetime at the earliest, by one instance, or by two
        // that do so at the same moment.
        let most = LIFETIMES * 10 / 8 + 2;
        assert!((LIFETIMES..=most).contains(&token_calls), "{}: {token_calls} of {most}", fleet.name);
    }
}

#[test]
fn without_a_cache_no_instance_asks_for_more_than_a_token_and_one_a_lifetime() {
    for fleet in [COMPACT, ONE_AT_A_TIME, SPREAD] {
        let figures = run(Plan { fleet, loss: Loss::AtOnce, ..PLAN });
        // An instance that lives for t asks at its first login, and then once in four fifths of a lifetime at
        // most. No more than `peak_in_flight` or 50 places are alive at once.
        let alive = if fleet == SPREAD { 50 } else { figures.peak_in_flight };
        let most = figures.instances + alive * LIFETIMES * 10 / 8;
        assert!(figures.token_calls >= figures.instances, "{}: {figures:?}", fleet.name);
        assert!(figures.token_calls <= most, "{}: {figures:?} {most}", fleet.name);
    }
    let figures = run(Plan { fleet: FRESH, loss: Loss::AtOnce, ..PLAN });
    assert_eq!(figures.token_calls, figures.logins, "nothing can be kept anywhere");
}

#[test]
fn no_login_waits_for_a_token_but_those_of_the_first_moment() {
    for fleet in FLEETS {
        let figures = run(Plan { fleet, ..PLAN });
        assert!((1..=3).contains(&figures.waited), "{}: {figures:?}", fleet.name);
        assert!(figures.token_calls >= LIFETIMES, "it was renewed all day: {figures:?}");
        assert!(figures.last_waited_ms < HOUR_MS / 10, "{}: {figures:?}", fleet.name);
    }
}

#[test]
fn a_cache_that_loses_entries_costs_more_than_one_that_does_not_and_less_than_none() {
    let calls = |loss| run(Plan { logins_a_day: 500, fleet: FRESH, loss, ..PLAN }).token_calls;
    let losses =
        [Loss::Never, Loss::After { mean_ms: 600_000.0 }, Loss::After { mean_ms: 60_000.0 }, Loss::AtOnce];
    let calls = losses.map(calls);
    assert!(calls.is_sorted_by(|one, other| one < other), "{calls:?}");
    // An entry that lives for ten minutes on average is asked for six times an hour at most.
    assert!(calls[1] < 24 * 6 * 12 / 10, "{calls:?}");
}

#[test]
fn the_answer_cache_spares_the_backend_what_one_instance_sees_again() {
    let share = |fleet| {
        let figures = run(Plan { fleet, answer_ttl_s: Some(60), ..PLAN });
        assert_eq!(figures.backend_calls + figures.answers_kept, figures.logins);
        figures.backend_calls * 100 / figures.logins
    };
    let shares = [COMPACT, SPREAD, FRESH].map(share);
    assert!(shares[0] < 65 && shares[1] > 90 && shares[2] == 100, "{shares:?}");
    let figures = run(PLAN);
    assert_eq!(figures.backend_calls, figures.logins, "where nothing is kept");
}

#[test]
fn a_deployment_at_the_busiest_moment_costs_a_handful_of_token_calls() {
    let plan = Plan {
        shape: Shape::MondayMorning,
        fleet: ONE_AT_A_TIME,
        deployed_at_ms: Some(9 * HOUR_MS + HOUR_MS / 2),
        token_lifetime_s: 86_400,
        ..PLAN
    };
    let before = run(Plan { deployed_at_ms: None, ..plan });
    let after = run(plan);
    assert_eq!(before.waited, 1, "{before:?}");
    assert!((2..=9).contains(&after.waited) && after.peak_token_calls <= 8, "{after:?}");
}

/// A thousand users.
const THOUSAND: Plan = Plan { logins_a_day: 1_000, token_lifetime_s: 3_600, ..PLAN };

/// Runs a plan with a hostile user. No login of another fails, which [`run`] sees to, and none is slowed down.
fn run_hostile(plan: Plan, hostile: Hostile) -> Figures {
    let figures = run(Plan { hostile: Some(hostile), ..plan });
    assert_eq!(figures.hostile_logins, u64::from(plan.days) * 24 * HOUR_MS / hostile.pause_ms - 1);
    // The slowest waits for a token, which takes a second and a bit at most, and for the backend.
    assert!(figures.slowest_ms < 2_300, "{}: {hostile:?} {figures:?}", plan.fleet.name);
    figures
}

#[test]
fn fault_16_a_month_with_one_user_of_a_thousand_who_is_always_refused_costs_hardly_a_token() {
    // Where every login has an instance of its own, a week is as much work.
    for (fleet, days) in [(COMPACT, 30), (FRESH, 7)] {
        let plan = Plan { fleet, days, ..THOUSAND };
        let hostile = Hostile { pause_ms: HOUR_MS / 2, treatment: Treatment::Refuse, changes_query: true };
        let (with, without) = (run_hostile(plan, hostile).token_calls, run(plan).token_calls);
        assert!(with <= without * 102 / 100, "{}: {hostile:?} {with} of {without}", fleet.name);
    }
}

#[test]
fn fault_16_whoever_is_refused_every_minute_or_two_costs_no_more_than_one_who_is_served() {
    // Somebody who logs in so often finds each token due a little earlier.
    for fleet in [COMPACT, ONE_AT_A_TIME] {
        let plan = Plan { fleet, days: 3, ..THOUSAND };
        let of = |treatment| {
            run_hostile(plan, Hostile { pause_ms: 90_000, treatment, changes_query: true }).token_calls
        };
        let (with, without) = (of(Treatment::Refuse), of(Treatment::Serve));
        assert!(with <= without + 8, "{}: {with} of {without}", fleet.name);
    }
}

#[test]
fn fault_2_one_user_of_a_thousand_whose_requests_fail_costs_nobody_a_login() {
    for (fleet, days) in [(COMPACT, 3), (FRESH, 1)] {
        let plan = Plan { fleet, days, ..THOUSAND };
        for treatment in [Treatment::Fail, Treatment::Reset, Treatment::Hang, Treatment::Slow] {
            run_hostile(plan, Hostile { pause_ms: HOUR_MS / 12, treatment, changes_query: true });
        }
    }
}

#[test]
fn the_same_seed_counts_the_same_and_another_does_not() {
    let plan = Plan { loss: Loss::After { mean_ms: 600_000.0 }, ..PLAN };
    let figures = run(plan);
    assert_eq!(run(plan), figures);
    assert_ne!(simulate(&plan, 2).unwrap(), figures);
}
