//! Rules that pass, judged alone, and a condition.

use std::fmt::Write as _;
use std::hint::black_box;

use theus_core::Schema;
use theus_core::audit::{AuditSession, Auditor, Catalog, Gate, ProcessEntry, Recipe};
use theus_core::prelude::*;
use theus_core::process::{Contract, Gives};
use theus_core::source::{Document, SourceFile};
use theus_core::workflow::condition::{Activation, Expression, Scope};

use super::Scenario;
use crate::shared::view::View;

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "bounds_100_on_25_fields", go: mixed },
    Scenario { name: "bounds_100_on_50_i64", go: integers::many },
    Scenario { name: "bounds_100_on_50_f64", go: floats::many },
    Scenario {
        name: "window_within",
        go: |count| one(count, "field: domain.total, max: 90, max_threshold: 3, within: 1h"),
    },
    Scenario { name: "window_of_10", go: |count| one(count, "field: domain.total, max: 90, max_threshold: 3, of: 10") },
    Scenario { name: "mean_of_100", go: |count| one(count, "field: domain.readings.mean(), max: 90") },
    Scenario { name: "a_tenth_of_exists_over_1000", go: |count| exists(count / 10) },
];

fn judged<C: Context>(count: usize, contract: &'static Contract, state: C, entries: &str) {
    let entry = ProcessEntry {
        contract,
        arguments: Vec::new(),
        local: Schema::empty(),
        gives: Gives::Nothing,
        errors: Vec::new(),
    };
    let catalog = Catalog { processes: vec![entry], domain: C::schema(), global: Schema::empty() };
    let yaml = format!("process_recipes:\n  turn:\n    outputs:\n{entries}");
    let document = Document::parse(SourceFile::new("bench.yaml", yaml)).expect("YAML");
    let recipe = Recipe::load(&document, &catalog).expect("a recipe that fits");
    let rules = Auditor::new(recipe).rules("turn").expect("its rules");
    let (look, session) = (View(state.into_fields()), AuditSession::new("bench"));
    assert!(rules.judge(Gate::Output, &look, &session).is_empty(), "they pass");
    for _ in 0..count {
        black_box(black_box(&rules).judge(Gate::Output, black_box(&look), &session).is_empty());
    }
}

/// Such rules on each field.
fn each<C: Context>(rules: &[&str]) -> String {
    let mut entries = String::new();
    for field in &C::schema().fields {
        for rule in rules {
            let _ = writeln!(entries, "      - {{ field: domain.{}, {rule} }}", field.name);
        }
    }
    entries
}

macro_rules! numbers {
    ($module:ident, $number:ty: $($field:ident)*) => {
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

            pub(super) fn many(count: usize) {
                let entries = each::<Plant>(&["min: -100, max: 100"]);
                judged(count, const { &Turn::CONTRACT }, Plant::default(), &entries);
            }
        }
    };
}

numbers! {
    integers, i64:
    f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23 f24
    f25 f26 f27 f28 f29 f30 f31 f32 f33 f34 f35 f36 f37 f38 f39 f40 f41 f42 f43 f44 f45 f46 f47 f48 f49
}

numbers! {
    floats, f64:
    f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23 f24
    f25 f26 f27 f28 f29 f30 f31 f32 f33 f34 f35 f36 f37 f38 f39 f40 f41 f42 f43 f44 f45 f46 f47 f48 f49
}

macro_rules! plant {
    ($($int:ident)*; $($float:ident)*) => {
        #[derive(Clone, Default, Context)]
        struct Plant {
            $($int: i64,)*
            $($float: f64,)*
        }
    };
}

plant!(a b c d e f g h i j k l m; n o p q r s t u v w x y);

#[process(outputs = [domain.a])]
fn turn(ctx: Ctx<Plant>) {
    ctx.domain.a.set(1);
}

fn mixed(count: usize) {
    let entries = each::<Plant>(&["min: -1", "max: 99", "neq: -7", "between: [-9, 9]"]);
    judged(count, const { &Turn::CONTRACT }, Plant::default(), &entries);
}

#[derive(Clone, Default, Context)]
struct Series {
    readings: Vec<f64>,
    items: Vec<i64>,
    total: i64,
}

#[process(inputs = [domain.readings], outputs = [domain.readings])]
fn measure(ctx: Ctx<Series>) {
    ctx.domain.readings.push(1.0);
}

fn one(count: usize, rule: &str) {
    let mut contract = Measure::CONTRACT;
    contract.process = "turn";
    let series = Series { readings: vec![1.5; 100], ..Series::default() };
    judged(count, Box::leak(Box::new(contract)), series, &format!("      - {{ {rule} }}\n"));
}

impl Activation for Series {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.inspect(path)
    }
    fn global(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
    fn payload(&self) -> Option<&serde_json::Value> {
        None
    }
    fn item(&self, _: &str) -> Option<&serde_json::Value> {
        None
    }
}

/// A condition of a workflow that goes through a list of 1,000, every tenth time: what is counted is a tenth of it.
fn exists(count: usize) {
    let series = Series { items: (0..1_000).collect(), ..Series::default() };
    let (domain, global) = (Series::schema(), Schema::empty());
    let scope = Scope { domain: &domain, global: &global, payload: None, items: &[] };
    let condition =
        Expression::compile("domain.items.exists(x, x > 1 && x % 1000 == 999)", &scope).expect("it is right");
    for _ in 0..count {
        assert!(black_box(&condition).holds(black_box(&series)).expect("a value"), "the last one");
    }
}
