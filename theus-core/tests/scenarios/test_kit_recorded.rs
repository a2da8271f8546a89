//! What effects were asked once is played in tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};
use theus_core::effect::Effect;
use theus_core::prelude::*;
use theus_core::test::{Fixture, FixtureProblem, Trial, Walk};

use crate::executor::block_on;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Order {
    receipts: Vec<String>,
    rate: f64,
    #[context(redact)]
    card: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("declined for {reason}")]
struct Declined {
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Receipt {
    number: u32,
    bytes: (u8, Option<char>),
}

#[theus_core::effect]
trait Gateway {
    fn charge(&self, key: &str, amount: i64) -> Result<Receipt, Declined>;
    fn rate(&self) -> f64;
    async fn refund(&self, number: u32) -> bool;
}

/// The world: it counts how often it is asked.
struct Bank(Arc<AtomicU32>);

#[theus_core::effect]
impl Gateway for Bank {
    fn charge(&self, _: &str, amount: i64) -> Result<Receipt, Declined> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        match amount {
            ..=100 => Ok(Receipt { number, bytes: (7, Some('x')) }),
            _ => Err(Declined { reason: format!("{amount}") }),
        }
    }
    fn rate(&self) -> f64 {
        self.0.fetch_add(1, Ordering::Relaxed);
        f64::INFINITY
    }
    async fn refund(&self, number: u32) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed);
        number == 0
    }
}

struct Ports {
    gateway: Effect<dyn Gateway>,
}

type App = Ctx<Order, (), Ports>;

#[process(updates = [domain.receipts], outputs = [domain.rate], effects = [gateway], errors = [Declined])]
fn pay(ctx: App, amount: i64) -> Result<(), Declined> {
    let key = ctx.effects.key();
    ctx.domain.rate.set(ctx.effects.gateway.rate());
    let receipt = ctx.effects.gateway.charge(key.as_str(), amount)?;
    ctx.domain.receipts.push(format!("{} {:?}", receipt.number, receipt.bytes));
    Ok(())
}

#[process(updates = [domain.receipts], effects = [gateway])]
async fn back(ctx: App, number: u32) {
    let is_first = ctx.effects.gateway.refund(number).await;
    ctx.domain.receipts.push(format!("refunded: {is_first}"));
}

#[process(outputs = [domain.card], effects = [gateway], errors = [Declined])]
fn register(ctx: App, #[redact] card: String) -> Result<(), Declined> {
    ctx.effects.gateway.charge(&card, 0)?;
    ctx.domain.card.set(card);
    Ok(())
}

fn world() -> (Ports, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    (Ports { gateway: Effect::new(Bank(Arc::clone(&asked))) }, asked)
}

fn trial(fixture: &Fixture) -> (Trial<Order, (), Ports>, Arc<AtomicU32>) {
    let (ports, asked) = world();
    (Trial::of(Order::default()).effects(ports).recorded(fixture), asked)
}

/// What one payment asks, and what comes of it.
fn paid(fixture: &Fixture, amount: i64) -> (Result<(), String>, Option<Order>, u32) {
    let (trial, asked) = trial(fixture);
    let outcome = trial.run(Pay { amount }).unwrap();
    (outcome.result.map_err(|error| error.to_string()), outcome.state, asked.load(Ordering::Relaxed))
}

#[test]
fn what_is_recorded_once_is_played_without_asking_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("effects/pay.json");
    let recording = Fixture::recording(&file);
    let (recorded, state, asked) = paid(&recording, 60);
    assert_eq!((recorded, asked), (Ok(()), 2));
    recording.finish().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["{", r#"  "effects": 1,"#, r#"  "calls": ["#]);
    assert!(
        lines[4].contains(r#""call":"gateway.rate","with":[],"gave_bytes":"#),
        "infinity is none of JSON's: {text}"
    );
    assert!(lines[5].contains(r#","gave":{"Ok":{"bytes":[7,"x"],"number":1}}}"#), "{text}");
    let playing = Fixture::file(&file).unwrap();
    assert_eq!(paid(&playing, 60), (Ok(()), state, 0));
    playing.finish().unwrap();
    // One that fails, and one that is awaited.
    let recording = Fixture::recording(&file);
    assert_eq!(paid(&recording, 500).0, Err("declined for 500".to_owned()));
    let recorded = block_on(trial(&recording).0.run_async(Back { number: 0 })).unwrap().state.unwrap();
    recording.finish().unwrap();
    let playing = Fixture::file(&file).unwrap();
    assert_eq!(paid(&playing, 500).0, Err("declined for 500".to_owned()));
    let (trial, asked) = trial(&playing);
    assert_eq!(block_on(trial.run_async(Back { number: 0 })).unwrap().state.unwrap(), recorded);
    assert_eq!((asked.load(Ordering::Relaxed), playing.finish()), (0, Ok(())));
}

const PAID: &str = r#"{
  "effects": 1,
  "calls": [
    { "process": "pay", "call": "key", "with": [], "gave": "k1" },
    { "process": "pay", "call": "gateway.rate", "with": [], "gave": 1.5 },
    { "process": "pay", "call": "gateway.charge", "with": ["k1", 60], "gave": { "Ok": { "number": 9, "bytes": [1, null] } } }
  ]
}"#;

fn playing() -> Fixture {
    Fixture::text("pay.json", PAID).unwrap()
}

#[test]
fn other_arguments_another_order_one_call_more_and_one_less_are_told_by_name() {
    let fixture = playing();
    let (result, state, asked) = paid(&fixture, 60);
    assert_eq!((result, state.unwrap().receipts, asked), (Ok(()), vec!["9 (1, None)".to_owned()], 0));
    assert_eq!(fixture.finish(), Ok(()));

    let fixture = playing();
    let (result, state, _) = paid(&fixture, 61);
    let said = "pay.json: call 3 was `gateway.charge [\"k1\",60]` of `pay`, and now it is `gateway.charge [\"k1\",61]` of `pay`; \
                where that is right, record it again with THEUS_RECORD=1";
    let result = result.unwrap_err();
    assert!(result.contains(said), "{result}");
    assert_eq!(state.unwrap(), Order::default(), "nothing of it is committed");
    assert_eq!(fixture.finish().unwrap_err().to_string(), said);

    let fixture = playing();
    drop(paid(&fixture, 60));
    let more = paid(&fixture, 60).0.unwrap_err();
    assert!(more.contains("pay.json: `key []` of `pay` was not called then"), "{more}");
    assert!(matches!(fixture.finish().unwrap_err().problem, FixtureProblem::TooMany { .. }));

    let swapped = PAID.replace("gateway.rate\", \"with\": []", "gateway.fee\", \"with\": []");
    let result = paid(&Fixture::text("pay.json", &swapped).unwrap(), 60).0.unwrap_err();
    assert!(result.contains("call 2 was `gateway.fee []` of `pay`, and now it is `gateway.rate []`"), "{result}");

    let left = playing().finish().unwrap_err();
    assert!(
        left.to_string().starts_with("pay.json: 3 calls did not come, the first is call 1, `key []` of `pay`"),
        "{left}"
    );
    let other = PAID.replace("\"gave\": 1.5", "\"gave\": \"much\"");
    let fixture = Fixture::text("pay.json", &other).unwrap();
    let result = paid(&fixture, 60).0.unwrap_err();
    assert!(result.contains("what `gateway.rate []` of `pay` gave is of another type by now"), "{result}");
    assert!(matches!(fixture.finish().unwrap_err().problem, FixtureProblem::AnotherType { .. }));
}

#[test]
fn what_is_redacted_stays_so_and_is_not_compared() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("register.json");
    let recording = Fixture::recording(&file);
    let register = |card: &str| Register { card: card.to_owned() };
    assert!(trial(&recording).0.run(register("4111")).unwrap().result.is_ok());
    recording.finish().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(r#""with":"(redacted)""#) && !text.contains("4111"), "{text}");
    let playing = Fixture::file(&file).unwrap();
    assert!(trial(&playing).0.run(register("4222")).unwrap().result.is_ok());
    assert_eq!(playing.finish(), Ok(()));
}

#[test]
fn what_is_no_fixture_is_refused() {
    let wrong = |text: &str| Fixture::text("f.json", text).map(drop).unwrap_err();
    let missing = Fixture::file("no/such/fixture.json").map(drop).unwrap_err();
    assert_eq!(missing.to_string(), "no/such/fixture.json: there is no such file: record it with THEUS_RECORD=1");
    assert!(matches!(wrong("[]").problem, FixtureProblem::NoFixture(_)));
    assert_eq!(wrong(r#"{ "effects": 2, "calls": {} }"#).problem, FixtureProblem::Format(2));
    let unknown = wrong(&PAID.replace("\"with\": []", "\"width\": []"));
    assert!(unknown.to_string().contains("unknown field `width`"), "{unknown}");
    let both = wrong(&PAID.replace("\"gave\": 1.5", "\"gave\": 1.5, \"gave_bytes\": \"00\""));
    assert!(both.to_string().contains("call 2, `gateway.rate []` of `pay`, has both"), "{both}");
    let odd = wrong(&PAID.replace("\"gave\": 1.5", "\"gave_bytes\": \"0\""));
    assert!(odd.to_string().contains("not hexadecimal"), "{odd}");
}

#[test]
fn a_walk_is_answered_in_any_order_as_often_as_it_asks() {
    const FLOW: &str = r#"
external: [CMD_PAY]
states:
  OPEN: { events: { CMD_PAY: { steps: { run: pay, with: { amount: 60 } } } } }
"#;
    let fixture = playing().in_any_order();
    let (_, asked) = world();
    let walk = Walk::new(|clock| {
        let ports = Ports { gateway: Effect::new(Bank(Arc::clone(&asked))) };
        let engine = Engine::builder(Order::default()).effects(ports).process::<Pay>().recorded(&fixture).build()?;
        Ok(WorkflowManager::from_text(&engine, "pay.yaml", FLOW)?.clock(clock))
    });
    let coverage = walk
        .event("CMD_PAY", |_| serde_json::Value::Null)
        .holds("each receipt is the one that was recorded", |order: &Order| {
            order.receipts.iter().all(|it| it == "9 (1, None)")
        })
        .length(6)
        .run(5, 1)
        .unwrap();
    assert!(coverage.is_whole() && coverage.ways()[0].taken > 5, "{coverage}");
    assert_eq!((asked.load(Ordering::Relaxed), fixture.finish()), (0, Ok(())));
    let other = playing().in_any_order();
    assert!(paid(&other, 7).0.unwrap_err().contains("`gateway.charge [\"k1\",7]` of `pay` was not called then"));
}
