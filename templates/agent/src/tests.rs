//! The agent with a model that is not always there, and with answers that were recorded.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use theus_core::test::{Fixture, Walk};

use super::*;

/// It wants to be left alone every third time.
struct Moody(AtomicU32);

#[theus_core::effect]
impl Model for Moody {
    async fn complete(&self, question: &str) -> Result<String, RateLimited> {
        match self.0.fetch_add(1, Ordering::Relaxed) % 3 {
            2 => Err(RateLimited),
            _ => Ok(question.to_uppercase()),
        }
    }
}

// Events at random, and time that passes at once: retries too.
#[test]
fn it_comes_to_an_answer_or_gives_up() {
    let coverage = Walk::new(|clock| {
        let ports = Ports {
            model: Effect::new(Moody(AtomicU32::new(2))),
        };
        let engine = desk::builder(Memory::default(), ports).build()?;
        Ok(WorkflowManager::from_checked(&engine, desk::AGENT)?.clock(clock))
    })
    .event(
        "CMD_ASK",
        |random| json!({ "question": if random.one_in(3) { "" } else { "why?" } }),
    )
    .event("CMD_STOP", |_| Value::Null)
    .holds(
        "what it answers is what the model said",
        |memory: &Memory| memory.answer.is_empty() || memory.answer == "WHY?",
    )
    .run(60, 1)
    .unwrap_or_else(|found| panic!("{found}"));
    let missed: Vec<&str> = coverage.missed_states().collect();
    assert!(missed.is_empty(), "{coverage}");
}

// `Fixture::file("tests/ask.json")` in the place of the text: recorded once by `THEUS_RECORD=1 cargo test`, against the real model.
#[test]
fn what_was_recorded_is_played() {
    let recorded = r#"{ "effects": 1, "calls": [
        { "process": "ask", "call": "model.complete", "with": ["why?"], "gave": { "Ok": "because" } }
    ] }"#;
    let fixture = Fixture::text("ask.json", recorded).unwrap();
    let ports = Ports {
        model: Effect::new(Parrot),
    };
    let engine = desk::builder(Memory::default(), ports)
        .recorded(&fixture)
        .build()
        .unwrap();
    let mut agent = WorkflowManager::from_checked(&engine, desk::AGENT).unwrap();
    agent
        .emit_with("CMD_ASK", json!({ "question": "why?" }))
        .unwrap();
    agent.run_until_final().unwrap();
    assert_eq!(agent.result(), Some(&json!("because")));
    fixture.finish().unwrap();
}
