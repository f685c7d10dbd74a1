//! Time that jumps from one event to the next, and the logins that wait for it.

use std::cell::{Cell, RefCell};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The simulated time. It moves only when [`Clock::jump_to`] says so.
#[derive(Default)]
pub(crate) struct Clock {
    now_ms: Cell<u64>,
    timers: RefCell<BinaryHeap<Reverse<Timer>>>,
    timers_made: Cell<u64>,
}

impl Clock {
    pub(crate) fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    /// When the next timer ends.
    pub(crate) fn next_timer_ms(&self) -> Option<u64> {
        self.timers.borrow().peek().map(|Reverse(timer)| timer.at_ms)
    }

    /// Moves on to a moment, and wakes whoever waits for it. Time never goes back.
    pub(crate) fn jump_to(&self, at_ms: u64) {
        self.now_ms.set(self.now_ms().max(at_ms));
        loop {
            let mut timers = self.timers.borrow_mut();
            if timers.peek().is_none_or(|Reverse(timer)| timer.at_ms > self.now_ms()) {
                return;
            }
            let timer = timers.pop();
            drop(timers);
            timer.into_iter().for_each(|Reverse(timer)| timer.waker.wake());
        }
    }

    /// Waits.
    pub(crate) fn sleep(&self, duration_ms: u64) -> Sleep<'_> {
        Sleep { clock: self, at_ms: self.now_ms() + duration_ms, is_set: false }
    }
}

/// A wait that ends at a moment.
pub(crate) struct Sleep<'a> {
    clock: &'a Clock,
    at_ms: u64,
    is_set: bool,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.clock.now_ms() >= self.at_ms {
            return Poll::Ready(());
        }
        if !self.is_set {
            self.is_set = true;
            let order = self.clock.timers_made.get();
            self.clock.timers_made.set(order + 1);
            let timer = Timer { at_ms: self.at_ms, order, waker: context.waker().clone() };
            self.clock.timers.borrow_mut().push(Reverse(timer));
        }
        Poll::Pending
    }
}

/// Whom to wake, and when. Those of one moment wake in the order in which they were set, so that a run can
/// be repeated.
struct Timer {
    at_ms: u64,
    order: u64,
    waker: Waker,
}

impl Ord for Timer {
    fn cmp(&self, other: &Timer) -> Ordering {
        (self.at_ms, self.order).cmp(&(other.at_ms, other.order))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Timer) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Timer) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Timer {}

/// A login under way.
type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The logins that are under way at once.
#[derive(Default)]
pub(crate) struct Tasks {
    slots: Vec<Slot>,
    free: Vec<usize>,
    woken: Arc<Mutex<Vec<(usize, u64)>>>,
}

#[derive(Default)]
struct Slot {
    task: Option<Task>,
    /// How many tasks this slot has had: a timer may outlive the task that set it.
    generation: u64,
}

/// Puts a task on the list of those to be polled.
struct TaskWaker {
    task: (usize, u64),
    woken: Arc<Mutex<Vec<(usize, u64)>>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner).push(self.task);
    }
}

impl Tasks {
    /// Starts a task, as far as it goes without waiting.
    pub(crate) fn start(&mut self, task: impl Future<Output = ()> + 'static) {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len() - 1
        });
        let Some(slot) = self.slots.get_mut(index) else { return };
        slot.generation += 1;
        slot.task = Some(Box::pin(task));
        let generation = slot.generation;
        self.poll(index, generation);
        self.run_woken();
    }

    /// Polls all who were woken, and those they wake.
    pub(crate) fn run_woken(&mut self) {
        loop {
            let woken = std::mem::take(&mut *self.woken.lock().unwrap_or_else(PoisonError::into_inner));
            if woken.is_empty() {
                return;
            }
            woken.into_iter().for_each(|(index, generation)| self.poll(index, generation));
        }
    }

    fn poll(&mut self, index: usize, generation: u64) {
        let Some(slot) = self.slots.get_mut(index).filter(|slot| slot.generation == generation) else {
            return;
        };
        let Some(task) = &mut slot.task else { return };
        let waker = TaskWaker { task: (index, generation), woken: Arc::clone(&self.woken) };
        let waker = Waker::from(Arc::new(waker));
        if task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            slot.task = None;
            self.free.push(index);
        }
    }
}
