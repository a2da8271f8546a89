//! Beside its file and not in it: that is compiled once more under another scheduler.

use super::nesting::*;

#[test]
fn one_is_inside_of_every_engine_entered_and_of_none_after() {
    let outer = Inside::enter(1, None);
    let inner = Inside::enter(2, None);
    assert!(is_inside(1) && is_inside(2) && !is_inside(3));
    drop(inner);
    assert!(is_inside(1) && !is_inside(2));
    drop(outer);
    assert!(!is_inside(1));
}

#[test]
fn who_holds_a_session_is_inside_and_those_around_it_are_remembered() {
    let outer = Holding::enter(1, 10);
    assert!(is_inside(1) && holds(1) && !is_inside(2) && !holds(2));
    let inner = Holding::enter(2, 20);
    assert!(is_inside(1) && holds(1) && is_inside(2) && holds(2));
    drop(inner);
    assert!(holds(1) && !is_inside(2));
    drop(outer);
    assert!(!is_inside(1) && !holds(1));
    let body = Inside::enter(1, None);
    assert!(is_inside(1) && !holds(1), "a body that awaits holds nothing");
    drop(body);
}
