//! What a rule finds in what it looks at.

use super::each::{Found, Question};
use super::looks;
use super::message::Seen;
use super::over_time::{OverTime, Sample};
use super::range::Range;
use super::rule::{Rule, Verdict};
use crate::context::Value;
use theus_model::audit::Subject;

impl Rule {
    /// What it finds, whichever kind it is but one that goes by time. What has no answer is a violation that says so.
    pub fn judge(&self, subject: &(impl Subject + ?Sized)) -> Verdict {
        self.is_elsewhere(subject).unwrap_or_else(|| self.judge_here(subject))
    }

    /// The same beside what it has seen last, where it goes by time; and what it is to be held against from then on, where that changes.
    pub fn judge_beside(&self, subject: &(impl Subject + ?Sized), last: Option<Sample>) -> (Verdict, Option<Sample>) {
        if let Some(verdict) = self.is_elsewhere(subject) {
            return (verdict, None);
        }
        match self.condition.over_time() {
            Some(over_time) => self.judge_over_time(over_time, subject, last),
            None => (self.judge_here(subject), None),
        }
    }

    /// What there is to say where its `when` does not hold.
    fn is_elsewhere(&self, subject: &(impl Subject + ?Sized)) -> Option<Verdict> {
        let when = self.when.as_ref()?;
        match looks::holds(when, subject) {
            Ok(true) => None,
            Ok(false) => Some(Verdict::Elsewhere),
            Err(error) => {
                let value = format!("in `when`, {}", looks::unanswered(when, &error, subject)).into();
                Some(Verdict::Failed(Seen { value, before: None, key: None }))
            }
        }
    }

    fn judge_over_time(
        &self,
        over_time: &OverTime,
        subject: &(impl Subject + ?Sized),
        last: Option<Sample>,
    ) -> (Verdict, Option<Sample>) {
        let value = self.target.read(subject);
        if !self.asks(&value) {
            return (Verdict::NotAsked, None);
        }
        let now = match subject.now() {
            Value::Time { nanos, .. } => u64::try_from(nanos.max(0)).unwrap_or(u64::MAX),
            // Nobody knows the time: nothing can be held against it.
            _ => return (Verdict::NotAsked, None),
        };
        let looked = over_time.look(value, last, now);
        if looked.passes {
            return (Verdict::Passed, looked.next);
        }
        let before = last.and_then(|last| last.value.as_value());
        let value = match looked.over.filter(|_| !self.redacts && last.is_some()) {
            Some(over) if before.is_some() => {
                format!("{}, {} later", looks::measured(value, self.unit()), looks::shown_time(over)).into()
            }
            Some(over) => format!("{} for {}", looks::measured(value, self.unit()), looks::shown_time(over)).into(),
            None => self.shown(value),
        };
        let before = before.map(|before| self.shown(before));
        (Verdict::Failed(Seen { value, before, key: None }), looked.next)
    }

    /// Where its `when` holds.
    fn judge_here(&self, subject: &(impl Subject + ?Sized)) -> Verdict {
        let Some(that) = self.condition.that() else {
            if self.target.is_of_each() {
                return self.judge_each(subject);
            }
            let value = self.target.read(subject);
            return match self.passes(value, subject) {
                _ if !self.asks(&value) => Verdict::NotAsked,
                true => Verdict::Passed,
                false => Verdict::Failed(self.seen(value, subject)),
            };
        };
        let value = match looks::holds(that, subject) {
            Ok(true) => return Verdict::Passed,
            Ok(false) => looks::named(that, subject).into(),
            Err(error) => looks::unanswered(that, &error, subject),
        };
        Verdict::Failed(Seen { value, before: None, key: None })
    }

    fn judge_each(&self, subject: &(impl Subject + ?Sized)) -> Verdict {
        let question = Question {
            path: &self.path,
            range: Range::of(&self.condition),
            passes: &|value| self.passes(value, subject),
            where_present: self.where_present,
            redacts: self.redacts,
            unit: self.unit(),
        };
        match question.ask(self.target.read_base(subject), &self.target.steps) {
            Found::None => Verdict::NotAsked,
            Found::AllPass => Verdict::Passed,
            Found::Broken(value) => {
                Verdict::Failed(Seen { value: self.beside(value, subject), before: None, key: None })
            }
        }
    }

    /// Whether what passes is back inside by the deadband of its alarm; of each element, whether all are.
    pub fn is_back(&self, subject: &(impl Subject + ?Sized)) -> bool {
        let Some(deadband) = self.alarm.as_ref().and_then(|alarm| alarm.deadband.as_ref()) else { return true };
        if !self.target.is_of_each() {
            return deadband.inside.passes(self.target.read(subject));
        }
        let question = Question {
            path: &self.path,
            range: Range::of(&deadband.inside),
            passes: &|value| deadband.inside.passes(value),
            where_present: self.where_present,
            // What is broken is not shown.
            redacts: true,
            unit: None,
        };
        !matches!(question.ask(self.target.read_base(subject), &self.target.steps), Found::Broken(_))
    }
}
