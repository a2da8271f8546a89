//! A crate of types that others have processes on: nested and generic contexts, aliases, an enum, what is private, and what is
//! known under another path than its own.
#![deny(warnings, missing_docs, unreachable_pub, clippy::pedantic)]

use theus_core::prelude::*;

pub mod motor;

pub use hall::{Lamp, Switch};

/// What an amount is, in cents.
pub type Cents = i64;

/// A shop of some goods.
#[derive(Clone, Debug, Default, Context)]
pub struct Shop<T: Clone + Default + Inspect + Send + Sync + 'static> {
    /// What is there.
    pub stock: Vec<T>,
    /// What was earned.
    pub earned: Cents,
    /// Where it is.
    #[context(nested)]
    pub lamp: Lamp,
    /// At the front door.
    #[context(nested)]
    pub front: front::Door,
    /// At the back door.
    #[context(nested)]
    pub back: back::Door,
    /// Nobody else sees it, and no file asks about it.
    mood: Mood,
}

/// Private to this crate.
#[derive(Clone, Debug, Default, Inspect)]
enum Mood {
    #[default]
    Calm,
    #[allow(dead_code)]
    Busy,
}

impl<T: Clone + Default + Inspect + Send + Sync + 'static> Shop<T> {
    /// One with these goods.
    #[must_use]
    pub fn of(stock: Vec<T>) -> Self {
        Self { stock, ..Self::default() }
    }

    /// Whether it is calm.
    #[must_use]
    pub const fn is_calm(&self) -> bool {
        matches!(self.mood, Mood::Calm)
    }
}

/// What is sold.
#[derive(Clone, Debug, Default, Inspect)]
pub struct Item {
    /// For how much.
    pub price: Cents,
}

/// Not public under its own path.
mod hall {
    use theus_core::prelude::*;

    /// Gives light.
    #[derive(Clone, Debug, Default, Context)]
    pub struct Lamp {
        /// Whether it does.
        pub switch: Switch,
    }

    /// Of the lamp.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Inspect)]
    pub enum Switch {
        /// Dark.
        #[default]
        Off,
        /// Bright.
        On,
    }

    /// Of this crate.
    #[process(inputs = [domain.lamp.switch], outputs = [domain.lamp.switch])]
    pub fn toggle(ctx: Ctx<super::Shop<super::Item>>) {
        let is_on = *ctx.domain.lamp.switch == Switch::On;
        ctx.domain.lamp.switch.set(if is_on { Switch::Off } else { Switch::On });
    }
}

pub use hall::Toggle;

/// Makes two types of one name at one place.
macro_rules! door {
    ($module:ident, $field:ident) => {
        /// A door.
        pub mod $module {
            use theus_core::prelude::*;

            /// It.
            #[derive(Clone, Debug, Default, Context)]
            pub struct Door {
                /// How often it was opened.
                pub $field: u32,
            }
        }
    };
}

door!(front, opened);
door!(back, forced);
