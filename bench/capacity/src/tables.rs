//! Which plans are run, and what is shown of them.

use crate::cache::Loss;
use crate::fleet::{COMPACT, FRESH, FleetPlan, ONE_AT_A_TIME, SPREAD};
use crate::runs;
use crate::simulation::{Figures, Plan};
use crate::traffic::{HOUR_MS, Shape};

/// The names of the tables, as the marks in the page have them.
pub(crate) const NAMES: [&str; 5] = ["traffic", "fleets", "shapes", "peak", "answers"];

const MONTH_DAYS: u32 = 30;

/// A week stands for the month where the month would be millions of logins: the shapes repeat by the week.
const SAMPLE_DAYS: u32 = 7;

const TRAFFIC: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
const HOUR_S: u32 = 60 * 60;
const DAY_S: u32 = 24 * HOUR_S;
const LIFETIMES: [(u32, &str); 2] = [(HOUR_S, "1 h"), (DAY_S, "24 h")];
const HOURLY: Loss = Loss::After { mean_ms: 3_600_000.0 };
const EVERY_MINUTE: Loss = Loss::After { mean_ms: 60_000.0 };
const LOSSES: [(Loss, &str); 4] = [
    (Loss::Never, "loses nothing"),
    (HOURLY, "loses an entry after 1 h"),
    (EVERY_MINUTE, "after 1 min"),
    (Loss::AtOnce, "no cache"),
];
const FLEETS: [FleetPlan; 4] = [COMPACT, ONE_AT_A_TIME, SPREAD, FRESH];

/// What the other plans change one thing of.
const BASE: Plan = Plan {
    logins_a_day: 10_000,
    days: MONTH_DAYS,
    shape: Shape::DayAndNight,
    fleet: ONE_AT_A_TIME,
    loss: HOURLY,
    token_lifetime_s: DAY_S,
    answer_ttl_s: None,
    deployed_at_ms: None,
    hostile: None,
};

/// A plan with what was counted.
type Run = (Plan, Figures);

/// All that the page shows.
pub(crate) struct Tables {
    pub(crate) by_traffic: Vec<Run>,
    by_fleet: Vec<Run>,
    by_shape: Vec<Run>,
    peak: Vec<Run>,
    pub(crate) answers: Vec<Run>,
}

impl Tables {
    /// Runs everything; takes minutes.
    ///
    /// # Errors
    /// As [`runs::run`]; where a login did not get its claim, or the backend saw a token that was over.
    pub(crate) fn run() -> Result<Tables, String> {
        Ok(Tables {
            by_traffic: counted("traffic", by_traffic())?,
            by_fleet: counted("fleets", by_fleet())?,
            by_shape: counted("shapes", by_shape())?,
            peak: counted("peak", peak())?,
            answers: counted("answers", answers())?,
        })
    }

    /// The tables as Markdown, by their names.
    pub(crate) fn texts(&self) -> Vec<(&'static str, String)> {
        let texts = [
            traffic_table(&self.by_traffic),
            fleet_table(&self.by_fleet),
            shape_table(&self.by_shape),
            peak_table(&self.peak),
            answer_table(&self.answers),
        ];
        NAMES.into_iter().zip(texts).collect()
    }
}

fn counted(name: &str, plans: Vec<Plan>) -> Result<Vec<Run>, String> {
    eprintln!("{name}: {} runs", plans.len());
    let figures = runs::run(&plans)?;
    let runs: Vec<Run> = plans.into_iter().zip(figures).collect();
    match runs.iter().find(|(_, figures)| figures.failed + figures.calls_with_expired_token > 0) {
        Some(wrong) => Err(format!("not what the engine promises: {wrong:?}")),
        None => Ok(runs),
    }
}

fn by_traffic() -> Vec<Plan> {
    let mut plans = Vec::new();
    for logins_a_day in TRAFFIC {
        let days = if logins_a_day < 100_000 { MONTH_DAYS } else { SAMPLE_DAYS };
        for (token_lifetime_s, _) in LIFETIMES {
            for loss in [Loss::Never, HOURLY, Loss::AtOnce] {
                plans.push(Plan { logins_a_day, days, token_lifetime_s, loss, ..BASE });
            }
        }
    }
    plans
}

fn by_fleet() -> Vec<Plan> {
    let mut plans = Vec::new();
    for fleet in FLEETS {
        for (token_lifetime_s, _) in LIFETIMES {
            plans.extend(LOSSES.map(|(loss, _)| Plan { fleet, token_lifetime_s, loss, ..BASE }));
        }
    }
    plans
}

fn by_shape() -> Vec<Plan> {
    let shapes = [Shape::Flat, Shape::DayAndNight, Shape::MondayMorning];
    let lifetimes = |shape| LIFETIMES.map(|(token_lifetime_s, _)| Plan { shape, token_lifetime_s, ..BASE });
    shapes.into_iter().flat_map(lifetimes).collect()
}

/// Monday alone, with a new version deployed in its busiest hour.
fn peak() -> Vec<Plan> {
    let plan = Plan {
        days: 1,
        shape: Shape::MondayMorning,
        deployed_at_ms: Some(9 * HOUR_MS + HOUR_MS / 2),
        ..BASE
    };
    let fleets = |logins_a_day| [ONE_AT_A_TIME, SPREAD].map(|fleet| Plan { logins_a_day, fleet, ..plan });
    TRAFFIC.into_iter().flat_map(fleets).collect()
}

fn answers() -> Vec<Plan> {
    let mut plans = Vec::new();
    for logins_a_day in TRAFFIC {
        // An answer lives for a minute: a day says it all where there are many.
        let days = if logins_a_day < 1_000_000 { SAMPLE_DAYS } else { 1 };
        for fleet in [COMPACT, ONE_AT_A_TIME, SPREAD] {
            plans.push(Plan { logins_a_day, days, fleet, answer_ttl_s: Some(60), ..BASE });
        }
    }
    plans
}

fn traffic_table(runs: &[Run]) -> String {
    let mut table = head(&[
        "logins a day",
        "a token per login",
        "1 h: cache loses nothing",
        "after 1 h",
        "no cache",
        "24 h: cache loses nothing",
        "after 1 h",
        "no cache",
    ]);
    for runs in runs.chunk_by(same_traffic) {
        let mut cells = row_of(runs, |plan, figures| monthly(plan, figures.logins));
        cells.extend(runs.iter().map(|(plan, figures)| monthly(plan, figures.token_calls)));
        table.push_str(&row(&cells));
    }
    table
}

fn fleet_table(runs: &[Run]) -> String {
    let mut columns = vec!["instances", "instances started", "lifetime"];
    columns.extend(LOSSES.map(|(_, name)| name));
    let mut table = head(&columns);
    let same = |one: &Run, other: &Run| {
        one.0.fleet == other.0.fleet && one.0.token_lifetime_s == other.0.token_lifetime_s
    };
    for runs in runs.chunk_by(same) {
        let Some((plan, figures)) = runs.first() else { continue };
        let mut cells =
            vec![plan.fleet.name.to_owned(), grouped(figures.instances), lifetime(plan).to_owned()];
        cells.extend(runs.iter().map(|(_, figures)| grouped(figures.token_calls)));
        table.push_str(&row(&cells));
    }
    table
}

fn shape_table(runs: &[Run]) -> String {
    let mut table = head(&[
        "logins",
        "lifetime",
        "logins a month",
        "token calls",
        "instances started",
        "logins that waited for a token",
        "most logins in a second",
    ]);
    for (plan, figures) in runs {
        table.push_str(&row(&[
            plan.shape.name().to_owned(),
            lifetime(plan).to_owned(),
            grouped(figures.logins),
            grouped(figures.token_calls),
            grouped(figures.instances),
            percent(figures.waited, figures.logins, 3),
            grouped(figures.peak_logins),
        ]));
    }
    table
}

fn peak_table(runs: &[Run]) -> String {
    let mut table = head(&[
        "logins a day",
        "logins that Monday",
        "a token per login",
        "Claimsmith, one at a time",
        "Claimsmith, spread",
    ]);
    for runs in runs.chunk_by(same_traffic) {
        let mut cells = row_of(runs, |_, figures| grouped(figures.logins));
        cells.extend(runs.first().map(|(_, figures)| grouped(figures.peak_logins)));
        cells.extend(runs.iter().map(|(_, figures)| grouped(figures.peak_token_calls)));
        table.push_str(&row(&cells));
    }
    table
}

fn answer_table(runs: &[Run]) -> String {
    let mut columns = vec!["logins a day".to_owned(), "without the cache".to_owned()];
    columns.extend([COMPACT, ONE_AT_A_TIME, SPREAD].map(|fleet| fleet.name.to_owned()));
    let mut table = head(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    for runs in runs.chunk_by(same_traffic) {
        let mut cells = row_of(runs, |plan, figures| monthly(plan, figures.logins));
        cells.extend(runs.iter().map(|(plan, figures)| {
            let share = percent(figures.backend_calls, figures.logins, 0);
            format!("{} ({share})", monthly(plan, figures.backend_calls))
        }));
        table.push_str(&row(&cells));
    }
    table
}

fn same_traffic(one: &Run, other: &Run) -> bool {
    one.0.logins_a_day == other.0.logins_a_day
}

/// The first cells of a row: the traffic, and a figure that all its runs have in common.
fn row_of(runs: &[Run], figure: impl Fn(&Plan, &Figures) -> String) -> Vec<String> {
    let first = runs.first();
    first.map_or(Vec::new(), |(plan, figures)| vec![grouped(plan.logins_a_day.into()), figure(plan, figures)])
}

fn lifetime(plan: &Plan) -> &'static str {
    LIFETIMES.iter().find(|(seconds, _)| *seconds == plan.token_lifetime_s).map_or("", |(_, name)| *name)
}

/// What was counted in the days of the plan, as it would be in a month.
pub(crate) fn in_a_month(plan: &Plan, count: u64) -> u64 {
    (count * u64::from(MONTH_DAYS)).div_ceil(u64::from(plan.days))
}

fn monthly(plan: &Plan, count: u64) -> String {
    grouped(in_a_month(plan, count))
}

#[expect(clippy::cast_precision_loss, reason = "a share for reading")]
fn percent(part: u64, whole: u64, decimals: usize) -> String {
    format!("{:.decimals$} %", part as f64 * 100.0 / whole.max(1) as f64)
}

/// A number with commas between its thousands.
fn grouped(number: u64) -> String {
    let (thousands, rest) = (number / 1_000, number % 1_000);
    if thousands == 0 { rest.to_string() } else { format!("{},{rest:03}", grouped(thousands)) }
}

fn head(columns: &[&str]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    format!("{}|{}\n", row(&columns), "---:|".repeat(columns.len()))
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let numbers = [0, 7, 999, 1_000, 30_000_007];
        assert_eq!(numbers.map(grouped), ["0", "7", "999", "1,000", "30,000,007"]);
    }

    #[test]
    fn a_week_counts_as_its_share_of_a_month() {
        assert_eq!(in_a_month(&Plan { days: 7, ..BASE }, 70), 300);
        assert_eq!(in_a_month(&BASE, 70), 70);
    }
}
