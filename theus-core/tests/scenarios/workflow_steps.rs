//! What the steps of a chain do.

use serde_json::json;
use theus_core::workflow::{Fault, Status, WorkflowError};

use super::workflow_world::{Shop, desk, log, of, runs, shop, state};

#[test]
fn arguments_are_literals_and_expressions_of_their_moment() {
    let flow = "
states:
  S:
    entry:
      - { run: add, with: { n: 5 } }
      - { run: add, with: { n: '${ domain.total * 10 }' } }
      - { run: note, with: { text: '$${ not one }' } }
    events: { EVT_CHAIN_DONE: END }
  END: { final: true }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!((state(&engine).total, log(&engine)), (55, vec!["${ not one }".to_owned()]));
}

#[test]
fn conditions_loops_and_lists_nest() {
    let flow = "
states:
  S:
    entry:
      - flux: for_each
        in: domain.items
        as: outer
        do:
          - flux: if
            when: outer > 1
            then:
              - flux: for_each
                in: domain.items
                as: inner
                do: [{ run: add, with: { n: '${ outer * inner }' } }]
            else: [a]
      - { flux: while, when: domain.total < 100, do: [{ run: add, with: { n: 30 } }] }
      - b
    events: { EVT_CHAIN_DONE: END }
  END: { final: true }
";
    let (engine, _) = shop(Shop { items: vec![1, 2, 3], ..Shop::default() });
    let mut desk = of(&engine, flow);
    desk.run_until_final().unwrap();
    // 2 * (1 + 2 + 3) + 3 * (1 + 2 + 3) = 30; then 60, 90, 120.
    assert_eq!((state(&engine).total, log(&engine)), (120, vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn a_list_that_is_empty_is_passed_over() {
    let flow = "
states:
  S: { entry: [{ flux: for_each, in: domain.items, as: item, do: [a] }, b], events: { EVT_CHAIN_DONE: END } }
  END: { final: true }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!(log(&engine), ["b"]);
}

#[test]
fn an_argument_without_a_value_fails_the_chain() {
    let flow = "
states:
  S: { entry: [a, { run: add, with: { n: '${ domain.items[0] }' } }, b], events: { EVT_CHAIN_FAIL: LOST, EVT_CHAIN_DONE: LOST } }
  LOST: { final: true }
";
    let (mut desk, engine, ..) = desk(flow);
    let handled = desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine)), ("LOST", vec!["a".to_owned()]), "what was committed before stays");
    let fault = handled[0].fault.as_ref().map(ToString::to_string).unwrap_or_default();
    let why = "argument `n` of `add`: `domain.items[0]` has no value: there is no position 0: the size is 0";
    assert_eq!(fault, why);
    assert!(matches!(handled[0].fault, Some(Fault::NoArgument { process: "add", argument: "n", .. })));
    assert!(handled[0].failed && handled[0].failure().is_none(), "no run has failed");
}

#[test]
fn an_endless_loop_is_stopped_and_what_is_committed_stays() {
    let nothing = "[{ flux: if, when: 'domain.total > 0', then: [a] }]";
    for (body, limit, committed) in [(nothing, 100, 0), ("[a]", 100, 99)] {
        let flow = format!(
            "
limit: {limit}
states:
  S: {{ entry: [{{ flux: while, when: 'domain.total == 0', do: {body} }}], events: {{ EVT_CHAIN_FAIL: LOST }} }}
  LOST: {{ final: true }}
"
        );
        let (mut desk, engine, ..) = desk(&flow);
        let error = desk.run_until_idle().unwrap_err();
        assert!(matches!(error, WorkflowError::Endless { limit: 100, .. }), "{error}");
        let found = log(&engine).len();
        let told: usize = error.handled().iter().map(|handled| handled.steps.len()).sum();
        assert_eq!(told, found, "what had committed is told");
        assert!(found.abs_diff(committed) <= 1, "{body}: {found}");
        assert_eq!(desk.status(), Status::Running);
        desk.run_until_final().unwrap();
        assert_eq!(desk.state(), "LOST", "the chain has failed by it");
    }
}

#[test]
fn as_many_rounds_and_moves_as_the_limit_allows_are_made() {
    let flow = |limit| {
        format!(
            "
limit: {limit}
states:
  S:
    entry: [{{ flux: while, when: 'domain.total < 3', do: [{{ run: add, with: {{ n: 1 }} }}] }}]
    events: {{ EVT_CHAIN_DONE: E }}
  E: {{ final: true }}
"
        )
    };
    // The move of the start, three rounds, and the move to the end.
    let (mut enough, engine, ..) = desk(&flow(5));
    enough.run_until_final().unwrap();
    assert_eq!(state(&engine).total, 3);
    for (limit, total) in [(4, 3), (3, 2)] {
        let (mut few, engine, ..) = desk(&flow(limit));
        let error = few.run_until_final().unwrap_err();
        assert!(matches!(error, WorkflowError::Endless { limit: told, .. } if told == limit), "{error}");
        assert_eq!(state(&engine).total, total);
    }
}

#[test]
fn what_has_an_end_by_itself_meets_no_limit() {
    let flow = "
limit: 10
states:
  S:
    entry:
      - { flux: for_each, in: domain.items, as: item, do: [{ run: add, with: { n: '${ item }' } }, { flux: if, when: 'item > 0', then: [{ run: add, with: { n: 1 } }] }] }
    events: { EVT_CHAIN_DONE: E }
  E: { final: true }
";
    let (engine, _) = shop(Shop { items: vec![1; 900], ..Shop::default() });
    let mut desk = of(&engine, flow);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), state(&engine).total), ("E", 1_800));
}

#[test]
fn a_loop_through_states_that_reaches_the_limit_is_a_chain_that_has_failed() {
    let work = "{ entry: a, events: { EVT_CHAIN_DONE: CHECK, EVT_CHAIN_FAIL: LOST } }";
    let check = "{ always: { to: WORK, when: 'domain.total == 0' } }";
    let deaf = "{ entry: a, events: { EVT_CHAIN_DONE: CHECK } }";
    let hears = "{ always: { to: WORK, when: 'domain.total == 0' }, events: { EVT_CHAIN_FAIL: LOST } }";
    for (work, check) in [(work, check), (deaf, hears), (work, hears)] {
        // Whichever of the moves it is that comes to the limit.
        for limit in [20, 21] {
            let flow = format!("limit: {limit}\nstates: {{ WORK: {work}, CHECK: {check}, LOST: {{ final: true }} }}");
            let (mut desk, ..) = desk(&flow);
            let error = desk.run_until_idle().unwrap_err();
            assert!(matches!(error, WorkflowError::Endless { .. }), "{error}");
            desk.run_until_final().unwrap_or_else(|error| panic!("{error}: {}", desk.trace()));
            assert_eq!(desk.state(), "LOST", "{}", desk.trace());
        }
    }
    // By events without a chain, in a state within another, and in one region alone.
    let flow = "
limit: 30
states:
  P:
    regions:
      L:
        events: { EVT_CHAIN_FAIL: L3 }
        states: { L1: { always: L2 }, L2: { always: { to: L1, when: 'domain.total == 0' } }, L3: {} }
      R: { states: { R1: { events: { EVT_CHAIN_FAIL: R2 } }, R2: {} } }
";
    let (mut desk, ..) = desk(flow);
    assert!(matches!(desk.run_until_idle(), Err(WorkflowError::Endless { limit: 30, .. })));
    desk.run_until_idle().unwrap();
    assert!(desk.is_in("L3") && desk.is_in("R1"), "{}", desk.trace());
}

#[test]
fn what_fails_for_ever_is_not_begun_for_ever() {
    // As a pool would drive it: on and on.
    for flow in [
        "{ A: { always: { to: A, when: 'domain.total == 0' }, events: { EVT_CHAIN_FAIL: A } } }",
        "{ A: { entry: [{ flux: while, when: 'domain.total == 0', do: [a] }], events: { EVT_CHAIN_FAIL: A } } }",
        "{ A: { entry: refuse, events: { EVT_CHAIN_FAIL: A } } }",
    ] {
        let (mut desk, ..) = desk(&format!("limit: 10\nexternal: [CMD_X]\nstates: {flow}"));
        let ends = (0..10).find(|_| desk.run_until_idle().is_ok());
        assert!(ends.is_some_and(|times| times > 0), "{flow}: {}", desk.trace());
        // With the next event it begins anew.
        desk.emit("CMD_X").unwrap_or_default();
    }
}

#[test]
fn a_timer_is_counted_for_itself() {
    let flow = "
limit: 4
states:
  A: { after: { 1s: B }, always: { to: E, when: 'size(domain.log) == 30' } }
  B: { entry: a, events: { EVT_CHAIN_DONE: A } }
  E: { final: true }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine).len()), ("E", 30));
}

#[test]
fn moves_without_an_event_that_never_end_are_stopped() {
    let flow = "
limit: 50
external: [CMD_GO]
states:
  A: { always: { to: B, when: 'domain.total == 0' } }
  B: { always: { to: A, when: 'domain.total == 0' }, events: { CMD_GO: E } }
  E: { final: true }
";
    let (mut desk, ..) = desk(flow);
    let error = desk.run_until_idle().unwrap_err();
    assert!(matches!(error, WorkflowError::Endless { limit: 50, .. }), "{error}");
    assert_eq!(error.handled().len(), 51, "the start, 49 moves, and the one that is not made");
}

#[test]
fn steps_side_by_side_all_run_and_their_chain_goes_on_after_the_last() {
    let flow = "
states:
  S: { entry: [{ parallel: [a, { run: add, with: { n: 3 } }, wait_too] }, b], events: { EVT_CHAIN_DONE: E } }
  E: { final: true }
";
    let (mut desk, engine, outside, _) = desk(flow);
    outside.open();
    let handled = desk.run_until_final().unwrap();
    assert_eq!(runs(&handled), ["a", "add", "wait_too", "b"]);
    let shop = state(&engine);
    assert_eq!((shop.total, shop.open, shop.log), (3, true, vec!["a".to_owned(), "b".to_owned()]));
}

const DECIDE: &str = "
external: [CMD_GO]
states:
  S:
    events: { CMD_GO: { steps: { run: sign, with: { by: '${ BY }', of: '${ event.of }' }, compensate: { run: add, with: { n: '${ event.n }' } } } } }
    on_error: { '*': S }
";

#[test]
fn an_option_is_none_where_the_event_did_not_bring_it() {
    for (by, payload, signed) in [
        ("event.by", json!({ "by": "Ann", "of": 1, "n": 1 }), "Some(\"Ann\") 1"),
        ("event.by", json!({ "of": 1, "n": 1 }), "None 1"),
        ("event.who.by", json!({ "of": 1, "n": 1 }), "None 1"),
        ("event.who.by", json!({ "who": { "by": null }, "of": 1, "n": 1 }), "None 1"),
    ] {
        let (mut desk, engine, ..) = desk(&DECIDE.replace("BY", by));
        desk.emit_with("CMD_GO", payload).unwrap();
        desk.run_until_idle().unwrap();
        assert_eq!(log(&engine), [signed], "{by}\n{}", desk.trace());
    }
}

#[test]
fn what_must_be_there_fails_the_chain_by_its_name_and_so_does_a_key_of_what_has_none() {
    for (payload, why) in [
        (json!({ "by": "Ann" }), "argument `of` of `sign`: `event.of` has no value: there is no key \"of\""),
        (json!({ "of": 1 }), "argument `n` of `add`: `event.n` has no value: there is no key \"n\""),
        (
            json!({ "who": 3, "of": 1 }),
            "argument `by` of `sign`: `event.who.by` has no value: an integer has no entry \"by\"",
        ),
    ] {
        let by = if payload.get("who").is_some() { "event.who.by" } else { "event.by" };
        let (mut desk, ..) = desk(&DECIDE.replace("BY", by));
        desk.emit_with("CMD_GO", payload).unwrap();
        let handled = desk.run_until_idle().unwrap();
        assert_eq!(handled[1].fault.as_ref().map(ToString::to_string).as_deref(), Some(why));
    }
}
