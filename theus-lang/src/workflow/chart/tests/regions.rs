//! One idea each: regions are entered and left together, take events side by side, and are done when all are.

use super::sketch::{Bits, Node, compound, deep, definition, end, parallel, shallow, state};
use super::walker::{Walker, seen};

/// A region of three states: `X1`, `X2`, and `X3`, which is final.
fn region(name: &str, ways: impl Fn(Node) -> Node) -> Node {
    let inside = |number: u8| format!("{name}{number}");
    let first = ways(state(&inside(1)).to("CMD_BOTH", &inside(2)));
    let second = state(&inside(2)).to(&format!("CMD_{name}"), &inside(3));
    compound(name, &inside(1), [first, second, end(&inside(3))])
}

fn plain(node: Node) -> Node {
    node
}

#[test]
fn all_regions_are_entered_in_the_order_of_the_file_and_left_in_the_other() {
    let both = parallel("P", [region("L", plain), region("R", plain)]).to("CMD_OUT", "A");
    let top = [state("A").to("CMD_GO", "P"), both];
    let mut walker = Walker::new(top.clone());
    assert_eq!(walker.on("CMD_GO"), "-A A:0 +P +L +L1 +R +R1 => L1 R1");
    assert_eq!(walker.on("CMD_OUT"), "-R1 -R -L1 -L -P P:0 +A => A");
    let chart = definition("P", &top);
    assert_eq!(seen(&chart, &chart.start()).ran, ["+P", "+L", "+L1", "+R", "+R1"]);
}

#[test]
fn an_event_moves_every_region_that_takes_it() {
    let mut walker = Walker::new([parallel("P", [region("L", plain), region("R", plain)])]);
    assert_eq!(walker.on("CMD_BOTH"), "-R1 -L1 L1:0 R1:0 +L2 +R2 => L2 R2");
    assert_eq!(walker.on("CMD_R"), "-R2 R2:0 +R3 R! => L2 R3");
}

#[test]
fn the_whole_is_done_with_the_last_region() {
    let top = || [parallel("P", [region("L", plain), region("R", plain)]).to("done", "A"), state("A")];
    let mut walker = Walker::new(top());
    walker.on("CMD_BOTH");
    assert_eq!(walker.on("CMD_L"), "-L2 L2:0 +L3 L! => L3 R2");
    assert_eq!(walker.on("CMD_R"), "-R2 R2:0 +R3 R! P! => L3 R3");
    assert_eq!(walker.on("P done"), "-R3 -R -L3 -L -P P:0 +A => A");
}

#[test]
fn regions_that_end_at_once_are_done_one_by_one_and_then_the_whole() {
    let side = |name: &str| {
        let (on, off) = (format!("{name}1"), format!("{name}2"));
        compound(name, &on, [state(&on).to("CMD_END", &off), end(&off)])
    };
    let mut walker = Walker::new([parallel("P", [side("L"), side("R")])]);
    assert_eq!(walker.on("CMD_END"), "-R1 -L1 L1:0 R1:0 +L2 +R2 L! R! P! => L2 R2");
}

#[test]
fn a_target_in_one_region_enters_the_others_at_their_beginning() {
    let both = parallel("P", [region("L", plain), region("R", plain)]);
    let mut walker = Walker::new([state("A").to("CMD_GO", "R2"), both]);
    assert_eq!(walker.on("CMD_GO"), "-A A:0 +P +L +L1 +R +R2 => L1 R2");
}

#[test]
fn targets_in_several_regions_are_entered_together() {
    let both = parallel("P", [region("L", plain), region("R", plain), region("Q", plain)]);
    let top = [state("A").into("CMD_GO", ["R2", "L3"]), both.into("CMD_AGAIN", ["Q2", "R3"]).to("done", "A")];
    let mut walker = Walker::new(top);
    assert_eq!(walker.on("CMD_GO"), "-A A:0 +P +L +L3 +R +R2 +Q +Q1 L! => L3 R2 Q1");
    assert_eq!(walker.on("CMD_AGAIN"), "-Q1 -Q -R2 -R -L3 -L -P P:0 +P +L +L1 +R +R3 +Q +Q2 R! => L1 R3 Q2");
}

#[test]
fn a_transition_out_of_one_region_leaves_all() {
    let left = region("L", |first| first.to("CMD_OUT", "A"));
    let mut walker = Walker::new([parallel("P", [left, region("R", plain)]), state("A")]);
    assert_eq!(walker.on("CMD_OUT"), "-R1 -R -L1 -L -P L1:1 +A => A");
}

#[test]
fn a_transition_from_region_to_region_leaves_and_enters_all() {
    let left = region("L", |first| first.to("CMD_OVER", "R2"));
    let mut walker = Walker::new([parallel("P", [left, region("R", plain)])]);
    assert_eq!(walker.on("CMD_OVER"), "-R1 -R -L1 -L -P L1:1 +P +L +L1 +R +R2 => L1 R2");
}

#[test]
fn of_two_that_conflict_the_earlier_in_the_file_is_taken() {
    let left = region("L", |first| first.to("CMD_OUT", "A"));
    let right = region("R", |first| first.to("CMD_OUT", "B"));
    let mut walker = Walker::new([parallel("P", [left, right]), state("A"), state("B")]);
    assert_eq!(walker.on("CMD_OUT"), "-R1 -R -L1 -L -P L1:1 +A => A");
}

#[test]
fn of_two_that_conflict_the_inner_wins_over_the_outer() {
    // The left region has no word of its own: the whole would be left, were it not for the right one.
    let right = region("R", |first| first.to("CMD_OUT", "R2"));
    let mut walker = Walker::new([parallel("P", [region("L", plain), right]).to("CMD_OUT", "A"), state("A")]);
    assert_eq!(walker.on("CMD_OUT"), "-R1 R1:1 +R2 => L1 R2");
    assert_eq!(walker.on("CMD_OUT"), "-R2 -R -L1 -L -P P:0 +A => A");
}

#[test]
fn an_internal_transition_conflicts_with_none() {
    let left = region("L", |first| first.inner("CMD_OUT"));
    let right = region("R", |first| first.to("CMD_OUT", "A"));
    let mut walker = Walker::new([parallel("P", [left, right]), state("A")]);
    assert_eq!(walker.on("CMD_OUT"), "-R1 -R -L1 -L -P L1:1 R1:1 +A => A");
}

#[test]
fn a_transition_around_several_regions_runs_once() {
    let mut walker = Walker::new([parallel("P", [region("L", plain), region("R", plain)]).inner("CMD_LOG")]);
    assert_eq!(walker.on("CMD_LOG"), "P:0 => L1 R1");
}

#[test]
fn a_guard_asks_for_a_state_as_it_was_before_the_event() {
    let side = |name: &str, other: &str| {
        let (on, off) = (format!("{name}1"), format!("{name}2"));
        let first = state(&on).with("CMD_SWAP", other, &off);
        compound(name, &on, [first, state(&off).to("CMD_BACK", &on)])
    };
    // Both move, for each sees the other where it was.
    let mut walker = Walker::new([parallel("P", [side("L", "R1"), side("R", "L1")])]);
    assert_eq!(walker.on("CMD_SWAP"), "-R1 -L1 L1:0 R1:0 +L2 +R2 => L2 R2");
    // A state with states inside is active as long as one of them is.
    let inner = compound("L", "L1", [state("L1").with("CMD_GO", "R", "L2"), state("L2")]);
    let other = compound("R", "R1", [state("R1").to("CMD_OUT", "A")]);
    let mut walker = Walker::new([parallel("P", [inner, other]), state("A").with("CMD_GO", "P", "P")]);
    assert_eq!(walker.on("CMD_GO"), "-L1 L1:0 +L2 => L2 R1");
    walker.on("CMD_OUT");
    assert_eq!(walker.on("CMD_GO"), "nothing");
}

#[test]
fn guards_are_asked_region_by_region() {
    let side = |name: &str, fact| {
        let (on, off) = (format!("{name}1"), format!("{name}2"));
        compound(name, &on, [state(&on).guarded("always", fact, &off), state(&off)])
    };
    let mut walker = Walker::new([parallel("P", [side("L", 0), side("R", 1)])]);
    assert_eq!(walker.on("always"), "nothing");
    walker.activation = Bits(0b10);
    assert_eq!(walker.on("always"), "-R1 R1:0 +R2 => L1 R2");
    walker.activation = Bits(0b11);
    assert_eq!(walker.on("always"), "-L1 L1:0 +L2 => L2 R2");
}

#[test]
fn deep_history_leads_back_into_every_region() {
    let both = parallel("P", [region("L", plain), region("R", plain)]);
    let a = |history| compound("A", "P", [both.clone(), history]).to("CMD_OUT", "B");
    let away = state("B").to("CMD_BACK", "H");
    for (history, expected) in [
        // A final state that is entered again is done again.
        (deep("H", "P"), "-B B:0 +A +P +L +L2 +R +R3 R! => L2 R3"),
        (shallow("H", "P"), "-B B:0 +A +P +L +L1 +R +R1 => L1 R1"),
    ] {
        let mut walker = Walker::new([a(history), away.clone()]);
        walker.on("CMD_BOTH");
        walker.on("CMD_R");
        walker.on("CMD_OUT");
        assert_eq!(walker.on("CMD_BACK"), expected);
    }
}

#[test]
fn regions_within_regions_are_active_at_once() {
    let inner = parallel("Q", [region("L", plain), region("R", plain)]);
    let outer = parallel("P", [compound("M", "Q", [inner]), region("N", plain)]);
    let mut walker = Walker::new([outer]);
    assert_eq!(walker.on("CMD_BOTH"), "-N1 -R1 -L1 L1:0 R1:0 N1:0 +L2 +R2 +N2 => L2 R2 N2");
}

/// A parallel state in a parallel state, so many deep, with a region that is plain in each.
fn nested(depth: usize) -> Node {
    let side = |name: &str| {
        let (on, off) = (format!("{name}1"), format!("{name}2"));
        compound(name, &on, [state(&on).to(&format!("CMD_{name}"), &off), end(&off)])
    };
    let inner = if depth == 0 { side("M") } else { nested(depth - 1) };
    parallel(&format!("P{depth}"), [inner, side(&format!("N{depth}"))])
}

#[test]
fn a_parallel_state_within_another_is_done_with_its_regions_and_makes_the_other_done() {
    let inner = parallel("Q", [compound("A", "A1", [state("A1").to("CMD_X", "A2"), end("A2")])]);
    let mut walker = Walker::new([parallel("P", [inner]).to("done", "D"), state("D")]);
    assert_eq!(walker.on("CMD_X"), "-A1 A1:0 +A2 A! Q! P! => A2");
    assert_eq!(walker.on("P done"), "-A2 -A -Q -P P:0 +D => D");

    let mut walker = Walker::new([nested(3)]);
    for (event, done) in [("CMD_N1", "N1!"), ("CMD_N3", "N3!"), ("CMD_M", "M!"), ("CMD_N0", "N0! P0! P1!")] {
        let line = walker.on(event);
        assert!(line.contains(&format!(" {done} =>")), "{event}: {line}");
    }
    assert!(walker.on("CMD_N2").contains(" N2! P2! P3! =>"));
}

#[test]
fn the_end_of_a_state_is_heard_by_whoever_waits_for_it_by_name() {
    let side = |name: &str| {
        let (on, off) = (format!("{name}1"), format!("{name}2"));
        compound(name, &on, [state(&on).to(&format!("CMD_{name}"), &off), end(&off)])
    };
    let watch = compound("W", "W1", [state("W1").to("done.state.A", "W2"), state("W2").to("done.state.B", "W1")]);
    let mut walker = Walker::new([parallel("P", [side("A"), side("B"), watch]).to("done.state.B", "Z"), state("Z")]);
    assert_eq!(walker.on("CMD_A"), "-A1 A1:0 +A2 A! => A2 B1 W1");
    assert_eq!(walker.on("A done"), "-W1 W1:0 +W2 => A2 B1 W2");
    walker.on("CMD_B");
    // The state inside comes before the one around it, which both would leave.
    assert_eq!(walker.on("B done"), "-W2 W2:0 +W1 => A2 B2 W1");
    // It comes no more to who is not there.
    assert_eq!(walker.on("B done"), "-W1 -W -B2 -B -A2 -A -P P:0 +Z => Z");
    assert_eq!(walker.on("B done"), "nothing");
    // Its own `done` is one of its transitions.
    let mut walker = Walker::new([compound("A", "A1", [end("A1")]).to("done", "B"), state("B")]);
    assert_eq!(walker.on("A done"), "-A1 -A A:0 +B => B");
    let own =
        compound("A", "A1", [compound("A1", "A2", [end("A2")]).to("done", "A3"), state("A3")]).to("done.state.A1", "B");
    assert_eq!(Walker::new([own, state("B")]).on("A1 done"), "-A2 -A1 A1:0 +A3 => A3");
}

#[test]
fn all_that_end_at_once_are_done_once() {
    let side = |name: &str| {
        let (on, off) = (format!("{name}1"), format!("{name}2"));
        compound(name, &on, [state(&on).to("CMD_END", &off), end(&off)])
    };
    let mut walker = Walker::new([parallel("P", [parallel("Q", [side("A"), side("B")]), side("C")])]);
    assert_eq!(walker.on("CMD_END"), "-C1 -B1 -A1 A1:0 B1:0 C1:0 +A2 +B2 +C2 A! B! Q! C! P! => A2 B2 C2");
}

#[test]
fn a_region_that_is_a_final_state_waits_for_the_others() {
    let side = compound("B", "B1", [state("B1").to("CMD_END", "B2"), end("B2")]);
    let top = [state("S").to("CMD_GO", "P"), parallel("P", [end("A"), side, end("C")]).to("done", "D"), state("D")];
    let mut walker = Walker::new(top);
    assert_eq!(walker.on("CMD_GO"), "-S S:0 +P +A +B +B1 +C => A B1 C");
    assert_eq!(walker.on("CMD_END"), "-B1 B1:0 +B2 B! P! => A B2 C");

    let both = parallel("P", [end("A"), end("B")]);
    let mut walker = Walker::new([state("S").to("CMD_GO", "P"), both.clone()]);
    assert_eq!(walker.on("CMD_GO"), "-S S:0 +P +A +B P! => A B");
    let chart = definition("P", &[both]);
    assert_eq!(seen(&chart, &chart.start()).done, ["P"]);
}

#[test]
fn a_region_that_never_ends_and_a_state_inside_that_is_done_end_nothing() {
    // `B` is plain; what is done in `C` is a state inside, not the region.
    let inside = compound("C1", "C2", [state("C2").to("CMD_END", "C3"), end("C3")]);
    for other in [state("B"), compound("C", "C1", [inside])] {
        let side = compound("A", "A1", [state("A1").to("CMD_END", "A2"), end("A2")]);
        let mut walker = Walker::new([parallel("P", [side, other])]);
        let line = walker.on("CMD_END");
        assert!(line.contains(" A! ") && !line.contains("P!"), "{line}");
    }
}
