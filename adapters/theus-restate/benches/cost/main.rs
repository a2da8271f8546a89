//! What a call of a session costs, beside one of an object that is written for Restate by hand: one get and one set.
//!
//! `./bench` in the folder of this crate starts a server for it. Without one (`cargo bench --bench cost`) there is only what Theus itself
//! takes of a call.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench may fail by panicking")]
#![allow(missing_docs, unreachable_pub, reason = "a program, not an interface")]

mod calls;
mod endpoint;
mod program;
mod raw;
mod turn;

use std::time::Duration;

/// The blocks in which all take turns, so that what else the machine does meets all of them.
const TURNS: u32 = 4;
const CLIENTS: usize = 64;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--serve", address] => endpoint::serve(address),
        ["--turn"] => turn::measure(),
        [] => {
            turn::measure();
            calls::measure(CLIENTS, Duration::from_secs(20), TURNS);
        }
        [seconds] => calls::measure(CLIENTS, Duration::from_secs(seconds.parse().expect("seconds")), TURNS),
        _ => panic!("cost [SECONDS] | --turn"),
    }
}
