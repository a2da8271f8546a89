//! The proofs: what each finds, and beside it the nearest thing that is sound.

#![allow(clippy::unwrap_used, clippy::panic)]

mod start;

use super::super::file::tests::{codes, loads, sound};

const END: &str = "\n  DONE: { final: true }\n";

/// The messages about a workflow of these states, with a final one behind them.
#[track_caller]
fn told(states: &str) -> Vec<String> {
    let yaml = format!("external: [CMD_A, CMD_B]\nstates:{states}{END}");
    loads(&yaml).warnings().iter().map(|it| format!("{}:{} {}", it.line, it.column, it.message)).collect()
}

#[track_caller]
fn is_sound(states: &str) {
    sound(&format!("external: [CMD_A, CMD_B]\nstates:{states}{END}"));
}

#[test]
fn every_kind_of_way_reaches() {
    for way in [
        "{ events: { CMD_A: X, CMD_B: DONE } }",
        "{ events: { CMD_A: { to: X }, \"*\": DONE } }",
        "{ always: [{ to: X, when: domain.ready }, DONE] }",
        "{ after: { 1s: X }, events: { CMD_A: DONE } }",
        "{ entry: { run: fetch, on_error: { RateLimited: X } }, events: { EVT_CHAIN_DONE: DONE } }",
        "{ entry: fetch, on_error: { '*': X }, events: { EVT_CHAIN_DONE: DONE } }",
        "{ done: X, states: { I: { events: { CMD_A: F } }, F: { final: true } } }",
    ] {
        is_sound(&format!("\n  A: {way}\n  X: {{ events: {{ CMD_A: DONE }} }}"));
    }
    assert_eq!(
        told("\n  A: { events: { CMD_A: DONE } }\n  X: { states: { Y: { events: { CMD_A: X } } } }"),
        ["4:3 no chain of events leads from `A` to `X`"],
        "the outermost stands for all inside, and what only leads to itself is not reached"
    );
}

#[test]
fn done_comes_when_every_region_ends() {
    let both = |right: &str| {
        format!(
            "\n  A:\n    done: DONE\n    regions:\n      L: {{ states: {{ L1: {{ events: {{ CMD_A: L2 }} }}, L2: {{ final: true }} }} }}\n      R: {{ states: {{ {right} }} }}"
        )
    };
    is_sound(&both("R1: { final: true }"));
    assert_eq!(
        told(&both("R1: { events: { CMD_B: R2 } }, R2: { events: { CMD_B: R1 } }")),
        [
            "3:3 state `A` cannot be left, and is not final",
            "4:5 `done` of state `A` never comes",
            "8:3 no chain of events leads from `A` to `DONE`",
        ]
    );
}

#[test]
fn a_region_that_is_a_final_state_or_has_regions_itself_ends() {
    let with = |right: &str| {
        format!(
            "\n  A:\n    done: DONE\n    regions:\n      L: {{ states: {{ L1: {{ events: {{ CMD_A: L2 }} }}, L2: {{ final: true }} }} }}\n      R: {right}"
        )
    };
    is_sound(&with("{ final: true }"));
    is_sound(&with("{ regions: { Q: { states: { Q1: { events: { CMD_B: Q2 } }, Q2: { final: true } } } } }"));
    let never = "{ regions: { Q: { states: { Q1: { events: { CMD_B: Q2 } }, Q2: { events: { CMD_B: Q1 } } } } } }";
    assert!(told(&with(never)).contains(&"4:5 `done` of state `A` never comes".to_owned()));
}

#[test]
fn a_way_out_of_one_region_is_one_out_of_all() {
    is_sound(
        "\n  A:\n    regions:\n      L: { states: { L1: { events: { CMD_A: DONE } } } }\n      R: { states: { R1: { events: { CMD_B: R2 } }, R2: { events: { CMD_B: R1 } } } }",
    );
}

#[test]
fn a_state_with_nothing_but_internal_transitions_is_a_dead_end() {
    assert_eq!(
        told("\n  A: { events: { CMD_A: B, CMD_B: DONE } }\n  B: { events: { CMD_A: { steps: p_load }, CMD_B: B } }"),
        ["4:3 state `B` cannot be left, and is not final"]
    );
    is_sound("\n  A: { events: { CMD_A: B, CMD_B: DONE } }\n  B: { events: { CMD_A: { steps: p_load }, CMD_B: A } }");
    sound("external: [CMD_A]\nstates: { A: { events: { CMD_A: B } }, B: { events: { CMD_A: A } } }");
}

#[test]
fn a_history_may_lead_to_wherever_one_was() {
    is_sound(
        "\n  A: { states: { I: { events: { CMD_A: J } }, J: { events: { CMD_B: DONE } }, H: { history: shallow, default: I } }, events: { SIG_STOP: P } }\n  P: { events: { CMD_A: H } }",
    );
}

#[test]
fn eventless_moves_come_to_rest() {
    for circle in [
        "{ A: { always: A } }",
        "{ A: { always: B }, B: { always: C }, C: { always: B } }",
        "{ A: { always: { steps: p_load } } }",
        "{ A: { always: A, states: { B: {} } } }",
        "{ A: { events: { CMD_START: B } }, B: { states: { C: { always: A2 } } }, A2: { always: B } }",
        "{ A: { entry: fetch, always: A } }",
    ] {
        assert!(codes(&format!("states: {circle}")).contains(&"W022"), "{circle}");
    }
    for rest in [
        "{ A: { always: B }, B: { final: true } }",
        "{ A: { always: { to: B, when: domain.ready } }, B: { always: A } }",
        "{ A: { entry: fetch, on_error: { RateLimited: Z }, always: A }, Z: { final: true } }",
        "{ A: { entry: { run: fetch, on_error: { '*': Z } }, always: B }, B: { always: A }, Z: { final: true } }",
        "{ A: { always: [{ to: C, when: domain.ready }, B] }, B: { always: A }, C: { final: true } }",
    ] {
        assert!(!codes(&format!("states: {rest}")).contains(&"W022"), "{rest}");
    }
}

#[test]
fn a_way_on_which_nothing_writes_an_input_is_named() {
    let of = |states: &str| told(states).into_iter().filter(|it| it.contains("reads")).collect::<Vec<_>>();
    let clean: [&str; 0] = [];
    assert_eq!(of("\n  A: { entry: [draft, review], always: DONE }"), clean);
    assert_eq!(
        of("\n  A: { entry: [review, draft], always: DONE }"),
        ["3:16 `review` reads `domain.plan`, which nothing has written on the way `A`"]
    );
    assert_eq!(of("\n  A: { entry: review, always: DONE }"), clean, "nothing here makes it: it comes from before");
    let branch = "{ flux: if, when: domain.ready, then: [draft]";
    assert_eq!(of(&format!("\n  A: {{ entry: [{branch}, else: [draft] }}, review], always: DONE }}")), clean);
    assert_eq!(of(&format!("\n  A: {{ entry: [{branch} }}, review], always: DONE }}")).len(), 1);
    let round = "{ flux: while, when: domain.ready, do: [draft] }";
    assert_eq!(of(&format!("\n  A: {{ entry: [{round}, review], always: DONE }}")).len(), 1, "no round at all");
    assert_eq!(
        of(
            "\n  A: { entry: { parallel: [draft, p_load] }, events: { CMD_A: B } }\n  B: { entry: review, always: DONE }"
        ),
        clean
    );
    assert_eq!(
        of("\n  A: { events: { CMD_A: { to: B, steps: draft } } }\n  B: { entry: review, always: DONE }"),
        clean,
        "a transition's steps come before the entry"
    );
    assert_eq!(of("\n  A: { exit: draft, events: { CMD_A: B } }\n  B: { entry: review, always: DONE }"), clean);
    assert_eq!(
        of("\n  A: { exit: draft, events: { CMD_A: { steps: review }, CMD_B: DONE } }"),
        ["3:47 `review` reads `domain.plan`, which nothing has written on the way `A`"],
        "an internal transition leaves nothing"
    );
}

#[test]
fn an_argument_reads_too() {
    let of = |states: &str| told(states).into_iter().filter(|it| it.contains("reads")).collect::<Vec<_>>();
    let charged = "\n  B: { entry: { run: charge, with: { amount: 1, to: \"${ domain.plan }\" }, on_error: { '*': DONE } }, always: DONE }";
    let unwritten = format!(
        "\n  A: {{ events: {{ CMD_START: B, SIG_OVERHEAT: C }} }}{charged}\n  C: {{ entry: draft, always: B }}"
    );
    assert_eq!(of(&unwritten), ["4:22 `charge` reads `domain.plan`, which nothing has written on the way `A` → `B`"]);
    assert_eq!(of(&format!("\n  A: {{ entry: draft, events: {{ CMD_START: B }} }}{charged}")), Vec::<String>::new());
}

#[test]
fn a_chain_that_fails_has_written_nothing_on_the_way_that_says_so() {
    let of = |states: &str| told(states).into_iter().filter(|it| it.contains("reads")).collect::<Vec<_>>();
    let failing = "\n  A: { entry: draft, events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: B } }\n  B: { entry: review, always: DONE }";
    assert_eq!(of(failing), ["4:15 `review` reads `domain.plan`, which nothing has written on the way `A` → `B`"]);
    let done = failing.replace("EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: B", "EVT_CHAIN_DONE: B, EVT_CHAIN_FAIL: DONE");
    assert_eq!(of(&done), Vec::<String>::new());
    let declared = |entry: &str| {
        format!(
            "\n  A: {{ entry: [{entry}], on_error: {{ RateLimited: B }}, always: DONE }}\n  B: {{ entry: review, always: DONE }}"
        )
    };
    assert_eq!(of(&declared("fetch, draft")).len(), 1, "it may fail before");
    assert_eq!(of(&declared("draft, fetch")), Vec::<String>::new(), "it is written by then");
}

#[test]
fn regions_and_nested_states_are_entered_together() {
    let of = |states: &str| told(states).into_iter().filter(|it| it.contains("reads")).collect::<Vec<_>>();
    let regions = |left: &str, done: &str| {
        format!(
            "\n  A:\n    done: {{ to: E, steps: {done} }}\n    regions:\n      L: {{ states: {{ L1: {{ {left} }}, L2: {{ final: true }} }} }}\n      R: {{ states: {{ R1: {{ events: {{ CMD_B: R2 }} }}, R2: {{ final: true }} }} }}\n  E: {{ always: DONE }}"
        )
    };
    assert_eq!(of(&regions("entry: draft, events: { CMD_A: L2 }", "review")), Vec::<String>::new());
    assert_eq!(
        of(&regions("events: { CMD_A: { to: L2, steps: draft } }", "review")),
        Vec::<String>::new(),
        "one region has written it by then"
    );
    assert_eq!(of(&regions("events: { CMD_A: { to: L2, steps: [review, draft] } }", "p_load")).len(), 1);
    let nested = "\n  A: { events: { CMD_A: C2 } }\n  C: { entry: draft, states: { C1: { events: { CMD_A: C2 } }, C2: { entry: review, always: DONE } } }";
    assert_eq!(of(nested), Vec::<String>::new(), "the outer state is entered on the way");
}

#[test]
fn what_is_initialised_is_there() {
    let yaml = "states: { A: { entry: [review, draft], final: true } }";
    assert_eq!(codes(yaml), ["W105"]);
    sound(&format!("initialised: [domain.plan]\n{yaml}"));
    assert_eq!(codes(&format!("initialised: [domain.report]\n{yaml}")), ["W105"]);
}

#[test]
fn a_declared_error_leads_somewhere() {
    for edge in [
        "entry: { run: fetch, on_error: { RateLimited: DONE } }, events: { CMD_A: DONE }",
        "entry: fetch, on_error: { '*': DONE }, events: { CMD_A: DONE }",
        "entry: fetch, events: { EVT_CHAIN_FAIL: DONE }",
    ] {
        is_sound(&format!("\n  A: {{ {edge} }}"));
    }
    for edge in ["exit: fetch, events: { CMD_A: B }", "events: { CMD_A: { to: B, steps: fetch } }"] {
        is_sound(&format!("\n  A: {{ {edge} }}\n  B: {{ events: {{ EVT_CHAIN_FAIL: DONE, CMD_B: DONE }} }}"));
    }
    for open in [
        "entry: fetch, events: { CMD_A: DONE }",
        "entry: fetch, events: { '*': DONE }",
        "exit: fetch, events: { CMD_A: DONE, EVT_CHAIN_FAIL: DONE }",
        "events: { CMD_A: { to: DONE, steps: fetch } }",
    ] {
        let told = told(&format!("\n  A: {{ {open} }}"));
        assert!(
            told[0].ends_with("`fetch` can fail with `RateLimited`, and nothing says where that leads"),
            "{told:?}"
        );
    }
}

#[test]
fn what_waits_is_in_a_state_where_the_workflow_waits() {
    let late = |states: &str| told(states).into_iter().filter(|it| it.contains("come")).collect::<Vec<_>>();
    let both = "EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: DONE";
    assert_eq!(
        late(&format!(
            "\n  A: {{ entry: p_load, events: {{ {both}, CMD_A: DONE, '*': DONE }}, after: {{ 1s: DONE }} }}"
        )),
        [
            "3:77 `CMD_A` never comes in state `A`",
            "3:90 `\"*\"` never comes in state `A`",
            "3:112 this time never comes in state `A`",
        ]
    );
    assert_eq!(
        late(&format!("\n  A: {{ entry: watch, events: {{ {both}, SIG_OVERHEAT: DONE, CMD_A: DONE }} }}")),
        ["3:96 `CMD_A` never comes in state `A`"],
        "what a step raises comes before the end of its chain"
    );
    assert_eq!(
        late(
            "\n  A: { always: [{ to: DONE, when: domain.ready }, { to: B }], events: { CMD_A: DONE } }\n  B: { events: { CMD_A: DONE } }"
        ),
        ["3:73 `CMD_A` never comes in state `A`"]
    );
    for sound in [
        // No chain, no end of it.
        format!("{{ events: {{ {both}, CMD_A: DONE }} }}"),
        "{ entry: p_load, events: { EVT_CHAIN_DONE: DONE, CMD_A: DONE } }".to_owned(),
        "{ entry: watch, events: { EVT_CHAIN_DONE: DONE, SIG_OVERHEAT: DONE, CMD_A: DONE } }".to_owned(),
        // It may stay.
        "{ entry: watch, events: { EVT_CHAIN_DONE: { to: DONE, when: domain.ready }, SIG_OVERHEAT: DONE } }".to_owned(),
        "{ entry: watch, events: { EVT_CHAIN_DONE: [{ when: domain.ready, steps: p_load }, DONE], SIG_OVERHEAT: DONE } }"
            .to_owned(),
        "{ entry: watch, events: { EVT_CHAIN_DONE: { steps: p_load }, SIG_OVERHEAT: DONE } }".to_owned(),
        "{ always: { to: DONE, when: domain.ready }, events: { CMD_A: DONE } }".to_owned(),
        // The chain of another state.
        "{ entry: watch, states: { B: { events: { EVT_CHAIN_DONE: C, SIG_OVERHEAT: DONE } }, C: { events: { SIG_OVERHEAT: DONE } } } }"
            .to_owned(),
        // What is around a state stays.
        "{ events: { SIG_OVERHEAT: DONE }, states: { B: { entry: watch, events: { EVT_CHAIN_DONE: C } }, C: { events: { CMD_A: DONE } } } }"
            .to_owned(),
        // A region waits for another.
        "{ regions: { L: { states: { B: { entry: watch, events: { EVT_CHAIN_DONE: C, SIG_OVERHEAT: DONE } }, C: { final: true } } } } }"
            .to_owned(),
    ] {
        assert_eq!(late(&format!("\n  A: {sound}")), Vec::<String>::new(), "{sound}");
    }
}

#[test]
fn a_chain_that_fails_is_not_begun_again_for_ever() {
    let again = |states: &str| told(states).into_iter().filter(|it| it.contains("again")).collect::<Vec<_>>();
    let ends = "events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: B }";
    for circle in [
        "\n  A: { entry: fetch, events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: A } }".to_owned(),
        format!("\n  A: {{ entry: fetch, {ends} }}\n  B: {{ always: A }}"),
        format!("\n  A: {{ entry: fetch, {ends} }}\n  B: {{ entry: p_load, events: {{ EVT_CHAIN_DONE: A }} }}"),
        format!("\n  A: {{ entry: fetch, exit: p_load, {ends} }}\n  B: {{ events: {{ EVT_CHAIN_DONE: A }} }}"),
        "\n  O: { events: { EVT_CHAIN_FAIL: O, EVT_CHAIN_DONE: DONE }, states: { A: { entry: fetch } } }".to_owned(),
    ] {
        assert_eq!(again(&circle).len(), 1, "{circle}");
    }
    for rest in [
        "\n  A: { entry: fetch, events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: [{ to: A, when: domain.ready }, DONE] } }"
            .to_owned(),
        format!("\n  A: {{ entry: fetch, {ends} }}\n  B: {{ after: {{ 1s: A }} }}"),
        format!("\n  A: {{ entry: fetch, {ends} }}\n  B: {{ events: {{ CMD_A: A, EVT_CHAIN_DONE: A }} }}"),
        format!("\n  A: {{ entry: fetch, {ends} }}\n  B: {{ entry: p_load, events: {{ CMD_A: A }} }}"),
        format!("\n  A: {{ entry: fetch, {ends} }}\n  B: {{ entry: p_load, events: {{ EVT_CHAIN_DONE: C }} }}\n  C: {{ events: {{ CMD_A: A }} }}"),
        "\n  A: { events: { CMD_A: { to: B, steps: fetch } } }\n  B: { events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: A } }"
            .to_owned(),
        "\n  A: { entry: fetch, events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: { steps: p_load }, CMD_A: DONE } }".to_owned(),
    ] {
        assert_eq!(again(&rest), Vec::<String>::new(), "{rest}");
    }
}

#[test]
fn a_final_state_is_told_of_what_it_can_take() {
    let of = |yaml: &str| loads(yaml).warnings().iter().filter_map(|it| it.help.clone()).collect::<Vec<_>>();
    let on_the_way = "states: { A: { events: { CMD_START: { to: B, steps: fetch } } }, B: { final: true } }";
    let inside = "states: { A: { events: { CMD_START: B } }, B: { entry: fetch, final: true } }";
    let help = "write `on_error: { RateLimited: STATE }` of the step: a final state hears no `EVT_CHAIN_FAIL`";
    assert_eq!((of(on_the_way), of(inside)), (vec![help.to_owned()], vec![help.to_owned()]));
    let within = "states: { A: { events: { EVT_CHAIN_FAIL: Z }, done: Z, states: { B: { events: { CMD_START: C } }, C: { entry: fetch, final: true } } }, Z: { final: true } }";
    assert_eq!(of(within), Vec::<String>::new(), "the state around it hears it");
}

#[test]
fn the_only_state_may_stay_where_it_is() {
    for only in [
        "{ A: { events: { CMD_START: { steps: count } } } }",
        "{ A: { entry: count, events: { CMD_START: A } } }",
        "{ A: { after: { 1s: A } } }",
        "{ A: { regions: { L: { states: { L1: { events: { CMD_START: L2 } }, L2: { events: { CMD_START: L1 } } } }, R: { states: { R1: { events: { SIG_OVERHEAT: R1 } } } } } } }",
    ] {
        sound(&format!("states: {only}"));
    }
    assert_eq!(codes("states: { A: { always: { steps: count, when: domain.ready } } }"), ["W103"], "no event, no time");
}

#[test]
fn a_history_leads_to_whatever_was_active() {
    // `N1` is entered by nothing but the shallow history of `A`, once `N` was active.
    let shallow = "\n  A: { events: { CMD_B: P }, states: { I: { events: { CMD_A: N2 } }, N: { states: { N1: { events: { CMD_A: N2 } }, N2: { events: { SIG_OVERHEAT: DONE } } } }, H: { history: shallow, default: I } } }\n  P: { events: { CMD_A: H } }";
    is_sound(shallow);
    assert_eq!(
        told(&shallow.replace("shallow", "deep")),
        ["3:85 no chain of events leads from `A` to `N1`"],
        "a deep one leads to where it was, and it never was there"
    );
    let never = shallow.replace("{ CMD_A: N2 } }, N:", "{ CMD_A: P } }, N:");
    assert_eq!(told(&never).first().map(String::as_str), Some("3:69 no chain of events leads from `A` to `N`"));
    // Only by the history is an end reached again.
    is_sound(
        "\n  S: { events: { CMD_B: K2 } }\n  A: { states: { I: { events: { CMD_A: P } }, K: { states: { K1: { events: { CMD_A: P } }, K2: { events: { CMD_A: P, CMD_B: DONE } } } }, H: { history: deep, default: I } } }\n  P: { events: { CMD_A: H, CMD_B: K1 } }",
    );
    // A history in a state within a region.
    is_sound(
        "\n  W:\n    events: { SIG_OVERHEAT: DONE }\n    regions:\n      L: { states: { A: { events: { CMD_B: P }, states: { I: { events: { CMD_A: N2 } }, N: { states: { N1: { events: { CMD_A: N2 } }, N2: { events: { CMD_A: I } } } }, H: { history: shallow, default: I } } }, P: { events: { CMD_A: H } } } }\n      R: { states: { R1: { events: { CMD_A: R1 } } } }",
    );
}

#[test]
fn a_circle_through_a_history_that_may_remember_is_not_one() {
    let circle = |initial: &str, other: &str| {
        format!(
            "external: [CMD_A]\ninitial: {initial}\nstates:\n  P: {{ always: H }}\n  Q: {{ initial: Q2, states: {{ Q1: {{ always: P }}, Q2: {{ {other} }}, H: {{ history: shallow, default: Q1 }} }} }}"
        )
    };
    assert!(!codes(&circle("Q", "events: { CMD_A: P }")).contains(&"W022"));
    assert!(
        codes("states: { P: { always: H }, Q: { states: { Q1: { always: P }, H: { history: deep, default: Q1 } } } }")
            .contains(&"W022")
    );
}

#[test]
fn every_other_way_to_be_reached_is_seen() {
    for states in [
        // By the `done` of a state that a `done` has led to, whatever their order in the file.
        "\n  A: { done: C, states: { A1: { events: { CMD_A: A2 } }, A2: { final: true } } }\n  B: { done: DONE, states: { B1: { final: true } } }\n  C: { done: B, states: { C1: { final: true } } }",
        // By the `done` of a parallel state within a region of another.
        "\n  P: { done: DONE, regions: { A: { states: { X: { done: F, regions: { A1: { states: { L: { events: { CMD_A: M } }, M: { final: true } } } } }, F: { final: true } } } } }",
        // By a signal of a step of its own, by the error of a step in a loop, by one of parallel steps.
        "\n  A: { entry: watch, events: { SIG_OVERHEAT: DONE } }",
        "\n  A: { entry: { flux: for_each, in: domain.items, as: it, do: { run: fetch, on_error: { '*': X } } }, events: { EVT_CHAIN_DONE: DONE } }\n  X: { after: { 1s: DONE } }",
        "\n  A: { entry: { parallel: [{ run: fetch, on_error: { '*': X } }, p_load] }, events: { EVT_CHAIN_DONE: DONE } }\n  X: { always: DONE }",
        // By the end of a chain that ran on the way: the steps of a transition, an exit, an internal one.
        "\n  A: { events: { CMD_A: { to: B, steps: p_load } } }\n  B: { events: { EVT_CHAIN_DONE: DONE } }",
        "\n  A: { exit: p_load, events: { CMD_A: B } }\n  B: { events: { EVT_CHAIN_DONE: DONE } }",
        "\n  A: { events: { CMD_A: { steps: p_load }, EVT_CHAIN_DONE: DONE } }",
        "\n  A: { events: { EVT_CHAIN_DONE: DONE }, states: { B: { entry: p_load } } }",
        "\n  A: { entry: p_load, states: { B: { events: { EVT_CHAIN_DONE: DONE } } } }",
        "\n  A: { regions: { L: { states: { L1: { events: { EVT_CHAIN_DONE: DONE } } } }, R: { states: { R1: { entry: p_load, events: { CMD_A: R1 } } } } } }",
        "\n  A: { events: { CMD_A: B }, states: { I: { exit: p_load, events: { CMD_B: I } } } }\n  B: { events: { EVT_CHAIN_DONE: DONE } }",
    ] {
        is_sound(states);
    }
}

#[test]
fn the_end_of_a_chain_does_not_come_where_none_ends() {
    let yaml = "states: { A: { events: { EVT_CHAIN_DONE: B } }, B: { final: true } }";
    assert_eq!(codes(yaml), ["W103"]);
    assert_eq!(codes(&yaml.replace("EVT_CHAIN_DONE: B", "EVT_CHAIN_FAIL: B")), ["W103"]);
    assert_eq!(codes(&yaml.replace("EVT_CHAIN_DONE: B", "SIG_CHAIN_DONE: { to: B, when: domain.ready }")), ["W103"]);
    sound(&yaml.replace("events: {", "entry: p_load, events: {"));
    sound(&yaml.replace("events: {", "events: { CMD_START: B,"));
    sound(
        &yaml
            .replace("{ EVT_CHAIN_DONE: B }", "{ CMD_START: A2 }")
            .replace(", B:", ", A2: { entry: p_load, events: { EVT_CHAIN_DONE: B } }, B:"),
    );
}

#[test]
fn a_loop_whose_body_cannot_end_it_is_told() {
    let of = |body: &str| codes(&format!("states: {{ A: {{ entry: {{ flux: while, {body} }}, final: true, }} }}"));
    for endless in [
        "when: domain.total < 3, do: p_load",
        "when: domain.total < 3, do: [sum, draft]",
        "when: global.most > 3, do: count",
        "when: true, do: count",
        "when: domain.total < 3 && domain.ready, do: { flux: if, when: domain.total > 1, then: p_load }",
        "when: domain.ready, do: { flux: while, when: domain.total < 3, do: count }",
    ] {
        assert_eq!(of(endless), ["W113"], "{endless}");
    }
    for ends in [
        "when: domain.total < 3, do: count",
        "when: domain.total < global.most, do: [p_load, count]",
        "when: domain.ready || domain.total < 3, do: { flux: if, when: domain.ready, then: p_load, else: count }",
        "when: domain.total < 3, do: { flux: for_each, in: domain.items, as: it, do: count }",
        "when: domain.total < 3, do: { parallel: [count, p_load] }",
        "when: false, do: p_load",
    ] {
        assert_eq!(of(ends), Vec::<&str>::new(), "{ends}");
    }
    // One that fails is over, and beside one that waits another may write.
    assert!(!of("when: true, do: fetch").contains(&"W113"));
}

#[test]
fn a_loop_has_something_to_do() {
    for empty in [
        "flux: while, when: domain.ready",
        "flux: while, when: domain.ready, do: []",
        "flux: while, when: domain.ready, do: { flux: run, steps: [] }",
        "flux: for_each, in: domain.items, as: it",
        "flux: if, when: domain.ready",
        "flux: if, when: domain.ready, then: []",
    ] {
        assert_eq!(codes(&format!("states: {{ A: {{ entry: {{ {empty} }}, final: true }} }}")), ["W027"], "{empty}");
    }
    sound("states: { A: { entry: { flux: if, when: domain.ready, then: [], else: p_load }, final: true } }");
}

#[test]
fn what_is_invoked_and_holds_up_its_session_is_doubted() {
    let of = |invoke: &str| {
        codes(&format!("states:\n  A: {{ invoke: {invoke}, on_error: {{ '*': DONE }}, after: {{ 1h: DONE }} }}{END}"))
    };
    for (invoke, holds_up) in [
        ("{ run: watch, done: DONE }", true),
        ("{ run: scan, done: DONE }", false),
        ("{ run: fetch, done: DONE }", false),
        ("{ run: p_load, done: DONE }", false),
        ("{ steps: [p_load, { flux: if, when: domain.ready, then: watch }, watch], done: DONE }", true),
        ("[{ id: one, run: scan, done: DONE }, { id: two, run: watch }]", true),
    ] {
        assert_eq!(of(invoke), if holds_up { vec!["W116"] } else { vec![] }, "{invoke}");
    }
    // In an `entry` it is as short as its chain: what comes waits for the end of that anyway.
    is_sound("\n  A: { entry: watch, events: { EVT_CHAIN_DONE: DONE, CMD_A: DONE, CMD_B: DONE } }");
}

#[test]
fn long_work_in_an_entry_is_doubted_where_something_is_to_be_heard() {
    let of = |entry: &str, heard: &str| {
        codes(&format!(
            "external: [CMD_A]\nstates:\n  A: {{ entry: {entry}, events: {{ EVT_CHAIN_DONE: {{ to: DONE, when: domain.ready }}, EVT_CHAIN_FAIL: DONE{heard} }} }}{END}"
        ))
    };
    let long = "{ run: fetch, timeout: 30s }";
    assert_eq!(of(long, ", CMD_A: DONE"), ["W114"]);
    assert_eq!(of(long, ""), [""; 0], "nothing is waited for but its end");
    for (entry, is_long) in [
        ("fetch", false),
        ("{ run: fetch, timeout: 900ms }", false),
        ("{ run: fetch, retry: 3 }", false),
        ("{ run: fetch, retry: { attempts: 3, backoff: 400ms } }", true),
        ("{ run: fetch, retry: { attempts: 2, backoff: 999ms } }", false),
        ("{ run: fetch, retry: { attempts: 2, backoff: 9ms, after: '${ error.wait }' } }", true),
        ("{ run: fetch, retry: { backoff: 9ms, after: '${ error.wait }', max_elapsed: 900ms } }", false),
        ("{ run: fetch, retry: { attempts: 9, backoff: 400ms, longest: 100ms } }", false),
        ("[p_load, { flux: if, when: domain.ready, then: { run: fetch, timeout: 1s } }]", true),
        ("watch", false),
        ("scan", true),
    ] {
        assert_eq!(of(entry, ", CMD_A: DONE").contains(&"W114"), is_long, "{entry}");
    }
    // A time of a state around it, and another region.
    let around = format!(
        "\n  O:\n    after: {{ 1h: DONE }}\n    states: {{ A: {{ entry: {long}, events: {{ EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: DONE }} }} }}"
    );
    assert!(codes(&format!("states:{around}{END}")).contains(&"W114"));
    let regions = |atomic: bool| {
        format!(
            "\n  P:\n    atomic: {atomic}\n    done: DONE\n    events: {{ EVT_CHAIN_FAIL: DONE }}\n    regions: {{ L: {{ states: {{ A: {{ entry: {long}, events: {{ EVT_CHAIN_DONE: F }} }}, F: {{ final: true }} }} }}, R: {{ states: {{ G: {{ final: true }} }} }} }}"
        )
    };
    assert_eq!(codes(&format!("states:{}{END}", regions(true))), ["W114"]);
    assert_eq!(codes(&format!("states:{}{END}", regions(false))), [""; 0], "the other region goes on beside it");
    // As work of the state it is not.
    is_sound(
        "\n  A: { invoke: { run: fetch, timeout: 30s, done: DONE, on_error: { '*': DONE } }, events: { CMD_A: DONE, CMD_B: DONE } }",
    );
}
