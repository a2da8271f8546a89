//! What a rule says of itself: its id, its owner, its priority, what to do.

use super::super::ChangeKind;
use super::*;

fn first(entry: &str) -> String {
    let said = refused_entry(entry);
    let help = said.split("= help: ").nth(1).unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    format!("{} / {help}", said.trim_start().lines().next().unwrap_or_default())
}

#[test]
fn it_is_read_as_it_is_written() {
    let entry = "field: count, max: 9, id: BANK-7/a.1_b, owner: ' treasury ', priority: 1, response: call the desk";
    let recipe = load_entry(entry).map_err(|error| error.to_string()).unwrap();
    let rule = &recipe.rules("transfer").unwrap().rules(Gate::Input)[0];
    let said = [rule.id(), rule.owner(), rule.priority(), rule.response()].map(|text| text.unwrap().as_str());
    assert_eq!(said, ["BANK-7/a.1_b", "treasury", "1", "call the desk"]);
    let metadata = serde_json::to_value(rule.metadata("transfer")).unwrap();
    assert_eq!((&metadata["id"], &metadata["priority"]), (&"BANK-7/a.1_b".into(), &"1".into()));
    let plain = load_entry("field: count, max: 9").unwrap();
    let metadata = serde_json::to_value(plain.rules("transfer").unwrap().rules(Gate::Input)[0].metadata("t")).unwrap();
    assert!(["id", "owner", "priority", "response"].iter().all(|key| metadata.get(key).is_none()), "{metadata}");
    // A number is a word too.
    assert!(load_entry("field: count, max: 9, id: 7").is_ok());
}

#[test]
fn an_id_is_a_word_of_one_rule() {
    assert_eq!(
        refused_entry("field: count, max: 9, id: TAH 101"),
        "
error[R041]: `id` must be a word of 1 to 64 letters, digits and `-`, `_`, `.`, `/`
 --> r.yaml:4:37
  |
4 |       - { field: count, max: 9, id: TAH 101 }
  |                                     ^^^^^^^
  |
  = help: as in `id: BANK-7`; what people are to read goes into `message`
"
    );
    let longest = "x".repeat(64);
    assert!(load_entry(&format!("field: count, max: 9, id: {longest}")).is_ok());
    assert!(first(&format!("field: count, max: 9, id: {longest}x")).starts_with("error[R041]"));
    assert!(first("field: count, max: 9, id: ''").starts_with("error[R041]"));
    assert!(first("field: count, max: 9, id: ü").starts_with("error[R041]"));
    assert_eq!(
        first("field: count, max: 9, id: [A]"),
        "error[R002]: `id` must be a word such as `BANK-7`, not a list / "
    );
    assert_eq!(
        first("field: count, min: 1, max: 9, id: A"),
        "error[R041]: `id: A` of an entry that is 2 rules: `min`, `max` / give each condition an entry and an id of its own"
    );
    let said = refused(
        "process_recipes:
  transfer: { inputs: [ { id: A, field: count, max: 9 } ] }
  _template: { inputs: [ { id: A, field: count, max: 8 } ] }
",
    );
    assert!(said.contains("error[R041]: `id: A` is given twice\n --> r.yaml:3:32"), "{said}");
    assert!(said.contains("r.yaml:2:31"), "the other one: {said}");
}

#[test]
fn texts_are_bounded_and_are_texts() {
    for (key, longest) in [("owner", 200), ("priority", 40), ("response", 1_000)] {
        let entry = |count: usize| format!("field: count, max: 9, {key}: {}", "ü".repeat(count));
        assert!(load_entry(&entry(longest)).is_ok(), "{key}");
        let said = first(&entry(longest + 1));
        let expected =
            format!("error[R042]: `{key}` has more than {longest} characters: it stands in each record of the rule");
        assert!(said.starts_with(&expected), "{said}");
        assert_eq!(
            first(&format!("field: count, max: 9, {key}: ' '")),
            format!("error[R002]: `{key}` must be a text, not \" \" / ")
        );
        assert!(first(&format!("field: count, max: 9, {key}: true")).starts_with("error[R002]"));
        assert!(first(&format!("field: count, max: 9, {key}: 1.5")).starts_with("error[R002]"));
    }
    assert_eq!(
        first("field: count, max: 9, ownr: x"),
        "error[R003]: unknown key or condition `ownr` / did you mean `owner`?"
    );
    assert_eq!(
        first("field: count, max: 9, runbook: x"),
        "error[R003]: unknown key or condition `runbook` / did you mean `response`?"
    );
    assert_eq!(
        first("field: count, max: 9, rule_id: x"),
        "error[R003]: unknown key or condition `rule_id` / did you mean `id`?"
    );
}

#[test]
fn a_rule_of_a_later_file_takes_the_place_of_the_one_with_its_id() {
    let base = "process_recipes: { transfer: { inputs: [ { id: A, field: count, max: 9 }, { id: B, field: count, min: 2 } ] } }";
    let over = "process_recipes: { transfer: { inputs: [ { id: A, field: amount, max: 5 } ] } }";
    assert_eq!(listed(load_all(&[base, over])), ["count min 2", "amount max 5"]);
    // By its condition too, whatever it is called.
    let other = "process_recipes: { transfer: { inputs: [ { id: C, field: count, max: 8 } ] } }";
    assert_eq!(listed(load_all(&[base, other])), ["count min 2", "count max 8"]);
    // In another process nothing takes its place.
    let elsewhere = "process_recipes: { refund: { outputs: [ { id: A, field: domain.total, max: 5 } ] } }";
    let said = words(load_all(&[base, elsewhere]));
    assert!(said.contains("`id: A` is of two rules, of which none takes the place of the other"), "{said}");
}

#[test]
fn in_a_review_a_rule_is_known_by_its_id() {
    let load = |entry: &str| load_entry(entry).map_err(|error| error.to_string()).unwrap();
    let compare = |old: &str, new: &str| Recipe::compare(&load(old), &load(new));
    let changes = compare("id: A, field: count, max: 9, owner: desk", "id: A, field: count, max: 8, owner: risk");
    assert_eq!(changes.changes[0].kind, ChangeKind::Stricter);
    assert_eq!(changes.changes[0].details, ["bound 9 -> 8", "owner \"desk\" -> \"risk\""]);
    assert!(changes.to_string().contains("stricter  transfer, input gate: A, count max\n"), "{changes}");
    // Another condition: without the id one rule would be gone and another new.
    let changes = compare("id: A, field: count, max: 9", "id: A, field: count, min: 9");
    assert_eq!((changes.changes.len(), changes.changes[0].kind), (1, ChangeKind::Otherwise));
    assert!(changes.changes[0].details[0].starts_with("asks count max 9 at the input gate -> count min 9"));
    assert_eq!(compare("field: count, max: 9", "field: count, min: 9").changes.len(), 2);
    let changes = compare("field: count, max: 9", "id: A, field: count, max: 9, response: wait");
    assert_eq!(changes.changes[0].kind, ChangeKind::Otherwise);
    assert_eq!(changes.changes[0].details, ["id none -> \"A\"", "response none -> \"wait\""]);
    assert!(compare("id: A, field: count, max: 9", "id: A, field: count, max: 9").is_empty());
}
