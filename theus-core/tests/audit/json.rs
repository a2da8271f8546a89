//! A state as JSON, for the naive reading of rules: every scalar with its kind, so that nothing is lost on the way.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use super::world::{Amount, Bearing, Mode, Money, Motor, Phase, Secret, Tensor, Tree, World};

pub(crate) trait ToJson {
    fn json(&self) -> Json;
}

macro_rules! tagged {
    ($($type:ty: $tag:literal),* $(,)?) => {$(
        impl ToJson for $type {
            fn json(&self) -> Json {
                json!({ $tag: format!("{self:?}") })
            }
        }
    )*};
}

tagged!(i64: "int", u64: "int", u128: "int", i128: "int", u8: "int", u32: "int", bool: "bool");

impl ToJson for f64 {
    fn json(&self) -> Json {
        // Zero is written with one sign: the two are equal.
        json!({ "float": format!("{:?}", self + 0.0) })
    }
}

impl ToJson for f32 {
    fn json(&self) -> Json {
        f64::from(*self).json()
    }
}

impl ToJson for char {
    fn json(&self) -> Json {
        json!({ "char": self.to_string() })
    }
}

impl ToJson for String {
    fn json(&self) -> Json {
        json!({ "text": self })
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn json(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::json)
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn json(&self) -> Json {
        (**self).json()
    }
}

macro_rules! lists {
    ($($type:ident),*) => {$(
        impl<T: ToJson> ToJson for $type<T> {
            fn json(&self) -> Json {
                Json::Array(self.iter().map(T::json).collect())
            }
        }
    )*};
}

lists!(Vec, VecDeque, BTreeSet);

impl<T: ToJson> ToJson for HashSet<T> {
    fn json(&self) -> Json {
        Json::Array(sorted(self.iter().map(T::json).collect()))
    }
}

/// What has no order gets one, so that equal states are equal JSON.
fn sorted(mut values: Vec<Json>) -> Vec<Json> {
    values.sort_by_key(Json::to_string);
    values
}

impl<T: ToJson, const N: usize> ToJson for [T; N] {
    fn json(&self) -> Json {
        Json::Array(self.iter().map(T::json).collect())
    }
}

impl<K: ToJson, V: ToJson> ToJson for BTreeMap<K, V> {
    fn json(&self) -> Json {
        json!({ "map": self.iter().map(|(key, value)| json!([key.json(), value.json()])).collect::<Vec<_>>() })
    }
}

impl<K: ToJson, V: ToJson> ToJson for HashMap<K, V> {
    fn json(&self) -> Json {
        json!({ "map": sorted(self.iter().map(|(key, value)| json!([key.json(), value.json()])).collect()) })
    }
}

impl ToJson for Money {
    fn json(&self) -> Json {
        self.0.json()
    }
}

impl ToJson for Amount {
    fn json(&self) -> Json {
        json!({ "decimal": self.0.normalized().to_string() })
    }
}

impl ToJson for Duration {
    fn json(&self) -> Json {
        json!({ "decimal": format!("{}.{:09}", self.as_secs(), self.subsec_nanos()) })
    }
}

impl ToJson for SystemTime {
    fn json(&self) -> Json {
        json!({ "time": self.duration_since(UNIX_EPOCH).unwrap().as_secs() })
    }
}

impl ToJson for Phase {
    fn json(&self) -> Json {
        json!({ "enum": format!("{self:?}"), "fields": {} })
    }
}

impl ToJson for Mode {
    fn json(&self) -> Json {
        match self {
            Self::Idle => json!({ "enum": "Idle", "fields": {} }),
            Self::Running { speed, steps } => {
                json!({ "enum": "Running", "fields": { "speed": speed.json(), "steps": steps.json() } })
            }
            Self::Failed(why, code) => json!({ "enum": "Failed", "fields": { "0": why.json(), "1": code.json() } }),
        }
    }
}

impl ToJson for Tensor {
    fn json(&self) -> Json {
        self.0.json()
    }
}

impl ToJson for Bearing {
    fn json(&self) -> Json {
        json!({ "record": { "heat": self.heat.json(), "id": self.id.json() } })
    }
}

impl ToJson for Motor {
    fn json(&self) -> Json {
        let Self { speed, bearings, mode, name } = self;
        json!({ "record": {
            "speed": speed.json(), "bearings": bearings.json(), "mode": mode.json(), "name": name.json(),
        } })
    }
}

impl ToJson for (i64, String) {
    fn json(&self) -> Json {
        json!({ "record": { "0": self.0.json(), "1": self.1.json() } })
    }
}

impl ToJson for (f64, Option<String>) {
    fn json(&self) -> Json {
        json!({ "record": { "0": self.0.json(), "1": self.1.json() } })
    }
}

impl ToJson for Secret {
    fn json(&self) -> Json {
        json!({ "opaque": true })
    }
}

impl ToJson for Tree {
    fn json(&self) -> Json {
        json!({ "record": {
            "weight": self.weight.json(), "children": self.children.json(), "next": self.next.json(),
        } })
    }
}

macro_rules! world {
    ($($field:ident),* $(,)?) => {
        impl ToJson for World {
            fn json(&self) -> Json {
                let mut fields = serde_json::Map::new();
                $(fields.insert(stringify!($field).to_owned(), self.$field.json());)*
                // What serde writes for it is what is shown.
                fields.insert("shown".to_owned(), self.shown.0.json());
                let user = json!({ "balance": self.user.balance.json(), "tags": self.user.tags.json() });
                fields.insert("user".to_owned(), json!({ "record": user }));
                json!({ "record": fields })
            }
        }
    };
}

world!(
    int, unsigned, big, low, small, float, single, flag, tag, text, option, maybe, note, money, phase, mode, motor,
    pair, triple, tensor, readings, counts, bigs, gaps, phases, names, tags, accounts, motors, levels, wallets, amount,
    amounts, at, pause, secret, secrets, hidden, tree,
);
