//! Clients that move money at random, each with books of its own.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;
use crate::wire::{Method, Reply, Request, Wire};

/// So many accounts: few, so that transfers meet.
pub(crate) const ACCOUNTS: u32 = 20;
/// One try of a call has so long: the worker that was asked may be stopped, and another one answers under the same key.
const TRY: Duration = Duration::from_secs(2);
/// A call that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(60);
/// Before a worker is asked again.
const AGAIN: Duration = Duration::from_millis(20);

/// What a client knows of a transfer.
#[derive(Clone)]
pub(crate) struct Booked {
    pub(crate) name: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) amount: i64,
}

pub(crate) fn account(number: u32) -> String {
    format!("a-{number}")
}

/// Knows where workers are, and not which of them has a session.
#[derive(Clone)]
pub(crate) struct Client {
    wire: Arc<Wire>,
    workers: Vec<String>,
    /// Who is asked first, the next time.
    next: usize,
}

impl Client {
    pub(crate) fn of(workers: Vec<String>) -> Self {
        Self { wire: Arc::new(Wire::within(TRY)), workers, next: 0 }
    }

    /// Another one, on the same connections, which begins at another worker.
    pub(crate) fn beside(&self, number: usize) -> Self {
        Self { next: number, ..self.clone() }
    }

    fn turn(&mut self) -> String {
        // Where all of them are silent, whoever's turn it is.
        for _ in 0..self.workers.len() {
            self.next = (self.next + 1) % self.workers.len();
            if self.workers.get(self.next).is_some_and(|worker| !self.wire.is_silent(worker)) {
                break;
            }
        }
        self.workers.get(self.next).cloned().unwrap_or_default()
    }

    /// Asks until it is done: a worker, the one that has the session, another one, under one key.
    fn call(&mut self, request: &Request) -> Result<Reply, Failure> {
        let begun = Instant::now();
        let mut worker = self.turn();
        let mut last = String::new();
        while begun.elapsed() < LONGEST {
            let reply = self.wire.ask(&worker, request);
            let holder = match reply {
                Ok(reply) if reply.is_done() => return Ok(reply),
                Ok(reply) if !reply.passes() => return Err(format!("{}: {reply}", request.path).into()),
                Ok(reply) => {
                    last = format!("{worker}: {reply}");
                    reply.held_by().filter(|holder| *holder != worker).map(str::to_owned)
                }
                Err(error) => {
                    last = format!("{worker}: {error}");
                    None
                }
            };
            worker = match holder {
                Some(holder) if !self.wire.is_silent(&holder) => holder,
                _ => {
                    sleep(AGAIN);
                    self.turn()
                }
            };
        }
        Err(format!("{} hangs: {last}", request.path).into())
    }

    pub(crate) fn open(&mut self, kind: &str, session: &str) -> Result<(), Failure> {
        let path = format!("/{kind}/sessions/{session}");
        self.call(&Request { method: Method::Put, path, key: None, body: Value::Null }).map(drop)
    }

    pub(crate) fn state(&mut self, kind: &str, session: &str) -> Result<Value, Failure> {
        let path = format!("/{kind}/sessions/{session}");
        Ok(self.call(&Request { method: Method::Get, path, key: None, body: Value::Null })?.body)
    }

    /// A transfer is on its way when this is answered, and comes to its end by itself.
    fn transfer(&mut self, booked: &Booked) -> Result<(), Failure> {
        let Booked { name, from, to, amount } = booked;
        self.open("transfers", name)?;
        let path = format!("/transfers/sessions/{name}/events/CMD_BEGIN");
        let body = json!({ "from": from, "to": to, "amount": amount });
        self.call(&Request { method: Method::Post, path, key: Some(format!("begin {name}")), body }).map(drop)
    }

    /// Moves money, one transfer after the other. What was asked is in its books; that it is asked once is its key's doing.
    pub(crate) fn moves_money(
        &mut self,
        number: u32,
        mut random: fastrand::Rng,
        until: Instant,
    ) -> Result<(Vec<Booked>, Vec<Duration>), Failure> {
        let (mut books, mut took) = (Vec::new(), Vec::new());
        while Instant::now() < until {
            let (from, to) = (account(random.u32(..ACCOUNTS)), account(random.u32(..ACCOUNTS)));
            let name = format!("t-{number}-{}", books.len());
            let booked = Booked { name, from, to, amount: random.i64(1..=400) };
            let begun = Instant::now();
            self.transfer(&booked)?;
            took.push(begun.elapsed());
            books.push(booked);
        }
        Ok((books, took))
    }
}
