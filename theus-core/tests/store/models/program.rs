//! A program on strings: each of its calls to the store, and what it does outside, waits until it is said what becomes of it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use theus_core::audit::AuditRecord;
use theus_core::store::{
    Base, Beginning, Committed, Done, Fault, JournalEntry, Lease, MemoryStore, SessionRow, SessionState, Store,
    StoreError, StoredAnswer, StoredMessage, Write,
};

/// What a program waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ask {
    Begin,
    Submit,
    Load,
    Answer,
    Journal,
    Lease,
    Outbox,
    Ledger,
    /// Something outside.
    Effect,
}

/// What becomes of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Say {
    Done,
    /// It fails, and nothing is done.
    Fails,
    /// It is done, and no answer comes.
    DoneInDoubt,
    /// Nothing is done, and no answer comes.
    LostInDoubt,
    /// The program is killed before it.
    Dies,
    /// The program is killed when it is done.
    DoneAndDies,
}

impl Say {
    const fn fault(self) -> Option<Fault> {
        match self {
            Self::Fails => Some(Fault::Unavailable),
            Self::DoneInDoubt => Some(Fault::DoneInDoubt),
            Self::LostInDoubt => Some(Fault::LostInDoubt),
            Self::Done | Self::Dies | Self::DoneAndDies => None,
        }
    }
}

/// What a store does wrong, so that a replay is seen to notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    IgnoresFences,
    AnswersAndWritesNothing,
    ForgetsAnswers,
    ForgetsDeliveries,
    ForgetsRecords,
    ForgetsTheInterlock,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing waits.
    Free,
    OnStrings,
    /// It was killed: what is left of it reaches nothing.
    Dead,
}

enum Heard {
    Asks(Ask),
    IsOver,
}

/// The strings: what is outside waits on them too.
pub(super) struct Strings {
    mode: Mutex<Mode>,
    tell: Sender<Heard>,
    said: Mutex<Receiver<Say>>,
}

impl Strings {
    /// Waits for what becomes of it; none where the program is dead by then.
    pub(super) fn ask(&self, ask: Ask) -> Option<Say> {
        match *self.mode.lock().unwrap() {
            Mode::Free => return Some(Say::Done),
            Mode::Dead => return None,
            Mode::OnStrings => {}
        }
        // Nobody is there any more where a test is over.
        self.tell.send(Heard::Asks(ask)).ok()?;
        let say = self.said.lock().unwrap().recv().ok()?;
        if matches!(say, Say::Dies | Say::DoneAndDies) {
            *self.mode.lock().unwrap() = Mode::Dead;
        }
        (say != Say::Dies).then_some(say)
    }
}

/// A store, and what is wrong with it.
#[derive(Clone, Default)]
pub(super) struct Disk {
    pub(super) store: MemoryStore,
    wrong: Option<Wrong>,
    /// The lease that was had last.
    leased: Arc<Mutex<Option<Lease>>>,
}

impl Disk {
    pub(super) fn new(wrong: Option<Wrong>) -> Self {
        Self { wrong, ..Self::default() }
    }

    /// The lease runs out by the store's clock, whatever the clock of the program says that has it.
    pub(super) fn lease_runs_out(&self) {
        let lease = self.leased.lock().unwrap().clone().unwrap();
        self.store.lease("main", &lease.owner, Duration::ZERO).unwrap();
    }
}

/// A program's way to it.
#[derive(Clone)]
pub(super) struct OnStrings {
    disk: Disk,
    strings: Arc<Strings>,
}

impl OnStrings {
    fn read<T>(&self, ask: Ask, read: impl FnOnce(&MemoryStore) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.next_fails(self.strings.ask(ask));
        read(&self.disk.store)
    }

    fn next_fails(&self, say: Option<Say>) {
        if let Some(fault) = say.and_then(Say::fault) {
            self.disk.store.fail(self.disk.store.calls() + 1, fault);
        }
    }

    fn dead(&self) -> StoreError {
        StoreError::Unavailable { store: self.disk.store.name(), reason: "the program is dead".to_owned() }
    }

    fn spoiled(&self, mut write: Write) -> Write {
        match self.disk.wrong {
            Some(Wrong::IgnoresFences) => {
                if let Some(lease) = self.disk.leased.lock().unwrap().as_ref().filter(|_| write.entry.is_some()) {
                    self.disk.store.give_back(&write.session, lease).unwrap();
                }
                write.lease = None;
            }
            Some(Wrong::ForgetsAnswers) => write.answer = None,
            Some(Wrong::ForgetsDeliveries) => write.delivered.clear(),
            Some(Wrong::ForgetsRecords) => write.audit.records.clear(),
            Some(Wrong::ForgetsTheInterlock) => write.audit.interlock = None,
            Some(Wrong::AnswersAndWritesNothing) | None => {}
        }
        write
    }
}

impl Store for OnStrings {
    fn name(&self) -> String {
        self.disk.store.name()
    }
    fn begin(&self) -> Result<Beginning, StoreError> {
        self.read(Ask::Begin, |store| store.begin())
    }
    fn submit(&self, write: Write, done: Done) {
        let is_first = write.first.is_some();
        let write = self.spoiled(write);
        match self.strings.ask(Ask::Submit) {
            None => done(Err(self.dead())),
            Some(Say::DoneAndDies) => {
                self.disk.store.submit(write, Box::new(drop));
                done(Err(self.dead()));
            }
            Some(Say::Done) if self.disk.wrong == Some(Wrong::AnswersAndWritesNothing) && !is_first => {
                done(Ok(Committed))
            }
            say => {
                self.next_fails(say);
                self.disk.store.submit(write, done);
            }
        }
    }
    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError> {
        self.read(Ask::Load, |store| store.load(session))
    }
    fn base(&self, session: &str) -> Result<Option<Base>, StoreError> {
        self.disk.store.base(session)
    }
    fn prune(&self, session: &str, base: Base) -> Result<(), StoreError> {
        self.disk.store.prune(session, base)
    }
    fn remove(&self, session: &str, step: u64) -> Result<(), StoreError> {
        self.disk.store.remove(session, step)
    }
    fn answer(&self, session: &str, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        self.read(Ask::Answer, |store| store.answer(session, key))
    }
    fn prune_answers(&self, before: u64) -> Result<u64, StoreError> {
        self.disk.store.prune_answers(before)
    }
    fn outbox(
        &self,
        is_dead: bool,
        after: Option<(&str, u64)>,
        most: usize,
    ) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        self.read(Ask::Outbox, |store| store.outbox(is_dead, after, most))
    }
    fn lease(&self, session: &str, owner: &str, _: Duration) -> Result<Lease, StoreError> {
        match self.strings.ask(Ask::Lease) {
            None => Err(self.dead()),
            say => {
                self.next_fails(say);
                // It runs out when it is told to.
                let lease = self.disk.store.lease(session, owner, Duration::from_secs(3_600))?;
                *self.disk.leased.lock().unwrap() = Some(lease.clone());
                Ok(lease)
            }
        }
    }
    fn give_back(&self, session: &str, lease: &Lease) -> Result<(), StoreError> {
        match *self.strings.mode.lock().unwrap() {
            Mode::Dead => Err(self.dead()),
            Mode::Free | Mode::OnStrings => self.disk.store.give_back(session, lease),
        }
    }
    fn journal(&self, session: &str, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        self.read(Ask::Journal, |store| store.journal(session, from, most))
    }
    fn sessions(&self, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError> {
        self.disk.store.sessions(after, most)
    }
    fn ledger(&self, from: u64, most: usize) -> Result<Vec<AuditRecord>, StoreError> {
        self.read(Ask::Ledger, |store| store.ledger(from, most))
    }
}

/// What the program does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Doing<R> {
    Waits(Ask),
    /// It rests; what it has come to, where it was asked for something.
    Told(R),
    Gone,
}

/// A program, and what it does.
pub(super) struct Program<E, R> {
    engine: Option<E>,
    strings: Arc<Strings>,
    heard: Receiver<Heard>,
    say: Sender<Say>,
    running: Option<JoinHandle<R>>,
    doing: Doing<Option<R>>,
}

/// Longer than any program takes: what hangs is told.
const HANGS: Duration = Duration::from_secs(30);

impl<E, R: Send + 'static> Program<E, R> {
    pub(super) fn new(disk: &Disk, build: impl FnOnce(OnStrings, Arc<Strings>) -> E) -> Self {
        let ((tell, heard), (say, said)) = (channel(), channel());
        let strings = Arc::new(Strings { mode: Mutex::new(Mode::Free), tell, said: Mutex::new(said) });
        let store = OnStrings { disk: disk.clone(), strings: Arc::clone(&strings) };
        let engine = Some(build(store, Arc::clone(&strings)));
        Self { engine, strings, heard, say, running: None, doing: Doing::Told(None) }
    }

    pub(super) fn engine(&self) -> &E {
        self.engine.as_ref().unwrap()
    }

    pub(super) fn doing(&self) -> Doing<Option<R>>
    where
        R: Copy,
    {
        self.doing
    }

    /// It begins with something, and goes on until it waits or is done.
    pub(super) fn begins(&mut self, what: impl FnOnce(&E) -> R + Send + 'static)
    where
        E: Clone + Send + 'static,
    {
        *self.strings.mode.lock().unwrap() = Mode::OnStrings;
        let (engine, tell) = (self.engine().clone(), self.strings.tell.clone());
        self.running = Some(thread::spawn(move || {
            let told = what(&engine);
            // A program that was killed is listened to by nobody.
            let _ = tell.send(Heard::IsOver);
            told
        }));
        self.waits();
    }

    /// What it waits for comes to this, and it goes on until it waits again or is done.
    pub(super) fn goes_on(&mut self, say: Say) {
        self.say.send(say).unwrap();
        match say {
            Say::Dies | Say::DoneAndDies => self.is_gone(),
            _ => self.waits(),
        }
    }

    fn waits(&mut self) {
        self.doing = match self.heard.recv_timeout(HANGS) {
            Ok(Heard::Asks(ask)) => Doing::Waits(ask),
            Ok(Heard::IsOver) => {
                *self.strings.mode.lock().unwrap() = Mode::Free;
                Doing::Told(Some(self.running.take().unwrap().join().unwrap()))
            }
            Err(_) => panic!("the program hangs"),
        };
    }

    /// Whatever it asks now whether something was done fails, until it gives up.
    pub(super) fn hears_nothing(&mut self) {
        while matches!(self.doing, Doing::Waits(Ask::Load)) {
            self.goes_on(Say::Fails);
        }
    }

    /// It ends in good order.
    pub(super) fn leaves(&mut self) {
        drop(self.engine.take());
        self.doing = Doing::Gone;
    }

    /// Killed while it rests, or when it was told to die.
    pub(super) fn is_gone(&mut self) {
        if let Some(running) = self.running.take() {
            // What the dead one holds of the store is let go before anybody goes on.
            drop(self.engine.take());
            running.join().unwrap();
        } else {
            *self.strings.mode.lock().unwrap() = Mode::Dead;
            drop(self.engine.take());
        }
        self.doing = Doing::Gone;
    }
}

impl<E, R> Drop for Program<E, R> {
    fn drop(&mut self) {
        // What still waits is let go, as a program that is killed.
        *self.strings.mode.lock().unwrap() = Mode::Dead;
        let _ = self.say.send(Say::Dies);
        drop(self.engine.take());
    }
}
