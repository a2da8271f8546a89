//! The pages of the errors: each refused example gives the code of its page, drawn exactly as kept beside the tests, and
//! each mended one gives nothing.

use std::collections::BTreeSet;

use super::{codes, load, sound};
use crate::errors::PAGES;

/// Codes whose page has no example: what only a long file shows, and what is said of a program beside its file.
const WITHOUT_EXAMPLES: [&str; 4] = ["W026", "W053", "W054", "W131"];

fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.iter().copied().filter(|(code, _)| code.starts_with('W'))
}

fn examples(page: &str) -> Vec<&str> {
    page.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```").map(|(yaml, _)| yaml)).collect()
}

#[test]
fn every_page_has_an_example_that_fails_with_its_code_and_one_that_loads() {
    for (code, page) in pages() {
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        let examples = examples(page);
        if WITHOUT_EXAMPLES.contains(&code) {
            assert!(examples.is_empty(), "{code} has examples: take it from the list");
            continue;
        }
        let [wrong, right] = examples[..] else { panic!("{code} has {} examples", examples.len()) };
        assert!(codes(wrong).contains(&code), "{code}: {:?}", codes(wrong));
        assert!(load(wrong).is_ok() != code.starts_with("W0"), "{code}: errors refuse, warnings do not");
        sound(right);
        let strict = format!("strict: true\n{wrong}");
        assert!(load(&strict).is_ok() == code.starts_with("W2"), "{code}: in strict mode warnings are errors");
    }
}

#[test]
fn every_example_of_the_constructs_loads_without_a_warning() {
    let examples = examples(include_str!("../../constructs.md"));
    assert!(examples.len() >= 5);
    for example in examples {
        sound(example);
    }
}

#[test]
fn every_example_is_drawn_exactly_so() {
    for (code, page) in pages() {
        let Some(wrong) = examples(page).into_iter().next() else { continue };
        let drawn = match load(wrong) {
            Err(error) => error.to_string(),
            Ok(it) => it.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"),
        };
        insta::assert_snapshot!(code, drawn);
    }
}

#[test]
fn every_code_has_a_page() {
    let source = include_str!("../code.rs");
    let codes: BTreeSet<&str> = source.split('"').skip(1).step_by(2).collect();
    assert_eq!(codes, pages().map(|(code, _)| code).collect());
    assert!(codes.len() > 35);
}
