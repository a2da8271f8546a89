//! A lower and an upper bound on each of fifty scalars, beside the same check by hand.

use std::fmt::Write as _;

use divan::{Bencher, black_box};
use theus_core::Schema;
use theus_core::audit::{AuditSession, Auditor, Catalog, Gate, ProcessEntry, Recipe};
use theus_core::prelude::*;
use theus_core::process::Gives;
use theus_core::source::{Document, SourceFile};

use crate::shared::view::View;

/// Two rules for each field, in the order of the fields.
fn judged<C: Context>(bencher: Bencher<'_, '_>, contract: &'static theus_core::process::Contract, plant: C) {
    let domain = C::schema();
    let mut yaml = String::from("process_recipes:\n  turn:\n    outputs:\n");
    for field in &domain.fields {
        let _ = writeln!(yaml, "      - {{ field: domain.{}, min: -100, max: 100 }}", field.name);
    }
    let entry = ProcessEntry {
        contract,
        arguments: Vec::new(),
        local: Schema::empty(),
        gives: Gives::Nothing,
        errors: Vec::new(),
    };
    let catalog = Catalog { processes: vec![entry], domain, global: Schema::empty() };
    let document = Document::parse(SourceFile::new("bench.yaml", yaml)).expect("YAML");
    let recipe = Recipe::load(&document, &catalog).expect("a recipe that fits");
    let rules = Auditor::new(recipe).rules("turn").expect("its rules");
    let look = View(plant.into_fields());
    let session = AuditSession::new("bench");
    assert!(
        rules.judge(Gate::Output, &look, &session).is_empty() && rules.rules(Gate::Output).len() == 100,
        "they pass"
    );
    bencher.bench_local(|| black_box(&rules).judge(Gate::Output, black_box(&look), &session).is_empty());
}

macro_rules! fifty {
    ($module:ident, $number:ty, $low:literal to $high:literal: $($field:ident)*) => {
        #[divan::bench_group(sample_count = 200, sample_size = 1000)]
        mod $module {
            use super::*;

            #[derive(Clone, Default, Context)]
            struct Plant {
                $($field: $number,)*
            }

            #[process(outputs = [domain.f0])]
            fn turn(ctx: Ctx<Plant>) {
                ctx.domain.f0.set(<$number>::default());
            }

            #[divan::bench]
            fn judged_100_bounds(bencher: Bencher<'_, '_>) {
                judged(bencher, const { &Turn::CONTRACT }, Plant::default());
            }

            /// The bounds are hidden from the optimiser, as they come from a file elsewhere.
            #[divan::bench]
            fn baseline_by_hand(bencher: Bencher<'_, '_>) {
                let plant = Plant::default();
                bencher.bench_local(|| {
                    let (plant, mut passed) = (black_box(&plant), true);
                    $(
                        let value = black_box(plant.$field);
                        passed &= value >= black_box($low) && value <= black_box($high);
                    )*
                    passed
                });
            }
        }
    };
}

fifty! {
    numeric_rules_on_fifty_integers, i64, -100 to 100:
    f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23 f24
    f25 f26 f27 f28 f29 f30 f31 f32 f33 f34 f35 f36 f37 f38 f39 f40 f41 f42 f43 f44 f45 f46 f47 f48 f49
}

fifty! {
    numeric_rules_on_fifty_floats, f64, -100.0 to 100.0:
    f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23 f24
    f25 f26 f27 f28 f29 f30 f31 f32 f33 f34 f35 f36 f37 f38 f39 f40 f41 f42 f43 f44 f45 f46 f47 f48 f49
}
