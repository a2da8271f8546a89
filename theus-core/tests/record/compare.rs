//! What a recipe would change, asked of a running engine.

use theus_core::audit::{ChangeKind, Recipe};
use theus_core::source::{Document, SourceFile};

use crate::oven::{Folder, Heat, at_most, engine};

#[test]
fn files_are_compared_with_the_recipe_in_force_and_change_nothing() {
    let folder = Folder::new("compare");
    let [base, site] = ["base.yaml", "site.yaml"].map(|name| folder.0.join(name));
    std::fs::write(&base, at_most("max: 90, level: C")).unwrap();
    std::fs::write(&site, at_most("max: 80")).unwrap();
    let engine = engine(&at_most("max: 90"));
    assert!(engine.run(Heat { to: 85.0 }).is_ok());
    let before = (engine.audit_records(), engine.status());

    let changes = engine.compare_recipe_files([&base]).unwrap();
    assert_eq!(
        (changes.changes[0].kind, changes.changes[0].details.as_slice()),
        (ChangeKind::Looser, ["level B -> C".to_owned()].as_slice())
    );
    let changes = engine.compare_recipe_files([&base, &site]).unwrap();
    assert_eq!(
        (changes.changes[0].kind, changes.changes[0].details.as_slice()),
        (ChangeKind::Stricter, ["bound 90 -> 80".to_owned()].as_slice())
    );
    assert!(engine.compare_recipe("same.yaml", &at_most("max: 90")).unwrap().is_empty());
    assert_eq!(engine.compare_recipe_files::<&str>([]).unwrap().of_kind(ChangeKind::Gone).count(), 1);

    assert_eq!((engine.audit_records(), engine.status()), before);
    assert!(
        engine.run(Heat { to: 85.0 }).is_ok() && engine.run(Heat { to: 95.0 }).is_err(),
        "what was in force stays so"
    );
}

#[test]
fn a_reloaded_recipe_is_what_the_next_is_compared_with() {
    let engine = engine(&at_most("max: 90"));
    engine.reload_recipe("second.yaml", &at_most("max: 80")).unwrap();
    let changes = engine.compare_recipe("third.yaml", &at_most("max: 90")).unwrap();
    assert_eq!(
        (changes.changes[0].kind, changes.changes[0].details.as_slice()),
        (ChangeKind::Looser, ["bound 80 -> 90".to_owned()].as_slice())
    );
}

#[test]
fn what_is_wrong_with_a_file_is_told() {
    let engine = engine("");
    let wrong = engine.compare_recipe("new.yaml", "process_recipes: { heet: {} }").unwrap_err().to_string();
    assert!(wrong.starts_with("error[R004]: unknown process `heet`"), "{wrong}");
    assert!(engine.compare_recipe_files(["/nowhere/at/all.yaml"]).unwrap_err().to_string().contains("error[Y001]"));
    assert_eq!(engine.compare_recipe("new.yaml", &at_most("max: 90")).unwrap().of_kind(ChangeKind::New).count(), 1);
}

#[test]
fn two_files_are_compared_by_the_catalog_of_an_engine() {
    let engine = engine("");
    let load = |name: &str, settings: &str| {
        let document = Document::parse(SourceFile::new(name, at_most(settings))).unwrap();
        Recipe::load(&document, &engine.catalog()).unwrap()
    };
    let changes = Recipe::compare(&load("a.yaml", "max: 90"), &load("b.yaml", "max: 95"));
    assert_eq!(changes.changes[0].kind, ChangeKind::Looser);
}
