//! A session as the documents have it: one thing after the other, and everything asked anew each time.

use std::collections::VecDeque;

use super::chain::{Chain, Compensation, Data, Failed, Sees, Went};
use super::machine::{Machine, Move, Taken};
use super::sketch::{Node, On, When};

type Name = &'static str;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Running,
    Finished,
    Failed,
    Cancelled,
}

/// What a session tells itself.
enum Told {
    Done(Name),
    InvokeDone { state: Name, target: Option<Name> },
    ChainDone(Name),
    ChainFailed(Name),
    Recover { heard_by: Name, source: Name, target: Name },
    NotMadeGood,
}

struct Timer {
    state: Name,
    place: usize,
    on: On,
    entered: u64,
    /// None while it is still to be worked out.
    due: Option<u64>,
}

/// What a state has invoked; or what makes good after a saga.
struct Beside {
    state: Name,
    place: usize,
    has_begun: bool,
    is_left: bool,
    chain: Chain,
}

pub(super) struct Session {
    pub(super) machine: Machine,
    pub(super) data: Data,
    pub(super) status: Status,
    pub(super) now: u64,
    initial: Name,
    has_begun: bool,
    bus: VecDeque<(Name, u64)>,
    told: VecDeque<Told>,
    deferred: Vec<Name>,
    /// Whether states have changed since it was looked through.
    is_open: bool,
    timers: Vec<Timer>,
    chain: Option<Chain>,
    beside: Vec<Beside>,
    /// Whether it is the turn of what is invoked.
    is_due: bool,
    in_sagas: Vec<Compensation>,
    /// It has come to a final state, well or not.
    ending: Option<bool>,
    is_cancelled: bool,
    /// How many moves came of what happened last.
    pub(super) moves: u32,
    pub(super) met: super::Met,
}

impl Session {
    pub(super) fn new(top: &[Node]) -> Self {
        Self {
            machine: Machine::new(top),
            data: Data::default(),
            status: Status::Running,
            now: 0,
            initial: top[0].name,
            has_begun: false,
            bus: VecDeque::new(),
            told: VecDeque::new(),
            deferred: Vec::new(),
            is_open: false,
            timers: Vec::new(),
            chain: None,
            beside: Vec::new(),
            is_due: false,
            in_sagas: Vec::new(),
            ending: None,
            is_cancelled: false,
            moves: 0,
            met: super::Met::default(),
        }
    }

    pub(super) fn emit(&mut self, event: Name) {
        if self.status == Status::Running {
            self.bus.push_back((event, self.now));
        }
    }

    fn meets(&mut self, what: Name) {
        *self.met.entry(what).or_default() += 1;
    }

    /// Does the next thing; false where there is none for now.
    pub(super) fn go_on(&mut self) -> bool {
        if self.status != Status::Running {
            return false;
        }
        if let Some(place) = self.beside.iter().rposition(|beside| beside.is_left) {
            self.meets("what was left is made good");
            return self.step_beside(place);
        }
        if let Some(mut chain) = self.chain.take() {
            let went = self.step(&mut chain);
            match went {
                Went::AtItsEnd => self.end_chain(chain),
                Went::On => self.chain = Some(chain),
                Went::Waits => {
                    self.chain = Some(chain);
                    self.meets("a chain waits");
                    return self.go_on_beside();
                }
            }
            return true;
        }
        if self.is_cancelled {
            self.over(Status::Cancelled);
            return true;
        }
        if let Some(is_well) = self.ending.take() {
            self.over(if is_well { Status::Finished } else { Status::Failed });
            return true;
        }
        if !self.has_begun {
            self.has_begun = true;
            let taken = vec![self.machine.begin(self.initial)];
            return self.make(taken);
        }
        self.reckon();
        let is_recovered = matches!(self.told.front(), Some(Told::Recover { .. }));
        if !is_recovered {
            let taken = self.select(On::Always);
            if !taken.is_empty() {
                self.meets("always");
                return self.make(taken);
            }
        }
        if self.is_due && self.told.is_empty() && self.go_on_beside() {
            return true;
        }
        while let Some(told) = self.told.pop_front() {
            let taken = self.hear(told);
            if !taken.is_empty() {
                return self.make(taken);
            }
        }
        if self.recall() {
            return true;
        }
        if self.time() {
            return true;
        }
        if let Some((event, _)) = self.bus.pop_front() {
            self.moves = 0;
            self.is_due = !self.beside.is_empty();
            self.take_event(event);
            return true;
        }
        self.beside.iter_mut().for_each(|beside| beside.has_begun = true);
        self.go_on_beside()
    }

    fn select(&self, on: On) -> Vec<Taken> {
        self.machine.select(&|other, _| other == on, &self.holds())
    }

    fn holds(&self) -> impl Fn(When) -> bool + '_ {
        |when| self.data.holds(when, &self.machine)
    }

    fn step(&mut self, chain: &mut Chain) -> Went {
        let mut failed = 0;
        let (data, machine, now) = (&mut self.data, &self.machine, self.now);
        let went = chain.step(&mut Sees { data, machine, now, not_made_good: &mut failed });
        for _ in 0..failed {
            self.meets("a compensation fails");
            if !self.is_cancelled {
                self.told.push_back(Told::NotMadeGood);
            }
        }
        went
    }

    fn go_on_beside(&mut self) -> bool {
        self.is_due = false;
        let Some(place) = self.beside.iter().position(|beside| beside.has_begun) else { return false };
        self.step_beside(place)
    }

    fn step_beside(&mut self, place: usize) -> bool {
        let mut chain = std::mem::take(&mut self.beside[place].chain);
        let went = self.step(&mut chain);
        self.beside[place].chain = chain;
        match went {
            Went::Waits => return false,
            Went::On => {}
            Went::AtItsEnd => self.end_beside(place),
        }
        true
    }

    fn end_beside(&mut self, place: usize) {
        let Beside { state, place, is_left, chain, .. } = self.beside.remove(place);
        if is_left {
            return;
        }
        let invoke = self.machine.node(state).invokes[place].clone();
        match chain.failed.first() {
            None => {
                self.meets("what is invoked ends");
                self.keep_in_sagas(chain.compensations);
                self.told.push_back(Told::InvokeDone { state, target: invoke.done });
            }
            Some(failed) => {
                self.meets("what is invoked fails");
                let target = failed.target.or(invoke.on_error);
                match target.map(|target| (state, target)).or_else(|| self.recovery(state)) {
                    Some((source, target)) => {
                        self.told.push_front(Told::Recover { heard_by: state, source, target });
                    }
                    None => self.told.push_back(Told::ChainFailed(state)),
                }
            }
        }
    }

    /// The state around that says where errors lead, and where.
    fn recovery(&self, state: Name) -> Option<(Name, Name)> {
        self.machine.line(state).into_iter().find_map(|state| Some((state, self.machine.node(state).on_error?)))
    }

    fn end_chain(&mut self, chain: Chain) {
        if self.is_cancelled {
            self.over(Status::Cancelled);
            return;
        }
        let (well, Chain { failed, done, compensations, .. }) = (chain.well(), chain);
        self.keep_in_sagas(compensations);
        let (finishes, mut recovers) = (self.ending.is_some(), Vec::new());
        for Failed { state, heard_by, target, .. } in failed {
            self.meets("a chain fails");
            match target.map(|target| (state, target)).or_else(|| self.recovery(state)) {
                Some((source, target)) => recovers.push(Told::Recover { heard_by, source, target }),
                None if finishes => self.ending = Some(false),
                None => self.told.push_back(Told::ChainFailed(heard_by)),
            }
        }
        if !recovers.is_empty() {
            self.ending = None;
        }
        recovers.into_iter().rev().for_each(|recover| self.told.push_front(recover));
        self.told.extend(done.into_iter().map(Told::Done));
        if !finishes {
            self.told.extend(well.into_iter().map(Told::ChainDone));
        }
    }

    fn hear(&mut self, told: Told) -> Vec<Taken> {
        match told {
            Told::Done(state) if self.machine.is_done(state) => {
                let is_of = |on: On, node: Name| on == On::DoneOf(state) || (on == On::Done && node == state);
                self.machine.select(&is_of, &self.holds())
            }
            Told::Done(_) => Vec::new(),
            Told::InvokeDone { state, target } => {
                target.map(|target| self.machine.invoked(state, target)).into_iter().collect()
            }
            Told::ChainDone(state) => self.machine.select_from(state, "EVT_CHAIN_DONE", &self.holds()),
            Told::ChainFailed(state) => self.machine.select_from(state, "EVT_CHAIN_FAIL", &self.holds()),
            Told::Recover { source, target, .. } => {
                self.meets("an error leads on");
                vec![self.machine.goto(source, target)]
            }
            Told::NotMadeGood => self.select(On::Event("EVT_COMPENSATION_FAIL")),
        }
    }

    fn take_event(&mut self, event: Name) {
        let taken = self.select(On::Event(event));
        if !taken.is_empty() {
            self.make(taken);
        } else if self.is_deferred(event) {
            self.meets("an event is deferred");
            self.deferred.push(event);
        }
    }

    fn is_deferred(&self, event: Name) -> bool {
        event == "CMD_3" && self.machine.active.iter().any(|state| self.machine.node(state).defers)
    }

    fn recall(&mut self) -> bool {
        if self.deferred.is_empty() || !self.is_open {
            return false;
        }
        let is_for_now = |event: &Name| !self.is_deferred(event) || !self.select(On::Event(event)).is_empty();
        let Some(place) = self.deferred.iter().position(is_for_now) else {
            self.is_open = false;
            return false;
        };
        self.meets("an event is recalled");
        let event = self.deferred.remove(place);
        self.take_event(event);
        true
    }

    /// Times that the data say are worked out when what runs on entering is done, and those that follow them always.
    fn reckon(&mut self) {
        for timer in &mut self.timers {
            let On::Reckoned { most, plus, follows } = timer.on else { continue };
            if timer.due.is_none() || follows {
                timer.due = Some(timer.entered + u64::try_from(self.data.total % most + plus).unwrap());
            }
        }
    }

    fn time(&mut self) -> bool {
        let order = |timer: &(usize, &Timer)| (timer.1.due, self.machine.place(timer.1.state), timer.1.place);
        let first = self.timers.iter().enumerate().min_by_key(order);
        let Some((place, due)) = first.and_then(|(place, timer)| Some((place, timer.due?))) else { return false };
        if due > self.now || self.bus.front().is_some_and(|(_, came)| *came < due) {
            return false;
        }
        self.meets("a time");
        self.moves = 0;
        let Timer { state, on, .. } = self.timers[place];
        if let On::Every(seconds) = on {
            let missed = (self.now - due) / seconds;
            if missed > 0 {
                self.meets("a cycle is missed");
            }
            self.timers[place].due = Some(due + seconds * (missed + 1));
        } else {
            self.timers.remove(place);
        }
        let taken = self.machine.select_of(state, on, &self.holds());
        self.make(taken);
        true
    }

    /// Makes a move; nothing where there is none.
    fn make(&mut self, taken: Vec<Taken>) -> bool {
        if taken.is_empty() {
            return false;
        }
        self.moves += 1;
        let found = self.machine.find(taken);
        self.stop_invoked(&found);
        self.leave_sagas(&found);
        if !(found.exited.is_empty() && found.entered.is_empty()) {
            self.is_open = true;
        }
        for state in found.entered.iter().copied() {
            for (place, invoke) in self.machine.node(state).invokes.iter().enumerate() {
                let chain = Chain::invoked(state, &invoke.steps);
                self.beside.push(Beside { state, place, has_begun: false, is_left: false, chain });
            }
        }
        self.timers.retain(|timer| !found.exited.contains(&timer.state));
        for state in found.entered.iter().copied() {
            for (place, way) in self.machine.node(state).ways.iter().enumerate() {
                let due = match way.on {
                    On::After(seconds) | On::Every(seconds) => Some(self.now + seconds),
                    On::Reckoned { .. } => None,
                    _ => continue,
                };
                // Of one key there is one time, whose candidates are asked in turn.
                if !self.timers.iter().any(|timer| timer.state == state && timer.on == way.on) {
                    self.timers.push(Timer { state, place, on: way.on, entered: self.now, due });
                }
            }
        }
        self.forget_ends(&found.exited);
        self.machine.make(&found);
        self.chain = Chain::of(&found, &self.machine);
        if self.chain.is_none() {
            self.told.extend(found.done.iter().copied().map(Told::Done));
        }
        self.ending = found.is_end.then_some(true);
        true
    }

    fn stop_invoked(&mut self, found: &Move) {
        let mut all = std::mem::take(&mut self.beside);
        for beside in all.iter_mut().filter(|beside| !beside.is_left && found.exited.contains(&beside.state)) {
            self.meets("what is invoked is stopped");
            let keeps = self.machine.node(beside.state).invokes[beside.place].keeps;
            if keeps && beside.chain.failing.is_none() {
                self.keep_in_sagas(std::mem::take(&mut beside.chain.compensations));
            }
            beside.is_left = true;
        }
        all.retain_mut(|beside| {
            if beside.is_left && !beside.chain.ends {
                let is_nothing = beside.chain.failing.is_none() && beside.chain.compensations.is_empty();
                beside.chain.break_off();
                return !is_nothing;
            }
            true
        });
        self.beside = all;
    }

    fn leave_sagas(&mut self, found: &Move) {
        let mut undone = Vec::new();
        for compensation in std::mem::take(&mut self.in_sagas) {
            let saga = compensation.saga.unwrap();
            if !found.exited.contains(&saga) {
                self.in_sagas.push(compensation);
            } else if found.undoes(saga) {
                undone.push(compensation);
            } else {
                let around = self.machine.line(saga);
                let is_one = |state: &Name| self.machine.node(state).saga && !found.exited.contains(state);
                self.in_sagas.extend(around.into_iter().find(is_one).map(|saga| compensation.kept_by(saga)));
            }
        }
        self.undo(undone);
    }

    fn undo(&mut self, undone: Vec<Compensation>) {
        if !undone.is_empty() {
            self.meets("a saga is undone");
            let chain = Chain::undoing(undone);
            self.beside.insert(0, Beside { state: "", place: 0, has_begun: true, is_left: true, chain });
        }
    }

    fn keep_in_sagas(&mut self, compensations: Vec<Compensation>) {
        for compensation in compensations {
            let Some(saga) = compensation.saga else { continue };
            let is_one = |state: &Name| self.machine.node(state).saga && self.machine.active.contains(state);
            if let Some(saga) = self.machine.line(saga).into_iter().find(is_one) {
                self.meets("a saga keeps");
                self.in_sagas.push(compensation.kept_by(saga));
            }
        }
    }

    /// How chains of states have ended that are left, those around them hear that stay.
    fn forget_ends(&mut self, exited: &[Name]) {
        let told = std::mem::take(&mut self.told);
        let stays = |state: Name| self.machine.line(state).into_iter().find(|state| !exited.contains(state));
        self.told = told
            .into_iter()
            .filter_map(|told| match told {
                Told::ChainDone(state) => stays(state).map(Told::ChainDone),
                Told::ChainFailed(state) => stays(state).map(Told::ChainFailed),
                Told::Recover { heard_by: state, .. } | Told::InvokeDone { state, .. } => {
                    (!exited.contains(&state)).then_some(told)
                }
                _ => Some(told),
            })
            .collect();
    }

    fn over(&mut self, status: Status) {
        self.status = status;
        self.told.clear();
        self.timers.clear();
        self.deferred.clear();
        self.in_sagas.clear();
        self.bus.clear();
    }

    pub(super) fn cancel(&mut self) {
        if self.status != Status::Running || self.is_cancelled {
            return;
        }
        self.meets("cancelled");
        self.told.clear();
        self.timers.clear();
        self.deferred.clear();
        self.beside.retain_mut(|beside| {
            let is_nothing = !beside.is_left && beside.chain.failing.is_none() && beside.chain.compensations.is_empty();
            beside.is_left = true;
            beside.chain.break_off();
            !is_nothing
        });
        let in_sagas = std::mem::take(&mut self.in_sagas);
        match &mut self.chain {
            Some(chain) => {
                chain.compensations.splice(..0, in_sagas);
                chain.break_off();
            }
            None => self.undo(in_sagas),
        }
        self.is_cancelled = true;
        if self.chain.is_none() && self.beside.is_empty() {
            self.over(Status::Cancelled);
        }
    }
}
