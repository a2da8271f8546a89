//! Power cuts: the file and its log as a disk could have them afterwards.

use theus_core::store::{SessionState, Store};
use theus_sqlite::SqliteStore;

use super::desk::*;
use super::processes::number;

/// A file, its log, and where in the log each commit was acknowledged.
struct Disk {
    file: Vec<u8>,
    log: Vec<u8>,
    /// The length of the log at each acknowledgement, and what was there then.
    acknowledged: Vec<(usize, Option<SessionState>)>,
}

fn disk() -> Disk {
    let folder = Folder::new();
    let log = folder.file("desk.db-wal");
    // Flushed before each answer, which the log's length is taken after.
    let store = SqliteStore::open(folder.path()).unwrap();
    let length = || usize::try_from(std::fs::metadata(&log).unwrap().len()).unwrap();
    let mut acknowledged = vec![(0, None), (length(), None)];
    write(&store, first("a", vec![field("x", [0]), field("long", vec![0; 5_000])])).unwrap();
    acknowledged.push((length(), store.load("a").unwrap()));
    for step in 0..30_u8 {
        let state = store.load("a").unwrap().unwrap();
        let path = if step % 4 == 0 { "long" } else { "x" };
        write(&store, next("a", &state, vec![part(path, vec![step; usize::from(step) * 200])])).unwrap();
        acknowledged.push((length(), store.load("a").unwrap()));
    }
    Disk { file: std::fs::read(folder.path()).unwrap(), log: std::fs::read(&log).unwrap(), acknowledged }
}

impl Disk {
    /// What is there when the log is this; which of the acknowledged states it is.
    fn found(&self, log: &[u8]) -> (Option<SessionState>, usize) {
        let folder = Folder::new();
        std::fs::write(folder.path(), &self.file).unwrap();
        std::fs::write(folder.file("desk.db-wal"), log).unwrap();
        let store = quick(folder.path());
        let state = store.load("a").unwrap();
        let journal = store.journal("a", 0, usize::MAX).unwrap();
        assert_eq!(journal.len() as u64, state.as_ref().map_or(0, |state| state.step));
        if let Some(state) = &state {
            // It goes on from there.
            write(&store, next("a", state, vec![part("x", [99])])).unwrap();
            assert_eq!(store.load("a").unwrap().unwrap().step, state.step + 1);
        }
        let at = self.acknowledged.iter().rposition(|(_, known)| *known == state);
        (state, at.expect("a state that never was"))
    }
}

#[test]
fn whatever_of_the_log_is_there_every_acknowledged_commit_is_and_none_by_half() {
    let (images, seed) = (number("THEUS_IMAGES", 120), number("THEUS_SEED", fastrand::u64(..)));
    println!("seed: {seed}");
    let (mut random, disk) = (fastrand::Rng::with_seed(seed), disk());
    let ends: Vec<usize> = disk.acknowledged.iter().map(|(end, _)| *end).collect();
    assert!(
        ends.is_sorted() && *ends.last().unwrap() == disk.log.len(),
        "nothing was written back meanwhile: {ends:?}"
    );
    for image in 0..images {
        let cut = match image % 3 {
            0 => random.usize(..=disk.log.len()),
            near => {
                (ends[random.usize(..ends.len())] + random.usize(..3)).saturating_sub(near as usize).min(disk.log.len())
            }
        };
        let mut log = disk.log[..cut].to_vec();
        let what = format!("seed {seed}, image {image}, cut at {cut}");
        match random.u8(..3) {
            0 => {}
            1 => log.resize(cut + random.usize(1..9_000), 0),
            _ => {
                let noise = random.usize(1..9_000);
                log.extend(std::iter::repeat_with(|| random.u8(..)).take(noise));
            }
        }
        // Zeros may be what was to come.
        let whole = ends.iter().rposition(|end| log.get(..*end) == disk.log.get(..*end)).unwrap();
        assert!(ends[whole] >= ends.iter().copied().filter(|end| *end <= cut).max().unwrap(), "{what}");
        let (state, _) = disk.found(&log);
        assert!(state == disk.acknowledged[whole].1, "{what}");
    }
}

#[test]
fn sectors_of_what_was_not_acknowledged_may_be_there_in_any_order() {
    let (images, seed) = (number("THEUS_IMAGES", 120) / 2, number("THEUS_SEED", fastrand::u64(..)));
    println!("seed: {seed}");
    let (mut random, disk) = (fastrand::Rng::with_seed(seed), disk());
    for image in 0..images {
        let last = random.usize(2..disk.acknowledged.len() - 1);
        let (end, next) = (disk.acknowledged[last].0, disk.acknowledged[last + 1].0);
        let mut log = disk.log[..next].to_vec();
        // All but one sector, on the whole: the commit's own mark among them.
        log[end..].chunks_mut(512).filter(|_| random.u8(..4) == 0).for_each(|sector| sector.fill(0));
        let (_, found) = disk.found(&log);
        let is_whole = log == disk.log[..next];
        assert_eq!(found, last + usize::from(is_whole), "seed {seed}, image {image}");
    }
}

#[test]
fn a_log_that_is_damaged_is_read_up_to_the_damage() {
    let (images, seed) = (number("THEUS_IMAGES", 120) / 2, number("THEUS_SEED", fastrand::u64(..)));
    println!("seed: {seed}");
    let (mut random, disk) = (fastrand::Rng::with_seed(seed), disk());
    for image in 0..images {
        let (mut log, at) = (disk.log.clone(), random.usize(..disk.log.len()));
        log[at] ^= 1 << random.u8(..8);
        // One of the states that were acknowledged, and no other: that is looked at in there.
        let (state, found) = disk.found(&log);
        assert!(
            state.is_none() || disk.acknowledged[found].0 <= at || found == disk.acknowledged.len() - 1,
            "seed {seed}, image {image}"
        );
    }
}
