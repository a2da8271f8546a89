//! What hardly any session has, asked for and put down.

use super::asked::Questions;
use super::beside::Beside;
use super::compensation::Compensation;
use super::deferrals::DeferredEvents;
use super::instance::Live;
use super::seldom::Seldom;

impl Live {
    /// Why it is to end as soon as what was committed is made good, if it is.
    pub(super) fn cancelled(&self) -> Option<&str> {
        self.seldom.as_ref()?.cancelled.as_deref()
    }

    /// The same, and it ends now.
    pub(super) fn take_cancelled(&mut self) -> Option<Box<str>> {
        self.seldom.as_mut()?.cancelled.take()
    }

    pub(super) fn is_to_end(&mut self, reason: Box<str>) {
        self.seldom.get_or_insert_default().cancelled = Some(reason);
    }

    /// What its states have invoked, where any of it is not over.
    #[inline]
    pub(super) fn beside(&self) -> Option<&Beside> {
        self.seldom.as_ref()?.beside.as_ref()
    }

    #[inline]
    pub(super) fn beside_mut(&mut self) -> Option<&mut Beside> {
        self.seldom.as_mut()?.beside.as_mut()
    }

    pub(super) fn beside_or_new(&mut self) -> &mut Beside {
        self.seldom.get_or_insert_default().beside.get_or_insert_default()
    }

    /// All of it is over.
    pub(super) fn has_nothing_beside(&mut self) {
        if let Some(seldom) = &mut self.seldom {
            seldom.beside = None;
            self.drop_seldom_if_empty();
        }
    }

    fn drop_seldom_if_empty(&mut self) {
        if self.seldom.as_deref().is_some_and(Seldom::is_empty) {
            self.seldom = None;
        }
    }

    /// What its states have deferred, where there is any of it.
    #[inline]
    pub(super) fn deferred(&self) -> Option<&DeferredEvents> {
        self.seldom.as_ref()?.deferred.as_deref()
    }

    #[inline]
    pub(super) fn deferred_mut(&mut self) -> Option<&mut DeferredEvents> {
        self.seldom.as_mut()?.deferred.as_deref_mut()
    }

    pub(super) fn deferred_or_new(&mut self) -> &mut DeferredEvents {
        self.seldom.get_or_insert_default().deferred.get_or_insert_default()
    }

    pub(super) fn take_deferred(&mut self) -> Option<Box<DeferredEvents>> {
        self.seldom.as_mut()?.deferred.take()
    }

    pub(super) fn drop_if_none_deferred(&mut self) {
        if let Some(seldom) = &mut self.seldom {
            seldom.deferred.take_if(|kept| kept.events.is_empty());
            self.drop_seldom_if_empty();
        }
    }

    /// Who waits for what comes of an event, where anybody does.
    #[inline]
    pub(super) fn questions(&self) -> Option<&Questions> {
        self.seldom.as_ref()?.questions.as_deref()
    }

    pub(super) fn questions_mut(&mut self) -> Option<&mut Questions> {
        self.seldom.as_mut()?.questions.as_deref_mut()
    }

    pub(super) fn questions_or_new(&mut self) -> &mut Questions {
        self.seldom.get_or_insert_default().questions.get_or_insert_default()
    }

    pub(super) fn drop_if_nobody_asks(&mut self) {
        if let Some(seldom) = &mut self.seldom {
            seldom.questions.take_if(|questions| questions.is_empty());
            self.drop_seldom_if_empty();
        }
    }

    /// What makes good what was committed in sagas that are not left, oldest first.
    pub(super) fn in_sagas(&self) -> &[Compensation] {
        self.seldom.as_ref().map_or(&[], |seldom| &seldom.sagas)
    }

    pub(super) fn take_in_sagas(&mut self) -> Vec<Compensation> {
        self.seldom.as_mut().map_or_else(Vec::new, |seldom| std::mem::take(&mut seldom.sagas))
    }

    pub(super) fn keeps_in_sagas(&mut self, compensations: impl IntoIterator<Item = Compensation>) {
        let mut compensations = compensations.into_iter().peekable();
        if compensations.peek().is_some() {
            self.seldom.get_or_insert_default().sagas.extend(compensations);
        }
    }

    /// What its final state gave.
    pub(super) fn result(&self) -> Option<&serde_json::Value> {
        self.seldom.as_ref()?.result.as_ref()
    }

    pub(super) fn gives(&mut self, result: serde_json::Value) {
        self.seldom.get_or_insert_default().result = Some(result);
    }
}
