//! The workflow by durare: ordinary async code, each of whose steps has its result written.

use std::sync::Arc;
use std::time::Duration;

use durare::{DurableContext, DurableEngine, Result, SqliteProvider, Tx, WorkflowOptions, params};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::runtime::Runtime;

use crate::player::{Asked, Failure, Synchronous, expect, serve};

/// What a step returns, and so what is kept.
#[derive(Clone, Serialize, Deserialize)]
struct Account {
    balance: i64,
    line: String,
}

fn line(balance: i64) -> String {
    format!("added 1, which makes {balance}")
}

#[durare::step]
async fn deposit(ctx: &DurableContext, balance: i64) -> Result<Account> {
    let balance = balance + 1;
    Ok(Account { balance, line: line(balance) })
}

#[durare::workflow]
async fn three_steps(ctx: DurableContext, balance: i64) -> Result<i64> {
    let account = deposit(&ctx, balance).await?;
    let account = deposit(&ctx, account.balance).await?;
    Ok(deposit(&ctx, account.balance).await?.balance)
}

/// The account in a table of its own, written in the transaction that has the step's result.
#[durare::transaction]
async fn book(ctx: &DurableContext, tx: &mut Tx<'_>) -> Result<i64> {
    let row = tx.query_one("UPDATE account SET balance = balance + 1 RETURNING balance", &params![]).await?;
    let balance = row.get::<i64>("balance");
    tx.execute("INSERT INTO line(text) VALUES (?)", &params![line(balance)]).await?;
    Ok(balance)
}

#[durare::workflow]
async fn three_transactions(ctx: DurableContext, _none: ()) -> Result<i64> {
    book(&ctx).await?;
    book(&ctx).await?;
    book(&ctx).await
}

pub fn play(runtime: &Runtime, asked: &Asked, transactions: bool) -> std::result::Result<(), Failure> {
    let engine = runtime.block_on(engine(asked))?;
    serve(|number| {
        let options = WorkflowOptions::with_id(format!("account-{number}"));
        let (found, expected) = runtime.block_on(async {
            if transactions {
                let balance = engine.start_with(ThreeTransactions, (), options).await?.await?;
                Ok::<_, Failure>((balance, 3 * number as i64))
            } else {
                Ok((engine.start_with(ThreeSteps, 0, options).await?.await?, 3))
            }
        })?;
        expect(found, expected)
    })?;
    Ok(runtime.block_on(engine.shutdown(Duration::from_secs(1)))?)
}

/// As `SqliteProvider::connect` has it, but for `synchronous`, which is NORMAL there.
async fn engine(asked: &Asked) -> std::result::Result<DurableEngine, Failure> {
    let synchronous = match asked.synchronous {
        Synchronous::Full => SqliteSynchronous::Full,
        Synchronous::Normal => SqliteSynchronous::Normal,
    };
    let options = SqliteConnectOptions::new().filename(&asked.file).create_if_missing(true).foreign_keys(true);
    let options =
        options.journal_mode(SqliteJournalMode::Wal).synchronous(synchronous).busy_timeout(Duration::from_secs(5));
    let pool = SqlitePoolOptions::new().max_connections(5).connect_with(options).await?;
    for sql in [
        "CREATE TABLE account(balance INTEGER NOT NULL)",
        "INSERT INTO account VALUES (0)",
        "CREATE TABLE line(number INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    ] {
        sqlx::query(sql).execute(&pool).await?;
    }
    let engine = DurableEngine::new(Arc::new(SqliteProvider::from_pool(pool))).await?;
    engine.launch().await?;
    Ok(engine)
}
