//! What holds, whatever has panicked.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Waker};

use theus_core::audit::SinkOptions;
use theus_core::prelude::*;
use theus_core::signal::Overflow;

use crate::hooks::{Faults, Loud, armed, disarmed};
use crate::ways::{App, Ending, Way, run};
use crate::world::{
    Hold, LookOn, Nudge, Paper, Parcel, Ports, RECIPE, TOO_MUCH, Work, WorkSlowly, World, WriteNothing, clock,
};

/// One engine, on which a run is made again and again.
pub(crate) struct Bench {
    engine: App,
    way: Way,
    ending: Ending,
    number: AtomicI64,
}

/// The state as far as a run can change it, and the events that wait.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    values: [i64; 5],
    version: u64,
    events: Vec<String>,
}

impl Bench {
    pub(crate) fn new(way: Way, ending: Ending) -> Self {
        let overflow = if ending == Ending::Evicts { Overflow::DropOldest } else { Overflow::Refuse };
        let engine = Engine::builder(World::default())
            .effects(Ports { call: Box::new(|| ()) })
            .process::<Work>()
            .process::<WorkSlowly>()
            .process::<WriteNothing>()
            .process::<Nudge>()
            .process::<LookOn>()
            .process::<Hold>()
            .recipe("audit.yaml", RECIPE)
            .unwrap()
            .clock(clock)
            .sink(Paper, SinkOptions::new())
            .locking(way.locking())
            .signal_capacity(if matches!(ending, Ending::Full | Ending::Evicts) { 1 } else { 9 })
            .signal_overflow(overflow)
            .build()
            .unwrap();
        Self { engine, way, ending, number: AtomicI64::new(0) }
    }

    /// Makes the run with these faults. How many calls there were, and of what kinds.
    pub(crate) fn check(&self, faults: Faults) -> (u64, BTreeSet<&'static str>) {
        let Self { engine, way, ending, .. } = self;
        let blocked = if *ending == Ending::Blocked { TOO_MUCH } else { 0 };
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1 + blocked;
        while engine.bus().try_next().is_some() {}
        if matches!(ending, Ending::Full | Ending::Evicts) {
            engine.bus().emit("CMD_EARLIER").unwrap();
        }
        let before = self.seen();

        let observer = engine.bus().subscribe(9);
        while observer.try_next().is_some() {}
        let (waker, mut told) = (Waker::from(Arc::new(Loud)), pin!(observer.next()));
        let mut task = Context::from_waker(&waker);
        assert!(told.as_mut().poll(&mut task).is_pending());
        let ran = armed(faults, || catch_unwind(AssertUnwindSafe(|| run(engine, *way, *ending, number))));
        let (calls, sites, fired) = disarmed();
        let case = format!("{way:?}, {ending:?}, {faults:?}: {fired:?} panicked");

        let Ok(ran) = ran else { panic!("{case}: a panic came out of the run") };
        let after = self.seen();
        let result = ran.as_ref().map(Result::is_ok);
        if faults.first == 0 {
            let expected = (*ending != Ending::Cancelled).then_some(ending.commits());
            assert_eq!(result, expected, "{case}: {:?}", ran.map(|ran| ran.map(drop)));
        }
        if way.is_within() {
            // The workflow takes the events, and puts the signal to rest.
            let values = |seen: &Seen| seen.values[..3].to_vec();
            let expected = if result == Some(true) { vec![number; 3] } else { values(&before) };
            assert_eq!(values(&after), expected, "{case}: {result:?}");
        } else if result == Some(true) {
            let nudged = u64::from(*ending == Ending::Stale && after.version == before.version + 2);
            let (version, events) = (before.version + 1 + nudged, vec!["EVT_ALARM".to_owned()]);
            assert_eq!(after, Seen { values: [number; 5], version, events }, "{case}: it said that it had committed");
        } else {
            let expected = if *ending == Ending::Stale && after.version == before.version + 1 {
                let [one, two, count, note, alarm] = before.values;
                Seen { values: [one, two, count + 1, note, alarm], version: after.version, events: before.events }
            } else {
                before
            };
            assert_eq!(after, expected, "{case}: it said that it had not committed: {result:?}");
        }

        engine.run(WriteNothing {}).unwrap();
        let version = after.version + 1;
        assert_eq!(self.seen(), Seen { version, ..after }, "{case}: a run that wrote nothing changed something");
        while engine.bus().try_next().is_some() {}
        let good = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        engine.run(Work { parcel: Parcel(good), fails: false }).unwrap_or_else(|error| panic!("{case}: then {error}"));
        assert_eq!(self.seen().values, [good; 5], "{case}: a good run afterwards");
        (calls, sites)
    }

    fn seen(&self) -> Seen {
        let now = self.engine.snapshot().unwrap();
        let values = [now.one.0, now.two.0, *now.count, now.meta_note.0, now.sig_alarm.0];
        let mut events = Vec::new();
        while let Some(event) = self.engine.bus().try_next() {
            events.push(event);
        }
        let names = events.iter().map(|event| event.name.to_string()).collect();
        self.engine.bus().publish(events).unwrap();
        Seen { values, version: now.version(), events: names }
    }
}
