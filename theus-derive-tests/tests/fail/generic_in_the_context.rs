use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

trait Printer: Send + Sync + 'static {
    fn print(&self, line: &str);
}

struct Ports<P> {
    printer: P,
}

struct Console;

#[process(inputs = [domain.total], effects = [printer])]
fn show<P: Printer>(ctx: Ctx<Bank, (), Ports<P>>) {
    ctx.effects.printer.print(&ctx.domain.total.to_string());
}

fn main() {
    let _ = Engine::builder(Bank::default()).effects(Ports { printer: Console }).process::<Show<Console>>();
}
