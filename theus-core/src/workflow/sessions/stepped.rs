//! Sessions that go on one step at a time, in an order that follows from a seed: whole systems in a test.

use std::time::{Duration, Instant, SystemTime};

use super::handle::Sessions;
use super::slot::must_not_wait;
use crate::context::Context;
use crate::sync::apart::InPlace;
use crate::workflow::clock::Moment;

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// Lets one of the sessions that have something to do make one step; which, follows from the seed. False where none
    /// has, and from inside a process. For pools that were [`stepped`](super::SessionsBuilder::stepped); any other is driven
    /// by its workers.
    pub fn step(&self) -> bool {
        if !self.shared.is_stepped || must_not_wait() {
            return false;
        }
        self.shared.timer_queue.wake_due();
        let choose = |waiting| self.shared.random.lock().usize(..waiting);
        let Some(ready) = self.shared.run_queue.take_one(choose) else { return false };
        // What a thread of its own would come to, and when, follows from no seed.
        let _here = InPlace::enter();
        ready.go();
        true
    }

    /// Steps until no session has anything to do, or so many steps were made. Says how many.
    pub fn step_until_idle(&self, at_most: usize) -> usize {
        (0..at_most).take_while(|_| self.step()).count()
    }

    /// When the next session goes on by itself: a timer, another try, a limit of time.
    #[must_use]
    pub fn next_due(&self) -> Option<SystemTime> {
        self.shared.keeper.date(self.shared.timer_queue.next_due()?)
    }

    /// Lets the clock go to the time when the next session goes on by itself, where it is one that can. False where none
    /// waits for a time. A session that awaits something real is waited for before, in real time, as long as the clock's
    /// [patience](crate::workflow::Clock::patience) lasts: if it goes on, the clock stands still.
    pub fn pass_time(&self) -> bool {
        let Some(due) = self.shared.timer_queue.next_due() else { return false };
        self.wait_for_what_is_real(Some(due))
            || (self.shared.keeper.jump_to(due) && self.shared.timer_queue.wake_due() > 0)
    }

    /// Whether a session that awaits something real goes on before this time of the clock, or before its patience is over.
    pub(super) fn wait_for_what_is_real(&self, due: Option<Moment>) -> bool {
        let (real, keeper) = (&self.shared.real, &self.shared.keeper);
        if !real.is_awaited() || !keeper.jumps() {
            return false;
        }
        let time = due.map_or(Duration::MAX, |due| keeper.left(due));
        real.wait(time, keeper.clock().patience(), |end: Instant| self.shared.run_queue.wait_for_work(end))
    }

    /// Steps, and lets time go by, until nothing is left to do or to wait for, or so many steps were made. Says how many.
    pub fn step_to_the_end(&self, at_most: usize) -> usize {
        let mut steps = 0;
        while steps < at_most {
            let made = self.step_until_idle(at_most - steps);
            steps += made;
            if made == 0 && !self.pass_time() && !self.wait_for_what_is_real(None) {
                break;
            }
        }
        steps
    }
}
