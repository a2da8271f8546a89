//! Who waits for what comes of an event: it has come to its end when the session has, with all that followed from it.

use super::activation::SessionActivation;
use super::answer::{Answer, AnswerFailure};
use super::arguments;
use super::asked::Asked;
use super::context::InterpreterContext;
use super::instance::Live;
use super::outcome::{Cause, Fault, Handled, StepOutcome};
use super::unit::Trouble;
use crate::signal::{Event, Origin, Payload};
use crate::workflow::chart::StateId;

impl Live {
    /// Whether anybody waits.
    #[inline]
    pub(super) fn is_asked(&self) -> bool {
        self.questions().is_some_and(|questions| !questions.waiting.is_empty())
    }

    /// An event is taken that somebody waits for.
    pub(super) fn hears_question(&mut self, event: &Event) {
        let Origin::Asked { number, and_work } = event.origin else { return };
        let questions = self.questions_or_new();
        if questions.waiting.iter().all(|asked| asked.number != number) {
            questions.waiting.push(Asked {
                number,
                and_work,
                is_handled: false,
                has_rested: false,
                answer: Answer::nothing(),
            });
        }
    }

    /// What was being handled is over: what has come of it is told to who waits for that, or for what it follows from.
    #[cold]
    #[inline(never)]
    pub(super) fn notes_for_answers(&mut self, handled: &Handled, trouble: Option<&Trouble>) {
        let number = handled.event.as_ref().and_then(number_of);
        // One that is deferred is handled later.
        let is_kept = number.is_some()
            && self.deferred().is_some_and(|kept| kept.events.iter().any(|event| number_of(event) == number));
        let Some(questions) = self.questions_mut() else { return };
        for asked in &mut questions.waiting {
            let is_own = number == Some(asked.number);
            // Once it has come to rest, the end of what goes on beside follows from his event, and what comes of that; the rest is by others.
            let follows = asked.is_handled && (!asked.has_rested || handled.cause == Cause::Invoked);
            if !(is_own || follows) || is_kept {
                continue;
            }
            (asked.is_handled, asked.has_rested) = (true, false);
            let answer = &mut asked.answer;
            answer.is_taken |= is_own && handled.to.is_some();
            for step in handled.steps.iter().chain(&handled.compensations) {
                answer.violations.extend(step.violations.iter().cloned());
            }
            if let Some(failure) = AnswerFailure::of(handled) {
                answer.failure = Some(failure);
            }
            if let Some(trouble) = trouble {
                let message = trouble.to_string();
                answer.failure.get_or_insert(AnswerFailure { message, ..AnswerFailure::default() });
            }
        }
    }

    /// Nothing follows any more from what was handled.
    #[cold]
    #[inline(never)]
    pub(super) fn answer(&mut self, context: InterpreterContext<'_>) {
        let (is_over, works) = (self.is_over(), self.beside().is_some());
        if !is_over && !self.inbox.is_empty() {
            // What is told there waits for a region that is busy.
            return;
        }
        // A region may not be done with its part yet.
        let parts = self.beside().into_iter().flat_map(|beside| &beside.all).filter_map(|part| part.unit.as_ref());
        let under_way: Vec<u64> = parts.filter_map(|unit| number_of(unit.handled.event.as_ref()?)).collect();
        let Some(questions) = self.questions_mut() else { return };
        let is_due = |asked: &mut Asked| {
            let waits = (asked.and_work && works) || under_way.contains(&asked.number);
            asked.has_rested = asked.is_handled;
            asked.is_handled && (is_over || !waits)
        };
        let due: Vec<Asked> = questions.waiting.extract_if(.., is_due).collect();
        if is_over {
            // What was deferred is never handled: who has asked by it is told so by who knows of the end.
            questions.waiting.clear();
        }
        if due.is_empty() {
            return;
        }
        let now = self.where_it_is(context);
        for Asked { number, answer, .. } in due {
            let mut answer = Answer {
                is_taken: answer.is_taken,
                violations: answer.violations,
                failure: answer.failure,
                ..now.clone()
            };
            if let Some(failure) = &now.failure {
                answer.failure.get_or_insert_with(|| failure.clone());
            }
            if let Some(questions) = self.questions_mut() {
                questions.answers.push((number, answer));
            }
        }
    }

    /// Where the session is and what it says by that, whatever has come of anything.
    pub(super) fn where_it_is(&self, context: InterpreterContext<'_>) -> Answer {
        let state = |id: &StateId| context.definition.state(*id).map(|state| state.name.clone());
        let states = self.at.leaves().iter().filter_map(state).collect();
        let (version, status) = (context.environment.engine.version(), self.status());
        let (reply, failure) = match self.reply(context).transpose() {
            Ok(reply) => (reply, None),
            Err(message) => (None, Some(AnswerFailure { message, ..AnswerFailure::default() })),
        };
        Answer { states, status, version, reply, failure, is_taken: true, ..Answer::nothing() }
    }

    /// What the workflow gives at its end, or the state says in which the session is, or the innermost one around that says something.
    fn reply(&self, context: InterpreterContext<'_>) -> Option<Result<serde_json::Value, String>> {
        if let Some(result) = self.result() {
            return Some(Ok(result.clone()));
        }
        let source = context.definition.reply(&self.at).filter(|_| !self.is_over())?;
        let payload = self.payload.as_ref().map(Payload::value);
        let activation = SessionActivation::new(context.environment, payload, &[]).at(context.definition, &self.at);
        Some(arguments::value(source, &activation).map_err(|error| error.to_string()))
    }

    /// What those are told who have asked, once.
    pub(super) fn take_answers(&mut self) -> Vec<(u64, Answer)> {
        let Some(questions) = self.questions_mut() else { return Vec::new() };
        let answers = std::mem::take(&mut questions.answers);
        self.drop_if_nobody_asks();
        answers
    }
}

impl AnswerFailure {
    /// Why the chain of what was handled failed, if it did.
    #[must_use]
    pub fn of(handled: &Handled) -> Option<Self> {
        handled.failed.then(|| failure_of(handled))
    }
}

/// By which he is known who has asked by an event.
const fn number_of(event: &Event) -> Option<u64> {
    match event.origin {
        Origin::Asked { number, .. } => Some(number),
        _ => None,
    }
}

fn failure_of(handled: &Handled) -> AnswerFailure {
    let of_step = |step: &StepOutcome| {
        let error = step.result.as_ref().err();
        AnswerFailure {
            process: Some(step.process.to_owned()),
            error: error.and_then(|error| error.process_error()).map(|error| error.name().to_owned()),
            message: error.map(ToString::to_string).unwrap_or_default(),
            wrong_arguments: false,
        }
    };
    let by_fault = || {
        let process = match &handled.fault {
            Some(Fault::Argument { process, .. } | Fault::NoArgument { process, .. }) => Some((*process).to_owned()),
            _ => None,
        };
        AnswerFailure {
            wrong_arguments: process.is_some(),
            process,
            error: None,
            message: handled.fault.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    };
    handled.failure().map_or_else(by_fault, of_step)
}
