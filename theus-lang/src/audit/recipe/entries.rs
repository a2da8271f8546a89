//! The entries of a recipe, wherever they stand.

use crate::source::{NodePath, Value};
use theus_model::audit::Gate;

/// Each entry, with where it stands.
pub(super) fn each(root: &Value, here: &NodePath, see: &mut dyn FnMut(&Value, &dyn Fn() -> NodePath)) {
    let mut of_list = |list: Option<&Value>, at: &dyn Fn() -> NodePath| {
        for (index, entry) in list.and_then(Value::as_sequence).into_iter().flatten().enumerate() {
            see(entry, &|| at().index(index));
        }
    };
    let recipes = root.get("process_recipes").and_then(Value::as_mapping);
    for (name, definition) in recipes.into_iter().flat_map(|recipes| recipes.iter()) {
        let Some(name) = name.as_str() else { continue };
        for gate in Gate::ALL {
            of_list(definition.get(gate.key()), &|| here.key("process_recipes").key(name).key(gate.key()));
        }
    }
    of_list(root.get("invariants"), &|| here.key("invariants"));
}

/// Each entry, to be changed.
pub(super) fn each_mut(root: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    let mut of_list = |list: Option<&mut Value>| {
        list.and_then(Value::as_sequence_mut).into_iter().flatten().for_each(&mut *change);
    };
    let recipes = root.get_mut("process_recipes").and_then(Value::as_mapping_mut);
    for definition in recipes.into_iter().flat_map(|recipes| recipes.values_mut()) {
        for gate in Gate::ALL {
            of_list(definition.get_mut(gate.key()));
        }
    }
    of_list(root.get_mut("invariants"));
}
