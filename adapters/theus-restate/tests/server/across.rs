//! A rule that two endpoints count together, late and exactly.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use theus_core::audit::CountForAll;
use theus_restate::{Ingress, Remote, RemoteError};

use super::program::{self, Charge, Outside, Till};
use super::server::Server;

/// Above what all tills together may charge five times.
const LARGE: i64 = 5_000;
const THRESHOLD: u64 = 5;

struct Nothing;

impl Outside for Nothing {
    fn pay(&self, _: &str, _: i64) -> bool {
        true
    }
}

/// What the counter holds.
fn counter(server: &Server, object: &str) -> CountForAll {
    let engine = program::builder_under(Arc::new(Nothing), program::TOGETHER).unwrap().carried().build().unwrap();
    let place = format!("Tills/{}", engine.counted_for_all()[0].rule);
    let ingress = Ingress::at(&server.ingress).unwrap();
    server.runtime.block_on(async {
        let counter: Option<CountForAll> =
            ingress.call((object, place.as_str(), "look"), Some(&json!({})), None).await.unwrap();
        counter.unwrap_or_default()
    })
}

/// Until so many violations have come to it.
fn comes_to(server: &Server, object: &str, violations: u64) -> CountForAll {
    let begun = Instant::now();
    loop {
        let counter = counter(server, object);
        if counter.violations() >= violations {
            return counter;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{counter:?}, and not {violations}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether it was refused.
async fn charges(tills: Remote<Till>, session: String) -> bool {
    match tills.session(session).run(Charge { amount: LARGE }).await {
        Ok(_) => false,
        Err(RemoteError::Refused(_)) => true,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_threshold_that_two_endpoints_come_to_together_acts_at_the_next_run_on_either() {
    let Some(server) = Server::find() else { return };
    let (mut one, _other) = (
        server.serve_counting("LateOneTills", "THEUS_COUNTS=late"),
        server.serve_counting("LateOtherTills", "THEUS_COUNTS=late"),
    );
    let tills = [server.tills("LateOneTills"), server.tills("LateOtherTills")];
    let charges = |of: usize, session: &str| server.runtime.block_on(charges(tills[of].clone(), session.to_owned()));
    let mut violations = 0;
    for round in 0..3 {
        for number in 0..THRESHOLD - 1 {
            if round == 1 && number == 2 {
                // What was done is lost with the endpoint, and made again.
                one.dies_at("result");
                let (tills, session) = (tills[0].clone(), format!("{round} {number}"));
                let call = server.runtime.spawn(self::charges(tills, session));
                one.again_when_dead();
                assert!(!server.runtime.block_on(call).unwrap());
            } else {
                assert!(!charges(number as usize % 2, &format!("{round} {number}")), "{round} {number}");
            }
            violations += 1;
            comes_to(&server, "Counter-late", violations);
        }
        // A look is good for so long.
        std::thread::sleep(Duration::from_millis(100));
        assert!(charges(round % 2, &format!("{round} last")), "{round}");
        violations += 1;
        let counter = comes_to(&server, "Counter-late", violations);
        assert_eq!((counter.count(None), counter.violations()), (0, violations));
        std::thread::sleep(Duration::from_millis(100));
    }
    // At once: each of them comes to the counter, once.
    let calls: Vec<_> = (0..40)
        .map(|number| server.runtime.spawn(self::charges(tills[number % 2].clone(), format!("at once {number}"))))
        .collect();
    let refused = calls.into_iter().map(|call| server.runtime.block_on(call).unwrap());
    let refused = refused.filter(|refused| *refused).count();
    comes_to(&server, "Counter-late", violations + 40);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(counter(&server, "Counter-late").violations(), violations + 40);
    println!("late: {refused} of 40 at once were refused");
    if counter(&server, "Counter-late").count(None) as u64 >= THRESHOLD - 1 {
        assert!(charges(0, "behind them"));
        assert_eq!(comes_to(&server, "Counter-late", violations + 41).count(None), 0, "all of them are gone with it");
    }
}

#[test]
fn where_each_is_asked_for_every_fifth_of_all_at_once_is_refused() {
    let Some(server) = Server::find() else { return };
    let (_one, _other) = (
        server.serve_counting("ExactOneTills", "THEUS_COUNTS=exact"),
        server.serve_counting("ExactOtherTills", "THEUS_COUNTS=exact"),
    );
    let tills = [server.tills("ExactOneTills"), server.tills("ExactOtherTills")];
    let calls: Vec<_> = (0..40)
        .map(|number| server.runtime.spawn(charges(tills[number % 2].clone(), format!("at once {number}"))))
        .collect();
    let refused =
        calls.into_iter().map(|call| server.runtime.block_on(call).unwrap()).filter(|refused| *refused).count();
    let counter = counter(&server, "Counter-exact");
    assert_eq!((refused as u64, counter.violations(), counter.count(None)), (40 / THRESHOLD, 40, 0));
}
