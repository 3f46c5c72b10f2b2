//! What values of the command line may hold, so that they can stand in a unit, a crontab, YAML and a template.
//!
//! Every check names what it expects: `clap` tells it with the flag, and the exit code is 2.

use jiff::tz::TimeZone;

/// A place for bundles in S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// The bucket.
    pub(crate) name: String,
    /// What keys begin with, without slashes around it; may be empty.
    pub(crate) prefix: String,
}

impl Bucket {
    /// As the program takes it.
    pub(crate) fn url(&self) -> String {
        format!("s3://{}", self.path(&self.prefix))
    }

    /// The objects below it, as an ARN has them after `arn:aws:s3:::`.
    pub(crate) fn objects(&self) -> String {
        self.path(if self.prefix.is_empty() { "*".to_owned() } else { format!("{}/*", self.prefix) }.as_str())
    }

    fn path(&self, rest: &str) -> String {
        if rest.is_empty() { self.name.clone() } else { format!("{}/{rest}", self.name) }
    }
}

/// Letters, digits and some more characters, not empty and not too long.
fn of(text: &str, most: usize, more: &str) -> bool {
    (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

fn told(text: &str, fits: bool, expected: &str) -> Result<String, String> {
    if fits { Ok(text.to_owned()) } else { Err(format!("expected {expected}")) }
}

/// A word of small letters, digits and hyphens: what names of units, Kubernetes and AWS all allow.
fn label(text: &str, most: usize) -> bool {
    let inside = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    of(text, most, "-") && inside && !text.starts_with('-') && !text.ends_with('-')
}

/// The name of a schedule.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let fits = label(text, 40) && text.starts_with(|c: char| c.is_ascii_lowercase());
    told(text, fits, "1 to 40 small letters, digits or hyphens, the first a letter")
}

/// A name in Kubernetes: namespace, service account, secret.
pub(crate) fn kubernetes_name(text: &str) -> Result<String, String> {
    told(text, label(text, 63), "1 to 63 small letters, digits or hyphens, as Kubernetes has them")
}

/// A time zone of the IANA database.
pub(crate) fn time_zone(text: &str) -> Result<String, String> {
    let fits = of(text, 64, "/_+-") && TimeZone::get(text).is_ok();
    told(text, fits, "a time zone of the IANA database, like Europe/Berlin or UTC")
}

/// A region, or `all`.
pub(crate) fn region(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.split('-').collect();
    let number = parts.last().is_some_and(|last| !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()));
    told(text, text == "all" || (label(text, 30) && parts.len() >= 3 && number), "a region like eu-central-1, or all")
}

/// `s3://bucket`, `s3://bucket/prefix`.
pub(crate) fn bucket(url: &str) -> Result<Bucket, String> {
    let expected =
        "expected s3://BUCKET or s3://BUCKET/PREFIX: letters, digits and -_.= in a prefix, / between its parts";
    let rest = url.strip_prefix("s3://").ok_or(expected)?;
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    let name_fits = (3..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c))
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && !name.contains("..");
    let part_fits = |part: &str| of(part, 200, "-_.=") && part != "." && part != "..";
    let prefix_fits = prefix.is_empty() || (prefix.len() <= 500 && prefix.split('/').all(part_fits));
    match name_fits && prefix_fits {
        true => Ok(Bucket { name: name.to_owned(), prefix: prefix.to_owned() }),
        false => Err(expected.to_owned()),
    }
}

/// An image in a registry, with tag or digest.
pub(crate) fn image(text: &str) -> Result<String, String> {
    let fits = of(text, 255, "./:@_-") && text.starts_with(|c: char| c.is_ascii_alphanumeric()) && !text.contains("//");
    told(text, fits, "an image like registry.example.com/rung:1.0, or with its digest")
}

/// An absolute path without white space and what shells, units or crontabs read otherwise.
pub(crate) fn path(text: &str) -> Result<String, String> {
    let fits = text.starts_with('/')
        && !text.ends_with('/')
        && of(text, 255, "/._+-")
        && !text.split('/').any(|part| part == "..");
    told(text, fits, "an absolute path of letters, digits and /._+-")
}

/// A file beside another.
pub(crate) fn file_name(text: &str) -> Result<String, String> {
    let fits = of(text, 100, "._-") && !text.starts_with('.') && text != "rung.toml";
    told(text, fits, "a file's name of letters, digits and ._-, without folders: it is printed beside rung.toml")
}

/// A user of the machine.
pub(crate) fn user(text: &str) -> Result<String, String> {
    let fits = of(text, 31, "_-") && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    told(text, fits, "the name of a user: letters, digits, _ or -")
}

/// `vpc-...`.
pub(crate) fn vpc(text: &str) -> Result<String, String> {
    told(text, hexadecimal(text, "vpc-"), "a VPC like vpc-0123456789abcdef0")
}

/// `subnet-...`.
pub(crate) fn subnet(text: &str) -> Result<String, String> {
    told(text, hexadecimal(text, "subnet-"), "a subnet like subnet-0123456789abcdef0")
}

fn hexadecimal(text: &str, prefix: &str) -> bool {
    let small = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.strip_prefix(prefix).is_some_and(|id| matches!(id.len(), 8 | 17) && id.bytes().all(small))
}

/// A secret of Secrets Manager.
pub(crate) fn secret(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.splitn(7, ':').collect();
    let fits = match parts.as_slice() {
        ["arn", partition, "secretsmanager", region, account, "secret", name] => {
            partition.starts_with("aws")
                && label(partition, 20)
                && label(region, 30)
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && of(name, 512, "/_+=.@-")
        }
        _ => false,
    };
    told(text, fits, "the ARN of a secret in Secrets Manager")
}

/// Memory and processors that Fargate has.
pub(crate) fn fargate(cpu: u32, memory: u32) -> Result<(), String> {
    let steps = |from: u32, to: u32, step: u32| (from..=to).contains(&memory) && (memory - from).is_multiple_of(step);
    let fits = match cpu {
        256 => [512, 1024, 2048].contains(&memory),
        512 => steps(1024, 4096, 1024),
        1024 => steps(2048, 8192, 1024),
        2048 => steps(4096, 16_384, 1024),
        4096 => steps(8192, 30_720, 1024),
        8192 => steps(16_384, 61_440, 4096),
        16_384 => steps(32_768, 122_880, 8192),
        _ => false,
    };
    let words = "Fargate does not have this: --cpu is 256, 512, 1024, 2048, 4096, 8192 or 16384, \
                 and --memory 2 to 8 times as much in MiB, in steps of 1024";
    if fits { Ok(()) } else { Err(format!("--cpu {cpu} --memory {memory}: {words}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What breaks out of one language or another.
    const HOSTILE: [&str; 16] = [
        "", " ", "a b", "a\nb", "a\"b", "a'b", "a%b", "a$b", "${x}", "a;b", "a`b`", "a\\b", "a{{b}}", "a: b", "a#b",
        "\u{2028}",
    ];

    #[test]
    fn what_breaks_out_is_refused_everywhere() {
        for text in HOSTILE {
            for check in [name, file_name, kubernetes_name, time_zone, region, image, path, user, vpc, subnet, secret] {
                assert!(check(text).is_err(), "{text:?}");
                assert!(check(&format!("/{text}")).is_err(), "/{text:?}");
            }
            for url in [format!("s3://{text}"), format!("s3://bucket/x/{text}")] {
                assert!(bucket(&url).is_err() || text.is_empty(), "{url:?}");
            }
            let arn = format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:{text}");
            assert!(secret(&arn).is_err(), "{arn:?}");
        }
    }

    #[test]
    fn what_is_usual_is_taken() {
        assert!(name("nightly-2").is_ok() && name("2").is_err() && name(&"a".repeat(41)).is_err());
        assert!(
            time_zone("Europe/Berlin").is_ok()
                && time_zone("Etc/GMT+5").is_ok()
                && time_zone("Europe/Atlantis").is_err()
        );
        assert!(region("us-gov-west-1").is_ok() && region("all").is_ok() && region("eu-central").is_err());
        assert!(image("123456789012.dkr.ecr.eu-central-1.amazonaws.com/rung@sha256:0a1b").is_ok());
        assert!(path("/usr/local/bin/rung").is_ok() && path("rung").is_err() && path("/a/../b").is_err());
        assert!(vpc("vpc-0123456789abcdef0").is_ok() && vpc("vpc-x").is_err());
        assert!(subnet("subnet-0a1b2c3d").is_ok() && user("rung").is_ok() && user("-r").is_err());
        assert!(secret("arn:aws:secretsmanager:eu-central-1:123456789012:secret:rung/store-AbCdEf").is_ok());
    }

    #[test]
    fn a_bucket_with_and_without_a_prefix() {
        let whole = bucket("s3://scans-4711").unwrap();
        assert_eq!((whole.url().as_str(), whole.objects().as_str()), ("s3://scans-4711", "scans-4711/*"));
        let part = bucket("s3://scans.example/team=web/nightly/").unwrap();
        assert_eq!(part.url(), "s3://scans.example/team=web/nightly");
        assert_eq!(part.objects(), "scans.example/team=web/nightly/*");
        for bad in
            ["https://scans", "s3://ab", "s3://Scans", "s3://scans/*", "s3://scans/a//b", "s3://scans/../x", "s3://.ab"]
        {
            assert!(bucket(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn fargate_has_only_some_sizes() {
        for (cpu, memory, fits) in
            [(1024, 2048, true), (256, 512, true), (256, 4096, false), (1000, 2048, false), (2048, 4000, false)]
        {
            assert_eq!(fargate(cpu, memory).is_ok(), fits, "{cpu} {memory}");
        }
    }
}
