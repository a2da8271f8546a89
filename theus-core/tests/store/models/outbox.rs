//! The outbox: one program delivers what the sessions of another have sent; it fails, it dies before or after a delivery or its note,
//! it tries again and gives up; somebody sends dead letters again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use theus_core::EngineBuilder;
use theus_core::engine::{Delivery, Message, NotDelivered};
use theus_core::prelude::*;
use theus_core::store::{Store, StoreError};

use super::program::{Ask, Disk, Doing, Program, Say, Strings, Wrong};
use super::replay::Bound;
use super::search::{Model, search};
use super::{notices, played_through};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    NotedBeforeItIsDelivered,
    TheNextOneHasItsTurnThoughOneWaits,
    DeadOnesAreDropped,
    DeadOnesComeBackInTime,
}

struct Outbox {
    flaw: Option<Flaw>,
    wrong: Option<Wrong>,
    /// How many letters each session sends.
    sends: [u8; 2],
    faults: u8,
    deaths: u8,
    agains: u8,
}

impl Outbox {
    const LARGE: Self = Self { flaw: None, wrong: None, sends: [2, 1], faults: 2, deaths: 1, agains: 1 };
    /// What is played edge by edge: two sessions, a courier that dies, letters that die.
    const SMALL: [Self; 3] = [
        Self { sends: [1, 1], faults: 1, agains: 0, ..Self::LARGE },
        Self { sends: [2, 0], faults: 1, agains: 0, ..Self::LARGE },
        Self { sends: [2, 0], deaths: 0, ..Self::LARGE },
    ];
}

/// After so many attempts a letter is dead.
const ATTEMPTS: u8 = 2;

/// A session, and which of its letters.
type Key = (u8, u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Letter {
    key: Key,
    tries: u8,
    /// Its time has not come yet.
    waits: bool,
    dead: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Rests,
    Gone,
    /// Reads the letters after this one.
    Reads(Pass, Option<Key>),
    /// Has the first of these in hand.
    Delivers(Pass, Vec<Letter>),
    /// The same, and notes whether it has delivered it; whether the time for the next attempt has come already.
    Notes(Pass, Vec<Letter>, bool, bool),
}

/// What going through the outbox has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Pass {
    delivered: u8,
    failed: u8,
    died: u8,
    waiting: u8,
    /// The session whose letter waits.
    held_up: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Told {
    Went([u64; 4]),
    Unavailable,
    InDoubt,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    /// In the order of their keys.
    letters: Vec<Letter>,
    sent: [u8; 2],
    /// Of each letter that was sent how often it has arrived, and whether it was given up once.
    arrived: Vec<(Key, u8)>,
    given_up: Vec<Key>,
    phase: Phase,
    told: Option<Told>,
    faults: u8,
    deaths: u8,
    agains: u8,
    wrong: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Sends(u8),
    Delivers,
    Said(Say),
    TimePasses,
    /// The first dead letter waits again.
    Again,
    Killed,
    Starts,
}

impl State {
    fn arrives(&mut self, key: Key) {
        let arrived = self.arrived.iter().filter(|(_, times)| *times > 0).map(|(key, _)| *key);
        let had: Vec<Key> = arrived.chain(self.given_up.iter().copied()).collect();
        if (1..key.1).any(|before| !had.contains(&(key.0, before))) {
            self.wrong = Some("a letter has arrived before one that was sent earlier");
        }
        if let Some((_, times)) = self.arrived.iter_mut().find(|(other, _)| *other == key) {
            *times += 1;
        }
    }

    fn rests(&mut self, told: Option<Told>) {
        (self.phase, self.told) = (Phase::Rests, told);
    }

    fn is_gone(&mut self) {
        (self.phase, self.told) = (Phase::Gone, None);
    }
}

impl Outbox {
    /// Goes on with the first of these whose turn it is.
    fn goes_on(&self, state: &mut State, mut pass: Pass, mut page: Vec<Letter>, mut last: Option<Key>) {
        while let Some(letter) = page.first() {
            if pass.held_up == Some(letter.key.0) {
                pass.waiting += 1;
            } else if letter.waits {
                pass.waiting += 1;
                self.holds_up(&mut pass, letter.key.0);
            } else {
                if self.flaw == Some(Flaw::NotedBeforeItIsDelivered) {
                    state.letters.retain(|other| other.key != letter.key);
                }
                state.phase = Phase::Delivers(pass, page);
                return;
            }
            last = Some(page.remove(0).key);
        }
        state.phase = Phase::Reads(pass, last);
    }

    fn holds_up(&self, pass: &mut Pass, session: u8) {
        if self.flaw != Some(Flaw::TheNextOneHasItsTurnThoughOneWaits) {
            pass.held_up = Some(session);
        }
    }

    /// What a note says is in the store.
    fn noted(&self, state: &mut State, letter: Letter, has_arrived: bool, is_due: bool) {
        let tries = letter.tries + 1;
        let is_dead = tries >= ATTEMPTS;
        let is_dropped = is_dead && self.flaw == Some(Flaw::DeadOnesAreDropped);
        if has_arrived || is_dropped {
            state.letters.retain(|other| other.key != letter.key);
        } else if let Some(stored) = state.letters.iter_mut().find(|other| other.key == letter.key) {
            *stored = Letter { tries, waits: !is_dead && !is_due, dead: is_dead, ..letter };
        }
        if !has_arrived && is_dead && !state.given_up.contains(&letter.key) {
            state.given_up.push(letter.key);
        }
    }

    fn said(&self, state: &mut State, say: Say) {
        match std::mem::replace(&mut state.phase, Phase::Gone) {
            Phase::Rests | Phase::Gone => {}
            Phase::Reads(pass, after) => match say {
                Say::Fails => state.rests(Some(Told::Unavailable)),
                Say::Dies | Say::DoneAndDies => state.is_gone(),
                _ => {
                    let later = state.letters.iter().filter(|letter| !letter.dead && Some(letter.key) > after);
                    let page: Vec<Letter> = later.copied().collect();
                    if page.is_empty() {
                        let went = [pass.delivered, pass.failed, pass.died, pass.waiting].map(u64::from);
                        state.rests(Some(Told::Went(went)));
                    } else {
                        self.goes_on(state, pass, page, after);
                    }
                }
            },
            Phase::Delivers(pass, page) => {
                if matches!(say, Say::Done | Say::DoneInDoubt | Say::DoneAndDies) {
                    state.arrives(page[0].key);
                }
                match say {
                    Say::Dies | Say::DoneAndDies => state.is_gone(),
                    _ => state.phase = Phase::Notes(pass, page, say == Say::Done, false),
                }
            }
            Phase::Notes(pass, page, has_arrived, is_due) => self.note(state, pass, page, (has_arrived, is_due), say),
        }
    }

    fn note(&self, state: &mut State, mut pass: Pass, mut page: Vec<Letter>, went: (bool, bool), say: Say) {
        let (has_arrived, is_due) = went;
        let letter = page.remove(0);
        if matches!(say, Say::Done | Say::DoneInDoubt | Say::DoneAndDies) {
            self.noted(state, letter, has_arrived, is_due);
        }
        match say {
            Say::Fails => return state.rests(Some(Told::Unavailable)),
            Say::DoneInDoubt | Say::LostInDoubt => return state.rests(Some(Told::InDoubt)),
            Say::Dies | Say::DoneAndDies => return state.is_gone(),
            Say::Done => {}
        }
        let is_dead = letter.tries + 1 >= ATTEMPTS;
        match (has_arrived, is_dead) {
            (true, _) => pass.delivered += 1,
            (false, true) => pass.died += 1,
            (false, false) => {
                (pass.failed, pass.waiting) = (pass.failed + 1, pass.waiting + 1);
                self.holds_up(&mut pass, letter.key.0);
            }
        }
        self.goes_on(state, pass, page, Some(letter.key));
    }
}

impl Model for Outbox {
    type State = State;
    type Step = Step;

    fn first(&self) -> State {
        State {
            letters: Vec::new(),
            sent: [0, 0],
            arrived: Vec::new(),
            given_up: Vec::new(),
            phase: Phase::Rests,
            told: None,
            faults: self.faults,
            deaths: self.deaths,
            agains: self.agains,
            wrong: None,
        }
    }

    fn steps(&self, state: &State) -> Vec<Step> {
        let mut steps = Vec::new();
        for session in 0..2 {
            if state.sent[usize::from(session)] < self.sends[usize::from(session)] {
                steps.push(Step::Sends(session));
            }
        }
        let is_new = matches!(state.phase, Phase::Notes(_, _, false, false));
        if is_new || state.letters.iter().any(|letter| letter.waits) {
            steps.push(Step::TimePasses);
        }
        if state.agains > 0 && state.letters.iter().any(|letter| letter.dead) {
            steps.push(Step::Again);
        }
        match state.phase {
            Phase::Gone => steps.push(Step::Starts),
            Phase::Rests => {
                steps.push(Step::Delivers);
                steps.extend((state.deaths > 0).then_some(Step::Killed));
            }
            Phase::Reads(..) | Phase::Delivers(..) | Phase::Notes(..) => {
                let faults: &[Say] = match state.phase {
                    Phase::Reads(..) => &[Say::Fails],
                    // It has arrived, and the answer that says so has not.
                    Phase::Delivers(..) => &[Say::Fails, Say::DoneInDoubt],
                    _ => &[Say::Fails, Say::DoneInDoubt, Say::LostInDoubt],
                };
                steps.push(Step::Said(Say::Done));
                if state.faults > 0 {
                    steps.extend(faults.iter().copied().map(Step::Said));
                }
                if state.deaths > 0 {
                    steps.extend([Step::Said(Say::Dies), Step::Said(Say::DoneAndDies)]);
                }
            }
        }
        steps
    }

    fn after(&self, state: &State, step: &Step) -> State {
        let mut state = state.clone();
        match *step {
            Step::Sends(session) => {
                let sent = &mut state.sent[usize::from(session)];
                *sent += 1;
                let key = (session, *sent);
                state.letters.push(Letter { key, tries: 0, waits: false, dead: false });
                state.letters.sort_by_key(|letter| letter.key);
                state.arrived.push((key, 0));
                state.arrived.sort_unstable();
            }
            Step::Delivers => state.phase = Phase::Reads(Pass::default(), None),
            Step::Said(say) => {
                state.faults -= u8::from(matches!(say, Say::Fails | Say::DoneInDoubt | Say::LostInDoubt));
                state.deaths -= u8::from(matches!(say, Say::Dies | Say::DoneAndDies));
                self.said(&mut state, say);
            }
            Step::TimePasses => {
                let come_back = self.flaw == Some(Flaw::DeadOnesComeBackInTime);
                state.letters.iter_mut().for_each(|letter| {
                    (letter.waits, letter.dead) = (false, letter.dead && !come_back);
                });
                if let Phase::Notes(.., is_due) = &mut state.phase {
                    *is_due = true;
                }
                if let Phase::Delivers(_, page) | Phase::Notes(_, page, ..) = &mut state.phase {
                    page.iter_mut().for_each(|letter| letter.waits = false);
                }
            }
            Step::Again => {
                state.agains -= 1;
                if let Some(letter) = state.letters.iter_mut().find(|letter| letter.dead) {
                    (letter.dead, letter.tries) = (false, 0);
                }
            }
            Step::Killed => {
                state.deaths -= 1;
                state.is_gone();
            }
            Step::Starts => state.rests(None),
        }
        state
    }

    fn broken(&self, state: &State) -> Option<&'static str> {
        if state.wrong.is_some() {
            return state.wrong;
        }
        let is_kept = |key: &Key| state.letters.iter().any(|letter| letter.key == *key);
        if state.arrived.iter().any(|(key, times)| *times == 0 && !is_kept(key)) {
            return Some("a letter is lost");
        }
        // One of these that is no dead letter was sent again by somebody.
        let alive =
            state.given_up.iter().filter(|key| !state.letters.iter().any(|letter| letter.dead && letter.key == **key));
        if alive.count() > usize::from(self.agains - state.agains) {
            return Some("a dead letter is none any more, and nobody has sent it again");
        }
        let repeated: u8 = state.arrived.iter().map(|(_, times)| times.saturating_sub(1)).sum();
        let reasons = (self.faults - state.faults) + (self.deaths - state.deaths) + (self.agains - state.agains);
        (repeated > reasons).then_some("a letter has arrived again for no reason")
    }

    fn is_fault(&self, step: &Step) -> bool {
        match step {
            Step::Said(say) => *say != Say::Done,
            Step::Killed => true,
            Step::Sends(_) | Step::Delivers | Step::TimePasses | Step::Again | Step::Starts => false,
        }
    }

    /// Nothing waits.
    fn is_well(&self, state: &State) -> bool {
        state.phase == Phase::Rests && state.letters.iter().all(|letter| letter.dead)
    }
}

#[derive(Clone, Default, Context)]
struct Till {
    total: i64,
}

#[derive(Serialize, Deserialize)]
struct Receipt {
    total: i64,
}

#[process(inputs = [domain.total], outputs = [domain.total], messages = [Receipt])]
fn pay(ctx: Ctx<Till>) {
    *ctx.domain.total += 1;
    ctx.send(Receipt { total: *ctx.domain.total });
}

struct World {
    disk: Disk,
    /// Whose sessions send.
    till: Engine<Till>,
    seconds: Arc<AtomicU64>,
    arrived: Arc<Mutex<Vec<Key>>>,
    courier: Program<(Engine<Till>, Arc<Strings>), Told>,
}

fn builder() -> EngineBuilder<Till> {
    Engine::builder(Till::default()).process::<Pay>()
}

fn courier(disk: &Disk, seconds: &Arc<AtomicU64>) -> Program<(Engine<Till>, Arc<Strings>), Told> {
    let seconds = Arc::clone(seconds);
    let now = move || SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed));
    Program::new(disk, |store, strings| (builder().clock(now).store(store).build().unwrap(), strings))
}

const SESSIONS: [&str; 2] = ["a", "b"];

fn key(message: &Message) -> Key {
    let session = SESSIONS.iter().position(|name| *name == message.session()).unwrap();
    (u8::try_from(session).unwrap(), u8::try_from(message.number()).unwrap())
}

fn outbox(engine: &Engine<Till>) -> theus_core::engine::Outbox {
    let wait = Duration::from_secs(10);
    engine.outbox().unwrap().attempts(u32::from(ATTEMPTS)).backoff(wait, wait)
}

fn delivers(engine: &Engine<Till>, strings: &Strings, arrived: &Mutex<Vec<Key>>) -> Told {
    let went = outbox(engine).deliver(|message| -> Result<(), NotDelivered> {
        let say = strings.ask(Ask::Effect);
        if matches!(say, Some(Say::Done | Say::DoneInDoubt | Say::DoneAndDies)) {
            arrived.lock().unwrap().push(key(message));
        }
        if say == Some(Say::Done) { Ok(()) } else { Err("nobody is there".into()) }
    });
    match went {
        Ok(Delivery { delivered, failed, died, waiting, .. }) => Told::Went([delivered, failed, died, waiting]),
        Err(StoreError::Unavailable { .. }) => Told::Unavailable,
        Err(StoreError::InDoubt { .. }) => Told::InDoubt,
        Err(error) => panic!("{error}"),
    }
}

/// What the courier does; the letters in the store: key, tries, whether dead; those that have arrived, and how often.
type Seen = (Doing<Option<Told>>, Vec<(Key, u8, bool)>, Vec<(Key, u8)>);

impl Bound for Outbox {
    type World = World;
    type Seen = Seen;

    fn world(&self) -> World {
        let (disk, seconds) = (Disk::new(self.wrong), Arc::new(AtomicU64::new(1_000)));
        let till = builder().store(disk.store.clone()).build().unwrap();
        World { courier: courier(&disk, &seconds), till, seconds, arrived: Arc::default(), disk }
    }

    fn play(&self, world: &mut World, step: &Step) {
        match *step {
            Step::Sends(session) => {
                let session = world.till.hydrate_or(SESSIONS[usize::from(session)], Till::default).unwrap();
                session.run(Pay {}).unwrap();
            }
            Step::Delivers => {
                let arrived = Arc::clone(&world.arrived);
                world.courier.begins(move |(engine, strings)| delivers(engine, strings, &arrived));
            }
            Step::Said(say) => world.courier.goes_on(say),
            Step::TimePasses => drop(world.seconds.fetch_add(1_000, Ordering::Relaxed)),
            Step::Again => {
                let outbox = outbox(&world.till);
                outbox.again(&outbox.dead_letters(None, 1).unwrap()[0]).unwrap();
            }
            Step::Killed => world.courier.is_gone(),
            Step::Starts => world.courier = courier(&world.disk, &world.seconds),
        }
    }

    fn look(&self, world: &World) -> Seen {
        let mut letters = Vec::new();
        for is_dead in [false, true] {
            letters.extend(world.disk.store.outbox(is_dead, None, 100).unwrap().into_iter().map(
                |(session, letter)| {
                    let session = u8::from(session == SESSIONS[1]);
                    let (number, tries) = (u8::try_from(letter.number).unwrap(), u8::try_from(letter.tries).unwrap());
                    ((session, number), tries, is_dead)
                },
            ));
        }
        letters.sort_unstable();
        let mut arrived: Vec<(Key, u8)> = Vec::new();
        for key in &*world.arrived.lock().unwrap() {
            match arrived.iter_mut().find(|(other, _)| other == key) {
                Some((_, times)) => *times += 1,
                None => arrived.push((*key, 1)),
            }
        }
        arrived.sort_unstable();
        (world.courier.doing(), letters, arrived)
    }

    fn shows(&self, state: &State) -> Seen {
        let doing = match &state.phase {
            Phase::Rests => Doing::Told(state.told),
            Phase::Gone => Doing::Gone,
            Phase::Reads(..) => Doing::Waits(Ask::Outbox),
            Phase::Delivers(..) => Doing::Waits(Ask::Effect),
            Phase::Notes(..) => Doing::Waits(Ask::Submit),
        };
        let letters = state.letters.iter().map(|letter| (letter.key, letter.tries, letter.dead)).collect();
        (doing, letters, state.arrived.iter().filter(|(_, times)| *times > 0).copied().collect())
    }
}

#[test]
fn each_letter_arrives_in_order_and_dead_ones_stay() {
    played_through("outbox", &[Outbox::LARGE], &Outbox::SMALL);
}

#[test]
fn what_a_letter_waits_begins_when_its_attempt_has_failed() {
    let model = Outbox::LARGE;
    let (mut world, done) = (model.world(), Step::Said(Say::Done));
    let takes_long = [Step::Sends(0), Step::Delivers, done, Step::TimePasses, Step::Said(Say::Fails), done, done];
    takes_long.iter().for_each(|step| model.play(&mut world, step));
    assert_eq!(world.courier.doing(), Doing::Told(Some(Told::Went([0, 1, 0, 1]))));
    [Step::Delivers, done].iter().for_each(|step| model.play(&mut world, step));
    assert_eq!(world.courier.doing(), Doing::Waits(Ask::Outbox), "it is not tried again yet");
}

#[test]
fn a_protocol_with_a_flaw_is_found_out() {
    for (flaw, why) in [
        (Flaw::NotedBeforeItIsDelivered, "a letter is lost"),
        (Flaw::TheNextOneHasItsTurnThoughOneWaits, "a letter has arrived before one that was sent earlier"),
        (Flaw::DeadOnesAreDropped, "a letter is lost"),
        (Flaw::DeadOnesComeBackInTime, "a dead letter is none any more, and nobody has sent it again"),
    ] {
        let told = search(&Outbox { flaw: Some(flaw), faults: 3, ..Outbox::LARGE }).err().unwrap_or_default();
        assert!(told.starts_with(why), "{flaw:?}: {told}");
    }
}

#[test]
fn a_store_that_forgets_what_was_noted_is_found_out() {
    for wrong in [Wrong::ForgetsDeliveries, Wrong::AnswersAndWritesNothing] {
        notices(&Outbox { wrong: Some(wrong), sends: [1, 0], ..Outbox::LARGE });
    }
}
