//! What is in a format that this program does not know is told apart from what was altered, and left alone.

use super::super::checkpoint::beside;
use super::super::lines::LINE_BEGINS;
use super::super::{Fault, Fsync, LedgerError, LedgerFiles, LedgerKey, Query, Verify};
use super::*;

const KEY: LedgerKey = LedgerKey::new([7; 32]);

fn quick() -> FileOptions {
    FileOptions::new().fsync(Fsync::Never)
}

/// The same record as another version of this crate would write it.
fn in_format(line: &[u8], format: &str) -> Vec<u8> {
    let line = String::from_utf8(line.to_vec()).unwrap();
    assert!(line.starts_with("{\"format\":1,"), "{line}");
    line.replacen("\"format\":1,", format, 1).into_bytes()
}

fn contents(folder: &Folder) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = folder.0.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.display().to_string().ends_with(".lock"));
    files.sort();
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Where the format was found, and which; it is refused in every way of reading and continuing, and stays as it was.
fn refused(folder: &Folder, options: FileOptions) -> (String, u64) {
    let before = contents(folder);
    let files = LedgerFiles::at(folder.file());
    let verified = options.key.map_or_else(|| files.verify(), |key| files.verify_with(&key)).unwrap_err();
    let mut found = None;
    for opened in [Verify::All, Verify::Last].map(|extent| FileSink::open(folder.file(), options.verify(extent))) {
        let LedgerError::UnknownFormat { place, found: format } = opened.unwrap_err() else { panic!("opened") };
        found = Some((place.to_string(), format));
    }
    assert!(matches!(verified, LedgerError::UnknownFormat { .. }), "{verified:?}");
    assert_eq!(contents(folder), before, "refused, and changed");
    found.unwrap()
}

#[test]
fn a_ledger_of_another_format_is_refused_and_stays_as_it_was() {
    let all = lines(&ledger(&mut fastrand::Rng::with_seed(91), 3));
    for (format, found) in [("\"format\":2,", 2), ("\"format\":0,", 0), ("\"format\":17,", 17), ("", 0)] {
        let folder = Folder::new();
        let file = folder.file().display().to_string();
        let others: Vec<_> = all.iter().map(|line| in_format(line, format)).collect();
        std::fs::write(folder.file(), others.concat()).unwrap();
        let (place, which) = refused(&folder, quick());
        assert_eq!(which, found, "{format}");
        assert!(place.starts_with(&format!("{file}:")), "{place}");
        let asked = LedgerFiles::at(folder.file()).find(&Query::new()).unwrap_err();
        assert!(matches!(asked, LedgerError::UnknownFormat { found: asked, .. } if asked == found), "{asked}");
        // The nearest that is right.
        std::fs::write(folder.file(), all.concat()).unwrap();
        assert_eq!(LedgerFiles::at(folder.file()).verify().unwrap().records, 3);
        assert!(FileSink::open(folder.file(), quick()).is_ok());
    }
}

#[test]
fn a_record_of_another_format_is_found_wherever_it_stands() {
    let all = lines(&ledger(&mut fastrand::Rng::with_seed(92), 4));
    for at in 0..4 {
        let folder = Folder::new();
        let mut lines = all.clone();
        lines[at] = in_format(&all[at], "\"format\":2,");
        std::fs::write(folder.file(), lines.concat()).unwrap();
        let error = LedgerFiles::at(folder.file()).verify().unwrap_err().to_string();
        let file = folder.file().display().to_string();
        let said = format!(
            "{file}:{}: this is written in format 2 of the ledger, and this program reads format 1 alone: read and continue \
             it with a version that knows format 2, or begin a new file; nothing of it was changed",
            at + 1
        );
        assert_eq!(error, said);
        let opened = FileSink::open(folder.file(), quick()).unwrap_err();
        assert_eq!(opened.to_string(), said);
    }
}

#[test]
fn what_another_format_left_torn_is_not_cut_off() {
    let all = lines(&ledger(&mut fastrand::Rng::with_seed(93), 2));
    for torn in [&b"{\"format\":2"[..], b"{\"format\":2,\"sequ", b"{\"format\":10,", b"{\"sequence\":3,"] {
        for before in [&all[..], &[]] {
            let folder = Folder::new();
            std::fs::write(folder.file(), [before.concat(), torn.to_vec()].concat()).unwrap();
            for extent in [Verify::All, Verify::Last] {
                let bytes = contents(&folder);
                let error = FileSink::open(folder.file(), quick().verify(extent)).unwrap_err();
                let LedgerError::UnknownFormat { place, .. } = error else { panic!("{error}") };
                assert_eq!(place.line, before.len() as u64 + 1);
                assert_eq!(contents(&folder), bytes);
            }
        }
    }
    // Torn in its own format, in the number of the format too, it is.
    for torn in [&b"{\"for"[..], b"{\"format\":", b"{\"format\":1", b"{\"format\":1,\"sequ"] {
        let folder = Folder::new();
        std::fs::write(folder.file(), [all.concat(), torn.to_vec()].concat()).unwrap();
        let mut sink = FileSink::open(folder.file(), quick()).unwrap();
        let note = format!("a torn last line of {} bytes was cut off", torn.len());
        assert_eq!(Sink::open(&mut sink).unwrap().note, Some(note));
        assert_eq!(std::fs::read(folder.file()).unwrap(), all.concat());
    }
}

#[test]
fn a_full_file_of_another_format_is_refused_though_the_last_is_in_this_one() {
    let all = lines(&ledger(&mut fastrand::Rng::with_seed(94), 3));
    let folder = Folder::new();
    let full = name_of_full(&folder.file(), 1);
    std::fs::write(&full, in_format(&all[0], "\"format\":2,")).unwrap();
    // Just rotated: all there is stands in the full file.
    std::fs::write(folder.file(), "").unwrap();
    assert_eq!(refused(&folder, quick()), (format!("{}:1: ", full.display()), 2));
    std::fs::write(folder.file(), all[1..].concat()).unwrap();
    let error = FileSink::open(folder.file(), quick()).unwrap_err();
    assert!(matches!(error, LedgerError::UnknownFormat { found: 2, .. }), "{error}");
    // Every file that a rotation makes says its format in its first line.
    std::fs::remove_file(&full).unwrap();
    std::fs::remove_file(folder.file()).unwrap();
    write_all(&folder.file(), quick().rotate(1), &records(&ledger(&mut fastrand::Rng::with_seed(95), 3)));
    let written = contents(&folder);
    assert_eq!(written.len(), 3);
    assert!(written.iter().all(|(_, bytes)| bytes.starts_with(LINE_BEGINS)));
    assert_eq!(LedgerFiles::at(folder.file()).verify().unwrap().records, 3);
}

#[test]
fn a_checkpoint_of_another_format_is_refused_and_stays_as_it_was() {
    let log = ledger(&mut fastrand::Rng::with_seed(96), 3);
    let keyed = quick().key(KEY);
    for options in [keyed, quick().rotate(1).keep(1)] {
        let folder = Folder::new();
        write_all(&folder.file(), options, &records(&log));
        let checkpoint = beside(&folder.file());
        let text = std::fs::read(&checkpoint).unwrap();
        for (format, found) in [("\"format\":2,", 2), ("", 0)] {
            std::fs::write(&checkpoint, in_format(&text, format)).unwrap();
            assert_eq!(refused(&folder, options), (format!("{}: ", checkpoint.display()), found));
        }
        // What says no other format, and is not what was written, was altered.
        std::fs::write(&checkpoint, in_format(&text, "\"format\":1.0,")).unwrap();
        let altered = FileSink::open(folder.file(), options).unwrap_err();
        assert!(matches!(altered, LedgerError::Tampered(it) if it.fault == Fault::CheckpointUnreadable));
        std::fs::write(&checkpoint, &text).unwrap();
        assert!(FileSink::open(folder.file(), options).is_ok());
    }
}

#[test]
fn what_is_hashed_says_its_format_too() {
    use super::super::encode::{Encoder, Head, hash};
    let head = Head {
        previous: super::super::Hash::START,
        sequence: 1,
        time: crate::timestamp::parts(at(0)),
        session: "desk",
        version: 0,
    };
    let event = AuditEvent::Interlock { violation: 1 };
    // Format, kind, number, seconds, nanoseconds, version, session, violation.
    let bytes = [&[1, 2, 1, 0, 0, 0, 0, 0, 0, 4][..], b"desk", &[1]].concat();
    assert_eq!(hash(&head, &event, None, &mut Encoder::default()), super::super::Hash::START.then(&bytes));
}
