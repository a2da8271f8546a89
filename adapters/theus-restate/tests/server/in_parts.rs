//! Sessions that are kept in parts, on a server: from whole to parts and back, and whether their fields fit another program.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use theus_core::prelude::*;
use theus_restate::Object;

use super::program::Count;
use super::server::Server;

mod other {
    use theus_core::prelude::*;

    /// A later till, whose author has forgotten to migrate: what was counted is a text now.
    #[derive(Clone, Default, Context)]
    pub(super) struct Till {
        total: i64,
        count: String,
        paid: i64,
        told: i64,
        marks: theus_core::context::Table<u64, String>,
    }
}

/// The keys that a session has.
fn keys(server: &Server, object: &str, session: &str) -> BTreeSet<String> {
    let query = format!("SELECT key FROM state WHERE service_name = '{object}' AND service_key = '{session}'");
    let told: Value = serde_json::from_str(&server.asks_admin("query", &json!({ "query": query }))).unwrap();
    let rows = told["rows"].as_array().unwrap();
    rows.iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_session_goes_from_whole_to_parts_and_back() {
    let Some(server) = Server::find() else { return };
    let mut served = server.serve("TillsInTurn", false);
    let session = server.tills("TillsInTurn");
    let whole = BTreeSet::from(["session".to_owned()]);
    for turn in 1..=6_u64 {
        let in_parts = turn % 2 == 0;
        served.kill();
        served.keeps_in_parts(in_parts);
        served.start();
        for call in 1..=2 {
            let told = server.runtime.block_on(session.session("a").run(Count)).unwrap();
            assert_eq!(told.told.version, 2 * (turn - 1) + call, "nothing is lost on the way");
        }
        let keys = keys(&server, "TillsInTurn", "a");
        assert_eq!(keys == whole, !in_parts, "{keys:?}");
        assert_eq!(keys.contains("value:marks"), in_parts, "{keys:?}");
        let state = server.runtime.block_on(session.session("a").state()).unwrap();
        assert_eq!(state["data"]["count"], json!(2 * turn));
        assert_eq!(state["data"]["marks"][(2 * turn).to_string()], json!(format!("{:0>60}", 2 * turn)));
    }
}

#[test]
fn fields_that_do_not_fit_another_program_are_told() {
    let Some(server) = Server::find() else { return };
    let _served = server.serve_in_parts("TillsBefore");
    let tills = server.tills("TillsBefore");
    for session in ["a", "b", "c"] {
        server.runtime.block_on(tills.session(session).run(Count)).unwrap();
    }
    let engine = Engine::builder(other::Till::default()).carried().build().unwrap();
    let later = Object::new("TillsBefore", engine).build().unwrap();
    let check = server.runtime.block_on(later.check(&server.admin)).unwrap();
    assert!(!check.is_clean() && check.sessions == 3, "{check}");
    let of_count = check.findings.iter().find(|finding| finding.what.contains("`count`"));
    assert_eq!(of_count.map(|finding| finding.sessions), Some(3), "{check}");
}
