//! Tests of the loader and of the state machine.

#![allow(clippy::unwrap_used, clippy::panic)]

mod error_names;
mod error_shapes;
mod loading;
mod machine;
mod manager;

use super::{Catalog, Definition};
use crate::process::{Argument, Contract};
use crate::source::{Document, SourceError, SourceFile};

const fn contract(process: &'static str, arguments: &'static [Argument]) -> Contract {
    Contract { process, inputs: &[], outputs: &[], effects: &[], errors: &[], arguments, local: None, is_async: false }
}

const READING: &[Argument] =
    &[Argument { name: "timestamp", type_name: "i64" }, Argument { name: "value", type_name: "f64" }];

static PROCESSES: [&Contract; 3] =
    [&contract("p_load", &[]), &contract("p_analyze", &[]), &contract("p_record", READING)];

const SIGNALS: [&str; 3] = ["cmd_start", "sig_overheat", "machine.sig_stop"];

/// Loads `desk.yaml` against three processes (`p_record` takes arguments) and three signals.
fn load(yaml: &str) -> Result<Definition, SourceError> {
    load_with(yaml, &SIGNALS)
}

fn load_with(yaml: &str, signals: &[&str]) -> Result<Definition, SourceError> {
    let signals: Vec<String> = signals.iter().map(|&field| field.to_owned()).collect();
    let document = Document::parse(SourceFile::new("flows/desk.yaml", yaml))?;
    Definition::load(&document, &Catalog { processes: &PROCESSES, signals: &signals })
}

/// The error of this text, exactly; `expected` begins with an empty line.
#[track_caller]
fn refuses(yaml: &str, expected: &str) {
    match load(yaml) {
        Err(error) => assert_eq!(format!("\n{error}"), expected),
        Ok(_) => panic!("it loads"),
    }
}

/// The nearest text that is right.
#[track_caller]
fn loads(yaml: &str) {
    if let Err(error) = load(yaml) {
        panic!("{error}");
    }
}
