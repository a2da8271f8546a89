//! The bank on any number of machines.
//!
//! ```text
//! bank-restate endpoint ADDRESS INGRESS..          serves accounts and transfers; several may have one address
//! bank-restate clients SECONDS CLIENTS LONGEST INGRESS..
//!                                                  moves money at random, and holds its own books against the bank's; no call may take
//!                                                  longer than so many seconds
//! bank-restate check ADMIN                         whether the sessions that are there can go on with this program; asked before it is registered
//! ```

mod bank;
mod clients;

use std::net::SocketAddr;
use std::time::Duration;

use theus_core::audit::{Interlock, Look, SharedInterlock, Unreachable};
use theus_restate::interlock::Lease;
use theus_restate::{Ingress, endpoint, serve};
use tokio::net::TcpSocket;
use tokio::runtime::Handle;

/// Longer than it takes until a silent node or endpoint is noticed (see `restate.toml`): else nothing could run anywhere meanwhile. A latch is
/// acknowledged after so long.
const LEASE: Duration = Duration::from_secs(4);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["endpoint", address, ingresses @ ..] if !ingresses.is_empty() => serve_at(address.parse()?, ingresses).await,
        ["clients", seconds, clients, longest, ingresses @ ..] if !ingresses.is_empty() => {
            let (time, longest) = (Duration::from_secs(seconds.parse()?), Duration::from_secs(longest.parse()?));
            clients::run(time, clients.parse()?, longest, ingresses).await
        }
        ["check", admin] => check(admin).await,
        _ => Err("bank-restate check ADMIN | bank-restate endpoint ADDRESS INGRESS.. | bank-restate clients SECONDS CLIENTS LONGEST INGRESS..".into()),
    }
}

async fn serve_at(address: SocketAddr, ingresses: &[&str]) -> Result<(), Box<dyn std::error::Error>> {
    let interlock = Lease::begin(Ingress::among(ingresses)?, LEASE, &Handle::current());
    let objects = bank::objects(interlock.clone())?;
    // Several processes have one address: the system gives each new connection to one of them.
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    serve(endpoint(objects, Some(&interlock))?.build(), socket.listen(1_024)?).await;
    Ok(())
}

/// What cannot go on is told, and how many sessions it touches.
async fn check(admin: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut is_clean = true;
    for object in bank::objects(Nothing)? {
        let check = object.check(admin).await?;
        println!("{}: {check}", object.name());
        is_clean &= check.is_clean();
    }
    if is_clean { Ok(()) } else { Err("not all sessions can go on with this program".into()) }
}

/// Nothing runs: there are no leases.
#[derive(Clone)]
struct Nothing;

impl SharedInterlock for Nothing {
    fn look(&self) -> Look {
        Look::Unknown("nothing runs here".to_owned())
    }

    fn latch(&self, _: &Interlock) -> Result<(), Unreachable> {
        Err(Unreachable("nothing runs here".to_owned()))
    }

    fn reset(&self, _: &str, _: &str) -> Result<(), Unreachable> {
        Err(Unreachable("nothing runs here".to_owned()))
    }
}
