//! Alarms, and what operators do to them.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use jsonschema::draft202012;
use serde_json::{Value, json};
use theus_axum::{Kind, Options, Problem};
use theus_core::audit::{AlarmError, AlarmId, AlarmState, AuditEvent};
use theus_core::prelude::*;
use theus_core::workflow::Sessions;
use tower::ServiceExt;

use crate::openapi::schema;
use crate::shop::Shop;

#[derive(Clone, Default, Context)]
struct Oven {
    temperature: i64,
    #[context(redact)]
    secret: i64,
}

#[process(outputs = [domain.temperature, domain.secret])]
fn record(ctx: Ctx<Oven>, value: i64, secret: i64) {
    ctx.domain.temperature.set(value);
    ctx.domain.secret.set(secret);
}

const RULES: &str = "
process_recipes:
  record:
    outputs:
      - { field: domain.temperature, max: 100, level: C, alarm: true, id: HOT }
      - { field: domain.secret, max: 4000, level: C, alarm: true, id: HIDDEN }
      - { field: domain.temperature, min: 0, level: C, id: COLD }
";

/// In a service a layer knows who it is.
fn by(request: &http::request::Parts) -> Option<String> {
    Some(request.headers.get("x-user")?.to_str().ok()?.to_owned())
}

struct Ovens {
    engine: Engine<Oven>,
    app: Router,
}

impl Ovens {
    fn new() -> Self {
        Self::with(Options::new().alarms(by).body(100_000))
    }

    fn with(options: Options<Oven>) -> Self {
        let builder = Engine::builder(Oven::default()).process::<Record>().recipe("secret/rules.yaml", RULES).unwrap();
        let engine = builder.build().unwrap();
        let flow = "{ external: [CMD_ON], states: { ON: { events: { CMD_ON: ON } } } }";
        let ovens = Arc::new(Sessions::of_text(&engine, "oven.yaml", flow).unwrap().workers(1).start().unwrap());
        ovens.open("left", Oven::default()).unwrap();
        let engine = ovens.engine("left").unwrap();
        Self { engine, app: theus_axum::routes(ovens, options).unwrap() }
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, by: Option<&str>, body: Value) -> (StatusCode, Value) {
        let mut request = Request::post(path).header("content-type", "application/json");
        if let Some(by) = by {
            request = request.header("x-user", by);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// The `id` of the alarm of this rule.
    async fn id(&self, rule: &str) -> Value {
        let (_, listed) = self.get("/alarms").await;
        let all = listed["alarms"].as_array().unwrap().clone();
        let found = all.into_iter().find(|alarm| alarm["rule"].as_str().unwrap().contains(rule));
        found.unwrap_or_else(|| panic!("{listed}"))["id"].clone()
    }
}

fn kind(problem: &Value) -> &str {
    problem["type"].as_str().unwrap_or_default().strip_prefix("urn:theus:problem:").unwrap_or_default()
}

#[tokio::test]
async fn what_stands_is_listed_and_what_operators_do_is_on_record() {
    let ovens = Ovens::new();
    assert_eq!(ovens.get("/alarms").await, (StatusCode::OK, json!({ "alarms": [] })));
    ovens.engine.run(Record { value: 120, secret: 4711 }).unwrap();
    let (status, listed) = ovens.get("/alarms").await;
    assert_eq!((status, listed["alarms"].as_array().unwrap().len()), (StatusCode::OK, 2));
    let text = listed.to_string();
    assert!(!text.contains("rules.yaml") && !text.contains("4711"), "{text}");
    let id = ovens.id("temperature max").await;
    assert_eq!(id["session"], "left");

    let reason = |reason: &str| json!({ "id": id, "reason": reason });
    let seen = ovens.post("/alarms/acknowledge", Some("R. Lee"), reason("the door is open")).await;
    assert_eq!(seen, (StatusCode::OK, json!({ "state": "acknowledged" })));
    let shelve = json!({ "id": id, "reason": "it is being cleaned", "seconds": 1_800 });
    assert_eq!(
        ovens.post("/alarms/shelve", Some("A. Kay"), shelve).await,
        (StatusCode::OK, json!({ "state": "shelved" }))
    );
    let (_, listed) = ovens.get("/alarms").await;
    let shelved = listed["alarms"].as_array().unwrap().iter().find(|alarm| alarm["id"] == id).unwrap();
    assert_eq!((&shelved["state"], &shelved["shelf"]["operator"]), (&json!("shelved"), &json!("A. Kay")));
    assert_eq!(ovens.post("/alarms/unshelve", Some("A. Kay"), reason("done")).await.0, StatusCode::OK);
    let by = |record: &theus_core::audit::AuditRecord| match &record.event {
        AuditEvent::Alarm(event) => Some((event.operator.as_ref()?.to_string(), event.reason.as_ref()?.to_string())),
        _ => None,
    };
    let done: Vec<_> = ovens.engine.audit_records().iter().filter_map(by).collect();
    let pair = |by: &str, why: &str| (by.to_owned(), why.to_owned());
    assert_eq!(done[..2], [pair("R. Lee", "the door is open"), pair("A. Kay", "it is being cleaned")]);
    assert!(done[2..].contains(&pair("A. Kay", "done")), "{done:?}");

    let (status, figures) = ovens.get("/alarms/figures?operators=2").await;
    assert_eq!((status, &figures["operators"], &figures["raised"]), (StatusCode::OK, &json!(2), &json!(2)));
    // What is told is what the document says.
    let (_, document) = ovens.get("/openapi.json").await;
    for (name, told) in [("Alarms", &listed), ("AlarmFigures", &figures), ("AlarmId", &id)] {
        let schema = schema(&document, &format!("/components/schemas/{name}"));
        assert!(draft202012::is_valid(&schema, told), "{told} by {schema:#}");
        assert!(!draft202012::is_valid(&schema, &json!({ "alarms": [{}] })), "{name}");
    }
    assert_eq!(kind(&ovens.get("/alarms/figures?operators=0").await.1), "query");
}

#[tokio::test]
async fn what_cannot_be_done_says_why_and_changes_nothing() {
    let ovens = Ovens::new();
    ovens.engine.run(Record { value: 120, secret: 0 }).unwrap();
    let id = ovens.id("temperature max").await;
    let before = ovens.engine.audit_records().len();
    let because = json!({ "id": id, "reason": "seen" });
    let unknown = json!({ "id": { "session": "left", "rule": "none" }, "reason": "seen" });
    let shelf = |seconds: Value| json!({ "id": id, "reason": "seen", "seconds": seconds });
    for (path, by, body, status, problem) in [
        ("acknowledge", None, because.clone(), 403, "no-operator"),
        ("acknowledge", Some(" "), because.clone(), 403, "no-operator"),
        ("acknowledge", Some("R. Lee"), json!({ "id": id, "reason": " " }), 422, "operation"),
        ("acknowledge", Some("R. Lee"), json!({ "id": id, "reason": "x".repeat(66_000) }), 422, "operation"),
        ("acknowledge", Some("R. Lee"), json!({ "id": id }), 422, "operation"),
        ("acknowledge", Some("R. Lee"), json!({ "id": id, "reason": "seen", "operator": "A. Kay" }), 422, "operation"),
        ("acknowledge", Some("R. Lee"), json!(null), 422, "operation"),
        ("acknowledge", Some("R. Lee"), unknown.clone(), 404, "unknown-alarm"),
        ("unshelve", Some("R. Lee"), because.clone(), 409, "alarm-state"),
        ("shelve", Some("R. Lee"), shelf(json!(0)), 422, "operation"),
        ("shelve", Some("R. Lee"), shelf(json!(31 * 24 * 3_600)), 422, "operation"),
        ("shelve", Some("R. Lee"), shelf(json!(-1)), 422, "operation"),
        ("shelve", None, shelf(json!(60)), 403, "no-operator"),
    ] {
        let (is, told) = ovens.post(&format!("/alarms/{path}"), by, body).await;
        assert_eq!((is.as_u16(), kind(&told)), (status, problem), "{path} {told}");
    }
    assert_eq!(ovens.engine.audit_records().len(), before, "nothing was done");
    assert_eq!(ovens.post("/alarms/acknowledge", Some("R. Lee"), because.clone()).await.0, StatusCode::OK);
    let (status, told) = ovens.post("/alarms/acknowledge", Some("R. Lee"), because).await;
    assert_eq!((status, kind(&told), &told["state"]), (StatusCode::CONFLICT, "alarm-state", &json!("acknowledged")));
    assert_eq!(ovens.get("/alarms/shelve").await.0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn there_are_none_where_they_are_not_opened() {
    let ovens = Ovens::with(Options::new());
    assert_eq!(ovens.get("/alarms").await.0, StatusCode::NOT_FOUND);
    let id = json!({ "id": { "session": "left", "rule": "none" }, "reason": "seen" });
    assert_eq!(ovens.post("/alarms/acknowledge", Some("R. Lee"), id).await.0, StatusCode::NOT_FOUND);
    let document = Shop::new().get("/openapi.json").await.json();
    assert!(document["paths"].get("/alarms").is_none());
    let (_, document) = Ovens::new().get("/openapi.json").await;
    for path in ["/alarms", "/alarms/figures", "/alarms/acknowledge", "/alarms/shelve", "/alarms/unshelve"] {
        assert!(document["paths"].get(path).is_some(), "{path}");
    }
}

#[test]
fn each_error_has_its_kind() {
    let alarm = || AlarmId { session: "s".into(), rule: "r".into(), key: None };
    let state = AlarmState::Normal;
    for (error, status, kind) in [
        (AlarmError::NoOperator, 403, Kind::NoOperator),
        (AlarmError::NoReason, 422, Kind::Operation),
        (AlarmError::TooLong { most: 3 }, 422, Kind::Operation),
        (AlarmError::ShelfTime, 422, Kind::Operation),
        (AlarmError::Unknown(alarm()), 404, Kind::UnknownAlarm),
        (AlarmError::NotRaised { alarm: alarm(), state }, 409, Kind::AlarmState),
        (AlarmError::NotShelved { alarm: alarm(), state }, 409, Kind::AlarmState),
        (AlarmError::TooMany, 503, Kind::Busy),
        (AlarmError::Unrecorded { sink: "/var/log".to_owned(), reason: "secret".to_owned() }, 503, Kind::Unrecorded),
        (AlarmError::InsideASink, 500, Kind::Internal),
    ] {
        let problem = Problem::from(error);
        assert_eq!((problem.status_code().as_u16(), problem.kind()), (status, Some(kind)));
        let text = serde_json::to_string(&problem).unwrap();
        assert!(!text.contains("/var/log") && !text.contains("secret"), "{text}");
    }
}
