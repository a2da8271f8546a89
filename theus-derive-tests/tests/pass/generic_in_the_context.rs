//! A parameter that the context alone mentions, inside of a function as well.

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

trait Printer: 'static {
    fn print(&self, line: &str);
}

struct Ports<P> {
    printer: P,
}

struct Console;

impl Printer for Console {
    fn print(&self, _: &str) {}
}

/// Documented.
#[process(inputs = [domain.total], effects = [printer])]
#[must_use]
fn show<P: Printer>(ctx: Ctx<Bank, (), Ports<P>>) -> i64 {
    ctx.effects.printer.print(&ctx.domain.total.to_string());
    *ctx.domain.total
}

#[process(inputs = [domain.total], effects = [printer, other])]
fn show_both<P: Printer, Q: Printer>(ctx: Ctx<Bank, (), Both<P, Q>>, line: String, times: Option<P>) -> bool
where
    P: Clone + Inspect,
{
    ctx.effects.printer.print(&line);
    ctx.effects.other.print(&ctx.domain.total.to_string());
    times.is_some()
}

struct Both<P, Q> {
    printer: P,
    other: Q,
}

impl Printer for i64 {
    fn print(&self, _: &str) {}
}

#[process(inputs = [domain.total], effects = [printer])]
fn show_again<P: Printer + Send + Sync>(ctx: Ctx<Bank, (), Ports<P>>, line: String) {
    ctx.effects.printer.print(&format!("{line}{}", *ctx.domain.total));
}

theus_core::files! {
    mod desk;
    domain = Bank,
    effects = Ports<Console>,
    processes = [Show<Console>, ShowAgain<Console>],
    recipes = ["tests/files/right_line.yaml"],
}

#[test]
fn files_know_it_by_its_name() {
    let engine = desk::builder(Bank::default(), Ports { printer: Console }).build().unwrap();
    assert!(engine.run(ShowAgain { line: "abc".to_owned() }).is_ok());
    assert!(engine.run(ShowAgain { line: "abcd".to_owned() }).is_err());
}

#[test]
fn it_is_registered_with_it_and_run_without_it() {
    #[process(inputs = [domain.total], effects = [printer])]
    fn inside<P: Printer>(ctx: Ctx<Bank, (), Ports<P>>) {
        ctx.effects.printer.print(&ctx.domain.total.to_string());
    }
    let engine = Engine::builder(Bank::default()).effects(Ports { printer: Console });
    let engine = engine.process::<Show<Console>>().process::<Inside<Console>>().process::<ShowAgain<Console>>();
    let engine = engine.build().unwrap();
    assert_eq!(engine.run(Show).unwrap(), 0);
    engine.run(Inside).unwrap();
    engine.run(ShowAgain { line: String::new() }).unwrap();

    let engine = Engine::builder(Bank::default()).effects(Both { printer: 1, other: Console });
    let engine = engine.process::<ShowBoth<i64, Console>>().build().unwrap();
    assert!(engine.run(ShowBoth { line: String::new(), times: Some(1) }).unwrap());
}
