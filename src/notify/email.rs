//! A message as e-mail: text and HTML, encrypted unless somebody said otherwise, through the server that is named.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp::{Error, authentication::Credentials},
};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};

use super::{message::Message, retry::Trouble, secret::Secret};
use crate::{
    config::notify::{EmailTable, Tls},
    plain::plain,
};

const TEMPLATE: &str = include_str!("templates/mail.html");
/// How long a server may take for a word.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most characters of a subject: what is longer, programs cut.
const SUBJECT: usize = 200;

/// A server that takes mail.
pub(super) type Post = AsyncSmtpTransport<Tokio1Executor>;

/// The way to the server; nothing is sent.
pub(super) fn post(table: &EmailTable) -> Result<Post, Trouble> {
    let wrong = |error: Error| Trouble::Final(format!("{}: {error}", table.host));
    let builder = match table.tls {
        Tls::Tls => Post::relay(&table.host).map_err(wrong)?,
        Tls::Starttls => Post::starttls_relay(&table.host).map_err(wrong)?,
        Tls::None => Post::builder_dangerous(&table.host),
    };
    let mut builder = builder.port(table.port).timeout(Some(PATIENCE));
    if let Some((user, at)) = &table.sign_in {
        builder = builder.credentials(Credentials::new(user.clone(), Secret::read(at)?.open().to_owned()));
    }
    Ok(builder.build())
}

/// The mail itself.
pub(super) fn mail(table: &EmailTable, message: &Message) -> Result<lettre::Message, Trouble> {
    let wrong = |error: &dyn std::fmt::Display| Trouble::Final(format!("the mail cannot be written: {error}"));
    let mailbox = |text: &String| text.parse::<Mailbox>().map_err(|error| wrong(&error));
    let from = mailbox(&table.from)?;
    // The same on every attempt: whoever gets it twice can tell.
    let id = format!("<{}@rung.{}>", message.delivery, from.email.domain());
    let subject: String = message.subject.chars().take(SUBJECT).collect();
    let mut builder = lettre::Message::builder().from(from).subject(subject).message_id(Some(id));
    for to in &table.to {
        builder = builder.to(mailbox(to)?);
    }
    let html = html(message).map_err(|error| wrong(&error))?;
    builder.multipart(MultiPart::alternative_plain_html(message.text(), html)).map_err(|error| wrong(&error))
}

/// Sends it once.
pub(super) async fn send(post: &Post, host: &str, mail: lettre::Message) -> Result<(), Trouble> {
    match post.send(mail).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let words = format!("{host}: {}", plain(&error.to_string()));
            // A server that refuses for good, an answer that is none, and what is wrong on our side stay as they are.
            match error.is_permanent() || error.is_client() || error.is_response() {
                true => Err(Trouble::Final(words)),
                false => Err(Trouble::MayPass(words, None)),
            }
        }
    }
}

fn html(message: &Message) -> Result<String, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.add_template("mail", TEMPLATE)?;
    let (subject, events, about) = (&message.subject, &message.events, message.about());
    templates.get_template("mail")?.render(context! { subject, events, about })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::notify::EventKind, notify::message::tests::event};

    fn table() -> EmailTable {
        EmailTable {
            host: "127.0.0.1".to_owned(),
            port: 25,
            tls: Tls::None,
            from: "Rung <rung@example.org>".to_owned(),
            to: vec!["a@example.org".to_owned(), "b@example.org".to_owned()],
            sign_in: None,
        }
    }

    #[test]
    fn names_make_neither_headers_nor_html() {
        let title = "<img src=x onerror=alert(1)>\r\nBcc: evil@example.org";
        let message = Message::new("x", "n", None, vec![event(EventKind::LevelFell, "k", title)]);
        let mail = String::from_utf8(mail(&table(), &message).unwrap().formatted()).unwrap();
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
        assert!(head.contains("To: a@example.org, b@example.org"), "{head}");
        let html = html(&message).unwrap();
        assert!(!html.contains("<img") && html.contains("&lt;img src=x"), "{html}");
        assert!(html.contains("<li>and 2 more</li>"), "{html}");
    }

    #[test]
    fn the_same_message_has_the_same_id() {
        let message = Message::new("x", "n", None, vec![event(EventKind::LevelFell, "k", "t")]);
        let id = |message: &Message| {
            let mail = String::from_utf8(mail(&table(), message).unwrap().formatted()).unwrap();
            mail.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned()
        };
        assert_eq!(id(&message), id(&message.clone()));
        assert!(id(&message).contains(&message.delivery) && id(&message).ends_with("@rung.example.org>"));
    }
}
