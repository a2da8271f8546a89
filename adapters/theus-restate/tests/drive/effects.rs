//! Effects: one in each step, under a key that is the same when the step is made again, and another one for each other effect.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use theus_restate::drive::{Around, Ask, EmitAsk, Rest, RunAsk, Turn};

use super::world::{Carrier, World};

fn ask(event: &str, amount: i64) -> Ask {
    Ask::Ask(EmitAsk { event: event.to_owned(), with: json!({ "amount": amount }), urgent: false })
}

fn pay(amount: i64) -> Ask {
    Ask::Run(RunAsk { process: "pay".to_owned(), with: json!({ "amount": amount }) })
}

#[test]
fn each_effect_of_a_chain_has_a_step_of_its_own() {
    let world = Arc::new(World::default());
    let mut carrier = Carrier::new(Arc::clone(&world) as _);
    let told = carrier.ask("a", ask("CMD_PAY", 1)).unwrap().unwrap();
    assert_eq!((told.states, told.reply), (vec!["IDLE".to_owned()], Some(json!({ "paid": 3 }))));
    assert_eq!(carrier.steps, 3, "one with each effect, and what comes after the last");
    assert_eq!(world.0.lock().len(), 2);
}

#[test]
fn a_step_that_is_made_again_from_what_was_kept_before_it_has_the_same_key_and_comes_to_the_same() {
    let world = Arc::new(World::default());
    let carrier = Carrier::new(Arc::clone(&world) as _);
    let around = Around { runtime: carrier.runtime.handle(), interlock: None, counters: None };
    let mut turn = Turn::new("a", "inv_1", None, ask("CMD_PAY", 1));
    let mut made = 0;
    while let Some(input) = turn.next_step() {
        let first = carrier.hosted.step(input.clone(), around).unwrap();
        // The process was killed before the result was kept.
        let second = carrier.hosted.step(input, around).unwrap();
        assert_eq!(first.entry, second.entry);
        assert_eq!(first.rest == Rest::More, second.rest == Rest::More);
        turn.has_stepped(&*carrier.hosted, second);
        made += 1;
    }
    let seen = world.0.lock();
    let keys: BTreeSet<_> = seen.iter().map(|(key, _)| key).collect();
    assert_eq!((made, seen.len(), keys.len()), (3, 4, 2), "two effects, each twice, each under one key");
    assert_eq!(turn.over().unwrap().told.reply, Some(json!({ "paid": 3 })), "and once in the state");
}

#[test]
fn the_same_process_with_the_same_arguments_is_another_effect_each_time() {
    let world = Arc::new(World::default());
    let mut carrier = Carrier::new(Arc::clone(&world) as _);
    for session in ["a", "a", "b"] {
        carrier.ask(session, pay(1)).unwrap();
        // It is refused by a rule after nothing was done, or fails, and writes nothing: still another one.
        carrier.ask(session, pay(3)).unwrap();
    }
    let seen = world.0.lock();
    let keys: BTreeSet<_> = seen.iter().map(|(key, _)| key).collect();
    assert_eq!((seen.len(), keys.len()), (6, 6));
}

#[test]
fn what_is_tried_again_later_goes_by_the_key_of_its_first_try_and_holds_nobody_up_meanwhile() {
    let world = Arc::new(World::default());
    let mut carrier = Carrier::new(Arc::clone(&world) as _);
    let told = carrier.ask("a", ask("CMD_PAY", 3)).unwrap().unwrap();
    assert!(told.is_under_way);
    assert_eq!(world.0.lock().len(), 1);
    // Between two tries it takes other calls.
    let told = carrier.ask("a", Ask::Run(RunAsk { process: "count".to_owned(), with: json!({}) })).unwrap().unwrap();
    assert!(told.refused.is_none() && told.is_under_way);
    carrier.passes(Duration::from_secs(3));
    let seen = world.0.lock();
    let tries: Vec<_> = seen.iter().filter(|(_, amount)| *amount == 3).collect();
    assert_eq!(tries.len(), 3);
    assert!(tries.iter().all(|(key, _)| *key == tries[0].0), "{tries:?}");
    assert_eq!(carrier.entry("a").unwrap().armed, None);
}

#[test]
fn a_tick_that_comes_twice_or_too_late_does_nothing() {
    let mut carrier = Carrier::new(Arc::new(World::default()));
    let count = Ask::Ask(EmitAsk { event: "CMD_COUNT".to_owned(), with: json!(null), urgent: false });
    let told = carrier.ask("a", count).unwrap().unwrap();
    assert_eq!(told.states, ["COUNTING"]);
    let (_, due) = carrier.ticks[0].clone();
    assert_eq!(carrier.entry("a").unwrap().armed, Some(due));
    // By a clock that is behind: it is sent once more.
    let early = carrier.ask("a", Ask::Tick(due)).unwrap().unwrap();
    assert_eq!((early.states, carrier.ticks.len()), (vec!["COUNTING".to_owned()], 2));
    carrier.ticks.pop();
    carrier.passes(Duration::from_secs(4));
    assert_eq!(carrier.entry("a").unwrap().armed, None);
    let before = carrier.kept.clone();
    assert!(carrier.ask("a", Ask::Tick(due)).unwrap().is_none());
    assert!(carrier.ask("a", Ask::Tick(due + 1)).unwrap().is_none());
    assert_eq!(carrier.kept, before);
}
