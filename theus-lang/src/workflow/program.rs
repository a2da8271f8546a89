//! What a program sends to its workflow and waits for, and whether the file has that.

use std::collections::BTreeSet;

use super::chart::{Definition, Place, State, StateId, StateKind, Trigger};
use super::file::code;
use crate::signal::{EventName, EventNameError};
use crate::source::{LocatedProblem, Severity, SourceError, did_you_mean};

/// How many names a suggestion is looked for among.
const MOST_COMPARED: usize = 1_000;

/// What a program sends to its workflow, and for which states it waits: to be held against the file, which cannot know it.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::workflow::{Program, WorkflowManager};
///
/// # #[derive(Clone, Default, Context)]
/// # struct Desk {}
/// let engine = Engine::builder(Desk::default()).build()?;
/// let flow = "
/// external: [CMD_ASK, CMD_APPROVE]
/// states:
///   IDLE: { events: { CMD_ASK: APPROVAL } }
///   APPROVAL: { events: { CMD_APPROVE: PAID } }
///   PAID: { final: true }
/// ";
/// let desk = WorkflowManager::from_text(&engine, "desk.yaml", flow)?;
/// // Nobody answers in APPROVAL.
/// let program = Program::new().sends(["CMD_ASK"])?.waits_for(["PAID"]);
/// let doubts = desk.definition().check_program(&program)?;
/// assert_eq!(doubts[0].code, Some("W131"));
/// // A slip is refused.
/// let program = Program::new().sends(["CMD_ASK", "CMD_APROVE"])?;
/// assert!(desk.definition().check_program(&program).unwrap_err().to_string().contains("did you mean `CMD_APPROVE`?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// `None` where it does not say.
    sends: Option<BTreeSet<EventName>>,
    waits_for: Vec<String>,
}

impl Program {
    /// One of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All events that it sends, by `emit` and its siblings: it sends no others. Called again, these too.
    ///
    /// # Errors
    /// [`EventNameError`] where one is no name of an event.
    pub fn sends<'e>(mut self, events: impl IntoIterator<Item = &'e str>) -> Result<Self, EventNameError> {
        let sends = self.sends.get_or_insert_default();
        for event in events {
            sends.insert(EventName::parse(event)?);
        }
        Ok(self)
    }

    /// States that it waits for, or asks for by name; behind those of the states around it (`A.B`) where one is called as another is.
    #[must_use]
    pub fn waits_for<'s>(mut self, states: impl IntoIterator<Item = &'s str>) -> Self {
        self.waits_for.extend(states.into_iter().map(str::to_owned));
        self
    }
}

impl Definition {
    /// Holds the workflow against what the program sends and waits for. What is doubtful: states that only an event leads out of that
    /// the program never sends.
    ///
    /// # Errors
    /// [`SourceError`] where the program waits for a state that is not there, or sends an event that no state takes; where the file is
    /// `strict`, for what is doubtful too.
    pub fn check_program(&self, program: &Program) -> Result<Vec<LocatedProblem>, SourceError> {
        let mut wrong = Vec::new();
        for state in program.waits_for.iter().filter(|state| self.state_once_named(state).is_none()) {
            let known = self.states().iter().map(|state| state.name.as_str()).take(MOST_COMPARED);
            let message = format!("the program waits for the state `{state}`, which is not there");
            wrong.push(self.problem(
                self.first_place(),
                Severity::Error,
                code::NEVER_THERE,
                message,
                did_you_mean(state, known),
            ));
        }
        let has_any = self.transitions().any(|trigger| *trigger == Trigger::Any);
        for event in program.sends.iter().flatten().filter(|event| !has_any && !self.takes(event)) {
            let spelled: Vec<String> =
                self.events().iter().filter(|known| self.takes(known)).map(ToString::to_string).collect();
            let help = did_you_mean(&event.to_string(), spelled.iter().map(String::as_str).take(MOST_COMPARED));
            let message = format!("the program sends `{event}`, which no state takes");
            wrong.push(self.problem(self.first_place(), Severity::Error, code::NOBODY_HEARS, message, help));
        }
        if !wrong.is_empty() {
            return Err(SourceError::of_located(wrong));
        }
        let Some(sends) = &program.sends else { return Ok(Vec::new()) };
        let ids = (0..).map(StateId).zip(self.states());
        let doubts = ids.filter_map(|(id, state)| {
            let waits = self.waits_in_vain(id, state, sends)?;
            let message =
                format!("nobody answers in state `{}`: only {} leads out of it", state.name, waits.join(", "));
            let help =
                "the program sends none of them: have it do so, or give the state another way out, as an `after`"
                    .to_owned();
            let severity = if self.is_strict() { Severity::Error } else { Severity::Warning };
            Some(self.problem(Some(&state.place), severity, code::UNANSWERED, message, Some(help)))
        });
        let doubts: Vec<LocatedProblem> = doubts.collect();
        if self.is_strict() && !doubts.is_empty() {
            return Err(SourceError::of_located(doubts));
        }
        Ok(doubts)
    }

    /// The events that alone lead on from a state without states inside, where each of them comes from outside and is not sent.
    fn waits_in_vain(&self, id: StateId, state: &State, sends: &BTreeSet<EventName>) -> Option<Vec<String>> {
        if !matches!(state.kind, StateKind::Simple) {
            return None;
        }
        let mut events = Vec::new();
        for around in std::iter::successors(Some(id), |id| self.state(*id)?.parent) {
            let around = self.state(around)?;
            // What it runs may raise something, or fail.
            let goes_on = !around.invokes.is_empty() || !around.on_error.is_empty();
            for way in &around.transitions {
                let Trigger::Event { name, written } = &way.trigger else { return None };
                let is_in_vain = self.external().contains(name) && !sends.contains(name);
                let leads_nowhere = way.targets.is_empty();
                if !is_in_vain && !leads_nowhere {
                    return None;
                }
                if is_in_vain {
                    events.push(format!("`{written}`"));
                }
            }
            if goes_on || matches!(around.kind, StateKind::Parallel) {
                return None;
            }
        }
        events.dedup();
        (!events.is_empty()).then_some(events)
    }

    fn transitions(&self) -> impl Iterator<Item = &Trigger> {
        self.states().iter().flat_map(|state| &state.transitions).map(|way| &way.trigger)
    }

    fn takes(&self, event: &EventName) -> bool {
        self.transitions().any(|trigger| matches!(trigger, Trigger::Event { name, .. } if name == event))
    }

    fn first_place(&self) -> Option<&Place> {
        self.states().first().map(|state| &state.place)
    }

    fn problem(
        &self,
        at: Option<&Place>,
        severity: Severity,
        code: &'static str,
        message: String,
        help: Option<String>,
    ) -> LocatedProblem {
        let place = at.map_or((self.name(), 0, 0), |place| (&*place.file, place.line, place.column));
        LocatedProblem::at(place, severity, code, message, help)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::file::tests::load;
    use super::*;

    const FLOW: &str = "
external: [CMD_ASK, CMD_APPROVE, CMD_STOP]
states:
  IDLE: { events: { CMD_ASK: APPROVAL, SIG_OVERHEAT: IDLE } }
  APPROVAL: { events: { CMD_APPROVE: PAID } }
  PAID: { final: true }
";

    fn said(flow: &str, program: &Program) -> Vec<String> {
        let problems = match load(flow).unwrap().check_program(program) {
            Ok(doubts) => doubts,
            Err(error) => error.problems().to_vec(),
        };
        let said = |it: &LocatedProblem| {
            let help = it.help.as_deref().unwrap_or_default();
            format!("{} {}:{}:{} {} / {help}", it.code.unwrap(), it.file, it.line, it.column, it.message)
        };
        problems.iter().map(said).collect()
    }

    #[test]
    fn a_state_that_is_waited_for_is_there() {
        let waits = |state: &str| said(FLOW, &Program::new().waits_for([state]));
        assert_eq!(
            waits("APROVAL"),
            [
                "W053 flows/desk.yaml:4:3 the program waits for the state `APROVAL`, which is not there / did you mean `APPROVAL`?"
            ]
        );
        assert_eq!(waits("PAID"), Vec::<String>::new());
        let moved = format!("moved: {{ PAYED: PAID }}{FLOW}");
        assert_eq!(said(&moved, &Program::new().waits_for(["PAYED"])), Vec::<String>::new(), "it was called so");
    }

    #[test]
    fn an_event_that_is_sent_is_taken() {
        let all = ["CMD_ASK", "CMD_APPROVE"];
        let sends = |event: &str| said(FLOW, &Program::new().sends(all).unwrap().sends([event]).unwrap());
        assert_eq!(
            sends("CMD_APROVE"),
            [
                "W054 flows/desk.yaml:4:3 the program sends `CMD_APROVE`, which no state takes / did you mean `CMD_APPROVE`?"
            ]
        );
        assert!(sends("CMD_STOP")[0].starts_with("W054 "), "it is listed, and no state takes it");
        assert_eq!(sends("CMD_ASK"), Vec::<String>::new());
        let any = FLOW.replace("CMD_ASK: APPROVAL", "CMD_ASK: APPROVAL, '*': IDLE");
        assert_eq!(said(&any, &Program::new().sends(all).unwrap().sends(["CMD_OTHER"]).unwrap()), Vec::<String>::new());
        assert!(Program::new().sends(["ask"]).is_err());
    }

    #[test]
    fn a_state_in_which_nobody_answers_is_told() {
        let asks = Program::new().sends(["CMD_ASK"]).unwrap();
        assert_eq!(
            said(FLOW, &asks),
            [
                "W131 flows/desk.yaml:5:3 nobody answers in state `APPROVAL`: only `CMD_APPROVE` leads out of it / the program sends none \
              of them: have it do so, or give the state another way out, as an `after`"
            ]
        );
        assert_eq!(said(FLOW, &Program::new()), Vec::<String>::new(), "what it sends is not said");
        assert!(load(FLOW).unwrap().check_program(&asks).is_ok());
        let strict = FLOW.replace(", CMD_STOP]", "]\nstrict: true");
        assert_eq!(said(&strict, &asks).len(), 1);
        assert!(load(&strict).unwrap().check_program(&asks).is_err(), "what is doubtful is refused");
        assert!(load(&strict).unwrap().check_program(&asks.clone().sends(["CMD_APPROVE"]).unwrap()).is_ok());
        let with =
            |way: &str| said(&FLOW.replace("CMD_APPROVE: PAID }", &format!("CMD_APPROVE: PAID }}, {way}")), &asks);
        for way in [
            "after: { 1h: IDLE }",
            "always: { to: IDLE, when: domain.ready }",
            "invoke: { run: fetch, done: PAID, on_error: { '*': IDLE } }",
        ] {
            assert_eq!(with(way), Vec::<String>::new(), "{way}");
        }
        // A signal may come of a step; a step without a target leads nowhere.
        let raised = FLOW.replace("CMD_APPROVE: PAID", "CMD_APPROVE: PAID, SIG_OVERHEAT: IDLE");
        assert_eq!(said(&raised, &asks), Vec::<String>::new());
        let stays = FLOW.replace("CMD_APPROVE: PAID", "CMD_APPROVE: PAID, SIG_OVERHEAT: {}");
        assert_eq!(said(&stays, &asks).len(), 1);
        // What is around it leads out too.
        let around =
            FLOW.replace("APPROVAL: { events", "APPROVAL: { after: { 1h: IDLE }, states: { OPEN: {} }, events");
        assert_eq!(said(&around, &asks), Vec::<String>::new());
        let inside = FLOW.replace("APPROVAL: { events", "APPROVAL: { states: { OPEN: {} }, events");
        assert!(said(&inside, &asks)[0].contains("in state `OPEN`"));
    }
}
