//! Every refusal: its text, its help and the part of the expression that it points at.

use super::*;

/// The expression, the part that is meant underlined, the message and the help.
fn drawn(text: &str, compiled: Result<Expression, ExpressionProblem>) -> String {
    let Err(problem) = compiled else { panic!("`{text}` was not refused") };
    let before = text[..problem.span.start].chars().count();
    let marked = text[problem.span.clone()].chars().count();
    let help = problem.help.map(|help| format!("\n    help: {help}")).unwrap_or_default();
    format!("{text}\n{}{} {}{help}\n", " ".repeat(before), "^".repeat(marked.max(1)), problem.message)
}

fn all(texts: &[&str]) -> String {
    texts.iter().map(|text| drawn(text, compile(text))).collect::<Vec<_>>().join("\n")
}

#[test]
fn texts_that_are_no_expressions() {
    insta::assert_snapshot!(all(&[
        "",
        "  // nothing",
        "domain.total >",
        "domain.total > > 1",
        "(domain.total > 1",
        "domain.total > 1)",
        "domain.items[0)",
        "domain.open and domain.open",
        "domain.open or true",
        "not domain.open",
        "domain.mode is 'Idle'",
        "1 < domain.total < 5 5",
        "domain.total = 1",
        "domain.owner == 'a",
        "domain.pair.0 == 1",
        "99999999999999999999 > domain.total",
        "domain.owner == '\\q'",
        "for == 1",
        "domain.?limit",
        "domain.items[?0]",
        "b'ab' == domain.owner",
        "Money{cents: 1}",
        "domain.größe",
        "`domain`",
        "1.5.2",
    ]));
}

#[test]
fn names_that_mean_nothing_or_may_not_be_asked() {
    insta::assert_snapshot!(all(&[
        "domain.totl > 100",
        "domain.user.nam == ''",
        "domain.user.sig_left",
        "domian.total > 1",
        "total > 1",
        "whatever",
        "domain",
        "global",
        "domain.user",
        "domain.user == null",
        "domain.sig_full",
        "domain.sig_full && domain.open",
        "domain.meta_runs > 1",
        "domain.zzz",
        "domain.total.cents",
        "domain.items.length > 1",
        "domain.last.amont > 1.0",
        "domain.mode.Runing != null",
        "domain.secret == domain.secret",
        "domain.secret",
        "domain.secrets[0]",
        "domain.secrets.exists(s, true)",
        "{'a': 1}.b",
    ]));
    let refused = compile_with("event.amount > 1", None, &[]);
    insta::assert_snapshot!("no_event", drawn("event.amount > 1", refused));
}

#[test]
fn types_that_do_not_fit() {
    insta::assert_snapshot!(all(&[
        "domain.total > 'a'",
        "domain.total == domain.owner",
        "domain.open > 1",
        "domain.owner + 1",
        "domain.owner - domain.owner",
        "domain.total + domain.ratio",
        "domain.price * domain.ratio",
        "domain.price / 2",
        "domain.price > domain.ratio",
        "domain.ratio % 2.0",
        "!domain.total",
        "-domain.owner",
        "domain.total && domain.open",
        "domain.open || domain.owner",
        "domain.total ? 1 : 2",
        "domain.open ? 1 : 'a'",
        "domain.limit > 5",
        "domain.limit + 1",
        "domain.limit == 'a'",
        "domain.limit > 5 && has(domain.limit)",
        "has(domain.limit) || domain.limit > 5",
        "domain.total == null",
        "has(domain.total)",
        "has(domain.last.id)",
        "has(domain.items[0])",
        "has(domain.accounts['a'])",
        "has(domain)",
        "domain.user.age > 17",
        "domain.mode == 'Runing'",
        "domain.mode in ['Idle', 'Stoped']",
        "domain.mode > 'Idle'",
        "domain.mode.Running.speed > 1",
        "domain.mode == 1",
        "domain.letter == 'ab'",
        "domain.opened == 'yesterday'",
        "domain.opened != null && domain.opened < 5",
        "timestamp('noon') == domain.opened",
        "timestamp(domain.owner) == domain.opened",
        "domain.items == ['a']",
        "domain.items[domain.owner]",
        "domain.items['a']",
        "domain.names[0]",
        "domain.accounts[1]",
        "domain.last[domain.total]",
        "'a' in domain.items",
        "1 in domain.total",
        "'a' in domain.owner",
        "domain.total in ['a']",
        "domain.price > 0.00000000000000000000000000000000000000000001",
        "{domain.owner: 1}",
        "{'a': 1, 'a': 2}",
    ]));
}

#[test]
fn calls_that_cannot_be() {
    insta::assert_snapshot!(all(&[
        "siz(domain.items)",
        "domain.items.len() > 1",
        "domain.items.is_empty()",
        "uint(domain.total)",
        "frobnicate()",
        "size()",
        "domain.items.size(1)",
        "size(domain.items, 1)",
        "domain.total.size()",
        "size(domain.open)",
        "contains(domain.owner, 'a')",
        "domain.total.int()",
        "domain.owner.contains(1)",
        "domain.total.contains('a')",
        "domain.names.contains('a')",
        "domain.owner.matches('(')",
        "domain.owner.matches(domain.owner)",
        "domain.items.all(x > 1)",
        "domain.items.map(x)",
        "domain.items.exists(domain.total, true)",
        "domain.items.exists(event, true)",
        "domain.items.exists(x, domain.items.exists(x, true))",
        "domain.items.exists(x, x)",
        "domain.items.exists(x, x > 'a')",
        "domain.total.exists(x, true)",
        "domain.items.filter(x, x.y > 1)",
        "int(domain.open)",
        "double(domain.mode)",
        "string(domain.items)",
        "has(domain.limit, domain.limit)",
        "int('1', '2')",
    ]));
}

#[test]
fn a_guard_is_true_or_false() {
    let guard = |text: &str| {
        let (domain, global) = (Desk::schema(), Limits::schema());
        let scope = Scope { domain: &domain, global: &global, payload: Some(&Shape::Opaque), items: &[] };
        drawn(text, Expression::compile_condition(text, &scope))
    };
    let texts =
        ["domain.total", "domain.items", "domain.owner", "domain.limit", "null", "domain.mode", "event.x + 'a' + 1"];
    let refused = texts[..6].iter().map(|text| guard(text)).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(refused);
    let (domain, global) = (Desk::schema(), Limits::schema());
    let scope = Scope { domain: &domain, global: &global, payload: Some(&Shape::Opaque), items: &[] };
    assert!(
        Expression::compile_condition("event.ready", &scope).is_ok(),
        "what an event carries is seen when it comes"
    );
    assert!(Expression::compile_condition("domain.open", &scope).is_ok());
}

#[test]
fn what_is_long_or_deep_is_refused_before_it_is_parsed() {
    let long = format!("domain.owner == '{}'", "a".repeat(5_000));
    let deep = format!("{}1{}", "(".repeat(30), ")".repeat(30));
    let chain = format!("domain{}", ".a".repeat(200));
    let sum = format!("1{} > 0", " + 1".repeat(200));
    let not = format!("{}domain.open", "!".repeat(200));
    let choice = format!("{}1", "true ? 1 : ".repeat(100));
    let messages = [&long, &deep, &chain, &sum, &not, &choice].map(|text| {
        let problem = compile(text).unwrap_err();
        format!("{}..{}: {problem}", problem.span.start, problem.span.end)
    });
    insta::assert_snapshot!(messages.join("\n"));
}
