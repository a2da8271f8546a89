//! What the rules would say to a command, without running, counting or recording anything.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;

use super::alarm::AlarmState;
use super::counted::CountedRule;
use super::counters::AuditSession;
use super::judge::Gates;
use super::key;
use super::record::{Action, Interlock};
use crate::audit::Gate;
use crate::audit::Subject;
use crate::audit::Text;
use crate::timestamp;
use theus_lang::audit::metadata::RuleMetadata;
use theus_lang::audit::rule::{Base, Verdict};

/// The rules that would be checked for one command, in the order of the check. Its `Display` is a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The process.
    pub process: Text,
    /// The version of the state that was looked at.
    pub version: u64,
    /// Why nothing runs at present, where that is so.
    pub interlock: Option<Interlock>,
    /// The rules: those of the input gate first.
    pub rules: Vec<RuleAccount>,
}

/// One rule, how it stands, and what it would say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleAccount {
    /// What it says; the account dereferences to it: `account.rule`, `account.source`.
    #[serde(flatten)]
    pub metadata: RuleMetadata,
    /// Violations counted at present.
    pub count: u32,
    /// Of a rule with a counter for each value of a field: that of which `count` is, the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Text>,
    /// Of an alarm: how it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands: Option<AlarmState>,
    /// Whether a pass puts the counter back.
    pub reset_on_success: bool,
    /// Whether it is asked only where there is something.
    pub where_present: bool,
    /// Where it is judged at all, where that is not everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Text>,
    /// The message of the recipe, with its placeholders.
    pub message: Option<Text>,
    /// The value at present; none where it is known only in the run, as the scratch is.
    pub value: Option<Text>,
    /// What the rule would say to that value, where the process does not write it.
    pub would: Would,
}

/// What a rule would say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Would {
    /// The value passes.
    Pass,
    /// It does not, and this would come of it.
    Violate(Action),
    /// There is nothing, and the rule is asked only where there is something; or its `when` does not hold.
    NotAsked,
    /// It does not, and that has been counted, or does not count yet: the rule is an alarm whose value has been outside before.
    Standing,
    /// It is known only in the run: the rule is at the output gate on what the process writes, or on the scratch.
    Unknown,
}

impl Gates {
    pub(crate) fn explain(
        &self,
        subject: &(impl Subject + ?Sized),
        session: &AuditSession,
        version: u64,
        interlock: Option<Interlock>,
        now: SystemTime,
    ) -> Explanation {
        let process = self.process();
        let rules = Gate::ALL.into_iter().flat_map(|gate| self.rules(gate));
        let rules = rules.map(|rule| RuleAccount::of(process, rule, subject, session, timestamp::nanos(now)));
        Explanation { process: Text::from_static(process), version, interlock, rules: rules.collect() }
    }
}

impl Explanation {
    /// The explanation of a process that has no rules.
    pub(crate) const fn without_rules(process: &'static str, version: u64, interlock: Option<Interlock>) -> Self {
        Self { process: Text::from_static(process), version, interlock, rules: Vec::new() }
    }

    /// What would refuse the run, as far as is known before it: the strongest at the first gate that would. What is
    /// [`Would::Unknown`] may still do so. `None` where nothing that is known would.
    ///
    /// On a halted engine it is [`Action::Interlocked`] whatever the rules say, and [`interlock`](Self::interlock) says why.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::audit::Action;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let recipe = "process_recipes: { record: { inputs: [ { field: value, max: 100, level: S } ] } }";
    /// let engine = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
    /// assert_eq!(engine.explain(&Record { value: 20.0 })?.refusal(), None);
    /// assert!(engine.run(Record { value: 120.0 }).is_err());
    /// let halted = engine.explain(&Record { value: 20.0 })?;
    /// assert!(halted.refusal() == Some(Action::Interlocked) && halted.interlock.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn refusal(&self) -> Option<Action> {
        if self.interlock.is_some() {
            return Some(Action::Interlocked);
        }
        // What the input gate refuses never comes to the output gate.
        Gate::ALL.into_iter().find_map(|gate| {
            let refusing = self.rules.iter().filter(|rule| rule.gate == gate && rule.level.refuses());
            let acting = refusing.filter(|rule| matches!(rule.would, Would::Violate(action) if action.is_acting()));
            acting.min_by_key(|rule| rule.level).map(|rule| Action::of(rule.level))
        })
    }
}

impl RuleAccount {
    fn of(
        process: &'static str,
        rule: &Arc<CountedRule>,
        subject: &(impl Subject + ?Sized),
        session: &AuditSession,
        now: u64,
    ) -> Self {
        let key = key::of(rule, subject);
        let mut tally = session.tally(rule, &key);
        let count = tally.at(rule.counting().window(), now);
        let is_unknown = rule.is_made_in_run() || matches!(rule.target().base(), Base::Local(_));
        // What the process does not write is committed as it is: a change of it too can be judged.
        let mut value = None;
        let would = match (!is_unknown).then(|| rule.judge_beside(subject, session.sample(rule, &key)).0) {
            None => Would::Unknown,
            Some(Verdict::NotAsked | Verdict::Elsewhere) => Would::NotAsked,
            Some(Verdict::Passed) => Would::Pass,
            Some(Verdict::Failed(seen)) => {
                value = Some(seen.value);
                if session.would_count(rule, &key, now) {
                    Would::Violate(match tally.violated(rule, now) {
                        (_, true) => Action::of(rule.level()),
                        (after, false) if after >= rule.min_threshold() => Action::Warned,
                        _ => Action::Counted,
                    })
                } else {
                    Would::Standing
                }
            }
        };
        Self {
            metadata: rule.metadata(process),
            count,
            stands: session.alarm(rule, &key),
            key: key::shown(rule, &key),
            reset_on_success: rule.resets_on_success(),
            where_present: rule.is_where_present(),
            when: rule.when().map(Text::from),
            message: rule.message().map(|message| message.as_str().into()),
            value: value.or_else(|| rule.value_at_present(subject)),
            would,
        }
    }
}

impl Deref for RuleAccount {
    type Target = RuleMetadata;
    fn deref(&self) -> &RuleMetadata {
        &self.metadata
    }
}

impl fmt::Display for Would {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass => f.pad("passes"),
            Self::Violate(action) => action.fmt(f),
            Self::NotAsked => f.pad("not asked"),
            Self::Standing => f.pad("stands"),
            Self::Unknown => f.pad("known in the run"),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` at version {}: {} rules", self.process, self.version, self.rules.len())?;
        if let Some(interlock) = &self.interlock {
            write!(f, "; the engine is halted, {interlock}")?;
        }
        let mut rows = vec![HEAD.map(str::to_owned)];
        rows.extend(self.rules.iter().map(RuleAccount::row));
        let mut widths = [0; HEAD.len()];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in rows.iter().filter(|_| !self.rules.is_empty()) {
            let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            write!(f, "\n{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

const HEAD: [&str; 7] = ["gate", "rule", "level", "count", "value", "would be", "where"];

impl RuleAccount {
    fn row(&self) -> [String; HEAD.len()] {
        let warns = if self.min_threshold < self.max_threshold {
            format!(" (warns from {})", self.min_threshold)
        } else {
            String::new()
        };
        let counting = match (&self.counting, &self.key) {
            (Some(counting), Some(key)) => format!(" {counting} {key}"),
            (Some(counting), None) => format!(" {counting}"),
            (None, _) => String::new(),
        };
        [
            self.gate.to_string(),
            self.id.as_ref().map_or_else(|| self.rule.to_string(), |id| format!("{id} {}", self.rule)),
            self.level.to_string(),
            format!("{} of {}{counting}{warns}", self.count, self.max_threshold),
            self.value.as_deref().unwrap_or("-").to_owned(),
            match self.would {
                Would::Violate(action) => action.to_string(),
                would => would.to_string(),
            },
            self.source.to_string(),
        ]
    }
}
