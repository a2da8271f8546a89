//! Clients that move money at random, each with books of its own, which are held against the bank's at the end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use theus_restate::{Ingress, Remote, Unreached};

use crate::bank::{Account, FIRST, Transfer};

/// So many accounts: few, so that transfers meet.
const ACCOUNTS: u32 = 20;
/// What is under way when the clients stop has so long to come to its end.
const DRAIN: Duration = Duration::from_secs(60);

/// What a client knows of a transfer.
struct Booked {
    name: String,
    from: String,
    to: String,
    amount: i64,
}

struct Bank {
    accounts: Remote<Account>,
    transfers: Remote<Transfer>,
}

impl Bank {
    fn at(nodes: &[&str]) -> Result<Self, Unreached> {
        let ingress = Ingress::among(nodes)?;
        let transfers = Remote::by(ingress.clone(), "Transfers").attempts(40);
        Ok(Self { accounts: Remote::by(ingress, "Accounts").attempts(40), transfers })
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

pub(crate) async fn run(time: Duration, clients: u32, ingresses: &[&str]) -> Result<(), Box<dyn std::error::Error>> {
    let run = fastrand::u32(..);
    let end = Instant::now() + time;
    let mut tasks = Vec::new();
    for client in 0..clients {
        // Each begins at another node.
        let mut nodes = ingresses.to_vec();
        nodes.rotate_left(client as usize % ingresses.len());
        let bank = Bank::at(&nodes)?;
        tasks.push(tokio::spawn(async move { client_of(&bank, run, client, end).await }));
    }
    let (mut books, mut longest) = (Vec::new(), Duration::ZERO);
    for task in tasks {
        let (own, own_longest) = task.await?.map_err(|error| error.to_string())?;
        books.extend(own);
        longest = longest.max(own_longest);
    }
    let bank = Bank::at(ingresses)?;
    audit(&bank, run, &books, longest).await
}

fn account(run: u32, number: u32) -> String {
    format!("{run:08x}-{number}")
}

/// Asks the bank to move money, one transfer after the other. What was asked is in its books; that it is asked once is its key's doing.
async fn client_of(bank: &Bank, run: u32, client: u32, end: Instant) -> Result<(Vec<Booked>, Duration), Failed> {
    let (mut books, mut longest) = (Vec::new(), Duration::ZERO);
    while Instant::now() < end {
        let (from, to) = (fastrand::u32(0..ACCOUNTS), fastrand::u32(0..ACCOUNTS));
        let (from, to, amount) = (account(run, from), account(run, to), fastrand::i64(1..=400));
        let name = format!("{run:08x}-{client}-{}", books.len());
        let begun = Instant::now();
        bank.transfers.session(&*name).ask("CMD_BEGIN", json!({ "from": from, "to": to, "amount": amount })).await?;
        longest = longest.max(begun.elapsed());
        books.push(Booked { name, from, to, amount });
    }
    Ok((books, longest))
}

/// Each transfer has come to its end, and each account has what the books say.
async fn audit(bank: &Bank, run: u32, books: &[Booked], longest: Duration) -> Result<(), Box<dyn std::error::Error>> {
    let end = Instant::now() + DRAIN;
    let mut balances: BTreeMap<String, i64> = (0..ACCOUNTS).map(|number| (account(run, number), FIRST)).collect();
    let mut ends: BTreeMap<String, u32> = BTreeMap::new();
    for Booked { name, from, to, amount } in books {
        let ended = loop {
            let state = bank.transfers.session(name.as_str()).state().await?;
            let status = state.get("status").and_then(Value::as_str).unwrap_or_default();
            if status == "finished" {
                break first(&state);
            }
            if Instant::now() > end {
                return Err(format!("the transfer {name} hangs: {state}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        if ended == "DONE" {
            *balances.entry(from.clone()).or_default() -= amount;
            *balances.entry(to.clone()).or_default() += amount;
        }
        *ends.entry(ended).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for (name, expected) in &balances {
        let state = bank.accounts.session(name.as_str()).state().await?;
        let data = state.get("data").and_then(|data| data.get("balance")).and_then(Value::as_i64);
        if data != Some(*expected) {
            wrong.push(format!("{name} has {data:?}, and not {expected}"));
        }
    }
    println!("{} transfers: {ends:?}; the longest call took {longest:?}", books.len());
    if !wrong.is_empty() {
        return Err(format!("the books do not balance: {}", wrong.join("; ")).into());
    }
    println!("the books balance: {} accounts, {} in all", balances.len(), balances.values().sum::<i64>());
    Ok(())
}

fn first(state: &Value) -> String {
    state.get("states").and_then(|states| states.get(0)).and_then(Value::as_str).unwrap_or_default().to_owned()
}
