//! The desk under load, beside the same resources on bare SQLite: how long requests take, and what they cost.
//!
//! `cargo bench -p desk --bench load -- --clients 64 --seconds 60`; `-- --requests 1000000` for its memory.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench may fail by panicking")]
#![allow(clippy::disallowed_methods, reason = "a bench looks at the clock, and starts programs")]

mod bare;
mod clients;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use clients::{Load, Measured};
use server::Server;

/// The blocks in which both take turns, so that what else the machine does meets both.
const TURNS: u32 = 4;

/// As the desk has it, for the bare one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Options {
    /// Clients at a time
    #[arg(long, default_value = "64")]
    clients: u32,
    /// How long the load is, for each of the two
    #[arg(long, default_value = "10")]
    seconds: u64,
    /// So many requests of the desk alone, for its memory
    #[arg(long)]
    requests: Option<u64>,
    /// Serves the bare desk on this file, and does nothing else
    #[arg(long, hide = true)]
    bare: Option<PathBuf>,
    /// Cargo says so
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    if let Some(file) = options.bare {
        return bare::serve(&file);
    }
    let folder = tempfile::tempdir().unwrap();
    let desk = Server::desk(folder.path());
    let mut load = Load::new(options.clients);
    if let Some(requests) = options.requests {
        return memory(&desk, &mut load, requests);
    }
    let bare = Server::bare(folder.path());
    let servers = [("desk", &desk), ("bare SQLite", &bare)];
    // The first requests warm both up, and are counted of neither.
    servers.iter().for_each(|(_, server)| drop(load.for_time(server, Duration::from_secs(1))));
    let mut measured = [Measured::default(), Measured::default()];
    let block = Duration::from_secs(options.seconds) / TURNS;
    for _ in 0..TURNS {
        for ((_, server), measured) in servers.iter().zip(&mut measured) {
            measured.add(load.for_time(server, block));
        }
    }
    println!(
        "{} clients, {} s each, in {TURNS} turns; five requests an order: opened, filled twice, looked at, cancelled",
        options.clients, options.seconds
    );
    for ((name, server), measured) in servers.iter().zip(&mut measured) {
        println!("{name:>12}: {measured}, {:.1} MiB", server.memory());
    }
    let [desk, bare] = measured.map(|measured| measured.cpu_of_request());
    println!("CPU of a request, desk to bare SQLite: {:.2}", desk / bare);
}

/// What the desk has in memory, after a tenth, a half and all of so many requests.
fn memory(desk: &Server, load: &mut Load, requests: u64) {
    let mut done = 0;
    for share in [0.1, 0.5, 1.0] {
        let until = (requests as f64 * share) as u64;
        done += load.for_requests(desk, until.saturating_sub(done)).requests();
        println!("after {done:>8} requests: {:.1} MiB", desk.memory());
    }
}
