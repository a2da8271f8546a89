//! The rows that Theus writes for a step, by hand: three transactions, nothing decided in between.

use rusqlite::{Connection, params};
use theus_core::workflow::WorkflowManager;

use crate::player::{Asked, Failure, serve};
use crate::theus;

/// The rows of one session.
struct Bare {
    connection: Connection,
    session: i64,
    step: i64,
    tail: i64,
    version: i64,
    command: Vec<u8>,
    parts: Vec<u8>,
    state: Vec<u8>,
    position: Option<String>,
}

/// In the tables, and from the last row, that Theus has left: it is as long as what it would write next.
pub fn play(asked: &Asked) -> Result<(), Failure> {
    {
        let engine = theus::engine(&asked.file, asked.synchronous)?;
        let mut flow = WorkflowManager::from_text(&engine, "account.yaml", theus::OF_AN_EVENT)?.hydrate()?;
        for _ in 0..100 {
            flow.emit("CMD_GO")?;
            flow.run_until_idle()?;
        }
    }
    let mut bare = Bare::open(asked)?;
    serve(|_| (0..3).try_for_each(|_| bare.commit()))
}

impl Bare {
    fn open(asked: &Asked) -> Result<Self, Failure> {
        let connection = Connection::open(&asked.file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", asked.synchronous.number())?;
        let sql = "SELECT s.id, s.step, s.tail, s.version, j.command, j.parts, s.state, s.position FROM session s \
                   JOIN journal j ON j.seq = s.tail WHERE s.name = 'main'";
        type Row = (i64, i64, i64, i64, Vec<u8>, Vec<u8>, Vec<u8>, Option<String>);
        let row: Row = connection.query_row(sql, [], |row| row.try_into())?;
        let (session, step, tail, version, command, parts, state, position) = row;
        Ok(Self { connection, session, step, tail, version, command, parts, state, position })
    }

    fn commit(&mut self) -> Result<(), Failure> {
        let connection = &self.connection;
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let (step, version, chain) = (self.step + 1, self.version + 1, [7_u8; 32]);
        let (at, seal) = (1_764_000_000_000_000_000_i64 + step, i64::MAX - step);
        let sql = "INSERT INTO journal(session, step, before, version, at, process, command, parts, raised, chain, seal) \
                   VALUES (?1, ?2, ?3, ?4, ?5, 'deposit', ?6, ?7, NULL, ?8, ?9)";
        let values = params![self.session, step, self.tail, version, at, self.command, self.parts, chain, seal];
        connection.prepare_cached(sql)?.execute(values)?;
        let tail = connection.last_insert_rowid();
        let sql = "UPDATE session SET revision = ?1, step = ?1, version = ?2, chain = ?3, tail = ?4, state = ?5, position = ?6, \
                   seal = ?7 WHERE id = ?8 AND step = ?9";
        let values = params![step, version, chain, tail, self.state, self.position, seal, self.session, self.step];
        if connection.prepare_cached(sql)?.execute(values)? != 1 {
            return Err("the session is not what it was".into());
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        (self.step, self.version, self.tail) = (step, version, tail);
        Ok(())
    }
}
