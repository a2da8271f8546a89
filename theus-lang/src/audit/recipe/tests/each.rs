//! Paths to each element: what fits, what is refused, and what is said of it.

use super::*;

fn said(entry: &str) -> String {
    let yaml = format!("process_recipes:\n  transfer:\n    outputs:\n      - {{ {entry} }}\n");
    match load(&yaml) {
        Err(error) => {
            let problem = &error.problems()[0];
            let help = problem.help.as_deref().unwrap_or("no help");
            format!("{} {}; {help}", problem.code.unwrap(), problem.message)
        }
        Ok(recipe) => {
            let warnings = recipe.warnings().iter();
            let said: Vec<_> =
                warnings.map(|warning| format!("{} {}", warning.code.unwrap(), warning.message)).collect();
            if said.is_empty() { "loads".to_owned() } else { said.join("\n") }
        }
    }
}

#[test]
fn conditions_fit_what_the_elements_are() {
    let of = |test: &str| said(&format!("field: 'items[*]', {test}"));
    for test in ["min: 3", "max: 9", "between: [1, 9]", "in: [1, 2]", "multiple_of: 3", "neq: 4"] {
        assert_eq!(of(test), "loads", "{test}");
    }
    assert_eq!(of("max: 255"), "R105 every value of items[*] satisfies max 255");
    assert_eq!(of("min_len: 3").split_once(';').unwrap().0, "R016 `min_len` does not fit items[*], an integer");
    assert_eq!(of("max: warm").split_once(';').unwrap().0, "R017 `max` of items[*] must be a number, not \"warm\"");
    assert_eq!(of("min: 9, max: 3"), "R018 min 9 is above max 3: no value of items[*] satisfies both; no help");
    assert_eq!(
        of("where_present: true, min: 3"),
        "R027 `where_present` does nothing: items[*] is always there; leave it out"
    );
}

#[test]
fn what_compares_with_the_committed_value_is_of_one() {
    assert_eq!(
        said("field: 'domain.accounts[*]', max_delta: 3"),
        "R026 `max_delta` compares with the committed value: not each element, as of domain.accounts[*]; \
         ask it of one of them, by its position or its key, or of the whole"
    );
    assert!(said("field: 'domain.accounts[*]', max: 3, message: '{before}'").starts_with(
        "R019 `{before}` is the committed value: there is none of each element; `{value}` tells which they are"
    ));
    assert!(said("field: 'domain.accounts[\"a\"]', max_delta: 3").starts_with("R112"), "of one it fits");
}

#[test]
fn what_has_no_elements_is_told() {
    assert_eq!(
        said("field: 'domain.total[*]', min: 3"),
        "R014 `[*]` in `domain.total[*]`: domain.total is an integer, which has no elements; let the path end there: `domain.total`"
    );
    assert_eq!(
        said("field: 'domain.user[*]', min: 3"),
        "R014 `domain.user[*]`: User is a context, which has no elements; no help"
    );
    assert!(said("field: 'domain.accounts[all]', min: 3").ends_with("`[*]` is every element"));
    assert!(said("field: 'domain.accounts[*', min: 3").starts_with("R014 a bracket is not closed"));
    assert!(
        said("that: 'domain.accounts[*] > 3'").ends_with("each element is asked by a function: `list.all(x, x > 0)`")
    );
}

#[test]
fn its_contract_knows_what_it_is_an_element_of() {
    assert_eq!(
        said("field: 'domain.accounts[*]', min: 3"),
        "R112 `transfer` does not write domain.accounts[*]: the rule finds what was there before the run"
    );
    let refund = "process_recipes: { refund: { outputs: [{ field: 'domain.accounts[*]', min: 3 }] } }";
    assert_eq!(rules(refund), ["domain.accounts[*] min 3"]);
    let invariant = "invariants: [{ field: 'domain.accounts[*]', min: 3 }]";
    assert_eq!(rules(invariant), ["domain.accounts[*] min 3"]);
    let both = "process_recipes: { refund: { outputs: [{ field: 'domain.accounts[*]', min: 9 }, { field: 'domain.accounts[*]', max: 3 }] } }";
    assert_eq!(rules(both).len(), 2, "there may be none: that contradicts nothing");
}

#[test]
fn conditions_fit_what_the_keys_are() {
    let of = |test: &str| {
        said(&format!("field: 'domain.accounts.keys()[*]', {test}")).split(" `transfer`").next().unwrap().to_owned()
    };
    // `transfer` writes none of them, which is doubted alone.
    for test in ["regex: '^a'", "min_len: 3", "in: [a, b]", "not_in: [c]", "eq: a", "not_regex: x"] {
        assert_eq!(of(test), "R112", "{test}");
    }
    assert_eq!(of("min: 3").split_once(';').unwrap().0, "R016 `min` does not fit domain.accounts.keys()[*], a string");
    assert!(of("max_delta: 3").starts_with("R026 "));
    assert_eq!(
        said("field: 'domain.accounts.keys[*]', in: [a]"),
        "R014 `keys` in `domain.accounts.keys[*]`: domain.accounts is a map, which has no fields; did you mean `keys()`?"
    );
    assert!(
        said("field: 'items.keys()[*]', in: [a]").starts_with("R014 `keys()` in `items.keys()[*]` does not fit items")
    );
}
