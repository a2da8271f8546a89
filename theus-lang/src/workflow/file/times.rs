//! Reading what a state does when it is time: `after`, `at`, `every` and `cron`.

use std::collections::HashMap;
use std::time::Duration;

use super::code;
use super::diagnostics::Keys;
use super::inside::inside;
use super::length::short;
use super::reading::Reading;
use crate::calendar::{Cron, Wrong};
use crate::condition::{is_length, is_moment};
use crate::context::{Asked, FieldShape, Inspect, RecordShape, Shape, Time, TimeKind, WireForm};
use crate::source::{NodePath, Problem, Value, duration};
use crate::workflow::chart::{Reckoned, Transition, Trigger};

/// What is shorter is no cycle that a machine of today keeps.
const SHORTEST_CYCLE: Duration = Duration::from_millis(1);

impl<'a> Reading<'a> {
    /// `after`: times, and where they lead.
    pub(super) fn timers(&mut self, value: &'a Value, at: &NodePath, of: &str) -> Vec<Transition> {
        self.times(value, at, of, "after", |reading, written, at| match inside(written) {
            Some(inner) => reading.reckoned(inner, written, at, Word::After),
            None => reading.length(written, at, "a key of `after`").map(Trigger::After),
        })
    }

    /// `at`: dates, and where they lead.
    pub(super) fn dates(&mut self, value: &'a Value, at: &NodePath, of: &str) -> Vec<Transition> {
        self.times(value, at, of, "at", |reading, written, at| match inside(written) {
            Some(inner) => reading.reckoned(inner, written, at, Word::At),
            None => reading.date(written, at),
        })
    }

    /// `every`: times, and what is done each time that one of them has gone by.
    pub(super) fn cycles(&mut self, value: &'a Value, at: &NodePath, of: &str) -> Vec<Transition> {
        self.again_and_again(value, at, of, "every", |reading, written, at| {
            reading.length(written, at, "a key of `every`").map(Trigger::Every)
        })
    }

    /// `cron`: times of the calendar, and what is done each time that it is one.
    pub(super) fn calendar(&mut self, value: &'a Value, at: &NodePath, of: &str) -> Vec<Transition> {
        self.again_and_again(value, at, of, "cron", |reading, written, at| match Cron::parse(written) {
            Ok(cron) => Some(Trigger::Cron(Box::new(cron))),
            Err(Wrong { message, span, help }) => {
                reading
                    .diagnostics
                    .error(code::DURATION, || Problem::new(at.clone(), message).within(written, span).help(help));
                None
            }
        })
    }

    /// What comes again and again.
    fn again_and_again(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        of: &str,
        word: &'static str,
        trigger: impl Fn(&mut Self, &'a str, &NodePath) -> Option<Trigger>,
    ) -> Vec<Transition> {
        let before = std::mem::replace(&mut self.event, cycle());
        let transitions = self.times(value, at, of, word, trigger);
        self.event = before;
        // Candidates of one time stand together.
        for all in transitions.chunk_by(|one, next| one.trigger == next.trigger) {
            // What it does may be a step that could not be read.
            if !self.diagnostics.lost_steps {
                self.is_cycle(all);
            }
        }
        transitions
    }

    /// Whether the candidates of one time make a cycle.
    fn is_cycle(&mut self, all: &[Transition]) {
        let Some(first) = all.first() else { return };
        let is_too_short = matches!(first.trigger, Trigger::Every(time) if time < SHORTEST_CYCLE && !time.is_zero());
        let mut wrong = |way: &Transition, message: &str, help: &str| {
            let at = self.sites.at(&way.place);
            self.diagnostics.error(code::CYCLE, || Problem::new(at, message).help(help));
        };
        if is_too_short {
            wrong(first, "a cycle takes a millisecond at least", "do more in each one, and less often");
        }
        if all.iter().all(|way| way.targets.is_empty() && way.steps.is_empty()) {
            wrong(first, "nothing is done each time", "give it `steps`, or remove it");
        }
        for way in all.iter().filter(|way| !way.targets.is_empty() && way.guard.is_none()) {
            wrong(
                way,
                "this leaves its state the first time: there is no second one",
                "write it under `after` or `at`; or give it a `when`; or `steps` without `to`, which leave no state",
            );
        }
    }

    fn times(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        of: &str,
        word: &'static str,
        trigger: impl Fn(&mut Self, &'a str, &NodePath) -> Option<Trigger>,
    ) -> Vec<Transition> {
        let what = format!("`{word}` of {of}");
        let entries = self.diagnostics.entries(value, at, what, (Keys::Times, "a map from times to what is done then"));
        self.diagnostics.lost_ways |= entries.is_none();
        let mut known = HashMap::new();
        let mut transitions = Vec::new();
        for (written, value) in entries.unwrap_or_default() {
            let (key, here) = (at.at_key(written), at.key(written));
            let what = format!("the target of `{}`", short(written));
            let Some(trigger) = trigger(self, written, &key) else {
                self.diagnostics.lost_ways = true;
                // What is wrong behind a wrong time is told all the same.
                let unknown = Trigger::After(Duration::ZERO);
                self.candidates(value, &here, &key, &what, &unknown, &mut Vec::new());
                continue;
            };
            let time = trigger.time().map(|(_, time, text)| (time, text.to_owned()));
            if let Some(first) = known.insert(time, written) {
                self.diagnostics.error(code::TWICE, || {
                    Problem::new(key.clone(), format!("`{}` is the same time as `{}`", short(written), short(first)))
                        .help("write several candidates as one list")
                });
                continue;
            }
            let trigger = self.followed(trigger, value, &here);
            self.candidates(value, &here, &key, &what, &trigger, &mut transitions);
        }
        transitions
    }

    /// A time that is written out.
    fn length(&mut self, written: &str, at: &NodePath, what: &str) -> Option<Duration> {
        let time = self.time(written, at, what)?;
        if time.is_zero() {
            self.diagnostics.error(code::DURATION, || {
                Problem::new(at.clone(), "no time passes").help("`always` is what needs neither event nor time")
            });
        }
        Some(time)
    }

    /// A date that is written out: an expression that always gives it.
    fn date(&mut self, written: &'a str, at: &NodePath) -> Option<Trigger> {
        let text = written.trim();
        if Time::parse(TimeKind::Instant, text).is_none() {
            self.diagnostics.error(code::DURATION, || {
                let help = match duration::parse(text) {
                    Ok(_) => "so long after the state was entered is `after`".to_owned(),
                    Err(_) => {
                        format!("write {}, or what gives it: `\"${{ domain.deadline }}\"`", TimeKind::Instant.example())
                    }
                };
                Problem::new(at.clone(), format!("`{}` is no date", short(text))).help(help)
            });
            return None;
        }
        let value = self.expression(&format!("timestamp(\"{text}\")"), at)?;
        Some(Trigger::At(Box::new(Reckoned { value, follow: false })))
    }

    /// A time that the data say.
    fn reckoned(&mut self, inner: &str, written: &str, at: &NodePath, word: Word) -> Option<Trigger> {
        // No event is handled when it is worked out again.
        let before = std::mem::replace(&mut self.has_event, false);
        let value = self.expression(inner.trim(), at);
        self.has_event = before;
        let value = value?;
        let given = value.shape();
        let (fits, must_be, help) = match word {
            Word::After => (is_length(&given), "a length of time", "a `Duration`, or a number: of seconds"),
            Word::At => {
                (is_moment(&given), "a date", "a `SystemTime`, or a time of `chrono` or `jiff` that has a zone")
            }
        };
        if !fits {
            self.diagnostics.error(code::EXPRESSION_FIT, || {
                Problem::new(at.clone(), format!("`{}` must give {must_be}", short(written)))
                    .label(format!("this gives {given}"))
                    .help(format!("{must_be} is {help}"))
            });
            return None;
        }
        let reckoned = Box::new(Reckoned { value, follow: false });
        Some(match word {
            Word::After => Trigger::AfterReckoned(reckoned),
            Word::At => Trigger::At(reckoned),
        })
    }

    /// `follow` of one of its candidates is of the time.
    fn followed(&mut self, mut trigger: Trigger, value: &'a Value, at: &NodePath) -> Trigger {
        let one = std::slice::from_ref(value);
        let (list, is_list) = value.as_sequence().map_or((one, false), |list| (list, true));
        for (index, candidate) in list.iter().enumerate() {
            let at = if is_list { at.index(index) } else { at.clone() };
            let Some(value) = candidate.get("follow") else { continue };
            let follows = self.diagnostics.flag(value, &at.key("follow"), "`follow`").unwrap_or_default();
            match &mut trigger {
                Trigger::AfterReckoned(time) | Trigger::At(time)
                    if time.value.reads().iter().any(|path| path.starts_with("domain")) =>
                {
                    time.follow |= follows;
                }
                _ if !follows => {}
                _ => self.diagnostics.error(code::EXCLUSIVE, || {
                    Problem::new(at.at_key("follow"), "this time stays what it is: there is nothing to follow")
                        .help("a time that the data of the domain say, `\"${ domain.deadline }\"`, can follow them")
                }),
            }
        }
        trigger
    }
}

/// How a time that the data say is meant.
#[derive(Clone, Copy)]
enum Word {
    After,
    At,
}

/// What `event` is in a cycle: how many were missed before it, and how late it is, in seconds.
fn cycle() -> Shape {
    let fields =
        || vec![FieldShape { name: "missed", shape: u64::shape() }, FieldShape { name: "late", shape: Shape::Float64 }];
    Shape::Record(RecordShape {
        name: "the cycle",
        fields: Asked::of(fields),
        methods: Asked::of(Vec::new),
        transparent: false,
        wire: Asked::of(WireForm::unknown),
    })
}
