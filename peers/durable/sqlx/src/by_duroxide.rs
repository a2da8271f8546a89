//! The workflow by duroxide: an orchestration that is played again from its history at each turn, and activities that workers take from a queue.

use std::sync::Arc;
use std::time::Duration;

use duroxide::providers::sqlite::SqliteProvider;
use duroxide::runtime::registry::ActivityRegistry;
use duroxide::runtime::{Runtime, RuntimeOptions};
use duroxide::{ActivityContext, Client, OrchestrationContext, OrchestrationRegistry, OrchestrationStatus};

use crate::player::{Asked, Failure, expect, serve};

const WAIT: Duration = Duration::from_secs(30);

/// `eager`: all that waits looks every millisecond, where by itself it looks every 100, or after 5, 10, 20 and so on; and of dispatchers
/// there is one of each kind instead of two, which get into each other's way where one workflow follows the other.
pub fn play(runtime: &tokio::runtime::Runtime, asked: &Asked, eager: bool) -> Result<(), Failure> {
    let (running, client) = runtime.block_on(begin(asked, eager))?;
    serve(|number| {
        let balance = runtime.block_on(one(&client, number, eager))?;
        expect(balance, 3)
    })?;
    runtime.block_on(running.shutdown(None));
    Ok(())
}

async fn begin(asked: &Asked, eager: bool) -> Result<(Arc<Runtime>, Client), Failure> {
    std::fs::File::create(&asked.file)?;
    let file = asked.file.to_str().ok_or("the path is not text")?;
    let store = Arc::new(SqliteProvider::new(&format!("sqlite:{file}"), None).await?);
    tell(&store, asked).await?;
    let activities = ActivityRegistry::builder()
        .register("deposit", |_: ActivityContext, account: String| async move { deposit(&account) })
        .build();
    let three_steps = |ctx: OrchestrationContext, mut account: String| async move {
        for _ in 0..3 {
            account = ctx.schedule_activity("deposit", account).await?;
        }
        Ok(account)
    };
    let orchestrations = OrchestrationRegistry::builder().register("three_steps", three_steps).build();
    let mut options = RuntimeOptions::default();
    if eager {
        options.dispatcher_min_poll_interval = Duration::from_millis(1);
        (options.orchestration_concurrency, options.worker_concurrency) = (1, 1);
    }
    let running = Runtime::start_with_options(Arc::clone(&store) as _, activities, orchestrations, options).await;
    Ok((running, Client::new(store)))
}

/// Its options have no word for `synchronous`, and it sets what SQLite takes as NORMAL. So all connections of its pool are taken
/// at once and told.
async fn tell(store: &SqliteProvider, asked: &Asked) -> Result<(), Failure> {
    let pool = store.get_pool();
    let mut all = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        let mut connection = pool.acquire().await?;
        let value = asked.synchronous.number();
        sqlx::query(&format!("PRAGMA synchronous = {value}")).execute(&mut *connection).await?;
        let (found,): (i64,) = sqlx::query_as("PRAGMA synchronous").fetch_one(&mut *connection).await?;
        if found != value {
            return Err(format!("`synchronous` is {found}, and should be {value}").into());
        }
        all.push(connection);
    }
    Ok(())
}

/// The balance, and behind a colon the line.
fn deposit(account: &str) -> Result<String, String> {
    let balance = balance(account)? + 1;
    Ok(format!("{balance}: added 1, which makes {balance}"))
}

fn balance(account: &str) -> Result<i64, String> {
    let (number, _) = account.split_once(':').unwrap_or((account, ""));
    number.parse().map_err(|_| format!("no balance: {account}"))
}

async fn one(client: &Client, number: u64, eager: bool) -> Result<i64, Failure> {
    let instance = format!("account-{number}");
    client.start_orchestration(&instance, "three_steps", "0").await?;
    let mut status = if eager {
        client.get_orchestration_status(&instance).await?
    } else {
        client.wait_for_orchestration(&instance, WAIT).await?
    };
    loop {
        match status {
            OrchestrationStatus::Completed { output, .. } => return Ok(balance(&output)?),
            OrchestrationStatus::Failed { details, .. } => return Err(details.display_message().into()),
            _ => tokio::time::sleep(Duration::from_millis(1)).await,
        }
        status = client.get_orchestration_status(&instance).await?;
    }
}
