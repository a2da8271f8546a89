//! Calling code that is not ours and may panic: of a user's types, of log subscribers, wakers, sinks and clocks.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How often what a panic brought along is dropped, where that panics again: then it is kept for good.
const MOST_DROPS: usize = 8;

/// What a panic brought along. Dropping it is caught too, and so is what that panics with.
pub struct Panic(Option<Box<dyn Any + Send>>);

impl Panic {
    /// What the panic said, where it said it in words.
    pub fn message(&self) -> String {
        let text = self.0.as_ref().and_then(|payload| {
            let text = payload.downcast_ref::<&'static str>().map(|text| (*text).to_owned());
            text.or_else(|| payload.downcast_ref::<String>().cloned())
        });
        text.unwrap_or_else(|| "(no message)".to_owned())
    }
}

impl From<Box<dyn Any + Send>> for Panic {
    fn from(payload: Box<dyn Any + Send>) -> Self {
        Self(Some(payload))
    }
}

impl Drop for Panic {
    fn drop(&mut self) {
        let mut payload = self.0.take();
        for _ in 0..MOST_DROPS {
            let Some(dropped) = payload.take() else { return };
            payload = catch_unwind(AssertUnwindSafe(|| drop(dropped))).err();
        }
        std::mem::forget(payload);
    }
}

/// Calls code that may panic.
#[inline(always)]
pub fn caught<T>(code: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(code)).map_err(Panic::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use std::panic::panic_any;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Panics when dropped, with another of its kind, so many times.
    struct Bomb(usize, Arc<AtomicUsize>);

    impl Drop for Bomb {
        fn drop(&mut self) {
            self.1.fetch_add(1, Ordering::Relaxed);
            if self.0 > 0 {
                panic_any(Self(self.0 - 1, Arc::clone(&self.1)));
            }
        }
    }

    #[test]
    fn a_payload_whose_drop_panics_with_a_payload_whose_drop_panics_goes_no_further() {
        for bombs in [0, 1, 3, MOST_DROPS - 1, 1_000] {
            let dropped = Arc::new(AtomicUsize::new(0));
            drop(caught(|| panic_any(Bomb(bombs, Arc::clone(&dropped)))));
            assert_eq!(dropped.load(Ordering::Relaxed), (bombs + 1).min(MOST_DROPS));
        }
    }

    #[test]
    fn a_message_is_told_where_there_is_one() {
        let message = |code: fn()| caught(code).err().map(|panic| panic.message());
        assert_eq!(message(|| panic!("said")).as_deref(), Some("said"));
        assert_eq!(message(|| panic!("{} said", 1)).as_deref(), Some("1 said"));
        assert_eq!(message(|| panic_any(7)).as_deref(), Some("(no message)"));
        assert_eq!(message(|| ()), None);
    }
}
