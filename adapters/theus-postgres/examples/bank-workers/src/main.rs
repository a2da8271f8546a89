//! A bank on several workers and one PostgreSQL: an example of Theus.
//!
//! `bank` is what it does, `worker` who does it: any number of them may be started, stopped and killed. `run` shows that: it starts a `cluster` of
//! PostgreSQL and workers, moves money by `clients`, makes `faults`, and holds the clients' books against the bank's (`books`).
#![forbid(unsafe_code)]

mod bank;
mod books;
mod clients;
mod cluster;
mod faults;
mod fleet;
mod run;
mod wire;
mod worker;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Whatever keeps the program from its work, told to whoever has started it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A bank on several workers and one PostgreSQL.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves accounts and transfers; any number of workers may have one database.
    Worker {
        /// Of PostgreSQL, as of `psql`: `postgres://user:password@host/database`.
        #[arg(long)]
        database: String,
        /// Where clients, and other workers, ask it.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// Ends when its standard input does.
        #[arg(long)]
        until_input_ends: bool,
    },
    /// Moves money on workers and a PostgreSQL of its own, and holds the clients' books against the bank's.
    Run {
        /// How many workers.
        #[arg(default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=16))]
        workers: u32,
        /// For so many seconds.
        #[arg(default_value_t = 10)]
        seconds: u64,
        /// Whether workers are killed and stopped meanwhile.
        #[arg(value_enum, default_value_t = How::Faults)]
        how: How,
        /// How many clients move money at once.
        #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=256))]
        clients: u32,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum How {
    /// Workers are killed, or stopped for longer than their leases last, and started again.
    Faults,
    /// Nobody is harmed.
    Calm,
}

fn main() -> ExitCode {
    let done = match Options::parse().command {
        Command::Worker { database, listen, until_input_ends } => work(&database, listen, until_input_ends),
        Command::Run { workers, seconds, how, clients } => run::run(workers, seconds, how, clients),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bank-workers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn work(database: &str, listen: SocketAddr, until_input_ends: bool) -> Result<(), Failure> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    if until_input_ends {
        worker::end_with_input();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(worker::serve(database, listen))
}
