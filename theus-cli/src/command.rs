//! The commands, and which of them is done where.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use theus_core::source::printable;
use theus_core::{Context, Engine};

use crate::error::CliError;
use crate::out::Out;
use crate::{check, fork, journal, outbox, replay, retention, sessions, show, verify};

/// What can be done with the sessions of a store, as a subcommand of a program's own.
///
/// See the [crate](crate) for a program that has it.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[non_exhaustive]
pub enum StoreCommand {
    /// Lists the sessions, in the order of their names
    Sessions {
        /// Those after this name
        #[arg(long, value_name = "NAME")]
        after: Option<String>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
        most: u64,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Shows the Data zone of a session
    Show {
        /// The session
        session: String,
        /// As it was after this step; 0 is its first state [default: as it is]
        #[arg(long, value_name = "STEP")]
        at: Option<u64>,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Lists the steps of a session: what ran, when, and what it changed
    Journal {
        /// The session
        session: String,
        /// From this step on
        #[arg(long, value_name = "STEP", default_value_t = 1)]
        from: u64,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
        most: u64,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Shows what is not the same after two steps of a session
    Diff {
        /// The session
        session: String,
        /// The one step; 0 is the first state
        before: u64,
        /// The other
        after: u64,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Makes all runs of a session again and says where they give something else; exit code 1 if so
    Replay {
        /// The session
        #[arg(required_unless_present = "file", conflicts_with = "file")]
        session: Option<String>,
        /// A journal that `export` has written, in the place of a session
        #[arg(long, value_name = "LINES")]
        file: Option<PathBuf>,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Begins another session with the state that this one had after a step
    Fork {
        /// The session
        session: String,
        /// The step; 0 is the first state
        step: u64,
        /// The name of the other
        name: String,
    },
    /// Holds every step against its chain and the state, and the ledger against its own; exit code 1 where something is damaged
    Verify {
        /// The session [default: all of them, and the ledger]
        session: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Looks whether every session can go on with this program, and runs nothing; exit code 1 where one cannot
    Check {
        /// The workflow that drives them: whether it can be where each of them is
        workflow: Option<PathBuf>,
        /// Says too which processes ever ran, which rules were ever broken, and which states of the workflow sessions are in
        #[arg(long)]
        coverage: bool,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Lists the messages that were not delivered yet
    Outbox {
        /// Those that were given up
        #[arg(long)]
        dead: bool,
        /// Those after this one: `main/3`
        #[arg(long, value_name = "KEY", value_parser = outbox::key)]
        after: Option<(String, u64)>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
        most: u64,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        /// Lists nothing: this one, which was given up, is tried again
        #[arg(long, value_name = "KEY", value_parser = outbox::key, conflicts_with_all = ["dead", "after", "json", "discard"])]
        again: Option<(String, u64)>,
        /// Lists nothing: this one is gone, without having been delivered
        #[arg(long, value_name = "KEY", value_parser = outbox::key, conflicts_with_all = ["dead", "after", "json"])]
        discard: Option<(String, u64)>,
    },
    /// Writes the journal of a session as JSON lines
    Export {
        /// The session
        session: String,
    },
    /// Lets go of what is old
    #[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
    Prune {
        /// The session whose steps are let go [default: all of them]
        #[arg(requires = "keep")]
        session: Option<String>,
        /// Keeps the last so many steps of a session
        #[arg(long, value_name = "N", group = "what")]
        keep: Option<u64>,
        /// Answers that were given under keys longer ago than this, of all sessions: `30d`
        #[arg(long, value_name = "AGE", value_parser = humantime::parse_duration, group = "what")]
        answers_older_than: Option<Duration>,
    },
    /// Removes a session with all that is its; records of the ledger stay
    Remove {
        /// The session
        session: String,
    },
}

/// What came of a command that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it is the program's exit code"]
pub enum Verdict {
    /// Nothing is wrong: exit code 0.
    Sound,
    /// What was looked at is damaged, or gives something else than it did: exit code 1.
    Wrong,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Sound => Self::SUCCESS,
            Verdict::Wrong => Self::FAILURE,
        }
    }
}

/// The command could not be done.
const REFUSED: u8 = 2;

impl StoreCommand {
    /// Does it on the store of this engine, and writes what there is to say.
    ///
    /// Nothing that is written steers a terminal: what could, in a name or a value, is shown as an escape.
    ///
    /// ```
    /// use theus_cli::{StoreCommand, Verdict};
    /// use theus_core::prelude::*;
    /// use theus_core::store::MemoryStore;
    ///
    /// #[derive(Clone, Default, Context)]
    /// struct Account { balance: i64 }
    /// #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    ///
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().store(MemoryStore::new()).build()?;
    /// engine.run(Deposit { amount: 5 })?;
    /// let mut out = Vec::new();
    /// let show = StoreCommand::Show { session: "main".to_owned(), at: Some(0), json: false };
    /// assert_eq!(show.run(&engine, &mut out)?, Verdict::Sound);
    /// assert_eq!(String::from_utf8(out)?, "main after step 0\n  balance: 0\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CliError`]: what was asked for is not there, or the store fails. What was written until then stays.
    pub fn run<D, G, E>(&self, engine: &Engine<D, G, E>, out: &mut dyn Write) -> Result<Verdict, CliError>
    where
        D: Context + Default,
        G: Context,
        E: Send + Sync + 'static,
    {
        let out = &mut Out::new(out);
        let verdict = match self {
            Self::Sessions { after, most, json } => sessions::list(engine, after.as_deref(), *most, *json, out),
            Self::Show { session, at, json } => show::show(engine, session, *at, *json, out),
            Self::Journal { session, from, most, json } => journal::list(engine, session, *from, *most, *json, out),
            Self::Diff { session, before, after, json } => show::diff(engine, session, (*before, *after), *json, out),
            Self::Replay { session, file, json } => match (session, file) {
                (Some(session), _) => replay::session(engine, session, *json, out),
                (None, Some(file)) => replay::file(engine, file, *json, out),
                (None, None) => Err(CliError::NothingToReplay),
            },
            Self::Fork { session, step, name } => fork::fork(engine, session, *step, name, out),
            Self::Verify { session: Some(session), json } => verify::one(engine, session, *json, out),
            Self::Verify { session: None, json } => verify::all(engine, *json, out),
            Self::Check { workflow, coverage, json } => {
                check::check(engine, workflow.as_deref(), *coverage, *json, out)
            }
            Self::Outbox { again: Some(key), .. } => outbox::again(engine, key, out),
            Self::Outbox { discard: Some(key), .. } => outbox::discard(engine, key, out),
            Self::Outbox { dead, after, most, json, .. } => {
                outbox::list(engine, *dead, after.as_ref(), *most, *json, out)
            }
            Self::Export { session } => journal::export(engine, session, out),
            Self::Prune { session, keep, answers_older_than } => {
                retention::prune(engine, session.as_deref(), *keep, *answers_older_than, out)
            }
            Self::Remove { session } => retention::remove(engine, session, out),
        }?;
        out.flush()?;
        Ok(verdict)
    }

    /// The same on standard output, for the end of a program's `main`: what goes wrong is said on standard error, and gives the exit
    /// code 2. Where nobody reads on, that is the reader's choice.
    #[must_use = "it is the program's exit code: return it from `main`"]
    pub fn serve<D, G, E>(&self, engine: &Engine<D, G, E>) -> ExitCode
    where
        D: Context + Default,
        G: Context,
        E: Send + Sync + 'static,
    {
        match self.run(engine, &mut io::stdout().lock()) {
            Ok(verdict) => verdict.into(),
            Err(CliError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                // There is nowhere left to say it if this fails too.
                let _ = writeln!(io::stderr(), "error: {}", printable(&error.to_string()));
                ExitCode::from(REFUSED)
            }
        }
    }
}
