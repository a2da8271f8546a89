//! What a position is made of: a session by names.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::Arguments;
use crate::signal::TraceContext;
use crate::timestamp;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredTimer {
    pub(super) state: String,
    pub(super) after_ns: u64,
    /// Whether it comes again and again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) every: bool,
    #[serde(with = "timestamp")]
    pub(super) due: SystemTime,
}

/// A time that the data say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredReckoning {
    pub(super) state: String,
    /// What says it.
    pub(super) time: StoredExpression,
    /// When the state was entered.
    pub(super) entered: StoredTime,
    /// When it is due; `None` where it is still to be worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) due: Option<StoredTime>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredExpression {
    After(String),
    At(String),
    Cron(String),
}

/// How a cycle has kept its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredCycle {
    pub(super) state: String,
    /// As pictures say it.
    pub(super) time: String,
    pub(super) handled: u64,
    #[serde(default, skip_serializing_if = "is_none")]
    pub(super) missed: u64,
    #[serde(default, skip_serializing_if = "is_none")]
    pub(super) late_ns: u64,
    #[serde(default, skip_serializing_if = "is_none")]
    pub(super) latest_ns: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_none(number: &u64) -> bool {
    *number == 0
}

/// What a session tells itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Message {
    Raised {
        event: StoredEvent,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        urgent: bool,
    },
    Done {
        state: String,
    },
    /// What a state has invoked has ended well.
    InvokeDone {
        state: String,
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    ChainDone {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_by: Option<String>,
    },
    ChainFailed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_by: Option<String>,
        payload: Value,
    },
    /// Something committed could not be made good.
    NotMadeGood {
        payload: Value,
    },
    Error {
        state: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_by: Option<String>,
        target: Option<String>,
        error: String,
        payload: Value,
    },
}

/// An event that is deferred.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredDeferral {
    pub(super) event: StoredEvent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<Value>,
}

/// What is being handled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredUnit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<StoredEvent>,
    pub(super) from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    /// How it brings the workflow to its end, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ending: Option<StoredEnding>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredEnding {
    pub(super) state: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) closes: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredEvent {
    pub(super) name: String,
    pub(super) origin: StoredOrigin,
    /// Whether people are not shown what it brought along.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) redacted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trace: Option<TraceContext>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum StoredOrigin {
    External,
    Signal { path: String, process: String },
    Chain,
}

/// A chain that is not at its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredChain {
    /// All that it runs, in order.
    pub(super) parts: Vec<StoredPart>,
    /// Which of them is under way.
    pub(super) at: usize,
    /// Who hears how its first strand ends; whoever is active where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) heard_by: Option<String>,
    /// Its strands after the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) others: Vec<StoredStrand>,
    /// The strands that have failed and are made good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) failed: Vec<StoredStrandFailure>,
    /// The states that are done by its move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) completes: Vec<String>,
    /// The sagas that were entered by its move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sagas: Vec<String>,
    /// Where it is in that, from the outermost list of steps inwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) frames: Vec<StoredFrame>,
    /// What its steps have given, under the names that the file has for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) results: Vec<StoredResult>,
    /// What the step under way waits for.
    #[serde(default, skip_serializing_if = "StoredWork::is_none")]
    pub(super) work: StoredWork,
    /// What is to be made good where it fails, oldest first.
    #[serde(rename = "undo", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) compensations: Vec<StoredCompensation>,
    /// Why it has failed, while it is made good.
    #[serde(rename = "broken", default, skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<StoredFailure>,
}

/// What a state has invoked and is not over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredInvocation {
    pub(super) state: String,
    /// What the file calls it.
    pub(super) id: String,
    /// By which its commits are told from those of others.
    pub(super) slot: u32,
    /// Whether it has begun.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) begun: bool,
    /// Whether its state was left, and it is made good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) left: bool,
    /// Whether it has waited for anything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) waited: bool,
    /// How many rounds of `while` it has made since.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) spent: u32,
    /// What came with the event that has entered its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<Value>,
    pub(super) chain: StoredChain,
    /// What is being handled by it, where it is the chain of a region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<StoredUnit>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
pub(super) const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What of a chain runs as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredStrand {
    pub(super) state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) within: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredStrandFailure {
    pub(super) strand: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) heard_by: Option<String>,
    pub(super) failure: StoredFailure,
}

/// The steps of one state on its entry, on its exit, or on one of its ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredPart {
    pub(super) state: String,
    pub(super) part: PartName,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) strand: u32,
    /// Which steps they are: by their number alone others could be run after a change of the file.
    pub(super) steps: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PartName {
    Exit,
    Way(u32),
    Entry,
    /// Of work that the state invokes, at this place.
    Invoke(u32),
}

/// What a step has given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredResult {
    pub(super) name: String,
    pub(super) value: Value,
    /// How many lists of steps its own is within, itself included.
    pub(super) depth: usize,
}

/// A list of steps that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredFrame {
    /// The step that is under way in it.
    pub(super) at: usize,
    pub(super) inside: StoredInside,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum StoredInside {
    Part,
    Then,
    Otherwise,
    Round,
    Each { name: String, element: Value, left: Vec<Value> },
}

/// What a step waits for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum StoredWork {
    #[default]
    Nothing,
    Run(StoredTry),
    Together {
        /// Those that are tried again.
        tries: Vec<StoredBranch>,
        #[serde(with = "timestamp")]
        again: SystemTime,
        /// The step of the session at which they were begun first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<u64>,
    },
    /// A process for each element of a list, so many at once.
    Each(Box<StoredEach>),
    #[serde(rename = "undo")]
    Compensation {
        #[serde(rename = "undo")]
        compensation: StoredCompensation,
        attempt: StoredTry,
    },
}

impl StoredWork {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::Nothing
    }
}

/// A process for each element of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredEach {
    /// The elements that have not begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) left: Vec<Value>,
    /// The place of the first of them in the list.
    pub(super) next: usize,
    /// Those that have begun and are not over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tries: Vec<StoredInstance>,
    /// What those that have committed gave, by their places, where the file names that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) gave: Vec<(usize, Value)>,
    /// The first failure in the order of the list, where the others go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failed: Option<(usize, StoredFailure)>,
}

/// One element, and the run for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredInstance {
    /// Its place in the list.
    pub(super) place: usize,
    pub(super) element: Value,
    /// Nothing where it is begun anew.
    #[serde(rename = "try", default, skip_serializing_if = "Option::is_none")]
    pub(super) attempt: Option<StoredTry>,
}

/// A run that is to be tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredTry {
    /// Which try it will be.
    pub(super) number: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) arguments: Option<Arguments>,
    /// When; at once where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) again: Option<StoredTime>,
    /// It has begun, and must not begin twice: nobody knows what it has done outside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) begun: bool,
    /// The step of the session at which it was begun first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tries: Option<StoredTries>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredTime(#[serde(with = "timestamp")] pub(super) SystemTime);

/// What of the tries so far is looked at beside their number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredTries {
    /// When the first began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<StoredTime>,
    /// How often each error has come.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) failed: BTreeMap<String, u32>,
}

/// One of several side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredBranch {
    pub(super) branch: usize,
    pub(super) number: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) arguments: Option<Arguments>,
    /// As for a run that is alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) begun: bool,
    /// It has committed, and what makes that good is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) told: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tries: Option<StoredTries>,
}

/// Why a chain has failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredFailure {
    /// The process that failed it, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) process: Option<String>,
    pub(super) reason: String,
    /// The error's name, where `on_error` may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// Where the step says that the error leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<String>,
    /// Whether a violation of level A has ended the session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) aborts: bool,
    /// Whether more came of one event than the limit allows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) runaway: bool,
    /// Whether it was let go of while nobody knows what it had done outside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) interrupted: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredCompensation {
    pub(super) process: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) strand: u32,
    pub(super) arguments: Option<Arguments>,
    /// The saga in which that was committed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) saga: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Ended {
    Finished { result: Option<Value> },
    Failed { reason: String },
    Aborted { reason: String },
    Cancelled { reason: String },
}
