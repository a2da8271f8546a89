//! What is counted across the engine, where the sessions of an engine are carried by several machines.

use super::super::handle::Engine;
use crate::audit::{Auditor, CountForAll, CountsForAll, RuleForAll};
use crate::context::Context;

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// From now on each session that it [carries](Self::carry) counts the rules that say `across: engine` on what it is
    /// [told](Self::count_for_all) of their counters, and what it adds to them is [gathered](Self::gathered): somebody else keeps the counters, for
    /// as many machines as there are. Where nothing is said they are counted in this engine alone.
    ///
    /// Whoever gathers adds it to the counter and tells the next session that is opened: what was added meanwhile elsewhere is not known
    /// there, so the level acts a run late, at the next violation. What [is asked](Self::count_by) instead is exact.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::audit::CountForAll;
    /// # use theus_core::engine::RunId;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    /// let recipe = "process_recipes: { deposit: { inputs: [ { field: amount, max: 100, level: B, max_threshold: 3, across: engine } ] } }";
    /// let machine = || Engine::builder(Account::default()).process::<Deposit>().recipe("audit.yaml", recipe)?.carried().build();
    /// let machines = [machine()?, machine()?];
    /// machines.iter().for_each(Engine::count_elsewhere);
    /// let rule = machines[0].counted_for_all().remove(0).rule;
    /// let mut counter = CountForAll::default(); // in a database, say
    /// for (turn, machine) in (0..).zip([&machines[0], &machines[1], &machines[0]]) {
    ///     let account = machine.carry(format!("a-{turn}"), Account::default(), None, RunId { life: turn, turn: 0 })?;
    ///     account.count_for_all(&rule, &counter);
    ///     let is_refused = account.run(Deposit { amount: 500 }).is_err();
    ///     account.gathered().counted.iter().for_each(|counted| counter.take(counted));
    ///     assert_eq!(is_refused, turn == 2);
    /// }
    /// assert_eq!((counter.violations(), counter.count(None)), (3, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count_elsewhere(&self) {
        self.core.shared.auditor.count_elsewhere();
    }

    /// The rules of the recipe in force that count `across: engine`.
    #[must_use]
    pub fn counted_for_all(&self) -> Vec<RuleForAll> {
        self.core.shared.auditor.counted_for_all()
    }

    /// What the counter of such a rule holds now, for the runs of this [carried](Self::carry) session, where it
    /// [counts so](Self::count_elsewhere). Told before its first run: what its runs have added since is not kept beside it. Nothing comes of
    /// a rule that the recipe in force does not have.
    pub fn count_for_all(&self, rule: &str, counter: &CountForAll) {
        self.core.shared.auditor.know_for_all(&self.core.audit, rule, counter);
    }

    /// The runs of this [carried](Self::carry) session ask somebody for each violation of such a rule, before they are judged by it, where
    /// the session [counts so](Self::count_elsewhere): exact, at the price of a call. What was asked for is not gathered.
    ///
    /// ```
    /// # use std::sync::{Arc, Mutex};
    /// # use theus_core::prelude::*;
    /// # use theus_core::engine::RunId;
    /// use theus_core::audit::{CountForAll, Counted, CountsForAll, Uncounted, Verdict};
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    /// #[derive(Clone, Default)]
    /// struct Counter(Arc<Mutex<CountForAll>>); // of the one rule there is; on a server, say
    ///
    /// impl CountsForAll for Counter {
    ///     fn decide(&self, _number: u64, counted: &Counted) -> Result<(Option<Verdict>, CountForAll), Uncounted> {
    ///         let mut counter = self.0.lock().map_err(|error| Uncounted(error.to_string()))?;
    ///         Ok((counter.decide(counted).pop(), counter.clone()))
    ///     }
    /// }
    ///
    /// let recipe = "process_recipes: { deposit: { inputs: [ { field: amount, max: 100, level: B, max_threshold: 2, across: engine } ] } }";
    /// let machine = || Engine::builder(Account::default()).process::<Deposit>().recipe("audit.yaml", recipe)?.carried().build();
    /// let (one, other, counter) = (machine()?, machine()?, Counter::default());
    /// let open = |machine: &Engine<Account>, name: &str| {
    ///     machine.count_elsewhere();
    ///     let account = machine.carry(name, Account::default(), None, RunId { life: 1, turn: 0 })?;
    ///     account.count_by(counter.clone());
    ///     Ok::<_, Box<dyn std::error::Error>>(account)
    /// };
    /// let (a, b) = (open(&one, "a")?, open(&other, "b")?);
    /// assert!(a.run(Deposit { amount: 500 }).is_ok() && b.run(Deposit { amount: 500 }).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count_by(&self, who: impl CountsForAll) {
        Auditor::asks_for_all(&self.core.audit, Box::new(who));
    }
}
