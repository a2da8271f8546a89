//! Files of the first version mean what they meant: the two loaders side by side.

use super::catalog;
use crate::audit::ProcessEntry;
use crate::context::{FieldSchema, Schema, Shape, Zone};
use crate::process::Contract;
use crate::source::{Document, SourceFile};
use crate::workflow::chart::{StateKind, Step, Trigger};
use crate::workflow::file::{self, Catalog};
use crate::workflow::{self, Definition};

const fn process(process: &'static str) -> Contract {
    Contract {
        process,
        inputs: &[],
        outputs: &[],
        effects: &[],
        errors: &[],
        arguments: &[],
        local: None,
        is_async: false,
    }
}

static EXAMPLES: [Contract; 6] = [
    process("update_statistics"),
    process("decide_mode"),
    process("drive_actuator"),
    process("review"),
    process("reconcile"),
    process("open_day"),
];
const SIGNALS: [&str; 5] = ["sig_reading", "sig_steady", "sig_overheat", "sig_cold", "sig_suspicion"];

fn examples() -> Catalog {
    let signal =
        |name| FieldSchema { name, zone: Zone::Signal, type_name: "bool", doc: "", shape: Shape::Bool, nested: None };
    let entry = |contract| ProcessEntry { contract, arguments: Vec::new(), local: Schema::empty() };
    let fields = SIGNALS.into_iter().map(signal).collect();
    Catalog {
        processes: EXAMPLES.iter().map(entry).collect(),
        domain: Schema { name: "Domain", version: 1, fields, methods: Vec::new() },
        global: Schema::empty(),
        external: Vec::new(),
    }
}

/// What both say of a state: name, processes, events with targets, whether it is final.
type Shown = (String, Vec<String>, Vec<(String, String)>, bool);

fn before(yaml: &str, catalog: &Catalog) -> Option<(String, String, Vec<Shown>)> {
    let processes: Vec<&'static Contract> = catalog.processes.iter().map(|entry| entry.contract).collect();
    let signals = catalog.fields(Zone::Signal);
    let document = Document::parse(SourceFile::new("w.yaml", yaml)).ok()?;
    let old = Definition::load(&document, &workflow::Catalog { processes: &processes, signals: &signals }).ok()?;
    let name = |id| old.state(id).unwrap().name().to_owned();
    let states = old.states().iter().map(|state| {
        let events = state.events().iter().map(|on| (on.written().to_owned(), name(on.target()))).collect();
        let entry = state.entry().iter().map(|step| step.process().to_owned()).collect();
        (state.name().to_owned(), entry, events, state.is_final())
    });
    Some((old.name().to_owned(), name(old.initial()), states.collect()))
}

fn now(yaml: &str, catalog: &Catalog) -> Option<(String, String, Vec<Shown>)> {
    let new = file::load(&Document::parse(SourceFile::new("w.yaml", yaml)).ok()?, catalog).ok()?;
    let name = |id| new.state(id).unwrap().name.clone();
    let states = new.states().iter().map(|state| {
        let events = state.transitions.iter().map(|it| match (&it.trigger, it.target) {
            (Trigger::Event { written, .. }, Some(target)) => (written.clone(), name(target)),
            other => panic!("{other:?}"),
        });
        let entry = state.entry.iter().map(|step| match step {
            Step::Run(run) => run.contract.process.to_owned(),
            other => panic!("{other:?}"),
        });
        let is_final = matches!(state.kind, StateKind::Final { .. });
        (state.name.clone(), entry.collect(), events.collect(), is_final)
    });
    Some((new.name().to_owned(), name(new.initial()), states.collect()))
}

#[test]
fn the_examples_mean_what_they_meant() {
    for yaml in [
        include_str!("../../../../../workflows/machine_guard/workflow.yaml"),
        include_str!("../../../../../workflows/bank/workflow.yaml"),
        "states: { OPEN: { entry: [review, reconcile], events: { SIG_COLD: REVIEW, EVT_CHAIN_FAIL: REVIEW } }, REVIEW: {} }",
        "states:\n  ON: { events: { EVT_CHAIN_FAIL: ON } }\n",
        "states:\n  ON: { events: { EVT_CHAIN_FAIL: OFF } }\n  OFF: {}\n",
        "external: [CMD_ON, CMD_OFF]\nstates:\n  OFF: { events: { CMD_ON: ON } }\n  ON: { events: { CMD_OFF: OFF } }\n",
    ] {
        let old = before(yaml, &examples());
        assert!(old.is_some(), "{yaml}");
        assert_eq!(now(yaml, &examples()), old, "{yaml}");
    }
}

#[test]
fn random_files_of_the_first_version_mean_what_they_meant() {
    const EVENTS: [&str; 8] = [
        "CMD_START",
        "CMD_STOP",
        "EVT_OVERHEAT",
        "SIG_STOP",
        "EVT_CHAIN_DONE",
        "EVT_CHAIN_FAIL",
        "SIG_NEWS",
        "EVT_NEWS",
    ];
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut same, mut refused) = (0, 0);
    for _ in 0..1_000 {
        let states = rng.usize(1..7);
        let mut yaml = "external: [EVT_NEWS, CMD_STOP]\nstates:\n".to_owned();
        for state in 0..states {
            yaml += &format!("  S{state}:\n");
            yaml += match rng.u8(..40) {
                0..15 => "    entry: p_load\n",
                15..25 => "    entry: [p_analyze, p_load]\n",
                25 => "    entry: p_lost\n",
                _ => "",
            };
            let mut events = EVENTS.to_vec();
            rng.shuffle(&mut events);
            events.truncate(rng.usize(..5));
            // Now and then a state that is not there.
            let known = states + usize::from(rng.u8(..20) == 0);
            let events: String =
                events.iter().map(|event| format!("      {event}: S{}\n", rng.usize(..known))).collect();
            if !events.is_empty() {
                yaml += &format!("    events:\n{events}");
            }
        }
        let old = before(&yaml, &catalog());
        match old {
            Some(_) => same += 1,
            None => refused += 1,
        }
        assert_eq!(now(&yaml, &catalog()), old, "{yaml}");
    }
    assert!(same > 300 && refused > 100, "{same} {refused}");
}
