//! What may happen to the machine's state: five processes, each with its contract.

use theus_core::exact;
use theus_core::prelude::*;
use thiserror::Error;

use crate::context::{Limits, Machine, Mode, Ports, Remark};

type Controller = Ctx<Machine, Limits, Ports>;

/// Takes a reading over into the state and says so.
///
/// It judges nothing: which readings are refused, and when the machine is stopped, is for the audit recipe to say.
#[process(
    inputs = [domain.recorded],
    outputs = [domain.timestamp, domain.temperature, domain.recorded, domain.sig_reading],
)]
pub(crate) fn record_reading(ctx: Controller, timestamp: String, value: f64) {
    *ctx.domain.recorded += 1;
    ctx.domain.timestamp.set(timestamp);
    ctx.domain.temperature.set(value);
    ctx.domain.sig_reading.set(true);
}

/// A reading that statistics cannot be made of.
#[derive(Debug, Error)]
#[error("the reading {0} is not a finite number: the statistics are left as they were")]
pub(crate) struct NotFinite(f64);

/// Moves the window on by one reading.
#[process(
    inputs = [global.window, domain.temperature, domain.window.values],
    outputs = [
        domain.window.values, domain.window.mean, domain.window.low, domain.window.high, domain.window.deviation
    ],
    errors = [NotFinite],
)]
pub(crate) fn update_statistics(ctx: Controller) -> Result<(), NotFinite> {
    let reading = *ctx.domain.temperature;
    if !reading.is_finite() {
        return Err(NotFinite(reading));
    }
    let values = &mut *ctx.domain.window.values;
    values.push_back(reading);
    while values.len() > (*ctx.global.window).max(1) {
        values.pop_front();
    }
    // From the readings themselves each time, and rounded once: six readings of 55 have a mean of 55, not one just below it.
    let mean = exact::mean(values.iter().copied()).unwrap_or(reading);
    let deviation = exact::deviation(values.iter().copied()).unwrap_or(0.0);
    ctx.domain.window.mean.set(mean);
    ctx.domain.window.low.set(values.iter().copied().fold(f64::INFINITY, f64::min));
    ctx.domain.window.high.set(values.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    ctx.domain.window.deviation.set(deviation);
    Ok(())
}

/// Decides the mode by the mean of the window, and raises the one signal that tells it.
#[process(
    inputs = [
        global.hot, global.cooled, global.cold, domain.timestamp, domain.window.mean, domain.mode, domain.alarms
    ],
    outputs = [
        domain.mode, domain.alarms, domain.sig_steady, domain.sig_overheat, domain.sig_cold, domain.meta_mode_since
    ],
)]
pub(crate) fn decide_mode(ctx: Controller) {
    let (mean, before) = (*ctx.domain.window.mean, *ctx.domain.mode);
    let hot_from = if before == Mode::Hot { *ctx.global.cooled } else { *ctx.global.hot };
    let mode = match mean {
        mean if mean >= hot_from => Mode::Hot,
        mean if mean < *ctx.global.cold => Mode::Cold,
        _ => Mode::Normal,
    };
    if mode != before {
        *ctx.domain.mode = mode;
        ctx.domain.meta_mode_since.set(ctx.domain.timestamp.to_string());
        if mode != Mode::Normal {
            *ctx.domain.alarms += 1;
        }
    }
    match mode {
        Mode::Normal => ctx.domain.sig_steady.set(true),
        Mode::Hot => ctx.domain.sig_overheat.set(true),
        Mode::Cold => ctx.domain.sig_cold.set(true),
    }
}

/// Switches the cooling as the mode asks.
///
/// The switch is told before the commit. If the audit refuses the commit, the next run tells it again, which is harmless.
#[process(
    inputs = [domain.mode, domain.cooling],
    outputs = [domain.cooling],
    effects = [actuator],
)]
pub(crate) fn drive_actuator(ctx: Controller) {
    let wanted = *ctx.domain.mode == Mode::Hot;
    if *ctx.domain.cooling != wanted {
        ctx.effects.actuator.switch(wanted);
        *ctx.domain.cooling = wanted;
    }
}

/// Notes that all is done that follows from a reading: what a later start needs to report it. Only where there is a store.
#[process(
    inputs = [domain.recorded, domain.mode, domain.cooling, domain.progress.remarks],
    outputs = [
        domain.progress.reading, domain.progress.digest, domain.progress.ledger, domain.progress.recorded,
        domain.progress.mode, domain.progress.since, domain.progress.cooling, domain.progress.switched,
        domain.progress.remarks
    ],
)]
pub(crate) fn account_for(
    ctx: Controller,
    reading: u64,
    digest: String,
    ledger: u64,
    since: String,
    switched: u64,
    remark: Option<Remark>,
) {
    ctx.domain.progress.reading.set(reading);
    ctx.domain.progress.digest.set(digest);
    ctx.domain.progress.ledger.set(ledger);
    ctx.domain.progress.recorded.set(*ctx.domain.recorded);
    ctx.domain.progress.mode.set(*ctx.domain.mode);
    ctx.domain.progress.since.set(since);
    ctx.domain.progress.cooling.set(*ctx.domain.cooling);
    ctx.domain.progress.switched.set(switched);
    if let Some(remark) = remark {
        ctx.domain.progress.remarks.insert(reading, remark);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use std::sync::Arc;

    use super::*;
    use crate::context::Actuator;
    use crate::desk;

    fn engine(limits: Limits) -> (Engine<Machine, Limits, Ports>, Arc<Actuator>) {
        let ports = Ports::default();
        let actuator = Arc::clone(&ports.actuator);
        (desk::without_recipe(Machine::default(), limits, ports).build().unwrap(), actuator)
    }

    fn read(engine: &Engine<Machine, Limits, Ports>, value: f64) {
        engine.run(RecordReading { timestamp: format!("at {value}"), value }).unwrap();
        engine.run(UpdateStatistics {}).unwrap();
    }

    #[test]
    fn the_window_keeps_the_last_readings_and_their_statistics() {
        let (engine, _) = engine(Limits { window: 4, ..Limits::default() });
        for value in [100.0, 2.0, 4.0, 4.0, 6.0] {
            read(&engine, value);
        }
        let window = engine.snapshot().unwrap().to_context().window;
        assert_eq!(window.values, [2.0, 4.0, 4.0, 6.0]);
        assert_eq!((window.mean, window.low, window.high), (4.0, 2.0, 6.0));
        assert!((window.deviation - 2.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn equal_readings_have_that_mean_and_no_deviation() {
        let (engine, _) = engine(Limits::default());
        for value in [55.0, 98.6, 0.1, 100.1] {
            for _ in 0..20 {
                read(&engine, value);
                let window = engine.snapshot().unwrap().to_context().window;
                assert!(window.low <= window.mean && window.mean <= window.high, "{window:?}");
                if window.low == window.high {
                    assert_eq!((window.mean, window.deviation), (value, 0.0));
                }
            }
        }
    }

    #[test]
    fn what_is_no_finite_number_leaves_the_statistics_alone() {
        let (engine, _) = engine(Limits::default());
        read(&engine, 70.0);
        for value in [f64::NAN, f64::INFINITY] {
            engine.run(RecordReading { timestamp: String::new(), value }).unwrap();
            let refused = engine.run(UpdateStatistics {}).unwrap_err();
            assert!(refused.process_error().is_some(), "{refused}");
        }
        assert_eq!(engine.snapshot().unwrap().to_context().window.values, [70.0]);
    }

    #[test]
    fn the_mode_follows_the_mean_without_fluttering_and_the_cooling_follows_the_mode() {
        let (engine, actuator) = engine(Limits { window: 1, hot: 100.0, cooled: 96.0, cold: 55.0 });
        let steps = [
            (99.9, Mode::Normal, "EVT_STEADY", 0),
            (100.0, Mode::Hot, "EVT_OVERHEAT", 1),
            (96.0, Mode::Hot, "EVT_OVERHEAT", 1),
            (95.9, Mode::Normal, "EVT_STEADY", 1),
            (54.9, Mode::Cold, "EVT_COLD", 2),
            (55.0, Mode::Normal, "EVT_STEADY", 2),
        ];
        for (value, mode, signal, alarms) in steps {
            read(&engine, value);
            engine.run(DecideMode {}).unwrap();
            engine.run(DriveActuator {}).unwrap();
            let mut events = Vec::new();
            while let Some(event) = engine.next_event().unwrap() {
                events.push(event.name.to_string());
            }
            let machine = engine.snapshot().unwrap().to_context();
            assert_eq!(events, ["EVT_READING", signal], "{value}");
            assert_eq!((machine.mode, machine.alarms), (mode, alarms), "{value}");
            assert_eq!((machine.cooling, actuator.is_on()), (mode == Mode::Hot, mode == Mode::Hot), "{value}");
        }
        assert_eq!(actuator.switched(), 2);
        assert_eq!(engine.snapshot().unwrap().to_context().meta_mode_since, "at 55.0".replace(".0", ""));
    }
}
