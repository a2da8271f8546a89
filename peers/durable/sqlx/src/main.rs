//! Plays the workflow of the folder above by the peers that stand on sqlx; the program there starts it.

mod by_durare;
mod by_duroxide;
#[path = "../../src/player.rs"]
mod player;

use player::{Asked, Failure};

fn main() -> Result<(), Failure> {
    let asked =
        Asked::of_command_line().ok_or("who plays? `PLAYER FULL|NORMAL FILE`; the program in the folder above asks")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match asked.player.as_str() {
        "durare-steps" => by_durare::play(&runtime, &asked, false),
        "durare-transactions" => by_durare::play(&runtime, &asked, true),
        "duroxide" => by_duroxide::play(&runtime, &asked, false),
        "duroxide-eager" => by_duroxide::play(&runtime, &asked, true),
        other => Err(format!("nobody is called `{other}`").into()),
    }
}
