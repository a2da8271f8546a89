//! The run without options: the built-in simulation under the built-in recipe and workflow.

use serde_json::{Value, json};

use crate::fixture::Fixture;

fn simulated(seed: &str) -> Value {
    let ran = Fixture::new().run(&["--json", "--seed", seed]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.json()
}

#[test]
fn a_seed_tells_one_story() {
    assert_eq!(simulated("7"), simulated("7"));
    assert_ne!(simulated("7"), simulated("8"));
    let default = Fixture::new().run(&["--json"]).json();
    assert_eq!(default, simulated("42"));
}

#[test]
fn it_shows_warnings_blocks_and_the_stop() {
    for seed in ["42", "0", "1", "18446744073709551615"] {
        let summary = simulated(seed);
        assert_eq!((&summary["halted"], &summary["status"]), (&json!(true), &json!("halted")));
        let levels =
            |level: &str| summary["actions"].as_array().unwrap().iter().filter(|it| it["level"] == level).count();
        assert_eq!((levels("S"), levels("A"), levels("B")), (1, 0, 4), "seed {seed}");
        assert!(levels("C") > 2 && summary["warnings"].as_u64().unwrap() > 10, "seed {seed}");
        let last = summary["actions"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["level"], &last["reading"]), (&json!("S"), &summary["readings"]));
        assert_eq!(last["rule"], "domain.temperature min 45");
        assert_eq!(summary["rejected"], 5);
        let sum = summary["committed"].as_u64().unwrap() + 5;
        assert_eq!(summary["readings"], sum);
    }
}

#[test]
fn the_built_in_files_are_those_of_the_project() {
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/../../workflows/machine_guard");
    let (recipe, workflow) = (format!("{files}/audit.yaml"), format!("{files}/workflow.yaml"));
    let ran = Fixture::new().run(&["--json", "--recipe", &recipe, "--workflow", &workflow]);
    assert_eq!((ran.code, ran.json()), (0, simulated("42")));
}
