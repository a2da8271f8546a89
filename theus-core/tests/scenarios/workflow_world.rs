//! A shop whose processes write down what they do, for the tests of workflows.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Poll, Waker};
use std::time::{Duration, SystemTime};

use theus_core::EngineBuilder;
use theus_core::prelude::*;
use theus_core::workflow::{Handled, Status, VirtualClock};

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(super) struct Shop {
    pub(super) log: Vec<String>,
    pub(super) total: i64,
    pub(super) items: Vec<i64>,
    pub(super) open: bool,
    pub(super) sig_rung: bool,
}

/// The world outside.
#[derive(Clone, Default)]
pub(super) struct Outside {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    /// How often `ask` is still refused.
    refusals: AtomicU32,
    asked: AtomicU32,
    is_open: AtomicBool,
    waiting: AtomicU32,
    wakers: std::sync::Mutex<Vec<Waker>>,
}

impl Outside {
    pub(super) fn refuse(&self, times: u32) {
        self.inner.refusals.store(times, Ordering::SeqCst);
    }
    pub(super) fn asked(&self) -> u32 {
        self.inner.asked.load(Ordering::SeqCst)
    }
    pub(super) fn open(&self) {
        self.inner.is_open.store(true, Ordering::SeqCst);
        let wakers = std::mem::take(&mut *self.inner.wakers.lock().unwrap());
        wakers.into_iter().for_each(Waker::wake);
    }
    /// How many have it: this one, and every engine that it is an effect of.
    pub(super) fn holders(&self) -> usize {
        Arc::strong_count(&self.inner)
    }
    pub(super) fn waiting(&self) -> u32 {
        self.inner.waiting.load(Ordering::SeqCst)
    }
    async fn until_open(&self) {
        struct Waits<'a>(&'a Inner);
        impl Drop for Waits<'_> {
            fn drop(&mut self) {
                self.0.waiting.fetch_sub(1, Ordering::SeqCst);
            }
        }
        self.inner.waiting.fetch_add(1, Ordering::SeqCst);
        let _waits = Waits(&self.inner);
        poll_fn(|task| {
            let mut wakers = self.inner.wakers.lock().unwrap();
            wakers.retain(|waker| !waker.will_wake(task.waker()));
            wakers.push(task.waker().clone());
            drop(wakers);
            if self.inner.is_open.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

pub(super) struct Ports {
    outside: Outside,
}

pub(super) type App = Ctx<Shop, (), Ports>;
pub(super) type ShopEngine = Engine<Shop, (), Ports>;
pub(super) type Desk = WorkflowManager<Shop, (), Ports>;

#[derive(Debug, thiserror::Error)]
#[error("too much: {0}")]
pub(super) struct TooMuch(i64);

#[derive(Debug, thiserror::Error)]
#[error("nobody answers")]
pub(super) struct Busy;

#[process(inputs = [domain.log], outputs = [domain.log])]
pub(super) fn note(ctx: App, text: String) {
    ctx.domain.log.push(text);
}

#[process(inputs = [domain.log], outputs = [domain.log])]
pub(super) fn a(ctx: App) {
    ctx.domain.log.push("a".to_owned());
}

#[process(inputs = [domain.log], outputs = [domain.log])]
pub(super) fn b(ctx: App) {
    ctx.domain.log.push("b".to_owned());
}

#[process(inputs = [domain.total], outputs = [domain.total])]
pub(super) fn add(ctx: App, n: i64) -> i64 {
    *ctx.domain.total += n;
    *ctx.domain.total
}

#[process(inputs = [domain.log, domain.total], outputs = [domain.log, domain.total], errors = [TooMuch, Busy])]
pub(super) fn charge(ctx: App, amount: i64) -> Result<(), ChargeError> {
    ctx.domain.log.push(format!("charge {amount}"));
    *ctx.domain.total += amount;
    if amount > 100 { Err(TooMuch(amount).into()) } else { Ok(()) }
}

#[process(inputs = [domain.log, domain.total], outputs = [domain.log, domain.total])]
pub(super) fn refund(ctx: App, amount: i64) {
    ctx.domain.log.push(format!("refund {amount}"));
    *ctx.domain.total -= amount;
}

#[process(inputs = [domain.log], outputs = [domain.log], errors = [TooMuch])]
pub(super) fn refuse(ctx: App) -> Result<(), TooMuch> {
    ctx.domain.log.push("never".to_owned());
    Err(TooMuch(0))
}

#[process(inputs = [domain.log], outputs = [domain.log])]
pub(super) fn burst(ctx: App) {
    ctx.domain.log.push("never".to_owned());
    panic!("burst");
}

#[process(inputs = [domain.log], outputs = [domain.log], effects = [outside], errors = [Busy, TooMuch])]
pub(super) fn ask(ctx: App) -> Result<(), AskError> {
    let inner = &ctx.effects.outside.inner;
    inner.asked.fetch_add(1, Ordering::SeqCst);
    let refused = inner.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if refused.is_ok() {
        return Err(Busy.into());
    }
    ctx.domain.log.push("asked".to_owned());
    Ok(())
}

/// Fails each time, by its two errors in turn.
#[process(inputs = [domain.log], outputs = [domain.log], effects = [outside], errors = [Busy, TooMuch])]
pub(super) fn moody(ctx: App) -> Result<(), MoodyError> {
    ctx.domain.log.push("never".to_owned());
    let asked = ctx.effects.outside.inner.asked.fetch_add(1, Ordering::SeqCst);
    if asked % 2 == 0 { Err(Busy.into()) } else { Err(TooMuch(0).into()) }
}

#[process(inputs = [domain.log], outputs = [domain.log], effects = [outside])]
pub(super) async fn wait(ctx: App) {
    ctx.effects.outside.until_open().await;
    ctx.domain.log.push("waited".to_owned());
}

#[process(outputs = [domain.open], effects = [outside])]
pub(super) async fn wait_too(ctx: App) {
    ctx.effects.outside.until_open().await;
    ctx.domain.open.set(true);
}

/// Waits for nothing outside: it may be run again.
#[process(inputs = [domain.log], outputs = [domain.log])]
pub(super) async fn think(ctx: App) {
    let mut thought = false;
    poll_fn(|task| {
        task.waker().wake_by_ref();
        if std::mem::replace(&mut thought, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    ctx.domain.log.push("thought".to_owned());
}

#[process(inputs = [domain.log], outputs = [domain.log])]
pub(super) fn sign(ctx: App, by: Option<String>, of: i64) {
    ctx.domain.log.push(format!("{by:?} {of}"));
}

/// Thinks twice, and refuses then.
#[process(inputs = [domain.log], outputs = [domain.log], errors = [TooMuch])]
pub(super) async fn doubt(ctx: App) -> Result<(), TooMuch> {
    let mut thought = false;
    poll_fn(|task| {
        task.waker().wake_by_ref();
        if std::mem::replace(&mut thought, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    ctx.domain.log.push("never".to_owned());
    Err(TooMuch(1))
}

#[process(outputs = [domain.sig_rung])]
pub(super) fn ring(ctx: App) {
    ctx.domain.sig_rung.set(true);
}

/// Waits for the world outside, and signals then.
#[process(outputs = [domain.sig_rung], effects = [outside])]
pub(super) async fn ring_late(ctx: App) {
    ctx.effects.outside.until_open().await;
    ctx.domain.sig_rung.set(true);
}

/// Waits for the world outside, which may not answer.
#[process(outputs = [domain.open], effects = [outside], errors = [Busy])]
pub(super) async fn wait_for(ctx: App) -> Result<(), Busy> {
    ctx.effects.outside.until_open().await;
    ctx.domain.open.set(true);
    Ok(())
}

/// Refuses at once, and has nothing to do with the log.
#[process(outputs = [domain.open], errors = [TooMuch])]
pub(super) fn refuse_too(ctx: App) -> Result<(), TooMuch> {
    ctx.domain.open.set(true);
    Err(TooMuch(2))
}

/// What refuses says how long to wait.
#[derive(Clone, Debug, thiserror::Error, serde::Serialize, Inspect)]
#[error("too many calls")]
pub(super) struct RateLimited {
    retry_after: f64,
    pause: Duration,
    whole: i64,
    perhaps: Option<u64>,
}

/// Refused as often as nobody answers, and then told to wait for so many seconds.
#[process(inputs = [domain.log], outputs = [domain.log], effects = [outside], errors = [RateLimited, Busy])]
pub(super) fn call(ctx: App, seconds: f64) -> Result<(), CallError> {
    let inner = &ctx.effects.outside.inner;
    inner.asked.fetch_add(1, Ordering::SeqCst);
    let refused = inner.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if refused.is_ok() {
        let pause = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let whole = -7;
        let retry_after = if seconds == -1_000.0 { f64::NAN } else { seconds };
        return Err(RateLimited { retry_after, pause, whole, perhaps: None }.into());
    }
    ctx.domain.log.push("called".to_owned());
    Ok(())
}

pub(super) fn shop(state: Shop) -> (ShopEngine, Outside) {
    shop_with(state, "")
}

pub(super) fn shop_with(state: Shop, recipe: &str) -> (ShopEngine, Outside) {
    shop_of(state, |builder| if recipe.is_empty() { builder } else { builder.recipe("audit.yaml", recipe).unwrap() })
}

type Builder = EngineBuilder<Shop, (), Ports>;

pub(super) fn shop_of(state: Shop, with: impl FnOnce(Builder) -> Builder) -> (ShopEngine, Outside) {
    let outside = Outside::default();
    (shop_beside(state, &outside, with), outside)
}

/// The same with a world outside that is there already.
pub(super) fn shop_beside(state: Shop, outside: &Outside, with: impl FnOnce(Builder) -> Builder) -> ShopEngine {
    let builder = Engine::builder(state)
        .effects(Ports { outside: outside.clone() })
        .process::<Note>()
        .process::<A>()
        .process::<B>()
        .process::<Add>()
        .process::<Charge>()
        .process::<Refund>()
        .process::<Refuse>()
        .process::<Burst>()
        .process::<Ask>()
        .process::<Moody>()
        .process::<Call>()
        .process::<Wait>()
        .process::<WaitToo>()
        .process::<Think>()
        .process::<Doubt>()
        .process::<Sign>()
        .process::<Ring>()
        .process::<RingLate>()
        .process::<WaitFor>()
        .process::<RefuseToo>();
    with(builder).build().unwrap()
}

/// The flow on a fresh shop, by a clock that jumps.
pub(super) fn desk(flow: &str) -> (Desk, ShopEngine, Outside, VirtualClock) {
    let (engine, outside) = shop(Shop::default());
    let clock = VirtualClock::new();
    (of(&engine, flow).clock(clock.clone()), engine, outside, clock)
}

pub(super) fn of(engine: &ShopEngine, flow: &str) -> Desk {
    WorkflowManager::from_text(engine, "flow.yaml", flow).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn state(engine: &ShopEngine) -> Shop {
    engine.snapshot().unwrap().to_context()
}

pub(super) fn log(engine: &ShopEngine) -> Vec<String> {
    state(engine).log
}

/// Seconds since the clock began.
pub(super) fn seconds(clock: &VirtualClock) -> f64 {
    use theus_core::workflow::Clock;
    clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

/// What was run, in order.
pub(super) fn runs(handled: &[Handled]) -> Vec<&'static str> {
    handled.iter().flat_map(|handled| &handled.steps).map(|step| step.process).collect()
}

pub(super) fn is_cancelled(desk: &Desk) -> bool {
    matches!(desk.status(), Status::Cancelled { .. })
}
