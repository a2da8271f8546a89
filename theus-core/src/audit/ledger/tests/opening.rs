//! What is found when a file is opened to be continued.

use super::super::{Fault, Fsync, LedgerError, LedgerFiles, Tail, Tampered, Verify};
use super::*;

fn quick(verify: Verify) -> FileOptions {
    FileOptions::new().fsync(Fsync::Never).verify(verify)
}

fn refused(path: &Path, options: FileOptions) -> Tampered {
    match FileSink::open(path, options) {
        Err(LedgerError::Tampered(tampered)) => tampered,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_record_is_verified_or_the_last_alone() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(41);
    let log = ledger(&mut random, 9);
    let whole = lines(&log);
    for gone in 0..8 {
        let mut lines = whole.clone();
        lines.remove(gone);
        std::fs::write(folder.file(), lines.concat()).unwrap();
        let tampered = refused(&folder.file(), quick(Verify::default()));
        let number = gone as u64 + 1;
        assert_eq!(tampered.fault, Fault::Missing { first: number, last: number });
        assert_eq!((tampered.place.line, tampered.place.file), (number, folder.file().display().to_string()));
        let mut last = FileSink::open(folder.file(), quick(Verify::Last)).unwrap();
        assert_eq!(Sink::open(&mut last).unwrap().tail, Some(log.tail()));
    }
    std::fs::write(folder.file(), whole.concat()).unwrap();
    assert!(FileSink::open(folder.file(), quick(Verify::All)).is_ok());
}

#[test]
fn an_altered_last_record_is_told_with_file_and_line() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(42);
    let whole = lines(&ledger(&mut random, 30));
    for count in [1, 2, 30] {
        for verify in [Verify::All, Verify::Last] {
            let mut lines = whole[..count].to_vec();
            let at = lines[count - 1].iter().rposition(|byte| *byte == b':').unwrap() + 3;
            lines[count - 1][at] ^= 1;
            std::fs::write(folder.file(), lines.concat()).unwrap();
            let tampered = refused(&folder.file(), quick(verify));
            let expected = format!("{}:{count}: ", folder.file().display());
            assert!(tampered.to_string().starts_with(&expected), "{tampered}");
        }
    }
}

#[test]
fn full_files_are_verified_too() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(43);
    write_all(&folder.file(), quick(Verify::All).rotate(1), &records(&ledger(&mut random, 5)));
    let full = LedgerFiles::at(folder.file()).full_files().unwrap();
    std::fs::remove_file(&full[2].1).unwrap();
    let tampered = refused(&folder.file(), quick(Verify::All));
    assert_eq!(tampered.fault, Fault::Missing { first: 3, last: 3 });
    assert!(FileSink::open(folder.file(), quick(Verify::Last)).is_ok());
}

#[test]
fn what_is_refused_is_left_as_it_was_a_torn_end_too() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(44);
    let mut lines = lines(&ledger(&mut random, 4));
    let torn = lines.pop().unwrap();
    lines.remove(1);
    let bytes = [lines.concat(), torn[..9].to_vec()].concat();
    std::fs::write(folder.file(), &bytes).unwrap();
    assert_eq!(refused(&folder.file(), quick(Verify::All)).fault, Fault::Missing { first: 2, last: 2 });
    assert_eq!(std::fs::read(folder.file()).unwrap(), bytes);
    drop(FileSink::open(folder.file(), quick(Verify::Last)).unwrap());
    assert_eq!(std::fs::read(folder.file()).unwrap(), lines.concat(), "and what is not, is mended");
}

#[test]
fn what_is_refused_for_a_full_file_is_left_as_it_was() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(47);
    let whole = lines(&ledger(&mut random, 3));
    let full = name_of_full(&folder.file(), 1);
    std::fs::write(&full, [&whole[0][..], b"{}\n"].concat()).unwrap();
    std::fs::write(folder.file(), &whole[2][..20]).unwrap();
    for verify in [Verify::All, Verify::Last] {
        assert_eq!(refused(&folder.file(), quick(verify)).place.file, full.display().to_string());
        assert_eq!(std::fs::read(folder.file()).unwrap(), &whole[2][..20], "{verify:?}");
    }
    std::fs::write(&full, whole[..2].concat()).unwrap();
    drop(FileSink::open(folder.file(), quick(Verify::Last)).unwrap());
    assert_eq!(std::fs::read(folder.file()).unwrap(), b"", "and what is not, is mended");
}

#[test]
fn a_torn_line_in_a_full_file_is_no_crash() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(45);
    let whole = lines(&ledger(&mut random, 3));
    std::fs::write(name_of_full(&folder.file(), 1), [&whole[0][..], &whole[1][..9]].concat()).unwrap();
    std::fs::write(folder.file(), &whole[2]).unwrap();
    assert_eq!(refused(&folder.file(), quick(Verify::All)).fault, Fault::Torn { expected: 2 });
}

#[test]
fn a_file_that_was_added_later_begins_where_it_is_said() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(46);
    let log = ledger(&mut random, 6);
    std::fs::write(folder.file(), lines(&log)[3..].concat()).unwrap();
    assert_eq!(refused(&folder.file(), quick(Verify::All)).fault, Fault::Missing { first: 1, last: 3 });
    let mut sink = FileSink::open(folder.file(), quick(Verify::All).beginning_at(4)).unwrap();
    let tail = Tail { sequence: 6, hash: log.tail().hash };
    assert_eq!(Sink::open(&mut sink).unwrap().tail, Some(tail));
}
