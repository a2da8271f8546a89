//! What the bank knows: accounts, books and suspicions (domain), and from when on it suspects (global).

use std::collections::BTreeMap;
use std::fmt;

use imbl::OrdSet;
use serde::{Deserialize, Serialize};
use theus_core::context::Table;
use theus_core::prelude::*;

use crate::money::Money;

/// All accounts. A transaction copies the few nodes that it changes and stores the two accounts, however many there are.
pub(crate) type Accounts = Table<AccountId, Account>;

/// The bank. Changed by committed transactions only.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
#[context(version = 1)]
pub(crate) struct Bank {
    /// Which day it is, counted from 1.
    pub(crate) day: u32,
    /// The accounts.
    pub(crate) accounts: Table<AccountId, Account>,
    /// What the accounts add up to.
    #[context(nested)]
    pub(crate) books: Books,
    /// Who is suspected of what.
    #[context(nested)]
    pub(crate) watch: Watch,
    /// How many transfers were made.
    pub(crate) made: u64,
    /// How far the orders were served. Nothing is decided by it.
    #[context(nested)]
    pub(crate) served: Served,
    /// A transfer was unusual: its payer is to be reviewed.
    pub(crate) sig_suspicion: bool,
}

/// The books, which balance at every commit: the recipe insists on `difference` being zero.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
pub(crate) struct Books {
    /// All the money with which the bank was opened.
    pub(crate) opening: Money,
    /// What was taken off accounts since, as their balances show it.
    pub(crate) debits: Money,
    /// What was put on accounts since, as their balances show it.
    pub(crate) credits: Money,
    /// What there is too much: credits without debits, or money counted that the bank did not open with.
    pub(crate) difference: Money,
    /// All the money, when it was counted last.
    pub(crate) counted: Money,
}

/// How far the orders were served: what a later start of the program goes on from, where there is a store.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
pub(crate) struct Served {
    /// The seed of the accounts and of the orders.
    pub(crate) seed: u64,
    /// How many transfers were tried.
    pub(crate) transfers: u64,
    /// How many of them were made, blocked by a rule, and declined.
    pub(crate) committed: u64,
    pub(crate) blocked: u64,
    pub(crate) declined: u64,
    /// By which errors.
    pub(crate) declined_by: BTreeMap<String, u64>,
    /// Steps of the workflow that failed by themselves, and what the last one said.
    pub(crate) failures: BTreeMap<String, (u64, String)>,
    /// Which record of the ledger was the last.
    pub(crate) ledger: u64,
    /// What `made` was.
    pub(crate) made: u64,
}

/// What came of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fate {
    Made,
    /// By a rule of the audit.
    Blocked,
    /// By an error that the process declares.
    Declined(String),
}

/// The fraud watch.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Context)]
pub(crate) struct Watch {
    /// Who is to be reviewed.
    pub(crate) suspects: OrdSet<AccountId>,
    /// How many accounts were frozen today.
    pub(crate) frozen_today: u32,
    /// How often an account was frozen.
    pub(crate) frozen: u64,
    /// How often a suspicion came to nothing.
    pub(crate) cleared: u64,
}

/// The number of an account. A newtype is looked through by the audit: `{ field: from, neq: 13 }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Inspect)]
pub(crate) struct AccountId(pub(crate) u32);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {}", self.0)
    }
}

/// One account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// What is on it.
    pub(crate) balance: Money,
    /// Nothing leaves it before this day.
    pub(crate) frozen_before: u32,
    /// What left it on the last day on which something did.
    last: Spent,
}

/// What left an account on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spent {
    day: u32,
    /// How much, altogether.
    pub(crate) sum: Money,
    /// By how many transfers.
    pub(crate) transfers: u32,
    /// How many of those were large.
    pub(crate) large: u32,
}

impl Account {
    pub(crate) fn with(balance: Money) -> Self {
        Self { balance, ..Self::default() }
    }

    /// What left it on this day. So a new day needs no visit to every account.
    pub(crate) fn spent(&self, day: u32) -> Spent {
        if self.last.day == day { self.last } else { Spent { day, ..Spent::default() } }
    }

    /// What left it by now.
    pub(crate) const fn note(&mut self, spent: Spent) {
        self.last = spent;
    }

    pub(crate) const fn is_frozen(&self, day: u32) -> bool {
        day < self.frozen_before
    }
}

impl Spent {
    /// What has left it after one more transfer.
    pub(crate) fn and(self, amount: Money, is_large: bool) -> Option<Self> {
        let (transfers, large) = (self.transfers.saturating_add(1), self.large.saturating_add(is_large.into()));
        Some(Self { sum: self.sum.plus(amount)?, transfers, large, ..self })
    }
}

/// From when on a payer is suspicious. Read-only for as long as the engine lives.
#[derive(Clone, Debug, Context)]
pub(crate) struct Limits {
    /// This many transfers on one day are unusual.
    pub(crate) busy: u32,
    /// A transfer is large from this amount on.
    pub(crate) large: Money,
    /// So many large transfers on one day are unusual.
    pub(crate) large_transfers: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { busy: 12, large: Money::cents(250_000), large_transfers: 2 }
    }
}

impl Bank {
    /// A bank on its first day.
    pub(crate) fn open(accounts: Accounts, seed: u64) -> Option<Self> {
        let opening = total(&accounts)?;
        let books = Books { opening, counted: opening, ..Books::default() };
        Some(Self { day: 1, accounts, books, served: Served { seed, ..Served::default() }, ..Self::default() })
    }
}

/// All the money there is; `None` beyond 92 quadrillion.
pub(crate) fn total(accounts: &Accounts) -> Option<Money> {
    Money::sum(accounts.values().map(|account| account.balance))
}
