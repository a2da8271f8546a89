//! A ledger begins where it began, and with a key it ends where it ended and is the one that was written.

use super::super::checkpoint::beside;
use super::super::{Fault, Fsync, Hash, LedgerError, LedgerFiles, LedgerKey, Query, Tail, Verify};
use super::*;

const KEY: LedgerKey = LedgerKey::new([7; 32]);

fn quick() -> FileOptions {
    FileOptions::new().fsync(Fsync::Never)
}

fn sealed() -> FileOptions {
    FileOptions::new().key(KEY)
}

fn fault(result: Result<super::super::Verified, LedgerError>) -> Fault {
    match result {
        Err(LedgerError::Tampered(tampered)) => tampered.fault,
        other => panic!("{other:?}"),
    }
}

fn without_key(folder: &Folder) -> Fault {
    fault(LedgerFiles::at(folder.file()).verify())
}

fn with_key(folder: &Folder) -> Fault {
    fault(LedgerFiles::at(folder.file()).verify_with(&KEY))
}

fn names(folder: &Folder) -> Vec<PathBuf> {
    let mut names: Vec<_> = folder.0.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| !path.display().to_string().ends_with(".lock"));
    names.sort();
    names
}

fn chain(records: usize, seed: u64) -> RecordLog {
    ledger(&mut fastrand::Rng::with_seed(seed), records)
}

#[test]
fn a_name_does_not_say_where_a_ledger_begins() {
    let folder = Folder::new();
    let all = lines(&chain(9, 71));
    std::fs::write(name_of_full(&folder.file(), 9), &all[8]).unwrap();
    assert_eq!(without_key(&folder), Fault::Missing { first: 1, last: 8 }, "all but the last, under a name of its own");
    assert!(LedgerFiles::at(folder.file()).beginning_at(9).verify().is_ok(), "where one says so");
    assert!(FileSink::open(folder.file(), quick()).is_err());
}

#[test]
fn a_first_record_fits_its_number() {
    let folder = Folder::new();
    let mut log = chain(3, 72);
    let all = records(&log);
    // Right in itself: the first of another ledger, which goes on after something.
    log.continue_from(Tail { sequence: 0, hash: Hash::of(b"else") });
    let stray = log.append(at(1), 0, AuditEvent::Interlock { violation: 1 }).clone();
    assert_eq!(stray.sequence, 1);
    let write = |records: &[AuditRecord]| {
        let mut text = Vec::new();
        records.iter().for_each(|record| write_line(record, &mut text).unwrap());
        std::fs::write(folder.file(), text).unwrap();
    };
    write(&[stray]);
    assert_eq!(without_key(&folder), Fault::Replaced { sequence: 1 });
    write(&all[..1]);
    assert!(LedgerFiles::at(folder.file()).verify().is_ok());
    // And one that says it is the fourth, after nothing.
    log.continue_from(Tail { sequence: 3, hash: Hash::START });
    write(&[log.append(at(1), 0, AuditEvent::Interlock { violation: 1 }).clone()]);
    assert_eq!(fault(LedgerFiles::at(folder.file()).beginning_at(4).verify()), Fault::Replaced { sequence: 4 });
}

#[test]
fn where_all_is_kept_no_file_can_be_taken_away() {
    for gone in 0..5 {
        let folder = Folder::new();
        write_all(&folder.file(), quick().rotate(1), &records(&chain(6, 73)));
        let full = LedgerFiles::at(folder.file()).full_files().unwrap();
        std::fs::remove_file(&full[gone].1).unwrap();
        let number = gone as u64 + 1;
        assert_eq!(without_key(&folder), Fault::Missing { first: number, last: number });
    }
}

#[test]
fn what_was_let_go_is_known_and_what_is_missing_besides_is_found() {
    for options in [quick(), sealed()] {
        let options = options.rotate(1).keep(3);
        let key = options.key;
        let verify = |folder: &Folder| match key {
            Some(key) => LedgerFiles::at(folder.file()).verify_with(&key),
            None => LedgerFiles::at(folder.file()).verify(),
        };
        let log = chain(10, 74);
        let made = || {
            let folder = Folder::new();
            write_all(&folder.file(), options, &records(&log));
            folder
        };
        let folder = made();
        assert_eq!((verify(&folder).unwrap().first, verify(&folder).unwrap().records), (7, 4));
        // Without a key, that the last file is missing is known only from elsewhere.
        for path in names(&folder).into_iter().filter(|path| key.is_some() || *path != folder.file()) {
            let folder = made();
            std::fs::remove_file(folder.0.join(path.file_name().unwrap())).unwrap();
            assert!(verify(&folder).is_err(), "{}", path.display());
        }
        // A file that a crash left, though it was let go, is no part of it.
        std::fs::write(name_of_full(&folder.file(), 6), &lines(&log)[5]).unwrap();
        assert_eq!(verify(&folder).unwrap().first, 7);
        assert_eq!(LedgerFiles::at(folder.file()).find(&Query::new()).unwrap().len(), 4);
        // Opened and continued, it goes on from there.
        let mut sink = FileSink::open(folder.file(), options).unwrap();
        assert_eq!(Sink::open(&mut sink).unwrap().tail, Some(log.tail()));
    }
}

/// A sealed ledger of a few files, closed.
fn sealed_ledger(folder: &Folder, log: &RecordLog) {
    let length = lines(log).iter().map(Vec::len).max().unwrap() as u64;
    write_all(&folder.file(), sealed().rotate(2 * length), &records(log));
    assert_eq!(LedgerFiles::at(folder.file()).verify_with(&KEY).unwrap().records, log.len() as u64);
}

#[test]
fn with_a_key_every_file_every_line_and_every_byte_is_missed() {
    let log = chain(6, 75);
    let folder = Folder::new();
    sealed_ledger(&folder, &log);
    let files = names(&folder);
    assert!(files.len() >= 4, "{files:?}");
    let refused = |what: &str| {
        assert!(LedgerFiles::at(folder.file()).verify_with(&KEY).is_err(), "{what}");
        let opened = FileSink::open(folder.file(), sealed().verify(Verify::All));
        assert!(opened.is_err(), "{what} is continued");
    };
    for path in &files {
        let bytes = std::fs::read(path).unwrap();
        std::fs::remove_file(path).unwrap();
        refused(&format!("without {}", path.display()));
        // Every end that is cut off, at a line and in the midst of one.
        for cut in (0..bytes.len()).filter(|cut| cut % 7 == 0 || bytes[cut - 1] == b'\n') {
            std::fs::write(path, &bytes[..cut]).unwrap();
            assert!(LedgerFiles::at(folder.file()).verify_with(&KEY).is_err(), "{} cut at {cut}", path.display());
        }
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            std::fs::write(path, &altered).unwrap();
            assert!(LedgerFiles::at(folder.file()).verify_with(&KEY).is_err(), "{} at {at}", path.display());
        }
        std::fs::write(path, &bytes).unwrap();
    }
    assert!(LedgerFiles::at(folder.file()).verify_with(&KEY).is_ok());
    // Every beginning that is taken away, and two files in each other's place.
    let full = LedgerFiles::at(folder.file()).full_files().unwrap();
    let bytes: Vec<_> = full.iter().map(|(_, path)| std::fs::read(path).unwrap()).collect();
    std::fs::write(&full[0].1, &bytes[1]).unwrap();
    std::fs::write(&full[1].1, &bytes[0]).unwrap();
    refused("swapped");
    for (_, path) in &full {
        std::fs::remove_file(path).unwrap();
        refused("a beginning");
    }
}

#[test]
fn who_writes_the_whole_chain_anew_without_the_key_is_found() {
    let (truth, lie) = (chain(4, 76), chain(4, 77));
    let folder = Folder::new();
    write_all(&folder.file(), sealed(), &records(&truth));
    std::fs::write(folder.file(), lines(&lie).concat()).unwrap();
    assert_eq!(with_key(&folder), Fault::NotAsCheckpointed { sequence: 4 });
    // Without the key: with a checkpoint of one's own, or none, or sealed with another key.
    std::fs::remove_file(beside(&folder.file())).unwrap();
    assert!(LedgerFiles::at(folder.file()).verify().is_ok(), "a chain has no secret");
    assert_eq!(with_key(&folder), Fault::NoCheckpoint);
    for options in [quick().rotate(1).keep(1), quick().key(LedgerKey::new([8; 32]))] {
        let folder = Folder::new();
        write_all(&folder.file(), options, &records(&lie));
        assert_eq!(with_key(&folder), Fault::NotSealed);
        assert!(matches!(FileSink::open(folder.file(), sealed()), Err(LedgerError::Tampered(_))));
    }
    // A longer one, that goes on where the truth ends.
    let folder = Folder::new();
    write_all(&folder.file(), sealed(), &records(&truth)[..3]);
    std::fs::write(folder.file(), lines(&truth).concat()).unwrap();
    assert_eq!(with_key(&folder), Fault::Unsealed { first: 4, last: 4 });
}

#[test]
fn what_a_crash_left_behind_the_checkpoint_is_continued_with_a_note() {
    let log = chain(5, 78);
    let all = records(&log);
    for verify in [Verify::All, Verify::Last] {
        let folder = Folder::new();
        write_all(&folder.file(), sealed(), &all[..3]);
        std::fs::write(folder.file(), lines(&log)[..4].concat()).unwrap();
        let mut sink = FileSink::open(folder.file(), sealed().verify(verify)).unwrap();
        let note = "record 4 stands behind the last checkpoint: a crash, or added by somebody without the key";
        assert_eq!(Sink::open(&mut sink).unwrap().note.as_deref(), Some(note));
        sink.write(&all[4]).unwrap();
        assert_eq!(LedgerFiles::at(folder.file()).verify_to_with(log.tail(), &KEY).unwrap().records, 5);
        // The end that is cut off is no crash: what is vouched for was on the disk.
        drop(sink);
        std::fs::write(folder.file(), lines(&log)[..4].concat()).unwrap();
        match FileSink::open(folder.file(), sealed().verify(verify)) {
            Err(LedgerError::Tampered(it)) => assert_eq!(it.fault, Fault::EndsElsewhere { found: 4, expected: 5 }),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_checkpoint_follows_what_is_on_the_disk() {
    let log = chain(5, 79);
    let all = records(&log);
    for (fsync, vouched) in [(Fsync::Always, 4), (Fsync::Every(3), 3), (Fsync::Never, 0)] {
        let folder = Folder::new();
        let mut sink = FileSink::open(folder.file(), sealed().fsync(fsync)).unwrap();
        all[..4].iter().for_each(|record| sink.write(record).unwrap());
        let found = LedgerFiles::at(folder.file()).verify_with(&KEY);
        match vouched {
            4 => assert_eq!(found.unwrap().records, 4),
            vouched => assert_eq!(fault(found), Fault::Unsealed { first: vouched + 1, last: 4 }),
        }
        drop(sink);
        assert_eq!(LedgerFiles::at(folder.file()).verify_with(&KEY).unwrap().records, 4, "closed");
    }
}

#[test]
fn a_sealed_ledger_is_continued_with_its_key_alone() {
    let folder = Folder::new();
    let log = chain(2, 80);
    write_all(&folder.file(), sealed(), &records(&log)[..1]);
    let error = FileSink::open(folder.file(), quick()).unwrap_err();
    assert_eq!(error, LedgerError::KeyNeeded { file: folder.file().display().to_string() });
    assert!(error.to_string().contains("`FileOptions::new().key(..)`"), "{error}");
    write_all(&folder.file(), sealed(), &records(&log)[1..]);
    assert_eq!(LedgerFiles::at(folder.file()).verify_with(&KEY).unwrap().tail, log.tail());
    // One that was begun without a key has no beginning that could be vouched for.
    let folder = Folder::new();
    write_all(&folder.file(), quick(), &records(&log));
    assert!(
        matches!(FileSink::open(folder.file(), sealed()), Err(LedgerError::Tampered(it)) if it.fault == Fault::NoCheckpoint)
    );
}

#[test]
fn a_sealed_file_that_is_added_later_begins_where_it_was_begun() {
    let folder = Folder::new();
    let log = chain(6, 81);
    let all = records(&log);
    write_all(&folder.file(), sealed(), &[]);
    assert_eq!(LedgerFiles::at(folder.file()).verify_with(&KEY).unwrap().records, 0);
    write_all(&folder.file(), sealed(), &all[3..]);
    assert_eq!(LedgerFiles::at(folder.file()).verify_with(&KEY).unwrap().first, 4);
    std::fs::write(folder.file(), lines(&log)[4..].concat()).unwrap();
    assert_eq!(with_key(&folder), Fault::Missing { first: 4, last: 4 });
}

#[test]
fn a_file_is_rotated_before_it_would_grow_beyond_the_limit_and_not_at_it() {
    let log = chain(3, 82);
    let (all, whole) = (records(&log), lines(&log));
    let two = (whole[0].len() + whole[1].len()) as u64;
    for (limit, files) in [(two, 1), (two - 1, 2)] {
        let folder = Folder::new();
        write_all(&folder.file(), quick().rotate(limit), &all[..2]);
        assert_eq!(LedgerFiles::at(folder.file()).full_files().unwrap().len() + 1, files, "{limit}");
    }
}
