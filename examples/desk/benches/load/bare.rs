//! The same resources without Theus, as one would write them by hand: axum, a table of orders, a table of what was done, a transaction for
//! each request that changes something, as durable as the desk's. There are no rules, no retries, no timers, no saga and no replay.

use std::path::Path as File;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::{Json, Router};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::server::TOKEN;

type Database = Arc<Mutex<Connection>>;
type Answer = (StatusCode, Json<Value>);

#[derive(Default, Serialize, Deserialize)]
struct Order {
    state: String,
    items: Vec<Item>,
    total: i64,
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct Item {
    product: String,
    count: u32,
    price: i64,
}

#[derive(Deserialize)]
struct Add {
    product: String,
    count: u32,
}

const TABLES: &str = "
CREATE TABLE orders (name TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (name TEXT, step INTEGER, at INTEGER, process TEXT, arguments TEXT, PRIMARY KEY (name, step)) WITHOUT ROWID;
";

#[tokio::main]
pub(crate) async fn serve(file: &File) {
    let connection = Connection::open(file).unwrap();
    // What theus-sqlite has, where nothing else is said.
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection.pragma_update(None, "synchronous", "full").unwrap();
    connection.execute_batch(TABLES).unwrap();
    let app = Router::new()
        .route("/sessions/{name}", put(open).get(look))
        .route("/sessions/{name}/events/CMD_ADD", post(add))
        .route("/sessions/{name}/events/CMD_CANCEL", post(cancel))
        .route_layer(from_fn(guard))
        .with_state(Arc::new(Mutex::new(connection)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("the bare desk listens on http://{}", listener.local_addr().unwrap());
    axum::serve(listener, app).await.unwrap();
}

async fn guard(request: Request, next: Next) -> Response {
    let given = request.headers().get(AUTHORIZATION).and_then(|given| given.to_str().ok()?.strip_prefix("Bearer "));
    match given.map(|given| blake3::hash(given.as_bytes())) {
        Some(hash) if hash == blake3::hash(TOKEN.as_bytes()) => next.run(request).await,
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// On a thread that may be blocked, in a transaction where it writes.
async fn within(
    database: Database,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Answer> + Send + 'static,
) -> Answer {
    let work = move || {
        let mut connection = database.lock().unwrap();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let answer = work(&transaction)?;
        transaction.commit().map(|()| answer)
    };
    tokio::task::spawn_blocking(work)
        .await
        .unwrap()
        .unwrap_or_else(|error| (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "title": error.to_string() }))))
}

async fn open(State(database): State<Database>, Path(name): Path<String>) -> Answer {
    within(database, move |transaction| {
        let order = Order { state: "OPEN".to_owned(), ..Order::default() };
        let insert = "INSERT OR IGNORE INTO orders (name, data) VALUES (?1, ?2)";
        let is_new = transaction.prepare_cached(insert)?.execute(params![name, text(&order)])? == 1;
        let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
        Ok((status, Json(json!({ "session": name }))))
    })
    .await
}

async fn look(State(database): State<Database>, Path(name): Path<String>) -> Answer {
    let look = move || {
        let connection = database.lock().unwrap();
        read(&connection, &name)
    };
    match tokio::task::spawn_blocking(look).await.unwrap() {
        Ok(Some(order)) => (StatusCode::OK, Json(json!(order))),
        _ => none(),
    }
}

async fn add(
    State(database): State<Database>,
    Path(name): Path<String>,
    Json(Add { product, count }): Json<Add>,
) -> Answer {
    change(database, name, "add_item", json!({ "product": product, "count": count }), move |order| {
        let price = if product == "pear" { 60 } else { 40 };
        order.items.push(Item { product, count, price });
        order.total = order.items.iter().map(|item| item.price * i64::from(item.count)).sum();
    })
    .await
}

async fn cancel(State(database): State<Database>, Path(name): Path<String>) -> Answer {
    change(database, name, "cancel", json!({}), |order| order.state = "CANCELLED".to_owned()).await
}

async fn change(
    database: Database,
    name: String,
    process: &'static str,
    arguments: Value,
    change: impl FnOnce(&mut Order) + Send + 'static,
) -> Answer {
    within(database, move |transaction| {
        let Some(mut order) = read(transaction, &name)? else { return Ok(none()) };
        if order.state != "OPEN" {
            return Ok((StatusCode::CONFLICT, Json(json!({ "states": [order.state] }))));
        }
        change(&mut order);
        order.version += 1;
        let update = "UPDATE orders SET data = ?2 WHERE name = ?1";
        transaction.prepare_cached(update)?.execute(params![name, text(&order)])?;
        let note = "INSERT INTO journal (name, step, at, process, arguments) VALUES (?1, ?2, unixepoch(), ?3, ?4)";
        let step = i64::try_from(order.version).unwrap_or(i64::MAX);
        transaction.prepare_cached(note)?.execute(params![name, step, process, arguments.to_string()])?;
        let reply = json!({ "items": order.items.len(), "total": order.total });
        Ok((StatusCode::OK, Json(json!({ "states": [order.state], "reply": reply, "version": order.version }))))
    })
    .await
}

fn read(connection: &Connection, name: &str) -> rusqlite::Result<Option<Order>> {
    let mut select = connection.prepare_cached("SELECT data FROM orders WHERE name = ?1")?;
    let found: Option<String> = select.query_row([name], |row| row.get(0)).optional()?;
    Ok(found.and_then(|data| serde_json::from_str(&data).ok()))
}

fn text(order: &Order) -> String {
    serde_json::to_string(order).unwrap_or_default()
}

fn none() -> Answer {
    (StatusCode::NOT_FOUND, Json(json!({ "title": "There is no such order" })))
}
