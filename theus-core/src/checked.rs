//! Files that were checked while the program was compiled: what `files!` makes.

use crate::source::SourceFile;

/// A recipe that was checked while the program was compiled, with its text: a constant that `files!` makes.
///
/// It goes through the same loader once more when the engine is built, which then knows the types themselves.
#[cfg(feature = "recipes")]
#[derive(Clone, Copy, Debug)]
pub struct CheckedRecipe {
    files: &'static [(&'static str, &'static str)],
    /// The recipe, how it calls a file in which it has a list, and the text of that.
    lists: &'static [(&'static str, &'static str, &'static str)],
}

/// A workflow that was checked while the program was compiled, with its text: a constant that `files!` makes.
#[cfg(feature = "workflow")]
#[derive(Clone, Copy, Debug)]
pub struct CheckedWorkflow {
    file: (&'static str, &'static str),
}

#[cfg(feature = "recipes")]
impl CheckedRecipe {
    #[doc(hidden)]
    #[must_use]
    pub const fn __new(files: &'static [(&'static str, &'static str)]) -> Self {
        Self { files, lists: &[] }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn __with_lists(self, lists: &'static [(&'static str, &'static str, &'static str)]) -> Self {
        Self { lists, ..self }
    }

    /// Its files, each over those before it.
    pub(crate) fn files(self) -> impl Iterator<Item = SourceFile> {
        self.files.iter().map(move |(name, text)| {
            let own = self.lists.iter().filter(move |(recipe, ..)| recipe == name);
            let own: Vec<_> = own.map(|(_, list, text)| ((*list).to_owned(), (*text).to_owned())).collect();
            let file = SourceFile::new(*name, *text);
            if own.is_empty() { file } else { file.with_beside(own) }
        })
    }
}

#[cfg(feature = "workflow")]
impl CheckedWorkflow {
    #[doc(hidden)]
    #[must_use]
    pub const fn __new(file: (&'static str, &'static str)) -> Self {
        Self { file }
    }

    pub(crate) fn file(self) -> SourceFile {
        SourceFile::new(self.file.0, self.file.1)
    }
}
