//! What is asked of a session from outside, between two of its steps.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

/// What was asked of a session since it looked last. A session that was asked nothing has nothing here but a flag.
#[derive(Debug, Default)]
pub(in crate::workflow) struct Requests {
    /// Whether there is anything: what a session looks at before each step.
    any: AtomicBool,
    asked: Mutex<Option<Box<Asked>>>,
}

/// The last that was asked of each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::workflow) struct Asked {
    pub(in crate::workflow) pause: Option<bool>,
    pub(in crate::workflow) cancel: Option<String>,
}

impl Requests {
    /// To be paused, or to go on.
    pub(in crate::workflow) fn pause(&self, paused: bool) {
        self.ask(|asked| asked.pause = Some(paused));
    }

    pub(in crate::workflow) fn cancel(&self, reason: String) {
        self.ask(|asked| asked.cancel = Some(reason));
    }

    fn ask(&self, ask: impl FnOnce(&mut Asked)) {
        let mut asked = self.asked.lock();
        ask(asked.get_or_insert_default());
        self.any.store(true, Ordering::Release);
    }

    /// What was asked since it was taken last.
    pub(in crate::workflow) fn take(&self) -> Option<Box<Asked>> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut asked = self.asked.lock();
        // Under the lock, as it is set: nothing that is asked now is passed over.
        self.any.store(false, Ordering::Relaxed);
        asked.take()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_last_that_was_asked_of_each_is_taken_once() {
        let requests = Requests::default();
        assert_eq!(requests.take(), None);
        requests.pause(true);
        requests.cancel("the first".to_owned());
        requests.pause(false);
        requests.cancel("the last".to_owned());
        let asked = Asked { pause: Some(false), cancel: Some("the last".to_owned()) };
        assert_eq!(requests.take().as_deref(), Some(&asked));
        assert_eq!(requests.take(), None);
        requests.pause(true);
        assert_eq!(requests.take().as_deref(), Some(&Asked { pause: Some(true), cancel: None }));
    }

    #[test]
    fn nothing_that_is_asked_is_lost_however_threads_meet() {
        let requests = Requests::default();
        let last = std::thread::scope(|scope| {
            let taking = scope.spawn(|| {
                let mut last = String::new();
                while last != "1000" {
                    last = requests.take().and_then(|asked| asked.cancel).unwrap_or(last);
                }
                last
            });
            (1..=1000).for_each(|number: u32| requests.cancel(number.to_string()));
            taking.join().unwrap()
        });
        assert_eq!((last.as_str(), requests.take()), ("1000", None));
    }
}
