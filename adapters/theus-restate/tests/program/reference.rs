//! The same program as one uses it in one process: a session in a store in memory, whose workflow is never put away.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value;
use theus_axum::{Kind, Problem, account};
use theus_core::Engine;
use theus_core::store::{MemoryStore, SessionState, Store, StoredMessage};
use theus_core::workflow::{AnswerFailure, Clock, Handled, Progress, WorkflowManager};
use theus_restate::drive::{Ask, ControlAsk, EmitAsk, Failure, Told};
use tokio::runtime::Handle;

use super::{FLOW, Outside, Ports, Till, builder};

type Engines = Engine<Till, (), Ports>;

/// Many sessions.
pub struct Reference<C: Clock + Clone> {
    engine: Engines,
    store: MemoryStore,
    clock: C,
    sessions: BTreeMap<String, WorkflowManager<Till, (), Ports>>,
    runtime: Handle,
}

impl<C: Clock + Clone> Reference<C> {
    pub fn new(outside: Arc<dyn Outside>, clock: C, runtime: &Handle) -> Self {
        let store = MemoryStore::new();
        let engine = builder(outside).unwrap().store(store.clone()).session_in_memory().build().unwrap();
        Self { engine, store, clock, sessions: BTreeMap::new(), runtime: runtime.clone() }
    }

    /// What is answered, by other code than the adapter's.
    pub fn ask(&mut self, session: &str, ask: &Ask) -> Told {
        let clock = self.clock.clone();
        let manager = self.sessions.entry(session.to_owned()).or_insert_with(|| {
            let engine = self.engine.hydrate_or(session, Till::default).unwrap();
            let manager = WorkflowManager::from_text(&engine, "till.yaml", FLOW).unwrap();
            manager.clock(clock).hydrate().unwrap()
        });
        let mut told = Told::default();
        let refuse = |problem: Problem| Some(serde_json::to_value(problem).unwrap());
        let mut asked = None;
        match ask {
            Ask::Run(ask) => match manager.engine().run_named_async(&ask.process, &ask.with) {
                Err(error) => told.refused = refuse(error.into()),
                Ok(run) => {
                    let report = self.runtime.block_on(run);
                    told.violations.extend(report.violations.iter().map(account));
                    match report.result {
                        Ok(result) => told.result = result.filter(|result| !result.is_null()),
                        Err(error) => told.refused = refuse(error.into()),
                    }
                }
            },
            Ask::Emit(EmitAsk { event, with, .. }) | Ask::Ask(EmitAsk { event, with, .. }) => {
                match manager.emit_with(event, with.clone()) {
                    Err(error) => told.refused = refuse(error.into()),
                    Ok(()) if matches!(ask, Ask::Ask(_)) => asked = Some(event.clone()),
                    Ok(()) => {}
                }
            }
            Ask::Control(ControlAsk::Pause) => manager.pause(),
            Ask::Control(ControlAsk::Resume) => manager.resume(),
            Ask::Control(ControlAsk::Cancel(reason)) => manager.cancel(reason.as_str()),
            Ask::Tick(_) | Ask::GoOn(_) => {}
        }
        let mut hears = |handled: &Handled, told: &mut Told| {
            for step in handled.steps.iter().chain(&handled.compensations) {
                told.violations.extend(step.violations.iter().map(account));
            }
            if let Some(failure) = AnswerFailure::of(handled) {
                told.failure = Some(Failure::from(failure));
            }
            if let (Some(name), Some(event)) = (&asked, &handled.event)
                && event.name.to_string() == *name
            {
                asked = None;
                if handled.to.is_none() {
                    told.refused = refuse(Problem::new(Kind::NotTaken));
                }
            }
        };
        loop {
            match manager.advance().unwrap() {
                Progress::Stepped => {}
                Progress::Handled(handled) => hears(&handled, &mut told),
                Progress::Retries { .. } => {
                    told.is_under_way = true;
                    break;
                }
                Progress::Idle { .. } | Progress::Paused | Progress::Over => break,
                other => panic!("{other:?}"),
            }
        }
        // A part of what is being handled is told, too, where the rest waits.
        let answer = manager.where_it_is();
        told.states = answer.states;
        told.reply = answer.reply;
        told.version = answer.version;
        told.status = if manager.is_paused() { "paused" } else { answer.status.kind() }.to_owned();
        told
    }

    /// As `state` tells it.
    pub fn look(&mut self, session: &str) -> Value {
        let told = self.ask(session, &Ask::Tick(0));
        let state = self.kept(session).unwrap();
        let counts: Vec<_> =
            state.counts.iter().map(|of| serde_json::json!({ "rule": of.rule, "count": of.count })).collect();
        let waiting: Vec<_> = state.events.iter().map(|event| event.name.clone()).collect();
        let data = serde_json::to_value(self.sessions[session].engine().snapshot().unwrap()).unwrap();
        let mut look = serde_json::json!({
            "session": session, "exists": true, "status": told.status, "states": told.states, "version": told.version,
            "step": state.step, "chain": state.chain, "counts": counts, "waiting": waiting, "data": data,
        });
        if let (Some(reply), Value::Object(look)) = (told.reply, &mut look) {
            look.insert("reply".to_owned(), reply);
        }
        look
    }

    /// The session as it is, which its store has, or has what this follows from.
    pub fn kept(&self, session: &str) -> Option<SessionState> {
        Some(self.sessions.get(session)?.dehydrate().unwrap())
    }

    /// When the first of its timers is due.
    pub fn next_due(&self, session: &str) -> Option<SystemTime> {
        self.sessions.get(session)?.position().next_due()
    }

    /// The last messages that it has sent.
    pub fn sent(&self, session: &str) -> Vec<StoredMessage> {
        let all = self.store.outbox(false, None, 1_000_000).unwrap();
        all.into_iter().filter(|(of, _)| of == session).map(|(_, message)| message).collect()
    }
}

/// What two answers have in common where they are the same: a refusal by its kind, and without what is drawn by chance.
pub fn comparable(told: &Told) -> Told {
    let mut told = told.clone();
    if let Some(Value::Object(problem)) = &mut told.refused {
        problem.retain(|name, _| ["type", "status", "error", "values", "violations"].contains(&name.as_str()));
    }
    told
}

/// What two states have in common where they are the same: not the dates of timers.
pub fn essence(state: &SessionState) -> (u64, u64, String, Value) {
    let events: Vec<_> = state.events.iter().map(|event| (&event.name, &event.payload)).collect();
    let fields: BTreeMap<_, _> = state.fields.iter().map(|field| (&field.path, &field.value)).collect();
    let position: Value = state.position.as_deref().map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default();
    let place = (position.get("configuration"), position.get("unit").is_some(), position.get("paused"));
    let rest = serde_json::json!([state.counts, events, fields, place, state.last_message, state.schema]);
    (state.step, state.version, format!("{:?}", state.chain), rest)
}
