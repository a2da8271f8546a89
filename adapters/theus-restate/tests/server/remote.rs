//! The client: typed outputs and errors, keys, states.

use serde_json::json;
use theus_restate::RemoteError;

use super::program::{Charge, Negative};
use super::server::Server;

#[test]
fn a_session_elsewhere_is_run_as_one_here() {
    let Some(server) = Server::find() else { return };
    let _served = server.serve("RemoteTills", false);
    let tills = server.tills("RemoteTills");
    server.runtime.block_on(async {
        let till = tills.session("a/17 ä");
        let called = till.run(Charge { amount: 5 }).await.unwrap();
        assert_eq!((called.output, called.told.version), (5, 1));
        let error = till.run(Charge { amount: -1 }).await.unwrap_err();
        assert_eq!(error.declared::<Negative>().unwrap().amount, -1);
        for _ in 0..2 {
            till.run(Charge { amount: 150 }).await.unwrap();
        }
        let error = till.run(Charge { amount: 150 }).await.unwrap_err();
        assert!(matches!(&error, RemoteError::Refused(_)) && error.kind() == Some("refused"), "{error}");
        for _ in 0..3 {
            let called = till.run_once("one key", Charge { amount: 1 }).await.unwrap();
            assert_eq!(called.output, 306, "the answer of then");
        }
        let told = till.ask("CMD_PAY", json!({ "amount": 1 })).await.unwrap();
        assert_eq!(told.reply, Some(json!({ "paid": 3 })));
        assert_eq!(till.ask("CMD_STOP", json!(null)).await.unwrap_err().kind(), Some("not-taken"));
        assert_eq!(till.emit("CMD_NONE", json!(null)).await.unwrap_err().kind(), Some("unknown-event"));
        let state = till.state().await.unwrap();
        assert_eq!((&state["data"]["total"], &state["states"]), (&json!(306), &json!(["IDLE"])));
        assert_eq!(tills.session("nobody").state().await.unwrap()["exists"], false);
    });
}

#[test]
fn a_body_that_is_no_call_is_answered_as_such() {
    let Some(server) = Server::find() else { return };
    let _served = server.serve("WrongTills", false);
    let ingress = theus_restate::Ingress::at(&server.ingress).unwrap();
    let told: serde_json::Value = server.runtime.block_on(async {
        let body = json!({ "proces": "charge" });
        ingress.call(("WrongTills", "a", "run"), Some(&body), None).await.unwrap()
    });
    assert_eq!(told["refused"]["type"], "urn:theus:problem:malformed", "{told}");
}
