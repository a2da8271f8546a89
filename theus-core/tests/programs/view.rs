//! What a script can do with one member of a guard, whatever its type and whatever its contract allows.

use std::collections::BTreeMap;

use imbl::OrdMap;
use theus_core::context::zone::ZoneType;
use theus_core::transaction::{Input, Output, Update};

use super::world::Ledger;

/// One member of a guard. What the contract does not allow cannot be done: a read gives nothing, a write does nothing.
pub(crate) trait View: Send {
    /// A number that tells the value from other values.
    fn read(&self) -> Option<i64> {
        None
    }
    /// Writes a whole value made of a number.
    fn set(&mut self, _: i64) {}
    /// Changes the value in place.
    fn edit(&mut self, _: i64) {}
    /// Asks for a mutable reference and does nothing with it: a write all the same.
    fn touch(&mut self) {}
}

/// A value that scripts can make, tell apart and change.
pub(crate) trait Value: Clone + Send + Sync {
    fn made(number: i64) -> Self;
    fn number(&self) -> i64;
    fn edit(&mut self, number: i64);
}

impl<T: Value, Path> View for Input<'_, T, Path> {
    fn read(&self) -> Option<i64> {
        Some(self.number())
    }
}

impl<T: Value, Z: ZoneType> View for Output<'_, T, Z> {
    fn set(&mut self, number: i64) {
        Self::set(self, T::made(number));
    }
}

impl<T: Value, Z: ZoneType> View for Update<'_, T, Z> {
    fn read(&self) -> Option<i64> {
        Some(self.number())
    }
    fn set(&mut self, number: i64) {
        Self::set(self, T::made(number));
    }
    fn edit(&mut self, number: i64) {
        T::edit(self, number);
    }
    fn touch(&mut self) {
        let _: &mut T = self;
    }
}

/// The scratch of a run.
pub(crate) struct Local<'a>(pub &'a mut i64);

impl View for Local<'_> {
    fn read(&self) -> Option<i64> {
        Some(*self.0)
    }
    fn set(&mut self, number: i64) {
        *self.0 = number % 10;
    }
    fn edit(&mut self, number: i64) {
        *self.0 = (*self.0 + number) % 10;
    }
}

/// A handle to the world outside: what is set is told to it, at once and for good.
pub(crate) struct Told<'a> {
    pub ledger: &'a Ledger,
    pub run: i64,
}

impl View for Told<'_> {
    fn set(&mut self, number: i64) {
        self.ledger.post(self.run, number);
    }
    fn edit(&mut self, number: i64) {
        self.ledger.post(self.run, number);
    }
}

/// Two numbers into one, so that what is read last still tells what was read first.
pub(crate) fn mixed(one: i64, other: i64) -> i64 {
    one.wrapping_mul(31).wrapping_add(other) % 1_000_003
}

impl Value for i64 {
    fn made(number: i64) -> Self {
        number % 20
    }
    fn number(&self) -> i64 {
        *self
    }
    fn edit(&mut self, number: i64) {
        *self = (*self + number) % 20;
    }
}

impl Value for bool {
    fn made(number: i64) -> Self {
        number % 2 != 0
    }
    fn number(&self) -> i64 {
        i64::from(*self)
    }
    fn edit(&mut self, _: i64) {
        *self = !*self;
    }
}

impl Value for Option<i64> {
    fn made(number: i64) -> Self {
        (number % 3 != 0).then_some(number % 20)
    }
    fn number(&self) -> i64 {
        self.map_or(-1_000, |number| number)
    }
    fn edit(&mut self, number: i64) {
        match self {
            Some(value) if number % 2 == 0 => *value += 1,
            Some(_) => *self = None,
            None => *self = Some(number % 20),
        }
    }
}

impl Value for String {
    fn made(number: i64) -> Self {
        if number % 4 == 0 { Self::new() } else { format!("n{}", number % 100) }
    }
    fn number(&self) -> i64 {
        self.bytes().fold(7, |sum, byte| mixed(sum, i64::from(byte)))
    }
    fn edit(&mut self, number: i64) {
        if self.len() > 12 {
            self.truncate(1);
        } else {
            self.push(if number % 2 == 0 { 'a' } else { 'b' });
        }
    }
}

impl Value for Vec<i64> {
    fn made(number: i64) -> Self {
        (0..number.rem_euclid(4)).collect()
    }
    fn number(&self) -> i64 {
        self.iter().fold(11, |sum, item| mixed(sum, *item))
    }
    fn edit(&mut self, number: i64) {
        if self.len() > 6 {
            self.remove(0);
        } else {
            self.push(number % 50);
        }
    }
}

impl Value for BTreeMap<i64, String> {
    fn made(number: i64) -> Self {
        Self::from([(number % 5, String::made(number))])
    }
    fn number(&self) -> i64 {
        self.iter().fold(13, |sum, (key, value)| mixed(mixed(sum, *key), value.number()))
    }
    fn edit(&mut self, number: i64) {
        self.entry(number % 5).or_default().edit(number);
    }
}

impl Value for OrdMap<i64, i64> {
    fn made(number: i64) -> Self {
        (0..number.rem_euclid(5)).map(|key| (key, number % 9)).collect()
    }
    fn number(&self) -> i64 {
        self.iter().fold(17, |sum, (key, value)| mixed(mixed(sum, *key), *value))
    }
    fn edit(&mut self, number: i64) {
        if self.len() > 8 {
            self.clear();
        } else {
            self.insert(number % 40, number % 7);
        }
    }
}
