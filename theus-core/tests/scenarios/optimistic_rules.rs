//! Runs of a `fn` under rules whose session is not held while the body runs: what others do meanwhile.

use std::cell::{Cell, RefCell};

use theus_core::audit::AuditRecord;
use theus_core::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Ward {
    here: i64,
    away: i64,
    calls: i64,
    names: Vec<String>,
}

thread_local! {
    /// What happens, on another thread, while the body is under way for the first time.
    static MEANWHILE: RefCell<Option<Box<dyn FnOnce() + Send>>> = const { RefCell::new(None) };
    static BODIES: Cell<u32> = const { Cell::new(0) };
}

fn body() {
    BODIES.set(BODIES.get() + 1);
    if let Some(happens) = MEANWHILE.take() {
        std::thread::spawn(happens).join().unwrap();
    }
}

/// Looks at nothing but what it changes; `away` is no input.
#[process(outputs = [domain.here])]
fn stay(ctx: Ctx<Ward>, here: i64) {
    ctx.domain.here.set(here);
    body();
}

#[process(inputs = [domain.calls], outputs = [domain.calls])]
fn call(ctx: Ctx<Ward>) {
    *ctx.domain.calls += 1;
    body();
}

#[process(inputs = [domain.calls])]
fn look(ctx: Ctx<Ward>) -> i64 {
    body();
    *ctx.domain.calls
}

#[process(outputs = [domain.away])]
fn leave(ctx: Ctx<Ward>, away: i64) {
    ctx.domain.away.set(away);
}

#[process(inputs = [domain.calls], outputs = [domain.calls])]
fn ring(ctx: Ctx<Ward>) {
    *ctx.domain.calls += 1;
}

fn ward(recipe: &str) -> Engine<Ward> {
    let builder = Engine::builder(Ward::default()).process::<Stay>().process::<Call>().process::<Look>();
    let builder = builder.process::<Leave>().process::<Ring>().locking(Locking::Optimistic);
    builder.recipe("ward.yaml", recipe).unwrap().build().unwrap()
}

/// Has this happen while the next body is under way for the first time.
fn meanwhile(engine: &Engine<Ward>, happens: impl FnOnce(&Engine<Ward>) + Send + 'static) {
    let engine = engine.clone();
    BODIES.set(0);
    MEANWHILE.set(Some(Box::new(move || happens(&engine))));
}

fn state(engine: &Engine<Ward>) -> Ward {
    engine.snapshot().unwrap().to_context()
}

fn counts(engine: &Engine<Ward>) -> Vec<(String, u32)> {
    let records = engine.audit_records();
    let violations = records.iter().filter_map(AuditRecord::violation);
    violations.map(|violation| (violation.value.to_string(), violation.count)).collect()
}

#[test]
fn what_the_input_gate_saw_still_holds_at_the_commit() {
    let engine = ward("process_recipes: { stay: { inputs: [ { field: domain.away, max: 0 } ] } }");
    meanwhile(&engine, |engine| engine.run(Leave { away: 0 }).unwrap());
    engine.run(Stay { here: 1 }).unwrap();
    assert_eq!(state(&engine).here, 1, "others have committed, and the rule holds");
    meanwhile(&engine, |engine| engine.run(Leave { away: 1 }).unwrap());
    assert!(matches!(engine.run(Stay { here: 2 }), Err(RunError::Blocked(_))), "no order of the two lets both");
    assert_eq!((state(&engine).here, state(&engine).away, BODIES.get()), (1, 1, 1));
    assert_eq!(counts(&engine), [("1".to_owned(), 1)]);
    meanwhile(&engine, |engine| engine.run(Leave { away: 0 }).unwrap());
    assert!(matches!(engine.run(Stay { here: 3 }), Err(RunError::Blocked(_))), "it was so when it began");
    assert_eq!((state(&engine).here, BODIES.get()), (1, 0));
}

#[test]
fn what_the_output_gate_refuses_is_not_committed_and_counts_once() {
    let engine = ward(
        "process_recipes: { stay: { outputs: [ { field: domain.here, max: 9, max_threshold: 2 }, \
                                               { field: domain.here, max: 5, level: C, max_threshold: 2 } ] } }",
    );
    meanwhile(&engine, |engine| engine.run(Leave { away: 7 }).unwrap());
    engine.run(Stay { here: 5 }).unwrap();
    assert_eq!(state(&engine), Ward { here: 5, away: 7, ..Ward::default() });
    meanwhile(&engine, |engine| engine.run(Leave { away: 8 }).unwrap());
    engine.run(Stay { here: 10 }).unwrap();
    assert_eq!((state(&engine).here, BODIES.get()), (10, 1), "below the threshold");
    assert!(matches!(engine.run(Stay { here: 11 }), Err(RunError::Blocked(_))));
    assert_eq!((state(&engine).here, state(&engine).away, BODIES.get()), (10, 8, 2));
    let count = |value: &str, count| (value.to_owned(), count);
    assert_eq!(counts(&engine), [count("10", 1), count("10", 1), count("11", 2), count("11", 2)]);
}

#[test]
fn a_run_that_was_disturbed_is_judged_by_what_it_leaves_in_the_end() {
    let engine = ward("process_recipes: { call: { outputs: [ { field: domain.calls, max: 1, level: C } ] } }");
    meanwhile(&engine, |engine| engine.run(Ring {}).unwrap());
    engine.run(Call {}).unwrap();
    assert_eq!((state(&engine).calls, BODIES.get()), (2, 2), "it was made again, of what the other had left");
    assert_eq!(counts(&engine), [("2".to_owned(), 1)], "once, and nothing of the first attempt");
}

#[test]
fn who_only_looks_under_a_rule_on_the_state_looks_at_one_that_others_have_left() {
    let engine = ward("process_recipes: { look: { outputs: [ { field: domain.calls, max: 9 } ] } }");
    meanwhile(&engine, |engine| engine.run(Ring {}).unwrap());
    assert_eq!(engine.run(Look {}).unwrap(), 1);
    assert_eq!(BODIES.get(), 2);
    meanwhile(&engine, |engine| engine.run(Leave { away: 1 }).unwrap());
    assert_eq!(engine.run(Look {}).unwrap(), 1);
    assert_eq!(BODIES.get(), 1, "of what it has not read");
}

#[test]
fn the_rules_in_force_when_a_run_began_hold_to_its_end() {
    let at_most =
        |most: i64| format!("process_recipes: {{ stay: {{ outputs: [ {{ field: domain.here, max: {most} }} ] }} }}");
    let engine = ward(&at_most(9));
    let stricter = at_most(1);
    meanwhile(&engine, move |engine| drop(engine.reload_recipe("ward.yaml", &stricter).unwrap()));
    engine.run(Stay { here: 5 }).unwrap();
    assert!(matches!(engine.run(Stay { here: 6 }), Err(RunError::Blocked(_))));
    let laxer = at_most(9);
    meanwhile(&engine, move |engine| drop(engine.reload_recipe("ward.yaml", &laxer).unwrap()));
    assert!(matches!(engine.run(Stay { here: 7 }), Err(RunError::Blocked(_))));
    engine.run(Stay { here: 8 }).unwrap();
    assert_eq!(state(&engine).here, 8);
}

#[test]
fn rules_that_no_look_at_numbers_answers_are_judged_as_well() {
    let engine = ward(
        "process_recipes: { stay: { inputs: [ { field: domain.names, max_len: 0 }, { field: here, max: 3 } ], \
                                    outputs: [ { field: here, max: 2 }, { field: domain.here, monotonic: true } ] } }",
    );
    engine.run(Stay { here: 1 }).unwrap();
    engine.run(Stay { here: 2 }).unwrap();
    for refused in [0, 1, 3, 4] {
        assert!(matches!(engine.run(Stay { here: refused }), Err(RunError::Blocked(_))), "{refused}");
    }
    assert_eq!(state(&engine).here, 2);
}
