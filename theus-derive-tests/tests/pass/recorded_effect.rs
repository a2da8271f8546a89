//! Traits of effects, what implements them, and bodies that ask them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use theus_core::effect::{Clock, Effect, EffectFuture, SystemClock, SystemRandom};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: u64,
    key: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Receipt(u64);

#[derive(Clone, Serialize)]
struct Card(u64);

#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("declined")]
struct Declined;

/// What is asked.
#[theus_core::effect]
trait Gateway {
    /// Charges it.
    #[must_use = "it may be declined"]
    fn charge(&self, card: Card, amount: u64) -> Result<Receipt, Declined>;
    fn note(&self, text: &str, also: Cow<'_, str>, many: &[&str]);
    async fn look_up(&self, name: &str, r#type: Option<u8>) -> Result<Receipt, Declined>;
    async fn waits(&self) {}
    fn twice(&self, amount: u64) -> u64 {
        amount * 2
    }
    #[cfg(any())]
    fn is_not_there(&self) -> NoSuchType;
}

struct World;

#[theus_core::effect]
impl Gateway for World {
    fn charge(&self, card: Card, amount: u64) -> Result<Receipt, Declined> {
        Ok(Receipt(card.0 + amount))
    }
    fn note(&self, _: &str, _: Cow<'_, str>, _: &[&str]) {}
    async fn look_up(&self, name: &str, r#type: Option<u8>) -> Result<Receipt, Declined> {
        let number: u64 = name.parse().map_err(|_| Declined)?;
        Ok(Receipt(number + u64::from(r#type.ok_or(Declined)?)))
    }
}

/// By hand: what the trait has of an `async fn`.
struct ByHand;
impl Gateway for ByHand {
    fn charge(&self, _: Card, amount: u64) -> Result<Receipt, Declined> {
        Ok(Receipt(amount))
    }
    fn note(&self, _: &str, _: Cow<'_, str>, _: &[&str]) {}
    fn look_up<'a>(&'a self, _: &'a str, _: Option<u8>) -> EffectFuture<'a, Result<Receipt, Declined>> {
        Box::pin(async { Err(Declined) })
    }
}

struct Ports {
    gateway: Effect<dyn Gateway>,
    other: Effect<dyn Gateway>,
    clock: Effect<dyn Clock>,
    random: Effect<dyn theus_core::effect::Random>,
    key: fn() -> u64,
}

type App = Ctx<Bank, (), Ports>;

/// A part of a body may take the effect by its trait.
fn through_a_function(gateway: &dyn Gateway, amount: u64) -> u64 {
    gateway.twice(amount)
}

#[process(inputs = [domain.total], outputs = [domain.total, domain.key], effects = [gateway, clock, random, key], errors = [Declined])]
fn pay(ctx: App, amount: u64) -> Result<(), Declined> {
    let key = ctx.effects.key();
    ctx.domain.key.set(key.to_string());
    let Receipt(number) = ctx.effects.gateway.charge(Card(1), amount)?;
    ctx.effects.gateway.note("a", "b".into(), &["c"]);
    *ctx.domain.total += number + through_a_function(&ctx.effects.gateway, amount) + (ctx.effects.key)();
    let now = ctx.effects.clock.now();
    *ctx.domain.total += u64::from(now == std::time::UNIX_EPOCH) + ctx.effects.random.below(1);
    Ok(())
}

#[process(outputs = [domain.total], effects = [gateway, other], errors = [Declined])]
async fn look(ctx: App, name: String) -> Result<(), Declined> {
    let gateway = ctx.effects.gateway;
    let Receipt(number) = gateway.look_up(&name, Some(1)).await?;
    gateway.waits().await;
    let other = ctx.effects.other.look_up(&name, None).await;
    ctx.domain.total.set(number + u64::from(other.is_ok()));
    Ok(())
}

struct Locker(u64);
impl Locker {
    const fn key(&self) -> u64 {
        self.0
    }
}

/// A `key()` of something else is not one of an effect.
#[process(outputs = [domain.total], effects = [clock])]
fn unlock(ctx: App) {
    let locker = Locker(u64::from(ctx.effects.clock.now() > std::time::UNIX_EPOCH));
    ctx.domain.total.set(locker.key());
}

#[test]
fn effects_are_asked_by_their_traits() {
    let ports = Ports {
        gateway: Effect::new(World),
        other: Effect::new(ByHand),
        clock: Effect::new(SystemClock),
        random: Effect::new(SystemRandom),
        key: || 100,
    };
    let engine = Engine::builder(Bank::default())
        .effects(ports)
        .process::<Pay>()
        .process::<Look>()
        .process::<Unlock>()
        .build()
        .unwrap();
    engine.run(Pay { amount: 5 }).unwrap();
    let bank = engine.snapshot().unwrap();
    assert_eq!((*bank.total, bank.key.len()), (6 + 10 + 100, 32));
    let mut run = std::pin::pin!(engine.run_async(Look { name: "7".to_owned() }));
    let mut task = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(run.as_mut().poll(&mut task).is_ready());
    assert_eq!(*engine.snapshot().unwrap().total, 8);
}
