//! Runs logins as futures, and lets them wait for promises.
//!
//! `wasm-bindgen-futures` does so for any program: a closure each way for every promise, a queue of microtasks, a search
//! for the global object. Here a promise has a number, and the shim says which number is settled; that is 4 kB of
//! WebAssembly and 1 kB of JavaScript less, and fewer calls across the boundary.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use claimsmith_core::expression::list::keep;
use wasm_bindgen::prelude::*;

thread_local! {
    /// What is never dropped is not asked whether it has been.
    static EXECUTOR: ManuallyDrop<Executor> = const { ManuallyDrop::new(Executor::new()) };
}

struct Executor {
    /// Numbers the tasks and the promises.
    last_id: Cell<u32>,
    /// The tasks that wait. One that is being polled is not among them.
    tasks: RefCell<Vec<Task>>,
    /// The tasks to be polled, by number.
    ready: RefCell<Vec<u32>>,
    is_running: Cell<bool>,
    /// The promises that tasks wait for.
    waits: RefCell<Vec<Wait>>,
}

struct Task {
    id: u32,
    future: Pin<Box<dyn Future<Output = ()>>>,
}

struct Wait {
    id: u32,
    waker: Waker,
    /// The value of the promise, or the reason of its rejection.
    result: Option<Result<JsValue, JsValue>>,
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
        let waker = Waker::from(Arc::new(TaskWaker(id)));
        if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            self.tasks.borrow_mut().push(task);
        }
    }
}

/// Runs a future, at once as far as it gets.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    EXECUTOR.with(|executor| {
        let id = executor.next_id();
        executor.tasks.borrow_mut().push(Task { id, future: Box::pin(future) });
        executor.ready.borrow_mut().push(id);
        executor.run();
    });
}

/// The outcome of the promise with this number.
pub(crate) struct Settling {
    pub(crate) id: u32,
}

impl Settling {
    /// Returns one with a number that is free.
    pub(crate) fn new() -> Settling {
        Settling { id: EXECUTOR.with(|executor| executor.next_id()) }
    }
}

impl Future for Settling {
    type Output = Result<JsValue, JsValue>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        EXECUTOR.with(|executor| {
            let mut waits = executor.waits.borrow_mut();
            let waker = context.waker().clone();
            match waits.iter_mut().find(|wait| wait.id == self.id) {
                Some(Wait { result: Some(result), .. }) => return Poll::Ready(result.clone()),
                Some(wait) => wait.waker = waker,
                None => waits.push(Wait { id: self.id, waker, result: None }),
            }
            Poll::Pending
        })
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        EXECUTOR.with(|executor| keep(&mut executor.waits.borrow_mut(), &mut |wait| wait.id != self.id));
    }
}

/// Takes the outcome of the promise with this number.
#[wasm_bindgen]
pub fn settled(id: u32, is_fulfilled: bool, value: JsValue) {
    let waker = EXECUTOR.with(|executor| {
        let mut waits = executor.waits.borrow_mut();
        // Where nobody waits any more, nobody is told.
        let wait = waits.iter_mut().find(|wait| wait.id == id)?;
        wait.result = Some(if is_fulfilled { Ok(value) } else { Err(value) });
        Some(wait.waker.clone())
    });
    if let Some(waker) = waker {
        waker.wake();
    }
}
