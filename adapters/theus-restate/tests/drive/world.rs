//! Objects without a server: what is kept is in a map, time is virtual.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use theus_core::audit::SharedInterlock;
use theus_core::workflow::{Clock, VirtualClock};
use theus_restate::drive::{Around, Ask, Delivery, Entry, Hosted, StepError, Told, Turn};
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
    pub invocations: u64,
    pub steps: u32,
    /// What is done to what is kept, before it is kept: for the test's own test.
    pub spoil: Spoil,
    pub interlock: Option<Box<dyn SharedInterlock>>,
}

impl Carrier {
    pub fn new(outside: Arc<dyn Outside>) -> Self {
        let engine = program::builder(outside).unwrap().carried().build().unwrap();
        let clock = VirtualClock::new();
        let host = theus_restate::drive::Host::new(engine.clone());
        let workflow = theus_core::workflow::WorkflowManager::from_text(&engine, "till.yaml", program::FLOW).unwrap();
        let host = host
            .workflow(workflow.shared_definition())
            .route(|sent| program::route("Tills", sent))
            .clock(clock.clone());
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
            invocations: 0,
            steps: 0,
            spoil: |_| {},
            interlock: None,
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
        let mut turn = Turn::new(session, &invocation, entry, ask);
        while let Some(input) = turn.next_step() {
            let around = Around { runtime: self.runtime.handle(), interlock: self.interlock.as_deref() };
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
        self.ticks.extend(after.tick.map(|(due, _)| (session.to_owned(), due)));
        if let Some(mut entry) = after.entry {
            (self.spoil)(&mut entry);
            self.kept.insert(session.to_owned(), serde_json::to_vec(&entry).unwrap());
        }
        Ok(Some(after.told))
    }

    pub fn entry(&self, session: &str) -> Option<Entry> {
        self.kept.get(session).map(|kept| Entry::read(session, kept).unwrap())
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
