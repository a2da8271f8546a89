//! Changes as a review reads them.

use std::fmt;

use super::super::super::condition::Operator;
use super::super::super::looks::in_one_line;
use super::{ChangeKind, RecipeChanges, RuleChange, RuleSettings};

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Stricter => "stricter",
            Self::Looser => "looser",
            Self::Otherwise => "otherwise",
            Self::New => "new",
            Self::Gone => "gone",
        })
    }
}

/// How the counts of the kinds are read out.
const COUNTED: [(ChangeKind, &str); 5] = [
    (ChangeKind::Stricter, "stricter"),
    (ChangeKind::Looser, "looser"),
    (ChangeKind::Otherwise, "otherwise changed"),
    (ChangeKind::New, "new"),
    (ChangeKind::Gone, "gone"),
];

/// A summary, and each change with its positions in both files.
impl fmt::Display for RecipeChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, name)) in COUNTED.into_iter().enumerate() {
            let count: usize = self.of_kind(kind).map(|change| change.processes.len()).sum();
            match index {
                0 => write!(f, "{count} {} {name}", if count == 1 { "rule" } else { "rules" })?,
                _ => write!(f, ", {count} {name}")?,
            }
        }
        writeln!(f, ", {} unchanged", self.unchanged)?;
        self.changes.iter().try_for_each(|change| write!(f, "\n{change}"))
    }
}

impl fmt::Display for RuleChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, processes, gate, path, condition, details, old, new } = self;
        let kind = format!("{kind:9}");
        write!(f, "{kind} {}, {gate} gate: ", processes.join(", "))?;
        if let Some(id) = new.as_ref().or(old.as_ref()).and_then(|settings| settings.id.as_ref()) {
            write!(f, "{id}, ")?;
        }
        match condition {
            // Where it is new or gone the condition follows, which names them.
            Operator::That if details.is_empty() => f.write_str("that")?,
            Operator::That => write!(f, "that of {path}")?,
            _ => write!(f, "{path} {condition}")?,
        }
        match (old, new) {
            (Some(old), Some(new)) => {
                writeln!(f, "\n          {}", details.join("; "))?;
                writeln!(f, "          {} -> {}", old.source, new.source)
            }
            (Some(only), None) | (None, Some(only)) => writeln!(f, " {only}\n          {}", only.source),
            (None, None) => writeln!(f),
        }
    }
}

impl fmt::Display for RuleSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, level, min_threshold, max_threshold, counting, .. } = self;
        write!(f, "{limit} (level {level}, acts at violation {max_threshold}")?;
        if let Some(counting) = counting {
            write!(f, " {counting}")?;
        }
        if min_threshold < max_threshold {
            write!(f, ", warns from {min_threshold}")?;
        }
        f.write_str(if self.reset_on_success { ", a pass resets" } else { "" })?;
        f.write_str(if self.where_present { ", where present" } else { "" })?;
        if let Some(alarm) = &self.alarm {
            write!(f, ", {alarm}")?;
        }
        match &self.when {
            Some(when) => write!(f, ", when {})", in_one_line(when)),
            None => f.write_str(")"),
        }
    }
}
