//! The workers, as processes that are started, killed and stopped.

use std::fs::File;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// A worker that is told to end has so long, before it is killed.
const END: Duration = Duration::from_secs(10);

/// One place of the fleet: its worker is another process after each kill, at the same address.
pub(crate) struct Worker {
    database: String,
    port: u16,
    log: PathBuf,
    child: Child,
}

impl Worker {
    pub(crate) fn start(database: &str, number: u32) -> Result<Self, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = std::env::temp_dir().join(format!("theus-bank-{}-{number}.log", std::process::id()));
        let child = spawn(database, port, &log)?;
        Ok(Self { database: database.to_owned(), port, log, child })
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// As by `kill -9`; it has let go of its address then.
    pub(crate) fn kill(&mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Again, after it was killed.
    pub(crate) fn start_again(&mut self) -> Result<(), Failure> {
        self.child = spawn(&self.database, self.port, &self.log)?;
        Ok(())
    }

    /// As by `kill -STOP`, `-CONT`, `-TERM`.
    pub(crate) fn signal(&self, name: &str) -> Result<(), Failure> {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the worker {} cannot be sent {name}", self.address()).into())
        }
    }

    /// Whether it has ended by itself, which it has no reason for.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Tells it to end, and waits for that. An error where it does not end well.
    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        self.signal("TERM")?;
        let until = Instant::now() + END;
        while Instant::now() < until {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the worker {} has ended with {status}", self.address()).into()),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        self.kill()?;
        Err(format!("the worker {} has not ended within {END:?}", self.address()).into())
    }

    /// The last lines that it has said.
    pub(crate) fn last_words(&self) -> String {
        let mut text = String::new();
        let read = File::open(&self.log).and_then(|mut file| file.read_to_string(&mut text));
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(5)..).unwrap_or_default();
        format!("{}: {}", self.log.display(), read.map_or_else(|error| error.to_string(), |_| last.join("\n    ")))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}

fn spawn(database: &str, port: u16, log: &PathBuf) -> Result<Child, Failure> {
    let log = File::options().create(true).append(true).open(log)?;
    let mut worker = Command::new(std::env::current_exe()?);
    worker.args(["worker", "--until-input-ends", "--database", database, "--listen"]).arg(format!("127.0.0.1:{port}"));
    // Its input ends with this program, and so does it.
    Ok(worker.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log).spawn()?)
}
