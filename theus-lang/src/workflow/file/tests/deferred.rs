//! Events that states defer: what is read, and what is refused.

use super::{codes, load, loads, refuses, sound};

fn flow(shut: &str) -> String {
    format!(
        "external: [CMD_PAY, CMD_OPEN]\nstates:\n  SHUT: {{ {shut} }}\n  OPEN: {{ events: {{ CMD_PAY: OVER }} }}\n  OVER: {{ final: true }}\n"
    )
}

#[test]
fn one_or_several_are_deferred_and_written_as_they_were() {
    for defer in ["CMD_PAY", "[CMD_PAY]", "[CMD_PAY, CMD_START]", "[]", "null"] {
        let taken = flow(&format!("defer: {defer}, events: {{ CMD_OPEN: OPEN }}"))
            .replace("CMD_PAY: OVER", "CMD_PAY: OVER, CMD_START: OVER");
        let definition = sound(&taken);
        let expected = defer.matches("CMD").count();
        assert_eq!(definition.states()[0].defer.len(), expected, "{defer}");
        assert_eq!(definition.has_deferrals(), expected > 0);
        let data = serde_json::to_string(&definition).unwrap();
        assert_eq!(data.contains("\"defer\""), expected > 0, "{data}");
        let again = loads(&data);
        assert_eq!(serde_json::to_string(&again).unwrap(), data);
        assert_eq!(again.states()[0].defer.len(), expected);
    }
}

#[test]
fn it_is_drawn_as_uml_has_it() {
    let definition = sound(&flow("defer: CMD_PAY, events: { CMD_OPEN: OPEN }"));
    for picture in [definition.to_mermaid(), definition.to_dot(), definition.to_svg()] {
        assert!(picture.contains("CMD_PAY / defer"), "{picture}");
    }
}

#[test]
fn it_says_whether_an_active_state_defers_it() {
    let definition = sound(&flow("defer: CMD_PAY, states: { IN: {} }, events: { CMD_OPEN: OPEN }"));
    let (start, event) =
        (definition.start().to, |name: &str| definition.event(&crate::signal::EventName::parse(name).unwrap()));
    assert!(definition.defers(&start, event("CMD_PAY")));
    assert!(!definition.defers(&start, event("CMD_OPEN")) && !definition.defers(&start, None));
    let quick = definition.step(&mut start.clone(), event("CMD_OPEN"));
    assert!(matches!(quick, crate::workflow::chart::Beforehand::Moves(_)));
}

#[test]
fn what_its_state_takes_is_not_deferred() {
    let open = "CMD_OPEN: OPEN";
    let refused = [
        format!("defer: CMD_PAY, events: {{ CMD_PAY: OPEN, {open} }}"),
        format!("defer: CMD_PAY, events: {{ CMD_PAY: {{}}, {open} }}"),
        format!("defer: CMD_PAY, events: {{ CMD_PAY: [{{ to: OPEN, when: domain.ready }}, OVER], {open} }}"),
        "defer: CMD_PAY, events: { '*': OPEN }".to_owned(),
        format!("states: {{ IN: {{ defer: CMD_PAY }} }}, events: {{ CMD_PAY: OPEN, {open} }}"),
    ];
    for shut in refused {
        assert_eq!(codes(&flow(&shut)), ["W051"], "{shut}");
    }
    let taken = [
        format!("defer: CMD_PAY, events: {{ CMD_PAY: {{ to: OPEN, when: domain.ready }}, {open} }}"),
        "defer: CMD_PAY, events: { '*': { to: OPEN, when: domain.ready } }".to_owned(),
        "defer: CMD_PAY, events: { '*': OPEN, CMD_PAY: { to: OPEN, when: domain.ready } }".to_owned(),
        format!("defer: CMD_PAY, states: {{ IN: {{ events: {{ CMD_PAY: OPEN }} }} }}, events: {{ {open} }}"),
        format!(
            "regions: {{ L: {{ states: {{ L0: {{ defer: CMD_PAY }} }} }}, M: {{ states: {{ M0: {{ events: {{ CMD_PAY: OVER }} }} }} }} }}, events: {{ {open} }}"
        ),
    ];
    for shut in taken {
        sound(&flow(&shut));
    }
}

#[test]
fn the_error_shows_both_lines() {
    refuses(
        "
external: [CMD_PAY, CMD_OPEN]
states:
  SHUT:
    defer: [CMD_OPEN, CMD_PAY]
    events:
      CMD_PAY: OPEN
  OPEN: { events: { CMD_OPEN: SHUT } }
",
        "
error[W051]: state `SHUT` defers `CMD_PAY`, and takes it
 --> flows/desk.yaml:5:23
  |
5 |     defer: [CMD_OPEN, CMD_PAY]
  |                       ^^^^^^^ so it is never kept here
  |
  = help: what a transition takes is not deferred: take it out of `defer`, give the transition a `when`, or move it to another state
  = note: taken here: flows/desk.yaml:7:7",
    );
}

#[test]
fn what_nobody_takes_is_refused() {
    let nobody = flow("defer: CMD_START, events: { CMD_OPEN: OPEN }");
    assert_eq!(codes(&nobody), ["W052"]);
    sound(&nobody.replace("CMD_PAY: OVER", "CMD_PAY: OVER, CMD_START: OVER"));
    sound(&nobody.replace("CMD_PAY: OVER", "CMD_PAY: OVER, '*': OVER"));
}

#[test]
fn what_is_no_event_of_the_bus_cannot_be_deferred() {
    let with = |defer: &str| flow(&format!("defer: {defer}, events: {{ CMD_OPEN: OPEN }}"));
    for (defer, code) in [
        ("'*'", "W051"),
        ("[CMD_PAY, EVT_CHAIN_DONE]", "W051"),
        ("SIG_CHAIN_FAIL", "W051"),
        ("done.state.OPEN", "W051"),
        ("[CMD_PAY, CMD_PAY]", "W014"),
        ("pay", "W013"),
        ("7", "W002"),
        ("{ CMD_PAY: OPEN }", "W002"),
        ("[[CMD_PAY]]", "W002"),
    ] {
        assert_eq!(codes(&with(defer)), [code], "{defer}");
        let told = load(&with(defer)).unwrap_err().to_string();
        assert!(told.contains("flows/desk.yaml:3:"), "{told}");
    }
    // As for an event that is waited for.
    let unknown = |defer: &str| codes(&with(defer).replace("CMD_PAY: OVER", "'*': OVER"));
    assert_eq!(unknown("CMD_STRAT"), ["W015"]);
    assert_eq!(unknown("CMD_NEVER_RAISED"), ["W104"]);
    assert_eq!(unknown("CMD_START"), Vec::<&str>::new());
}

#[test]
fn it_is_a_word_of_states_that_go_on() {
    assert_eq!(
        codes(&flow("events: { CMD_OPEN: OPEN }").replace("final: true", "final: true, defer: CMD_PAY")),
        ["W017"]
    );
    assert!(
        codes(&flow("events: { CMD_OPEN: OPEN }").replace("OVER: { final: true }", "OVER: { defer: CMD_PAY }"))
            .contains(&"W017")
    );
    let told = load(&flow("defers: CMD_PAY, events: { CMD_OPEN: OPEN }")).unwrap_err().to_string();
    assert!(told.contains("did you mean `defer`?"), "{told}");
    let whole = format!("defer: CMD_PAY\n{}", flow("events: { CMD_OPEN: OPEN }"));
    assert_eq!(loads(&whole).states()[0].defer.len(), 1, "the whole defers in every state");
}
