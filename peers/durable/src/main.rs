//! The same workflow of three steps, each of which adds to a balance and notes a line, by Theus, by its peers and by hand, all on SQLite.
//!
//! Each plays in a process of its own; blocks of all of them alternate, so that what else the machine does meets all; of each one's
//! blocks the median is told. Flushes are counted apart, as a program that is traced is slower.

mod bare;
mod flushes;
mod player;
mod playing;
mod table;
mod theus;

use player::{Asked, Failure, Synchronous};
use playing::{Playing, Program};
use table::{Measured, print};

/// Who plays: as the program is told, as the table has it, how many workflows are in a block, and whether sqlx is beneath.
const PLAYERS: [(&str, &str, u64, bool); 7] = [
    ("bare", "rusqlite, the same rows by hand", 40, false),
    ("theus-events", "Theus, an event each", 40, false),
    ("theus-sessions", "Theus, a session each", 40, false),
    ("durare-steps", "durare, steps", 40, true),
    ("durare-transactions", "durare, transactions", 40, true),
    ("duroxide-eager", "duroxide, looking every ms", 10, true),
    ("duroxide", "duroxide, as it is", 2, true),
];
/// Of each player, behind one that is not measured.
const BLOCKS: usize = 25;

fn main() -> Result<(), Failure> {
    if let Some(asked) = Asked::of_command_line() {
        return match asked.player.as_str() {
            "bare" => bare::play(&asked),
            "theus-events" => theus::by_events(&asked),
            "theus-sessions" => theus::by_sessions(&asked),
            other => Err(format!("nobody is called `{other}`").into()),
        };
    }
    let (here, sqlx) = (Program::this()?, Program::on_sqlx()?);
    let folder = tempfile::tempdir()?;
    for synchronous in [Synchronous::Full, Synchronous::Normal] {
        let file = |name: &str| folder.path().join(format!("{name}-{synchronous:?}.db"));
        let program = |on_sqlx: bool| if on_sqlx { &sqlx } else { &here };
        let mut players = Vec::new();
        for (name, title, count, on_sqlx) in PLAYERS {
            let mut playing = Playing::begin(program(on_sqlx).command(name, synchronous, &file(name)))?;
            playing.block(count)?;
            players.push((playing, Measured::new(title), count));
        }
        for _ in 0..BLOCKS {
            for (playing, measured, count) in &mut players {
                measured.take(playing.block(*count)?, *count);
            }
        }
        let mut all = Vec::new();
        for ((playing, mut measured, count), (name, _, _, on_sqlx)) in players.into_iter().zip(PLAYERS) {
            playing.end()?;
            measured.flushes = flushes::of_a_workflow(program(on_sqlx), name, synchronous, folder.path(), 10 * count)?;
            all.push(measured);
        }
        print(synchronous, &mut all);
    }
    Ok(())
}
