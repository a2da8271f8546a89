//! Expressions that have no value where no event has brought anything, whatever the state is.

use super::node::Node;

/// Whether it has none. What is not certain is not said: a part of `||` or `&&` may be made up for by another, and what is chosen
/// need not be.
pub(super) fn fails_without_event(node: &Node) -> bool {
    let fails = fails_without_event;
    match node {
        // Nothing has no entries, no positions and no size.
        Node::Entry(of, _) | Node::Size(of) | Node::Total(_, _, of) => matches!(**of, Node::Payload) || fails(of),
        Node::Index(of, index, _) => matches!(**of, Node::Payload) || fails(of) || fails(index),
        // Whether it has an entry can be asked.
        Node::IsThere(of) => match &**of {
            Node::Entry(of, _) => fails(of),
            of => fails(of),
        },
        Node::HasEntry(of, _)
        | Node::Field(of, ..)
        | Node::Variant(of, _)
        | Node::Keys(of)
        | Node::Read(of, _)
        | Node::Not(of)
        | Node::Negate(of)
        | Node::Matches(of, _)
        | Node::Convert(_, of)
        | Node::Calendar(_, of) => fails(of),
        Node::All(parts) | Node::Any(parts) => parts.iter().all(fails),
        Node::Choose(parts) => {
            let [when, then, otherwise] = &**parts;
            fails(when) || (fails(then) && fails(otherwise))
        }
        Node::Equal(sides, _)
        | Node::Order(_, sides)
        | Node::Compute(_, sides)
        | Node::In(sides, _)
        | Node::TextTest(_, sides) => sides.iter().any(fails),
        Node::Each(_, parts, _) => matches!(parts[0], Node::Payload) || fails(&parts[0]),
        Node::Map(parts) => matches!(parts[0], Node::Payload) || fails(&parts[0]),
        Node::List(elements) => elements.iter().any(fails),
        Node::Object(entries) => entries.iter().any(|(_, value)| fails(value)),
        Node::Constant(_)
        | Node::Domain(_)
        | Node::Global(_)
        | Node::Local(_)
        | Node::Argument(_)
        | Node::Payload
        | Node::Now
        | Node::Active(_)
        | Node::Item(_)
        | Node::Variable(_) => false,
    }
}
