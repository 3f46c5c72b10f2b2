use std::path::Path;

use rung_rules::model::{Control, Level};

use super::{Config, Flags, Named, of, reading::Document, template};

fn read(text: &str) -> Result<Named, String> {
    let document = Document::of("rung.toml", text);
    document.root().and_then(|root| of(&root, Path::new(""))).map_err(|failure| failure.message)
}

fn wrong(text: &str) -> String {
    read(text).expect_err("it is wrong")
}

#[test]
fn everything_that_can_be_set() {
    let named = read(
        r#"
attestations = "team/attestations.toml"
attestation_days = 30
waivers = ["a.toml", ".wafpass-skip.yml"]
register = "s3://bucket/debt.csv"
[scope]
tags = { environment = ["prod*"], "cost center" = "42" }
regions = ["eu-*"]
[targets]
default = 3
"090" = 4
[thresholds]
090.new_volume_days = 60
"090.io_alarm_share" = 90
"#,
    )
    .unwrap();
    assert_eq!(named.days, Some(30));
    assert_eq!(named.settings.scope.tags.len(), 2);
    assert_eq!(named.settings.targets[&Control::StorageIo], Level::L4);
    assert_eq!(named.settings.targets[&Control::Caching], Level::L3);
    let criterion = rung_rules::criteria(Control::StorageIo).iter().find(|c| c.id == "gp3-for-new-volumes").unwrap();
    assert_eq!(named.settings.thresholds.value(criterion.thresholds[0]), 60.0);
}

#[test]
fn mistakes_are_told_with_line_column_and_the_nearest_key() {
    for (text, expected) in [
        ("atestations = 'x'", "rung.toml, line 1, column 1: unknown key \"atestations\". Did you mean attestations?"),
        ("\n[scope]\ntag = {}", "line 3, column 1: unknown key \"tag\". Did you mean tags?"),
        ("[scope]\nregions = 7", "line 2, column 11: regions: expected a list of texts, found a number"),
        ("[scope]\ntags = { env = [] }", "line 2, column 10: tag \"env\" has no values"),
        ("attestation_days = 0", "attestation_days: 0 is not a whole number from 1 to 1827"),
        ("[targets]\n\"090\" = 6", "line 2, column 9: 090 = 6: a target is a level from 2 to 5"),
        ("[targets]\n\"095\" = 3", "line 2, column 1: no control is called \"095\""),
        ("[thresholds]\n\"090.new_volume_day\" = 3", "Did you mean 090.new_volume_days?"),
        (
            "[thresholds]\n090.new_volume_days = -1",
            "line 2, column 23: 090.new_volume_days = -1: expected a number of 0 days or more",
        ),
        ("[thresholds]\n090.io_alarm_share = 101", "expected a number from 0 to 100 %"),
        ("[thresholds]\n090.io_alarm_share = nan", "expected a number from 0 to 100 %"),
        ("[thresholds]\n090.io_alarm_share = 'x'", "090.io_alarm_share: expected a number, found text"),
        ("register = ''", "register: is empty"),
        ("[serve]\ndemo = 'yes'", "line 2, column 8: demo: expected true or false, found text"),
        ("[serve]\ndemo = true\norg = true", "line 1, column 1: demo = true stands alone"),
        ("[serve]\nregions = ['--profile']", "line 2, column 12: regions: \"--profile\" is no region"),
        ("[serve]\nregion = 'all'", "Did you mean regions?"),
        ("scope = ", "line 1, column"),
    ] {
        let message = wrong(text);
        assert!(message.contains(expected), "{text:?}: {message}");
    }
}

#[test]
fn the_written_template_can_be_read_and_changes_nothing() {
    let named = read(&template::text()).unwrap();
    assert_eq!(named.settings, rung_rules::model::Settings::default());
    // With every example taken as it stands it can be read too.
    let text: String = template::text()
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with("[[") || (!rest.starts_with(' ') && rest.contains(" = ")) => {
                format!("{rest}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let named = read(&text).unwrap();
    assert_eq!(named.settings.targets.len(), 10);
    assert_eq!(named.schedules.len(), 1);
    assert_eq!(named.notify.to.len(), 1);
    assert!(text.contains("\"090.new_volume_days\" = 90"));
}

#[test]
fn the_configuration_itself_may_come_in_place_of_a_file() {
    let text = |text: &str| Flags { config_text: Some(text.to_owned()), ..Flags::default() };
    let config = Config::load(&text("register = \"s3://team/debt.csv\"")).unwrap();
    assert_eq!(config.register.as_deref(), Some("s3://team/debt.csv"));
    let message = Config::load(&text("regster = 'x'")).unwrap_err().message;
    assert!(message.starts_with("RUNG_CONFIG_TEXT, line 1, column 1: unknown key"), "{message}");
    // A file that is named stands above it; an empty variable is none.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rung.toml");
    std::fs::write(&path, "register = \"s3://team/file.csv\"").unwrap();
    let both = Flags { config: Some(path), ..text("register = 's3://team/text.csv'") };
    assert_eq!(Config::load(&both).unwrap().register.as_deref(), Some("s3://team/file.csv"));
    assert_eq!(Config::load(&text("")).unwrap().register, None);
}
