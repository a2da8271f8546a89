//! A worker: any number of them, on one database. It drives sessions, answers clients, and brings messages from session to session.

use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use theus_axum::Options;
use theus_core::engine::{AnyProcess, Courier, Message, NotDelivered};
use theus_core::process::{OnDomain, OnGlobal, WithEffects};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use transfers::{Account, Answered, Asked, Credit, Debit, Refund, Transfer, What};

use crate::Failure;
use crate::bank::Bank;
use crate::wire::{Method, Request, Wire};

/// What a message begins in a session takes milliseconds. A worker that has not answered for so long is stopped, or dead.
const DELIVERY: Duration = Duration::from_secs(1);
/// A message that was not delivered is tried again after so long, at first and later.
const AGAIN: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));
/// So many messages of each kind are on their way at a time.
const SIDE_BY_SIDE: usize = 8;
/// For one request of a client.
const REQUEST: Duration = Duration::from_secs(10);
/// A worker that is told to end has so long.
const END: Duration = Duration::from_secs(5);

/// Serves until it is told to end.
pub(crate) async fn serve(database: &str, listen: SocketAddr) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let bank = Bank::driven(database, &address)?;
    let couriers = couriers(&bank)?;
    let accounts = Options::new().command::<Debit>().command::<Credit>().command::<Refund>();
    let accounts = accounts.open(|_| Account::default()).tells_holder().time(REQUEST);
    let transfers = Options::new().open(|_| Transfer::default()).tells_holder().time(REQUEST);
    let app = Router::new()
        .nest("/accounts", theus_axum::routes(Arc::clone(&bank.accounts), accounts)?)
        .nest("/transfers", theus_axum::routes(Arc::clone(&bank.transfers), transfers)?);
    println!("a worker listens on {address}");
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let told_to_end = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let ended = theus_axum::serve(listener, app, bank.transfers, told_to_end).within(END).await;
    println!("{ended}");
    drop(couriers);
    Ok(())
}

/// Ends this program when its standard input does: with who has started it, however that ends.
pub(crate) fn end_with_input() {
    std::thread::spawn(|| {
        let mut bytes = [0; 64];
        while std::io::stdin().read(&mut bytes).is_ok_and(|read| read > 0) {}
        std::process::exit(0);
    });
}

fn couriers(bank: &Bank) -> Result<[Courier; 2], Failure> {
    // No message is given up: what it is for is done, or is not done yet.
    let patient = |outbox: theus_core::engine::Outbox| outbox.attempts(u32::MAX).backoff(AGAIN.0, AGAIN.1);
    let asked = patient(bank.transfers.pool_engine().outbox()?);
    let answered = patient(bank.accounts.pool_engine().outbox()?);
    let (to_accounts, to_transfers) = (Post::of(bank), Post::of(bank));
    Ok([
        asked.start_side_by_side(SIDE_BY_SIDE, move |message| to_accounts.to_account(message))?,
        answered.start_side_by_side(SIDE_BY_SIDE, move |message| to_transfers.to_transfer(message))?,
    ])
}

/// Brings a message to the session that it is for, wherever that is driven.
struct Post {
    accounts: Arc<theus_core::workflow::Sessions<Account>>,
    transfers: Arc<theus_core::workflow::Sessions<Transfer>>,
    others: Wire,
}

impl Post {
    fn of(bank: &Bank) -> Self {
        let (accounts, transfers) = (Arc::clone(&bank.accounts), Arc::clone(&bank.transfers));
        Self { accounts, transfers, others: Wire::within(DELIVERY) }
    }

    fn to_account(&self, message: &Message) -> Result<(), NotDelivered> {
        let Asked { account, what, amount } = message.read()?;
        let transfer = message.session().to_owned();
        match what {
            What::Debit => self.run(message, &account, Debit { transfer, amount }),
            What::Credit => self.run(message, &account, Credit { transfer, amount }),
            What::Refund => self.run(message, &account, Refund { transfer, amount }),
        }
    }

    /// Once under the message's key, here or where the account is.
    fn run<P>(&self, message: &Message, account: &str, command: P) -> Result<(), NotDelivered>
    where
        P: AnyProcess + OnDomain<Account> + OnGlobal<()> + WithEffects<()> + Serialize,
        P::Output: Serialize + DeserializeOwned,
        P::Error: Sync,
    {
        let body = serde_json::to_value(&command)?;
        let key = message.key();
        match self.accounts.run(account, command).once(&key).wait(DELIVERY) {
            Ok(_) => Ok(()),
            Err(error) => match error.held_by() {
                Some(owner) => {
                    let path = format!("/accounts/sessions/{account}/commands/{}", P::CONTRACT.process);
                    self.post(owner, Request { method: Method::Post, path, key: Some(key), body })
                }
                None => Err(error.to_string().into()),
            },
        }
    }

    fn to_transfer(&self, message: &Message) -> Result<(), NotDelivered> {
        let Answered { transfer, event } = message.read()?;
        let key = message.key();
        match self.transfers.ask(&transfer, &*event, Value::Null).once(&key).wait(DELIVERY) {
            Ok(_) => Ok(()),
            Err(error) => match error.held_by() {
                Some(owner) => {
                    let path = format!("/transfers/sessions/{transfer}/events/{event}");
                    self.post(owner, Request { method: Method::Post, path, key: Some(key), body: json!(null) })
                }
                None => Err(error.into()),
            },
        }
    }

    /// To the worker that has the session.
    fn post(&self, owner: &str, request: Request) -> Result<(), NotDelivered> {
        // What follows tells one start of it from another.
        let address = owner.split(' ').next().unwrap_or_default();
        if self.others.is_silent(address) {
            return Err(format!("{address} does not answer").into());
        }
        match self.others.ask(address, &request)? {
            reply if reply.is_done() => Ok(()),
            reply => Err(reply.to_string().into()),
        }
    }
}
