//! The state machine of `machine_guard`: twelve events, of which ten lead on.

use divan::{Bencher, black_box};
use theus_peers::chart::{DAY, by_hand, by_statig, by_theus};

#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod twelve_events {
    use super::*;

    #[divan::bench]
    fn theus(bencher: Bencher<'_, '_>) {
        let chart = by_theus::Chart::load().expect("the chart loads");
        let mut machine = chart.machine();
        bencher.bench_local(|| {
            for event in DAY {
                black_box(&mut machine).handle(black_box(event));
            }
        });
        assert!(machine.steps > 0);
    }
    #[divan::bench]
    fn statig(bencher: Bencher<'_, '_>) {
        let mut machine = by_statig::Machine::new();
        bencher.bench_local(|| {
            for event in DAY {
                black_box(&mut machine).handle(black_box(event));
            }
        });
        assert!(machine.steps() > 0);
    }
    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let mut machine = by_hand::Machine::new();
        bencher.bench_local(|| {
            for event in DAY {
                black_box(&mut machine).handle(black_box(event));
            }
        });
        assert!(machine.steps > 0);
    }
}
