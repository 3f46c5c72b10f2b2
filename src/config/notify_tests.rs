//! Tests of `[notify]`.

use super::*;
use crate::config::reading::Document;

fn of(text: &str) -> Result<NotifyTable, String> {
    let document = Document::of("conf/rung.toml", text);
    let root = document.root().unwrap();
    let table = root.table("notify").unwrap().unwrap();
    read(&table).map_err(|failure| failure.message)
}

fn to(text: &str) -> Result<Receiver, String> {
    of(&format!("[notify]\n[[notify.to]]\nname = \"team\"\n{text}")).map(|table| table.to[0].clone())
}

#[test]
fn an_empty_table_is_every_default() {
    assert_eq!(of("[notify]").unwrap(), NotifyTable::default());
    let set = of("[notify]\ndeadline_days = 30\ndigest = \"Friday\"").unwrap();
    assert_eq!((set.deadline_days, set.digest), (30, Some(Weekday::Friday)));
    assert_eq!(of("[notify]\ndigest = \"never\"").unwrap().digest, None);
}

#[test]
fn each_kind_is_read_with_the_places_of_its_secrets() {
    let slack = to("kind = \"slack\"\nurl_env = \"SLACK\"\nevents = [\"level_fell\"]").unwrap();
    assert_eq!(slack.by, By::Slack { url: SecretAt::Env("SLACK".to_owned()), insecure: false });
    assert_eq!(slack.events, BTreeSet::from([EventKind::LevelFell]));
    let hook = to("kind = \"webhook\"\nurl_file = \"url\"\nsecret_env = \"KEY\"\ninsecure = true").unwrap();
    let (url, secret) = (SecretAt::File("conf/url".into()), SecretAt::Env("KEY".to_owned()));
    assert_eq!(hook.by, By::Webhook { url, secret, insecure: true });
    assert_eq!(hook.events.len(), EventKind::ALL.len());
    let mail = "kind = \"email\"\nhost = \"mail.example.org\"\nfrom = \"Rung <rung@example.org>\"\nto = \"a@example.org\"\n\
                user = \"rung\"\npassword_env = \"PASSWORD\"";
    let By::Email(mail) = to(mail).unwrap().by else { panic!("e-mail") };
    assert_eq!((mail.port, mail.tls), (587, Tls::Starttls));
    assert_eq!(mail.sign_in, Some(("rung".to_owned(), SecretAt::Env("PASSWORD".to_owned()))));
    let sns = to("kind = \"sns\"\ntopic = \"arn:aws:sns:eu-central-1:123456789012:rung\"").unwrap();
    assert!(matches!(sns.by, By::Sns { region, profile: None, .. } if region == "eu-central-1"));
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_no_secret_is_shown() {
    let mail = "kind = \"email\"\nfrom = \"a@example.org\"\nto = \"b@example.org\"\n";
    for (text, words) in [
        ("kind = \"pager\"", "line 4, column 8: kind: \"pager\" is none of slack, webhook, email, sns"),
        ("kind = \"slack\"", "url_env or url_file is missing"),
        ("kind = \"slack\"\nurl = \"https://x/T0/SECRET\"", "line 5, column 7: url: it is a secret"),
        ("kind = \"slack\"\nurl_env = \"A\"\nurl_file = \"b\"", "name one of them"),
        ("kind = \"slack\"\nurl_env = \"A\"\nsecret_env = \"B\"", "unknown key \"secret_env\""),
        ("kind = \"webhook\"\nurl_env = \"A\"", "secret_env or secret_file is missing"),
        ("kind = \"slack\"\nurl_env = \"A\"\nevents = [\"level_fel\"]", "Did you mean level_fell?"),
        ("kind = \"sns\"\ntopic = \"rung\"", "is no ARN"),
        (&format!("{mail}host = \"mail.example.org\"\ntls = \"none\""), "unencrypted over the network"),
        (&format!("{mail}host = \"m\"\ntls = \"ssl\""), "none of starttls, tls, none"),
        ("kind = \"email\"\nhost = \"m\"\nfrom = \"nobody\"\nto = \"b@example.org\"", "is no address"),
        (&format!("{mail}host = \"m\"\nuser = \"u\"\npassword = \"hunter2\""), "password: it is a secret"),
    ] {
        let told = to(text).unwrap_err();
        assert!(told.contains(words), "{text}: {told}");
        assert!(!told.contains("SECRET") && !told.contains("hunter2"), "{told}");
    }
    assert!(to(&format!("{mail}host = \"127.0.0.1\"\ntls = \"none\"")).is_ok());
    assert!(to(&format!("{mail}host = \"m\"\ntls = \"none\"\ninsecure = true")).is_ok());
    let twice = "[notify]\n[[notify.to]]\nname = \"a\"\nkind = \"slack\"\nurl_env = \"A\"\n".replace("[notify]\n", "");
    assert!(of(&format!("{twice}{twice}")).unwrap_err().contains("two receivers are called \"a\""));
}
