//! `rung verify`.

use std::path::{Path, PathBuf};

use super::{latest, output::Output};
use crate::{
    bundle::{PublicKey, Verified, verify},
    failure::{Exit, Failure},
    plain::plain,
};

const EXAMPLES: &str = "\
Examples:
  rung verify ~/.local/share/rung/scans/*
  rung verify BUNDLE && rung assess BUNDLE
  rung verify BUNDLE --public-key rung.pub.pem        signed with `rung scan --sign-key`, by this key and no other
What it proves: each part is, byte for byte, what the manifest says; no file is missing or was added; and the manifest that the
next bundle names was not changed since. Of the newest bundle a signature can prove that, or a copy of its manifest's SHA-256:
keep it.";

/// Tell whether bundles are as their scans left them, offline
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Bundles: folders that `rung scan` left, ids of stored scans, or `latest`
    #[arg(required = true, num_args = 1.., value_name = "BUNDLE")]
    bundles: Vec<PathBuf>,
    /// Every bundle must be signed by this key: PEM, as `openssl pkey -in KEY -pubout` writes it
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
}

/// Verifies each, and tells of each.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let key = args.public_key.as_deref().map(PublicKey::read).transpose()?;
    let all: Vec<_> = args.bundles.iter().map(|word| verified(word, key.as_ref())).collect();
    Output::Stdout.write(|out| {
        for (folder, verified) in &all {
            let name = plain(&folder.display().to_string());
            match verified.wrong.is_empty() {
                true => writeln!(out, "{name}: ok, {}", sound(verified, key.is_some()))?,
                false if key.is_some() => writeln!(out, "{name}: not as the scan left it, or not signed by the key")?,
                false => writeln!(out, "{name}: not as the scan left it")?,
            }
            for wrong in &verified.wrong {
                writeln!(out, "  {}", plain(wrong))?;
            }
        }
        Ok(())
    })?;
    // Sound bundles fail too where a key is asked for.
    let signed = if key.is_some() { ", or not signed by the key" } else { "" };
    match all.iter().filter(|(_, verified)| !verified.wrong.is_empty()).count() {
        0 => Ok(Exit::Done),
        1 => Err(Failure::usage(format!("1 bundle is not as its scan left it{signed}"))),
        n => Err(Failure::usage(format!("{n} bundles are not as their scans left them{signed}"))),
    }
}

/// A bundle by its folder or its scan's id; what is neither is looked at as the folder that is not there.
fn verified(word: &Path, key: Option<&PublicKey>) -> (PathBuf, Verified) {
    let folder = match word.components().count() {
        1 => latest::folder_of(word).unwrap_or_else(|_| word.to_owned()),
        _ => word.to_owned(),
    };
    let verified = verify(&folder, key);
    (folder, verified)
}

fn sound(verified: &Verified, required: bool) -> String {
    let sha256 = verified.manifest_sha256.as_deref().unwrap_or_default();
    let signed = match &verified.signed_by {
        None => String::new(),
        Some(key) if required => format!(", signed by {}", key.fingerprint()),
        // Whoever changes a bundle can sign it with a key of their own.
        Some(key) => {
            let hint = "compare the fingerprint; pass --public-key to require it";
            format!(", signed by {} ({hint})", key.fingerprint())
        }
    };
    format!("{} parts, {}, manifest {sha256}{signed}", verified.parts, verified.chained)
}
