//! The endpoint is killed by itself at each named point: the state changes once, what is sent is sent once, and an effect that comes again
//! comes under the same key.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::program::{Charge, Count, Pay, Post};
use super::server::Server;

/// How often each point is tried.
const ROUNDS: u32 = 3;

#[test]
fn killed_anywhere_the_state_changes_once_and_effects_repeat_under_one_key() {
    let Some(server) = Server::find() else { return };
    let mut served = server.serve("DyingTills", false);
    let tills = server.tills("DyingTills");
    let mut kills = 0;
    for round in 0..ROUNDS {
        for point in ["begin", "effect", "result"] {
            let name = format!("{point}-{round}");
            let till = tills.session(name.clone());
            server.runtime.block_on(till.run(Charge { amount: 1 })).unwrap();
            let before = served.effects().len();
            served.dies_at(point);
            // The client asks once; who has died is asked again by the server.
            let asked = till.clone();
            let call = server.runtime.spawn(async move { asked.ask("CMD_PAY", json!({ "amount": 10 })).await });
            served.again_when_dead();
            kills += 1;
            let told = server.runtime.block_on(call).unwrap().unwrap();
            assert_eq!(told.reply, Some(json!({ "paid": 21 })), "{name}");
            let state = server.runtime.block_on(till.state()).unwrap();
            assert_eq!((&state["data"]["paid"], &state["data"]["count"]), (&json!(21), &json!(1)), "{name}");
            let mut keys: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
            let effects = served.effects().split_off(before);
            for (_, key, amount) in &effects {
                keys.entry(key.clone()).or_default().insert(*amount);
            }
            let amounts: BTreeSet<_> = keys.values().cloned().collect();
            assert_eq!(keys.len(), 2, "{name}: {effects:?}");
            assert_eq!(amounts, BTreeSet::from([BTreeSet::from([10]), BTreeSet::from([11])]), "{name}");
            let repeats = if point == "begin" { 2 } else { 3 };
            assert_eq!(effects.len(), repeats, "{name}: {effects:?}");
        }
    }
    println!("killed {kills} times");
}

#[test]
fn killed_between_what_it_sends_and_keeps_each_is_sent_once() {
    let Some(server) = Server::find() else { return };
    let mut served = server.serve("Tills", false);
    let tills = server.tills("Tills");
    let mut kills = 0;
    for round in 0..2 * ROUNDS {
        for point in ["sends", "soon"] {
            let (from, to) = (tills.session(format!("from-{point}-{round}")), format!("to-{point}-{round}"));
            served.dies_at(point);
            let (asked, target) = (from.clone(), to.clone());
            let call = server.runtime.spawn(async move { asked.run(Post { to: target, amount: 10 }).await });
            served.again_when_dead();
            kills += 1;
            server.runtime.block_on(call).unwrap().unwrap();
            let state = server.runtime.block_on(from.state()).unwrap();
            assert_eq!((&state["data"]["told"], &state["version"]), (&json!(1), &json!(1)));
            // Twenty-one, by two messages, and it stays so.
            let to = tills.session(to);
            let total = || server.runtime.block_on(to.state()).unwrap()["data"]["total"].as_i64().unwrap();
            let waited = (0..100).any(|_| {
                thread::sleep(Duration::from_millis(50));
                total() >= 21
            });
            assert!(waited, "{point} {round}: {}", total());
            server.runtime.block_on(to.run(Count {})).unwrap();
            assert_eq!(total(), 21, "{point} {round}");
        }
    }
    println!("killed {kills} times");
}

#[test]
fn a_client_that_asks_again_under_its_key_is_answered_as_before() {
    let Some(server) = Server::find() else { return };
    let served = server.serve("AskedTills", false);
    let till = server.tills("AskedTills").session("a");
    for _ in 0..3 {
        server.runtime.block_on(till.run_once("k", Pay { amount: 1 })).unwrap();
    }
    assert_eq!(served.effects().len(), 1);
    assert_eq!(server.runtime.block_on(till.state()).unwrap()["data"]["paid"], 1);
}
