//! What a session tells of itself.

use theus_core::workflow::trace::{Ended, What};

use super::workflow_world::{Shop, desk, of, shop};

const FLOW: &str = "
external: [CMD_GO, CMD_WEATHER]
states:
  S:
    events: { CMD_GO: WORK }
  WORK:
    entry:
      - { run: a, compensate: b }
      - { run: ask, retry: { attempts: 2, backoff: 2s, factor: 1 } }
      - refuse
    events: { EVT_CHAIN_FAIL: E }
  E: { final: true }
";

#[test]
fn it_reads_from_top_to_bottom() {
    let (mut desk, engine, outside, _) = desk(FLOW);
    outside.refuse(1);
    engine.bus().emit("CMD_WEATHER").unwrap();
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    let text = desk.trace().to_string();
    // What a wait between a half and all of two seconds makes of the times is not looked at.
    let lines: Vec<String> = text.lines().map(|line| line[22..].to_owned()).collect();
    let retry = &lines[8];
    assert!(retry.starts_with("  retry        ask, try 2 in 1."), "{text}");
    assert_eq!(
        [&lines[..8], &lines[9..]].concat(),
        [
            "started",
            "moved          S",
            "event          CMD_WEATHER from outside",
            "unused         CMD_WEATHER",
            "event          CMD_GO from outside",
            "moved          S -> WORK  by flow.yaml:5:15",
            "  step         a: committed version 1 in 0ns",
            "  step         ask: rolled back after 0ns: nobody answers",
            "  step         ask, try 2: committed version 2 in 0ns",
            "  step         refuse: rolled back after 0ns: too much: 0",
            "  chain failed refuse: too much: 0; 1 to be made good",
            "  compensation b: committed version 3 in 0ns",
            "event          EVT_CHAIN_FAIL",
            "moved          WORK -> E  by flow.yaml:11:15",
            "finished       E",
        ],
        "{text}"
    );
    let numbers: Vec<u64> = desk.trace().entries().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
}

#[test]
fn it_is_json_with_the_names_of_the_states() {
    let (mut desk, ..) = desk(FLOW);
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    let json = serde_json::to_value(desk.trace()).unwrap();
    assert_eq!(json[0], serde_json::json!({ "number": 1, "at": "1970-01-01T00:00:00.000000000Z", "kind": "started" }));
    assert_eq!(json[3]["from"], serde_json::json!(["S"]));
    assert_eq!(json[3]["by"], "flow.yaml:5:15");
    let step = json.as_array().unwrap().iter().find(|line| line["process"] == "refuse").unwrap();
    assert_eq!(
        (&step["ended"], &step["error"], &step["try"]),
        (&"rolled back".into(), &"too much: 0".into(), &1.into())
    );
}

#[test]
fn the_oldest_make_room() {
    let (desk, ..) = desk(FLOW);
    let mut desk = desk.traced(3);
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    let trace = desk.trace();
    assert_eq!(trace.entries().len(), 3);
    assert_eq!(trace.told(), trace.dropped() + 3);
    assert!(matches!(trace.entries().next_back().unwrap().what, What::Finished { .. }));
    assert!(trace.to_string().starts_with(&format!("({} earlier entries are not kept)", trace.dropped())));
}

#[test]
fn none_is_kept_where_none_is_wanted() {
    let (desk, ..) = desk(FLOW);
    let mut desk = desk.traced(0);
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!((desk.trace().told(), desk.trace().to_string().as_str()), (0, ""));
}

#[test]
fn who_watches_gets_every_entry_or_knows_how_many_not() {
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, FLOW).traced(0);
    let (all, few) = (desk.watch(1_000), desk.watch(4));
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    let told: Vec<_> = std::iter::from_fn(|| all.try_next()).collect();
    assert_eq!(
        told.iter().map(|told| told.entry().number).collect::<Vec<_>>(),
        (1..=told.len() as u64).collect::<Vec<_>>()
    );
    assert!(
        told.iter().any(|told| matches!(&told.entry().what, What::Run { process: "a", ended: Ended::Committed, .. }))
    );
    assert!(told.iter().any(|told| serde_json::to_value(told).unwrap()["to"] == serde_json::json!(["WORK"])));
    assert_eq!((all.lost(), few.lost()), (0, told.len() as u64 - 4));
    assert_eq!(few.try_next().unwrap().entry().number, told.len() as u64 - 3);
    drop((all, few));
    let told = desk.trace().told();
    desk.pause();
    assert_eq!((desk.trace().told(), desk.trace().entries().len()), (told, 0), "nobody wants to know any more");
}

#[test]
fn commands_are_in_it() {
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, FLOW);
    desk.run_until_idle().unwrap();
    assert!(desk.run(super::workflow_world::Add { n: 1 }).unwrap().result.is_ok());
    assert!(desk.trace().to_string().contains("command        add: committed version 1 in "), "{}", desk.trace());
}

/// The lines of a trace without their numbers and times.
fn lines(trace: &theus_core::workflow::Trace) -> Vec<String> {
    trace.to_string().lines().map(|line| line[22..].to_owned()).collect()
}

#[test]
fn a_move_by_an_error_names_the_line_that_leads_there() {
    for (step, state, place) in [("TooMuch: E", "TooMuch: LOST", "3:43"), ("", "'*': E", "4:17")] {
        let flow = format!(
            "
states:
  S: {{ entry: [{{ run: refuse, on_error: {{ {step} }} }}], events: {{ EVT_CHAIN_FAIL: LOST, EVT_CHAIN_DONE: LOST }},
    on_error: {{ {state} }} }}
  LOST: {{ final: true }}
  E: {{ final: true }}
"
        );
        let (mut desk, ..) = desk(&flow);
        desk.run_until_final().unwrap();
        let lines = lines(desk.trace());
        assert!(lines.contains(&format!("moved          S -> E  by flow.yaml:{place}")), "{}", desk.trace());
    }
}

#[test]
fn a_timer_says_which_and_a_transition_that_leaves_nothing_is_no_move() {
    let flow = "
states:
  S: { after: { 10s: { steps: [a] }, 20s: E } }
  E: { final: true }
";
    let (mut desk, ..) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!(
        lines(desk.trace()),
        [
            "started",
            "moved          S",
            "timer          S after 10s",
            "stayed         S  by flow.yaml:3:17",
            "  step         a: committed version 1 in 0ns",
            "  chain done",
            "timer          S after 20s",
            "moved          S -> E  by flow.yaml:3:38",
            "finished       E",
        ]
    );
    let json = serde_json::to_value(desk.trace()).unwrap();
    assert_eq!((&json[2]["state"], &json[2]["after_ns"]), (&"S".into(), &10_000_000_000_u64.into()));
    assert_eq!(
        (&json[3]["kind"], &json[3]["in"], &json[3]["by"]),
        (&"stayed".into(), &serde_json::json!(["S"]), &"flow.yaml:3:17".into())
    );
}

#[test]
fn a_move_of_several_regions_names_each_line() {
    let flow = "
external: [CMD_GO]
states:
  BOTH:
    regions:
      LEFT: { initial: L1, states: { L1: { events: { CMD_GO: L2 } }, L2: {} } }
      RIGHT: { initial: R1, states: { R1: { events: { CMD_GO: R2 } }, R2: {} } }
";
    let (mut desk, ..) = desk(flow);
    desk.emit("CMD_GO").unwrap();
    desk.run_until_idle().unwrap();
    let last = lines(desk.trace()).iter().rfind(|line| line.starts_with("moved")).cloned();
    assert_eq!(last.as_deref(), Some("moved          L1 + R1 -> L2 + R2  by flow.yaml:6:54, flow.yaml:7:55"));
}

#[test]
fn a_run_that_is_let_go_of_is_not_said_to_be_late() {
    let flow = "
states:
  S: { entry: [{ parallel: [{ run: wait, timeout: 1m, retry: { attempts: 5, on: [Timeout] } }, wait_too] }], events: { EVT_CHAIN_DONE: S } }
";
    for flow in [flow.to_owned(), flow.replace("{ parallel: [", "").replace(", wait_too] }]", "]")] {
        let (engine, _) = shop(Shop::default());
        let mut desk = of(&engine, &flow);
        let clock = theus_core::workflow::VirtualClock::new();
        {
            let mut driven = Box::pin(desk.drive(&clock));
            let task = &mut std::task::Context::from_waker(std::task::Waker::noop());
            // The clock of the workflow is the machine's: it does not jump.
            // More than once: a driver gives way to others now and then, sooner where the machine is busy.
            (0..20).any(|_| std::future::Future::poll(driven.as_mut(), task).is_ready());
        }
        let text = desk.trace().to_string();
        assert!(text.contains("step         wait: rolled back: let go of after "), "{text}");
        assert!(!text.contains("not done in time") && !text.contains("try 2"), "{text}");
        let json = serde_json::to_value(desk.trace()).unwrap();
        assert!(json.as_array().unwrap().iter().any(|line| line["ended"] == "let go"));
    }
}
