//! Orders from their beginning to their end.

use serde_json::json;

use crate::fixture::{AUDITOR, CLERK, CUSTOMER, Client, HOUSE, Served, Shop};

fn checked_out(client: &Client, order: &str, product: &str, count: u32) {
    assert_eq!(client.open(order).status, 201);
    client.say(order, "CMD_ADD", &json!({ "product": product, "count": count }));
    assert_eq!(client.say(order, "CMD_CHECK_OUT", &json!(null)).state(), "UNPAID");
}

#[test]
fn an_order_is_filled_paid_and_sent_though_the_payment_server_fails() {
    // Two of three answers are wrong, late or none.
    let shop = Shop::open(66, &[]);
    let (ann, clerk) = (shop.desk.client(CUSTOMER), shop.desk.client(CLERK));
    assert_eq!(ann.open("acme.17").status, 201);
    assert_eq!(ann.open("acme.17").status, 200);
    ann.say("acme.17", "CMD_ADD", &json!({ "product": "pear", "count": 3 }));
    let added = ann.say("acme.17", "CMD_ADD", &json!({ "product": "apple", "count": 2 }));
    assert_eq!(added.json()["reply"], json!({ "items": 2, "total": 260 }));
    let removed = ann.say("acme.17", "CMD_REMOVE", &json!({ "product": "apple" }));
    assert_eq!(removed.json()["reply"], json!({ "items": 1, "total": 180 }));
    let out = ann.say("acme.17", "CMD_CHECK_OUT", &json!(null));
    assert_eq!((out.state().as_str(), &out.json()["reply"]), ("UNPAID", &json!({ "to_pay": 180 })));

    let declined = ann.say("acme.17", "CMD_PAY", &json!({ "card": "tok-declined" }));
    assert_eq!((declined.state().as_str(), &declined.json()["failure"]["error"]), ("UNPAID", &json!("Declined")));
    let paid = ann.say("acme.17", "CMD_PAY", &json!({ "card": "tok-visa" }));
    assert_eq!((paid.state().as_str(), &paid.json()["reply"]), ("CONFIRMED", &json!({ "paid": 180 })));
    assert_eq!(ann.say("acme.17", "CMD_PAY", &json!({ "card": "tok-visa" })).problem(), "not-taken");

    let wrong = clerk.say("acme.17", "CMD_SHIP", &json!({ "parcel": "<script>" }));
    assert_eq!(wrong.json()["violations"][0]["message"], "no number of a parcel");
    let sent = clerk.say("acme.17", "CMD_SHIP", &json!({ "parcel": "DE-0017" }));
    assert_eq!((sent.state().as_str(), &sent.json()["reply"]), ("SHIPPED", &json!({ "parcel": "DE-0017" })));
    assert_eq!(ann.say("acme.17", "CMD_CANCEL", &json!(null)).problem(), "session-over");

    let look = ann.look("acme.17");
    let data = &look["data"];
    assert_eq!((&look["status"], &data["reserved"], &data["refunded"]), (&json!("finished"), &json!(3), &json!(0)));
    let books = shop.payments.client("").get("/books").json();
    let paid: Vec<_> = books["payments"].as_object().unwrap().values().filter(|it| !it["receipt"].is_null()).collect();
    assert_eq!(paid, [&json!({ "amount": 180, "receipt": data["receipt"], "refunded": false })]);

    let journal = shop.desk.client(AUDITOR).get("/sessions/acme.17/journal").json();
    let processes: Vec<_> = journal["steps"].as_array().unwrap().iter().map(|step| step["process"].clone()).collect();
    let expected = ["add_item", "add_item", "remove_item", "check_out", "reserve", "pay", "confirm", "ship"];
    assert_eq!(processes, expected);
    assert!(!journal.to_string().contains("tok-visa"), "cards are told to nobody: {journal}");
}

#[test]
fn what_is_cancelled_is_given_back_money_and_goods() {
    let shop = Shop::open(50, &["--stock", "10"]);
    let ann = shop.desk.client(CUSTOMER);
    checked_out(&ann, "acme.1", "pear", 8);
    assert_eq!(ann.say("acme.1", "CMD_PAY", &json!({ "card": "tok-visa" })).state(), "CONFIRMED");

    // Three pears are not there: what was held already of the apples is given back.
    assert_eq!(ann.open("acme.2").status, 201);
    ann.say("acme.2", "CMD_ADD", &json!({ "product": "apple", "count": 10 }));
    ann.say("acme.2", "CMD_ADD", &json!({ "product": "pear", "count": 3 }));
    let none = ann.say("acme.2", "CMD_CHECK_OUT", &json!(null));
    assert_eq!((none.state().as_str(), &none.json()["failure"]["error"]), ("OPEN", &json!("OutOfStock")));
    assert_eq!(none.json()["failure"]["message"], "of `pear` there are 2 left");
    assert_eq!(ann.look("acme.2")["data"]["reserved"], 0);
    checked_out(&ann, "acme.3", "apple", 10);

    let cancelled = ann.say("acme.1", "CMD_CANCEL", &json!(null));
    assert_eq!((cancelled.state().as_str(), &cancelled.json()["reply"]), ("CANCELLED", &json!({ "refunded": 480 })));
    assert_eq!(ann.say("acme.2", "CMD_REMOVE", &json!({ "product": "apple" })).state(), "OPEN");
    assert_eq!(ann.say("acme.2", "CMD_CHECK_OUT", &json!(null)).state(), "UNPAID", "the pears are back");
    let books = shop.payments.client("").get("/books").json();
    let payments: Vec<_> = books["payments"].as_object().unwrap().values().collect();
    assert_eq!((payments.len(), &payments[0]["refunded"]), (1, &json!(true)));
}

#[test]
fn an_order_that_is_not_paid_in_time_lapses_and_its_goods_are_there_for_others() {
    let shop = Shop::open(0, &["--pay-within", "2s", "--stock", "5"]);
    let ann = shop.desk.client(CUSTOMER);
    checked_out(&ann, "acme.1", "pear", 5);
    let lapsed = ann.is_at("acme.1", "LAPSED");
    assert_eq!((&lapsed["status"], &lapsed["data"]["reserved"]), (&json!("finished"), &json!(0)));
    checked_out(&ann, "acme.2", "pear", 5);
    assert_eq!(ann.say("acme.2", "CMD_PAY", &json!({ "card": "tok-visa" })).state(), "CONFIRMED");
}

#[test]
fn what_the_recipe_refuses_changes_nothing_and_is_told_with_its_reason() {
    let shop = Shop::open(0, &[]);
    let ann = shop.desk.client(CUSTOMER);
    assert_eq!(ann.open("acme.1").status, 201);
    let add =
        |product: &str, count: i64| ann.say("acme.1", "CMD_ADD", &json!({ "product": product, "count": count })).json();
    assert_eq!(add("pear", 0)["violations"][0]["message"], "0 is no number of pieces");
    assert_eq!(add("pear", 101)["violations"][0]["message"], "101 is no number of pieces");
    assert_eq!(add("Pear", 1)["violations"][0]["message"], "no name of a product");
    assert_eq!(add("piano", 2)["violations"][0]["message"], "1500000 cents are more than an order may have");
    assert_eq!(add("kiwi", 1)["failure"]["error"], "UnknownProduct");
    assert_eq!(ann.look("acme.1")["version"], 0);
    assert_eq!(add("pear", 100)["reply"], json!({ "items": 1, "total": 6_000 }), "the nearest that passes");

    assert_eq!(ann.say("acme.1", "CMD_CHECK_OUT", &json!(null)).state(), "UNPAID");
    let no_card = ann.say("acme.1", "CMD_PAY", &json!({ "card": "x" }));
    assert_eq!((no_card.state().as_str(), &no_card.json()["violations"][0]["message"]), ("UNPAID", &json!("no card")));
    assert_eq!(shop.payments.client("").get("/books").json()["payments"], json!({}), "nobody was asked");
}

#[test]
fn a_key_makes_it_once_and_the_answer_of_then_is_told_after_a_restart_too() {
    let Shop { mut desk, payments, folder } = Shop::open(0, &[]);
    let pay = |client: &Client, card: &str| {
        let (path, body) = ("/sessions/acme.1/events/CMD_PAY?wait=work", json!({ "card": card }).to_string());
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "pay-1")];
        client.send("POST", path, &headers, body.as_bytes())
    };
    let ann = desk.client(CUSTOMER);
    checked_out(&ann, "acme.1", "pear", 1);
    let first = pay(&ann, "tok-visa").json();
    assert_eq!((&first["states"][0], first.get("repeated")), (&json!("CONFIRMED"), None));
    assert_eq!(pay(&ann, "tok-visa").json()["repeated"], "kept");
    assert_eq!(pay(&ann, "tok-amex").problem(), "key-reused");
    let (status, said) = desk.end();
    assert!(status.success() && said.contains("connections cut: 0"), "{said}");

    let desk = Served::desk(folder.path(), &payments.url, &[]);
    let again = pay(&desk.client(CUSTOMER), "tok-visa").json();
    assert_eq!((&again["reply"], &again["repeated"]), (&first["reply"], &json!("kept")));
    assert_eq!(payments.client("").get("/books").json()["payments"].as_object().unwrap().len(), 1);
}

#[test]
fn what_the_service_says_of_itself() {
    let shop = Shop::open(0, &[]);
    let anybody = shop.desk.client("");
    assert_eq!(anybody.get("/health").text, "well");
    let document = anybody.get("/openapi.json").json();
    assert_eq!(document["info"]["title"], "desk");
    assert_eq!(document["security"], json!([{ "bearerAuth": [] }]));
    assert_eq!(document["components"]["securitySchemes"]["bearerAuth"], json!({ "type": "http", "scheme": "bearer" }));
    assert!(document["paths"]["/sessions/{name}/events/CMD_PAY"]["post"].is_object());
    shop.desk.client(CUSTOMER).open("acme.1");
    let status = shop.desk.client(HOUSE).get("/status").json();
    assert_eq!((&status["workflow"], &status["interlocked"]), (&json!("desk"), &json!(false)));
}

#[test]
fn what_happens_is_counted_for_who_looks_after_the_house() {
    let shop = Shop::open(0, &[]);
    let ann = shop.desk.client(CUSTOMER);
    checked_out(&ann, "acme.1", "pear", 2);
    assert_eq!(ann.say("acme.1", "CMD_PAY", &json!({ "card": "tok-declined" })).state(), "UNPAID");
    assert_eq!(ann.say("acme.1", "CMD_PAY", &json!({ "card": "tok-visa" })).state(), "CONFIRMED");
    for token in ["", CUSTOMER, CLERK, AUDITOR] {
        assert!([401, 403].contains(&shop.desk.client(token).get("/metrics").status), "{token:?}");
    }
    let page = shop.desk.client(HOUSE).get("/metrics").text;
    for line in [
        "theus_run_duration_seconds_count{outcome=\"committed\",process=\"pay\"} 1",
        "theus_run_duration_seconds_count{error=\"Declined\",outcome=\"failed\",process=\"pay\"} 1",
        "theus_sessions_in_state{state=\"CONFIRMED\"} 1",
        "theus_interlock 0",
    ] {
        assert!(page.contains(line), "{line} in\n{page}");
    }
    assert!(!page.contains("acme.1"), "orders are no labels");
}
