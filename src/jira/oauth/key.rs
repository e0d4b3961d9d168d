//! The private key: reading it in every form that people have, making one, and signing.

use std::fmt;
use std::sync::Arc;

use ring::rand::{SecureRandom as _, SystemRandom};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use sha1::Sha1;

use crate::secret::{Secret, base64};
use crate::words::{CallFault, KeyFlaw};

/// Length of a new key, in bits. Atlassian's pages still make shorter ones; Jira takes both.
const NEW_BITS: usize = 2048;

/// Characters in a line of PEM (RFC 7468).
const PEM_LINE: usize = 64;

/// An RSA key that signs requests. Nothing shows it.
#[derive(Clone)]
pub struct PrivateKey {
    key: rsa::PrivateKey,
    signing: Arc<SigningKey<Sha1>>,
}

impl PrivateKey {
    /// Reads a key in PEM, PKCS#8 or PKCS#1. Line ends, a byte order mark, text around it, and a key whose lines were joined or
    /// whose line ends became `\n` do no harm.
    ///
    /// # Errors
    /// What is wrong with it, without anything of it.
    pub fn parse(pem: &Secret) -> Result<Self, KeyFlaw> {
        let (label, body) = block(pem.expose()).ok_or(KeyFlaw::NoPem)?;
        let key = match label.as_str() {
            "PRIVATE KEY" => rsa::PrivateKey::from_pkcs8_pem(&body).map_err(|_| KeyFlaw::Unreadable)?,
            "RSA PRIVATE KEY" if pem.expose().contains("Proc-Type") => return Err(KeyFlaw::Encrypted),
            "RSA PRIVATE KEY" => rsa::PrivateKey::from_pkcs1_pem(&body).map_err(|_| KeyFlaw::Unreadable)?,
            "ENCRYPTED PRIVATE KEY" => return Err(KeyFlaw::Encrypted),
            "OPENSSH PRIVATE KEY" => return Err(KeyFlaw::OpenSsh),
            "CERTIFICATE" => return Err(KeyFlaw::Certificate),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => return Err(KeyFlaw::PublicKey),
            _ => return Err(KeyFlaw::NotRsa),
        };
        Ok(Self::of(key))
    }

    /// Makes a key.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn generate() -> Result<Self, CallFault> {
        let key = rsa::PrivateKey::new(&mut Random(SystemRandom::new()), NEW_BITS);
        key.map(Self::of).map_err(|_| CallFault::NoRandomNumbers)
    }

    fn of(key: rsa::PrivateKey) -> Self {
        let signing = Arc::new(SigningKey::new(key.clone()));
        Self { key, signing }
    }

    /// Returns the key as PEM, PKCS#8, for a file that only its owner may read.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn to_pem(&self) -> Result<Secret, KeyFlaw> {
        let pem = self.key.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyFlaw::Unreadable)?;
        Ok(Secret::new(pem.as_str()))
    }

    /// Returns the public key as PEM, as the form of Jira's application links takes it.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn public_pem(&self) -> Result<String, KeyFlaw> {
        self.key.to_public_key().to_public_key_pem(LineEnding::LF).map_err(|_| KeyFlaw::Unreadable)
    }

    /// Returns its length in bits.
    pub fn bits(&self) -> usize {
        self.key.size() * 8
    }

    /// Signs a text: RSASSA-PKCS1-v1_5 with SHA-1 (RFC 5849, section 3.4.3), in base64.
    pub(super) fn sign(&self, text: &str) -> Result<String, CallFault> {
        let signature = self.signing.try_sign(text.as_bytes()).map_err(|_| CallFault::CannotSign)?;
        Ok(base64(&signature.to_vec()))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").finish_non_exhaustive()
    }
}

/// Returns the label of the first block of PEM, and that block as the reader of PEM wants it.
fn block(text: &str) -> Option<(String, String)> {
    let text = text.replace("\\r", "").replace("\\n", "\n");
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let digits: Vec<char> = body.chars().filter(|c| !c.is_whitespace()).collect();
    let lines: Vec<String> = digits.chunks(PEM_LINE).map(|line| line.iter().collect()).collect();
    let pem = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"));
    Some((label.to_owned(), pem))
}

/// The system's random numbers, as the maker of keys asks for them.
struct Random(SystemRandom);

/// The system has no random numbers.
#[derive(Debug)]
struct NoRandomNumbers;

impl fmt::Display for NoRandomNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        CallFault::NoRandomNumbers.fmt(f)
    }
}

impl std::error::Error for NoRandomNumbers {}

impl TryRng for Random {
    type Error = NoRandomNumbers;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(bytes).map_err(|_| NoRandomNumbers)
    }
}

impl TryCryptoRng for Random {}

/// Returns 128 random bits in hexadecimal.
pub(super) fn nonce() -> Result<String, CallFault> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| CallFault::NoRandomNumbers)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
