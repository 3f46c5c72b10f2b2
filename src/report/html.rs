//! HTML: one self-contained file. The page's parts lie in `html/`; this file puts the data in their compact form
//! (written down at the head of `html/report.js`) and joins them.

mod compact;

use std::io::{self, Write};

use minijinja::{AutoEscape, Environment, context};
use rung_rules::model::Judged;

use super::Head;

const TEMPLATE: &str = include_str!("html/report.html");
const CSS: &str = include_str!("html/report.css");
const JS: &[&str] = &[
    include_str!("html/report.js"),
    include_str!("html/text.js"),
    include_str!("html/overview.js"),
    include_str!("html/controls.js"),
    include_str!("html/filters.js"),
    include_str!("html/findings.js"),
    include_str!("html/drawer.js"),
    include_str!("html/gaps.js"),
    include_str!("html/lists.js"),
    include_str!("html/measured.js"),
    include_str!("html/start.js"),
];

/// Writes the page.
pub fn write(head: &Head, findings: impl IntoIterator<Item: Judged>, mut out: impl Write) -> io::Result<()> {
    let data = serde_json::to_string(&compact::compact(head, findings)?)?;
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let accounts = match head.scan.accounts.as_slice() {
        [account] => format!("account {account}"),
        accounts => format!("{} accounts", accounts.len()),
    };
    let page = environment
        .render_str(
            TEMPLATE,
            context! {
                title => format!("Performance efficiency of {accounts}"),
                css => CSS,
                js => JS.concat(),
                data => for_script(&data),
            },
        )
        .map_err(io::Error::other)?;
    out.write_all(page.as_bytes())
}

/// JSON that cannot end the script element it stands in.
fn for_script(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_their_script_element() {
        let hostile = "</script><script>alert(1)</script>\u{2028}&amp;";
        let json = serde_json::to_string(hostile).unwrap();
        let escaped = for_script(&json);
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}']), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), hostile);
    }
}
