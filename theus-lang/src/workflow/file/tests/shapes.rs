//! The model that a file makes, part by part.

use std::time::Duration;

use super::{codes, load, loads, sound};
use crate::workflow::chart::{ArgumentSource, Definition, Restart, Run, State, StateKind, Step, Stored, Trigger};

fn state<'d>(definition: &'d Definition, name: &str) -> &'d State {
    definition.state(definition.state_named(name).unwrap()).unwrap()
}

fn run(step: &Step) -> &Run {
    match step {
        Step::Run(run) => run,
        other => panic!("{other:?}"),
    }
}

fn name_of(definition: &Definition, id: crate::workflow::chart::StateId) -> &str {
    &definition.state(id).unwrap().name
}

const END: &str = "\n  DONE: { final: true }\n";

#[test]
fn a_step_says_everything_about_its_process() {
    let yaml = "states:
  PAY:
    entry:
      run: charge
      with: { amount: \"${ domain.total * 2 }\", to: \"$${alice}\" }
      retry: { attempts: 5, backoff: 1s, factor: 3, longest: 1m, on: AccountClosed }
      on_error: { \"*\": DONE, InsufficientFunds: PAY }
      compensate: { run: refund, with: { amount: 7 } }
    events: { EVT_CHAIN_DONE: DONE }";
    let definition = sound(&format!("{yaml}{END}"));
    let charge = run(&state(&definition, "PAY").entry[0]);
    let [(_, ArgumentSource::Expression(amount)), (_, ArgumentSource::Literal(to)), (_, ArgumentSource::Literal(memo))] =
        &charge.arguments[..]
    else {
        panic!("{charge:?}")
    };
    assert_eq!((amount.text().trim(), to, memo.is_null()), ("domain.total * 2", &"${alice}".into(), true));
    let retry = charge.retry.as_ref().unwrap();
    assert_eq!((retry.attempts, retry.backoff, retry.longest), (5, Duration::from_secs(1), Duration::from_secs(60)));
    assert_eq!((retry.factor, &retry.on[..]), (3.0, &["bank::AccountClosed"][..]));
    let on_error: Vec<_> = charge.on_error.iter().map(|it| (it.error, name_of(&definition, it.target))).collect();
    assert_eq!(on_error, [(Some("InsufficientFunds"), "PAY"), (None, "DONE")], "what is named comes first");
    assert_eq!(charge.compensate.as_ref().unwrap().contract.process, "refund");
    assert_eq!((charge.place.line, charge.place.column), (4, 12));
    assert_eq!(charge.place.to_string(), "flows/desk.yaml:4:12");
}

#[test]
fn what_a_restart_means_is_said_of_effects_alone() {
    let of = |step: &str| format!("states:\n  A: {{ final: true, entry: {{ {step} }} }}\n");
    let read = |step: &str| {
        let definition = sound(&of(step));
        let run = run(&state(&definition, "A").entry[0]);
        (run.restart, run.begins_once(), run.begins_anew())
    };
    assert_eq!(read("run: watch"), (None, true, false));
    assert_eq!(read("run: watch, restart: again"), (Some(Restart::Again), false, true));
    assert_eq!(read("run: watch, restart: fail"), (Some(Restart::Fail), true, false));
    assert_eq!(read("run: p_load"), (None, false, true));
    for wrong in ["run: p_load, restart: again", "run: watch, restart: agian", "run: watch, retry: 1"] {
        assert_eq!(codes(&of(wrong)), ["W027"], "{wrong}");
    }
    assert_eq!(codes(&of("run: watch, restart: true")), ["W002"]);
    let said = load(&of("run: watch, restart: agian")).unwrap_err().to_string();
    assert!(said.contains("did you mean `again`?"), "{said}");
}

#[test]
fn chains_have_branches_loops_and_groups() {
    let yaml = "states:
  WORK:
    final: true
    entry:
      - { flux: if, when: domain.ready, then: [p_load, p_load], else: p_analyze }
      - { flux: while, when: \"domain.total > 0\", do: { flux: run, steps: [p_load, count] } }
      - { flux: for_each, in: domain.items, as: it, do: { run: p_record, with: { timestamp: 1, value: 2 } } }
      - { parallel: [p_load, { run: p_analyze }] }
      - { flux: run, process: p_load }
";
    let definition = loads(yaml);
    assert_eq!(codes(yaml), ["W201"], "`process` is the reference's word");
    let shown: Vec<String> = state(&definition, "WORK").entry.iter().map(shown).collect();
    assert_eq!(
        shown,
        [
            "if domain.ready [p_load p_load] else [p_analyze]",
            "while domain.total > 0 [p_load count]",
            "for it in domain.items [p_record]",
            "parallel [p_load p_analyze]",
            "p_load"
        ]
    );
}

fn shown(step: &Step) -> String {
    let all = |steps: &[Step]| steps.iter().map(shown).collect::<Vec<_>>().join(" ");
    match step {
        Step::Run(run) => run.contract.process.to_owned(),
        Step::If { when, then, otherwise, .. } => {
            format!("if {} [{}] else [{}]", when.text(), all(then), all(otherwise))
        }
        Step::While { when, body, .. } => format!("while {} [{}]", when.text(), all(body)),
        Step::ForEach { list, item, body, .. } => format!("for {item} in {} [{}]", list.text(), all(body)),
        Step::Parallel { branches, .. } => {
            let names: Vec<_> = branches.iter().map(|run| run.contract.process).collect();
            format!("parallel [{}]", names.join(" "))
        }
    }
}

#[test]
fn a_state_says_what_leads_where() {
    let yaml = "external: [CMD_GO]
states:
  IDLE:
    exit: p_load
    events:
      CMD_START: [{ to: DONE, when: domain.ready, steps: p_analyze }, IDLE]
      CMD_GO: { steps: [p_load] }
      \"*\": DONE
    always: { to: DONE, when: \"domain.total < 0\" }
    after: { 1m 30s: DONE }";
    let definition = sound(&format!("{yaml}{END}"));
    let idle = state(&definition, "IDLE");
    let ways: Vec<_> = idle
        .transitions
        .iter()
        .map(|it| {
            let trigger = match &it.trigger {
                Trigger::Event { written, .. } => written.clone(),
                other => format!("{other:?}"),
            };
            let to = it.targets.first().map_or("-", |target| name_of(&definition, *target));
            (trigger, it.guard.as_ref().map_or("", |guard| guard.text()), to, it.steps.len())
        })
        .collect();
    let way = |trigger: &str, guard, to, steps| (trigger.to_owned(), guard, to, steps);
    assert_eq!(
        ways,
        [
            way("CMD_START", "domain.ready", "DONE", 1),
            way("CMD_START", "", "IDLE", 0),
            way("CMD_GO", "", "-", 1),
            way("Any", "", "DONE", 0),
            way("Always", "domain.total < 0", "DONE", 0),
            way("After(90s)", "", "DONE", 0),
        ]
    );
    assert_eq!((idle.exit.len(), idle.entry.len(), definition.limit()), (1, 0, 10_000));
}

#[test]
fn states_are_within_states_in_the_order_of_the_file() {
    let yaml = include_str!("../../../../../fuzz/corpus/workflow/nested.yaml");
    let definition = sound(yaml);
    let names: Vec<_> = definition.states().iter().map(|state| state.name.as_str()).collect();
    let expected = "OUTER A B B1 B2 END BACK LAST IDLE BOTH LEFT L1 L2 RIGHT R2 R1 DONE";
    assert_eq!(names.join(" "), expected);
    let parent = |name: &str| state(&definition, name).parent.map_or("", |id| name_of(&definition, id));
    assert_eq!((parent("B1"), parent("L2"), parent("LEFT"), parent("OUTER")), ("B", "LEFT", "BOTH", ""));
    assert!(
        matches!(state(&definition, "OUTER").kind, StateKind::Compound { initial } if name_of(&definition, initial) == "B")
    );
    assert!(
        matches!(state(&definition, "RIGHT").kind, StateKind::Compound { initial } if name_of(&definition, initial) == "R1")
    );
    assert!(matches!(state(&definition, "BOTH").kind, StateKind::Parallel));
    let StateKind::History { deep: true, default } = state(&definition, "BACK").kind else { panic!("no deep history") };
    assert_eq!(name_of(&definition, default), "B2");
    assert_eq!(state(&definition, "OUTER").children.len(), 5);
}

#[test]
fn a_final_state_gives_a_result() {
    for (result, shown) in [("3", "Literal(Number(3))"), ("{ a: [1] }", "Literal(Object {\"a\": Array [Number(1)]})")] {
        let definition = sound(&format!("states: {{ DONE: {{ final: true, result: {result} }} }}"));
        let StateKind::Final { result: Some(result) } = &definition.states()[0].kind else { panic!("no result") };
        assert_eq!(format!("{result:?}"), shown);
    }
    assert_eq!(codes("states: { DONE: { final: true, result: \"${ domain.x }\" } }"), ["W012"]);
    assert_eq!(codes("states: { DONE: { final: true, result: .nan } }"), ["W010"]);
}

#[test]
fn literals_are_what_the_argument_is() {
    let value = |value: &str| {
        codes(&format!(
            "states: {{ W: {{ final: true, entry: {{ run: p_record, with: {{ timestamp: 1, value: {value} }} }} }} }}"
        ))
    };
    assert_eq!(value("2"), Vec::<&str>::new());
    assert_eq!(value("2.5"), Vec::<&str>::new());
    for wrong in [".inf", "'2'", "true", "~", "[2]", "99999999999999999999999"] {
        assert_eq!(value(wrong), ["W010"], "{wrong}");
    }
    let time = |time: &str| {
        codes(&format!(
            "states: {{ W: {{ final: true, entry: {{ run: p_record, with: {{ timestamp: {time}, value: 1 }} }} }} }}"
        ))
    };
    assert_eq!(time("9223372036854775807"), Vec::<&str>::new());
    for wrong in ["9223372036854775808", "-9223372036854775809", "1.0", "'1'"] {
        assert_eq!(time(wrong), ["W010"], "{wrong}");
    }
    assert_eq!(time("\"${ domain.total + 1 }\""), Vec::<&str>::new());
    assert_eq!(time("\"${ domain.machine.speed }\""), ["W011"]);
    assert_eq!(time("\"${ domain.note }\""), ["W011"]);
    let later = "external: [CMD_A]\nstates: { S: { events: { CMD_A: W } }, W: { final: true, entry: { run: p_record, with: { timestamp: \"${ event.x }\", value: 1 } } } }";
    assert_eq!(codes(later), Vec::<&str>::new(), "a payload is not known before it comes");
}

#[test]
fn what_may_be_missing_is_doubted_where_it_must_be_there() {
    let to = |to: &str| {
        codes(&format!(
            "states: {{ W: {{ final: true, entry: {{ run: charge, with: {{ amount: 1, to: \"${{ {to} }}\" }}, on_error: {{ '*': W }} }} }} }}"
        ))
    };
    assert_eq!(to("domain.name"), Vec::<&str>::new());
    assert_eq!(to("domain.note"), ["W109"]);
}

#[test]
fn an_expression_inside_a_list_or_a_map_is_doubted_because_it_is_a_text() {
    let result = |result: &str| codes(&format!("states: {{ DONE: {{ final: true, result: {result} }} }}"));
    assert_eq!(result("{ note: '${ domain.note }' }"), ["W109"]);
    assert_eq!(result("[1, { a: ['${ domain.note }'] }]"), ["W109"]);
    assert_eq!(result("{ note: sent }"), Vec::<&str>::new());
    assert_eq!(result("\"${ [domain.note] }\""), Vec::<&str>::new());
    assert_eq!(result("\"${ {'note': domain.note} }\""), Vec::<&str>::new());
}

#[test]
fn an_event_has_no_payload_where_time_passes() {
    let text = |key: &str| format!("states:\n  A: {{ {key}: {{ to: DONE, when: event.ok }} }}{END}");
    assert_eq!(codes(&text("after: { 1s").replace(" } }\n", " } } }\n")), ["W012"]);
    assert_eq!(codes(&text("events: { CMD_START").replace(" } }\n", " } } }\n")), Vec::<&str>::new());
}

#[test]
fn a_variant_that_is_called_otherwise_for_serde_is_only_doubted() {
    let colour = |colour: &str| {
        codes(&format!("states: {{ W: {{ final: true, entry: {{ run: paint, with: {{ colour: {colour} }} }} }} }}"))
    };
    for right in ["Red", "red", "dark-blue", "DARK_BLUE", "\"${ domain.name }\""] {
        assert_eq!(colour(right), Vec::<&str>::new(), "{right}");
    }
    assert_eq!(colour("Rod"), ["W010"], "a slip");
    for doubtful in ["bleu", "3"] {
        assert_eq!(colour(doubtful), ["W109"], "{doubtful}");
    }
    assert_eq!(colour("~"), ["W109"]);
    let strict = "strict: true\nstates: { W: { final: true, entry: { run: paint, with: { colour: bleu } } } }";
    assert_eq!(codes(strict), ["W109"]);
}

#[test]
fn one_state_for_every_error_is_answered_with_how_that_is_written() {
    let flow = |on_error: &str| {
        format!(
            "external: [CMD_GO]\nstates:\n  A: {{ entry: [fetch], on_error: {on_error}, events: {{ CMD_GO: B }} }}\n  B: {{ final: true }}\n"
        )
    };
    let told = load(&flow("B")).unwrap_err().to_string();
    assert!(told.contains("`on_error` of the chains of state `A` must be a map from errors to states"), "{told}");
    assert!(told.contains("for every error: `on_error: { \"*\": B }`"), "{told}");
    assert!(load(&flow("{ \"*\": B }")).is_ok());
    let of_a_run = flow("{}").replace("[fetch]", "[{ run: fetch, on_error: B }]");
    let told = load(&of_a_run).unwrap_err().to_string();
    assert!(told.contains("`on_error: { \"*\": B }`"), "{told}");
    // What is no name is not repeated.
    let told = load(&flow("'B and C'")).unwrap_err().to_string();
    assert!(told.contains("must be a map from errors to states") && !told.contains("\"*\""), "{told}");
}

#[test]
fn a_name_that_was_stored_leads_to_the_state_that_has_taken_its_place() {
    let yaml = "moved: { OLD: NEW, GONE: NEW }\nstates: { NEW: { events: { CMD_A: DONE } }, DONE: { final: true } }\nexternal: [CMD_A]\n";
    let definition = loads(yaml);
    let named = |name: &str| definition.state_once_named(name).map(|state| name_of(&definition, state));
    assert_eq!(["OLD", "GONE", "NEW", "NEVER"].map(named), [Some("NEW"), Some("NEW"), Some("NEW"), None]);
    assert_eq!(definition.state_named("OLD"), None, "a way cannot lead there");
    let stored = Stored { active: vec!["OLD".to_owned()], ..Stored::default() };
    let at = definition.configuration(&stored).unwrap();
    assert_eq!(definition.stored(&at).active, ["NEW"]);
    let data = serde_json::to_string(&definition).unwrap();
    assert_eq!(serde_json::to_string(&loads(&data)).unwrap(), data);
    let of = |moved: &str| format!("moved: {moved}\nstates: {{ A: {{ final: true }} }}\n");
    assert_eq!(codes(&of("{ A: A }")), ["W029"]);
    assert_eq!(codes(&of("{ OLD: B }")), ["W006"]);
    assert_eq!(codes(&of("[OLD]")), ["W002"]);
}
