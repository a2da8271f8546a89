//! Every shape of process, run on an engine.

mod commands;
mod contracts;
mod runs;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Polls until it is ready: nothing here waits for anything but the engine itself.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
