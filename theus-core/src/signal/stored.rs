//! What a queue does where a store keeps its events: they have numbers there, by which the store is told that they wait no longer.

#[cfg(feature = "store")]
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

#[cfg(feature = "store")]
use super::Event;
#[cfg(feature = "store")]
use super::lanes::Queued;
use super::queue::{Queue, deadline};
#[cfg(feature = "store")]
use crate::sync::Ordering;

/// An event that waits, for whoever stores it.
#[cfg(feature = "store")]
pub(crate) struct Waiting {
    pub(crate) event: Event,
    /// Whether it overtakes what is not urgent.
    pub(crate) urgent: bool,
    /// Whether it is for the session's own workflow.
    pub(crate) internal: bool,
    /// The date at which it came, in nanoseconds since 1970, where somebody needs to know.
    pub(crate) came: Option<u64>,
}

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

    /// When the events of these numbers came.
    #[cfg(feature = "store")]
    pub(super) fn came_at(&self, moments: BTreeMap<u64, Option<Duration>>) {
        let mut lanes = self.lanes.lock();
        let lanes = &mut *lanes;
        for queued in lanes.urgent.iter_mut().chain(&mut lanes.normal).filter(|queued| queued.number != 0) {
            if let Some(came) = moments.get(&queued.number) {
                queued.came = queued.came.or(*came);
            }
        }
    }

    /// What waits, each with whether it is urgent, and whether it is for the workflow alone.
    #[cfg(feature = "store")]
    pub(super) fn all_waiting(&self) -> Vec<(T, bool, bool, Option<Duration>, u64)> {
        let lanes = self.lanes.lock();
        let lane = |lane: &VecDeque<Queued<T>>, urgent: bool| {
            lane.iter()
                .map(|queued| (queued.what.clone(), urgent, false, queued.came, queued.number))
                .collect::<Vec<_>>()
        };
        let raised = lanes.raised.iter().flat_map(|raised| &raised.events);
        let raised = raised.map(|(event, urgent)| (event.clone(), *urgent, true, None, 0));
        lane(&lanes.urgent, true).into_iter().chain(lane(&lanes.normal, false)).chain(raised).collect()
    }
}
