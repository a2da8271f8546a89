//! Contracts and schemas as values.

use theus_core::prelude::*;
use theus_core::{Contract, Process, Schema};
use theus_derive_tests::contexts::{Bank, Nothing, Plant, Shelf};
use theus_derive_tests::failing::{Refuse, Transfer};
use theus_derive_tests::names::{Match, Odd};
use theus_derive_tests::shapes::{AddUp, Deposit, Idle, Regulate, Stamp, StampLater, Watch};

/// A contract in one line each, to be compared.
fn told(contract: &Contract) -> Vec<String> {
    let paths = |accesses: &[theus_core::process::Access]| {
        accesses.iter().map(|access| format!("{}:{}", access.path, access.zone)).collect::<Vec<_>>().join(" ")
    };
    vec![
        contract.process.to_owned(),
        paths(contract.inputs),
        paths(contract.outputs),
        contract.effects.join(" "),
        contract.errors.join(" "),
        contract.arguments.iter().map(|one| format!("{}: {}", one.name, one.type_name)).collect::<Vec<_>>().join(", "),
        contract.local.unwrap_or_default().to_owned(),
    ]
}

#[test]
fn contracts_say_what_was_declared() {
    assert_eq!(told(&Idle::CONTRACT), ["idle", "", "", "", "", "", ""]);
    assert_eq!(
        told(&Deposit::CONTRACT),
        [
            "deposit",
            "domain.total:data domain.accounts:data",
            "domain.total:data domain.accounts:data",
            "",
            "",
            "account: String, amount: i64",
            "",
        ]
    );
    assert_eq!(
        told(&Transfer::CONTRACT)[1..5],
        [
            "global.most:data domain.accounts:data",
            "domain.accounts:data",
            "",
            "NotEnough UnknownAccount std::num::ParseIntError",
        ]
    );
    assert_eq!(told(&AddUp::CONTRACT)[6], "Scratch");
    assert_eq!(told(&Refuse::<u8>::CONTRACT)[4..6], ["NotEnough Refused<T>", "thing: T"]);
    assert_eq!(
        told(&Match::CONTRACT)[..4],
        ["match", "domain.type:data", "domain.type:data domain.sig_match:signal", "move"]
    );
}

#[test]
fn zones_and_nested_paths_are_in_the_contract() {
    assert_eq!(
        told(&Watch::CONTRACT)[1],
        "domain.total:data domain.sig_fraud:signal domain.alarm:signal domain.meta_runs:meta domain.note:meta \
         domain.sig_nature:data"
    );
    assert_eq!(
        told(&Regulate::CONTRACT)[1..3],
        [
            "domain.machine.speed:data domain.machine.sensor.reading:data",
            "domain.machine.speed:data domain.machine.sensor.sig_hot:signal domain.pieces:data",
        ]
    );
}

#[test]
fn a_process_without_effects_is_pure() {
    assert!(Deposit::CONTRACT.is_pure() && !Stamp::CONTRACT.is_pure());
    assert_eq!([Stamp::CONTRACT.is_async, StampLater::CONTRACT.is_async], [false, true]);
    assert_eq!(StampLater::CONTRACT.effects, ["clock"]);
}

#[test]
fn contracts_that_touch_one_path_conflict() {
    let conflicts = Deposit::CONTRACT.conflicts(&AddUp::CONTRACT);
    let shown: Vec<String> = conflicts.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        ["`deposit` and `add_up` both write domain.total", "`deposit` writes domain.accounts, which `add_up` reads"]
    );
    assert!(Deposit::CONTRACT.conflicts(&Regulate::CONTRACT).is_empty());
}

/// A schema in one line a field.
fn fields(schema: &Schema) -> Vec<String> {
    schema.fields.iter().map(|field| format!("{}: {} {}", field.name, field.type_name, field.zone)).collect()
}

#[test]
fn a_schema_is_ordered_as_declared_and_says_zones_types_and_words() {
    let schema = Bank::schema();
    assert_eq!((schema.name, schema.version, Bank::VERSION), ("Bank", 3, 3));
    assert_eq!(
        fields(&schema),
        [
            "total: i64 data",
            "accounts: BTreeMap<String, i64> data",
            "last: Option<u32> data",
            "sig_fraud: bool signal",
            "cmd_close: Option<String> signal",
            "meta_runs: u64 meta",
            "alarm: bool signal",
            "sig_nature: String data",
            "note: String meta",
        ]
    );
    assert_eq!(schema.fields[0].doc, "What all accounts hold together.");
    let plant = Plant::schema();
    let machine = plant.fields[1].nested.as_ref().unwrap();
    assert_eq!(fields(machine.fields[1].nested.as_ref().unwrap()), ["reading: f64 data", "sig_hot: bool signal"]);
    assert_eq!((Odd::schema().fields[0].name, Nothing::schema().fields.len()), ("type", 0));
    assert_eq!(fields(&Shelf::<u8, 1>::schema()), ["things: Vec<T> data", "looks: u64 data"]);
}

#[test]
fn serialising_a_context_gives_its_data_zone() {
    let bank = Bank { total: 1, sig_fraud: true, meta_runs: 9, alarm: true, ..Bank::default() };
    let text = serde_json::to_string(&DataZone(&bank)).unwrap();
    assert_eq!(text, r#"{"total":1,"accounts":{},"last":null,"sig_nature":""}"#);
    let plant = serde_json::to_string(&DataZone(&Plant::default())).unwrap();
    assert_eq!(plant, r#"{"pieces":0,"machine":{"speed":0.0,"sensor":{"reading":0.0}}}"#);
}
