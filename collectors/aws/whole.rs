//! Whether a "yes" can be what AWS sent; if not it is no answer, and is asked again.
//!
//! The SDK refuses XML with another root, and JSON and CBOR that do not parse. But XML that ends too early is a shorter
//! list to it, and no body at all an empty one in the JSON protocols: that must not pass for what an account has.

use std::collections::BTreeMap;

use crate::calls::{Call, s3_object::GET_OBJECT};

/// Why an answer is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    /// No operation answers with HTML.
    #[error(
        "a web page came instead of AWS's answer; a proxy or a sign-in page of the network may stand in between: check HTTPS_PROXY and NO_PROXY"
    )]
    Page,
    /// Nothing where the protocol has at least an empty document.
    #[error("the answer is empty, which the service's protocol does not have")]
    Empty,
    /// XML without the end of its root element.
    #[error("the answer is cut short: its XML does not end")]
    Cut,
}

/// What is wrong with an answer. Of a refusal only the end of its XML is looked at: one that is cut may name its code, but is not
/// what AWS said. `rpc`: the request names its operation in `X-Amz-Target` (JSON 1.0
/// and 1.1), where every answer has a body. Elsewhere an empty one is AWS's if it has a request id.
pub(crate) fn broken(
    call: &Call,
    rpc: bool,
    status: u16,
    headers: &BTreeMap<String, String>,
    body: &[u8],
) -> Option<Broken> {
    let cut = || body.trim_ascii_start().starts_with(b"<") && !ends(body.trim_ascii());
    if !(200..300).contains(&status) {
        let xml = headers.get("content-type").is_some_and(|kind| kind.contains("xml"));
        return (xml && cut()).then_some(Broken::Cut);
    }
    // An object's content is its owner's.
    if status == 204 || std::ptr::eq(call, &GET_OBJECT) {
        return None;
    }
    let has_id = headers.contains_key("x-amzn-requestid") || headers.contains_key("x-amz-request-id");
    if headers.get("content-type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html")) {
        Some(Broken::Page)
    } else if body.is_empty() {
        (rpc || !has_id).then_some(Broken::Empty)
    } else {
        cut().then_some(Broken::Cut)
    }
}

/// Whether an XML document ends with the end of its root element.
fn ends(document: &[u8]) -> bool {
    let Some(root) = root(document) else { return false };
    let name_end = root.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
    let (Some(name), Some(tag_end)) =
        (name_end.and_then(|end| root.get(..end)), root.iter().position(|byte| *byte == b'>'))
    else {
        return false;
    };
    let closed = tag_end > 0 && root.get(tag_end - 1) == Some(&b'/');
    // `</Root>`, perhaps with spaces before the `>`.
    let last = document.strip_suffix(b">").map(<[u8]>::trim_ascii_end);
    let end = last.and_then(|text| text.strip_suffix(name)).is_some_and(|text| text.ends_with(b"</"));
    if closed { tag_end + 1 == root.len() } else { end }
}

/// The document from the name of its root element on: after the declaration, comments and the like.
fn root(mut document: &[u8]) -> Option<&[u8]> {
    loop {
        let tag = document.trim_ascii_start().strip_prefix(b"<")?;
        if !matches!(tag.first(), Some(b'?' | b'!')) {
            return Some(tag);
        }
        let end = tag.iter().position(|byte| *byte == b'>')?;
        document = tag.get(end + 1..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::{ec2_volumes::DESCRIBE_VOLUMES, ecs::LIST_CLUSTERS};

    const WHOLE: &str = "<?xml version=\"1.0\"?>\n<!-- a -->\n<R xmlns=\"a/b\"><items><R>1</R><b/></items></R>\n";

    fn xml(body: &[u8]) -> Option<Broken> {
        broken(&DESCRIBE_VOLUMES, false, 200, &BTreeMap::new(), body)
    }

    #[test]
    fn xml_that_is_cut_anywhere_is_told() {
        assert_eq!(xml(WHOLE.as_bytes()), None);
        let end = WHOLE.trim_end().len();
        for at in 1..end {
            // An inner element of the same name ends like the root: the only cut that cannot be told by the end alone.
            if WHOLE[..at].ends_with("<R>1</R>") {
                continue;
            }
            assert_eq!(xml(&WHOLE.as_bytes()[..at]), Some(Broken::Cut), "{}", &WHOLE[..at]);
        }
        for good in ["<R/>", "<R a='b' />", "<R></R>", "  <R></R >"] {
            assert_eq!(xml(good.as_bytes()), None, "{good}");
        }
        for bad in ["<", "<R", "<R/", "<R><a/>", "<R></Q>", "<?xml", "<!"] {
            assert_eq!(xml(bad.as_bytes()), Some(Broken::Cut), "{bad}");
        }
    }

    #[test]
    fn a_web_page_and_nothing_are_no_answers() {
        let of = |call, rpc, status, header: (&str, &str), body: &str| {
            let headers = BTreeMap::from([(header.0.to_owned(), header.1.to_owned())]);
            broken(call, rpc, status, &headers, body.as_bytes())
        };
        let id = ("x-amzn-requestid", "1");
        assert_eq!(
            of(&LIST_CLUSTERS, false, 200, ("content-type", "text/HTML; charset=utf-8"), "{}"),
            Some(Broken::Page)
        );
        assert_eq!(of(&LIST_CLUSTERS, false, 200, ("content-type", "application/json"), ""), Some(Broken::Empty));
        assert_eq!(of(&LIST_CLUSTERS, false, 200, id, ""), None, "REST services may answer with headers alone");
        assert_eq!(of(&LIST_CLUSTERS, true, 200, id, ""), Some(Broken::Empty));
        assert_eq!(of(&LIST_CLUSTERS, true, 204, id, ""), None);
        assert_eq!(of(&LIST_CLUSTERS, true, 200, id, "{}"), None);
        assert_eq!(of(&LIST_CLUSTERS, true, 503, ("content-type", "text/html"), "<html>"), None, "not a yes");
        assert_eq!(of(&GET_OBJECT, false, 200, ("content-type", "text/html"), "<p>"), None, "an object is its owner's");
        let xml = ("content-type", "application/xml");
        assert_eq!(of(&GET_OBJECT, false, 404, xml, "<Error><Code>NoSuchKey</Code>"), Some(Broken::Cut));
        assert_eq!(of(&GET_OBJECT, false, 404, xml, "<Error><Code>NoSuchKey</Code></Error>"), None);
    }
}
