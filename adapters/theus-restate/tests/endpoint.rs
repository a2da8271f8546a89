//! An endpoint for the tests on a server: it writes down what it does outside, and kills itself where it is told to.
//!
//! `endpoint ADDRESS OBJECT FOLDER [INGRESS]`: `FOLDER/effects` has a line for each effect (when, its key, its amount); a file
//! `FOLDER/kill-POINT` has it killed at the next such point, once.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]
#![allow(dead_code, missing_docs, unreachable_pub, reason = "a program for several tests")]

#[path = "program/mod.rs"]
mod program;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use program::Outside;
use serde_json::Value;
use theus_axum::Problem;
use theus_restate::drive::{Around, Delivery, Entry, ExplainAsk, Hosted, Sent, StepError, StepInput, Stepped};
use theus_restate::interlock::Lease;
use theus_restate::{Ingress, endpoint, serve};
use tokio::net::TcpListener;
use tokio::runtime::Handle;

struct File {
    folder: PathBuf,
    /// Counters are not carried: for the test's own test.
    spoils: bool,
}

impl File {
    /// As by the system: nothing is put away, nobody is told.
    fn dies(&self, point: &str) {
        if fs::remove_file(self.folder.join(format!("kill-{point}"))).is_ok() {
            Command::new("kill").args(["-9", &std::process::id().to_string()]).status().unwrap();
            thread::sleep(Duration::from_secs(9));
        }
    }
}

impl Outside for File {
    fn pay(&self, key: &str, amount: i64) -> bool {
        let path = self.folder.join("effects");
        let seen = fs::read_to_string(&path).unwrap_or_default();
        let tries = seen.lines().filter(|line| line.contains(key)).count();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
        let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
        file.write_all(format!("{now} {key} {amount}\n").as_bytes()).unwrap();
        self.dies("effect");
        amount % 3 != 0 || tries % 3 == 2
    }
}

/// The sessions, with points at which the program ends.
struct Dying {
    hosted: Arc<dyn Hosted>,
    file: Arc<File>,
}

impl Hosted for Dying {
    fn step(&self, input: StepInput, around: Around<'_>) -> Result<Stepped, StepError> {
        self.file.dies("begin");
        let mut stepped = self.hosted.step(input, around);
        if let (true, Ok(stepped)) = (self.file.spoils, &mut stepped) {
            stepped.entry.state.counts.clear();
        }
        self.file.dies("result");
        stepped
    }
    fn deliveries(&self, sent: Sent<'_>) -> Vec<Delivery> {
        self.file.dies("sends");
        if fs::remove_file(self.file.folder.join("kill-soon")).is_ok() {
            let file = Arc::clone(&self.file);
            thread::spawn(move || {
                thread::sleep(Duration::from_micros(fastrand::u64(0..4_000)));
                fs::write(file.folder.join("kill-now"), "").unwrap();
                file.dies("now");
            });
        }
        self.hosted.deliveries(sent)
    }
    fn look(&self, session: &str, entry: Option<Entry>) -> Result<Value, StepError> {
        self.hosted.look(session, entry)
    }
    fn explain(
        &self,
        session: &str,
        entry: Option<Entry>,
        ask: &ExplainAsk,
    ) -> Result<Result<Value, Problem>, StepError> {
        self.hosted.explain(session, entry, ask)
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (address, object, folder) = (&arguments[0], &arguments[1], Path::new(&arguments[2]));
    let file = Arc::new(File { folder: folder.to_owned(), spoils: std::env::var_os("THEUS_SPOILS").is_some() });
    let lease = arguments
        .get(3)
        .map(|url| Lease::begin(Ingress::at(url).unwrap(), Duration::from_millis(300), &Handle::current()));
    let served = program::served(object, Arc::clone(&file) as _, lease.clone()).unwrap();
    let served = served.through(|hosted| Arc::new(Dying { hosted, file }));
    let listener = TcpListener::bind(address).await.unwrap();
    serve(endpoint([served], lease.as_ref()).unwrap().build(), listener).await;
}
