//! Fields of many entries: a commit stores those that it has changed.

use std::collections::{BTreeMap, BTreeSet};

use super::bank::block_on;
use proptest::prelude::*;
use theus_core::context::Table;
use theus_core::prelude::*;
use theus_core::store::{MemoryStore, Part, Store};
use theus_sqlite::{Durability, SqliteStore};

/// Says that it is equal to every other: nothing of it may be lost for that.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Alike(i64);

impl PartialEq for Alike {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The same entries twice: as a table, and as a map that is stored whole.
#[derive(Clone, Default, Context)]
struct Shelf {
    #[context(nested)]
    inner: Inner,
    whole: BTreeMap<u16, i64>,
}

#[derive(Clone, Default, Context)]
struct Inner {
    table: Table<u16, Alike>,
}

impl Shelf {
    fn of(entries: u16) -> Self {
        let entries = (0..entries).map(|key| (2 * key, i64::from(key)));
        let table = entries.clone().map(|(key, value)| (key, Alike(value))).collect();
        Self { inner: Inner { table }, whole: entries.collect() }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Edit {
    Put(u16, i64),
    Add(u16, i64),
    Remove(u16),
    KeepEvery(u16),
}

macro_rules! edit {
    ($ctx:ident, $edits:ident) => {
        for edit in $edits {
            let (table, whole) = (&mut $ctx.domain.inner.table, &mut $ctx.domain.whole);
            match edit {
                Edit::Put(key, value) => {
                    table.insert(key, Alike(value));
                    whole.insert(key, value);
                }
                Edit::Add(key, value) => {
                    if let (Some(one), Some(two)) = (table.get_mut(&key), whole.get_mut(&key)) {
                        one.0 = one.0.wrapping_add(value);
                        *two = two.wrapping_add(value);
                    }
                }
                Edit::Remove(key) => {
                    table.remove(&key);
                    whole.remove(&key);
                }
                Edit::KeepEvery(part) => {
                    table.retain(|key, _| key % part == 0);
                    whole.retain(|key, _| key % part == 0);
                }
            }
        }
    };
}

#[process(inputs = [domain.inner.table, domain.whole], outputs = [domain.inner.table, domain.whole], command = EditCommand)]
fn edit(ctx: Ctx<Shelf>, edits: Vec<Edit>) {
    edit!(ctx, edits);
}

/// By a workspace of its own.
#[process(inputs = [domain.inner.table, domain.whole], outputs = [domain.inner.table, domain.whole])]
async fn edit_later(ctx: Ctx<Shelf>, edits: Vec<Edit>) {
    edit!(ctx, edits);
}

/// Another table in its place, whatever was there.
#[process(outputs = [domain.inner.table, domain.whole])]
fn replace(ctx: Ctx<Shelf>, entries: BTreeMap<u16, i64>) {
    ctx.domain.inner.table.set(entries.iter().map(|(key, value)| (*key, Alike(*value))).collect());
    ctx.domain.whole.set(entries);
}

fn engine(store: impl Store, first: Shelf) -> Engine<Shelf> {
    let builder = Engine::builder(first).process::<EditCommand>().process::<EditLater>().process::<Replace>();
    builder.store(store).build().unwrap()
}

/// What of the table the last step has written.
fn last_part(engine: &Engine<Shelf>) -> Option<Part> {
    let journal = engine.journal("main").unwrap();
    let last = journal.verify().unwrap();
    let [entry] = journal.entries(last, 1).unwrap().try_into().unwrap();
    entry.parts.into_iter().find(|part| part.path == "inner.table")
}

#[derive(Clone, Debug)]
enum Do {
    Edit(Vec<Edit>),
    EditLater(Vec<Edit>),
    Replace(BTreeMap<u16, i64>),
    Reopen,
    Prune(u64),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let key = || 0..400_u16;
    let edit = prop_oneof![
        6 => (key(), any::<i64>()).prop_map(|(key, value)| Edit::Put(key, value)),
        4 => (key(), any::<i64>()).prop_map(|(key, value)| Edit::Add(key, value)),
        4 => key().prop_map(Edit::Remove),
    ];
    prop_oneof![
        12 => prop::collection::vec(edit, 0..12),
        1 => (1..4_u16).prop_map(|part| vec![Edit::KeepEvery(part)]),
    ]
}

fn programs() -> impl Strategy<Value = Vec<Do>> {
    let one = prop_oneof![
        8 => edits().prop_map(Do::Edit),
        4 => edits().prop_map(Do::EditLater),
        1 => prop::collection::btree_map(0..400_u16, any::<i64>(), 0..200).prop_map(Do::Replace),
        2 => Just(Do::Reopen),
        1 => (0..6_u64).prop_map(Do::Prune),
    ];
    prop::collection::vec(one, 1..30)
}

fn held(engine: &Engine<Shelf>) -> BTreeMap<u16, i64> {
    let state = engine.snapshot().unwrap();
    let table: BTreeMap<_, _> = state.inner.table.iter().map(|(key, value)| (*key, value.0)).collect();
    assert_eq!(table, *state.whole);
    table
}

fn play<S: Store>(open: impl Fn() -> S, first: u16, program: &[Do]) {
    let mut desk = engine(open(), Shelf::of(first));
    let mut pruned = 0;
    for one in program {
        let before = held(&desk);
        match one {
            Do::Edit(edits) => desk.run(EditCommand { edits: edits.clone() }).unwrap(),
            Do::EditLater(edits) => block_on(desk.run_async(EditLater { edits: edits.clone() })).unwrap(),
            Do::Replace(entries) => desk.run(Replace { entries: entries.clone() }).unwrap(),
            Do::Reopen => {
                drop(desk);
                desk = engine(open(), Shelf::default());
                assert_eq!(held(&desk), before);
                continue;
            }
            Do::Prune(keep) => {
                pruned += desk.prune_journal("main", *keep).unwrap();
                continue;
            }
        }
        held(&desk);
        let touched: BTreeSet<u16> = match one {
            Do::Edit(edits) | Do::EditLater(edits) => edits.iter().filter_map(Edit::key).collect(),
            _ => BTreeSet::new(),
        };
        if let Some(part) = last_part(&desk)
            && part.value.is_none()
            && !touched.is_empty()
        {
            assert!(part.entries.len() <= touched.len(), "{part:?} of {touched:?}");
        }
    }
    let journal = desk.journal("main").unwrap();
    let steps = journal.verify().unwrap();
    assert_eq!(journal.begins_after(), pruned);
    for step in pruned..=steps {
        let at = journal.at(step).unwrap();
        assert_eq!(at["inner.table"], at["whole"], "after step {step}");
    }
    let replay = desk.replay("main").unwrap();
    assert_eq!((replay.made, replay.divergence), (steps - pruned, None));
    drop(journal);
    let state = held(&desk);
    drop(desk);
    assert_eq!(held(&engine(open(), Shelf::default())), state);
}

impl Edit {
    fn key(&self) -> Option<u16> {
        match self {
            Self::Put(key, _) | Self::Add(key, _) | Self::Remove(key) => Some(*key),
            Self::KeepEvery(_) => None,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 24 } else { 400 }))]

    /// What is done to a table comes back as what is done to a map that is stored whole: after restarts, at each step of the
    /// journal, after pruning, and when it is replayed.
    #[test]
    fn a_table_comes_back_as_a_map_that_is_stored_whole(first in 0..300_u16, program in programs()) {
        let memory = MemoryStore::new();
        play(|| memory.clone(), first, &program);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shelf.db");
        play(|| SqliteStore::open(&file).unwrap().durability(Durability::None), first, &program);
    }
}

#[test]
fn a_commit_stores_the_entries_that_it_has_changed() {
    let desk = engine(MemoryStore::new(), Shelf::of(1_000));
    let edit = |edits: Vec<Edit>| desk.run(EditCommand { edits }).unwrap();
    edit(vec![Edit::Put(4, 1)]);
    let first = last_part(&desk).unwrap();
    assert!(first.value.is_some() && first.entries.is_empty(), "the first is whole: what follows is told from it");
    edit(vec![Edit::Put(4, 1), Edit::Add(6, 1), Edit::Add(7, 1), Edit::Remove(8), Edit::Put(9, 1), Edit::Remove(9)]);
    let part = last_part(&desk).unwrap();
    assert!(part.value.is_none());
    assert_eq!(part.entries.iter().map(|entry| entry.value.is_some()).collect::<Vec<_>>(), [true, true, false]);
    block_on(desk.run_async(EditLater { edits: vec![Edit::Put(4, 2)] })).unwrap();
    assert_eq!(last_part(&desk).unwrap().entries.len(), 1);
    edit(vec![Edit::Remove(9)]);
    assert_eq!(last_part(&desk), None, "nothing of it is another");
    edit((0..900).map(|key| Edit::Put(key, 5)).collect());
    assert!(last_part(&desk).unwrap().value.is_some(), "most of it is another");
    edit(vec![Edit::KeepEvery(100)]);
    assert!(last_part(&desk).unwrap().value.is_some(), "it is small");
    assert_eq!(desk.replay("main").unwrap().divergence, None);
}

#[test]
fn a_field_that_the_store_has_not_is_written_whole_first() {
    #[derive(Clone, Default, Context)]
    struct Before {
        whole: BTreeMap<u16, i64>,
    }
    let store = MemoryStore::new();
    drop(Engine::builder(Before::default()).store(store.clone()).build().unwrap());
    let desk = engine(store.clone(), Shelf::of(100));
    desk.run(EditCommand { edits: vec![Edit::Put(4, 1)] }).unwrap();
    assert!(last_part(&desk).unwrap().value.is_some());
    drop(desk);
    let desk = engine(store, Shelf::default());
    assert_eq!(desk.snapshot().unwrap().inner.table.len(), 100);
}

/// The number of entries, and a look at one of them: as of a `BTreeMap`.
#[test]
fn rules_see_it_as_they_see_a_map() {
    #[derive(Clone, Default, Context)]
    struct Till {
        coins: Table<u16, i64>,
    }

    #[process(inputs = [domain.coins], outputs = [domain.coins])]
    fn put(ctx: Ctx<Till>, key: u16, value: i64) {
        ctx.domain.coins.insert(key, value);
    }

    let recipe = "process_recipes: { put: { outputs: [ { field: domain.coins, max_len: 2, level: B } ] } }";
    let builder = Engine::builder(Till::default()).process::<Put>().recipe("audit.yaml", recipe).unwrap();
    let till = builder.store(MemoryStore::new()).build().unwrap();
    for key in [1, 2, 2] {
        till.run(Put { key, value: 5 }).unwrap();
    }
    assert!(matches!(till.run(Put { key: 3, value: 5 }), Err(RunError::Blocked(_))));
    assert_eq!(till.snapshot().unwrap().coins.len(), 2, "what is refused changes nothing");
}
