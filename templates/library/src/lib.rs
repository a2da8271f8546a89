//! Processes of a motor, for any program that has one.
//!
//! A program has `#[context(nested)] left: Motor` in its context and mounts them there:
//! `theus_core::mount! { Left = domain.left: Ctx<Motor>, in Ctx<Machine>; }`, then `.processes::<At<All, Left>>()`.
#![forbid(unsafe_code)]

use theus_core::prelude::*;

/// What is known of one motor.
#[derive(Clone, Debug, Default, PartialEq, Context)]
pub struct Motor {
    /// Turns a minute.
    pub speed: u32,
    /// Told after the commit.
    pub sig_stalled: bool,
}

/// No motor of this kind turns faster.
pub const FASTEST: u32 = 3_000;

/// It would turn faster than it can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} turns a minute are too many")]
pub struct TooFast(pub u32);

/// Speeds up; an error rolls back what it has done until then.
#[process(updates = [domain.speed], errors = [TooFast])]
pub fn speed_up(ctx: Ctx<Motor>, by: u32) -> Result<u32, TooFast> {
    let speed = ctx.domain.speed.saturating_add(by);
    if speed > FASTEST {
        return Err(TooFast(speed));
    }
    *ctx.domain.speed = speed;
    Ok(speed)
}

/// Brakes; a motor that comes to stand says so.
#[process(updates = [domain.speed], outputs = [domain.sig_stalled])]
pub fn brake(ctx: Ctx<Motor>, by: u32) {
    *ctx.domain.speed = ctx.domain.speed.saturating_sub(by);
    ctx.domain.sig_stalled.set(*ctx.domain.speed == 0);
}

theus_core::bundle! {
    /// All that a motor does.
    pub All = [SpeedUp, Brake];
}

// Next: name the context and its processes after what the library is about; what touches the world outside is an effect
// (`effects = [drive]`), and a program hands it in by `with effects.drive` where it mounts the processes.
