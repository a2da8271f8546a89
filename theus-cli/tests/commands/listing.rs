//! `sessions`.

use serde_json::json;
use theus_core::store::MemoryStore;

use super::desk::{Deposit, bank, json, of_three_steps, open, said};

#[test]
fn an_empty_store_says_so_and_is_left_empty() {
    let bank = bank(&MemoryStore::new());
    assert_eq!(said(&bank, &["sessions"]), "the store has no sessions\n");
    assert_eq!(said(&bank, &["sessions", "--json"]), "");
    assert!(bank.stored_sessions(None, 1).unwrap().is_empty());
}

#[test]
fn sessions_are_listed_with_what_they_have_to_do() {
    let bank = of_three_steps();
    open(&bank, "other");
    open(&bank, "waiting").bus().emit("CMD_CLOSE").unwrap();
    assert_eq!(said(&bank, &["sessions"]), "main: 3 steps\nother: no steps\nwaiting: no steps, has something to do\n");
    assert_eq!(
        json(&said(&bank, &["sessions", "--json", "--after", "main", "--most", "1"])),
        [json!({ "session": "other", "step": 0, "ready": false, "due": null })]
    );
    assert_eq!(said(&bank, &["sessions", "--after", "waiting"]), "the store has no sessions after `waiting`\n");
}

#[test]
fn three_hundred_sessions_come_by_pages_and_each_page_says_how_to_go_on() {
    let bank = bank(&MemoryStore::new());
    for number in 0..300 {
        open(&bank, &format!("account-{number:03}")).run(Deposit { amount: number }).ok();
    }
    let mut seen = Vec::new();
    let mut after: Vec<String> = Vec::new();
    loop {
        let words: Vec<&str> = ["sessions"].into_iter().chain(after.iter().map(String::as_str)).collect();
        let text = said(&bank, &words);
        let (names, more): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with("account"));
        assert_eq!(names.len(), 100);
        seen.extend(names.iter().map(|line| line.split(':').next().unwrap().to_owned()));
        match more.as_slice() {
            [] => break,
            [more] => after = more.strip_prefix("… and more: ").unwrap().split(' ').map(str::to_owned).collect(),
            more => panic!("{more:?}"),
        }
    }
    assert_eq!(seen, (0..300).map(|number| format!("account-{number:03}")).collect::<Vec<_>>());
    assert_eq!(said(&bank, &["sessions", "--most", "300"]).lines().count(), 300, "there are no more");
    assert_eq!(json(&said(&bank, &["sessions", "--most", "280", "--json"])).len(), 280, "beyond one page of the store");
}

#[test]
fn names_steer_no_terminal() {
    let bank = bank(&MemoryStore::new());
    open(&bank, "\u{1b}[2Jmain\nforged: 9 steps");
    assert_eq!(said(&bank, &["sessions"]), "\\u{1b}[2Jmain\\nforged: 9 steps: no steps\n");
    let listed = said(&bank, &["sessions", "--json"]);
    assert_eq!(json(&listed)[0]["session"], "\u{1b}[2Jmain\nforged: 9 steps");
}
