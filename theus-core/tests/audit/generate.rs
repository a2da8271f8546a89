//! Random states and rules, with the extremes among them more often than chance would have it.

use std::time::{Duration, UNIX_EPOCH};

use fastrand::Rng;
use theus_core::context::Decimal;

use super::world::{Amount, Bearing, Mode, Money, Motor, Phase, Secret, Tensor, Tree, User, World};

pub(crate) const NAMES: [&str; 6] = ["", "alice", "bob", "ü", "a\"b", "carol-7"];

pub(crate) fn int(random: &mut Rng) -> i64 {
    match random.u8(..10) {
        0 => i64::MIN,
        1 => i64::MAX,
        2 => i64::MAX - 1,
        3 => 9_007_199_254_740_993,
        _ => random.i64(-6..=6),
    }
}

fn low(random: &mut Rng) -> i128 {
    match random.u8(..8) {
        0 => i128::MIN,
        1 => i128::MAX,
        2 => i128::from(i64::MIN) - 1,
        _ => i128::from(int(random)),
    }
}

pub(crate) fn big(random: &mut Rng) -> u128 {
    match random.u8(..8) {
        0 => u128::MAX,
        1 => 1 << 127,
        2 => (1 << 127) - 1,
        3 => u128::from(u64::MAX),
        _ => random.u128(..7),
    }
}

pub(crate) fn float(random: &mut Rng) -> f64 {
    match random.u8(..14) {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        3 => -0.0,
        4 => f64::MAX,
        5 => 9_007_199_254_740_993.0,
        6 => 0.1,
        _ => f64::from(random.i8(-8..=8)) / 2.0,
    }
}

pub(crate) fn text(random: &mut Rng) -> String {
    NAMES[random.usize(..NAMES.len())].to_owned()
}

pub(crate) fn phase(random: &mut Rng) -> Phase {
    [Phase::Idle, Phase::Heating, Phase::Cooling][random.usize(..3)]
}

pub(crate) fn amount(random: &mut Rng) -> Amount {
    let scale = random.u32(..4);
    Amount(Decimal::new(random.i128(-300..=300), scale).unwrap())
}

pub(crate) fn seconds(random: &mut Rng) -> u64 {
    1_714_564_800 + random.u64(..4) * 60
}

fn several<T>(random: &mut Rng, make: impl Fn(&mut Rng) -> T) -> Vec<T> {
    // Nothing, a few, and now and then more than are compared in place.
    let count = match random.u8(..10) {
        0..=2 => 0,
        9 => random.usize(33..40),
        _ => random.usize(1..5),
    };
    (0..count).map(|_| make(random)).collect()
}

fn maybe<T>(random: &mut Rng, make: impl Fn(&mut Rng) -> T) -> Option<T> {
    random.bool().then(|| make(random))
}

fn mode(random: &mut Rng) -> Mode {
    match random.u8(..3) {
        0 => Mode::Idle,
        1 => Mode::Running { speed: float(random), steps: several(random, int) },
        _ => Mode::Failed(text(random), random.u32(..4)),
    }
}

fn bearing(random: &mut Rng) -> Bearing {
    Bearing { heat: maybe(random, float), id: random.u8(..4) }
}

fn motor(random: &mut Rng) -> Motor {
    Motor { speed: int(random), bearings: several(random, bearing), mode: maybe(random, mode), name: text(random) }
}

fn tree(random: &mut Rng, depth: u8) -> Tree {
    let inner = |random: &mut Rng| if depth == 0 { Tree::default() } else { tree(random, depth - 1) };
    Tree {
        weight: int(random),
        children: (0..random.usize(..3)).map(|_| inner(random)).collect(),
        next: maybe(random, |random| Box::new(inner(random))),
    }
}

/// The state of a seed.
pub(crate) fn state(seed: u64) -> World {
    let random = &mut Rng::with_seed(seed);
    World {
        int: int(random),
        unsigned: int(random) as u64,
        big: big(random),
        low: low(random),
        small: random.u8(..),
        float: float(random),
        single: float(random) as f32,
        flag: random.bool(),
        tag: ['a', 'b', 'ü'][random.usize(..3)],
        text: text(random),
        option: maybe(random, int),
        maybe: maybe(random, float),
        note: maybe(random, text),
        money: Money(int(random)),
        phase: phase(random),
        mode: mode(random),
        motor: motor(random),
        pair: (int(random), text(random)),
        triple: [int(random), int(random), int(random)],
        tensor: Tensor(several(random, float)),
        readings: several(random, float),
        counts: several(random, int),
        bigs: several(random, big),
        gaps: several(random, |random| random.u8(..4).checked_sub(1).map(i64::from)).into(),
        phases: several(random, phase),
        names: several(random, text).into_iter().collect(),
        tags: several(random, |random| random.u8(..5)).into_iter().collect(),
        accounts: several(random, |random| (text(random), int(random))).into_iter().collect(),
        motors: several(random, |random| (random.u32(..4), motor(random))).into_iter().collect(),
        levels: several(random, |random| (phase(random), float(random))).into_iter().collect(),
        wallets: several(random, |random| (Money(random.i64(..4)), Money(int(random)))).into_iter().collect(),
        amount: amount(random),
        amounts: several(random, amount),
        at: maybe(random, |random| UNIX_EPOCH + Duration::from_secs(seconds(random))),
        pause: Duration::from_millis(random.u64(..4) * 500),
        secret: Secret(1),
        secrets: several(random, |_| Secret(1)),
        hidden: maybe(random, |_| Secret(1)),
        shown: Secret(int(random)),
        tree: tree(random, 2),
        user: User { balance: int(random), tags: several(random, text) },
        sig_alarm: false,
    }
}
