//! Working out the times that the data or the calendar say: when what runs on entering their state is done, and again where they follow
//! the data.

use std::time::SystemTime;

use super::activation::SessionActivation;
use super::context::InterpreterContext;
use super::failure::Failure;
use super::instance::{Internal, Live, Progress, Troubled};
use super::outcome::{Cause, Fault};
use super::reckoning::{Due, Reckoning};
use super::unit::Trouble;
use crate::workflow::chart::{Definition, StateId, TimerId, Trigger};
use crate::workflow::condition::EvaluationError;

impl Live {
    /// Works out the times that the data say, or have changed; `None` where all went well.
    ///
    /// # Errors
    /// Where what the data say is no time: its state hears of it as of a chain that has failed.
    pub(super) fn reckon(&mut self, context: InterpreterContext<'_>) -> Result<Option<Progress>, Troubled> {
        let InterpreterContext { definition, environment } = context;
        let version = environment.engine.version();
        let wanted = self.timers.open_reckonings(version);
        let mut none = Vec::new();
        if !wanted.is_empty() {
            self.follows = false;
            let activation = SessionActivation::new(environment, None, &[]);
            let mut found: Vec<(TimerId, Due)> = Vec::with_capacity(wanted.len());
            for one in wanted {
                let due = due(definition, &one, context, &activation);
                found.push((one.id, *due.as_ref().unwrap_or(&None)));
                none.extend(due.err().map(|error| (one.id.state, error)));
            }
            drop(activation);
            self.timers.reckoned(&found, version);
        }
        self.timers.go_by_the_wall(definition, (environment.moment(), environment.now()));
        if !definition.has_always() {
            // What wakes it is a commit after this one.
            self.settled_at = version;
        }
        if none.is_empty() { Ok(None) } else { self.no_time(none, context).map(Some) }
    }

    fn no_time(
        &mut self,
        none: Vec<(StateId, EvaluationError)>,
        context: InterpreterContext<'_>,
    ) -> Result<Progress, Troubled> {
        self.counts_anew();
        self.payload = None;
        self.begin_unit(None, Cause::Timer, context);
        for (state, error) in none {
            let name = context.definition.state(state).map(|state| state.name.clone()).unwrap_or_default();
            let fault = Fault::NoTime { state: name, error: error.clone() };
            let payload = Failure::fault(fault.clone()).payload();
            if let Some(unit) = &mut self.unit {
                unit.handled.failed = true;
                unit.handled.fault.get_or_insert(fault);
            }
            self.inbox.push_back(Internal::ChainFailed { heard_by: Some(state), payload });
            self.tell_no_value(&error, context);
            self.trouble(Trouble::NoValue(error));
        }
        self.end_unit(context)
    }
}

fn due(
    definition: &Definition,
    one: &Reckoning,
    context: InterpreterContext<'_>,
    activation: &SessionActivation<'_>,
) -> Result<Due, EvaluationError> {
    let at = |date: SystemTime| (context.environment.moment_of(date), date);
    match definition.time(one.id) {
        Some(Trigger::AfterReckoned(time)) => {
            let Some(length) = time.value.length(activation)? else { return Ok(None) };
            let later = one.since.checked_add(length).zip(one.entered.checked_add(length));
            let too_long = || EvaluationError::no_value(time.value.text(), "it gives more time than a clock counts");
            later.map(Some).ok_or_else(too_long)
        }
        Some(Trigger::At(time)) => Ok(time.value.moment(activation)?.map(at)),
        Some(Trigger::Cron(cron)) => Ok(cron.after(one.entered).map(at)),
        _ => Ok(None),
    }
}
