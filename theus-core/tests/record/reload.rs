//! Another recipe for a running engine.

use std::sync::atomic::{AtomicBool, Ordering};

use theus_core::audit::AuditEvent;
use theus_core::prelude::*;
use theus_core::{ReloadError, RunError};

use crate::oven::{Folder, Heat, Oven, at_most, builder, engine, kinds};

fn entries(entries: &[&str]) -> String {
    let entries: String = entries.iter().map(|entry| format!("      - {{ {entry} }}\n")).collect();
    format!("process_recipes:\n  heat:\n    outputs:\n{entries}")
}

#[test]
fn what_is_too_much_to_be_named_is_counted() {
    let rules = |from: u32, to: u32| {
        let all: Vec<String> =
            (from..to).map(|bound| format!("field: domain.temperature, max: {}, level: C", 1_000 + bound)).collect();
        entries(&all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let engine = engine(&rules(0, 120));
    let change = engine.reload_recipe("none.yaml", "process_recipes: {}").unwrap();
    assert_eq!((change.removed.len(), change.omitted), (100, 20));
    let change = engine.reload_recipe("all.yaml", &rules(0, 130)).unwrap();
    assert_eq!((change.added.len(), change.omitted), (100, 30));
    let change = engine.reload_recipe("others.yaml", &rules(200, 350)).unwrap();
    let named = change.added.len() + change.removed.len() + change.changed.len();
    // Each rule that is gone stands beside one that came, and 20 came beside none.
    assert_eq!((named, change.omitted), (120, 30));
}

#[test]
fn counters_of_unchanged_rules_go_on_and_others_begin_anew() {
    let same = "field: domain.temperature, max: 90, max_threshold: 3";
    let engine =
        engine(&entries(&[same, "field: domain.temperature, min: 0, level: C", "field: domain.note, max_len: 5"]));
    engine.run(Heat { to: 95.0 }).unwrap();
    engine.run(Heat { to: 95.0 }).unwrap();

    // Elsewhere in the file, with another message: the same rule. The second has another bound; the third is gone.
    let moved = format!("{same}, message: too hot");
    let recipe = entries(&["field: domain.temperature, min: 1, level: C", "field: domain.note, min_len: 0", &moved]);
    let change = engine.reload_recipe("second.yaml", &recipe).unwrap();
    let texts = |texts: &[theus_core::audit::Text]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((change.identity.rules, change.kept, change.before.as_deref()), (3, 1, Some("audit.yaml")));
    assert_eq!(texts(&change.added), ["heat output: domain.note min_len 0 (level B, acts at 1)"]);
    assert_eq!(texts(&change.removed), ["heat output: domain.note max_len 5 (level B, acts at 1)"]);
    assert_eq!(
        texts(&change.changed),
        ["heat output: domain.temperature min 0 (level C, acts at 1) -> 1 (level C, acts at 1)"]
    );
    let record = engine.audit_records().pop().unwrap();
    assert_eq!(record.event, AuditEvent::RecipeChanged(Box::new(change)));

    let error = engine.run(Heat { to: 95.0 }).unwrap_err();
    let RunError::Blocked(blocked) = error else { panic!("{error}") };
    assert_eq!((blocked.violations()[0].count, blocked.violations()[0].source.as_str()), (3, "second.yaml:6:38"));
    assert_eq!(blocked.violations()[0].message.as_deref(), Some("too hot"));
}

#[test]
fn each_setting_of_a_rule_makes_it_another() {
    let first = "field: domain.temperature, max: 90, level: B, min_threshold: 2, max_threshold: 4";
    let same = [first, "field: domain.temperature, level: B, min_threshold: 2, max_threshold: 4, max: 90.0"];
    let others = [
        "field: domain.temperature, max: 91, level: B, min_threshold: 2, max_threshold: 4",
        "field: domain.temperature, min: 90, level: B, min_threshold: 2, max_threshold: 4",
        "field: domain.temperature, max: 90, level: A, min_threshold: 2, max_threshold: 4",
        "field: domain.temperature, max: 90, level: B, min_threshold: 1, max_threshold: 4",
        "field: domain.temperature, max: 90, level: B, min_threshold: 2, max_threshold: 5",
        "field: domain.temperature, max: 90, level: B, min_threshold: 2, max_threshold: 4, reset_on_success: true",
    ];
    for (entry, kept) in same.iter().map(|it| (it, 1)).chain(others.iter().map(|it| (it, 0))) {
        let engine = engine(&entries(&[first]));
        engine.run(Heat { to: 99.0 }).unwrap();
        let before = engine.explain(&Heat { to: 99.0 }).unwrap().rules[0].count;
        let change = engine.reload_recipe("second.yaml", &entries(&[entry])).unwrap();
        let after = engine.explain(&Heat { to: 99.0 }).unwrap().rules[0].count;
        assert_eq!((before, change.kept, after), (1, kept, u32::try_from(kept).unwrap()), "{entry}");
    }
}

#[test]
fn a_bad_recipe_changes_nothing_and_says_why() {
    let engine = engine(&at_most("max: 90, max_threshold: 2"));
    engine.run(Heat { to: 95.0 }).unwrap();
    let records = engine.audit_records();
    let error = engine.reload_recipe("bad.yaml", &at_most("max: warm")).unwrap_err();
    assert!(matches!(error, ReloadError::Recipe(_)) && error.to_string().contains("bad.yaml:4:"), "{error}");
    assert!(engine.reload_recipe("bad.yaml", "{").is_err());
    let error = engine.reload_recipe_file("/no/such/recipe.yaml").unwrap_err();
    assert!(error.to_string().contains("/no/such/recipe.yaml"), "{error}");
    let refused: Vec<_> = engine.audit_records()[records.len()..].iter().map(ToString::to_string).collect();
    assert_eq!(refused.len(), 3, "each is on record: {refused:?}");
    for (line, expected) in refused.iter().zip([
        "recipe bad.yaml refused: ",
        "recipe bad.yaml refused: ",
        "recipe /no/such/recipe.yaml refused: ",
    ]) {
        assert!(line.contains(expected), "{line}");
    }
    assert!(refused[0].contains("bad.yaml:4:") && engine.ledger().verify().is_ok(), "{}", refused[0]);
    assert!(engine.run(Heat { to: 95.0 }).is_err(), "the counter was kept");
    assert!(engine.reload_recipe("huge.yaml", &"{".repeat(100_000)).is_err());
    let AuditEvent::RecipeRefused { reason, .. } = &engine.audit_records().pop().unwrap().event else { panic!() };
    assert!(reason.chars().count() <= 4_000, "however long it is");
    let none: [&str; 0] = [];
    assert!(matches!(engine.reload_recipe_files(none), Err(ReloadError::NoFiles)));
    assert_eq!(kinds(&engine.audit_records()).last().unwrap(), "recipe_refused");
}

#[test]
fn a_recipe_comes_from_a_file_and_where_there_was_none() {
    let folder = Folder::new("reload");
    let path = folder.0.join("audit.yaml");
    std::fs::write(&path, at_most("max: 90")).unwrap();
    let engine = engine("");
    assert!(engine.status().recipe.is_none() && engine.audit_records().is_empty());
    engine.run(Heat { to: 95.0 }).unwrap();
    let change = engine.reload_recipe_file(&path).unwrap();
    assert_eq!((change.before, change.added.len()), (None, 1));
    assert!(engine.run(Heat { to: 95.0 }).is_err());
    assert_eq!(engine.status().recipe.unwrap().identity.recipe, path.display().to_string().as_str());
    assert_eq!(kinds(&engine.audit_records()), ["recipe_changed", "violation"]);
}

#[test]
fn the_digest_knows_a_recipe_again() {
    let digest = |recipe: &str| engine(recipe).status().recipe.unwrap().identity.digest;
    let first = digest(&at_most("max: 90"));
    assert_eq!(first, digest(&at_most("level: B, max: 90.0")));
    assert_ne!(first, digest(&at_most("max: 90.5")));
    assert_ne!(first, digest(&at_most("max: 90, level: A")));
}

#[test]
fn runs_beside_reloads_are_judged_by_one_recipe_or_the_other() {
    // Either recipe refuses one of the two values; a run judged by neither, or by half of each, would let both pass.
    let (low, high) = (at_most("max: 40"), at_most("min: 60"));
    for locking in [Locking::Pessimistic, Locking::Optimistic] {
        let engine = builder(&low).locking(locking).attempts(1_000_000).build().unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let runs: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let (mut ran, mut refused) = (0_u32, 0_u32);
                        while !done.load(Ordering::Relaxed) || ran < 100 {
                            for to in [20.0, 50.0, 80.0] {
                                match engine.run(Heat { to }) {
                                    Ok(()) => assert_ne!(to, 50.0, "both recipes refuse it"),
                                    Err(RunError::Blocked(error)) => {
                                        let rule = error.violations()[0].rule.to_string();
                                        let right = rule.ends_with("max 40") == (to > 40.0) || to == 50.0;
                                        assert!(right, "{rule} refused {to}");
                                        refused += 1;
                                    }
                                    Err(error) => panic!("{error}"),
                                }
                                ran += 1;
                            }
                        }
                        refused
                    })
                })
                .collect();
            for round in 0..300 {
                let recipe = if round % 2 == 0 { &high } else { &low };
                engine.reload_recipe("other.yaml", recipe).unwrap();
                std::thread::yield_now();
            }
            done.store(true, Ordering::Relaxed);
            for run in runs {
                assert!(run.join().unwrap() > 0);
            }
        });
        let changes = |kind: &&String| *kind == "recipe_changed";
        let ledger = engine.ledger();
        assert!(ledger.verify().is_ok());
        assert!(ledger.dropped() > 0 || kinds(&ledger).iter().filter(changes).count() == 300);
    }
}

#[test]
fn no_count_is_lost_while_recipes_are_reloaded() {
    const RUNS: usize = 400;
    let recipe = at_most("max: 90, level: B, max_threshold: 7");
    for locking in [Locking::Pessimistic, Locking::Optimistic] {
        let engine = builder(&recipe).locking(locking).attempts(1_000_000).build().unwrap();
        let blocked: usize = std::thread::scope(|scope| {
            let run = || (0..RUNS).filter(|_| engine.run(Heat { to: 95.0 }).is_err()).count();
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            for _ in 0..100 {
                assert_eq!(engine.reload_recipe("same.yaml", &recipe).unwrap().kept, 1);
            }
            runs.into_iter().map(|run| run.join().unwrap()).sum()
        });
        assert_eq!(blocked, 4 * RUNS / 7);
    }
}

const RIGHT: &str = "process_recipes: { meddle: { outputs: [ { field: domain.note, min_len: 0 } ] } }";

/// Reloads from where it may not be done.
#[process(outputs = [domain.note], effects = [engine])]
fn meddle(ctx: Ctx<Oven, (), Ports>) {
    if let Some(engine) = ctx.effects.engine.lock().unwrap().take() {
        let inside = [
            engine.reload_recipe("x.yaml", RIGHT).map(|_| ()).unwrap_err().to_string(),
            engine.explain(&Meddle {}).map(|_| ()).unwrap_err().to_string(),
        ];
        ctx.domain.note.set(inside.join("\n"));
    }
}

type Handle = std::sync::Mutex<Option<Engine<Oven, (), Ports>>>;

struct Ports {
    engine: std::sync::Arc<Handle>,
}

#[test]
fn from_inside_a_body_it_is_an_error_and_no_deadlock() {
    let handle = std::sync::Arc::<Handle>::default();
    let ports = Ports { engine: std::sync::Arc::clone(&handle) };
    let engine = Engine::builder(Oven::default()).effects(ports).process::<Meddle>().build().unwrap();
    *handle.lock().unwrap() = Some(engine.clone());
    engine.run(Meddle {}).unwrap();
    let note = engine.snapshot().unwrap().note.to_string();
    assert_eq!(note.lines().count(), 2, "{note}");
    assert!(note.starts_with("a recipe cannot be changed from inside a process"), "{note}");
}

#[test]
fn long_lists_that_differ_at_their_end_are_two_rules() {
    let list = |last: u32| {
        entries(&[&format!("field: domain.temperature, in: [1, 2, 3, 4, 5, 6, 7, 8, 9, {last}], level: C")])
    };
    let engine = engine(&list(10));
    let before = engine.status().recipe.unwrap().identity.digest;
    let change = engine.reload_recipe("second.yaml", &list(11)).unwrap();
    assert_eq!((change.kept, change.changed.len()), (0, 1), "{change:?}");
    assert_ne!(before, change.identity.digest);
}

/// Reloads in several sessions of an engine at once: each is put on record as the successor of the one before it on record,
/// and the last one is in force.
#[test]
fn what_is_last_on_record_is_what_is_in_force_however_many_reload() {
    const EACH: usize = 1_000;
    let one = engine(&at_most("max: 90"));
    let sessions = [one.clone(), one.open("oven 2", Oven::default()), one.open("oven 3", Oven::default())];
    let recipes: [(&str, &str); 3] = [("10.yaml", "max: 10"), ("20.yaml", "max: 20"), ("30.yaml", "max: 30")];
    std::thread::scope(|scope| {
        for (session, (name, rule)) in sessions.iter().zip(recipes) {
            scope.spawn(move || {
                let recipe = at_most(rule);
                (0..EACH).for_each(|_| drop(session.reload_recipe(name, &recipe).unwrap()));
            });
        }
    });
    let mut in_force = "audit.yaml".to_owned();
    let records = one.audit_records();
    let changes = records.iter().filter_map(|record| match &record.event {
        AuditEvent::RecipeChanged(change) => Some(change),
        _ => None,
    });
    for (number, change) in changes.enumerate() {
        assert_eq!(change.before.as_deref(), Some(in_force.as_str()), "change {number}");
        in_force = change.identity.recipe.to_string();
    }
    assert_eq!(one.status().recipe.unwrap().identity.recipe.as_str(), in_force);
    for session in &sessions {
        let is_strict = session.run(Heat { to: 15.0 }).is_err();
        assert_eq!(is_strict, in_force == "10.yaml", "the rules in force");
    }
}
