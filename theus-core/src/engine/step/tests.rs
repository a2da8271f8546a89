#![allow(clippy::unwrap_used, clippy::panic)]

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Poll, Waker};

use serde_json::{Value, json};

use super::*;
use crate::engine::Turn;
use crate::prelude::*;
use crate::process::RunError;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Shop {
    stock: i64,
    price: i64,
    note: String,
    seen: i64,
}

#[derive(Default)]
struct World {
    open: AtomicBool,
    inside: AtomicUsize,
    most: AtomicUsize,
}

impl World {
    /// Waits for the world to open, and notes how many wait at once.
    async fn wait(&self) {
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(inside, Ordering::SeqCst);
        poll_fn(|task| {
            task.waker().wake_by_ref();
            if self.open.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        self.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Ports {
    world: Arc<World>,
}

type App = Ctx<Shop, (), Ports>;

#[derive(Debug, thiserror::Error)]
#[error("there is none left")]
struct SoldOut;

mod bank {
    #[derive(Debug, thiserror::Error)]
    #[error("the card is refused")]
    pub(super) struct Refused;
}

#[process(inputs = [domain.stock], outputs = [domain.stock], errors = [SoldOut, bank::Refused])]
fn sell(ctx: App, pieces: u32, to: Option<String>) -> Result<(), SellError> {
    if to.as_deref() == Some("mallory") {
        return Err(bank::Refused.into());
    }
    *ctx.domain.stock -= i64::from(pieces);
    if *ctx.domain.stock < 0 { Err(SoldOut.into()) } else { Ok(()) }
}

#[process(inputs = [domain.seen], outputs = [domain.seen])]
fn count(ctx: App) {
    *ctx.domain.seen += 1;
}

#[process(outputs = [domain.price], effects = [world], errors = [SoldOut])]
async fn ask_price(ctx: App, price: i64) -> Result<(), SoldOut> {
    ctx.domain.price.set(price);
    ctx.effects.world.wait().await;
    if price == 0 { Err(SoldOut) } else { Ok(()) }
}

#[process(outputs = [domain.note], effects = [world])]
async fn ask_note(ctx: App) {
    ctx.effects.world.wait().await;
    ctx.domain.note.set("asked".to_owned());
}

#[process(inputs = [domain.price], effects = [world])]
async fn show(ctx: App) -> i64 {
    ctx.effects.world.wait().await;
    *ctx.domain.price
}

#[derive(Clone, Debug, serde::Serialize)]
struct Trap;

impl<'de> serde::Deserialize<'de> for Trap {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("a trap")
    }
}

#[process()]
fn spring(_ctx: App, trap: Trap) {
    let Trap = trap;
}

fn shop(recipe: &str) -> (Engine<Shop, (), Ports>, Arc<World>) {
    let world = Arc::new(World::default());
    let engine = Engine::builder(Shop { stock: 5, ..Shop::default() })
        .effects(Ports { world: world.clone() })
        .process::<Sell>()
        .process::<Count>()
        .process::<AskPrice>()
        .process::<AskNote>()
        .process::<Show>()
        .process::<Spring>()
        .recipe("audit.yaml", recipe)
        .unwrap()
        .build()
        .unwrap();
    (engine, world)
}

const NO_RULES: &str = "process_recipes: { count: { outputs: [ { field: domain.seen, min: 0 } ] } }";

fn arguments(value: Value) -> Option<Arguments> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn done(engine: &Engine<Shop, (), Ports>, process: &str, with: Value) -> StepReport {
    match engine.start_step(process, arguments(with), Turn::default()).unwrap() {
        StepRun::Done(report) => report,
        StepRun::Pending(_) => panic!("`{process}` is a plain `fn`"),
    }
}

fn refused(engine: &Engine<Shop, (), Ports>, process: &str, with: Value) -> String {
    match engine.start_step(process, arguments(with), Turn::default()) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("`{process}` was started"),
    }
}

fn state(engine: &Engine<Shop, (), Ports>) -> Shop {
    engine.snapshot().unwrap().to_context()
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut std::task::Context::from_waker(Waker::noop()))
}

#[test]
fn a_step_takes_its_arguments_by_name() {
    let (engine, _) = shop(NO_RULES);
    assert!(done(&engine, "sell", json!({ "to": "alice", "pieces": 2 })).result.is_ok());
    assert_eq!(state(&engine).stock, 3);
    assert!(done(&engine, "sell", json!({ "to": null, "pieces": 1 })).result.is_ok());
    assert!(done(&engine, "count", Value::Null).result.is_ok());
    assert!(done(&engine, "count", json!({})).result.is_ok());
    assert_eq!((state(&engine).stock, state(&engine).seen), (2, 2));
}

#[test]
fn an_argument_that_is_wrong_is_named_and_nothing_runs() {
    let (engine, _) = shop(NO_RULES);
    for (process, with, message) in [
        ("sell", json!({ "pieces": 1 }), "`sell` needs the argument `to: Option<String>`"),
        ("sell", Value::Null, "`sell` needs the argument `pieces: u32`"),
        ("sell", json!({ "pieces": 1, "too": "a" }), "`sell` has no argument `too`; did you mean `to`?"),
        ("count", json!({ "pieces": 1 }), "`count` has no argument `pieces`"),
        (
            "sell",
            json!({ "pieces": "two", "to": null }),
            "`sell` cannot take this value as its argument `pieces: u32`: invalid type: string \"two\", expected u32",
        ),
        (
            "sell",
            json!({ "pieces": -1, "to": null }),
            "`sell` cannot take this value as its argument `pieces: u32`: invalid value: integer `-1`, expected u32",
        ),
        (
            "sell",
            json!({ "pieces": 1, "to": 7 }),
            "`sell` cannot take this value as its argument `to: Option<String>`: invalid type: integer `7`, expected a string",
        ),
        (
            "spring",
            json!({ "trap": 1 }),
            "`spring` cannot take this value as its argument `trap: Trap`: reading it panicked",
        ),
        ("sel", Value::Null, "no process `sel` is registered with this engine; did you mean `sell`?"),
    ] {
        assert_eq!(refused(&engine, process, with), message);
    }
    assert_eq!(state(&engine).stock, 5);
}

#[test]
fn a_declared_error_has_the_name_that_the_contract_says() {
    let (engine, world) = shop(NO_RULES);
    world.open.store(true, Ordering::SeqCst);
    let name = |report: StepReport| match report.result {
        Err(RunError::Process(error)) => error.name(),
        other => panic!("{other:?}"),
    };
    assert_eq!(name(done(&engine, "sell", json!({ "pieces": 9, "to": null }))), "SoldOut");
    assert_eq!(name(done(&engine, "sell", json!({ "pieces": 1, "to": "mallory" }))), "bank::Refused");
    assert_eq!(Sell::CONTRACT.errors, ["SoldOut", "bank::Refused"]);
    let Ok(StepRun::Pending(mut asking)) =
        engine.start_step("ask_price", arguments(json!({ "price": 0 })), Turn::default())
    else {
        panic!("it is an `async fn`")
    };
    let Poll::Ready(report) = poll(asking.as_mut()) else { panic!("the world is open") };
    assert_eq!(name(report), "SoldOut");
}

#[test]
fn a_pending_step_that_is_dropped_is_rolled_back() {
    let (engine, world) = shop(NO_RULES);
    for commits in [false, true] {
        let Ok(StepRun::Pending(mut asking)) =
            engine.start_step("ask_price", arguments(json!({ "price": 7 })), Turn::default())
        else {
            panic!("it is an `async fn`")
        };
        assert!(poll(asking.as_mut()).is_pending());
        world.open.store(commits, Ordering::SeqCst);
        assert_eq!(commits && poll(asking.as_mut()).is_ready(), commits);
        drop(asking);
        assert_eq!(state(&engine).price, if commits { 7 } else { 0 });
        assert!(done(&engine, "count", Value::Null).result.is_ok(), "the session is free again");
    }
}

/// Nobody asks for what they give.
fn unnamed(steps: Vec<(&str, Option<Arguments>)>) -> Vec<(&str, Option<Arguments>, bool)> {
    steps.into_iter().map(|(process, arguments)| (process, arguments, false)).collect()
}

/// Starts them, to be awaited to the end of all of them.
fn together(
    engine: &Engine<Shop, (), Ports>,
    steps: Vec<(&str, Option<Arguments>)>,
) -> Result<Pin<Box<dyn Future<Output = Vec<StepReport>>>>, TogetherError> {
    let give_up = steps.iter().map(|_| Mark::default()).collect();
    let run = engine.start_together(unnamed(steps), give_up, Turn::default())?;
    Ok(Box::pin(async move { run.await.into_iter().flatten().collect() }))
}

#[test]
fn a_step_side_by_side_that_is_given_up_rolls_back_and_the_others_go_on() {
    let (engine, world) = shop(NO_RULES);
    let give_up: Marks = (0..3).map(|_| Mark::default()).collect();
    let steps = vec![("ask_price", arguments(json!({ "price": 7 }))), ("count", None), ("ask_note", None)];
    let mut run = engine.start_together(unnamed(steps), Arc::clone(&give_up), Turn::default()).unwrap();
    assert!(poll(run.as_mut()).is_pending());
    give_up[0].give_up();
    give_up[1].give_up();
    assert!(poll(run.as_mut()).is_pending(), "one of them still waits");
    world.open.store(true, Ordering::SeqCst);
    let Poll::Ready(reports) = poll(run.as_mut()) else { panic!("the world is open") };
    let ended: Vec<_> = reports.iter().map(|report| report.as_ref().map(|report| report.result.is_ok())).collect();
    assert_eq!(ended, [None, Some(true), Some(true)], "what had committed when it was given up has committed");
    assert_eq!(state(&engine), Shop { stock: 5, price: 0, note: "asked".to_owned(), seen: 1 });
}

#[test]
fn effects_side_by_side_overlap_and_each_commits_by_itself() {
    let (engine, world) = shop(NO_RULES);
    let steps = vec![
        ("count", None),
        ("ask_price", arguments(json!({ "price": 0 }))),
        ("ask_note", None),
        ("sell", arguments(json!({ "pieces": 1, "to": null }))),
    ];
    let mut run = together(&engine, steps).unwrap();
    assert!(poll(run.as_mut()).is_pending());
    assert_eq!(world.most.load(Ordering::SeqCst), 2, "both wait for the world at once");
    assert_eq!((state(&engine).seen, state(&engine).stock), (1, 4), "those that need not wait have committed");

    // The lease keeps everybody else out.
    let mut other = pin!(engine.run_async(Show {}));
    assert!(poll(other.as_mut()).is_pending());
    assert_eq!(world.most.load(Ordering::SeqCst), 2);

    world.open.store(true, Ordering::SeqCst);
    let Poll::Ready(reports) = poll(run.as_mut()) else { panic!("the world is open") };
    let ended: Vec<_> = reports.iter().map(|report| report.result.is_ok()).collect();
    assert_eq!(ended, [true, false, true, true], "in the order of the steps");
    assert_eq!(state(&engine), Shop { stock: 4, price: 0, note: "asked".to_owned(), seen: 1 });
    assert!(poll(other.as_mut()).is_ready(), "the lease is over");
}

#[test]
fn steps_side_by_side_that_are_dropped_roll_back_what_has_not_committed() {
    let (engine, _) = shop(NO_RULES);
    let steps = vec![("ask_price", arguments(json!({ "price": 7 }))), ("ask_note", None), ("count", None)];
    let mut run = together(&engine, steps).unwrap();
    assert!(poll(run.as_mut()).is_pending());
    drop(run);
    assert_eq!(state(&engine), Shop { stock: 5, seen: 1, ..Shop::default() });
    assert!(done(&engine, "count", Value::Null).result.is_ok(), "the session is free again");
}

#[test]
fn steps_in_each_others_way_are_refused_before_any_of_them_runs() {
    let (engine, _) = shop(NO_RULES);
    let together = |steps| together(&engine, steps).err().map(|error| error.to_string());
    assert_eq!(
        together(vec![("count", None), ("ask_price", arguments(json!({ "price": 7 }))), ("show", None)]).as_deref(),
        Some("they cannot run side by side: `ask_price` writes domain.price, which `show` reads")
    );
    assert_eq!(
        together(vec![("count", None), ("ask_price", None)]).as_deref(),
        Some("`ask_price` needs the argument `price: i64`")
    );
    assert_eq!(state(&engine).seen, 0);
    assert_eq!(together(vec![("show", None), ("show", None), ("count", None)]), None, "readers are in nobody's way");
}

/// A rule can look at what is no input: it sees what the others have committed.
#[test]
fn the_audit_judges_steps_side_by_side_in_the_order_of_their_commits() {
    let recipe = "
process_recipes:
  ask_note:
    inputs: [ { field: domain.seen, max: 0 }, { field: domain.stock, max: 4, level: C, max_threshold: 9 } ]
    outputs: [ { field: domain.seen, max: 1, level: A } ]
  ask_price:
    inputs: [ { field: price, max: 10 } ]
    outputs: [ { field: domain.price, max: 8 } ]
";
    let (engine, world) = shop(recipe);
    let steps = vec![("ask_note", None), ("count", None), ("ask_price", arguments(json!({ "price": 9 })))];
    let mut run = together(&engine, steps).unwrap();
    assert!(poll(run.as_mut()).is_pending());
    world.open.store(true, Ordering::SeqCst);
    let Poll::Ready(reports) = poll(run.as_mut()) else { panic!("the world is open") };
    let [note, count, price] = &reports[..] else { panic!("three") };
    assert!(matches!(&note.result, Err(RunError::Blocked(_))), "{note:?}");
    assert!(count.result.is_ok());
    assert!(matches!(&price.result, Err(RunError::Blocked(_))), "{price:?}");
    assert_eq!(note.violations.len(), 2, "each rule once, however often it was judged: {:?}", note.violations);
    assert_eq!(engine.audit_records().len(), 1 + 3, "the recipe, and every violation once");
    assert_eq!(state(&engine), Shop { stock: 5, seen: 1, ..Shop::default() });
}

#[test]
fn nothing_runs_side_by_side_while_the_engine_is_halted() {
    let recipe = "process_recipes: { ask_price: { outputs: [ { field: domain.price, max: 8, level: S } ] } }";
    let (engine, world) = shop(recipe);
    world.open.store(true, Ordering::SeqCst);
    let steps = || vec![("ask_price", arguments(json!({ "price": 9 }))), ("ask_note", None), ("count", None)];
    let mut run = together(&engine, steps()).unwrap();
    let Poll::Ready(reports) = poll(run.as_mut()) else { panic!("the world is open") };
    assert!(matches!(&reports[0].result, Err(RunError::Interlocked(_))));
    assert!(reports[1..].iter().all(|report| matches!(&report.result, Err(RunError::Halted(_)))), "{reports:?}");
    assert_eq!(state(&engine), Shop { stock: 5, ..Shop::default() });
}
