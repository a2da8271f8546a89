//! What wakes whoever waits for messages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// Wakes whoever waits for messages.
#[derive(Default)]
pub(in crate::engine) struct Bell {
    state: Mutex<Rung>,
    changed: Condvar,
}

#[derive(Default)]
struct Rung {
    times: u64,
    /// How many couriers there are, and whether they want to know which sessions have sent something here.
    listeners: usize,
    wants_sessions: bool,
    /// With the number of the last message.
    sessions: BTreeMap<Arc<str>, u64>,
}

impl Bell {
    /// The session has sent messages until this number.
    pub(in crate::engine) fn tell(&self, session: &str, number: u64) {
        let mut state = self.state.lock();
        if state.wants_sessions {
            state.sessions.insert(session.into(), number);
        }
        state.times += 1;
        self.changed.notify_all();
    }

    pub(in crate::engine) fn ring(&self) {
        self.state.lock().times += 1;
        self.changed.notify_all();
    }

    /// A courier begins, which wants to know or not which sessions have sent something here.
    pub(in crate::engine) fn is_listened_to(&self, wants_sessions: bool) {
        let mut state = self.state.lock();
        state.listeners += 1;
        state.wants_sessions |= wants_sessions;
    }

    pub(in crate::engine) fn is_not_listened_to(&self) {
        let mut state = self.state.lock();
        state.listeners = state.listeners.saturating_sub(1);
        if state.listeners == 0 {
            // Nobody would take them.
            state.wants_sessions = false;
            state.sessions.clear();
        }
    }

    /// What has sent something here since it was asked last.
    pub(in crate::engine) fn sent_here(&self) -> BTreeMap<Arc<str>, u64> {
        std::mem::take(&mut self.state.lock().sessions)
    }

    /// How often it has rung by now.
    pub(in crate::engine) fn rung(&self) -> u64 {
        self.state.lock().times
    }

    /// Waits until it has rung more often than that.
    pub(in crate::engine) fn wait(&self, than: u64, at_most: Duration) {
        let mut state = self.state.lock();
        if state.times == than {
            self.changed.wait_for(&mut state, at_most);
        }
    }
}
