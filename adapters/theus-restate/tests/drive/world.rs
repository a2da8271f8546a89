//! Objects without a server: what is kept is in a map, time is virtual.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use theus_core::Engine;
use theus_core::audit::{Counted, SharedInterlock};
use theus_core::engine::RunId;
use theus_core::store::{Field, SessionState};
use theus_core::workflow::{Clock, VirtualClock};
use theus_restate::drive::parts::{self, Change, Kept, PartName, SteppedInParts, Warm};
use theus_restate::drive::{
    Around, Ask, Delivery, Entry, Host, Hosted, Recorded, SharedCounters, StepError, StepInput, Stepped, Told, Turn,
};
use tokio::runtime::Runtime;

use super::program::{self, Outside};

/// What is done outside: it does not answer each third time.
#[derive(Default)]
pub struct World(pub Mutex<Vec<(String, i64)>>);

impl Outside for World {
    fn pay(&self, key: &str, amount: i64) -> bool {
        let mut seen = self.0.lock();
        seen.push((key.to_owned(), amount));
        // Alike for two that are asked the same in the same order, whatever the keys.
        let times = seen.iter().filter(|(_, asked)| *asked == amount).count();
        amount % 3 != 0 || times % 3 == 0
    }
}

/// Something is done to what is kept.
pub type Spoil = fn(&mut Entry);

/// What carries the sessions, as Restate does.
pub struct Carrier {
    pub hosted: Arc<dyn Hosted>,
    pub runtime: Runtime,
    pub clock: VirtualClock,
    /// What is kept, as bytes.
    pub kept: BTreeMap<String, Vec<u8>>,
    /// Who is to be driven, and when.
    pub ticks: Vec<(String, u64)>,
    pub sent: Vec<Delivery>,
    /// What is to go to the ledger, and of which session.
    pub recorded: Vec<(String, Recorded)>,
    pub invocations: u64,
    pub steps: u32,
    /// What is done to what is kept, before it is kept: for the test's own test.
    pub spoil: Spoil,
    pub interlock: Option<Box<dyn SharedInterlock>>,
    pub counters: Option<Arc<dyn SharedCounters>>,
    /// What is to go to counters that machines share.
    pub counted: Vec<Counted>,
    /// Where sessions are kept in parts.
    pub parts: Option<Parts>,
}

/// What is kept of sessions but for their entries, as a server has it: by session and key.
pub struct Parts {
    engine: Engine<program::Till, (), program::Ports>,
    pub kept: BTreeMap<(String, String), Vec<u8>>,
    /// What each of two machines knows: calls go to one of them by chance.
    machines: [Warm; 2],
    pub random: fastrand::Rng,
    /// How often fields had to be read, and how often they were known.
    pub read: u32,
    pub known: u32,
}

impl Parts {
    /// What is kept, put together.
    fn apart(&self, session: &str, kept: &[Kept]) -> Result<Vec<Field>, StepError> {
        let get = |name: &PartName| self.kept.get(&(session.to_owned(), name.key())).cloned();
        parts::fields(session, kept, get)
    }

    /// The same, each of them whole.
    fn whole(&self, entry: Entry) -> SessionState {
        let state = SessionState { position: None, ..entry.state };
        let run = RunId { life: 0, turn: 0 };
        self.engine.carry("a", program::Till::default(), Some(state), run).unwrap().dehydrate().unwrap()
    }
}

impl Carrier {
    /// The same, where sessions are kept in parts.
    pub fn in_parts(outside: Arc<dyn Outside>, seed: u64) -> Self {
        let engine = program::builder(Arc::clone(&outside)).unwrap().carried().build().unwrap();
        let machines = [Warm::new(1 << 20), Warm::new(1 << 20)];
        let random = fastrand::Rng::with_seed(seed);
        let mut carrier = Self::with(outside, |host| host.in_parts());
        carrier.parts = Some(Parts { engine, kept: BTreeMap::new(), machines, random, read: 0, known: 0 });
        carrier
    }

    pub fn new(outside: Arc<dyn Outside>) -> Self {
        Self::with(outside, |host| host)
    }

    fn with(outside: Arc<dyn Outside>, set: impl FnOnce(Tills) -> Tills) -> Self {
        let engine = program::builder(outside).unwrap().carried().build().unwrap();
        let clock = VirtualClock::new();
        let host = set(theus_restate::drive::Host::new(engine.clone()));
        let workflow = theus_core::workflow::WorkflowManager::from_text(&engine, "till.yaml", program::FLOW).unwrap();
        let host = host
            .workflow(workflow.shared_definition())
            .route(|sent| program::route("Tills", sent))
            .clock(clock.clone())
            .keeps_records(true);
        Self::of(Arc::new(host.explains::<program::Charge>()), clock)
    }

    pub fn of(hosted: Arc<dyn Hosted>, clock: VirtualClock) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self {
            hosted,
            runtime,
            clock,
            kept: BTreeMap::new(),
            ticks: Vec::new(),
            sent: Vec::new(),
            recorded: Vec::new(),
            invocations: 0,
            steps: 0,
            spoil: |_| {},
            interlock: None,
            counters: None,
            counted: Vec::new(),
            parts: None,
        }
    }

    /// No machine knows any session.
    pub fn forgets(&mut self) {
        if let Some(parts) = &mut self.parts {
            parts.machines = [Warm::new(1 << 20), Warm::new(1 << 20)];
        }
    }

    pub fn now(&self) -> u64 {
        self.clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as u64
    }

    /// One call.
    pub fn ask(&mut self, session: &str, ask: Ask) -> Result<Option<Told>, StepError> {
        self.invocations += 1;
        let invocation = format!("inv_{}", self.invocations);
        let entry = self.kept.get(session).map(|kept| Entry::read(session, kept)).transpose()?;
        let entry_parts = entry.as_ref().and_then(|entry| entry.parts.clone()).unwrap_or_default();
        let mut turn = Turn::new(session, &invocation, entry, ask);
        let (began_with, mut change) = (entry_parts, Change::default());
        while let Some(input) = turn.next_step() {
            let around = Around {
                runtime: self.runtime.handle(),
                interlock: self.interlock.as_deref(),
                counters: self.counters.as_ref(),
            };
            if let Some(parts) = &mut self.parts {
                let stepped = in_parts(&*self.hosted, parts, input, &began_with, &change, around)?;
                change.then(stepped.1);
                turn.has_stepped(&*self.hosted, stepped.0);
                self.steps += 1;
                continue;
            }
            let stepped = self.hosted.step(input, around)?;
            // As it is journaled.
            let journaled = serde_json::to_vec(&stepped).unwrap();
            let read = serde_json::from_slice(&journaled).unwrap();
            assert_eq!(stepped, read, "nothing is lost in the journal");
            turn.has_stepped(&*self.hosted, read);
            self.steps += 1;
        }
        let Some(after) = turn.over() else { return Ok(None) };
        self.sent.extend(after.deliveries);
        self.counted.extend(after.counted);
        self.recorded.extend(after.recorded.into_iter().map(|recorded| (session.to_owned(), recorded)));
        self.ticks.extend(after.tick.map(|(due, _)| (session.to_owned(), due)));
        if let Some(mut entry) = after.entry {
            if let Some(parts) = &mut self.parts {
                for (name, bytes) in change.written(session, &entry)? {
                    let place = (session.to_owned(), name.key());
                    match bytes {
                        Some(bytes) => drop(parts.kept.insert(place, bytes)),
                        None => drop(parts.kept.remove(&place)),
                    }
                }
            }
            (self.spoil)(&mut entry);
            self.kept.insert(session.to_owned(), serde_json::to_vec(&entry).unwrap());
        }
        Ok(Some(after.told))
    }

    pub fn entry(&self, session: &str) -> Option<Entry> {
        let mut entry = self.kept.get(session).map(|kept| Entry::read(session, kept).unwrap())?;
        if let (Some(parts), Some(kept)) = (&self.parts, &entry.parts) {
            let state = entry.state.clone();
            let apart = parts.apart(session, kept).unwrap();
            assert_eq!(apart.len() + state.fields.len(), kept.len(), "each is in one place");
            entry.state.fields = parts::together(session, &entry, apart).unwrap();
            entry.state = SessionState { fields: parts.whole(entry.clone()).fields, ..state };
        }
        Some(entry)
    }

    /// The next that is due until then is driven; none, and it is then, where there is none.
    pub fn next_due(&mut self, end: u64) -> Option<(String, Option<Told>)> {
        let due = (0..self.ticks.len()).filter(|at| self.ticks[*at].1 <= end).min_by_key(|at| self.ticks[*at].1);
        let time = due.map_or(end, |place| self.ticks[place].1);
        self.clock.advance(Duration::from_millis(time.saturating_sub(self.now())));
        let (session, due) = self.ticks.remove(due?);
        let told = self.ask(&session, Ask::Tick(due)).unwrap();
        Some((session, told))
    }

    /// So much time passes; what is due is driven, in order. What each is told.
    pub fn passes(&mut self, time: Duration) -> Vec<Told> {
        let end = self.now() + time.as_millis() as u64;
        let mut all = Vec::new();
        while let Some((_, told)) = self.next_due(end) {
            all.extend(told);
        }
        all
    }
}

type Tills = Host<program::Till, (), program::Ports>;

/// A step of a session in parts, on one of two machines. What is without effects outside is now and then made, and lost, and made again.
fn in_parts(
    hosted: &dyn Hosted,
    parts: &mut Parts,
    input: StepInput,
    began_with: &[Kept],
    change: &Change,
    around: Around<'_>,
) -> Result<(Stepped, Change), StepError> {
    let is_lost = match &input.ask {
        Ask::Run(run) if run.process != "pay" => parts.random.u32(0..6) == 0,
        _ => false,
    };
    if is_lost {
        let warm = &parts.machines[parts.random.usize(0..2)];
        parts::step(hosted, input.clone(), None, warm, around)?;
    }
    let mut read = None;
    loop {
        let warm = &parts.machines[parts.random.usize(0..2)];
        let stepped = parts::step(hosted, input.clone(), read.take(), warm, around)?;
        let journaled = serde_json::to_vec(&stepped).unwrap();
        let again: SteppedInParts = serde_json::from_slice(&journaled).unwrap();
        assert_eq!(stepped, again, "nothing is lost in the journal");
        match again {
            SteppedInParts::Stepped { stepped, change } => {
                parts.known += 1;
                return Ok((*stepped, change));
            }
            SteppedInParts::Unread => {
                read = Some(parts::now(&parts.apart(&input.session, began_with)?, change));
                parts.read += 1;
            }
        }
    }
}
