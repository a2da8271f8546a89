//! Serves orders on port 8080: `curl -X PUT localhost:8080/sessions/order-1` begins one.
#![forbid(unsafe_code)]

use theus_sqlite::SqliteStore;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (app, orders) = {{crate_name}}::app(SqliteStore::open("orders.db")?)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    println!(
        "{}",
        theus_axum::serve(listener, app, orders, interrupted).await
    ); // what was under way is done
    Ok(())
}
