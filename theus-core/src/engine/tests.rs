//! What only the crate itself can ask of an engine.
#![allow(clippy::unwrap_used)]

use allocation_counter::measure;

use crate::prelude::*;

#[derive(Clone, Default, Context)]
struct Desk {
    level: i64,
    cmd_go: bool,
}

#[process(inputs = [domain.level], outputs = [domain.level, domain.cmd_go])]
fn go(ctx: Ctx<Desk>) {
    *ctx.domain.level += 1;
    ctx.domain.cmd_go.set(true);
}

#[test]
fn a_session_at_rest_gives_back_all_that_its_runs_have_left() {
    for locking in [Locking::Pessimistic, Locking::Optimistic] {
        let engine = Engine::builder(Desk::default()).process::<Go>().locking(locking).build().unwrap();
        // What a thread keeps for itself is there from its first run on.
        engine.run(Go {}).unwrap();
        let session = engine.open("desk 2", Desk::default());
        let kept = measure(|| {
            session.run(Go {}).unwrap();
            assert!(session.next_event().unwrap().is_some());
        });
        assert!(kept.bytes_current > 0, "a queue's places, a workspace");
        let given_back = measure(|| session.rest());
        assert_eq!(given_back.bytes_current, -kept.bytes_current);
        session.run(Go {}).unwrap();
        session.rest();
        assert_eq!(session.bus().len(), 1, "what waits is not lost");
    }
}
