//! A library of processes, which knows nothing of the programs that use it.

use theus_core::prelude::*;

/// A motor.
#[derive(Clone, Debug, Default, Context)]
pub struct Motor {
    /// In turns a second.
    pub speed: i64,
}

/// What it acts on.
pub struct Ports {
    /// How many turns one step is.
    pub factor: i64,
}

/// Turns faster.
#[process(updates = [domain.speed], effects = [factor])]
pub fn spin(ctx: Ctx<Motor, (), Ports>, by: i64) {
    *ctx.domain.speed += by * ctx.effects.factor;
}

theus_core::fragment! {
    /// The rules of a motor.
    pub RULES = "motor" from "rules/motor.yaml";
    /// How it is driven.
    pub CHART = "motor_chart" from "flows/motor.yaml";
}

theus_core::bundle! {
    /// What a motor does.
    pub All = [Spin];
}

/// A motor on a stand, as a program has it.
#[derive(Clone, Debug, Default, Context)]
pub struct Stand {
    /// The one.
    #[context(nested)]
    pub motor: Motor,
}

theus_core::mount! {
    /// It, on its stand.
    pub OnStand = domain.motor: Ctx<Motor, (), Ports>, in Ctx<Stand, (), Ports>, with effects;
}
