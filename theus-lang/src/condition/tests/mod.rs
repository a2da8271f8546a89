//! Expressions over one context that has a field of every kind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod against_the_crate;
mod budget;
mod hostile;
mod loops;
mod now;
mod refusals;
mod same_tree;
mod totals;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use serde_json::Value as Json;

use super::{Activation, Expression, ExpressionProblem, Scope};
use crate::context::{Decimal, Shape, Time, Value};
use theus_core::{Context, Inspect};

#[derive(Clone, Default, Inspect)]
enum Mode {
    #[default]
    Idle,
    Running {
        speed: u32,
    },
    Failed(String),
}

#[derive(Clone, Default, Inspect)]
struct Order {
    id: u32,
    amount: f64,
    note: Option<String>,
}

#[derive(Clone, Default)]
struct Secret;

#[derive(Clone, Default, Context)]
struct User {
    name: String,
    age: Option<u8>,
    sig_left: bool,
}

/// An amount of money, in cents.
#[derive(Clone, Default)]
struct Money(i64);

impl Inspect for Money {
    fn shape() -> Shape {
        Shape::Decimal
    }
    fn inspect(&self) -> Value<'_> {
        Decimal::new(self.0.into(), 2).map_or(Value::Opaque, Value::from)
    }
}

#[derive(Clone, Default, Context)]
struct Desk {
    total: i64,
    huge: u128,
    big: u64,
    ratio: f64,
    single: f32,
    price: Money,
    open: bool,
    owner: String,
    letter: char,
    mode: Mode,
    limit: Option<i64>,
    items: Vec<i64>,
    names: BTreeSet<String>,
    accounts: BTreeMap<String, i64>,
    orders: Vec<Order>,
    last: Order,
    pair: (i64, String),
    opened: Option<std::time::SystemTime>,
    secret: Secret,
    secrets: Vec<Secret>,
    #[context(nested)]
    user: User,
    sig_full: bool,
    meta_runs: u64,
}

#[derive(Clone, Default, Context)]
struct Limits {
    most: i64,
}

#[derive(Default)]
struct World {
    desk: Desk,
    limits: Limits,
    payload: Option<Json>,
    items: BTreeMap<String, Json>,
    now: Option<SystemTime>,
}

impl Activation for World {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.desk.inspect(path)
    }
    fn global(&self, path: &[usize]) -> Value<'_> {
        self.limits.inspect(path)
    }
    fn now(&self) -> Value<'_> {
        self.now.map_or(Value::Opaque, |now| Value::from(Time::from(now)))
    }
    fn payload(&self) -> Option<&Json> {
        self.payload.as_ref()
    }
    fn item(&self, name: &str) -> Option<&Json> {
        self.items.get(name)
    }
}

fn compile_with(text: &str, payload: Option<&Shape>, items: &[(&str, Shape)]) -> Result<Expression, ExpressionProblem> {
    let (domain, global) = (Desk::schema(), Limits::schema());
    Expression::compile(text, &Scope { domain: &domain, global: &global, payload, items })
}

fn compile(text: &str) -> Result<Expression, ExpressionProblem> {
    compile_with(text, Some(&Shape::Opaque), &[])
}
