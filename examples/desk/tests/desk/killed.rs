//! The desk is killed and ended under load, again and again, by clients that keep books of their own: what was acknowledged is there,
//! once, and what was not is there once it is asked for again.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fixture::{AUDITOR, CUSTOMER, Client, Served, Shop};

const CLIENTS: u32 = 8;
const STOCK: u32 = 5_000;
/// How long the desk is there, between one end and the next.
const LIFE: Duration = Duration::from_millis(1_200);

/// What a client knows of an order of its own.
struct Entry {
    order: String,
    pears: i64,
    is_cancelled: bool,
}

/// A client that asks again, by the same key, until it is answered.
struct Stubborn<'a> {
    client: Client,
    url: &'a RwLock<String>,
    /// How often it was not answered.
    unanswered: u32,
}

impl Stubborn<'_> {
    fn open(&mut self, order: &str) {
        self.until_answered("PUT", &format!("/sessions/{order}"), &[], &Value::Null);
    }

    fn say(&mut self, order: &str, event: &str, key: &str, body: &Value) {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
        let path = format!("/sessions/{order}/events/{event}?wait=work");
        let answer = self.until_answered("POST", &path, &headers, body);
        assert!(answer.get("failure").is_none(), "{order} {event}: {answer}");
    }

    fn until_answered(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Value {
        let begun = Instant::now();
        let text = if body.is_null() { String::new() } else { body.to_string() };
        loop {
            let client = self.client.at(&self.url.read().unwrap());
            let answer = client.try_send(method, path, headers, text.as_bytes());
            match &answer {
                Ok(reply) if reply.status < 300 => return reply.json(),
                // It ends, is busy, or has not heard of it in time.
                Ok(reply) if [503, 504].contains(&reply.status) => {}
                Ok(reply) => panic!("{method} {path}: {reply:?}"),
                // It was killed, or has ended.
                Err(_) => {}
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{method} {path}: {answer:?}");
            self.unanswered += 1;
            sleep(Duration::from_millis(20));
        }
    }
}

/// Orders, one after the other, until it is told to stop.
fn orders(number: u32, url: &RwLock<String>, is_over: &AtomicBool, client: Client) -> (Vec<Entry>, u32) {
    let mut client = Stubborn { client, url, unanswered: 0 };
    let mut books = Vec::new();
    for nth in 0_u32.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let order = format!("acme.{number}-{nth}");
        client.open(&order);
        client.say(&order, "CMD_ADD", "add-1", &json!({ "product": "pear", "count": 1 }));
        client.say(&order, "CMD_ADD", "add-2", &json!({ "product": "pear", "count": 1 + nth % 3 }));
        client.say(&order, "CMD_CHECK_OUT", "out", &Value::Null);
        client.say(&order, "CMD_PAY", "pay", &json!({ "card": "tok-visa" }));
        let is_cancelled = nth % 4 == 3;
        if is_cancelled {
            client.say(&order, "CMD_CANCEL", "cancel", &Value::Null);
        }
        books.push(Entry { order, pears: i64::from(2 + nth % 3), is_cancelled });
    }
    (books, client.unanswered)
}

fn ends() -> u32 {
    std::env::var("DESK_ENDS").ok().and_then(|ends| ends.parse().ok()).unwrap_or(10)
}

#[test]
fn no_request_is_lost_or_done_twice_however_the_desk_ends() {
    let more = ["--stock", &STOCK.to_string()];
    let Shop { mut desk, payments, folder } = Shop::open(20, &more);
    let (url, is_over, ann) = (RwLock::new(desk.url.clone()), AtomicBool::new(false), desk.client(CUSTOMER));
    let books: Vec<(Vec<Entry>, u32)> = scope(|scope| {
        let client = |number| {
            let (url, is_over, ann) = (&url, &is_over, ann.clone());
            scope.spawn(move || orders(number, url, is_over, ann))
        };
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        for nth in 0..ends() {
            sleep(LIFE);
            if nth % 2 == 0 {
                desk.kill();
            } else {
                let (_, said) = desk.end();
                assert!(said.contains("connections cut: 0"), "{said}");
            }
            desk = Served::desk(folder.path(), &payments.url, &more);
            url.write().unwrap().clone_from(&desk.url);
        }
        sleep(LIFE);
        is_over.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let unanswered: u32 = books.iter().map(|(_, unanswered)| unanswered).sum();
    let books: Vec<Entry> = books.into_iter().flat_map(|(books, _)| books).collect();
    println!("{} orders, {unanswered} requests without an answer", books.len());
    assert!(unanswered >= ends() && books.len() > CLIENTS as usize, "it was under load: {unanswered}, {}", books.len());

    // The orders' books are the clients'.
    let (ann, auditor) = (desk.client(CUSTOMER), desk.client(AUDITOR));
    let (mut receipts, mut held) = (Vec::new(), 0);
    for Entry { order, pears, is_cancelled } in &books {
        let look = ann.is_at(order, if *is_cancelled { "CANCELLED" } else { "CONFIRMED" });
        let data = &look["data"];
        assert_eq!(data["items"], json!([{ "product": "pear", "count": pears, "price": 60 }]), "{order}");
        let (paid, back) = (pears * 60, if *is_cancelled { pears * 60 } else { 0 });
        assert_eq!([&data["total"], &data["paid"], &data["refunded"]], [&json!(paid), &json!(paid), &json!(back)]);
        assert_eq!(data["reserved"], json!(if *is_cancelled { 0 } else { *pears }), "{order}");
        receipts.push((data["receipt"].as_str().unwrap().to_owned(), paid, *is_cancelled));
        held += if *is_cancelled { 0 } else { *pears };
        let journal = auditor.get(&format!("/sessions/{order}/journal")).json();
        let processes: Vec<_> = journal["steps"].as_array().unwrap().iter().map(|step| &step["process"]).collect();
        let mut expected = vec!["add_item", "add_item", "check_out", "reserve", "pay", "confirm"];
        expected.extend(if *is_cancelled { &["refund", "release"][..] } else { &[] });
        assert_eq!(processes, expected, "{order}");
    }

    // So are those of the payment server.
    let theirs = payments.client("").get("/books").json();
    let mut paid: Vec<_> = theirs["payments"]
        .as_object()
        .unwrap()
        .values()
        .map(|it| {
            (it["receipt"].as_str().unwrap().to_owned(), it["amount"].as_i64().unwrap(), it["refunded"] == json!(true))
        })
        .collect();
    paid.sort();
    receipts.sort();
    assert_eq!(paid, receipts, "nobody has paid twice, or for nothing");

    // And what is on the shelf: all of it is asked for, so the answer says how much there is.
    ann.open("acme.all");
    for _ in 0..50 {
        ann.say("acme.all", "CMD_ADD", &json!({ "product": "pear", "count": 100 }));
    }
    let none = ann.say("acme.all", "CMD_CHECK_OUT", &Value::Null).json();
    let left = i64::from(STOCK) - held;
    assert_eq!(none["failure"]["message"], format!("of `pear` there are {left} left"));
}
