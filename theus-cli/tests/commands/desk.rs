//! A program, and its command line.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use clap::Parser;
use theus_cli::{CliError, StoreCommand, Verdict};
use theus_core::prelude::*;
use theus_core::store::MemoryStore;

#[derive(Clone, Default, Context)]
pub(crate) struct Account {
    pub(crate) balance: i64,
    pub(crate) owner: String,
    pub(crate) cmd_close: bool,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Receipt {
    amount: i64,
}

#[process(inputs = [domain.balance], outputs = [domain.balance])]
pub(crate) fn deposit(ctx: Ctx<Account, (), Ports>, amount: i64) {
    *ctx.domain.balance += amount;
}

#[process(outputs = [domain.owner], messages = [Receipt])]
pub(crate) fn rename(ctx: Ctx<Account, (), Ports>, to: String) {
    ctx.send(Receipt { amount: to.len() as i64 });
    ctx.domain.owner.set(to);
}

#[process(outputs = [domain.balance], effects = [rate])]
pub(crate) fn revalue(ctx: Ctx<Account, (), Ports>) {
    ctx.domain.balance.set(ctx.effects.rate.load(Ordering::Relaxed));
}

/// What a contract does not say is read all the same: another result each time.
#[derive(Clone, Default, Debug)]
pub(crate) struct Ports {
    pub(crate) rate: Arc<AtomicI64>,
}

pub(crate) static HIDDEN: AtomicI64 = AtomicI64::new(0);

fn hidden() -> i64 {
    HIDDEN.load(Ordering::Relaxed)
}

#[process(outputs = [domain.balance])]
pub(crate) fn guess(ctx: Ctx<Account, (), Ports>) {
    ctx.domain.balance.set(hidden());
}

pub(crate) type Bank = Engine<Account, (), Ports>;

pub(crate) const RECIPE: &str = "process_recipes: { deposit: { inputs: [ { field: amount, max: 100 } ] } }";

/// The first of May 2026, whatever the day.
pub(crate) const NOW: Duration = Duration::from_secs(1_777_593_600);

/// Who looks: no session is begun by it.
pub(crate) fn bank(store: &MemoryStore) -> Bank {
    let builder = Engine::builder(Account::default()).effects(Ports::default());
    let builder = builder.process::<Deposit>().process::<Rename>().process::<Revalue>().process::<Guess>();
    let builder = builder.recipe("audit.yaml", RECIPE).unwrap().clock(|| SystemTime::UNIX_EPOCH + NOW);
    builder.store(store.clone()).session_in_memory().build().unwrap()
}

/// A bank with a session `main` of three steps.
pub(crate) fn of_three_steps() -> Bank {
    let bank = bank(&MemoryStore::new());
    let main = open(&bank, "main");
    main.run(Deposit { amount: 5 }).unwrap();
    main.run(Rename { to: "Ada".to_owned() }).unwrap();
    main.run(Deposit { amount: 7 }).unwrap();
    bank
}

pub(crate) fn open(bank: &Bank, name: &str) -> Bank {
    bank.hydrate_or(name, Account::default).unwrap()
}

#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    command: StoreCommand,
}

/// The words as a command, or what clap says of them.
pub(crate) fn parsed(words: &[&str]) -> Result<StoreCommand, String> {
    let words = ["desk"].iter().chain(words);
    Options::try_parse_from(words).map(|options| options.command).map_err(|error| error.to_string())
}

pub(crate) fn tried(bank: &Bank, words: &[&str]) -> Result<(Verdict, String), CliError> {
    let mut out = Vec::new();
    let verdict = parsed(words).unwrap().run(bank, &mut out)?;
    Ok((verdict, String::from_utf8(out).unwrap()))
}

/// What it says, of something that is sound.
pub(crate) fn said(bank: &Bank, words: &[&str]) -> String {
    let (verdict, said) = tried(bank, words).unwrap();
    assert_eq!(verdict, Verdict::Sound, "{said}");
    said
}

/// What it finds wrong.
pub(crate) fn wrong(bank: &Bank, words: &[&str]) -> String {
    let (verdict, said) = tried(bank, words).unwrap();
    assert_eq!(verdict, Verdict::Wrong, "{said}");
    said
}

/// Why it is refused.
pub(crate) fn refused(bank: &Bank, words: &[&str]) -> String {
    tried(bank, words).unwrap_err().to_string()
}

pub(crate) fn json(said: &str) -> Vec<serde_json::Value> {
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
