//! The settings of one entry, or of the defaults of a file.

use super::super::super::message::Message;
use super::super::catalog::Problems;
use super::super::code;
use super::super::model::Defaults;
use super::words::{unknown_key, word, written_as, wrong_kind};
use super::{alarm, window};
use crate::audit::Level;
use crate::source::{Mapping, NodePath, Problem, Value};

pub(super) const DEFAULTS: [&str; 4] = ["level", "min_threshold", "max_threshold", "reset_on_success"];

/// A map of settings, and where it stands.
pub(super) struct Settings<'a, 'p> {
    pub(super) map: &'a Mapping,
    pub(super) at: &'p NodePath,
    pub(super) problems: &'p mut Problems,
}

/// What the key `defaults` of a file says.
pub(super) fn defaults(value: &Value, at: &NodePath, problems: &mut Problems) -> Defaults {
    let map = match value {
        Value::Mapping(map) => map,
        other => {
            let help = format!("under it: {}", DEFAULTS.join(", "));
            problems.push(wrong_kind(at.clone(), "`defaults`", "a map", other).help(help));
            return Defaults::default();
        }
    };
    for key in map.keys().map(word).filter(|key| !DEFAULTS.contains(&key.as_ref())) {
        let unknown = unknown_key(at, &key, DEFAULTS);
        problems.push(match window::KEYS.contains(&key.as_ref()) {
            true => unknown.help("a window is an entry's own: write it beside its `max_threshold`"),
            false if alarm::KEYS.contains(&key.as_ref()) => {
                unknown.help("an alarm is an entry's own: write it beside its `field`")
            }
            false => unknown,
        });
    }
    let mut settings = Settings { map, at, problems };
    let read = Defaults {
        level: settings.level(),
        min_threshold: settings.min_threshold(),
        max_threshold: settings.threshold("max_threshold"),
        reset_on_success: settings.reset_on_success(),
    };
    if let (Some(min), Some(max)) = (read.min_threshold, read.max_threshold)
        && min > max
    {
        settings.too_late(min, max, None);
    }
    read
}

impl<'a> Settings<'a, '_> {
    fn refuse(&mut self, key: &str, expected: &str, value: &Value) {
        self.problems.push(wrong_kind(self.at.key(key), &format!("`{key}`"), expected, value));
    }

    pub(super) fn text(&mut self, key: &str, expected: &str) -> Option<&'a str> {
        let value = self.map.get(key)?;
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.refuse(key, expected, value);
        }
        text
    }

    pub(super) fn message(&mut self) -> Option<Message> {
        let read = Message::parse(self.text("message", "a text")?);
        read.map_err(|bad| {
            let problem = Problem::new(self.at.key("message"), bad.message).code(code::MESSAGE);
            self.problems.push(problem.help(bad.help));
        })
        .ok()
    }

    pub(super) fn level(&mut self) -> Option<Level> {
        let value = self.map.get("level")?;
        let written = word(value);
        if let Some(level) = Level::ALL.into_iter().find(|level| level.as_str() == written) {
            return Some(level);
        }
        let upper = written.to_uppercase();
        let help = match Level::ALL.into_iter().find(|level| level.as_str() == upper) {
            Some(level) => format!("did you mean `{level}`?"),
            None => "levels: S (stops the engine), A (ends the workflow), B (blocks the run), C (records), I (informs)"
                .to_owned(),
        };
        let problem = Problem::new(self.at.key("level"), format!("unknown level {}", written_as(value)));
        self.problems.push(problem.code(code::UNKNOWN_LEVEL).help(help));
        None
    }

    /// The Python reference writes 0 for what counts start with anyway.
    pub(super) fn min_threshold(&mut self) -> Option<u32> {
        let value = self.map.get("min_threshold")?;
        if value.as_u64() == Some(0) { Some(1) } else { self.threshold_of("min_threshold", value) }
    }

    pub(super) fn threshold(&mut self, key: &str) -> Option<u32> {
        self.threshold_of(key, self.map.get(key)?)
    }

    fn threshold_of(&mut self, key: &str, value: &Value) -> Option<u32> {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
        if number.is_none() {
            self.refuse(key, &format!("an integer from 1 to {}", u32::MAX), value);
        }
        number
    }

    /// No early warning could be given. One of the two may be a default of the file, or what holds where nothing is given.
    pub(super) fn too_late(&mut self, min: u32, max: u32, defaults: Option<(&Defaults, &NodePath)>) {
        const MAX: [&str; 2] = ["max_threshold", "threshold"];
        let own_min = self.map.contains_key("min_threshold").then_some("min_threshold");
        let own_max = MAX.into_iter().find(|key| self.map.contains_key(key));
        let is_default = |key, given: fn(&Defaults) -> Option<u32>| {
            let (of_file, at) = defaults?;
            given(of_file).map(|_| at.key(key))
        };
        let min_at = is_default("min_threshold", |it| it.min_threshold).filter(|_| own_min.is_none());
        let max_at = is_default("max_threshold", |it| it.max_threshold).filter(|_| own_max.is_none());
        let help = match (&min_at, &max_at, own_max) {
            (Some(_), _, Some(_)) => {
                format!("min_threshold is {min} by the defaults of the file: give it, at most {max}")
            }
            (Some(_), ..) => format!(
                "min_threshold is {min} by the defaults of the file, and max_threshold 1 where it is not given: give one of them"
            ),
            (None, Some(_), _) => {
                format!("max_threshold is {max} by the defaults of the file: give it, at least {min}")
            }
            (None, None, Some(_)) => format!("let min_threshold be at most {max}"),
            (None, None, None) => format!("max_threshold is 1 where it is not given: give it, at least {min}"),
        };
        let at = own_min.or(own_max).map_or_else(|| self.at.clone(), |key| self.at.key(key));
        let message =
            format!("min_threshold {min} is above max_threshold {max}: the level acts before any early warning");
        let problem = Problem::new(at, message).code(code::THRESHOLDS).help(help);
        self.problems.push(match (min_at, max_at) {
            (Some(at), _) => problem.other("the min_threshold", at),
            (None, Some(at)) => problem.other("the max_threshold", at),
            (None, None) => problem,
        });
    }

    /// Where a setting stands: in the entry, or in the defaults of the file.
    pub(super) fn place_of(&self, keys: &[&'static str], is_default: bool, defaults: &NodePath) -> Option<NodePath> {
        let own = keys.iter().find(|key| self.map.contains_key(key)).map(|key| self.at.key(key));
        own.or_else(|| keys.first().filter(|_| is_default).map(|key| defaults.key(key)))
    }

    /// It is asked for or left out.
    pub(super) fn where_present(&mut self) -> bool {
        let Some(value) = self.map.get("where_present") else { return false };
        let read = value.as_bool() == Some(true);
        if !read {
            let problem = wrong_kind(self.at.key("where_present"), "`where_present`", "true", value);
            self.problems.push(problem.help("leave it out where what is missing is a violation"));
        }
        read
    }

    pub(super) fn reset_on_success(&mut self) -> Option<bool> {
        let value = self.map.get("reset_on_success")?;
        let read = value.as_bool();
        if read.is_none() {
            self.refuse("reset_on_success", "true or false", value);
        }
        read
    }
}
