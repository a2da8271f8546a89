//! The options: flags, and the environment where there is none.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use theus_cli::StoreCommand;

use crate::Failure;
use crate::payments::Flaws;
use crate::tokens::Tokens;

const MORE: &str = "\
Commands, as of every program of Theus:
  check FILE...                 checks recipes and workflows, and runs nothing
  graph FILE [mermaid|dot|svg]  draws a workflow
  help                          says more of these, and their exit codes

Exit codes: 0 at the end in good order; 1 where the service has failed or had to
cut something off; 2 for a wrong option, file or store.";

/// An order desk as a service: orders are sessions, under audit rules, driven by a workflow.
#[derive(Debug, Parser)]
#[command(version, about, after_help = MORE)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) desk: Desk,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Args)]
pub(crate) struct Desk {
    /// Where it listens [default: 127.0.0.1 and the port of PORT, or 8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The port on all addresses, where `--listen` is not given
    #[arg(long, value_name = "PORT", env = "PORT", hide = true)]
    port: Option<u16>,
    /// The file that keeps the orders; that of the stock is beside it, `.stock`
    #[arg(long, value_name = "FILE", default_value = "desk.db", global = true)]
    pub(crate) store: PathBuf,
    /// Keeps them in PostgreSQL instead
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub(crate) database: Option<String>,
    /// The file of those who may come, a line each: `ROLE TENANT TOKEN` [default: what DESK_TOKENS says]
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// The same, as the environment has it
    #[arg(long = "tokens-text", env = "DESK_TOKENS", hide = true, hide_env_values = true)]
    tokens_text: Option<String>,
    /// Audit recipe, read again at each SIGHUP [default: workflows/desk, built in]
    #[arg(long, value_name = "FILE")]
    pub(crate) recipe: Option<PathBuf>,
    /// The payment server
    #[arg(long, value_name = "URL", env = "DESK_PAYMENTS", default_value = "http://127.0.0.1:8081")]
    pub(crate) payments: String,
    /// How long an answer of the payment server is waited for, before it is asked again
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = humantime::parse_duration)]
    pub(crate) patience: Duration,
    /// How long an order is held for who has checked it out
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = humantime::parse_duration)]
    pub(crate) pay_within: Duration,
    /// How many pieces of each product a tenant has at first
    #[arg(long, value_name = "PIECES", default_value = "1000")]
    pub(crate) stock: u32,
    /// How long its end may take
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = humantime::parse_duration)]
    pub(crate) ends_within: Duration,
}

impl Desk {
    /// Those who may come. Nobody comes without one, so there is no desk without one.
    #[expect(clippy::disallowed_methods, reason = "the program's door to files: no process comes here")]
    pub(crate) fn tokens(&self) -> Result<Tokens, Failure> {
        let text = match (&self.tokens, &self.tokens_text) {
            (Some(file), _) => std::fs::read_to_string(file)
                .map_err(|error| format!("the tokens in {} cannot be read: {error}", file.display()))?,
            (None, Some(text)) => text.clone(),
            (None, None) => return Err("who may come? `--tokens FILE`, or DESK_TOKENS".into()),
        };
        Ok(Tokens::parse(&text)?)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        match (self.listen, self.port) {
            (Some(address), _) => address,
            // Who sets PORT runs it in a container, and means the world outside of that.
            (None, Some(port)) => SocketAddr::from(([0, 0, 0, 0], port)),
            (None, None) => SocketAddr::from(([127, 0, 0, 1], 8080)),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A payment server that fails, to try the desk with
    Payments(Payments),
    /// Looks at the orders that are kept, and after them
    #[command(subcommand)]
    Store(StoreCommand),
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Payments {
    /// Where it listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub(crate) listen: SocketAddr,
    /// Of a hundred requests so many are not answered as they should be: 503, 503 though it is done, or late
    #[arg(long, value_name = "PERCENT", default_value = "30")]
    flaky: u8,
    /// Of a hundred payments so many are declined, besides those with a card that ends in `declined`
    #[arg(long, value_name = "PERCENT", default_value = "0")]
    declines: u8,
    /// The same seed fails in the same way
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    seed: u64,
    /// How late it is when it is late
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = humantime::parse_duration)]
    late: Duration,
}

impl Payments {
    pub(crate) const fn flaws(&self) -> Flaws {
        Flaws { flaky: self.flaky, declines: self.declines, seed: self.seed, late: self.late }
    }
}
