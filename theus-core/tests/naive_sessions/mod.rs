//! Sessions at random, in virtual time, against a naive reading of what the documents say of chains, work beside the state, sagas,
//! deferred events and times.
//!
//! | module | what it is |
//! |---|---|
//! | [`sketch`], [`generate`] | a workflow as a tree, and as a file; workflows at random |
//! | [`machine`] | what a move does to the states |
//! | [`chain`], [`session`] | what runs, and everything else that a session does |
//!
//! Few in the test command; the long run is
//! `THEUS_CASES=100000 cargo test --release -p theus-core --test main naive_sessions`.

mod chain;
mod generate;
mod machine;
mod session;
mod sketch;

use std::collections::BTreeMap;
use std::time::Duration;

use theus_core::workflow::{self, Progress, VirtualClock, WorkflowError, WorkflowManager};

use super::random_charts::{Book, Ports, World, builder};
use generate::{Act, Writer};
use session::{Session, Status};

type Met = BTreeMap<&'static str, u64>;
type Flow = WorkflowManager<Book, (), Ports>;

/// More than this of one event is another test's.
const LIMIT: u32 = 100;

/// Drives it until nothing is left to do now; false where one event was too much for it.
fn drive(flow: &mut Flow) -> bool {
    loop {
        match flow.advance() {
            Ok(Progress::Stepped | Progress::Handled(_)) => {}
            Ok(_) => return true,
            Err(WorkflowError::Endless { .. }) => return false,
            Err(error) => panic!("{error}"),
        }
    }
}

fn status(flow: &Flow) -> Status {
    match flow.status() {
        workflow::Status::Running => Status::Running,
        workflow::Status::Finished => Status::Finished,
        workflow::Status::Failed { .. } => Status::Failed,
        workflow::Status::Cancelled { .. } => Status::Cancelled,
        other => panic!("{other:?}"),
    }
}

/// What both have come to.
#[derive(Debug, PartialEq)]
struct Came {
    log: Vec<i64>,
    total: i64,
    leaves: Vec<String>,
    status: Status,
}

fn case(seed: u64, met: &mut Met) {
    let mut writer = Writer::new(seed);
    let (top, script) = (writer.chart(), writer.script());
    let file = sketch::file(&top, LIMIT);
    let clock = VirtualClock::new();
    let engine = builder(&World::default()).build().unwrap();
    let mut flow = match WorkflowManager::from_text(&engine, "naive.yaml", &file) {
        Ok(flow) => flow.clock(clock.clone()),
        Err(error) => {
            if std::env::var_os("THEUS_SHOW").is_some() {
                eprintln!("seed {seed}: {error}");
            }
            *met.entry("refused").or_default() += 1;
            return;
        }
    };
    *met.entry("cases").or_default() += 1;
    let mut naive = Session::new(&top);
    for (place, act) in [Act::Emit(Vec::new())].iter().chain(&script).enumerate() {
        match act {
            Act::Emit(events) => {
                for event in events {
                    drop(flow.emit(event));
                    naive.emit(event);
                }
            }
            Act::Pass(seconds) => {
                clock.advance(Duration::from_secs(*seconds));
                naive.now += seconds;
            }
            Act::Cancel => {
                flow.cancel("enough");
                naive.cancel();
            }
        }
        let has_end = drive(&mut flow);
        let mut most = 0;
        while naive.moves <= 2 * LIMIT && naive.go_on() {
            most = most.max(naive.moves);
        }
        if !has_end {
            assert!(most + 5 > LIMIT, "seed {seed}, act {place}: {most} moves are no end\n{file}\n{script:?}");
            *met.entry("without end").or_default() += 1;
            break;
        }
        let leaves = flow.configuration().leaves().iter().filter_map(|leaf| flow.definition().state(*leaf));
        let book = flow.engine().snapshot().unwrap().to_context();
        let leaves = leaves.map(|state| state.name.clone()).collect();
        let found = Came { log: book.log, total: book.total, leaves, status: status(&flow) };
        let leaves = naive.machine.leaves().into_iter().map(str::to_owned).collect();
        let expected = Came { log: naive.data.log.clone(), total: naive.data.total, leaves, status: naive.status };
        assert_eq!(
            found,
            expected,
            "(found, expected) seed {seed}, act {place} of\n{file}\n{script:?}\n{}",
            flow.trace()
        );
    }
    naive.met.iter().for_each(|(what, times)| *met.entry(what).or_default() += times);
    *met.entry(match naive.status {
        Status::Running => "still running",
        Status::Finished => "finished",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled to the end",
    })
    .or_default() += 1;
}

#[test]
fn a_session_does_what_a_naive_reading_does() {
    let cases: u64 = std::env::var("THEUS_CASES").ok().map_or(300, |text| text.parse().expect("a number"));
    let first: u64 = std::env::var("THEUS_SEED").ok().map_or(0, |text| text.parse().expect("a number"));
    let mut met = Met::new();
    for seed in first..first + cases {
        case(seed, &mut met);
    }
    if std::env::var_os("THEUS_SHOW").is_some() {
        eprintln!("{met:#?}");
    }
    if cases < 300 {
        return;
    }
    for what in [
        "cases",
        "what was left is made good",
        "a chain waits",
        "a chain fails",
        "always",
        "a compensation fails",
        "what is invoked ends",
        "what is invoked fails",
        "what is invoked is stopped",
        "an error leads on",
        "an event is deferred",
        "an event is recalled",
        "a time",
        "a cycle is missed",
        "a saga keeps",
        "a saga is undone",
        "cancelled",
        "still running",
        "finished",
        "failed",
        "cancelled to the end",
    ] {
        assert!(met.get(what).is_some_and(|times| *times >= 3), "{what} was hardly met: {met:?}");
    }
}
