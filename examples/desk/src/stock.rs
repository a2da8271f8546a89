//! What is on the shelves: sessions of an engine of their own, for they are not the orders' alone.

use theus_core::effect::Effect;
use theus_core::prelude::*;
use theus_core::store::Store;

/// There is not so much of it.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
#[error("of `{product}` there are {left} left")]
pub(crate) struct OutOfStock {
    product: String,
    left: u32,
}

/// The shelves could not be reached: it may be held, or not.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
#[error("the stock does not answer")]
pub(crate) struct StockUnknown;

/// Why nothing is held.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ReserveError {
    OutOfStock(OutOfStock),
    Unknown(StockUnknown),
}

/// The way to the shelves. What comes twice with one key is done once.
#[theus_core::effect]
pub(crate) trait Stock {
    fn reserve(&self, key: &str, shelf: &str, count: u32) -> Result<(), ReserveError>;
    fn release(&self, key: &str, shelf: &str, count: u32) -> Result<(), StockUnknown>;
}

/// The shelf of a tenant's product.
pub(crate) fn shelf(tenant: &str, product: &str) -> String {
    format!("{tenant}.{product}")
}

/// One shelf.
#[derive(Clone, Debug, Context)]
#[context(version = 1)]
struct Shelf {
    left: u32,
}

/// There is not so much on it.
#[derive(Debug, thiserror::Error)]
#[error("there are {0} left")]
struct TooFew(u32);

#[process(updates = [domain.left], errors = [TooFew])]
fn take(ctx: Ctx<Shelf>, count: u32) -> Result<(), TooFew> {
    match ctx.domain.left.checked_sub(count) {
        Some(left) => *ctx.domain.left = left,
        None => return Err(TooFew(*ctx.domain.left)),
    }
    Ok(())
}

#[process(updates = [domain.left])]
fn put_back(ctx: Ctx<Shelf>, count: u32) {
    *ctx.domain.left = ctx.domain.left.saturating_add(count);
}

struct Shelves {
    engine: Engine<Shelf>,
    /// What a new shelf has.
    full: u32,
}

/// The shelves in this store, each with so many pieces at first.
pub(crate) fn open(store: impl Store, full: u32) -> Result<Effect<dyn Stock>, BuildError> {
    let builder = Engine::builder(Shelf { left: full }).process::<Take>().process::<PutBack>();
    Ok(Effect::new(Shelves { engine: builder.store(store).session_in_memory().build()?, full }))
}

impl Shelves {
    fn shelf(&self, name: &str) -> Result<Engine<Shelf>, StockUnknown> {
        self.engine.hydrate_or(name, || Shelf { left: self.full }).map_err(|error| unknown(&error))
    }
}

impl Stock for Shelves {
    fn reserve(&self, key: &str, shelf: &str, count: u32) -> Result<(), ReserveError> {
        let taken = self.shelf(shelf).map_err(ReserveError::Unknown)?.run_once(key, Take { count });
        taken.map_err(|error| match error {
            RunError::Process(TooFew(left)) => {
                let product = shelf.split_once('.').map_or(shelf, |(_, product)| product).to_owned();
                ReserveError::OutOfStock(OutOfStock { product, left })
            }
            error => ReserveError::Unknown(unknown(&error)),
        })
    }

    fn release(&self, key: &str, shelf: &str, count: u32) -> Result<(), StockUnknown> {
        self.shelf(shelf)?.run_once(key, PutBack { count }).map_err(|error| unknown(&error))
    }
}

fn unknown(error: &dyn std::error::Error) -> StockUnknown {
    tracing::warn!(error = %error, "the stock does not answer");
    StockUnknown
}
