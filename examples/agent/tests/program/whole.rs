//! The run that is built in, from end to end.

use serde_json::json;

use crate::fixture::{Fixture, entries, failures, ways};

#[test]
fn it_is_refused_tries_again_heeds_the_human_and_is_done() {
    let ran = Fixture::new().run(&["--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let summary = ran.json();
    assert_eq!((&summary["final_state"], &summary["status"]), (&json!("DONE"), &json!("finished")));
    assert_eq!(summary["result"], "The offsite is in the Garden House, for three days. It costs 360 euros.");
    let round = ["PLANNING", "LOOKING_UP", "ACTING"];
    let shown = ["REVIEWING", "WITH_HUMAN"];
    let expected = [&round[..], &round, &shown, &round, &shown, &["DELIVERING", "DONE"]].concat();
    assert_eq!(ways(&summary), expected);
    let reminded = entries(&summary, "stayed");
    assert_eq!((reminded.len(), &reminded[0]["in"]), (1, &json!(["WITH_HUMAN"])), "the reminder leaves no state");
    // The rule refuses the note, what was booked before is given back, and the human sends the second room back.
    assert_eq!(failures(&summary, "take_note").len(), 1);
    assert_eq!((entries(&summary, "compensation").len(), entries(&summary, "undoes").len()), (2, 1));
    let rooms = [
        "booked Harbour Room",
        "cancelled Harbour Room",
        "booked Harbour Room",
        "cancelled Harbour Room",
        "booked Garden House",
    ];
    assert_eq!((&summary["rooms"], &summary["booked"]), (&json!(rooms), &json!(["Garden House"])));
    // Busy three times, asked again three times.
    assert_eq!((failures(&summary, "ask").len(), entries(&summary, "retry").len()), (3, 3));
    let runs = entries(&summary, "step").len() + entries(&summary, "compensation").len();
    assert_eq!(summary["committed"].as_u64().unwrap() + summary["rejected"].as_u64().unwrap(), runs as u64);
    assert_eq!((&summary["rejected"], &summary["events"]), (&json!(4), &json!(entries(&summary, "event").len())));
}

#[test]
fn it_is_the_same_every_time_and_takes_no_time() {
    let fixture = Fixture::new();
    let began = std::time::Instant::now();
    let (one, two) = (fixture.run(&[]), fixture.run(&[]));
    assert!(one.code == 0 && one.out == two.out && !one.out.is_empty());
    assert!(began.elapsed().as_secs() < 20, "the human takes twenty minutes of virtual time");
    assert_eq!(fixture.run(&["--json"]).out, fixture.run(&["--json"]).out);
}

#[test]
fn the_report_has_the_chart_the_trace_and_what_json_says() {
    let fixture = Fixture::new();
    let (page, summary) = (fixture.run(&[]).out, fixture.run(&["--json"]).json());
    for words in ["stateDiagram-v2", "THE TRACE", "CMD_REJECT from outside", "compensation", "try 2", "DONE (finished)"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    for key in ["tokens", "tool_calls", "committed", "rejected", "events", "result"] {
        assert!(page.contains(&summary[key].to_string()), "{key}: {page}");
    }
    assert_eq!(page.lines().filter(|line| line.contains("    step  ")).count(), entries(&summary, "step").len());
}

#[test]
fn the_chart_alone_is_drawn_in_each_format_and_nothing_is_run() {
    for (format, begin) in [("mermaid", "stateDiagram-v2"), ("dot", "digraph"), ("svg", "<svg")] {
        let ran = Fixture::new().run(&["--diagram", format]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert!(ran.out.trim_start().starts_with(begin) && !ran.out.contains("THE TRACE"), "{}", ran.out);
    }
}

#[test]
fn the_task_is_the_models_to_read() {
    let short = Fixture::new().run(&["--json", "--task", "Book."]).json();
    let long = Fixture::new().run(&["--json", "--task", "Book a room for us, and do it very soon."]).json();
    assert!(short["tokens"].as_u64() < long["tokens"].as_u64());
    assert!(Fixture::new().run(&["--task", "Book."]).out.starts_with("THE TASK\n\n  Book.\n"));
}
