//! What an engine says of its recipe that somebody should look at.

use std::sync::{Arc, Mutex};

use theus_core::ReloadError;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::oven::{Folder, Heat, Note, at_most, engine, kinds};
use theus_core::prelude::*;

/// A rule on what no process changes: a warning.
fn idle(process: &str) -> String {
    format!("process_recipes:\n  {process}:\n    outputs: [{{ field: domain.door, max: 1 }}]\n")
}

type Told = (Option<&'static str>, String, usize, usize);

fn told(warnings: &[theus_core::source::LocatedProblem]) -> Vec<Told> {
    warnings.iter().map(|it| (it.code, it.file.clone(), it.line, it.column)).collect()
}

#[test]
fn the_warnings_are_those_of_the_recipe_in_force() {
    assert!(engine("").recipe_warnings().is_empty());
    assert!(engine(&at_most("max: 90")).recipe_warnings().is_empty());

    let engine = engine(&idle("heat"));
    assert_eq!(told(&engine.recipe_warnings()), [(Some("R101"), "audit.yaml".to_owned(), 3, 24)]);
    assert_eq!(
        engine.recipe_warnings()[0].to_string(),
        "warning[R101]: no process writes domain.door: the rule finds at the output gate what was there at the input gate
 --> audit.yaml:3:24
  |
3 |     outputs: [{ field: domain.door, max: 1 }]
  |                        ^^^^^^^^^^^
  |
  = help: judge it among the `inputs` of the processes that read it"
    );

    engine.reload_recipe("second.yaml", &format!("# moved\n{}", idle("note"))).unwrap();
    assert_eq!(told(&engine.recipe_warnings()), [(Some("R101"), "second.yaml".to_owned(), 4, 24)]);
    assert!(engine.reload_recipe("third.yaml", "process_recipes: { heet: {} }").is_err());
    assert_eq!(told(&engine.recipe_warnings())[0].1, "second.yaml", "what is refused changes nothing");
    engine.reload_recipe("fourth.yaml", &at_most("max: 90")).unwrap();
    assert!(engine.recipe_warnings().is_empty());
}

#[test]
fn several_files_are_reloaded_together() {
    let folder = Folder::new("files");
    let [base, site] = ["base.yaml", "site.yaml"].map(|name| folder.0.join(name));
    std::fs::write(&base, at_most("max: 90, level: C")).unwrap();
    std::fs::write(&site, format!("{}invariants: [{{ field: domain.temperature, min: 0 }}]\n", idle("note"))).unwrap();
    let engine = engine("");
    let change = engine.reload_recipe_files([&base, &site]).unwrap();
    assert_eq!((change.identity.rules, change.added.len()), (3, 3));
    assert_eq!(change.identity.recipe, format!("{} + {}", base.display(), site.display()));
    assert_eq!(told(&engine.recipe_warnings()), [(Some("R101"), site.display().to_string(), 3, 24)]);
    assert!(engine.run(Heat { to: -1.0 }).is_err() && engine.run(Heat { to: 95.0 }).is_ok());

    let missing = folder.0.join("missing.yaml");
    assert!(engine.reload_recipe_files([&base, &missing]).unwrap_err().to_string().contains("missing.yaml"));
    assert!(engine.run(Heat { to: -1.0 }).is_err(), "what was in force stays so");
    // A later file overrides an earlier one, not the other way round.
    std::fs::write(&site, at_most("max: 80, level: B")).unwrap();
    engine.reload_recipe_files([&base, &site]).unwrap();
    assert!(engine.run(Heat { to: 85.0 }).is_err());
    engine.reload_recipe_files([&site, &base]).unwrap();
    assert!(engine.run(Heat { to: 85.0 }).is_ok());
}

#[test]
fn no_file_at_all_takes_no_rule_away() {
    let engine = engine(&at_most("max: 90"));
    let before = engine.audit_records();
    let error = engine.reload_recipe_files::<&str>([]).unwrap_err();
    assert!(matches!(error, ReloadError::NoFiles));
    assert_eq!(
        error.to_string(),
        "the recipe stays: no recipe file was given; to take every rule away, reload `process_recipes: {}`"
    );
    let records = engine.audit_records();
    assert!(records.starts_with(&before) && records.len() == before.len() + 1, "and that it was refused is on record");
    assert!(engine.run(Heat { to: 95.0 }).is_err());

    // What it says to do does it, is told, and is on record.
    let change = engine.reload_recipe("none.yaml", "process_recipes: {}").unwrap();
    assert_eq!((change.identity.rules, change.removed.len()), (0, 1));
    assert_eq!(told(&engine.recipe_warnings()), [(Some("R104"), "none.yaml".to_owned(), 1, 1)]);
    assert!(engine.run(Heat { to: 95.0 }).is_ok());
    assert_eq!(engine.status().recipe.unwrap().identity.rules, 0);
    assert_eq!(kinds(&engine.audit_records()).last().unwrap(), "recipe_changed");
}

/// Hears what is logged, and asks the engine at that moment: it would wait for ever for a lock that is held.
struct Listener {
    engine: Mutex<Option<Engine<crate::oven::Oven>>>,
    heard: Mutex<Vec<String>>,
}

struct Codes(Option<String>);

impl Visit for Codes {
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "code" {
            self.0 = Some(value.to_owned());
        }
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut codes = Codes(None);
        event.record(&mut codes);
        if let Some(code) = codes.0 {
            let rules = self.engine.lock().unwrap().as_ref().map(|engine| {
                engine.run(Note {}).unwrap();
                engine.status().recipe.map_or(0, |recipe| recipe.identity.rules)
            });
            self.heard.lock().unwrap().push(format!("{} {code} {rules:?}", event.metadata().level()));
        }
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What is heard while recipes come and go.
fn heard() -> Vec<String> {
    let listener = Arc::new(Listener { engine: Mutex::default(), heard: Mutex::default() });
    tracing::subscriber::with_default(Arc::clone(&listener), || {
        let engine = engine(&idle("heat"));
        *listener.engine.lock().unwrap() = Some(engine.clone());
        engine.reload_recipe("second.yaml", "process_recipes: {}").unwrap();
        assert!(engine.reload_recipe("third.yaml", &format!("{}  heet: {{}}\n", idle("heat"))).is_err());
        engine.reload_recipe("fourth.yaml", &at_most("max: 90")).unwrap();
    });
    *listener.engine.lock().unwrap() = None;
    std::mem::take(&mut *listener.heard.lock().unwrap())
}

#[test]
fn warnings_are_logged_once_the_recipe_is_in_force() {
    let expected = ["WARN R101 None", "WARN R104 Some(0)"];
    // A place that logs, and that another test reaches for the first time at the very moment when a listener comes, can be
    // missed by that listener: `tracing` then asks it no more. The next one is asked anew.
    let found = (0..3).map(|_| heard()).find(|heard| *heard == expected);
    assert!(found.is_some(), "{:?}", heard());
}
