//! The recipe is changed while the desk runs.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fixture::{CUSTOMER, HOUSE, Served};

const RECIPE: &str = include_str!("../../../../workflows/desk/audit.yaml");

/// Tells the desk, and waits until it has said this in its log.
fn reloaded(desk: &Served, folder: &Path, recipe: &str, words: &str) {
    std::fs::write(folder.join("audit.yaml"), recipe).unwrap();
    let said = || std::fs::read_to_string(folder.join("desk.log")).unwrap().matches(words).count();
    let (before, begun) = (said(), Instant::now());
    desk.signal("HUP");
    while said() == before {
        assert!(begun.elapsed() < Duration::from_secs(10), "it has not said `{words}`");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_recipe_that_is_sound_is_taken_and_one_that_is_not_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.yaml");
    std::fs::write(&file, RECIPE).unwrap();
    let desk = Served::desk(folder.path(), "http://127.0.0.1:9", &["--recipe", file.to_str().unwrap()]);
    let (ann, house) = (desk.client(CUSTOMER), desk.client(HOUSE));
    let add = || ann.say("acme.1", "CMD_ADD", &json!({ "product": "pear", "count": 50 })).json();
    let digest = || house.get("/status").json()["recipe"].clone();
    assert_eq!(ann.open("acme.1").status, 201);
    assert_eq!(add()["reply"]["total"], 3_000);
    let first = digest();

    let stricter = RECIPE.replace("between: [1, 100]", "between: [1, 10]");
    reloaded(&desk, folder.path(), &stricter, "the recipe is changed");
    assert_eq!(add()["violations"][0]["message"], "50 is no number of pieces");
    let second = digest();
    assert_ne!(first, second);

    reloaded(&desk, folder.path(), &RECIPE.replace("add_item:", "add_itm:"), "the recipe is refused");
    assert_eq!(
        (add()["violations"][0]["value"].clone(), digest()),
        (json!("50"), second),
        "what was in force stays so"
    );
    let log = std::fs::read_to_string(folder.path().join("desk.log")).unwrap();
    assert!(log.contains("did you mean `add_item`?"), "{log}");

    reloaded(&desk, folder.path(), RECIPE, "the recipe is changed");
    assert_eq!((&add()["reply"]["total"], digest()), (&json!(6_000), first));
}

#[test]
fn a_signal_where_there_is_no_file_to_read_again_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Served::desk(folder.path(), "http://127.0.0.1:9", &[]);
    let before: Value = desk.client(HOUSE).get("/status").json();
    desk.signal("HUP");
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(desk.client(HOUSE).get("/status").json(), before);
}
