//! Entries of maps do not pile up for ever.

use std::collections::BTreeMap;

use theus_core::store::{Audit, Base, Entry, Field, Part, SessionState, Store, StoredCount, Write, encode};
use theus_postgres::{Durability, PostgresStore};

use super::cluster::{cluster, schema};
use super::writes::{next, write};

fn map(count: u32) -> Vec<u8> {
    encode(&(0..count).map(|key| (key, u64::from(key) * 7)).collect::<BTreeMap<_, _>>()).unwrap()
}

/// Every third is gone.
fn entries(from: u32, count: u32) -> Vec<Entry> {
    let mut entries: Vec<_> = (from..from + count)
        .map(|key| Entry {
            key: encode(&key).unwrap(),
            value: (!key.is_multiple_of(3)).then(|| encode(&u64::from(key)).unwrap()),
        })
        .collect();
    entries.sort_by(|one, other| one.key.cmp(&other.key));
    entries
}

fn entry_rows(of: &SessionState, path: &str) -> usize {
    of.fields.iter().find(|field| field.path == path).unwrap().entries.len()
}

/// The value of each field, put together; none of what is no map.
fn values(of: &SessionState) -> Vec<(String, Option<Vec<u8>>, bool)> {
    of.fields.iter().map(|field| (field.path.clone(), field.merged().ok(), field.written)).collect()
}

#[test]
fn where_the_journal_is_pruned_entries_that_have_piled_up_are_made_one_with_the_whole_value() {
    let Some(cluster) = cluster() else { return };
    let place = schema();
    let store = PostgresStore::open_in(&cluster.url(), &place).unwrap().durability(Durability::Crash);
    let first = vec![
        Field::whole("as many", map(1_024), false),
        Field::whole("few", map(5), false),
        Field::whole("grown", map(5), false),
        Field::whole("large", map(70_000), false),
        Field::whole("no map", encode(&7).unwrap(), false),
    ];
    write(&store, Write { session: "a".into(), first: Some(first.clone()), ..Write::default() }).unwrap();
    write(&store, Write { session: "b".into(), first: Some(first), ..Write::default() }).unwrap();
    let load = |session: &str| store.load(session).unwrap().unwrap();
    let grow = |session: &str, path: &str, from: u32, count: u32| {
        let part = Part { path: path.to_owned(), value: None, entries: entries(from, count) };
        write(&store, next(session, &load(session), vec![part])).unwrap();
    };
    for session in ["a", "b"] {
        grow(session, "as many", 1_000, 1_024);
        grow(session, "few", 2, 1_023);
        grow(session, "grown", 2, 1_500);
        // The same ones once more: no new rows.
        grow(session, "grown", 1, 1_500);
        grow(session, "large", 0, 2_000);
        grow(session, "no map", 0, 1_024);
    }
    let before = load("a");
    let base = |of: &SessionState| {
        let SessionState { step, version, chain, schema, fields, .. } = of.clone();
        Base { step, version, chain, schema, fields }
    };
    store.prune("a", base(&before)).unwrap();
    let after = load("a");
    assert_eq!(values(&after), values(&before));
    assert_eq!(SessionState { fields: before.fields.clone(), ..after.clone() }, before);
    let left = ["as many", "few", "grown", "large", "no map"].map(|path| entry_rows(&after, path));
    assert_eq!(left, [0, 1_023, 0, 2_000, 1_024]);
    assert_eq!(cluster.number(&format!("SELECT count(*) FROM {place}.entry")), Some(4_047 + 6_572), "and those of `b`");
    assert_eq!(load("b").fields, before.fields, "what is another session's stays as it was");
    // It goes on from there.
    grow("a", "grown", 1_400, 200);
    let mut expected = after.fields.iter().find(|field| field.path == "grown").unwrap().clone();
    expected.take(&Part { path: "grown".to_owned(), value: None, entries: entries(1_400, 200) });
    assert_eq!(load("a").fields.iter().find(|field| field.path == "grown"), Some(&expected));
    assert_eq!(store.journal("a", 0, 10).unwrap().len(), 1);
}

#[test]
fn functions_of_an_earlier_version_are_replaced_and_those_of_a_later_one_are_left() {
    let Some(cluster) = cluster() else { return };
    let place = schema();
    let open = || PostgresStore::open_in(&cluster.url(), &place);
    write(&open().unwrap(), Write { session: "a".into(), first: Some(vec![]), ..Write::default() }).unwrap();
    let sql = |statements: &str| cluster.run(&format!("SET search_path = {place}; {statements}"));
    let broken = "CREATE OR REPLACE FUNCTION remove(p_name bytea, p_step bigint, OUT code integer, OUT at_step bigint) \
                  LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'another version'; END $$;";
    sql(&format!("{broken} COMMENT ON TABLE format IS '9999'"));
    let error = open().unwrap().remove("a", 0).unwrap_err().to_string();
    assert!(error.contains("another version"), "{error}");
    // The first version did not say which one it was.
    sql("COMMENT ON TABLE format IS NULL");
    open().unwrap().remove("a", 0).unwrap();
    // The second had no counters of all sessions together.
    sql("COMMENT ON TABLE format IS '2'; ALTER TABLE audit DROP COLUMN counts");
    let store = open().unwrap();
    let counts = vec![StoredCount { rule: "r".to_owned(), count: 2, ..StoredCount::default() }];
    let audit = Audit { counts: Some(counts.clone()), ..Audit::default() };
    write(&store, Write { session: "b".into(), first: Some(vec![]), audit, ..Write::default() }).unwrap();
    assert_eq!((store.begin().unwrap().counts, open().unwrap().begin().unwrap().counts), (counts.clone(), counts));
}
