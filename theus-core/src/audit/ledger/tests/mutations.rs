//! A fixed number of seeded random mutations of ledger files: no panic, and nothing altered is accepted.

use super::super::{LedgerFiles, Query};
use super::*;

/// So many mutated files are read.
const MUTATIONS: usize = 2_000;

fn mutate(random: &mut fastrand::Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    let (one, two) = (random.usize(..=bytes.len()), random.usize(..=bytes.len()));
    let (from, to) = (one.min(two), one.max(two));
    match random.u8(..7) {
        0 => drop(bytes.splice(from..to.min(from + 8), [])),
        1 => drop(bytes.splice(from..from, [random.u8(..)])),
        2 => {
            let pieces: [&[u8]; 8] = [b"\n", b"\r\n", b" ", b"{", b"\"", b"\\u0000", b"1e400", b"18446744073709551615"];
            let piece = pieces[random.usize(..pieces.len())];
            drop(bytes.splice(from..to.min(from + 3), piece.iter().copied()));
        }
        3 => drop(bytes.splice(to..to, bytes[from..to.min(from + 400)].to_vec())),
        4 => bytes.truncate(to),
        kind => {
            let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|it| *it == b'\n').map(<[u8]>::to_vec).collect();
            let others: Vec<_> = other.split_inclusive(|it| *it == b'\n').collect();
            if !lines.is_empty() {
                let (one, two) = (random.usize(..lines.len()), random.usize(..lines.len()));
                if kind == 5 { lines.swap(one, two) } else { lines[one] = others[two % others.len()].to_vec() }
            }
            *bytes = lines.concat();
        }
    }
}

#[test]
fn no_mutation_of_a_file_panics_and_none_is_accepted() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(16);
    let (mut whole, mut changed, mut shorter) = (0, 0, 0);
    for _ in 0..MUTATIONS {
        let count = random.usize(1..6);
        let (log, other) = (ledger(&mut random, count), lines(&ledger(&mut random, 5)).concat());
        let good = lines(&log).concat();
        let mut bytes = good.clone();
        for _ in 0..random.usize(1..4) {
            mutate(&mut random, &mut bytes, &other);
        }
        std::fs::write(folder.file(), &bytes).unwrap();
        let files = LedgerFiles::at(folder.file());
        let shown = || String::from_utf8_lossy(&bytes).into_owned();
        // Against the known end only the very bytes are right.
        assert_eq!(files.verify_to(log.tail()).is_ok(), bytes == good, "{}", shown());
        if bytes == good {
            whole += 1;
        } else {
            changed += 1;
        }
        // Without it a beginning of one of the two ledgers is: a chain cannot know that its end is missing.
        if files.verify().is_ok() {
            assert!(good.starts_with(&bytes) || other.starts_with(&bytes), "{}", shown());
            shorter += 1;
        }
        // What can be read is as it is written, whether or not it is in its place.
        if let Ok(found) = files.find(&Query::new()) {
            let mut again = Vec::new();
            found.iter().for_each(|record| write_line(record, &mut again).unwrap());
            assert_eq!(again.strip_suffix(b"\n").unwrap_or_default(), bytes.strip_suffix(b"\n").unwrap_or(&bytes));
        }
        // A sink may cut off what a crash has torn, and changes nothing else: what it refuses stays as it was.
        let opened = FileSink::open(folder.file(), FileOptions::new()).and_then(|mut sink| {
            sink.open().map_err(|error| super::super::LedgerError::Sink { sink: String::new(), error })
        });
        let left = std::fs::read(folder.file()).unwrap();
        match opened {
            Ok(_) => assert!(left.strip_suffix(b"\n").is_none_or(|left| bytes.starts_with(left)), "{}", shown()),
            Err(_) => assert_eq!(left, bytes),
        }
    }
    assert!(whole > 0 && changed > MUTATIONS / 2 && shorter > whole, "{whole}, {changed}, {shorter}");
}
