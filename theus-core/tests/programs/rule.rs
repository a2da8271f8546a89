//! Random audit rules: kept as plain data for the reference, written out as a recipe for the engine.

use std::fmt::Write;

/// One rule on one path at one gate of one process.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RuleSpec {
    pub process: &'static str,
    pub output_gate: bool,
    pub field: &'static str,
    pub bound: Bound,
    pub level: char,
    pub min_threshold: u32,
    pub max_threshold: u32,
    pub reset_on_success: bool,
    pub window: Window,
    /// Whether there is one counter for the engine, and one for each `weight`.
    pub is_shared: bool,
    pub is_per_weight: bool,
    pub alarm: Option<AlarmSpec>,
}

/// What makes an alarm of a rule on a number: by how much the value must be back inside, and delays in seconds; 0 where not said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct AlarmSpec {
    pub deadband: i64,
    pub on_delay: i64,
    pub off_delay: i64,
}

impl AlarmSpec {
    /// As a recipe spells it.
    fn spelled(self) -> String {
        let mut text = String::from(", alarm: true");
        for (key, value, unit) in
            [("deadband", self.deadband, ""), ("on_delay", self.on_delay, "s"), ("off_delay", self.off_delay, "s")]
        {
            if value > 0 {
                write!(text, ", {key}: {value}{unit}").unwrap();
            }
        }
        text
    }
}

/// Which violations its threshold counts together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Window {
    Endless,
    /// In seconds.
    Within(i64),
    Of(u32),
}

impl Window {
    /// As a recipe spells it.
    fn spelled(self) -> String {
        match self {
            Self::Endless => String::new(),
            Self::Within(seconds) => format!(", within: {seconds}s"),
            Self::Of(runs) => format!(", of: {runs}"),
        }
    }

    /// As records have it, behind a number of violations.
    fn told(self) -> Option<String> {
        match self {
            Self::Endless => None,
            Self::Within(seconds @ (60 | 120)) => Some(format!("within {}m", seconds / 60)),
            Self::Within(seconds) => Some(format!("within {seconds}s")),
            Self::Of(runs) => Some(format!("in {runs} runs")),
        }
    }
}

impl RuleSpec {
    /// What is counted together, as records have it.
    pub(crate) fn counting(&self) -> Option<String> {
        let shared = self.is_shared.then(|| "across the engine".to_owned());
        let per = self.is_per_weight.then(|| "per weight".to_owned());
        let said: Vec<String> = [self.window.told(), shared, per].into_iter().flatten().collect();
        (!said.is_empty()).then(|| said.join(" "))
    }
}

/// What it asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    Min(i64),
    Max(i64),
    Neq(i64),
    Is(bool),
    MinLen(usize),
    MaxLen(usize),
}

impl Bound {
    /// Whether a recipe refuses the two on one path: the same test twice, or no value that satisfies both.
    pub(crate) fn clashes_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Min(min), Self::Max(max)) | (Self::Max(max), Self::Min(min)) => min > max,
            (Self::MinLen(min), Self::MaxLen(max)) | (Self::MaxLen(max), Self::MinLen(min)) => min > max,
            _ => self.spelled().0 == other.spelled().0,
        }
    }

    /// As a recipe spells it.
    pub(crate) fn spelled(self) -> (&'static str, String) {
        match self {
            Self::Min(bound) => ("min", bound.to_string()),
            Self::Max(bound) => ("max", bound.to_string()),
            Self::Neq(bound) => ("neq", bound.to_string()),
            Self::Is(bound) => ("eq", bound.to_string()),
            Self::MinLen(bound) => ("min_len", bound.to_string()),
            Self::MaxLen(bound) => ("max_len", bound.to_string()),
        }
    }
}

/// The rules as a recipe; `None` where there are none.
pub(crate) fn recipe_text(rules: &[RuleSpec]) -> Option<String> {
    let mut text = String::from("process_recipes:\n");
    let mut processes: Vec<_> = rules.iter().map(|rule| rule.process).collect();
    processes.sort_unstable();
    processes.dedup();
    for process in &processes {
        writeln!(text, "  {process}:").unwrap();
        for (output_gate, key) in [(false, "inputs"), (true, "outputs")] {
            let entries: Vec<_> =
                rules.iter().filter(|rule| rule.process == *process && rule.output_gate == output_gate).collect();
            if entries.is_empty() {
                continue;
            }
            writeln!(text, "    {key}:").unwrap();
            for rule in entries {
                let RuleSpec { field, level, min_threshold, max_threshold, reset_on_success, .. } = rule;
                let shared = if rule.is_shared { ", across: engine" } else { "" };
                let per = if rule.is_per_weight { ", per: weight" } else { "" };
                let window = rule.window.spelled();
                let alarm = rule.alarm.map_or_else(String::new, AlarmSpec::spelled);
                let (test, bound) = rule.bound.spelled();
                writeln!(
                    text,
                    "      - {{ field: {field}, {test}: {bound}, level: {level}, min_threshold: {min_threshold}, \
                     max_threshold: {max_threshold}, reset_on_success: {reset_on_success}{window}{shared}{per}{alarm} }}"
                )
                .unwrap();
            }
        }
    }
    (!processes.is_empty()).then_some(text)
}
