//! One tenant's Action for a while: real engines, simulated time, a host in memory.

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::rc::Rc;

use claimsmith_compile::compile;
use claimsmith_core::expression::{Map, Value, json};
use claimsmith_core::http::{Request, Response, Tls, TransportError};
use claimsmith_core::report::{AnswerOrigin, OutcomeKind, TokenOrigin};
use claimsmith_core::{Decision, Engine, Host, Login, Secret, Secrets, Trigger};

use crate::cache::{ApiCache, Loss, exponential_ms};
use crate::clock::{Clock, Tasks};
use crate::fleet::{Fleet, FleetPlan, Instance};
use crate::traffic::{DAY_MS, Shape, Traffic};

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
    "url": "https://api.example.com/api/users/{event.user.user_id}?view={event.request.query.view}",
    "max_bytes": 65536CACHE
  } },
  "claims": { "https://example.com/plan": "profile.plan" }
}"#;

/// The hostile user.
const HOSTILE_ID: &str = "auth0|hostile";

/// One user beside all others whom the backend treats badly, for a reason of his own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hostile {
    /// How long he waits before he logs in again.
    pub(crate) pause_ms: u64,
    pub(crate) treatment: Treatment,
    /// Whether he asks for something else at each login.
    pub(crate) changes_query: bool,
}

/// What the backend does with a request.
#[cfg_attr(not(test), expect(dead_code, reason = "the bounds have them; no page shows a hostile user"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// Answers well.
    Serve,
    /// Answers 401, whatever the token.
    Refuse,
    /// Answers 500.
    Fail,
    /// Closes the connection.
    Reset,
    /// Answers, past any timeout.
    Hang,
    /// Answers just before the timeout.
    Slow,
}

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
    /// The hostile user, where there is one.
    pub(crate) hostile: Option<Hostile>,
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
    /// Logins that did not get their claim, but for those of the hostile user.
    pub(crate) failed: u64,
    /// Logins of the hostile user, which are no part of `logins`.
    pub(crate) hostile_logins: u64,
    /// How long the slowest login took, but for those of the hostile user, in milliseconds.
    pub(crate) slowest_ms: u64,
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
    let read = |config: &Value| compile(config, Trigger::PostLogin).map(|compiled| compiled.plan);
    read(&config).map_err(|problems| format!("{problems:?}"))?;

    let mut seeds = fastrand::Rng::with_seed(seed);
    let mut traffic = Traffic::new(plan.shape, plan.logins_a_day, plan.days, seeds.u64(..)).peekable();
    let mut fleet = Fleet::new(plan.fleet, seeds.u64(..));
    let world = Rc::new(World::new(plan, seeds.u64(..), seeds.u64(..)));
    let mut tasks = Tasks::default();
    let mut deployment = plan.deployed_at_ms;
    let horizon_ms = u64::from(plan.days) * DAY_MS;
    let pause_ms = plan.hostile.map_or(horizon_ms, |hostile| hostile.pause_ms);
    let mut hostile_ms = Some(pause_ms).filter(|at_ms| *at_ms < horizon_ms);
    loop {
        let honest_ms = traffic.peek().map(|execution| execution.at_ms);
        let arrival_ms = [honest_ms, hostile_ms].into_iter().flatten().min();
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
        let user = if hostile_ms == Some(next_ms) {
            hostile_ms = Some(next_ms + pause_ms).filter(|at_ms| *at_ms < horizon_ms);
            None
        } else {
            traffic.next().map(|execution| execution.user)
        };
        // The configuration was read once above, so it reads again.
        let engine = || read(&config).map(Engine::new);
        let instance = fleet.instance(next_ms, engine).map_err(|problems| format!("{problems:?}"))?;
        world.note_login(user);
        tasks.start(serve(Rc::clone(&world), instance, user, next_ms));
    }
    let mut figures = world.figures.take();
    figures.instances = fleet.started;
    figures.peak_logins = world.logins_a_second.peak.get();
    figures.peak_token_calls = world.token_calls_a_second.peak.get();
    Ok(figures)
}

/// Serves a login, of the hostile user where there is no `user`.
async fn serve(world: Rc<World>, instance: Rc<Instance>, user: Option<u64>, at_ms: u64) {
    instance.in_flight.set(instance.in_flight.get() + 1);
    let login = world.login(user);
    let decision = instance.engine.enrich(&LoginHost { world: &world }, login).await;
    instance.in_flight.set(instance.in_flight.get() - 1);
    world.note_decision(&decision, user, at_ms);
}

/// What all instances of the Action share.
struct World {
    clock: Clock,
    cache: ApiCache,
    token_lifetime_s: u32,
    hostile: Option<Hostile>,
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
            hostile: plan.hostile,
            random: RefCell::new(fastrand::Rng::with_seed(seed)),
            secrets: secrets.into_iter().map(|(name, value)| (name.into(), Secret::new(value))).collect(),
            in_flight: Cell::new(0),
            figures: RefCell::default(),
            logins_a_second: Rate::default(),
            token_calls_a_second: Rate::default(),
        }
    }

    fn login(&self, user: Option<u64>) -> Login {
        let object = |name: &str, value: Value| Value::from(Map::from_members(vec![(name.into(), value)]));
        let user_id = user.map_or_else(|| HOSTILE_ID.to_owned(), |user| format!("auth0|{user}"));
        let changes = user.is_none() && self.hostile.is_some_and(|hostile| hostile.changes_query);
        let view = if changes { self.figures.borrow().hostile_logins.to_string() } else { "all".to_owned() };
        let event = vec![
            ("user".into(), object("user_id", user_id.into())),
            ("request".into(), object("query", object("view", view.into()))),
        ];
        Login { event: Map::from_members(event).into(), secrets: self.secrets.clone(), ..Login::default() }
    }

    fn note_login(&self, user: Option<u64>) {
        self.in_flight.set(self.in_flight.get() + 1);
        let mut figures = self.figures.borrow_mut();
        figures.peak_in_flight = figures.peak_in_flight.max(self.in_flight.get());
        if user.is_none() {
            figures.hostile_logins += 1;
            return;
        }
        self.logins_a_second.count(self.clock.now_ms());
        figures.logins += 1;
    }

    fn note_decision(&self, decision: &Decision, user: Option<u64>, at_ms: u64) {
        self.in_flight.set(self.in_flight.get() - 1);
        if user.is_none() {
            return;
        }
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
        figures.slowest_ms = figures.slowest_ms.max(self.clock.now_ms() - at_ms);
    }

    /// What the backend does with a request.
    fn treatment(&self, request: &Request) -> Treatment {
        match self.hostile {
            Some(hostile) if request.url.expose().contains("hostile") => hostile.treatment,
            _ => Treatment::Serve,
        }
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
        let latency_ms = world.latency_ms(latency);
        let treatment = world.treatment(request);
        let (status, latency_ms) = match treatment {
            Treatment::Serve | Treatment::Reset => (200, latency_ms),
            Treatment::Refuse => (401, latency_ms),
            Treatment::Fail => (500, latency_ms),
            Treatment::Hang => (200, 60_000),
            Treatment::Slow => (200, 1_990),
        };
        let body = if is_token_call { world.issue() } else { world.answer(request) };
        world.clock.sleep(latency_ms).await;
        if treatment == Treatment::Reset {
            return Err(TransportError::Failed("ECONNRESET".to_owned()));
        }
        Ok(Response::new(status, Vec::new(), body.into_bytes()))
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

    fn unfit_part(&self, _tls: &Tls) -> Option<String> {
        None
    }

    fn uuid(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
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
