//! What happens, from a seed.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;
use theus_core::signal::Origin;
use theus_core::workflow::sessions::{SessionError, SessionWatch};
use theus_core::workflow::{Position, VirtualClock};

use super::checker::{Checker, PRODUCERS, Tally, limit_of};
use super::till::{CAPACITY, EVENTS, FLOW, LIMIT, Outside, Raise, Till, TillEngine, Tills, engine};

const SESSIONS: u64 = 250;
const DEEDS: usize = 4_000;
/// More than any simulation needs to come to rest.
const MANY: usize = 5_000_000;

pub(super) struct World {
    random: fastrand::Rng,
    engine: TillEngine,
    outside: Outside,
    clock: VirtualClock,
    checker: Checker,
    tills: Tills,
    watch: SessionWatch,
    trace: String,
    numbers: u64,
    pools: u64,
}

/// What came of a seed.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    pub(super) wrong: Vec<String>,
    /// All that was done and all that happened.
    pub(super) trace: String,
}

impl World {
    pub(super) fn run(seed: u64) -> Outcome {
        let (engine, outside) = engine();
        let (clock, checker) = (VirtualClock::new(), Checker::default());
        let (tills, watch) = pool(&engine, &clock, &checker, seed);
        assert_eq!(limit_of(tills.definition()), LIMIT);
        let random = fastrand::Rng::with_seed(seed);
        let (trace, numbers, pools) = (String::new(), 0, 0);
        let mut world = Self { random, engine, outside, clock, checker, tills, watch, trace, numbers, pools };
        for id in 0..SESSIONS {
            world.tills.open(&name(id), Till { id, balance: 4, ..Till::default() }).unwrap();
            world.checker.begin(&name(id), 4);
        }
        for _ in 0..DEEDS {
            world.deed();
            world.note();
        }
        world.end()
    }

    fn say(&mut self, what: std::fmt::Arguments<'_>) {
        writeln!(self.trace, "{what}").unwrap();
    }

    /// Takes down what the sessions have told.
    fn note(&mut self) {
        while let Some(entry) = self.watch.try_next() {
            self.checker.entry(&entry);
            writeln!(self.trace, "{entry}").unwrap();
        }
    }

    fn any(&mut self) -> String {
        name(self.random.u64(..SESSIONS))
    }

    fn deed(&mut self) {
        match self.random.u32(..1_000) {
            0..500 => self.emit(),
            500..900 => {
                let steps = self.random.usize(1..40);
                let made = self.tills.step_until_idle(steps);
                self.say(format_args!("{made} steps"));
            }
            900..930 => {
                let by = Duration::from_millis(self.random.u64(1..3_000));
                self.clock.advance(by);
                self.say(format_args!("{by:?} go by"));
            }
            930..945 => {
                let session = self.any();
                self.say(format_args!("{session} is paused"));
                self.checker.count(|tally| tally.paused += 1);
                self.tills.pause(&session).unwrap();
            }
            945..960 => {
                let session = self.any();
                self.say(format_args!("{session} is resumed"));
                self.tills.resume(&session).unwrap();
            }
            960..966 => {
                let session = self.any();
                self.say(format_args!("{session} is cancelled"));
                self.tills.cancel(&session, "not wanted").unwrap();
            }
            966..985 => self.own_run(),
            985..988 => self.bring(["CMD_DOOM", "CMD_ALARM", "CMD_END"]),
            988..992 => self.reopen(),
            992..995 => self.unlatch(),
            995..998 => {}
            _ => self.restart(),
        }
    }

    fn emit(&mut self) {
        if self.random.u32(..12) == 0 {
            let session = self.any();
            self.offer(&session, None, |tills| tills.emit_urgent(&session, "CMD_URGENT"));
        } else {
            self.bring(EVENTS);
        }
    }

    /// Emits one of these with a number, as one of the producers.
    fn bring<const N: usize>(&mut self, events: [&'static str; N]) {
        let (session, event) = (self.any(), events[self.random.usize(..N)]);
        self.numbers += 1;
        let number = self.numbers * PRODUCERS + self.random.u64(..PRODUCERS);
        self.say(format_args!("{event} {number} for {session}"));
        self.offer(&session, Some(number), |tills| tills.emit_with(&session, event, json!({ "number": number })));
    }

    /// What is refused changes nothing.
    fn offer(&mut self, session: &str, number: Option<u64>, how: impl FnOnce(&Tills) -> Result<(), SessionError>) {
        let engine = self.tills.engine(session).unwrap();
        let before = (engine.bus().len(), engine.snapshot().unwrap().to_context());
        self.checker.about_to(session, number);
        let offered = how(&self.tills);
        let is_full = before.0 >= CAPACITY;
        if let Err(error) = offered {
            self.checker.refused(session, number);
            self.say(format_args!("{error}"));
            if before != (engine.bus().len(), engine.snapshot().unwrap().to_context()) {
                self.checker.wrong(format!("{session}: {error}, and something has changed"));
            }
            if !is_full && !matches!(error, SessionError::Over { .. }) {
                self.checker.wrong(format!("{session}: {error}, and there was room"));
            }
        } else if is_full {
            self.checker.wrong(format!("{session} took more than {CAPACITY}"));
        }
        self.checker.bounded(&self.tills, session);
    }

    /// A run of one's own, on the session's engine: its signal is the session's.
    fn own_run(&mut self) {
        let session = self.any();
        // A run that awaits has its turn, and this thread drives all the others.
        if self.tills.states(&session).unwrap() != ["OPEN"] {
            return;
        }
        self.numbers += 1;
        let number = self.numbers * PRODUCERS;
        let engine = self.tills.engine(&session).unwrap();
        let before = engine.snapshot().unwrap().to_context();
        self.outside.raises(number);
        let ran = engine.run(Raise { number });
        self.say(format_args!("{session} is run by hand with {number}: {ran:?}"));
        if ran.is_err() && engine.snapshot().unwrap().to_context() != before {
            self.checker.wrong(format!("{session}: a refused run has changed something"));
        }
    }

    fn unlatch(&mut self) {
        if self.engine.interlock().is_some() {
            self.checker.count(|tally| tally.halted += 1);
            self.tills.reset_interlock("R. Lee", "looked at").unwrap();
            self.say(format_args!("the interlock is reset"));
        }
    }

    /// One session goes out of the pool, between two of its steps, and comes back.
    fn reopen(&mut self) {
        let session = self.any();
        self.say(format_args!("{session} is closed and opened"));
        self.checker.count(|tally| tally.closed += 1);
        let position = self.tills.position(&session).unwrap();
        self.note();
        let engine = self.tills.close(&session).unwrap();
        self.note();
        self.checker.leaves(&session);
        self.take_over(&session, &position, &engine);
    }

    /// The session goes on in this pool. What waited on the old bus is emitted anew.
    fn take_over(&mut self, session: &str, position: &Position, old: &TillEngine) {
        let till = old.snapshot().unwrap().to_context();
        let waiting: Vec<_> = std::iter::from_fn(|| old.bus().try_next()).collect();
        let echoes: Vec<u64> = waiting.iter().filter_map(|event| event.payload.as_ref()?.value().as_u64()).collect();
        let stored = serde_json::to_value(position).unwrap();
        // What the session tells itself, and what it is handling, it will hear.
        let told =
            stored["inbox"].as_array().into_iter().flatten().filter_map(|told| told["raised"]["payload"].as_u64());
        let is_interrupted = !stored["chain"]["broken"].is_null();
        let handled = stored["payload"].as_u64().filter(|_| !stored["chain"].is_null() && !is_interrupted);
        let heard = [till.heard.clone(), echoes, told.chain(handled).collect()].concat();
        let missing: Vec<u64> =
            self.outside.to_be_heard(&till.raised).into_iter().filter(|number| !heard.contains(number)).collect();
        let is_over = stored.get("ended").is_some_and(|ended| !ended.is_null());
        match missing[..] {
            [] => {}
            // The chain of a signal that was interrupted counts as failed.
            [number] if is_interrupted && !is_over => self.outside.interrupt(number),
            _ if is_over => {}
            _ => self.checker.wrong(format!("{session} was to go on at {stored}; {missing:?} were not heard")),
        }
        self.tills.restore(session, till, &serde_json::from_value(stored).unwrap()).unwrap();
        for event in waiting {
            let (name, external) = (event.name, event.origin == Origin::External);
            match event.payload {
                Some(payload) => self.tills.emit_with(session, &name, payload),
                None => self.tills.emit(session, &name),
            }
            .unwrap();
            if !external {
                self.checker.moved(session);
            }
        }
    }

    /// The whole system ends, in good order or not, and another takes over.
    fn restart(&mut self) {
        self.pools += 1;
        if self.random.bool() {
            self.checker.count(|tally| tally.shut_down += 1);
            let done = self.tills.shut_down(Duration::from_secs(2));
            self.say(format_args!("shut down: {done}"));
        } else {
            self.checker.count(|tally| tally.killed += 1);
            self.say(format_args!("killed"));
        }
        self.note();
        let kept: Vec<_> = (0..SESSIONS)
            .map(|id| (self.tills.position(&name(id)).unwrap(), self.tills.engine(&name(id)).unwrap()))
            .collect();
        let seed = self.random.u64(..);
        (self.tills, self.watch) = pool(&self.engine, &self.clock, &self.checker, seed);
        self.checker.new_pool();
        for (id, (position, old)) in kept.into_iter().enumerate() {
            self.take_over(&name(id as u64), &position, &old);
        }
    }

    fn end(mut self) -> Outcome {
        for id in 0..SESSIONS {
            self.tills.resume(&name(id)).unwrap();
        }
        // An alarm that is still on a bus latches it again.
        loop {
            let made = self.tills.step_to_the_end(MANY);
            self.note();
            if made >= MANY {
                self.checker.wrong("it does not come to rest".to_owned());
                break;
            }
            if self.engine.interlock().is_none() {
                break;
            }
            self.unlatch();
        }
        for id in 0..SESSIONS {
            self.checker.last_look(&self.tills, &self.outside, &name(id));
        }
        if self.watch.lost() > 0 {
            self.checker.wrong(format!("{} entries are lost", self.watch.lost()));
        }
        let (tally, wrong) = self.checker.outcome(&self.outside);
        Outcome { tally, wrong, trace: self.trace }
    }
}

fn name(id: u64) -> String {
    format!("till-{id}")
}

fn pool(engine: &TillEngine, clock: &VirtualClock, checker: &Checker, seed: u64) -> (Tills, SessionWatch) {
    let told = checker.clone();
    let tills = Tills::of_text(engine, "till.yaml", FLOW)
        .unwrap_or_else(|error| panic!("{error}"))
        .clock(clock.clone())
        .observe(move |session, happening| told.observe(session, happening))
        .stepped(seed)
        .start()
        .unwrap();
    let watch = tills.watch_all(1_000_000);
    (tills, watch)
}
