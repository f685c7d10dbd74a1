//! A host in memory, whose clock moves only where every future waits for it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a support file of tests: what fails here fails the test, and each file uses what it needs"
)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use claimsmith_core::expression::json;
use claimsmith_core::http::{Request, Response, Tls, TransportError};
use claimsmith_core::{Decision, Effect, Engine, Host, Login, Plan, Secret, Secrets, Trigger};

/// The moment at which every test begins, in milliseconds since the epoch.
pub const START_MS: u64 = 1_700_000_000_000;

/// Failures of the connection: nothing of the request has left.
const NOT_SENT: [&str; 3] = ["ECONNREFUSED", "ENOTFOUND", "CONNECT_TIMEOUT"];

/// What the other side does with a request: after so many milliseconds, this.
pub type Reaction = (u32, Result<Response, TransportError>);

/// Time, and what both sides have seen.
pub struct World {
    now_ms: Cell<u64>,
    set_back_ms: Cell<u64>,
    timers: RefCell<Vec<(u64, Waker)>>,
    react: Box<dyn Fn(&Request) -> Reaction>,
    /// Every request that was sent, as method and URL.
    pub sent: RefCell<Vec<String>>,
    /// Where connections were begun ahead, each with the URL that is asked meanwhile, and how many were sent before.
    pub ahead: RefCell<Vec<(String, usize)>>,
    /// How many requests were given up before their answer.
    pub dropped: Cell<u32>,
    /// How long a signature takes.
    pub signing_ms: Cell<u32>,
    /// How long the engine works before it looks at the clock again.
    pub work_ms: Cell<u64>,
    /// How often a login let others get on.
    pub yields: Cell<u32>,
}

impl World {
    pub fn new(react: impl Fn(&Request) -> Reaction + 'static) -> Rc<World> {
        Rc::new(World {
            now_ms: Cell::new(START_MS),
            set_back_ms: Cell::new(0),
            timers: RefCell::default(),
            react: Box::new(react),
            sent: RefCell::default(),
            ahead: RefCell::default(),
            dropped: Cell::new(0),
            signing_ms: Cell::new(0),
            work_ms: Cell::new(0),
            yields: Cell::new(0),
        })
    }

    pub fn advance(&self, duration_ms: u64) {
        self.now_ms.set(self.now_ms.get() + duration_ms);
    }

    /// Sets the wall clock back, as an administrator or a network might.
    pub fn set_back(&self, duration_ms: u64) {
        self.set_back_ms.set(self.set_back_ms.get() + duration_ms);
    }

    pub fn elapsed_ms(&self) -> u64 {
        self.now_ms.get() - START_MS
    }

    pub fn sent_to(&self, part: &str) -> usize {
        self.sent.borrow().iter().filter(|request| request.contains(part)).count()
    }

    /// Runs a future to its end; where it waits, time jumps to the next timer.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            // What one part has told another goes before what time brings.
            if woken.0.swap(false, Ordering::Relaxed) {
                continue;
            }
            let next = self.timers.borrow().iter().map(|(at_ms, _)| *at_ms).min();
            let next = next.expect("the future waits for something that never comes");
            self.now_ms.set(self.now_ms.get().max(next));
            self.timers.borrow_mut().retain(|(at_ms, _)| *at_ms > next);
        }
    }

    async fn sleep(&self, duration_ms: u32) {
        let at_ms = self.now_ms.get() + u64::from(duration_ms);
        poll_fn(|context| {
            if self.now_ms.get() >= at_ms {
                return Poll::Ready(());
            }
            self.timers.borrow_mut().push((at_ms, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

/// Whether the future has asked to be polled again.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The host of one login.
#[derive(Clone)]
pub struct MemoryHost {
    pub world: Rc<World>,
    /// `api.cache`: value and end, by key.
    pub cache: Rc<RefCell<BTreeMap<String, (String, u64)>>>,
    /// Whether the cache takes what is written.
    pub cache_takes: bool,
}

impl MemoryHost {
    pub fn new(world: &Rc<World>) -> MemoryHost {
        MemoryHost { world: Rc::clone(world), cache: Rc::default(), cache_takes: true }
    }
}

/// Counts a request that is dropped before its answer.
struct InFlight<'a>(&'a World, bool);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        if !self.1 {
            self.0.dropped.set(self.0.dropped.get() + 1);
        }
    }
}

impl Host for MemoryHost {
    fn unfit_part(&self, tls: &Tls) -> Option<String> {
        tls.iter().find(|(_, pem)| pem.expose().contains("unfit")).map(|(part, _)| part.clone())
    }

    async fn send(&self, request: &Request, sent: &Cell<bool>) -> Result<Response, TransportError> {
        self.world.sent.borrow_mut().push(format!("{} {}", request.method.as_str(), request.url.expose()));
        let (latency_ms, result) = (self.world.react)(request);
        sent.set(!matches!(&result, Err(TransportError::Failed(word)) if NOT_SENT.contains(&&**word)));
        let mut in_flight = InFlight(&self.world, false);
        self.world.sleep(latency_ms).await;
        in_flight.1 = true;
        result
    }

    fn connect_ahead(&self, request: &Request, besides: &Secret) {
        let places = format!("{} beside {}", request.url.expose(), besides.expose());
        self.world.ahead.borrow_mut().push((places, self.world.sent.borrow().len()));
    }

    async fn sign(&self, algorithm: &str, key: &Secret, text: &str) -> Option<Vec<u8>> {
        self.world.sleep(self.world.signing_ms.get()).await;
        let is_fit = key.expose().starts_with("-----BEGIN PRIVATE KEY-----");
        is_fit.then(|| format!("{algorithm} over {} bytes", text.len()).into_bytes())
    }

    async fn sleep(&self, duration_ms: u32) {
        self.world.yields.set(self.world.yields.get() + u32::from(duration_ms == 0));
        self.world.sleep(duration_ms).await;
    }

    fn now_ms(&self) -> u64 {
        self.world.now_ms.get() - self.world.set_back_ms.get()
    }

    fn monotonic_ms(&self) -> f64 {
        self.world.advance(self.world.work_ms.get());
        self.world.elapsed_ms() as f64
    }

    fn uuid(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn cache_get(&self, key: &str) -> Option<String> {
        let cache = self.cache.borrow();
        cache.get(key).filter(|(_, end_ms)| *end_ms > self.now_ms()).map(|(value, _)| value.clone())
    }

    fn cache_set(&self, key: &str, value: &str, ttl_ms: u64) -> bool {
        if self.cache_takes {
            self.cache.borrow_mut().insert(key.to_owned(), (value.to_owned(), self.now_ms() + ttl_ms));
        }
        self.cache_takes
    }

    fn cache_delete(&self, key: &str) {
        self.cache.borrow_mut().remove(key);
    }
}

pub fn answer(status: u16, body: &str) -> Result<Response, TransportError> {
    Ok(Response::new(status, Vec::new(), body.as_bytes().to_vec()))
}

/// A token endpoint that issues `t-1`, `t-2`, … for an hour, and a backend that answers with its path.
pub fn issuing_world() -> Rc<World> {
    let issued = Cell::new(0);
    World::new(move |request| {
        let url = request.url.expose();
        if url.ends_with("/token") {
            issued.set(issued.get() + 1);
            let token =
                format!(r#"{{"access_token":"t-{}","token_type":"Bearer","expires_in":3600}}"#, issued.get());
            return (20, answer(200, &token));
        }
        let path = url.rsplit('/').next().unwrap_or_default();
        (10, answer(200, &format!(r#"{{"path":"{path}","n":1}}"#)))
    })
}

pub fn engine(config: &str) -> Engine {
    Engine::new(read(config).unwrap_or_else(|problems| panic!("{problems:?}")))
}

pub fn read(config: &str) -> Result<Plan, Vec<claimsmith_core::Error>> {
    read_for(config, Trigger::PostLogin)
}

/// A plan as it arrives in an Action: compiled, written and read again.
pub fn read_for(config: &str, trigger: Trigger) -> Result<Plan, Vec<claimsmith_core::Error>> {
    let compiled = claimsmith_compile::compile(&json::read(config.as_bytes()).unwrap(), trigger)?;
    Ok(Plan::decode(&compiled.plan.encode()).unwrap())
}

pub fn login(user_id: &str) -> Login {
    let event = format!(
        r#"{{"user":{{"user_id":"{user_id}","email":"{user_id}@x.example","email_verified":true}},
            "resource_server":{{"identifier":"https://shop.example.com/api"}},
            "transaction":{{"correlation_id":"c-1"}}}}"#
    );
    let secrets: Secrets = [("SECRET".into(), Secret::new("hunter2"))].into_iter().collect();
    Login { event: json::read(event.as_bytes()).unwrap(), secrets, ..Login::default() }
}

/// The effects in short: `claim=json` a claim of the ID token, `deny` for a denial.
pub fn effects(decision: &Decision) -> Vec<String> {
    let short = |effect: &Effect| match effect {
        Effect::SetClaim { target, name, value } if target.as_str() == "id_token" => {
            Some(format!("{name}={}", value.to_json()))
        }
        Effect::Deny { .. } => Some("deny".to_owned()),
        _ => None,
    };
    decision.effects.iter().filter_map(short).collect()
}

/// What went wrong, as `code@path`.
pub fn errors(decision: &Decision) -> Vec<String> {
    decision.report.errors.iter().map(|error| format!("{}@{}", error.code.as_str(), error.path)).collect()
}

/// Runs futures side by side; their outputs in their order.
pub async fn all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        for (future, output) in &mut futures {
            if output.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        if futures.iter().all(|(_, output)| output.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    futures.into_iter().filter_map(|(_, output)| output).collect()
}

/// Decides one login of a configuration whose source answers with this body, or fails without one.
pub fn decide_with(config: &str, event: &str, body: Option<&str>) -> Decision {
    let body = body.map(str::to_owned);
    let world = World::new(move |_| match &body {
        Some(body) => (1, answer(200, body)),
        None => (1, Err(TransportError::Failed("ECONNREFUSED".into()))),
    });
    let mut login = login("ann");
    login.event = json::read(event.as_bytes()).unwrap();
    let engine = Engine::new(
        read(&format!("{{{config}}}")).unwrap_or_else(|problems| panic!("{config} {problems:?}")),
    );
    world.run(engine.enrich(&MemoryHost::new(&world), login))
}

/// Each effect in short, in order: `target name=json`, `+scope`, `-scope`, `deny reason`.
pub fn short(decision: &Decision) -> Vec<String> {
    let short = |effect: &Effect| match effect {
        Effect::SetClaim { target, name, value } => format!("{} {name}={}", target.as_str(), value.to_json()),
        Effect::ChangeScope { scope, adds: true } => format!("+{scope}"),
        Effect::ChangeScope { scope, adds: false } => format!("-{scope}"),
        Effect::ChangeSession { subject, change, .. } => format!("{} {change:?}", subject.as_str()),
        Effect::DemandMfa { mfa, .. } => format!("{mfa:?}"),
        Effect::Deny { reason, .. } => format!("deny {reason}"),
    };
    decision.effects.iter().map(short).collect()
}
