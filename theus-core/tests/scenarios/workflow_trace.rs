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
            "  chain failed too much: 0; 1 to be made good",
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
