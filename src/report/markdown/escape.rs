//! Text that Markdown takes as it stands, whoever wrote it.

use super::super::rows::{clean, cut};

/// The most characters of a sentence.
const SENTENCE: usize = 400;
/// The most characters of a name.
const NAME: usize = 160;

/// Text of strangers, as code: a fence longer than any run of backticks in it. A bar ends a cell even in code, and after a backslash
/// nothing helps: it becomes a wide one.
pub(in crate::report) fn code(text: &str) -> String {
    let text = cut(&clean(text), NAME).replace('|', "｜");
    if text.trim().is_empty() {
        return "` `".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A sentence, with all that Markdown and GitHub would make something of taken from it.
pub(in crate::report) fn sentence(text: &str) -> String {
    let text = cut(&clean(text), SENTENCE).replace("www.", "www．").replace("://", "：//");
    text.chars().fold(String::with_capacity(text.len() + 16), |mut out, c| {
        match c {
            // Mentions, numbers of issues and bare addresses may be found after Markdown is done: no escape helps.
            '@' => out.push('＠'),
            '#' => out.push('＃'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '!' | '&' | '~' | ':' | '{' | '}' | '$' | '=' => {
                out.extend(['\\', c])
            }
            _ => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    const HOSTILE: [&str; 9] = [
        "a\\|b \\\\| c | d",
        "<img src=x onerror=alert(1)> <script>",
        "![a](https://evil.example/x.png)",
        "[a](javascript:alert(1)) <https://evil.example>",
        "@team #123 www.evil.example https://evil.example",
        "``` | ` | `` |",
        "`",
        "a\nb\r\n# heading\n---",
        "\\`<b>\\",
    ];

    /// Every text that stands outside of code.
    fn outside(markdown: &str) -> String {
        let mut text = String::new();
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => panic!("HTML {html:?} of {markdown:?}"),
                Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Heading { .. } | Tag::CodeBlock(_)) => {
                    panic!("{event:?} of {markdown:?}")
                }
                Event::Text(part) => text.push_str(&part),
                _ => {}
            }
        }
        text
    }

    #[test]
    fn strangers_make_neither_html_nor_links_nor_mentions() {
        for hostile in HOSTILE {
            for text in [code(hostile), sentence(hostile)] {
                let row = format!("| a | b |\n|---|---|\n| {text} | end |\n");
                let outside = outside(&row);
                assert!(!outside.contains('@') && outside.ends_with("end"), "{outside:?} of {row:?}");
            }
        }
    }

    #[test]
    fn a_name_in_code_is_as_it_was() {
        assert_eq!(code("vol-1"), "`vol-1`");
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
