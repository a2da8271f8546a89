//! The clients' books, held against the bank's.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use transfers::FIRST;

use crate::Failure;
use crate::bank;
use crate::clients::{ACCOUNTS, Booked, Client, account};

/// What is under way when the clients stop has so long to come to its end.
const DRAIN: Duration = Duration::from_secs(60);
/// As many ask at once.
const AT_ONCE: usize = 16;
/// So many sessions are listed at once.
const PAGE: usize = 256;

/// Transfers, and in which state each has ended.
type Ends = Vec<(String, String)>;

/// In which state each transfer has ended: all of them have, or it is an error.
pub(crate) fn ends(client: &Client, books: &[Booked]) -> Result<BTreeMap<String, String>, Failure> {
    let until = Instant::now() + DRAIN;
    thread::scope(|scope| {
        let part = books.len().div_ceil(AT_ONCE).max(1);
        let of_part = |(number, books): (usize, &[Booked])| {
            let mut client = client.beside(number);
            books.iter().map(|booked| Ok((booked.name.clone(), end(&mut client, booked, until)?))).collect()
        };
        let parts = books.chunks(part).enumerate().map(|part| scope.spawn(move || of_part(part)));
        let parts: Vec<thread::ScopedJoinHandle<'_, Result<Ends, Failure>>> = parts.collect();
        let mut all = BTreeMap::new();
        for part in parts {
            all.extend(part.join().map_err(|_| "who has asked for ends has panicked")??);
        }
        Ok(all)
    })
}

fn end(client: &mut Client, booked: &Booked, until: Instant) -> Result<String, Failure> {
    loop {
        let state = client.state("transfers", &booked.name)?;
        if state.get("status").and_then(Value::as_str) == Some("finished") {
            let first = state.get("states").and_then(|states| states.get(0)).and_then(Value::as_str);
            return Ok(first.unwrap_or_default().to_owned());
        }
        if Instant::now() > until {
            return Err(format!("the transfer {} hangs: {state}", booked.name).into());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// What an account is to have, by the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Expected {
    balance: i64,
    /// How often a transfer has asked it for something.
    entries: u64,
}

fn expected(books: &[Booked], ends: &BTreeMap<String, String>) -> Result<BTreeMap<String, Expected>, Failure> {
    let first = |number| (account(number), Expected { balance: FIRST, entries: 0 });
    let mut accounts: BTreeMap<String, Expected> = (0..ACCOUNTS).map(first).collect();
    for Booked { name, from, to, amount } in books {
        let end = ends.get(name).map(String::as_str).unwrap_or_default();
        let (of_from, of_to, moved) = match end {
            "DONE" => (1, 1, *amount),
            "DECLINED" => (1, 0, 0),
            "REFUNDED" => (2, 1, 0),
            end => return Err(format!("the transfer {name} has ended in `{end}`").into()),
        };
        let mut books = |account: &String, entries: u64, moved: i64| {
            if let Some(account) = accounts.get_mut(account) {
                account.balance += moved;
                account.entries += entries;
            }
        };
        books(from, of_from, -moved);
        books(to, of_to, moved);
    }
    Ok(accounts)
}

/// What was found in the database.
pub(crate) struct Found {
    pub(crate) steps: u64,
    pub(crate) records: u64,
}

/// Looks into the database, with no worker between: each account has what the books say, each chain holds, nothing is left to be delivered, and
/// there is no transfer that nobody has asked for.
pub(crate) fn audit(database: &str, books: &[Booked], ends: &BTreeMap<String, String>) -> Result<Found, Failure> {
    let (accounts, transfers) = bank::engines(database)?;
    let (accounts, transfers) = (accounts.build()?, transfers.build()?);
    let mut wrong = Vec::new();
    let mut steps = 0;
    for (name, expected) in expected(books, ends)? {
        let Some(engine) = accounts.hydrate(name.as_str())? else {
            wrong.push(format!("there is no account {name}"));
            continue;
        };
        let found = engine.snapshot()?;
        let found = Expected { balance: *found.balance, entries: *found.entries };
        if found != expected {
            wrong.push(format!("{name} has {found:?}, and not {expected:?}"));
        }
        let verified = accounts.journal(&name)?.verify()?;
        if verified != found.entries {
            wrong.push(format!("{name} has {verified} steps, and {} entries", found.entries));
        }
        steps += verified;
    }
    let mut last: Option<String> = None;
    let mut found = 0;
    loop {
        let page = transfers.stored_sessions(last.as_deref(), PAGE)?;
        let Some(row) = page.last() else { break };
        last = Some(row.name.clone());
        for row in page {
            found += 1;
            if !ends.contains_key(&row.name) {
                wrong.push(format!("nobody has asked for the transfer {}", row.name));
            }
            steps += transfers.journal(&row.name)?.verify()?;
        }
    }
    if found != books.len() {
        wrong.push(format!("there are {found} transfers, and {} in the books", books.len()));
    }
    let records = accounts.verify_stored_ledger()?.records + transfers.verify_stored_ledger()?.records;
    for outbox in [accounts.outbox()?, transfers.outbox()?] {
        for message in outbox.waiting(None, PAGE)?.iter().chain(&outbox.dead_letters(None, PAGE)?) {
            wrong.push(format!("the message {} is not delivered", message.key()));
        }
    }
    if wrong.is_empty() {
        Ok(Found { steps, records })
    } else {
        Err(format!("the books do not balance: {}", wrong.join("; ")).into())
    }
}

/// What is left to be delivered, for who looks why something hangs.
pub(crate) fn left(database: &str) -> Result<String, Failure> {
    let (accounts, transfers) = bank::engines(database)?;
    let (accounts, transfers) = (accounts.build()?, transfers.build()?);
    let mut left = String::new();
    for (whose, outbox) in [("accounts", accounts.outbox()?), ("transfers", transfers.outbox()?)] {
        let waiting = outbox.waiting(None, 10_000)?;
        let first = waiting.first().map(|first| format!(", the first {first:?}")).unwrap_or_default();
        left.push_str(&format!("{} messages of {whose} wait{first}\n", waiting.len()));
    }
    Ok(left)
}
