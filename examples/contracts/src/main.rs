//! Contracts and transactions alone: a turnstile that counts its coins. Nothing here needs a recipe or a workflow, so
//! `theus-core` is built without both.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use theus_core::prelude::*;

/// A turnstile.
#[derive(Clone, Default, Context)]
struct Turnstile {
    /// What was paid in, in cents.
    paid: u64,
    /// How many went through.
    passed: u64,
    /// Told after the commit.
    sig_passed: bool,
}

/// What a passage costs.
#[derive(Clone, Default, Context)]
struct Fares {
    /// In cents.
    single: u64,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{missing} cents are missing")]
struct TooLittle {
    missing: u64,
}

/// Takes the coins and lets one through. Too little, and the coins are given back: nothing is changed.
#[process(
    inputs = [global.single, domain.paid, domain.passed],
    outputs = [domain.paid, domain.passed, domain.sig_passed],
    errors = [TooLittle]
)]
fn pass(ctx: Ctx<Turnstile, Fares>, coins: Vec<u64>) -> Result<u64, TooLittle> {
    let sum = coins.iter().fold(0, |sum: u64, coin| sum.saturating_add(*coin));
    *ctx.domain.paid = ctx.domain.paid.saturating_add(sum);
    let missing = ctx.global.single.saturating_sub(sum);
    if missing > 0 {
        return Err(TooLittle { missing }); // what was written is taken back
    }
    *ctx.domain.passed += 1;
    ctx.domain.sig_passed.set(true);
    Ok(*ctx.domain.passed)
}

fn turnstile() -> Result<Engine<Turnstile, Fares>, BuildError> {
    Engine::builder(Turnstile::default()).global(Fares { single: 280 }).process::<Pass>().build()
}

fn main() -> ExitCode {
    match day(&[&[200, 50, 50], &[200, 50], &[200, 100]]) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Everybody who came, with their coins.
fn day(coins: &[&[u64]]) -> Result<String, Box<dyn std::error::Error>> {
    let engine = turnstile()?;
    let mut refused = 0;
    for coins in coins {
        match engine.run(Pass { coins: coins.to_vec() }) {
            Ok(_) => {}
            Err(RunError::Process(TooLittle { .. })) => refused += 1,
            Err(error) => return Err(error.into()),
        }
    }
    let mut events = 0;
    while engine.next_event()?.is_some() {
        events += 1;
    }
    let now = engine.snapshot()?;
    Ok(format!("{} passed ({events} events), {refused} refused, {} cents in the box", *now.passed, *now.paid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_pays_too_little_gets_the_coins_back() -> Result<(), Box<dyn std::error::Error>> {
        let engine = turnstile()?;
        let refused = engine.run(Pass { coins: vec![200, 50] });
        assert!(matches!(refused, Err(RunError::Process(TooLittle { missing: 30 }))));
        assert_eq!((*engine.snapshot()?.paid, engine.next_event()?), (0, None));
        Ok(())
    }

    #[test]
    fn a_day_is_told_in_a_line() -> Result<(), Box<dyn std::error::Error>> {
        assert_eq!(day(&[&[300], &[10], &[280]])?, "2 passed (2 events), 1 refused, 580 cents in the box");
        Ok(())
    }
}
