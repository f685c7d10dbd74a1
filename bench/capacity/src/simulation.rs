//! One tenant's Action for a while: real engines, simulated time, a host in memory.

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::rc::Rc;

use claimsmith_core::expression::{Map, Value, json};
use claimsmith_core::http::{Request, Response, TransportError};
use claimsmith_core::report::{AnswerOrigin, OutcomeKind, TokenOrigin};
use claimsmith_core::{Config, Decision, Engine, Host, Login, Secret, Secrets, Trigger};

use crate::cache::{ApiCache, Loss, exponential_ms};
use crate::clock::{Clock, Tasks};
use crate::fleet::{Fleet, FleetPlan, Instance};
use crate::traffic::{Shape, Traffic};

/// The moment at which every run begins, a Monday at midnight, in milliseconds since the epoch.
const START_MS: u64 = 1_767_571_200_000;

/// How long the token endpoint takes: at least, and beyond that on average.
const TOKEN_LATENCY_MS: (u64, f64) = (80, 70.0);

/// How long the backend takes.
const BACKEND_LATENCY_MS: (u64, f64) = (20, 30.0);

/// As long as a token with a few scopes is: it has to fit into `api.cache`.
const TOKEN_BYTES: usize = 900;

const CONFIG: &str = r#"{
  "tokens": { "api": {
    "token_url": "https://tenant.example/oauth/token", "audience": "https://api.example.com",
    "client_id": "{secrets.CLIENT_ID}", "client_secret": "{secrets.CLIENT_SECRET}"
  } },
  "sources": { "profile": {
    "url": "https://api.example.com/api/users/{event.user.user_id}", "max_bytes": 65536CACHE
  } },
  "claims": { "https://example.com/plan": "profile.plan" }
}"#;

/// What is simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) logins_a_day: u32,
    pub(crate) days: u32,
    pub(crate) shape: Shape,
    pub(crate) fleet: FleetPlan,
    pub(crate) loss: Loss,
    pub(crate) token_lifetime_s: u32,
    /// `ttl_s` of the source's cache; none where it has none.
    pub(crate) answer_ttl_s: Option<u32>,
    /// When a new version of the Action is deployed: no instance and no entry in the cache outlives it.
    pub(crate) deployed_at_ms: Option<u64>,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) logins: u64,
    pub(crate) token_calls: u64,
    pub(crate) backend_calls: u64,
    /// Logins that were served by the answer cache.
    pub(crate) answers_kept: u64,
    /// Instances that were started.
    pub(crate) instances: u64,
    /// Logins that had to wait until the token endpoint answered.
    pub(crate) waited: u64,
    /// When the last of these was decided, since the start.
    pub(crate) last_waited_ms: u64,
    /// Logins that did not get their claim.
    pub(crate) failed: u64,
    /// Backend calls with a token that was over.
    pub(crate) calls_with_expired_token: u64,
    /// Logins in the busiest second.
    pub(crate) peak_logins: u64,
    /// Token calls in the busiest second.
    pub(crate) peak_token_calls: u64,
    /// Logins under way at once, at most.
    pub(crate) peak_in_flight: u64,
}

/// Runs a plan. The same plan with the same seed counts the same.
///
/// # Errors
/// Where the engine does not take the configuration.
pub(crate) fn simulate(plan: &Plan, seed: u64) -> Result<Figures, String> {
    let config = CONFIG.replace(
        "CACHE",
        &plan.answer_ttl_s.map_or(String::new(), |ttl_s| format!(r#", "cache": {{ "ttl_s": {ttl_s} }}"#)),
    );
    let config = json::read(config.as_bytes()).map_err(|error| format!("{error:?}"))?;
    let read = |config: &Value| Config::read(config, Trigger::PostLogin);
    read(&config).map_err(|problems| format!("{problems:?}"))?;

    let mut seeds = fastrand::Rng::with_seed(seed);
    let mut traffic = Traffic::new(plan.shape, plan.logins_a_day, plan.days, seeds.u64(..)).peekable();
    let mut fleet = Fleet::new(plan.fleet, seeds.u64(..));
    let world = Rc::new(World::new(plan, seeds.u64(..), seeds.u64(..)));
    let mut tasks = Tasks::default();
    let mut deployment = plan.deployed_at_ms;
    loop {
        let arrival_ms = traffic.peek().map(|execution| execution.at_ms);
        let next_ms = [arrival_ms, world.clock.next_timer_ms()].into_iter().flatten().min();
        let Some(next_ms) = next_ms else { break };
        world.clock.jump_to(next_ms);
        tasks.run_woken();
        if arrival_ms != Some(next_ms) {
            continue;
        }
        if deployment.take_if(|at_ms| *at_ms <= next_ms).is_some() {
            fleet.end_all();
            world.cache.clear();
        }
        let Some(execution) = traffic.next() else { break };
        // The configuration was read once above, so it reads again.
        let engine = || read(&config).map(Engine::new);
        let instance = fleet.instance(next_ms, engine).map_err(|problems| format!("{problems:?}"))?;
        world.note_login();
        tasks.start(serve(Rc::clone(&world), instance, world.login(execution.user)));
    }
    let mut figures = world.figures.take();
    figures.instances = fleet.started;
    figures.peak_logins = world.logins_a_second.peak.get();
    figures.peak_token_calls = world.token_calls_a_second.peak.get();
    Ok(figures)
}

async fn serve(world: Rc<World>, instance: Rc<Instance>, login: Login) {
    instance.in_flight.set(instance.in_flight.get() + 1);
    let decision = instance.engine.enrich(&LoginHost { world: &world }, login).await;
    instance.in_flight.set(instance.in_flight.get() - 1);
    world.note_decision(&decision);
}

/// What all instances of the Action share.
struct World {
    clock: Clock,
    cache: ApiCache,
    token_lifetime_s: u32,
    random: RefCell<fastrand::Rng>,
    secrets: Secrets,
    in_flight: Cell<u64>,
    figures: RefCell<Figures>,
    logins_a_second: Rate,
    token_calls_a_second: Rate,
}

impl World {
    fn new(plan: &Plan, seed: u64, cache_seed: u64) -> World {
        let secrets = [("CLIENT_ID", "client"), ("CLIENT_SECRET", "not so secret")];
        World {
            clock: Clock::default(),
            cache: ApiCache::new(plan.loss, cache_seed),
            token_lifetime_s: plan.token_lifetime_s,
            random: RefCell::new(fastrand::Rng::with_seed(seed)),
            secrets: secrets.into_iter().map(|(name, value)| (name.into(), Secret::new(value))).collect(),
            in_flight: Cell::new(0),
            figures: RefCell::default(),
            logins_a_second: Rate::default(),
            token_calls_a_second: Rate::default(),
        }
    }

    fn login(&self, user: u64) -> Login {
        let object = |name: &str, value: Value| Value::from(Map::from_members(vec![(name.into(), value)]));
        let user_id = Value::from(format!("auth0|{user}"));
        Login {
            event: object("user", object("user_id", user_id)),
            secrets: self.secrets.clone(),
            ..Login::default()
        }
    }

    fn note_login(&self) {
        self.logins_a_second.count(self.clock.now_ms());
        self.in_flight.set(self.in_flight.get() + 1);
        let mut figures = self.figures.borrow_mut();
        figures.logins += 1;
        figures.peak_in_flight = figures.peak_in_flight.max(self.in_flight.get());
    }

    fn note_decision(&self, decision: &Decision) {
        self.in_flight.set(self.in_flight.get() - 1);
        let report = &decision.report;
        let mut figures = self.figures.borrow_mut();
        let waited = |origin| matches!(origin, Some(TokenOrigin::Endpoint | TokenOrigin::Shared));
        if report.tokens.iter().any(|(_, token)| waited(token.from)) {
            figures.waited += 1;
            figures.last_waited_ms = self.clock.now_ms();
        }
        let kept = report.sources.iter().any(|(_, source)| source.from == Some(AnswerOrigin::Cache));
        figures.answers_kept += u64::from(kept);
        figures.failed += u64::from(report.outcome != OutcomeKind::Enriched);
    }

    fn latency_ms(&self, (least_ms, mean_ms): (u64, f64)) -> u64 {
        // What is left of the tail would time out; that is another page's subject.
        least_ms + exponential_ms(&mut self.random.borrow_mut(), mean_ms).min(1_000)
    }

    /// A token says when it ends, so that the backend can tell.
    fn issue(&self) -> String {
        self.token_calls_a_second.count(self.clock.now_ms());
        self.figures.borrow_mut().token_calls += 1;
        let lifetime_s = self.token_lifetime_s;
        let ends_at_ms = self.clock.now_ms() + u64::from(lifetime_s) * 1_000;
        let token = format!("{ends_at_ms}.{}", "x".repeat(TOKEN_BYTES));
        format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{lifetime_s}}}"#)
    }

    fn answer(&self, request: &Request) -> String {
        let bearer = request.headers.iter().find(|(name, _)| name == "authorization");
        let ends_at_ms = bearer
            .and_then(|(_, value)| value.expose().strip_prefix("Bearer ")?.split('.').next()?.parse().ok())
            .unwrap_or(0);
        let mut figures = self.figures.borrow_mut();
        figures.backend_calls += 1;
        figures.calls_with_expired_token += u64::from(self.clock.now_ms() >= ends_at_ms);
        r#"{"plan":"pro"}"#.to_owned()
    }
}

/// How often something happens in a second.
#[derive(Default)]
struct Rate {
    second: Cell<u64>,
    count: Cell<u64>,
    peak: Cell<u64>,
}

impl Rate {
    fn count(&self, now_ms: u64) {
        let second = now_ms / 1_000;
        let count = if self.second.replace(second) == second { self.count.get() + 1 } else { 1 };
        self.count.set(count);
        self.peak.set(self.peak.get().max(count));
    }
}

/// The host of one login.
struct LoginHost<'a> {
    world: &'a World,
}

impl Host for LoginHost<'_> {
    async fn send(&self, request: &Request, sent: &Cell<bool>) -> Result<Response, TransportError> {
        sent.set(true);
        let world = self.world;
        let is_token_call = request.url.expose().ends_with("/oauth/token");
        let latency = if is_token_call { TOKEN_LATENCY_MS } else { BACKEND_LATENCY_MS };
        let body = if is_token_call { world.issue() } else { world.answer(request) };
        world.clock.sleep(world.latency_ms(latency)).await;
        Ok(Response { status: 200, headers: Vec::new(), body: body.into_bytes() })
    }

    /// Nothing here has a private key.
    fn sign(&self, _: &str, _: &Secret, _: &str) -> impl Future<Output = Option<Vec<u8>>> {
        ready(None)
    }

    fn sleep(&self, duration_ms: u32) -> impl Future<Output = ()> {
        self.world.clock.sleep(duration_ms.into())
    }

    fn now_ms(&self) -> u64 {
        START_MS + self.world.clock.now_ms()
    }

    #[expect(clippy::cast_precision_loss, reason = "a month of milliseconds is exact in a double")]
    fn monotonic_ms(&self) -> f64 {
        self.world.clock.now_ms() as f64
    }

    fn random(&self) -> f64 {
        self.world.random.borrow_mut().f64()
    }

    fn cache_get(&self, key: &str) -> Option<String> {
        self.world.cache.get(key, self.world.clock.now_ms())
    }

    fn cache_set(&self, key: &str, value: &str, ttl_ms: u64) -> bool {
        self.world.cache.set(key, value, ttl_ms, self.world.clock.now_ms())
    }

    fn cache_delete(&self, key: &str) {
        self.world.cache.delete(key);
    }
}
