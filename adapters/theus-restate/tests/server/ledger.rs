//! The ledger on a server: what random runs have recorded verifies; what is done to it behind its back is found.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use theus_restate::drive::{Ask, ControlAsk};
use theus_restate::ledger::Whose;
use theus_restate::{Ledger, Remote, VerifyError};

use super::program::asks::random_ask;
use super::program::{Charge, Till};
use super::server::Server;

const SESSIONS: u32 = 12;

/// The entries of one key of an object, as an operator sees them.
fn entries(server: &Server, object: &str, key: &str) -> BTreeMap<String, String> {
    let query = format!(
        "select key, value_utf8 from state where service_name = '{object}' and service_key = '{key}' and value_utf8 is not null"
    );
    let rows: Value = serde_json::from_str(&server.asks_admin("query", &json!({ "query": query }))).unwrap();
    let text = |row: &Value, column: &str| row[column].as_str().unwrap().to_owned();
    rows["rows"].as_array().unwrap().iter().map(|row| (text(row, "key"), text(row, "value_utf8"))).collect()
}

/// Puts them there, all of them.
fn put(server: &Server, object: &str, key: &str, entries: &BTreeMap<String, String>) {
    let state: BTreeMap<_, _> = entries.iter().map(|(key, value)| (key, value.as_bytes())).collect();
    server.asks_admin(&format!("services/{object}/state"), &json!({ "object_key": key, "new_state": state }));
    // It is done when the object comes to it.
    let is_there = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(20));
        self::entries(server, object, key) == *entries
    });
    assert!(is_there, "{object}/{key} was not changed");
}

async fn ask(tills: &Remote<Till>, session: &str, ask: Ask) {
    let (ingress, object) =
        (theus_restate::Ingress::at(&std::env::var("THEUS_RESTATE_INGRESS").unwrap()).unwrap(), "LedgerTills");
    let _: Value = match ask {
        Ask::Run(ask) => ingress.call((object, session, "run"), Some(&ask), None).await.unwrap(),
        Ask::Emit(ask) => ingress.call((object, session, "emit"), Some(&ask), None).await.unwrap(),
        Ask::Ask(ask) => ingress.call((object, session, "ask"), Some(&ask), None).await.unwrap(),
        _ => serde_json::to_value(tills.session(session).control(&ControlAsk::Resume).await.ok()).unwrap(),
    };
}

#[test]
fn what_random_runs_record_verifies_and_what_is_done_to_it_is_found() {
    let Some(server) = Server::find() else { return };
    let mut served = server.serve("LedgerTills", false);
    let tills = server.tills("LedgerTills");
    let seed = std::env::var("THEUS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("THEUS_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for call in 0..240 {
        let session = format!("s{}", random.u32(0..SESSIONS));
        if call % 60 == 30 {
            // In the midst of what it sends and keeps.
            served.dies_at("result");
            let (to, one) = (tills.clone(), session.clone());
            let call = server.runtime.spawn(async move { to.session(one).run(Charge { amount: 150 }).await.map(drop) });
            served.again_when_dead();
            let _ = server.runtime.block_on(call).unwrap();
        }
        server.runtime.block_on(ask(&tills, &session, random_ask(&mut random, Some("s0"))));
    }
    let verify = |session: &str| server.runtime.block_on(tills.session(session).verify());
    let mut verdicts = BTreeMap::new();
    for session in (0..SESSIONS).map(|of| format!("s{of}")) {
        let verdict = verify(&session).unwrap_or_else(|error| panic!("seed {seed}, {session}: {error}"));
        assert_eq!(verdict.records, verdict.tail.sequence);
        verdicts.insert(session, verdict);
    }
    let all: u64 = verdicts.values().map(|verdict| verdict.records).sum();
    assert!(all > 40, "{all}");
    println!("{all} records of {SESSIONS} sessions verify");

    // One record of one session says another value.
    let (session, verdict) = verdicts.iter().max_by_key(|(_, verdict)| verdict.records).unwrap();
    let (ledger, shard) = &verdict.shard;
    assert_eq!(*shard, Ledger::new(ledger.as_str(), 4).shard_of("LedgerTills", session).to_string());
    let good = entries(&server, ledger, shard);
    let key = format!("records/LedgerTills/{session}/1");
    let mut bad = good.clone();
    let block = bad.get_mut(&key).unwrap();
    *block = block.replacen("\\\"value\\\":\\\"", "\\\"value\\\":\\\"1", 1);
    assert_ne!(*block, good[&key]);
    put(&server, ledger, shard, &bad);
    let error = verify(session).unwrap_err();
    assert!(error.flaw().is_some_and(|flaw| flaw.whose == Whose::Records && flaw.number == 1), "{error}");
    // One is gone.
    let mut bad = good.clone();
    bad.remove(&key);
    put(&server, ledger, shard, &bad);
    let error = verify(session).unwrap_err();
    assert!(error.flaw().is_some_and(|flaw| flaw.whose == Whose::Records && flaw.number == 1), "{error}");
    // An anchor is that of another.
    let mut bad = good.clone();
    let last = format!("anchor/{}", verdict.anchors.sequence);
    bad.insert(last.clone(), good["anchor/1"].clone());
    put(&server, ledger, shard, &bad);
    let error = verify(session).unwrap_err();
    assert!(error.flaw().is_some_and(|flaw| flaw.whose == Whose::Anchors), "{error}");
    put(&server, ledger, shard, &good);
    assert_eq!(&verify(session).unwrap(), verdict);

    // The session is rolled back, and goes on from there.
    let earlier = entries(&server, "LedgerTills", session);
    server.runtime.block_on(tills.session("fresh").run(Charge { amount: 30 })).unwrap();
    let fresh = entries(&server, "LedgerTills", "fresh");
    server.runtime.block_on(tills.session("fresh").run(Charge { amount: 40 })).unwrap();
    let known = verify("fresh").unwrap();
    assert_eq!(known.records, 2);
    put(&server, "LedgerTills", "fresh", &fresh);
    server.runtime.block_on(tills.session("fresh").run(Charge { amount: 50 })).unwrap();
    thread::sleep(Duration::from_millis(500));
    let error = verify("fresh").unwrap_err();
    assert!(error.flaw().is_some_and(|flaw| flaw.whose == Whose::Anchors && !flaw.may_pass), "{error}");
    // Nobody else is concerned.
    assert_eq!(entries(&server, "LedgerTills", session), earlier);
    let again = server.runtime.block_on(tills.session(session.as_str()).verify_since(verdict)).unwrap();
    assert_eq!(again.records, verdict.records);
}

#[test]
fn who_has_no_ledger_is_told_so() {
    let Some(server) = Server::find() else { return };
    let _served = server.serve("PlainTills", false);
    let told = server.runtime.block_on(server.tills("PlainTills").session("a").verify());
    assert_eq!(told, Err(VerifyError::NoLedger));
}
