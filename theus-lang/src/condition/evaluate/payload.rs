//! What an event did not bring.

use serde_json::Value as Json;

use crate::condition::activation::Activation;
use crate::condition::node::Node;

/// Whether it is a way into the event's payload, `event.a.b`, on which a key is not there.
pub(in crate::condition) fn is_not_brought(node: &Node, activation: &dyn Activation) -> bool {
    matches!(follow(node, activation), Some(None | Some(Json::Null)))
}

/// Whether it is a way into the event's payload, whatever that is.
pub(in crate::condition) fn is_way_into_event(node: &Node) -> bool {
    match node {
        Node::Payload => true,
        Node::Read(of, _) | Node::Entry(of, _) => is_way_into_event(of),
        _ => false,
    }
}

/// What a way into the payload leads to, if anything; `None` where it is no such way.
fn follow<'a>(node: &Node, activation: &'a dyn Activation) -> Option<Option<&'a Json>> {
    match node {
        Node::Payload => Some(activation.payload()),
        Node::Read(of, _) => follow(of, activation),
        Node::Entry(of, key) => match follow(of, activation)? {
            None | Some(Json::Null) => Some(None),
            Some(Json::Object(entries)) => Some(entries.get(&*key.name)),
            // A key of what has none is a mistake.
            Some(_) => None,
        },
        _ => None,
    }
}
