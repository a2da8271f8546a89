//! Who is told of what a session does.

use super::names::name_of;
use super::outcome::Handled;
use crate::telemetry::{Watch, WatchedSpan};
use crate::workflow::chart::Definition;

/// Who is told of what a session does.
#[derive(Clone, Copy)]
pub(crate) struct SessionWatch<'a> {
    pub(crate) watch: &'a Watch,
    pub(crate) session: &'a str,
}

impl SessionWatch<'_> {
    #[cold]
    #[inline(never)]
    pub(super) fn ended(self, span: &WatchedSpan, handled: &Handled, definition: &Definition) {
        let to = handled.to.map(|state| name_of(definition, state));
        self.watch.event_ended(span, self.session, handled, to.as_deref());
    }
}
