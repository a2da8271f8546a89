//! What a store costs beside the disk: the smallest run with its journal, in memory; a replay, a session opened.

use std::sync::LazyLock;

use divan::{Bencher, black_box};
use theus_core::context::Table;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;

use crate::shared::nothing::Nothing;

#[derive(Clone, Default, Context)]
struct Account {
    balance: i64,
}

#[process(inputs = [domain.balance], outputs = [domain.balance])]
fn deposit(ctx: Ctx<Account>, amount: i64) {
    *ctx.domain.balance += amount;
}

fn builder() -> theus_core::EngineBuilder<Account> {
    Engine::builder(Account::default()).process::<Deposit>()
}

#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod the_smallest_run {
    use super::*;

    #[divan::bench]
    fn baseline_in_memory(bencher: Bencher<'_, '_>) {
        let engine = builder().build().expect("an engine");
        bencher.bench_local(|| engine.run(Deposit { amount: black_box(1) }));
    }

    /// Command, what was written, chain: made, handed over, and kept by nobody.
    #[divan::bench]
    fn with_its_journal(bencher: Bencher<'_, '_>) {
        let engine = builder().store(Nothing).build().expect("an engine");
        bencher.bench_local(|| engine.run(Deposit { amount: black_box(1) }));
    }
}

#[derive(Clone, Default, Context)]
struct Ledger {
    accounts: Table<u64, i64>,
}

#[process(inputs = [domain.accounts], outputs = [domain.accounts])]
fn pay(ctx: Ctx<Ledger>, account: u64, amount: i64) {
    ctx.domain.accounts.insert(account, amount);
}

const ENTRIES: u64 = 1_000_000;

static ACCOUNTS: LazyLock<Table<u64, i64>> = LazyLock::new(|| (0..ENTRIES).map(|account| (account, 0)).collect());

/// A different account each time, all over the table.
fn accounts() -> impl FnMut() -> u64 {
    let mut account = 0_u64;
    move || {
        account = (account + 7_919 * 101) % ENTRIES;
        account
    }
}

#[divan::bench_group(sample_count = 100, sample_size = 1000)]
mod one_entry_of_a_million {
    use super::*;

    /// What keeps the old table intact until the new one is complete.
    #[divan::bench]
    fn baseline_update_by_hand(bencher: Bencher<'_, '_>) {
        let mut table = ACCOUNTS.clone();
        let mut next = accounts();
        bencher.bench_local(|| {
            let mut draft = table.clone();
            draft.insert(black_box(next()), black_box(5));
            table = draft;
        });
    }

    /// The entry alone is what the store is given.
    #[divan::bench]
    fn in_a_durable_run(bencher: Bencher<'_, '_>) {
        let first = Ledger { accounts: ACCOUNTS.clone() };
        let engine = Engine::builder(first).process::<Pay>().store(Nothing).build().expect("an engine");
        let mut next = accounts();
        let mut pay = || engine.run(Pay { account: black_box(next()), amount: black_box(5) });
        pay().expect("the first, which is stored whole");
        bencher.bench_local(pay);
    }
}

const STEPS: u64 = 10_000;

/// All steps of a journal made again, what was written held against it.
#[divan::bench(sample_count = 20)]
fn replay_of_10_000_steps(bencher: Bencher<'_, '_>) {
    let engine = builder().store(MemoryStore::new()).build().expect("an engine");
    for amount in 0..STEPS {
        engine.run(Deposit { amount: i64::try_from(amount).unwrap_or_default() }).expect("it runs");
    }
    bencher.bench_local(|| {
        let replay = engine.replay("main").expect("a journal");
        assert_eq!((replay.made, replay.divergence), (STEPS, None), "all of them");
    });
}
