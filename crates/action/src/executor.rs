//! Runs logins as futures, and lets them wait for what JavaScript does.
//!
//! `wasm-bindgen-futures` does so for any program: a closure each way for every promise, a queue of microtasks, a search
//! for the global object. Here whatever a login waits for has a number, and the shim says what came of that; it is 4 kB of
//! WebAssembly and 1 kB of JavaScript less, and fewer calls across the boundary.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use claimsmith_core::expression::list::keep;
use js_sys::Promise;
use wasm_bindgen::prelude::*;

use crate::io::Io;

thread_local! {
    /// What is never dropped is not asked whether it has been.
    static EXECUTOR: ManuallyDrop<Executor> = const { ManuallyDrop::new(Executor::new()) };
}

struct Executor {
    /// Numbers the tasks and what they wait for.
    last_id: Cell<u32>,
    /// The tasks that wait. One that is being polled is not among them.
    tasks: RefCell<Vec<Task>>,
    /// The tasks to be polled, by number.
    ready: RefCell<Vec<u32>>,
    is_running: Cell<bool>,
    /// What tasks wait for.
    waits: RefCell<Vec<Wait>>,
}

struct Task {
    id: u32,
    waker: Waker,
    future: Pin<Box<dyn Future<Output = ()>>>,
}

struct Wait {
    id: u32,
    waker: Waker,
    outcome: Option<Outcome>,
}

/// What came of something that a task waits for.
pub(crate) enum Outcome {
    /// The value of a promise, or the reason of its rejection.
    Settled(Result<JsValue, JsValue>),
    /// What came of a request.
    Answered(Answer),
}

/// What came of a request.
pub(crate) struct Answer {
    /// True where the first byte of the request may have been sent.
    pub(crate) sent: bool,
    /// The status; 0 where there is no answer.
    pub(crate) status: u16,
    /// Name, value, name, value … of the headers, each on a line; the code of the failure where there is no answer, and
    /// nothing where there was no time for one.
    pub(crate) words: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Wakes the task with this number.
struct TaskWaker(u32);

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        EXECUTOR.with(|executor| {
            executor.ready.borrow_mut().push(self.0);
            executor.run();
        });
    }
}

impl Executor {
    const fn new() -> Executor {
        Executor {
            last_id: Cell::new(0),
            tasks: RefCell::new(Vec::new()),
            ready: RefCell::new(Vec::new()),
            is_running: Cell::new(false),
            waits: RefCell::new(Vec::new()),
        }
    }

    /// Returns a number that nothing else has: there are four billion before one comes again.
    fn next_id(&self) -> u32 {
        let id = self.last_id.get().wrapping_add(1);
        self.last_id.set(id);
        id
    }

    /// Polls the tasks that are ready, until none is. Where a task calls what calls back here, the call under way goes
    /// on with what has become ready meanwhile.
    fn run(&self) {
        if self.is_running.replace(true) {
            return;
        }
        loop {
            // A statement of its own, so that nothing is borrowed while the task runs.
            let next = self.ready.borrow_mut().pop();
            let Some(id) = next else { break };
            self.poll(id);
        }
        self.is_running.set(false);
    }

    fn poll(&self, id: u32) {
        let mut tasks = self.tasks.borrow_mut();
        // It may have been woken twice, and have ended in between.
        let Some(position) = tasks.iter().position(|task| task.id == id) else { return };
        let mut task = tasks.swap_remove(position);
        drop(tasks);
        if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_pending() {
            self.tasks.borrow_mut().push(task);
        }
    }

    /// Notes what came of something that a task waits for. Where nobody waits any more, nobody is told.
    fn end(&self, id: u32, outcome: Outcome) {
        let mut waits = self.waits.borrow_mut();
        let Some(wait) = waits.iter_mut().find(|wait| wait.id == id) else { return };
        wait.outcome = Some(outcome);
        let waker = wait.waker.clone();
        drop(waits);
        waker.wake();
    }
}

/// Runs a future, at once as far as it gets.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    EXECUTOR.with(|executor| {
        let id = executor.next_id();
        let waker = Waker::from(Arc::new(TaskWaker(id)));
        executor.tasks.borrow_mut().push(Task { id, waker, future: Box::pin(future) });
        executor.ready.borrow_mut().push(id);
        executor.run();
    });
}

/// Something under way in JavaScript, which is given up on drop.
pub(crate) struct UnderWay<'a> {
    io: &'a Io,
    pub(crate) id: u32,
    is_over: bool,
}

impl UnderWay<'_> {
    /// Returns one with a number that is free. It is to be begun before it is awaited.
    pub(crate) fn new(io: &Io) -> UnderWay<'_> {
        UnderWay { io, id: EXECUTOR.with(|executor| executor.next_id()), is_over: false }
    }

    fn forget(&self) {
        EXECUTOR.with(|executor| keep(&mut executor.waits.borrow_mut(), &mut |wait| wait.id != self.id));
    }
}

impl Future for UnderWay<'_> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let outcome = EXECUTOR.with(|executor| {
            let mut waits = executor.waits.borrow_mut();
            // A task has one waker for as long as it runs.
            match waits.iter_mut().find(|wait| wait.id == self.id) {
                Some(wait) => wait.outcome.take(),
                None => {
                    waits.push(Wait { id: self.id, waker: context.waker().clone(), outcome: None });
                    None
                }
            }
        });
        let Some(outcome) = outcome else { return Poll::Pending };
        self.is_over = true;
        self.forget();
        Poll::Ready(outcome)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.forget();
            self.io.cancel(self.id);
        }
    }
}

/// Waits for a promise.
pub(crate) async fn settle(io: &Io, promise: &Promise) -> Result<JsValue, JsValue> {
    let settling = UnderWay::new(io);
    io.wait(promise, settling.id);
    match settling.await {
        Outcome::Settled(result) => result,
        // Only requests are answered.
        Outcome::Answered(_) => Err(JsValue::UNDEFINED),
    }
}

/// Waits.
pub(crate) async fn sleep(io: &Io, duration_ms: u32) {
    let sleeping = UnderWay::new(io);
    io.sleep(sleeping.id, duration_ms);
    sleeping.await;
}

/// Takes the outcome of the promise or of the wait with this number.
#[wasm_bindgen]
pub fn settled(id: u32, is_fulfilled: bool, value: JsValue) {
    let outcome = Outcome::Settled(if is_fulfilled { Ok(value) } else { Err(value) });
    EXECUTOR.with(|executor| executor.end(id, outcome));
}

/// Takes the outcome of the request with this number: see `Answer`.
#[wasm_bindgen]
pub fn answered(id: u32, sent: bool, status: u16, words: Option<String>, body: Vec<u8>) {
    let outcome = Outcome::Answered(Answer { sent, status, words, body });
    EXECUTOR.with(|executor| executor.end(id, outcome));
}
