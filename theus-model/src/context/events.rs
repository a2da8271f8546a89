//! What the signal fields of a domain raise, where the place decides how it is called.

use std::collections::BTreeMap;

use thiserror::Error;

use super::schema::Schema;
use crate::signal::EventName;

/// The events of signal fields whose place has a word for them, `#[context(nested, events = "LEFT")]`.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct EventNames {
    /// By whole paths, `domain.left.sig_jammed`; none where no place has a word.
    named: Option<BTreeMap<String, EventName>>,
}

/// A word for the events of a place makes the name of another event of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EventClash {
    /// Two signals would raise one event, and at least one of them has it by a word.
    #[error(
        "`{first}` and `{second}` would both raise `{event}`: give the nested context another word, as in `#[context(nested, events = \"LEFT\")]`, or rename a field"
    )]
    Twice {
        /// The event.
        event: EventName,
        /// The path that is declared first.
        first: String,
        /// The other one.
        second: String,
    },
    /// A workflow tells this event itself.
    #[error(
        "`{path}` would raise `{event}`, which workflows tell themselves: give the nested context another word, as in `#[context(nested, events = \"LEFT\")]`"
    )]
    OfWorkflows {
        /// The event.
        event: EventName,
        /// The path.
        path: String,
    },
}

impl EventNames {
    /// Those of a domain.
    #[must_use]
    pub fn of(domain: &Schema) -> Self {
        let named: BTreeMap<_, _> = signals(domain).filter(|(path, event)| has_word(path, event)).collect();
        Self { named: (!named.is_empty()).then_some(named) }
    }

    /// The same, where no word makes a name that there is already. Fields that have one name without a word raise one event.
    ///
    /// # Errors
    /// [`EventClash`] where one does.
    pub fn checked(domain: &Schema) -> Result<Self, EventClash> {
        let names = Self::of(domain);
        if names.named.is_none() {
            return Ok(names);
        }
        let mut seen = BTreeMap::<EventName, (String, bool)>::new();
        for (path, event) in signals(domain) {
            let by_word = has_word(&path, &event);
            if by_word && event.is_builtin() {
                return Err(EventClash::OfWorkflows { event, path });
            }
            match seen.get(&event) {
                Some((first, first_by_word)) if by_word || *first_by_word => {
                    return Err(EventClash::Twice { event, first: first.clone(), second: path });
                }
                _ => seen.insert(event, (path, by_word)),
            };
        }
        Ok(names)
    }

    /// The event that the signal field of a whole path raises.
    #[inline]
    #[must_use]
    pub fn of_signal(&self, path: &'static str) -> EventName {
        match &self.named {
            None => EventName::from_signal_field(path),
            Some(named) => named.get(path).cloned().unwrap_or_else(|| EventName::from_signal_field(path)),
        }
    }
}

/// The whole path of each signal, and its event.
fn signals(domain: &Schema) -> impl Iterator<Item = (String, EventName)> {
    domain.paths().into_iter().filter_map(|field| Some((format!("domain.{}", field.path), field.event?)))
}

fn has_word(path: &str, event: &EventName) -> bool {
    *event != EventName::from_field_name(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::schema::FieldSchema;
    use super::super::shape::Shape;
    use super::super::zone::Zone;
    use super::*;

    fn field(name: &'static str, zone: Zone) -> FieldSchema {
        FieldSchema {
            name,
            zone,
            type_name: "T",
            doc: "",
            shape: Shape::Bool,
            nested: None,
            events: None,
            redact: false,
        }
    }

    fn schema(name: &'static str, fields: Vec<FieldSchema>) -> Schema {
        Schema { name, version: 1, fields, methods: Vec::new() }
    }

    fn part(name: &'static str, events: Option<&'static str>, fields: Vec<FieldSchema>) -> FieldSchema {
        FieldSchema { nested: Some(schema("Part", fields)), events, ..field(name, Zone::Data) }
    }

    fn motor() -> Vec<FieldSchema> {
        vec![field("speed", Zone::Data), field("sig_jammed", Zone::Signal), field("cmd_halt", Zone::Signal)]
    }

    fn events(of: &EventNames, paths: &[&'static str]) -> Vec<String> {
        paths.iter().map(|path| of.of_signal(path).to_string()).collect()
    }

    #[test]
    fn the_words_of_all_places_around_a_signal_stand_in_its_event_from_the_outside_in() {
        let arm = part("arm", Some("ARM_2"), vec![part("elbow", Some("ELBOW"), motor()), part("hand", None, motor())]);
        let names = EventNames::checked(&schema("Machine", vec![part("left", Some("LEFT"), motor()), arm])).unwrap();
        let paths = ["domain.left.sig_jammed", "domain.left.cmd_halt", "domain.arm.elbow.sig_jammed"];
        assert_eq!(events(&names, &paths), ["EVT_LEFT_JAMMED", "CMD_LEFT_HALT", "EVT_ARM_2_ELBOW_JAMMED"]);
        assert_eq!(events(&names, &["domain.arm.hand.sig_jammed"]), ["EVT_ARM_2_JAMMED"]);
    }

    #[test]
    fn without_a_word_a_signal_is_named_by_itself_wherever_it_is() {
        let names =
            EventNames::checked(&schema("Machine", vec![part("left", None, motor()), part("right", None, motor())]));
        let names = names.unwrap();
        assert!(names.named.is_none());
        assert_eq!(events(&names, &["domain.left.sig_jammed", "domain.right.sig_jammed"]), ["EVT_JAMMED"; 2]);
    }

    #[test]
    fn a_word_that_makes_the_name_of_another_event_is_refused() {
        let refused = |fields| EventNames::checked(&schema("Machine", fields)).unwrap_err().to_string();
        let left = || part("left", Some("LEFT"), motor());
        for fields in
            [vec![left(), field("sig_left_jammed", Zone::Signal)], vec![field("sig_left_jammed", Zone::Signal), left()]]
        {
            let told = refused(fields);
            assert!(told.contains("would both raise `EVT_LEFT_JAMMED`"), "{told}");
            assert!(told.contains("`domain.left.sig_jammed`") && told.contains("`domain.sig_left_jammed`"), "{told}");
        }
        let told = refused(vec![left(), part("other", Some("LEFT"), motor())]);
        assert!(told.starts_with("`domain.left.sig_jammed` and `domain.other.sig_jammed` would both raise"), "{told}");
        let told = refused(vec![part("chain", Some("CHAIN"), vec![field("sig_done", Zone::Signal)])]);
        assert!(
            told.starts_with("`domain.chain.sig_done` would raise `EVT_CHAIN_DONE`, which workflows tell"),
            "{told}"
        );
        // The nearest that pass: another kind of event, another field, and no signal at all.
        let fields = vec![left(), field("cmd_left_jammed", Zone::Signal), field("left_jammed", Zone::Data)];
        assert!(EventNames::checked(&schema("Machine", fields)).is_ok());
        let fields = vec![left(), part("other", Some("LEFT"), vec![field("sig_hot", Zone::Signal)])];
        assert!(EventNames::checked(&schema("Machine", fields)).is_ok());
    }
}
