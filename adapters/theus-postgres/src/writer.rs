//! Who writes: one thread with one connection. What comes while a group is written is written with the next one.
//!
//! A write alone is one statement, which commits by itself. A group is one transaction, whose statements are sent at once. Each
//! transaction counts the writer's row on, so that a writer whose answer was lost asks on another connection how far it has come;
//! as it gives the old row up, what is still under way on the old connection is refused when it arrives.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use theus_core::store::{Committed, Done, StoreError, Write};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio_postgres::{Client, Error, Row, Statement};

use crate::connection::{Patience, Settings, connect, connect_in_time};
use crate::failure::{Name, is_cut, is_given_up};
use crate::write::{Prepared, answer, prepare};

/// How many writes are one transaction at most.
const GROUP: usize = 256;

type Answer = Result<Committed, StoreError>;

/// Its connection.
struct Line {
    client: Client,
    write: Statement,
    /// The row of this writer, and how many transactions it has done.
    id: i64,
    number: i64,
}

/// How a transaction ended.
enum Ended {
    Done(Vec<Answer>),
    /// The server has said no: nothing was done.
    Refused(StoreError),
    /// The server may have done it, and what it would have answered then, if that was heard.
    Unheard(StoreError, Option<Vec<Answer>>),
}

pub(crate) struct Writer {
    name: Name,
    line: Option<Line>,
    /// The writer's row and the transaction of which nobody knows yet whether it was done.
    in_doubt: Option<(i64, i64)>,
    /// The same, for those who read.
    is_in_doubt: Arc<AtomicBool>,
}

/// What it is asked for.
pub(crate) enum Job {
    Write(Box<Write>, Done),
    /// To find out what became of a transaction before anybody reads.
    Settle(oneshot::Sender<Result<(), StoreError>>),
}

impl Writer {
    pub(crate) fn new(name: Name, is_in_doubt: Arc<AtomicBool>) -> Self {
        Self { name, line: None, in_doubt: None, is_in_doubt }
    }

    /// Until nobody can send anything any more.
    pub(crate) async fn run(mut self, mut from: UnboundedReceiver<Job>, settings: impl Fn() -> (u64, Settings)) {
        let mut jobs = Vec::new();
        let mut opened_with = 0;
        while from.recv_many(&mut jobs, GROUP).await > 0 {
            let (changes, settings) = settings();
            if mem::replace(&mut opened_with, changes) != changes {
                self.line = None;
            }
            let (mut writes, mut dones, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
            for job in jobs.drain(..) {
                match job {
                    Job::Write(write, done) => {
                        writes.push(*write);
                        dones.push(done);
                    }
                    Job::Settle(tell) => waiting.push(tell),
                }
            }
            let answers = self.write(&settings, &writes).await;
            let settled = if waiting.is_empty() { Ok(()) } else { self.settle(&settings).await };
            for tell in waiting {
                // Nobody hears where the one who asked has gone.
                let _ = tell.send(settled.clone());
            }
            self.tell(dones, answers);
        }
    }

    fn tell(&self, dones: Vec<Done>, answers: Vec<Answer>) {
        for (done, answer) in dones.into_iter().zip(answers) {
            if catch_unwind(AssertUnwindSafe(|| done(answer))).is_err() {
                tracing::error!(target: "theus::store", store = %self.name.0, "who was told how a write ended has panicked");
            }
        }
    }

    async fn write(&mut self, settings: &Settings, writes: &[Write]) -> Vec<Answer> {
        let mut answers: Vec<Option<Answer>> = Vec::new();
        let mut ready = Vec::new();
        for write in writes {
            match Prepared::of(write, &self.name) {
                Ok(prepared) => {
                    answers.push(None);
                    ready.push((write, prepared));
                }
                Err(error) => answers.push(Some(Err(error))),
            }
        }
        let mut done = self.group(settings, &ready).await.into_iter();
        let lost = || Err(self.name.io("it gave no answer"));
        answers.into_iter().map(|answer| answer.or_else(|| done.next()).unwrap_or_else(lost)).collect()
    }

    async fn group(&mut self, settings: &Settings, writes: &[(&Write, Prepared)]) -> Vec<Answer> {
        let failed = match self.transaction(settings, writes).await {
            Ok(answers) => return answers,
            Err(error) => error,
        };
        // One of them has brought the others down, or two programs have waited for each other: each by itself.
        let is_alone = writes.len() <= 1 || matches!(failed, StoreError::InDoubt { .. });
        if is_alone {
            return writes.iter().map(|(write, _)| Err(of(&failed, write))).collect();
        }
        let mut answers = Vec::new();
        for write in writes.chunks(1) {
            match self.transaction(settings, write).await {
                Ok(answer) => answers.extend(answer),
                Err(error) => answers.extend(write.iter().map(|(write, _)| Err(of(&error, write)))),
            }
        }
        answers
    }

    async fn transaction(
        &mut self,
        settings: &Settings,
        writes: &[(&Write, Prepared)],
    ) -> Result<Vec<Answer>, StoreError> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            self.settle(settings).await?;
            let line = match &mut self.line {
                Some(line) => line,
                none => {
                    let client = connect_in_time(settings, &self.name).await?;
                    none.insert(Line::on(client, &self.name).await?)
                }
            };
            match line.transaction(writes, &self.name).await {
                Ended::Done(answers) => {
                    line.number += 1;
                    return Ok(answers);
                }
                Ended::Refused(error) => return Err(error),
                Ended::Unheard(error, answers) => {
                    let (id, number) = (line.id, line.number + 1);
                    self.line = None;
                    self.in_doubt = Some((id, number));
                    self.is_in_doubt.store(true, Ordering::Release);
                    match self.was_done(settings).await {
                        Ok(true) => match answers {
                            Some(answers) => return Ok(answers),
                            None => return self.found(writes, &error).await,
                        },
                        // It was lost on its way, or the connection had gone while nobody used it.
                        Ok(false) if attempts == 1 => {}
                        Ok(false) => return Err(error),
                        Err(_) => return Err(doubt(&self.name, &error)),
                    }
                }
            }
        }
    }

    /// A transaction that was done without a word: each write whose step is in the journal as it was sent was done; of another one
    /// nobody knows whether it was refused.
    async fn found(&self, writes: &[(&Write, Prepared)], error: &StoreError) -> Result<Vec<Answer>, StoreError> {
        let Some(line) = &self.line else { return Err(doubt(&self.name, error)) };
        let mut answers = Vec::new();
        for (write, prepared) in writes {
            answers.push(match prepared.is_in_journal(&line.client).await {
                Ok(true) => Ok(Committed),
                _ => Err(of(&doubt(&self.name, error), write)),
            });
        }
        Ok(answers)
    }

    /// Nothing is written before it is known what became of the last transaction.
    async fn settle(&mut self, settings: &Settings) -> Result<(), StoreError> {
        match self.in_doubt {
            None => Ok(()),
            Some(_) => self.was_done(settings).await.map(drop),
        }
    }

    /// Whether the transaction that is in doubt was done. After that it cannot be done any more.
    async fn was_done(&mut self, settings: &Settings) -> Result<bool, StoreError> {
        let Some((id, number)) = self.in_doubt else { return Ok(false) };
        let mut patience = Patience::of(settings);
        loop {
            let error = match Line::open_after(settings, &self.name, id).await {
                Ok((line, came_to)) => {
                    (self.line, self.in_doubt) = (Some(line), None);
                    self.is_in_doubt.store(false, Ordering::Release);
                    return Ok(came_to == Some(number));
                }
                Err(error) => error,
            };
            if !patience.is_left().await {
                return Err(error);
            }
        }
    }
}

fn doubt(name: &Name, error: &StoreError) -> StoreError {
    StoreError::InDoubt { store: name.text(), session: String::new(), step: 0, reason: error.to_string() }
}

/// The error of one of them.
fn of(error: &StoreError, write: &Write) -> StoreError {
    match error.clone() {
        StoreError::InDoubt { store, reason, .. } => {
            let step = write.entry.as_ref().map_or(write.expected, |entry| entry.step);
            StoreError::InDoubt { store, session: write.session.to_string(), step, reason }
        }
        error => error,
    }
}

impl Line {
    async fn on(client: Client, name: &Name) -> Result<Self, StoreError> {
        let opened = async {
            let write = prepare(&client).await?;
            // Those of programs that have ended long ago.
            client.execute("DELETE FROM writer WHERE touched < clock_timestamp() - interval '30 days'", &[]).await?;
            let sql = "INSERT INTO writer(number, touched) VALUES (0, clock_timestamp()) RETURNING id";
            let id = client.query_one(sql, &[]).await?.get(0);
            Ok((write, id))
        };
        let (write, id) = opened.await.map_err(|error: Error| name.failed(&error))?;
        Ok(Self { client, write, id, number: 0 })
    }

    /// Another one, and how far the one of this row has come, which is given up.
    async fn open_after(settings: &Settings, name: &Name, id: i64) -> Result<(Self, Option<i64>), StoreError> {
        let line = Self::on(connect(settings, name).await?, name).await?;
        // Waits for a transaction that is under way still.
        // Below 0 no transaction follows; and it is still told how far it came, should this answer be lost too.
        let sql = "UPDATE writer SET number = least(number, -number - 1) WHERE id = $1 RETURNING -number - 1";
        let row = line.client.query_opt(sql, &[&id]).await;
        Ok((line, row.map_err(|error| name.failed(&error))?.map(|row| row.get(0))))
    }

    async fn transaction(&self, writes: &[(&Write, Prepared)], name: &Name) -> Ended {
        let heard = |rows: &[Row]| -> Vec<Answer> {
            let answers = rows.iter().zip(writes);
            answers.map(|(row, (write, _))| answer(row, write, name).map(|()| Committed)).collect()
        };
        let writer = Some((self.id, self.number + 1));
        if let [(_, alone)] = writes {
            return match alone.send(&self.client, &self.write, writer).await {
                Ok(row) => Ended::Done(heard(&[row])),
                Err(error) => ended(&error, None, name),
            };
        }
        let begin = self.client.batch_execute("BEGIN");
        let all = writes
            .iter()
            .enumerate()
            .map(|(at, (_, prepared))| prepared.send(&self.client, &self.write, writer.filter(|_| at == 0)));
        let commit = self.client.batch_execute("COMMIT");
        // In this order they are sent, before the first answer comes.
        let (began, rows, committed) = futures_util::join!(begin, join_all(all), commit);
        let rows: Result<Vec<Row>, Error> = rows.into_iter().collect();
        match (began, rows, committed) {
            (Ok(()), Ok(rows), Ok(())) => Ended::Done(heard(&rows)),
            // After an error `COMMIT` rolls back; what is behind the first error only says so.
            (Err(error), ..) | (_, Err(error), _) => ended(&error, None, name),
            (_, Ok(rows), Err(error)) => ended(&error, Some(heard(&rows)), name),
        }
    }
}

fn ended(error: &Error, answers: Option<Vec<Answer>>, name: &Name) -> Ended {
    match is_cut(error) {
        // Somebody else has given this writer up, and it has done nothing since.
        false if is_given_up(error) => Ended::Unheard(name.failed(error), None),
        false => Ended::Refused(name.failed(error)),
        true => Ended::Unheard(name.failed(error), answers),
    }
}
