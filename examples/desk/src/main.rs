//! An order desk as a service: an example of Theus.
//!
//! `context` is an order, `processes` what may happen to it, `payments` and `stock` what is outside; `serve` has them on the web, and `guard` lets in who has
//! one of the `tokens`. What
//! may be done, and when, is said by the recipe and the workflow of `workflows/desk`.
#![forbid(unsafe_code)]

mod cli;
mod context;
mod guard;
mod kept;
mod payments;
mod processes;
mod reload;
mod serve;
mod stock;
mod tokens;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use theus_core::source::printable_lines;

use cli::{Command, Options};
use context::{Item, Order, Ports, Shop};

/// What a request needs is made by one thread and freed by another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

theus_core::files! {
    pub(crate) mod checked;
    domain = Order,
    global = Shop,
    effects = Ports,
    processes = [
        processes::AddItem, processes::RemoveItem, processes::CheckOut, processes::Reserve, processes::Release, processes::Pay,
        processes::Refund, processes::Settle, processes::Confirm, processes::Ship,
    ],
    types = [Item],
    recipes = ["../../workflows/desk/audit.yaml"],
    workflows = ["../../workflows/desk/workflow.yaml"],
}

/// The service has failed, or not ended as it should.
const FAILED: u8 = 1;
/// Something the user gave is wrong.
const WRONG: u8 = 2;

/// Whatever keeps the program from its work, told to whoever has started it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    // `desk check`, `desk graph`: nothing is opened for them, nor asked.
    let on_paper = checked::without_recipe(Order::default(), Shop::new(Duration::ZERO), Ports::closed());
    if let Some(code) = on_paper.command_line(std::env::args_os()) {
        return code;
    }
    let options = Options::parse();
    let done = run(&options);
    done.unwrap_or_else(|error| {
        eprintln!("error: {}", printable_lines(&error.to_string()));
        ExitCode::from(WRONG)
    })
}

fn run(options: &Options) -> Result<ExitCode, Failure> {
    // The log, and what is counted.
    let telemetry = theus_telemetry::install("desk")?;
    let done = match &options.command {
        None => serve::desk(&options.desk, &telemetry),
        Some(Command::Payments(payments)) => serve::payments(*payments),
        Some(Command::Store(command)) => kept::engine(&options.desk, &telemetry).map(|engine| command.serve(&engine)),
    };
    telemetry.shut_down();
    done
}
