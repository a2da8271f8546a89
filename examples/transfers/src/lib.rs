//! Accounts, and transfers between two of them: two kinds of sessions that send each other messages.
//!
//! What carries the messages, and where sessions are kept, is not said here. `adapters/theus-postgres/examples/bank-workers` runs this on any
//! number of workers and one database, `adapters/theus-restate/examples/bank-restate` on any number of machines, and neither changes a line
//! of it.

use serde::{Deserialize, Serialize};
use theus_core::EngineBuilder;
use theus_core::engine::BuildError;
use theus_core::prelude::*;

/// What an account begins with.
pub const FIRST: i64 = 1_000;
/// What an account may have at most.
pub const MOST: i64 = 1_500;
/// How a transfer goes: `transfer.yaml`.
pub const FLOW: &str = include_str!("../transfer.yaml");

/// Money of somebody.
#[derive(Clone, Context)]
pub struct Account {
    /// What there is.
    pub balance: i64,
    /// How many transfers have touched it.
    pub entries: u64,
}

impl Default for Account {
    fn default() -> Self {
        Self { balance: FIRST, entries: 0 }
    }
}

/// Money on its way.
#[derive(Clone, Default, Context)]
pub struct Transfer {
    from: String,
    to: String,
    amount: i64,
}

/// What a transfer asks of an account.
#[derive(Serialize, Deserialize)]
pub struct Asked {
    /// The account.
    pub account: String,
    /// What is to be done.
    pub what: What,
    /// With how much.
    pub amount: i64,
}

/// The process that a transfer asks for.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// [`Debit`].
    Debit,
    /// [`Credit`].
    Credit,
    /// [`Refund`].
    Refund,
}

impl What {
    /// What the process is called.
    #[must_use]
    pub const fn process(self) -> &'static str {
        match self {
            Self::Debit => Debit::CONTRACT.process,
            Self::Credit => Credit::CONTRACT.process,
            Self::Refund => Refund::CONTRACT.process,
        }
    }
}

/// What an account has done for a transfer.
#[derive(Serialize, Deserialize)]
pub struct Answered {
    /// The transfer.
    pub transfer: String,
    /// The event that tells it.
    pub event: String,
}

/// Takes money, or declines: that is an answer, and no failure.
#[process(inputs = [domain.balance, domain.entries], outputs = [domain.balance, domain.entries], messages = [Answered])]
pub fn debit(ctx: Ctx<Account>, transfer: String, amount: i64) {
    let event = if *ctx.domain.balance >= amount {
        *ctx.domain.balance -= amount;
        "CMD_DEBITED"
    } else {
        "CMD_DECLINED"
    };
    *ctx.domain.entries += 1;
    ctx.send(Answered { transfer, event: event.to_owned() });
}

/// Adds money, where the account may have so much.
#[process(inputs = [domain.balance, domain.entries], outputs = [domain.balance, domain.entries], messages = [Answered])]
pub fn credit(ctx: Ctx<Account>, transfer: String, amount: i64) {
    let event = if *ctx.domain.balance + amount <= MOST {
        *ctx.domain.balance += amount;
        "CMD_CREDITED"
    } else {
        "CMD_DECLINED"
    };
    *ctx.domain.entries += 1;
    ctx.send(Answered { transfer, event: event.to_owned() });
}

/// Gives back what was taken, whatever there is by now.
#[process(inputs = [domain.balance, domain.entries], outputs = [domain.balance, domain.entries], messages = [Answered])]
pub fn refund(ctx: Ctx<Account>, transfer: String, amount: i64) {
    *ctx.domain.balance += amount;
    *ctx.domain.entries += 1;
    ctx.send(Answered { transfer, event: "CMD_REFUNDED".to_owned() });
}

/// A transfer begins: it asks for the money.
#[process(outputs = [domain.from, domain.to, domain.amount], messages = [Asked])]
pub fn begin(ctx: Ctx<Transfer>, from: String, to: String, amount: i64) {
    ctx.send(Asked { account: from.clone(), what: What::Debit, amount });
    ctx.domain.from.set(from);
    ctx.domain.to.set(to);
    ctx.domain.amount.set(amount);
}

/// It has the money, and gives it on.
#[process(inputs = [domain.to, domain.amount], messages = [Asked])]
pub fn ask_for_credit(ctx: Ctx<Transfer>) {
    ctx.send(Asked { account: ctx.domain.to.clone(), what: What::Credit, amount: *ctx.domain.amount });
}

/// Nobody takes the money: it goes back.
#[process(inputs = [domain.from, domain.amount], messages = [Asked])]
pub fn ask_for_refund(ctx: Ctx<Transfer>) {
    ctx.send(Asked { account: ctx.domain.from.clone(), what: What::Refund, amount: *ctx.domain.amount });
}

/// Accounts, under their rules.
///
/// # Errors
/// Where the rules do not fit the program: which the tests of this crate would have found.
pub fn engine_of_accounts() -> Result<EngineBuilder<Account>, BuildError> {
    let accounts = Engine::builder(Account::default()).process::<Debit>().process::<Credit>().process::<Refund>();
    accounts.recipe("account-rules.yaml", include_str!("../account-rules.yaml"))
}

/// Transfers; [`FLOW`] is their workflow.
pub fn engine_of_transfers() -> EngineBuilder<Transfer> {
    let transfers = Engine::builder(Transfer::default()).process::<Begin>();
    transfers.process::<AskForCredit>().process::<AskForRefund>()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use theus_core::store::MemoryStore;
    use theus_core::workflow::WorkflowManager;

    use super::*;

    #[test]
    fn the_rules_and_the_workflow_fit_the_program() {
        assert!(engine_of_accounts().unwrap().store(MemoryStore::new()).build().is_ok());
        let engine = engine_of_transfers().store(MemoryStore::new()).build().unwrap();
        assert!(WorkflowManager::from_text(&engine, "transfer.yaml", FLOW).is_ok());
    }

    #[test]
    fn an_account_declines_what_it_cannot_give_or_take() {
        let account = engine_of_accounts().unwrap().store(MemoryStore::new()).build().unwrap();
        let balance = || *account.snapshot().unwrap().balance;
        let transfer = || "t-1".to_owned();
        account.run(Credit { transfer: transfer(), amount: 500 }).unwrap();
        account.run(Credit { transfer: transfer(), amount: 1 }).unwrap();
        assert_eq!(balance(), MOST);
        (0..3).for_each(|_| account.run(Debit { transfer: transfer(), amount: 500 }).unwrap());
        account.run(Debit { transfer: transfer(), amount: 1 }).unwrap();
        assert_eq!(balance(), 0, "a debit of more than there is changes nothing");
        assert!(account.run(Debit { transfer: transfer(), amount: 501 }).is_err(), "a rule refuses it");
        account.run(Refund { transfer: transfer(), amount: 1 }).unwrap();
        assert_eq!(balance(), 1);
    }
}
