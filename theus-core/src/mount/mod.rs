//! Processes of a library, which many programs use.
//!
//! A library writes its processes for a context of its own. A program that has that context as a nested one mounts them there, as often
//! as it has it:
//!
//! ```
//! mod motor { // a crate of its own, which knows nothing of the program
//!     use theus_core::prelude::*;
//!
//!     #[derive(Clone, Default, Context)]
//!     pub struct Motor { pub speed: f64, pub sig_stalled: bool }
//!
//!     #[process(inputs = [domain.speed], outputs = [domain.speed, domain.sig_stalled])]
//!     pub fn spin(ctx: Ctx<Motor>, by: f64) -> f64 {
//!         *ctx.domain.speed += by;
//!         ctx.domain.sig_stalled.set(*ctx.domain.speed <= 0.0);
//!         *ctx.domain.speed
//!     }
//!
//!     #[process(outputs = [domain.speed])]
//!     pub fn stop(ctx: Ctx<Motor>) { ctx.domain.speed.set(0.0); }
//!
//!     theus_core::bundle! {
//!         /// All that a motor does.
//!         pub All = [Spin, Stop];
//!     }
//! }
//!
//! use motor::{Motor, Spin};
//! use theus_core::prelude::*;
//!
//! #[derive(Clone, Default, Context)]
//! struct Machine {
//!     #[context(nested)]
//!     left: Motor,
//!     #[context(nested)]
//!     right: Motor,
//! }
//!
//! theus_core::mount! {
//!     /// The motor on the left.
//!     Left = domain.left: Ctx<Motor>, in Ctx<Machine>;
//!     /// The motor on the right.
//!     Right = domain.right: Ctx<Motor>, in Ctx<Machine>;
//! }
//!
//! let recipe = "process_recipes: { left.spin: { outputs: [ { field: domain.left.speed, max: 100, level: B } ] } }";
//! let engine = Engine::builder(Machine::default())
//!     .processes::<(At<motor::All, Left>, At<motor::All, Right>)>()
//!     .recipe("audit.yaml", recipe)?
//!     .build()?;
//! engine.run(Left::of(Spin { by: 80.0 }))?;
//! engine.run(Right::of(Spin { by: 200.0 }))?;
//! assert!(engine.run(Left::of(Spin { by: 80.0 })).is_err(), "its own rule");
//! let machine = engine.snapshot()?;
//! assert_eq!((*machine.left.speed, *machine.right.speed), (80.0, 200.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! To the program they are processes like any other: `left.spin` in recipes and workflows, `domain.left.speed` in their contracts, rules
//! and journal; a run of the left motor and one of the right have no path in common. The library's `global` and `effects` are none, or
//! parts of the program's: `with global.limits, effects.drive`, see [`mount!`](crate::mount!).
//!
//! # Whose event it is
//!
//! An event is named by its own field, without the path to it: `sig_stalled` of both is `EVT_STALLED`, and
//! [`Event::origin`](crate::signal::Event) says whose it was. Where files are to tell them apart, the place has a word for its events:
//!
//! ```
//! # mod motor {
//! #     use theus_core::prelude::*;
//! #     #[derive(Clone, Default, Context)]
//! #     pub struct Motor { pub sig_stalled: bool, pub cmd_cool: bool }
//! #     #[process(outputs = [domain.sig_stalled])]
//! #     pub fn stall(ctx: Ctx<Motor>) { ctx.domain.sig_stalled.set(true); }
//! # }
//! # use motor::{Motor, Stall};
//! # use theus_core::prelude::*;
//! #[derive(Clone, Default, Context)]
//! struct Machine {
//!     #[context(nested, events = "LEFT")]
//!     left: Motor,
//!     #[context(nested, events = "RIGHT")]
//!     right: Motor,
//! }
//! # theus_core::mount! {
//! #     Left = domain.left: Ctx<Motor>, in Ctx<Machine>;
//! #     Right = domain.right: Ctx<Motor>, in Ctx<Machine>;
//! # }
//! # let engine = Engine::builder(Machine::default()).process::<At<Stall, Left>>().process::<At<Stall, Right>>().build()?;
//!
//! engine.run(Right::of(Stall))?;
//! let event = engine.next_event()?.ok_or("none")?;
//! assert_eq!(event.name.to_string(), "EVT_RIGHT_STALLED");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It belongs to the field, not to the mount: whoever writes `domain.right.sig_stalled`, a process of the library or of the program,
//! sends `EVT_RIGHT_STALLED`, and `cmd_cool` is `CMD_RIGHT_COOL`. Words of places in each other stand behind each other. The library knows
//! nothing of it. A word that makes the name of another event, of a field or of the workflows' own, is refused by
//! [`build`](crate::EngineBuilder::build) and by `files!`. [`Schema::paths`](crate::context::Schema::paths) says what each signal raises.
//!
//! The rules that belong to the processes come with them, as a [`fragment!`](crate::fragment!) that a recipe includes for the place, and so does
//! the part of a workflow that drives them, for a state to include.
//!
//! # Limits
//!
//! A process that is mounted has 48 inputs and 48 outputs at most, and paths of 120 bytes: beyond that the program does
//! not compile. [`files!`](macro@crate::files) is given each of them, `processes = [At<Spin, Left>, At<Spin, Right>]`, not a bundle.

mod at;
mod bundle;
mod macros;
mod place;
mod text;

pub use at::At;
pub use bundle::Bundle;
#[doc(hidden)]
pub use bundle::BundleAt;
pub use place::{Mount, ProcessOf};
#[doc(hidden)]
pub use place::{Nothing, PartOf, part};
