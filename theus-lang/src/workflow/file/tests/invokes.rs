//! Work that runs while a state is active: how it is read, what is refused, what is doubted.

use super::{codes, load, loads, sound};
use crate::workflow::chart::{Definition, OnLeave, Part, State, Trigger};

fn state<'d>(definition: &'d Definition, name: &str) -> &'d State {
    definition.state(definition.state_named(name).unwrap()).unwrap()
}

fn of(invoke: &str) -> String {
    format!(
        "external: [CMD_STOP]\nstates:\n  A: {{ invoke: {invoke}, events: {{ CMD_STOP: B }} }}\n  B: {{ final: true }}\n"
    )
}

#[test]
fn it_is_one_process_one_chain_or_several() {
    let read = |invoke: &str| {
        let definition = sound(&of(invoke));
        let state = state(&definition, "A").clone();
        let ids: Vec<String> = state.invokes.iter().map(|invoke| invoke.id.clone()).collect();
        (ids, state.invokes, state.transitions.len())
    };
    assert_eq!(read("p_load").0, ["p_load"]);
    let (ids, invokes, ways) =
        read("{ run: fetch, timeout: 3s, on_error: { Timeout: B, '*': B }, done: B, on_leave: keep }");
    assert_eq!((ids, invokes[0].on_leave, ways), (vec!["fetch".to_owned()], OnLeave::Keep, 2));
    assert_eq!(invokes[0].steps[0].runs()[0].on_error.len(), 2, "of one process they are its own");
    let (ids, invokes, _) =
        read("{ steps: [p_load, fetch], on_error: { RateLimited: B }, done: [{ to: B, when: domain.ready }, B] }");
    assert_eq!((ids, invokes[0].on_error.len(), invokes[0].on_leave), (vec!["p_load".to_owned()], 1, OnLeave::Undo));
    let (ids, ..) = read("[p_load, { id: again, run: p_load, done: B }]");
    assert_eq!(ids, ["p_load", "again"]);
}

#[test]
fn what_it_leads_to_is_of_its_place() {
    let definition = loads(&of("[p_load, { run: p_analyze, done: { to: B, when: domain.ready } }]"));
    let id = definition.state_named("A").unwrap();
    assert!(definition.has_invokes());
    assert_eq!(state(&definition, "A").transitions[0].trigger, Trigger::Invoked(1));
    assert_eq!(definition.chain(id, Part::Invoke(1))[0].runs()[0].contract.process, "p_analyze");
    assert!(definition.chain(id, Part::Invoke(2)).is_empty());
}

#[test]
fn what_is_wrong_with_it_is_told_at_its_place() {
    let told = |invoke: &str| load(&of(invoke)).unwrap_err().to_string();
    for (wrong, code, message) in [
        ("5", "W002", "what state `A` invokes must be the name of a process"),
        ("{ id: x }", "W027", "does not say what it runs"),
        ("{ run: p_laod }", "W005", "did you mean `p_load`?"),
        ("{ run: p_load, onDone: B }", "W003", "here it is `done`"),
        ("{ run: p_load, done: C }", "W006", "unknown state `C`"),
        ("{ run: p_load, on_leave: kepe }", "W027", "did you mean `keep`?"),
        ("{ run: p_load, id: ' ' }", "W004", "`id` is no name"),
        ("{ steps: [] }", "W027", "has no process to run"),
        ("{ steps: [fetch], run: p_load }", "W003", "unknown key `run`"),
        ("{ steps: [fetch], on_error: { Rate: B } }", "W025", "Rate"),
        ("[p_load, p_load]", "W014", "invokes `p_load` twice"),
        ("{ run: p_load, done: [B, { to: A }] }", "W021", "never taken"),
        ("{ run: p_load, done: { to: B, when: event.x > 1 } }", "W012", "event"),
    ] {
        let text = told(wrong);
        assert!(text.contains(&format!("[{code}]")) && text.contains(message), "{wrong}\n{text}");
    }
    let end = "states:\n  A: { final: true, invoke: p_load }\n";
    assert!(load(end).unwrap_err().to_string().contains("nothing runs on in a final state"));
    let history = "states:\n  A: { events: { EVT_CHAIN_DONE: A }, states: { B: {}, H: { history: deep, default: B, invoke: p_load } } }\n";
    assert!(codes(history).contains(&"W003"));
}

#[test]
fn the_proofs_know_it() {
    // Its end leads on, and so does its failure.
    sound(
        "states:\n  A: { invoke: { run: fetch, done: B, on_error: { RateLimited: C } } }\n  B: { final: true }\n  C: { final: true }\n",
    );
    sound(
        "states:\n  A: { invoke: { run: fetch, done: B }, events: { EVT_CHAIN_FAIL: C } }\n  B: { final: true }\n  C: { final: true }\n",
    );
    // A declared error that leads nowhere, and a state that nothing leads to.
    assert_eq!(codes(&of("fetch")), ["W106"]);
    assert_eq!(
        codes("states:\n  A: { invoke: { run: p_load, done: B } }\n  B: { final: true }\n  C: { final: true }\n"),
        ["W102"]
    );
    // The end of a chain does not come where nothing but that runs.
    assert_eq!(
        codes("states:\n  A: { invoke: p_load, events: { EVT_CHAIN_DONE: B } }\n  B: { final: true }\n"),
        ["W103"]
    );
    // What it writes is there when it has ended, and not before.
    let written = |reads: &str| {
        format!(
            "external: [CMD_STOP]\nstates:\n  A: {{ invoke: {{ run: draft, done: B }}{reads} }}\n  B: {{ entry: review, final: true }}\n"
        )
    };
    sound(&written(""));
    assert_eq!(codes(&written(", events: { CMD_STOP: B }")), ["W105"]);
    assert_eq!(
        codes("states:\n  A: { invoke: { steps: [review, draft], done: B } }\n  B: { final: true }\n"),
        ["W105"]
    );
    // Two that conflict, side by side in it.
    assert_eq!(codes(&of("{ steps: { parallel: [count, sum] } }")), ["W023"]);
    // A chain that fails begins again at once.
    assert_eq!(
        codes(
            "states:\n  A: { invoke: { run: fetch, done: B }, events: { EVT_CHAIN_FAIL: A } }\n  B: { final: true }\n"
        ),
        ["W112"]
    );
}

#[test]
fn a_picture_has_it() {
    let definition = loads(&of("{ id: think, run: fetch, done: B, on_leave: keep }"));
    for picture in [definition.to_mermaid(), definition.to_dot(), definition.to_svg()] {
        assert!(picture.contains("invoke think") && picture.contains("done think"), "{picture}");
    }
}
