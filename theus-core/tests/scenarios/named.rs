//! Processes that are run by their names.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use theus_core::engine::ArgumentError;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Account {
    balance: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("there is not enough")]
struct TooLittle;

/// Has no JSON.
struct Token;

/// Cannot be written.
struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("it is broken")
    }
}

#[process(inputs = [domain.balance], outputs = [domain.balance], errors = [TooLittle])]
fn withdraw(ctx: Ctx<Account>, amount: i64, note: Option<String>) -> Result<Vec<i64>, TooLittle> {
    *ctx.domain.balance -= amount;
    if *ctx.domain.balance < 0 || note.as_deref() == Some("no") {
        return Err(TooLittle);
    }
    Ok(vec![amount, *ctx.domain.balance])
}

#[process(inputs = [domain.balance], outputs = [domain.balance])]
async fn deposit(ctx: Ctx<Account>, amount: i64) -> i64 {
    *ctx.domain.balance += amount;
    *ctx.domain.balance
}

#[process(inputs = [domain.balance], outputs = [domain.balance])]
fn open_token(ctx: Ctx<Account>) -> Token {
    *ctx.domain.balance += 1;
    Token
}

#[process(inputs = [domain.balance], outputs = [domain.balance])]
fn open_broken(ctx: Ctx<Account>) -> Broken {
    *ctx.domain.balance += 1;
    Broken
}

fn engine() -> Engine<Account> {
    Engine::builder(Account { balance: 100 })
        .process::<Withdraw>()
        .process::<Deposit>()
        .process::<OpenToken>()
        .process::<OpenBroken>()
        .recipe("audit.yaml", "process_recipes: { withdraw: { inputs: [ { field: amount, max: 50, level: B } ] } }")
        .unwrap()
        .build()
        .unwrap()
}

fn balance(engine: &Engine<Account>) -> i64 {
    *engine.snapshot().unwrap().balance
}

#[test]
fn a_process_is_run_by_its_name_and_gives_json() {
    let engine = engine();
    let report = engine.run_named("withdraw", &json!({ "amount": 40 })).unwrap();
    assert_eq!((report.result.unwrap(), report.version, report.attempts), (Some(json!([40, 60])), 1, 1));
    let failed = engine.run_named("withdraw", &json!({ "amount": 5, "note": "no" })).unwrap();
    let error = failed.result.unwrap_err();
    let process = error.process_error().unwrap();
    assert_eq!((process.name(), process.to_string().as_str()), ("TooLittle", "there is not enough"));
    let refused = engine.run_named("withdraw", &json!({ "amount": 51 })).unwrap();
    assert_eq!(refused.violations.len(), 1);
    assert!(matches!(refused.result, Err(RunError::Blocked(_))));
    assert_eq!(balance(&engine), 60);
}

#[test]
fn what_has_no_json_has_committed_all_the_same() {
    let engine = engine();
    for name in ["open_token", "open_broken"] {
        assert_eq!(engine.run_named(name, &Value::Null).unwrap().result.unwrap(), None, "{name}");
    }
    assert_eq!(balance(&engine), 102);
}

#[test]
fn who_asks_for_what_is_not_there_runs_nothing() {
    let engine = engine();
    let wrong = |name: &str, arguments: Value| engine.run_named(name, &arguments).unwrap_err().to_string();
    assert!(wrong("withdrawal", json!({})).contains("did you mean `withdraw`?"));
    assert!(wrong("withdraw", json!({ "amount": 1, "notes": "x" })).contains("did you mean `note`?"));
    assert_eq!(wrong("withdraw", json!({})), "`withdraw` needs the argument `amount: i64`");
    assert!(wrong("withdraw", json!({ "amount": "1" })).contains("as its argument `amount: i64`"));
    assert_eq!(wrong("withdraw", json!([1])), "the arguments of `withdraw` are a map from their names to their values");
    let asynchronous = engine.run_named("deposit", &json!({ "amount": 1 })).unwrap_err();
    assert_eq!(asynchronous, ArgumentError::Asynchronous { process: "deposit" });
    assert_eq!(balance(&engine), 100);
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn either_kind_is_run_as_a_task() {
    let engine = engine();
    let deposited = engine.run_named_async("deposit", &json!({ "amount": 5 })).unwrap();
    assert_eq!(tokio::spawn(deposited).await.unwrap().result.unwrap(), Some(json!(105)));
    let withdrawn = engine.run_named_async("withdraw", &json!({ "amount": 50 })).unwrap().await;
    assert_eq!(withdrawn.result.unwrap(), Some(json!([50, 55])));
    assert!(engine.run_named_async("withdraw", &json!({ "amount": 1.5 })).is_err());
    drop(engine.run_named_async("deposit", &json!({ "amount": 1 })).unwrap());
    assert_eq!(balance(&engine), 55);
}
