use super::*;
use crate::{aws::GLOBAL, testing};

const WHOLE: &[&str] = &[
    "organizations.ListAccounts/two-pages",
    "organizations.ListRoots/one",
    "organizations.ListOrganizationalUnitsForParent/tree",
    "organizations.ListAccountsForParent/tree",
    "organizations.ListTagsForResource/environments",
];

fn of(cases: &[&str], selection: Selection) -> Result<Members, MembersError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(members(&testing::place(GLOBAL, cases), &selection))
}

fn ids(selection: Selection) -> Vec<String> {
    let found = of(WHOLE, selection).expect("members");
    found.members.iter().map(|member| member.id.to_string()).collect()
}

fn units(names: &[&str]) -> Selection {
    Selection { units: names.iter().map(|name| (*name).to_owned()).collect(), ..Selection::default() }
}

fn excluding(names: &[&str]) -> Selection {
    Selection { exclude: names.iter().map(|name| (*name).to_owned()).collect(), ..Selection::default() }
}

const ALL: [&str; 4] = ["111111111111", "123456789012", "222222222222", "333333333333"];

#[test]
fn every_active_account_with_its_unit_by_id() {
    let found = of(WHOLE, Selection::default()).expect("members");
    let told: Vec<_> = found
        .members
        .iter()
        .map(|one| format!("{} {} {}", one.id, one.name.as_deref().unwrap_or("-"), one.unit.as_deref().unwrap_or("-")))
        .collect();
    let expected = [
        "111111111111 shop Root/Prod/Web",
        "123456789012 management Root",
        "222222222222 data Root/Prod",
        "333333333333 - Root/Test/Web",
    ];
    assert_eq!(told, expected);
    assert_eq!(found.left_out().as_deref(), Some("1 pending closure account, 1 suspended account left out"));
}

#[test]
fn units_by_id_path_or_name_hold_what_is_below_them() {
    for unit in ["ou-abcd-prod0000", "Root/Prod", "Prod", "/Prod/"] {
        assert_eq!(ids(units(&[unit])), ["111111111111", "222222222222"], "{unit}");
    }
    assert_eq!(ids(units(&["r-abcd"])), ALL);
    assert_eq!(ids(units(&["Prod/Web", "Test"])), ["111111111111", "333333333333"]);
}

#[test]
fn exclusions_are_accounts_or_units() {
    assert_eq!(ids(excluding(&["123456789012", "Prod/Web"])), ["222222222222", "333333333333"]);
    let both = Selection { units: vec!["Prod".into()], ..excluding(&["ou-abcd-web00000"]) };
    assert_eq!(ids(both), ["222222222222"]);
}

#[test]
fn tags_must_all_fit() {
    let tagged = |tags: &[(&str, &[&str])]| Selection {
        tags: tags.iter().map(|(k, v)| ((*k).to_owned(), v.iter().map(|v| (*v).to_owned()).collect())).collect(),
        ..Selection::default()
    };
    assert_eq!(ids(tagged(&[("environment", &["prod", "test"])])), ["111111111111", "222222222222", "333333333333"]);
    assert_eq!(ids(tagged(&[("environment", &["prod"]), ("team", &["web"])])), ["111111111111"]);
    let none = of(WHOLE, tagged(&[("environment", &["Prod"])])).unwrap_err();
    assert!(matches!(none, MembersError::Empty(_)), "{none}");
    assert!(none.to_string().contains("1 suspended account left out"), "{none}");
}

#[test]
fn what_nothing_bears_is_told_with_what_there_is() {
    match of(WHOLE, units(&["Prod/Wab"])).unwrap_err() {
        MembersError::NoSuch { flag: "--org-unit", given, known, .. } => {
            assert_eq!(given, "Prod/Wab");
            assert!(known.contains(&"Root/Prod/Web".to_owned()) && known.contains(&"ou-abcd-web00000".to_owned()));
        }
        other => panic!("{other}"),
    }
    match of(WHOLE, excluding(&["111111111112"])).unwrap_err() {
        MembersError::NoSuch { flag: "--exclude", known, .. } => assert!(known.contains(&"111111111111".to_owned())),
        other => panic!("{other}"),
    }
    let several = of(WHOLE, units(&["Web"])).unwrap_err().to_string();
    assert!(several.contains("Root/Prod/Web, Root/Test/Web"), "{several}");
}

#[test]
fn a_list_that_is_not_whole_is_an_error_with_cause_and_way_out() {
    for (instead, operation) in [
        ("organizations.ListAccounts/denied", "organizations:ListAccounts"),
        ("organizations.ListRoots/denied", "organizations:ListRoots"),
        ("organizations.ListOrganizationalUnitsForParent/denied", "organizations:ListOrganizationalUnitsForParent"),
        ("organizations.ListAccountsForParent/denied", "organizations:ListAccountsForParent"),
        ("organizations.ListTagsForResource/denied", "organizations:ListTagsForResource"),
    ] {
        let (folder, _) = instead.split_once('/').expect("a case");
        let mut cases: Vec<_> = WHOLE.iter().copied().filter(|case| !case.starts_with(&format!("{folder}/"))).collect();
        cases.push(instead);
        let selection = Selection { tags: vec![("environment".into(), vec!["prod".into()])], ..Selection::default() };
        let error = of(&cases, selection).unwrap_err();
        assert!(
            matches!(&error, MembersError::Unread { operation: told, cause: Cause::DeniedByIdentityPolicy, .. } if told == operation),
            "{error}"
        );
        assert!(
            error.to_string().contains("rung policy --org") && error.to_string().contains("delegated administrator")
        );
    }
    let cut = of(&["organizations.ListAccounts/second-page-denied"], Selection::default()).unwrap_err();
    assert!(matches!(cut, MembersError::Unread { cause: Cause::CutShort, .. }), "{cut}");
    let alone = of(&["organizations.ListAccounts/no-organisation"], Selection::default()).unwrap_err();
    assert!(matches!(alone, MembersError::NoOrganization), "{alone}");
}

#[test]
fn an_account_that_moved_while_units_were_read_is_no_silent_loss() {
    let mut tree = Tree::default();
    tree.accounts.push(Listed { id: "111111111111".into(), name: None, state: "ACTIVE".into() });
    let root = tree.add(&organizations::Unit { id: "r-1".into(), name: "Root".into() }, None);
    assert_eq!(tree.choose(&Selection::default()).expect("all").len(), 1);
    assert!(matches!(tree.choose(&units(&["Root"])), Err(MembersError::Changed(lost)) if lost == "111111111111"));
    tree.unit_of.insert("111111111111".into(), root);
    assert_eq!(tree.choose(&units(&["Root"])).expect("all").len(), 1);
}
