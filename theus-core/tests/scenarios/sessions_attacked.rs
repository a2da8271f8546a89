//! What a pool would lose, or wait for in vain, if somebody had not looked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use theus_core::workflow::sessions::SessionError;
use theus_core::workflow::{Clock, Sessions, VirtualClock};

use super::sessions_pool::{LONG, Shops, log, shops};
use super::workflow_world::{Ports, Shop, shop, state};

#[test]
fn a_session_that_has_not_begun_is_in_no_state() {
    let (builder, _) = shops();
    let shops = builder.stepped(1).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    shops.pause("one").unwrap();
    let waited = shops.wait_for("one", "OPEN", Duration::ZERO);
    assert!(matches!(waited, Err(SessionError::NotInTime { .. })), "{waited:?}");
    shops.resume("one").unwrap();
    shops.wait_for("one", "OPEN", LONG).unwrap();
}

#[test]
fn a_session_takes_no_event_from_the_step_on_that_ends_it() {
    let (builder, _) = shops();
    let told = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&told);
    let end = move |_: &str, what: &theus_core::workflow::sessions::Happening<'_>| {
        if let theus_core::workflow::sessions::Happening::Handled(handled) = what {
            seen.fetch_or(handled.event.is_some(), Ordering::SeqCst);
        }
    };
    let shops = builder.stepped(1).observe(end).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    shops.step_until_idle(100);
    shops.emit("one", "CMD_END").unwrap();
    while !told.load(Ordering::SeqCst) {
        assert!(shops.step());
    }
    let late = shops.emit("one", "CMD_NOTE");
    assert!(matches!(late, Err(SessionError::Over { .. })), "{late:?}");
}

/// The machine's clock, which panics while it is told to.
#[derive(Clone, Default)]
struct Cursed(Arc<AtomicBool>);

impl Clock for Cursed {
    fn now(&self) -> SystemTime {
        assert!(
            !(self.0.load(Ordering::SeqCst) && std::thread::current().name() == Some("theus-alarm")),
            "the clock is broken"
        );
        SystemTime::now()
    }
}

#[test]
fn a_clock_that_panics_once_does_not_stop_the_alarm_for_ever() {
    let (engine, _) = shop(Shop::default());
    let flow = "states: { S: { after: { 300ms: E } }, E: { final: true } }";
    let clock = Cursed::default();
    let shops: Shops =
        Sessions::of_text(&engine, "flow.yaml", flow).unwrap().workers(1).clock(clock.clone()).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    shops.wait_for("one", "S", LONG).unwrap();
    clock.0.store(true, Ordering::SeqCst);
    shops.open("two", Shop::default()).unwrap();
    std::thread::sleep(Duration::from_millis(250));
    clock.0.store(false, Ordering::SeqCst);
    shops.wait_for("one", "E", Duration::from_secs(5)).unwrap();
}

#[test]
fn a_position_taken_while_one_of_several_awaits_knows_what_another_has_committed() {
    let flow = "
states:
  S:
    entry:
      - parallel:
          - { run: wait_too }
          - { run: add, with: { n: 7 }, compensate: { run: add, with: { n: -7 } } }
    events: { EVT_CHAIN_FAIL: E, EVT_CHAIN_DONE: LOST }
  LOST: { final: true }
  E: { final: true }
";
    let (engine, outside) = shop(Shop::default());
    let start = || -> Sessions<Shop, (), Ports> {
        Sessions::of_text(&engine, "flow.yaml", flow).unwrap().stepped(1).clock(VirtualClock::new()).start().unwrap()
    };
    let before = start();
    before.open("one", Shop::default()).unwrap();
    before.step_until_idle(100);
    assert_eq!(outside.waiting(), 1);
    let (position, domain) = (before.position("one").unwrap(), state(&before.engine("one").unwrap()));
    assert_eq!(domain.total, 7);
    let after = start();
    after.restore("one", domain, &position).unwrap();
    after.step_to_the_end(100);
    assert_eq!(after.states("one").unwrap(), ["E"]);
    assert_eq!(state(&after.engine("one").unwrap()).total, 0, "{position:?}");
    assert!(log(&after, "one").is_empty());
}
