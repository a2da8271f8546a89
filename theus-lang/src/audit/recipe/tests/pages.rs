//! The pages of the errors: each refused example gives the code of its page, and each mended one gives nothing.

use std::collections::BTreeSet;

use super::*;
use crate::errors::PAGES;

/// Codes whose page has no example: files, and what only a long one shows.
const WITHOUT_EXAMPLES: [&str; 4] = ["R012", "Y001", "Y002", "Y003"];

fn codes(yaml: &str) -> Vec<&'static str> {
    match load(yaml) {
        Ok(recipe) => recipe.warnings().iter().filter_map(|warning| warning.code).collect(),
        Err(error) => error.problems().iter().filter_map(|problem| problem.code).collect(),
    }
}

fn examples(page: &str) -> Vec<&str> {
    page.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```").map(|(yaml, _)| yaml)).collect()
}

#[test]
fn every_page_has_an_example_that_fails_with_its_code_and_one_that_loads() {
    // Those of workflows are with the loader of workflows.
    for (code, page) in PAGES.iter().filter(|(code, _)| !code.starts_with('W')) {
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        let examples = examples(page);
        if WITHOUT_EXAMPLES.contains(code) {
            assert!(examples.is_empty(), "{code} has examples: take it from the list");
            continue;
        }
        let [wrong, right] = examples[..] else { panic!("{code} has {} examples", examples.len()) };
        assert!(codes(wrong).contains(code), "{code}: {:?}", codes(wrong));
        assert!(load(wrong).is_ok() == code.starts_with("R1"), "{code}: errors refuse, warnings do not");
        assert_eq!(codes(right), Vec::<&str>::new(), "{code}: {}", words_of(right));
        assert!(load(right).is_ok());
    }
}

fn words_of(yaml: &str) -> String {
    load(yaml).map_or_else(|error| error.to_string(), |recipe| format!("{:?}", recipe.warnings()))
}

#[test]
fn every_code_has_a_page() {
    let sources = [include_str!("../code.rs"), include_str!("../../../source/code.rs")];
    let quoted = sources.iter().flat_map(|source| source.split('"').skip(1).step_by(2)).filter(|word| word.len() == 4);
    let codes: BTreeSet<&str> = quoted.collect();
    let pages: BTreeSet<&str> = PAGES.iter().map(|(code, _)| *code).filter(|code| !code.starts_with('W')).collect();
    assert_eq!(codes, pages);
    assert!(codes.len() > 30);
}
