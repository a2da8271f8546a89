//! What must not be had, and what must do no harm.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::fixture::{AUDITOR, CLERK, CUSTOMER, HOUSE, OTHER, Shop};

/// The desk serves as it did.
fn is_well(shop: &Shop, order: &str) {
    let ann = shop.desk.client(CUSTOMER);
    assert_eq!(ann.open(order).status, 201);
    let added = ann.say(order, "CMD_ADD", &json!({ "product": "pear", "count": 1 }));
    assert_eq!(added.json()["reply"], json!({ "items": 1, "total": 60 }));
}

/// What is answered to these bytes, until the connection is closed.
fn raw(shop: &Shop, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(shop.desk.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // It may be refused before all of it was sent.
    drop(stream.write_all(request));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn without_a_token_that_is_known_nothing_is_had() {
    let shop = Shop::open(0, &[]);
    is_well(&shop, "acme.1");
    let resources = [
        ("GET", "/sessions/acme.1"),
        ("PUT", "/sessions/acme.2"),
        ("DELETE", "/sessions/acme.1"),
        ("POST", "/sessions/acme.1/events/CMD_ADD"),
        ("POST", "/sessions/acme.1/events/CMD_SHIP"),
        ("GET", "/sessions/acme.1/journal"),
        ("GET", "/sessions/acme.1/happenings"),
        ("GET", "/happenings"),
        ("GET", "/status"),
    ];
    for token in ["", "guess", "customer-of-acme-000", "customer-of-acme-00011"] {
        let client = shop.desk.client(token);
        for (method, path) in resources {
            let reply = client.send(method, path, &[], &[]);
            assert_eq!((reply.status, reply.problem().as_str()), (401, "token"), "{method} {path}");
            assert_eq!(reply.headers["www-authenticate"], "Bearer realm=\"desk\"");
        }
    }
    // A token elsewhere, or two of them, is none.
    let nobody = shop.desk.client("");
    assert_eq!(nobody.get(&format!("/sessions/acme.1?access_token={CUSTOMER}")).status, 401);
    let basic = format!("Basic {CUSTOMER}");
    assert_eq!(nobody.send("GET", "/sessions/acme.1", &[("Authorization", &basic)], &[]).status, 401);
    let (ann, twice) = (shop.desk.client(CUSTOMER), format!("Bearer {CUSTOMER}"));
    assert_eq!(ann.send("GET", "/sessions/acme.1", &[("Authorization", &twice)], &[]).status, 401);
    assert_eq!(ann.look("acme.1")["version"], 1);
}

#[test]
fn a_role_has_what_it_is_for_and_no_more() {
    let shop = Shop::open(0, &[]);
    is_well(&shop, "acme.1");
    let may = |token: &str, method: &str, path: &str| {
        let reply = shop.desk.client(token).send(method, path, &[], &[]);
        match reply.status {
            403 => {
                assert_eq!(reply.problem(), "role");
                false
            }
            200 | 201 | 409 => true,
            other => panic!("{token} {method} {path}: {other} {}", reply.text),
        }
    };
    // The events come in a state that has no use for them: 409 is for who may send them.
    for (method, path, who) in [
        ("GET", "/sessions/acme.1", [true, true, true, true]),
        ("PUT", "/sessions/acme.2", [true, true, false, false]),
        ("POST", "/sessions/acme.1/events/CMD_PAY", [true, true, false, false]),
        ("POST", "/sessions/acme.1/events/CMD_SHIP", [false, true, false, false]),
        ("POST", "/sessions/acme.1/events/CMD_SETTLE", [false, true, false, false]),
        ("GET", "/sessions/acme.1/journal", [false, false, true, true]),
        ("GET", "/status", [false, false, false, true]),
        ("DELETE", "/sessions/acme.1", [false, false, false, false]),
        ("POST", "/sessions/acme.1/journal", [false, false, false, false]),
    ] {
        assert_eq!([CUSTOMER, CLERK, AUDITOR, HOUSE].map(|token| may(token, method, path)), who, "{method} {path}");
    }
    // Other spellings of an event are not the customer's either.
    for event in ["cmd_ship", "CMD_SHIP%20", "%43MD_SHIP", "EVT_CHAIN_DONE", "CMD_PAY%00", "ship"] {
        let reply = shop.desk.client(CUSTOMER).say("acme.1", event, &json!({ "parcel": "DE-0001" }));
        assert_eq!(reply.status, 403, "{event}: {reply:?}");
    }
    assert_eq!(shop.desk.client(CUSTOMER).look("acme.1")["version"], 1);
}

#[test]
fn an_order_of_another_tenant_is_as_one_that_is_not_there() {
    let shop = Shop::open(0, &[]);
    is_well(&shop, "acme.1");
    let bolt = shop.desk.client(OTHER);
    for (method, path) in [
        ("GET", "/sessions/acme.1"),
        ("PUT", "/sessions/acme.1"),
        ("PUT", "/sessions/acme.new"),
        ("POST", "/sessions/acme.1/events/CMD_CANCEL"),
    ] {
        let theirs = bolt.send(method, path, &[], &[]);
        let none = bolt.send(method, &path.replace("acme.", "acme.none-"), &[], &[]);
        assert_eq!((theirs.status, theirs.problem().as_str()), (404, "unknown-session"), "{method} {path}");
        assert_eq!(theirs.text, none.text, "nothing tells them apart");
    }
    let none = bolt.get("/sessions/bolt.none");
    assert_eq!((none.status, none.text), (404, bolt.get("/sessions/acme.1").text), "as one's own that is not there");
    assert_eq!(shop.desk.client(CUSTOMER).get("/sessions/acme.new").status, 404, "it was not opened");
    assert_eq!(shop.desk.client(HOUSE).look("acme.1")["session"], "acme.1", "the house sees all");
    assert_eq!(shop.desk.client(CUSTOMER).look("acme.1")["status"], "running", "it was not cancelled");
}

#[test]
fn a_way_around_the_name_of_an_order_leads_nowhere() {
    let shop = Shop::open(0, &[]);
    is_well(&shop, "acme.1");
    for path in [
        "/sessions/bolt..%2facme.1",
        "/sessions/bolt.%2e%2e%2facme.1",
        "/sessions/bolt.%5c..%5cacme.1",
        "/sessions/bolt.x/../acme.1",
        "/sessions/bolt.x%2f..%2f..%2fsessions%2facme.1",
        "/sessions//acme.1",
        "/sessions/./acme.1",
        "/sessions/../sessions/acme.1",
        "//sessions/acme.1",
        "/sessions/acme%2e1",
        "/sessions/acme%252e1",
        "/sessions/%61cme.1",
        "/sessions/bolt.x;/acme.1",
        "/sessions/bolt%00.acme.1",
        "/sessions/bolt.%e2%80%aeacme",
        "/sessions/bolt.%ff",
        "/SESSIONS/acme.1",
        "/sessions/acme.1/",
        "/sessions/acme.1?name=bolt.1",
        "/sessions/bolt.1/../../status",
    ] {
        let head = "Host: desk\r\nConnection: close";
        let request = format!("GET {path} HTTP/1.1\r\n{head}\r\nAuthorization: Bearer {OTHER}\r\n\r\n");
        let answer = raw(&shop, request.as_bytes());
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(["400", "403", "404"].contains(&status), "{path}: {answer}");
        assert!(!answer.contains("pear") && !answer.contains("\"data\""), "{path}: {answer}");
    }
}

#[test]
fn bodies_of_ten_megabytes_are_refused_before_they_are_read() {
    let shop = Shop::open(0, &[]);
    is_well(&shop, "acme.1");
    let body = vec![b' '; 10 << 20];
    let head = |token: &str, more: &str| {
        format!(
            "POST /sessions/acme.1/events/CMD_ADD HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {token}\r\nContent-Type: \
             application/json\r\nConnection: close\r\n{more}\r\n\r\n"
        )
    };
    for (token, status) in [(CUSTOMER, "413"), ("nobody", "401")] {
        // Answered though not a byte of the body has come.
        let told = raw(&shop, head(token, &format!("Content-Length: {}", body.len())).as_bytes());
        assert_eq!(told.split(' ').nth(1), Some(status), "{told}");
        // One that does not say how long it is.
        let mut request = head(token, "Transfer-Encoding: chunked").into_bytes();
        request.extend(format!("{:x}\r\n", body.len()).as_bytes());
        request.extend(&body);
        request.extend(b"\r\n0\r\n\r\n");
        let told = raw(&shop, &request);
        assert!(told.is_empty() || told.split(' ').nth(1) == Some(status), "{told}");
    }
    is_well(&shop, "acme.2");
}

#[test]
fn clients_that_are_slow_hold_up_nobody_and_are_let_go_of() {
    let shop = Shop::open(0, &[]);
    let begun = Instant::now();
    let slow: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(shop.desk.address()).unwrap();
            stream.write_all(b"GET /sessions/acme.1 HTTP/1.1\r\nHost: de").unwrap();
            stream
        })
        .collect();
    is_well(&shop, "acme.1");
    assert!(begun.elapsed() < Duration::from_secs(4), "others have not waited for them");
    for mut stream in slow {
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        let mut rest = Vec::new();
        drop(stream.read_to_end(&mut rest));
    }
    let gone = begun.elapsed();
    assert!(gone < Duration::from_secs(15), "all of them are cut off: {gone:?}");
}

#[test]
fn those_who_look_on_are_so_many_and_hold_up_nobody() {
    let mut shop = Shop::open(0, &[]);
    is_well(&shop, "acme.1");
    let request =
        format!("GET /sessions/acme.1/happenings HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {CLERK}\r\n\r\n");
    let streams: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(shop.desk.address()).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    let status = |mut stream: &TcpStream| {
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        String::from_utf8_lossy(&head[9..]).into_owned()
    };
    let statuses: Vec<_> = streams.iter().map(status).collect();
    let of = |code: &str| statuses.iter().filter(|status| *status == code).count();
    assert_eq!((of("200"), of("503")), (64, 36));
    // None of them reads on, and whoever comes is served.
    let ann = shop.desk.client(CUSTOMER);
    for _ in 0..300 {
        ann.say("acme.1", "CMD_ADD", &json!({ "product": "kiwi", "count": 1 }));
    }
    is_well(&shop, "acme.2");
    drop(streams);
    let (_, said) = shop.desk.end();
    assert!(said.contains("connections cut: 0"), "{said}");
}

#[test]
fn hostile_names_and_texts_are_texts() {
    let shop = Shop::open(0, &[]);
    let (ann, auditor) = (shop.desk.client(CUSTOMER), shop.desk.client(AUDITOR));
    let encoded = |name: &str| name.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    for name in ["acme.'; DROP TABLE session; --", "acme.<script>alert(1)", "acme.%s%n${7*7}{{7*7}}", "acme.名前"] {
        assert_eq!([ann.open(&encoded(name)).status, ann.open(&encoded(name)).status], [201, 200], "{name}");
        assert_eq!(ann.look(&encoded(name))["session"], name);
    }
    for name in ["acme.\n", "acme.\0", "acme.\u{1b}[31m", "acme.\u{202e}x", "acme.a/b", &"acme.x".repeat(50)] {
        assert_eq!(ann.open(&encoded(name)).problem(), "name", "{name}");
    }
    is_well(&shop, "acme.1");
    let texts =
        ["'; DROP TABLE journal; --", "\u{202e}\u{0}\u{1b}[2J", "${ domain.total }", "pear\npear", &"x".repeat(50_000)];
    for text in texts {
        let added = ann.say("acme.1", "CMD_ADD", &json!({ "product": text, "count": 1 })).json();
        assert_eq!((&added["reply"]["total"], added["failure"].is_object()), (&json!(60), true), "{text:?}");
    }
    let deep = format!("{}1{}", "[".repeat(30_000), "]".repeat(30_000));
    for body in [
        deep.as_str(),
        "{\"product\":",
        "\u{feff}{}",
        "{\"product\":\"pear\",\"count\":1e400}",
        "{\"product\":\"pear\",\"count\":-1}",
        "{\"product\":\"pear\",\"count\":18446744073709551616}",
        "{\"product\":{\"$gt\":\"\"},\"count\":1}",
        "[1,2,3]",
        "NaN",
    ] {
        let path = "/sessions/acme.1/events/CMD_ADD";
        let reply = ann.send("POST", path, &[("Content-Type", "application/json")], body.as_bytes());
        let is_refused = [400, 422].contains(&reply.status) || reply.json()["failure"].is_object();
        assert!(is_refused, "{}: {reply:?}", &body[..body.len().min(40)]);
    }
    let form = ann.send("POST", "/sessions/acme.1/events/CMD_ADD", &[("Content-Type", "text/plain")], b"{}");
    assert_eq!(form.problem(), "media-type", "as a form of another page would send it");
    let (json_body, key) = (("Content-Type", "application/json"), "k".repeat(300));
    let long = ann.send("POST", "/sessions/acme.1/events/CMD_ADD", &[json_body, ("Idempotency-Key", &key)], b"{}");
    assert_eq!(long.problem(), "key");
    let look = ann.look("acme.1");
    assert_eq!((&look["data"]["total"], &look["status"]), (&json!(60), &json!("running")));
    let steps = auditor.get("/sessions/acme.1/journal").json()["steps"].as_array().map(Vec::len);
    assert_eq!(steps, Some(1), "nothing of it is in the journal");
    assert_eq!(shop.desk.client(HOUSE).get("/status").json()["interlocked"], json!(false));
}
