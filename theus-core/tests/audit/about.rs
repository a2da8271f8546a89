//! What a rule says of itself is in all that is told of it, and by its id it is known again.

use serde_json::json;
use theus_core::audit::Query;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;

#[derive(Clone, Default, Context)]
struct Oven {
    temperature: f64,
}

#[process(outputs = [domain.temperature])]
fn record(ctx: Ctx<Oven>, value: f64) {
    ctx.domain.temperature.set(value);
}

fn recipe(rule: &str) -> String {
    format!("process_recipes: {{ record: {{ inputs: [ {{ {rule} }} ] }} }}")
}

const SAID: &str = "id: T-1, owner: line 3, priority: high, response: open the door";

fn engine(rule: &str, store: &MemoryStore) -> Engine<Oven> {
    let builder = Engine::builder(Oven::default()).process::<Record>().store(store.clone());
    builder.clock(|| std::time::SystemTime::UNIX_EPOCH).recipe("r.yaml", &recipe(rule)).unwrap().build().unwrap()
}

fn hot(engine: &Engine<Oven>) -> Result<(), String> {
    engine.run(Record { value: 99.0 }).map_err(|error| error.to_string())
}

/// How many violations the one rule counts at present.
fn count(engine: &Engine<Oven>) -> u32 {
    engine.explain(&Record { value: 1.0 }).unwrap().rules[0].count
}

#[test]
fn it_stands_in_records_errors_explanations_and_is_asked_for() {
    let engine = engine(&format!("field: value, max: 90, message: hot, {SAID}"), &MemoryStore::new());
    let refused = hot(&engine).unwrap_err();
    let told = "rule T-1 `value max 90` (level B, priority high) found 99.0, violation 1 of 1: hot; response: open the door; owner: line 3 [r.yaml:1:";
    assert!(refused.contains(told), "{refused}");
    let ledger = engine.ledger();
    let (by_id, by_other) = (Query::new().rule("T-1"), Query::new().rule("T-2"));
    assert_eq!((ledger.find(&by_id).count(), ledger.find(&by_other).count()), (1, 0));
    let record = ledger.find(&by_id).next().unwrap();
    let shown = serde_json::to_value(record).unwrap();
    let said = ["id", "owner", "priority", "response"].map(|key| shown[key].clone());
    assert_eq!(said, ["T-1", "line 3", "high", "open the door"].map(|text| json!(text)));
    let back: theus_core::audit::AuditRecord = serde_json::from_value(shown).unwrap();
    assert_eq!(back.violation().unwrap().metadata, record.violation().unwrap().metadata);
    ledger.verify().unwrap();
    let explained = engine.explain(&Record { value: 99.0 }).unwrap();
    assert!(explained.to_string().contains("T-1 value max 90"), "{explained}");
    assert_eq!(serde_json::to_value(&explained).unwrap()["rules"][0]["owner"], "line 3");
}

#[test]
fn it_is_part_of_what_is_chained() {
    let hashes = |rule: &str| {
        let engine = engine(rule, &MemoryStore::new());
        hot(&engine).unwrap_err();
        engine.ledger().iter().map(|record| record.hash).collect::<Vec<_>>()
    };
    let all = ["owner: line 3", "owner: line 4", "priority: line 3", "response: line 3"];
    let all = all.map(|said| hashes(&format!("field: value, max: 90, {said}")));
    let plain = hashes("field: value, max: 90");
    for (at, one) in all.iter().enumerate() {
        assert_eq!(one[0], plain[0], "the recipe asks the same");
        assert!(all[at + 1..].iter().chain([&plain]).all(|other| other[1] != one[1]), "{at}");
    }
}

#[test]
fn a_rule_with_an_id_goes_on_with_its_counter_whatever_its_bound_is_by_now() {
    let rule = |settings: &str| format!("field: value, level: C, {settings}");
    let engine = engine(&rule("max: 90, max_threshold: 9"), &MemoryStore::new());
    hot(&engine).unwrap();
    let reload = |settings: &str| {
        engine.reload_recipe("r.yaml", &recipe(&rule(settings))).unwrap();
        count(&engine)
    };
    assert_eq!(reload("max: 90, max_threshold: 9, id: T-1"), 1, "it is given an id");
    assert_eq!(reload("max: 80, max_threshold: 5, id: T-1, min_threshold: 2"), 1, "another bound and threshold");
    hot(&engine).unwrap();
    assert_eq!(reload("min: 5, max_threshold: 5, id: T-1"), 2, "another condition");
    assert_eq!(reload("max: 80, max_threshold: 5, id: T-1, within: 1h"), 0, "another window is another counter");
    hot(&engine).unwrap();
    assert_eq!(reload("max: 70, max_threshold: 5, id: T-2, within: 1h"), 0, "another rule");
    // Without an id another bound is another rule, as ever.
    reload("max: 80, max_threshold: 5");
    hot(&engine).unwrap();
    assert_eq!(reload("max: 70, max_threshold: 5"), 0);
}

#[test]
fn a_change_of_a_rule_with_an_id_is_on_record_as_a_change() {
    let engine = engine("field: value, max: 90, id: T-1", &MemoryStore::new());
    engine.reload_recipe("r.yaml", &recipe("field: value, max: 80, id: T-1")).unwrap();
    let last = engine.ledger().last().unwrap().to_string();
    let change =
        "changed: record input: T-1 value max 90 (level B, acts at 1) -> T-1 value max 80 (level B, acts at 1)";
    assert!(last.contains(change) && last.contains("0 rules kept"), "{last}");
}

#[test]
fn after_a_restart_a_rule_is_known_by_its_id() {
    let store = MemoryStore::new();
    let rule = |settings: &str| format!("field: value, level: C, max_threshold: 9, {settings}");
    // Each opens the store after the one before it has ended.
    let counted = |settings: &str| {
        let engine = engine(&rule(settings), &store);
        let before = count(&engine);
        hot(&engine).unwrap();
        before
    };
    assert_eq!(counted("max: 90"), 0);
    assert_eq!(counted("max: 90"), 1);
    assert_eq!(counted("max: 90, id: T-1"), 2, "stored before it was called something");
    assert_eq!(counted("max: 80, id: T-1"), 3);
    assert_eq!(counted("max: 70, id: T-1, owner: line 3"), 4);
    assert_eq!(counted("max: 70"), 0, "without its id nobody knows it");
}

#[test]
fn a_unit_is_told_with_the_value_and_the_bound() {
    let engine = engine("field: value, max: 90, unit: degF, message: '{value} is above {limit}'", &MemoryStore::new());
    let refused = hot(&engine).unwrap_err();
    let told = "rule `value max 90` (level B) found 99.0 degF, violation 1 of 1: 99.0 degF is above 90 degF";
    assert!(refused.contains(told), "{refused}");
    let ledger = engine.ledger();
    let violation = ledger.iter().find_map(|record| record.violation()).unwrap();
    assert_eq!((violation.value.as_str(), violation.metadata.limit.as_str()), ("99.0 degF", "90 degF"));
    ledger.verify().unwrap();
    let explained = engine.explain(&Record { value: 99.0 }).unwrap().to_string();
    assert!(explained.contains("99.0 degF"), "{explained}");
    // Another unit is no other rule: it goes on with its counter.
    assert_eq!(count(&engine), 0, "it has acted");
}

/// It says itself in what it is measured.
#[derive(Clone, Default, Context)]
struct Kiln {
    #[context(unit = "degF")]
    chamber: f64,
    #[context(unit = "degF")]
    zones: Vec<f64>,
    #[context(unit = "l")]
    water: u32,
}

#[derive(Clone, Default, Context)]
struct Bounds {
    #[context(unit = "degF")]
    high: f64,
}

#[process(outputs = [domain.chamber, domain.zones])]
fn fire(ctx: Ctx<Kiln, Bounds>, to: f64) {
    ctx.domain.chamber.set(to);
    ctx.domain.zones.set(vec![to, to + 1.0]);
}

fn kiln(rule: &str) -> Result<Engine<Kiln, Bounds>, String> {
    let recipe = format!("process_recipes: {{ fire: {{ outputs: [ {{ {rule} }} ] }} }}");
    let builder = Engine::builder(Kiln::default()).global(Bounds { high: 90.0 }).process::<Fire>();
    let built = builder.recipe("r.yaml", &recipe).map_err(|error| error.to_string())?.build();
    built.map_err(|error| error.to_string())
}

#[test]
fn the_unit_of_a_field_is_told_by_rules_that_say_none() {
    for (rule, told) in [
        ("field: domain.chamber, max: 90", "found 99.0 degF"),
        ("field: domain.chamber, max: global.high", "found 99.0 degF, global.high = 90.0 degF"),
        ("field: 'domain.zones[*]', max: 99", "domain.zones[1] = 100.0 degF"),
        ("field: domain.zones.max(), max: 90", "found 100.0 degF"),
        (
            "that: 'domain.chamber < global.high || domain.water > 3', level: B",
            "domain.chamber = 99.0 degF, global.high = 90.0 degF, domain.water = 0 l",
        ),
    ] {
        let engine = kiln(rule).unwrap();
        let refused = engine.run(Fire { to: 99.0 }).unwrap_err().to_string();
        assert!(refused.contains(told), "{rule}: {refused}");
        let ledger = engine.ledger();
        let violation = ledger.iter().find_map(|record| record.violation()).unwrap();
        assert!(violation.value.as_str().contains("degF"), "{rule}: {violation:?}");
        ledger.verify().unwrap();
        assert!(engine.run(Fire { to: 9.0 }).is_ok(), "{rule}");
    }
    let refused = kiln("field: domain.chamber, max: 90, unit: degC").unwrap_err();
    assert!(refused.contains("error[R051]: domain.chamber is measured in `degF`") && refused.contains("--> r.yaml:1:"));
    let refused = kiln("that: 'domain.chamber > domain.zones.max() + double(domain.water)', level: B").unwrap_err();
    assert!(refused.contains("is measured in `degF`, and `double(domain.water)` in `l`"), "{refused}");
}

#[test]
fn conditions_of_workflows_mix_no_units() {
    let engine = kiln("field: domain.chamber, max: 90").unwrap();
    let flow = |when: &str| {
        let file = format!(
            "states:\n  A: {{ entry: {{ run: fire, with: {{ to: 3.0 }} }}, events: {{ EVT_CHAIN_DONE: {{ when: \"{when}\", to: B }}, CMD_B: B, EVT_CHAIN_FAIL: B }} }}\n  B: {{ final: true }}\n"
        );
        WorkflowManager::from_text(&engine, "w.yaml", &file).map(|_| ()).map_err(|error| error.to_string())
    };
    let refused = flow("domain.chamber > double(domain.water)").unwrap_err();
    assert!(refused.contains("`domain.chamber` is measured in `degF`, and `double(domain.water)` in `l`"), "{refused}");
    assert!(flow("domain.chamber > double(domain.water) * 1.0").is_ok());
}

#[test]
fn a_list_in_a_file_is_read_again_with_its_recipe() {
    let folder = std::env::temp_dir().join(format!("theus-list-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (recipe_file, list) = (folder.join("audit.yaml"), folder.join("setpoints.txt"));
    std::fs::write(&recipe_file, recipe("field: value, in: { file: setpoints.txt }")).unwrap();
    std::fs::write(&list, "# allowed\n20.5\n99\n").unwrap();
    let builder = Engine::builder(Oven::default()).process::<Record>().recipe_file(&recipe_file).unwrap();
    let engine = builder.build().unwrap();
    assert!(hot(&engine).is_ok());
    std::fs::write(&list, "20.5\n").unwrap();
    assert!(hot(&engine).is_ok(), "it is read with its recipe");
    let changes = engine.compare_recipe_files([&recipe_file]).unwrap().to_string();
    assert!(changes.contains("stricter"), "{changes}");
    engine.reload_recipe_file(&recipe_file).unwrap();
    assert!(hot(&engine).unwrap_err().contains("`value in [20.5]`"));
    std::fs::write(&list, "").unwrap();
    let error = engine.reload_recipe_file(&recipe_file).unwrap_err().to_string();
    assert!(error.contains("error[R052]: `setpoints.txt` has no values"), "{error}");
    assert!(hot(&engine).is_err(), "what was in force is in force");
    std::fs::remove_dir_all(&folder).unwrap();
}
