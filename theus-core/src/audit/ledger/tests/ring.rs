//! The ring and the questions to it.

use super::super::{Excerpt, Query};
use super::*;

#[test]
fn a_ring_keeps_the_last_records_and_its_chain_goes_on() {
    let mut random = fastrand::Rng::with_seed(21);
    let mut log = RecordLog::new("desk", 4);
    for round in 1..=10_u64 {
        let event = event(&mut random);
        log.append(at(round), round, event);
        let excerpt = Excerpt::of(&log);
        assert_eq!((excerpt.len() as u64, excerpt.dropped()), (round.min(4), round.saturating_sub(4)));
        let verified = excerpt.verify().unwrap();
        assert_eq!((verified.first, verified.tail), (round.saturating_sub(3).max(1), log.tail()));
    }
    let numbers = |from| log.from(from).map(|record| record.sequence).collect::<Vec<_>>();
    assert_eq!((numbers(0), numbers(9), numbers(11)), (vec![7, 8, 9, 10], vec![9, 10], vec![]));
}

#[test]
fn an_altered_ring_does_not_verify() {
    let mut random = fastrand::Rng::with_seed(22);
    let log = ledger(&mut random, 3);
    let mut all = records(&log);
    all[1].version ^= 4;
    assert!(super::super::query::verify(&all, Some(log.tail())).is_err());
}

#[test]
fn questions_find_what_a_plain_filter_finds() {
    let mut random = fastrand::Rng::with_seed(23);
    let excerpt = Excerpt::of(&ledger(&mut random, 400));
    let expect = |query: &Query, plain: &dyn Fn(&AuditRecord) -> bool| {
        let found: Vec<_> = excerpt.find(query).map(|record| record.sequence).collect();
        let expected: Vec<_> = excerpt.iter().filter(|record| plain(record)).map(|record| record.sequence).collect();
        assert_eq!(found, expected, "{query:?}");
        assert!(!found.is_empty() && found.len() < excerpt.len(), "a question that tells something: {query:?}");
    };
    let has = |record: &AuditRecord, test: &dyn Fn(&Violation) -> bool| record.violation().is_some_and(test);
    expect(&Query::new().level(Level::B), &|record| has(record, &|it| it.level == Level::B));
    expect(&Query::new().at_least(Level::A), &|record| has(record, &|it| it.level <= Level::A));
    expect(&Query::new().process(""), &|record| has(record, &|it| it.process.is_empty()));
    expect(&Query::new().rule("domain.x"), &|record| record.violation().is_some());
    let (from, to) = (at(1_000_000_000), at(3_000_000_000));
    expect(&Query::new().since(from).before(to), &|record| record.time >= from && record.time < to);
    let ruled = excerpt.iter().find_map(AuditRecord::violation).unwrap().rule.to_string();
    expect(&Query::new().rule(ruled.clone()), &|record| has(record, &|it| it.rule == ruled.as_str()));

    let counts = excerpt.counts_by_rule(&Query::new().level(Level::S));
    let total = excerpt.iter().filter(|record| has(record, &|it| it.level == Level::S)).count();
    assert_eq!(counts.values().sum::<u64>(), total as u64);
    for (name, count) in counts {
        let same = |it: &Violation| {
            it.level == Level::S
                && name.process == (!it.invariant).then(|| it.process.clone())
                && it.gate == name.gate
                && it.rule == name.rule
        };
        assert_eq!(excerpt.iter().filter(|record| has(record, &same)).count() as u64, count);
    }
}
