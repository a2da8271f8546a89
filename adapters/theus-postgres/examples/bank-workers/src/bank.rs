//! The bank of `examples/transfers`, as one of several workers runs it: its sessions in a database that all of them share.

use std::sync::Arc;
use std::time::Duration;

use theus_core::EngineBuilder;
use theus_core::workflow::Sessions;
use theus_postgres::PostgresStore;
use transfers::{Account, FLOW, Transfer, engine_of_accounts, engine_of_transfers};

use crate::Failure;

/// A session is one worker's for so long after it was last touched. What a killed worker had in hand stands still for that long, and is found
/// after as much again at most.
pub(crate) const LEASE: Duration = Duration::from_secs(2);
/// A statement waits for so long for one of another worker, which may have been stopped in the middle: half of it, and the server rolls that
/// one back.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many sessions of each kind are in a worker's memory; transfers that are over are in the database alone.
const WARM: usize = 10_000;

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
        let transfers = Sessions::of_text(&transfers, "transfer.yaml", FLOW)?;
        let (accounts, transfers) = (accounts.warm(WARM).start()?, transfers.warm(WARM).start()?);
        Ok(Self { accounts: Arc::new(accounts), transfers: Arc::new(transfers) })
    }
}

/// Their engines, which drive nothing yet.
pub(crate) fn engines(database: &str) -> Result<(EngineBuilder<Account>, EngineBuilder<Transfer>), Failure> {
    let store = |schema: &str| Ok::<_, Failure>(PostgresStore::open_in(database, schema)?.patience(PATIENCE));
    let (accounts, transfers) = (engine_of_accounts()?, engine_of_transfers());
    Ok((
        accounts.store(store("accounts")?).session_in_memory(),
        transfers.store(store("transfers")?).session_in_memory(),
    ))
}
