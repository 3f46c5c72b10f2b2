//! The signature of a bundle: over its manifest, which has the digest of every part.
//!
//! The manifest names the key, so that a signature that was taken away is missed. The file must be byte for byte as it was
//! written: what is in it is either checked or has one form only.

use std::{fs, io, path::Path};

use ed25519_dalek::{
    Signature, Signer,
    pkcs8::spki::der::pem::{Base64Decoder, Base64Encoder},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Manifest, PublicKey, SignKey, manifest::MANIFEST};

/// The signature's name in a bundle.
pub(super) const SIGNATURE: &str = "manifest.sig";
const SCHEMA: &str = "rung/signature/v1";
const ALGORITHM: &str = "ed25519";

/// What `manifest.sig` holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    schema: String,
    algorithm: String,
    /// PEM.
    public_key: String,
    /// Of the manifest's bytes; 64 bytes in base64.
    signature: String,
    /// In hexadecimal.
    manifest_sha256: String,
}

/// The file that signs these bytes of a manifest.
pub(super) fn sign(key: &SignKey, manifest: &[u8]) -> io::Result<Vec<u8>> {
    Signed {
        schema: SCHEMA.to_owned(),
        algorithm: ALGORITHM.to_owned(),
        public_key: key.public().pem()?,
        signature: base64(&key.0.sign(manifest).to_bytes())?,
        manifest_sha256: hex::encode(Sha256::digest(manifest)),
    }
    .bytes()
}

impl Signed {
    fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let signed: Signed =
            serde_json::from_slice(bytes).map_err(|error| format!("{SIGNATURE}, line {}: {error}", error.line()))?;
        if signed.schema != SCHEMA || signed.algorithm != ALGORITHM {
            let (schema, algorithm) = (signed.schema, signed.algorithm);
            return Err(format!("{SIGNATURE}: {schema:?} with {algorithm:?}, expected {SCHEMA:?} with {ALGORITHM:?}"));
        }
        match signed.bytes() {
            Ok(written) if written == bytes => Ok(signed),
            _ => Err(format!("{SIGNATURE}: changed: it is not as a scan writes it")),
        }
    }

    fn fits(&self, manifest: &[u8], key: &PublicKey) -> Result<(), String> {
        if self.manifest_sha256 != hex::encode(Sha256::digest(manifest)) {
            return Err(format!("the signature does not fit the manifest: {MANIFEST} or {SIGNATURE} was changed"));
        }
        let signature = unbase64(&self.signature).and_then(|bytes| Signature::from_slice(&bytes).ok());
        match signature.map(|signature| key.0.verify_strict(manifest, &signature)) {
            Some(Ok(())) => Ok(()),
            _ => Err(format!("the signature does not fit the manifest: {SIGNATURE} was changed, or is of another key")),
        }
    }
}

/// Who signed the bundle, if anybody did; or what is wrong. With `required` it must be that key.
pub(super) fn check(
    folder: &Path,
    bytes: &[u8],
    manifest: &Manifest,
    required: Option<&PublicKey>,
) -> Result<Option<PublicKey>, String> {
    let signed = match fs::read(folder.join(SIGNATURE)) {
        Ok(signed) => Signed::parse(&signed)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return unsigned(manifest, required).map(|()| None),
        Err(error) => return Err(format!("{SIGNATURE}: {error}")),
    };
    let key = PublicKey::parse(&signed.public_key)
        .ok_or_else(|| format!("{SIGNATURE}: changed: its public_key is no Ed25519 key"))?;
    if let Some(required) = required.filter(|required| **required != key) {
        let (found, wanted) = (key.fingerprint(), required.fingerprint());
        return Err(format!("{SIGNATURE}: signed by another key: {found}, not by {wanted}"));
    }
    signed.fits(bytes, &key)?;
    match &manifest.signed_by {
        Some(name) if *name == key.fingerprint() => Ok(Some(key)),
        Some(name) => Err(format!("{SIGNATURE}: signed by {}, but the manifest names {name}", key.fingerprint())),
        None => Err(format!("{SIGNATURE}: added: the manifest names no key that signs it")),
    }
}

fn unsigned(manifest: &Manifest, required: Option<&PublicKey>) -> Result<(), String> {
    match (&manifest.signed_by, required) {
        (Some(name), _) => Err(format!("{SIGNATURE}: missing: not signed, but the manifest names {name}")),
        (None, Some(required)) => Err(format!("not signed: expected a signature by {}", required.fingerprint())),
        (None, None) => Ok(()),
    }
}

fn base64(bytes: &[u8; 64]) -> io::Result<String> {
    let mut room = [0; 88];
    let mut encoder = Base64Encoder::new(&mut room).map_err(io::Error::other)?;
    encoder.encode(bytes).map_err(io::Error::other)?;
    Ok(encoder.finish().map_err(io::Error::other)?.to_owned())
}

/// Bytes of base64, which must be in its one form.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    Base64Decoder::new(text.as_bytes()).ok()?.decode_to_end(&mut bytes).ok()?;
    let same = bytes.as_slice().try_into().ok().and_then(|bytes| base64(bytes).ok()).is_some_and(|again| again == text);
    same.then_some(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
#[path = "signature_tests.rs"]
mod tests;
