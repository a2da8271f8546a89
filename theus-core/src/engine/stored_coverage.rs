//! What of a program the sessions of a store have ever used: which processes ran, which rules were violated, which states they are in.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Serialize;

use super::handle::Engine;
use crate::audit::{Gate, ListedRule, Violation, rules_of, write_rule};
use crate::context::Context;
use crate::process::Contract;
use crate::store::{SessionState, StoreError, called};

/// How many sessions, entries and records are read at once.
const PAGE: usize = 256;

/// What of a program the sessions of a store have ever used, as far as the store tells it.
///
/// Runs are those in the journals of the sessions that are there; violations are those in the ledger, of every session that there ever was.
/// A state is reached where a session is in it, or a history state remembers it: states that were passed through and left are not
/// stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoredCoverage {
    /// How many sessions were looked at.
    pub sessions: u64,
    /// Each process that leaves a trace in a journal, in the order of their names.
    pub processes: Vec<CoveredProcess>,
    /// Each rule in force, in the order of the files.
    pub rules: Vec<CoveredRule>,
    /// Each state of the workflow, in the order of its file; none where no workflow was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<Vec<CoveredState>>,
    /// The processes that write nothing and send nothing, of whose runs a journal has no trace.
    pub untraced: Vec<String>,
    /// How many steps are of processes that the program does not have any more.
    pub unknown_steps: u64,
    /// How many violations are of rules that are not in force any more.
    pub unknown_violations: u64,
    /// How many steps were pruned from the journals: what ran in them is not known.
    pub pruned_steps: u64,
    /// How many sessions have something to do at once. Where their workflow comes to by it is not known: what follows from a commit alone
    /// is worked out when a session goes on, and is not stored before.
    pub ready: u64,
    /// How many sessions are where the workflow cannot be: in another one, or in states that it has not.
    pub unplaced: u64,
    /// How many sessions cannot be read, or not to their end.
    pub unread: u64,
}

/// A process, and how often it ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoveredProcess {
    /// The process.
    pub process: String,
    /// How many of its runs stand in a journal: each has committed.
    pub runs: u64,
}

/// A rule, and how often it was violated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoveredRule {
    /// The process that it is of; none where it is an invariant, which is of all of them.
    pub process: Option<String>,
    /// The gate.
    pub gate: Gate,
    /// The rule, as in `domain.temperature min 45`.
    pub rule: String,
    /// Where it stands: `file:line:column`.
    pub source: String,
    /// How many violations of it are on record.
    pub violations: u64,
}

/// As in `domain.temperature min 45 of record (output), audit.yaml:4:9`.
impl fmt::Display for CoveredRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_rule(f, (self.process.as_deref(), self.gate), &self.rule, &self.source)
    }
}

/// A state of a workflow, and how many sessions are known to have been in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CoveredState {
    /// The state.
    pub state: String,
    /// How many sessions are in it.
    pub sessions: u64,
    /// How many sessions have a history state that remembers it, and are not in it.
    pub remembered: u64,
}

impl CoveredState {
    pub(crate) fn new(state: &str) -> Self {
        Self { state: state.to_owned(), sessions: 0, remembered: 0 }
    }

    /// Whether a session is known to have been in it.
    #[must_use]
    pub const fn is_reached(&self) -> bool {
        self.sessions > 0 || self.remembered > 0
    }
}

impl StoredCoverage {
    /// The processes that never ran.
    pub fn missed_processes(&self) -> impl Iterator<Item = &CoveredProcess> {
        self.processes.iter().filter(|process| process.runs == 0)
    }

    /// The rules that were never violated: nobody has seen what they do.
    pub fn missed_rules(&self) -> impl Iterator<Item = &CoveredRule> {
        self.rules.iter().filter(|rule| rule.violations == 0)
    }

    /// The states in which no session is known to have been.
    pub fn missed_states(&self) -> impl Iterator<Item = &CoveredState> {
        self.states.iter().flatten().filter(|state| !state.is_reached())
    }

    /// What the store does not tell.
    fn unknown(&self) -> Vec<String> {
        let mut unknown = vec![match self.states {
            Some(_) => "states that were passed through and left, which are not stored".to_owned(),
            None => "states, as no workflow was named".to_owned(),
        }];
        if !self.untraced.is_empty() {
            unknown.push(format!("runs of {}, which write nothing", self.untraced.join(", ")));
        }
        if self.pruned_steps > 0 {
            unknown.push(format!("what ran in {} that were pruned", of(self.pruned_steps, "step")));
        }
        if self.ready > 0 && self.states.is_some() {
            unknown.push(format!("where {} would be with what is still to be done there", of(self.ready, "session")));
        }
        if self.unplaced > 0 {
            unknown.push(format!("the place of {}, which this workflow has not", of(self.unplaced, "session")));
        }
        if self.unread > 0 {
            unknown.push(format!("what is in {} that cannot be read", of(self.unread, "session")));
        }
        unknown
    }
}

fn of(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The figures, what was never reached, and in one line what cannot be known.
impl fmt::Display for StoredCoverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (processes, rules) = (self.processes.len(), self.rules.len());
        write!(f, "processes {} of {processes}, ", processes - self.missed_processes().count())?;
        write!(f, "rules {} of {rules}", rules - self.missed_rules().count())?;
        if let Some(states) = &self.states {
            write!(f, ", states {} of {}", states.len() - self.missed_states().count(), states.len())?;
        }
        writeln!(f)?;
        for CoveredProcess { process, .. } in self.missed_processes() {
            writeln!(f, "never ran: {process}")?;
        }
        for rule in self.missed_rules() {
            writeln!(f, "never broken: {rule}")?;
        }
        for CoveredState { state, .. } in self.missed_states() {
            writeln!(f, "in no session: {state}")?;
        }
        if self.unknown_steps > 0 || self.unknown_violations > 0 {
            let (steps, violations) = (of(self.unknown_steps, "step"), of(self.unknown_violations, "violation"));
            writeln!(f, "of processes and rules that this program has no more: {steps}, {violations}")?;
        }
        writeln!(f, "not known: {}", self.unknown().join("; "))
    }
}

/// The rules in force, to be found by what a record says of its rule.
struct Known {
    rules: Vec<CoveredRule>,
    /// By the rule's text: a file's lines move, and the records of a rule stay.
    places: HashMap<String, HashMap<Option<String>, Vec<usize>>>,
}

impl Known {
    fn of(listed: Vec<ListedRule>) -> Self {
        let mut places: HashMap<String, HashMap<_, Vec<usize>>> = HashMap::new();
        let rules = listed.into_iter().enumerate().map(|(at, rule)| {
            let ListedRule { process, gate, rule, place: source, .. } = rule;
            places.entry(rule.clone()).or_default().entry(process.clone()).or_default().push(at);
            CoveredRule { process, gate, rule, source, violations: 0 }
        });
        Self { rules: rules.collect(), places }
    }

    /// The rule that was violated: the only one that says so, or the one of them that stands where it stood.
    fn find(&mut self, violation: &Violation) -> Option<&mut CoveredRule> {
        let process = (!violation.invariant).then(|| violation.process.to_string());
        let same = self.places.get(violation.rule.as_str())?.get(&process)?;
        let mut of_gate =
            same.iter().copied().filter(|at| self.rules.get(*at).is_some_and(|it| it.gate == violation.gate));
        let first = of_gate.next()?;
        let at = match of_gate.next() {
            None => first,
            Some(_) => same.iter().copied().find(|at| {
                let rule = self.rules.get(*at);
                rule.is_some_and(|it| it.gate == violation.gate && it.source == violation.source.as_str())
            })?,
        };
        self.rules.get_mut(at)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// What of this program the sessions of its store have ever used: which processes ran, and which rules in force were ever violated.
    /// Nothing is written, and nothing runs. With a workflow, ask [that](crate::workflow::WorkflowManager::stored_coverage), which tells
    /// of its states too.
    ///
    /// Journals and the ledger are read from end to end, page by page. A session that is damaged is passed over, and counted.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    /// # #[process(outputs = [domain.balance])]
    /// # fn empty(ctx: Ctx<Account>) { ctx.domain.balance.set(0); }
    /// let recipe = "process_recipes: { deposit: { inputs: [ { field: amount, max: 100 } ] } }";
    /// let builder = Engine::builder(Account::default()).process::<Deposit>().process::<Empty>();
    /// let engine = builder.recipe("audit.yaml", recipe)?.store(MemoryStore::new()).build()?;
    /// engine.run(Deposit { amount: 5 })?;
    /// assert_eq!(
    ///     engine.stored_coverage()?.to_string(),
    ///     "processes 1 of 2, rules 0 of 1\n\
    ///      never ran: empty\n\
    ///      never broken: `amount max 100` of deposit (input), audit.yaml:1:58\n\
    ///      not known: states, as no workflow was named\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the store or its ledger cannot be read, or there is none.
    pub fn stored_coverage(&self) -> Result<StoredCoverage, StoreError> {
        self.cover_stored(None)
    }

    /// The same, with somebody else's look at each session.
    pub(crate) fn cover_stored(
        &self,
        mut look: Option<&mut dyn FnMut(&SessionState)>,
    ) -> Result<StoredCoverage, StoreError> {
        let store = &self.durable_engine()?.store.store;
        let leaves_trace = |contract: &&Contract| !contract.outputs.is_empty() || !contract.messages.is_empty();
        let (traced, untraced): (Vec<&Contract>, Vec<_>) = self.contracts().into_iter().partition(leaves_trace);
        let mut runs: BTreeMap<&str, u64> = traced.iter().map(|contract| (contract.process, 0)).collect();
        let untraced = untraced.iter().map(|contract| contract.process.to_owned()).collect();
        let mut coverage = StoredCoverage { untraced, ..StoredCoverage::default() };
        let mut last: Option<String> = None;
        loop {
            let page = called(&**store, |store| store.sessions(last.as_deref(), PAGE))?;
            let Some(row) = page.last() else { break };
            last = Some(row.name.clone());
            for row in page {
                let covered = match &mut look {
                    None => self.cover_journal(&row.name, row.step, &mut runs, &mut coverage),
                    Some(look) => match called(&**store, |store| store.load(&row.name)) {
                        Ok(None) => Ok(false),
                        Ok(Some(state)) => {
                            look(&state);
                            self.cover_journal(&row.name, state.step, &mut runs, &mut coverage)
                        }
                        Err(error) => Err(error),
                    },
                };
                match covered {
                    // It is gone meanwhile.
                    Ok(false) => continue,
                    Ok(true) => {}
                    Err(StoreError::Corrupt { .. } | StoreError::Newer { .. }) => coverage.unread += 1,
                    Err(error) => return Err(error),
                }
                coverage.sessions += 1;
                coverage.ready += u64::from(row.ready);
            }
        }
        let process = |(process, runs): (&str, u64)| CoveredProcess { process: process.to_owned(), runs };
        coverage.processes = runs.into_iter().map(process).collect();
        let mut known = Known::of(rules_of(&self.recipe_in_force()));
        let mut next = 1;
        loop {
            let page = self.stored_ledger(next, PAGE)?;
            let Some(record) = page.last() else { break };
            let Some(after) = record.sequence.max(next).checked_add(1) else { break };
            next = after;
            for violation in page.iter().filter_map(|record| record.violation()) {
                match known.find(violation) {
                    Some(rule) => rule.violations += 1,
                    None => coverage.unknown_violations += 1,
                }
            }
        }
        coverage.rules = known.rules;
        Ok(coverage)
    }

    /// The journal of one session, which has come to this step. Whether the session is still there.
    fn cover_journal(
        &self,
        session: &str,
        step: u64,
        runs: &mut BTreeMap<&str, u64>,
        coverage: &mut StoredCoverage,
    ) -> Result<bool, StoreError> {
        let store = &self.durable_engine()?.store.store;
        let (mut next, mut read) = (1, 0);
        // What is committed meanwhile is left for another time, so that it comes to an end.
        while next <= step {
            let page = called(&**store, |store| store.journal(session, next, PAGE))?;
            let Some(entry) = page.last() else { break };
            let Some(after) = entry.step.max(next).checked_add(1) else { break };
            next = after;
            for entry in page.iter().take_while(|entry| entry.step <= step) {
                read += 1;
                match runs.get_mut(entry.process.as_str()) {
                    Some(runs) => *runs += 1,
                    // A migration is nobody's run.
                    None if entry.schema.is_some() => {}
                    None => coverage.unknown_steps += 1,
                }
            }
        }
        let pruned = step.saturating_sub(read);
        if pruned > 0 && called(&**store, |store| store.base(session))?.is_none() {
            return Ok(false);
        }
        coverage.pruned_steps += pruned;
        Ok(true)
    }
}
