//! What the agent knows and wants (domain), and what it may do (global).

use std::collections::BTreeMap;

use theus_core::effect::Effect;
use theus_core::prelude::*;

use crate::model::Model;
use crate::tools::{Desk, Post};

/// The agent's memory. Changed by committed transactions only.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
#[context(version = 1)]
pub(crate) struct Agent {
    /// What it is to do.
    pub(crate) task: String,
    /// What the model has said last.
    pub(crate) reply: String,
    /// What it intends to do.
    #[context(nested)]
    pub(crate) plan: Plan,
    /// What its tools have found out.
    #[context(nested)]
    pub(crate) facts: Facts,
    /// What it has booked, and not cancelled.
    pub(crate) bookings: Vec<Booking>,
    /// What it has noted, by path.
    pub(crate) notes: BTreeMap<String, String>,
    /// What it would answer.
    pub(crate) answer: String,
    /// What the reviewer makes of the answer.
    #[context(nested)]
    pub(crate) review: Review,
    /// What the next plan has to heed: from rules, from the reviewer, from people.
    pub(crate) advice: Vec<String>,
    /// How often it has planned.
    pub(crate) rounds: u32,
    /// How often a human has said no.
    pub(crate) rejections: u32,
    /// What it has used up.
    #[context(nested)]
    pub(crate) usage: Usage,
    /// What it has told people, in order.
    pub(crate) letters: Vec<String>,
    /// The model says that the task cannot be done.
    pub(crate) sig_hopeless: bool,
    /// What the model thought when it planned last. Nothing is decided by it.
    pub(crate) meta_thought: String,
}

/// What the agent intends to do.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
pub(crate) struct Plan {
    /// What to look for in the handbook.
    pub(crate) query: String,
    /// What to work out.
    pub(crate) formula: String,
    /// Which of its own notes to look at: those whose path has this in it.
    pub(crate) topic: String,
    /// What to do then, in this order.
    pub(crate) calls: Vec<Call>,
}

/// One call of a tool, as the model asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Inspect)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    /// `book` or `note`.
    pub(crate) tool: String,
    /// A room, or the path of a note.
    pub(crate) target: String,
    /// What the note says.
    #[serde(default)]
    pub(crate) text: String,
}

/// What the tools have found out.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
pub(crate) struct Facts {
    /// The lines of the handbook that fit the query best.
    pub(crate) passages: Vec<String>,
    /// What the formula comes to.
    pub(crate) amount: i64,
    /// The notes on the topic.
    pub(crate) recalled: Vec<String>,
}

/// A room that was booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Inspect)]
pub(crate) struct Booking {
    /// Which.
    pub(crate) room: String,
    /// For how much, in euros.
    pub(crate) price: i64,
}

/// What the reviewer makes of the answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
pub(crate) struct Review {
    /// From 0 to 10.
    pub(crate) score: u32,
    /// What should be better.
    pub(crate) remark: String,
}

/// What the agent has used up.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
pub(crate) struct Usage {
    /// Words that the model has read and written.
    pub(crate) tokens: u64,
    /// What they cost, in thousandths of a cent.
    pub(crate) cost: u64,
    /// How many tools were called.
    pub(crate) tool_calls: u32,
}

/// What the agent may do, and what it is given. Read-only for as long as the engine lives.
#[derive(Clone, Debug, Context)]
pub(crate) struct Limits {
    /// How often it may plan.
    pub(crate) most_rounds: u32,
    /// How often a human may say no before it gives up.
    pub(crate) most_rejections: u32,
    /// From this score on an answer is shown to a human.
    pub(crate) good_enough: u32,
    /// What a token costs, in thousandths of a cent.
    pub(crate) price: u64,
    /// Words that no answer may have in it.
    pub(crate) confidential: Vec<String>,
    /// What there is to search.
    pub(crate) handbook: String,
}

/// The handbook, a few lines about rooms.
const HANDBOOK: &str = include_str!("../handbook.txt");

impl Default for Limits {
    fn default() -> Self {
        Self {
            most_rounds: 4,
            most_rejections: 2,
            good_enough: 7,
            price: 20,
            confidential: ["bluebird", "salaries"].map(str::to_owned).into(),
            handbook: HANDBOOK.to_owned(),
        }
    }
}

/// The doors to the world outside. A process goes through those that it declares.
#[derive(Clone)]
pub(crate) struct Ports {
    /// Who plans, writes and reviews.
    pub(crate) model: Effect<dyn Model>,
    /// Where rooms are booked.
    pub(crate) rooms: Effect<dyn Desk>,
    /// Who is asked.
    pub(crate) people: Effect<dyn Post>,
}
