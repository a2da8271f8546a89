//! A context with a field of every shape, and the processes that put a state in its place.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::{Duration, SystemTime};

use theus_core::context::{Decimal, ViaSerde};
use theus_core::prelude::*;

/// A newtype, looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Inspect, Serialize, Deserialize)]
pub(crate) struct Money(pub(crate) i64);

/// A newtype with a method, looked through as well.
#[derive(Clone, Debug, Default, Inspect, Serialize, Deserialize)]
#[inspect(methods(norm -> f64, widest -> Option<&f64>))]
pub(crate) struct Tensor(pub(crate) Vec<f64>);

impl Tensor {
    fn norm(&self) -> f64 {
        self.0.iter().map(|value| value * value).sum::<f64>().sqrt()
    }
    fn widest(&self) -> Option<&f64> {
        self.0.iter().max_by(|one, two| one.total_cmp(two))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Inspect, Serialize, Deserialize)]
pub(crate) enum Phase {
    #[default]
    Idle,
    Heating,
    Cooling,
}

#[derive(Clone, Debug, Default, Inspect, Serialize, Deserialize)]
#[inspect(methods(is_moving -> bool))]
pub(crate) enum Mode {
    #[default]
    Idle,
    Running {
        speed: f64,
        steps: Vec<i64>,
    },
    Failed(String, u32),
}

impl Mode {
    fn is_moving(&self) -> bool {
        matches!(self, Self::Running { speed, .. } if *speed > 0.0)
    }
}

#[derive(Clone, Debug, Default, Inspect, Serialize, Deserialize)]
#[inspect(methods(label -> &str))]
pub(crate) struct Motor {
    pub(crate) speed: i64,
    pub(crate) bearings: Vec<Bearing>,
    pub(crate) mode: Option<Mode>,
    pub(crate) name: String,
}

impl Motor {
    fn label(&self) -> &str {
        self.name.split('-').next().unwrap_or_default()
    }
}

#[derive(Clone, Debug, Default, Inspect, Serialize, Deserialize)]
pub(crate) struct Bearing {
    pub(crate) heat: Option<f64>,
    pub(crate) id: u8,
}

/// A type that the audit cannot look into.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Secret(pub(crate) i64);

/// It holds itself.
#[derive(Clone, Debug, Default, Inspect, Serialize, Deserialize)]
pub(crate) struct Tree {
    pub(crate) weight: i64,
    pub(crate) children: Vec<Tree>,
    pub(crate) next: Option<Box<Tree>>,
}

#[derive(Clone, Default, Context)]
#[inspect(methods(surplus -> i128, first_name -> Option<&str>))]
pub(crate) struct World {
    pub(crate) int: i64,
    pub(crate) unsigned: u64,
    pub(crate) big: u128,
    pub(crate) low: i128,
    pub(crate) small: u8,
    pub(crate) float: f64,
    pub(crate) single: f32,
    pub(crate) flag: bool,
    pub(crate) tag: char,
    pub(crate) text: String,
    pub(crate) option: Option<i64>,
    pub(crate) maybe: Option<f64>,
    pub(crate) note: Option<String>,
    pub(crate) money: Money,
    pub(crate) phase: Phase,
    pub(crate) mode: Mode,
    pub(crate) motor: Motor,
    pub(crate) pair: (i64, String),
    pub(crate) triple: [i64; 3],
    pub(crate) tensor: Tensor,
    pub(crate) readings: Vec<f64>,
    pub(crate) counts: Vec<i64>,
    pub(crate) bigs: Vec<u128>,
    pub(crate) gaps: VecDeque<Option<i64>>,
    pub(crate) phases: Vec<Phase>,
    pub(crate) names: BTreeSet<String>,
    pub(crate) tags: HashSet<u8>,
    pub(crate) accounts: BTreeMap<String, i64>,
    pub(crate) motors: HashMap<u32, Motor>,
    pub(crate) levels: BTreeMap<Phase, f64>,
    pub(crate) wallets: BTreeMap<Money, Money>,
    pub(crate) amount: Amount,
    pub(crate) amounts: Vec<Amount>,
    pub(crate) at: Option<SystemTime>,
    pub(crate) pause: Duration,
    pub(crate) secret: Secret,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) hidden: Option<Secret>,
    #[inspect(with = ViaSerde<i64>)]
    pub(crate) shown: Secret,
    pub(crate) tree: Tree,
    #[context(nested)]
    pub(crate) user: User,
    pub(crate) sig_alarm: bool,
}

impl WorldView<'_> {
    fn surplus(&self) -> i128 {
        i128::from(*self.int) - i128::from(*self.unsigned)
    }
}

impl<'a> WorldView<'a> {
    fn first_name(&self) -> Option<&'a str> {
        self.names.first().map(String::as_str)
    }
}

#[derive(Clone, Default, Context)]
#[inspect(methods(is_rich -> bool))]
pub(crate) struct User {
    pub(crate) balance: i64,
    pub(crate) tags: Vec<String>,
}

impl UserView<'_> {
    fn is_rich(&self) -> bool {
        *self.balance > 1_000
    }
}

/// An exact decimal, of which serde knows the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount(pub(crate) Decimal);

impl Default for Amount {
    fn default() -> Self {
        Self(Decimal::new(0, 0).unwrap())
    }
}

impl Inspect for Amount {
    fn shape() -> Shape {
        Shape::Decimal
    }
    fn inspect(&self) -> Value<'_> {
        self.0.into()
    }
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Clone, Default, Context)]
pub(crate) struct Limits {
    pub(crate) ceiling: i64,
    pub(crate) allowed: Vec<String>,
}

#[derive(Clone, Default, Context)]
pub(crate) struct Scratch {
    pub(crate) sum: i64,
    pub(crate) seen: Vec<i64>,
}

/// What the random states are put in by: its outputs are all that the rules look at.
macro_rules! putting {
    ($($field:ident),* $(,)?) => {
        /// Puts the state of a seed in the place of the one that is there.
        #[process(outputs = [$(domain.$field,)* domain.user.balance, domain.user.tags], local = Scratch)]
        pub(crate) fn put(ctx: Ctx<World, Limits>, seed: u64, number: i64, list: Vec<i64>, pair: (f64, Option<String>)) {
            let state = super::generate::state(seed);
            $(ctx.domain.$field.set(state.$field);)*
            ctx.domain.user.balance.set(state.user.balance);
            ctx.domain.user.tags.set(state.user.tags);
            ctx.local.sum = number;
            ctx.local.seen = list;
            let _ = pair;
        }
    };
}

putting!(
    int, unsigned, big, low, small, float, single, flag, tag, text, option, maybe, note, money, phase, mode, motor,
    pair, triple, tensor, readings, counts, bigs, gaps, phases, names, tags, accounts, motors, levels, wallets, amount,
    amounts, at, pause, secret, secrets, hidden, shown, tree,
);

/// Puts a part of the state of a seed in: what rules say to the rest is known beforehand.
#[process(outputs = [domain.int, domain.readings], local = Scratch)]
pub(crate) fn touch(ctx: Ctx<World, Limits>, seed: u64, number: i64, list: Vec<i64>, pair: (f64, Option<String>)) {
    let state = super::generate::state(seed);
    ctx.domain.int.set(state.int);
    ctx.domain.readings.set(state.readings);
    ctx.local.sum = number;
    ctx.local.seen = list;
    let _ = pair;
}

/// What loading a recipe with one entry of `put` says, at a gate.
pub(crate) fn load(gate: &str, entry: &str) -> Result<Engine<World, Limits>, String> {
    load_with(World::default(), &format!("process_recipes:\n  put:\n    {gate}:\n      - {{ {entry} }}\n"))
}

pub(crate) fn load_with(world: World, recipe: &str) -> Result<Engine<World, Limits>, String> {
    Engine::builder(world)
        .global(Limits { ceiling: 100, allowed: vec!["alice".to_owned(), "bob".to_owned()] })
        .process::<Put>()
        .recipe("r.yaml", recipe)
        .map_err(|error| error.to_string())?
        .build()
        .map_err(|error| error.to_string())
}
