//! What rules see of it: what they see of a `BTreeMap`.

use std::any::Any;
use std::ops::ControlFlow;

use super::Table;
use crate::context::{CollectionShape, Elements, Inspect, Part, Shape, Value};

impl<K, V> Inspect for Table<K, V>
where
    K: Inspect + Ord + Send + Sync + 'static,
    V: Inspect + Send + Sync + 'static,
{
    fn shape() -> Shape {
        Shape::Collection(CollectionShape::sorted_map::<K, V>())
    }

    fn inspect(&self) -> Value<'_> {
        Value::collection(self)
    }
}

impl<K, V> Elements for Table<K, V>
where
    K: Inspect + Ord + Send + Sync + 'static,
    V: Inspect + Send + Sync + 'static,
{
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn each<'a>(&'a self, part: Part, see: &mut dyn FnMut(Value<'a>) -> ControlFlow<()>) {
        for (key, value) in self {
            let element = if matches!(part, Part::Keys) { key.inspect() } else { value.inspect() };
            if see(element).is_break() {
                return;
            }
        }
    }

    fn find(&self, key: &dyn Any) -> Option<Value<'_>> {
        self.get(key.downcast_ref::<K>()?).map(V::inspect)
    }

    fn ends(&self, part: Part) -> Option<(Value<'_>, Value<'_>)> {
        let (first, last) = (self.first_key_value()?, self.last_key_value()?);
        Some(match part {
            Part::Keys => (first.0.inspect(), last.0.inspect()),
            Part::All | Part::Values => (first.1.inspect(), last.1.inspect()),
        })
    }

    fn is_same(&self, part: Part, that: &dyn Elements) -> bool {
        let Some(that) = (that as &dyn Any).downcast_ref::<Self>() else { return false };
        self.len() == that.len()
            && self.iter().zip(that).all(|((key, value), (other_key, other))| {
                (part == Part::Values || key.inspect().is_same(other_key.inspect()))
                    && (part == Part::Keys || value.inspect().is_same(other.inspect()))
            })
    }
}
