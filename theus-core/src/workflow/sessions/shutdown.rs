//! An end in good order.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::handle::Sessions;
use super::slot::{Slot, must_not_wait};
use super::status::SessionStatus;
use crate::context::Context;

/// How often it is looked whether those that await something are done.
const LOOK: Duration = Duration::from_millis(2);

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// Ends in good order: no event is taken any more, neither from outside nor off a bus, no timer and no session begins
    /// anything; what is under way is finished, retries and compensations included, for so long at most. Then the workers
    /// end. False where something was still under way; it is left as it is, and let go of when its position is taken. A
    /// [run](Self::run) that was begun is under way until it is ready or dropped. Who has [asked](Self::ask) and has no answer by then
    /// is told [`ShutDown`](super::SessionError::ShutDown).
    ///
    /// The sessions stay: their [positions](Self::position) can be taken, and the events that wait on their buses. A stepped
    /// pool does all of its steps here, and lets its clock go on by so much at most.
    ///
    /// From inside a process nothing can be waited for: the pool closes, and the answer is false.
    pub fn shut_down(&self, at_most: Duration) -> bool {
        self.shared.is_closing.store(true, Ordering::SeqCst);
        self.shared.ends_waits_for_room();
        if must_not_wait() {
            return false;
        }
        let is_done = if self.shared.is_stepped { self.step_down(at_most) } else { self.wait_down(at_most) };
        self.worker_threads.lock().end(&self.shared.run_queue, &self.shared.timer_queue);
        self.shared.is_shut.store(true, Ordering::SeqCst);
        // What was not handled by now is not handled here any more.
        self.shared.ends_all_questions();
        is_done
    }

    fn step_down(&self, at_most: Duration) -> bool {
        let end = self.shared.keeper.now().checked_add(at_most);
        loop {
            while self.step() {}
            let due = self.shared.timer_queue.next_due().filter(|due| end.is_none_or(|end| *due <= end));
            let goes_on = if due.is_some() { self.pass_time() } else { self.wait_for_what_is_real(None) };
            if !goes_on {
                return self.under_way(self.shared.all()).is_empty() && !self.shared.runs.are_under_way();
            }
        }
    }

    fn wait_down(&self, at_most: Duration) -> bool {
        let end = Instant::now().checked_add(at_most);
        let left = || end.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        let mut under_way = self.shared.all();
        loop {
            let idle = self.shared.run_queue.wait_until_idle(left());
            under_way = self.under_way(under_way);
            if idle && under_way.is_empty() && !self.shared.runs.are_under_way() {
                return true;
            }
            if left().is_zero() {
                return false;
            }
            std::thread::sleep(LOOK.min(left()));
        }
    }

    /// Those that are in the middle of something, and can go on.
    fn under_way(&self, mut all: Vec<Arc<Slot<D, G, E>>>) -> Vec<Arc<Slot<D, G, E>>> {
        let interlock = self.shared.interlock();
        all.retain(|slot| {
            slot.look().map_or(true, |inner| {
                !inner.session.is_between_events()
                    && matches!(inner.status(interlock.as_deref()), SessionStatus::Running)
            })
        });
        all
    }
}
