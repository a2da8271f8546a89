//! One write into a field that is a persistent map of a million entries.

use std::sync::LazyLock;

use divan::{Bencher, black_box};
use imbl::OrdMap;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Ledger {
    accounts: OrdMap<u64, i64>,
}

#[process(inputs = [domain.accounts], outputs = [domain.accounts])]
fn pay(ctx: Ctx<Ledger>, account: u64, amount: i64) {
    ctx.domain.accounts.insert(account, amount);
}

const ENTRIES: u64 = 1_000_000;

static ACCOUNTS: LazyLock<OrdMap<u64, i64>> = LazyLock::new(|| (0..ENTRIES).map(|account| (account, 0)).collect());

/// A different account each time, all over the map.
fn accounts() -> impl FnMut() -> u64 {
    let mut account = 0_u64;
    move || {
        account = (account + 7_919 * 101) % ENTRIES;
        account
    }
}

#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod a_map_of_a_million {
    use super::*;

    /// What keeps the old map intact until the new one is complete.
    #[divan::bench]
    fn baseline_update_by_hand(bencher: Bencher<'_, '_>) {
        let mut map = ACCOUNTS.clone();
        let mut next = accounts();
        bencher.bench_local(|| {
            let mut draft = map.clone();
            draft.insert(black_box(next()), black_box(5));
            map = draft;
        });
    }

    #[divan::bench]
    fn one_write_in_a_transaction(bencher: Bencher<'_, '_>) {
        let engine =
            Engine::builder(Ledger { accounts: ACCOUNTS.clone() }).process::<Pay>().build().expect("no recipe");
        let mut next = accounts();
        bencher.bench_local(|| engine.run(Pay { account: black_box(next()), amount: black_box(5) }));
    }
}
