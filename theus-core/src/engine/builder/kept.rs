//! What the builder takes of a store.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use super::super::durable::{FieldFns, Log, Migration};
use super::{EngineBuilder, StoreOffer};
use crate::context::{Context, DurableFields};
use crate::store::Store;

impl<D: Context, G: Context, E: Send + Sync + 'static> EngineBuilder<D, G, E> {
    /// Keeps the session in a store: each of its commits is there before anybody hears of it. Where the store has a session of this
    /// [name](Self::session), the engine goes on with it; else it begins with the first state that the builder was given. More
    /// sessions are had by [`hydrate`](crate::Engine::hydrate) and [`hydrate_or`](crate::Engine::hydrate_or); those of [`open`](crate::Engine::open) are in memory alone.
    ///
    /// The ledger of the engine goes on from the store's, and so does its interlock.
    ///
    /// ```
    /// use theus_core::prelude::*;
    /// use theus_core::store::MemoryStore;
    ///
    /// #[derive(Clone, Default, Context)]
    /// struct Account { balance: i64 }
    /// #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    ///
    /// let store = MemoryStore::new(); // a database, by an adapter
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().store(store.clone()).build()?;
    /// engine.run(Deposit { amount: 50 })?;
    /// drop(engine); // or the plug is pulled
    ///
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().store(store).build()?;
    /// assert_eq!(*engine.snapshot()?.balance, 50);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn store(mut self, store: impl Store) -> Self
    where
        D::Fields: DurableFields,
    {
        self.store = Some(StoreOffer { store: Arc::new(store), fields: FieldFns::new::<D>() });
        self.is_carried = false;
        self
    }

    /// The engine's own session is in memory alone, whatever the [store](Self::store): none is begun or opened there until it is asked
    /// for by [`hydrate`](crate::Engine::hydrate) or [`hydrate_or`](crate::Engine::hydrate_or). For a server of many sessions, and for who only looks at what there is.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// let engine = Engine::builder(Account::default()).store(MemoryStore::new()).session_in_memory().build()?;
    /// assert!(engine.stored_sessions(None, 10)?.is_empty());
    /// engine.hydrate_or("account-17", Account::default)?;
    /// assert_eq!(engine.stored_sessions(None, 10)?[0].name, "account-17");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn session_in_memory(mut self) -> Self {
        self.is_kept = false;
        self
    }

    /// Its sessions are carried as values by who drives them ([`Engine::carry`](crate::Engine::carry)), and no store keeps any: what they
    /// commit and send is handed to him. The audit's records are in the engine's ring and go to its sinks, and the engine's own session is
    /// in memory alone.
    pub fn carried(mut self) -> Self
    where
        D::Fields: DurableFields,
    {
        self.store = Some(StoreOffer { store: Arc::new(Log::default()), fields: FieldFns::new::<D>() });
        (self.is_kept, self.is_carried) = (false, true);
        self
    }

    /// What its processes ask of their [effects](mod@crate::effect) goes by a [`Fixture`](crate::test::Fixture): it is written down there, or
    /// answered out of it. A journal has no answers of such runs.
    #[cfg(feature = "test")]
    pub fn recorded(mut self, fixture: &crate::test::Fixture) -> Self {
        self.deck = Some(fixture.deck());
        self
    }

    /// Several programs go on with the sessions of the store: before a process with effects begins, its session is this program's
    /// alone for so long, by the store's clock, and what another has committed meanwhile is looked at first. So no effect is had for a
    /// commit that then meets a conflict. Other programs' runs on the session are refused as
    /// [`Leased`](crate::store::StoreError::Leased) until then, or until the last handle on it is dropped here; a program that was
    /// stopped for longer finds its lease gone, and commits nothing. Choose a time that is longer than any such process takes.
    ///
    /// Where nothing is said no session is leased: a conflict is found at the commit, which is enough where processes are pure or
    /// one program has the store.
    ///
    /// ```
    /// use std::time::Duration;
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { charged: i64 }
    /// struct Gateway { charge: fn(i64) }
    /// #[process(inputs = [domain.charged], outputs = [domain.charged], effects = [charge])]
    /// fn charge(ctx: Ctx<Account, (), Gateway>, amount: i64) {
    ///     (ctx.effects.charge)(amount);
    ///     *ctx.domain.charged += amount;
    /// }
    /// let store = MemoryStore::new();
    /// let program = || {
    ///     Engine::builder(Account::default())
    ///         .effects(Gateway { charge: |_| {} })
    ///         .process::<Charge>()
    ///         .store(store.clone())
    ///         .lease_sessions(Duration::from_secs(30))
    ///         .build()
    /// };
    /// let (one, other) = (program()?, program()?);
    /// one.run(Charge { amount: 5 })?;
    /// assert!(other.run(Charge { amount: 5 }).unwrap_err().to_string().contains("is leased to"));
    /// drop(one);
    /// other.run(Charge { amount: 5 })?;
    /// assert_eq!(*other.snapshot()?.charged, 10);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # In a pool
    /// The sessions of a [pool](crate::workflow::Sessions) are leased before they are read, whatever their processes are, for what moves a
    /// workflow need not be a commit. Who is asked for a session that another program has is told so
    /// ([`SessionError::held_by`](crate::workflow::sessions::SessionError::held_by)): that one is to be asked, or this one again. A lease is
    /// taken anew while there is something to do; a session at rest is anybody's when it has run out, one that is over at once. A program
    /// that was stopped for longer tells nobody what it has come to: who has asked it is told who has the session now. And each pool looks
    /// once in so long for sessions that have something to do, or a timer that is due, and are nobody's: so what a killed program had in
    /// hand goes on in another one within two such times. There a time of a few seconds is a good one: it is what such a session stands
    /// still for, and what a clients' call takes at most.
    pub const fn lease_sessions(mut self, lasting: Duration) -> Self {
        self.leases = Some(lasting);
        self
    }

    /// What other programs are told who has a session of this one's, instead of its process id: where it is to be asked, say. A space and
    /// what tells this start of the program from the others follow.
    pub fn leases_as(mut self, name: &str) -> Self {
        self.owner = Some(name.into());
        self
    }

    /// Says how sessions become what this program's context is that were stored with an earlier version of it: each is migrated when
    /// it is opened, through as many versions as it takes, and the migration is a step in its journal. Signal and Meta fields of the
    /// earlier context are as its default has them.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # let store = MemoryStore::new();
    /// mod before {
    ///     # use theus_core::prelude::*;
    ///     #[derive(Clone, Default, Context)]
    ///     pub struct Account { pub euros: i64 }
    /// }
    /// #[derive(Clone, Default, Context)]
    /// #[context(version = 2)]
    /// struct Account { cents: i64 }
    ///
    /// Engine::builder(before::Account { euros: 5 }).store(store.clone()).build()?; // the program of last year
    /// let engine = Engine::builder(Account::default())
    ///     .store(store)
    ///     .migrate(|old: before::Account| match old.euros.checked_mul(100) {
    ///         Some(cents) => Ok(Account { cents }),
    ///         None => Err("nobody has that much"),
    ///     })
    ///     .build()?;
    /// assert_eq!(*engine.snapshot()?.cents, 500);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn migrate<A, B, X>(mut self, migrate: impl Fn(A) -> Result<B, X> + Send + Sync + 'static) -> Self
    where
        A: Context + Default,
        A::Fields: DurableFields,
        B: Context,
        B::Fields: DurableFields,
        X: Display,
    {
        self.migrations.push(Migration::new(migrate));
        self
    }
}

/// What other programs call this one where it has a session. No two starts of a program are called the same: a lease is kept by who is
/// called as who took it.
pub(super) fn owner(name: Option<&str>) -> Arc<str> {
    let (process, engine) = (std::process::id(), fastrand::u32(..));
    match name {
        Some(name) => format!("{name} (process id {process}, engine {engine:08x})").into(),
        None => format!("the program with the process id {process}, engine {engine:08x}").into(),
    }
}
