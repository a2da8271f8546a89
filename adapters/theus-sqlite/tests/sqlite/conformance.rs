//! What every store must do.

use std::sync::Arc;

use theus_core::store::{Store, conformance};

use super::desk::*;

#[test]
fn the_file_does_what_stores_must() {
    let report = conformance::check(|| {
        let folder = Folder::new();
        Ok(move || -> Result<Arc<dyn Store>, String> { Ok(Arc::new(quick(folder.path()))) })
    });
    assert!(report.is_passed(), "{report}");
}
