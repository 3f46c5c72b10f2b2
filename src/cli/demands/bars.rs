//! `--fail-below`: the level that is asked of all controls, and of single ones.

use std::collections::BTreeMap;

use rung_rules::model::{Control, ControlReport, Level, Settings};

use crate::{
    cli::find::{Found, find},
    failure::Failure,
    report::Head,
};

/// What is asked of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bar {
    Level(Level),
    Target,
}

/// One flag: of which control, or of all, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OneBar {
    control: Option<Control>,
    bar: Bar,
}

/// All flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bars {
    all: Option<Bar>,
    of: BTreeMap<Control, Bar>,
}

/// `3`, `target`, `090=4`, `WAF-PERF-090=target`.
pub(super) fn one(text: &str) -> Result<OneBar, String> {
    match text.split_once('=') {
        None => Ok(OneBar { control: None, bar: bar(text, 2, "or CONTROL=LEVEL such as 090=4")? }),
        Some((id, level)) => {
            let control = match find(id) {
                Ok(Found::Control(control)) => control,
                _ => return Err(format!("{id:?} is no control: expected its number, 010 to 100, as in 090=4")),
            };
            Ok(OneBar { control: Some(control), bar: bar(level, 1, "as in 090=4")? })
        }
    }
}

fn bar(text: &str, lowest: u8, or: &str) -> Result<Bar, String> {
    let level = text.trim().parse().ok().filter(|n| (lowest..=5).contains(n)).and_then(|n: u8| Level::try_from(n).ok());
    match (text.trim(), level) {
        ("target", _) => Ok(Bar::Target),
        (_, Some(level)) => Ok(Bar::Level(level)),
        _ => Err(format!("expected a level from {lowest} to 5, or `target`, {or}")),
    }
}

impl Bars {
    /// Puts the flags together: each control is asked once, and a target must be one.
    pub(super) fn of(flags: &[OneBar], settings: &Settings) -> Result<Self, Failure> {
        let mut bars = Bars::default();
        for flag in flags {
            let (name, before) = match flag.control {
                None => ("all controls".to_owned(), bars.all.replace(flag.bar)),
                Some(control) => (control.id(), bars.of.insert(control, flag.bar)),
            };
            if before.is_some() {
                return Err(Failure::usage(format!("--fail-below: {name}: a level is given twice; give one")));
            }
            check_target(flag, settings)?;
        }
        Ok(bars)
    }

    pub(super) fn is_given(&self) -> bool {
        self.all.is_some() || !self.of.is_empty()
    }

    /// The controls that stand below, each in words; what waivers except does not count.
    pub(super) fn judge(&self, head: &Head) -> Vec<String> {
        head.controls.iter().filter_map(|control| self.below(control)).collect()
    }

    fn below(&self, control: &ControlReport) -> Option<String> {
        let wanted = match self.of.get(&control.id).or(self.all.as_ref())? {
            Bar::Level(level) => *level,
            Bar::Target => control.target?,
        };
        let counted = match control.with_waivers {
            Some(with_waivers) => with_waivers.levels.map(|levels| (levels.confirmed, levels.possible)),
            None => control.confirmed.zip(control.possible),
        };
        let (confirmed, possible) = counted.filter(|(confirmed, _)| *confirmed < wanted)?;
        // What is possible tells whether something must be mended, or only seen.
        let hidden = if possible >= wanted { " (possible, if what was not seen holds)" } else { "" };
        let (number, title) = (control.id.number(), control.id.title());
        Some(format!("{number:03} {title} stands at {}, wanted {}{hidden}", confirmed.number(), wanted.number()))
    }
}

fn check_target(flag: &OneBar, settings: &Settings) -> Result<(), Failure> {
    let words = match flag.control {
        _ if flag.bar != Bar::Target => return Ok(()),
        None if settings.targets.is_empty() => {
            "--fail-below target: no configuration names targets; write [targets] into rung.toml".to_owned()
        }
        Some(control) if !settings.targets.contains_key(&control) => {
            let number = control.number();
            let words = "no configuration names its target; write it into [targets] of rung.toml";
            format!("--fail-below {number:03}=target: {words}, or give a level")
        }
        _ => return Ok(()),
    };
    Err(Failure::usage(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_read_and_bad_ones_say_what_is_expected() {
        let of = |control, bar| OneBar { control, bar };
        assert_eq!(one("3"), Ok(of(None, Bar::Level(Level::L3))));
        assert_eq!(one("target"), Ok(of(None, Bar::Target)));
        for text in ["090=4", "90=4", "WAF-PERF-090=4", "waf-perf-090= 4"] {
            assert_eq!(one(text), Ok(of(Some(Control::StorageIo), Bar::Level(Level::L4))), "{text}");
        }
        assert_eq!(one("100=target"), Ok(of(Some(Control::PerformanceDebt), Bar::Target)));
        assert_eq!(one("060=1"), Ok(of(Some(Control::LoadTests), Bar::Level(Level::L1))));
        for (wrong, expected) in [
            ("1", "a level from 2 to 5"),
            ("6", "a level from 2 to 5"),
            ("", "a level from 2 to 5"),
            ("095=3", "\"095\" is no control"),
            ("gp3-for-new-volumes=3", "is no control"),
            ("090=", "a level from 1 to 5"),
            ("090=6", "a level from 1 to 5"),
            ("=3", "is no control"),
            ("090=4=5", "a level from 1 to 5"),
        ] {
            let error = one(wrong).unwrap_err();
            assert!(error.contains(expected), "{wrong}: {error}");
        }
    }

    #[test]
    fn each_control_is_asked_once_and_targets_must_be_there() {
        let bars = |texts: &[&str], settings: &Settings| {
            let flags: Vec<_> = texts.iter().map(|text| one(text).unwrap()).collect();
            Bars::of(&flags, settings).map_err(|failure| failure.message)
        };
        let none = Settings::default();
        let mut some = Settings::default();
        some.targets.insert(Control::StorageIo, Level::L3);
        assert!(bars(&["3", "090=4", "060=2"], &none).is_ok());
        assert!(bars(&["target", "090=target"], &some).is_ok());
        assert!(bars(&["3", "4"], &none).unwrap_err().contains("all controls: a level is given twice"));
        assert!(bars(&["090=3", "90=3"], &none).unwrap_err().contains("WAF-PERF-090: a level is given twice"));
        assert!(bars(&["target"], &none).unwrap_err().contains("no configuration names targets"));
        assert!(bars(&["060=target"], &some).unwrap_err().contains("--fail-below 060=target"));
    }
}
