//! Processes of a library whose parameters the program chooses: they are in the context alone, and no argument is of their type.

use std::sync::{Arc, Mutex};

use serde_json::json;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::test::Trial;

use crate::executor::block_on;

/// A crate of its own, which does not know what prints.
mod show {
    use theus_core::prelude::*;

    #[derive(Clone, Debug, Default, PartialEq, Context)]
    pub(super) struct Till {
        pub(super) total: i64,
        pub(super) shown: u64,
        pub(super) sig_shown: bool,
    }

    pub(super) trait Printer: Send + Sync + 'static {
        fn print(&self, line: &str) -> bool;
    }

    pub(super) struct Ports<P> {
        pub(super) printer: P,
    }

    #[derive(Debug, PartialEq, Eq, thiserror::Error)]
    #[error("there is no paper")]
    pub(super) struct NoPaper;
    #[derive(Debug, PartialEq, Eq, thiserror::Error)]
    #[error("there is nothing to show")]
    pub(super) struct Nothing;

    pub(super) type App<P> = Ctx<Till, (), Ports<P>>;

    #[process(inputs = [domain.total], updates = [domain.shown], outputs = [domain.sig_shown], effects = [printer], errors = [NoPaper, Nothing])]
    pub(super) fn show<P: Printer>(ctx: Ctx<Till, (), Ports<P>>) -> Result<u64, ShowError> {
        if *ctx.domain.total == 0 {
            return Err(Nothing.into());
        }
        if !ctx.effects.printer.print(&ctx.domain.total.to_string()) {
            return Err(NoPaper.into());
        }
        *ctx.domain.shown += 1;
        ctx.domain.sig_shown.set(true);
        Ok(*ctx.domain.shown)
    }

    #[process(updates = [domain.total], effects = [printer], errors = [NoPaper])]
    pub(super) fn add<P>(ctx: App<P>, amount: i64, note: String) -> Result<(), NoPaper>
    where
        P: Printer,
    {
        *ctx.domain.total += amount;
        if ctx.effects.printer.print(&note) { Ok(()) } else { Err(NoPaper) }
    }

    #[process(inputs = [domain.total], effects = [printer])]
    pub(super) async fn show_later<P: Printer>(ctx: App<P>) -> bool {
        ctx.effects.printer.print(&ctx.domain.total.to_string())
    }

    #[process(inputs = [domain.total], effects = [printer], blocking)]
    pub(super) fn show_slowly<P: Printer>(ctx: App<P>, prefix: String) -> bool {
        ctx.effects.printer.print(&format!("{prefix}{}", *ctx.domain.total))
    }

    theus_core::bundle! {
        /// Whatever prints.
        pub(super) All<P: Printer> = [Show<P>, Add<P>, ShowLater<P>, ShowSlowly<P>];
    }
}

use show::{Add, NoPaper, Ports, Printer, Show, ShowError, ShowLater, ShowSlowly, Till};

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<String>>>);
impl Printer for Paper {
    fn print(&self, line: &str) -> bool {
        self.0.lock().unwrap().push(line.to_owned());
        true
    }
}

struct Empty;
impl Printer for Empty {
    fn print(&self, _: &str) -> bool {
        false
    }
}

fn till() -> Till {
    Till { total: 5, ..Till::default() }
}

fn builder(paper: &Paper) -> theus_core::EngineBuilder<Till, (), Ports<Paper>> {
    Engine::builder(till()).effects(Ports { printer: paper.clone() }).processes::<show::All<Paper>>()
}

#[test]
fn a_command_is_written_without_its_parameter_which_the_engine_fixes() {
    let paper = Paper::default();
    let engine = builder(&paper).build().unwrap();
    assert_eq!(engine.run(Show).unwrap(), 1);
    engine.run(Add { amount: 2, note: "two".to_owned() }).unwrap();
    assert!(block_on(engine.run_async(ShowLater)).unwrap());
    assert!(block_on(engine.run_async(ShowSlowly { prefix: "= ".to_owned() })).unwrap());
    assert_eq!(*paper.0.lock().unwrap(), ["5", "two", "7", "= 7"]);
    assert_eq!(*engine.snapshot().unwrap().total, 7);
}

#[test]
fn its_name_has_no_parameter() {
    assert_eq!(Show::<Paper>::CONTRACT.process, "show");
    assert_eq!(Show::<Paper>::CONTRACT, Show::<Empty>::CONTRACT);
    let add: Add<Paper> = serde_json::from_value(json!({ "amount": 2, "note": "two" })).unwrap();
    assert_eq!(serde_json::to_value(add.clone()).unwrap(), json!({ "amount": 2, "note": "two" }));
    assert_eq!(format!("{add:?}"), "Add { amount: 2, note: \"two\" }");
    let show: Show<Paper> = Show;
    assert_eq!(format!("{show:?}"), "Show");
    assert_eq!(serde_json::to_value(&show).unwrap(), json!({}));
}

#[test]
fn what_it_declares_is_its_own_error() {
    let engine =
        Engine::builder(till()).effects(Ports { printer: Empty }).processes::<show::All<Empty>>().build().unwrap();
    let error = engine.run(Show).unwrap_err();
    assert!(matches!(error, RunError::Process(ShowError::NoPaper(NoPaper))), "{error:?}");
    let error = engine.run(Add { amount: 2, note: String::new() }).unwrap_err();
    assert!(matches!(error, RunError::Process(NoPaper)), "{error:?}");
    assert_eq!(engine.snapshot().unwrap().to_context(), till(), "what failed has changed nothing");
}

#[test]
fn recipes_workflows_and_journals_know_it_by_its_name() {
    let recipe = "process_recipes: { add: { inputs: [ { field: amount, max: 10, level: B } ] } }";
    let (store, paper) = (MemoryStore::new(), Paper::default());
    let engine = builder(&paper).recipe("audit.yaml", recipe).unwrap().store(store).build().unwrap();
    let engine = engine.hydrate_or("one", till).unwrap();
    let refused = engine.run(Add { amount: 20, note: String::new() }).unwrap_err().to_string();
    assert!(refused.contains("add") && refused.contains("amount"), "{refused}");
    let flow = "
external: [CMD_GO]
states:
  RESTS: { events: { CMD_GO: SHOWS } }
  SHOWS: { entry: [ { run: add, with: { amount: 3, note: three } }, show ], events: { EVT_SHOWN: DONE } }
  DONE: { final: true }
";
    let mut flow = WorkflowManager::from_text(&engine, "flow.yaml", flow).unwrap();
    flow.emit("CMD_GO").unwrap();
    flow.run_until_final().unwrap();
    assert_eq!(*paper.0.lock().unwrap(), ["three", "8"]);
    let replayed = engine.replay("one").unwrap();
    assert!(replayed.divergence.is_none(), "{replayed:?}");
    let taken_over: Vec<&str> = replayed.taken_over.iter().map(|steps| steps.process.as_str()).collect();
    assert_eq!((replayed.steps, taken_over), (2, vec!["add", "show"]), "plain handles are not recorded");
}

#[test]
fn a_trial_of_it_needs_no_parameter_either() {
    let outcome = Trial::of(till()).effects(Ports { printer: Paper::default() }).run(Show).unwrap();
    assert_eq!(*outcome.result.as_ref().unwrap(), 1);
    assert_eq!(outcome.state.unwrap().shown, 1);
    let outcome = Trial::of(Till::default()).effects(Ports { printer: Empty }).run(Show).unwrap();
    assert!(matches!(outcome.result, Err(RunError::Process(ShowError::Nothing(_)))));
}

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Shop {
    #[context(nested)]
    front: Till,
    #[context(nested)]
    back: Till,
}

struct Handles {
    front: Ports<Paper>,
    back: Ports<Empty>,
}

type Program = Ctx<Shop, (), Handles>;

theus_core::mount! {
    Front = domain.front: show::App<Paper>, in Program, with effects.front;
    Back = domain.back: show::App<Empty>, in Program, with effects.back;
}

#[test]
fn each_place_has_its_own_parameter() {
    let shop = Shop { front: till(), back: till() };
    let handles = Handles { front: Ports { printer: Paper::default() }, back: Ports { printer: Empty } };
    let builder = Engine::builder(shop).effects(handles);
    let engine = builder.processes::<(At<show::All<Paper>, Front>, At<show::All<Empty>, Back>)>().build().unwrap();
    assert_eq!(engine.run(Front::of(Show)).unwrap(), 1);
    assert!(engine.run(Back::of(Show)).is_err());
    engine.run(Front::of(Add { amount: 1, note: "one".to_owned() })).unwrap();
    assert_eq!(At::<Show<Empty>, Back>::CONTRACT.process, "back.show");
    let shop = engine.snapshot().unwrap().to_context();
    assert_eq!((shop.front.total, shop.front.shown, shop.back.shown), (6, 1, 0));
}

struct Two {
    paper: Ports<Paper>,
    empty: Ports<Empty>,
}

theus_core::mount! {
    OnPaper = domain: show::App<Paper>, in Ctx<Till, (), Two>, with effects.paper;
    OnNothing = domain: show::App<Empty>, in Ctx<Till, (), Two>, with effects.empty;
}

#[test]
fn two_of_one_name_are_refused_as_any_are() {
    let two = || Two { paper: Ports { printer: Paper::default() }, empty: Ports { printer: Empty } };
    let once = Engine::builder(till()).effects(two()).process::<At<Show<Paper>, OnPaper>>();
    assert_eq!(once.build().unwrap().run(OnPaper::of(Show)).unwrap(), 1);
    let twice = Engine::builder(till()).effects(two());
    let twice = twice.process::<At<Show<Paper>, OnPaper>>().process::<At<Show<Empty>, OnNothing>>();
    let error = twice.build().unwrap_err();
    assert_eq!(error.to_string(), theus_core::BuildError::DuplicateProcess { name: "show" }.to_string());
}

/// Parameters of the domain: a type, and a constant.
mod shelf {
    use theus_core::prelude::*;

    #[derive(Clone, Debug, Default, PartialEq, Context)]
    pub(super) struct Shelf<T: Clone + Default + Send + Sync + 'static, const MOST: usize> {
        pub(super) things: Vec<T>,
        pub(super) is_full: bool,
    }

    #[process(inputs = [domain.things], outputs = [domain.is_full])]
    pub(super) fn measure<T: Clone + Default + Send + Sync, const MOST: usize>(ctx: Ctx<Shelf<T, MOST>>) {
        ctx.domain.is_full.set(ctx.domain.things.len() >= MOST);
    }

    #[process(updates = [domain.things])]
    pub(super) fn trim<T: Clone + Default + Send + Sync, const MOST: usize>(ctx: Ctx<Shelf<T, MOST>>, by: usize) {
        ctx.domain.things.truncate(MOST - by);
    }
}

#[test]
fn types_and_constants_of_the_domain_are_fixed_as_well() {
    let full = shelf::Shelf::<u8, 2> { things: vec![1, 2], is_full: false };
    let engine =
        Engine::builder(full).process::<shelf::Measure<u8, 2>>().process::<shelf::Trim<_, 2>>().build().unwrap();
    engine.run(shelf::Measure).unwrap();
    assert!(*engine.snapshot().unwrap().is_full);
    engine.run(shelf::Trim { by: 1 }).unwrap();
    assert_eq!(*engine.snapshot().unwrap().things, [1]);
}
