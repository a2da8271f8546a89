//! One process for each kind of contract.

use theus_core::prelude::*;

use super::script::{Script, Steps, Stop};
use super::view::{Local, Told, View};
use super::world::{Broken, Limits, Ports, Refused, Scratch, World};
use crate::executor::pause;

type App = Ctx<World, Limits, Ports>;

/// Reads only.
#[process(inputs = [domain.count, domain.name, domain.items, domain.tank.level, global.step])]
pub(crate) fn look(ctx: App, weight: i64, script: Script) -> i64 {
    let domain = &mut ctx.domain;
    let members: [&mut dyn View; 5] =
        [&mut domain.count, &mut domain.name, &mut domain.items, &mut domain.tank.level, &mut ctx.global.step];
    Steps::of(script).finish_without_errors(&mut { members }) + weight
}

/// Writes only.
#[process(outputs = [domain.flag, domain.limit, domain.name], errors = [Refused])]
pub(crate) fn stamp(ctx: App, weight: i64, script: Script) -> Result<i64, Refused> {
    let domain = &mut ctx.domain;
    let mut members: [&mut dyn View; 3] = [&mut domain.flag, &mut domain.limit, &mut domain.name];
    match Steps::of(script).finish(&mut members) {
        Stop::Fail(_, read) => Err(Refused(read)),
        Stop::Done(read) => Ok(read + weight),
        Stop::Pause => Ok(0),
    }
}

/// Updates one field in place.
#[process(inputs = [domain.count], outputs = [domain.count], errors = [Refused])]
pub(crate) fn bump(ctx: App, weight: i64, script: Script) -> Result<i64, Refused> {
    let mut members: [&mut dyn View; 1] = [&mut ctx.domain.count];
    match Steps::of(script).finish(&mut members) {
        Stop::Fail(_, read) => Err(Refused(read)),
        Stop::Done(read) => Ok(read + weight),
        Stop::Pause => Ok(0),
    }
}

/// Several fields behind handles, and two errors.
#[process(
    inputs = [domain.count, domain.items, domain.table],
    outputs = [domain.items, domain.table],
    errors = [Refused, Broken],
)]
pub(crate) fn gather(ctx: App, weight: i64, script: Script) -> Result<i64, GatherError> {
    let domain = &mut ctx.domain;
    let mut members: [&mut dyn View; 3] = [&mut domain.count, &mut domain.items, &mut domain.table];
    match Steps::of(script).finish(&mut members) {
        Stop::Fail(true, read) => Err(Broken(read))?,
        Stop::Fail(false, read) => Err(Refused(read))?,
        Stop::Done(read) => Ok(read + weight),
        Stop::Pause => Ok(0),
    }
}

/// Nested fields.
#[process(inputs = [domain.tank.level, domain.flag], outputs = [domain.tank.level, domain.tank.label])]
pub(crate) fn tanks(ctx: App, weight: i64, script: Script) -> i64 {
    let domain = &mut ctx.domain;
    let mut members: [&mut dyn View; 3] = [&mut domain.tank.level, &mut domain.tank.label, &mut domain.flag];
    Steps::of(script).finish_without_errors(&mut members) + weight
}

/// Raises signals.
#[process(
    inputs = [domain.count],
    outputs = [domain.sig_alarm, domain.cmd_move, domain.tank.sig_spill, domain.sig_note, domain.count],
    errors = [Refused],
)]
pub(crate) fn ring(ctx: App, weight: i64, script: Script) -> Result<i64, Refused> {
    let domain = &mut ctx.domain;
    let mut members: [&mut dyn View; 5] = [
        &mut domain.sig_alarm,
        &mut domain.cmd_move,
        &mut domain.tank.sig_spill,
        &mut domain.sig_note,
        &mut domain.count,
    ];
    match Steps::of(script).finish(&mut members) {
        Stop::Fail(_, read) => Err(Refused(read)),
        Stop::Done(read) => Ok(read + weight),
        Stop::Pause => Ok(0),
    }
}

/// Reads signals, and updates one.
#[process(
    inputs = [signal(domain.sig_alarm), signal(domain.sig_note), signal(domain.cmd_move)],
    outputs = [domain.sig_note, domain.count, domain.sig_alarm],
)]
pub(crate) fn answer(ctx: App, weight: i64, script: Script) -> i64 {
    let domain = &mut ctx.domain;
    let mut members: [&mut dyn View; 4] =
        [&mut domain.sig_alarm, &mut domain.sig_note, &mut domain.cmd_move, &mut domain.count];
    Steps::of(script).finish_without_errors(&mut members) + weight
}

/// Reads and writes diagnostics.
#[process(inputs = [meta(domain.meta_trace), domain.name], outputs = [domain.meta_trace, domain.meta_runs])]
pub(crate) fn trace(ctx: App, weight: i64, script: Script) -> i64 {
    let domain = &mut ctx.domain;
    let mut members: [&mut dyn View; 3] = [&mut domain.meta_trace, &mut domain.meta_runs, &mut domain.name];
    Steps::of(script).finish_without_errors(&mut members) + weight
}

/// Has scratch of its own.
#[process(inputs = [domain.count], outputs = [domain.count, domain.name], local = Scratch, errors = [Refused])]
pub(crate) fn scribe(ctx: App, weight: i64, script: Script) -> Result<i64, Refused> {
    let domain = &mut ctx.domain;
    let mut local = Local(&mut ctx.local.steps);
    let mut members: [&mut dyn View; 3] = [&mut local, &mut domain.count, &mut domain.name];
    match Steps::of(script).finish(&mut members) {
        Stop::Fail(_, read) => Err(Refused(read)),
        Stop::Done(read) => Ok(read + weight),
        Stop::Pause => Ok(0),
    }
}

/// A persistent map.
#[process(inputs = [domain.shelf, global.step], outputs = [domain.shelf])]
pub(crate) fn shelve(ctx: App, weight: i64, script: Script) -> i64 {
    let mut members: [&mut dyn View; 2] = [&mut ctx.domain.shelf, &mut ctx.global.step];
    Steps::of(script).finish_without_errors(&mut members) + weight
}

/// Acts on the world outside.
#[process(
    inputs = [domain.count],
    outputs = [domain.count, domain.items, domain.sig_alarm],
    effects = [ledger],
    errors = [Refused],
)]
pub(crate) fn post(ctx: App, weight: i64, script: Script) -> Result<i64, Refused> {
    let domain = &mut ctx.domain;
    let mut told = Told { ledger: ctx.effects.ledger, run: script.run };
    let mut members: [&mut dyn View; 4] = [&mut told, &mut domain.count, &mut domain.items, &mut domain.sig_alarm];
    match Steps::of(script).finish(&mut members) {
        Stop::Fail(_, read) => Err(Refused(read)),
        Stop::Done(read) => Ok(read + weight),
        Stop::Pause => Ok(0),
    }
}

/// `async`, pure, reads only.
#[process(inputs = [domain.count, domain.table, domain.tank.level, signal(domain.sig_alarm)])]
pub(crate) async fn glance(ctx: App, weight: i64, script: Script) -> i64 {
    let domain = &mut ctx.domain;
    let mut members: [&mut dyn View; 4] =
        [&mut domain.count, &mut domain.table, &mut domain.tank.level, &mut domain.sig_alarm];
    let mut steps = Steps::of(script);
    loop {
        match steps.go(&mut members) {
            Stop::Done(read) => return read + weight,
            Stop::Pause => pause().await,
            Stop::Fail(..) => {}
        }
    }
}

/// `async`, pure.
#[process(
    inputs = [domain.count, domain.table, domain.flag],
    outputs = [domain.table, domain.count, domain.cmd_move, domain.meta_trace],
    errors = [Refused],
)]
pub(crate) async fn drift(ctx: App, weight: i64, script: Script) -> Result<i64, Refused> {
    let domain = &mut ctx.domain;
    let mut members: [&mut dyn View; 5] =
        [&mut domain.count, &mut domain.table, &mut domain.flag, &mut domain.cmd_move, &mut domain.meta_trace];
    let mut steps = Steps::of(script);
    loop {
        match steps.go(&mut members) {
            Stop::Done(read) => return Ok(read + weight),
            Stop::Pause => pause().await,
            Stop::Fail(_, read) => return Err(Refused(read)),
        }
    }
}

/// `async`, with effects.
#[process(
    inputs = [domain.items, domain.count],
    outputs = [domain.items, domain.cmd_move],
    effects = [ledger],
    errors = [Refused],
)]
pub(crate) async fn deliver(ctx: App, weight: i64, script: Script) -> Result<i64, Refused> {
    let domain = &mut ctx.domain;
    let mut told = Told { ledger: ctx.effects.ledger, run: script.run };
    let mut members: [&mut dyn View; 4] = [&mut told, &mut domain.items, &mut domain.count, &mut domain.cmd_move];
    let mut steps = Steps::of(script);
    loop {
        match steps.go(&mut members) {
            Stop::Done(read) => return Ok(read + weight),
            Stop::Pause => pause().await,
            Stop::Fail(_, read) => return Err(Refused(read)),
        }
    }
}
