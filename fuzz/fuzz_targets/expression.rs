//! Compiles any text as an expression, on little stack: it must answer, point into the text, and give the same twice.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::{Value as Json, json};
use theus_core::context::{Context as _, Value};
use theus_core::prelude::*;
use theus_core::workflow::condition::{Expression, Activation, Scope};
use theus_core::{Schema, Shape};

#[derive(Clone, Default, Inspect)]
enum Mode {
    #[default]
    Idle,
    Running {
        speed: u32,
    },
}

#[derive(Clone, Default, Inspect)]
struct Order {
    id: u32,
    amount: f64,
    note: Option<String>,
}

#[derive(Clone, Default, Context)]
struct User {
    name: String,
    age: Option<u8>,
}

#[derive(Clone, Default, Context)]
struct Desk {
    total: i64,
    huge: u128,
    ratio: f64,
    price: f32,
    open: bool,
    owner: String,
    letter: char,
    mode: Mode,
    limit: Option<i64>,
    items: Vec<i64>,
    names: std::collections::BTreeSet<String>,
    accounts: std::collections::BTreeMap<String, i64>,
    orders: Vec<Order>,
    pair: (i64, String),
    opened: Option<std::time::SystemTime>,
    #[context(nested)]
    user: User,
    sig_full: bool,
}

struct World {
    desk: Desk,
    payload: Json,
}

impl Activation for World {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.desk.inspect(path)
    }
    fn global(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
    fn payload(&self) -> Option<&Json> {
        Some(&self.payload)
    }
    fn item(&self, _: &str) -> Option<&Json> {
        None
    }
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let mode = Mode::Running { speed: 3 };
    let orders = vec![Order { id: 1, amount: 0.5, note: Some("now".to_owned()) }];
    let desk =
        Desk { total: 7, huge: u128::MAX, items: vec![1, 2, 3], mode, orders, limit: Some(4), ..Desk::default() };
    World { desk, payload: json!({ "x": 1, "list": [1, "a", null], "deep": { "y": 0.5 } }) }
});

fuzz_target!(|text: &str| {
    let (domain, global) = (Desk::schema(), Schema::empty());
    let scope = Scope { domain: &domain, global: &global, payload: Some(&Shape::Opaque), items: &[] };
    std::thread::scope(|threads| {
        let work = || match Expression::compile(text, &scope) {
            Ok(expression) => {
                let first = expression.evaluate(&*WORLD);
                assert_eq!(first, expression.evaluate(&*WORLD));
                if let Ok(Json::Bool(holds)) = first {
                    assert_eq!(expression.holds(&*WORLD), Ok(holds));
                }
            }
            Err(problem) => assert!(text.get(problem.span.clone()).is_some() && !problem.message.is_empty()),
        };
        // A debug build takes more: this is what a small thread has.
        let thread = std::thread::Builder::new().stack_size(512 << 10).spawn_scoped(threads, work);
        thread.expect("a thread").join().expect("no panic");
    });
});
