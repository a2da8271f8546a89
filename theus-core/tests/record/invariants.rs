//! An invariant is one rule: it has one counter, whichever process violates it.

use std::sync::atomic::{AtomicUsize, Ordering};

use theus_core::audit::{Action, AuditEvent, Query, Text};
use theus_core::prelude::*;

use crate::oven::{Heat, Note, Oven, builder as oven};

/// Opens a vent, which cools.
#[process(outputs = [domain.temperature])]
fn vent(ctx: Ctx<Oven>, to: f64) {
    ctx.domain.temperature.set(to);
}

/// Cools.
#[process(outputs = [domain.temperature, domain.note])]
#[allow(deprecated, reason = "the note is declared, so that its invariant is judged, and never written")]
fn cool(ctx: Ctx<Oven>, to: f64) {
    ctx.domain.temperature.set(to);
}

fn builder(recipe: &str) -> theus_core::EngineBuilder<Oven> {
    oven(recipe).process::<Vent>().process::<Cool>()
}

fn invariant(settings: &str) -> String {
    format!("invariants: [{{ field: domain.temperature, max: 90, {settings} }}]\n")
}

fn count(engine: &Engine<Oven>) -> [u32; 3] {
    let to = 95.0;
    let accounts =
        [engine.explain(&Heat { to }), engine.explain(&Vent { to }), engine.explain(&Cool { to })].map(Result::unwrap);
    accounts.map(|account| account.rules[0].count)
}

#[test]
fn the_third_violation_acts_whichever_process_it_is_of() {
    let engine = builder(&invariant("level: S, max_threshold: 3")).build().unwrap();
    assert_eq!(engine.run_reported(Heat { to: 95.0 }).violations[0].count, 1);
    assert_eq!(engine.run_reported(Vent { to: 95.0 }).violations[0].count, 2);
    assert_eq!(count(&engine), [2, 2, 2]);
    let RunError::Interlocked(stopped) = engine.run(Cool { to: 95.0 }).unwrap_err() else { panic!("not stopped") };
    let violation = &stopped.violations()[0];
    assert_eq!((violation.count, violation.action), (3, Action::Interlocked));
    assert_eq!((violation.process.as_str(), violation.invariant), ("cool", true), "who did it is on record");
    assert_eq!(count(&engine), [0, 0, 0]);

    // One rule in the identity and in the counts of the ledger.
    assert_eq!(engine.status().recipe.unwrap().identity.rules, 1);
    let counts = engine.ledger().counts_by_rule(&Query::new());
    let counts: Vec<_> =
        counts.iter().map(|(name, count)| (name.process.clone(), name.rule.as_str(), *count)).collect();
    assert_eq!(counts, [(None, "domain.temperature max 90", 3)]);
    assert_eq!(engine.ledger().find(&Query::new().process("vent")).count(), 1);
    assert!(engine.ledger().verify().is_ok());
}

#[test]
fn a_pass_of_any_process_resets_it() {
    let engine = builder(&invariant("max_threshold: 3, reset_on_success: true")).build().unwrap();
    engine.run(Heat { to: 95.0 }).unwrap();
    engine.run(Note {}).unwrap();
    assert_eq!(count(&engine), [1, 1, 1], "a process that does not write it does not judge it");
    engine.run(Vent { to: 20.0 }).unwrap();
    assert_eq!(count(&engine), [0, 0, 0]);
    let everywhere = builder(&invariant("max_threshold: 3, processes: all")).build().unwrap();
    everywhere.run(Heat { to: 95.0 }).unwrap();
    everywhere.run(Note {}).unwrap();
    assert!(everywhere.run(Note {}).is_err(), "the third, of processes that do not write it");
}

#[test]
fn rules_for_every_process_count_for_each() {
    let recipe = "process_recipes: { '*': { outputs: [{ field: domain.temperature, max: 90, max_threshold: 3 }] } }";
    let engine = builder(recipe).build().unwrap();
    engine.run(Heat { to: 95.0 }).unwrap();
    engine.run(Heat { to: 95.0 }).unwrap();
    engine.run(Vent { to: 95.0 }).unwrap();
    assert_eq!(count(&engine), [2, 1, 0]);
    assert!(engine.run(Heat { to: 95.0 }).is_err());
    assert_eq!(count(&engine), [0, 1, 0]);
    assert_eq!(engine.status().recipe.unwrap().identity.rules, 4);
    assert_eq!(engine.ledger().counts_by_rule(&Query::new()).len(), 2);
}

#[test]
fn a_reload_keeps_the_one_counter_and_names_the_rule_once() {
    let (settings, texts) =
        ("level: B, max_threshold: 3", |texts: &[Text]| texts.iter().map(ToString::to_string).collect::<Vec<_>>());
    let engine = builder(&invariant(settings)).build().unwrap();
    engine.run(Heat { to: 95.0 }).unwrap();
    let digest = engine.status().recipe.unwrap().identity.digest;
    let change = engine.reload_recipe("second.yaml", &format!("# moved\n{}", invariant(settings))).unwrap();
    assert_eq!((change.kept, change.identity.rules, change.identity.digest), (1, 1, digest));
    assert!(change.added.is_empty() && change.removed.is_empty() && change.changed.is_empty(), "{change:?}");
    engine.run(Vent { to: 95.0 }).unwrap();
    assert_eq!(count(&engine), [2, 2, 2]);
    assert!(engine.run(Cool { to: 95.0 }).is_err());

    engine.run(Heat { to: 95.0 }).unwrap();
    let change = engine.reload_recipe("third.yaml", &invariant(&format!("{settings}, processes: all"))).unwrap();
    assert_ne!(change.identity.digest, digest);
    assert_eq!(
        texts(&change.changed),
        [
            "invariant: domain.temperature max 90 (level B, warns from 1, acts at 3) -> 90 (level B, warns from 1, acts at 3, after every process)"
        ]
    );
    assert_eq!((count(&engine), change.kept), ([0, 0, 0], 0), "another rule begins anew");
    let change = engine.reload_recipe("fourth.yaml", "invariants: []").unwrap();
    assert_eq!(texts(&change.removed).len(), 1, "{change:?}");
}

#[test]
fn two_threads_in_different_processes_lose_no_count() {
    const RUNS: usize = 300;
    for locking in [Locking::Pessimistic, Locking::Optimistic] {
        let recipe = invariant("level: B, max_threshold: 7");
        let engine = builder(&recipe).locking(locking).attempts(1_000_000).records(4 * RUNS).build().unwrap();
        let acted = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let refused = (0..RUNS).filter(|_| engine.run(Heat { to: 95.0 }).is_err()).count();
                acted.fetch_add(refused, Ordering::Relaxed);
            });
            scope.spawn(|| {
                let refused = (0..RUNS).filter(|_| engine.run(Vent { to: 95.0 }).is_err()).count();
                acted.fetch_add(refused, Ordering::Relaxed);
            });
            for _ in 0..20 {
                assert_eq!(engine.reload_recipe("same.yaml", &recipe).unwrap().kept, 1);
            }
        });
        assert_eq!(acted.load(Ordering::Relaxed), 2 * RUNS / 7);
        let ledger = engine.ledger();
        let counts = ledger.iter().filter_map(|record| match &record.event {
            AuditEvent::Violation(violation) => Some(violation.count),
            _ => None,
        });
        assert!(counts.eq((0..2 * RUNS).map(|index| index as u32 % 7 + 1)), "each count once, in order");
    }
}

#[test]
fn what_a_rule_on_a_change_says_is_known_in_the_run() {
    let recipe =
        "invariants: [{ field: domain.temperature, max_delta: 5 }, { field: domain.door, max: 1, processes: all }]";
    let engine = builder(recipe).build().unwrap();
    let explained = engine.explain(&Heat { to: 1.0 }).unwrap();
    let would: Vec<_> = explained.rules.iter().map(|rule| rule.would).collect();
    assert_eq!(would, [theus_core::audit::Would::Unknown, theus_core::audit::Would::Pass]);
    assert_eq!(explained.refusal(), None);
    assert!(engine.run(Heat { to: 5.0 }).is_ok() && engine.run(Heat { to: 11.0 }).is_err());
}
