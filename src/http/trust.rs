//! Whom a TLS connection trusts: the certificates of `ca_file` first, and those of the system where they do not suffice.
//!
//! Reading the system's bundle costs about twenty million instructions, three times as much as the rest of an idle run. It
//! is read at the first certificate that `ca_file` does not vouch for, and once for all connections.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::identity::Identity;
use anyhow::{Context as _, bail};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// What a connection may speak after TLS, the best first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Decides which servers a client believes.
#[derive(Clone, Debug)]
pub(super) struct Trust {
    provider: Arc<CryptoProvider>,
    /// What the certificates of `ca_file` vouch for.
    named: Option<Arc<WebPkiServerVerifier>>,
    system: &'static System,
}

/// What the system's certificates vouch for, once they were read. They do not change during a run.
#[derive(Debug, Default)]
pub(super) struct System(OnceLock<Arc<dyn ServerCertVerifier>>);

static SYSTEM: System = System(OnceLock::new());

impl System {
    fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<&dyn ServerCertVerifier, Error> {
        if let Some(verifier) = self.0.get() {
            return Ok(&**verifier);
        }
        let verifier: Arc<dyn ServerCertVerifier> = match rustls_platform_verifier::Verifier::new(Arc::clone(provider))
        {
            Ok(verifier) => Arc::new(verifier),
            // A system without certificates, such as a container of a single file, trusts what Mozilla's programs trust.
            Err(_) => bundled(provider)?,
        };
        Ok(&**self.0.get_or_init(|| verifier))
    }
}

impl Trust {
    /// Reads `ca_file`, a PEM bundle to trust in addition to the system's certificates.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no certificate, or one that cannot be used.
    pub(super) fn new(ca_file: Option<&Path>) -> anyhow::Result<Self> {
        let provider = Arc::new(ring::default_provider());
        let named = ca_file.map(|path| {
            let mut roots = RootCertStore::empty();
            for certificate in read_certificates(path)? {
                roots.add(certificate).with_context(|| unusable(path))?;
            }
            verifier(roots, &provider).with_context(|| unusable(path))
        });
        Ok(Self { named: named.transpose()?, provider, system: &SYSTEM })
    }

    /// Returns the TLS settings of a client, which shows a certificate where it has one and is asked for it.
    ///
    /// # Errors
    /// When the cryptography offers no version of TLS.
    pub(super) fn client(&self, identity: Option<&Identity>) -> Result<ClientConfig, Error> {
        let builder =
            ClientConfig::builder_with_provider(Arc::clone(&self.provider)).with_safe_default_protocol_versions()?;
        let verifier = Arc::new(self.clone());
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
        let mut config = match identity {
            Some(identity) => builder.with_client_cert_resolver(identity.resolver()),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        Ok(config)
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let by = |who: &dyn ServerCertVerifier| {
            who.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let refused = match self.named.as_deref().map(|named| by(named)) {
            Some(Ok(verified)) => return Ok(verified),
            Some(Err(refused)) => Some(refused),
            None => None,
        };
        by(self.system.verifier(&self.provider)?).map_err(|unknown| {
            // Of a certificate by an authority of `ca_file` that expired, or that is for another host, the system only
            // says that it does not know the authority.
            refused.filter(|refused| !is_unknown(refused)).unwrap_or(unknown)
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn is_unknown(error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(CertificateError::UnknownIssuer))
}

fn verifier(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> anyhow::Result<Arc<WebPkiServerVerifier>> {
    Ok(WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build()?)
}

fn bundled(provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
    verifier(roots, provider).map_err(|why| Error::General(format!("cannot use the bundled certificates: {why:#}")))
}

fn read_certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let pem = std::fs::read(path).with_context(|| {
        format!("cannot read ca_file {}: give the path of a PEM file with the certificates to trust", path.display())
    })?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let certificates = certificates.with_context(|| unusable(path))?;
    if certificates.is_empty() {
        bail!(
            "ca_file {} holds no certificate: it must be PEM, with a line -----BEGIN CERTIFICATE----- \
             (mend a DER file with: openssl x509 -inform der -in FILE -out FILE.pem)",
            path.display()
        );
    }
    Ok(certificates)
}

fn unusable(path: &Path) -> String {
    format!("ca_file {} holds a certificate that cannot be used: export it again as PEM", path.display())
}

#[cfg(test)]
impl System {
    /// Returns true once the certificates were read.
    pub(super) fn was_read(&self) -> bool {
        self.0.get().is_some()
    }
}

#[cfg(test)]
impl Trust {
    /// Returns the same with certificates of the system that nobody has read yet.
    pub(super) fn with_system_of_its_own(self) -> Self {
        Self { system: Box::leak(Box::default()), ..self }
    }

    pub(super) fn system(&self) -> &'static System {
        self.system
    }
}
