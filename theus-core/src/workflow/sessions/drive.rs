//! What drives the sessions of a pool.

use std::future::Future;
use std::pin::Pin;

/// A worker, for somebody's executor.
pub(super) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Who drives the sessions.
pub(super) enum Drive {
    Threads(usize),
    /// Nobody: [`Sessions::step`](super::Sessions::step) does, in an order from this seed.
    Steps,
    /// Futures, handed to somebody's executor.
    Futures(usize, Box<dyn FnMut(Work)>),
}
