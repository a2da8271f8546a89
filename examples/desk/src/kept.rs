//! Where orders and stock are kept: a file each, or two schemas of a database.

use std::path::{Path, PathBuf};

use theus_core::effect::{Effect, SystemClock};
use theus_core::prelude::*;
use theus_postgres::PostgresStore;
use theus_sqlite::SqliteStore;
use theus_telemetry::OpenTelemetry;

use crate::cli::Desk;
use crate::context::{Order, Ports, Shop};
use crate::payments::PaymentClient;
use crate::stock::{self, Stock};
use crate::{Failure, checked};

/// The schemas of orders and stock.
const SCHEMAS: (&str, &str) = ("desk", "desk_stock");

/// The engine, on its store, under its recipe: a file, or the one that was checked with the program.
pub(crate) fn engine(options: &Desk, telemetry: &OpenTelemetry) -> Result<Engine<Order, Shop, Ports>, Failure> {
    let shop = Shop::new(options.pay_within);
    let builder = |stock| match &options.recipe {
        Some(file) => checked::without_recipe(Order::default(), shop.clone(), ports(options, stock)).recipe_file(file),
        None => Ok(checked::builder(Order::default(), shop.clone(), ports(options, stock))),
    };
    let engine = match &options.database {
        Some(url) => {
            let stock = stock::open(PostgresStore::open_in(url, SCHEMAS.1)?, options.stock)?;
            builder(stock)?
                .telemetry(telemetry.clone())
                .store(PostgresStore::open_in(url, SCHEMAS.0)?)
                .session_in_memory()
                .build()?
        }
        None => {
            let stock = stock::open(SqliteStore::open(beside(&options.store))?, options.stock)?;
            builder(stock)?
                .telemetry(telemetry.clone())
                .store(SqliteStore::open(&options.store)?)
                .session_in_memory()
                .build()?
        }
    };
    Ok(engine)
}

/// The doors to the outside.
fn ports(options: &Desk, stock: Effect<dyn Stock>) -> Ports {
    let payments = Effect::new(PaymentClient::new(&options.payments, options.patience));
    Ports { clock: Effect::new(SystemClock), payments, stock }
}

/// `desk.db`: `desk.db.stock`.
fn beside(orders: &Path) -> PathBuf {
    let mut name = orders.as_os_str().to_owned();
    name.push(".stock");
    name.into()
}
