//! The page for people.

use crate::fixture::Fixture;

#[test]
fn the_report_is_a_page_of_80_columns_that_says_what_json_says() {
    let arguments = ["--transfers", "20000"];
    let fixture = Fixture::new();
    let page = fixture.run(&arguments);
    assert_eq!((page.code, page.err.as_str()), (0, ""));
    let summary = fixture.run(&[&arguments[..], &["--json"]].concat()).json();
    assert!(page.out.lines().all(|line| line.chars().count() <= 80 && line.trim_end() == line), "{}", page.out);
    assert!(page.out.lines().count() <= 40 && !page.out.contains('\u{1b}'), "{}", page.out);
    let plain = page.out.replace(',', "");
    for key in
        ["transfers", "committed", "blocked", "declined", "total_after", "ledger_records", "frozen", "ledger_tail"]
    {
        let value = summary[key].as_str().map_or_else(|| summary[key].to_string(), str::to_owned);
        assert!(plain.contains(&value), "{key} {value}: {}", page.out);
    }
    for words in ["CLOSED on day 11", "to the cent", "local.spent_today max 8000.00", "verified to the last"] {
        assert!(page.out.contains(words), "{words}: {}", page.out);
    }
}

#[test]
fn a_stop_is_told_with_its_rule_and_its_place() {
    let fixture = Fixture::rule(
        "{ field: amount, max: 2000.00, level: S, message: \"a message that is much longer than a page is wide, and is cut off where the page ends\" }",
    );
    let page = fixture.run(&["--recipe", "audit.yaml"]);
    assert_eq!(page.code, 0);
    for words in
        ["STOPPED on day 1", "transfer: amount max 2000.00 found", "level S rule at audit.yaml:4:", "a message that is"]
    {
        assert!(page.out.contains(words), "{words}: {}", page.out);
    }
    assert!(page.out.lines().all(|line| line.chars().count() <= 80), "{}", page.out);
}
