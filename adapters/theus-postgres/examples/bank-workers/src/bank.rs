//! The bank: accounts and transfers, as two kinds of sessions that send each other messages.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use theus_core::EngineBuilder;
use theus_core::prelude::*;
use theus_core::workflow::Sessions;
use theus_postgres::PostgresStore;

use crate::Failure;

/// What an account begins with.
pub(crate) const FIRST: i64 = 1_000;
/// What an account may have at most.
pub(crate) const MOST: i64 = 1_500;
/// A session is one worker's for so long after it was last touched. What a killed worker had in hand stands still for that long, and is found
/// after as much again at most.
pub(crate) const LEASE: Duration = Duration::from_secs(2);
/// A statement waits for so long for one of another worker, which may have been stopped in the middle: half of it, and the server rolls that
/// one back.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many sessions of each kind are in a worker's memory; transfers that are over are in the database alone.
const WARM: usize = 10_000;

/// Money of somebody.
#[derive(Clone, Context)]
pub(crate) struct Account {
    pub(crate) balance: i64,
    /// How many transfers have touched it.
    pub(crate) entries: u64,
}

impl Default for Account {
    fn default() -> Self {
        Self { balance: FIRST, entries: 0 }
    }
}

/// Money on its way.
#[derive(Clone, Default, Context)]
pub(crate) struct Transfer {
    from: String,
    to: String,
    amount: i64,
}

/// What a transfer asks of an account.
#[derive(Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) account: String,
    pub(crate) what: What,
    pub(crate) amount: i64,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) enum What {
    Debit,
    Credit,
    Refund,
}

/// What an account has done for a transfer.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answered {
    pub(crate) transfer: String,
    pub(crate) event: String,
}

/// Takes money, or declines: that is an answer, and no failure.
#[process(inputs = [domain.balance, domain.entries], outputs = [domain.balance, domain.entries], messages = [Answered])]
pub(crate) fn debit(ctx: Ctx<Account>, transfer: String, amount: i64) {
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
pub(crate) fn credit(ctx: Ctx<Account>, transfer: String, amount: i64) {
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
pub(crate) fn refund(ctx: Ctx<Account>, transfer: String, amount: i64) {
    *ctx.domain.balance += amount;
    *ctx.domain.entries += 1;
    ctx.send(Answered { transfer, event: "CMD_REFUNDED".to_owned() });
}

#[process(outputs = [domain.from, domain.to, domain.amount], messages = [Asked])]
fn begin(ctx: Ctx<Transfer>, from: String, to: String, amount: i64) {
    ctx.send(Asked { account: from.clone(), what: What::Debit, amount });
    ctx.domain.from.set(from);
    ctx.domain.to.set(to);
    ctx.domain.amount.set(amount);
}

#[process(inputs = [domain.to, domain.amount], messages = [Asked])]
fn ask_for_credit(ctx: Ctx<Transfer>) {
    ctx.send(Asked { account: ctx.domain.to.clone(), what: What::Credit, amount: *ctx.domain.amount });
}

#[process(inputs = [domain.from, domain.amount], messages = [Asked])]
fn ask_for_refund(ctx: Ctx<Transfer>) {
    ctx.send(Asked { account: ctx.domain.from.clone(), what: What::Refund, amount: *ctx.domain.amount });
}

/// Both kinds of sessions, each in a schema of its own.
pub(crate) struct Bank {
    pub(crate) accounts: Arc<Sessions<Account>>,
    pub(crate) transfers: Arc<Sessions<Transfer>>,
}

impl Bank {
    /// Those that one worker drives, which is asked for its sessions at this address.
    pub(crate) fn driven(database: &str, address: &str) -> Result<Self, Failure> {
        let (accounts, transfers) = engines(database)?;
        let accounts = accounts.lease_sessions(LEASE).leases_as(address).build()?;
        let transfers = transfers.lease_sessions(LEASE).leases_as(address).build()?;
        let accounts = Sessions::of_text(&accounts, "account.yaml", include_str!("../account.yaml"))?;
        let transfers = Sessions::of_text(&transfers, "transfer.yaml", include_str!("../transfer.yaml"))?;
        let (accounts, transfers) = (accounts.warm(WARM).start()?, transfers.warm(WARM).start()?);
        Ok(Self { accounts: Arc::new(accounts), transfers: Arc::new(transfers) })
    }
}

/// Their engines, which drive nothing yet.
pub(crate) fn engines(database: &str) -> Result<(EngineBuilder<Account>, EngineBuilder<Transfer>), Failure> {
    let store = |schema: &str| Ok::<_, Failure>(PostgresStore::open_in(database, schema)?.patience(PATIENCE));
    let accounts = Engine::builder(Account::default()).process::<Debit>().process::<Credit>().process::<Refund>();
    let accounts = accounts.recipe("account-rules.yaml", include_str!("../account-rules.yaml"))?;
    let transfers = Engine::builder(Transfer::default()).process::<Begin>();
    let transfers = transfers.process::<AskForCredit>().process::<AskForRefund>();
    Ok((
        accounts.store(store("accounts")?).session_in_memory(),
        transfers.store(store("transfers")?).session_in_memory(),
    ))
}
