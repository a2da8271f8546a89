//! What a store keeps of alarms: all that is on record of those which are to be seen.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::excursion::Excursion;
use super::standing::{Aside, Raised, Standing};
use super::table::{Alarms, Place};
use crate::audit::counted::CountedRule;
use crate::audit::counter::Counter;
use crate::store::{StoredAlarm, StoredCount, StoredRaised, StoredShelf};

/// Those that are to be seen, by the names of their rules.
pub(in crate::audit) fn stored_alarms<'r>(
    alarms: &Alarms,
    rules: impl Iterator<Item = (String, &'r Arc<CountedRule>)>,
) -> Vec<StoredCount> {
    if !alarms.has_any() {
        return Vec::new();
    }
    let names: BTreeMap<Counter, String> = rules.map(|(name, rule)| (rule.counter, name)).collect();
    let seen = alarms.all().into_iter().filter(|(_, standing)| standing.is_seen());
    seen.filter_map(|((session, counter, key), standing)| {
        let alarm = Some(Box::new(stored(&session, &standing)));
        let (rule, key) = (names.get(&counter)?.clone(), key.map(|key| key.to_string()));
        Some(StoredCount { rule, key, alarm, ..StoredCount::default() })
    })
    .collect()
}

fn stored(session: &str, standing: &Standing) -> StoredAlarm {
    let raised = standing.raised.as_ref().map(|raised| StoredRaised {
        at: raised.at,
        process: raised.process.to_string(),
        violation: raised.violation,
        value: raised.value.to_string(),
        back: raised.is_back,
        acknowledged: raised.acknowledged.as_ref().map(ToString::to_string),
        untold: !raised.is_told,
    });
    let shelf = standing.aside.as_ref().map(|aside| StoredShelf {
        until: aside.until,
        operator: aside.operator.to_string(),
        reason: aside.reason.to_string(),
    });
    StoredAlarm {
        session: session.to_owned(),
        since: standing.since,
        raised,
        shelf,
        suppressed: standing.is_suppressed,
    }
}

/// Those that a store has, of rules that there are and that are alarms.
pub(in crate::audit) fn alarms_of<'r>(
    counts: &[StoredCount],
    rules: impl Iterator<Item = (String, &'r Arc<CountedRule>)>,
) -> Vec<(Place, Standing)> {
    if !counts.iter().any(|stored| stored.alarm.is_some()) {
        return Vec::new();
    }
    let rules: BTreeMap<String, &Arc<CountedRule>> = rules.filter(|(_, rule)| rule.alarm().is_some()).collect();
    let brought_back = |count: &StoredCount| {
        let (stored, rule) = (count.alarm.as_ref()?, *rules.get(&count.rule)?);
        // What is not of its rule's kind is not in a store that was written so.
        if count.key.is_some() != rule.counting().per().is_some() {
            return None;
        }
        let place = (stored.session.as_str().into(), rule.counter, count.key.as_deref().map(Into::into));
        Some((place, standing(stored, rule))).filter(|(_, standing)| standing.is_seen())
    };
    counts.iter().filter_map(brought_back).collect()
}

fn standing(stored: &StoredAlarm, rule: &Arc<CountedRule>) -> Standing {
    let raised = stored.raised.as_ref().map(|raised| Raised {
        at: raised.at,
        process: raised.process.as_str().into(),
        violation: raised.violation,
        value: raised.value.as_str().into(),
        is_back: raised.back,
        acknowledged: raised.acknowledged.as_deref().map(Into::into),
        is_told: !raised.untold,
    });
    let aside = stored.shelf.as_ref().map(|shelf| Aside {
        until: shelf.until,
        operator: shelf.operator.as_str().into(),
        reason: shelf.reason.as_str().into(),
    });
    let origin = raised.as_ref().map(|raised| (raised.process.clone(), raised.violation)).unwrap_or_default();
    let is_out = raised.as_ref().is_some_and(|raised| !raised.is_back);
    Standing {
        rule: Arc::clone(rule),
        excursion: if is_out { Excursion::Out } else { Excursion::None },
        raised,
        aside,
        is_suppressed: stored.suppressed,
        since: stored.since,
        origin,
        outside: None,
    }
}
