//! Clients that move money at random, each with books of its own, which are held against the bank's at the end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use theus_restate::{Ingress, Remote, Unreached};
use transfers::{Account, FIRST, Transfer};

/// So many accounts: few, so that transfers meet.
const ACCOUNTS: u32 = 20;
/// What is under way when the clients stop has so long to come to its end.
const DRAIN: Duration = Duration::from_secs(60);
/// One try of a call has so long: the node that was asked may be stopped, and another one answers under the same key.
const TRY: Duration = Duration::from_secs(2);
/// One that takes longer is told, and when it began: so that it can be seen what was done to the cluster then.
const SLOW: Duration = Duration::from_secs(8);

/// What a client knows of a transfer.
#[derive(Clone)]
struct Booked {
    name: String,
    from: String,
    to: String,
    amount: i64,
}

#[derive(Clone)]
struct Bank {
    accounts: Remote<Account>,
    transfers: Remote<Transfer>,
}

impl Bank {
    fn at(nodes: &[&str]) -> Result<Self, Unreached> {
        let ingress = Ingress::among(nodes)?.within(TRY);
        let transfers = Remote::by(ingress.clone(), "Transfers").attempts(60);
        Ok(Self { accounts: Remote::by(ingress, "Accounts").attempts(60), transfers })
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

pub(crate) async fn run(
    time: Duration,
    clients: u32,
    most: Duration,
    ingresses: &[&str],
) -> Result<(), Box<dyn std::error::Error>> {
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
    let (mut books, mut took) = (Vec::new(), Vec::new());
    for task in tasks {
        let (own, own_took) = task.await?.map_err(|error| error.to_string())?;
        books.extend(own);
        took.extend(own_took);
    }
    took.sort_unstable();
    let part =
        |of: usize| took.get((took.len() * of / 1_000).min(took.len().saturating_sub(1))).copied().unwrap_or_default();
    let longest = part(1_000);
    println!("calls: half of them took {:?}, 99 in 100 {:?}, the longest {longest:?}", part(500), part(990));
    let bank = Bank::at(ingresses)?;
    audit(&bank, run, &books).await?;
    if longest > most {
        return Err(format!("a call took {longest:?}, which is longer than {most:?}").into());
    }
    Ok(())
}

/// The time of day, as faults are written down by.
fn time_of_day() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() % 86_400;
    format!("{:02}:{:02}:{:02}", since / 3_600, since / 60 % 60, since % 60)
}

fn account(run: u32, number: u32) -> String {
    format!("{run:08x}-{number}")
}

/// Asks the bank to move money, one transfer after the other. What was asked is in its books; that it is asked once is its key's doing.
async fn client_of(bank: &Bank, run: u32, client: u32, end: Instant) -> Result<(Vec<Booked>, Vec<Duration>), Failed> {
    let (mut books, mut took) = (Vec::new(), Vec::new());
    while Instant::now() < end {
        let (from, to) = (fastrand::u32(0..ACCOUNTS), fastrand::u32(0..ACCOUNTS));
        let (from, to, amount) = (account(run, from), account(run, to), fastrand::i64(1..=400));
        let name = format!("{run:08x}-{client}-{}", books.len());
        let (begun, at) = (Instant::now(), time_of_day());
        bank.transfers.session(&*name).ask("CMD_BEGIN", json!({ "from": from, "to": to, "amount": amount })).await?;
        took.push(begun.elapsed());
        if begun.elapsed() > SLOW {
            eprintln!("{at} client {client} began to wait, for {:?}", begun.elapsed());
        }
        books.push(Booked { name, from, to, amount });
    }
    Ok((books, took))
}

/// Each transfer has come to its end, and each account has what the books say.
async fn audit(bank: &Bank, run: u32, books: &[Booked]) -> Result<(), Box<dyn std::error::Error>> {
    let end = Instant::now() + DRAIN;
    let mut balances: BTreeMap<String, i64> = (0..ACCOUNTS).map(|number| (account(run, number), FIRST)).collect();
    let mut ends: BTreeMap<String, u32> = BTreeMap::new();
    // As many at once as there were clients.
    let part = books.len().div_ceil(16).max(1);
    let mut tasks = Vec::new();
    for books in books.chunks(part).map(<[Booked]>::to_vec) {
        let bank = bank.clone();
        tasks.push(tokio::spawn(async move { ended(&bank, books, end).await }));
    }
    for task in tasks {
        for (Booked { from, to, amount, .. }, ended) in task.await?.map_err(|error| error.to_string())? {
            if ended == "DONE" {
                *balances.entry(from).or_default() -= amount;
                *balances.entry(to).or_default() += amount;
            }
            *ends.entry(ended).or_default() += 1;
        }
    }
    let mut wrong = Vec::new();
    for (name, expected) in &balances {
        let state = bank.accounts.session(name.as_str()).state().await?;
        let data = state.get("data").and_then(|data| data.get("balance")).and_then(Value::as_i64);
        if data != Some(*expected) {
            wrong.push(format!("{name} has {data:?}, and not {expected}"));
        }
    }
    println!("{} transfers: {ends:?}", books.len());
    if !wrong.is_empty() {
        return Err(format!("the books do not balance: {}", wrong.join("; ")).into());
    }
    println!("the books balance: {} accounts, {} in all", balances.len(), balances.values().sum::<i64>());
    Ok(())
}

fn first(state: &Value) -> String {
    state.get("states").and_then(|states| states.get(0)).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// In which state each of them has ended.
async fn ended(bank: &Bank, books: Vec<Booked>, end: Instant) -> Result<Vec<(Booked, String)>, Failed> {
    let mut all = Vec::new();
    for booked in books {
        loop {
            let state = bank.transfers.session(booked.name.as_str()).state().await?;
            if state.get("status").and_then(Value::as_str) == Some("finished") {
                all.push((booked, first(&state)));
                break;
            }
            if Instant::now() > end {
                return Err(format!("the transfer {} hangs: {state}", booked.name).into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(all)
}
