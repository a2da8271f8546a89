//! What a threshold counts together: `within`, `of`, `across` and `per`.

use std::time::Duration;

use super::super::super::counting::{Across, MOST_KEPT, Window};
use super::super::code;
use super::super::model::Counted;
use super::settings::Settings;
use super::words::{written_as, wrong_kind};
use crate::source::{NodePath, Problem, Value, did_you_mean, duration};

/// The keys of an entry that are read here.
pub(super) const KEYS: [&str; 4] = ["within", "of", "across", "per"];

const AS_IN: &str = "as in `within: 1h`, `within: 90s`, `within: 1h 30m`";

/// What it is counted up to, and what becomes of it.
pub(super) struct Threshold {
    /// `max_threshold`, and where it stands, if it does.
    pub(super) max: u32,
    pub(super) max_at: Option<NodePath>,
    /// `reset_on_success`, and where it stands.
    pub(super) resets_at: Option<NodePath>,
}

impl<'a> Settings<'a, '_> {
    /// Read last: it is held against the thresholds.
    pub(super) fn counted(&mut self, threshold: &Threshold) -> Counted<'a> {
        let before = self.problems.len();
        let (window, across, per) = (self.window(), self.across(), self.text("per", "the path of one value"));
        // What is wrong by itself is not held against anything.
        if self.problems.len() == before {
            self.fits(window, threshold);
        }
        self.idle(threshold.max);
        Counted { window, across, per }
    }

    fn window(&mut self) -> Window {
        let (within, of) = (self.map.get("within"), self.map.get("of"));
        if within.is_some() && of.is_some() {
            let problem =
                Problem::new(self.at.at_key("of"), "`of` beside `within`: a window is so long, or so many runs");
            let problem = problem.code(code::WINDOW).help("keep one of them; two entries can have a window each");
            self.problems.push(problem.other("the `within`", self.at.at_key("within")));
            return Window::Endless;
        }
        match (within, of) {
            (Some(value), _) => self.within(value).map_or(Window::Endless, Window::Within),
            (None, Some(value)) => self.of(value).map_or(Window::Endless, Window::Of),
            (None, None) => Window::Endless,
        }
    }

    fn across(&mut self) -> Across {
        let Some(value) = self.map.get("across") else { return Across::Session };
        match value.as_str() {
            Some("session") => return Across::Session,
            Some("engine") => return Across::Engine,
            _ => {}
        }
        let problem = wrong_kind(self.at.key("across"), "`across`", "`session` or `engine`", value);
        let near = value.as_str().and_then(|word| did_you_mean(word, ["session", "engine"]));
        let is_path = value.as_str().is_some_and(|word| word.contains('.'));
        self.problems.push(match near {
            _ if is_path => problem.help("a counter for each value of a field is `per`"),
            Some(near) => problem.help(near),
            None => {
                problem.help("`engine` is one counter for all sessions; where it is not given each session has its own")
            }
        });
        Across::Session
    }

    fn within(&mut self, value: &Value) -> Option<Duration> {
        // Others have it for what lies between two bounds.
        if let Value::Sequence(_) = value {
            let problem = wrong_kind(self.at.key("within"), "`within`", "a time", value);
            self.problems.push(problem.help("for two bounds write `between`"));
            return None;
        }
        self.time("within", code::WINDOW, "leaves no time: no two violations lie in it", AS_IN)
    }

    /// A time that is one; `nothing` is what one of 0 does.
    pub(super) fn time(&mut self, key: &str, code: &'static str, nothing: &str, as_in: &str) -> Option<Duration> {
        let value = self.map.get(key)?;
        let at = self.at.key(key);
        let wrong = |message: String, help: String| Problem::new(at.clone(), message).code(code).help(help);
        let problem = match value {
            Value::Number(number) if !number.is_f64() => {
                wrong(format!("`{key}` has no unit"), format!("write `{number}s`, `{number}m` or `{number}h`"))
            }
            Value::Text(text) => match duration::parse(text) {
                Ok(time) if time.is_zero() => wrong(format!("`{key}` {nothing}"), as_in.to_owned()),
                Ok(time) => return Some(time),
                Err(why) => {
                    let help = duration::of_iso(text).map_or(as_in.to_owned(), |ours| format!("write `{ours}`"));
                    wrong(format!("`{key}` is no time: {why}"), help)
                }
            },
            other => wrong_kind(at.clone(), &format!("`{key}`"), "a time", other).help(as_in),
        };
        self.problems.push(problem);
        None
    }

    fn of(&mut self, value: &Value) -> Option<u32> {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
        if number.is_none() {
            let expected = format!("a number of runs from 1 to {}", u32::MAX);
            let problem = wrong_kind(self.at.key("of"), "`of`", &expected, value);
            self.problems.push(match value {
                Value::Text(text) if duration::parse(text).is_ok() => {
                    problem.help(format!("for a time write `within: {text}`"))
                }
                _ => problem.help("`max_threshold: 3, of: 10` acts where 3 of the last 10 runs violate it"),
            });
        }
        number
    }

    fn fits(&mut self, window: Window, threshold: &Threshold) {
        let Threshold { max, max_at, resets_at } = threshold;
        let key = if window.counts_passes() { "of" } else { "within" };
        let refused = |message: String, help: String| {
            let problem = Problem::new(self.at.key(key), message).code(code::WINDOW).help(help);
            match max_at {
                Some(at) => problem.other("the max_threshold", at.clone()),
                None => problem,
            }
        };
        let problem = match window {
            Window::Endless => return,
            Window::Of(runs) if runs < *max => refused(
                format!("{max} violations do not fit into {runs} {}: the level would never act", runs_of(runs)),
                format!("let `of` be at least {max}, or max_threshold at most {runs}"),
            ),
            _ if *max > MOST_KEPT => refused(
                format!("max_threshold {max} is too high for a window: each violation in it is kept"),
                format!("let max_threshold be at most {MOST_KEPT}, or leave `{key}` out"),
            ),
            Window::Of(runs) => match resets_at {
                None => return,
                Some(at) => {
                    let message =
                        format!("`of` beside `reset_on_success`: a pass is one of the {runs} runs, or it empties them");
                    let help = format!(
                        "leave `of` out for {max} violations in a row, or say `reset_on_success: false` for {max} of {runs}"
                    );
                    let problem = Problem::new(self.at.key(key), message).code(code::WINDOW).help(help);
                    problem.other("the reset_on_success", at.clone())
                }
            },
            Window::Within(_) => return,
        };
        self.problems.push(problem);
    }

    /// Where one violation is enough there is nothing to count together.
    fn idle(&mut self, max: u32) {
        if max != 1 {
            return;
        }
        for key in KEYS.into_iter().filter(|key| self.map.contains_key(key)) {
            let value = self.map.get(key).map(written_as).unwrap_or_default();
            let message =
                format!("`{key}: {}` does nothing: the rule acts at every violation", value.trim_matches('"'));
            let problem = Problem::warning(self.at.at_key(key), message).code(code::IDLE_WINDOW);
            self.problems.push(problem.help(format!("give it a max_threshold of at least 2, or leave `{key}` out")));
        }
    }
}

const fn runs_of(count: u32) -> &'static str {
    if count == 1 { "run" } else { "runs" }
}
