//! Programs that are killed in their work, and programs beside each other.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use theus_postgres::PostgresStore;

use super::cluster::{Cluster, cluster, schema};
use super::program::*;

/// The server goes on with what a program has sent that is dead: until nothing of it is left.
fn has_gone(cluster: &Cluster, program: &str) {
    let until = Instant::now() + Duration::from_secs(30);
    let left = format!("SELECT nullif(count(*), 0) FROM pg_stat_activity WHERE application_name = '{program}'");
    while let Some(left) = cluster.number(&left) {
        assert!(Instant::now() < until, "{left} connections of a dead program are left");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn whenever_it_is_killed_each_acknowledged_command_is_there_once_and_none_by_half() {
    let Some(cluster) = cluster() else { return };
    let (kills, (seed, mut random)) = (number("THEUS_KILLS", 12), chance());
    let (mut acknowledged, mut one_more) = (0, 0);
    let (mut place, mut expected) = (schema(), BTreeMap::<&str, Vec<u64>>::new());
    for kill in 0..kills {
        if kill % 25 == 0 {
            (place, expected) = (schema(), SESSIONS.map(|session| (session, Vec::new())).into());
        }
        let what = format!("seed {seed}, kill {kill}");
        let program = format!("killed_{place}_{kill}");
        let url = format!("{}?application_name={program}", cluster.url());
        let mut child = start("books", &url, &place, u64::MAX >> 1);
        let (mut said, mut all_said) = (Said::of(&mut child), Vec::new());
        // Each second one has done something by then, however busy the machine is; the others may just have begun.
        all_said.extend((kill % 2 == 1).then(|| said.next()).flatten());
        thread::sleep(Duration::from_millis(if all_said.is_empty() { 40 } else { 0 } + random.u64(..260)));
        child.kill().unwrap();
        child.wait().unwrap();
        all_said.extend(said);
        for (told, session, number) in all_said {
            assert_eq!(told, "ok", "{what}, {session}");
            expected.get_mut(session.as_str()).unwrap().push(number);
            acknowledged += 1;
        }
        has_gone(cluster, &program);
        let store = PostgresStore::open_in(&cluster.url(), &place).unwrap();
        for (session, found) in is_whole(&store, &what) {
            let expected = expected.get_mut(session).unwrap();
            if found.len() == expected.len() + 1 {
                expected.push(found.len() as u64);
                one_more += 1;
            }
            assert_eq!(found, *expected, "{what}, {session}");
            assert!(found.iter().zip(1..).all(|(found, number)| *found == number), "{what}, {session}");
        }
        if kill + 1 == kills {
            let engine = engine(&store, false);
            for session in SESSIONS {
                assert_eq!(engine.replay(session).unwrap().divergence, None, "{what}, {session}");
            }
        }
    }
    println!("{kills} kills, {acknowledged} commands acknowledged, {one_more} done that were not");
    assert!(acknowledged >= kills / 2, "it was killed before it did anything: {acknowledged}");
}

#[test]
fn two_programs_on_the_same_sessions_lose_no_update_and_leave_no_gap() {
    let Some(cluster) = cluster() else { return };
    let (each, place) = (number("THEUS_COMMITS", 600) / 6, schema());
    let store = PostgresStore::open_in(&cluster.url(), &place).unwrap();
    let begun = engine(&store, false);
    let _ = SESSIONS.map(|session| drop(begun.hydrate_or(session, Bank::default).unwrap()));
    drop(begun);
    let children = [(); 2].map(|()| start("contends", &cluster.url(), &place, each));
    let mut conflicts = 0;
    for mut child in children {
        let said = said(&mut child);
        assert!(child.wait().unwrap().success());
        assert_eq!(said.iter().filter(|(what, _, count)| what == "done" && *count == each).count(), 3, "{said:?}");
        conflicts += said.iter().filter(|(what, ..)| what == "conflicts").map(|(_, _, count)| count).sum::<u64>();
    }
    println!("{conflicts} conflicts");
    let engine = engine(&store, false);
    for session in SESSIONS {
        assert_eq!(engine.journal(session).unwrap().verify().unwrap(), 2 * each);
        let total = *engine.hydrate(session).unwrap().unwrap().snapshot().unwrap().total;
        assert_eq!(total, 2 * i64::try_from(each).unwrap());
    }
}

#[test]
fn programs_that_begin_at_once_on_a_database_without_tables_make_them_once() {
    let Some(cluster) = cluster() else { return };
    for _ in 0..number("THEUS_BEGINNINGS", 5) {
        let (place, all_are_there) = (schema(), std::sync::Barrier::new(6));
        thread::scope(|scope| {
            let open = || {
                all_are_there.wait();
                PostgresStore::open_in(&cluster.url(), &place)
            };
            let opened: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            for opened in opened {
                opened.join().unwrap().unwrap();
            }
        });
    }
}
