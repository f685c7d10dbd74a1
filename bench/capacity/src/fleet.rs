//! The instances of one Action: started on demand, used again, ended when idle or at random.
//!
//! Auth0 says nothing of how many there are or how long they live. So there are several fleets, from the
//! kindest to the worst, and what holds in all of them may be believed.

use std::cell::Cell;
use std::rc::Rc;

use claimsmith_core::Engine;

use crate::cache::exponential_ms;
use crate::traffic::HOUR_MS;

/// How a host runs instances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FleetPlan {
    pub(crate) name: &'static str,
    /// Which instance a login goes to.
    pub(crate) routing: Routing,
    /// An instance that has served nobody for so long ends.
    pub(crate) idle_ms: u64,
    /// How long an instance lives, on average, however busy it is.
    pub(crate) life_ms: f64,
}

/// Which instance a login goes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Routing {
    /// The one used last among those that serve fewer than so many; a new one where there is none.
    Latest(u32),
    /// Any of so many places, each with an instance of its own.
    Spread(usize),
    /// A new one for each login.
    Fresh,
}

#[expect(clippy::cast_precision_loss, reason = "an hour of milliseconds is exact")]
const HOUR: f64 = HOUR_MS as f64;

pub(crate) const COMPACT: FleetPlan =
    FleetPlan { name: "compact", routing: Routing::Latest(50), idle_ms: HOUR_MS / 4, life_ms: 12.0 * HOUR };
pub(crate) const ONE_AT_A_TIME: FleetPlan = FleetPlan {
    name: "one at a time",
    routing: Routing::Latest(1),
    idle_ms: HOUR_MS / 6,
    life_ms: 2.0 * HOUR,
};
pub(crate) const SPREAD: FleetPlan =
    FleetPlan { name: "spread", routing: Routing::Spread(50), idle_ms: HOUR_MS / 4, life_ms: 12.0 * HOUR };
pub(crate) const FRESH: FleetPlan =
    FleetPlan { name: "never reused", routing: Routing::Fresh, idle_ms: 0, life_ms: 0.0 };

/// One instance: an engine with what its logins have learnt.
pub(crate) struct Instance {
    pub(crate) engine: Engine,
    pub(crate) in_flight: Cell<u32>,
    used_at_ms: Cell<u64>,
    ends_at_ms: u64,
    place: usize,
}

/// The instances that are alive.
pub(crate) struct Fleet {
    plan: FleetPlan,
    /// The one used last comes last.
    instances: Vec<Rc<Instance>>,
    random: fastrand::Rng,
    /// How many were started.
    pub(crate) started: u64,
}

impl Fleet {
    pub(crate) fn new(plan: FleetPlan, seed: u64) -> Fleet {
        Fleet { plan, instances: Vec::new(), random: fastrand::Rng::with_seed(seed), started: 0 }
    }

    /// The instance that serves a login which comes now. One that has ended serves those it has to their end.
    ///
    /// # Errors
    /// Where a new engine cannot be made.
    pub(crate) fn instance<E>(
        &mut self,
        now_ms: u64,
        engine: impl FnOnce() -> Result<Engine, E>,
    ) -> Result<Rc<Instance>, E> {
        let idle_ms = self.plan.idle_ms;
        self.instances.retain(|instance| {
            let is_idle = instance.in_flight.get() == 0 && now_ms - instance.used_at_ms.get() > idle_ms;
            now_ms < instance.ends_at_ms && !is_idle
        });
        let (place, found) = match self.plan.routing {
            Routing::Latest(most) => {
                (0, self.instances.iter().rposition(|instance| instance.in_flight.get() < most))
            }
            Routing::Spread(places) => {
                let place = self.random.usize(0..places);
                (place, self.instances.iter().position(|instance| instance.place == place))
            }
            Routing::Fresh => (0, None),
        };
        let instance = match found {
            Some(position) => self.instances.remove(position),
            None => {
                self.started += 1;
                let life_ms = exponential_ms(&mut self.random, self.plan.life_ms);
                Rc::new(Instance {
                    engine: engine()?,
                    in_flight: Cell::new(0),
                    used_at_ms: Cell::new(now_ms),
                    ends_at_ms: now_ms.saturating_add(life_ms),
                    place,
                })
            }
        };
        instance.used_at_ms.set(now_ms);
        if self.plan.routing != Routing::Fresh {
            self.instances.push(Rc::clone(&instance));
        }
        Ok(instance)
    }

    /// Ends all of them, as a new version of the Action does.
    pub(crate) fn end_all(&mut self) {
        self.instances.clear();
    }
}
