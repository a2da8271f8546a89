//! The judging of rules alone, each beside the same check by hand: scalars, deep paths, collections.

use std::collections::BTreeMap;
use std::fmt::Write as _;
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
struct Motor {
    bearings: Vec<Bearing>,
}

#[derive(Clone, Default, Inspect)]
struct Bearing {
    heat: Option<f64>,
}

/// Twenty-five numbers, of which each can have four rules, and something deep.
macro_rules! plant {
    ($($int:ident)*; $($float:ident)*) => {
        #[derive(Clone, Default, Context)]
        struct Plant {
            $($int: i64,)*
            $($float: f64,)*
            name: String,
            motors: Vec<Motor>,
            accounts: BTreeMap<String, i64>,
            readings: Vec<f64>,
        }

        const FIELDS: [&str; 25] = [$(stringify!($int),)* $(stringify!($float),)*];

        /// The hundred rules as one would write them.
        fn by_hand(plant: &Plant) -> bool {
            let mut passed = true;
            $(
                let value = black_box(plant.$int);
                passed &= value >= black_box(-1) && value <= black_box(99) && value != black_box(-7);
                passed &= value >= black_box(-9) && value <= black_box(9);
            )*
            $(
                let value = black_box(plant.$float);
                passed &= value >= black_box(-1.0) && value <= black_box(99.0) && value != black_box(-7.0) && !value.is_nan();
                passed &= value >= black_box(-9.0) && value <= black_box(9.0);
            )*
            passed
        }
    };
}

plant!(a b c d e f g h i j k l m; n o p q r s t u v w x y);

#[process(outputs = [domain.a])]
fn turn(ctx: Ctx<Plant>) {
    ctx.domain.a.set(1);
}

fn plant() -> Plant {
    let motor = Motor { bearings: vec![Bearing { heat: Some(40.0) }; 4] };
    Plant {
        name: "mill".to_owned(),
        motors: vec![motor; 4],
        accounts: (0..1000).map(|id| (format!("account-{id}"), id)).collect(),
        readings: vec![1.5; 100],
        ..Plant::default()
    }
}

fn auditor(entries: &str) -> Auditor {
    let contract = const { &Turn::CONTRACT };
    let entry = ProcessEntry {
        contract,
        arguments: Vec::new(),
        local: Schema::empty(),
        gives: Gives::Nothing,
        errors: Vec::new(),
    };
    let catalog = Catalog { processes: vec![entry], domain: Plant::schema(), global: Schema::empty() };
    let yaml = format!("process_recipes:\n  turn:\n    outputs:\n{entries}");
    let document = Document::parse(SourceFile::new("bench.yaml", yaml)).expect("YAML");
    let recipe = Recipe::load(&document, &catalog).expect("a recipe that fits");
    Auditor::new(recipe)
}

fn rules(entries: &str) -> Arc<Gates> {
    auditor(entries).rules("turn").expect("its rules")
}

fn judged(bencher: Bencher<'_, '_>, entries: &str) {
    let (rules, look) = (rules(entries), View(plant().into_fields()));
    let session = AuditSession::new("bench");
    assert!(rules.judge(Gate::Output, &look, &session).is_empty(), "they pass");
    bencher.bench_local(|| black_box(&rules).judge(Gate::Output, black_box(&look), &session).is_empty());
}

fn one(bencher: Bencher<'_, '_>, entry: &str) {
    judged(bencher, &format!("      - {{ {entry} }}\n"));
}

#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod numeric_rules_on_scalars {
    use super::*;

    #[divan::bench(args = [1, 4, 100])]
    fn judged_rules(bencher: Bencher<'_, '_>, count: usize) {
        let mut entries = String::new();
        for (index, field) in FIELDS.iter().enumerate() {
            for (rule, bound) in ["min: -1", "max: 99", "neq: -7", "between: [-9, 9]"].into_iter().enumerate() {
                if index * 4 + rule < count {
                    let _ = writeln!(entries, "      - {{ field: domain.{field}, {bound} }}");
                }
            }
        }
        judged(bencher, &entries);
    }

    #[divan::bench]
    fn baseline_100_by_hand(bencher: Bencher<'_, '_>) {
        let plant = plant();
        bencher.bench_local(|| by_hand(black_box(&plant)));
    }
}

#[divan::bench_group(sample_count = 200, sample_size = 100)]
mod one_rule_on {
    use super::*;

    #[divan::bench]
    fn a_text(bencher: Bencher<'_, '_>) {
        one(bencher, "field: domain.name, neq: hill");
    }

    #[divan::bench]
    fn a_deep_path(bencher: Bencher<'_, '_>) {
        one(bencher, "field: 'domain.motors[2].bearings[-1].heat', max: 90");
    }

    #[divan::bench]
    fn baseline_of_a_deep_path(bencher: Bencher<'_, '_>) {
        let plant = plant();
        bencher.bench_local(|| {
            let bearing = black_box(&plant).motors.get(black_box(2)).and_then(|motor| motor.bearings.last());
            bearing.and_then(|bearing| bearing.heat).is_some_and(|heat| heat <= black_box(90.0))
        });
    }

    #[divan::bench]
    fn a_key_among_a_thousand(bencher: Bencher<'_, '_>) {
        one(bencher, "field: 'domain.accounts[\"account-500\"]', min: 0");
    }

    #[divan::bench]
    fn baseline_of_a_key(bencher: Bencher<'_, '_>) {
        let plant = plant();
        bencher.bench_local(|| {
            black_box(&plant).accounts.get(black_box("account-500")).is_some_and(|value| *value >= black_box(0))
        });
    }

    #[divan::bench]
    fn the_mean_of_a_hundred(bencher: Bencher<'_, '_>) {
        one(bencher, "field: domain.readings.mean(), max: 90");
    }

    #[divan::bench]
    fn baseline_of_a_mean(bencher: Bencher<'_, '_>) {
        let plant = plant();
        bencher.bench_local(|| {
            let readings = &black_box(&plant).readings;
            readings.iter().sum::<f64>() / readings.len() as f64 <= black_box(90.0)
        });
    }

    #[divan::bench]
    fn a_list_of_a_thousand_words(bencher: Bencher<'_, '_>) {
        let words: Vec<String> = (0..1000).map(|word| format!("word-{word}")).collect();
        one(bencher, &format!("field: domain.name, not_in: [{}]", words.join(", ")));
    }

    #[divan::bench]
    fn a_regular_expression(bencher: Bencher<'_, '_>) {
        one(bencher, "field: domain.name, regex: '^[a-z]+$'");
    }

    /// A pass is none of what is counted.
    #[divan::bench]
    fn a_window_of_time(bencher: Bencher<'_, '_>) {
        one(bencher, "field: domain.a, max: 90, max_threshold: 3, within: 1h");
    }

    #[divan::bench]
    fn a_window_of_ten_runs(bencher: Bencher<'_, '_>) {
        one(bencher, "field: domain.a, max: 90, max_threshold: 3, of: 10");
    }

    /// A pass is one of the runs for as long as there is a violation among them: it is counted.
    #[divan::bench]
    fn a_window_of_runs_with_a_violation_in_it(bencher: Bencher<'_, '_>) {
        let auditor = auditor("      - { field: domain.a, max: 90, level: C, max_threshold: 3, of: 4000000000 }\n");
        let rules = auditor.rules("turn").expect("its rules");
        let session = AuditSession::new("bench");
        let run = |look: &View<<Plant as theus_core::context::Context>::Fields>| {
            let outcomes = black_box(&rules).judge(Gate::Output, black_box(look), &session);
            auditor.settle(&session, "turn", 0, outcomes, &mut Vec::new()).is_ok()
        };
        run(&View(Plant { a: 91, ..plant() }.into_fields()));
        let look = View(plant().into_fields());
        assert!(!rules.judge(Gate::Output, &look, &session).is_empty(), "it is counted");
        bencher.bench_local(|| run(&look));
    }

    #[divan::bench]
    fn a_change(bencher: Bencher<'_, '_>) {
        one(bencher, "field: domain.a, max_delta: 5");
    }
}
