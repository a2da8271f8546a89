//! What a recipe, a value or a file can make large is bounded in bytes, and costs in proportion.

use std::time::{Duration, Instant};

use theus_core::audit::AuditEvent;

use crate::oven::{Heat, builder, engine};

/// The least time of a few runs under so many rules, each violated, each with a counter of its own that is not 0.
fn under_rules(count: usize) -> Duration {
    let rule = |bound: usize| {
        format!("      - {{ field: domain.temperature, max: {bound}.5, level: C, max_threshold: 100 }}\n")
    };
    let rules: String = (0..count).map(rule).collect();
    let engine = engine(&format!("process_recipes:\n  heat:\n    outputs:\n{rules}"));
    let run = || {
        let begun = Instant::now();
        engine.run(Heat { to: 1e6 }).unwrap();
        begun.elapsed()
    };
    run();
    (0..5).map(|_| run()).min().unwrap()
}

#[test]
fn many_violated_rules_cost_in_proportion() {
    // 4 where the cost is in proportion, 16 where it is quadratic: whatever else the machine does, never less than that.
    let grown = || under_rules(8_000).as_secs_f64() / under_rules(2_000).as_secs_f64();
    assert!((0..5).any(|_| grown() < 9.0), "it costs more than in proportion, five times in a row");
}

#[test]
fn a_message_of_a_megabyte_is_not_copied_into_each_record() {
    for message in ["{value} ".to_owned() + &"m".repeat(1 << 20), "m".repeat(1 << 20)] {
        let recipe = format!(
            "process_recipes: {{ heat: {{ outputs: [ {{ field: domain.temperature, max: 1, level: C, message: \"{message}\" }} ] }} }}"
        );
        let engine = engine(&recipe);
        let run = || engine.run(Heat { to: 5.0 }).unwrap();
        run();
        let record = engine.audit_records().pop().unwrap();
        let line = serde_json::to_string(&record).unwrap();
        assert!(line.len() < 8_000, "{} bytes", line.len());
        let told = record.violation().unwrap().message.clone().unwrap();
        assert!(told.ends_with("mm…"), "it says that it goes on");
        let grown = allocation_counter::measure(|| (0..100).for_each(|_| run()));
        assert!(grown.bytes_current < 100 * 8_000, "{grown:?}");
    }
}

#[test]
fn a_bound_of_a_megabyte_is_not_in_each_line_of_the_ledger() {
    let long = "b".repeat(1 << 20);
    let recipe =
        format!("process_recipes: {{ heat: {{ outputs: [ {{ field: domain.note, eq: \"{long}\", level: C }} ] }} }}");
    let engine = engine(&recipe);
    engine.run(Heat { to: 5.0 }).unwrap();
    let record = engine.audit_records().pop().unwrap();
    let line = serde_json::to_string(&record).unwrap();
    assert!(line.len() < 8_000, "{} bytes", line.len());
    assert!(record.violation().unwrap().limit.ends_with("… (1048578 characters)"), "{line}");
}

#[test]
fn records_in_memory_are_bounded_in_bytes() {
    let engine = builder("").records(1 << 20).build().unwrap();
    let name = "r".repeat(4_000);
    // Refused recipes with long names and reasons: the greatest records that somebody outside can make at will.
    for _ in 0..12_000 {
        let _ = engine.reload_recipe(&name, "process_recipes: 5");
    }
    let kept: usize = engine
        .audit_records()
        .iter()
        .map(|record| match &record.event {
            AuditEvent::RecipeRefused { recipe, reason } => recipe.len() + reason.len(),
            _ => 0,
        })
        .sum();
    assert!(kept < 80 * 1024 * 1024 && engine.status().records.dropped > 0, "{kept} bytes");
    assert!(engine.ledger().verify().is_ok());
}
