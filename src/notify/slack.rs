//! A message as Slack's webhooks take it: `text` for what shows no blocks, and `blocks`. Slack refuses what is longer than its limits, and
//! obeys `<...>`: so text is cut before it is sent, and what strangers wrote is escaped.

use serde_json::{Value, json};

use super::{event::Event, message::Message};

/// The most blocks of a message.
const BLOCKS: usize = 50;
/// The most characters of a section's text.
const SECTION: usize = 3000;
/// The most characters of a header.
const HEADER: usize = 150;

/// The JSON of a message.
pub fn payload(message: &Message) -> Value {
    let header = json!({"type": "header", "text": {"type": "plain_text", "text": cut(&message.subject, HEADER), "emoji": false}});
    // Beside the events: the header, the line that says how many more there are, and the one that says what it is about.
    let most = BLOCKS - 3;
    let mut blocks = vec![header];
    blocks.extend(message.events.iter().take(most).map(|event| section(&words(event))));
    let more = message.events.len().saturating_sub(most);
    if more > 0 {
        blocks.push(section(&format!("and {more} more")));
    }
    let about = message.about();
    if !about.is_empty() {
        blocks.push(json!({"type": "context", "elements": [mrkdwn(&escape(&about, SECTION))]}));
    }
    json!({"text": escape(&message.subject, SECTION), "blocks": blocks, "unfurl_links": false})
}

/// An event in so many characters as a section holds; lines that do not fit are counted.
fn words(event: &Event) -> String {
    /// Room for the line that counts.
    const COUNT: usize = 40;
    let mut text = format!("*{}*", escape(&event.title, SECTION / 2));
    let mut add = |line: &str| {
        let line = escape(line, SECTION / 2);
        let fits = text.chars().count() + line.chars().count() + 1 + COUNT < SECTION;
        if fits {
            text.push('\n');
            text.push_str(&line);
        }
        fits
    };
    if !event.text.is_empty() {
        add(&event.text);
    }
    let shown = event.lines.iter().take_while(|line| add(&format!("• {line}"))).count();
    let more = event.more + (event.lines.len() - shown) as u64;
    if more > 0 {
        text.push_str(&format!("\nand {more} more"));
    }
    text
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": mrkdwn(text)})
}

/// Verbatim: names of people and channels, and addresses, are not made links.
fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Escaped as Slack wants it, and at most so long then: no escape is cut in two.
fn escape(text: &str, most: usize) -> String {
    let (mut out, mut length) = (String::new(), 0);
    for c in text.chars() {
        let escaped = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            _ => "",
        };
        length += escaped.len().max(1);
        if length > most - 1 {
            out.push('…');
            break;
        }
        if escaped.is_empty() { out.push(c) } else { out.push_str(escaped) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::notify::EventKind, notify::message::tests::event};

    #[test]
    fn what_strangers_wrote_is_no_command() {
        let hostile = event(EventKind::LevelFell, "a", "<!channel> & <https://evil.example|bank>");
        let payload = payload(&Message::new("x", "n", None, vec![hostile])).to_string();
        assert!(payload.contains("&lt;!channel&gt; &amp; &lt;https://evil.example|bank&gt;"), "{payload}");
        let blocks: Value = serde_json::from_str(&payload).unwrap();
        assert!(!blocks["blocks"][1].to_string().contains('<') && !blocks["text"].to_string().contains('<'));
        assert_eq!(blocks["blocks"][1]["text"]["verbatim"], true);
    }

    #[test]
    fn slacks_limits_hold_whatever_comes() {
        let mut long = event(EventKind::NewUnmet, "k", &"<".repeat(5000));
        long.lines = vec!["&".repeat(700); 100];
        let events = (0..80).map(|at| Event { key: at.to_string(), ..long.clone() }).collect();
        let payload = payload(&Message::new("x", "n", None, events));
        let blocks = payload["blocks"].as_array().unwrap();
        assert_eq!(blocks.len(), 50);
        assert_eq!(blocks[48]["text"]["text"], "and 33 more");
        assert!(blocks[0]["text"]["text"].as_str().unwrap().chars().count() <= 150);
        for block in &blocks[1..49] {
            let text = block["text"]["text"].as_str().unwrap();
            assert!(text.chars().count() <= 3000, "{}", text.len());
            let bare = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "");
            assert!(!bare.contains('&'), "an escape was cut in two");
        }
        assert!(blocks[1]["text"]["text"].as_str().unwrap().ends_with("and 102 more"));
    }
}
