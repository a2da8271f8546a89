//! An event through the pure state machine, beside the same table as a `match` by hand.

use std::sync::Arc;

use divan::{Bencher, black_box};
use theus_core::signal::EventName;
use theus_core::workflow::chart::{
    Configuration, Definition, EventId, Parts, Place, State, StateId, StateKind, Transition, Trigger,
};
use theus_core::workflow::condition::NoFacts;

/// A flat chart: the states' names, and from where on which event to where.
fn chart(states: &[&str], ways: &[(&str, &str, &str)]) -> Definition {
    let place = || Place { file: Arc::from("bench.yaml"), line: 1, column: 1 };
    let id = |name: &str| {
        let found = states.iter().position(|state| *state == name).expect("a state");
        StateId::new(u32::try_from(found).expect("few"))
    };
    let name = |event: &str| EventName::parse(event).expect("a name");
    let transition = |event: &str, to: &str| Transition {
        trigger: Trigger::Event { name: name(event), written: event.to_owned() },
        guard: None,
        target: Some(id(to)),
        steps: Vec::new(),
        place: place(),
    };
    let state = |of: &&str| State {
        name: (*of).to_owned(),
        description: None,
        parent: None,
        children: Vec::new(),
        kind: StateKind::Simple,
        entry: Vec::new(),
        exit: Vec::new(),
        transitions: ways.iter().filter(|way| way.0 == *of).map(|(_, event, to)| transition(event, to)).collect(),
        on_error: Vec::new(),
        place: place(),
    };
    Definition::assemble(Parts {
        name: "bench".to_owned(),
        description: None,
        initial: StateId::new(0),
        external: Vec::new(),
        states: states.iter().map(state).collect(),
        events: Vec::new(),
        limit: 10_000,
        warnings: Vec::new(),
    })
}

/// Feeds the events one by one, over and over.
fn through_the_chart(bencher: Bencher<'_, '_>, chart: &Definition, events: &[&str]) {
    let id = |event: &&str| chart.event(&EventName::parse(event).expect("a name")).expect("it is handled");
    let events: Vec<EventId> = events.iter().map(id).collect();
    let mut at: Configuration = chart.start().to;
    let mut next = 0;
    bencher.bench_local(|| {
        let event = events[next];
        next = if next + 1 == events.len() { 0 } else { next + 1 };
        if let Ok(Some(moved)) = chart.transition(black_box(&at), black_box(event), &NoFacts) {
            at = moved.to;
        }
    });
    black_box(&at);
}

/// The same with a function in place of the chart.
fn by_hand<S: Copy, E: Copy>(bencher: Bencher<'_, '_>, start: S, events: &[E], table: impl Fn(S, E) -> Option<S>) {
    let (mut at, mut next) = (start, 0);
    bencher.bench_local(|| {
        let event = events[next];
        next = if next + 1 == events.len() { 0 } else { next + 1 };
        if let Some(to) = table(black_box(at), black_box(event)) {
            at = to;
        }
    });
    black_box(&at);
}

#[divan::bench_group(sample_count = 200, sample_size = 10_000)]
mod an_event_on_the_chart_of_machine_guard {
    use super::*;

    #[derive(Clone, Copy)]
    enum At {
        Waiting,
        Assessing,
        Running,
        Cooling,
        Cold,
        Suspect,
    }

    #[derive(Clone, Copy)]
    enum On {
        Reading,
        Steady,
        Overheat,
        Cold,
        ChainFail,
    }

    #[divan::bench]
    fn baseline_match_by_hand(bencher: Bencher<'_, '_>) {
        let events = [
            On::Reading,
            On::Steady,
            On::Reading,
            On::Overheat,
            On::ChainFail,
            On::Reading,
            On::Cold,
            On::Reading,
            On::ChainFail,
        ];
        by_hand(bencher, At::Waiting, &events, |at, on| match (at, on) {
            (At::Waiting | At::Running | At::Cooling | At::Cold | At::Suspect, On::Reading) => Some(At::Assessing),
            (At::Waiting | At::Running | At::Cooling | At::Cold | At::Assessing, On::ChainFail) => Some(At::Suspect),
            (At::Assessing, On::Steady) => Some(At::Running),
            (At::Assessing, On::Overheat) => Some(At::Cooling),
            (At::Assessing, On::Cold) => Some(At::Cold),
            _ => None,
        });
    }

    #[divan::bench]
    fn through_the_fsm(bencher: Bencher<'_, '_>) {
        let mut ways = vec![
            ("ASSESSING", "SIG_STEADY", "RUNNING"),
            ("ASSESSING", "SIG_OVERHEAT", "COOLING"),
            ("ASSESSING", "SIG_COLD", "COLD"),
            ("ASSESSING", "EVT_CHAIN_FAIL", "SUSPECT"),
            ("SUSPECT", "SIG_READING", "ASSESSING"),
        ];
        for state in ["WAITING", "RUNNING", "COOLING", "COLD"] {
            ways.extend([(state, "SIG_READING", "ASSESSING"), (state, "EVT_CHAIN_FAIL", "SUSPECT")]);
        }
        let chart = chart(&["WAITING", "ASSESSING", "RUNNING", "COOLING", "COLD", "SUSPECT"], &ways);
        let events = [
            "SIG_READING",
            "SIG_STEADY",
            "SIG_READING",
            "SIG_OVERHEAT",
            "EVT_CHAIN_FAIL",
            "SIG_READING",
            "SIG_COLD",
            "SIG_READING",
            "EVT_CHAIN_FAIL",
        ];
        through_the_chart(bencher, &chart, &events);
    }
}

/// Thirty states; `CMD_ON` goes one further, `CMD_SKIP` seven, `CMD_HOME` back to the first.
#[divan::bench_group(sample_count = 200, sample_size = 10_000)]
mod an_event_on_a_chart_of_30_states {
    use super::*;

    macro_rules! states {
        ($($state:ident $on:ident $skip:ident,)*) => {
            #[derive(Clone, Copy)]
            enum At { $($state),* }
            const STATES: &[&str] = &[$(stringify!($state)),*];
            const WAYS: &[(&str, &str, &str)] = &[$(
                (stringify!($state), "CMD_ON", stringify!($on)),
                (stringify!($state), "CMD_SKIP", stringify!($skip)),
                (stringify!($state), "CMD_HOME", "S0"),
            )*];
            /// Arm by arm, as one writes it.
            fn table(at: At, on: On) -> Option<At> {
                match (at, on) {
                    $((At::$state, On::Next) => Some(At::$on), (At::$state, On::Skip) => Some(At::$skip),)*
                    (_, On::Home) => Some(At::S0),
                }
            }
        };
    }

    #[derive(Clone, Copy)]
    enum On {
        Next,
        Skip,
        Home,
    }

    states! {
        S0 S1 S7, S1 S2 S8, S2 S3 S9, S3 S4 S10, S4 S5 S11, S5 S6 S12, S6 S7 S13, S7 S8 S14, S8 S9 S15, S9 S10 S16,
        S10 S11 S17, S11 S12 S18, S12 S13 S19, S13 S14 S20, S14 S15 S21, S15 S16 S22, S16 S17 S23, S17 S18 S24,
        S18 S19 S25, S19 S20 S26, S20 S21 S27, S21 S22 S28, S22 S23 S29, S23 S24 S0, S24 S25 S1, S25 S26 S2,
        S26 S27 S3, S27 S28 S4, S28 S29 S5, S29 S0 S6,
    }

    #[divan::bench]
    fn baseline_match_by_hand(bencher: Bencher<'_, '_>) {
        let events = [
            On::Next,
            On::Skip,
            On::Next,
            On::Skip,
            On::Skip,
            On::Home,
            On::Next,
            On::Skip,
            On::Next,
            On::Next,
            On::Skip,
        ];
        by_hand(bencher, At::S0, &events, table);
    }

    #[divan::bench]
    fn through_the_fsm(bencher: Bencher<'_, '_>) {
        let (on, skip, home) = ("CMD_ON", "CMD_SKIP", "CMD_HOME");
        let events = [on, skip, on, skip, skip, home, on, skip, on, on, skip];
        through_the_chart(bencher, &chart(STATES, WAYS), &events);
    }
}
