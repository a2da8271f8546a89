//! A rule that passes allocates nothing, however deep its path and whatever it asks.

use allocation_counter::measure;
use theus_core::prelude::*;

use super::generate::state;
use super::world::World;

#[process(inputs = [domain.int], outputs = [domain.int])]
fn touch(ctx: Ctx<World>) {
    *ctx.domain.int = ctx.domain.int.wrapping_add(1);
}

/// A state in which every path below has something at its end.
fn world() -> World {
    let mut world = World { int: 1, text: "a b".to_owned(), option: Some(3), ..state(0) };
    world.readings = (0..100).map(f64::from).collect();
    world.counts = (0..20).collect();
    world.accounts = [("alice".to_owned(), 5), ("bob".to_owned(), 7)].into();
    world.tensor.0 = vec![3.0, 4.0];
    world.motor.mode = Some(super::world::Mode::Running { speed: 1.0, steps: vec![7] });
    world.motors = [(2, world.motor.clone())].into();
    world.amount = super::world::Amount(theus_core::context::Decimal::new(125, 1).unwrap());
    world.phase = super::world::Phase::Heating;
    world.names = ["anna".to_owned()].into();
    world
}

/// What one run allocates under these rules.
fn allocations(rules: &str) -> u64 {
    let recipe = format!("process_recipes:\n  touch:\n    inputs:\n{rules}    outputs:\n{rules}");
    let builder = Engine::builder(world()).process::<Touch>();
    let builder = if rules.is_empty() { builder } else { builder.recipe("r.yaml", &recipe).unwrap() };
    let engine = builder.build().unwrap();
    // Once before: a regular expression makes its tables when it is first asked.
    let report = engine.run_reported(Touch {});
    assert!(report.result.is_ok() && report.violations.is_empty(), "{:?}", report.violations);
    measure(|| drop(std::hint::black_box(engine.run(Touch {})))).count_total
}

#[test]
fn a_passing_rule_allocates_nothing() {
    let rules = [
        "field: domain.int, min: 0",
        "field: domain.text, regex: '^a'",
        "field: domain.text, in: ['x', 'a b']",
        "field: domain.option, exists: true",
        "field: domain.phase, in: [Heating, Cooling]",
        "field: domain.readings.mean(), between: [0, 100]",
        "field: 'domain.readings[-1]', finite: true",
        "field: domain.counts, unique: true",
        "field: domain.counts.sum(), multiple_of: 10",
        "field: 'domain.accounts[\"alice\"]', min: 5",
        "field: domain.accounts.values().sum(), eq: 12",
        "field: domain.tensor.norm(), max: 5",
        "field: 'domain.motors[2].mode.Running.steps[0]', eq: 7",
        "field: domain.amount, multiple_of: 0.5",
        "field: domain.names.first(), min_len: 4",
        "field: domain.first_name(), eq: anna",
    ];
    let without = allocations("");
    for rule in rules {
        assert_eq!(allocations(&format!("      - {{ {rule} }}\n")), without, "{rule}");
    }
    let all: String = rules.iter().map(|rule| format!("      - {{ {rule} }}\n")).collect();
    assert_eq!(allocations(&all), without, "all of them");
}

#[test]
fn a_rule_on_a_change_allocates_nothing() {
    let rules = "    outputs: [ { field: domain.int, max_delta: 1, monotonic: true, changed: true }, { field: domain.accounts, unchanged: true } ]";
    let engine = Engine::builder(world()).process::<Touch>();
    let engine = engine.recipe("r.yaml", &format!("process_recipes:\n  touch:\n{rules}\n")).unwrap().build().unwrap();
    assert!(engine.run(Touch {}).is_ok());
    assert_eq!(measure(|| drop(std::hint::black_box(engine.run(Touch {})))).count_total, allocations(""));
}

#[test]
fn the_counter_counts() {
    assert!(measure(|| drop(std::hint::black_box(vec![1_u8; 10]))).count_total > 0);
}
