//! What makes an alarm of an entry: `alarm`, `deadband`, `on_delay`, `off_delay`, `latched`.

use std::time::Duration;

use super::super::super::condition::Operator;
use super::super::super::counting::{Across, Window};
use super::super::alarm::BOUNDS;
use super::super::code;
use super::super::model::{Alarmed, Bound, Counted};
use super::settings::Settings;
use super::window::Threshold;
use super::words::wrong_kind;
use crate::audit::Level;
use crate::source::{NodePath, Problem};

/// The keys of an entry that are read here.
pub(super) const KEYS: [&str; 5] = ["alarm", "deadband", "on_delay", "off_delay", "latched"];

const AS_IN: &str = "as in `on_delay: 10s`, `off_delay: 1m 30s`";

/// What an alarm is held against.
pub(super) struct Beside<'b, 'a> {
    pub(super) conditions: &'b [Bound<'a>],
    pub(super) level: Level,
    /// Where the level is said, if it is.
    pub(super) level_at: Option<NodePath>,
    pub(super) threshold: &'b Threshold,
    pub(super) counted: &'b Counted<'a>,
}

impl<'a> Settings<'a, '_> {
    /// Read last: it is held against all else.
    pub(super) fn alarm(&mut self, beside: &Beside<'_, 'a>) -> Option<Alarmed<'a>> {
        if !KEYS.iter().any(|key| self.map.contains_key(key)) {
            return None;
        }
        let before = self.problems.len();
        self.asked_for("alarm", "leave it out where the rule is to be no alarm");
        let deadband = self.map.get("deadband");
        if deadband.is_some() {
            self.deadband_fits(beside.conditions);
        }
        let latched = self.asked_for("latched", "leave it out where the alarm returns with its value");
        let alarmed =
            Alarmed { latched, deadband, on_delay: self.delay("on_delay"), off_delay: self.delay("off_delay") };
        // What is wrong by itself is not held against anything.
        if self.problems.len() == before {
            self.alarm_fits(beside);
        }
        Some(alarmed)
    }

    /// It is asked for or left out.
    fn asked_for(&mut self, key: &str, help: &str) -> bool {
        let Some(value) = self.map.get(key) else { return false };
        let read = value.as_bool() == Some(true);
        if !read {
            self.problems.push(wrong_kind(self.at.key(key), &format!("`{key}`"), "true", value).help(help));
        }
        read
    }

    fn delay(&mut self, key: &'static str) -> Duration {
        self.time(key, code::ALARM, "does nothing: leave it out", AS_IN).unwrap_or_default()
    }

    fn deadband_fits(&mut self, conditions: &[Bound<'_>]) {
        let other = conditions.iter().map(|bound| bound.test).find(|test| !BOUNDS.contains(test));
        // That there is none has been told, and what stands beside `that`.
        let Some(other) = other.filter(|other| *other != Operator::That) else { return };
        let message = format!(
            "`deadband` beside `{other}`: it is by how much a value must be back inside `min`, `max` or `between`"
        );
        let problem = Problem::new(self.at.at_key("deadband"), message).code(code::ALARM);
        let has_bound = conditions.iter().any(|bound| BOUNDS.contains(&bound.test));
        self.problems.push(match has_bound {
            true => problem.help(format!("give `{other}` an entry of its own")),
            false => problem.help("leave it out: `alarm: true` makes an alarm of any rule"),
        });
    }

    fn alarm_fits(&mut self, beside: &Beside<'_, 'a>) {
        let Beside { level, level_at, threshold, counted, .. } = beside;
        let own = KEYS.into_iter().find(|key| self.map.contains_key(key)).unwrap_or("alarm");
        let problem = |key: &str, message: String, help: String| {
            Problem::new(self.at.at_key(key), message).code(code::ALARM).help(help)
        };
        let found = if level.refuses() && self.map.contains_key("on_delay") {
            let default = if level_at.is_none() { ", which holds where none is given" } else { "" };
            let message =
                format!("`on_delay` beside level {level}{default}: it refuses every run that violates it, at once");
            let help = format!("an alarm that waits is of level C or I; give level {level} an entry of its own");
            let problem = problem("on_delay", message, help);
            Some(match level_at {
                Some(at) => problem.other("the level", at.clone()),
                None => problem,
            })
        } else if counted.across == Across::Engine {
            let message = format!("`across: engine` beside `{own}`: an excursion is of the value of one session");
            let help = "leave it out: each session has an alarm of its own, and `engine.alarms()` lists all of them";
            Some(problem("across", message, help.to_owned()))
        } else if level.refuses() {
            // What it counts is what it refuses, or is about to: every violation.
            None
        } else if let Window::Of(_) = counted.window {
            let message = format!("`of` beside `{own}`: an alarm counts excursions, not runs");
            Some(problem("of", message, "`within: 1h` counts the excursions of the last hour".to_owned()))
        } else if let (Some(at), true) = (&threshold.resets_at, threshold.max > 1) {
            let max = threshold.max;
            let message = format!(
                "`max_threshold: {max}` beside `reset_on_success` of an alarm: every excursion ends with a pass, so that {max} are never counted"
            );
            let help = format!("say `reset_on_success: false`, or `within: 1h` for {max} excursions in an hour");
            Some(problem(own, message, help).other("the reset_on_success", at.clone()))
        } else {
            None
        };
        self.problems.extend(found);
    }
}
