//! What a state says to who has asked.

use super::{codes, load, loads};

fn flow(open: &str, done: &str) -> String {
    format!(
        "external: [CMD_A]\nstates:\n  OPEN: {{ {open}, events: {{ CMD_A: IN }} }}\n  OUT:\n    reply: out\n    events: {{ CMD_A: DONE }}\n    states: {{ IN: {{}} }}\n  DONE: {{ final: true, {done} }}\n"
    )
}

#[test]
fn it_is_a_value_or_an_expression_and_that_of_the_innermost_state_counts() {
    for (reply, is_one) in [
        ("reply: \"${ domain.total + 1 }\"", true),
        ("reply: { total: 3, ready: true }", true),
        ("reply: \"${ {'a': domain.total, 'b': [domain.ready]} }\"", true),
        ("reply: plain", true),
        ("reply: \"${ domain.no_such_field }\"", false),
        ("reply: \"${ domain.total + }\"", false),
        ("replay: 1", false),
    ] {
        let file = flow(reply, "description: x");
        assert_eq!(load(&file).is_ok(), is_one, "{file}");
    }
    let definition = loads(&flow("reply: open", "description: x"));
    let start = definition.start();
    let told = |at| definition.reply(at).map(|source| format!("{source:?}"));
    assert!(told(&start.to).unwrap().contains("open"));
    let inside =
        definition.goto(&start.to, definition.state_named("OPEN").unwrap(), definition.state_named("IN").unwrap());
    assert!(told(&inside.to).unwrap().contains("out"), "that of the state around");
}

#[test]
fn a_final_state_gives_a_result_instead() {
    assert_eq!(codes(&flow("reply: open", "reply: 1")), ["W017"]);
    assert_eq!(codes(&flow("reply: open", "result: 1")), [""; 0]);
    let told = load(&flow("reply: \"${ domain.totl }\"", "description: x")).unwrap_err().to_string();
    assert!(told.contains("did you mean"), "{told}");
}
