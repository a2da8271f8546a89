//! Workflows that ask what time it is: in guards, in steps, in what is given to a process.

use std::time::{Duration, SystemTime};

use theus_core::context::{Time, TimeKind};
use theus_core::prelude::*;
use theus_core::workflow::{Clock, VirtualClock, WorkflowManager};

#[derive(Clone, Debug, Default, Context)]
struct Desk {
    opened: Option<SystemTime>,
    log: Vec<String>,
}

#[process(outputs = [domain.opened])]
fn open(ctx: Ctx<Desk>, at: String) {
    ctx.domain.opened.set(moment(&at));
}

/// Times are handed on as text.
fn moment(text: &str) -> Option<SystemTime> {
    let nanos = u64::try_from(Time::parse(TimeKind::Instant, text)?.nanos).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos))
}

#[process(inputs = [domain.log], outputs = [domain.log])]
fn tell(ctx: Ctx<Desk>, text: String) {
    ctx.domain.log.push(text);
}

fn desk(flow: &str) -> (WorkflowManager<Desk>, Engine<Desk>, VirtualClock) {
    let engine = Engine::builder(Desk::default()).process::<Open>().process::<Tell>().build().unwrap();
    let clock = VirtualClock::new();
    let desk = WorkflowManager::from_text(&engine, "desk.yaml", flow).unwrap_or_else(|error| panic!("{error}"));
    (desk.clock(clock.clone()), engine, clock)
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn a_guard_goes_by_the_hour() {
    let flow = "
external: [CMD_CALL]
states:
  IDLE:
    events:
      CMD_CALL:
        - { to: DAY, when: \"now.getHours('UTC') >= 8 && now.getHours('UTC') < 18\" }
        - { to: NIGHT }
  DAY: { final: true }
  NIGHT: { final: true }
";
    for (hour, expected) in [(7, "NIGHT"), (8, "DAY"), (17, "DAY"), (18, "NIGHT"), (32, "DAY")] {
        let (mut desk, _, clock) = desk(flow);
        clock.advance(Duration::from_secs(hour * 3_600));
        desk.emit("CMD_CALL").unwrap();
        desk.run_until_idle().unwrap();
        assert_eq!(desk.state(), expected, "at {hour}");
    }
}

#[test]
fn a_process_is_given_the_time_and_a_step_asks_how_long_ago_it_was() {
    let flow = "
external: [CMD_OPEN, CMD_LOOK]
states:
  IDLE:
    events:
      CMD_OPEN: { steps: { run: open, with: { at: '${ string(now) }' } } }
      CMD_LOOK:
        steps:
          - flux: if
            when: \"domain.opened != null && now - domain.opened > duration('10m')\"
            then: { run: tell, with: { text: late } }
            else: { run: tell, with: { text: in time } }
";
    let (mut desk, engine, clock) = desk(flow);
    clock.advance(Duration::from_secs(5));
    desk.emit("CMD_OPEN").unwrap();
    desk.run_until_idle().unwrap();
    assert_eq!(*engine.snapshot().unwrap().opened, Some(at(5)));
    for wait in [600, 1] {
        clock.advance(Duration::from_secs(wait));
        desk.emit("CMD_LOOK").unwrap();
        desk.run_until_idle().unwrap();
    }
    assert_eq!(*engine.snapshot().unwrap().log, ["in time", "late"]);
}

#[test]
fn an_always_is_asked_again_when_a_time_of_its_state_comes() {
    let flow = "
external: [CMD_OPEN]
states:
  IDLE:
    entry: { run: open, with: { at: '${ string(now) }' } }
    every: { 10s: { steps: { run: tell, with: { text: tick } } } }
    always: { to: LATE, when: \"domain.opened != null && now - domain.opened > duration('25s')\" }
    events: { CMD_OPEN: LATE }
  LATE: { final: true }
";
    let (mut desk, engine, clock) = desk(flow);
    assert!(desk.run_for(Duration::from_secs(60)).is_ok());
    assert_eq!(desk.state(), "LATE");
    assert_eq!(clock.now(), at(30), "25 s are over, and the next time wakes it");
    assert_eq!(engine.snapshot().unwrap().log.len(), 3);
}
