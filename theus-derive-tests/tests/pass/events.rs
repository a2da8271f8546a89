use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Motor {
    sig_jammed: bool,
}

#[derive(Clone, Default, Context)]
struct Machine {
    #[context(nested, events = "LEFT_2")]
    left: Motor,
    #[context(events = "A_WORD_OF_FORTY_CHARACTERS_WHICH_IS_READ", nested)]
    right: Motor,
}

fn main() {}

#[test]
fn the_word_stands_in_the_name_of_each_event() {
    let events = Machine::schema().paths().into_iter().filter_map(|field| field.event);
    let events: Vec<String> = events.map(|event| event.to_string()).collect();
    assert_eq!(events, ["EVT_LEFT_2_JAMMED", "EVT_A_WORD_OF_FORTY_CHARACTERS_WHICH_IS_READ_JAMMED"]);
}
