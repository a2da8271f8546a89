//! Times that the data say.

use std::time::{Duration, SystemTime};

use theus_core::prelude::*;
use theus_core::workflow::sessions::Sessions;
use theus_core::workflow::{Clock, Fault, Position, PositionError, VirtualClock, WorkflowError, WorkflowManager};

#[derive(Clone, Debug, Context)]
struct Loan {
    wait: Duration,
    seconds: i64,
    share: f64,
    deadline: SystemTime,
    reminder: Option<SystemTime>,
    grace: Option<Duration>,
    log: Vec<String>,
}

impl Default for Loan {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(10),
            seconds: 10,
            share: 10.0,
            deadline: at(10),
            reminder: None,
            grace: None,
            log: Vec::new(),
        }
    }
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

type App = Ctx<Loan>;
type Desk = WorkflowManager<Loan>;

#[process(outputs = [domain.wait, domain.deadline, domain.reminder, domain.grace])]
fn put_off(ctx: App, seconds: u64) {
    ctx.domain.wait.set(Duration::from_secs(seconds));
    ctx.domain.deadline.set(at(seconds));
    ctx.domain.reminder.set(Some(at(seconds)));
    ctx.domain.grace.set(Some(Duration::from_secs(seconds)));
}

#[process(outputs = [domain.reminder, domain.grace])]
fn call_off(ctx: App) {
    ctx.domain.reminder.set(None);
    ctx.domain.grace.set(None);
}

#[process(outputs = [domain.share, domain.seconds])]
fn spoil(ctx: App, share: f64, seconds: i64) {
    ctx.domain.share.set(share);
    ctx.domain.seconds.set(seconds);
}

#[process(inputs = [domain.log], outputs = [domain.log])]
fn tell(ctx: App, text: String) {
    ctx.domain.log.push(text);
}

fn engine(loan: Loan) -> Engine<Loan> {
    let builder = Engine::builder(loan).process::<PutOff>().process::<CallOff>().process::<Spoil>().process::<Tell>();
    builder.build().unwrap()
}

fn flow(ways: &str) -> String {
    format!("external: [CMD_GO]\nstates:\n  S: {{ {ways} }}\n  LATE: {{ final: true }}\n  LOST: {{ final: true }}\n")
}

fn desk(ways: &str) -> (Desk, Engine<Loan>, VirtualClock) {
    let (engine, clock) = (engine(Loan::default()), VirtualClock::new());
    let desk = WorkflowManager::from_text(&engine, "loan.yaml", &flow(ways)).unwrap_or_else(|error| panic!("{error}"));
    (desk.clock(clock.clone()), engine, clock)
}

fn seconds(clock: &VirtualClock) -> f64 {
    clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

#[test]
fn the_data_say_how_long_or_when() {
    for (time, expected) in [
        ("after: { \"${ domain.wait }\": LATE }", 10.0),
        ("after: { \"${ domain.seconds * 2 }\": LATE }", 20.0),
        ("after: { \"${ domain.share / 4.0 }\": LATE }", 2.5),
        ("at: { \"${ domain.deadline }\": LATE }", 10.0),
        ("at: { \"1970-01-01T00:01:00Z\": LATE }", 60.0),
        ("at: { \"1970-01-01T02:00:00+02:00\": LATE }", 0.0),
        ("after: { \"${ domain.grace }\": LOST, 3s: LATE }", 3.0),
    ] {
        let (mut desk, _, clock) = desk(time);
        desk.run_until_final().unwrap();
        assert_eq!((desk.state(), seconds(&clock)), ("LATE", expected), "{time}");
    }
}

#[test]
fn it_is_what_they_say_when_the_entry_is_done_counted_from_its_beginning() {
    let ways = "entry: { run: put_off, with: { seconds: 30 } }, after: { \"${ domain.wait }\": LATE }";
    let (mut desk, _, clock) = desk(ways);
    clock.advance(Duration::from_secs(5));
    desk.run_until_final().unwrap();
    assert_eq!(seconds(&clock), 35.0);
}

#[test]
fn what_changes_later_moves_only_what_follows() {
    for (follow, expected) in [("", 10.0), (", follow: true", 25.0)] {
        for time in ["after: { \"${ domain.wait }\"", "at: { \"${ domain.deadline }\""] {
            let (mut desk, _, clock) = desk(&format!(
                "{time}: {{ to: LATE{follow} }} }}, events: {{ CMD_GO: {{ steps: {{ run: put_off, with: {{ seconds: 25 }} }} }} }}"
            ));
            desk.run_for(Duration::from_secs(4)).unwrap();
            desk.emit("CMD_GO").unwrap();
            desk.run_until_final().unwrap();
            assert_eq!((desk.state(), seconds(&clock)), ("LATE", expected), "{time}{follow}");
        }
    }
}

#[test]
fn what_is_moved_into_the_past_is_due_at_once() {
    let (mut desk, engine, clock) = desk("after: { \"${ domain.wait }\": { to: LATE, follow: true } }");
    desk.run_for(Duration::from_secs(8)).unwrap();
    // By somebody else.
    engine.run(PutOff { seconds: 3 }).unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(seconds(&clock), 8.0);
}

#[test]
fn none_is_no_time_until_there_is_one() {
    for time in ["at: { \"${ domain.reminder }\"", "after: { \"${ domain.grace }\""] {
        let ways = format!("{time}: {{ to: LATE, follow: true }} }}");
        let (mut desk, engine, clock) = desk(&ways);
        assert!(desk.run_for(Duration::from_secs(100)).unwrap().len() <= 1);
        engine.run(PutOff { seconds: 120 }).unwrap();
        desk.run_for(Duration::from_secs(5)).unwrap();
        engine.run(CallOff {}).unwrap();
        desk.run_for(Duration::from_secs(100)).unwrap();
        assert_eq!(desk.state(), "S");
        engine.run(PutOff { seconds: 300 }).unwrap();
        desk.run_until_final().unwrap();
        assert_eq!((desk.state(), seconds(&clock)), ("LATE", 300.0), "{time}");
    }
}

#[test]
fn one_that_was_due_is_over_whatever_the_data_say_then() {
    let ways = "after: { \"${ domain.wait }\": { steps: { run: put_off, with: { seconds: 60 } }, follow: true } }";
    let (mut desk, _, _) = desk(ways);
    assert_eq!(desk.run_for(Duration::from_secs(1_000)).unwrap().len(), 2, "the start, and once");
}

#[test]
fn what_is_no_time_is_heard_of_by_its_state_and_told() {
    for (time, share, seconds, problem) in [
        ("domain.share", f64::NAN, 0, "NaN"),
        ("domain.share", f64::INFINITY, 0, "inf"),
        ("domain.share", -1.0, 0, "-1"),
        ("domain.share", 1e300, 0, "no length of time"),
        ("domain.seconds", 0.0, -1, "negative"),
        ("domain.seconds * 2", 0.0, i64::MAX, "more time than a clock counts"),
        ("domain.seconds / domain.seconds", 0.0, 0, "zero"),
        ("domain.log[5] == '' ? 1 : 2", 0.0, 0, ""),
    ] {
        let ways = format!("after: {{ \"${{ {time} }}\": LATE }}, events: {{ EVT_CHAIN_FAIL: LOST }}");
        let (mut desk, engine, _) = desk(&ways);
        engine.run(Spoil { share, seconds }).unwrap();
        let error = desk.run_until_idle().expect_err(time);
        let WorkflowError::NoValue { error: told, handled, .. } = &error else { panic!("{error}") };
        assert!(told.problem.contains(problem), "{time}: {told}");
        assert_eq!(told.expression, time);
        let fault = handled.last().unwrap().fault.as_ref();
        assert!(matches!(fault, Some(Fault::NoTime { state, .. }) if state == "S"), "{fault:?}");
        desk.run_until_final().unwrap();
        assert_eq!(desk.state(), "LOST", "{time}");
    }
}

#[test]
fn one_that_is_none_does_not_keep_the_others_from_running() {
    let ways = "after: { \"${ domain.share }\": LOST, \"${ domain.wait }\": LATE, 30s: LOST }";
    let (mut desk, engine, clock) = desk(ways);
    engine.run(Spoil { share: f64::NAN, seconds: 0 }).unwrap();
    assert!(matches!(desk.run_until_idle(), Err(WorkflowError::NoValue { .. })));
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), seconds(&clock)), ("LATE", 10.0));
}

#[test]
fn setting_the_wall_clock_moves_dates_and_no_lengths() {
    let (mut dated, _, clock) = desk("at: { \"${ domain.deadline }\": LATE }");
    dated.run_for(Duration::from_secs(2)).unwrap();
    clock.set_wall(at(1_000));
    assert_eq!(dated.position().next_due(), Some(at(10)), "a date stays what it is");
    dated.run_until_idle().unwrap();
    assert_eq!(dated.state(), "LATE");
    let (mut put_back, _, clock) = desk("at: { \"${ domain.deadline }\": LATE }");
    clock.set_wall(at(8));
    put_back.run_until_idle().unwrap();
    clock.set_wall(at(5));
    put_back.run_until_final().unwrap();
    assert_eq!(seconds(&clock), 10.0);
    let (mut long, _, clock) = desk("after: { \"${ domain.wait }\": LATE }");
    long.run_for(Duration::from_secs(2)).unwrap();
    clock.set_wall(at(1_000));
    assert!(long.run_until_idle().unwrap().is_empty());
    long.run_until_final().unwrap();
    assert_eq!(seconds(&clock), 1_008.0);
}

/// Goes on from its position as a text, at that time.
fn restart(desk: &Desk, loan: Loan, seconds: u64) -> (Desk, Engine<Loan>, VirtualClock) {
    let stored = serde_json::to_string(&desk.position()).unwrap();
    let position: Position = serde_json::from_str(&stored).unwrap();
    assert_eq!(position, desk.position(), "{stored}");
    let (engine, clock) = (engine(loan), VirtualClock::at(at(seconds)));
    let restored = WorkflowManager::restore(&engine, desk.shared_definition(), &position).unwrap();
    assert_eq!(restored.position(), position, "and nothing is lost of it");
    (restored.clock(clock.clone()), engine, clock)
}

#[test]
fn a_restart_keeps_them() {
    for time in ["after: { \"${ domain.wait }\"", "at: { \"${ domain.deadline }\""] {
        let (mut before, ..) = desk(&format!("{time}: LATE }}"));
        before.run_for(Duration::from_secs(4)).unwrap();
        assert_eq!(before.position().next_due(), Some(at(10)));
        // What the data say by now is of no matter.
        let other = Loan { wait: Duration::from_secs(99), deadline: at(99), ..Loan::default() };
        let (mut after, _, clock) = restart(&before, other.clone(), 7);
        after.run_until_final().unwrap();
        assert_eq!((after.state(), seconds(&clock)), ("LATE", 10.0), "{time}");
        let (mut late, _, clock) = restart(&before, Loan::default(), 70);
        late.run_until_idle().unwrap();
        assert_eq!((late.state(), seconds(&clock)), ("LATE", 70.0), "{time}");
        // But to one that follows them.
        let (mut before, ..) = desk(&format!("{time}: {{ to: LATE, follow: true }} }}"));
        before.run_for(Duration::from_secs(4)).unwrap();
        let (mut after, _, clock) = restart(&before, other, 7);
        after.run_until_final().unwrap();
        assert_eq!((after.state(), seconds(&clock)), ("LATE", 99.0), "{time}");
    }
}

#[test]
fn one_without_a_time_yet_is_kept_too() {
    let (mut before, ..) = desk("at: { \"${ domain.reminder }\": { to: LATE, follow: true } }");
    before.run_until_idle().unwrap();
    assert_eq!(before.position().next_due(), None);
    let (mut after, engine, clock) = restart(&before, Loan::default(), 50);
    after.run_for(Duration::from_secs(10)).unwrap();
    engine.run(PutOff { seconds: 80 }).unwrap();
    after.run_until_final().unwrap();
    assert_eq!((after.state(), seconds(&clock)), ("LATE", 80.0));
    // Before the first step nothing is known of it, and it is worked out after.
    let (before, ..) = desk("after: { \"${ domain.wait }\": LATE }");
    let (mut after, _, clock) = restart(&before, Loan::default(), 5);
    after.run_until_final().unwrap();
    assert_eq!(seconds(&clock), 15.0);
}

#[test]
fn a_position_of_another_file_is_refused() {
    let (mut before, engine, _) = desk("after: { \"${ domain.wait }\": LATE }");
    before.run_until_idle().unwrap();
    for other in
        ["after: { \"${ domain.grace }\": LATE }", "after: { 10s: LATE }", "at: { \"${ domain.deadline }\": LATE }"]
    {
        let other = WorkflowManager::from_text(&engine, "loan.yaml", &flow(other)).unwrap().shared_definition();
        let error = WorkflowManager::restore(&engine, other, &before.position()).err().unwrap();
        assert!(matches!(&error, PositionError::Reckoned { state, .. } if state == "S"), "{error}");
        assert!(error.to_string().contains("`after: ${ domain.wait }`"), "{error}");
    }
}

#[test]
fn a_pool_is_woken_by_the_change_that_moves_it() {
    let engine = engine(Loan::default());
    let yaml = flow("after: { \"${ domain.wait }\": { to: LATE, follow: true } }");
    let clock = VirtualClock::new();
    let pool = Sessions::of_text(&engine, "loan.yaml", &yaml).unwrap().stepped(3).clock(clock.clone()).start().unwrap();
    pool.open("one", Loan::default()).unwrap();
    pool.open("two", Loan::default()).unwrap();
    pool.step_until_idle(1_000);
    assert_eq!(pool.next_due(), Some(at(10)));
    pool.engine("one").unwrap().run(PutOff { seconds: 5 }).unwrap();
    pool.step_until_idle(1_000);
    assert_eq!(pool.next_due(), Some(at(5)));
    pool.step_to_the_end(1_000);
    assert_eq!((pool.states("one").unwrap(), pool.states("two").unwrap()), (vec!["LATE".into()], vec!["LATE".into()]));
    assert_eq!(seconds(&clock), 10.0);
}

#[test]
fn as_a_task_too() {
    let (mut desk, _, clock) = desk("at: { \"${ domain.deadline }\": LATE }");
    crate::executor::block_on(desk.run_until_final_async()).unwrap();
    assert_eq!((desk.state(), seconds(&clock)), ("LATE", 10.0));
}

#[test]
fn a_time_ends_with_its_state() {
    let yaml = "
external: [CMD_GO]
states:
  S: { after: { \"${ domain.wait }\": LATE }, events: { CMD_GO: T } }
  T: { after: { \"${ domain.share }\": { to: S, follow: true } } }
  LATE: { final: true }
";
    let engine = engine(Loan::default());
    let clock = VirtualClock::new();
    let mut desk = WorkflowManager::from_text(&engine, "loan.yaml", yaml).unwrap().clock(clock.clone());
    desk.run_for(Duration::from_secs(9)).unwrap();
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), seconds(&clock)), ("LATE", 29.0));
    assert!(desk.trace().to_string().contains("S after 10s"));
}
