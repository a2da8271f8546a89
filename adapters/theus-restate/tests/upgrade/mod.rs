//! A program in two versions: orders that wait for a timer, are tried again, or are in the midst of a saga, while the second one takes over.

pub mod one;
pub mod two;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use theus_restate::Served;

/// What is outside: it does not answer until there is a file `open`.
#[derive(Clone)]
pub struct Till {
    pub folder: PathBuf,
}

impl Till {
    /// Under this key; false where it does not answer.
    pub fn pay(&self, key: &str, by: &str) -> bool {
        let file = OpenOptions::new().create(true).append(true).open(self.folder.join("effects"));
        // Who cannot write it down has not done it.
        let is_written = file.and_then(|mut file| file.write_all(format!("{key} {by}\n").as_bytes())).is_ok();
        is_written && self.folder.join("open").exists()
    }

    /// Each key that was paid by, and the version that has.
    pub fn effects(&self) -> Vec<(String, String)> {
        let text = fs::read_to_string(self.folder.join("effects")).unwrap_or_default();
        let line = |line: &str| line.split_once(' ').map(|(key, by)| (key.to_owned(), by.to_owned()));
        text.lines().filter_map(line).collect()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the other side does not answer")]
pub struct NotNow;

pub struct Ports {
    pub till: Till,
}

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    One,
    Two,
    /// The second, whose file does not say what has become of the states.
    ForgotMoved,
    /// The second, which does not say what has become of the fields.
    ForgotMigrate,
}

impl Version {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "1" => Some(Self::One),
            "2" => Some(Self::Two),
            _ => None,
        }
    }

    pub fn served(self, till: Till) -> Result<Served, Box<dyn std::error::Error>> {
        match self {
            Self::One => one::served(till),
            Self::Two => two::served(till, true, true),
            Self::ForgotMoved => two::served(till, false, true),
            Self::ForgotMigrate => two::served(till, true, false),
        }
    }
}
