//! Loading recipes: every problem with its exact words, and beside it the nearest thing that loads.

#![allow(clippy::unwrap_used, clippy::panic)]

mod about;
mod alarms;
mod bound;
mod comparing;
mod contradictions;
mod corpus;
mod declared_units;
mod each;
mod entry;
mod file;
mod growth;
mod idle;
mod includes;
mod layers;
mod limits;
mod lists_of_files;
mod loads;
mod meant;
mod named_limits;
mod nothing;
mod over_time;
mod pages;
mod present;
mod rendered;
mod sterner;
mod that;
mod thresholds;
mod units;
mod whole;
mod windows;

use super::fixture::{load, load_all, load_entry};
use super::{Recipe, SourceError};
use theus_model::audit::Gate;

fn words(loaded: Result<Recipe, SourceError>) -> String {
    loaded.map_or_else(|error| format!("\n{error}\n"), |recipe| panic!("loaded: {recipe:?}"))
}

fn refused(yaml: &str) -> String {
    words(load(yaml))
}

fn warned(yaml: &str) -> String {
    let recipe = load(yaml).map_err(|error| error.to_string()).unwrap();
    let drawn: Vec<String> = recipe.warnings().iter().map(|warning| format!("\n{warning}\n")).collect();
    drawn.concat()
}

fn refused_entry(entry: &str) -> String {
    words(load_entry(entry))
}

fn listed(recipe: Result<Recipe, SourceError>) -> Vec<String> {
    let recipe = recipe.map_err(|error| error.to_string()).unwrap();
    let all = recipe.processes().flat_map(|process| Gate::ALL.map(|gate| process.rules(gate).to_vec())).flatten();
    all.map(|rule| format!("{} {} {}", rule.path(), rule.test(), rule.limit())).collect()
}

fn rules(yaml: &str) -> Vec<String> {
    listed(load(yaml))
}

fn rules_of_entry(entry: &str) -> Vec<String> {
    listed(load_entry(entry))
}

#[test]
fn own_entries_replace_inherited_ones_and_come_after_the_rest() {
    let yaml = "process_recipes:
  _base: { outputs: [{ field: domain.total, min: 0, max: 100 }] }
  _more: { inherits: _base, outputs: [{ field: domain.temperature, max: 90 }], inputs: [{ field: domain.total, min: 1 }] }
  transfer:
    inherits: [_more, _base]
    outputs:
      - { field: domain.total, min: 5 }
  refund: { inherits: _more }
";
    let refund =
        ["domain.total min 1", "domain.total min 0", "domain.total max 100", "domain.temperature max 90"].as_slice();
    let transfer =
        ["domain.total min 1", "domain.temperature max 90", "domain.total max 100", "domain.total min 5"].as_slice();
    assert_eq!(rules(yaml), [refund, transfer].concat());
}

#[test]
fn a_rule_knows_where_its_condition_stands() {
    let recipe = load(
        "process_recipes:\n  _a:\n    outputs:\n      - field: domain.total\n        min: 0\n        max: 9\n  refund: { inherits: _a }\n",
    );
    let recipe = recipe.unwrap();
    let rules = recipe.rules("refund").unwrap();
    let places: Vec<_> = rules.rules(Gate::Output).iter().map(|rule| rule.source().to_owned()).collect();
    assert_eq!(places, ["r.yaml:5:9", "r.yaml:6:9"]);
}

#[test]
fn an_entry_behind_an_alias_points_at_the_alias() {
    let yaml =
        "process_recipes:\n  refund: { outputs: &o [{ field: domain.total, min: 0 }] }\n  transfer: { outputs: *o }\n";
    let recipe = load(yaml).unwrap();
    let rules = recipe.rules("transfer").unwrap();
    assert_eq!(rules.rules(Gate::Output)[0].source(), "r.yaml:3:24");
}

/// A process that inherits through so many templates.
fn chain(length: usize) -> String {
    let mut yaml = "process_recipes:\n  _t0: { outputs: [{ field: domain.total, min: 0 }] }\n".to_owned();
    for index in 1..length {
        yaml += &format!("  _t{index}: {{ inherits: _t{} }}\n", index - 1);
    }
    // Before the templates are walked for their own sake, the longest chain is.
    yaml.replace("process_recipes:\n", &format!("process_recipes:\n  refund: {{ inherits: _t{} }}\n", length - 1))
}

#[test]
fn a_chain_of_templates_is_bounded() {
    assert_eq!(rules(&chain(64)), ["domain.total min 0"]);
    assert!(refused(&chain(66)).contains("error[R012]: inherits through more than 64 templates"));
    assert!(refused(&chain(20_000)).contains("error[R012]: inherits through more than 64 templates"));
}

#[test]
fn rules_that_multiply_are_refused_fast() {
    let start = std::time::Instant::now();
    let mut yaml = "process_recipes:\n  _t0: { outputs: [{ field: domain.total, min: 0 }] }\n".to_owned();
    for index in 1..40 {
        let earlier = format!("_t{}", index - 1);
        yaml += &format!("  _t{index}: {{ inherits: [{earlier}, {earlier}, {earlier}] }}\n");
    }
    yaml += "  refund: { inherits: _t39 }\n";
    assert_eq!(rules(&yaml), ["domain.total min 0"], "the same template again adds nothing");
    let users = "  _u: { inherits: [".to_owned() + &vec!["_t0"; 100_001].join(", ") + "] }\n";
    assert!(refused(&(yaml + &users)).contains("error[R012]: inheritance makes more than 100000 rules"));
    assert!(start.elapsed() < std::time::Duration::from_secs(20));
}

#[test]
fn whatever_the_file_holds_loading_answers_with_positions_inside_it() {
    let seed = "process_recipes:\n  _m: { outputs: &o [{ field: domain.total, min: 0, level: A }] }\n  transfer:\n    inherits: [_m]\n    \
        inputs:\n      - field: amount\n        min: .5\n        message: \"ü\"\n    outputs: *o\n  refund: !x { inputs: [] }\n";
    let pieces: Vec<&str> =
        "[ ] { } : , - & * ! | > ? # ' \" % @ \n \t \r\n ü ~ 0 .nan *o &o << --- ... domain. local. _m"
            .split(' ')
            .chain([" ", "  ", "\n", "\n  ", "field: ", "min: ", "inherits: _m"])
            .collect();
    let mut random = fastrand::Rng::with_seed(7);
    let mut refused = 0;
    for _ in 0..20_000 {
        let mut characters: Vec<String> = seed.chars().map(String::from).collect();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..characters.len());
            match random.u8(..3) {
                0 => drop(characters.remove(at)),
                1 => characters[at] = pieces[random.usize(..pieces.len())].to_owned(),
                _ => characters.insert(at, pieces[random.usize(..pieces.len())].to_owned()),
            }
        }
        let yaml = characters.concat();
        if let Err(error) = load(&yaml) {
            refused += 1;
            assert!(!error.problems().is_empty() && error.to_string().starts_with("error["), "{yaml}");
            for problem in error.problems() {
                assert!(problem.code.is_some(), "{problem}");
                let line = yaml.split('\n').nth(problem.line - 1);
                let length = line.map(|line| line.chars().count());
                assert!(length.is_some_and(|length| problem.column <= length + 1), "{problem:?} in {yaml:?}");
            }
        }
    }
    assert!(refused > 10_000, "{refused}");
}
