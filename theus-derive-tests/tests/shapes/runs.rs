//! What each shape does to the state.

use std::sync::{Arc, Mutex};

use theus_core::prelude::*;
use theus_derive_tests::contexts::{Bank, Limits, Machine, Nothing, Opaque, Plant, Ports, Sensor, Shelf, Toolbox};
use theus_derive_tests::failing::{
    NotEnough, Refuse, RefuseError, Refused, Transfer, TransferError, UnknownAccount, Withdraw, WithdrawLater,
    WithdrawLaterError,
};
use theus_derive_tests::generic::{Count, Flags, PutOn, TotalOf};
use theus_derive_tests::names::{Hides, Match, Odd, RenamedContext, Shadow, Tools};
use theus_derive_tests::renamed::{Boiler, Heat, HeatError};
use theus_derive_tests::shapes::{
    AddUp, Deposit, DoubleLater, FillUp, Idle, Make, Measure, Regulate, Report, Settle, Stamp, StampLater, Watch,
};
use theus_derive_tests::{attributes, scopes};

use super::block_on;

fn bank() -> Bank {
    Bank { total: 7, accounts: [("ann".to_owned(), 3), ("bob".to_owned(), 4)].into(), ..Bank::default() }
}

#[test]
fn a_process_without_anything_runs() {
    let engine = Engine::builder(Nothing {}).process::<Idle>().build().unwrap();
    engine.run(Idle {}).unwrap();
}

#[test]
fn inputs_are_read_and_outputs_written() {
    let engine = Engine::builder(bank())
        .process::<Report>()
        .process::<Settle>()
        .process::<Deposit>()
        .process::<AddUp>()
        .build()
        .unwrap();
    assert_eq!(engine.run(Report {}).unwrap(), 7);
    engine.run(Settle { to: 1 }).unwrap();
    assert_eq!(engine.run(Deposit { account: "ann".to_owned(), amount: 2 }).unwrap(), 3);
    assert_eq!(engine.run(Deposit { account: "eve".to_owned(), amount: -9 }).unwrap(), 3);
    engine.run(AddUp {}).unwrap();
    let state = engine.snapshot().unwrap();
    assert_eq!((*state.total, state.accounts["ann"], state.accounts["eve"]), (9, 5, 0));
}

#[test]
fn local_scratch_is_fresh_in_every_run() {
    let engine = Engine::builder(bank()).process::<AddUp>().build().unwrap();
    engine.run(AddUp {}).unwrap();
    engine.run(AddUp {}).unwrap();
    assert_eq!(*engine.snapshot().unwrap().total, 7);
}

#[test]
fn the_global_layer_is_read() {
    let engine = Engine::builder(bank()).global(Limits { most: 100 }).process::<FillUp>().build().unwrap();
    engine.run(FillUp {}).unwrap();
    assert_eq!(*engine.snapshot().unwrap().total, 100);
}

#[test]
fn every_zone_is_read_and_written() {
    let engine = Engine::builder(Bank { total: -1, ..Bank::default() }).process::<Watch>().build().unwrap();
    engine.run(Watch {}).unwrap();
    let state = engine.snapshot().unwrap();
    assert!(*state.sig_fraud && *state.alarm);
    assert_eq!((state.note.as_str(), state.sig_nature.as_str(), *state.meta_runs), ("1 runs", ".", 1));
    let events: Vec<String> =
        std::iter::from_fn(|| engine.next_event().unwrap()).map(|event| event.name.to_string()).collect();
    assert_eq!(events.len(), 3, "{events:?}");
    let state = engine.snapshot().unwrap();
    assert!(!*state.sig_fraud && !*state.alarm && state.cmd_close.is_none(), "signals are at rest again");
    assert_eq!(state.sig_nature.as_str(), ".", "Data with the prefix of a signal stays");
}

#[test]
fn nested_paths_are_fields_of_their_own() {
    let sensor = Sensor { reading: 90.0, sig_hot: false };
    let plant = Plant { pieces: 0, machine: Machine { speed: 10.0, sensor } };
    let engine = Engine::builder(plant.clone()).process::<Regulate>().build().unwrap();
    engine.run(Regulate { limit: 80.0 }).unwrap();
    let state = engine.snapshot().unwrap();
    assert!(*state.machine.sensor.sig_hot);
    assert!((*state.machine.speed - 5.0).abs() < f64::EPSILON);
    assert_eq!((state.machine.speed.version(), state.machine.sensor.reading.version()), (1, 0));

    let engine = Engine::builder(plant.machine).process::<Measure>().build().unwrap();
    assert!((engine.run(Measure {}).unwrap() - 90.0).abs() < f64::EPSILON);
}

fn ports(log: &Arc<Mutex<Vec<String>>>) -> Ports {
    let log = Arc::clone(log);
    Ports { clock: || 42, log: Box::new(move |line| log.lock().unwrap().push(line.to_owned())) }
}

#[test]
fn effects_are_reached_through_the_context() {
    let log = Arc::default();
    let engine = Engine::builder(bank())
        .global(Limits { most: 1 })
        .effects(ports(&log))
        .process::<Stamp>()
        .process::<StampLater>()
        .build()
        .unwrap();
    engine.run(Stamp {}).unwrap();
    assert_eq!((*engine.snapshot().unwrap().total, log.lock().unwrap().as_slice()), (42, &["stamped".to_owned()][..]));
    block_on(engine.run_async(StampLater { plus: 8 })).unwrap();
    assert_eq!(*engine.snapshot().unwrap().total, 50);
}

#[test]
fn a_value_of_any_type_can_be_a_field() {
    let toolbox = Toolbox { tool: Opaque(|from| from * 3), made: 0 };
    let engine = Engine::builder(toolbox).process::<Make>().build().unwrap();
    engine.run(Make { from: 5 }).unwrap();
    let state = engine.snapshot().unwrap();
    assert_eq!(*state.made, 15);
    assert!(format!("{state:?}").contains("tool: .."), "{state:?}");
}

#[test]
fn an_async_process_runs_on_any_executor() {
    let engine = Engine::builder(bank()).process::<DoubleLater>().build().unwrap();
    assert_eq!(block_on(engine.run_async(DoubleLater {})).unwrap(), 14);
    assert_eq!(*engine.snapshot().unwrap().total, 14);
}

#[test]
fn one_declared_error_is_the_functions_own() {
    let engine = Engine::builder(bank()).process::<Withdraw>().build().unwrap();
    let refused = engine.run(Withdraw { amount: 10 }).unwrap_err();
    assert_eq!(refused.process_error(), Some(&NotEnough { missing: 3 }));
    assert_eq!(engine.run(Withdraw { amount: 5 }).unwrap(), 2);
}

#[test]
fn several_declared_errors_are_an_enum() {
    let engine = Engine::builder(bank()).global(Limits { most: 5 }).process::<Transfer>().build().unwrap();
    let transfer =
        |from: &str, amount: &str| Transfer { from: from.to_owned(), to: "bob".to_owned(), amount: amount.to_owned() };
    let error = |command| engine.run(command).unwrap_err();
    let unknown = error(transfer("eve", "1"));
    assert!(
        matches!(unknown.process_error(), Some(TransferError::UnknownAccount(UnknownAccount(name))) if name == "eve")
    );
    let too_much = error(transfer("ann", "8"));
    assert!(matches!(too_much.process_error(), Some(TransferError::NotEnough(NotEnough { missing: 3 }))));
    let no_number = error(transfer("ann", "x"));
    let Some(cause @ TransferError::ParseIntError(_)) = no_number.process_error() else { panic!("{no_number:?}") };
    assert_eq!(cause.to_string(), "invalid digit found in string");
    assert_eq!(*engine.snapshot().unwrap().accounts, bank().accounts, "nothing has changed");
    engine.run(transfer("ann", "1")).unwrap();
    assert_eq!(engine.snapshot().unwrap().accounts["bob"], 5);
}

#[test]
fn an_async_process_fails_with_declared_errors() {
    let engine = Engine::builder(bank()).process::<WithdrawLater>().build().unwrap();
    let nobody = block_on(engine.run_async(WithdrawLater { amount: 0 })).unwrap_err();
    assert!(matches!(nobody.process_error(), Some(WithdrawLaterError::UnknownAccount(_))));
    let missing = block_on(engine.run_async(WithdrawLater { amount: 9 })).unwrap_err();
    assert!(matches!(missing.process_error(), Some(WithdrawLaterError::NotEnough(NotEnough { missing: 2 }))));
    block_on(engine.run_async(WithdrawLater { amount: 6 })).unwrap();
    assert_eq!(*engine.snapshot().unwrap().total, 1);
}

#[test]
fn generic_processes_run_for_each_of_their_types() {
    let engine = Engine::builder(bank()).process::<TotalOf<i32>>().build().unwrap();
    engine.run(TotalOf { things: vec![1_i32, 2] }).unwrap();
    assert_eq!(*engine.snapshot().unwrap().total, 3);

    let engine = Engine::builder(bank()).process::<Count<2>>().build().unwrap();
    engine.run(Count { flags: Flags([false, true]) }).unwrap();
    assert_eq!(*engine.snapshot().unwrap().total, 1);

    let engine = Engine::builder(bank()).process::<Refuse<char>>().build().unwrap();
    let refused = engine.run(Refuse { thing: 'x' }).unwrap_err();
    assert!(matches!(refused.process_error(), Some(RefuseError::Refused(Refused('x')))));
}

#[test]
fn a_generic_context_holds_what_it_is_given() {
    let shelf: Shelf<String, 2> = Shelf::default();
    let engine = Engine::builder(shelf).process::<PutOn<String>>().build().unwrap();
    assert_eq!(engine.run(PutOn { thing: "book".to_owned() }).unwrap(), 1);
    assert_eq!(engine.run(PutOn { thing: "book".to_owned() }).unwrap(), 1);
    assert_eq!(engine.run(PutOn { thing: "cup".to_owned() }).unwrap(), 2);
    assert_eq!(*engine.snapshot().unwrap().looks, 3);
}

#[test]
fn names_of_the_users_meet_none_of_the_generated_code() {
    let odd = Odd { r#type: "odd".to_owned(), share: 1, domain: 1, ..Odd::default() };
    let engine = Engine::builder(odd)
        .effects(Tools { r#move: |by| by + 1, order: || 1000 })
        .process::<Match>()
        .process::<Shadow>()
        .process::<RenamedContext>()
        .process::<Hides>()
        .build()
        .unwrap();
    assert_eq!(engine.run(Match { r#ref: 4 }).unwrap(), 5);
    engine.run(RenamedContext { ctx: 10 }).unwrap();
    engine.run(Hides { amount: 2 }).unwrap();
    let state = engine.snapshot().unwrap();
    assert_eq!((state.r#type.as_str(), *state.sig_match, *state.share, *state.path), ("odd!", true, 11, 15));
    let shadow = Shadow {
        engine: 1,
        fields: 2,
        attempt: 3,
        scope: 4,
        order: 5,
        work: 6,
        base: 7,
        version: 8,
        raised: 9,
        returned: 10,
        index: 11,
        serializer: 12,
        field: 13,
        read: 14,
        source: 15,
    };
    assert_eq!(engine.run(shadow).unwrap(), 1 + 120 + 1000);
    let state = engine.snapshot().unwrap();
    assert_eq!((*state.share, *state.path, *state.work), (15, 40, 65));
}

#[test]
fn the_engine_may_have_another_name() {
    let engine = Engine::builder(Boiler::default()).process::<Heat>().build().unwrap();
    engine.run(Heat { by: 60 }).unwrap();
    assert!(*engine.snapshot().unwrap().sig_high);
    assert!(matches!(engine.run(Heat { by: 101 }).unwrap_err().process_error(), Some(HeatError::TooMuch(_))));
    assert!(matches!(engine.run(Heat { by: -1 }).unwrap_err().process_error(), Some(HeatError::TooLittle(_))));
}

#[test]
fn processes_live_in_functions_and_modules() {
    assert_eq!(scopes::run_private().unwrap(), (21, 3));
    assert_eq!(scopes::run_inside().unwrap(), 5);
    let engine = Engine::builder(scopes::House::default()).process::<scopes::cellar::LightUp>().build().unwrap();
    engine.run(scopes::cellar::LightUp {}).unwrap();
    assert_eq!(*engine.snapshot().unwrap().lights, 1);
}

#[test]
fn attributes_are_kept() {
    let engine = Engine::builder(bank())
        .process::<attributes::Documented>()
        .process::<attributes::Charted>()
        .process::<attributes::Comparable>()
        .build()
        .unwrap();
    assert_eq!(engine.run(attributes::Documented {}).unwrap(), 7);
    assert!((engine.run(attributes::Charted {}).unwrap() - 7.0).abs() < f64::EPSILON);
    assert!(attributes::Comparable { to: 1 } < attributes::Comparable { to: 2 });
    let engine = Engine::builder(attributes::Partial::default()).process::<attributes::Keep>().build().unwrap();
    engine.run(attributes::Keep {}).unwrap();
    assert_eq!(*engine.snapshot().unwrap().kept, 1);
}
