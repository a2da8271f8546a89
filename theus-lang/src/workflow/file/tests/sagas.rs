//! Sagas in files: what each way out of them does, and what is refused.

use super::{codes, load, loads};

const CHARGE: &str = "entry: { run: charge, with: { amount: 5, to: Ann }, on_error: { '*': STOPPED }, compensate: { run: refund, with: { amount: 5 } } }";

fn exits(yaml: &str) -> Vec<String> {
    let definition = loads(yaml);
    let name = |state| definition.state(state).unwrap().name.clone();
    let shown = |exit: crate::workflow::SagaExit| {
        format!(
            "{}: {} -> {} {}",
            name(exit.saga),
            exit.by,
            name(exit.to),
            if exit.undoes { "undoes" } else { "keeps" }
        )
    };
    definition.saga_exits().into_iter().map(shown).collect()
}

#[test]
fn each_way_out_says_what_becomes_of_it() {
    let yaml = format!(
        "
external: [CMD_A, CMD_B, CMD_C]
states:
  TRIP:
    saga: true
    {CHARGE}
    states:
      IN: {{ saga: true, {CHARGE}, events: {{ CMD_A: {{ to: BESIDE, undo: true }}, EVT_CHAIN_FAIL: BESIDE }}, always: {{ to: END, when: domain.total > 3, undo: false }} }}
      BESIDE: {{ events: {{ CMD_A: END }} }}
      END: {{ final: true }}
    done: DONE
    after: {{ 1h: STOPPED, 2h: {{ to: DONE, undo: false }} }}
    events: {{ CMD_B: {{ to: STOPPED, undo: true }}, CMD_C: {{ to: TRIP, undo: false }} }}
  STOPPED: {{ final: true }}
  DONE: {{ final: true }}
"
    );
    let stored = serde_json::to_string(&loads(&yaml)).unwrap();
    let (mut before, mut after) = (exits(&yaml), exits(&stored));
    before.sort();
    after.sort();
    assert_eq!(before, after, "as data it is the same");
    assert_eq!(
        exits(&yaml),
        [
            "TRIP: done -> DONE keeps",
            "TRIP: after 1h -> STOPPED undoes",
            "TRIP: after 2h -> DONE keeps",
            "TRIP: CMD_B -> STOPPED undoes",
            "TRIP: CMD_C -> TRIP keeps",
            "TRIP: charge fails: * -> STOPPED undoes",
            "IN: done -> DONE keeps",
            "IN: after 1h -> STOPPED undoes",
            "IN: after 2h -> DONE keeps",
            "IN: CMD_B -> STOPPED undoes",
            "IN: CMD_C -> TRIP keeps",
            "IN: charge fails: * -> STOPPED undoes",
            "IN: CMD_A -> BESIDE undoes",
            "IN: EVT_CHAIN_FAIL -> BESIDE undoes",
            "IN:  -> END keeps",
            "IN: charge fails: * -> STOPPED undoes",
        ]
    );
}

#[test]
fn undo_is_refused_where_no_saga_is_left_and_taken_where_one_may_be() {
    let flow = |way: &str, saga: bool| {
        format!(
            "
external: [CMD_A, CMD_B]
states:
  ALL:
    regions:
      L: {{ states: {{ L1: {{ saga: {saga}, {CHARGE}, events: {{ CMD_B: {{ to: L2, undo: true }} }} }}, L2: {{ final: true }} }} }}
      R: {{ states: {{ R1: {{ events: {{ CMD_A: {way} }} }}, R2: {{ final: true }} }} }}
    done: STOPPED
  STOPPED: {{ final: true }}
"
        )
    };
    assert!(!codes(&flow("{ to: STOPPED, undo: true }", true)).contains(&"W041"), "the other region is left too");
    for way in ["{ to: R2, undo: true }", "{ undo: false, when: domain.total > 3 }"] {
        assert!(codes(&flow(way, true)).contains(&"W041"), "{way}");
    }
    let none = codes(&flow("{ to: STOPPED, undo: true }", false));
    assert_eq!(none.iter().filter(|code| **code == "W041").count(), 2, "{none:?}");
}

#[test]
fn it_is_a_word_of_states_that_one_can_be_in() {
    let flow = |state: &str| {
        format!(
            "external: [CMD_A]\nstates:\n  A: {{ {CHARGE}, events: {{ CMD_A: B }} }}\n  B: {{ {state} }}\n  STOPPED: {{ final: true }}\n"
        )
    };
    assert!(codes(&flow("final: true, saga: true")).contains(&"W017"));
    assert!(codes(&flow("saga: true")).contains(&"W017"));
    assert!(codes(&flow("saga: yes, events: { CMD_A: STOPPED }")).contains(&"W002"));
    assert!(codes(&flow("saga: true, events: { CMD_A: { to: STOPPED, undo: 'no' } }")).contains(&"W002"));
    assert!(codes(&flow("sage: true, events: { CMD_A: STOPPED }")).contains(&"W003"));
    let told = load(&flow("sage: true, events: { CMD_A: STOPPED }")).unwrap_err().to_string();
    assert!(told.contains("did you mean `saga`?"), "{told}");
    assert_eq!(codes(&flow("saga: true, events: { CMD_A: { to: STOPPED, undo: true } }")), ["W122"]);
}

#[test]
fn a_way_out_of_several_sagas_is_doubted_for_the_one_in_which_something_can_be_undone() {
    let flow = |outer: &str, inner: &str, beside: &str| {
        format!(
            "
external: [CMD_A]
states:
  OUT:
    saga: true
    {outer}
    states:
      IN: {{ saga: true, {inner} }}
      {beside}
    after: {{ 1h: STOPPED }}
    events: {{ CMD_A: STOPPED }}
  STOPPED: {{ final: true }}
"
        )
    };
    let told = |outer, inner, beside| {
        let definition = load(&flow(outer, inner, beside)).unwrap();
        let unsaid = definition.warnings().iter().filter(|warning| warning.code == Some("W121"));
        unsaid.map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let read = "entry: p_load";
    assert!(told(CHARGE, read, "").contains("the saga `OUT`"));
    assert!(told(read, CHARGE, "").contains("leaves the saga `"), "what is inside is of the one around too");
    assert_eq!(told(read, read, ""), "", "nothing can be undone: that is told as W122");
    let beside = format!("X: {{ saga: true, {CHARGE} }}");
    assert!(told(read, read, &beside).contains("leaves the saga `"));
}
