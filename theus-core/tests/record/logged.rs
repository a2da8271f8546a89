//! What came of a violation has one word: in records, in logs, and where people read it.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use theus_core::audit::Action;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::oven::{Heat, at_most, engine};

/// Keeps the `action` of what is logged.
struct Actions(Mutex<Vec<String>>);

struct Found(Option<String>);

impl Visit for Found {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "action" {
            self.0 = Some(format!("{value:?}"));
        }
    }
}

impl Subscriber for Actions {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut found = Found(None);
        event.record(&mut found);
        self.0.lock().unwrap().extend(found.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn each_level_has_one_word_everywhere() {
    for (level, action, word) in [
        ("C", Action::Campaign, "campaign"),
        ("I", Action::Informed, "informed"),
        ("B", Action::Blocked, "blocked"),
        ("A", Action::Aborted, "aborted"),
        ("S", Action::Interlocked, "interlocked"),
    ] {
        let engine = engine(&at_most(&format!("max: 90, level: {level}")));
        let logged = || {
            let actions = Arc::new(Actions(Mutex::default()));
            let engine = self::engine(&at_most(&format!("max: 90, level: {level}")));
            tracing::subscriber::with_default(Arc::clone(&actions), || drop(engine.run_reported(Heat { to: 95.0 })));
            std::mem::take(&mut *actions.0.lock().unwrap())
        };
        // A place that another test reaches first at the very moment can be missed once.
        let found = (0..3).map(|_| logged()).find(|logged| logged.as_slice() == [word]);
        assert!(found.is_some(), "{level}: {:?}", logged());
        let report = engine.run_reported(Heat { to: 95.0 });
        assert_eq!((report.violations[0].action, action.as_str()), (action, word));
        let records = engine.audit_records();
        let record = records.iter().find(|record| record.violation().is_some()).unwrap();
        assert!(record.to_string().contains(&format!("{word} `heat`")), "{record}");
        assert_eq!(serde_json::to_value(record).unwrap()["action"], word);
    }
}
