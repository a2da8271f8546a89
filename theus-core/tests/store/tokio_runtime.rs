//! Commits on the workers of a tokio runtime.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use theus_core::prelude::*;
use theus_core::store::{
    Base, Beginning, Done, JournalEntry, Lease, MemoryStore, SessionRow, SessionState, Store, StoreError, StoredAnswer,
    StoredMessage, Write,
};

const SESSIONS: usize = 6;

/// Writes when so many are there at once: as a group.
struct Groups {
    kept: MemoryStore,
    all: Barrier,
    begun: Arc<Beginnings>,
}

/// Sessions that are written for the first time, each for a while.
#[derive(Default)]
struct Beginnings {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Beginnings {
    fn one(&self) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(100));
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Store for Groups {
    fn name(&self) -> String {
        self.kept.name()
    }
    fn begin(&self) -> Result<Beginning, StoreError> {
        self.kept.begin()
    }
    fn submit(&self, write: Write, done: Done) {
        if write.entry.is_some() {
            self.all.wait();
        }
        if write.first.is_some() {
            self.begun.one();
        }
        self.kept.submit(write, done);
    }
    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError> {
        self.kept.load(session)
    }
    fn base(&self, session: &str) -> Result<Option<Base>, StoreError> {
        self.kept.base(session)
    }
    fn prune(&self, session: &str, base: Base) -> Result<(), StoreError> {
        self.kept.prune(session, base)
    }
    fn remove(&self, session: &str, step: u64) -> Result<(), StoreError> {
        self.kept.remove(session, step)
    }
    fn answer(&self, session: &str, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        self.kept.answer(session, key)
    }
    fn prune_answers(&self, before: u64) -> Result<u64, StoreError> {
        self.kept.prune_answers(before)
    }
    fn outbox(
        &self,
        is_dead: bool,
        after: Option<(&str, u64)>,
        most: usize,
    ) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        self.kept.outbox(is_dead, after, most)
    }
    fn lease(&self, session: &str, owner: &str, lasting: Duration) -> Result<Lease, StoreError> {
        self.kept.lease(session, owner, lasting)
    }
    fn give_back(&self, session: &str, lease: &Lease) -> Result<(), StoreError> {
        self.kept.give_back(session, lease)
    }
    fn journal(&self, session: &str, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        self.kept.journal(session, from, most)
    }
    fn sessions(&self, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError> {
        self.kept.sessions(after, most)
    }
    fn ledger(&self, from: u64, most: usize) -> Result<Vec<theus_core::audit::AuditRecord>, StoreError> {
        self.kept.ledger(from, most)
    }
}

#[derive(Clone, Default, Context)]
struct Account {
    balance: i64,
}

#[process(inputs = [domain.balance], outputs = [domain.balance])]
async fn deposit(ctx: Ctx<Account>, amount: i64) -> i64 {
    *ctx.domain.balance += amount;
    *ctx.domain.balance
}

#[test]
fn commits_of_more_sessions_than_there_are_workers_are_under_way_at_once() {
    let store = Groups { kept: MemoryStore::new(), all: Barrier::new(SESSIONS), begun: Arc::default() };
    let engine = Engine::builder(Account::default()).process::<Deposit>().store(store).build().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let engine = Arc::new(engine);
    let (tell, told) = mpsc::channel();
    for number in 0..SESSIONS {
        let (engine, tell) = (Arc::clone(&engine), tell.clone());
        runtime.spawn(async move {
            let session = engine.hydrate_or(format!("account {number}"), Account::default).unwrap();
            session.run_async(Deposit { amount: 5 }).await.unwrap();
            tell.send(session.run_async(Deposit { amount: 1 }).await.unwrap()).unwrap();
        });
    }
    for _ in 0..SESSIONS {
        assert_eq!(told.recv_timeout(Duration::from_secs(20)), Ok(6), "they wait for each other's workers");
    }
    runtime.shutdown_background();
}

#[test]
fn who_begins_a_session_does_not_wait_for_the_store_on_behalf_of_another_and_one_is_begun_once() {
    let begun = Arc::<Beginnings>::default();
    let store = Groups { kept: MemoryStore::new(), all: Barrier::new(1), begun: Arc::clone(&begun) };
    let builder = Engine::builder(Account::default()).process::<Deposit>().store(store).session_in_memory();
    let engine = &builder.build().unwrap();
    let begin = |name: String| move || engine.hydrate_or(name, Account::default).unwrap();
    std::thread::scope(|scope| {
        (0..8).for_each(|number| drop(scope.spawn(begin(format!("account {number}")))));
    });
    assert!(begun.most.swap(0, Ordering::SeqCst) > 1, "one by one");
    let same: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(begin("shared".to_owned()))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(begun.most.load(Ordering::SeqCst), 1);
    assert_eq!(same.len(), 8);
    assert!(engine.hydrate("shared").unwrap().is_some());
}
