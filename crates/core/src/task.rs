//! Futures together: side by side, against the clock, and shared.
//!
//! `futures-util` has all three, with machinery for many threads and thousands of futures that would
//! double the size of this crate in WebAssembly. A login waits for a handful of calls on one thread.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use claimsmith_expression::list::keep;

/// A future with its type forgotten, so that futures of several kinds share one list and one copy of
/// the code that polls them.
pub(crate) type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Futures that others start while they run.
pub(crate) type Background<'a> = RefCell<Vec<LocalFuture<'a, ()>>>;

/// The time for which a login waits for its background futures, in milliseconds.
pub(crate) const GRACE_MS: u32 = 250;

/// Runs the futures side by side until each is ready. Those in the background run as well, and are given up `grace`
/// after that: returns whether they were all ready.
pub(crate) async fn join<'b, T: Future<Output = ()>>(
    mut futures: Vec<LocalFuture<'_, ()>>,
    background: &Background<'b>,
    grace: impl FnOnce() -> T,
) -> bool {
    let mut started: Vec<LocalFuture<'b, ()>> = Vec::new();
    let poll_started = &mut |context: &mut Context<'_>| {
        started.append(&mut background.borrow_mut());
        keep(&mut started, &mut |future| future.as_mut().poll(context).is_pending());
        started.is_empty()
    };
    let mut is_done = false;
    poll_fn(|context| {
        keep(&mut futures, &mut |future| future.as_mut().poll(context).is_pending());
        is_done = poll_started(context);
        if futures.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    if is_done {
        return true;
    }
    let rest = poll_fn(|context| if poll_started(context) { Poll::Ready(()) } else { Poll::Pending });
    timeout(grace(), rest).await.is_some()
}

/// The future's output, or `None` where the timer is ready first. The one that loses is dropped.
pub(crate) async fn timeout<T>(
    timer: impl Future<Output = ()>,
    future: impl Future<Output = T>,
) -> Option<T> {
    // Behind a pointer, so that what polls them is there once and not in each copy of this.
    let mut timer: Pin<&mut dyn Future<Output = ()>> = pin!(timer);
    let mut future: Pin<&mut dyn Future<Output = T>> = pin!(future);
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

    fn poll_once<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn timeout_prefers_the_answer_to_the_timer_where_both_are_ready() {
        assert_eq!(poll_once(pin!(timeout(ready(()), ready(7)))), Poll::Ready(Some(7)));
        assert_eq!(poll_once(pin!(timeout(ready(()), pending::<u8>()))), Poll::Ready(None));
        assert!(poll_once(pin!(timeout(pending(), pending::<u8>()))).is_pending());
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
        let mut all = pin!(join(futures, &background, pending));
        assert!(poll_once(all.as_mut()).is_pending());
        gate.fulfil(());
        assert_eq!(poll_once(all.as_mut()), Poll::Ready(true));
        assert_eq!(*seen.borrow(), ["first", "second"]);
    }

    #[test]
    fn join_gives_the_background_its_time_of_grace_and_no_more() {
        let (work, late, grace) = (Promised::new(), Promised::new(), Promised::new());
        let background = Background::default();
        background.borrow_mut().push(Box::pin(late.wait()));
        let mut all = pin!(join(vec![Box::pin(work.wait())], &background, || grace.wait()));
        assert!(poll_once(all.as_mut()).is_pending());
        // While the work takes its own time, that of grace has not begun.
        grace.fulfil(());
        assert!(poll_once(all.as_mut()).is_pending());
        work.fulfil(());
        assert_eq!(poll_once(all.as_mut()), Poll::Ready(false));
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
