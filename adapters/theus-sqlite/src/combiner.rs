//! Group commit: who comes while a group is written waits, and is written with the next one.
//!
//! There is no thread of its own. Whoever comes first leads: takes along what waits, writes it, answers, and hands the lead on to the
//! one that has waited longest. So each leads at most once a submission, nobody is overtaken, and alone it costs two locks that nobody
//! wants.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::{self, ThreadId};

use parking_lot::{Condvar, Mutex, MutexGuard};

pub(crate) struct Combiner<J> {
    state: Mutex<State<J>>,
    /// How many are written together.
    most: usize,
}

struct State<J> {
    leader: Option<ThreadId>,
    waiting: VecDeque<Waiting<J>>,
}

struct Waiting<J> {
    job: J,
    /// None where its thread leads at the moment and cannot wait: an answer has led to another write.
    baton: Option<Arc<Baton>>,
}

struct Baton {
    thread: ThreadId,
    turn: Mutex<Option<Turn>>,
    told: Condvar,
}

#[derive(Clone, Copy)]
enum Turn {
    Answered,
    Leads,
}

impl Baton {
    fn wait(&self) -> Turn {
        let mut turn = self.turn.lock();
        loop {
            match *turn {
                Some(turn) => return turn,
                None => self.told.wait(&mut turn),
            }
        }
    }

    fn pass(&self, told: Turn) {
        *self.turn.lock() = Some(told);
        self.told.notify_one();
    }
}

impl<J> Combiner<J> {
    pub(crate) const fn new(most: usize) -> Self {
        Self { state: Mutex::new(State { leader: None, waiting: VecDeque::new() }), most }
    }

    /// Returns when the job has been part of a group. `lead` is called with a group, by one thread at a time.
    pub(crate) fn submit(&self, job: J, lead: impl Fn(Vec<J>)) {
        let me = thread::current().id();
        let mut state = self.state.lock();
        match state.leader {
            None if state.waiting.is_empty() => {
                state.leader = Some(me);
                drop(state);
                let lead_on = LeadOn { combiner: self, batons: Vec::new() };
                lead(vec![job]);
                match lead_on.answered() {
                    Some(own) => state = own,
                    None => return,
                }
            }
            None => {
                state.leader = Some(me);
                state.waiting.push_back(Waiting { job, baton: None });
            }
            Some(leader) if leader == me => return state.waiting.push_back(Waiting { job, baton: None }),
            Some(_) => {
                let baton = Arc::new(Baton { thread: me, turn: Mutex::new(None), told: Condvar::new() });
                state.waiting.push_back(Waiting { job, baton: Some(Arc::clone(&baton)) });
                drop(state);
                match baton.wait() {
                    Turn::Answered => return,
                    Turn::Leads => state = self.state.lock(),
                }
            }
        }
        loop {
            let most = self.most.min(state.waiting.len());
            let (jobs, batons): (Vec<J>, Vec<_>) =
                state.waiting.drain(..most).map(|Waiting { job, baton }| (job, baton)).unzip();
            drop(state);
            let lead_on = LeadOn { combiner: self, batons };
            lead(jobs);
            match lead_on.answered() {
                Some(own) => state = own,
                None => return,
            }
        }
    }
}

/// Who has led a group, until the lead is handed on: also where leading panics.
struct LeadOn<'a, J> {
    combiner: &'a Combiner<J>,
    batons: Vec<Option<Arc<Baton>>>,
}

impl<'a, J> LeadOn<'a, J> {
    /// Sends the others home and the next one to the front; what is next where its thread is this one.
    fn answered(mut self) -> Option<MutexGuard<'a, State<J>>> {
        self.pass_on()
    }

    fn pass_on(&mut self) -> Option<MutexGuard<'a, State<J>>> {
        self.batons.drain(..).flatten().for_each(|baton| baton.pass(Turn::Answered));
        let mut state = self.combiner.state.lock();
        let next = match state.waiting.front() {
            Some(Waiting { baton: None, .. }) => return Some(state),
            Some(Waiting { baton: Some(baton), .. }) => Some(Arc::clone(baton)),
            None => None,
        };
        state.leader = next.as_ref().map(|baton| baton.thread);
        drop(state);
        if let Some(baton) = next {
            baton.pass(Turn::Leads);
        }
        None
    }
}

impl<J> Drop for LeadOn<'_, J> {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        if let Some(mut state) = self.pass_on() {
            // Whoever comes next takes them along.
            state.leader = None;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use std::cell::Cell;
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_job_is_in_one_group_and_no_two_groups_are_written_at_once() {
        let (combiner, inside) = (Combiner::new(5), AtomicUsize::new(0));
        let (sum, largest) = (AtomicU64::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for from in 0..16_u64 {
                let (combiner, inside, sum, largest) = (&combiner, &inside, &sum, &largest);
                scope.spawn(move || {
                    for job in 0..200 {
                        combiner.submit(from * 200 + job, |jobs: Vec<u64>| {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            largest.fetch_max(jobs.len(), Ordering::SeqCst);
                            sum.fetch_add(jobs.iter().sum::<u64>(), Ordering::SeqCst);
                            thread::yield_now();
                            inside.fetch_sub(1, Ordering::SeqCst);
                        });
                    }
                });
            }
        });
        assert_eq!(sum.into_inner(), (0..3_200).sum::<u64>());
        let largest = largest.into_inner();
        assert!((2..=5).contains(&largest), "{largest}");
    }

    #[test]
    fn an_answer_may_lead_to_another_job() {
        let (combiner, again, done) = (Combiner::new(5), Cell::new(true), Cell::new(0));
        combiner.submit(1, |jobs: Vec<u64>| {
            done.set(done.get() + jobs.iter().sum::<u64>());
            if again.replace(false) {
                combiner.submit(10, |_| panic!("who leads already leads that too"));
            }
        });
        assert_eq!(done.get(), 11);
    }

    #[test]
    fn where_leading_panics_the_others_go_on() {
        let (combiner, led) = (Combiner::new(1), AtomicUsize::new(0));
        thread::scope(|scope| {
            let panics = scope.spawn(|| {
                combiner.submit(0_u64, |_| {
                    while combiner.state.lock().waiting.len() < 2 {
                        thread::sleep(Duration::from_millis(1));
                    }
                    panic!("as code of others may")
                });
            });
            while combiner.state.lock().leader.is_none() {
                thread::yield_now();
            }
            for job in 1..3 {
                let (combiner, led) = (&combiner, &led);
                scope.spawn(move || {
                    combiner.submit(job, |jobs| {
                        led.fetch_add(jobs.len(), Ordering::SeqCst);
                    });
                });
            }
            assert!(panics.join().is_err());
        });
        assert_eq!(led.into_inner(), 2);
        assert!(combiner.state.lock().leader.is_none());
    }
}
