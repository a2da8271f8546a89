//! A clock that is moved by hand, and by those who wait for nothing but time.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

use super::{Clock, Nap, Sleep};
use crate::panics::{drop_caught, wake, wake_all};

/// How often who sleeps lets all other tasks have their turn before the clock moves: what they put on the bus came earlier.
const TURNS_OF_OTHERS: u32 = 16;

/// A clock that stands still until it is moved, for tests and simulations. A clone is the same clock.
///
/// It is moved by hand, and by whoever waits for nothing but time: then it jumps to when the first of them is due. Tasks that
/// [sleep](Sleep) by one clock are woken in the order in which they are due, each after all others had their turn.
///
/// A step that awaits something real (another thread, a socket) is waited for in real time, and the clock stands still. Where
/// the step has a time-out, it gets as much real time as that says, but at most what the clock's
/// [patience](Self::with_patience) is (a second); then the clock jumps to the time-out. A step that nothing real will wake,
/// because nobody holds its waker (as with [`std::future::pending`]), is not waited for.
///
/// Its [wall clock](Self::set_wall) can be set apart from the time that goes by, as an administrator sets that of a machine.
///
/// ```
/// use std::time::Duration;
/// use theus_core::workflow::clock::{Clock, VirtualClock};
///
/// let clock = VirtualClock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now().duration_since(before)?, Duration::from_secs(90));
/// # Ok::<(), std::time::SystemTimeError>(())
/// ```
#[derive(Clone)]
pub struct VirtualClock {
    hands: Arc<Mutex<Hands>>,
    patience: Duration,
}

struct Hands {
    wall: SystemTime,
    monotonic: Duration,
    sleepers: BTreeMap<Key, Waker>,
    /// The number of the next sleeper.
    next: u64,
}

/// When a sleeper is due, and its number.
type Key = (Duration, u64);

impl Hands {
    /// Lets time go by: whom to wake.
    fn advance(&mut self, by: Duration) -> Vec<Waker> {
        let (Some(wall), Some(monotonic)) = (self.wall.checked_add(by), self.monotonic.checked_add(by)) else {
            return Vec::new();
        };
        (self.wall, self.monotonic) = (wall, monotonic);
        // Those who are due, and the one who is first after them.
        let later = self.sleepers.range((monotonic, u64::MAX)..).next();
        let due = self.sleepers.range(..=(monotonic, u64::MAX));
        due.chain(later).map(|(_, waker)| waker.clone()).collect()
    }
}

impl VirtualClock {
    /// A clock that begins at the same time in every run: 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn new() -> Self {
        Self::at(SystemTime::UNIX_EPOCH)
    }

    /// A clock that begins at this time.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        let hands = Hands { wall: time, monotonic: Duration::ZERO, sleepers: BTreeMap::new(), next: 0 };
        Self { hands: Arc::new(Mutex::new(hands)), patience: Duration::from_secs(1) }
    }

    /// How much real time it gives a step that awaits something real before it jumps to the end of the step's time: a second
    /// where not given.
    #[must_use]
    pub const fn with_patience(mut self, real: Duration) -> Self {
        self.patience = real;
        self
    }

    /// Lets so much time go by. Beyond what a `SystemTime` can say it stands still.
    pub fn advance(&self, by: Duration) {
        let woken = self.hands.lock().advance(by);
        wake_all(woken);
    }

    /// Goes to this time, if it is later than now; a clock does not go back. With the earliest of the times for which
    /// sessions wait, it is how a simulation goes from one to the next.
    pub fn advance_to(&self, time: SystemTime) {
        let woken = {
            let mut hands = self.hands.lock();
            let by = time.duration_since(hands.wall).unwrap_or_default();
            hands.advance(by)
        };
        wake_all(woken);
    }

    /// Sets the wall clock, back as well. No time goes by: what waits, waits as long as before.
    pub fn set_wall(&self, time: SystemTime) {
        self.hands.lock().wall = time;
    }

    fn nap(&self, due: Duration) -> Nap {
        let id = {
            let mut hands = self.hands.lock();
            hands.next += 1;
            hands.next
        };
        Box::pin(Sleeper { clock: self.clone(), key: (due, id), gave_way: 0 })
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> SystemTime {
        self.hands.lock().wall
    }

    fn monotonic(&self) -> Option<Duration> {
        Some(self.hands.lock().monotonic)
    }

    fn jump_to(&self, time: SystemTime) -> bool {
        self.advance_to(time);
        true
    }

    fn sleeper(&self) -> Option<&dyn Sleep> {
        Some(self)
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

/// By a virtual clock nobody waits: when all who sleep by it have let others have their turn, it goes to the first's time.
impl Sleep for VirtualClock {
    fn until(&self, time: SystemTime) -> Nap {
        let (wall, now) = {
            let hands = self.hands.lock();
            (hands.wall, hands.monotonic)
        };
        self.nap(now.saturating_add(time.duration_since(wall).unwrap_or_default()))
    }

    fn during(&self, time: Duration) -> Nap {
        let now = self.hands.lock().monotonic;
        self.nap(now.saturating_add(time))
    }
}

/// A task that sleeps by a virtual clock.
struct Sleeper {
    clock: VirtualClock,
    key: Key,
    /// How often it let others have their turn since it is the first.
    gave_way: u32,
}

impl Future for Sleeper {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let (due, _) = self.key;
        let clock = self.clock.clone();
        // A waker is an executor's code: no lock is held where it is copied, dropped or woken.
        let waker = task.waker().clone();
        let mut hands = clock.hands.lock();
        if hands.monotonic >= due {
            return Poll::Ready(());
        }
        let old = hands.sleepers.insert(self.key, waker);
        let is_first = hands.sleepers.keys().next() == Some(&self.key);
        if !is_first {
            self.gave_way = 0;
            drop(hands);
            drop_caught(old);
            return Poll::Pending;
        }
        if self.gave_way < TURNS_OF_OTHERS {
            self.gave_way += 1;
            drop(hands);
            drop_caught(old);
            task.waker().wake_by_ref();
            return Poll::Pending;
        }
        let own = hands.sleepers.remove(&self.key);
        let by = due.saturating_sub(hands.monotonic);
        let woken = hands.advance(by);
        // Beyond what can be said it stands still, and nobody waits for what never comes.
        drop(hands);
        drop_caught((old, own));
        wake_all(woken);
        Poll::Ready(())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let (own, next) = {
            let mut hands = self.clock.hands.lock();
            let own = hands.sleepers.remove(&self.key);
            let next = own.is_some().then(|| hands.sleepers.values().next().cloned()).flatten();
            (own, next)
        };
        drop_caught(own);
        // Another may be the first now.
        if let Some(next) = next {
            wake(next);
        }
    }
}

impl Default for VirtualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VirtualClock").field(&self.now()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    #[test]
    fn a_virtual_clock_stands_still_moves_forward_and_never_back() {
        let clock = VirtualClock::new();
        let begin = clock.now();
        assert_eq!(clock.now(), begin);
        clock.clone().advance(Duration::from_secs(5));
        assert_eq!(clock.now(), begin + Duration::from_secs(5), "a clone is the same clock");
        assert!(clock.jump_to(begin + Duration::from_secs(9)));
        clock.advance_to(begin);
        assert_eq!(clock.now(), begin + Duration::from_secs(9));
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), begin + Duration::from_secs(9), "beyond what can be said it stands still");
    }

    #[test]
    fn those_who_sleep_wake_in_the_order_in_which_they_are_due_and_one_that_is_dropped_holds_up_nobody() {
        let clock = VirtualClock::new();
        let mut task = Context::from_waker(Waker::noop());
        let seconds = |seconds| clock.during(Duration::from_secs(seconds));
        let (mut late, mut early, mut gone) = (seconds(10), seconds(5), seconds(1));
        for nap in [&mut gone, &mut late, &mut early] {
            assert!(nap.as_mut().poll(&mut task).is_pending());
        }
        for _ in 0..100 {
            assert!(late.as_mut().poll(&mut task).is_pending(), "another is due before it");
        }
        drop(gone);
        while early.as_mut().poll(&mut task).is_pending() {}
        assert_eq!(clock.monotonic(), Some(Duration::from_secs(5)));
        drop(early);
        while late.as_mut().poll(&mut task).is_pending() {}
        assert_eq!(clock.monotonic(), Some(Duration::from_secs(10)));
        drop(late);
        assert!(clock.hands.lock().sleepers.is_empty());
    }

    /// Notes that it was woken, and panics then.
    struct Hostile(std::sync::atomic::AtomicUsize);

    impl std::task::Wake for Hostile {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            std::panic::resume_unwind(Box::new("woken"));
        }
    }

    #[test]
    fn a_waker_that_panics_holds_up_neither_the_clock_nor_who_sleeps_beside_it() {
        let clock = VirtualClock::new();
        let hostile = Arc::new(Hostile(0.into()));
        let wakers = [(); 2].map(|()| Waker::from(Arc::clone(&hostile)));
        let mut naps = [1, 2, 3].map(|seconds| clock.during(Duration::from_secs(seconds)));
        for (nap, waker) in naps.iter_mut().zip(iter::once(Waker::noop()).chain(&wakers)) {
            assert!(nap.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
        }
        clock.advance(Duration::from_secs(2));
        assert_eq!(hostile.0.load(std::sync::atomic::Ordering::SeqCst), 2, "who is due, and who is next");
        clock.advance_to(SystemTime::UNIX_EPOCH + Duration::from_secs(4));
        assert_eq!(clock.monotonic(), Some(Duration::from_secs(4)));
        for nap in naps {
            drop(nap);
        }
    }

    #[test]
    fn a_clock_that_is_moved_wakes_who_is_due() {
        let clock = VirtualClock::new();
        let mut task = Context::from_waker(Waker::noop());
        let mut nap = clock.until(SystemTime::UNIX_EPOCH + Duration::from_secs(5));
        assert!(nap.as_mut().poll(&mut task).is_pending());
        clock.set_wall(SystemTime::UNIX_EPOCH + Duration::from_secs(50));
        assert!(nap.as_mut().poll(&mut task).is_pending(), "no time has gone by");
        clock.advance(Duration::from_secs(5));
        assert!(nap.as_mut().poll(&mut task).is_ready());
    }
}
