//! Real readings under several recipes, against figures that an independent script has worked out: see `tests/data`.

use serde_json::Value;

use crate::fixture::Fixture;

const READINGS: &str = include_str!("../data/readings.csv");
const FIGURES: &str = include_str!("../data/figures.json");

#[test]
fn real_readings_come_to_the_figures_of_an_independent_script() {
    let figures: Vec<Value> = serde_json::from_str(FIGURES).unwrap();
    assert!(figures.len() >= 5, "{} recipes", figures.len());
    let mut acted = Vec::new();
    for figure in &figures {
        let [title, recipe] = ["title", "recipe"].map(|key| figure[key].as_str().unwrap());
        let summary = Fixture::new().with("in.csv", READINGS).with("audit.yaml", recipe).guarded();
        assert_eq!(summary, figure["summary"], "{title}:\n{recipe}");
        let actions = summary["actions"].as_array().unwrap().iter();
        acted.extend(actions.map(|action| action["level"].as_str().unwrap().to_owned()));
    }
    for level in ["S", "A", "B", "C", "I"] {
        assert!(acted.iter().any(|other| other == level), "no rule of level {level} acted");
    }
}
