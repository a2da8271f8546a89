//! Effects that every program needs: the time, and chance.

use std::time::SystemTime;

use theus_macros::effect;

/// The time of day. What implements it may be a closure: `Effect::new(|| SystemTime::UNIX_EPOCH)`.
#[effect(crate = crate)]
pub trait Clock {
    /// The time.
    fn now(&self) -> SystemTime;
}

impl<F: Fn() -> SystemTime + Send + Sync> Clock for F {
    fn now(&self) -> SystemTime {
        self()
    }
}

/// The clock of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Chance. What implements it may be a closure, which gives the [bits](Self::bits): `Effect::new(|| 4)`.
#[effect(crate = crate)]
pub trait Random {
    /// 64 bits, each by chance.
    fn bits(&self) -> u64;

    /// A number from 0 up to this one, which it never is; 0 where that is 0.
    fn below(&self, limit: u64) -> u64 {
        // The upper half of a product: of 2^64 values each gets as many as another, but for one.
        ((u128::from(self.bits()) * u128::from(limit)) >> 64) as u64
    }

    /// A number from 0 up to 1, which it never is.
    fn fraction(&self) -> f64 {
        // 53 bits are what a fraction has.
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl<F: Fn() -> u64 + Send + Sync> Random for F {
    fn bits(&self) -> u64 {
        self()
    }
}

/// Chance, seeded by the system; not for secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn bits(&self) -> u64 {
        fastrand::u64(..)
    }
}
