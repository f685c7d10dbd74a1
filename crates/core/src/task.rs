//! Futures together: side by side, against the clock, and shared.
//!
//! `futures-util` has all three, with machinery for many threads and thousands of futures that would
//! double the size of this crate in WebAssembly. A login waits for a handful of calls on one thread.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};

/// A future with its type forgotten, so that futures of several kinds share one list and one copy of
/// the code that polls them.
pub(crate) type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Futures that others start while they run.
pub(crate) type Background<'a> = RefCell<Vec<LocalFuture<'a, ()>>>;

/// Runs the futures side by side until each is ready, and those in the background as well.
pub(crate) async fn join<'b>(mut futures: Vec<LocalFuture<'_, ()>>, background: &Background<'b>) {
    let mut started: Vec<LocalFuture<'b, ()>> = Vec::new();
    poll_fn(|context| {
        futures.retain_mut(|future| future.as_mut().poll(context).is_pending());
        started.append(&mut background.borrow_mut());
        started.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if futures.is_empty() && started.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// The future's output, or `None` where the timer is ready first. The one that loses is dropped.
pub(crate) async fn before<T>(timer: impl Future<Output = ()>, future: impl Future<Output = T>) -> Option<T> {
    let mut timer = pin!(timer);
    let mut future = pin!(future);
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// A value that will be there once, and that many wait for.
#[derive(Debug)]
pub(crate) struct Promised<T>(Rc<RefCell<State<T>>>);

#[derive(Debug)]
struct State<T> {
    value: Option<T>,
    waiting: Vec<Waker>,
}

impl<T> Clone for Promised<T> {
    fn clone(&self) -> Promised<T> {
        Promised(Rc::clone(&self.0))
    }
}

impl<T: Clone> Promised<T> {
    /// A value that is not there yet.
    pub(crate) fn new() -> Promised<T> {
        Promised(Rc::new(RefCell::new(State { value: None, waiting: Vec::new() })))
    }

    /// Hands the value to all who wait. A second value is not taken.
    pub(crate) fn fulfil(&self, value: T) {
        let mut state = self.0.borrow_mut();
        state.value.get_or_insert(value);
        let waiting = std::mem::take(&mut state.waiting);
        // Wakers may poll at once, and then look at the value.
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// The value, where it is there already.
    pub(crate) fn get(&self) -> Option<T> {
        self.0.borrow().value.clone()
    }

    /// The value, as soon as it is there.
    pub(crate) async fn wait(&self) -> T {
        poll_fn(|context| {
            let mut state = self.0.borrow_mut();
            match &state.value {
                Some(value) => Poll::Ready(value.clone()),
                None => {
                    state.waiting.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};
    use std::task::Context;

    fn poll_once<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn before_prefers_the_answer_to_the_timer_where_both_are_ready() {
        assert_eq!(poll_once(pin!(before(ready(()), ready(7)))), Poll::Ready(Some(7)));
        assert_eq!(poll_once(pin!(before(ready(()), pending::<u8>()))), Poll::Ready(None));
        assert!(poll_once(pin!(before(pending(), pending::<u8>()))).is_pending());
    }

    #[test]
    fn join_ends_when_the_last_future_does() {
        let gate = Promised::new();
        let seen = RefCell::new(Vec::new());
        let futures: Vec<LocalFuture<'_, ()>> = vec![
            Box::pin(async {
                gate.wait().await;
                seen.borrow_mut().push("second");
            }),
            Box::pin(async { seen.borrow_mut().push("first") }),
        ];
        let background = Background::default();
        let mut all = pin!(join(futures, &background));
        assert!(poll_once(all.as_mut()).is_pending());
        gate.fulfil(());
        assert!(poll_once(all.as_mut()).is_ready());
        assert_eq!(*seen.borrow(), ["first", "second"]);
    }

    #[test]
    fn a_promised_value_reaches_those_who_came_before_and_after() {
        let promised = Promised::new();
        let mut early = pin!(promised.wait());
        assert!(poll_once(early.as_mut()).is_pending());
        promised.fulfil(1);
        promised.fulfil(2);
        assert_eq!(poll_once(early.as_mut()), Poll::Ready(1));
        assert_eq!(poll_once(pin!(promised.wait())), Poll::Ready(1));
    }
}
