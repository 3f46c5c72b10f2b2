//! The way to a resource in the AWS console. `console_links.json` says how; the report's page does the same in `html/console.js`.
//! The host is one of three, and what comes from AWS is percent-encoded: no name of a stranger can lead elsewhere.

use std::{collections::BTreeMap, sync::LazyLock};

use rung_rules::model::Subject;
use serde::Deserialize;
use url::form_urlencoded;

#[derive(Debug, Deserialize)]
struct Links {
    hosts: BTreeMap<String, String>,
    view: BTreeMap<String, String>,
    links: Vec<Link>,
}

#[derive(Debug, Deserialize)]
struct Link {
    service: String,
    r#type: String,
    path: String,
    global: Option<String>,
}

static LINKS: LazyLock<Option<Links>> = LazyLock::new(|| serde_json::from_str(include_str!("console_links.json")).ok());

/// The address of a subject in the AWS console of its partition; nothing where AWS has no page for it, as for what `rung` composes.
/// `_kind` is the subject's kind: the ARN tells enough so far.
pub fn console_link(subject: &Subject, _kind: &str) -> Option<String> {
    let links = LINKS.as_ref()?;
    let mut parts = subject.arn.splitn(6, ':');
    let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let resource = parts.nth(2).filter(|resource| !resource.is_empty())?;
    let host = links.hosts.get(partition)?;
    if arn != "arn" || service == "rung" || !is_region(&subject.region) {
        return None;
    }
    let (of_type, id) = resource.split_once(['/', ':']).unwrap_or(("", resource));
    let link =
        links.links.iter().find(|own| own.service == service && (own.r#type.is_empty() || own.r#type == of_type));
    let path = link.and_then(|own| if *subject.region == *"global" { own.global.as_ref() } else { Some(&own.path) });
    match (link, path) {
        (Some(link), Some(path)) => {
            let of = if link.r#type.is_empty() { resource } else { id };
            Some(format!("https://{host}/{}", filled(path, subject, id, resource, of)))
        }
        _ => links.view.get(partition).map(|view| view.replace("{arn}", &encoded(&subject.arn))),
    }
}

fn is_region(region: &str) -> bool {
    !region.is_empty() && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Everything but letters, digits and `-._` is encoded; a space as a browser does it in a path.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20").replace('*', "%2A")
}

/// The path with its places filled; what is filled in is not looked at again.
fn filled(path: &str, subject: &Subject, id: &str, all: &str, of: &str) -> String {
    let mut out = String::new();
    for (index, part) in path.split(['{', '}']).enumerate() {
        if index % 2 == 0 {
            out.push_str(part);
            continue;
        }
        let numbered = || part.parse::<usize>().ok()?.checked_sub(1).and_then(|at| of.split(['/', ':']).nth(at));
        out.push_str(&encoded(match part {
            "region" => &subject.region,
            "id" => id,
            "all" => all,
            "arn" => &subject.arn,
            _ => numbered().unwrap_or_default(),
        }));
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn link(arn: &str, region: &str) -> Option<String> {
        let subject = json!({"arn": arn, "account": "123456789012", "region": region});
        console_link(&serde_json::from_value(subject).unwrap(), "volume")
    }

    #[test]
    fn known_resources_have_their_page() {
        let expected = "https://console.aws.amazon.com/ec2/home?region=eu-west-1#VolumeDetails:volumeId=vol-1";
        assert_eq!(link("arn:aws:ec2:eu-west-1:123456789012:volume/vol-1", "eu-west-1").as_deref(), Some(expected));
        let expected = "https://console.aws.amazon.com/lambda/home?region=us-east-1#/functions/pay";
        assert_eq!(link("arn:aws:lambda:us-east-1:1:function:pay:live", "us-east-1").as_deref(), Some(expected));
        let expected = "https://console.aws.amazon.com/s3/buckets/larch-logs";
        assert_eq!(link("arn:aws:s3:::larch-logs", "global").as_deref(), Some(expected));
        let expected = "https://console.aws.amazon.com/ecs/v2/clusters/prod/services/web?region=us-east-1";
        assert_eq!(link("arn:aws:ecs:us-east-1:1:service/prod/web", "us-east-1").as_deref(), Some(expected));
    }

    #[test]
    fn each_partition_has_its_console() {
        let volume =
            |partition: &str| link(&format!("arn:{partition}:ec2:r-1:1:volume/vol-1"), "r-1").unwrap_or_default();
        assert!(volume("aws-cn").starts_with("https://console.amazonaws.cn/ec2/"));
        assert!(volume("aws-us-gov").starts_with("https://console.amazonaws-us-gov.com/ec2/"));
        assert_eq!(volume("aws-elsewhere"), "");
    }

    #[test]
    fn where_nothing_fits_the_console_is_asked_for_the_arn() {
        let expected = "https://console.aws.amazon.com/go/view?arn=arn%3Aaws%3Adax%3Ar-1%3A1%3Acache%2Fc";
        assert_eq!(link("arn:aws:dax:r-1:1:cache/c", "r-1").as_deref(), Some(expected));
        assert_eq!(link("arn:aws-cn:dax:r-1:1:cache/c", "r-1"), None);
        assert_eq!(link("arn:aws:rung:r-1:1:delivery", "r-1"), None);
    }

    #[test]
    fn no_name_leads_elsewhere() {
        let hostile = link("arn:aws:s3:::x/../..//evil.example/?a=b#c<script>\u{202e}{region}", "global").unwrap();
        assert!(hostile.starts_with("https://console.aws.amazon.com/s3/buckets/x%2F..%2F..%2F%2Fevil.example%2F%3Fa"));
        assert!(!hostile.contains(['<', '#', '\u{202e}', '{']));
        assert_eq!(link("javascript:alert(1)", "global"), None);
        assert_eq!(link("arn:aws:ec2:x:1:volume/v", "evil.example/"), None);
        assert_eq!(link("", ""), None);
    }
}
