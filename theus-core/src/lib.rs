//! Theus: processes with contracts checked at build time, run as audited transactions and driven by workflows.
//!
//! A program is a set of **processes**, functions that declare what they read, write, touch outside and can fail with, over
//! a managed **context**. The compiler checks the declaration; the engine runs each call as a transaction, under the audit
//! rules of a recipe; a workflow says what runs when.
//!
//! # Which construct do I need?
//!
//! | I want to | use |
//! |---|---|
//! | describe the state | [`#[derive(Context)]`](derive@Context) on a struct |
//! | describe a step | [`#[process(..)]`](macro@process) on a function |
//! | use processes of another crate, or offer some | [`mount`](mod@mount) |
//! | run steps | [`Engine::builder`], [`Engine::run`], [`Engine::run_async`] |
//! | look at the state | [`Engine::snapshot`] |
//! | know why a run changed nothing | [`RunError`] |
//! | know what the audit counted | [`Engine::run_reported`], [`Engine::audit_records`] |
//! | forbid values | a recipe: [`audit`] |
//! | change the rules while it runs | [`Engine::reload_recipe_file`] |
//! | know what the rules would say | [`Engine::explain`] |
//! | keep the audit's records, and prove them unaltered | [`EngineBuilder::sink`], [`audit::LedgerFiles`] |
//! | see how an engine stands | [`Engine::status`] |
//! | let a type of mine be audited | [`#[derive(Inspect)]`](derive@Inspect) |
//! | let a foreign type be audited | a feature of this crate, or [`InspectAs`](context::InspectAs) |
//! | go from step to step by events | [`WorkflowManager`](workflow::WorkflowManager) |
//! | send events from outside | [`SignalBus::emit`](signal::SignalBus::emit) |
//! | have a signal field of a type of mine | [`Signal`] |
//! | let processes run side by side | [`Locking`], [`Contract::conflicts`] |
//! | check files and draw workflows without running them | [`EngineBuilder::command_line`]: [`command_line`] |
//! | have traces and metrics of it | `telemetry`, with the feature of that name; the crate `theus-telemetry` |
//! | read what a process may do | [`Process::CONTRACT`] |
//! | read what a context holds | [`Context::schema`] |
//! | find what I know from elsewhere: XState, Temporal, alarm systems, Python Theus | `guides` |
//! | test processes, rules and workflows in a few lines | `test`, with the feature of that name |
//! | serialise the state | [`Snapshot`], [`DataZone`]: the Data zone only |
//!
//! # A context
//!
//! ```
//! use theus_core::prelude::*;
//!
//! #[derive(Clone, Default, Context)]
//! #[context(version = 2)]
//! struct Machine {
//!     /// Degrees Celsius.
//!     temperature: f64,          // Data: persisted, audited
//!     sig_overheat: bool,        // Signal: an event after the commit, then reset
//!     meta_checked: u64,         // Meta: diagnostics
//!     #[zone(signal)]
//!     door_open: Option<String>, // a zone given by attribute
//!     #[context(nested)]
//!     motor: Motor,              // its fields are paths of their own: `domain.motor.speed`
//! }
//!
//! #[derive(Clone, Default, Context)]
//! struct Motor { speed: i64 }
//!
//! assert_eq!(Machine::schema().paths()[4].path, "motor.speed");
//! ```
//!
//! # A process
//!
//! The function's first parameter names the types; its body sees a *guard* with the declared paths as members and nothing
//! else. The macro makes a command struct of the arguments, which is what one runs.
//!
//! ```
//! use theus_core::prelude::*;
//!
//! #[derive(Clone, Default, Context)]
//! struct Machine { temperature: f64, readings: u64, sig_overheat: bool }
//! #[derive(Clone, Default, Context)]
//! struct Limits { hottest: f64 }
//! struct Ports { siren: Box<dyn Fn(&str) + Send + Sync> }
//!
//! #[derive(Debug, thiserror::Error)]
//! #[error("{0} is not a temperature")]
//! struct NotATemperature(f64);
//!
//! /// Takes one reading.
//! #[process(
//!     inputs = [global.hottest, domain.readings],     // read
//!     outputs = [domain.temperature, domain.readings, domain.sig_overheat], // written; `readings` is both
//!     effects = [siren],                              // the world outside
//!     errors = [NotATemperature],                     // `?` on anything else does not compile
//! )]
//! fn record(ctx: Ctx<Machine, Limits, Ports>, value: f64) -> Result<u64, NotATemperature> {
//!     if !value.is_finite() {
//!         return Err(NotATemperature(value));
//!     }
//!     ctx.domain.temperature.set(value);
//!     *ctx.domain.readings += 1;
//!     if value > *ctx.global.hottest {
//!         ctx.domain.sig_overheat.set(true);
//!         (ctx.effects.siren)("too hot");
//!     }
//!     Ok(*ctx.domain.readings)
//! }
//!
//! let engine = Engine::builder(Machine::default())
//!     .global(Limits { hottest: 90.0 })
//!     .effects(Ports { siren: Box::new(|_| ()) })
//!     .process::<Record>()
//!     .build()?;
//! assert_eq!(engine.run(Record { value: 95.5 })?, 1);
//! assert_eq!(engine.next_event()?.map(|event| event.name.to_string()).as_deref(), Some("EVT_OVERHEAT"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Audit rules
//!
//! See [`audit`] for what a recipe can say. What is wrong in one is shown when the engine is built:
//!
//! ```
//! # use theus_core::prelude::*;
//! # #[derive(Clone, Default, Context)]
//! # struct Machine { temperature: f64 }
//! # #[process(outputs = [domain.temperature])]
//! # fn record(ctx: Ctx<Machine>, value: f64) { ctx.domain.temperature.set(value); }
//! let recipe = "process_recipes:\n  record:\n    outputs:\n      - { field: domain.temprature, max: 90 }\n";
//! let error = Engine::builder(Machine::default())
//!     .process::<Record>()
//!     .recipe("audit.yaml", recipe)?
//!     .build()
//!     .unwrap_err();
//! assert!(error.to_string().contains("audit.yaml:4:"));
//! assert!(error.to_string().contains("did you mean `temperature`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A workflow
//!
//! See [`workflow::WorkflowManager`] for an example, and [`workflow`] for what a file can say.
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `recipes` (default) | audit rules, their records and the ledger; without it no rule is ever judged |
//! | `workflow` (default) | statecharts, and pools of sessions |
//! | `files` | `files!`: recipes and workflows are checked while the program is compiled |
//! | `telemetry` | each run, and each event that a workflow handles, is told to somebody: for traces and metrics |
//! | `tokio` | workflows that wait by the timers of tokio, sessions that its tasks drive |
//! | `test`, `proptest` | the kit for tests of programs; commands and states by chance, out of the shapes of their types |
//! | `chrono`, `jiff`, `rust_decimal`, `uuid` | rules that look into the types of that crate |
//!
//! Without the first two (`default-features = false`) contracts and transactions are left, in half of the packages. Events then
//! bring no values along, which come with the feature `json` that both of them need; and `dashmap` is not among the types that
//! are known to have a lock inside.
//!
//! # What holds, whatever happens
//!
//! - After a declared error, a panic, an audit block or a conflict the domain (all zones), its version and the pending
//!   signals are as before.
//! - Whatever the interleaving, the result is one that some order of the runs, one at a time, would have given.
//! - What a run costs follows what it touches: nothing is copied that is not written, and the size of the context does not
//!   matter.
//! - A nested run on the same engine is an error, not a deadlock; so are runs of several engines that wait for each other, and
//!   a run that would block the thread which has to go on with the one it waits for.
//! - Every wait can be bounded ([`Engine::within`]), and a run that others outrun each time gets the session to itself.
//! - Code of your types may panic wherever the engine calls or drops it, and so may log subscribers, wakers, sinks and clocks.
//!   A panic of the body, of `Clone`, `Default`, [`Signal`] or of what rules look at fails the run, as
//!   [`Panicked`](RunError::Panicked). One of a `Drop` that is the engine's to call (arguments, scratch, outputs, old values)
//!   decides nothing: it is logged.
//! - Once a violation of level S has latched the interlock, which is before anybody is told of it, no commit of any session
//!   begins until it is reset, and no run that is under way ends well, be it one that only looks. A commit in another session
//!   that had begun by then is completed.
//!
//! # Honest limits
//!
//! - **Not every door to the world is seen when a pure body is compiled.** [`#[process]`](macro@process#what-a-pure-body-is-kept-from)
//!   has a table of what is seen by which. What nobody sees: a door behind a function of another crate, a method of a value
//!   that holds a handle, and the order of a `HashMap`, which differs from run to run.
//! - A field with a mutex or an atomic inside is refused where its type shows it, through aliases and the collections of the
//!   standard library; inside a struct of your own, a type of another crate (other than `parking_lot`, `dashmap`) or behind
//!   `dyn` it is not seen. What is changed there is not a write, is not rolled back
//!   and is not audited: do not use such types for state.
//! - A value whose `Drop` panics while another panic unwinds through it aborts the program: that is Rust's own rule.
//! - A field is copied on its first write, and stored whole. Use a persistent collection for a large one: `context::Table` (feature
//!   `table`), of which a store is given the changed entries, or one of `imbl` or `rpds`.
//! - The storage of a field is chosen by the spelling of its type: `i64` is kept in place, an alias of it behind an `Arc`,
//!   which is slower and just as right.
//! - A run that is [`Halted`](RunError::Halted) because another one latched the interlock while it was under way is rolled
//!   back; effects that it had are not undone.
//! - A body that joins a thread, or awaits a task of its own, which runs a process of the same engine waits for what waits for
//!   it. Nothing shows that: the inner run is [`TimedOut`](RunError::TimedOut) after the engine's
//!   [`lock_timeout`](EngineBuilder::lock_timeout). What leads back through engines, sessions and the threads that drive them
//!   is recognised, and refused at once as a [`Deadlock`](RunError::Deadlock).
#![forbid(unsafe_code)]
// Without them much of the engine has nobody who calls it.
#![cfg_attr(not(all(feature = "recipes", feature = "workflow")), allow(dead_code, unused_imports))]
// Generated code names this crate from outside; its own tests are inside.
extern crate self as theus_core;

#[cfg(feature = "recipes")]
pub mod audit;
#[cfg(not(feature = "recipes"))]
#[path = "no_audit.rs"]
pub mod audit;
#[cfg(any(feature = "recipes", feature = "workflow"))]
mod checked;
#[cfg(all(feature = "recipes", feature = "workflow"))]
pub mod command_line;
pub mod context;
pub mod effect;
pub mod engine;
#[cfg(any(feature = "recipes", feature = "workflow"))]
mod fragment;
#[cfg(all(feature = "recipes", feature = "workflow", feature = "store"))]
pub mod guides;
pub mod mount;
mod panics;
pub mod prelude;
pub mod process;
pub mod signal;
#[cfg(feature = "store")]
pub mod store;
mod sync;
#[cfg(feature = "telemetry")]
pub mod telemetry;
#[cfg(not(feature = "telemetry"))]
#[path = "no_telemetry.rs"]
mod telemetry;
#[cfg(feature = "test")]
pub mod test;
#[cfg(any(feature = "recipes", feature = "workflow"))]
mod timestamp;
pub mod transaction;
#[cfg(feature = "workflow")]
pub mod workflow;

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;

#[cfg(feature = "recipes")]
pub use checked::CheckedRecipe;
#[cfg(feature = "workflow")]
pub use checked::CheckedWorkflow;
#[doc(no_inline)]
pub use context::{Context, Ctx, DataZone, Inspect, Layer, Schema, SerializeData, Shape, Value, Zone};
#[cfg(feature = "recipes")]
pub use engine::ReloadError;
pub use engine::{AnyProcess, BuildError, Engine, EngineBuilder, Locking, Report, Snapshot};
#[doc(no_inline)]
pub use process::{AsyncProcess, Contract, Process, RunError, SyncProcess};
pub use signal::Signal;
#[cfg(any(feature = "recipes", feature = "workflow"))]
#[doc(no_inline)]
pub use source::Fragment;
#[cfg(any(feature = "recipes", feature = "workflow"))]
#[doc(inline)]
pub use theus_lang::{errors, source};
#[doc(inline)]
pub use theus_model::exact;

/// Makes a process of a function: a contract that the compiler checks, and a command that an engine runs.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Tank { level: i64, sig_full: bool }
///
/// /// Fills up.
/// #[process(inputs = [domain.level], outputs = [domain.level, domain.sig_full])]
/// fn fill(ctx: Ctx<Tank>, litres: i64) -> i64 {
///     *ctx.domain.level += litres;
///     if *ctx.domain.level >= 100 { ctx.domain.sig_full.set(true); }
///     *ctx.domain.level
/// }
///
/// let engine = Engine::builder(Tank::default()).process::<Fill>().build()?;
/// assert_eq!(engine.run(Fill { litres: 120 })?, 120);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | option | meaning |
/// |---|---|
/// | `inputs = [domain.a, global.b, signal(domain.sig_c), meta(domain.meta_d)]` | what it reads |
/// | `outputs = [domain.a, domain.e]` | what it writes; what is in both lists it reads and updates |
/// | `updates = [domain.a]` | the same as `domain.a` in both |
/// | `effects = [clock]` | members of the `Effects` struct that it uses; without any it is pure and may be run again |
/// | `errors = [A, B]` | what it can fail with; for two and more the macro makes an enum, `Fill` has `FillError` |
/// | `blocking` | a `fn` whose body blocks its thread for long: see [below](#a-body-that-blocks) |
/// | `local = Scratch` | the type of its scratch, a context with a `Default` |
/// | `command = PlaceOrder` | what the command is called, where the function's name in `PascalCase` will not do: another type is called so |
/// | `crate = path` | where `theus_core` is, if it was renamed |
///
/// The function may be `async`, and generic where its context or its arguments mention the parameters:
/// [below](#a-process-with-parameters). Arguments are owned values that are `Clone + Serialize + Deserialize + Send`. Documentation
/// and attributes are kept.
///
/// A process is a free function: it cannot be part of an `impl`, and `ctx` cannot be passed on to another function, because
/// its type is made for this process alone. Pass on its parts: `help(&ctx.domain.total, &mut ctx.domain.level)`.
///
/// # A body that blocks
///
/// A `fn` runs where it is called: a workflow that runs one which reads a slow device, asks a server with a blocking client or computes
/// for long goes on when it has returned. With `blocking` its body has a thread of its own, from a pool that the program has once, and
/// what the run works on goes there and comes back: a workflow hears events and timers meanwhile, its worker goes on with other
/// sessions, and [`run_async`](Engine::run_async) blocks no thread of its executor. [`run`](Engine::run) does it where it is called.
///
/// It is kept apart from other runs as an `async fn` is: with effects it has its session under a lease, without them it is checked at
/// its commit, and run again where others have changed what it reads. Whoever lets go of it (its state is left, its time is over, its
/// future is dropped) has its session back at once, and nothing of it is committed. But nobody can stop its body on the way: that goes
/// on to its end. Of an [`Effect`](crate::effect::Effect) it then asks nothing more, as its next call ends it; a plain handle it goes on
/// to use. What it gives, and its scratch, are `Send`.
///
/// ```
/// # use theus_core::prelude::*;
/// # #[derive(Clone, Default, Context)]
/// # struct Tank { level: f64 }
/// # struct Ports { gauge: fn() -> f64 }
/// #[process(outputs = [domain.level], effects = [gauge], blocking)]
/// fn measure(ctx: Ctx<Tank, (), Ports>) {
///     let level = (ctx.effects.gauge)(); // it may take half a second
///     ctx.domain.level.set(level);
/// }
/// assert!(Measure::CONTRACT.is_blocking);
/// ```
///
/// # A process with parameters
///
/// A library does not know what prints: it says what it needs of it, and the program which it is. A parameter that the context mentions
/// is named where the process is registered, and in a [`bundle!`](crate::bundle!); where its command is run, or mounted, the engine's
/// types say it, and the command is written as any other is.
///
/// ```
/// # use theus_core::prelude::*;
/// # #[derive(Clone, Default, Context)]
/// # struct Bank { total: i64 }
/// trait Printer: Send + Sync + 'static {
///     fn print(&self, line: &str);
/// }
/// struct Ports<P> { printer: P }
///
/// #[process(inputs = [domain.total], effects = [printer])]
/// fn show<P: Printer>(ctx: Ctx<Bank, (), Ports<P>>) {
///     ctx.effects.printer.print(&ctx.domain.total.to_string());
/// }
/// # struct Console;
/// # impl Printer for Console { fn print(&self, line: &str) { println!("{line}"); } }
///
/// let engine = Engine::builder(Bank::default()).effects(Ports { printer: Console }).process::<Show<Console>>().build()?;
/// engine.run(Show)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Recipes, workflows and journals know the process by its name, without parameters: two of one name in one engine are refused. An
/// effect that is a parameter is a plain handle; one whose answers are [recorded](mod@crate::effect) is an `Effect<dyn Printer>` in a struct
/// that needs no parameter for it.
///
/// # What a pure body is kept from
///
/// A process without `effects` may be run again. What reaches the world is refused in it, with the effect to declare:
///
/// | what | seen by | how |
/// |---|---|---|
/// | `std::fs::read(..)`, `std::time::Instant::now()`: a path from `std` on | the macro | by its words |
/// | `println!` and the like | the macro | by their names |
/// | `tokio::time`, `tokio::spawn`, `reqwest`, `rand::random`, `Utc::now`, `Uuid::new_v4`: other crates | the macro | by the words with which the path begins, whatever they mean |
/// | `fs::read(..)`, `read(..)` after `use std::fs::*`, `Instant::now()`, `Moment::now()` after `use std::time::Instant as Moment`, `Command::new(..)`, `thread::spawn`, `set_current_dir`, `RandomState::new()`, `Backtrace::capture()`, `panic::set_hook`, `ToSocketAddrs::to_socket_addrs(..)`, in closures, in constants, functions and methods inside of the body and in `format!` as well, called or passed on | rustc | it is asked whether that is the function of the standard library: one of your own passes |
/// | `path.exists()`, `UNIX_EPOCH.elapsed()`, `"a:80".to_socket_addrs()` | rustc | it is asked for the type of the receiver |
/// | `unsafe`, a `static` that changes (in processes with effects as well) | the macro | by the words in its type |
/// | `use std::fs::read as load`, a function of your crate that goes through a door, what a macro of yours expands to | clippy | `disallowed-methods` of the [`clippy.toml`] that the examples use, to be copied |
/// | a door behind a function or a macro of another crate (one of your own workspace is seen where clippy looks at that crate by the same `clippy.toml`), a method of a value that holds a handle, the order of a `HashMap` | nobody | |
///
/// [`clippy.toml`]: https://doc.rust-lang.org/clippy/lint_configuration.html#disallowed-methods
///
/// # What is warned of
///
/// An input that the body never reads, an output that it never writes, an effect that it never uses, and a `Result` inside of
/// what is returned (`Option<Result<..>>`), which is a value and commits. The warning is one of rustc's lint `deprecated`, in
/// the words of Theus: `#[allow(deprecated)]` on the function says that it is meant. Nothing is said where the body takes a
/// layer whole, as in `let domain = &mut ctx.domain`.
///
/// # What does not compile
///
/// What the contract does not say: an undeclared read, write, effect or error; a write to an input; a read of an output
/// that is no input; a Signal or Meta field among the bare inputs; an output under `global`; a door to the world in a pure
/// body. Each is one error on the token that is wrong.
///
/// ```compile_fail
/// # use theus_core::prelude::*;
/// # #[derive(Clone, Default, Context)]
/// # struct Tank { level: i64, sig_full: bool }
/// #[process(inputs = [domain.level])]
/// fn fill(ctx: Ctx<Tank>, litres: i64) {
///     *ctx.domain.level += litres; // error: `domain.level` is an input and cannot be written
///     // and for `ctx.domain.list.push(1)`: `domain.list` is an input: list it under `outputs` too to change it
/// }
/// ```
pub use theus_macros::process;

/// Makes a trait one whose calls are recorded: what a process asks of the world outside. On an `impl` of such a trait, for its
/// `async fn`s. See the module [`effect`](mod@crate::effect).
///
/// Functions take `&self`; their arguments are `Serialize`, and what they give is a value that is `Serialize` and `Deserialize`:
///
/// ```compile_fail
/// #[theus_core::effect]
/// trait Gateway {
///     fn name(&self) -> &str; // error: the answer of an effect is kept in the journal: return a value
/// }
/// ```
///
/// `#[effect(crate = path)]` where `theus_core` has another name.
pub use theus_macros::effect;

/// Checks recipes and workflows while the program is compiled: a wrong file fails `cargo check`, at its line.
///
/// ```text
/// theus_core::files! {                     // an item; once for the program, beside its engine
///     pub mod desk;                        // what it makes: desk::RECIPE, desk::ORDERS, desk::builder, desk::without_recipe
///     domain = Shop,
///     global = Limits,                     // where there is one; `effects = Ports` as well
///     processes = [Order, billing::Pay],   // one that is mounted by its place, `At<Spin, Left>`; of a bundle, each by itself
///     types = [Mode, Item, Cents = i64],   // types of its own that fields and arguments mention
///     fragments = [motor::RULES],          // parts of files that crates ship, for recipes and workflows to include
///     recipes = ["files/audit.yaml", "files/site.yaml"],   // one recipe: a later file over an earlier one
///     workflows = ["files/orders.yaml"],
/// }
///
/// let engine = desk::builder(Shop::default(), Limits { most: 10 }).build()?;   // processes registered, recipe in force
/// let orders = WorkflowManager::from_checked(&engine, desk::ORDERS)?;
/// ```
///
/// Files that are given while the program runs take the place of these, or stand over them, and go through the same loader:
///
/// ```text
/// let builder = desk::builder(Shop::default(), limits).recipe_file("site.yaml")?;     // one layer more
/// let builder = match &options.recipe {                                               // or another recipe
///     Some(path) => desk::without_recipe(Shop::default(), limits).recipe_file(path)?,
///     None => desk::builder(Shop::default(), limits),
/// };
/// ```
///
/// Paths are from the `Cargo.toml` of the package. Every message of the loader is told at the file's name in the macro, with file,
/// line, column, the line itself and a caret; warnings too. Cargo looks again where a file changes. Files that come at run time, and
/// [reloads](Engine::reload_recipe_file), go through the same loader.
///
/// A macro sees the names of types alone. It knows those of the standard library; every other type that a file asks about must be
/// listed under `types`: by its name where it derives [`Inspect`](derive@Inspect) or [`Context`](derive@Context), as `Name = Type`
/// where it is another name of a type, or shows what that shows, and as `Decimal = rust_decimal::Decimal` where it is the one of a
/// crate that rules know, for many have a `Decimal` or a `Time` of their own. What a file asks of a
/// type that is not listed is an error which says so. Nested contexts and the scratch of a process (`local`) are listed always. Of a
/// generic context, a rule can look into a parameter that has the bound [`Inspect`](trait@Inspect): `Shelf<T: Inspect + ..>`.
///
/// With this feature, `files`, each such item makes a hidden macro of its own name, which says what it is. Two types of one name
/// cannot both be listed; name a process by `command = ..` where its command's name is that of a macro in scope.
#[cfg(feature = "files")]
pub use theus_macros::files;

/// Implements [`Context`](trait@Context) for a struct with named fields, and makes its mirror of cells.
///
/// The attributes are documented at the [trait](trait@Context).
pub use theus_macros::Context;

/// Implements [`Inspect`](trait@Inspect) for a struct or an enum, so that audit rules can look into it.
///
/// The attributes are documented at the [trait](trait@Inspect).
pub use theus_macros::Inspect;

/// The README's examples are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
