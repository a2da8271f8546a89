//! A program that plays when it is asked.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::player::{Failure, Synchronous};

/// What there is to be started.
pub struct Program(PathBuf);

impl Program {
    pub fn this() -> Result<Self, Failure> {
        Ok(Self(std::env::current_exe()?))
    }

    /// That of the folder `sqlx`, which is built for it.
    pub fn on_sqlx() -> Result<Self, Failure> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let target = here.join("target/sqlx");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]).arg(here.join("sqlx/Cargo.toml"));
        if !build.arg("--target-dir").arg(&target).status()?.success() {
            return Err("the program in `sqlx` is not built".into());
        }
        Ok(Self(target.join("release/theus-durable-peers-sqlx")))
    }

    pub fn command(&self, player: &str, synchronous: Synchronous, file: &Path) -> Command {
        let mut command = Command::new(&self.0);
        self.words(&mut command, player, synchronous, file);
        command
    }

    /// Under a tracer, whose own arguments are there already.
    pub fn traced(&self, mut tracer: Command, player: &str, synchronous: Synchronous, file: &Path) -> Command {
        tracer.arg(&self.0);
        self.words(&mut tracer, player, synchronous, file);
        tracer
    }

    fn words(&self, command: &mut Command, player: &str, synchronous: Synchronous, file: &Path) {
        // duroxide writes its log to the standard output, which is for answers.
        command.args([player, synchronous.word()]).arg(file).env("RUST_LOG", "off");
    }
}

/// What a block took, in nanoseconds.
#[derive(Clone, Copy)]
pub struct Took {
    pub clock: f64,
    pub processor: f64,
}

/// A program that has begun. It ends when its input does, so also with this program.
pub struct Playing {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Playing {
    pub fn begin(mut command: Command) -> Result<Self, Failure> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let asks = child.stdin.take().ok_or("no input")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no output")?);
        Ok(Self { child, asks, answers })
    }

    /// So many workflows, one after the other.
    pub fn block(&mut self, count: u64) -> Result<Took, Failure> {
        writeln!(self.asks, "{count}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let (clock, processor) = line.trim().split_once(' ').ok_or("a program has ended early")?;
        Ok(Took { clock: clock.parse()?, processor: processor.parse()? })
    }

    pub fn end(self) -> Result<(), Failure> {
        let Self { mut child, asks, answers } = self;
        drop((asks, answers));
        if child.wait()?.success() { Ok(()) } else { Err("a program has failed".into()) }
    }
}
