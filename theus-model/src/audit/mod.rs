//! What an audit speaks of, whoever judges: gates, levels, what is looked at, the texts of records.

mod gate;
mod level;
mod subject;
mod text;

pub use gate::Gate;
pub use level::Level;
pub use subject::Subject;
pub use text::Text;
