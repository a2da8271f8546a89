//! The audit's stream: records are in the store before or with the state that they are of, and before who violated a rule hears of
//! it; a write that fails puts them back; the interlock is latched in the store before its violation is told; two programs have one
//! ledger.

use theus_core::EngineBuilder;
use theus_core::audit::AuditEvent;
use theus_core::prelude::*;
use theus_core::store::{Store, StoreError};

use super::program::{Ask, Disk, Doing, Program, Say, Wrong};
use super::replay::Bound;
use super::search::{Model, search};
use super::{notices, played_through};

/// What a run does to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Fine,
    /// Level C: it is recorded, and the run commits.
    Noted,
    /// Level B.
    Blocked,
    /// Level S.
    Stops,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    StateGoesBeforeItsRecords,
    AFailedWriteForgetsItsRecords,
    TheInterlockIsToldBeforeItIsStored,
    /// What got no answer is put back though it is stored, behind what another program has recorded.
    StoredOnesAreRecordedAgain,
    /// The same of the interlock: what another program has latched meanwhile is undone.
    TheInterlockIsPutBackThoughItIsStored,
    TheInterlockRefusesNothing,
    /// A stop is reset by an operator who has seen another.
    AResetIsOfWhateverThereIs,
}

struct Stream {
    flaw: Option<Flaw>,
    wrong: Option<Wrong>,
    runs: u8,
    others: u8,
    faults: u8,
    deaths: u8,
    resets: u8,
}

impl Stream {
    const LARGE: Self = Self { flaw: None, wrong: None, runs: 3, others: 2, faults: 1, deaths: 0, resets: 1 };
    const MORTAL: Self = Self { runs: 2, faults: 2, deaths: 1, resets: 0, ..Self::LARGE };
    /// What is played edge by edge.
    const SMALL: [Self; 3] = [
        Self { runs: 1, ..Self::LARGE },
        Self { runs: 2, others: 1, ..Self::LARGE },
        Self { runs: 2, others: 1, faults: 0, ..Self::MORTAL },
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Event {
    /// A program has begun with its recipe.
    Begun,
    Noted,
    Blocked,
    Stopped,
    Latched,
    Reset,
}

/// A record: of the program that is looked at or of the other one, and which of its.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Record {
    is_others: bool,
    number: u8,
    event: Event,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Told {
    Committed,
    Blocked,
    Interlocked,
    Halted,
    /// The store's interlock has refused the commit.
    HaltedByStore,
    Unavailable,
    InDoubt,
}

/// What a write is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Work {
    Commits,
    /// What the run is told where they are stored.
    Records(Told),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Rests,
    Gone,
    Submits(Work),
    /// What got no answer was stored or not.
    Compares(Work),
    /// Where the ledger ends, since another program has gone on with it.
    Follows(Work),
    /// What became of its commit.
    Doubts(bool),
    Searches(bool),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    ledger: Vec<Record>,
    latched: bool,
    step: u8,
    /// Those that a stored state is of.
    of_state: Vec<Record>,
    // The program: the ledger as it thinks that it is stored, and what it has recorded since.
    base: Vec<Record>,
    unsaved: Vec<Record>,
    /// What is to be put down of the interlock.
    interlock: Option<bool>,
    /// How many of them were handed over and got no answer, and what of the interlock was.
    doubted: Option<(usize, Option<bool>)>,
    is_latched: bool,
    /// The stop that it knows, or knew when it was reset.
    known: Option<Record>,
    /// Whether counters have changed that are not stored.
    has_counted: bool,
    phase: Phase,
    told: Option<Told>,
    /// The records of the run that is under way; all that it has made in this life; those of which somebody has heard.
    own: Vec<Record>,
    made: Vec<Record>,
    heard: Vec<Record>,
    numbers: u8,
    // The other one.
    other_base: usize,
    other_is_latched: bool,
    other_step: u8,
    other_told: Option<Told>,
    other_numbers: u8,
    runs: u8,
    others: u8,
    faults: u8,
    deaths: u8,
    resets: u8,
    wrong: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Runs(Kind),
    Said(Say),
    Other(Kind),
    Resets,
    Killed,
    Starts,
}

impl State {
    fn record(&mut self, event: Event) -> Record {
        self.numbers += 1;
        let record = Record { is_others: false, number: self.numbers, event };
        self.unsaved.push(record);
        self.made.push(record);
        self.has_counted |= matches!(event, Event::Noted | Event::Blocked | Event::Stopped);
        record
    }

    fn tells(&mut self, told: Told) {
        (self.phase, self.told) = (Phase::Rests, Some(told));
        let own = std::mem::take(&mut self.own);
        if matches!(told, Told::Committed | Told::Blocked | Told::Interlocked) {
            self.heard.extend(own);
        }
        if told == Told::Interlocked && !self.latched {
            self.wrong = Some("who has stopped the engine is told before it is stored");
        }
    }

    /// The last one on the ledger.
    fn stop(&self) -> Option<Record> {
        self.ledger.iter().rfind(|record| record.event == Event::Latched).copied()
    }

    const fn has_unsaved(&self) -> bool {
        !self.unsaved.is_empty() || self.interlock.is_some()
    }

    const fn hands_over(&mut self, work: Work) {
        self.phase = if self.doubted.is_some() { Phase::Compares(work) } else { Phase::Submits(work) };
    }

    /// What the audit has found is stored before the run is told this.
    fn refuses(&mut self, told: Told) {
        match self.has_unsaved() || self.has_counted {
            true => self.hands_over(Work::Records(told)),
            false => self.tells(told),
        }
    }

    fn fails(&mut self, work: Work, told: Told) {
        match work {
            // The run rolls back, and that its records are stored is tried once more.
            Work::Commits => self.refuses(told),
            Work::Records(Told::Blocked | Told::Interlocked) => self.tells(told),
            // It is refused for something else.
            Work::Records(why) => self.tells(why),
        }
    }

    fn is_gone(&mut self) {
        (self.phase, self.told, self.doubted) = (Phase::Gone, None, None);
        (self.own, self.made, self.unsaved, self.interlock) = (Vec::new(), Vec::new(), Vec::new(), None);
        (self.is_latched, self.known, self.has_counted) = (false, None, false);
        self.base = Vec::new();
    }
}

enum Refused {
    Gap,
    Halted,
}

impl Stream {
    /// The store's part.
    fn writes(&self, state: &mut State, work: Work) -> Result<(), Refused> {
        let is_commit = work == Work::Commits;
        if is_commit && self.flaw == Some(Flaw::StateGoesBeforeItsRecords) {
            self.commits(state)?;
        }
        self.records(state)?;
        if is_commit && self.flaw != Some(Flaw::StateGoesBeforeItsRecords) {
            self.commits(state)?;
        }
        Ok(())
    }

    fn records(&self, state: &mut State) -> Result<(), Refused> {
        let mut chain = state.base.clone();
        for record in state.unsaved.clone() {
            chain.push(record);
            match chain.len() {
                number if state.ledger.get(..number) == Some(&chain[..]) => {}
                number if state.ledger.len() + 1 == number && state.ledger[..] == chain[..number - 1] => {
                    state.ledger.push(record);
                }
                _ => return Err(Refused::Gap),
            }
        }
        if let Some(latched) = state.interlock {
            if !latched && state.latched && state.stop() != state.known {
                state.wrong = Some("a stop is reset that nobody has seen");
            }
            state.latched = latched;
        }
        Ok(())
    }

    fn commits(&self, state: &mut State) -> Result<(), Refused> {
        if state.latched && self.flaw != Some(Flaw::TheInterlockRefusesNothing) {
            return Err(Refused::Halted);
        }
        if state.latched {
            state.wrong = Some("a run has committed though the interlock is latched");
        }
        state.step += 1;
        state.of_state.extend(state.own.clone());
        Ok(())
    }

    fn are_stored(state: &mut State) {
        state.base.append(&mut state.unsaved);
        state.interlock = None;
    }

    fn are_put_back(&self, state: &mut State, is_in_doubt: bool) {
        if self.flaw == Some(Flaw::AFailedWriteForgetsItsRecords) {
            state.unsaved.clear();
        }
        if is_in_doubt && !state.unsaved.is_empty() && self.flaw != Some(Flaw::StoredOnesAreRecordedAgain) {
            state.doubted = Some((state.unsaved.len(), state.interlock));
        }
    }

    fn submitted(&self, state: &mut State, work: Work, say: Say) {
        match say {
            Say::Dies => state.is_gone(),
            Say::DoneAndDies => {
                // Nobody hears what became of it.
                let _ = self.writes(state, work);
                state.is_gone();
            }
            Say::Fails => {
                self.are_put_back(state, false);
                state.fails(work, Told::Unavailable);
            }
            Say::DoneInDoubt | Say::LostInDoubt => {
                let step = state.step;
                if say == Say::DoneInDoubt {
                    let _ = self.writes(state, work);
                }
                self.are_put_back(state, true);
                match work {
                    Work::Commits => state.phase = Phase::Doubts(state.step > step),
                    Work::Records(_) => state.fails(work, Told::InDoubt),
                }
            }
            Say::Done => match self.writes(state, work) {
                Ok(()) => {
                    Self::are_stored(state);
                    state.has_counted = false;
                    match work {
                        Work::Commits => state.tells(Told::Committed),
                        Work::Records(told) => state.tells(told),
                    }
                }
                Err(Refused::Halted) => {
                    Self::are_stored(state);
                    state.refuses(Told::HaltedByStore);
                }
                Err(Refused::Gap) => state.phase = Phase::Follows(work),
            },
        }
    }

    fn said(&self, state: &mut State, say: Say) {
        match (state.phase, say) {
            (Phase::Submits(work), _) => self.submitted(state, work, say),
            (Phase::Rests | Phase::Gone, _) => {}
            (_, Say::Dies | Say::DoneAndDies) => state.is_gone(),
            (Phase::Compares(work) | Phase::Follows(work), Say::Fails) => state.fails(work, Told::Unavailable),
            (Phase::Compares(work), _) => {
                self.finds_out(state);
                state.phase = Phase::Submits(work);
            }
            (Phase::Follows(work), _) => {
                state.base = state.ledger.clone();
                let is_of_this = state.stop() == state.known || self.flaw == Some(Flaw::AResetIsOfWhateverThereIs);
                let is_reset = state.interlock == Some(false) && is_of_this;
                if state.latched && !state.is_latched && !is_reset {
                    (state.is_latched, state.known, state.interlock) = (true, state.stop(), None);
                }
                state.phase = Phase::Submits(work);
            }
            (Phase::Doubts(is_done), _) if is_done => state.phase = Phase::Searches(is_done),
            (Phase::Doubts(_), _) => state.fails(Work::Commits, Told::Unavailable),
            (Phase::Searches(_), _) => {
                state.has_counted = false;
                state.tells(Told::Committed);
            }
        }
    }

    /// All that was handed over in one write is stored, or nothing of it.
    fn finds_out(&self, state: &mut State) {
        let Some((many, interlock)) = state.doubted.take() else { return };
        let end = state.base.len() + many;
        let chain: Vec<Record> = state.base.iter().chain(&state.unsaved[..many]).copied().collect();
        if state.ledger.get(..end) != Some(&chain[..]) {
            return;
        }
        state.base = chain;
        state.unsaved.drain(..many);
        if state.interlock == interlock && self.flaw != Some(Flaw::TheInterlockIsPutBackThoughItIsStored) {
            state.interlock = None;
        }
    }

    fn runs(&self, state: &mut State, kind: Kind) {
        if state.is_latched {
            return state.refuses(Told::Halted);
        }
        match kind {
            Kind::Fine => state.hands_over(Work::Commits),
            Kind::Noted => {
                let record = state.record(Event::Noted);
                state.own.push(record);
                state.hands_over(Work::Commits);
            }
            Kind::Blocked => {
                let record = state.record(Event::Blocked);
                state.own.push(record);
                state.refuses(Told::Blocked);
            }
            Kind::Stops => {
                for event in [Event::Stopped, Event::Latched] {
                    let record = state.record(event);
                    state.own.push(record);
                }
                (state.is_latched, state.known, state.interlock) = (true, state.own.last().copied(), Some(true));
                match self.flaw {
                    Some(Flaw::TheInterlockIsToldBeforeItIsStored) => state.tells(Told::Interlocked),
                    _ => state.refuses(Told::Interlocked),
                }
            }
        }
    }

    fn other_runs(&self, state: &mut State, kind: Kind) {
        if state.other_is_latched {
            state.other_told = Some(Told::Halted);
            return;
        }
        let events: &[Event] = match kind {
            Kind::Fine => &[],
            Kind::Noted => &[Event::Noted],
            Kind::Blocked => &[Event::Blocked],
            Kind::Stops => &[Event::Stopped, Event::Latched],
        };
        if !events.is_empty() {
            // It finds where the ledger ends, and what was latched by then.
            state.other_is_latched |= state.other_base != state.ledger.len() && state.latched;
            for event in events {
                state.other_numbers += 1;
                state.ledger.push(Record { is_others: true, number: state.other_numbers, event: *event });
            }
            state.other_base = state.ledger.len();
        }
        state.other_told = Some(match kind {
            Kind::Blocked => Told::Blocked,
            Kind::Stops => {
                (state.other_is_latched, state.latched) = (true, true);
                Told::Interlocked
            }
            Kind::Fine | Kind::Noted if state.latched => Told::HaltedByStore,
            Kind::Fine | Kind::Noted => {
                state.other_step += 1;
                Told::Committed
            }
        });
    }
}

const BEGUN: [Record; 2] = [
    Record { is_others: true, number: 0, event: Event::Begun },
    Record { is_others: false, number: 0, event: Event::Begun },
];

impl Model for Stream {
    type State = State;
    type Step = Step;

    fn first(&self) -> State {
        State {
            ledger: BEGUN.to_vec(),
            latched: false,
            step: 0,
            of_state: Vec::new(),
            base: BEGUN.to_vec(),
            unsaved: Vec::new(),
            interlock: None,
            doubted: None,
            is_latched: false,
            known: None,
            has_counted: false,
            phase: Phase::Rests,
            told: None,
            own: Vec::new(),
            made: Vec::new(),
            heard: Vec::new(),
            numbers: 0,
            other_base: 1,
            other_is_latched: false,
            other_step: 0,
            other_told: None,
            other_numbers: 0,
            runs: self.runs,
            others: self.others,
            faults: self.faults,
            deaths: self.deaths,
            resets: self.resets,
            wrong: None,
        }
    }

    fn steps(&self, state: &State) -> Vec<Step> {
        let mut steps = Vec::new();
        if state.others > 0 {
            steps.extend([Kind::Fine, Kind::Noted, Kind::Stops].map(Step::Other));
        }
        match state.phase {
            Phase::Gone => steps.push(Step::Starts),
            Phase::Rests => {
                if state.runs > 0 {
                    steps.extend([Kind::Fine, Kind::Noted, Kind::Blocked, Kind::Stops].map(Step::Runs));
                }
                steps.extend((state.resets > 0 && state.is_latched).then_some(Step::Resets));
                steps.extend((state.deaths > 0).then_some(Step::Killed));
            }
            phase => {
                steps.push(Step::Said(Say::Done));
                let is_submit = matches!(phase, Phase::Submits(_));
                // A commit in doubt is another model's: here it is found out.
                if state.faults > 0 && !matches!(phase, Phase::Doubts(_) | Phase::Searches(_)) {
                    steps.push(Step::Said(Say::Fails));
                    if is_submit {
                        steps.extend([Step::Said(Say::DoneInDoubt), Step::Said(Say::LostInDoubt)]);
                    }
                }
                if state.deaths > 0 {
                    steps.push(Step::Said(Say::Dies));
                    steps.extend(is_submit.then_some(Step::Said(Say::DoneAndDies)));
                }
            }
        }
        steps
    }

    fn after(&self, state: &State, step: &Step) -> State {
        let mut state = state.clone();
        match *step {
            Step::Runs(kind) => {
                state.runs -= 1;
                self.runs(&mut state, kind);
            }
            Step::Said(say) => {
                state.faults -= u8::from(matches!(say, Say::Fails | Say::DoneInDoubt | Say::LostInDoubt));
                state.deaths -= u8::from(matches!(say, Say::Dies | Say::DoneAndDies));
                self.said(&mut state, say);
            }
            Step::Other(kind) => {
                state.others -= 1;
                self.other_runs(&mut state, kind);
            }
            Step::Resets => {
                state.resets -= 1;
                state.record(Event::Reset);
                (state.is_latched, state.interlock) = (false, Some(false));
            }
            Step::Killed => {
                state.deaths -= 1;
                state.is_gone();
            }
            Step::Starts => {
                (state.phase, state.base, state.is_latched) = (Phase::Rests, state.ledger.clone(), state.latched);
                state.known = state.stop().filter(|_| state.latched);
                state.record(Event::Begun);
            }
        }
        state
    }

    fn broken(&self, state: &State) -> Option<&'static str> {
        let is_stored = |record: &Record| state.ledger.contains(record);
        let is_kept = |record: &Record| is_stored(record) || state.unsaved.contains(record);
        let comes_again = |at: usize| state.ledger[..at].contains(&state.ledger[at]);
        let ours: Vec<u8> =
            state.ledger.iter().filter(|record| !record.is_others).map(|record| record.number).collect();
        let is_of_interlock = |record: &&Record| matches!(record.event, Event::Latched | Event::Reset);
        let last = state.ledger.iter().rfind(is_of_interlock);
        let has_others_stop = state.ledger.iter().any(|record| record.is_others && record.event == Event::Latched);
        match () {
            () if state.wrong.is_some() => state.wrong,
            () if (0..state.ledger.len()).any(comes_again) => Some("a record is in the ledger twice"),
            () if !ours.is_sorted() => Some("a record is in the ledger before an earlier one"),
            () if !state.of_state.iter().all(is_stored) => Some("a state is stored whose record is not"),
            // What was reset behind the stop of another program, which nobody had seen, is not that.
            () if state.latched != last.is_some_and(|last| last.event == Event::Latched)
                && !(state.latched && has_others_stop) =>
            {
                Some("the interlock is not what the ledger says")
            }
            () if !state.heard.iter().all(is_stored) => Some("somebody has heard of what is not on record"),
            () if !state.made.iter().all(is_kept) => Some("a record is lost"),
            () => None,
        }
    }

    fn is_fault(&self, step: &Step) -> bool {
        match step {
            Step::Said(say) => *say != Say::Done,
            Step::Killed => true,
            Step::Runs(_) | Step::Other(_) | Step::Resets | Step::Starts => false,
        }
    }

    /// All is stored, or would be with the next run.
    fn is_well(&self, state: &State) -> bool {
        state.phase == Phase::Rests && (!state.has_unsaved() || state.runs == 0)
    }
}

#[derive(Clone, Default, Context)]
struct Books {
    total: i64,
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn book(ctx: Ctx<Books>, kind: u8) {
    *ctx.domain.total += i64::from(kind) + 1;
}

const RECIPE: &str = "
process_recipes:
  book:
    inputs:
      - { field: kind, neq: 1, level: C }
      - { field: kind, neq: 2, level: B }
      - { field: kind, neq: 3, level: S }
";

fn builder() -> EngineBuilder<Books> {
    Engine::builder(Books::default()).process::<Book>().recipe("audit.yaml", RECIPE).unwrap()
}

fn told(books: &Engine<Books>, kind: Kind) -> Told {
    let kind = match kind {
        Kind::Fine => 0,
        Kind::Noted => 1,
        Kind::Blocked => 2,
        Kind::Stops => 3,
    };
    match books.run(Book { kind }) {
        Ok(()) => Told::Committed,
        Err(RunError::Blocked(_)) => Told::Blocked,
        Err(RunError::Interlocked(_)) => Told::Interlocked,
        Err(RunError::Halted(_)) => Told::Halted,
        Err(RunError::Store(StoreError::Halted { .. })) => Told::HaltedByStore,
        Err(RunError::Store(StoreError::Unavailable { .. })) => Told::Unavailable,
        Err(RunError::Store(StoreError::InDoubt { .. })) => Told::InDoubt,
        Err(error) => panic!("{error}"),
    }
}

struct World {
    disk: Disk,
    program: Program<Engine<Books>, Told>,
    other: Engine<Books>,
    told: Option<Told>,
}

const OURS: &str = "ours";
const OTHERS: &str = "the other's";

fn program(disk: &Disk) -> Program<Engine<Books>, Told> {
    Program::new(disk, |store, _| builder().store(store).build().unwrap().hydrate_or(OURS, Books::default).unwrap())
}

/// What is seen: what the program does, whether it is stopped while it rests; the store's ledger, interlock and steps; what the other
/// one was told. Of a record whose it is tells its session, where it has one.
type Seen = ((Doing<Option<Told>>, Option<bool>), (Vec<(bool, Event)>, bool, [u64; 2]), Option<Told>);

impl Bound for Stream {
    type World = World;
    type Seen = Seen;

    fn world(&self) -> World {
        let disk = Disk::new(self.wrong);
        let other = builder().store(disk.store.clone()).build().unwrap();
        let other = other.hydrate_or(OTHERS, Books::default).unwrap();
        World { program: program(&disk), other, told: None, disk }
    }

    fn play(&self, world: &mut World, step: &Step) {
        match *step {
            Step::Runs(kind) => world.program.begins(move |books| told(books, kind)),
            Step::Said(say) => world.program.goes_on(say),
            Step::Other(kind) => world.told = Some(told(&world.other, kind)),
            Step::Resets => world.program.engine().reset_interlock("R. Lee", "checked the books").unwrap(),
            Step::Killed => world.program.is_gone(),
            Step::Starts => world.program = program(&world.disk),
        }
    }

    fn look(&self, world: &World) -> Seen {
        let store = &world.disk.store;
        let records = store.ledger(1, 1_000).unwrap().into_iter().map(|record| {
            let event = match &record.event {
                AuditEvent::Violation(violation) => match violation.level {
                    theus_core::audit::Level::C => Event::Noted,
                    theus_core::audit::Level::B => Event::Blocked,
                    _ => Event::Stopped,
                },
                AuditEvent::Interlock { .. } => Event::Latched,
                AuditEvent::InterlockReset { .. } => Event::Reset,
                _ => Event::Begun,
            };
            (&*record.session == OTHERS, event)
        });
        let step = |session| store.load(session).unwrap().map_or(0, |state| state.step);
        let doing = world.program.doing();
        let is_latched = matches!(doing, Doing::Told(_)).then(|| world.program.engine().interlock().is_some());
        let latched = store.begin().unwrap().interlock.is_some();
        ((doing, is_latched), (records.collect(), latched, [step(OURS), step(OTHERS)]), world.told)
    }

    fn shows(&self, state: &State) -> Seen {
        let doing = match state.phase {
            Phase::Rests => Doing::Told(state.told),
            Phase::Gone => Doing::Gone,
            Phase::Submits(_) => Doing::Waits(Ask::Submit),
            Phase::Compares(_) => Doing::Waits(Ask::Ledger),
            Phase::Follows(_) => Doing::Waits(Ask::Begin),
            Phase::Doubts(_) => Doing::Waits(Ask::Load),
            Phase::Searches(_) => Doing::Waits(Ask::Journal),
        };
        let shown = |record: &Record| (record.is_others && record.event != Event::Begun, record.event);
        let ledger = state.ledger.iter().map(shown).collect();
        let is_latched = (state.phase == Phase::Rests).then_some(state.is_latched);
        let steps = [state.step, state.other_step].map(u64::from);
        ((doing, is_latched), (ledger, state.latched, steps), state.other_told)
    }
}

#[test]
fn nothing_is_stored_or_told_that_is_not_on_record() {
    played_through("audit stream", &[Stream::LARGE, Stream::MORTAL], &Stream::SMALL);
}

const DONE: Step = Step::Said(Say::Done);

fn played(steps: &[Step]) -> Seen {
    let [model, ..] = Stream::SMALL;
    let mut world = model.world();
    steps.iter().for_each(|step| model.play(&mut world, step));
    model.look(&world)
}

#[test]
fn what_got_no_answer_and_is_stored_is_not_recorded_again_behind_another_programs() {
    let noted = Step::Runs(Kind::Noted);
    let in_doubt = [noted, Step::Said(Say::DoneInDoubt), Step::Other(Kind::Noted), DONE, DONE];
    // What it has recorded then comes behind the other one's: so the write is refused, and done again.
    let (_, (ledger, ..), _) = played(&[&in_doubt[..], &[noted, DONE, DONE, DONE, DONE]].concat());
    assert_eq!(ledger[2..], [(false, Event::Noted), (true, Event::Noted), (false, Event::Noted)]);
}

#[test]
fn a_reset_that_got_no_answer_and_is_stored_does_not_undo_what_another_program_has_latched_since() {
    let stopped = [Step::Runs(Kind::Stops), DONE, Step::Resets];
    let in_doubt = [Step::Runs(Kind::Blocked), Step::Said(Say::DoneInDoubt), Step::Other(Kind::Stops)];
    let ((doing, _), (_, latched, steps), _) =
        played(&[&stopped[..], &in_doubt, &[Step::Runs(Kind::Fine), DONE, DONE, DONE]].concat());
    assert_eq!((doing, latched, steps), (Doing::Told(Some(Told::HaltedByStore)), true, [0, 0]));
}

#[test]
fn a_reset_that_is_not_stored_yet_undoes_no_stop_that_the_operator_has_not_seen() {
    let stopped = [Step::Runs(Kind::Stops), DONE, Step::Resets, Step::Other(Kind::Stops)];
    let ((doing, _), (_, latched, steps), _) =
        played(&[&stopped[..], &[Step::Runs(Kind::Noted), DONE, DONE, DONE, DONE]].concat());
    assert_eq!((doing, latched, steps), (Doing::Told(Some(Told::HaltedByStore)), true, [0, 0]));
}

#[test]
fn a_protocol_with_a_flaw_is_found_out() {
    for (flaw, why) in [
        (Flaw::StateGoesBeforeItsRecords, "a state is stored whose record is not"),
        (Flaw::AFailedWriteForgetsItsRecords, "a record is lost"),
        (Flaw::TheInterlockIsToldBeforeItIsStored, "who has stopped the engine is told before it is stored"),
        (Flaw::TheInterlockIsPutBackThoughItIsStored, "a stop is reset that nobody has seen"),
        (Flaw::StoredOnesAreRecordedAgain, "a record is in the ledger twice"),
        (Flaw::TheInterlockRefusesNothing, "a run has committed though the interlock is latched"),
        (Flaw::AResetIsOfWhateverThereIs, "a stop is reset that nobody has seen"),
    ] {
        let told = search(&Stream { flaw: Some(flaw), ..Stream::LARGE }).err().unwrap_or_default();
        assert!(told.starts_with(why), "{flaw:?}: {told}");
    }
}

#[test]
fn a_store_that_forgets_what_was_recorded_is_found_out() {
    for wrong in [Wrong::ForgetsRecords, Wrong::ForgetsTheInterlock] {
        let [small, ..] = Stream::SMALL;
        notices(&Stream { wrong: Some(wrong), ..small });
    }
}
