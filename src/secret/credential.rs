//! A credential, and how it goes into a header.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// What stands in the place of a credential.
pub const REDACTED: &str = "(redacted)";

/// A credential. Neither `Debug` nor anything else shows it.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a credential.
    pub fn new(value: impl Into<String>) -> Self {
        Self(SecretString::from(value.into()))
    }

    /// Returns the credential, for the one place that puts it into a request header.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// Encodes with the standard alphabet and padding (RFC 4648).
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or_default());
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4_u32 {
            let index = usize::try_from(word >> (18 - 6 * n) & 63).unwrap_or_default();
            let digit = DIGITS.get(index).copied().filter(|_| n as usize <= chunk.len());
            out.push(digit.map_or('=', char::from));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_follows_the_rfc_examples() {
        for (text, want) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("ü>?", "w7w+Pw==")]
        {
            assert_eq!(base64(text.as_bytes()), want);
        }
    }
}
