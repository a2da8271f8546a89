//! Conditions on changes: the proposed state against the committed one, in both ways of locking.

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
#[inspect(methods(total -> i64))]
struct Meter {
    count: i64,
    log: Vec<i64>,
    heat: Option<f64>,
    #[context(nested)]
    inner: Inner,
}

impl MeterView<'_> {
    fn total(&self) -> i64 {
        self.count + self.log.iter().sum::<i64>()
    }
}

#[derive(Clone, Default, Context)]
struct Inner {
    top: u128,
}

#[process(outputs = [domain.count, domain.log, domain.heat, domain.inner.top])]
fn set(ctx: Ctx<Meter>, count: i64, log: Vec<i64>, heat: Option<f64>, top: u128) {
    ctx.domain.count.set(count);
    ctx.domain.log.set(log);
    ctx.domain.heat.set(heat);
    ctx.domain.inner.top.set(top);
}

/// Runs the steps under one rule, and says which of them it let through.
fn passed<T: Copy>(rule: &str, steps: &[T], command: impl Fn(T) -> Set) -> Vec<bool> {
    let recipe = format!("process_recipes: {{ set: {{ outputs: [ {{ {rule} }} ] }} }}");
    let run = |locking: Locking| -> Vec<bool> {
        let builder = Engine::builder(Meter::default()).process::<Set>().locking(locking);
        let engine = builder.recipe("r.yaml", &recipe).unwrap().build().unwrap();
        steps.iter().map(|step| engine.run(command(*step)).is_ok()).collect()
    };
    let held = run(Locking::Pessimistic);
    assert_eq!(held, run(Locking::Optimistic), "both ways of locking say the same");
    held
}

fn count(count: i64) -> Set {
    Set { count, log: Vec::new(), heat: None, top: 0 }
}

#[test]
fn what_was_refused_is_not_what_the_next_is_compared_with() {
    let steps = [3, 9, 6, 7, 2];
    assert_eq!(passed("field: domain.count, max_delta: 3", &steps, count), [true, false, true, true, false]);
    assert_eq!(passed("field: domain.count, monotonic: true", &steps, count), [true, true, false, false, false]);
    assert_eq!(passed("field: domain.count, changed: true", &[0, 1, 1, 2], count), [false, true, false, true]);
    assert_eq!(passed("field: domain.count, unchanged: true", &[0, 1, 0], count), [true, false, true]);
}

#[test]
fn integers_move_exactly_at_their_extremes() {
    let steps = [i64::MIN, i64::MIN + 1, i64::MAX, i64::MAX - 1, i64::MIN];
    let rule = "field: domain.count, max_delta: 18446744073709551614";
    assert_eq!(passed(rule, &steps, count), [true, true, true, true, true]);
    let rule = "field: domain.count, max_delta: 9223372036854775808";
    assert_eq!(passed(rule, &[i64::MIN, i64::MAX, 0, i64::MAX], count), [true, false, true, true]);
    let top = |top: u128| Set { top, ..count(0) };
    let rule = "field: domain.inner.top, max_delta: 340282366920938463463374607431768211454";
    assert_eq!(passed(rule, &[u128::MAX, u128::MAX - 1, u128::MAX, 0], top), [false, true, true, false]);
}

#[test]
fn a_first_value_has_nothing_to_be_compared_with() {
    let heat = |heat: Option<f64>| Set { heat, ..count(0) };
    let steps = [None, Some(500.0), Some(500.5), Some(502.0), None, Some(f64::NAN), Some(501.0)];
    let rule = "field: domain.heat, max_delta: 1";
    assert_eq!(passed(rule, &steps, heat), [false, true, true, false, false, false, true]);
    let rule = "field: domain.heat, monotonic: true";
    assert_eq!(passed(rule, &steps, heat), [false, true, true, true, false, false, false]);
}

#[test]
fn computed_values_are_compared_too() {
    let logs: [&[i64]; 4] = [&[1], &[1, 2], &[5], &[4, 4, 4]];
    let log = |log: &[i64]| Set { log: log.to_vec(), ..count(0) };
    assert_eq!(passed("field: domain.log.len(), monotonic: true", &logs, log), [true, true, false, true]);
    assert_eq!(passed("field: domain.log.sum(), max_delta: 2", &logs, log), [true, true, true, false]);
    assert_eq!(passed("field: domain.total(), max_delta: 2", &logs, log), [true, true, true, false]);
    assert_eq!(passed("field: 'domain.log[0]', unchanged: true", &logs, log), [false, false, false, false]);
    assert_eq!(
        passed("field: domain.log, changed: true", &[&[][..], &[1], &[1], &[2]], log),
        [false, true, false, true]
    );
}

#[test]
fn a_change_of_keys_is_no_change_of_values() {
    #[derive(Clone, Default, Context)]
    struct Shelf {
        sorted: std::collections::BTreeMap<i64, i64>,
        hashed: std::collections::HashMap<i64, i64>,
    }

    #[process(inputs = [domain.sorted, domain.hashed], outputs = [domain.sorted, domain.hashed])]
    fn put(ctx: Ctx<Shelf>, key: i64, value: i64) {
        *ctx.domain.sorted = [(key, value)].into();
        *ctx.domain.hashed = [(key, value)].into();
    }

    let engine = |rule: &str| {
        let recipe = format!("process_recipes: {{ put: {{ outputs: [ {{ {rule} }} ] }} }}");
        let builder = Engine::builder(Shelf { sorted: [(1, 5)].into(), hashed: [(1, 5)].into() }).process::<Put>();
        builder.recipe("r.yaml", &recipe).unwrap().build()
    };
    let passes = |rule: &str, key: i64, value: i64| engine(rule).unwrap().run(Put { key, value }).is_ok();
    for map in ["sorted", "hashed"] {
        let rule = |part: &str| format!("field: domain.{map}{part}, unchanged: true");
        assert!(passes(&rule(""), 1, 5) && !passes(&rule(""), 2, 5) && !passes(&rule(""), 1, 6), "{map}");
        assert!(passes(&rule(".keys()"), 1, 6) && !passes(&rule(".keys()"), 2, 5), "{map}");
    }
    let values = "field: domain.sorted.values(), unchanged: true";
    assert!(passes(values, 2, 5) && !passes(values, 1, 6));
    let error = engine("field: domain.hashed.values(), unchanged: true").unwrap_err().to_string();
    assert!(error.contains("conditions that fit: min_len, max_len, unique"), "{error}");
}
