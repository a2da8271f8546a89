//! What every store must do.

use std::sync::Arc;

use theus_core::store::{Store, conformance};
use theus_postgres::{Durability, PostgresStore};

use super::cluster::{cluster, schema};

#[test]
fn the_database_does_what_stores_must() {
    let Some(cluster) = cluster() else { return };
    let report = conformance::check(|| {
        let (url, schema) = (cluster.url(), schema());
        Ok(move || -> Result<Arc<dyn Store>, String> {
            let store = PostgresStore::open_in(&url, &schema).map_err(|error| error.to_string())?;
            // What a case asks is not whether the disk has it.
            Ok(Arc::new(store.durability(Durability::Crash)))
        })
    });
    assert!(report.is_passed(), "{report}");
}
