use std::{collections::BTreeMap, path::PathBuf, sync::LazyLock};

use ed25519_dalek::{
    SigningKey,
    pkcs8::{EncodePrivateKey, EncodePublicKey},
};
use proptest::prelude::*;
use rung_rules::model::Scan;

use super::{
    super::{Draft, EVIDENCE, Verified, keys, verify},
    *,
};

fn key(seed: u8) -> SignKey {
    SignKey(SigningKey::from_bytes(&[seed; 32]))
}

/// A signed bundle, with something in it.
fn bundle(folder: &Path, key: Option<SignKey>) -> PathBuf {
    let draft = Draft::create(&folder.join("b"), false).unwrap().signed_by(key);
    draft.append(EVIDENCE, [1, 2, 3]).unwrap();
    draft.write_settings(&Default::default()).unwrap();
    draft.finish(&Scan::default()).unwrap()
}

fn only(verified: Verified) -> String {
    assert_eq!(verified.wrong.len(), 1, "{:?}", verified.wrong);
    verified.wrong.concat()
}

#[test]
fn a_signed_bundle_tells_by_whom() {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle(folder.path(), Some(key(1)));
    for required in [None, Some(key(1).public())] {
        let verified = verify(&path, required.as_ref());
        assert_eq!(verified.wrong, Vec::<String>::new());
        assert_eq!(verified.signed_by, Some(key(1).public()));
    }
}

#[test]
fn not_signed_signed_by_another_and_not_fitting_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let plain = bundle(folder.path(), None);
    assert_eq!(verify(&plain, None).wrong, Vec::<String>::new());
    let (one, two) = (key(1).public(), key(2).public());
    let told = only(verify(&plain, Some(&one)));
    assert_eq!(told, format!("not signed: expected a signature by {}", one.fingerprint()));

    let folder = tempfile::tempdir().unwrap();
    let path = bundle(folder.path(), Some(key(2)));
    let told = only(verify(&path, Some(&one)));
    let words = format!("signed by another key: {}, not by {}", two.fingerprint(), one.fingerprint());
    assert_eq!(told, format!("manifest.sig: {words}"));

    let manifest = fs::read_to_string(path.join(MANIFEST)).unwrap();
    fs::write(path.join(MANIFEST), manifest.replace("\"complete\": false", "\"complete\": true ")).unwrap();
    for required in [None, Some(&two)] {
        assert!(only(verify(&path, required)).starts_with("the signature does not fit the manifest: manifest.json"));
    }
    // Changed together with the digest that the signature's file has beside it.
    let signed = fs::read_to_string(path.join(SIGNATURE)).unwrap();
    let digest = |name: &str| hex::encode(Sha256::digest(name));
    let changed = fs::read_to_string(path.join(MANIFEST)).unwrap();
    fs::write(path.join(SIGNATURE), signed.replace(&digest(&manifest), &digest(&changed))).unwrap();
    assert!(only(verify(&path, None)).starts_with("the signature does not fit the manifest: manifest.sig"));
}

#[test]
fn a_signature_that_was_taken_away_or_put_there_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle(folder.path(), Some(key(1)));
    let signature = fs::read(path.join(SIGNATURE)).unwrap();
    fs::remove_file(path.join(SIGNATURE)).unwrap();
    assert!(only(verify(&path, None)).starts_with("manifest.sig: missing: not signed"));

    let other = tempfile::tempdir().unwrap();
    let plain = bundle(other.path(), None);
    fs::write(plain.join(SIGNATURE), signature).unwrap();
    assert!(only(verify(&plain, None)).starts_with("the signature does not fit"));
    let fitting = sign(&key(1), &fs::read(plain.join(MANIFEST)).unwrap()).unwrap();
    fs::write(plain.join(SIGNATURE), fitting).unwrap();
    assert!(only(verify(&plain, None)).starts_with("manifest.sig: added"));
}

/// A key of small order fits any message in the lax reading of Ed25519.
#[test]
fn a_key_of_small_order_signs_nothing() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let weak = PublicKey(ed25519_dalek::VerifyingKey::from_bytes(&identity).unwrap());
    let mut signature = [0; 64];
    signature[0] = 1;
    let signed = Signed {
        schema: SCHEMA.to_owned(),
        algorithm: ALGORITHM.to_owned(),
        public_key: weak.pem().unwrap(),
        signature: base64(&signature).unwrap(),
        manifest_sha256: hex::encode(Sha256::digest("m")),
    };
    assert!(signed.fits(b"m", &weak).unwrap_err().contains("does not fit"));
}

#[test]
fn the_fingerprint_is_of_the_keys_der() {
    let public = key(3).public();
    let der = public.0.to_public_key_der().unwrap();
    assert_eq!(public.fingerprint(), format!("SHA256:{}", hex::encode(Sha256::digest(der.as_bytes()))));
    assert!(!format!("{:?}", key(3)).contains(&hex::encode([3; 8])), "{:?}", key(3));
}

#[test]
fn files_that_hold_no_key_are_refused_without_their_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let private = key(1).0.to_pkcs8_pem(Default::default()).unwrap();
    let public = key(1).public().pem().unwrap();
    let private = private.as_str();
    let encrypted = private.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let openssh = private.replace("PRIVATE KEY", "OPENSSH PRIVATE KEY");
    let secret = private.lines().nth(1).unwrap();
    for (text, words) in [
        (&public[..], "is a public key"),
        (&encrypted, "is encrypted"),
        (&openssh, "expected an Ed25519 private key"),
        (&private[..80], "expected an Ed25519 private key"),
        (secret, "expected an Ed25519 private key"),
        ("", "expected an Ed25519 private key"),
    ] {
        fs::write(&path, text).unwrap();
        let message = SignKey::read(&path).unwrap_err().message;
        assert!(message.contains("key.pem") && message.contains(words), "{message}");
        assert!(!message.contains(&secret[16..]), "{message}");
    }
    fs::write(&path, private).unwrap();
    assert_eq!(SignKey::read(&path).unwrap().public(), key(1).public());
    assert!(PublicKey::read(&path).unwrap_err().message.contains("expected an Ed25519 public key"));
    fs::write(&path, public).unwrap();
    assert_eq!(PublicKey::read(&path).unwrap(), key(1).public());
    assert!(SignKey::read(&folder.path().join("nowhere")).unwrap_err().message.contains("nowhere"));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    fs::write(&path, "").unwrap();
    for (mode, told) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o620, true)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(keys::exposed(&path, "signing key").is_some(), told, "{mode:o}");
    }
}

/// What may happen to a file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Longer(u8),
    Rename,
    Gone,
    Beside,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        6 => (any::<prop::sample::Index>(), 1..=u8::MAX).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        2 => any::<prop::sample::Index>().prop_map(Damage::Cut),
        2 => any::<u8>().prop_map(Damage::Longer),
        1 => Just(Damage::Rename),
        1 => Just(Damage::Gone),
        1 => Just(Damage::Beside),
    ]
}

/// Does it, and tells the names that a verification must say.
fn happen(folder: &Path, name: &str, damage: &Damage) -> Vec<String> {
    let path = folder.join(name);
    let mut bytes = fs::read(&path).unwrap();
    let added = format!("{name}.old");
    match damage {
        Damage::Flip(at, bits) => {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Longer(byte) => bytes.push(*byte),
        Damage::Rename => fs::rename(&path, folder.join(&added)).unwrap(),
        Damage::Gone => fs::remove_file(&path).unwrap(),
        Damage::Beside => fs::write(folder.join(&added), &bytes).unwrap(),
    }
    match damage {
        Damage::Gone => vec![name.to_owned()],
        Damage::Beside => vec![added],
        // Without its manifest a folder is no bundle: nothing can be said of what else lies there.
        Damage::Rename if name == MANIFEST => vec![name.to_owned()],
        Damage::Rename => vec![name.to_owned(), added],
        _ => {
            fs::write(&path, bytes).unwrap();
            vec![name.to_owned()]
        }
    }
}

/// The files of a signed bundle.
static SIGNED: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let files = fs::read_dir(bundle(folder.path(), Some(key(1)))).unwrap().map(Result::unwrap);
    let files = files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap()));
    let files: BTreeMap<_, _> = files.collect();
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["evidence.jsonl.zst", "ledger.jsonl.zst", MANIFEST, SIGNATURE, "settings.json"]);
    files
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_to_any_file_of_a_signed_bundle_is_told(damage in damage(), required in any::<bool>()) {
        let public = key(1).public();
        for file in SIGNED.keys() {
            let folder = tempfile::tempdir().unwrap();
            for (name, bytes) in &*SIGNED {
                fs::write(folder.path().join(name), bytes).unwrap();
            }
            let names = happen(folder.path(), file, &damage);
            let wrong = verify(folder.path(), required.then_some(&public)).wrong;
            for name in names {
                prop_assert!(wrong.iter().any(|wrong| wrong.contains(&name)), "{} in {:?}", name, wrong);
            }
        }
    }
}
