//! Configurations by names: what comes back, and what is refused.

use std::collections::BTreeMap;

use super::super::{Definition, Stored};
use super::sketch::{compound, deep, definition, end, parallel, shallow, state};

/// A door that remembers, and two belts beside each other.
fn chart() -> Definition {
    let door = compound(
        "DOOR",
        "OPEN",
        [state("OPEN"), compound("SHUT", "LOCKED", [state("LOCKED")]), shallow("LAST", "OPEN")],
    );
    let belts = parallel(
        "BELTS",
        [
            compound("LEFT", "LEFT_ON", [state("LEFT_ON"), state("LEFT_OFF")]),
            compound("RIGHT", "RIGHT_ON", [state("RIGHT_ON")]),
        ],
    );
    let hall = compound("HALL", "BELTS", [belts, state("EMPTY"), deep("LATELY", "EMPTY"), shallow("FIRST", "EMPTY")]);
    definition("DOOR", &[door, hall, end("END")])
}

fn stored(active: &[&str], remembered: &[(&str, &[&str])]) -> Stored {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let remembered: BTreeMap<_, _> =
        remembered.iter().map(|(name, states)| ((*name).to_owned(), owned(states))).collect();
    Stored { active: owned(active), remembered }
}

#[test]
fn what_fits_comes_back() {
    let chart = chart();
    for fits in [
        stored(&["OPEN"], &[]),
        stored(&["END"], &[]),
        stored(&["LEFT_OFF", "RIGHT_ON"], &[("LAST", &["SHUT"])]),
        stored(&["LOCKED"], &[("LAST", &["OPEN"]), ("LATELY", &["LEFT_ON", "RIGHT_ON"])]),
        // The regions of what a shallow one remembers are not its concern.
        stored(&["LOCKED"], &[("FIRST", &["BELTS"]), ("LATELY", &["EMPTY"])]),
    ] {
        let at = chart.configuration(&fits).unwrap();
        assert_eq!(chart.stored(&at), fits);
    }
}

#[test]
fn the_order_of_the_names_does_not_matter() {
    let chart = chart();
    let at = chart.configuration(&stored(&["RIGHT_ON", "LEFT_ON"], &[])).unwrap();
    assert_eq!(chart.stored(&at).active, ["LEFT_ON", "RIGHT_ON"]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let chart = chart();
    for (stored, expected) in [
        (stored(&[], &[]), "no state is active in what was stored: a session is always in one"),
        (stored(&["OPNE"], &[]), "the workflow `test` has no state `OPNE`; did you mean `OPEN`?"),
        (
            stored(&["SHUT"], &[]),
            "`SHUT` is not a state to be stored as active: it has states inside, of which one is active too",
        ),
        (
            stored(&["LAST"], &[]),
            "`LAST` is not a state to be stored as active: it is a history state, which leads to others",
        ),
        (stored(&["OPEN", "LOCKED"], &[]), "`OPEN` and `LOCKED` cannot both be active: no regions hold them"),
        (stored(&["OPEN", "END"], &[]), "`OPEN` and `END` cannot both be active: no regions hold them"),
        (
            stored(&["LEFT_ON", "LEFT_OFF", "RIGHT_ON"], &[]),
            "`LEFT_ON` and `LEFT_OFF` cannot both be active: no regions hold them",
        ),
        (stored(&["LEFT_ON"], &[]), "nothing is active in `RIGHT`: all regions of `BELTS` are active, or none"),
        (stored(&["OPEN"], &[("SHUT", &["LOCKED"])]), "`SHUT` is not a history state: it has nothing to remember"),
        (stored(&["OPEN"], &[("LASST", &["SHUT"])]), "the workflow `test` has no state `LASST`; did you mean `LAST`?"),
        (
            stored(&["OPEN"], &[("LAST", &["LOCKED"])]),
            "the history state `LAST` cannot remember `LOCKED`: it is not a child of its parent",
        ),
        (
            stored(&["OPEN"], &[("LATELY", &["OPEN"])]),
            "the history state `LATELY` cannot remember `OPEN`: it is not inside its parent",
        ),
        (
            stored(&["OPEN"], &[("LATELY", &[])]),
            "the history state `LATELY` cannot remember `LATELY`: it is said to remember nothing, and then it is not stored",
        ),
        (
            stored(&["OPEN"], &[("LATELY", &["LEFT_ON"])]),
            "nothing is active in `RIGHT`: all regions of `BELTS` are active, or none",
        ),
        (
            stored(&["OPEN"], &[("LAST", &["OPEN", "SHUT"])]),
            "`OPEN` and `SHUT` cannot both be active: no regions hold them",
        ),
    ] {
        assert_eq!(chart.configuration(&stored).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_configuration_is_small() {
    assert_eq!(size_of::<super::super::Configuration>(), 24);
}
