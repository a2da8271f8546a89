//! Fragments that states include.

use super::*;
use crate::audit::ProcessEntry;
use crate::context::{FieldSchema, Layer, Schema, Shape, Zone};
use crate::process::{Access, Argument, Contract, Gives};
use crate::signal::EventName;
use crate::source::{Document, Fragment, SourceFile};
use crate::workflow::chart::{Configuration, StateKind, Stored, Trigger};
use crate::workflow::file::{self, Catalog};

const MOTOR: Fragment = Fragment::new(
    "motor",
    "flows/motor.yaml",
    "\
name: Motor
description: one motor
external: [CMD_GO]
initialised: [domain.wear, domain.speed]
initial: IDLE
events: { EVT_JAMMED: STUCK }
states:
  STUCK: { after: { 1h: DONE, 1m: BACK } }
  IDLE:
    events: { CMD_GO: { to: RUN, when: domain.speed < global.most } }
  RUN:
    entry: { run: spin, with: { by: \"${ domain.speed + 1 }\" }, on_error: { \"*\": STUCK } }
    initial: SLOW
    states:
      BACK: { history: deep, default: FAST }
      SLOW: { events: { CMD_GO: FAST } }
      FAST: { events: { CMD_HALT: RUN.LAST } }
      LAST: { final: true, result: \"${ domain.speed }\" }
    done: [ { to: READY, when: event > 0 }, STUCK ]
  READY:
    events: { done.state.READY: DONE }
    regions:
      COIL: { states: { WARM: { events: { CMD_GO: COLD } }, COLD: { final: true } } }
      LAMP: { states: { RED: { events: { CMD_GO: { to: OUT, when: \"in('COIL.COLD') && !in('WARM')\" } } }, OUT: { final: true } } }
  DONE: { final: true, result: 7 }
moved: { BROKEN: STUCK }
",
);
const PAYMENT: Fragment = Fragment::new(
    "payment",
    "flows/payment.yaml",
    "external: [CMD_PAID]\nstates:\n  ASK: { events: { CMD_PAID: PAID } }\n  PAID: { final: true }\n",
);

const fn contract(process: &'static str, inputs: &'static [Access], outputs: &'static [Access]) -> Contract {
    Contract {
        process,
        inputs,
        outputs,
        effects: &[],
        messages: &[],
        errors: &["Worn"],
        arguments: &[Argument { name: "by", type_name: "i64", redact: false }],
        local: None,
        is_async: false,
        is_blocking: false,
    }
}

const fn data(path: &'static str) -> Access {
    Access { layer: Layer::Domain, path, zone: Zone::Data }
}

static SPIN: Contract = contract("spin", &[data("domain.wear")], &[data("domain.speed")]);
static LEFT: Contract = contract("left.spin", &[data("domain.left.wear")], &[data("domain.left.speed")]);
static RIGHT: Contract = contract("right.spin", &[data("domain.right.wear")], &[data("domain.right.speed")]);

fn field(name: &'static str, zone: Zone, shape: Shape) -> FieldSchema {
    FieldSchema { name, zone, type_name: "T", doc: "", shape, nested: None, events: None, redact: false }
}

fn whole(shape: (i128, u128)) -> Shape {
    Shape::Int { min: shape.0, max: shape.1 }
}

fn motor() -> Schema {
    let int = || whole((i64::MIN.into(), i64::MAX as u128));
    let fields = vec![
        field("speed", Zone::Data, int()),
        field("wear", Zone::Data, int()),
        field("sig_jammed", Zone::Signal, Shape::Bool),
        field("cmd_halt", Zone::Signal, Shape::Bool),
    ];
    Schema { name: "Motor", version: 1, fields, methods: Vec::new() }
}

fn bounds() -> Schema {
    let most = field("most", Zone::Data, whole((0, 1_000)));
    Schema { name: "Bounds", version: 1, fields: vec![most], methods: Vec::new() }
}

fn nested(name: &'static str, inner: Schema, events: Option<&'static str>) -> FieldSchema {
    FieldSchema { nested: Some(inner), events, ..field(name, Zone::Data, Shape::Opaque) }
}

fn catalog_of(domain: Vec<FieldSchema>, global: Schema, contracts: &[&'static Contract]) -> Catalog {
    let entry = |contract: &&'static Contract| ProcessEntry {
        contract,
        arguments: vec![whole((i64::MIN.into(), i64::MAX as u128))],
        local: Schema::empty(),
        gives: Gives::Nothing,
        errors: Vec::new(),
    };
    let processes = contracts.iter().map(entry).collect();
    let domain = Schema { name: "Machine", version: 1, fields: domain, methods: Vec::new() };
    Catalog { processes, domain, global, external: Vec::new() }
}

fn machine() -> Catalog {
    let domain = vec![
        nested("left", motor(), Some("LEFT")),
        nested("right", motor(), Some("RIGHT")),
        field("total", Zone::Data, whole((0, 1_000))),
        field("sig_jammed", Zone::Signal, Shape::Bool),
    ];
    let global =
        Schema { name: "Plant", version: 1, fields: vec![nested("slow", bounds(), None)], methods: Vec::new() };
    catalog_of(domain, global, &[&LEFT, &RIGHT])
}

/// What the motor's own crate checks its fragment against.
fn alone() -> Catalog {
    catalog_of(motor().fields, bounds(), &[&SPIN])
}

fn read(yaml: &str, fragments: &[Fragment], catalog: &Catalog) -> Result<Definition, SourceError> {
    let document = Document::parse(SourceFile::new("wash.yaml", yaml))?;
    file::load_including(&document, fragments, catalog)
}

#[track_caller]
fn loaded(yaml: &str) -> Definition {
    match read(yaml, &[MOTOR, PAYMENT], &machine()) {
        Ok(definition) => definition,
        Err(error) => panic!("{error}"),
    }
}

/// What is told first of one that is wrong.
#[track_caller]
fn refused_of(yaml: &str, fragments: &[Fragment]) -> String {
    let error = match read(yaml, fragments, &machine()) {
        Err(error) => error,
        Ok(_) => panic!("it loads"),
    };
    let first = error.problems().first().unwrap();
    let (code, help) = (first.code.unwrap_or_default(), first.help.clone().unwrap_or_default());
    format!("{code} {}:{}:{} {} | {help}", first.file, first.line, first.column, first.message)
}

#[track_caller]
fn refused(yaml: &str) -> String {
    refused_of(yaml, &[MOTOR, PAYMENT])
}

const TWO: &str = "\
states:
  WASH:
    done: PAY
    regions:
      LEFT: { include: { motor: { at: domain.left, global: global.slow } } }
      RIGHT: { include: { motor: { at: domain.right, global: global.slow } } }
  PAY:
    include: payment
    done: DONE
    events: { EVT_JAMMED: DONE }
  DONE: { final: true }
";

fn at(definition: &Definition, names: &[&str]) -> Configuration {
    let active = names.iter().map(|name| (*name).to_owned()).collect();
    definition.configuration(&Stored { active, ..Stored::default() }).unwrap()
}

fn named(definition: &Definition) -> Vec<&str> {
    definition.states().iter().map(|state| state.name.as_str()).collect()
}

#[test]
fn a_fragment_loads_alone_and_is_what_is_inside_the_state_that_includes_it() {
    let document = Document::parse(SourceFile::new("motor.yaml", MOTOR.text())).unwrap();
    let own = file::load(&document, &alone()).unwrap();
    assert_eq!(own.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    let definition = loaded(TWO);
    assert_eq!(definition.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    let expected = [
        "WASH",
        "LEFT",
        "LEFT.STUCK",
        "LEFT.IDLE",
        "LEFT.RUN",
        "LEFT.BACK",
        "LEFT.SLOW",
        "LEFT.FAST",
        "LEFT.LAST",
        "LEFT.READY",
        "LEFT.COIL",
        "LEFT.WARM",
        "LEFT.COLD",
        "LEFT.LAMP",
        "LEFT.RED",
        "LEFT.OUT",
        "LEFT.DONE",
    ];
    let right = expected[1..].iter().map(|name| name.replace("LEFT", "RIGHT"));
    let expected: Vec<String> = expected.into_iter().map(str::to_owned).chain(right).collect();
    let found = named(&definition);
    let (motors, rest) = found.split_at(expected.len());
    assert_eq!(
        (motors, rest),
        (&expected.iter().map(String::as_str).collect::<Vec<_>>()[..], &["PAY", "PAY.ASK", "PAY.PAID", "DONE"][..])
    );
    let external: Vec<String> = definition.external().iter().map(ToString::to_string).collect();
    assert_eq!(external, ["CMD_GO", "CMD_PAID"], "of both motors it is one");
    let left = definition.states().iter().find(|state| state.name == "LEFT").unwrap();
    assert_eq!(left.description.as_deref(), Some("one motor"));
    assert_eq!((&*left.place.file, left.place.line), ("wash.yaml", 5));
    let run = definition.states().iter().find(|state| state.name == "RIGHT.RUN").unwrap();
    assert_eq!((&*run.place.file, run.place.line, run.place.column), ("motor", 11, 3));
}

#[test]
fn its_paths_processes_events_and_states_are_those_of_its_place() {
    let definition = loaded(TWO);
    let state = |name: &str| definition.states().iter().find(|state| state.name == name).unwrap();
    let text = serde_json::to_string(&definition).unwrap();
    for meant in [
        "domain.left.speed < global.slow.most",
        "in('LEFT.COLD') && !in('LEFT.WARM')",
        "in('RIGHT.COLD') && !in('RIGHT.WARM')",
        "${domain.right.speed + 1}",
        "\"left.spin\"",
        "\"right.spin\"",
        "EVT_LEFT_JAMMED",
        "CMD_RIGHT_HALT",
        "done.state.RIGHT.READY",
    ] {
        assert!(text.replace("${ ", "${").replace(" }", "}").contains(meant), "{meant}: {text}");
    }
    let ways = |name: &str| {
        let ways = state(name).transitions.iter();
        ways.map(|way| (way.trigger.to_string(), definition.states()[way.targets[0].0 as usize].name.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(ways("LEFT"), [("EVT_LEFT_JAMMED".to_owned(), "LEFT.STUCK".to_owned())]);
    assert_eq!(ways("RIGHT"), [("EVT_RIGHT_JAMMED".to_owned(), "RIGHT.STUCK".to_owned())]);
    assert_eq!(ways("PAY"), [("done".to_owned(), "DONE".to_owned()), ("EVT_JAMMED".to_owned(), "DONE".to_owned())]);
    let heard = |name: &str| matches!(&state(name).transitions[0].trigger, Trigger::Event { name, .. } if *name == EventName::parse("EVT_LEFT_JAMMED").unwrap());
    assert!(heard("LEFT") && !heard("RIGHT"));
    assert!(!state("LEFT").transitions[0].reenters, "the whole of a fragment is not left by what it says of itself");
    assert!(state("PAY").transitions[1].reenters);
    assert_eq!(state("RIGHT.RUN").entry[0].runs()[0].contract.process, "right.spin");
    assert!(matches!(state("LEFT.DONE").kind, StateKind::Final { result: None }), "nobody waits for it");
    assert!(matches!(state("LEFT.LAST").kind, StateKind::Final { result: Some(_) }));
}

#[test]
fn positions_are_stored_by_the_names_of_the_program_and_what_a_fragment_moved_is_found() {
    let definition = loaded(TWO);
    let begun = at(&definition, &["LEFT.IDLE", "RIGHT.FAST"]);
    assert_eq!(definition.stored(&begun).active, ["LEFT.IDLE", "RIGHT.FAST"]);
    let before = at(&definition, &["LEFT.BROKEN", "RIGHT.FAST"]);
    assert_eq!(definition.stored(&before).active, ["LEFT.STUCK", "RIGHT.FAST"]);
}

#[test]
fn what_was_read_is_written_as_one_file_that_is_the_same_machine() {
    let definition = loaded(TWO);
    let written = serde_json::to_string(&definition).unwrap();
    let again = read(&written, &[], &machine()).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
    assert_eq!(named(&again), named(&definition));
}

/// What a person would write for it, at its place.
#[test]
fn it_is_the_machine_that_is_written_out_by_hand() {
    let fragment = Fragment::new(
        "f",
        "f.yaml",
        "\
description: how it turns
external: [CMD_GO]
initialised: [domain.speed, domain.wear]
initial: BACK
entry: { run: spin, with: { by: 1 }, on_error: { Worn: Z }, compensate: { run: spin, with: { by: -1 } } }
exit: { run: spin, with: { by: \"${ domain.speed * -1 }\" } }
defer: CMD_HALT
events: { SIG_JAMMED: [ { to: Z, when: domain.speed > 3 }, { steps: { run: spin, with: { by: 2 } } } ] }
always: { to: Z, when: domain.wear > 9 }
after: { \"${ domain.wear }\": Z }
every: { 1h: { to: Z, when: \"event.missed > 1 && in('A.X')\" } }
on_error: { Worn: Z }
states:
  A: { states: { X: { events: { CMD_GO: B.X } }, Y: { after: { 1s: A.X } } } }
  B: { initial: X, states: { X: { events: { CMD_GO: A, CMD_HALT: Z } } } }
  BACK: { history: deep, default: A }
  Z: { final: true }
",
    );
    let included = "\
states:
  W: { include: { f: { at: domain.right } }, done: END, events: { CMD_STOP: END }, saga: true }
  END: { final: true }
external: [CMD_STOP, CMD_GO]
";
    let by_hand = "\
external: [CMD_STOP, CMD_GO]
initialised: [domain.right.speed, domain.right.wear]
states:
  W:
    description: how it turns
    done: END
    saga: true
    initial: W.BACK
    entry: { run: right.spin, with: { by: 1 }, on_error: { Worn: W.Z }, compensate: { run: right.spin, with: { by: -1 } } }
    exit: { run: right.spin, with: { by: \"${ domain.right.speed * -1 }\" } }
    defer: CMD_RIGHT_HALT
    events:
      CMD_STOP: END
      SIG_RIGHT_JAMMED:
        - { to: W.Z, when: domain.right.speed > 3, reenter: false }
        - { steps: { run: right.spin, with: { by: 2 } } }
    always: { to: W.Z, when: domain.right.wear > 9, reenter: false }
    after: { \"${ domain.right.wear }\": { to: W.Z, reenter: false } }
    every: { 1h: { to: W.Z, when: \"event.missed > 1 && in('W.A.X')\", reenter: false } }
    on_error: { Worn: W.Z }
    states:
      W.A: { states: { W.A.X: { events: { CMD_GO: W.B.X } }, W.Y: { after: { 1s: W.A.X } } } }
      W.B: { initial: W.B.X, states: { W.B.X: { events: { CMD_GO: W.A, CMD_RIGHT_HALT: W.Z } } } }
      W.BACK: { history: deep, default: W.A }
      W.Z: { final: true }
  END: { final: true }
";
    let written = |result: Result<Definition, SourceError>| match result {
        Ok(definition) => serde_json::to_value(&definition).unwrap(),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(written(read(included, &[fragment], &machine())), written(read(by_hand, &[], &machine())));
}

#[test]
fn fragments_include_fragments_at_places_within_their_own() {
    let both = Fragment::new(
        "both",
        "both.yaml",
        "regions: { L: { include: { motor: { at: domain.left } } }, R: { include: { motor: { at: domain.right } } } }",
    );
    let plain = Fragment::new(
        "plain",
        "plain.yaml",
        "events: { CMD_HALT: B }\nstates: { A: { after: { 1s: B } }, B: { final: true } }",
    );
    let outer = Fragment::new(
        "outer",
        "outer.yaml",
        "states: { IN: { include: plain, done: { to: OUT, when: domain.speed > 1 }, after: { 1m: A } }, OUT: { final: true }, A: { after: { 1s: OUT } } }",
    );
    let yaml = "states: { WASH: { include: { outer: { at: domain.left } }, done: DONE }, DONE: { final: true } }";
    let definition = read(yaml, &[outer, plain, both], &machine()).unwrap();
    assert_eq!(named(&definition), ["WASH", "WASH.IN", "WASH.IN.A", "WASH.IN.B", "WASH.OUT", "WASH.A", "DONE"]);
    let text = serde_json::to_string(&definition).unwrap();
    assert!(text.contains("domain.left.speed > 1") && text.contains("CMD_LEFT_HALT"), "{text}");
    // Two states of one name inside different states of the file, and in a fragment.
    let twice = "states: { A: { states: { M: { include: payment, done: X }, X: { final: true } }, done: B }, B: { states: { M: { include: payment, done: Y }, Y: { final: true } }, done: C }, C: { final: true } }";
    let definition = loaded(twice);
    assert!(
        named(&definition).contains(&"A.M.ASK") && named(&definition).contains(&"B.M.PAID"),
        "{:?}",
        named(&definition)
    );
    let dotted = Fragment::new(
        "dotted",
        "dotted.yaml",
        "external: [CMD_A]\nstates: { A: { states: { X: { events: { CMD_A: B.X } } } }, B: { states: { X: { events: { CMD_A: { to: END, when: in('B.X') } } } } }, END: { final: true } }",
    );
    let definition =
        read("states: { W: { include: dotted, done: A }, A: { final: true } }", &[dotted], &machine()).unwrap();
    assert_eq!(named(&definition), ["W", "W.A", "W.A.X", "W.B", "W.B.X", "W.END", "A"]);
}

#[test]
fn what_cannot_be_included_is_refused_where_it_stands() {
    for (yaml, told) in [
        (
            "states: { A: { include: paymnt } }",
            "W044 wash.yaml:1:25 there is no fragment `paymnt` | did you mean `payment`?",
        ),
        (
            "include: payment\nstates: { A: { final: true } }",
            "W044 wash.yaml:1:1 a workflow includes nothing as a whole: a state of it does | as in `states: { PAYING: { include: payment } }`",
        ),
        (
            "states: { A: { include: [payment, motor] } }",
            "W002 wash.yaml:1:25 `include` of a state must be the name of one fragment | a state includes one fragment: make a state of each, inside this one",
        ),
        (
            "states: { A: { include: { payment: , motor: } } }",
            "W044 wash.yaml:1:38 a state includes one fragment | make a state of each, inside this one",
        ),
        (
            "states: { A: { include: { motor: , at: domain.left } } }",
            "W044 wash.yaml:1:36 `at` stands beside the fragment | as in `include: payment`, or `include: { motor: { at: domain.left } }`",
        ),
        (
            "states: { A: { include: { motor: { att: domain.left } } } }",
            "W003 wash.yaml:1:36 unknown key `att` of `motor` | did you mean `at`?",
        ),
        (
            "states: { A: { include: { motor: { at: [domain.left] } } } }",
            "W002 wash.yaml:1:40 `at` must be the path of a nested context | a state is at one place: make a state of each, inside this one",
        ),
        (
            "states: { A: { include: { motor: 3 } } }",
            "W002 wash.yaml:1:34 what is said of `motor` must be a map with `at` | as in `include: payment`, or `include: { motor: { at: domain.left } }`",
        ),
        (
            "states: { A: { include: 3 } }",
            "W002 wash.yaml:1:25 `include` must be the name of a fragment | as in `include: payment`, or `include: { motor: { at: domain.left } }`",
        ),
        (
            "states: { A: { include: { motor: { at: domain.lefft } } } }",
            "W044 wash.yaml:1:40 unknown field `lefft` of Machine in `domain.lefft` | did you mean `left`?",
        ),
        (
            "states: { A: { include: { motor: { at: left } } } }",
            "W044 wash.yaml:1:40 `left` is no part of the domain: write the path of a nested context | as in `domain.left`",
        ),
        (
            "states: { A: { include: { motor: { at: domain.total } } } }",
            "W044 wash.yaml:1:40 `domain.total` is no nested context: a fragment at a place is written for one | ",
        ),
        (
            "states: { A: { include: payment, states: { B: { final: true } } } }",
            "W029 wash.yaml:1:34 the state has both `include` and `states` | what is inside the state is the fragment's: make a state of it, inside this one",
        ),
        (
            "states: { A: { include: payment, final: true } }",
            "W029 wash.yaml:1:34 the state has both `include` and `final` | what is inside the state is the fragment's: make a state of it, inside this one",
        ),
        (
            "states: { A: { include: { motor: { at: domain.left } }, events: { EVT_JAMMED: A } } }",
            "W044 wash.yaml:1:67 the fragment `motor` says `EVT_JAMMED` of the same state | say it of a state around this one",
        ),
        (
            "states: { A: &a { include: payment, done: C }, B: *a, C: { final: true } }",
            "W044 wash.yaml:1:51 what includes a fragment stands behind an alias | write the state out: each has states of its own",
        ),
    ] {
        assert_eq!(refused(yaml), told, "{yaml}");
    }
    let told = refused_of("states: { A: { include: motor } }", &[]);
    assert!(told.contains("there is no fragment `motor`") && told.contains(".fragments([motor::RULES])"), "{told}");
}

#[test]
fn circles_and_fragments_that_are_no_part_of_a_chart_are_refused() {
    let yaml = "states: { A: { include: f } }";
    let of = |text: &'static str| refused_of(yaml, &[Fragment::new("f", "f.yaml", text), PAYMENT]);
    for (text, told) in [
        ("states: { X: { include: f } }", "W044 f:1:25 the fragment `f` includes itself | remove this one"),
        (
            "name: f",
            "W001 f:1:1 the fragment `f` has no `states` | what a state includes is a workflow of its own: `states: { .. }`",
        ),
        (
            "process_recipes: {}",
            "W044 f:1:1 the fragment `f` is a part of recipes | a recipe file includes it; what a state includes has `states`",
        ),
        (
            "limit: 3\nstates: { X: { final: true } }",
            "W044 f:1:1 `limit` counts the moves of a whole workflow, not of a part of it | write it in the file that includes the fragment",
        ),
        (
            "saga: true\nstates: { X: { final: true } }",
            "W044 f:1:1 `saga` is of a state, and a fragment is none by itself | say it of the state that includes the fragment",
        ),
        (
            "transitions: []\nstates: { X: { final: true } }",
            "W044 f:1:1 `transitions` of a whole file cannot be included | write what they say in the states: `entry`, `events`",
        ),
        (
            "extrenal: []\nstates: { X: { final: true } }",
            "W003 f:1:1 unknown key `extrenal` of a fragment | did you mean `external`?",
        ),
    ] {
        assert_eq!(of(text), told, "{text}");
    }
    let b = Fragment::new("b", "b.yaml", "states: { Y: { include: f } }");
    let a = Fragment::new("f", "f.yaml", "states: { X: { include: b } }");
    assert_eq!(
        refused_of(yaml, &[a, b]),
        "W044 b:1:25 fragments include each other: `f` includes `b` includes `f` | remove this one"
    );
    let error = read(yaml, &[Fragment::new("f", "f.yaml", "states: [")], &machine()).unwrap_err().to_string();
    assert!(error.contains("f:1:") && error.contains("included by wash.yaml:1:25"), "{error}");
    let both = refused_of(
        "states: { A: { include: f, entry: x } }",
        &[Fragment::new("f", "f.yaml", "entry: spin\nstates: { X: { final: true } }")],
    );
    assert_eq!(
        both,
        "W044 wash.yaml:1:28 the fragment `f` says `entry` of the same state | say it of a state around this one"
    );
}

#[test]
fn what_is_wrong_in_a_fragment_is_told_at_its_line_with_where_it_is_included() {
    let yaml = "states:\n  A: { include: { f: { at: domain.left } }, done: X }\n  X: { final: true }\n";
    let of = |text: &'static str| {
        let error = read(yaml, &[Fragment::new("f", "flows/f.yaml", text)], &machine()).unwrap_err();
        error.problems().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let told = of("states:\n  ONE: { after: { 1s: TWOO } }\n  TWO: { final: true }\n");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0],
        "error[W006]: unknown state `TWOO`
 --> f:2:23
  |
2 |   ONE: { after: { 1s: TWOO } }
  |                       ^^^^ no such state in this workflow
  |
  = help: did you mean `TWO`?
  = note: `f` is flows/f.yaml, included for domain.left by wash.yaml:2:19"
    );
    // The states of the program are not its own.
    assert!(of("states:\n  ONE: { after: { 1s: X } }\n")[0].contains("unknown state `X`"));
    assert!(
        of("states: { ONE: { after: { 1s: { to: ONE, when: in('X') } } } }")[0].contains("there is no state `A.X`")
    );
    assert!(of("states: { ONE: { entry: spn } }")[0].contains("did you mean `left.spin`?"));
    let told = of("states: { ONE: { always: { to: TWO, when: domain.sped > 1 } }, TWO: { final: true } }");
    assert!(told[0].contains("--> f:1:4") && told[0].contains("sped") && told[0].contains("`speed`"), "{told:?}");
}

#[test]
fn proofs_run_over_the_whole_and_a_strict_fragment_is_strict_where_it_is() {
    let of = |text: &'static str| {
        let yaml = "states: { A: { include: f, done: X }, X: { final: true } }";
        read(yaml, &[Fragment::new("f", "f.yaml", text)], &machine())
    };
    let told = of("states: { ONE: { final: true }, LOST: { final: true } }").unwrap();
    let warning = told.warnings().first().unwrap();
    assert_eq!((warning.code, &*warning.file, warning.column), (Some("W102"), "f", 33));
    assert!(
        warning.message.contains("A.LOST") && warning.note.as_deref().unwrap().contains("included by wash.yaml:1:25")
    );
    let error = of("strict: true\nstates: { ONE: { final: true }, LOST: { final: true } }").unwrap_err();
    assert_eq!(error.problems()[0].code, Some("W102"));
    // The strictness of a fragment is not that of the program.
    let yaml = "states: { A: { include: f, done: X }, X: { final: true }, LOST: { final: true } }";
    let strict = Fragment::new("f", "f.yaml", "strict: true\nstates: { ONE: { final: true } }");
    assert_eq!(read(yaml, &[strict], &machine()).unwrap().warnings().len(), 1);
}

#[test]
fn many_are_refused_and_so_are_deep_ones() {
    let ten: &'static str = Box::leak(
        format!(
            "states: {{ {}, END: {{ final: true }} }}",
            (0..40).map(|n| format!("S{n}: {{ include: leaf, done: END }}")).collect::<Vec<_>>().join(", ")
        )
        .into_boxed_str(),
    );
    let leaf = Fragment::new("leaf", "leaf.yaml", "states: { X: { final: true } }");
    let yaml = format!(
        "states: {{ {} }}",
        (0..40).map(|n| format!("T{n}: {{ include: ten }}")).collect::<Vec<_>>().join(", ")
    );
    let told = refused_of(&yaml, &[Fragment::new("ten", "ten.yaml", ten), leaf]);
    assert!(told.contains("W026") && told.contains("more than 1000 fragments are included"), "{told}");
    let names: Vec<&'static str> = (0..20).map(|n| &*Box::leak(format!("f{n}").into_boxed_str())).collect();
    let chain = |n: usize| -> &'static str {
        Box::leak(format!("states: {{ X: {{ include: f{} }} }}", n + 1).into_boxed_str())
    };
    let deep: Vec<Fragment> =
        names.iter().enumerate().map(|(n, name)| Fragment::new(name, "f.yaml", chain(n))).collect();
    let told = refused_of("states: { A: { include: f0 } }", &deep);
    assert!(told.contains("W026") && told.contains("more than 16 deep"), "{told}");
}
