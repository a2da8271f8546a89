//! The smallest transaction, beside one written by hand; reading through the guard; the size of the context.

use divan::{Bencher, black_box};
use parking_lot::Mutex;
use theus_core::prelude::*;

use crate::shared::pair::{ByHand, Step, engine};
use crate::wide;

/// One input, one output.
#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod smallest_process {
    use super::*;

    #[divan::bench]
    fn baseline_mutex_by_hand(bencher: Bencher<'_, '_>) {
        let mutex = Mutex::new(ByHand::default());
        bencher.bench_local(|| ByHand::step(black_box(&mutex), black_box(7)));
    }

    #[divan::bench]
    fn pessimistic(bencher: Bencher<'_, '_>) {
        let engine = engine(Locking::Pessimistic, "");
        bencher.bench_local(|| black_box(&engine).run(Step { by: black_box(7) }));
    }

    #[divan::bench]
    fn optimistic(bencher: Bencher<'_, '_>) {
        let engine = engine(Locking::Optimistic, "");
        bencher.bench_local(|| black_box(&engine).run(Step { by: black_box(7) }));
    }
}

#[derive(Clone, Default, Context)]
struct Series {
    values: Vec<u64>,
}

#[process(inputs = [domain.values])]
fn sum(ctx: Ctx<Series>) -> u64 {
    let (mut sum, mut at) = (0_u64, 0);
    while at < ctx.domain.values.len() {
        sum = sum.wrapping_add(ctx.domain.values[at]);
        at += 1;
    }
    sum
}

/// 100,000 elements, one by one.
#[divan::bench_group]
mod reading {
    use super::*;

    #[inline(never)]
    fn sum_of(values: &[u64]) -> u64 {
        let (mut sum, mut at) = (0_u64, 0);
        while at < values.len() {
            sum = sum.wrapping_add(values[at]);
            at += 1;
        }
        sum
    }

    #[divan::bench]
    fn baseline_plain_reference(bencher: Bencher<'_, '_>) {
        let values: Vec<u64> = (0..100_000).collect();
        bencher.bench_local(|| sum_of(black_box(&values)));
    }

    #[divan::bench]
    fn through_the_guard(bencher: Bencher<'_, '_>) {
        let engine =
            Engine::builder(Series { values: (0..100_000).collect() }).process::<Sum>().build().expect("no recipe");
        bencher.bench_local(|| black_box(&engine).run(Sum));
    }
}

/// The same process on a context of 5 fields and on one of 500.
#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod size_of_the_context {
    use super::*;
    use wide::{NarrowStep, WideStep};

    #[divan::bench]
    fn baseline_5_fields_pessimistic(bencher: Bencher<'_, '_>) {
        let engine = wide::narrow(Locking::Pessimistic);
        bencher.bench_local(|| black_box(&engine).run(NarrowStep { by: black_box(7) }));
    }

    #[divan::bench]
    fn of_500_fields_pessimistic(bencher: Bencher<'_, '_>) {
        let engine = wide::wide(Locking::Pessimistic);
        bencher.bench_local(|| black_box(&engine).run(WideStep { by: black_box(7) }));
    }

    #[divan::bench]
    fn baseline_5_fields_optimistic(bencher: Bencher<'_, '_>) {
        let engine = wide::narrow(Locking::Optimistic);
        bencher.bench_local(|| black_box(&engine).run(NarrowStep { by: black_box(7) }));
    }

    #[divan::bench]
    fn of_500_fields_optimistic(bencher: Bencher<'_, '_>) {
        let engine = wide::wide(Locking::Optimistic);
        bencher.bench_local(|| black_box(&engine).run(WideStep { by: black_box(7) }));
    }
}
