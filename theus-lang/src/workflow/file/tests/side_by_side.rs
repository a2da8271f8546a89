//! A loop that goes through several elements at once: how it is read, what is refused, and how it is written again.

use super::{load, loads};
use crate::workflow::chart::{SideBySide, Step};

fn of(loop_: &str, after: &str) -> String {
    format!(
        "states:\n  A:\n    entry:\n      - {{ flux: for_each, in: domain.items, as: it, {loop_} }}\n      - {after}\n    on_error: {{ \"*\": B }}\n    events: {{ EVT_CHAIN_DONE: B }}\n  B: {{ final: true }}\n"
    )
}

fn read(loop_: &str) -> Option<SideBySide> {
    let definition = loads(&of(loop_, "p_load"));
    match &definition.state(definition.initial()).unwrap().entry[0] {
        Step::ForEach { side_by_side, .. } => *side_by_side,
        other => panic!("{other:?}"),
    }
}

#[test]
fn how_many_at_once_and_what_a_failure_does_is_said() {
    assert_eq!(read("do: price"), None);
    assert_eq!(read("parallel: 8, do: price"), Some(SideBySide { most: 8, cancels: true }));
    assert_eq!(read("parallel: 1, on_failure: cancel, do: [price]"), Some(SideBySide { most: 1, cancels: true }));
    assert_eq!(
        read("parallel: 256, on_failure: go_on, do: { run: charge, with: { amount: 1, to: '${ it }' } }"),
        Some(SideBySide { most: 256, cancels: false })
    );
}

#[test]
fn what_is_wrong_with_it_is_told_at_its_place() {
    for (wrong, code, at, message) in [
        ("parallel: 0, do: price", "W002", "0, do", "a whole number from 1 on"),
        ("parallel: many, do: price", "W002", "many", "a whole number from 1 on"),
        ("parallel: 257, do: price", "W026", "257", "at most 256 are under way at once"),
        ("parallel: 8, on_failure: stop, do: price", "W027", "stop", "there is no `on_failure: stop`"),
        ("parallel: 8, on_failure: cancle, do: price", "W027", "cancle", "did you mean `cancel`?"),
        ("parallel: 8, on_failure: 3, do: price", "W002", "3, do", "`cancel` or `go_on`"),
        ("on_failure: cancel, do: price", "W027", "on_failure", "several at once are `parallel: 8`"),
        ("parallel: 8, on_fail: cancel, do: price", "W003", "on_fail:", "did you mean `on_failure`?"),
        ("max_concurrency: 8, do: price", "W003", "max_conc", "here it is `parallel: 8`"),
        ("paralel: 8, do: price", "W003", "paralel", "did you mean `parallel`?"),
        ("parallel: 8, do: [price, price]", "W027", "do:", "these are more steps"),
        ("parallel: 8, do: { parallel: [price, price] }", "W027", "do:", "another kind of step"),
        ("parallel: 8, do: { flux: if, when: domain.ready, then: price }", "W027", "do:", "make one process of them"),
        ("parallel: 8", "W027", "{ flux: for_each", "has no step to repeat"),
        // What it writes all of them would.
        ("parallel: 8, do: draft", "W023", "draft", "writes `domain.plan`, which all of them would"),
        ("parallel: 8, do: count", "W023", "count", "`count` cannot run side by side with itself"),
        ("parallel: 8, do: { run: price, as: it }", "W014", "it } }", "is the name of something else here"),
        ("parallel: 8, do: { run: p_load, as: all }", "W042", "all } }", "gives nothing that could be named"),
    ] {
        let file = of(wrong, "p_load");
        let found: Vec<_> =
            file.lines().zip(1..).filter_map(|(line, number)| Some((number, line.find(at)? + 1))).collect();
        let (line, column) = found[0];
        let told = load(&file).unwrap_err().to_string();
        for part in [format!("[{code}]"), format!("desk.yaml:{line}:{column}\n"), message.to_owned()] {
            assert!(told.contains(&part), "{wrong}: {part}\n{told}");
        }
    }
    // One after the other they may write, and take more steps than one.
    read("do: [draft, count]");
    read("parallel: 8, do: sum");
    read("parallel: 8, do: { run: fetch, timeout: 9s, retry: 3, on_error: { RateLimited: B }, compensate: p_load }");
}

#[test]
fn what_they_give_is_a_list_after_the_loop() {
    let with = |after: &str| load(&of("parallel: 4, do: { run: price, as: all }", after));
    for right in [
        "{ run: charge, with: { amount: '${ all[0].amount }', to: '${ all[0].note }' } }",
        "{ flux: if, when: 'size(all) > 3', then: p_load }",
        "{ flux: for_each, in: all, as: one, do: { run: charge, with: { amount: '${ one.amount }', to: x } } }",
        "{ flux: if, when: 'all.exists(one, one.amount > 3)', then: p_load }",
    ] {
        with(right).unwrap_or_else(|error| panic!("{right}\n{error}"));
    }
    for (wrong, message) in [
        ("{ run: charge, with: { amount: '${ all[0].amont }', to: x } }", "did you mean `amount`?"),
        ("{ run: charge, with: { amount: '${ all[0].note }', to: x } }", "this gives a string"),
        ("{ run: charge, with: { amount: '${ all.amount }', to: x } }", "amount"),
        ("{ run: price, as: all }", "is the name of something else here"),
        ("{ run: charge, with: { amount: 1, to: '${ it }' } }", "`it` means nothing here"),
    ] {
        let told = with(wrong).unwrap_err().to_string();
        assert!(told.contains(message), "{wrong}: {message}\n{told}");
    }
    // In what makes it good the name is for what this one gave.
    let good = of(
        "parallel: 4, do: { run: price, as: one, compensate: { run: charge, with: { amount: '${ one.amount }', to: '${ it }' } } }",
        "p_load",
    );
    loads(&good);
}

#[test]
fn it_is_written_as_it_is_read() {
    for written in [
        "parallel: 8, do: price",
        "parallel: 3, on_failure: go_on, do: { run: price, as: all }",
        "parallel: 3, do: { run: fetch, retry: { attempts: 2 }, compensate: p_load }",
    ] {
        let definition = loads(&of(written, "p_load"));
        let data = serde_json::to_string(&definition).unwrap();
        let again = loads(&data);
        let (one, other) =
            (&definition.state(definition.initial()).unwrap().entry, &again.state(again.initial()).unwrap().entry);
        assert_eq!(
            one[0].multiple().map(|each| each.side_by_side),
            other[0].multiple().map(|each| each.side_by_side),
            "{data}"
        );
        assert_eq!(serde_json::to_string(&again).unwrap(), data);
    }
}

#[test]
fn a_picture_has_it() {
    let picture = loads(&of("parallel: 8, do: { run: price, as: all }", "p_load")).to_mermaid();
    assert!(picture.contains("for it in domain.items ∥8 #123; price as all #125;"), "{picture}");
}
