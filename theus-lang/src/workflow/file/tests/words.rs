//! Words of statecharts: each wrong use is refused at its place, and the nearest thing to it that passes loads.

use super::{codes, load, sound};
use crate::workflow::chart::Stored;

/// What is said of each of some files, which all are refused.
fn told(files: &[&str]) -> String {
    let error = |yaml: &&str| match load(yaml) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it loads: {yaml}"),
    };
    files.iter().map(error).collect::<Vec<_>>().join("\n\n")
}

/// Two regions, `L` with `L1` and `L2` and `R` with `R1`, `R2` and a history; `when` is the guard of the way from `L1` to `L2`.
fn asks(when: &str) -> String {
    format!(
        "external: [CMD_L, CMD_R, CMD_X]\nstates:\n  P:\n    done: Z\n    events: {{ CMD_X: Y }}\n    regions:\n      L: {{ states: {{ L1: {{ events: {{ CMD_L: {{ to: L2, when: {when} }} }} }}, L2: {{ final: true }} }} }}\n      R: {{ states: {{ R1: {{ events: {{ CMD_R: R2 }} }}, R2: {{ final: true }}, H: {{ history: shallow, default: R1 }} }} }}\n  Y: {{ events: {{ CMD_X: H }} }}\n  Z: {{ final: true }}\n"
    )
}

#[test]
fn a_condition_asks_for_a_state_that_there_is() {
    for when in
        ["\"in('R2')\"", "\"domain.ready && !in(\\\"R\\\")\"", "\"domain.items.all(x, x in ['a'] || in ('R1'))\""]
    {
        sound(&asks(when));
    }
    sound(
        "states: { A: { entry: [{ flux: if, when: \"in('A')\", then: count }], events: { EVT_CHAIN_DONE: B } }, B: { final: true, result: \"${ in('B') }\" } }",
    );
    let wrong = [
        "\"domain.ready && in('R3')\"",
        "\"in('H')\"",
        "\"in(R2)\"",
        "\"in(domain.name)\"",
        "\"In('R2')\"",
        "\"in('#P.R2')\"",
        "\"in('R2', 'R1')\"",
        "\"domain.name.in('R2')\"",
        "\"in 'R2'\"",
    ];
    let files = wrong.map(asks);
    insta::assert_snapshot!("in", told(&files.iter().map(String::as_str).collect::<Vec<_>>()));
    insta::assert_snapshot!(
        "in_steps",
        told(&[
            "steps: [{ flux: if, when: \"in('RUN')\", then: p_load }]",
            "states: { A: { entry: { flux: while, when: \"in('B')\", do: count }, events: { EVT_CHAIN_DONE: C } }, C: { final: true } }",
            "states: { A: { entry: { run: refund, with: { amount: \"${ in('A') }\" } }, events: { EVT_CHAIN_DONE: C } }, C: { final: true } }",
        ])
    );
}

#[test]
fn what_a_guard_asks_for_may_be_active_and_may_not() {
    for (state, is_decided) in
        [("L1", true), ("L2", true), ("L", true), ("P", true), ("Z", true), ("R", false), ("R2", false)]
    {
        let found = codes(&asks(&format!("\"domain.ready || in('{state}')\"")));
        assert_eq!(found.contains(&"W115"), is_decided, "{state}: {found:?}");
    }
}

/// `P` with the regions `L` (`L1`, `L2`) and `R` (`R1`, `R2`, a history); what `CMD_GO` does in `A` is given.
fn leads(go: &str) -> String {
    format!(
        "external: [CMD_GO, CMD_OUT]\nstates:\n  A: {{ events: {{ CMD_GO: {go}, CMD_OUT: H }} }}\n  P:\n    done: Z\n    events: {{ CMD_OUT: A }}\n    regions:\n      L: {{ states: {{ L1: {{ events: {{ CMD_GO: L2 }} }}, L2: {{ final: true }} }} }}\n      R: {{ states: {{ R1: {{ events: {{ CMD_GO: R2 }} }}, R2: {{ final: true }}, H: {{ history: deep, default: R1 }} }} }}\n  Z: {{ final: true }}\n"
    )
}

#[test]
fn a_transition_leads_into_several_regions_of_one_state() {
    for go in [
        "{ to: [L1, R1] }",
        "{ to: [H, L2] }",
        "[{ to: [L, R1], when: domain.ready }, P]",
        "{ to: [L2, R], steps: p_load }",
        "{ to: [P] }",
    ] {
        sound(&leads(go));
    }
    let wrong = [
        "{ to: [L1, L2] }",
        "{ to: [L1, R1, A] }",
        "{ to: [P, R2] }",
        "{ to: [R1, R1] }",
        "{ to: [] }",
        "{ to: [L1, R3] }",
        "{ to: [L1, [R1]] }",
        "{ to: [L1, { to: R1 }] }",
        "[[L1, R1]]",
    ];
    let files = wrong.map(leads);
    insta::assert_snapshot!("to", told(&files.iter().map(String::as_str).collect::<Vec<_>>()));
    // What only such a list leaves out is never reached.
    let only =
        leads("{ to: [L2, R2] }").replace(", CMD_OUT: H }", " }").replace(", H: { history: deep, default: R1 }", "");
    assert_eq!(codes(&only), ["W102", "W102"], "L1 and R1");
}

/// `A` around `A1` and `A2`, and `B` with regions; what `CMD_GO` does in each is given.
fn stays(a: &str, b: &str) -> String {
    format!(
        "external: [CMD_GO, CMD_OUT]\nstates:\n  A:\n    events: {{ CMD_GO: {a}, CMD_OUT: B }}\n    states:\n      A1: {{ events: {{ CMD_OUT: A2 }} }}\n      A2: {{}}\n  B:\n    events: {{ CMD_GO: {b}, CMD_OUT: C }}\n    regions:\n      L: {{ states: {{ L1: {{ events: {{ CMD_OUT: L2 }} }}, L2: {{}} }} }}\n  C: {{ final: true }}\n"
    )
}

#[test]
fn a_transition_to_inside_of_its_state_need_not_leave_it() {
    for a in [
        "{ to: A2, reenter: false }",
        "{ to: A2, reenter: true }",
        "{ to: A, reenter: true }",
        "[{ to: A1, when: domain.ready, reenter: false }, A2]",
    ] {
        load(&stays(a, "C")).unwrap();
    }
    let wrong = [
        ("{ to: C, reenter: false }", "C"),
        ("{ to: A, reenter: false }", "C"),
        ("{ reenter: false }", "C"),
        ("{ to: A2, reenter: no }", "C"),
        ("A2", "{ to: L2, reenter: false }"),
        ("{ to: A3, reenter: false }", "C"),
    ];
    let files = wrong.map(|(a, b)| stays(a, b));
    insta::assert_snapshot!("reenter", told(&files.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn a_history_may_be_what_a_state_begins_with() {
    let yaml = |initial: &str| {
        format!(
            "external: [CMD_GO, CMD_OUT]\nstates:\n  A:\n    {initial}\n    events: {{ CMD_OUT: B }}\n    states: {{ H: {{ history: deep, default: A1 }}, A1: {{ events: {{ CMD_GO: A2 }} }}, A2: {{ events: {{ CMD_GO: A1 }} }} }}\n  B: {{ events: {{ CMD_OUT: A }} }}\n"
        )
    };
    sound(&yaml("initial: H"));
    insta::assert_snapshot!(
        "initial",
        told(&[
            &yaml("description: A"),
            &yaml("initial: B"),
            "initial: H\nexternal: [CMD_GO]\nentry: p_load\nstates:\n  A: { events: { CMD_GO: B } }\n  B: { final: true }\n  H: { history: deep, default: A }\n"
        ])
    );
    // What it comes back to depends on what was: no circle of `always` is certain.
    sound(
        "states: { A: { initial: H, states: { A1: { always: { to: A2, when: domain.ready } }, A2: { always: B }, H: { history: shallow, default: A1 } } }, B: { always: A } }",
    );
}

#[test]
fn the_whole_is_a_state() {
    for yaml in [
        "external: [CMD_STOP, CMD_GO]\nevents: { CMD_STOP: Z, CMD_GO: { steps: p_load } }\nentry: p_load\nexit: count\nalways: { to: Z, when: domain.ready }\nafter: { 1h: Z }\non_error: { '*': Z }\ninvoke: { run: fetch, on_error: { RateLimited: Z }, done: A }\nstates: { A: { events: { CMD_GO: B } }, B: {}, Z: { final: true, result: 1 } }",
        "external: [CMD_GO]\nregions: { L: { states: { L1: { events: { CMD_GO: L2 } }, L2: { final: true } } }, R: { states: { R1: { events: { CMD_GO: R2 } }, R2: { final: true } } } }",
        "external: [CMD_GO]\ninitial: B\nexit: p_load\nstates: { A: { final: true }, B: { events: { CMD_GO: A } } }",
    ] {
        let definition = sound(yaml);
        assert_eq!(definition.root(), definition.state_named("ROOT"));
        let json = serde_json::to_string(&definition).unwrap();
        let again = load(&json).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), json);
        assert_eq!(again.root(), definition.root());
    }
    insta::assert_snapshot!(
        "root",
        told(&[
            "external: [CMD_GO]\nevents: { CMD_GO: ROOT }\nstates: { A: { final: true } }",
            "external: [CMD_GO]\nevents: { CMD_GO: ROOT }\nstates: { ROOT: { final: true } }",
            "regions: { L: { states: { A: { final: true } } } }\nstates: { A: { final: true } }",
            "regions: { L: { states: { A: { final: true } } } }\ninitial: L",
            "regions: {}",
            "entry: p_load\nsteps: p_load",
            "external: [CMD_GO]\nevnts: { CMD_GO: A }\nstates: { A: { final: true } }",
            "done: A\nstates: { A: { final: true } }",
            "regions: { L: { states: { A: { final: true, result: 1 } } } }",
            "always: A\nstates: { A: { events: { CMD_START: B } }, B: { final: true } }",
            "events: { CMD_START: { to: A, reenter: true } }\ninitial: A1\nstates: { A: { states: { A1: { final: true } } } }",
            "regions: { L: { states: { A: { final: true } } } }\ntype: parallel",
        ])
    );
    // Nothing leads out of `B` itself, but out of the whole.
    let left =
        "external: [CMD_GO]\nevents: { CMD_GO: A }\nstates: { A: { events: { CMD_START: B } }, B: { entry: p_load } }";
    sound(left);
    assert_eq!(codes(&left.replace("CMD_GO: A }\nstates", "CMD_GO: {} }\nstates")), ["W103"]);
    // What no region ends does not end; what is never entered is told.
    assert_eq!(
        codes("external: [CMD_GO]\nregions: { L: { states: { A: { events: { CMD_GO: A } }, B: { final: true } } } }"),
        ["W102"]
    );
}

/// `A` with the final `A2` inside, beside `W`, which waits by `when` for what is given.
fn waits(when: &str, result: &str) -> String {
    format!(
        "external: [CMD_GO, CMD_OUT]\nstates:\n  P:\n    events: {{ CMD_OUT: Z }}\n    regions:\n      A: {{ states: {{ A1: {{ events: {{ CMD_GO: A2 }} }}, A2: {{ final: true{result} }} }} }}\n      W: {{ states: {{ W1: {{ events: {{ {when} }} }}, W2: {{ events: {{ CMD_GO: W1 }} }} }} }}\n  Z: {{ final: true }}\n"
    )
}

#[test]
fn the_end_of_another_state_is_an_event() {
    sound(&waits("done.state.A: W2", ""));
    sound(&waits("done.state.A: [{ to: W2, when: event.ok }, { steps: p_load }]", ", result: { ok: true }"));
    sound(&waits("done.state.A: W2, CMD_OUT: { steps: p_load }", ", result: \"${ [domain.total, event] }\""));
    sound(
        "external: [CMD_GO]\nstates: { A: { done: { to: B, when: event.ok }, events: { CMD_GO: B }, states: { A1: { events: { CMD_GO: A2 } }, A2: { final: true, result: { ok: true } } } }, B: { final: true } }",
    );
    let wrong = [
        ("done.state.B: W2", ""),
        ("done.state.A1: W2", ""),
        ("done.state.: W2", ""),
        ("xstate.done.state.A: W2", ""),
        ("done.invoke.A: W2", ""),
        ("done.state.A: [W2, { steps: p_load }]", ""),
        ("CMD_GO: W2", ", result: 1"),
        ("done.state.A: W2", ", result: \"${ domain.x }\""),
    ];
    let files = wrong.map(|(when, result)| waits(when, result));
    insta::assert_snapshot!("done_state", told(&files.iter().map(String::as_str).collect::<Vec<_>>()));
    // What waits for an end that never comes is never entered.
    assert_eq!(codes(&waits("done.state.A: W2", "").replace("CMD_GO: A2", "CMD_GO: A1")), ["W102", "W110", "W102"]);
    let flow = sound(&waits("done.state.A: { to: W2, steps: p_load }", ", result: { ok: true }"));
    let json = serde_json::to_string(&flow).unwrap();
    assert!(json.contains(r#""done.state.A":{"to":"W2","steps":["p_load"]}"#), "{json}");
    assert_eq!(serde_json::to_string(&load(&json).unwrap()).unwrap(), json);
}

/// `A` and `B` with a `WORK` each, and `C` with one inside its own `A`; where `CMD_GO` leads from the first is given.
fn called(to: &str) -> String {
    format!(
        "external: [CMD_GO, CMD_OUT]\nstates:\n  X:\n    states:\n      A: {{ initial: WORK, states: {{ IDLE: {{ events: {{ CMD_GO: X.A.WORK }} }}, WORK: {{ events: {{ CMD_GO: {to} }} }} }} }}\n      B: {{ events: {{ CMD_OUT: Z }}, states: {{ WORK: {{ events: {{ CMD_GO: C.A }} }}, H: {{ history: deep, default: WORK }} }} }}\n  C: {{ states: {{ A: {{ states: {{ WORK: {{ events: {{ CMD_GO: H, CMD_OUT: IDLE }} }} }} }} }} }}\n  Z: {{ final: true }}\n"
    )
}

#[test]
fn states_of_one_name_are_told_apart_by_what_is_around_them() {
    for to in [
        "B.WORK",
        "X.B.WORK",
        "C.A.WORK",
        "{ to: X.A.IDLE, when: \"!in('C.A')\" }",
        "{ to: IDLE, when: \"in('X.A.WORK') || domain.ready\" }",
    ] {
        load(&called(to)).unwrap_or_else(|error| panic!("{error}"));
    }
    let wrong = [
        "WORK",
        "A.WORK",
        "D.WORK",
        "X.WORK",
        "{ to: B, when: \"in('WORK')\" }",
        "{ to: B, steps: { run: fetch, on_error: { '*': A.WORK } } }",
    ];
    let files = wrong.map(called);
    insta::assert_snapshot!("called", told(&files.iter().map(String::as_str).collect::<Vec<_>>()));
    insta::assert_snapshot!(
        "called_at_the_top",
        told(&[
            "states: { A: { states: { B: { events: { CMD_START: C } }, C: { final: true } } }, B: { final: true } }",
            "states: { A.B: { events: { CMD_START: C } }, A: { states: { B: { final: true } } }, C: { states: { B: { final: true } } } }",
            "entry: p_load\nstates: { A: { states: { B: { final: true } } }, B: { final: true } }",
        ])
    );
    let definition = load(&called("B.WORK")).unwrap();
    let name = |name: &str| definition.state_named(name).map(|id| definition.state(id).unwrap().name.clone());
    assert_eq!(name("X.B.WORK").as_deref(), Some("B.WORK"));
    assert_eq!(name("C.A.WORK").as_deref(), Some("C.A.WORK"));
    assert_eq!((name("WORK"), name("A.WORK"), name("Y.B.WORK")), (None, None, None));
    // One that is called by its own name is found behind what is around it too.
    assert_eq!(name("X.A.IDLE").as_deref(), Some("IDLE"));
    let json = serde_json::to_string(&definition).unwrap();
    let again = load(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(serde_json::to_string(&again).unwrap(), json);
    // What was stored by name comes back; by a name that has become that of several, it is refused.
    let at = definition.configuration(&Stored { active: vec!["B.WORK".to_owned()], ..Stored::default() }).unwrap();
    assert_eq!(definition.stored(&at).active, ["B.WORK"]);
    let error = definition.configuration(&Stored { active: vec!["WORK".to_owned()], ..Stored::default() }).unwrap_err();
    assert_eq!(error.to_string(), "the workflow `desk` has no state `WORK`; did you mean `B.WORK`?");
}
