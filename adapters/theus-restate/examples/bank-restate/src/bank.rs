//! The bank of `examples/transfers`, on Restate: what its sessions send each other, as calls.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use theus_core::audit::SharedInterlock;
use theus_restate::drive::{Delivery, Sent};
use theus_restate::{Object, Served};
use transfers::{Answered, Asked, FLOW, engine_of_accounts, engine_of_transfers};

/// A step takes milliseconds: one of which nothing was heard for so long was stopped, and is made again elsewhere.
const STEP: Duration = Duration::from_secs(3);

/// Both kinds of sessions.
pub(crate) fn objects(interlock: impl SharedInterlock + Clone) -> Result<[Served; 2], Box<dyn std::error::Error>> {
    objects_by(FLOW, interlock)
}

/// The same, with another workflow of transfers: for the test that tells a wrong one.
pub(crate) fn objects_by(
    flow: &str,
    interlock: impl SharedInterlock + Clone,
) -> Result<[Served; 2], Box<dyn std::error::Error>> {
    let accounts = engine_of_accounts()?.interlock(interlock.clone()).carried().build()?;
    let transfers = engine_of_transfers().interlock(interlock).carried().build()?;
    let transfers = Object::new("Transfers", transfers).workflow_text("transfer.yaml", flow)?;
    Ok([
        Object::new("Accounts", accounts).route(answered).longest_step(STEP).build()?,
        transfers.route(asked).longest_step(STEP).build()?,
    ])
}

/// What an account has done is an event of the transfer.
fn answered(sent: Sent<'_>) -> Vec<Delivery> {
    let Some(Answered { transfer, event }) = read(sent) else { return Vec::new() };
    vec![Delivery::event("Transfers", transfer, event, Value::Null)]
}

/// What a transfer asks for is run in the account.
fn asked(sent: Sent<'_>) -> Vec<Delivery> {
    let Some(Asked { account, what, amount }) = read(sent) else { return Vec::new() };
    vec![Delivery::run("Accounts", account, what.process(), json!({ "transfer": sent.session, "amount": amount }))]
}

/// None where a version before had other messages: the money waits then, and it is told why.
fn read<'a, T: Deserialize<'a>>(sent: Sent<'a>) -> Option<T> {
    let Sent { session, number, topic, body } = sent;
    let read = T::deserialize(body);
    read.inspect_err(|error| eprintln!("message {number} of {session}, {topic}: {error}")).ok()
}
