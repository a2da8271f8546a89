//! One idea each: order, internal and external, guards, wildcard, eventless, history, timers, errors.
//!
//! What a move does is shown as the chains that run (`-A` leaving, `A:0` the steps of the first transition of `A`, `+A`
//! entering), what is done (`A!`, at the top `A!!`), and where it leads.

use super::sketch::{Bits, after, compound, deep, definition, end, parallel, shallow, state, whole};
use super::walker::{Walker, seen};

#[test]
fn leaving_is_innermost_first_and_entering_outermost_first() {
    let mut walker = Walker::new([
        compound("A", "A1", [compound("A1", "A11", [state("A11").to("CMD_GO", "B12")])]),
        compound("B", "B1", [compound("B1", "B11", [state("B11"), state("B12")])]),
    ]);
    assert_eq!(walker.on("CMD_GO"), "-A11 -A1 -A A11:0 +B +B1 +B12 => B12");
}

#[test]
fn a_session_begins_in_the_initial_child_all_the_way_down() {
    let top = [compound("A", "A2", [state("A1"), compound("A2", "A21", [state("A21")])])];
    let chart = definition("A", &top);
    assert_eq!(seen(&chart, &chart.start()).ran, ["+A", "+A2", "+A21"]);
    let chart = definition("A1", &top);
    assert_eq!(seen(&chart, &chart.start()).ran, ["+A", "+A1"]);
}

#[test]
fn what_both_ends_are_in_is_not_left() {
    let mut walker = Walker::new([compound("A", "A1", [state("A1").to("CMD_GO", "A2"), state("A2")])]);
    assert_eq!(walker.on("CMD_GO"), "-A1 A1:0 +A2 => A2");
}

#[test]
fn a_transition_to_itself_leaves_and_enters() {
    let mut walker = Walker::new([state("A").to("CMD_AGAIN", "A").inner("CMD_LOG")]);
    assert_eq!(walker.on("CMD_AGAIN"), "-A A:0 +A => A");
    assert_eq!(walker.on("CMD_LOG"), "A:1 => A");
}

#[test]
fn a_target_inside_the_source_is_external() {
    let outer = compound("A", "A1", [state("A1"), state("A2")]);
    let mut walker = Walker::new([outer.to("CMD_GO", "A2").inner("CMD_LOG")]);
    assert_eq!(walker.on("CMD_GO"), "-A1 -A A:0 +A +A2 => A2");
    assert_eq!(walker.on("CMD_LOG"), "A:1 => A2");
}

#[test]
fn a_target_inside_the_source_need_not_leave_it() {
    let outer =
        compound("A", "A1", [state("A1").to("CMD_GO", "A2"), state("A2"), deep("H", "A2")]).inside("CMD_STAY", "A1");
    let mut walker = Walker::new([outer.inside("CMD_BACK", "H").to("CMD_OUT", "B"), state("B").to("CMD_IN", "H")]);
    walker.on("CMD_GO");
    assert_eq!(walker.on("CMD_STAY"), "-A2 A:0 +A1 => A1");
    // It was never left: there is nothing to remember.
    assert_eq!(walker.on("CMD_BACK"), "-A1 A:1 +A2 => A2");
    // What is not inside, and a state with regions, is left all the same.
    let side =
        |name: &str| compound(name, &format!("{name}1"), [state(&format!("{name}1")), state(&format!("{name}2"))]);
    let both = parallel("P", [side("L"), side("R")]).inside("CMD_STAY", "R2").inside("CMD_GO", "P");
    let mut walker = Walker::new([both]);
    assert_eq!(walker.on("CMD_STAY"), "-R1 -R -L1 -L -P P:0 +P +L +L1 +R +R2 => L1 R2");
    assert_eq!(walker.on("CMD_GO"), "-R2 -R -L1 -L -P P:1 +P +L +L1 +R +R1 => L1 R1");
}

#[test]
fn a_state_that_begins_with_its_history_goes_on_where_it_was() {
    let a = compound("A", "H", [state("A1").to("CMD_GO", "A2"), state("A2"), shallow("H", "A1")]);
    let mut walker = Walker::new([a.to("CMD_OUT", "B"), state("B").to("CMD_IN", "A").to("CMD_FIRST", "A1")]);
    assert_eq!(walker.at(), "A1");
    walker.on("CMD_GO");
    walker.on("CMD_OUT");
    assert_eq!(walker.on("CMD_IN"), "-B B:0 +A +A2 => A2");
    walker.on("CMD_OUT");
    assert_eq!(walker.on("CMD_FIRST"), "-B B:1 +A +A1 => A1");
}

#[test]
fn the_whole_is_entered_first_and_never_left() {
    let root = compound("ROOT", "A", [state("A").to("CMD_GO", "B"), state("B").to("CMD_END", "Z"), end("Z")]);
    let root = root.to("CMD_STOP", "A").to("done", "A").guarded("always", 0, "Z").catches(None, "A");
    let chart = whole(&root);
    let start = chart.start();
    assert_eq!(seen(&chart, &start).ran, ["+ROOT", "+A"]);
    let mut walker = Walker::of(chart);
    assert_eq!(walker.on("CMD_GO"), "-A A:0 +B => B");
    assert_eq!(walker.on("CMD_STOP"), "-B ROOT:0 +A => A");
    walker.on("CMD_GO");
    assert_eq!(walker.on("ROOT Broke"), "-B +A => A");
    walker.activation = Bits(1);
    // The whole is over, not done.
    assert_eq!(walker.on("always"), "-A ROOT:2 +Z Z!! => Z");

    let side = |name: &str| {
        let (on, off) = (format!("{name}1"), format!("{name}2"));
        compound(name, &on, [state(&on).to(&format!("CMD_{name}"), &off), end(&off)])
    };
    let mut walker = Walker::of(whole(&parallel("ROOT", [side("L"), side("R")]).into("CMD_BOTH", ["R2", "L1"])));
    assert_eq!(walker.on("CMD_L"), "-L1 L1:0 +L2 L! => L2 R1");
    assert_eq!(walker.on("CMD_BOTH"), "-R1 -R -L2 -L ROOT:0 +L +L1 +R +R2 R! => L1 R2");
    assert_eq!(walker.on("CMD_L"), "-L1 L1:0 +L2 L! ROOT!! => L2 R2");
}

#[test]
fn a_state_around_as_the_target_is_left_and_begins_anew() {
    let mut walker =
        Walker::new([compound("A", "A1", [state("A1").to("CMD_GO", "A2"), state("A2").to("CMD_BACK", "A")])]);
    assert_eq!(walker.on("CMD_GO"), "-A1 A1:0 +A2 => A2");
    assert_eq!(walker.on("CMD_BACK"), "-A2 -A A2:0 +A +A1 => A1");
}

#[test]
fn the_inner_state_is_asked_before_the_outer() {
    let inner = [state("A1").guarded("CMD_GO", 0, "A2"), state("A2")];
    let mut walker = Walker::new([compound("A", "A1", inner).to("CMD_GO", "B"), state("B")]);
    walker.activation = Bits(0b1);
    assert_eq!(walker.on("CMD_GO"), "-A1 A1:0 +A2 => A2");
    assert_eq!(walker.on("CMD_GO"), "-A2 -A A:0 +B => B");
}

#[test]
fn the_first_candidate_whose_guard_holds_is_taken() {
    let a = state("A").guarded("CMD_GO", 0, "B").guarded("CMD_GO", 1, "C").to("CMD_GO", "D");
    let back = |name: &str| state(name).to("CMD_BACK", "A");
    let mut walker = Walker::new([a, back("B"), back("C"), back("D")]);
    for (activation, to) in [(0b11, "B"), (0b10, "C"), (0b00, "D")] {
        walker.activation = Bits(activation);
        walker.on("CMD_GO");
        assert_eq!(walker.at(), to, "{activation:b}");
        walker.on("CMD_BACK");
    }
}

#[test]
fn a_guard_without_a_value_moves_nothing() {
    let mut walker =
        Walker::new([state("A").guarded("CMD_GO", 0, "B").guarded("CMD_GO", 9, "C"), state("B"), state("C")]);
    let error = walker.try_on("CMD_GO").unwrap_err();
    assert_eq!(error.to_string(), "`f9` has no value: there is no such fact");
    assert_eq!(walker.at(), "A");
    // One that is not asked does no harm.
    walker.activation = Bits(0b1);
    assert_eq!(walker.on("CMD_GO"), "-A A:0 +B => B");
}

#[test]
fn an_event_that_no_state_takes_does_nothing() {
    let mut walker = Walker::new([state("A").to("CMD_GO", "B").guarded("CMD_TRY", 0, "B"), state("B")]);
    assert_eq!(walker.on("CMD_OTHER"), "nothing");
    assert_eq!(walker.on("CMD_TRY"), "nothing");
    assert_eq!(walker.on("CMD_GO"), "-A A:0 +B => B");
    assert_eq!(walker.on("CMD_GO"), "nothing");
}

#[test]
fn the_wildcard_takes_what_the_state_does_not_name() {
    let a = state("A").to("*", "B").guarded("CMD_GO", 0, "C");
    let mut walker = Walker::new([a, state("B").to("CMD_BACK", "A"), state("C")]);
    assert_eq!(walker.on("CMD_NEVER_NAMED"), "-A A:0 +B => B");
    walker.on("CMD_BACK");
    // Named in another state only.
    assert_eq!(walker.on("CMD_BACK"), "-A A:0 +B => B");
    walker.on("CMD_BACK");
    // Named here, though its guard does not hold.
    assert_eq!(walker.on("CMD_GO"), "nothing");
}

#[test]
fn the_wildcard_does_not_take_the_end_of_a_chain() {
    // Were it otherwise, `A` would be left as soon as its own chain has run.
    let mut walker = Walker::new([
        compound("A", "A1", [state("A1").to("*", "B")]).to("EVT_CHAIN_FAIL", "C"),
        state("B"),
        state("C"),
    ]);
    assert_eq!(walker.on("EVT_CHAIN_DONE"), "nothing");
    // Who names it takes it, past an inner wildcard; in either spelling.
    assert_eq!(walker.on("SIG_CHAIN_FAIL"), "-A1 -A A:0 +C => C");
    let mut walker = Walker::new([state("A").to("*", "B").to("EVT_CHAIN_DONE", "C"), state("B"), state("C")]);
    assert_eq!(walker.on("EVT_CHAIN_FAIL"), "nothing");
    assert_eq!(walker.on("EVT_CHAIN_DONE"), "-A A:1 +C => C");
    // A command of that name is none of them.
    assert_eq!(Walker::new([state("A").to("*", "B"), state("B")]).on("CMD_CHAIN_DONE"), "-A A:0 +B => B");
}

#[test]
fn an_inner_wildcard_comes_before_an_outer_name() {
    let a = compound("A", "A1", [state("A1").to("*", "A2"), state("A2")]).to("CMD_GO", "B");
    let mut walker = Walker::new([a, state("B")]);
    assert_eq!(walker.on("CMD_GO"), "-A1 A1:0 +A2 => A2");
    assert_eq!(walker.on("CMD_GO"), "-A2 -A A:0 +B => B");
}

#[test]
fn the_wildcard_takes_neither_time_nor_done_nor_the_moves_without_an_event() {
    let a = compound("A", "A1", [state("A1").to("5s", "A2"), end("A2")]).to("*", "B");
    let mut walker = Walker::new([a, state("B")]);
    assert_eq!(walker.on("always"), "nothing");
    assert_eq!(walker.on("A1 5s"), "-A1 A1:0 +A2 A! => A2");
    assert_eq!(walker.on("A done"), "nothing");
}

#[test]
fn a_move_without_an_event_is_made_when_its_guard_holds() {
    let mut walker = Walker::new([state("A").guarded("always", 0, "B"), state("B").to("always", "C"), state("C")]);
    assert_eq!(walker.on("always"), "nothing");
    walker.activation = Bits(0b1);
    assert_eq!(walker.on("always"), "-A A:0 +B => B");
    assert_eq!(walker.on("always"), "-B B:0 +C => C");
    assert_eq!(walker.on("always"), "nothing");
}

/// Two floors in `A`; away and back.
fn house(history: super::sketch::Node) -> Walker {
    let floor = compound("A2", "A21", [state("A21").to("CMD_ON", "A22"), state("A22")]);
    let a = compound("A", "A1", [state("A1").to("CMD_ON", "A2"), floor, history]).to("CMD_AWAY", "B");
    Walker::new([a, state("B").to("CMD_BACK", "H")])
}

#[test]
fn deep_history_leads_back_to_the_leaf() {
    let mut walker = house(deep("H", "A1"));
    walker.on("CMD_ON");
    walker.on("CMD_ON");
    assert_eq!(walker.on("CMD_AWAY"), "-A22 -A2 -A A:0 +B => B");
    assert_eq!(walker.on("CMD_BACK"), "-B B:0 +A +A2 +A22 => A22");
}

#[test]
fn shallow_history_leads_back_to_the_child_which_begins_anew() {
    let mut walker = house(shallow("H", "A1"));
    walker.on("CMD_ON");
    walker.on("CMD_ON");
    walker.on("CMD_AWAY");
    assert_eq!(walker.on("CMD_BACK"), "-B B:0 +A +A2 +A21 => A21");
}

#[test]
fn history_of_what_was_never_left_leads_to_its_default() {
    let a = compound("A", "A1", [state("A1"), state("A2"), shallow("H", "A2")]);
    let mut walker = Walker::new([state("B").to("CMD_GO", "H"), a]);
    assert_eq!(walker.on("CMD_GO"), "-B B:0 +A +A2 => A2");
}

#[test]
fn history_is_of_the_last_time() {
    let mut walker = house(deep("H", "A1"));
    for on in [0, 2, 1] {
        for _ in 0..on {
            walker.on("CMD_ON");
        }
        let before = walker.at();
        walker.on("CMD_AWAY");
        walker.on("CMD_BACK");
        assert_eq!(walker.at(), before);
    }
}

#[test]
fn history_from_inside_enters_no_state_that_was_not_left() {
    let b = compound("A2", "A21", [state("A21").to("CMD_TURN", "H"), state("A22").to("CMD_TURN", "H")]);
    let a = compound("A", "A1", [state("A1"), b, deep("H", "A22")]).to("CMD_AGAIN", "A21");
    let mut walker = Walker::new([a]);
    assert_eq!(walker.on("CMD_AGAIN"), "-A1 -A A:0 +A +A2 +A21 => A21");
    // What `A` remembers is `A1`, from the move before.
    assert_eq!(walker.on("CMD_TURN"), "-A21 -A2 A21:0 +A1 => A1");
    walker.on("CMD_AGAIN");
    walker.on("CMD_AGAIN");
    // Now it is the very state it comes from: what is between that and `A` is left, and entered again.
    assert_eq!(walker.on("CMD_TURN"), "-A21 -A2 A21:0 +A2 +A21 => A21");
}

#[test]
fn done_leads_on_from_a_state_whose_final_child_is_reached() {
    let a = compound("A", "A1", [state("A1").to("CMD_GO", "A2"), end("A2")]).to("done", "B");
    let mut walker = Walker::new([a, end("B")]);
    assert_eq!(walker.on("CMD_GO"), "-A1 A1:0 +A2 A! => A2");
    assert_eq!(walker.on("A done"), "-A2 -A A:0 +B B!! => B");
    assert_eq!(walker.on("A done"), "nothing");
}

#[test]
fn a_final_state_inside_a_final_way_ends_only_its_parent() {
    let inner = compound("A1", "A11", [state("A11").to("CMD_GO", "A12"), end("A12")]).to("done", "A2");
    let mut walker = Walker::new([compound("A", "A1", [inner, end("A2")])]);
    assert_eq!(walker.on("CMD_GO"), "-A11 A11:0 +A12 A1! => A12");
    assert_eq!(walker.on("A1 done"), "-A12 -A1 A1:0 +A2 A! => A2");
}

#[test]
fn a_timer_that_runs_out_is_of_a_state_that_is_active() {
    let a = compound("A", "A1", [state("A1").to("CMD_GO", "A2"), state("A2")]);
    let mut walker = Walker::new([a.guarded("5s", 0, "B").to("5s", "C").to("9s", "B"), state("B"), state("C")]);
    assert_eq!(walker.on("CMD_GO"), "-A1 A1:0 +A2 => A2");
    assert_eq!(walker.on("A 5s"), "-A2 -A A:1 +C => C");
    assert_eq!(walker.on("A 9s"), "nothing");
}

#[test]
fn candidates_of_one_length_are_one_timer() {
    let top = [state("A").guarded("5s", 0, "B").to("CMD_GO", "B").to("5s", "B").to("9s", "B"), state("B")];
    let chart = definition("A", &top);
    let timers: Vec<_> = chart.timers(chart.initial()).map(|(timer, time)| (timer.index, time.clone())).collect();
    assert_eq!(timers, [(0, after(5)), (3, after(9))]);
}

#[test]
fn an_error_leads_where_the_innermost_state_says() {
    let inner = [state("A1").catches(Some("Broke"), "B"), state("A2").catches(Some("Late"), "A1")];
    let a = compound("A", "A1", inner).catches(None, "C").catches(Some("Late"), "B");
    let top = || [a.clone(), state("B"), state("C")];
    for (error, expected) in [
        ("A1 Broke", "-A1 -A +B => B"),
        ("A1 Late", "-A1 -A +B => B"),
        ("A1 Other", "-A1 -A +C => C"),
        ("A Broke", "-A1 -A +C => C"),
        ("B Broke", "nothing"),
    ] {
        assert_eq!(Walker::new(top()).on(error), expected, "{error}");
    }
}

#[test]
fn an_error_of_a_state_that_was_left_keeps_what_is_around_both() {
    let inner = [state("A1").to("CMD_GO", "A2"), state("A2"), state("A3").to("CMD_OUT", "B")];
    let mut walker = Walker::new([compound("A", "A1", inner), state("B")]);
    walker.on("CMD_GO");
    assert_eq!(walker.goto("A1", "A3"), "-A2 +A3 => A3");
    // Nothing that is active is around both.
    walker.on("CMD_OUT");
    assert_eq!(walker.goto("A3", "A1"), "-B +A +A1 => A1");
}
