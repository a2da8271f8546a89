//! What a service is, as OpenAPI 3.1.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use theus_core::Context;
use theus_core::audit::LONGEST_SHELVED;
use theus_core::process::Gives;

use crate::command::{Command, CommandShape};
use crate::options::Parts;
use crate::problem::Kind;
use crate::schema::{Schemas, described, object, of_context};
use crate::service::Service;

const PLACE: &str = "#/components/schemas/";
/// What is the same for all services, and takes these names.
const NAMES: [&str; 11] = [
    "Problem",
    "Violation",
    "Answer",
    "State",
    "Status",
    "Journal",
    "Explanation",
    "Alarms",
    "AlarmId",
    "AlarmState",
    "AlarmFigures",
];

/// The document.
pub(crate) fn document<D: Context, G: Context, E: Send + Sync + 'static>(
    service: &Service<D, G, E>,
    parts: &Parts,
) -> Value {
    let definition = service.sessions.definition();
    let (title, version) = parts.info.clone().unwrap_or_else(|| (definition.name().to_owned(), "0".to_owned()));
    let mut schemas = Schemas::at(PLACE, &NAMES);
    let mut paths = Map::new();
    for command in service.commands.values() {
        let path = format!("/sessions/{{name}}/commands/{}", command.contract.process);
        paths.insert(path, json!({ "parameters": [session()], "post": of_command(service, command, &mut schemas) }));
    }
    for event in &service.events {
        let path = format!("/sessions/{{name}}/events/{event}");
        paths.insert(path, json!({ "parameters": [session()], "post": of_event(&event.to_string()) }));
    }
    paths.insert(
        "/sessions/{name}".to_owned(),
        json!({ "parameters": [session()], "get": look("state", "How a session stands, and its state", "State") }),
    );
    paths.insert(
        "/status".to_owned(),
        json!({ "get": look("status", "How the engine and all sessions stand", "Status") }),
    );
    if parts.has_open {
        let opened = object(Map::from_iter([("session".to_owned(), json!({ "type": "string" }))]), &["session"]);
        paths["/sessions/{name}"]["put"] = json!({
            "operationId": "open",
            "summary": "Opens a session",
            "responses": {
                "201": answers("It is new", &opened),
                "200": answers("It was there already", &opened),
                "default": { "$ref": "#/components/responses/Problem" },
            },
        });
    }
    if parts.has_explain {
        let query = [
            query("process", true, json!({ "type": "string" })),
            query("arguments", false, json!({ "type": "string", "contentMediaType": "application/json" })),
        ];
        let mut explain = look("explain", "What the rules would say to a command", "Explanation");
        explain["parameters"] = json!(query);
        paths.insert("/sessions/{name}/explain".to_owned(), json!({ "parameters": [session()], "get": explain }));
    }
    if parts.has_journal {
        let number = json!({ "type": "integer", "minimum": 0 });
        let mut journal = look("journal", "The steps of a session", "Journal");
        journal["parameters"] = json!([query("from", false, number.clone()), query("most", false, number)]);
        paths.insert("/sessions/{name}/journal".to_owned(), json!({ "parameters": [session()], "get": journal }));
    }
    if parts.has_happenings {
        let stream = json!({ "description": "As Server-Sent Events", "content": { "text/event-stream": { "schema": { "type": "string" } } } });
        let of = |id: &str| {
            let mut operation = look(id, "What sessions do, as it happens", "Status");
            operation["responses"]["200"] = stream.clone();
            operation
        };
        paths.insert(
            "/sessions/{name}/happenings".to_owned(),
            json!({ "parameters": [session()], "get": of("happenings_of_one") }),
        );
        paths.insert("/happenings".to_owned(), json!({ "get": of("happenings") }));
    }
    if parts.has_alarms {
        paths.extend(of_alarms());
    }
    let state = of_context(&D::schema(), &mut schemas);
    let mut components = fixed(state);
    components.extend(schemas.into_named());
    let mut info = json!({ "title": title, "version": version });
    if let Some(description) = definition.description() {
        info["description"] = description.into();
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": info,
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        // Where this document is.
        "servers": [{ "url": "." }],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": { "Problem": { "description": "It was not done", "content": { "application/problem+json": { "schema": refer("Problem") } } } },
        },
    });
    if parts.has_bearer {
        document["components"]["securitySchemes"] = json!({ "bearerAuth": { "type": "http", "scheme": "bearer" } });
        document["security"] = json!([{ "bearerAuth": [] }]);
    }
    document
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("{PLACE}{name}") })
}

fn session() -> Value {
    json!({ "name": "name", "in": "path", "required": true, "description": "the session", "schema": { "type": "string", "minLength": 1, "maxLength": 256 } })
}

fn query(name: &str, required: bool, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": required, "schema": schema })
}

fn key() -> Value {
    json!({ "name": "Idempotency-Key", "in": "header", "required": false, "description": "under a key it is done once", "schema": { "type": "string", "minLength": 1, "maxLength": 256 } })
}

fn answers(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn look(id: &str, summary: &str, schema: &str) -> Value {
    let problem = json!({ "$ref": "#/components/responses/Problem" });
    json!({ "operationId": id, "summary": summary, "responses": { "200": answers(summary, &refer(schema)), "default": problem } })
}

/// What arguments of a command look like.
pub(crate) fn arguments(shape: &CommandShape, schemas: &mut Schemas) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (index, argument) in shape.contract.arguments.iter().enumerate() {
        let of = shape.arguments.get(index);
        let schema = of.map_or_else(|| json!({}), |of| schemas.of(of));
        let mut schema = described(schema, shape.argument_docs.get(index).unwrap_or(&""));
        if argument.redact {
            schema["writeOnly"] = true.into();
        }
        if !matches!(of, Some(theus_core::Shape::Optional(_))) {
            required.push(argument.name);
        }
        properties.insert(argument.name.to_owned(), schema);
    }
    let mut schema = object(properties, &required);
    schema["additionalProperties"] = false.into();
    schema
}

fn given(gives: &Gives, schemas: &mut Schemas) -> Value {
    match gives {
        Gives::Nothing => json!({ "type": "null" }),
        Gives::Value(shape) => schemas.of(shape),
        Gives::Hidden => json!({}),
    }
}

fn of_command<D: Context, G: Context, E: Send + Sync + 'static>(
    service: &Service<D, G, E>,
    command: &Command<D, G, E>,
    schemas: &mut Schemas,
) -> Value {
    let shape = (command.shape)();
    let process = command.contract.process;
    let arguments = arguments(&shape, schemas);
    let is_required = arguments.get("required").is_some();
    let output = given(&shape.output, schemas);
    let mut responses = Map::new();
    responses.insert("200".to_owned(), answers("What the process returns", &output));
    let mut declared: BTreeMap<u16, Vec<Value>> = BTreeMap::new();
    for (index, error) in command.contract.errors.iter().enumerate() {
        let mut members = Map::from_iter([("error".to_owned(), json!({ "const": error }))]);
        if let Some(holds @ Gives::Value(_)) = shape.errors.get(index) {
            members.insert("values".to_owned(), given(holds, schemas));
        }
        let schema = json!({ "allOf": [refer("Problem"), object(members, &["error"])] });
        declared.entry(service.status_of(error).as_u16()).or_default().push(schema);
    }
    for (status, mut errors) in declared {
        // What rules refuse, and wrong arguments, may have the same status.
        if [service.refused(), Kind::Arguments.status(), Kind::SessionOver.status()]
            .iter()
            .any(|it| it.as_u16() == status)
        {
            errors.push(refer("Problem"));
        }
        let response = json!({ "description": "It has failed, and changed nothing", "content": { "application/problem+json": { "schema": { "anyOf": errors } } } });
        responses.insert(status.to_string(), response);
    }
    responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
    let mut operation = json!({
        "operationId": process,
        "tags": ["commands"],
        "parameters": [key()],
        "requestBody": { "required": is_required, "content": { "application/json": { "schema": arguments } } },
        "responses": responses,
    });
    if let Some(first) = shape.doc.lines().next() {
        operation["summary"] = first.into();
        operation["description"] = shape.doc.into();
    }
    operation
}

fn of_event(event: &str) -> Value {
    let wait = json!({ "enum": ["answer", "work", "no"], "default": "answer" });
    json!({
        "operationId": format!("send_{event}"),
        "tags": ["events"],
        "parameters": [key(), query("wait", false, wait)],
        "requestBody": { "required": false, "description": "what it brings along", "content": { "application/json": { "schema": {} } } },
        "responses": {
            "200": answers("What has come of it", &refer("Answer")),
            "202": { "description": "It was taken, and is not waited for" },
            "default": { "$ref": "#/components/responses/Problem" },
        },
    })
}

/// The alarms, and what operators do to them.
fn of_alarms() -> Map<String, Value> {
    let mut figures = look("alarm_figures", "How many alarms there are for so many operators", "AlarmFigures");
    figures["parameters"] = json!([query("operators", false, json!({ "type": "integer", "minimum": 1 }))]);
    let act = |word: &str, summary: &str, seconds: Option<Value>| {
        let mut members = Map::from_iter([
            ("id".to_owned(), refer("AlarmId")),
            ("reason".to_owned(), json!({ "type": "string", "minLength": 1 })),
        ]);
        let mut required = vec!["id", "reason"];
        if let Some(seconds) = seconds {
            members.insert("seconds".to_owned(), seconds);
            required.push("seconds");
        }
        let mut body = object(members, &required);
        body["additionalProperties"] = false.into();
        let stands = object(Map::from_iter([("state".to_owned(), refer("AlarmState"))]), &["state"]);
        json!({ "post": {
            "operationId": format!("{word}_alarm"),
            "summary": summary,
            "tags": ["alarms"],
            "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
            "responses": { "200": answers("How it stands then", &stands), "default": { "$ref": "#/components/responses/Problem" } },
        } })
    };
    let seconds = json!({ "type": "integer", "minimum": 1, "maximum": LONGEST_SHELVED.as_secs() });
    Map::from_iter([
        (
            "/alarms".to_owned(),
            json!({ "get": look("alarms", "The alarms that are not normal, of all sessions", "Alarms") }),
        ),
        ("/alarms/figures".to_owned(), json!({ "get": figures })),
        ("/alarms/acknowledge".to_owned(), act("acknowledge", "Says that somebody has seen an alarm", None)),
        ("/alarms/shelve".to_owned(), act("shelve", "Puts an alarm aside for a time", Some(seconds))),
        ("/alarms/unshelve".to_owned(), act("unshelve", "Takes an alarm up again that was shelved", None)),
    ])
}

/// What is the same for all services.
fn fixed(state: Value) -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer", "minimum": 0 });
    let names = || json!({ "type": "array", "items": { "type": "string" } });
    let status =
        json!({ "enum": ["running", "paused", "halted", "finished", "failed", "aborted", "cancelled", "broken"] });
    let types: Vec<_> = Kind::ALL.iter().map(|kind| kind.uri()).collect();
    let violation = json!({
        "type": "object",
        "required": ["rule", "level", "path", "action"],
        "properties": { "rule": text(), "level": { "enum": ["S", "A", "B", "C", "I"] }, "path": text(), "action": text(), "id": text(),
            "value": text(), "message": text() },
    });
    let problem = json!({
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "examples": types },
            "title": text(),
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": text(),
            "instance": { "type": "string", "format": "uri-reference" },
            "error": { "type": "string", "description": "the name of a declared error" },
            "argument": { "type": "string", "description": "the argument that is wrong" },
            "states": names(),
            "held_by": { "type": "string", "description": "the program that has the session, where it is another one" },
            "violations": { "type": "array", "items": refer("Violation") },
        },
    });
    let answer = json!({
        "type": "object",
        "required": ["states", "status", "version"],
        "properties": {
            "states": names(), "status": status, "reply": {}, "version": number(),
            "repeated": { "enum": ["kept", "now"], "description": "it was asked before under its key: this was answered then, or is where the session is now" },
            "failure": { "type": "object", "properties": { "process": text(), "error": text(), "message": text() } },
            "violations": { "type": "array", "items": refer("Violation") },
        },
    });
    let stands = json!({
        "type": "object",
        "required": ["session", "status", "states", "version", "data"],
        "properties": { "session": text(), "status": status, "states": names(), "version": number(), "data": state, "result": {} },
    });
    let all = json!({
        "type": "object",
        "required": ["workflow", "interlocked", "shutting_down", "sessions"],
        "properties": { "workflow": text(), "interlocked": { "type": "boolean" }, "shutting_down": { "type": "boolean" }, "recipe": text(),
            "sessions": { "type": "object" } },
    });
    let step = json!({
        "type": "object",
        "required": ["step", "version", "at", "process", "arguments", "changed"],
        "properties": { "step": number(), "version": number(), "at": text(), "process": text(), "arguments": {}, "changed": names(),
            "raised": names() },
    });
    let journal = json!({
        "type": "object",
        "required": ["steps", "begins_after"],
        "properties": { "steps": { "type": "array", "items": step }, "begins_after": number() },
    });
    let explanation = json!({
        "type": "object",
        "required": ["process", "version", "interlock", "rules"],
        "properties": { "process": text(), "version": number(), "interlock": { "type": "boolean" },
            "rules": { "type": "array", "items": { "type": "object" } } },
    });
    let [id, alarm_state, alarms, figures] = alarm_schemas();
    let schemas = [problem, violation, answer, stands, all, journal, explanation, alarms, id, alarm_state, figures];
    NAMES.iter().map(|name| (*name).to_owned()).zip(schemas).collect()
}

/// What an alarm is called, how it stands, all of them, and how many there are.
fn alarm_schemas() -> [Value; 4] {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer", "minimum": 0 });
    let id = json!({
        "type": "object",
        "required": ["session", "rule"],
        "properties": { "session": text(), "rule": text(), "key": text() },
        "additionalProperties": false,
    });
    let state = json!({ "enum": ["unacknowledged", "acknowledged", "returned_unacknowledged", "shelved", "suppressed_by_design", "normal"] });
    let shelf = json!({
        "type": "object",
        "required": ["until", "operator", "reason"],
        "properties": { "until": text(), "operator": text(), "reason": text() },
    });
    let alarm = json!({
        "type": "object",
        "required": ["id", "process", "gate", "path", "rule", "level", "state", "since", "violation", "value"],
        "properties": {
            "id": refer("AlarmId"), "process": text(), "gate": text(), "path": text(), "rule": text(), "level": { "enum": ["S", "A", "B", "C", "I"] },
            "state": refer("AlarmState"), "since": text(), "raised": text(), "violation": number(), "value": text(), "operator": text(),
            "shelf": shelf,
        },
    });
    let alarms = json!({ "type": "object", "required": ["alarms"], "properties": { "alarms": { "type": "array", "items": alarm } } });
    let counts = ["raised", "most_per_operator", "floods", "spans", "standing", "stale"];
    let mut figures = json!({
        "type": "object",
        "required": ["from", "to", "operators", "per_operator", "chattering"],
        "properties": { "from": text(), "to": text(), "operators": { "type": "integer", "minimum": 1 }, "per_operator": { "type": "number" },
            "chattering": { "type": "array", "items": { "type": "object" } } },
    });
    for count in counts {
        figures["properties"][count] = number();
    }
    [id, state, alarms, figures]
}
