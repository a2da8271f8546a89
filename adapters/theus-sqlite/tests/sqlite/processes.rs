//! Programs that are killed, and programs beside each other.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use theus_sqlite::Durability;

use super::child::*;
use super::desk::*;

pub fn number(variable: &str, unless: u64) -> u64 {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(unless)
}

/// So many kills on one file: all of its journal is read after each.
const A_FILE: u64 = 25;

#[test]
fn whenever_it_is_killed_each_acknowledged_command_is_there_once_and_none_by_half() {
    let (kills, seed) = (number("THEUS_KILLS", 20), number("THEUS_SEED", fastrand::u64(..)));
    println!("seed: {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut sum = Kills::default();
    for first in (0..kills).step_by(A_FILE as usize) {
        kill_on_one_file(&mut random, &mut sum, &format!("seed {seed}, kills from {first}"), A_FILE.min(kills - first));
    }
    let Kills { acknowledged, one_more } = sum;
    println!("{kills} kills, {acknowledged} commands acknowledged, {one_more} done that were not");
    assert!(acknowledged >= kills / 2, "it was killed before it did anything: {acknowledged}");
}

#[derive(Default)]
struct Kills {
    acknowledged: u64,
    /// Commands that were done, and nobody was told.
    one_more: u64,
}

fn kill_on_one_file(random: &mut fastrand::Rng, sum: &mut Kills, what: &str, kills: u64) {
    let folder = Folder::new();
    let mut expected: BTreeMap<&str, Vec<u64>> = SESSIONS.map(|session| (session, Vec::new())).into();
    for kill in 0..kills {
        let durability = [Durability::PowerLoss, Durability::Crash, Durability::None][random.usize(..3)];
        let mut child = start(&[], "books", &folder.path(), durability, u64::MAX >> 1);
        let (mut saying, mut all_said) = (saying(&mut child), Vec::new());
        // Each second one has done something by then, however busy the machine is; the others may just have begun.
        all_said.extend((kill % 2 == 1).then(|| saying.next()).flatten());
        thread::sleep(Duration::from_micros(if all_said.is_empty() { 8_000 } else { 0 } + random.u64(..112_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let what = format!("{what}, kill {kill}");
        all_said.extend(saying);
        for [told, session, number] in all_said {
            assert_eq!(told, "ok", "{what}");
            expected.get_mut(session.as_str()).unwrap().push(number.parse().unwrap());
            sum.acknowledged += 1;
        }
        for (session, found) in is_whole(&folder.path()) {
            let expected = expected.get_mut(session).unwrap();
            if found.len() == expected.len() + 1 {
                expected.push(found.len() as u64);
                sum.one_more += 1;
            }
            assert_eq!(found, *expected, "{what}, {session}");
            assert!(found.iter().zip(1..).all(|(found, number)| *found == number), "{what}, {session}");
        }
    }
    let desk = desk(&quick(folder.path()));
    for session in SESSIONS {
        if desk.hydrate(session).unwrap().is_some() {
            assert_eq!(desk.replay(session).unwrap().divergence, None);
        }
    }
}

#[test]
fn two_programs_on_the_same_sessions_lose_no_update() {
    let folder = Folder::new();
    let each = number("THEUS_COMMITS", 1_200) / 6;
    let begun = desk(&quick(folder.path()));
    let _ = SESSIONS.map(|session| drop(begun.hydrate_or(session, Bank::default).unwrap()));
    drop(begun);
    let children = [(); 2].map(|()| start(&[], "contends", &folder.path(), Durability::Crash, each));
    let mut conflicts = 0;
    for mut child in children {
        let said = said(&mut child);
        assert!(child.wait().unwrap().success());
        assert_eq!(said.iter().filter(|[what, _, count]| what == "done" && *count == each.to_string()).count(), 3);
        conflicts += said
            .iter()
            .filter(|[what, ..]| what == "conflicts")
            .map(|said| said[2].parse::<u64>().unwrap())
            .sum::<u64>();
    }
    println!("{conflicts} conflicts");
    let desk = desk(&quick(folder.path()));
    for session in SESSIONS {
        assert_eq!(desk.journal(session).unwrap().verify().unwrap(), 2 * each);
        assert_eq!(
            *desk.hydrate(session).unwrap().unwrap().snapshot().unwrap().total,
            2 * i64::try_from(each).unwrap()
        );
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_can_be_read() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::process::Command;

    let folder = Folder::new();
    drop(desk(&quick(folder.path())));
    let set = |path: &std::path::Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    set(&folder.path(), 0o444);
    set(folder.path().parent().unwrap(), 0o777);
    let is_root = std::fs::metadata(folder.path()).unwrap().uid() == 0;
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let runner: &[&str] = match is_root {
        true => &nobody,
        false => &[],
    };
    let me = std::env::current_exe().unwrap();
    let can = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    if is_root && !can(Command::new(nobody[0]).args(&nobody[1..]).arg(me).arg("--list")) {
        println!("not tried: root can write everything, and there is no `setpriv` to be somebody else");
        return;
    }
    let mut child = start(runner, "looks", &folder.path(), Durability::Crash, 0);
    let said = said(&mut child);
    child.wait().unwrap();
    let said: Vec<_> = said.iter().map(|[what, where_, _]| format!("{what} {where_}")).collect();
    assert_eq!(said, ["step main", "readonly write"]);
}
