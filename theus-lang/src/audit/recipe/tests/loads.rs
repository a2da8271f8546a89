//! What loads: the nearest things to what is refused.

use super::rules_of_entry;
use super::{Gate, load_entry};

#[test]
fn a_fraction_rounds_inwards_load() {
    assert_eq!(rules_of_entry("field: count, min: 10.5, max: 20.5"), ["count min 11", "count max 20"]);
}

#[test]
fn the_whole_range_load() {
    assert_eq!(rules_of_entry("field: count, min: 0, max: 255"), ["count min 0", "count max 255"]);
}

#[test]
fn whole_floats_are_integers_load() {
    assert_eq!(rules_of_entry("field: count, eq: 2.0, neq: 3e0"), ["count eq 2", "count neq 3"]);
}

#[test]
fn the_ends_of_u128_load() {
    assert_eq!(
        rules_of_entry("field: big, min: 0, max: 340282366920938463463374607431768211455"),
        ["big min 0", "big max 340282366920938463463374607431768211455"]
    );
}

#[test]
fn the_ends_of_i128_load() {
    assert_eq!(
        rules_of_entry(
            "field: low, min: -170141183460469231731687303715884105728, max: 170141183460469231731687303715884105727"
        ),
        ["low min -170141183460469231731687303715884105728", "low max 170141183460469231731687303715884105727"]
    );
}

#[test]
fn infinities_bound_floats_load() {
    assert_eq!(
        rules_of_entry("field: amount, min: -.inf, max: .inf, neq: .inf"),
        ["amount min -inf", "amount max inf", "amount neq inf"]
    );
}

#[test]
fn single_floats_round_once_load() {
    let entry = "field: single, max: 0.1, neq: 16777216";
    assert_eq!(rules_of_entry(entry), ["single max 0.1", "single neq 16777216"]);
    let recipe = load_entry(entry).unwrap();
    let rules = recipe.rules("transfer").unwrap();
    assert_eq!(rules.rules(Gate::Input)[0].whole_limit(), "0.10000000149011612");
}

#[test]
fn integers_that_are_floats_load() {
    assert_eq!(rules_of_entry("field: amount, max: 9007199254740992"), ["amount max 9007199254740992"]);
}

#[test]
fn equal_bounds_load() {
    assert_eq!(rules_of_entry("field: amount, min: 1, max: 1"), ["amount min 1", "amount max 1"]);
}

#[test]
fn texts_load() {
    assert_eq!(
        rules_of_entry("field: name, eq: \"12\", neq: '', min_len: 2, max_len: 2"),
        ["name eq \"12\"", "name neq \"\"", "name min_len 2", "name max_len 2"]
    );
}

#[test]
fn optional_texts_load() {
    assert_eq!(rules_of_entry("field: note, min_len: 1"), ["note min_len 1"]);
}

#[test]
fn characters_load() {
    assert_eq!(rules_of_entry("field: tag, eq: ü"), ["tag eq 'ü'"]);
}

#[test]
fn booleans_load() {
    assert_eq!(rules_of_entry("field: flag, eq: true"), ["flag eq true"]);
}

#[test]
fn collections_load() {
    assert_eq!(rules_of_entry("field: items, min_len: 0, max_len: 3"), ["items min_len 0", "items max_len 3"]);
}

#[test]
fn equal_thresholds_load() {
    assert_eq!(rules_of_entry("field: amount, min: 1, min_threshold: 3, max_threshold: 3"), ["amount min 1"]);
}

#[test]
fn nested_fields_load() {
    assert_eq!(rules_of_entry("field: domain.user.balance, min: 0"), ["domain.user.balance min 0"]);
}

#[test]
fn other_layers_load() {
    assert_eq!(rules_of_entry("field: global.max_transfer, min: 0"), ["global.max_transfer min 0"]);
}

#[test]
fn locals_load() {
    assert_eq!(rules_of_entry("field: local.steps, max: 3"), ["local.steps max 3"]);
}
