//! One entry: its keys, its conditions and its settings.

use super::super::super::condition::Operator;
use super::super::super::message::Message;
use super::super::catalog::Problems;
use super::super::code;
use super::super::model::{Bound, Defaults, Entry, Invariant};
use super::super::python::Dialect;
use super::alarm::{self, Beside};
use super::settings::Settings;
use super::window::{self, Threshold};
use super::words::{word, wrong_kind};
use super::{about, meant};
use crate::source::{Mapping, NodePath, Problem, Value};
use theus_model::audit::{Gate, Level};

/// `threshold` is read, and not taught.
const SETTINGS: [&str; 9] = [
    "field",
    "level",
    "min_threshold",
    "max_threshold",
    "reset_on_success",
    "where_present",
    "when",
    "message",
    "threshold",
];

const A_CONDITION: &str = "a condition such as \"domain.total == domain.cash + domain.shares\"";

/// What every entry of a file is read with.
pub(super) struct Reading<'d> {
    pub(super) defaults: Defaults,
    pub(super) defaults_at: NodePath,
    pub(super) dialect: &'d mut Dialect,
    /// How many conditions have been read.
    pub(super) bounds: u32,
    /// Where the ids of the file stand.
    pub(super) ids: about::Ids,
    pub(super) problems: &'d mut Problems,
}

impl Reading<'_> {
    pub(super) fn entries<'a>(&mut self, gate: Gate, list: &'a Value, at: &NodePath, entries: &mut Vec<Entry<'a>>) {
        for (map, at) in self.maps(gate.key(), list, at) {
            entries.extend(self.entry(gate, map, at, &[]));
        }
    }

    pub(super) fn invariants<'a>(&mut self, list: &'a Value, at: &NodePath) -> Vec<Invariant<'a>> {
        let mut read = Vec::new();
        if list.is_null() {
            let problem = Problem::new(at.clone(), "`invariants` has no rules").code(code::NOTHING);
            self.problems
                .push(problem.help("begin each entry with `- field:`; `invariants: []` where there are to be none"));
            return read;
        }
        for (map, at) in self.maps("invariants", list, at) {
            let after_all = self.after_all(map, &at);
            let Some(entry) = self.entry(Gate::Output, map, at, &["processes"]) else { continue };
            // What a condition names is known when it is read.
            if entry.is_that() || entry.field.starts_with("domain.") {
                read.push(Invariant { entry, after_all });
            } else {
                let message = format!("an invariant is about the domain: {} is not", entry.field);
                let problem = Problem::new(entry.field_at(), message).code(code::INVARIANT);
                self.problems.push(problem.help("put the rule into the inputs or outputs of a process, or of \"*\""));
            }
        }
        read
    }

    fn after_all(&mut self, map: &Mapping, at: &NodePath) -> bool {
        match map.get("processes").map(|value| (value.as_str(), value)) {
            None | Some((Some("writers"), _)) => false,
            Some((Some("all"), _)) => true,
            Some((_, other)) => {
                self.problems.push(wrong_kind(at.key("processes"), "`processes`", "`writers` or `all`", other));
                false
            }
        }
    }

    fn maps<'a>(&mut self, key: &str, list: &'a Value, at: &NodePath) -> Vec<(&'a Mapping, NodePath)> {
        let Some(list) = list.as_sequence() else {
            let problem = wrong_kind(at.clone(), &format!("`{key}`"), "a list of entries", list);
            self.problems.push(problem.help("begin each entry with `- field:`"));
            return Vec::new();
        };
        let mut maps = Vec::with_capacity(list.len());
        for (index, value) in list.iter().enumerate() {
            match value {
                Value::Mapping(map) => maps.push((map, at.index(index))),
                other => {
                    let problem = wrong_kind(at.index(index), "an entry", "a map", other);
                    self.problems.push(problem.help("write it as `{ field: …, min: … }`"));
                }
            }
        }
        maps
    }

    fn entry<'a>(&mut self, gate: Gate, map: &'a Mapping, at: NodePath, more: &[&'static str]) -> Option<Entry<'a>> {
        let Self { defaults, defaults_at, bounds, ids, problems, .. } = self;
        let is_setting = |key: &str| {
            let keys = [&SETTINGS[..], &window::KEYS, &alarm::KEYS, &about::KEYS, more];
            keys.iter().any(|keys| keys.contains(&key))
        };
        let (mut conditions, mut has_unknown) = (Vec::new(), false);
        for (key, value) in map {
            let key = word(key);
            if let Some(test) = Operator::named(&key) {
                conditions.push(Bound { test, value, number: 0 });
            } else if !is_setting(&key) {
                has_unknown = true;
                let taught: Vec<&str> = SETTINGS[..8]
                    .iter()
                    .chain(&window::KEYS)
                    .chain(&alarm::KEYS)
                    .chain(&about::KEYS)
                    .chain(more)
                    .copied()
                    .collect();
                let message = format!("unknown key or condition `{key}`");
                let problem = Problem::new(at.at_key(&key), message).code(code::UNKNOWN_KEY);
                problems.push(problem.help(meant::help(&key, map, &taught)));
            }
        }
        conditions.sort_unstable_by_key(|bound| bound.test);
        for bound in &mut conditions {
            bound.number = *bounds;
            *bounds += 1;
        }
        if conditions.is_empty() && !has_unknown {
            // What is on several values has no field beside it.
            let of_fields =
                Operator::ALL.into_iter().filter(|test| !matches!(test, Operator::That | Operator::Missing));
            let tests = of_fields.map(Operator::as_str).collect::<Vec<_>>().join(", ");
            let problem = Problem::new(at.clone(), "the entry has no condition").code(code::NO_CONDITION);
            problems.push(problem.help(format!("give it one of: {tests}")));
        }
        if conditions.iter().any(|bound| bound.test == Operator::Exists) && map.contains_key("where_present") {
            let message = "`where_present` beside `exists`: it asks only where there is something";
            let problem = Problem::new(at.at_key("where_present"), message).code(code::WHERE_PRESENT);
            problems.push(problem.help("leave it out, or give `exists` an entry of its own"));
        }
        let is_that = conditions.iter().any(|bound| bound.test == Operator::That);
        if is_that {
            beside_that(map, &conditions, &at, problems);
            conditions.retain(|bound| bound.test == Operator::That);
        }
        let is_missing = conditions.iter().any(|bound| bound.test == Operator::Missing);
        if is_missing {
            let level = Settings { map, at: &at, problems: &mut Problems::new() }.level();
            let level = level.or(defaults.level).unwrap_or_default();
            beside_missing((map, gate, level), &conditions, &at, problems);
            conditions.retain(|bound| bound.test == Operator::Missing);
        }
        let mut settings = Settings { map, at: &at, problems };
        let field = match is_that {
            _ if is_missing => Some(Operator::Missing.as_str()),
            true => settings.text("that", A_CONDITION),
            false => settings.text("field", "the path of a value"),
        };
        let when = settings.text("when", A_CONDITION).filter(|_| !is_missing);
        let about = settings.about(&conditions, ids);
        let (level, reset, message) = (settings.level(), settings.reset_on_success(), settings.message());
        let where_present = settings.where_present();
        let before = settings.problems.len();
        let (own_min, threshold) = (settings.min_threshold(), settings.threshold("threshold"));
        let own_max = settings.threshold("max_threshold").or(threshold);
        let max_threshold = own_max.or(defaults.max_threshold).unwrap_or(1);
        let min_threshold = own_min.or(defaults.min_threshold).unwrap_or(1);
        // Two defaults that do not go together have been reported where they stand, and so has what is no threshold.
        let is_own = own_min.is_some() || own_max.is_some() || defaults.max_threshold.is_none();
        if min_threshold > max_threshold && is_own && settings.problems.len() == before {
            settings.too_late(min_threshold, max_threshold, Some((defaults, defaults_at)));
        }
        let threshold = Threshold {
            max: max_threshold,
            max_at: settings.place_of(&["max_threshold", "threshold"], defaults.max_threshold.is_some(), defaults_at),
            resets_at: match reset.or(defaults.reset_on_success) {
                Some(true) => settings.place_of(&["reset_on_success"], true, defaults_at),
                _ => None,
            },
        };
        let counted = settings.counted(&threshold);
        let alarm = settings.alarm(&Beside {
            conditions: &conditions,
            level: level.or(defaults.level).unwrap_or_default(),
            level_at: settings.place_of(&["level"], defaults.level.is_some(), defaults_at),
            threshold: &threshold,
            counted: &counted,
        });
        if counted.per.is_none() && message.as_ref().is_some_and(Message::asks_key) && !map.contains_key("per") {
            let message = "`{key}` is the value that is counted for: there is none without `per`";
            let problem = Problem::new(at.key("message"), message).code(code::MESSAGE);
            problems.push(problem.help("say `per: domain.…`, or leave it out"));
        }
        // A slip of `that` has been told.
        let is_slip = conditions.is_empty() && map.keys().any(|key| meant::means_that(&word(key)));
        if field.is_none() && !is_that && !is_slip && !map.contains_key("field") {
            let problem = Problem::new(at.clone(), "the entry has no `field`").code(code::NO_FIELD);
            problems.push(problem.help("say which value it is about: `field: domain.…`"));
        }
        if map.contains_key("threshold") {
            self.dialect.threshold();
        }
        if map.contains_key("max_threshold") {
            self.dialect.max_threshold(|| at.key("max_threshold"));
        }
        if level.or(self.defaults.level).is_none() && !map.contains_key("level") {
            self.dialect.default_level(|| at.clone());
        }
        if reset.or(self.defaults.reset_on_success).is_none() && !map.contains_key("reset_on_success") {
            self.dialect.default_reset(|| at.clone());
        }
        Some(Entry {
            gate,
            at,
            field: field?,
            when,
            about,
            conditions,
            level: level.or(self.defaults.level).unwrap_or_default(),
            min_threshold,
            max_threshold,
            reset_on_success: reset.or(self.defaults.reset_on_success).unwrap_or(false),
            where_present: where_present && !is_that && !is_missing,
            counted,
            alarm,
            message,
        })
    }
}

/// What stands beside `that`, and is about one field.
fn beside_that(map: &Mapping, conditions: &[Bound<'_>], at: &NodePath, problems: &mut Problems) {
    let other = conditions.iter().map(|bound| bound.test).find(|test| *test != Operator::That).map(Operator::as_str);
    let beside = ["field", "where_present", "deadband", "unit"].into_iter().find(|key| map.contains_key(key)).or(other);
    let Some(beside) = beside else { return };
    let message = format!("`{beside}` beside `that`: a condition names its fields itself");
    let help = match beside {
        "field" => "leave `field` out, or ask of that field alone: `field: …, min: …`",
        "unit" => "leave it out: a condition is on several values, each in a unit of its own; say them in `message`",
        "deadband" => "leave it out: a condition says itself from when on the value is back",
        "where_present" => "leave it out: `when: \"has(domain.x.y)\"` asks only where there is something",
        _ => "give each of the two an entry of its own",
    };
    problems.push(Problem::new(at.at_key(beside), message).code(code::THAT).help(help));
}

/// What stands beside `missing`, which is about runs that there are not.
fn beside_missing(
    (map, gate, level): (&Mapping, Gate, Level),
    conditions: &[Bound<'_>],
    at: &NodePath,
    problems: &mut Problems,
) {
    let problem = |key: &str, message: String, help: &str| {
        Problem::new(at.at_key(key), message).code(code::MISSING).help(help.to_owned())
    };
    let other = conditions.iter().map(|bound| bound.test).find(|test| *test != Operator::Missing);
    let has_no_sense = ["field", "when", "per", "of", "where_present", "deadband", "on_delay"]
        .into_iter()
        .find(|key| map.contains_key(key));
    let found = if let Some(other) = other {
        let message = format!("`{other}` beside `missing`: it is about runs, and not about a value");
        problem(other.as_str(), message, "give each of the two an entry of its own")
    } else if let Some(beside) = has_no_sense {
        let (why, help) = match beside {
            "field" => ("it is about runs, and not about a value", "leave it out; a value that should move is `stuck`"),
            "on_delay" => ("it waits by itself", "make `missing` longer"),
            "of" => ("time finds it, and counts no judgements", "`within: 1h` counts those of the last hour"),
            _ => ("time finds it, and no run of which something could be asked", "leave it out"),
        };
        problem(beside, format!("`{beside}` beside `missing`: {why}"), help)
    } else if gate == Gate::Input {
        let message = "`missing` at the input gate: a run counts when it comes to its commit".to_owned();
        problem("missing", message, "put the entry under `outputs`")
    } else if matches!(level, Level::A | Level::B) {
        let key = if map.contains_key("level") { "level" } else { "missing" };
        let default = if key == "level" { "" } else { ", which holds where none is given" };
        let message = format!("`missing` of level {level}{default}: there is no run that it could refuse");
        problem(key, message, "level C records it, I informs, S stops the engine")
    } else {
        return;
    };
    problems.push(found);
}
