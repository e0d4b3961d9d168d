//! The certificate of the client: some servers, or proxies in front of them, let nobody in without one.

use std::fmt;
use std::sync::Arc;

use reqwest::Url;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{Error, InconsistentKeys};

use crate::secret::Secret;
use crate::words::IdentityFlaw;

/// A certificate with its private key, and the host that it is shown to.
#[derive(Clone)]
pub struct Identity {
    host: String,
    shown: Arc<SingleCertAndKey>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads a certificate, with those that lead to its authority behind it, and its key without a passphrase. Both are PEM; a
    /// line break may be written as `\n`. It is shown only to the host of `address`.
    ///
    /// # Errors
    /// What is wrong with the certificate, or with the key; nothing of the key is repeated.
    pub fn read(certificates: &str, key: &Secret, address: &str) -> Result<Self, IdentityFlaw> {
        let provider = ring::default_provider();
        let chain = chain(certificates)?;
        let key = private_key(&key.expose().replace("\\n", "\n"))?;
        let certified = CertifiedKey::from_der(chain, key, &provider).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => IdentityFlaw::OtherKey,
            Error::InvalidCertificate(_) => IdentityFlaw::BadCertificate,
            _ => IdentityFlaw::KeyUnusable,
        })?;
        let host = Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        Ok(Self { host, shown: Arc::new(SingleCertAndKey::from(certified)) })
    }

    /// Returns true for an address that it is shown to.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        url.host_str() == Some(self.host.as_str())
    }

    /// Returns it as a connection takes it.
    pub(super) fn resolver(&self) -> Arc<dyn ResolvesClientCert> {
        Arc::clone(&self.shown) as Arc<dyn ResolvesClientCert>
    }
}

fn chain(pem: &str) -> Result<Vec<CertificateDer<'static>>, IdentityFlaw> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.replace("\\n", "\n").as_bytes()).collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err(IdentityFlaw::NoCertificate),
        Ok(chain) => Ok(chain),
        Err(_) => Err(IdentityFlaw::BadCertificate),
    }
}

fn private_key(pem: &str) -> Result<PrivateKeyDer<'static>, IdentityFlaw> {
    // An encrypted key is another kind of section, or has a header that says so.
    if pem.contains("BEGIN ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(IdentityFlaw::KeyEncrypted);
    }
    if !pem.contains("PRIVATE KEY-----") {
        return Err(IdentityFlaw::NoKey);
    }
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| IdentityFlaw::KeyUnusable)
}
