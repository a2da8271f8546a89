//! The invariants.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use theus_core::signal::{Event, Origin};
use theus_core::workflow::chart::Definition;
use theus_core::workflow::sessions::{Happening, SessionEntry, SessionStatus};
use theus_core::workflow::trace::{Ended, Role, What};
use theus_core::workflow::{Cause, Handled};

use super::till::{CAPACITY, LIMIT, Outside, PUT, TAKE, Till, Tills};

/// How much of what happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) refused: u64,
    pub(super) handled: u64,
    commits: u64,
    rollbacks: u64,
    retries: u64,
    timeouts: u64,
    compensations: u64,
    timers: u64,
    signals: u64,
    failed: u64,
    runaways: u64,
    aborted: u64,
    cancelled: u64,
    finished: u64,
    pub(super) paused: u64,
    resumed: u64,
    pub(super) halted: u64,
    pub(super) killed: u64,
    pub(super) shut_down: u64,
    pub(super) closed: u64,
}

impl Tally {
    fn counts(&mut self) -> [(&'static str, &mut u64); 21] {
        [
            ("accepted", &mut self.accepted),
            ("refused", &mut self.refused),
            ("handled", &mut self.handled),
            ("commits", &mut self.commits),
            ("rollbacks", &mut self.rollbacks),
            ("retries", &mut self.retries),
            ("timeouts", &mut self.timeouts),
            ("compensations", &mut self.compensations),
            ("timers", &mut self.timers),
            ("signals", &mut self.signals),
            ("failed", &mut self.failed),
            ("runaways", &mut self.runaways),
            ("aborted", &mut self.aborted),
            ("cancelled", &mut self.cancelled),
            ("finished", &mut self.finished),
            ("paused", &mut self.paused),
            ("resumed", &mut self.resumed),
            ("halted", &mut self.halted),
            ("killed", &mut self.killed),
            ("shut down", &mut self.shut_down),
            ("closed", &mut self.closed),
        ]
    }

    pub(super) fn add(&mut self, other: &Self) {
        let mut other = other.clone();
        for ((_, mine), (_, more)) in self.counts().into_iter().zip(other.counts()) {
            *mine += *more;
        }
    }

    /// Everything that can happen has happened.
    pub(super) fn is_rich(&self) -> bool {
        self.clone().counts().iter().all(|(_, count)| **count > 0)
    }
}

/// What is known of one session, whatever pool it is in.
#[derive(Default)]
struct Known {
    /// Events from outside that were accepted, and those that were taken off the bus.
    accepted: u64,
    taken: u64,
    /// Numbers that were accepted and that were handled; the last of each producer that was handled.
    numbers: HashSet<u64>,
    handled: HashSet<u64>,
    last: HashMap<u64, u64>,
    balance: i64,
    /// The number of the trace's last entry in this pool.
    entry: u64,
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<String, Known>,
    tally: Tally,
    wrong: Vec<String>,
}

/// Looks on at everything, in any pool.
#[derive(Clone, Default)]
pub(super) struct Checker(Arc<Mutex<Inner>>);

/// Whose event a number is, of so many producers.
pub(super) const PRODUCERS: u64 = 3;

impl Checker {
    /// A session begins with so much in its till.
    pub(super) fn begin(&self, session: &str, balance: i64) {
        self.0.lock().unwrap().sessions.entry(session.to_owned()).or_default().balance += balance;
    }

    /// An event is about to be emitted: it may be handled before the one who emits knows that it was taken.
    pub(super) fn about_to(&self, session: &str, number: Option<u64>) {
        let mut inner = self.0.lock().unwrap();
        let known = inner.sessions.entry(session.to_owned()).or_default();
        known.accepted += 1;
        known.numbers.extend(number);
        inner.tally.accepted += 1;
    }

    /// What was about to be emitted was refused.
    pub(super) fn refused(&self, session: &str, number: Option<u64>) {
        let mut inner = self.0.lock().unwrap();
        let known = inner.sessions.entry(session.to_owned()).or_default();
        known.accepted -= 1;
        if let Some(number) = number {
            known.numbers.remove(&number);
        }
        let doubled = number.is_some_and(|number| known.handled.contains(&number));
        inner.tally.accepted -= 1;
        inner.tally.refused += 1;
        if doubled {
            inner.wrong.push(format!("{session}: {number:?} was refused, and handled"));
        }
    }

    pub(super) fn count(&self, add: impl FnOnce(&mut Tally)) {
        add(&mut self.0.lock().unwrap().tally);
    }

    /// What an observer is told.
    pub(super) fn observe(&self, session: &str, happening: &Happening<'_>) {
        let mut inner = self.0.lock().unwrap();
        match happening {
            Happening::Handled(handled) => inner.handled(session, handled),
            Happening::Trouble { problem, handled } if problem.starts_with("more than 40 moves") => {
                inner.tally.runaways += 1;
                inner.handled(session, handled);
            }
            other => inner.wrong.push(format!("{session}: {other:?}")),
        }
    }

    /// One entry of a trace, of all of them without a gap.
    pub(super) fn entry(&self, entry: &SessionEntry) {
        self.0.lock().unwrap().entry(entry);
    }

    /// The trace of a session begins anew.
    pub(super) fn leaves(&self, session: &str) {
        if let Some(known) = self.0.lock().unwrap().sessions.get_mut(session) {
            known.entry = 0;
        }
    }

    /// The event of a signal was taken off an old bus and emitted anew: from now on it is one from outside.
    pub(super) fn moved(&self, session: &str) {
        self.0.lock().unwrap().sessions.entry(session.to_owned()).or_default().accepted += 1;
    }

    /// The traces begin anew.
    pub(super) fn new_pool(&self) {
        self.0.lock().unwrap().sessions.values_mut().for_each(|known| known.entry = 0);
    }

    /// A session that is at rest for ever.
    pub(super) fn last_look(&self, tills: &Tills, outside: &Outside, session: &str) {
        let (engine, status) = (tills.engine(session).unwrap(), tills.status(session).unwrap());
        let left: Vec<Event> = std::iter::from_fn(|| engine.bus().try_next()).collect();
        if !status.is_over() && !left.is_empty() {
            self.wrong(format!("{session} is {status} and has not handled {left:?}"));
        }
        let external = left.iter().filter(|event| event.origin == Origin::External).count() as u64;
        let mut till = engine.snapshot().unwrap().to_context();
        till.raised = outside.to_be_heard(&till.raised);
        self.settle(session, &till, &status, external);
        let [heard, raised] = [&till.heard, &till.raised].map(|signals| outside.lines(signals));
        for (heard, raised) in heard.iter().zip(&raised) {
            if !raised.starts_with(heard) {
                self.wrong(format!("{session} raised {raised:?} and heard {heard:?}"));
            }
        }
    }

    fn settle(&self, session: &str, till: &Till, status: &SessionStatus, left: u64) {
        let mut inner = self.0.lock().unwrap();
        match status {
            SessionStatus::Finished => inner.tally.finished += 1,
            SessionStatus::Aborted { .. } => inner.tally.aborted += 1,
            SessionStatus::Cancelled { .. } => inner.tally.cancelled += 1,
            SessionStatus::Running => {}
            other => inner.wrong.push(format!("{session} is at the end {other}")),
        }
        let Inner { sessions, wrong, .. } = &mut *inner;
        let Some(known) = sessions.get(session) else { return };
        if known.accepted != known.taken + left {
            let Known { accepted, taken, .. } = known;
            wrong.push(format!("{session} accepted {accepted}, took {taken} and left {left} events"));
        }
        if known.balance != till.balance {
            wrong.push(format!("{session} has {}, its commits come to {}", till.balance, known.balance));
        }
        if !status.is_over() && till.heard.len() != till.raised.len() {
            wrong.push(format!("{session} is {status}, raised {:?} and heard {:?}", till.raised, till.heard));
        }
    }

    /// Bounds, and that what is refused changes nothing, are looked at from outside.
    pub(super) fn wrong(&self, what: String) {
        self.0.lock().unwrap().wrong.push(what);
    }

    pub(super) fn bounded(&self, tills: &Tills, session: &str) {
        let waiting = tills.engine(session).unwrap().bus().len();
        if waiting > CAPACITY {
            self.wrong(format!("{session}: {waiting} events on a bus for {CAPACITY}"));
        }
    }

    pub(super) fn outcome(&self, outside: &Outside) -> (Tally, Vec<String>) {
        let mut inner = self.0.lock().unwrap();
        let mut wrong = std::mem::take(&mut inner.wrong);
        wrong.extend(outside.take_wrong());
        (inner.tally.clone(), wrong)
    }
}

impl Inner {
    fn handled(&mut self, session: &str, handled: &Handled) {
        self.tally.handled += 1;
        self.tally.failed += u64::from(handled.failed);
        if handled.steps.len() > LIMIT {
            self.wrong.push(format!("{session}: {} steps of one event", handled.steps.len()));
        }
        // What a chain that fails has committed is made good.
        let takes = handled.steps.iter().filter(|step| step.process == "take" && step.result.is_ok());
        // One that says not how: it stays where the chain is cancelled before its end.
        let stays = handled.event.as_ref().is_some_and(|event| event.name.to_string() == "CMD_TAKE");
        let taken = if stays { 0 } else { takes.count() };
        let given_back = handled.compensations.iter().filter(|step| step.result.is_ok()).count();
        if handled.cause != Cause::Restart && given_back != if handled.failed { taken } else { 0 } {
            self.wrong.push(format!("{session}: took {taken} times, gave back {given_back} times: {handled:?}"));
        }
        let Some(event) = &handled.event else { return };
        match event.origin {
            Origin::External | Origin::Asked { .. } => self.handled_external(session, event),
            Origin::Signal { version, .. } => {
                self.tally.signals += 1;
                let early = handled.steps.iter().find(|step| step.result.is_ok() && step.version <= version);
                if let Some(step) = early {
                    let (process, made) = (step.process, step.version);
                    self.wrong
                        .push(format!("{session}: `{process}` made version {made}, the signal came with {version}"));
                }
            }
            Origin::Chain => {}
        }
    }

    fn handled_external(&mut self, session: &str, event: &Event) {
        let number = event.payload.as_ref().and_then(|payload| payload.value().get("number")?.as_u64());
        let Some(number) = number else { return };
        let known = self.sessions.entry(session.to_owned()).or_default();
        let last = known.last.insert(number % PRODUCERS, number);
        let problem = if !known.numbers.contains(&number) {
            "was never accepted"
        } else if !known.handled.insert(number) {
            "was handled before"
        } else if last.is_some_and(|last| last >= number) {
            "was overtaken by a later one of its producer"
        } else {
            return;
        };
        self.wrong.push(format!("{session}: event {number} {problem}"));
    }

    fn entry(&mut self, entry: &SessionEntry) {
        let known = self.sessions.entry(entry.session.to_string()).or_default();
        let told = entry.item.entry();
        if told.number != known.entry + 1 {
            self.wrong.push(format!("{}: entry {} after {}", entry.session, told.number, known.entry));
        }
        known.entry = told.number;
        match &told.what {
            What::Event { origin: Origin::External, .. } => known.taken += 1,
            What::Run { ended: Ended::Committed, process, role, .. } => {
                self.tally.commits += 1;
                self.tally.compensations += u64::from(*role == Role::Compensation);
                known.balance += match *process {
                    "put" | "flaky" | "think" => PUT,
                    "take" => -TAKE,
                    "give_back" => TAKE,
                    _ => 0,
                };
            }
            What::Run { ended: Ended::TimedOut, .. } => self.tally.timeouts += 1,
            What::Run { .. } => self.tally.rollbacks += 1,
            What::Retry { .. } => self.tally.retries += 1,
            What::Timer { .. } => self.tally.timers += 1,
            What::Unpaused => self.tally.resumed += 1,
            _ => {}
        }
    }
}

/// The limit of the file is the one that is checked.
pub(super) fn limit_of(definition: &Definition) -> usize {
    definition.limit() as usize
}
