//! When users log in: visits spread over the week by a tenant's shape, each with a few executions.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::cache::exponential_ms;

pub(crate) const HOUR_MS: u64 = 60 * 60 * 1_000;
pub(crate) const DAY_MS: u64 = 24 * HOUR_MS;

/// Executions of a visit, on average: single sign-on to a second application and refreshed tokens run the
/// trigger as well.
const EXECUTIONS_A_VISIT: f64 = 3.0;

/// How long after an execution the next one of the same visit comes, on average.
const PAUSE_MS: f64 = 45_000.0;

/// How a tenant's logins lie in the week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    /// The same at every hour: users all over the world.
    Flat,
    /// Few at night, most in the evening: consumers in one country.
    DayAndNight,
    /// Office hours, hardly any at the weekend, and everybody at once on Monday at nine.
    MondayMorning,
}

impl Shape {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Shape::Flat => "flat",
            Shape::DayAndNight => "day and night",
            Shape::MondayMorning => "Monday morning",
        }
    }

    /// The weight of an hour of the week, which begins on Monday.
    fn weight(self, hour_of_week: u64) -> f64 {
        let (day, hour) = (hour_of_week / 24, hour_of_week % 24);
        match self {
            Shape::Flat => 1.0,
            Shape::DayAndNight => match hour {
                1..=5 => 0.1,
                0 | 6 | 23 => 0.4,
                18..=21 => 2.0,
                _ => 1.0,
            },
            Shape::MondayMorning => match (day, hour) {
                (0, 9) => 12.0,
                (0, 8 | 10) => 4.0,
                (0..5, 8..18) => 2.0,
                (0..5, 7 | 18..22) => 0.5,
                _ => 0.05,
            },
        }
    }
}

/// One run of the trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Execution {
    pub(crate) at_ms: u64,
    pub(crate) user: u64,
}

/// The executions of a tenant in the order of time.
pub(crate) struct Traffic {
    shape: Shape,
    /// Visits in a millisecond at weight 1.
    visits_per_ms: f64,
    users: u64,
    horizon_ms: u64,
    random: fastrand::Rng,
    next_visit_ms: u64,
    /// The executions to come of visits that have begun.
    pending: BinaryHeap<Reverse<Execution>>,
}

impl Traffic {
    /// So many logins a day, averaged over a week, from Monday at midnight for so many days. There are as many
    /// users as logins a day.
    pub(crate) fn new(shape: Shape, logins_a_day: u32, days: u32, seed: u64) -> Traffic {
        let mean_weight = (0..168).map(|hour| shape.weight(hour)).sum::<f64>() / 168.0;
        let visits_a_day = f64::from(logins_a_day) / EXECUTIONS_A_VISIT;
        let mut traffic = Traffic {
            shape,
            visits_per_ms: visits_a_day / (24.0 * 3_600_000.0) / mean_weight,
            users: logins_a_day.into(),
            horizon_ms: u64::from(days) * DAY_MS,
            random: fastrand::Rng::with_seed(seed),
            next_visit_ms: 0,
            pending: BinaryHeap::new(),
        };
        traffic.draw_visit();
        traffic
    }

    /// Draws the next visit. What is left of a wait at the end of an hour counts at the next hour's rate.
    fn draw_visit(&mut self) {
        let mut wait = -(1.0 - self.random.f64()).ln();
        while self.next_visit_ms < self.horizon_ms {
            let hour = self.next_visit_ms / HOUR_MS;
            let rate = self.visits_per_ms * self.shape.weight(hour % 168);
            let hour_ends_ms = (hour + 1) * HOUR_MS;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "positive; a cast saturates"
            )]
            let at_ms = self.next_visit_ms.saturating_add((wait / rate).round() as u64);
            if at_ms < hour_ends_ms {
                self.next_visit_ms = at_ms;
                return;
            }
            #[expect(clippy::cast_precision_loss, reason = "an hour of milliseconds is exact")]
            let used = rate * (hour_ends_ms - self.next_visit_ms) as f64;
            wait = (wait - used).max(0.0);
            self.next_visit_ms = hour_ends_ms;
        }
    }
}

impl Iterator for Traffic {
    type Item = Execution;

    fn next(&mut self) -> Option<Execution> {
        let visit_ms = Some(self.next_visit_ms).filter(|at_ms| *at_ms < self.horizon_ms);
        let pending_ms = self.pending.peek().map(|Reverse(execution)| execution.at_ms);
        let execution = match (visit_ms, pending_ms) {
            (Some(at_ms), pending_ms) if pending_ms.is_none_or(|pending_ms| at_ms <= pending_ms) => {
                let user = self.random.u64(0..self.users);
                self.draw_visit();
                Execution { at_ms, user }
            }
            _ => self.pending.pop().map(|Reverse(execution)| execution)?,
        };
        if self.random.f64() < 1.0 - 1.0 / EXECUTIONS_A_VISIT {
            let at_ms = execution.at_ms + exponential_ms(&mut self.random, PAUSE_MS);
            if at_ms < self.horizon_ms {
                self.pending.push(Reverse(Execution { at_ms, ..execution }));
            }
        }
        Some(execution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [Shape; 3] = [Shape::Flat, Shape::DayAndNight, Shape::MondayMorning];

    #[test]
    fn a_week_has_the_logins_that_were_asked_for_in_the_order_of_time() {
        for shape in SHAPES {
            let executions: Vec<_> = Traffic::new(shape, 2_000, 7, 1).collect();
            assert!((13_000..15_000).contains(&executions.len()), "{shape:?} {}", executions.len());
            assert!(executions.is_sorted_by_key(|execution| execution.at_ms), "{shape:?}");
        }
    }

    #[test]
    fn monday_at_nine_is_the_busiest_hour_of_the_week() {
        let mut hours = vec![0; 168];
        for execution in Traffic::new(Shape::MondayMorning, 2_000, 7, 1) {
            hours[usize::try_from(execution.at_ms / HOUR_MS).unwrap()] += 1;
        }
        let busiest = (0..168).max_by_key(|hour| hours[*hour]);
        assert_eq!(busiest, Some(9));
        assert!(hours[9] > 10 * hours[5 * 24 + 9], "{hours:?}");
    }
}
