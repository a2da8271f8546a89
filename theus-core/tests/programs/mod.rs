//! Random programs: a context with every kind of field, processes with every kind of contract, and scripts that say what
//! a process does with what its contract gives it.

mod call;
mod generate;
mod processes;
mod rule;
mod script;
mod view;
mod world;

pub(crate) use call::Call;
pub(crate) use generate::{Program, Step, insisting, program, run_steps};
pub(crate) use processes::{
    Answer, Bump, Deliver, Drift, Gather, GatherError, Glance, Look, Post, Ring, Scribe, Shelve, Stamp, Tanks, Trace,
};
pub(crate) use rule::{AlarmSpec, Bound, RuleSpec, Window, recipe_text};
pub(crate) use script::{Script, Steps, Stop};
pub(crate) use view::{Value, View};
pub(crate) use world::{Broken, Ledger, Limits, Ports, Refused, World};
