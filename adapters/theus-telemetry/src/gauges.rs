//! What is looked at when somebody asks for the metrics.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::Census;
use theus_core::{Context, Engine};

use crate::telemetry::OpenTelemetry;

/// The instruments are asked one by one: what they say of the sessions is counted once for all of them.
const ONE_LOOK: Duration = Duration::from_millis(100);

/// A pool, and how its sessions stand.
type Look<D, G, E> = (Arc<Sessions<D, G, E>>, Arc<Census>);
/// A number, and what it is of.
type Shown = (u64, Option<KeyValue>);

struct Watched<D: Context, G: Context, E> {
    sessions: Weak<Sessions<D, G, E>>,
    counted: Mutex<Option<(Instant, Arc<Census>)>>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Watched<D, G, E> {
    fn look(&self) -> Option<Look<D, G, E>> {
        let sessions = self.sessions.upgrade()?;
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let last = counted.as_ref().filter(|(at, _)| at.elapsed() < ONE_LOOK).map(|(_, census)| Arc::clone(census));
        let census = last.unwrap_or_else(|| Arc::new(sessions.census()));
        *counted = Some((Instant::now(), Arc::clone(&census)));
        Some((sessions, census))
    }
}

impl OpenTelemetry {
    /// Shows how the sessions of a pool stand, its engine's interlock and alarms, whenever somebody reads the metrics: each looks at
    /// all sessions then, one by one. It ends with the pool.
    pub fn watch<D, G, E>(&self, sessions: &Arc<Sessions<D, G, E>>)
    where
        D: Context,
        G: Context,
        E: Send + Sync + 'static,
    {
        let meter = &self.0.meter;
        let watched = Arc::new(Watched { sessions: Arc::downgrade(sessions), counted: Mutex::default() });
        let of = |look: fn(&Engine<D, G, E>, &Census) -> Vec<Shown>| {
            let watched = Arc::clone(&watched);
            move |observe: &mut dyn FnMut(u64, &[KeyValue])| {
                let Some((sessions, census)) = watched.look() else { return };
                for (number, label) in look(sessions.pool_engine(), &census) {
                    observe(number, label.as_slice());
                }
            }
        };
        macro_rules! shown {
            ($kind:ident, $name:literal, $what:literal, $look:expr) => {
                let look = of($look);
                let _ = meter
                    .$kind($name)
                    .with_description($what)
                    .with_callback(move |observer| look(&mut |number, labels| observer.observe(number, labels)))
                    .build();
            };
        }
        shown!(u64_observable_gauge, "theus.sessions", "Open sessions, by how they stand.", |_, census| {
            let by = [
                ("running", census.running),
                ("paused", census.paused),
                ("halted", census.halted),
                ("finished", census.finished),
                ("failed", census.failed),
                ("aborted", census.aborted),
                ("cancelled", census.cancelled),
                ("broken", census.broken),
            ];
            by.into_iter().map(|(status, count)| (count as u64, Some(KeyValue::new("status", status)))).collect()
        });
        shown!(u64_observable_gauge, "theus.sessions.in_state", "Sessions that are in a state.", |_, census| {
            let by_state = census.by_state.iter();
            by_state.map(|(state, count)| (*count as u64, Some(KeyValue::new("state", state.clone())))).collect()
        });
        shown!(u64_observable_gauge, "theus.events.waiting", "Events that wait in sessions in memory.", |_, census| {
            vec![(census.waiting, None)]
        });
        shown!(
            u64_observable_counter,
            "theus.events.handled",
            "Events and other causes that were handled.",
            |_, census| { vec![(census.handled, None)] }
        );
        shown!(
            u64_observable_counter,
            "theus.events.discarded",
            "Events that were accepted, and whose session was over before they were handled.",
            |_, census| vec![(census.discarded, None)]
        );
        shown!(u64_observable_counter, "theus.troubles", "What could not be handled as the file says.", |_, census| {
            vec![(census.troubles, None)]
        });
        shown!(
            u64_observable_gauge,
            "theus.interlock",
            "1 where the interlock is latched: nothing runs.",
            |engine, _| { vec![(u64::from(engine.status().interlock.is_some()), None)] }
        );
        shown!(u64_observable_gauge, "theus.alarms", "Alarms, by their state of ISA-18.2.", |engine, _| {
            let mut by = std::collections::BTreeMap::<String, u64>::new();
            for alarm in engine.alarms() {
                *by.entry(alarm.state.to_string()).or_default() += 1;
            }
            by.into_iter().map(|(state, count)| (count, Some(KeyValue::new("state", state)))).collect()
        });
        shown!(u64_observable_counter, "theus.records.lost", "Audit records that a sink has lost.", |engine, _| {
            let sinks = engine.status().sinks.into_iter();
            sinks.map(|sink| (sink.lost, Some(KeyValue::new("sink", sink.name.to_string())))).collect()
        });
    }
}
