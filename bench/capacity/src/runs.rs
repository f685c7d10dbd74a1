//! Many plans, side by side on the machine's cores.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::simulation::{Figures, Plan, simulate};

/// Every run draws the same users and the same ends of instances, so that plans differ by what they say.
pub(crate) const SEED: u64 = 5;

/// Runs all plans. The order of the figures is that of the plans, whichever ends first.
///
/// # Errors
/// As [`simulate`].
pub(crate) fn run(plans: &[Plan]) -> Result<Vec<Figures>, String> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(plan) = plans.get(index) else { return };
            let figures = simulate(plan, SEED);
            done.lock().unwrap_or_else(PoisonError::into_inner).insert(index, figures);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}
