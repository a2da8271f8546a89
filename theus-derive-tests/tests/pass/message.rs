use serde::Serialize;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Till {
    total: i64,
    sig_done: bool,
}

#[derive(Serialize)]
struct Receipt {
    total: i64,
}

mod apart {
    #[derive(serde::Serialize)]
    pub(super) struct Alarm(pub(super) &'static str);
}

type Short = Option<Vec<Receipt>>;

#[process(inputs = [domain.total], outputs = [domain.sig_done], messages = [Receipt, apart::Alarm, Short, (i64, u8)])]
fn tell(ctx: Ctx<Till>) {
    let total = *ctx.domain.total;
    ctx.send(Receipt { total });
    ctx.send(apart::Alarm("x"));
    ctx.send(Some(vec![Receipt { total }]));
    ctx.send((1, 2));
    ctx.domain.sig_done.set(true);
}

#[process(messages = [T])]
fn tell_any<T: Clone + Send + Sync + Serialize + serde::de::DeserializeOwned + 'static>(ctx: Ctx<Till>, what: T) {
    ctx.send(what);
}

#[process(messages = [Receipt])]
async fn tell_later(ctx: Ctx<Till>) {
    std::future::ready(()).await;
    ctx.send(Receipt { total: 1 });
}

fn main() {
    assert_eq!(Tell::CONTRACT.messages, ["Receipt", "apart::Alarm", "Short", "(i64, u8)"]);
}
