//! The summary for programs.

use std::collections::BTreeMap;

use serde::Serialize;
use theus_core::source::printable_json;

use crate::counter::Outcome;
use crate::tally::{RuleCount, RuleKey};

/// What `--json` prints; `--help` says what the keys mean.
#[derive(Debug, Default, Serialize)]
struct Summary {
    transfers: u64,
    committed: u64,
    blocked: u64,
    declined: u64,
    total_before: Option<String>,
    total_after: Option<String>,
    ledger_records: u64,
    ledger_verified: bool,
    halted: bool,
    ledger_tail: Option<String>,
    days: u32,
    frozen: u64,
    cleared: u64,
    declined_by: BTreeMap<String, u64>,
    rules: Vec<Rule>,
    final_state: Option<String>,
    status: &'static str,
}

#[derive(Debug, Serialize)]
struct Rule {
    #[serde(flatten)]
    key: RuleKey,
    #[serde(flatten)]
    count: RuleCount,
}

/// The summary in one line; where the bank could not even open, of nothing.
pub(crate) fn line(outcome: Option<&Outcome>) -> Result<String, serde_json::Error> {
    let nothing = || Summary { status: "not_started", ..Summary::default() };
    let line = serde_json::to_string(&outcome.map_or_else(nothing, Summary::of))?;
    Ok(printable_json(&line).into_owned())
}

impl Summary {
    fn of(outcome: &Outcome) -> Self {
        let Outcome { tally, bank, ledger, .. } = outcome;
        Self {
            transfers: tally.transfers,
            committed: tally.committed,
            blocked: tally.blocked,
            declined: tally.declined,
            total_before: Some(outcome.total_before.to_string()),
            total_after: Some(outcome.total_after.to_string()),
            ledger_records: ledger.records,
            ledger_verified: ledger.fault.is_none(),
            halted: outcome.halted,
            ledger_tail: Some(ledger.tail.hash.to_string()),
            days: bank.day,
            frozen: bank.watch.frozen,
            cleared: bank.watch.cleared,
            declined_by: tally.declined_by.clone(),
            rules: tally.rules.iter().map(|(key, count)| Rule { key: key.clone(), count: *count }).collect(),
            final_state: Some(outcome.state.clone()),
            status: outcome.status.kind(),
        }
    }
}
