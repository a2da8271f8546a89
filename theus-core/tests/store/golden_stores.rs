//! Sessions as earlier versions of this library have stored them in the midst of their work: every later one opens them and goes on.
//!
//! Each file of `golden/stores` is what a store had at the first moment that its scene asks for. It is compared with what this version
//! writes, byte for byte, so that a change of the form is noticed; and gone on from, to the end of a run that nothing has broken.
//!
//! `THEUS_GOLDEN=write` writes those of this version anew: only where they are not yet in a release. What was released stays as it
//! is, beside the new one under another name.

use std::future::poll_fn;
use std::path::PathBuf;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use theus_core::audit::AlarmState;
use theus_core::prelude::*;
use theus_core::store::{Audit, MemoryStore, SessionState, Store, Write};
use theus_core::workflow::{Clock, Progress, Status, VirtualClock, WorkflowManager};

#[derive(Clone, Debug, PartialEq, Context)]
struct Desk {
    log: Vec<i64>,
    side: Vec<i64>,
    deadline: SystemTime,
}

impl Default for Desk {
    fn default() -> Self {
        Self { log: Vec::new(), side: Vec::new(), deadline: SystemTime::UNIX_EPOCH + Duration::from_secs(90) }
    }
}

type App = Ctx<Desk>;
type Flow = WorkflowManager<Desk>;

#[derive(Debug, thiserror::Error)]
#[error("not yet")]
struct NotYet;

/// Says how many there are.
#[process(inputs = [domain.log], outputs = [domain.log])]
fn put(ctx: App, n: i64) -> i64 {
    ctx.domain.log.push(n);
    i64::try_from(ctx.domain.log.len()).unwrap_or(i64::MAX)
}

/// Waits before it commits, so that others go on meanwhile.
#[process(inputs = [domain.side], outputs = [domain.side])]
async fn think(ctx: App, n: i64) {
    await_looks(4).await;
    ctx.domain.side.push(n);
}

/// The greater the number, the longer it takes.
#[process]
async fn quote(ctx: App, n: i64) -> i64 {
    let _ = ctx;
    await_looks(n).await;
    n * 10
}

#[process(inputs = [domain.log], outputs = [domain.log], errors = [NotYet])]
fn strict(ctx: App, n: i64) -> Result<(), NotYet> {
    ctx.domain.log.push(n);
    Err(NotYet)
}

#[process(outputs = [domain.deadline])]
fn put_off(ctx: App, seconds: u64) {
    ctx.domain.deadline.set(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
}

async fn await_looks(mut looks: i64) {
    poll_fn(|task| {
        looks -= 1;
        task.waker().wake_by_ref();
        if looks <= 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// A workflow, what happens to it, and the moment at which it is stored.
struct Scene {
    name: &'static str,
    flow: &'static str,
    events: &'static [&'static str],
    /// Whether this is the moment, by its position.
    is_it: fn(&Value) -> bool,
}

fn has(value: &Value, key: &str) -> bool {
    match value {
        Value::Object(entries) => entries.iter().any(|(name, value)| name == key || has(value, key)),
        Value::Array(values) => values.iter().any(|value| has(value, key)),
        _ => false,
    }
}

fn many(value: &Value, key: &str) -> usize {
    value[key].as_array().map_or(0, Vec::len)
}

const SCENES: [Scene; 7] = [
    Scene {
        // One thing that is invoked waits for its next try, with a step behind it that has committed; one is under way.
        name: "invoke",
        flow: "
states:
  WORK:
    invoke:
      - { id: tries, steps: [{ run: put, with: { n: 1 }, compensate: { run: put, with: { n: -1 } } }, { run: strict, with: { n: 7 }, retry: { attempts: 3, backoff: 1m } }], on_error: { NotYet: DONE } }
      - { id: thinks, steps: [{ run: think, with: { n: 2 } }, { run: think, with: { n: 3 } }] }
  DONE: { entry: { run: put, with: { n: 9 } }, final: true }
",
        events: &[],
        is_it: |position| {
            let tries = position["invoked"].as_array().into_iter().flatten().any(|one| {
                one["id"] == "tries" && has(&one["chain"], "again") && has(&one["chain"], "number")
            });
            let thinks = position["invoked"].as_array().into_iter().flatten().any(|one| one["id"] == "thinks");
            tries && thinks
        },
    },
    Scene {
        name: "saga",
        flow: "
external: [CMD_NEXT, CMD_CANCEL]
states:
  TRIP:
    saga: true
    states:
      HOTEL:
        entry: { run: put, with: { n: 1 }, as: count, compensate: { run: put, with: { n: '${ count * -1 }' } } }
        events: { CMD_NEXT: { to: FLIGHT, steps: { run: put, with: { n: 2 }, compensate: { run: put, with: { n: -2 } } } } }
      FLIGHT: { events: { CMD_NEXT: { steps: { run: put, with: { n: 3 } } } } }
    events: { CMD_CANCEL: { to: CANCELLED, undo: true } }
  CANCELLED: { entry: { run: put, with: { n: 9 } }, final: true }
",
        events: &["CMD_NEXT", "CMD_NEXT", "CMD_CANCEL"],
        is_it: |position| many(position, "sagas") == 2 && position["unit"].is_null() && position["chain"].is_null(),
    },
    Scene {
        // The chain of one region thinks, while that of the other goes on.
        name: "regions",
        flow: "
external: [CMD_BOTH, CMD_LEFT, CMD_END]
states:
  WORK:
    events: { CMD_END: DONE }
    regions:
      LEFT: { states: { L: { events: { CMD_BOTH: { steps: [{ run: think, with: { n: 1 } }, { run: put, with: { n: 2 } }] }, CMD_LEFT: { steps: { run: put, with: { n: 3 } } } } } } }
      RIGHT: { states: { R: { events: { CMD_BOTH: { steps: { run: put, with: { n: 4 } } } } } } }
  DONE: { entry: { run: put, with: { n: 9 } }, final: true }
",
        events: &["CMD_BOTH", "CMD_LEFT", "CMD_END"],
        is_it: |position| position["invoked"].as_array().into_iter().flatten().any(|one| !one["region"].is_null()),
    },
    Scene {
        // Of five some gave their answer, some are under way, and some have not begun.
        name: "for_each_parallel",
        flow: "
states:
  ASK:
    entry:
      - { flux: for_each, in: '[1, 6, 2, 3, 4]', as: it, parallel: 2, do: { run: quote, with: { n: '${ it }' }, as: all } }
      - { run: put, with: { n: '${ all[0] + all[1] * 100 + all[4] }' } }
    events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: DONE }
  DONE: { final: true }
",
        events: &[],
        is_it: |position| has(&position["chain"], "gave") && has(&position["chain"], "left"),
    },
    Scene {
        name: "deferred",
        flow: "
external: [CMD_OPEN, CMD_PAY]
states:
  SHUT: { defer: CMD_PAY, events: { CMD_OPEN: OPEN } }
  OPEN:
    entry: { run: put, with: { n: 1 } }
    always: { to: DONE, when: size(domain.log) > 2 }
    events: { CMD_PAY: { steps: { run: put, with: { n: 2 } } } }
  DONE: { final: true }
",
        events: &["CMD_PAY", "CMD_PAY", "CMD_OPEN"],
        is_it: |position| many(position, "deferred") == 2,
    },
    Scene {
        // What a step gave is kept for those behind it; the loop that is under way has the elements that are left.
        name: "results",
        flow: "
states:
  ONE:
    entry:
      - { run: put, with: { n: 5 }, as: first }
      - { flux: for_each, in: '[10, 20, 30]', as: each, do: [{ run: put, with: { n: '${ each + first }' }, as: count }, { run: put, with: { n: '${ count * -1 }' } }] }
      - { run: put, with: { n: '${ first + 100 }' } }
    events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: DONE }
  DONE: { final: true }
",
        events: &[],
        is_it: |position| many(&position["chain"], "results") == 2,
    },
    Scene {
        name: "timers",
        flow: "
external: [CMD_WAIT]
states:
  WAIT:
    entry: { run: put, with: { n: 1 } }
    after: { 5m: DONE, '${ size(domain.log) * 1000 }': { to: DONE, follow: true } }
    every: { 40s: { steps: { run: put, with: { n: 4 } } } }
    cron: { '*/2 * * * *': { steps: { run: put, with: { n: 2 } } } }
    at: { '${ domain.deadline }': { steps: { run: put, with: { n: 3 } }, follow: true } }
    events: { CMD_WAIT: { steps: { run: put_off, with: { seconds: 150 } } } }
  DONE: { entry: { run: put, with: { n: 9 } }, final: true }
",
        events: &["CMD_WAIT"],
        is_it: |position| many(position, "reckoned") >= 2 && many(position, "timers") >= 2 && many(position, "cycles") >= 1,
    },
];

/// What came of it.
#[derive(Debug, PartialEq)]
struct Came {
    desk: Desk,
    states: Vec<String>,
    status: Status,
    at: SystemTime,
}

/// A session under way.
struct Life {
    flow: Flow,
    clock: VirtualClock,
    /// How many of the events were sent.
    sent: usize,
}

fn engine(store: Option<&MemoryStore>, clock: &VirtualClock) -> Engine<Desk> {
    let time = clock.clone();
    let builder = Engine::builder(Desk::default()).process::<Put>().process::<Think>().process::<Quote>();
    let builder = builder.process::<Strict>().process::<PutOff>().clock(move || time.now());
    match store {
        Some(store) => builder.store(store.clone()).build().unwrap(),
        None => builder.build().unwrap(),
    }
}

fn flow(scene: &Scene, engine: &Engine<Desk>) -> Flow {
    WorkflowManager::from_text(engine, scene.name, scene.flow).unwrap_or_else(|error| panic!("{}: {error}", scene.name))
}

impl Life {
    fn new(scene: &Scene, store: &MemoryStore) -> Self {
        let clock = VirtualClock::new();
        let flow = flow(scene, &engine(Some(store), &clock)).clock(clock.clone()).hydrate().unwrap();
        Self { flow, clock, sent: 0 }
    }

    /// From what a file has.
    fn of(scene: &Scene, file: &Value) -> Self {
        let at = Duration::from_nanos(file["at"].as_u64().unwrap());
        let clock = VirtualClock::at(SystemTime::UNIX_EPOCH + at);
        let state: SessionState = serde_json::from_value(file["session"].clone()).unwrap();
        let engine = engine(None, &clock);
        let definition = flow(scene, &engine).shared_definition();
        let flow = Flow::open_state(&engine, definition, "again", Desk::default(), state).unwrap();
        let sent = usize::try_from(file["sent"].as_u64().unwrap()).unwrap();
        Self { flow: flow.clock(clock.clone()), clock, sent }
    }

    /// Does one thing more; false where it is over.
    fn goes_on(&mut self, scene: &Scene) -> bool {
        match self.flow.advance().unwrap() {
            Progress::Over => return false,
            Progress::Idle { .. } | Progress::Working { .. } if self.sent < scene.events.len() => {
                self.flow.emit(scene.events[self.sent]).unwrap();
                self.sent += 1;
            }
            Progress::Idle { left } => {
                self.clock.advance(left.unwrap_or_else(|| panic!("{} waits for nothing", scene.name)))
            }
            // Its waker is woken already, where it waits for no time.
            Progress::Working { left: Some(left) } | Progress::Retries { left } => {
                self.clock.advance(left.min(Duration::from_secs(1)))
            }
            _ => {}
        }
        true
    }

    fn came(&self) -> Came {
        let states = self.flow.configuration().leaves().iter().filter_map(|leaf| self.flow.definition().state(*leaf));
        let states = states.map(|state| state.name.clone()).collect();
        let desk = self.flow.engine().snapshot().unwrap().to_context();
        Came { desk, states, status: self.flow.status(), at: self.clock.now() }
    }

    fn ends(mut self, scene: &Scene) -> Came {
        let mut count = 0;
        while self.goes_on(scene) {
            count += 1;
            assert!(count < 5_000, "{} goes on for ever", scene.name);
        }
        self.came()
    }
}

/// What the store has at the moment of the scene, as its file has it.
fn stored(scene: &Scene) -> String {
    let store = MemoryStore::new();
    let mut life = Life::new(scene, &store);
    let mut seen = Vec::new();
    while life.goes_on(scene) {
        let Some(state) = store.load("main").unwrap() else { continue };
        let Some(position) = &state.position else { continue };
        let position: Value = serde_json::from_str(position).unwrap();
        if (scene.is_it)(&position) {
            let at = life.clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
            let at = u64::try_from(at.as_nanos()).unwrap();
            let whole = json!({ "at": at, "sent": life.sent, "session": state });
            return serde_json::to_string_pretty(&whole).unwrap() + "\n";
        }
        seen.push(position.to_string());
        seen.dedup();
        assert!(seen.len() < 2_000, "{} goes on for ever", scene.name);
    }
    panic!("{} does not come to its moment:\n{}", scene.name, seen.join("\n"));
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "store", "golden", "stores"].iter().collect()
}

/// The text of a file; what this version writes where that is asked for.
fn golden(name: &str, written: &str) -> String {
    let file = folder().join(format!("{name}.json"));
    if std::env::var("THEUS_GOLDEN").is_ok_and(|said| said == "write") {
        std::fs::create_dir_all(folder()).unwrap();
        std::fs::write(&file, written).unwrap();
    }
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn what_is_under_way_is_stored_as_it_was() {
    for scene in &SCENES {
        let written = stored(scene);
        assert_eq!(written, golden(scene.name, &written), "{}: what is stored has changed", scene.name);
        assert!(written.len() < 6_000, "{}: {} bytes", scene.name, written.len());
    }
}

#[test]
fn what_earlier_versions_have_stored_in_the_midst_of_their_work_goes_on_to_the_same_end() {
    for scene in &SCENES {
        let whole = Life::new(scene, &MemoryStore::new()).ends(scene);
        assert_eq!(whole.states, [if scene.name == "saga" { "CANCELLED" } else { "DONE" }], "{}", scene.name);
        let file: Value = serde_json::from_str(&golden(scene.name, &stored(scene))).unwrap();
        let again = Life::of(scene, &file);
        assert_ne!(again.came().states, whole.states, "{}: it was not over", scene.name);
        let mut again = again.ends(scene);
        let mut whole = whole;
        // Of what goes on side by side either may come first.
        for came in [&mut again, &mut whole] {
            came.desk.side.sort_unstable();
        }
        assert_eq!(again, whole, "{}", scene.name);
    }
}

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Tank {
    level: i64,
}

#[process(outputs = [domain.level])]
fn fill(ctx: Ctx<Tank>, to: i64, owner: String) {
    let _ = owner;
    ctx.domain.level.set(to);
}

const RECIPE: &str = "
process_recipes:
  fill:
    outputs:
      - { field: domain.level, max: 50, level: C, max_threshold: 5, within: 1h }
      - { field: domain.level, max: 60, level: C, max_threshold: 3, of: 10 }
      - { field: domain.level, max: 70, level: C, max_threshold: 3, per: owner }
      - { field: domain.level, max_rate: 5, level: C }
      - { field: domain.level, max: 80, level: C, id: ACKNOWLEDGED, deadband: 5, alarm: true }
      - { field: domain.level, max: 81, level: C, id: LATCHED, latched: true, alarm: true }
      - { field: domain.level, max: 82, level: C, id: SHELVED, alarm: true }
      - { field: domain.level, max: 83, level: C, id: DELAYED, on_delay: 50s, alarm: true }
";

/// After how many seconds what was filled, to which level and for whom.
const RUNS: [(u64, i64, &str); 9] = [
    (0, 10, "a"),
    (60, 55, "a"),
    (60, 90, "a"),
    (60, 92, "b"),
    // Here it is stored.
    (60, 90, "a"),
    (60, 91, "b"),
    (60, 75, "a"),
    (3_600, 10, "b"),
    (3_600, 90, "a"),
];
const STORED_AFTER: usize = 4;

fn tank(store: Option<&MemoryStore>, clock: &VirtualClock) -> Engine<Tank> {
    let time = clock.clone();
    let builder = Engine::builder(Tank::default()).process::<Fill>().clock(move || time.now());
    let builder = builder.recipe("audit.yaml", RECIPE).unwrap_or_else(|error| panic!("{error}"));
    match store {
        Some(store) => builder.store(store.clone()).build().unwrap(),
        None => builder.build().unwrap(),
    }
}

/// What each run found: its violations, and how the alarms stand after it.
fn found(tank: &Engine<Tank>, clock: &VirtualClock, runs: &[(u64, i64, &str)]) -> Vec<String> {
    let run = |(seconds, to, owner): &(u64, i64, &str)| {
        clock.advance(Duration::from_secs(*seconds));
        let report = tank.run_reported(Fill { to: *to, owner: (*owner).to_owned() });
        report.result.unwrap();
        let violations = report.violations.iter();
        let violations: Vec<_> = violations.map(|it| format!("{} {} {:?}", it.rule, it.count, it.action)).collect();
        let alarms = tank.alarms();
        let of = |session: &str| session == tank.session();
        let alarms: Vec<_> = alarms
            .iter()
            .filter(|alarm| of(&alarm.id.session))
            .map(|alarm| format!("{} {:?} {:?} {:?}", alarm.rule, alarm.state, alarm.operator, alarm.shelf))
            .collect();
        format!("{violations:?} {alarms:?}")
    };
    runs.iter().map(run).collect()
}

/// What operators do before it is stored.
fn operate(tank: &Engine<Tank>) {
    let by_limit = |limit: &str| {
        let found = tank.alarms().into_iter().find(|alarm| alarm.rule.as_str().ends_with(limit));
        found.unwrap_or_else(|| panic!("no alarm of {limit}")).id
    };
    assert_eq!(tank.acknowledge(&by_limit(" 80"), "R. Lee", "seen"), Ok(AlarmState::Acknowledged));
    tank.shelve(&by_limit(" 82"), Duration::from_secs(7_200), "R. Lee", "repair").unwrap();
}

fn counted(store: &MemoryStore) -> (Engine<Tank>, VirtualClock) {
    let clock = VirtualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let tank = tank(Some(store), &clock);
    found(&tank, &clock, &RUNS[..STORED_AFTER]);
    operate(&tank);
    (tank, clock)
}

/// What the store has then: the session, and what is of the engine as a whole.
fn audited() -> String {
    let store = MemoryStore::new();
    let (tank, clock) = counted(&store);
    let at = clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    drop(tank);
    let (state, counts) = (store.load("main").unwrap().unwrap(), store.begin().unwrap().counts);
    let ledger = store.ledger(1, 1_000).unwrap();
    let whole = json!({ "at": at, "session": state, "counts": counts, "last_record": ledger.last() });
    serde_json::to_string_pretty(&whole).unwrap() + "\n"
}

#[test]
fn windows_and_alarms_are_stored_as_they_were() {
    let written = audited();
    assert_eq!(written, golden("audit", &written), "what is stored has changed");
    assert!(written.len() < 8_000, "{} bytes", written.len());
    let file: Value = serde_json::from_str(&written).unwrap();
    let counts = ["/session/counts", "/counts"].map(|at| file.pointer(at).unwrap().as_array().unwrap());
    let with = |key: &str| counts.into_iter().flatten().filter(|count| !count[key].is_null()).count();
    assert_eq!((with("window"), with("key"), with("sample"), with("alarm")), (2, 2, 1, 4), "{counts:#?}");
}

/// A store that has what the file has.
fn store_of(file: &Value) -> MemoryStore {
    let store = MemoryStore::new();
    let state: SessionState = serde_json::from_value(file["session"].clone()).unwrap();
    let counts = serde_json::from_value(file["counts"].clone()).unwrap();
    let write = Write {
        session: "main".into(),
        first: Some(state.fields),
        schema: state.schema,
        counts: Some(state.counts),
        audit: Audit { counts: Some(counts), ..Audit::default() },
        ..Write::default()
    };
    store.submit(write, Box::new(|done| assert!(done.is_ok())));
    store
}

#[test]
fn windows_and_alarms_that_earlier_versions_have_stored_go_on() {
    let (whole, clock) = counted(&MemoryStore::new());
    let expected = found(&whole, &clock, &RUNS[STORED_AFTER..]);
    let file: Value = serde_json::from_str(&golden("audit", &audited())).unwrap();
    let clock = VirtualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(file["at"].as_u64().unwrap()));
    let again = tank(Some(&store_of(&file)), &clock);
    assert_eq!(again.alarms().len(), 4, "{:?}", again.alarms());
    assert_eq!(found(&again, &clock, &RUNS[STORED_AFTER..]), expected);
    assert_eq!(again.snapshot().unwrap().to_context(), whole.snapshot().unwrap().to_context());
    // Nothing was begun anew: on an empty store the same runs find other things.
    let clock = VirtualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(file["at"].as_u64().unwrap()));
    let empty = tank(Some(&MemoryStore::new()), &clock);
    assert_ne!(found(&empty, &clock, &RUNS[STORED_AFTER..]), expected);
}
