//! Ed25519 keys: one to sign with, one to hold signatures against. The signing key is read once, wiped after use and never shown.

use std::{
    fmt, fs,
    io::{self, Read},
    path::Path,
};

use ed25519_dalek::{
    SigningKey, VerifyingKey,
    pkcs8::{
        DecodePrivateKey, DecodePublicKey, EncodePublicKey,
        spki::der::{pem::LineEnding, zeroize::Zeroizing},
    },
};
use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// The most that is read of a key's file, in bytes; a key in PEM has less than 200.
const LIMIT: u64 = 16 * 1024;

/// A private key that signs bundles.
pub struct SignKey(pub(super) SigningKey);

impl SignKey {
    /// Reads PKCS#8 PEM, as `openssl genpkey -algorithm ed25519` writes it.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = read(path)?;
        let wrong = |words: &str| Failure::usage(format!("the signing key {}: {words}", path.display()));
        SigningKey::from_pkcs8_pem(text.trim()).map(SignKey).map_err(|_| {
            wrong(match text.trim_start().lines().next().unwrap_or_default() {
                "-----BEGIN ENCRYPTED PRIVATE KEY-----" => {
                    "is encrypted; hand it over decrypted: --sign-key <(openssl pkey -in KEY)"
                }
                "-----BEGIN PUBLIC KEY-----" => "is a public key; name the private one",
                _ => "expected an Ed25519 private key, as `openssl genpkey -algorithm ed25519` writes it (PKCS#8, PEM)",
            })
        })
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

impl fmt::Debug for SignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SignKey").field(&self.public()).finish()
    }
}

/// The public half of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(pub(super) VerifyingKey);

impl PublicKey {
    /// Reads PEM, as `openssl pkey -pubout` writes it.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = read(path)?;
        PublicKey::parse(text.trim()).ok_or_else(|| {
            let words = "expected an Ed25519 public key, as `openssl pkey -in KEY -pubout` writes it (PEM)";
            Failure::usage(format!("the public key {}: {words}", path.display()))
        })
    }

    pub(super) fn parse(pem: &str) -> Option<Self> {
        VerifyingKey::from_public_key_pem(pem).ok().map(PublicKey)
    }

    /// As PEM.
    pub(super) fn pem(&self) -> io::Result<String> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(io::Error::other)
    }

    /// `SHA256:` and the digest of the key's DER (SubjectPublicKeyInfo), in hexadecimal.
    pub fn fingerprint(&self) -> String {
        // The DER of an Ed25519 key is these 12 bytes (RFC 8410) and the key.
        let head = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        format!("SHA256:{}", hex::encode(Sha256::new().chain_update(head).chain_update(self.0.as_bytes()).finalize()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

/// What to say of a secret's file that others than its owner can read.
#[cfg(unix)]
pub fn exposed(path: &Path, what: &str) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let file = fs::metadata(path).ok().filter(|file| file.is_file() && file.mode() & 0o077 != 0)?;
    let words = format!("others than its owner can read or change the {what}");
    Some(format!("warning: {words} {} (mode {:04o}): chmod 600 it", path.display(), file.mode() & 0o7777))
}

/// What to say of a secret's file that others than its owner can read.
#[cfg(not(unix))]
pub fn exposed(_: &Path, _: &str) -> Option<String> {
    None
}

/// A key's file; wiped when it is dropped. The room is taken beforehand, so that no copy stays behind.
fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let failed = |error: io::Error| Failure::file("read the key", path, &error);
    let mut text = Zeroizing::new(String::with_capacity(2 * LIMIT as usize));
    let mut file = fs::File::open(path).map_err(failed)?.take(LIMIT);
    file.read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}
