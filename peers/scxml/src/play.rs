//! A test is played: its events, one by one, and where the workflow is after each.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use theus_core::prelude::*;
use theus_core::workflow::{VirtualClock, WorkflowError};

use crate::Outcome;
use crate::chart::{Flow, ONLY};
use crate::names::{MOST, state};
use crate::world::{Assign, Cancel, Deliver, DeliverWith, Fails, Nothing, Ports, Post, Raise, Vars};

/// What a test does and expects.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Script {
    initial_configuration: Vec<String>,
    #[serde(default)]
    events: Vec<Told>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    /// Milliseconds.
    #[serde(default)]
    after: u64,
    event: Name,
    next_configuration: Vec<String>,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

/// How long a delayed event is waited for, by the workflow's clock.
const LONGEST: Duration = Duration::from_secs(60);

/// Plays a test; of a chart that can be said in two ways, both.
pub(crate) fn play(flow: &Flow, script: &Script) -> Outcome {
    let outcome = played(flow, &flow.file, script).unwrap_or_else(|outcome| outcome);
    let (Outcome::Pass, Some(whole)) = (&outcome, &flow.whole) else { return outcome };
    match played(flow, whole, script).unwrap_or_else(|outcome| outcome) {
        Outcome::Differs(how) => Outcome::Differs(format!("as the whole: {how}")),
        Outcome::Refused(why) => Outcome::Refused(format!("as the whole: {why}")),
        outcome => outcome,
    }
}

fn played(flow: &Flow, file: &Value, script: &Script) -> Result<Outcome, Outcome> {
    let post = Post::default();
    let engine = Engine::builder(Vars::of(&flow.names.begin, flow.names.lists.values().cloned().collect()))
        .effects(Ports { post: post.clone() });
    let engine = engine
        .process::<Assign>()
        .process::<Raise>()
        .process::<Deliver>()
        .process::<DeliverWith>()
        .process::<Cancel>()
        .process::<Fails>()
        .process::<Nothing>();
    let engine = engine.build().map_err(|error| Outcome::Refused(error.to_string()))?;
    let clock = VirtualClock::new();
    let loaded = WorkflowManager::from_text(&engine, "scxml.yaml", &file.to_string());
    let refused = |error: WorkflowError| {
        let text = error.to_string();
        let first = text.lines().filter(|line| line.starts_with("error")).take(2).collect::<Vec<_>>().join("; ");
        Outcome::Refused(if first.is_empty() { text } else { first })
    };
    let mut desk = loaded.map_err(refused)?.clock(clock.clone());
    let differs = |error: WorkflowError| Outcome::Differs(error.to_string());
    desk.run_until_idle().map_err(differs)?;
    // What was sent comes when its time has come, at the latest where nothing else is left to wait for.
    let settle = |desk: &mut WorkflowManager<Vars, (), Ports>, time: Duration| -> Result<(), Outcome> {
        let end = post.now() + time;
        loop {
            desk.run_until_idle().map_err(differs)?;
            let Some((due, sent)) = post.next(end) else { break };
            clock.advance(post.go_to(due));
            // Nobody may have a use for it any more.
            let _ = match sent.brings {
                Some(brings) => desk.emit_with(&flow.names.key(sent.event), brings),
                None => desk.emit(&flow.names.key(sent.event)),
            };
        }
        clock.advance(post.go_to(end));
        desk.run_until_idle().map(drop).map_err(differs)
    };
    // What it begins with is compared before anything comes that was sent, unless that is all there is.
    if script.events.is_empty() {
        settle(&mut desk, LONGEST)?;
    }
    compare(&desk, &script.initial_configuration, "at the beginning")?;
    for (at, told) in script.events.iter().enumerate() {
        settle(&mut desk, Duration::from_millis(told.after))?;
        let event = flow.names.event(&told.event.name);
        let known = flow
            .names
            .events
            .iter()
            .enumerate()
            .rev()
            .find(|(_, name)| told.event.name.starts_with(&format!("{name}.")));
        let event = if event < MOST { Some(event) } else { known.map(|(at, _)| at) };
        if let Some(event) = event {
            let _ = desk.emit(&flow.names.key(event));
        }
        settle(&mut desk, Duration::ZERO)?;
        compare(&desk, &told.next_configuration, &format!("after event {} ({})", at + 1, told.event.name))?;
    }
    Ok(Outcome::Pass)
}

fn compare(desk: &WorkflowManager<Vars, (), Ports>, expected: &[String], when: &str) -> Result<(), Outcome> {
    let expected: BTreeSet<String> = expected.iter().map(|name| state(name)).collect();
    let definition = desk.definition();
    let leaves = desk.configuration().leaves().iter().filter_map(|leaf| definition.state(*leaf));
    let found: BTreeSet<String> = leaves.map(|state| state.name.trim_end_matches(ONLY).to_owned()).collect();
    if found == expected {
        return Ok(());
    }
    let (expected, found): (Vec<_>, Vec<_>) = (expected.into_iter().collect(), found.into_iter().collect());
    Err(Outcome::Differs(format!("{when}: expected [{}], found [{}]", expected.join(", "), found.join(", "))))
}
