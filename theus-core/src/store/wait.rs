//! A thread that waits for the answer of a store.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::error::StoreError;
use super::write::{Committed, Done};

type Answer = Result<Committed, StoreError>;

/// Where the answer is put.
#[derive(Default)]
struct Place {
    answer: Mutex<(Option<Answer>, bool)>,
    changed: Condvar,
}

/// Waits for it.
pub(super) struct Waiting(Arc<Place>);

/// Who is to answer: dropped without a word, there is none.
struct Answering(Arc<Place>);

pub(super) fn answer() -> (Done, Waiting) {
    let place = Arc::new(Place::default());
    let answering = Answering(Arc::clone(&place));
    (Box::new(move |answer| answering.tell(answer)), Waiting(place))
}

impl Waiting {
    /// None where nobody is left who could answer.
    pub(super) fn wait(self) -> Option<Answer> {
        let mut place = self.0.answer.lock();
        loop {
            match &mut *place {
                (Some(_), _) => return place.0.take(),
                (None, true) => return None,
                (None, false) => self.0.changed.wait(&mut place),
            }
        }
    }
}

impl Answering {
    fn tell(self, answer: Answer) {
        self.0.answer.lock().0 = Some(answer);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answer.lock().1 = true;
        self.0.changed.notify_one();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_answer_comes_whoever_is_first() {
        let (done, waiting) = answer();
        done(Ok(Committed));
        assert!(matches!(waiting.wait(), Some(Ok(_))));
        let (done, waiting) = answer();
        let later = thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            done(Ok(Committed));
        });
        assert!(matches!(waiting.wait(), Some(Ok(_))));
        later.join().unwrap();
    }

    #[test]
    fn who_is_dropped_without_a_word_gives_no_answer() {
        let (done, waiting) = answer();
        drop(done);
        assert!(waiting.wait().is_none());
        let (done, waiting) = answer();
        let later = thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            drop(done);
        });
        assert!(waiting.wait().is_none());
        later.join().unwrap();
    }
}
