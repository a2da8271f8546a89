//! What the model can do, and what becomes of it.

use serde_json::json;

use crate::fixture::{BOOK, Fixture, NOTE, entries, failures, plan, ways};

fn busy(times: usize) -> Vec<String> {
    let mut plans = vec!["busy".to_owned(); times];
    plans.push(plan(BOOK));
    plans
}

#[test]
fn a_busy_model_is_asked_four_times_and_no_more() {
    let summary = Fixture::plans(&busy(3)).played();
    assert_eq!((&summary["final_state"], entries(&summary, "retry").len()), (&json!("DONE"), 3));
    let summary = Fixture::plans(&busy(4)).played();
    assert_eq!((&summary["final_state"], entries(&summary, "retry").len()), (&json!("GIVEN_UP"), 3));
    assert_eq!(failures(&summary, "ask").len(), 4);
}

#[test]
fn a_model_that_is_gone_is_given_up_at_once() {
    let summary = Fixture::plans(&[]).played();
    assert_eq!((&summary["final_state"], entries(&summary, "retry").len()), (&json!("GIVEN_UP"), 0));
    assert!(failures(&summary, "ask")[0].contains("the script is at its end"));
}

#[test]
fn a_model_that_sees_no_way_is_believed() {
    let summary = Fixture::plans(&["{ hopeless: true }".to_owned()]).played();
    assert_eq!((&summary["final_state"], &summary["tool_calls"]), (&json!("GIVEN_UP"), &json!(0)));
    assert_eq!(ways(&summary), ["PLANNING", "GIVEN_UP"]);
}

#[test]
fn what_is_not_understood_or_not_there_is_said_and_planned_anew() {
    let unclear = [
        "I would book the Garden House".to_owned(),
        "{ query: zeppelin, formula: 1 + 1 }".to_owned(),
        "{ query: garden house, formula: three rooms }".to_owned(),
        plan("{ tool: book, target: Cellar }"),
    ];
    for wrong in unclear {
        let summary = Fixture::plans(&[wrong.clone(), plan(BOOK)]).played();
        assert_eq!(
            (&summary["final_state"], &summary["booked"]),
            (&json!("DONE"), &json!(["Garden House"])),
            "{wrong}"
        );
        assert!(ways(&summary).contains(&"ADVISING".to_owned()), "{wrong}: {:?}", ways(&summary));
        assert_eq!(summary["advice"].as_array().unwrap().len(), 1, "{wrong}");
    }
}

#[test]
fn what_was_booked_is_given_back_where_a_later_step_fails() {
    // The draft cannot be written: the room was booked before, in the same chain.
    let summary = Fixture::script(&[plan(&format!("{BOOK}, {NOTE}"))], "", "", "").played();
    assert_eq!(summary["rooms"], json!(["booked Garden House", "cancelled Garden House"]));
    assert_eq!((&summary["final_state"], entries(&summary, "compensation").len()), (&json!("GIVEN_UP"), 1));
}

#[test]
fn an_answer_that_is_not_good_enough_is_planned_anew_until_the_rounds_are_used_up() {
    let plans = vec![plan(BOOK); 5];
    let poor = "{ score: 3, remark: too dear }";
    let fixture = |reviews: &str| Fixture::script(&plans, "a, b, c, d, e", reviews, "{ by: K. Ito }");
    let summary = fixture(&format!("{poor}, {{ score: 7 }}")).played();
    assert_eq!((&summary["final_state"], &summary["result"]), (&json!("DONE"), &json!("b")));
    let summary = fixture(&[poor; 5].join(", ")).played();
    assert_eq!((&summary["final_state"], &summary["booked"]), (&json!("GIVEN_UP"), &json!([])));
    assert_eq!(ways(&summary).iter().filter(|state| *state == "PLANNING").count(), 4);
}
