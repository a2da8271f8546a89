//! What a queue does where a store keeps its events: they have numbers there, by which the store is told that they wait no longer.

#[cfg(feature = "store")]
use std::collections::VecDeque;
use std::time::Duration;

#[cfg(feature = "store")]
use super::lanes::Queued;
use super::queue::{Queue, deadline};
#[cfg(feature = "store")]
use crate::sync::Ordering;

impl<T: Clone> Queue<T> {
    /// Waits for room for one, with the thread blocked; how many are waiting where there is none.
    pub(super) fn wait_for_room(&self, capacity: usize, at_most: Duration) -> Result<(), usize> {
        let mut lanes = self.lanes.lock();
        if lanes.len() >= capacity && capacity > 0 && !at_most.is_zero() {
            lanes.stats.waited += 1;
            lanes.sleepers += 1;
            let deadline = deadline(at_most);
            while lanes.len() >= capacity && !lanes.is_closed() {
                if self.changed.wait_until(&mut lanes, deadline).timed_out() {
                    break;
                }
            }
            lanes.sleepers -= 1;
        }
        if lanes.len() < capacity {
            return Ok(());
        }
        lanes.stats.refused += 1;
        Err(lanes.len())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lanes.lock().is_closed()
    }

    /// Whether a transaction that raises so many has room for them: `By` the workflow's own step, or for anybody.
    #[cfg(feature = "store")]
    pub(super) fn has_room(&self, capacity: usize, offered: usize, raised: bool) -> Result<(), usize> {
        let mut lanes = self.lanes.lock();
        let waiting = if raised { lanes.raised_waiting() } else { lanes.len() };
        if waiting.saturating_add(offered) <= capacity {
            return Ok(());
        }
        lanes.stats.refused += offered as u64;
        Err(waiting)
    }

    /// The numbers of stored events that wait no longer, as far as nobody has asked before.
    #[cfg(feature = "store")]
    pub(super) fn take_gone(&self) -> Vec<u64> {
        self.lanes.lock().rare.as_mut().map(|rare| std::mem::take(&mut rare.gone)).unwrap_or_default()
    }

    /// One is the first again.
    #[cfg(feature = "store")]
    pub(super) fn put_back(&self, event: T, urgent: bool, mut numbers: Vec<u64>) {
        let mut lanes = self.lanes.lock();
        // Its own is the last that was taken.
        let number = numbers.pop().unwrap_or(0);
        let queued = Queued { what: event, came: None, number };
        if urgent {
            lanes.urgent.push_front(queued)
        } else {
            lanes.normal.push_front(queued)
        }
        self.has_urgent.store(!lanes.urgent.is_empty(), Ordering::Release);
        lanes.rare.get_or_insert_default().gone.extend(numbers);
    }

    /// What waits, each with whether it is urgent, and whether it is for the workflow alone.
    #[cfg(feature = "store")]
    pub(super) fn all_waiting(&self) -> Vec<(T, bool, bool)> {
        let lanes = self.lanes.lock();
        let lane = |lane: &VecDeque<Queued<T>>, urgent: bool| {
            lane.iter().map(|queued| (queued.what.clone(), urgent, false)).collect::<Vec<_>>()
        };
        let raised = lanes.raised.iter().flat_map(|raised| &raised.events);
        let raised = raised.map(|(event, urgent)| (event.clone(), *urgent, true));
        lane(&lanes.urgent, true).into_iter().chain(lane(&lanes.normal, false)).chain(raised).collect()
    }
}
