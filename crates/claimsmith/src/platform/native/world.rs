//! Time, and the host of one execution.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use claimsmith_core::Secret;
use claimsmith_core::http::{Request, Response, Tls, TransportError};

use super::answers::{Answers, Fault, Sent};

/// What `api.cache` takes, by Auth0's limits.
const MAX_ENTRIES: usize = 20;
const MAX_KEY: usize = 64;
const MAX_VALUE: usize = 4 * 1024;
const MAX_CACHE: usize = 8 * 1024;

/// A clock that moves only where every future waits for it, and what outlives an execution.
pub(crate) struct World {
    pub(crate) answers: Answers,
    started_ms: Cell<u64>,
    elapsed_ms: Cell<u64>,
    timers: RefCell<Vec<(u64, Waker)>>,
    /// `api.cache`: value and end, by key.
    pub(crate) cache: RefCell<BTreeMap<String, (String, u64)>>,
    ids: Cell<u64>,
}

impl World {
    pub(crate) fn new(answers: Answers, started_ms: u64) -> World {
        World {
            answers,
            started_ms: Cell::new(started_ms),
            elapsed_ms: Cell::new(0),
            timers: RefCell::default(),
            cache: RefCell::default(),
            ids: Cell::new(0),
        }
    }

    pub(crate) fn begin_at(&self, started_ms: u64) {
        self.started_ms.set(started_ms);
    }

    pub(crate) fn advance(&self, duration_ms: u64) {
        self.elapsed_ms.set(self.elapsed_ms.get() + duration_ms);
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.started_ms.get() + self.elapsed_ms.get()
    }

    /// Runs a future to its end; where it waits, time jumps to the next timer.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
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
            let Some(next) = next else {
                panic!("the handler waits for something that never comes: only `Session` can wait here")
            };
            self.elapsed_ms.set(self.elapsed_ms.get().max(next));
            self.timers.borrow_mut().retain(|(at_ms, _)| *at_ms > next);
        }
    }

    async fn sleep(&self, duration_ms: u32) {
        let at_ms = self.elapsed_ms.get() + u64::from(duration_ms);
        poll_fn(|context| {
            if self.elapsed_ms.get() >= at_ms {
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

/// The host of one execution.
pub(crate) struct Host {
    pub(crate) world: Rc<World>,
    pub(crate) sent: RefCell<Vec<Sent>>,
}

impl Host {
    pub(crate) fn new(world: &Rc<World>) -> Host {
        Host { world: Rc::clone(world), sent: RefCell::default() }
    }
}

impl claimsmith_core::Host for Host {
    fn unfit_part(&self, tls: &Tls) -> Option<String> {
        tls.iter().find(|(_, pem)| !pem.expose().contains("-----BEGIN ")).map(|(part, _)| part.clone())
    }

    async fn send(&self, request: &Request, sent: &Cell<bool>) -> Result<Response, TransportError> {
        let call = Sent::new(request);
        let reply = self.world.answers.answer(&call);
        self.sent.borrow_mut().push(call);
        sent.set(!matches!(reply.result, Err(Fault::Refused)));
        self.world.sleep(reply.after_ms).await;
        match reply.result {
            Ok(response) if response.body.len() > request.max_bytes as usize => Err(TransportError::TooLarge),
            Ok(response) => Ok(response),
            Err(fault) => Err(fault.to_error()),
        }
    }

    async fn sign(&self, algorithm: &str, key: &Secret, text: &str) -> Option<Vec<u8>> {
        let is_fit = key.expose().starts_with("-----BEGIN PRIVATE KEY-----");
        is_fit.then(|| format!("{algorithm} over {} bytes", text.len()).into_bytes())
    }

    async fn sleep(&self, duration_ms: u32) {
        self.world.sleep(duration_ms).await;
    }

    fn now_ms(&self) -> u64 {
        self.world.now_ms()
    }

    fn monotonic_ms(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a test are exact in a double")]
        {
            self.world.elapsed_ms.get() as f64
        }
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn uuid(&self) -> String {
        self.world.ids.set(self.world.ids.get() + 1);
        format!("00000000-0000-4000-8000-{:012}", self.world.ids.get())
    }

    fn cache_get(&self, key: &str) -> Option<String> {
        let cache = self.world.cache.borrow();
        cache.get(key).filter(|(_, end_ms)| *end_ms > self.world.now_ms()).map(|(value, _)| value.clone())
    }

    fn cache_set(&self, key: &str, value: &str, ttl_ms: u64) -> bool {
        let now_ms = self.world.now_ms();
        let mut cache = self.world.cache.borrow_mut();
        cache.retain(|_, (_, end_ms)| *end_ms > now_ms);
        let others = cache.iter().filter(|(known, _)| *known != key);
        let (count, bytes) = others.fold((0, 0), |(count, bytes), (known, (value, _))| {
            (count + 1, bytes + known.len() + value.len())
        });
        let fits = key.len() <= MAX_KEY
            && value.len() <= MAX_VALUE
            && count < MAX_ENTRIES
            && bytes + key.len() + value.len() <= MAX_CACHE;
        if fits {
            cache.insert(key.to_owned(), (value.to_owned(), now_ms.saturating_add(ttl_ms)));
        }
        fits
    }

    fn cache_delete(&self, key: &str) {
        self.world.cache.borrow_mut().remove(key);
    }
}
