//! Encrypted connections.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use theus_core::store::StoreError;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::failure::Name;

/// Whose word it takes that a server is the one of its name. Behind the feature `tls`.
#[derive(Clone)]
pub struct Tls(Arc<ClientConfig>);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// That of the authorities which the system trusts.
    ///
    /// # Errors
    /// [`StoreError::Io`] where the system has none that can be read.
    pub fn of_the_system() -> Result<Self, StoreError> {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        let (read, _) = roots.add_parsable_certificates(found.certs);
        match (read, found.errors.first()) {
            (0, Some(error)) => Err(unread(&format!("the certificates of the system cannot be read: {error}"))),
            (0, None) => Err(unread("the system has no certificates of authorities")),
            _ => Self::of(roots),
        }
    }

    /// That of these authorities alone, whose certificates are given as PEM: a provider's own, or a server's that has signed itself.
    ///
    /// # Errors
    /// [`StoreError::Io`] where there is no certificate in it, or one that cannot be read.
    pub fn trusting(pem: &[u8]) -> Result<Self, StoreError> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let read = certificate.map_err(|error| format!("{error:?}"));
            let added = read.and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()));
            added.map_err(|reason| unread(&format!("a certificate cannot be read: {reason}")))?;
        }
        if roots.is_empty() { Err(unread("there is no certificate in the PEM")) } else { Self::of(roots) }
    }

    fn of(roots: RootCertStore) -> Result<Self, StoreError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| unread(&error.to_string()))?;
        Ok(Self(Arc::new(builder.with_root_certificates(roots).with_no_client_auth())))
    }

    pub(crate) fn connector(&self) -> MakeRustlsConnect {
        MakeRustlsConnect::new((*self.0).clone())
    }
}

fn unread(reason: &str) -> StoreError {
    Name("TLS to PostgreSQL".into()).io(reason.to_owned())
}
