//! Connections that are cut in the middle of a commit, and servers that are not there.

use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use theus_core::store::{Field, Part, Place, SessionState, Store, StoreError, Write};
use theus_postgres::{Durability, PostgresStore};

use super::cluster::{cluster, schema};
use super::writes::{self, write};

const PASS: usize = 0;
/// The next thing that is sent does not arrive.
const CUT_BEFORE: usize = 1;
/// It arrives, and nothing comes back.
const CUT_AFTER: usize = 2;
/// So much of it arrives, as of a program that is stopped; then others pass, and it does when all do.
const STOPPED: usize = 4;
const HELD: usize = 5;
const ARRIVES: usize = 150_000;
/// Nobody answers.
const GONE: usize = 3;

/// A way to the server that can be cut.
fn proxy(to: u16) -> (u16, Arc<AtomicUsize>) {
    let (listener, mode) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::new(AtomicUsize::new(PASS)));
    let (port, shared) = (listener.local_addr().unwrap().port(), Arc::clone(&mode));
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            if shared.load(Ordering::SeqCst) == GONE {
                continue;
            }
            let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            let (mut from, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut back);
                let _ = back.shutdown(Shutdown::Both);
            });
            let mode = Arc::clone(&shared);
            thread::spawn(move || forward(client, server, &mode));
        }
    });
    (port, mode)
}

fn forward(mut client: TcpStream, mut server: TcpStream, mode: &AtomicUsize) {
    let (mut buffer, mut left) = ([0; 65_536], ARRIVES);
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        match mode.load(Ordering::SeqCst) {
            GONE => break,
            CUT_BEFORE => {
                mode.store(PASS, Ordering::SeqCst);
                break;
            }
            CUT_AFTER => {
                mode.store(PASS, Ordering::SeqCst);
                let _ = client.shutdown(Shutdown::Both);
                let _ = server.write_all(&buffer[..count]);
                // The server has it all, and then sees that nobody is there.
                break;
            }
            STOPPED => {
                let arrives = count.min(left);
                left -= arrives;
                server.write_all(&buffer[..arrives]).unwrap();
                if left == 0 {
                    mode.store(HELD, Ordering::SeqCst);
                }
                while left == 0 && mode.load(Ordering::SeqCst) == HELD {
                    thread::sleep(Duration::from_millis(2));
                }
                if server.write_all(&buffer[arrives..count]).is_err() {
                    break;
                }
            }
            _ => {
                if server.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Write);
}

fn next(session: &str, state: &SessionState) -> Write {
    writes::next(session, state, vec![Part::whole("x", state.step.to_le_bytes())])
}

fn begun(store: &dyn Store, session: &str) {
    let first = Some(vec![Field::whole("x", [0], false)]);
    write(store, Write { session: session.into(), first, ..Write::default() }).unwrap();
}

#[test]
fn a_connection_that_is_cut_in_a_commit_loses_none_and_does_none_twice() {
    let Some(cluster) = cluster() else { return };
    let (port, mode) = proxy(cluster.port);
    let schema = schema();
    let store = PostgresStore::open_in(&cluster.url_at(port), &schema).unwrap().durability(Durability::Crash);
    let straight = PostgresStore::open_in(&cluster.url(), &schema).unwrap();
    begun(&store, "a");
    for round in 0..30_u64 {
        let state = straight.load("a").unwrap().unwrap();
        assert_eq!(state.step, round);
        mode.store([CUT_BEFORE, CUT_AFTER, PASS][(round % 3) as usize], Ordering::SeqCst);
        write(&store, next("a", &state)).unwrap();
    }
    let steps: Vec<_> = straight.journal("a", 0, 100).unwrap().into_iter().map(|entry| entry.step).collect();
    assert_eq!(steps, (1..=30).collect::<Vec<_>>());
}

#[test]
fn what_cannot_be_found_out_is_in_doubt_until_it_can() {
    let Some(cluster) = cluster() else { return };
    let (port, mode) = proxy(cluster.port);
    let schema = schema();
    let store = PostgresStore::open_in(&cluster.url_at(port), &schema).unwrap().patience(Duration::from_millis(300));
    let straight = PostgresStore::open_in(&cluster.url(), &schema).unwrap();
    begun(&store, "a");
    let state = straight.load("a").unwrap().unwrap();
    mode.store(GONE, Ordering::SeqCst);
    let error = write(&store, next("a", &state)).unwrap_err();
    assert!(matches!(&error, StoreError::InDoubt { session, step: 1, .. } if session == "a"), "{error}");
    // While it is not known nothing is read or written.
    let error = store.load("a").unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(write(&store, next("a", &state)).is_err());
    mode.store(PASS, Ordering::SeqCst);
    let now = store.load("a").unwrap().unwrap();
    assert_eq!(now, straight.load("a").unwrap().unwrap());
    write(&store, next("a", &now)).unwrap();
    assert_eq!(straight.load("a").unwrap().unwrap().step, now.step + 1);
}

#[test]
fn who_stops_in_the_middle_of_a_group_does_not_keep_the_others_from_its_sessions() {
    let Some(cluster) = cluster() else { return };
    let (port, mode) = proxy(cluster.port);
    let schema = schema();
    let url = format!("{}?application_name={schema}", cluster.url_at(port));
    let stops = PostgresStore::open_in(&url, &schema).unwrap().patience(Duration::from_secs(3));
    let straight = PostgresStore::open_in(&cluster.url(), &schema).unwrap();
    ["one", "a", "b", "c"].iter().for_each(|session| begun(&stops, session));
    let big = |session: &str| {
        let state = straight.load(session).unwrap().unwrap();
        let mut write = next(session, &state);
        write.place =
            Some(Place { position: "x".repeat(100_000).into(), settled: Vec::new(), due: None, ready: false });
        write
    };
    let group = ["a", "b", "c"].map(big);
    // What comes while the first is told is one group, of which the first write arrives.
    let (is_told, begins, (tell, told)) = (mpsc::channel(), mpsc::channel(), mpsc::channel());
    let at = Arc::clone(&mode);
    let first = next("one", &straight.load("one").unwrap().unwrap());
    stops.submit(
        first,
        Box::new(move |answer| {
            answer.unwrap();
            is_told.0.send(()).unwrap();
            begins.1.recv().unwrap();
            at.store(STOPPED, Ordering::SeqCst);
        }),
    );
    is_told.1.recv().unwrap();
    for write in group {
        let tell = tell.clone();
        stops.submit(write, Box::new(move |answer| tell.send(answer).unwrap()));
    }
    begins.0.send(()).unwrap();
    let stopped = format!(
        "SELECT nullif(count(*), 0) FROM pg_stat_activity \
         WHERE state = 'idle in transaction' AND application_name = '{schema}'"
    );
    // Half of its time.
    let until = Instant::now() + Duration::from_millis(750);
    while cluster.number(&stopped).is_none() && Instant::now() < until {}
    write(&straight, next("a", &straight.load("a").unwrap().unwrap())).unwrap();
    mode.store(PASS, Ordering::SeqCst);
    let answers = [(); 3].map(|()| told.recv().unwrap().map(drop));
    assert!(matches!(&answers[0], Err(StoreError::Conflict { session, .. }) if session == "a"), "{answers:?}");
    assert_eq!(answers[1..], [Ok(()), Ok(())]);
    for session in ["a", "b", "c"] {
        assert_eq!(straight.journal(session, 0, 10).unwrap().len(), 1, "{session}");
    }
}

#[test]
fn who_is_not_there_and_what_is_no_address_is_said() {
    let error = PostgresStore::open("postgres://nobody@127.0.0.1:1/desk").unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("the store theus in desk"), "{error}");
    let error = PostgresStore::open("not an address").unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    let error = PostgresStore::open_in("postgres://nobody@127.0.0.1:1/desk", "A; DROP").unwrap_err();
    assert!(error.to_string().contains("`A; DROP` is no name of a schema"), "{error}");
}

#[test]
fn tables_of_the_future_and_a_database_that_may_only_be_read_are_refused() {
    let Some(cluster) = cluster() else { return };
    let schema = schema();
    let store = PostgresStore::open_in(&cluster.url(), &schema).unwrap();
    begun(&store, "a");
    let url = format!("{}?options=-cdefault_transaction_read_only%3Don", cluster.url());
    let reads = PostgresStore::open_in(&url, &schema).unwrap();
    let state = reads.load("a").unwrap().unwrap();
    let error = write(&reads, next("a", &state)).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    write(&store, next("a", &state)).unwrap();
    cluster.run(&format!("UPDATE {schema}.format SET format = 7"));
    let error = PostgresStore::open_in(&cluster.url(), &schema).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 7, known: 1, .. }), "{error}");
}

#[test]
fn two_programs_on_the_same_sessions_lose_no_update() {
    let Some(cluster) = cluster() else { return };
    let schema = schema();
    let stores =
        [(); 2].map(|()| PostgresStore::open_in(&cluster.url(), &schema).unwrap().durability(Durability::Crash));
    let sessions = ["a", "b", "c"];
    sessions.iter().for_each(|session| begun(&stores[0], session));
    let (won, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for number in 0..12 {
            let (store, session, won, lost) = (&stores[number % 2], sessions[number % 3], &won, &lost);
            scope.spawn(move || {
                for _ in 0..40 {
                    let state = store.load(session).unwrap().unwrap();
                    match write(store, next(session, &state)) {
                        Ok(_) => won.fetch_add(1, Ordering::SeqCst),
                        Err(StoreError::Conflict { .. }) => lost.fetch_add(1, Ordering::SeqCst),
                        Err(error) => panic!("{error}"),
                    };
                }
            });
        }
    });
    let (won, lost) = (won.into_inner() as u64, lost.into_inner());
    assert!(lost > 0, "they did not contend");
    let mut steps = 0;
    for session in sessions {
        let state = stores[0].load(session).unwrap().unwrap();
        let journal = stores[1].journal(session, 0, 10_000).unwrap();
        assert!(journal.iter().zip(1..).all(|(entry, step)| entry.step == step));
        assert_eq!(journal.len() as u64, state.step);
        steps += state.step;
    }
    assert_eq!(steps, won);
}
