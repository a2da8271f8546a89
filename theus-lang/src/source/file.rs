//! A file's name and text.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::code;
use super::error::SourceError;

/// The longest file that is read: 16 MiB.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A text and the name that errors give it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: Arc<str>,
    text: Arc<str>,
    beside: Beside,
    /// What is told beside each problem of it.
    note: Option<Arc<str>>,
}

/// What files there are beside one.
#[derive(Clone, Debug)]
enum Beside {
    /// None: it is a text.
    Nothing,
    /// Those of the folder that it was read from.
    Folder(Arc<Path>),
    /// These, by their names.
    Given(Arc<[(String, String)]>),
}

impl SourceFile {
    /// A text that is already there, under the name that errors shall show.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text: String = text.into();
        // A byte order mark is no part of the text: columns count from behind it.
        let text = text.strip_prefix('\u{feff}').map_or_else(|| Arc::from(text.as_str()), Arc::from);
        Self { name: Arc::from(name.into()), text, beside: Beside::Nothing, note: None }
    }

    /// The same with these files beside it, by the names by which it calls them: name and text.
    #[must_use]
    pub fn with_beside(self, files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { beside: Beside::Given(files.into_iter().collect()), ..self }
    }

    /// The same under another name.
    #[must_use]
    pub fn called(self, name: impl Into<String>) -> Self {
        Self { name: Arc::from(name.into()), ..self }
    }

    /// The same, with this told beside each problem of it.
    pub(crate) fn with_note(self, note: impl Into<Arc<str>>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    pub(super) fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Another file, by a path from the folder of this one; its name is that path. `None` where this one is a text, and there is
    /// none beside it.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn beside(&self, path: &str) -> Option<Result<Self, SourceError>> {
        match &self.beside {
            Beside::Nothing => None,
            Beside::Folder(folder) => Some(Self::read(folder.join(path)).map(|file| file.called(path))),
            Beside::Given(files) => {
                let found = files.iter().find(|(name, _)| name == path);
                let missing = || SourceError::whole_file(path, code::UNREADABLE, format!("there is no `{path}`"));
                Some(found.map(|(_, text)| Self::new(path, text.as_str())).ok_or_else(missing))
            }
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`SourceError`] when the file cannot be read, is longer than [`MAX_BYTES`] or is not UTF-8.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let unreadable = |reason: std::io::Error| {
            SourceError::whole_file(&name, code::UNREADABLE, format!("cannot read `{name}`: {reason}"))
        };
        let mut bytes = Vec::new();
        // One byte more than the limit is enough to know that there is too much, even from a pipe.
        let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(unreadable)?;
        if bytes.len() > MAX_BYTES {
            return Err(too_long(&name));
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                let folder = Beside::Folder(path.parent().unwrap_or(Path::new("")).into());
                Ok(Self { beside: folder, ..Self::new(name, text) })
            }
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let line = error.as_bytes()[..good].iter().filter(|byte| **byte == b'\n').count() + 1;
                Err(SourceError::whole_file(
                    &name,
                    code::NOT_TEXT,
                    format!("`{name}` is not UTF-8: line {line} has a byte that is no text"),
                ))
            }
        }
    }

    /// The name: the path as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

pub(super) fn too_long(name: &str) -> SourceError {
    let mebibytes = MAX_BYTES / (1024 * 1024);
    SourceError::whole_file(name, code::TOO_LONG, format!("`{name}` is too long: at most {mebibytes} MiB are read"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_that_is_not_there_names_the_path_and_the_reason() {
        let error = SourceFile::read("no/such/file.yaml").unwrap_err();
        assert_eq!(
            error.to_string(),
            "error[Y001]: cannot read `no/such/file.yaml`: No such file or directory (os error 2)"
        );
        assert_eq!((error.problems()[0].line, error.problems()[0].column), (0, 0));
        assert!(SourceFile::read(std::env::temp_dir()).is_err(), "a folder is no file");
    }

    #[test]
    fn a_file_that_is_not_text_names_the_line_and_one_that_is_comes_back_whole() {
        let path = std::env::temp_dir().join(format!("theus-source-{}.yaml", std::process::id()));
        std::fs::write(&path, b"a: 1\nb: \xff\n").unwrap();
        let error = SourceFile::read(&path).unwrap_err();
        assert!(error.to_string().ends_with("is not UTF-8: line 2 has a byte that is no text"), "{error}");
        std::fs::write(&path, "\u{feff}a: 1\n").unwrap();
        assert_eq!(SourceFile::read(&path).unwrap().text(), "a: 1\n");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_file_above_the_limit_is_refused_and_one_at_the_limit_is_read() {
        let path = std::env::temp_dir().join(format!("theus-source-long-{}.yaml", std::process::id()));
        std::fs::write(&path, vec![b'#'; MAX_BYTES + 1]).unwrap();
        assert!(SourceFile::read(&path).unwrap_err().to_string().ends_with("is too long: at most 16 MiB are read"));
        std::fs::write(&path, vec![b'#'; MAX_BYTES]).unwrap();
        assert_eq!(SourceFile::read(&path).unwrap().text().len(), MAX_BYTES);
        std::fs::remove_file(&path).unwrap();
    }
}
