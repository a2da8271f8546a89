//! What is meant by a key of an entry that is none.

use super::super::super::condition::Operator;
use super::words::{word, written_as};
use crate::source::{Mapping, Value, nearest};

/// Words that other tools and tongues have for what is here.
const ALIKE: [(&str, &[&str]); 28] = [
    ("level", &["severity", "action", "reaction"]),
    ("id", &["tag", "rule", "rule_id", "ref", "code"]),
    ("owner", &["team", "contact", "responsible", "assignee", "owned_by"]),
    ("priority", &["urgency", "prio", "importance"]),
    ("response", &["runbook", "playbook", "instructions", "what_to_do", "procedure", "remedy"]),
    ("unit", &["units", "uom", "measure", "dimension"]),
    ("field", &["name", "path", "key", "on", "value", "variable"]),
    ("message", &["text", "msg", "description", "reason", "error"]),
    ("min", &["gte", "ge", "minimum", "at_least", "lower", "above", "greater_than", "gt"]),
    ("max", &["lte", "le", "maximum", "at_most", "upper", "below", "less_than", "lt"]),
    ("eq", &["equals", "equal", "is", "const"]),
    ("neq", &["ne", "not_equal", "is_not", "not"]),
    ("in", &["one_of", "enum", "oneof", "allowed", "values"]),
    ("between", &["range"]),
    ("regex", &["pattern", "matches", "match"]),
    ("exists", &["required", "present", "defined", "not_null"]),
    ("that", &["expr", "expression", "assert", "check", "invariant", "condition", "formula"]),
    ("when", &["if", "guard", "only_if", "where", "applies"]),
    ("where_present", &["if_present", "when_present", "optional", "nullable"]),
    ("within", &["window", "period", "interval", "during", "timeframe", "time_window", "in_last"]),
    ("of", &["runs", "last", "out_of", "of_last", "last_runs", "sample", "samples"]),
    ("across", &["scope", "shared", "count_across", "together"]),
    ("per", &["by", "group_by", "partition", "partition_by", "count_by", "for_each"]),
    ("deadband", &["hysteresis", "dead_band", "hyst", "tolerance"]),
    ("on_delay", &["delay", "debounce", "delay_on", "for", "hold_off", "sustained"]),
    ("off_delay", &["delay_off", "clear_delay", "return_delay"]),
    ("latched", &["latch", "latching", "sticky", "manual_reset"]),
    ("max_threshold", &["threshold_max", "after", "times", "occurrences"]),
];

/// Words for what rules do not have, and what there is instead.
const NOT_HERE: [(&[&str], &str); 1] = [(
    &["enabled", "disabled", "active", "shelved", "suppress"],
    "a rule is in force where it stands: take it out, or begin its line with `#`; an alarm is put aside by `engine.shelve(..)`, and \
     suppressed by design where its `when` does not hold",
)];

/// Whether it is a word for `that`.
pub(super) fn means_that(key: &str) -> bool {
    let key = key.to_lowercase();
    ALIKE.iter().any(|(meant, alike)| *meant == "that" && alike.contains(&key.as_str()))
}

/// The help for a key that is neither a setting nor a condition.
pub(super) fn help(key: &str, map: &Mapping, settings: &[&str]) -> String {
    if let Some(decimal) = decimal(key, map) {
        return format!("a decimal is written with a point: `{decimal}`");
    }
    if let Some((meant, _)) = ALIKE.iter().find(|(_, alike)| alike.contains(&key.to_lowercase().as_str())) {
        return format!("did you mean `{meant}`?");
    }
    let conditions = Operator::ALL.map(Operator::as_str);
    if key == "unless" {
        return "write `when:` and the opposite: `when: \"!(…)\"`".to_owned();
    }
    if let Some((_, help)) = NOT_HERE.iter().find(|(alike, _)| alike.contains(&key.to_lowercase().as_str())) {
        return (*help).to_owned();
    }
    match nearest(key, settings.iter().copied().chain(conditions)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("conditions: {}; settings: {}", conditions.join(", "), settings.join(", ")),
    }
}

/// `min: 0,6` between braces is `min: 0` and a key `6`.
fn decimal(key: &str, map: &Mapping) -> Option<String> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let at = map.keys().position(|one| word(one) == key)?.checked_sub(1)?;
    let (before, whole) = map.iter().nth(at)?;
    let is_whole = matches!(whole, Value::Number(number) if !number.is_f64());
    is_whole.then(|| format!("{}: {}.{key}", word(before), written_as(whole)))
}
