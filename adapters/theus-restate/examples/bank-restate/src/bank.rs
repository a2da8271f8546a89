//! The bank: accounts and transfers, as two kinds of sessions that send each other messages.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use theus_core::audit::SharedInterlock;
use theus_core::prelude::*;
use theus_restate::drive::{Delivery, Sent};
use theus_restate::{Object, Served};

/// What an account begins with.
pub(crate) const FIRST: i64 = 1_000;
/// What an account may have at most.
pub(crate) const MOST: i64 = 1_500;

/// A step takes milliseconds: one of which nothing was heard for so long was stopped, and is made again elsewhere.
const STEP: Duration = Duration::from_secs(3);

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
struct Asked {
    account: String,
    process: String,
    amount: i64,
}

/// What an account has done for a transfer.
#[derive(Serialize, Deserialize)]
struct Answered {
    transfer: String,
    event: String,
}

/// Takes money, or declines: that is an answer, and no failure.
#[process(inputs = [domain.balance, domain.entries], outputs = [domain.balance, domain.entries], messages = [Answered])]
fn debit(ctx: Ctx<Account>, transfer: String, amount: i64) {
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
fn credit(ctx: Ctx<Account>, transfer: String, amount: i64) {
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
fn refund(ctx: Ctx<Account>, transfer: String, amount: i64) {
    *ctx.domain.balance += amount;
    *ctx.domain.entries += 1;
    ctx.send(Answered { transfer, event: "CMD_REFUNDED".to_owned() });
}

#[process(outputs = [domain.from, domain.to, domain.amount], messages = [Asked])]
fn begin(ctx: Ctx<Transfer>, from: String, to: String, amount: i64) {
    ctx.send(Asked { account: from.clone(), process: "debit".to_owned(), amount });
    ctx.domain.from.set(from);
    ctx.domain.to.set(to);
    ctx.domain.amount.set(amount);
}

#[process(inputs = [domain.to, domain.amount], messages = [Asked])]
fn ask_for_credit(ctx: Ctx<Transfer>) {
    ctx.send(Asked { account: ctx.domain.to.clone(), process: "credit".to_owned(), amount: *ctx.domain.amount });
}

#[process(inputs = [domain.from, domain.amount], messages = [Asked])]
fn ask_for_refund(ctx: Ctx<Transfer>) {
    ctx.send(Asked { account: ctx.domain.from.clone(), process: "refund".to_owned(), amount: *ctx.domain.amount });
}

const ACCOUNT_RULES: &str = "
process_recipes:
  debit: { inputs: [ { field: amount, between: [1, 500], message: '{value} is no amount' } ], outputs: [ { field: domain.balance, min: 0, level: S } ] }
  credit: { inputs: [ { field: amount, between: [1, 500] } ] }
";

/// Both kinds of sessions.
pub(crate) fn objects(interlock: impl SharedInterlock + Clone) -> Result<[Served; 2], Box<dyn std::error::Error>> {
    objects_by(FLOW, interlock)
}

/// The same, with another workflow of transfers: for the test that tells a wrong one.
pub(crate) fn objects_by(
    flow: &str,
    interlock: impl SharedInterlock + Clone,
) -> Result<[Served; 2], Box<dyn std::error::Error>> {
    let accounts = Engine::builder(Account::default()).process::<Debit>().process::<Credit>().process::<Refund>();
    let accounts = accounts.recipe("account.yaml", ACCOUNT_RULES)?.interlock(interlock.clone()).carried().build()?;
    let answered = |sent: Sent<'_>| {
        let text = |name: &str| sent.body.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        vec![Delivery::event("Transfers", text("transfer"), text("event"), serde_json::Value::Null)]
    };
    let transfers = Engine::builder(Transfer::default()).process::<Begin>();
    let transfers = transfers.process::<AskForCredit>().process::<AskForRefund>().interlock(interlock);
    let transfers = transfers.carried().build()?;
    let asked = |sent: Sent<'_>| {
        let text = |name: &str| sent.body.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        let with = json!({ "transfer": sent.session, "amount": sent.body.get("amount") });
        vec![Delivery::run("Accounts", text("account"), text("process"), with)]
    };
    let transfers = Object::new("Transfers", transfers).workflow_text("transfer.yaml", flow)?;
    Ok([
        Object::new("Accounts", accounts).route(answered).longest_step(STEP).build()?,
        transfers.route(asked).longest_step(STEP).build()?,
    ])
}

pub(crate) const FLOW: &str = include_str!("../transfer.yaml");
