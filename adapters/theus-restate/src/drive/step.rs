//! One step of a session.

use serde_json::{Map, Value, json};
use theus_axum::{Kind, Problem};
use theus_core::audit::Look;
use theus_core::signal::{EventName, Payload};
use theus_core::store::{JournalEntry, Part};
use theus_core::workflow::{Status, WorkflowManager};
use theus_core::{Context, Engine, RunError};

use super::ask::{Ask, ControlAsk, EmitAsk, ExplainAsk, RunAsk};
use super::counting;
use super::entry::Entry;
use super::error::StepError;
use super::heard::Heard;
use super::host::{Host, Seat};
use super::hosted::{Around, Checked, Hosted, StepInput};
use super::manage::Drive;
use super::outward::{Delivery, Sent};
use super::recorded::Recorded;
use super::size;
use super::stepped::{Rest, Stepped};

/// What has come of what was asked, before the workflow goes on.
#[derive(Default)]
struct Done {
    refused: Option<Problem>,
    result: Option<Value>,
}

impl Done {
    fn refused(problem: Problem) -> Self {
        Self { refused: Some(problem), ..Self::default() }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Hosted for Host<D, G, E> {
    fn step(&self, input: StepInput, around: Around<'_>) -> Result<Stepped, StepError> {
        let StepInput { session, entry, invocation, ask, counted, .. } = input;
        let is_stopped = match around.look() {
            Look::Open => self.engine.interlock().is_some(),
            Look::Latched(_) => true,
            Look::Unknown(why) => return Err(StepError::Later(why)),
        };
        let (life, turn, parts) = match &entry {
            Some(entry) => (entry.life.clone(), entry.turn, entry.parts.clone()),
            None => (Entry::life_of(&invocation), 0, None),
        };
        let run = Entry::run_id(&life, turn);
        let mut seat = self.open(&session, entry.as_ref(), run)?;
        counting::begin(seat.engine(), run, around.counters.filter(|_| self.counts_elsewhere), &counted)?;
        let mut heard = Heard::default();
        let done = match (&ask, &mut seat) {
            (Ask::Run(ask), seat) => match refuses_runs(seat, is_stopped) {
                Some(problem) => Done::refused(problem),
                None => self.run(seat.engine(), ask, &mut heard, around)?,
            },
            (Ask::Emit(_) | Ask::Ask(_) | Ask::Control(_), Seat::Plain(_)) => {
                Done::refused(Problem::new(Kind::NotFound).detail("these sessions have no workflow"))
            }
            (Ask::Emit(_) | Ask::Ask(_), Seat::Driven(_)) if is_stopped => {
                Done::refused(Problem::new(Kind::Interlocked))
            }
            (Ask::Emit(ask) | Ask::Ask(ask), Seat::Driven(manager)) => emit(manager, ask),
            (Ask::Control(ask), Seat::Driven(manager)) => {
                control(manager, ask);
                Done::default()
            }
            (Ask::Tick(_) | Ask::GoOn(_), _) => Done::default(),
        };
        let rest = match &mut seat {
            Seat::Plain(_) => Rest::Idle(None),
            Seat::Driven(manager) => {
                let asked = ask.asked().filter(|_| done.refused.is_none());
                let asked = asked.and_then(|event| EventName::parse(event).ok());
                Drive { host: self, around, manager, heard: &mut heard, asked }.until_rest(&session)?
            }
        };
        let at = self.now();
        let state = (self.fns.dehydrate)(&seat)
            .map_err(|error| StepError::Defect { session: session.clone(), reason: error.to_string() })?;
        if !self.is_in_parts {
            size::fits(&session, entry.as_ref().map_or(0, |entry| size::of(&entry.state)), size::of(&state))?;
        }
        let gathered = seat.engine().gathered();
        let recorded = Recorded::of(if self.keeps_records { &gathered.records } else { &[] });
        let recorded =
            recorded.map_err(|error| StepError::Defect { session: session.clone(), reason: error.to_string() })?;
        // A tick that has come is not waited for any more.
        let armed = entry.and_then(|entry| entry.armed).filter(|due| ask != Ask::Tick(*due));
        let entry = Entry { format: Entry::FORMAT, life, turn: turn.saturating_add(1), armed, parts, state };
        let place = Place::of(&seat, &rest);
        let mut refused = done.refused;
        if ask.asked().is_some() && heard.is_taken == Some(false) {
            let problem = Problem::new(Kind::NotTaken).detail("no state that is active has a use for the event");
            refused.get_or_insert_with(|| problem.member("states", place.states.clone()));
        }
        let refused = refused.map(|problem| serde_json::to_value(problem).unwrap_or_else(|_| json!({ "status": 500 })));
        Ok(Stepped {
            entry,
            heard,
            states: place.states,
            status: place.status.to_owned(),
            reply: place.reply,
            refused,
            result: done.result,
            rest,
            at,
            sent: gathered.messages,
            parts: if self.is_in_parts { parts_of(&gathered.entries) } else { Vec::new() },
            entries: if self.keeps_entries { gathered.entries } else { Vec::new() },
            recorded,
            counted: gathered.counted,
        })
    }

    fn deliveries(&self, sent: Sent<'_>) -> Vec<Delivery> {
        self.deliveries_of(sent)
    }

    fn look(&self, session: &str, entry: Option<Entry>) -> Result<Value, StepError> {
        let seat = self.reads(session, entry.as_ref())?;
        let (data, version) = match self.data(seat.engine()) {
            Ok(data) => data,
            Err(problem) => {
                return Err(StepError::Defect { session: session.to_owned(), reason: problem.to_string() });
            }
        };
        let place = Place::of(&seat, &Rest::Idle(None));
        let mut look = Map::new();
        look.insert("session".to_owned(), session.into());
        look.insert("exists".to_owned(), entry.is_some().into());
        look.insert("status".to_owned(), place.status.into());
        look.insert("states".to_owned(), place.states.into());
        look.insert("version".to_owned(), version.into());
        let state = entry.map(|entry| entry.state).unwrap_or_default();
        look.insert("step".to_owned(), state.step.into());
        look.insert("chain".to_owned(), serde_json::to_value(state.chain).unwrap_or_default());
        let counts = state.counts.iter().map(|count| json!({ "rule": count.rule, "count": count.count }));
        look.insert("counts".to_owned(), counts.collect());
        look.insert("waiting".to_owned(), state.events.iter().map(|event| Value::from(event.name.as_str())).collect());
        look.insert("data".to_owned(), data);
        if let Some(reply) = place.reply {
            look.insert("reply".to_owned(), reply);
        }
        Ok(Value::Object(look))
    }

    fn explain(
        &self,
        session: &str,
        entry: Option<Entry>,
        ask: &ExplainAsk,
    ) -> Result<Result<Value, Problem>, StepError> {
        let seat = self.reads(session, entry.as_ref())?;
        Ok(self.explanation(seat.engine(), &ask.process, &ask.with))
    }

    fn check(&self, session: &str, entry: &Entry) -> Result<Checked, StepError> {
        self.checked(session, entry)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Host<D, G, E> {
    /// The session for who only looks.
    fn reads(&self, session: &str, entry: Option<&Entry>) -> Result<Seat<D, G, E>, StepError> {
        let run = entry.map(|entry| Entry::run_id(&entry.life, entry.turn));
        self.open(session, entry, run.unwrap_or_else(|| Entry::run_id("", 0)))
    }

    fn run(
        &self,
        engine: &Engine<D, G, E>,
        ask: &RunAsk,
        heard: &mut Heard,
        around: Around<'_>,
    ) -> Result<Done, StepError> {
        let run = match engine.run_named_async(&ask.process, &ask.with) {
            Ok(run) => run,
            Err(error) => return Ok(Done::refused(error.into())),
        };
        let report = around.runtime.block_on(run);
        let error = match report.result {
            Ok(result) => {
                heard.violates(&report.violations);
                return Ok(Done { result: result.filter(|result| !result.is_null()), ..Done::default() });
            }
            Err(error) => error,
        };
        // What it goes by has run out meanwhile: then nothing was done, and it is made again.
        if let RunError::Halted(halted) = &error
            && !matches!(around.look(), Look::Latched(_))
            && self.engine.interlock().is_none()
        {
            return Err(StepError::Later(halted.to_string()));
        }
        heard.violates(&report.violations);
        Ok(Done::refused(error.into()))
    }
}

fn parts_of(entries: &[JournalEntry]) -> Vec<Part> {
    entries.iter().flat_map(|entry| entry.parts.iter().cloned()).collect()
}

fn refuses_runs<D: Context, G: Context, E: Send + Sync + 'static>(
    seat: &Seat<D, G, E>,
    is_stopped: bool,
) -> Option<Problem> {
    if is_stopped {
        return Some(Problem::new(Kind::Interlocked));
    }
    let Seat::Driven(manager) = seat else { return None };
    match manager.status() {
        Status::Running | Status::Halted { .. } => None,
        _ => Some(Problem::new(Kind::SessionOver).detail("its workflow has ended")),
    }
}

fn emit<D: Context, G: Context, E: Send + Sync + 'static>(
    manager: &mut WorkflowManager<D, G, E>,
    ask: &EmitAsk,
) -> Done {
    let payload = (!ask.with.is_null()).then(|| Payload::from(ask.with.clone()));
    let emitted = match (ask.urgent, payload) {
        (false, None) => manager.emit(&ask.event),
        (false, Some(payload)) => manager.emit_with(&ask.event, payload),
        (true, None) => manager.emit_urgent(&ask.event),
        (true, Some(payload)) => manager.emit_urgent_with(&ask.event, payload),
    };
    match emitted {
        Ok(()) => Done::default(),
        Err(error) => Done::refused(error.into()),
    }
}

fn control<D: Context, G: Context, E: Send + Sync + 'static>(manager: &mut WorkflowManager<D, G, E>, ask: &ControlAsk) {
    match ask {
        ControlAsk::Pause => manager.pause(),
        ControlAsk::Resume => manager.resume(),
        ControlAsk::Cancel(reason) => manager.cancel(reason.as_str()),
    }
}

/// Where a workflow is.
struct Place {
    states: Vec<String>,
    status: &'static str,
    reply: Option<Value>,
}

impl Place {
    fn of<D: Context, G: Context, E: Send + Sync + 'static>(seat: &Seat<D, G, E>, rest: &Rest) -> Self {
        let (Seat::Driven(manager), true) = (seat, *rest != Rest::More) else {
            return Self { states: Vec::new(), status: "running", reply: None };
        };
        let answer = manager.where_it_is();
        let status = if manager.is_paused() { "paused" } else { answer.status.kind() };
        Self { states: answer.states, status, reply: answer.reply }
    }
}
