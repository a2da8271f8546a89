//! Signals: seen by those who ask for them, told after the commit, at rest once dispatched.

use theus_core::prelude::*;
use theus_core::signal::Origin;

use super::LOCKINGS;
use super::plant::{Churn, End, engine};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Door {
    sig_open: bool,
    sig_bell: bool,
    seen: i64,
}

#[process(outputs = [domain.sig_open, domain.sig_bell])]
fn ring_then_open(ctx: Ctx<Door>) {
    ctx.domain.sig_bell.set(true);
    ctx.domain.sig_open.set(true);
}

#[process(outputs = [domain.sig_open, domain.sig_bell])]
fn open_then_ring(ctx: Ctx<Door>) {
    ctx.domain.sig_bell.set(true);
    ctx.domain.sig_open.set(true);
    ctx.domain.sig_bell.set(true);
}

#[process(outputs = [domain.sig_open, domain.sig_bell])]
fn think_better_of_it(ctx: Ctx<Door>) {
    ctx.domain.sig_open.set(true);
    ctx.domain.sig_open.set(false);
}

#[process(inputs = [signal(domain.sig_open), domain.seen], outputs = [domain.seen])]
fn see(ctx: Ctx<Door>) -> bool {
    *ctx.domain.seen += i64::from(*ctx.domain.sig_open);
    *ctx.domain.sig_open
}

fn door(locking: Locking) -> Engine<Door> {
    Engine::builder(Door::default())
        .process::<RingThenOpen>()
        .process::<OpenThenRing>()
        .process::<ThinkBetterOfIt>()
        .process::<See>()
        .locking(locking)
        .build()
        .unwrap()
}

fn next(engine: &Engine<Door>) -> Option<(String, u64)> {
    engine.next_event().unwrap().map(|event| {
        let Origin::Signal { version, .. } = event.origin else { panic!("{event:?}") };
        (event.name.to_string(), version)
    })
}

#[test]
fn a_signal_is_seen_until_it_is_dispatched() {
    for locking in LOCKINGS {
        let engine = door(locking);
        assert!(!engine.run(See {}).unwrap());
        engine.run(RingThenOpen {}).unwrap();
        assert!(engine.run(See {}).unwrap() && engine.run(See {}).unwrap());
        assert_eq!(next(&engine), Some(("EVT_BELL".to_owned(), 2)));
        assert!(engine.run(See {}).unwrap(), "the bell was dispatched, the door not yet");
        assert_eq!(next(&engine), Some(("EVT_OPEN".to_owned(), 2)));
        assert!(!engine.run(See {}).unwrap());
        assert_eq!(next(&engine), None);
        let now = engine.snapshot().unwrap();
        assert_eq!(now.to_context(), Door { seen: 3, ..Door::default() });
        // Six runs and two resets that changed something.
        assert_eq!(now.version(), 6 + 2);
    }
}

#[test]
fn signals_leave_in_the_order_of_their_last_writes() {
    for locking in LOCKINGS {
        let engine = door(locking);
        engine.run(OpenThenRing {}).unwrap();
        assert_eq!(next(&engine), Some(("EVT_OPEN".to_owned(), 1)));
        assert_eq!(next(&engine), Some(("EVT_BELL".to_owned(), 1)));
        engine.run(ThinkBetterOfIt {}).unwrap();
        assert_eq!(next(&engine), None, "what is at rest at the commit is no event");
    }
}

#[test]
fn a_signal_raised_anew_outlives_the_older_event() {
    for locking in LOCKINGS {
        let engine = door(locking);
        engine.run(RingThenOpen {}).unwrap();
        engine.run(OpenThenRing {}).unwrap();
        assert_eq!(
            (next(&engine), next(&engine)),
            (Some(("EVT_BELL".to_owned(), 1)), Some(("EVT_OPEN".to_owned(), 1)))
        );
        assert!(engine.run(See {}).unwrap(), "the second event has not been told");
        assert_eq!(next(&engine), Some(("EVT_OPEN".to_owned(), 2)));
        assert!(!engine.run(See {}).unwrap());
    }
}

#[test]
fn nobody_hears_of_a_run_that_was_rolled_back() {
    for locking in LOCKINGS {
        let (engine, _) = engine(locking);
        for end in [End::Error, End::Panic] {
            assert!(engine.run(Churn { level: 1, end }).is_err());
            assert_eq!(engine.next_event().unwrap(), None);
        }
    }
}
