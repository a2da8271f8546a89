#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::context::{Inspect, Keyed};

/// Says that it is equal to every other.
#[derive(Clone, Debug)]
struct Alike(i64);

impl PartialEq for Alike {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[derive(Clone, Debug)]
enum Change {
    Insert(u8, i64),
    Remove(u8),
    Add(u8, i64),
    AddIfThere(u8, i64),
    Keep(u8),
    Clear,
}

fn change() -> impl Strategy<Value = Change> {
    let key = || 0..120_u8;
    prop_oneof![
        6 => (key(), any::<i64>()).prop_map(|(key, value)| Change::Insert(key, value)),
        4 => key().prop_map(Change::Remove),
        4 => (key(), any::<i64>()).prop_map(|(key, value)| Change::Add(key, value)),
        4 => (key(), any::<i64>()).prop_map(|(key, value)| Change::AddIfThere(key, value)),
        1 => (1..9_u8).prop_map(Change::Keep),
        1 => Just(Change::Clear),
    ]
}

fn apply(table: &mut Table<u8, Alike>, naive: &mut BTreeMap<u8, i64>, change: &Change) {
    match *change {
        Change::Insert(key, value) => {
            let (old, before) = (table.insert(key, Alike(value)), naive.insert(key, value));
            assert_eq!(old.map(|old| old.0), before);
        }
        Change::Remove(key) => assert_eq!(table.remove(&key).map(|old| old.0), naive.remove(&key)),
        Change::Add(key, value) => {
            let there = table.get_or_insert_with(key, || Alike(0));
            there.0 = there.0.wrapping_add(value);
            let there = naive.entry(key).or_insert(0);
            *there = there.wrapping_add(value);
        }
        Change::AddIfThere(key, value) => match (table.get_mut(&key), naive.get_mut(&key)) {
            (Some(one), Some(two)) => {
                one.0 = one.0.wrapping_add(value);
                *two = two.wrapping_add(value);
            }
            (one, two) => assert!(one.is_none() && two.is_none()),
        },
        Change::Keep(part) => {
            table.retain(|key, _| key % part == 0);
            naive.retain(|key, _| key % part == 0);
        }
        Change::Clear => {
            table.clear();
            naive.clear();
        }
    }
}

fn held(table: &Table<u8, Alike>) -> Vec<(u8, i64)> {
    table.iter().map(|(key, value)| (*key, value.0)).collect()
}

proptest! {
    /// What a naive map does, it does; and the entries that it tells as changed make the later of the earlier, whatever their type
    /// says of equality.
    #[test]
    fn the_entries_that_are_told_make_the_later_of_the_earlier(
        first in proptest::collection::vec(change(), 0..200),
        second in proptest::collection::vec(change(), 0..30),
    ) {
        let (mut before, mut naive) = (Table::new(), BTreeMap::new());
        first.iter().for_each(|change| apply(&mut before, &mut naive, change));
        let earlier = held(&before);
        let mut made: BTreeMap<u8, i64> = earlier.iter().copied().collect();
        let mut after = before.clone();
        second.iter().for_each(|change| apply(&mut after, &mut naive, change));

        let mut told = 0;
        after.changes(&before, |key, value| {
            told += 1;
            match value {
                Some(value) => drop(made.insert(*key, value.0)),
                None => drop(made.remove(key)),
            }
            Ok::<_, Infallible>(())
        }).unwrap();

        prop_assert_eq!(held(&before), earlier, "the earlier is as it was");
        prop_assert_eq!(held(&after), naive.clone().into_iter().collect::<Vec<_>>());
        prop_assert_eq!(after.len(), naive.len());
        prop_assert_eq!(made, naive);
        if second.is_empty() {
            prop_assert_eq!(told, 0);
        }
    }
}

#[test]
fn what_did_not_change_is_not_told() {
    let before: Table<u32, i64> = (0..100_000).map(|key| (key, 0)).collect();
    let mut after = before.clone();
    after.insert(7, 1);
    *after.get_mut(&70_000).unwrap() += 1;
    after.remove(&99_999);
    after.insert(100_000, 1);
    let mut told = Vec::new();
    let note = |key: &u32, value: Option<&i64>| {
        told.push((*key, value.copied()));
        Ok::<_, Infallible>(())
    };
    after.changes(&before, note).unwrap();
    let update = |key| [(key, None), (key, Some(1))];
    assert_eq!(told, [update(7), update(70_000), [(99_999, None), (100_000, Some(1))]].concat());
}

#[test]
fn it_is_serialised_and_seen_as_the_map_of_the_standard_library() {
    let naive = BTreeMap::from([("b".to_owned(), 2_i64), ("a".to_owned(), 1), ("c".to_owned(), -3)]);
    let table: Table<String, i64> = naive.clone().into_iter().collect();
    let json = serde_json::to_string(&table).unwrap();
    assert_eq!(json, serde_json::to_string(&naive).unwrap());
    assert_eq!(serde_json::from_str::<Table<String, i64>>(&json).unwrap(), table);
    assert_eq!(format!("{table:?}"), format!("{naive:?}"));
    assert_eq!(Table::<String, i64>::shape(), BTreeMap::<String, i64>::shape());
    assert_eq!(format!("{:?}", table.inspect()), format!("{:?}", naive.inspect()));
    let other = Table::from([("a".to_owned(), 1_i64), ("b".to_owned(), 2), ("c".to_owned(), 4)]);
    assert!(table.inspect().is_same(table.clone().inspect()) && !table.inspect().is_same(other.inspect()));
    assert_eq!((table.first_key_value(), table.last_key_value()), (naive.first_key_value(), naive.last_key_value()));
    assert!(table.keys().eq(naive.keys()) && table.values().eq(naive.values()));
    let of_range = table.range("b".to_owned()..).map(|(key, value)| (key.as_str(), *value));
    assert_eq!(of_range.collect::<Vec<_>>(), [("b", 2), ("c", -3)]);
}
