//! What the rules of each level do to the run.

use serde_json::{Value, json};

use crate::fixture::{BOOK, Fixture, NOTE, failures, plan, ways};

/// The recipe of the program with one text in the place of another.
fn changed(from: &str, to: &str) -> String {
    let recipe = include_str!("../../../../workflows/agent/audit.yaml");
    assert!(recipe.contains(from), "{from}");
    recipe.replace(from, to)
}

fn under(fixture: Fixture, recipe: &str) -> Value {
    let fixture = fixture.with("audit.yaml", recipe);
    let ran = fixture.run(&["--json", "--script", "script.yaml", "--recipe", "audit.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.json()
}

#[test]
fn level_b_refuses_the_step_and_the_model_plans_anew() {
    let long = "x".repeat(401);
    for (wrong, process) in [
        (plan("{ tool: note, target: /etc/passwd, text: t }"), "take_note"),
        (plan(&format!("{{ tool: note, target: notes/a.md, text: {long} }}")), "take_note"),
        (plan(&format!("{BOOK}, {BOOK}")), "book"),
        (plan(&[NOTE; 5].join(", ")), "adopt_plan"),
        ("{ query: house, formula: 3 * 500, calls: [{ tool: book, target: Ballroom }] }".to_owned(), "book"),
        ("{ query: 'house; drop table', formula: 1 + 1 }".to_owned(), "search"),
    ] {
        let summary = Fixture::plans(&[wrong.clone(), plan(BOOK)]).played();
        assert_eq!(
            (&summary["final_state"], &summary["booked"]),
            (&json!("DONE"), &json!(["Garden House"])),
            "{wrong}"
        );
        let refused = failures(&summary, process);
        assert!(refused.len() == 1 && refused[0].contains("(level B)"), "{process}: {refused:?}");
        assert_eq!(summary["advice"], json!(refused), "the model is told which rule it was, and what it found");
    }
}

#[test]
fn an_answer_that_is_too_long_is_refused_and_the_room_given_back() {
    let drafts = format!("{}, short", "x".repeat(301));
    let plans = vec![plan(BOOK); 2];
    let summary = Fixture::script(&plans, &drafts, "{ score: 9 }", "{ by: K. Ito }").played();
    assert_eq!((&summary["final_state"], &summary["result"]), (&json!("DONE"), &json!("short")));
    assert_eq!(summary["rooms"], json!(["booked Garden House", "cancelled Garden House", "booked Garden House"]));
}

#[test]
fn a_model_that_is_refused_again_and_again_is_given_up() {
    let wrong = vec![plan("{ tool: note, target: /etc/passwd, text: t }"); 9];
    let summary = Fixture::plans(&wrong).played();
    assert_eq!((&summary["final_state"], &summary["status"]), (&json!("GIVEN_UP"), &json!("finished")));
    assert_eq!(ways(&summary).iter().filter(|state| *state == "PLANNING").count(), 4);
}

#[test]
fn level_a_ends_the_workflow_where_the_budget_is_spent() {
    let spent = changed("max: 50000, level: A", "max: 100, level: A");
    let summary = under(Fixture::plans(&[plan(BOOK)]), &spent);
    assert_eq!((&summary["status"], &summary["final_state"]), (&json!("aborted"), &json!("ACTING")));
    assert!(failures(&summary, "ask")[0].contains("half a euro is spent"));
    // The chain that was under way is made good.
    assert_eq!(summary["booked"], json!([]));
    let enough = under(Fixture::plans(&[plan(BOOK)]), &changed("max: 50000, level: A", "max: 20000, level: A"));
    assert_eq!(enough["status"], "finished");
}

#[test]
fn level_a_ends_the_workflow_where_too_many_tools_are_called() {
    let summary =
        under(Fixture::plans(&[plan(&format!("{NOTE}, {NOTE}"))]), &changed("max: 20, level: A", "max: 4, level: A"));
    assert_eq!((&summary["status"], &summary["tool_calls"]), (&json!("aborted"), &json!(4)));
    let summary = under(Fixture::plans(&[plan(NOTE)]), &changed("max: 20, level: A", "max: 4, level: A"));
    assert_eq!(summary["final_state"], "DONE");
}

#[test]
fn level_s_stops_everything_where_the_answer_tells_what_is_confidential() {
    let drafts = "We call it Bluebird";
    let summary = Fixture::script(&[plan(BOOK)], drafts, "{ score: 9 }", "{ by: K. Ito }").played();
    assert_eq!((&summary["status"], &summary["final_state"]), (&json!("halted"), &json!("ACTING")));
    assert!(failures(&summary, "adopt_draft")[0].contains("confidential"));
    assert_eq!(summary["result"], Value::Null);
    let page = Fixture::script(&[plan(BOOK)], drafts, "", "").run(&["--script", "script.yaml"]).out;
    assert!(page.contains("ACTING (halted)") && page.contains("confidential"), "{page}");
}

#[test]
fn level_c_is_put_on_record_and_everything_goes_on() {
    let dear = "{ query: ballroom, formula: 1 * 950, calls: [{ tool: book, target: Ballroom }] }".to_owned();
    let fixture = Fixture::plans(&[dear]);
    let summary = fixture.played();
    assert_eq!((&summary["final_state"], &summary["booked"]), (&json!("DONE"), &json!(["Ballroom"])));
    assert_eq!(summary["recorded"], json!(["book: price max 500 found 950"]));
    assert!(fixture.run(&["--script", "script.yaml"]).out.contains("book: price max 500 found 950"));
    assert_eq!(Fixture::plans(&[plan(BOOK)]).played()["recorded"], json!([]));
}
