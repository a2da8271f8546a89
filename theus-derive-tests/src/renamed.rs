//! The engine under another name: `crate = path`.

/// As a dependency that was renamed in `Cargo.toml`, or a crate that re-exports it.
pub mod engine_room {
    pub use theus_core::*;
}

use self::engine_room::{Context, Ctx, process};

/// A context that finds the engine there.
#[derive(Clone, Default, Context)]
#[context(crate = self::engine_room)]
pub struct Boiler {
    /// The pressure.
    pub pressure: i64,
    /// Raised when it is too high.
    pub sig_high: bool,
}

/// Too much.
#[derive(Debug, thiserror::Error)]
#[error("too much")]
pub struct TooMuch;

/// Too little.
#[derive(Debug, thiserror::Error)]
#[error("too little")]
pub struct TooLittle;

/// A process that finds the engine there.
#[process(
    crate = engine_room,
    inputs = [domain.pressure],
    outputs = [domain.pressure, domain.sig_high],
    errors = [TooMuch, TooLittle],
)]
pub fn heat(ctx: Ctx<Boiler>, by: i64) -> Result<(), HeatError> {
    if by > 100 {
        Err(TooMuch)?;
    }
    if by < 0 {
        Err(TooLittle)?;
    }
    *ctx.domain.pressure += by;
    ctx.domain.sig_high.set(*ctx.domain.pressure > 50);
    Ok(())
}
