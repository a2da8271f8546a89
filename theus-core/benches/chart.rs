//! An event through the pure state machine, beside the same table as a `match` by hand.
//!
//! Both are told an event, change the state where it is kept, and say what is to be run: the match a slice that is known to
//! the compiler, the machine its chains. Neither sees the state, the event or what becomes of the answer beforehand. What a
//! match cannot say is not asked for: what is left and entered, timers, what is done.

use divan::{Bencher, black_box};
use theus_core::prelude::*;
use theus_core::signal::EventName;
use theus_core::workflow::chart::{Beforehand, Configuration, Definition, EventId};
use theus_core::workflow::condition::EmptyActivation;

/// Whose signals and processes the charts name.
#[derive(Clone, Default, Context)]
struct Guarded {
    value: i64,
    sig_reading: bool,
    sig_steady: bool,
    sig_overheat: bool,
    sig_cold: bool,
}

/// Its file lets the switch be told again after a restart: it is an effect.
struct Ports {
    switch: fn(),
}

#[process(inputs = [domain.value], outputs = [domain.value])]
fn update_statistics(ctx: Ctx<Guarded, (), Ports>) {
    *ctx.domain.value += 1;
}

#[process(inputs = [domain.value], outputs = [domain.value])]
fn decide_mode(ctx: Ctx<Guarded, (), Ports>) {
    *ctx.domain.value += 1;
}

#[process(inputs = [domain.value], outputs = [domain.value], effects = [switch])]
fn drive_actuator(ctx: Ctx<Guarded, (), Ports>) {
    (ctx.effects.switch)();
    *ctx.domain.value += 1;
}

/// A chart as it comes of its file.
fn with_chart(text: &str, measure: impl FnOnce(&Definition)) {
    let engine = Engine::builder(Guarded::default())
        .effects(Ports { switch: || {} })
        .process::<UpdateStatistics>()
        .process::<DecideMode>()
        .process::<DriveActuator>()
        .build()
        .expect("no recipe");
    let manager = WorkflowManager::from_text(&engine, "bench.yaml", text).expect("a workflow that fits");
    measure(manager.definition());
}

fn ids(chart: &Definition, events: &[&str]) -> Vec<EventId> {
    let id = |event: &&str| chart.event(&EventName::parse(event).expect("a name")).expect("it is handled");
    events.iter().map(id).collect()
}

/// One event after the other, over and over.
fn feed<E: Copy>(bencher: Bencher<'_, '_>, events: &[E], mut take: impl FnMut(E) -> Option<usize>) {
    let mut next = 0;
    bencher.bench_local(|| {
        let event = events[next];
        next = if next + 1 == events.len() { 0 } else { next + 1 };
        take(black_box(event))
    });
}

/// In place, as the interpreter does.
fn in_place(bencher: Bencher<'_, '_>, chart: &Definition, events: &[&str]) {
    let mut at: Configuration = chart.start().to;
    feed(bencher, &ids(chart, events), |event| match chart.step(black_box(&mut at), event) {
        Beforehand::Moves(found) => Some(found.effects().chains().len()),
        Beforehand::Nothing | Beforehand::Open => None,
    });
}

/// The whole of it, which serves guards, regions and history too: a new configuration comes of the old one.
fn as_a_function(bencher: Bencher<'_, '_>, chart: &Definition, events: &[&str]) {
    let mut at: Configuration = chart.start().to;
    feed(bencher, &ids(chart, events), |event| match chart.transition(black_box(&at), event, &EmptyActivation) {
        Ok(Some(moved)) => {
            let chains = moved.effects().chains().len();
            at = moved.to;
            Some(chains)
        }
        _ => None,
    });
}

type Steps = &'static [&'static str];

fn by_hand<S: Copy, E: Copy>(
    bencher: Bencher<'_, '_>,
    start: S,
    events: &[E],
    table: impl Fn(S, E) -> Option<(S, Steps)>,
) {
    let mut at = start;
    feed(bencher, events, |event| {
        let at = black_box(&mut at);
        let (to, steps) = table(*at, event)?;
        *at = to;
        Some(steps.len())
    });
}

#[divan::bench_group(sample_count = 200, sample_size = 10_000)]
mod an_event_on_the_chart_of_machine_guard {
    use super::*;

    const FLOW: &str = include_str!("../../workflows/machine_guard/workflow.yaml");

    const EVENTS: [&str; 9] = [
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

    const ASSESS: Steps = &["update_statistics", "decide_mode"];
    const DRIVE: Steps = &["drive_actuator"];

    #[divan::bench]
    fn baseline_match_by_hand(bencher: Bencher<'_, '_>) {
        let events = EVENTS.map(|event| match event {
            "SIG_READING" => On::Reading,
            "SIG_STEADY" => On::Steady,
            "SIG_OVERHEAT" => On::Overheat,
            "SIG_COLD" => On::Cold,
            _ => On::ChainFail,
        });
        by_hand(bencher, At::Waiting, &events, |at, on| match (at, on) {
            (At::Waiting | At::Running | At::Cooling | At::Cold | At::Suspect, On::Reading) => {
                Some((At::Assessing, ASSESS))
            }
            (At::Waiting | At::Running | At::Cooling | At::Cold | At::Assessing, On::ChainFail) => {
                Some((At::Suspect, &[]))
            }
            (At::Assessing, On::Steady) => Some((At::Running, DRIVE)),
            (At::Assessing, On::Overheat) => Some((At::Cooling, DRIVE)),
            (At::Assessing, On::Cold) => Some((At::Cold, DRIVE)),
            _ => None,
        });
    }

    #[divan::bench]
    fn through_the_fsm(bencher: Bencher<'_, '_>) {
        with_chart(FLOW, |chart| in_place(bencher, chart, &EVENTS));
    }

    #[divan::bench]
    fn through_the_fsm_as_a_function(bencher: Bencher<'_, '_>) {
        with_chart(FLOW, |chart| as_a_function(bencher, chart, &EVENTS));
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
            const FLOW: &str = concat!(
                "external: [CMD_ON, CMD_SKIP, CMD_HOME]\nstates:\n",
                $("  ", stringify!($state), ": { events: { CMD_ON: ", stringify!($on), ", CMD_SKIP: ", stringify!($skip),
                    ", CMD_HOME: S0 } }\n",)*
            );
            /// Arm by arm, as one writes it.
            fn table(at: At, on: On) -> Option<(At, Steps)> {
                match (at, on) {
                    $((At::$state, On::Next) => Some((At::$on, &[])), (At::$state, On::Skip) => Some((At::$skip, &[])),)*
                    (_, On::Home) => Some((At::S0, &[])),
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

    const EVENTS: [&str; 11] = [
        "CMD_ON", "CMD_SKIP", "CMD_ON", "CMD_SKIP", "CMD_SKIP", "CMD_HOME", "CMD_ON", "CMD_SKIP", "CMD_ON", "CMD_ON",
        "CMD_SKIP",
    ];

    #[divan::bench]
    fn baseline_match_by_hand(bencher: Bencher<'_, '_>) {
        let events = EVENTS.map(|event| match event {
            "CMD_ON" => On::Next,
            "CMD_SKIP" => On::Skip,
            _ => On::Home,
        });
        by_hand(bencher, At::S0, &events, table);
    }

    #[divan::bench]
    fn through_the_fsm(bencher: Bencher<'_, '_>) {
        with_chart(FLOW, |chart| in_place(bencher, chart, &EVENTS));
    }

    #[divan::bench]
    fn through_the_fsm_as_a_function(bencher: Bencher<'_, '_>) {
        with_chart(FLOW, |chart| as_a_function(bencher, chart, &EVENTS));
    }
}
