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
    assert_eq!(passed("field: domain.count, changed: true", &[0, 1, 1, 2], count), [true, true, false, true]);
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
    assert_eq!(passed(rule, &[u128::MAX, u128::MAX - 1, u128::MAX, 0], top), [true, true, true, false]);
}

#[test]
fn a_first_value_has_nothing_to_be_compared_with() {
    let heat = |heat: Option<f64>| Set { heat, ..count(0) };
    let steps = [None, Some(500.0), Some(500.5), Some(502.0), None, Some(f64::NAN), Some(501.0)];
    let rule = "field: domain.heat, max_delta: 1";
    assert_eq!(passed(rule, &steps, heat), [false, true, true, false, false, false, true]);
    let ends = [Some(f64::INFINITY), Some(500.0), Some(f64::NEG_INFINITY), Some(500.5)];
    assert_eq!(passed(rule, &ends, heat), [false, true, false, true], "there is no distance to infinity");
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
    assert_eq!(passed("field: domain.total(), max_delta: 2", &[&[90][..], &[93]], log), [true, false], "the first");
    assert_eq!(passed("field: 'domain.log[0]', unchanged: true", &logs, log), [false, false, false, false]);
    assert_eq!(
        passed("field: domain.log, changed: true", &[&[][..], &[1], &[1], &[2]], log),
        [true, true, false, true]
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

#[derive(Clone, Default, Context)]
struct Body {
    temperature: f64,
    steps: u64,
    by_site: std::collections::BTreeMap<String, f64>,
    #[context(nested)]
    inner: Site,
}

#[derive(Clone, Default, Context)]
struct Site {
    heat: f64,
    time: Option<std::time::SystemTime>,
    pause: std::time::Duration,
}

#[process(outputs = [domain.temperature])]
fn read(ctx: Ctx<Body>, value: f64) {
    ctx.domain.temperature.set(value);
}

#[process(outputs = [domain.temperature])]
fn leave(ctx: Ctx<Body>) {
    let _ = &ctx;
}

#[process(inputs = [domain.by_site], outputs = [domain.by_site, domain.inner.heat, domain.inner.pause])]
fn read_site(ctx: Ctx<Body>, site: String, value: f64) {
    ctx.domain.by_site.insert(site, value);
    ctx.domain.inner.heat.set(value);
    ctx.domain.inner.pause.set(std::time::Duration::from_secs(value as u64));
}

fn body(state: Body, recipe: &str) -> Engine<Body> {
    let builder = Engine::builder(state).process::<Read>().process::<ReadSite>().process::<Leave>();
    builder.recipe("r.yaml", recipe).unwrap().build().unwrap()
}

fn reads(engine: &Engine<Body>, values: &[f64]) -> Vec<bool> {
    values.iter().map(|value| engine.run(Read { value: *value }).is_ok()).collect()
}

const AT_MOST_5: &str = "process_recipes: { read: { outputs: [ { field: domain.temperature, max_delta: 5 } ] } }";

#[test]
fn a_field_that_was_never_written_is_not_its_default() {
    let engine = body(Body::default(), AT_MOST_5);
    assert_eq!(
        reads(&engine, &[36.6, 36.9, 45.0, 37.0]),
        [true, true, false, true],
        "a day begins with a first reading"
    );
    let never_down = "process_recipes: { read: { outputs: [ { field: domain.temperature, monotonic: true } ] } }";
    assert_eq!(reads(&body(Body::default(), never_down), &[-40.0, -41.0, -39.0]), [true, false, true]);
    let changed = "process_recipes: { read: { outputs: [ { field: domain.temperature, changed: true } ] } }";
    assert_eq!(reads(&body(Body::default(), changed), &[0.0, 0.0, 1.0]), [true, false, true], "0.0 was read");
    let left = "process_recipes: { leave: { outputs: [ { field: domain.temperature, changed: true } ] } }";
    assert!(body(Body::default(), left).run(Leave {}).is_err(), "nothing was written, so nothing changed");
}

#[test]
fn what_a_session_was_opened_with_is_a_value() {
    let state = |temperature: f64| Body { temperature, ..Body::default() };
    assert_eq!(reads(&body(state(20.0), AT_MOST_5), &[98.6, 24.0, 98.6]), [false, true, false]);
    let engine = body(Body::default(), AT_MOST_5);
    let kept = engine.open("kept", state(20.0));
    assert_eq!(reads(&kept, &[98.6, 24.0]), [false, true], "as a store gave it back");
    assert_eq!(reads(&engine.open("new", Body::default()), &[98.6, 24.0]), [true, false]);
    assert_eq!(reads(&body(state(f64::NAN), AT_MOST_5), &[98.6, 24.0]), [true, false], "nothing can follow on it");
}

#[test]
fn a_default_of_ones_own_is_no_more_a_value_than_zero() {
    #[derive(Clone, Context)]
    struct Oven {
        heat: f64,
    }
    impl Default for Oven {
        fn default() -> Self {
            Self { heat: 20.0 }
        }
    }
    #[process(outputs = [domain.heat])]
    fn heat(ctx: Ctx<Oven>, value: f64) {
        ctx.domain.heat.set(value);
    }
    let recipe = "process_recipes: { heat: { outputs: [ { field: domain.heat, max_delta: 5 } ] } }";
    let passed = |first: f64, value: f64| {
        let builder = Engine::builder(Oven { heat: first }).process::<Heat>().recipe("r.yaml", recipe).unwrap();
        builder.build().unwrap().run(Heat { value }).is_ok()
    };
    assert!(passed(20.0, 90.0) && !passed(0.0, 90.0) && !passed(21.0, 90.0));
}

#[test]
fn a_context_without_a_default_begins_with_nothing_where_it_is_zero() {
    #[derive(Clone, Context)]
    struct Scale {
        weight: i64,
    }
    #[process(outputs = [domain.weight])]
    fn weigh(ctx: Ctx<Scale>, weight: i64) {
        ctx.domain.weight.set(weight);
    }
    let recipe = "process_recipes: { weigh: { outputs: [ { field: domain.weight, max_delta: 5 } ] } }";
    let passed = |first: i64| {
        let builder = Engine::builder(Scale { weight: first }).process::<Weigh>().recipe("r.yaml", recipe).unwrap();
        builder.build().unwrap().run(Weigh { weight: 90 }).is_ok()
    };
    assert!(passed(0) && !passed(1) && passed(85));
}

#[test]
fn a_key_that_was_not_there_has_no_predecessor() {
    let recipe = "process_recipes: { read_site: { outputs: [
      { field: 'domain.by_site[\"arm\"]', max_delta: 5, where_present: true },
      { field: domain.inner.heat, max_delta: 50 },
      { field: domain.inner.pause, max_delta: 50 } ] } }";
    let engine = body(Body::default(), recipe);
    let run = |site: &str, value: f64| engine.run(ReadSite { site: site.to_owned(), value }).is_ok();
    assert!(run("leg", 80.0) && run("arm", 90.0) && !run("arm", 99.0) && run("leg", 99.0) && run("arm", 94.0));
    assert!(!run("leg", 10.0), "the nested field was written");
}

#[test]
fn a_list_of_links_is_compared_to_its_end() {
    use std::sync::Arc;

    #[derive(Clone, Default, Inspect)]
    struct Link {
        number: u32,
        next: Option<Arc<Link>>,
    }
    impl Drop for Link {
        fn drop(&mut self) {
            let mut next = self.next.take();
            while let Some(link) = next {
                next = Arc::into_inner(link).and_then(|mut link| link.next.take());
            }
        }
    }
    #[derive(Clone, Default, Context)]
    struct Log {
        head: Link,
    }
    #[process(outputs = [domain.head])]
    fn replace(ctx: Ctx<Log>, length: u32, last: u32) {
        let mut head = Link { number: last, next: None };
        for number in 0..length {
            head = Link { number, next: Some(Arc::new(head)) };
        }
        ctx.domain.head.set(head);
    }
    let recipe = "process_recipes: { replace: { outputs: [ { field: domain.head, changed: true } ] } }";
    let engine =
        Engine::builder(Log::default()).process::<Replace>().recipe("r.yaml", recipe).unwrap().build().unwrap();
    let passed = |length: u32, last: u32| engine.run(Replace { length, last }).is_ok();
    assert!(passed(200_000, 1) && !passed(200_000, 1) && passed(200_000, 2) && passed(199_999, 2));
}

#[test]
fn newtypes_that_hold_each_other_are_nothing_to_ask_about() {
    #[derive(Clone, Default, Inspect)]
    struct Egg(Option<Box<Hen>>);
    #[derive(Clone, Default, Inspect)]
    struct Hen(Box<Egg>);
    #[derive(Clone, Default, Inspect)]
    struct Shell(Vec<Crab>);
    #[derive(Clone, Default, Inspect)]
    struct Crab(Box<Shell>);
    #[derive(Clone, Default, Context)]
    struct Farm {
        egg: Egg,
        hens: Vec<Hen>,
        shell: Shell,
        count: u32,
    }
    #[process(outputs = [domain.egg, domain.count, domain.hens, domain.shell])]
    fn lay(ctx: Ctx<Farm>) {
        ctx.domain.count.set(1);
        ctx.domain.egg.set(Egg::default());
        ctx.domain.hens.set(vec![Hen::default()]);
        ctx.domain.shell.set(Shell(vec![Crab::default()]));
    }
    let build = |rule: &str| {
        let recipe = format!("process_recipes: {{ lay: {{ outputs: [ {{ {rule} }} ] }} }}");
        Engine::builder(Farm::default()).process::<Lay>().recipe("r.yaml", &recipe).and_then(|it| it.build())
    };
    assert!(build("field: domain.count, max: 1").unwrap().run(Lay {}).is_ok());
    assert!(build("field: domain.hens.len(), max: 1").unwrap().run(Lay {}).is_ok());
    assert!(build("field: 'domain.shell[0][0]', exists: false").unwrap().run(Lay {}).is_ok());
    let error = build("field: domain.egg, eq: 1").unwrap_err().to_string();
    assert!(error.contains("domain.egg"), "{error}");
    assert!(build("field: domain.hens, unique: true").is_err());
}
