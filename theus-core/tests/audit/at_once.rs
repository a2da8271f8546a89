//! Bounds on the numbers of a context are judged at once: what is broken among them is found, and nothing else is.

use std::sync::atomic::{AtomicU64, Ordering};

use theus_core::audit::Action;
use theus_core::prelude::*;

type Celsius = f64;

static LOOKS: AtomicU64 = AtomicU64::new(0);

/// A number that counts how often it is looked at.
#[derive(Clone, Default)]
struct Counted(i64);

impl Inspect for Counted {
    fn shape() -> Shape {
        i64::shape()
    }
    fn inspect(&self) -> Value<'_> {
        LOOKS.fetch_add(1, Ordering::Relaxed);
        Value::Int(self.0.into())
    }
}

#[derive(Clone, Default, Inspect)]
struct Money(i64);

#[derive(Clone, Default, Context)]
#[inspect(methods(both -> i64))]
struct Plant {
    small: u8,
    int: i64,
    unsigned: u64,
    wide: i128,
    wider: u128,
    size: usize,
    single: f32,
    float: f64,
    alias: Celsius,
    may: Option<i64>,
    money: Money,
    boxed: Box<i64>,
    name: String,
    #[context(nested)]
    inner: Inner,
    sig_high: bool,
}

impl PlantView<'_> {
    fn both(&self) -> i64 {
        self.int.saturating_add(i64::from(*self.small))
    }
}

#[derive(Clone, Default, Context)]
struct Inner {
    level: i64,
    heat: f64,
    #[context(nested)]
    deep: Deep,
}

#[derive(Clone, Default, Context)]
struct Deep {
    top: i32,
}

#[derive(Clone, Default, Context)]
struct Limits {
    most: i64,
}

/// What is set, by the name of the field.
#[process(inputs = [global.most], outputs = [
    domain.small, domain.int, domain.unsigned, domain.wide, domain.wider, domain.size, domain.single, domain.float,
    domain.alias, domain.may, domain.money, domain.boxed, domain.inner.level, domain.inner.heat, domain.inner.deep.top,
])]
fn set(ctx: Ctx<Plant, Limits>, field: String, float: f64, int: i128) {
    assert!(*ctx.global.most > 0);
    match field.as_str() {
        "small" => ctx.domain.small.set(int as u8),
        "int" => ctx.domain.int.set(int as i64),
        "unsigned" => ctx.domain.unsigned.set(int as u64),
        "wide" => ctx.domain.wide.set(int),
        "wider" => ctx.domain.wider.set(int as u128),
        "size" => ctx.domain.size.set(int as usize),
        "single" => ctx.domain.single.set(float as f32),
        "float" => ctx.domain.float.set(float),
        "alias" => ctx.domain.alias.set(float),
        "may" => ctx.domain.may.set((int != 0).then_some(int as i64)),
        "money" => ctx.domain.money.set(Money(int as i64)),
        "boxed" => ctx.domain.boxed.set(Box::new(int as i64)),
        "inner.level" => ctx.domain.inner.level.set(int as i64),
        "inner.heat" => ctx.domain.inner.heat.set(float),
        "inner.deep.top" => ctx.domain.inner.deep.top.set(int as i32),
        _ => {}
    }
}

const INTS: [&str; 11] =
    ["small", "int", "unsigned", "wide", "wider", "size", "may", "money", "boxed", "inner.level", "inner.deep.top"];
const FLOATS: [&str; 4] = ["single", "float", "alias", "inner.heat"];

/// Two rules on each field and one on a method, in the order of the fields.
fn engine() -> Engine<Plant, Limits> {
    let entries: String = INTS
        .iter()
        .map(|field| format!("      - {{ field: domain.{field}, min: 1, max: 9, level: C }}\n"))
        .chain(
            FLOATS
                .iter()
                .map(|field| format!("      - {{ field: domain.{field}, between: [1, 9], neq: 5, level: C }}\n")),
        )
        .collect();
    let recipe = format!(
        "process_recipes:\n  set:\n    inputs: [{{ field: global.most, max: 9 }}]\n    outputs:\n{entries}      - {{ field: domain.both(), max: 15, level: C }}\n"
    );
    let deep = Deep { top: 4 };
    let plant = Plant {
        small: 4,
        int: 4,
        unsigned: 4,
        wide: 4,
        wider: 4,
        size: 4,
        single: 4.0,
        float: 4.0,
        alias: 4.0,
        may: Some(4),
        money: Money(4),
        boxed: Box::new(4),
        inner: Inner { level: 4, heat: 4.0, deep },
        ..Plant::default()
    };
    let builder = Engine::builder(plant).global(Limits { most: 9 }).process::<Set>();
    builder.recipe("r.yaml", &recipe).unwrap().build().unwrap()
}

fn found(engine: &Engine<Plant, Limits>, field: &str, float: f64, int: i128) -> Vec<String> {
    let report = engine.run_reported(Set { field: field.to_owned(), float, int });
    assert!(report.result.is_ok(), "it only records: {:?}", report.result);
    report.violations.iter().map(|violation| format!("{}: {}", violation.rule, violation.value)).collect()
}

#[test]
fn each_field_that_is_outside_is_found_alone() {
    for field in INTS {
        let engine = engine();
        assert!(found(&engine, field, 0.0, 1).is_empty() && found(&engine, field, 0.0, 9).is_empty(), "{field}");
        let below = found(&engine, field, 0.0, 0);
        let shown = if field == "may" { "none" } else { "0" };
        let rules: &[&str] = if field == "may" { &["min 1", "max 9"] } else { &["min 1"] };
        let expected: Vec<_> = rules.iter().map(|rule| format!("domain.{field} {rule}: {shown}")).collect();
        assert_eq!(below, expected);
        assert_eq!(found(&engine, field, 0.0, 10), [format!("domain.{field} max 9: 10")]);
        assert!(found(&engine, field, 0.0, 5).is_empty(), "{field} again");
    }
    for field in FLOATS {
        let engine = engine();
        assert!(found(&engine, field, 1.0, 0).is_empty() && found(&engine, field, 9.0, 0).is_empty(), "{field}");
        assert_eq!(found(&engine, field, 0.5, 0), [format!("domain.{field} between [1, 9]: 0.5")]);
        assert_eq!(found(&engine, field, 5.0, 0), [format!("domain.{field} neq 5: 5.0")]);
        assert_eq!(found(&engine, field, f64::NAN, 0).len(), 2, "{field}: NaN satisfies nothing");
        assert_eq!(found(&engine, field, f64::INFINITY, 0).len(), 1, "{field}");
    }
}

#[test]
fn integers_beyond_64_bits_are_judged_by_each_condition() {
    let engine = engine();
    for (field, value) in [("wide", i128::MAX), ("wide", i128::MIN), ("wide", (1 << 64) + 4), ("unsigned", 1 << 63)] {
        assert_eq!(found(&engine, field, 0.0, value).len(), 1, "{field} {value}");
        assert!(found(&engine, field, 0.0, 4).is_empty());
    }
    assert_eq!(found(&engine, "wider", 0.0, -1).len(), 1, "above every `i128`");
}

#[test]
fn what_a_method_says_is_among_them() {
    let engine = engine();
    assert!(found(&engine, "int", 0.0, 9).is_empty());
    assert_eq!(found(&engine, "small", 0.0, 7), ["domain.both() max 15: 16"]);
}

#[test]
fn what_is_found_is_in_the_order_of_the_rules() {
    let engine = engine();
    assert_eq!(found(&engine, "inner.deep.top", 0.0, 10).len(), 1);
    assert_eq!(found(&engine, "float", 10.0, 0).len(), 2);
    let all = found(&engine, "small", 0.0, 0);
    let order = ["domain.small min 1: 0", "domain.inner.deep.top max 9: 10", "domain.float between [1, 9]: 10.0"];
    assert_eq!(all, order);
}

#[derive(Clone, Default, Context)]
struct Meter {
    first: Counted,
    level: i64,
}

#[process(outputs = [domain.first, domain.level])]
fn turn(ctx: Ctx<Meter>, level: i64) {
    ctx.domain.first.set(Counted(1));
    ctx.domain.level.set(level);
}

fn meter(rules: &str) -> Engine<Meter> {
    let recipe = format!("process_recipes: {{ turn: {{ outputs: [ {rules} ] }} }}");
    Engine::builder(Meter::default()).process::<Turn>().recipe("r.yaml", &recipe).unwrap().build().unwrap()
}

/// A pass puts a counter back, though no field is outside of its range when it does.
#[test]
fn a_pass_that_puts_a_counter_back_is_seen() {
    let engine = meter("{ field: domain.level, max: 9, max_threshold: 2, reset_on_success: true }");
    let passes = |level| engine.run(Turn { level }).is_ok();
    assert!(passes(10) && passes(1), "one violation, and a pass");
    assert!(passes(10), "the first violation again");
    assert!(!passes(10), "the second");
    let kept = meter("{ field: domain.level, max: 9, max_threshold: 2 }");
    let passes = |level| kept.run(Turn { level }).is_ok();
    assert!(passes(10) && passes(1) && !passes(10), "nothing puts it back here");
}

#[test]
fn many_rules_on_a_number_take_one_look_while_they_pass() {
    let engine = meter(
        "{ field: domain.first, min: 0, max: 9 }, { field: domain.first, neq: 7 }, { field: domain.level, max: 9, level: C }",
    );
    let before = LOOKS.load(Ordering::Relaxed);
    let report = engine.run_reported(Turn { level: 1 });
    assert!(report.result.is_ok() && report.violations.is_empty());
    assert_eq!(LOOKS.load(Ordering::Relaxed) - before, 1);
    let report = engine.run_reported(Turn { level: 10 });
    assert_eq!(report.violations.len(), 1);
    assert_eq!(report.violations[0].action, Action::Campaign);
}
