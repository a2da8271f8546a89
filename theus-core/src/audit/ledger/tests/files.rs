//! Files: written, continued, torn, rotated.

use super::super::{Fault, Fsync, LedgerError, LedgerFiles, Query, Tail};
use super::*;

fn quick() -> FileOptions {
    FileOptions::new().fsync(Fsync::Never)
}

#[test]
fn what_is_written_is_read_back_and_verifies_under_every_policy() {
    let mut random = fastrand::Rng::with_seed(31);
    for fsync in [Fsync::Never, Fsync::Every(3), Fsync::Always] {
        let folder = Folder::new();
        let log = ledger(&mut random, 20);
        write_all(&folder.file(), FileOptions::new().fsync(fsync), &records(&log));
        let files = LedgerFiles::at(folder.file());
        assert_eq!(files.verify_to(log.tail()).unwrap().records, 20);
        assert_eq!(files.find(&Query::new()).unwrap(), records(&log));
        let strong = Query::new().level(Level::S);
        assert_eq!(files.counts_by_rule(&strong).unwrap(), super::super::Excerpt::of(&log).counts_by_rule(&strong));
    }
}

#[test]
fn a_torn_last_line_is_cut_off_or_finished_wherever_the_crash_was() {
    let mut random = fastrand::Rng::with_seed(32);
    let log = ledger(&mut random, 3);
    let (all, whole) = (records(&log), lines(&log));
    let before = whole[..2].concat();
    for cut in 0..=whole[2].len() {
        let folder = Folder::new();
        std::fs::write(folder.file(), [before.as_slice(), &whole[2][..cut]].concat()).unwrap();
        let mut sink = FileSink::open(folder.file(), quick()).unwrap();
        let opened = Sink::open(&mut sink).unwrap();
        // The record is there when all but the end of its line is.
        let kept = if cut + 1 >= whole[2].len() { 3 } else { 2 };
        assert_eq!(opened.tail, Some(Tail { sequence: kept, hash: all[kept as usize - 1].hash }), "cut at {cut}");
        let note = (1..whole[2].len() - 1).contains(&cut);
        assert_eq!(opened.note, note.then(|| format!("a torn last line of {cut} bytes was cut off")));
        for record in &all[kept as usize..] {
            sink.write(record).unwrap();
        }
        assert_eq!(LedgerFiles::at(folder.file()).verify_to(log.tail()).unwrap().records, 3, "cut at {cut}");
    }
}

#[test]
fn a_file_whose_last_record_was_altered_is_not_continued() {
    let mut random = fastrand::Rng::with_seed(33);
    let folder = Folder::new();
    let mut lines = lines(&ledger(&mut random, 2));
    let at = lines[1].iter().rposition(|byte| *byte == b':').unwrap() + 3;
    lines[1][at] = if lines[1][at] == b'0' { b'1' } else { b'0' };
    std::fs::write(folder.file(), lines.concat()).unwrap();
    match FileSink::open(folder.file(), quick()) {
        Err(LedgerError::Tampered(tampered)) => assert_eq!(tampered.fault, Fault::Altered { sequence: 2 }),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_engine_at_a_time_writes_a_file() {
    let folder = Folder::new();
    let first = FileSink::open(folder.file(), quick()).unwrap();
    assert!(matches!(FileSink::open(folder.file(), quick()), Err(LedgerError::InUse { .. })));
    drop(first);
    assert!(FileSink::open(folder.file(), quick()).is_ok());
}

#[test]
fn a_folder_that_is_not_there_is_an_error_with_its_name() {
    let error = FileSink::open("/no/such/folder/audit.jsonl", quick()).unwrap_err();
    assert!(error.to_string().contains("/no/such/folder/audit.jsonl"), "{error}");
    assert!(LedgerFiles::at("/no/such/folder/audit.jsonl").verify().is_err());
}

#[test]
fn full_files_are_renamed_and_the_chain_goes_through_all_of_them() {
    let mut random = fastrand::Rng::with_seed(34);
    let folder = Folder::new();
    let log = ledger(&mut random, 60);
    let all = records(&log);
    let longest = lines(&log).iter().map(Vec::len).max().unwrap() as u64;
    // Closed and opened again after every few records: rotation and continuation together.
    for some in all.chunks(7) {
        write_all(&folder.file(), quick().rotate(longest * 2), some);
    }
    let files = LedgerFiles::at(folder.file());
    let full = files.full_files().unwrap();
    assert!(full.len() >= 10, "{full:?}");
    for (_, path) in &full {
        assert!(path.metadata().unwrap().len() <= longest * 2);
    }
    assert_eq!(files.verify_to(log.tail()).unwrap().records, 60);
    assert_eq!(files.find(&Query::new()).unwrap(), all);

    // A file in the middle that is gone, and the order of two: both are found.
    let (first, middle) = &full[4];
    let last = full[5].0 - 1;
    let text = std::fs::read(middle).unwrap();
    std::fs::remove_file(middle).unwrap();
    match files.verify() {
        Err(LedgerError::Tampered(tampered)) => assert_eq!(tampered.fault, Fault::Missing { first: *first, last }),
        other => panic!("{other:?}"),
    }
    std::fs::write(middle, std::fs::read(&full[5].1).unwrap()).unwrap();
    std::fs::write(&full[5].1, text).unwrap();
    match files.verify() {
        Err(LedgerError::Tampered(tampered)) => assert!(matches!(tampered.fault, Fault::Reordered { .. })),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_oldest_files_are_removed_and_the_rest_verifies() {
    let mut random = fastrand::Rng::with_seed(35);
    let folder = Folder::new();
    let log = ledger(&mut random, 40);
    write_all(&folder.file(), quick().rotate(1).keep(3), &records(&log));
    let files = LedgerFiles::at(folder.file());
    let verified = files.verify_to(log.tail()).unwrap();
    assert_eq!((verified.records, verified.first, files.full_files().unwrap().len()), (4, 37, 3));

    // The name of the oldest file says where the ledger begins: its first line cannot be taken away.
    let oldest = &files.full_files().unwrap()[0].1;
    std::fs::write(oldest, "").unwrap();
    match files.verify() {
        Err(LedgerError::Tampered(tampered)) => assert_eq!(tampered.fault, Fault::Missing { first: 37, last: 37 }),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_crash_between_renaming_and_the_new_file_is_continued() {
    let mut random = fastrand::Rng::with_seed(36);
    let folder = Folder::new();
    let log = ledger(&mut random, 4);
    let all = records(&log);
    write_all(&folder.file(), quick(), &all[..3]);
    std::fs::rename(folder.file(), name_of_full(&folder.file(), 1)).unwrap();
    assert_eq!(LedgerFiles::at(folder.file()).verify().unwrap().records, 3);
    let mut sink = FileSink::open(folder.file(), quick()).unwrap();
    assert_eq!(Sink::open(&mut sink).unwrap().tail, Some(Tail { sequence: 3, hash: all[2].hash }));
    sink.write(&all[3]).unwrap();
    assert_eq!(LedgerFiles::at(folder.file()).verify_to(log.tail()).unwrap().records, 4);
}

#[test]
fn long_last_lines_are_found_from_the_end() {
    let folder = Folder::new();
    let mut log = RecordLog::new("desk", 3);
    for round in 0..3_u64 {
        let reason = "x".repeat(40_000 * round as usize).into();
        log.append(at(round), 0, AuditEvent::InterlockReset { operator: "R. Lee".into(), reason });
    }
    write_all(&folder.file(), quick(), &records(&log));
    let mut sink = FileSink::open(folder.file(), quick()).unwrap();
    assert_eq!(Sink::open(&mut sink).unwrap().tail, Some(log.tail()));
    assert_eq!(LedgerFiles::at(folder.file()).verify().unwrap().records, 3);
}
