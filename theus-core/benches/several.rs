//! Rules that see more than one value, each beside the same by hand: each element of a thousand, a condition on three fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use divan::{Bencher, black_box};
use theus_core::Schema;
use theus_core::audit::{AuditSession, Auditor, Catalog, Gate, Gates, ProcessEntry, Recipe};
use theus_core::context::Context as _;
use theus_core::prelude::*;
use theus_core::process::Gives;
use theus_core::source::{Document, SourceFile};

use crate::shared::view::View;

#[derive(Clone, Default, Inspect)]
struct Order {
    total: i64,
    lines: Vec<f64>,
}

#[derive(Clone, Default, Context)]
struct Shop {
    total: i64,
    cash: i64,
    shares: i64,
    floats: Vec<f64>,
    ints: Vec<i64>,
    orders: Vec<Order>,
    accounts: BTreeMap<u32, i64>,
}

#[process(outputs = [domain.total, domain.cash, domain.floats, domain.ints, domain.orders, domain.accounts])]
#[allow(deprecated, reason = "the outputs are declared, so that rules can be on them")]
fn sell(ctx: Ctx<Shop>) {
    ctx.domain.total.set(1);
}

fn shop() -> Shop {
    Shop {
        total: 100,
        cash: 60,
        shares: 40,
        floats: (0..1000).map(f64::from).collect(),
        ints: (0..1000).collect(),
        orders: (0..1000).map(|total| Order { total, lines: vec![1.5; 10] }).collect(),
        accounts: (0..1000).map(|key| (key, i64::from(key))).collect(),
    }
}

fn gates(entry: &str) -> Arc<Gates> {
    let contract = const { &Sell::CONTRACT };
    let process = ProcessEntry {
        contract,
        arguments: Vec::new(),
        local: Schema::empty(),
        gives: Gives::Nothing,
        errors: Vec::new(),
    };
    let catalog = Catalog { processes: vec![process], domain: Shop::schema(), global: Schema::empty() };
    let yaml = format!("process_recipes: {{ sell: {{ outputs: [{{ {entry} }}] }} }}");
    let document = Document::parse(SourceFile::new("bench.yaml", yaml)).expect("YAML");
    Auditor::new(Recipe::load(&document, &catalog).expect("a recipe that fits")).rules("sell").expect("its rules")
}

fn judged(bencher: Bencher<'_, '_>, entry: &str) {
    let (gates, look, session) = (gates(entry), View(shop().into_fields()), AuditSession::new("bench"));
    assert!(gates.judge(Gate::Output, &look, &session).is_empty(), "it passes");
    bencher.bench_local(|| black_box(&gates).judge(Gate::Output, black_box(&look), &session).is_empty());
}

fn by_hand(bencher: Bencher<'_, '_>, passes: impl Fn(&Shop) -> bool) {
    let shop = shop();
    bencher.bench_local(|| passes(black_box(&shop)));
}

#[divan::bench_group(sample_count = 200, sample_size = 100)]
mod each_of_a_thousand {
    use super::*;

    #[divan::bench]
    fn floats(bencher: Bencher<'_, '_>) {
        judged(bencher, "field: 'domain.floats[*]', between: [-5, 1000]");
    }

    #[divan::bench]
    fn floats_baseline_by_hand(bencher: Bencher<'_, '_>) {
        by_hand(bencher, |shop| {
            shop.floats.iter().all(|value| *value >= black_box(-5.0) && *value <= black_box(1000.0))
        });
    }

    #[divan::bench]
    fn floats_baseline_by_hand_of_known_bounds(bencher: Bencher<'_, '_>) {
        by_hand(bencher, |shop| shop.floats.iter().all(|value| *value >= -5.0 && *value <= 1000.0));
    }

    #[divan::bench]
    fn ints(bencher: Bencher<'_, '_>) {
        judged(bencher, "field: 'domain.ints[*]', between: [-5, 1000]");
    }

    #[divan::bench]
    fn ints_baseline_by_hand_of_known_bounds(bencher: Bencher<'_, '_>) {
        by_hand(bencher, |shop| shop.ints.iter().all(|value| *value >= -5 && *value <= 1000));
    }

    #[divan::bench]
    fn fields_of_structs(bencher: Bencher<'_, '_>) {
        judged(bencher, "field: 'domain.orders[*].total', between: [-5, 1000]");
    }

    #[divan::bench]
    fn fields_of_structs_baseline_by_hand(bencher: Bencher<'_, '_>) {
        by_hand(bencher, |shop| shop.orders.iter().all(|order| order.total >= -5 && order.total <= 1000));
    }

    #[divan::bench]
    fn values_of_a_map(bencher: Bencher<'_, '_>) {
        judged(bencher, "field: 'domain.accounts[*]', between: [-5, 1000]");
    }

    #[divan::bench]
    fn values_of_a_map_baseline_by_hand(bencher: Bencher<'_, '_>) {
        by_hand(bencher, |shop| shop.accounts.values().all(|value| *value >= -5 && *value <= 1000));
    }

    #[divan::bench]
    fn lists_of_ten_floats(bencher: Bencher<'_, '_>) {
        judged(bencher, "field: 'domain.orders[*].lines[*]', between: [-5, 1000]");
    }

    #[divan::bench]
    fn lists_of_ten_floats_baseline_by_hand(bencher: Bencher<'_, '_>) {
        by_hand(bencher, |shop| {
            shop.orders.iter().all(|order| order.lines.iter().all(|line| *line >= -5.0 && *line <= 1000.0))
        });
    }
}

#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod a_condition {
    use super::*;

    #[divan::bench]
    fn on_three_fields(bencher: Bencher<'_, '_>) {
        judged(bencher, "that: 'domain.total == domain.cash + domain.shares'");
    }

    #[divan::bench]
    fn on_three_fields_baseline_by_hand(bencher: Bencher<'_, '_>) {
        by_hand(bencher, |shop| shop.cash.checked_add(shop.shares) == Some(shop.total));
    }

    #[divan::bench]
    fn when_one_does_not_hold(bencher: Bencher<'_, '_>) {
        judged(bencher, "field: domain.total, max: 3, when: 'domain.cash > 100'");
    }
}
