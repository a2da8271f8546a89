//! Processes of every visibility, in modules without imports of their own, and inside functions.

use theus_core::prelude::*;

/// A context that is seen from below.
#[derive(Clone, Default, Context)]
pub struct House {
    /// How many lights are on.
    pub lights: u32,
    pub(crate) heating: u32,
    water: u32,
}

/// A module that imports nothing but the context.
pub mod cellar {
    use super::House;

    /// By whole paths.
    #[theus_core::process(inputs = [domain.lights], outputs = [domain.lights])]
    pub fn light_up(ctx: theus_core::Ctx<House>) {
        *ctx.domain.lights += 1;
    }

    /// A private field of a context is seen where the field is.
    #[theus_core::process(inputs = [domain.water], outputs = [domain.water])]
    pub(super) fn open_tap(ctx: theus_core::Ctx<House>, litres: u32) -> u32 {
        *ctx.domain.water += litres;
        *ctx.domain.water
    }
}

#[process(outputs = [domain.heating])]
pub(crate) fn heat_house(ctx: Ctx<House>, to: u32) {
    ctx.domain.heating.set(to);
}

#[process(inputs = [domain.heating])]
fn read_heating(ctx: Ctx<House>) -> u32 {
    *ctx.domain.heating
}

/// Runs what cannot be seen from outside.
///
/// # Errors
/// What the engine refuses.
pub fn run_private() -> Result<(u32, u32), Box<dyn std::error::Error>> {
    let engine = Engine::builder(House::default())
        .process::<HeatHouse>()
        .process::<ReadHeating>()
        .process::<cellar::OpenTap>()
        .build()?;
    engine.run(HeatHouse { to: 21 })?;
    let litres = engine.run(cellar::OpenTap { litres: 3 })?;
    Ok((engine.run(ReadHeating {})?, litres))
}

/// A context and a process that live inside a function.
///
/// # Errors
/// What the engine refuses.
pub fn run_inside() -> Result<u32, Box<dyn std::error::Error>> {
    #[derive(Clone, Default, Context)]
    struct Drawer {
        pens: u32,
    }

    #[process(inputs = [domain.pens], outputs = [domain.pens])]
    fn add_pens(ctx: Ctx<Drawer>, pens: u32) {
        *ctx.domain.pens += pens;
    }

    let engine = Engine::builder(Drawer::default()).process::<AddPens>().build()?;
    engine.run(AddPens { pens: 5 })?;
    let pens = *engine.snapshot()?.pens;
    Ok(pens)
}
