//! What hardly any session has.

use super::asked::Questions;
use super::beside::Beside;
use super::compensation::Compensation;
use super::deferrals::DeferredEvents;
use crate::signal::TraceContext;

/// What hardly any session has, and there may be very many of them.
#[derive(Default)]
pub(super) struct Seldom {
    /// Why it is to end as soon as what was committed is made good.
    pub(super) cancelled: Option<Box<str>>,
    /// What its final state gave.
    pub(super) result: Option<serde_json::Value>,
    /// What its states have invoked.
    pub(super) beside: Option<Beside>,
    /// What makes good what was committed in sagas that are not left, oldest first.
    pub(super) sagas: Vec<Compensation>,
    /// Who waits for what comes of an event.
    pub(super) questions: Option<Box<Questions>>,
    /// What its states have deferred.
    pub(super) deferred: Option<Box<DeferredEvents>>,
    /// Where in a trace what comes of itself is: with the event that it comes of.
    pub(super) traced: Option<TraceContext>,
}

impl Seldom {
    pub(super) fn is_empty(&self) -> bool {
        let Self { cancelled, result, beside, sagas, questions, deferred, traced } = self;
        questions.is_none()
            && cancelled.is_none()
            && result.is_none()
            && beside.is_none()
            && sagas.is_empty()
            && deferred.is_none()
            && traced.is_none()
    }
}
