//! What a service says of itself, held against by others' hands.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jsonschema::draft202012;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};
use theus_axum::{Options, StatusCode};
use theus_core::prelude::*;
use theus_core::workflow::Sessions;

use crate::shop::{Shop, options};

/// How a machine is at work.
#[derive(Clone, Debug, Serialize, Deserialize, Inspect)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    /// It waits.
    StandBy,
    Running {
        /// In turns a minute.
        speed: u16,
    },
    Moved(i8, bool),
    Named(String),
}

/// Where somebody lives.
#[derive(Clone, Debug, Serialize, Deserialize, Inspect)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Address {
    /// With its number.
    street_name: String,
    #[serde(rename = "zip")]
    code: u32,
    #[serde(default)]
    is_abroad: bool,
    note: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, Inspect)]
struct Tree {
    size: u8,
    below: Vec<Tree>,
}

#[derive(Clone, Debug, Serialize, Deserialize, Inspect)]
struct Cents(i64);

/// How serde writes it is not how it is shaped.
#[derive(Clone, Debug, Serialize, Deserialize, Inspect)]
#[serde(tag = "kind")]
enum Tagged {
    One { size: u8 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Inspect)]
enum Colour {
    Red,
    Blue,
}

mod other {
    use theus_core::prelude::*;

    /// Another type of this name.
    #[derive(Clone, Debug, Serialize, Deserialize, Inspect)]
    pub(super) struct Address {
        pub(super) line: String,
    }
}

#[derive(Clone, Default, Context)]
struct Machine {
    /// In turns.
    turns: i64,
    sig_done: bool,
}

/// Says what is to be done.
///
/// It does nothing.
#[process(outputs = [domain.turns])]
fn tell(
    ctx: Ctx<Machine>,
    /// How often.
    count: u8,
    ratio: f64,
    mode: Mode,
    address: Address,
    second: other::Address,
    tags: Vec<Option<String>>,
    stock: BTreeMap<Colour, i32>,
    pair: (i8, bool),
    letter: char,
    tree: Tree,
    cents: Cents,
    note: Option<i64>,
    #[redact] secret: String,
) -> BTreeMap<String, Vec<Cents>> {
    let _ = (ratio, mode, address, second.line, tags, stock, pair, letter, tree, cents, note, secret);
    ctx.domain.turns.set(i64::from(count));
    BTreeMap::new()
}

#[process(outputs = [domain.turns])]
fn turn(ctx: Ctx<Machine>, way: Tagged) {
    let _ = way;
    ctx.domain.turns.set(1);
}

fn machine() -> (Engine<Machine>, axum::Router) {
    let engine = Engine::builder(Machine::default()).process::<Tell>().process::<Turn>().build().unwrap();
    let flow = "external: [CMD_GO]\nstates: { A: { events: { CMD_GO: B } }, B: { final: true } }";
    let sessions = Sessions::of_text(&engine, "machine.yaml", flow).unwrap().stepped(1).start().unwrap();
    let options = Options::new().command::<Tell>().command::<Turn>().info("Machine", "2.1");
    (engine, theus_axum::routes(Arc::new(sessions), options).unwrap())
}

async fn document(app: axum::Router) -> Value {
    let request = http::Request::get("/openapi.json").body(axum::body::Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(app, request).await.unwrap();
    let bytes = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

/// A schema of the document, by itself.
pub(crate) fn schema(document: &Value, pointer: &str) -> Value {
    let mut schema = document.pointer(pointer).unwrap_or_else(|| panic!("{pointer}: {document:#}")).clone();
    schema["components"] = document["components"].clone();
    schema
}

const ARGUMENTS: &str = "/paths/~1sessions~1{name}~1commands~1tell/post/requestBody/content/application~1json/schema";

#[tokio::test]
async fn another_reader_of_openapi_knows_all_of_it() {
    let shop = Shop::with(options().journal().explain().status("Unaccepted", StatusCode::PAYMENT_REQUIRED), None);
    let document = shop.get("/openapi.json").await;
    let spec = oas3::from_json(&document.text).unwrap();
    assert_eq!((spec.info.title.as_str(), spec.openapi.as_str()), ("orders", "3.1.0"));
    let paths: Vec<String> = spec.paths.as_ref().unwrap().keys().cloned().collect();
    let open = [
        "commands/add",
        "commands/burst",
        "commands/call",
        "commands/hang",
        "commands/pay",
        "events/CMD_ADD",
        "events/CMD_PAY",
        "events/CMD_SHIP",
        "explain",
        "journal",
    ];
    let mut expected: Vec<String> = open.iter().map(|path| format!("/sessions/{{name}}/{path}")).collect();
    expected.extend(["/sessions/{name}".to_owned(), "/status".to_owned()]);
    expected.sort();
    assert_eq!(paths, expected);
    let json = document.json();
    let pay = &json["paths"]["/sessions/{name}/commands/pay"]["post"];
    assert_eq!((&pay["summary"], &pay["operationId"]), (&json!("Pays some of the order."), &json!("pay")));
    let error = |status: &str| {
        let schemas = &pay["responses"][status]["content"]["application/problem+json"]["schema"]["anyOf"];
        schemas[0]["allOf"][1]["properties"]["error"]["const"].clone()
    };
    assert_eq!((error("402"), error("422")), (json!("Unaccepted"), json!("Declined")));
    assert!(!document.text.contains("refund"), "it is not open");
}

#[tokio::test]
async fn every_schema_is_one_and_every_answer_fits_its_own() {
    let shop = Shop::with(options().explain(), None);
    let document = shop.get("/openapi.json").await.json();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::meta::validate(schema).is_ok(), "{name}");
    }
    let fits = |name: &str, value: &Value| {
        let schema = schema(&document, &format!("/components/schemas/{name}"));
        let validator = draft202012::new(&schema).unwrap();
        let wrong: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{name}: {value}");
    };
    let pay = "/sessions/ann/commands/pay";
    shop.post(pay, json!({ "amount": 5, "card": "4111" })).await;
    fits("State", &shop.get("/sessions/ann").await.json());
    fits("Status", &shop.get("/status").await.json());
    fits("Answer", &shop.post("/sessions/ann/events/CMD_ADD", json!({ "item": "fig" })).await.json());
    fits("Answer", &shop.post("/sessions/ann/events/CMD_PAY", json!({ "amount": 0 })).await.json());
    fits("Problem", &shop.post(pay, json!({ "amount": 0, "card": "1" })).await.json());
    fits("Problem", &shop.post(pay, json!({ "amount": 101, "card": "4111" })).await.json());
    fits("Problem", &shop.post(pay, json!({})).await.json());
    let explain = "/sessions/ann/explain?process=add&arguments=%7B%22item%22%3A%22a%22%7D";
    fits("Explanation", &shop.get(explain).await.json());
    // What does not fit is seen.
    let state = schema(&document, "/components/schemas/State");
    assert!(!draft202012::is_valid(&state, &json!({ "session": "ann" })));
}

#[tokio::test]
async fn doc_comments_and_the_names_that_serde_writes_are_in_it() {
    let (_, app) = machine();
    let document = document(app).await;
    assert_eq!(document["info"], json!({ "title": "Machine", "version": "2.1" }));
    let arguments = document.pointer(ARGUMENTS).unwrap();
    assert_eq!(
        arguments["properties"]["count"],
        json!({ "type": "integer", "minimum": 0, "maximum": 255, "description": "How often." })
    );
    assert_eq!(arguments["properties"]["secret"]["writeOnly"], true);
    assert_eq!(arguments["properties"]["note"]["type"], json!(["integer", "null"]));
    assert_eq!(arguments["properties"]["cents"]["type"], "integer");
    let required = arguments["required"].as_array().unwrap();
    assert!(!required.contains(&json!("note")) && required.contains(&json!("letter")));
    let schemas = &document["components"]["schemas"];
    let address = json!({
        "type": "object", "additionalProperties": false, "required": ["streetName", "zip"], "description": "Where somebody lives.",
        "properties": {
            "streetName": { "type": "string", "description": "With its number." },
            "zip": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
            "isAbroad": { "type": "boolean" },
            "note": { "type": ["string", "null"] },
        },
    });
    assert_eq!(schemas["Address"], address);
    assert_eq!(schemas["Address2"]["description"], "Another type of this name.");
    assert_eq!(schemas["Mode"]["oneOf"][0], json!({ "const": "stand-by", "description": "It waits." }));
    let speed = &schemas["Mode"]["oneOf"][1]["properties"]["running"]["properties"]["speed"];
    assert_eq!(speed["description"], "In turns a minute.");
    assert_eq!(schemas["Tree"]["properties"]["below"]["items"]["$ref"], "#/components/schemas/Tree");
    assert_eq!(schemas["Colour"], Value::Null, "it is a key, and written there");
    assert_eq!(schemas["Tagged"], json!({ "description": "How serde writes it is not how it is shaped." }));
    assert_eq!(
        schemas["State"]["properties"]["data"]["properties"],
        json!({ "turns": { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX, "description": "In turns." } })
    );
}

mod motor {
    use theus_core::prelude::*;

    #[derive(Clone, Default, Context)]
    pub(super) struct Motor {
        pub(super) speed: i64,
    }

    /// Turns faster.
    #[process(outputs = [domain.speed])]
    pub(super) fn spin(
        ctx: Ctx<Motor>,
        /// By so much.
        by: i64,
    ) {
        ctx.domain.speed.set(by);
    }
}

#[derive(Clone, Default, Context)]
struct Plant {
    #[context(nested)]
    left: motor::Motor,
}

theus_core::mount! {
    Left = domain.left: Ctx<motor::Motor>, in Ctx<Plant>;
}

#[tokio::test]
async fn a_process_of_a_library_is_open_where_it_is_mounted() {
    type Spin = At<motor::Spin, Left>;
    let engine = Engine::builder(Plant::default()).process::<Spin>().build().unwrap();
    let flow = "external: [CMD_GO]\nstates: { A: { events: { CMD_GO: B } }, B: { final: true } }";
    let sessions = Arc::new(Sessions::of_text(&engine, "plant.yaml", flow).unwrap().workers(1).start().unwrap());
    sessions.open("one", Plant::default()).unwrap();
    let app = theus_axum::routes(Arc::clone(&sessions), Options::new().command::<Spin>()).unwrap();
    let document = document(app.clone()).await;
    let spin = &document["paths"]["/sessions/{name}/commands/left.spin"]["post"];
    assert_eq!(spin["summary"], "Turns faster.");
    let by = &spin["requestBody"]["content"]["application/json"]["schema"]["properties"]["by"];
    assert_eq!(by["description"], "By so much.");
    let request =
        crate::shop::post("/sessions/one/commands/left.spin").body(axum::body::Body::from(r#"{"by":5}"#)).unwrap();
    let response = tower::ServiceExt::oneshot(app, request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(*sessions.engine("one").unwrap().snapshot().unwrap().left.speed, 5);
}

#[derive(Clone, Context)]
struct Log {
    last: SystemTime,
    lasted: Duration,
}

#[process(outputs = [domain.last, domain.lasted])]
fn note(ctx: Ctx<Log>, at: SystemTime, lasted: Duration) {
    ctx.domain.last.set(at);
    ctx.domain.lasted.set(lasted);
}

#[tokio::test]
async fn times_are_taken_and_told_as_the_schema_says() {
    let log = Log { last: SystemTime::UNIX_EPOCH, lasted: Duration::from_millis(1_500) };
    let engine = Engine::builder(log.clone()).process::<Note>().build().unwrap();
    let flow = "external: [CMD_GO]\nstates: { A: { events: { CMD_GO: B } }, B: { final: true } }";
    let sessions = Arc::new(Sessions::of_text(&engine, "log.yaml", flow).unwrap().workers(1).start().unwrap());
    sessions.open("one", log.clone()).unwrap();
    let app = theus_axum::routes(sessions, Options::new().command::<Note>()).unwrap();
    let document = document(app.clone()).await;
    let body = json!({ "at": log.last, "lasted": log.lasted });
    let asked = schema(&document, &ARGUMENTS.replace("tell", "note"));
    assert!(draft202012::is_valid(&asked, &body), "{body} by {asked:#}");
    let request =
        crate::shop::post("/sessions/one/commands/note").body(axum::body::Body::from(body.to_string())).unwrap();
    assert_eq!(tower::ServiceExt::oneshot(app.clone(), request).await.unwrap().status(), StatusCode::OK);
    let look = http::Request::get("/sessions/one").body(axum::body::Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(app, look).await.unwrap();
    let bytes = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    let state: Value = serde_json::from_slice(&bytes).unwrap();
    assert!(draft202012::is_valid(&schema(&document, "/components/schemas/State"), &state), "{state}");
}

fn good() -> Value {
    json!({
        "count": 3, "ratio": 0.5, "mode": "stand-by", "address": { "streetName": "Main", "zip": 8000 }, "second": { "line": "a" },
        "tags": ["a", null], "stock": { "Red": 1 }, "pair": [1, true], "letter": "é", "tree": { "size": 1, "below": [{ "size": 2, "below": [] }] },
        "cents": 5, "secret": "x",
    })
}

/// JSON of no meaning, with names that mean something somewhere. Arrays where a struct is meant, which serde takes, are not among it.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-400_i64..70_000).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1000_i32..1000).prop_map(|number| Value::from(f64::from(number) + 0.5)),
        prop_oneof![Just("stand-by"), Just("running"), Just("Red"), Just(""), Just("é"), Just("ab"), Just("7")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let name = prop_oneof![
            Just("running"),
            Just("named"),
            Just("moved"),
            Just("speed"),
            Just("streetName"),
            Just("zip"),
            Just("isAbroad"),
            Just("note"),
            Just("size"),
            Just("line"),
            Just("Red"),
            Just("Blue"),
            Just("Green"),
        ];
        let member = inner.prop_filter("`{\"stand-by\": null}` is taken too", |value| !value.is_null());
        prop::collection::btree_map(name, member, 0..4).prop_map(|members| {
            Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        })
    })
}

/// Values near to those that are taken.
fn near(name: &'static str) -> BoxedStrategy<Value> {
    let number = || (-300_i64..70_000).prop_map(Value::from);
    match name {
        "mode" => prop_oneof![
            number().prop_map(|speed| json!({ "running": { "speed": speed } })),
            number().prop_map(|first| json!({ "moved": [first, true] })),
            any_json().prop_map(|name| json!({ "named": name })),
        ]
        .boxed(),
        "address" => (number(), any_json())
            .prop_map(|(zip, note)| json!({ "streetName": "a", "zip": zip, "note": note }))
            .boxed(),
        "tree" => (number(), number())
            .prop_map(|(size, below)| json!({ "size": size, "below": [{ "size": below, "below": [] }] }))
            .boxed(),
        "pair" => (number(), any_json()).prop_map(|(first, second)| json!([first, second])).boxed(),
        "tags" => prop::collection::vec(any_json(), 0..3).prop_map(Value::from).boxed(),
        _ => number().boxed(),
    }
}

fn arguments() -> impl Strategy<Value = Value> {
    let names = [
        "count", "ratio", "mode", "address", "second", "tags", "stock", "pair", "letter", "tree", "cents", "note",
        "secret", "other",
    ];
    let change = prop::sample::select(names.to_vec()).prop_flat_map(|name| {
        let value = prop_oneof![3 => near(name).prop_map(Some), 3 => any_json().prop_map(Some), 1 => Just(None)];
        (Just(name), value)
    });
    prop::collection::vec(change, 1..3).prop_map(|changes| {
        let mut arguments = good();
        for (name, value) in changes {
            let members = arguments.as_object_mut().unwrap();
            match value {
                Some(value) => members.insert(name.to_owned(), value),
                None => members.remove(name),
            };
        }
        arguments
    })
}

#[test]
fn what_a_schema_takes_a_process_takes_and_nothing_else() {
    let (engine, app) = machine();
    let document = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(document(app));
    let validator = draft202012::new(&schema(&document, ARGUMENTS)).unwrap();
    assert!(validator.is_valid(&good()) && engine.command::<Tell>(&good()).is_ok());
    let (mut taken, mut refused) = (0, 0);
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 3_000, ..ProptestConfig::default() });
    let ran = runner.run(&(arguments(), Just(())), |(arguments, ())| {
        let (fits, read) = (validator.is_valid(&arguments), engine.command::<Tell>(&arguments));
        prop_assert_eq!(fits, read.is_ok(), "{}: {:?}", arguments, read.err());
        Ok(())
    });
    ran.unwrap();
    // That both happen.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..500 {
        let arguments = arguments().new_tree(&mut runner).unwrap().current();
        *if validator.is_valid(&arguments) { &mut taken } else { &mut refused } += 1;
    }
    assert!(taken > 50 && refused > 50, "{taken} {refused}");
}

#[tokio::test]
async fn a_bearer_token_is_told_of_where_it_is_said_so_and_nowhere_else() {
    let document = |shop: Shop| async move { shop.get("/openapi.json").await.json() };
    let with = document(Shop::with(options().bearer(), None)).await;
    assert_eq!(with["components"]["securitySchemes"], json!({ "bearerAuth": { "type": "http", "scheme": "bearer" } }));
    assert_eq!(with["security"], json!([{ "bearerAuth": [] }]));
    assert!(oas3::from_json(with.to_string()).is_ok());
    let without = document(Shop::new()).await;
    assert_eq!((without.get("security"), without["components"].get("securitySchemes")), (None, None));
}
