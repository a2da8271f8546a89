//! The workflow by Theus.

use std::path::Path;
use std::sync::Arc;

use theus_core::prelude::*;
use theus_core::workflow::WorkflowManager;
use theus_sqlite::{Durability, SqliteStore};

use crate::player::{Asked, Failure, Synchronous, expect, serve};

/// What is kept.
#[derive(Clone, Default, Context)]
pub struct Account {
    balance: i64,
    line: String,
}

#[process(inputs = [domain.balance], outputs = [domain.balance, domain.line])]
fn deposit(ctx: Ctx<Account>) {
    *ctx.domain.balance += 1;
    let balance = *ctx.domain.balance;
    ctx.domain.line.set(format!("added 1, which makes {balance}"));
}

/// The same three steps, when an event comes.
pub const OF_AN_EVENT: &str = "
name: account
external: [CMD_GO]
initialised: [domain.balance]
states:
  OPEN: { events: { CMD_GO: { steps: [deposit, deposit, deposit] } } }
";

/// As soon as the session begins.
const OF_A_SESSION: &str = "
name: account
initialised: [domain.balance]
states:
  OPEN: { entry: [deposit, deposit, deposit] }
";

pub fn engine(file: &Path, synchronous: Synchronous) -> Result<Engine<Account>, Failure> {
    let durability = match synchronous {
        Synchronous::Full => Durability::PowerLoss,
        Synchronous::Normal => Durability::Crash,
    };
    let store = SqliteStore::open(file)?.durability(durability);
    Ok(Engine::builder(Account::default()).process::<Deposit>().store(store).build()?)
}

/// One session, which lives on: a workflow is an event that it handles.
pub fn by_events(asked: &Asked) -> Result<(), Failure> {
    let engine = engine(&asked.file, asked.synchronous)?;
    let mut flow = WorkflowManager::from_text(&engine, "account.yaml", OF_AN_EVENT)?.hydrate()?;
    flow.run_until_idle()?;
    serve(|number| {
        flow.emit("CMD_GO")?;
        flow.run_until_idle()?;
        expect(*flow.engine().snapshot()?.balance, 3 * number as i64)
    })
}

/// A session for each workflow, as the peers have a row for each.
pub fn by_sessions(asked: &Asked) -> Result<(), Failure> {
    let engine = engine(&asked.file, asked.synchronous)?;
    let definition = WorkflowManager::from_text(&engine, "account.yaml", OF_A_SESSION)?.shared_definition();
    serve(|number| {
        let session = engine.hydrate_or(format!("account-{number}"), Account::default)?;
        let mut flow = WorkflowManager::new(&session, Arc::clone(&definition)).hydrate()?;
        flow.run_until_idle()?;
        expect(*session.snapshot()?.balance, 3)
    })
}
