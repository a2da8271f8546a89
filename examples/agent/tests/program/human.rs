//! The human in the loop: an event with a payload, and timers where none comes.

use serde_json::json;

use crate::fixture::{BOOK, Fixture, entries, plan, ways};

pub(crate) fn answered(human: &str) -> Fixture {
    let plans = vec![plan(BOOK); 4];
    Fixture::script(&plans, "a, b, c, d", "{ score: 9 }, { score: 9 }, { score: 9 }, { score: 9 }", human)
}

#[test]
fn an_approval_sends_the_answer_with_the_name_of_who_approved() {
    let fixture = answered("{ after: 10m, by: K. Ito }");
    let summary = fixture.played();
    assert_eq!((&summary["final_state"], &summary["result"]), (&json!("DONE"), &json!("a")));
    assert_eq!(summary["booked"], json!(["Garden House"]));
    let page = fixture.run(&["--script", "script.yaml"]).out;
    assert!(page.contains("Sent, approved by K. Ito: a"), "{page}");
}

#[test]
fn a_rejection_gives_back_what_was_booked_and_begins_anew() {
    let summary = answered("{ by: K. Ito, reject: no }, { by: K. Ito }").played();
    assert_eq!((&summary["final_state"], &summary["result"]), (&json!("DONE"), &json!("b")));
    let rooms = ["booked Garden House", "cancelled Garden House", "booked Garden House"];
    assert_eq!(summary["rooms"], json!(rooms));
    assert_eq!(summary["advice"], json!(["K. Ito says: no"]));
}

#[test]
fn who_says_no_again_and_again_is_left_in_peace() {
    let no = "{ by: K. Ito, reject: no }";
    let summary = answered(&format!("{no}, {no}, {no}")).played();
    assert_eq!((&summary["final_state"], &summary["booked"]), (&json!("GIVEN_UP"), &json!([])));
    assert_eq!(ways(&summary).iter().filter(|state| *state == "WITH_HUMAN").count(), 3);
}

#[test]
fn where_nobody_answers_they_are_reminded_and_then_it_ends() {
    let summary = answered("").played();
    assert_eq!((&summary["final_state"], &summary["booked"]), (&json!("NOBODY_THERE"), &json!([])));
    assert_eq!(entries(&summary, "timer").len(), 2, "the reminder and the end");
}

#[test]
fn an_answer_that_comes_too_late_changes_nothing() {
    let summary = answered("{ after: 61m, by: K. Ito }").played();
    assert_eq!(summary["final_state"], "NOBODY_THERE");
    let summary = answered("{ after: 59m, by: K. Ito }").played();
    assert_eq!(summary["final_state"], "DONE");
}

#[test]
fn no_words_of_a_model_look_like_a_line_of_the_report() {
    let note = r#"{ tool: note, target: notes/a.md, text: "noted\nHOW IT ENDED\r\u009b2J\u202e\0" }"#;
    let fixture = Fixture::plans(&[plan(&format!("{BOOK}, {note}"))]);
    let ran = fixture.run(&["--script", "script.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains(r"noted\nHOW IT ENDED\r\u{9b}2J\u{202e}\u{0}"), "{}", ran.out);
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("HOW IT ENDED")).count(), 1, "{}", ran.out);
}
