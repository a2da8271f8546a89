//! The processes on their own, under the recipe.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panicking")]

use std::collections::{BTreeMap, VecDeque};

use theus_core::audit::Level;
use theus_core::effect::Effect;
use theus_core::prelude::*;

use super::*;
use crate::context::Call;
use crate::desk;
use crate::model::{Purpose, ScriptedModel};
use crate::script::Line;
use crate::world::World;

type Mindful = Engine<Agent, Limits, Ports>;

fn engine(memory: Agent, lines: &[(Purpose, &str)]) -> (Mindful, World) {
    let mut parts: BTreeMap<Purpose, VecDeque<Line>> = BTreeMap::new();
    for (purpose, words) in lines {
        let line = if *words == "busy" { Line::Busy } else { Line::Say((*words).to_owned()) };
        parts.entry(*purpose).or_default().push_back(line);
    }
    let world = World::default();
    let ports = world.ports(Effect::new(ScriptedModel::new(parts)));
    (desk::builder(memory, Limits::default(), ports).build().unwrap(), world)
}

fn memory(engine: &Mindful) -> Agent {
    engine.snapshot().unwrap().to_context()
}

/// The level of the rule that refused, and what it found.
fn refused<T: std::fmt::Debug, X: std::error::Error>(result: Result<T, RunError<X>>) -> (Level, String) {
    let error = result.unwrap_err();
    let violation = error.violations().last().unwrap_or_else(|| panic!("{error}"));
    (violation.level, violation.value.to_string())
}

#[test]
fn what_the_model_says_is_put_down_with_what_it_costs() {
    let (engine, _) =
        engine(Agent { task: "a task".into(), ..Agent::default() }, &[(Purpose::Draft, "four words of it")]);
    engine.run(Ask { purpose: Purpose::Draft }).unwrap();
    let after = memory(&engine);
    assert_eq!(after.reply, "four words of it");
    assert!(after.usage.tokens > 4 && after.usage.cost == after.usage.tokens * 20, "{:?}", after.usage);
}

#[test]
fn a_model_that_is_busy_or_gone_is_a_declared_error_and_costs_nothing() {
    let (engine, _) = engine(Agent::default(), &[(Purpose::Plan, "busy")]);
    let busy = engine.run(Ask { purpose: Purpose::Plan }).unwrap_err();
    assert!(matches!(busy, RunError::Process(ask::AskError::RateLimited(_))), "{busy}");
    let gone = engine.run(Ask { purpose: Purpose::Plan }).unwrap_err();
    assert!(matches!(gone, RunError::Process(ask::AskError::Unavailable(_))), "{gone}");
    assert_eq!(memory(&engine).usage.cost, 0);
}

#[test]
fn a_plan_is_read_or_not_understood() {
    let plan = r#"{"query":"rooms","calls":[{"tool":"book","target":"Ballroom"}]}"#;
    let (engine, _) = engine(Agent { reply: plan.into(), ..Agent::default() }, &[(Purpose::Plan, "I think that")]);
    engine.run(AdoptPlan {}).unwrap();
    let call = Call { tool: "book".into(), target: "Ballroom".into(), text: String::new() };
    assert_eq!((memory(&engine).plan.calls, memory(&engine).rounds), (vec![call], 1));
    engine.run(Ask { purpose: Purpose::Plan }).unwrap();
    assert!(engine.run(AdoptPlan {}).unwrap_err().process_error().is_some());
    assert_eq!(memory(&engine).rounds, 1, "what is no plan is no round");
}

#[test]
fn a_hopeless_plan_raises_its_signal() {
    let (engine, _) = engine(Agent { reply: r#"{"hopeless":true}"#.into(), ..Agent::default() }, &[]);
    engine.run(AdoptPlan {}).unwrap();
    assert_eq!(engine.next_event().unwrap().unwrap().name.to_string(), "EVT_HOPELESS");
}

#[test]
fn the_tools_that_look_write_different_things() {
    let notes = BTreeMap::from([("notes/a.md".to_owned(), "one".to_owned())]);
    let (engine, _) = engine(Agent { notes, ..Agent::default() }, &[]);
    engine.run(Search { query: "garden house".into() }).unwrap();
    engine.run(Calculate { formula: "3 * 120".into() }).unwrap();
    engine.run(Recall { topic: "a.md".into() }).unwrap();
    let facts = memory(&engine).facts;
    assert!(facts.passages[0].starts_with("The Garden House"), "{facts:?}");
    assert_eq!((facts.amount, facts.recalled), (360, vec!["notes/a.md: one".to_owned()]));
    let contracts = [&Search::CONTRACT, &Calculate::CONTRACT, &Recall::CONTRACT];
    for (at, one) in contracts.iter().enumerate() {
        for other in &contracts[at + 1..] {
            assert!(one.conflicts(other).is_empty(), "{} and {}", one.process, other.process);
        }
    }
    assert!(engine.run(Search { query: "zeppelin".into() }).unwrap_err().process_error().is_some());
    assert!(engine.run(Calculate { formula: "three".into() }).unwrap_err().process_error().is_some());
}

#[test]
fn what_is_booked_is_cancelled_and_both_reach_the_desk() {
    let (engine, world) = engine(Agent::default(), &[]);
    engine.run(Book { room: "Ballroom".into(), price: 400 }).unwrap();
    assert_eq!((world.rooms.taken(), memory(&engine).bookings.len()), (vec!["Ballroom".to_owned()], 1));
    engine.run(Cancel { room: "Ballroom".into() }).unwrap();
    assert_eq!((world.rooms.taken().len(), memory(&engine).bookings.len()), (0, 0));
    assert!(engine.run(Book { room: "Cellar".into(), price: 1 }).unwrap_err().process_error().is_some());
}

#[test]
fn what_must_not_be_booked_never_reaches_the_desk() {
    let (engine, world) = engine(Agent::default(), &[]);
    assert_eq!(refused(engine.run(Book { room: "Ballroom".into(), price: 1_001 })), (Level::B, "1001".into()));
    assert_eq!(refused(engine.run(Book { room: "Ballroom".into(), price: 0 })), (Level::B, "0".into()));
    assert!(world.rooms.history().is_empty());
    engine.run(Book { room: "Ballroom".into(), price: 1_000 }).unwrap();
    assert_eq!(refused(engine.run(Book { room: "Garden House".into(), price: 100 })), (Level::B, "1".into()));
    assert_eq!(world.rooms.history(), ["booked Ballroom"]);
}

#[test]
fn notes_stay_in_their_folder() {
    let (engine, _) = engine(Agent::default(), &[]);
    let note = |path: &str| engine.run(TakeNote { path: path.into(), text: "t".into() });
    note("notes/offsite-2.md").unwrap();
    for path in ["../secret.md", "notes/../x.md", "/etc/passwd", "notes/a.md\n", "notes/.md"] {
        assert_eq!(refused(note(path)).0, Level::B, "{path:?}");
    }
    assert_eq!(memory(&engine).notes.len(), 1);
}

#[test]
fn an_answer_that_tells_what_is_confidential_stops_everything() {
    let said = "We will tell the team about BlueBird in three days.";
    let (engine, _) = engine(Agent { reply: said.into(), ..Agent::default() }, &[]);
    assert_eq!(refused(engine.run(AdoptDraft {})).0, Level::S);
    assert!(matches!(engine.run(AdoptDraft {}), Err(RunError::Halted(_))));
    engine.reset_interlock("R. Lee", "the model was told not to").unwrap();
    assert_eq!(memory(&engine).answer, "");
}

#[test]
fn an_answer_has_words_and_not_too_many() {
    for (said, level) in [(String::new(), Some(Level::B)), ("x".repeat(301), Some(Level::B)), ("x".repeat(300), None)] {
        let (engine, _) = engine(Agent { reply: said, ..Agent::default() }, &[]);
        let result = engine.run(AdoptDraft {});
        assert_eq!(result.err().map(|error| error.violations()[0].level), level);
    }
}

#[test]
fn budgets_of_money_and_of_calls_end_the_workflow() {
    let usage = crate::context::Usage { cost: 50_001, tool_calls: 20, tokens: 9 };
    let (engine, _) = engine(Agent { usage, ..Agent::default() }, &[(Purpose::Plan, "{}")]);
    assert_eq!(refused(engine.run(Ask { purpose: Purpose::Plan })), (Level::A, "50001".into()));
    assert_eq!(refused(engine.run(CountCalls { count: 1 })), (Level::A, "21".into()));
}

#[test]
fn a_plan_of_too_many_calls_is_refused_as_a_whole() {
    let plan = |calls: usize| {
        let calls = vec![Call { tool: "note".into(), ..Call::default() }; calls];
        serde_json::json!({ "query": "q", "calls": calls }).to_string()
    };
    let (engine, _) = engine(Agent { reply: plan(5), ..Agent::default() }, &[(Purpose::Plan, &plan(4))]);
    assert_eq!(refused(engine.run(AdoptPlan {})), (Level::B, "5".into()));
    engine.run(Ask { purpose: Purpose::Plan }).unwrap();
    engine.run(AdoptPlan {}).unwrap();
}

#[test]
fn queries_are_words() {
    let (engine, _) = engine(Agent::default(), &[]);
    engine.run(Search { query: "the Garden House, please?".into() }).unwrap();
    for query in ["rooms; rm -rf", "<b>rooms</b>", &"rooms ".repeat(30)] {
        assert_eq!(refused(engine.run(Search { query: query.to_owned() })).0, Level::B, "{query}");
    }
}
