//! What a process asks the world outside is in the journal, and a replay asks nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use theus_core::effect;
use theus_core::effect::{Clock, Effect, Random};
use theus_core::engine::{Diverged, Journal};
use theus_core::prelude::*;
use theus_core::store::{MemoryStore, Store};

#[derive(Clone, Default, Context)]
struct Account {
    paid: i64,
    receipt: String,
    lucky: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the card {card} was declined")]
struct Declined {
    card: String,
}

#[effect]
trait Gateway {
    /// Charges a card.
    fn charge(&self, card: &str, amount: i64, key: &str) -> Result<String, Declined>;
    fn rate(&self) -> f64;
}

#[effect]
trait Lookup {
    async fn name_of(&self, card: &str) -> Result<String, Declined>;
    async fn slow(&self) -> u64;
}

/// The world outside, which counts how often it was asked.
#[derive(Default)]
struct World {
    asked: AtomicU64,
    keys: Mutex<Vec<String>>,
}

impl Gateway for World {
    fn charge(&self, card: &str, amount: i64, key: &str) -> Result<String, Declined> {
        self.keys.lock().push(key.to_owned());
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        match amount {
            1_000.. => Err(Declined { card: card.to_owned() }),
            _ => Ok(format!("receipt {number}")),
        }
    }
    fn rate(&self) -> f64 {
        self.asked.fetch_add(1, Ordering::Relaxed);
        f64::NAN
    }
}

#[effect]
impl Lookup for World {
    async fn name_of(&self, card: &str) -> Result<String, Declined> {
        tokio::task::yield_now().await;
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let card = Some(card).filter(|card| *card != "stolen").ok_or_else(|| Declined { card: card.to_owned() })?;
        Ok(format!("{card}'s {number}"))
    }
    async fn slow(&self) -> u64 {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        1
    }
}

struct Ports {
    gateway: Effect<dyn Gateway>,
    lookup: Effect<dyn Lookup>,
    clock: Effect<dyn Clock>,
    random: Effect<dyn Random>,
    plain: Arc<World>,
}

type App = Ctx<Account, (), Ports>;

#[process(inputs = [domain.paid], outputs = [domain.paid, domain.receipt], effects = [gateway], errors = [Declined])]
fn charge(ctx: App, card: String, amount: i64) -> Result<(), Declined> {
    let key = ctx.effects.key();
    let receipt = ctx.effects.gateway.charge(&card, amount, key.as_str())?;
    ctx.domain.receipt.set(receipt);
    *ctx.domain.paid += amount;
    if ctx.effects.gateway.rate().is_nan() {
        *ctx.domain.paid += 1;
    }
    Ok(())
}

#[process(outputs = [domain.receipt, domain.lucky], effects = [clock, random])]
fn draw(ctx: App) {
    let now = ctx.effects.clock.now();
    ctx.domain.receipt.set(format!("{:?}", now.duration_since(SystemTime::UNIX_EPOCH)));
    let below = ctx.effects.random.below(100);
    ctx.domain.lucky.set(below + ctx.effects.random.bits());
}

#[process(outputs = [domain.receipt], effects = [lookup], errors = [Declined])]
async fn look_up(ctx: App, cards: Vec<String>) -> Result<(), Declined> {
    let lookup = ctx.effects.lookup;
    let [one, other] = [&cards[0], &cards[1]].map(|card| lookup.name_of(card));
    let (one, other) = tokio::join!(other, one);
    ctx.domain.receipt.set(format!("{} {}", one?, other?));
    Ok(())
}

#[process(outputs = [domain.lucky], effects = [lookup])]
async fn impatient(ctx: App) {
    let lucky = tokio::select! {
        lucky = ctx.effects.lookup.slow() => lucky,
        name = ctx.effects.lookup.name_of("Ann") => name.map_or(0, |name| name.len() as u64),
    };
    ctx.domain.lucky.set(lucky);
}

#[process(outputs = [domain.lucky], effects = [gateway, plain])]
fn partly_seen(ctx: App) {
    let _ = ctx.effects.gateway.rate();
    ctx.domain.lucky.set(ctx.effects.plain.asked.load(Ordering::Relaxed));
}

fn ports(world: &Arc<World>) -> Ports {
    let seconds = AtomicU64::new(1_000);
    let number = AtomicU64::new(7);
    Ports {
        gateway: Effect::shared(Arc::clone(world)),
        lookup: Effect::shared(Arc::clone(world)),
        clock: Effect::new(move || SystemTime::UNIX_EPOCH + Duration::new(seconds.fetch_add(1, Ordering::Relaxed), 5)),
        random: Effect::new(move || number.fetch_add(0x1234_5678_9abc_def1, Ordering::Relaxed)),
        plain: Arc::clone(world),
    }
}

fn builder(world: &Arc<World>) -> theus_core::EngineBuilder<Account, (), Ports> {
    Engine::builder(Account::default())
        .effects(ports(world))
        .process::<Charge>()
        .process::<Draw>()
        .process::<LookUp>()
        .process::<Impatient>()
        .process::<PartlySeen>()
}

fn charging(amount: i64) -> Charge {
    Charge { card: "4711".to_owned(), amount }
}

#[test]
fn a_replay_gives_what_effects_gave_and_asks_nobody() {
    let (world, store) = (Arc::new(World::default()), MemoryStore::new());
    let engine = builder(&world).store(store.clone()).build().unwrap();
    engine.run(charging(40)).unwrap();
    engine.run(Draw {}).unwrap();
    let declined = engine.run(charging(1_000)).unwrap_err();
    assert!(matches!(declined, RunError::Process(Declined { .. })), "{declined}");
    engine.run(charging(50)).unwrap();
    let asked = world.asked.load(Ordering::Relaxed);
    assert_eq!(asked, 5);
    // In another program, whose world answers otherwise.
    let other = Arc::new(World::default());
    let again = builder(&other).store(store.clone()).build().unwrap();
    let replay = again.replay("main").unwrap();
    assert_eq!((replay.made, &replay.taken_over, &replay.divergence), (3, &vec![], &None));
    assert_eq!((world.asked.load(Ordering::Relaxed), other.asked.load(Ordering::Relaxed)), (asked, 0));
    let entries = store.journal("main", 1, 10).unwrap();
    let calls: Vec<_> = entries[0].answers.iter().flatten().map(|answer| (&*answer.effect, &*answer.call)).collect();
    assert_eq!(calls, [("", "key"), ("gateway", "charge"), ("gateway", "rate")]);
    assert!(engine.journal("main").unwrap().verify().is_ok());
}

#[test]
fn a_journal_in_a_file_has_them_too() {
    let world = Arc::new(World::default());
    let engine = builder(&world).store(MemoryStore::new()).build().unwrap();
    engine.run(charging(40)).unwrap();
    let mut lines = Vec::new();
    engine.journal("main").unwrap().write_lines(&mut lines).unwrap();
    let journal = Journal::read_lines(lines.as_slice()).unwrap();
    let elsewhere = builder(&Arc::new(World::default())).store(MemoryStore::new()).build().unwrap();
    assert_eq!(elsewhere.replay_of(&journal).unwrap().made, 1);
    // An answer that was altered is found by the chain.
    let text = String::from_utf8(lines).unwrap();
    let altered = text.replacen("\"call\":\"charge\"", "\"call\":\"refund\"", 1);
    assert_ne!(text, altered);
    let error = Journal::read_lines(altered.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("its hash is another"), "{error}");
}

#[tokio::test]
async fn calls_of_an_async_fn_may_be_under_way_at_once() {
    let (world, store) = (Arc::new(World::default()), MemoryStore::new());
    let engine = builder(&world).store(store.clone()).build().unwrap();
    engine.run_async(LookUp { cards: vec!["Ann".to_owned(), "Bob".to_owned()] }).await.unwrap();
    engine.run_async(Impatient {}).await.unwrap();
    let stolen = engine.run_async(LookUp { cards: vec!["Ann".to_owned(), "stolen".to_owned()] }).await;
    assert_eq!(stolen.unwrap_err().to_string(), "the card stolen was declined");
    let replay = engine.replay("main").unwrap();
    assert_eq!((replay.made, &replay.taken_over, &replay.divergence), (2, &vec![], &None));
    let entries = store.journal("main", 2, 1).unwrap();
    let gave: Vec<_> =
        entries[0].answers.iter().flatten().map(|answer| (&*answer.call, answer.gave.is_some())).collect();
    assert!(gave.contains(&("name_of", true)), "{gave:?}");
}

#[test]
fn a_process_with_an_effect_that_nobody_sees_is_taken_over() {
    let world = Arc::new(World::default());
    let engine = builder(&world).store(MemoryStore::new()).build().unwrap();
    engine.run(PartlySeen {}).unwrap();
    engine.run(charging(1)).unwrap();
    let replay = engine.replay("main").unwrap();
    assert_eq!((replay.made, replay.taken_over.len(), &replay.divergence), (1, 1, &None));
    assert_eq!(replay.taken_over[0].why, "it has effects, whose answers are not in the journal");
}

#[test]
fn who_asks_something_else_than_it_did_is_told_with_the_call() {
    let (world, store) = (Arc::new(World::default()), MemoryStore::new());
    let engine = builder(&world).store(store).build().unwrap();
    engine.run(charging(40)).unwrap();
    let mut lines = Vec::new();
    engine.journal("main").unwrap().write_lines(&mut lines).unwrap();
    // The same steps by a program whose `charge` is another.
    let before = other::engine();
    let replay = before.replay_of(&Journal::read_lines(lines.as_slice()).unwrap()).unwrap();
    let divergence = replay.divergence.unwrap();
    assert!(matches!(&divergence.what, Diverged::Effect { call, .. } if call == "gateway.charge"), "{divergence}");
    let said = divergence.to_string();
    assert!(said.contains("`gateway.charge` was asked with [\"4711\",40,\""), "{said}");
    assert!(said.contains("and is with [\"4711\",80,\""), "{said}");
}

/// The same program with another body.
mod other {
    use super::*;

    struct Ports {
        gateway: Effect<dyn Gateway>,
    }

    #[process(inputs = [domain.paid], outputs = [domain.paid, domain.receipt], effects = [gateway], errors = [Declined])]
    fn charge(ctx: Ctx<Account, (), Ports>, card: String, amount: i64) -> Result<(), Declined> {
        let key = ctx.effects.key();
        let receipt = ctx.effects.gateway.charge(&card, 2 * amount, key.as_str())?;
        ctx.domain.receipt.set(receipt);
        *ctx.domain.paid += amount;
        Ok(())
    }

    pub(super) fn engine() -> Engine<Account, (), impl Send + Sync> {
        let ports = Ports { gateway: Effect::new(World::default()) };
        let builder = Engine::builder(Account::default()).effects(ports).process::<Charge>();
        builder.store(MemoryStore::new()).build().unwrap()
    }
}

#[test]
fn a_key_is_the_same_for_each_attempt_of_a_step_and_another_for_everything_else() {
    let (world, store) = (Arc::new(World::default()), MemoryStore::new());
    let engine = builder(&world).store(store.clone()).build().unwrap();
    let key = |engine: &Engine<Account, (), Ports>, world: &World, amount| {
        let _ = engine.run(charging(amount));
        world.keys.lock().last().cloned().unwrap()
    };
    // It fails, and nothing is committed: whoever tries it again has the same key.
    let declined = key(&engine, &world, 1_000);
    assert_eq!(key(&engine, &world, 1_000), declined);
    // After a restart too.
    let again = builder(&world).store(store.clone()).build().unwrap();
    assert_eq!(key(&again, &world, 1_000), declined);
    drop(again);
    let mut all = vec![declined, key(&engine, &world, 1_001)];
    // The same command once more, after it has committed, is another call.
    all.push(key(&engine, &world, 5));
    all.push(key(&engine, &world, 5));
    // So it is in another session, in another store, and in memory, twice.
    let second = engine.hydrate_or("second", Account::default).unwrap();
    all.push(key(&second, &world, 1_000));
    for stored in [true, false, false] {
        let builder = builder(&world);
        let engine = if stored { builder.store(MemoryStore::new()) } else { builder }.build().unwrap();
        let first = key(&engine, &world, 1_000);
        assert_eq!(key(&engine, &world, 1_000), first);
        all.push(first);
    }
    let different: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(different.len(), all.len(), "{all:?}");
    assert!(all.iter().all(|key| key.len() == 32));
    assert_eq!(engine.replay("main").unwrap().divergence, None);
}

#[test]
fn an_answer_that_cannot_be_written_keeps_the_commit_and_loses_the_replay_of_the_step() {
    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Nothing(Option<Option<u8>>);
    #[effect]
    trait Odd {
        fn nothing(&self) -> Nothing;
    }
    impl Odd for () {
        fn nothing(&self) -> Nothing {
            Nothing(Some(None))
        }
    }
    struct Ports {
        odd: Effect<dyn Odd>,
    }
    #[process(outputs = [domain.lucky], effects = [odd])]
    fn ask(ctx: Ctx<Account, (), Ports>) {
        ctx.domain.lucky.set(u64::from(ctx.effects.odd.nothing().0.is_some()));
    }
    let builder = Engine::builder(Account::default()).effects(Ports { odd: Effect::new(()) }).process::<Ask>();
    let engine = builder.store(MemoryStore::new()).build().unwrap();
    engine.run(Ask {}).unwrap();
    let replay = engine.replay("main").unwrap();
    assert_eq!((replay.made, replay.taken_over.len(), replay.divergence), (0, 1, None));
}

#[test]
fn without_a_store_an_effect_is_just_asked() {
    let world = Arc::new(World::default());
    let engine = builder(&world).build().unwrap();
    engine.run(charging(40)).unwrap();
    engine.run(Draw {}).unwrap();
    assert_eq!(world.asked.load(Ordering::Relaxed), 2);
    assert_eq!(engine.snapshot().unwrap().paid, 41);
    // It is what it was made of, outside of a process too.
    let effect: Effect<dyn Gateway> = Effect::shared(Arc::clone(&world));
    assert!(effect.rate().is_nan());
}
