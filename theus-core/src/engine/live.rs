//! The sessions of a store that are open in this program, so that each is one.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Weak};

use parking_lot::{Mutex, MutexGuard};

use crate::audit::Text;

/// So many sessions are opened at a time, each waiting for the store.
const OPENINGS: usize = 64;
/// So many that are gone are let go of together.
const MOST_GONE: usize = 64;

/// Sessions by their names. It keeps none of them open.
pub(super) struct Live<T> {
    open: Mutex<Open<T>>,
    /// Held by who opens a session, one of them by its name: whoever asks for it twice gets it twice, and who asks for another one
    /// does not wait for the store on its behalf.
    openings: [Mutex<()>; OPENINGS],
}

struct Open<T> {
    sessions: BTreeMap<Text, Weak<T>>,
    /// When there are as many, it is looked who is gone: a quarter more than there were then, so that one who is opened costs the same,
    /// however many there are.
    most: usize,
}

impl<T> Live<T> {
    /// The session, where it is open.
    pub(super) fn get(&self, name: &Text) -> Option<Arc<T>> {
        self.open.lock().sessions.get(name).and_then(Weak::upgrade)
    }

    /// Nobody else opens the session as long as this is held, nor takes it out of the store.
    pub(super) fn opening(&self, name: &Text) -> MutexGuard<'_, ()> {
        self.lock_of(name).lock()
    }

    fn lock_of(&self, name: &Text) -> &Mutex<()> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(name.as_str());
        &self.openings[(hash % OPENINGS as u64) as usize]
    }

    /// It is open from now on, for as long as somebody has it.
    pub(super) fn insert(&self, name: Text, session: &Arc<T>) {
        let mut open = self.open.lock();
        if open.sessions.len() >= open.most {
            open.sessions.retain(|_, session| session.strong_count() > 0);
            open.most = open.sessions.len() + open.sessions.len() / 4 + MOST_GONE;
        }
        open.sessions.insert(name, Arc::downgrade(session));
    }

    /// It is not the one of its name any more: who asks for that opens it anew.
    pub(super) fn forget(&self, name: &Text, session: &Arc<T>) {
        let mut open = self.open.lock();
        if open.sessions.get(name).is_some_and(|there| std::ptr::eq(there.as_ptr(), Arc::as_ptr(session))) {
            open.sessions.remove(name);
        }
    }
}

impl<T> Default for Live<T> {
    fn default() -> Self {
        let open = Open { sessions: BTreeMap::new(), most: MOST_GONE };
        Self { open: Mutex::new(open), openings: std::array::from_fn(|_| Mutex::default()) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn name(number: usize) -> Text {
        Text::from(format!("session {number}"))
    }

    #[test]
    fn those_that_are_gone_are_forgotten_and_seldom_looked_for() {
        let live = Live::default();
        let kept: Vec<_> = (0..1_000).map(Arc::new).collect();
        kept.iter().for_each(|session| live.insert(name(**session), session));
        let (mut looks, mut before) = (0, 0);
        for number in 1_000..100_000 {
            live.insert(name(number), &Arc::new(number));
            let there = live.open.lock().sessions.len();
            looks += usize::from(there <= before);
            before = there;
            assert!(there <= 1_000 + 1_000 / 4 + MOST_GONE, "{there}");
        }
        // It is looked through them once for each three hundred that come.
        assert!((1..=99_000 / 300).contains(&looks), "{looks}");
        assert!(kept.iter().all(|session| live.get(&name(**session)).is_some()));
        assert!(live.get(&name(50_000)).is_none());
    }

    #[test]
    fn a_session_is_opened_by_one_at_a_time_and_most_others_beside_it() {
        let live = Live::<()>::default();
        let opening = live.opening(&name(0));
        assert!(live.lock_of(&name(0)).try_lock().is_none());
        let beside = (1..1_000).filter(|other| live.lock_of(&name(*other)).try_lock().is_some());
        assert!(beside.count() > 950);
        drop(opening);
        assert!(live.lock_of(&name(0)).try_lock().is_some());
    }
}
