//! The lines of a file that something was done by.

use std::ops::Deref;

use crate::workflow::chart::Place;

/// Lines of a workflow file; nearly always one, which is kept without an allocation. It dereferences to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(Kept);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    One(Place),
    Many(Vec<Place>),
}

impl Default for Kept {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Deref for Places {
    type Target = [Place];
    fn deref(&self) -> &[Place] {
        match &self.0 {
            Kept::One(place) => std::slice::from_ref(place),
            Kept::Many(places) => places,
        }
    }
}

impl FromIterator<Place> for Places {
    fn from_iter<I: IntoIterator<Item = Place>>(places: I) -> Self {
        let mut places = places.into_iter();
        let Some(first) = places.next() else { return Self::default() };
        match places.next() {
            None => Self(Kept::One(first)),
            Some(second) => Self(Kept::Many([first, second].into_iter().chain(places).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_lines_that_it_was_made_of() {
        let place = |line| Place { file: "a.yaml".into(), line, column: 1 };
        for count in 0..4 {
            let lines: Vec<Place> = (0..count).map(place).collect();
            assert_eq!(*lines.iter().cloned().collect::<Places>(), *lines);
        }
    }
}
