//! What becomes of one region is no other's.

use theus_core::workflow::Handled;

use super::workflow_world::{Shop, desk, log, of, runs, shop};

/// Two regions; `left` and `right` are what the states say that `CMD_GO` leads to, and the way to them.
fn flow(left_steps: &str, left: &str, right_steps: &str, right: &str) -> String {
    format!(
        "
external: [CMD_GO]
states:
  P:
    regions:
      L:
        states:
          L1: {{ events: {{ CMD_GO: {{ to: L2, steps: {left_steps} }} }} }}
          L2: {{ {left} events: {{ EVT_CHAIN_DONE: L_DONE, EVT_CHAIN_FAIL: L_FAILED }} }}
          L_DONE: {{}}
          L_FAILED: {{}}
          L_LED: {{}}
      R:
        states:
          R1: {{ events: {{ CMD_GO: {{ to: R2, steps: {right_steps} }} }} }}
          R2: {{ {right} events: {{ EVT_CHAIN_DONE: R_DONE, EVT_CHAIN_FAIL: R_FAILED }} }}
          R_DONE: {{}}
          R_FAILED: {{}}
          R_LED: {{}}
"
    )
}

#[test]
fn where_the_step_of_one_region_fails_the_other_goes_on() {
    for (left_steps, left, right_steps, right, ends, log_of) in [
        ("[a, refuse, a]", "", "[b]", "", ["L_FAILED", "R_DONE"], &["a", "b"][..]),
        ("[b]", "", "[a, refuse, a]", "", ["L_DONE", "R_FAILED"], &["b", "a"]),
        ("[refuse]", "entry: a,", "[]", "entry: b,", ["L_FAILED", "R_DONE"], &["b"]),
        ("[]", "entry: burst,", "[]", "entry: b,", ["L_FAILED", "R_DONE"], &["b"]),
        ("[refuse]", "", "[burst]", "", ["L_FAILED", "R_FAILED"], &[]),
        ("[{ run: refuse, on_error: { TooMuch: L_LED } }]", "", "[b]", "", ["L_LED", "R_DONE"], &["b"]),
        (
            "[{ run: refuse, on_error: { TooMuch: L_LED } }]",
            "",
            "[{ run: refuse, on_error: { TooMuch: R_LED } }]",
            "",
            ["L_LED", "R_LED"],
            &[],
        ),
        // What is made good is what the same region had committed.
        (
            "[{ run: a, compensate: { run: note, with: { text: undone } } }, refuse]",
            "entry: a,",
            "[{ run: b, compensate: { run: note, with: { text: never } } }]",
            "entry: b,",
            ["L_FAILED", "R_DONE"],
            &["a", "undone", "b", "b"],
        ),
        // A chain that waits to be tried again fails for itself, too.
        ("[{ run: refuse, retry: { attempts: 3, backoff: 1s } }]", "", "[b]", "", ["L_FAILED", "R_DONE"], &["b"]),
    ] {
        let (mut desk, engine, ..) = desk(&flow(left_steps, left, right_steps, right));
        desk.emit("CMD_GO").unwrap();
        desk.run_for(std::time::Duration::from_secs(60)).unwrap();
        assert!(ends.iter().all(|end| desk.is_in(end)), "{left_steps} {right_steps}: {}", desk.trace());
        assert_eq!(log(&engine), log_of, "{}", desk.trace());
    }
}

#[test]
fn regions_that_are_entered_together_each_have_their_own_end() {
    let flow = |entry: &str, left: &str, right: &str| {
        format!(
            "
external: [CMD_GO]
states:
  S: {{ events: {{ CMD_GO: P }} }}
  P:
    {entry}
    events: {{ EVT_CHAIN_FAIL: LOST }}
    regions:
      L: {{ states: {{ L1: {{ entry: {left}, events: {{ EVT_CHAIN_DONE: L2, EVT_CHAIN_FAIL: L3 }} }}, L2: {{}}, L3: {{}} }} }}
      R: {{ states: {{ R1: {{ entry: {right}, events: {{ EVT_CHAIN_DONE: R2 }} }}, R2: {{}} }} }}
  LOST: {{ final: true }}
"
        )
    };
    for (entry, left, right, ends, log_of) in [
        ("entry: a", "refuse", "b", &["L3", "R2"][..], &["a", "b"][..]),
        ("entry: a", "a", "b", &["L2", "R2"], &["a", "a", "b"]),
        ("", "burst", "b", &["L3", "R2"], &["b"]),
        // One that does not say what then: the state around it does.
        ("", "a", "refuse", &["LOST"], &["a"]),
        // Where the way to them fails, neither is begun.
        ("entry: refuse", "a", "b", &["LOST"], &[]),
    ] {
        let (mut desk, engine, ..) = desk(&flow(entry, left, right));
        desk.emit("CMD_GO").unwrap();
        desk.run_until_idle().unwrap();
        assert!(ends.iter().all(|end| desk.is_in(end)), "{entry} {left} {right}: {}", desk.trace());
        assert_eq!(log(&engine), log_of, "{}", desk.trace());
    }
}

#[test]
fn how_the_chain_of_one_region_ends_no_other_hears() {
    let flow = "
external: [CMD_L]
states:
  P:
    regions:
      L: { states: { L1: { events: { CMD_L: { to: L2, steps: [a] } } }, L2: { events: { EVT_CHAIN_DONE: L3 } }, L3: {} } }
      R: { states: { R1: { events: { EVT_CHAIN_DONE: R2, EVT_CHAIN_FAIL: R2 } }, R2: {} } }
";
    let (mut desk, ..) = desk(flow);
    desk.emit("CMD_L").unwrap();
    desk.run_until_idle().unwrap();
    assert!(desk.is_in("L3") && desk.is_in("R1"), "{}", desk.trace());
}

#[test]
fn level_a_in_one_region_makes_good_what_all_have_committed() {
    let recipe = "process_recipes: { add: { inputs: [ { field: n, max: 100, level: A } ] } }";
    let (engine, _) = super::workflow_world::shop_with(Shop::default(), recipe);
    let refund = |amount: i64| format!("compensate: {{ run: refund, with: {{ amount: {amount} }} }}");
    let left = format!("[{{ run: charge, with: {{ amount: 1 }}, {} }}]", refund(1));
    let right =
        format!("[{{ run: charge, with: {{ amount: 2 }}, {} }}, {{ run: add, with: {{ n: 1000 }} }}]", refund(2));
    let mut desk = of(&engine, &flow(&left, "", &right, "entry: a,"));
    desk.emit("CMD_GO").unwrap();
    assert!(desk.run_until_idle().is_ok());
    assert!(matches!(desk.status(), theus_core::workflow::Status::Aborted { .. }), "{}", desk.trace());
    assert_eq!(log(&engine), ["charge 1", "charge 2", "refund 2", "refund 1"]);
}

#[test]
fn an_event_is_handled_once_however_many_regions_take_it() {
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, &flow("[a]", "", "[refuse]", ""));
    desk.emit("CMD_GO").unwrap();
    let handled = desk.run_until_idle().unwrap();
    let of_event: Vec<&Handled> =
        handled.iter().filter(|it| it.event.as_ref().is_some_and(|it| it.name.to_string() == "CMD_GO")).collect();
    assert!(of_event.len() == 1 && of_event[0].failed);
    assert_eq!(runs(&handled), ["a", "refuse"]);
}

#[test]
fn a_chain_into_an_end_that_fails_is_heard_before_what_is_done_by_it() {
    // As SCXML has it: the error of what entering runs is raised before `done`.
    let flow = |heard: &str, way: &str, entry: &str| {
        format!(
            "
external: [CMD_GO]
states:
  P:
    done: GOOD
    {heard}
    states: {{ A: {{ events: {{ CMD_GO: {way} }} }}, E: {{ final: true, entry: [{entry}] }} }}
  BAD: {{ final: true }}
  GOOD: {{ final: true }}
"
        )
    };
    let heard = "events: { EVT_CHAIN_FAIL: BAD }";
    let by_error = "on_error: { '*': BAD }";
    for (heard, way, entry, end) in [
        (heard, "E", "a, refuse, b", "BAD"),
        (heard, "E", "burst", "BAD"),
        (heard, "{ to: E, steps: burst }", "a", "BAD"),
        (by_error, "E", "refuse", "BAD"),
        (heard, "{ to: E, steps: a }", "b", "GOOD"),
        // An error that nobody has a use for is let pass, and so is a panic.
        ("", "E", "refuse", "GOOD"),
        (by_error, "E", "burst", "GOOD"),
        ("events: { EVT_CHAIN_FAIL: { steps: [] } }", "E", "burst", "GOOD"),
    ] {
        let (mut desk, engine, ..) = desk(&flow(heard, way, entry));
        desk.run_until_idle().unwrap();
        desk.emit("CMD_GO").unwrap();
        desk.run_until_final().unwrap();
        assert_eq!(desk.state(), end, "{heard} {way} {entry}: {:?}\n{}", log(&engine), desk.trace());
    }
    // In one of two regions: it may begin anew, and the whole is done when it is.
    let flow = "
external: [CMD_GO, CMD_AGAIN]
initialised: [domain.open]
states:
  P:
    done: END
    regions:
      LEFT:
        states:
          W:
            done: L_END
            events: { EVT_CHAIN_FAIL: W }
            states: { L: { events: { CMD_GO: { to: L_DONE, steps: burst }, CMD_AGAIN: L_DONE } }, L_DONE: { final: true } }
          L_END: { final: true }
      RIGHT: { done: { steps: [a] }, states: { R: { events: { CMD_GO: R_END } }, R_END: { final: true } } }
  END: { final: true }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.emit("CMD_GO").unwrap();
    desk.run_until_idle().unwrap();
    assert!(desk.is_in("L") && desk.is_in("R_END"), "{}", desk.trace());
    assert_eq!(log(&engine), ["a"], "what the other region has done is done");
    desk.emit("CMD_AGAIN").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "END");
}
