//! What an evaluation may do at most.

use std::time::{Duration, Instant};

use super::*;
use crate::condition::{EvaluationErrorKind, MOST_STEPS};

fn world(items: i64) -> World {
    let mut world = World::default();
    world.desk.items = (0..items).collect();
    world
}

/// That it takes more than so many steps, and no more time than they do.
#[track_caller]
fn is_too_much(text: &str, world: &World, steps: usize) {
    let began = Instant::now();
    let error = compile(text).unwrap().evaluate_within(world, steps).unwrap_err();
    assert_eq!(error.kind, EvaluationErrorKind::TooMuch, "{error}");
    assert_eq!(error.to_string(), format!("`{text}` has no value: it takes more than {MOST_STEPS} steps"));
    assert!(began.elapsed() < Duration::from_secs(60), "{text} took {:?}", began.elapsed());
}

#[test]
fn lists_within_lists_end_at_the_budget() {
    let world = world(100);
    for text in [
        "domain.items.all(x, domain.items.all(y, x + y >= 0))",
        "domain.items.exists(x, domain.items.exists(y, x + y < 0))",
        "domain.items.exists_one(x, domain.items.exists_one(y, x + y < 0))",
        "domain.items.map(x, domain.items.filter(y, x == y))",
        "domain.items.exists(x, -1 in domain.items)",
        "domain.items.exists(x, domain.items != domain.items)",
        "domain.items.exists(x, domain.items.map(y, y) != domain.items)",
        "domain.items.exists(x, (domain.items + domain.items).size() == 0)",
        "domain.items.all(x, domain.items.all(y, x + y >= 0)) || true",
    ] {
        is_too_much(text, &world, 9_000);
    }
    let deeper =
        "domain.items.all(x, domain.items.all(y, domain.items.all(z, domain.items.all(w, x + y + z + w >= 0))))";
    is_too_much(deeper, &world, MOST_STEPS);
}

#[test]
fn long_texts_count_too() {
    let mut world = world(100);
    world.desk.owner = "a".repeat(1 << 14);
    for text in [
        "domain.items.exists(x, domain.owner.contains('b'))",
        "domain.items.exists(x, domain.owner.matches('b'))",
        "domain.items.exists(x, domain.owner.size() == 0)",
        "domain.items.exists(x, domain.owner != domain.owner)",
        "domain.items.exists(x, domain.owner + domain.owner == 'b')",
    ] {
        is_too_much(text, &world, 9_000);
    }
}

#[test]
fn what_goes_through_a_long_list_once_is_within_it() {
    let world = world(100_000);
    for text in [
        "domain.items.all(x, x >= 0)",
        "!domain.items.exists(x, x < 0)",
        "domain.items.exists_one(x, x == 7)",
        "!(-1 in domain.items)",
        "domain.items == domain.items",
        "domain.items.filter(x, x % 2 == 0).size() == 50000",
    ] {
        let value = compile(text).unwrap().evaluate_within(&world, MOST_STEPS / 10);
        assert_eq!(value, Ok(Json::Bool(true)), "{text}");
    }
}

#[test]
fn what_has_no_value_is_of_the_other_kind() {
    let error = compile("domain.items[3] == 1").unwrap().holds(&world(1)).unwrap_err();
    assert_eq!(error.kind, EvaluationErrorKind::NoValue);
}
