//! What is at the path of a ledger's file, and is no file: refused at once, whatever it is.

#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::mpsc;

use super::super::checkpoint::beside;
use super::super::{LedgerError, LedgerFiles, Query};
use super::*;

/// What it says, in time: a pipe would be waited for.
fn told<T: Send + 'static>(ask: impl FnOnce() -> Result<T, LedgerError> + Send + 'static) -> String {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(ask().err().map(|error| error.to_string())));
    told.recv_timeout(Duration::from_secs(20)).unwrap().unwrap()
}

fn make(kind: &str, path: &Path) {
    match kind {
        "a pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "a directory" => std::fs::create_dir(path).unwrap(),
        "a socket" => drop(UnixListener::bind(path).unwrap()),
        "a device" => symlink("/dev/zero", path).unwrap(),
        _ => symlink(path, path).unwrap(),
    }
}

#[test]
fn what_is_no_file_is_refused_at_once_wherever_it_stands() {
    for kind in ["a pipe", "a directory", "a socket", "a device", "a loop"] {
        for place in ["", ".lock", ".checkpoint", ".00000000000000000001"] {
            let folder = Folder::new();
            let mut path = folder.file().into_os_string();
            path.push(place);
            make(kind, Path::new(&path));
            let file = folder.file();
            let opened = told(move || FileSink::open(file, FileOptions::new()));
            assert!(opened.contains(&Path::new(&path).display().to_string()) || kind == "a loop", "{opened}");
            assert!(opened.contains(kind) || kind == "a loop", "{opened}");
            let file = folder.file();
            if place != ".lock" {
                let files = || LedgerFiles::at(file.clone());
                let (one, two) = (files(), files());
                assert!(!told(move || one.verify()).is_empty(), "{kind} at {place}");
                assert!(!told(move || two.find(&Query::new())).is_empty(), "{kind} at {place}");
            }
        }
    }
}

#[test]
fn a_link_to_a_file_is_that_file() {
    let folder = Folder::new();
    let elsewhere = folder.0.join("elsewhere");
    std::fs::write(&elsewhere, "").unwrap();
    symlink(&elsewhere, folder.file()).unwrap();
    let log = ledger(&mut fastrand::Rng::with_seed(91), 2);
    write_all(&folder.file(), FileOptions::new(), &records(&log));
    assert_eq!(LedgerFiles::at(folder.file()).verify_to(log.tail()).unwrap().records, 2);
    assert!(!beside(&folder.file()).exists(), "without a key and with all kept there is no checkpoint");
}
