//! Finds a control or criterion by any of the ways people write its id.

use rung_rules::{
    all_criteria,
    model::{Control, Criterion},
};

use crate::failure::Failure;

/// What an id names.
#[derive(Debug)]
pub(crate) enum Found {
    /// A control.
    Control(Control),
    /// A criterion of a control.
    Criterion(Control, &'static Criterion),
}

/// `090`, `WAF-PERF-090`, `gp3-for-new-volumes`, `090 gp3-for-new-volumes` or the full id.
pub(crate) fn find(id: &str) -> Result<Found, Failure> {
    let wanted = id.trim().to_lowercase();
    if let Some(control) = Control::all().find(|c| wanted == c.id().to_lowercase() || wanted.parse() == Ok(c.number()))
    {
        return Ok(Found::Control(control));
    }
    let named = |(control, criterion): &(Control, &Criterion)| {
        wanted == criterion.full_id(*control)
            || wanted == format!("{:03} {}", control.number(), criterion.id)
            || wanted == format!("{} {}", control.id().to_lowercase(), criterion.id)
            || wanted == criterion.id
    };
    match all_criteria().find(named) {
        Some((control, criterion)) => Ok(Found::Criterion(control, criterion)),
        None => Err(unknown(&wanted)),
    }
}

fn unknown(wanted: &str) -> Failure {
    let short = wanted.rsplit(['.', ' ']).next().unwrap_or(wanted);
    let ids = all_criteria().map(|(_, criterion)| criterion.id.to_owned()).chain(Control::all().map(Control::id));
    let nearest = ids.max_by(|a, b| {
        let like = |id: &str| strsim::jaro_winkler(&id.to_lowercase(), short);
        like(a).total_cmp(&like(b))
    });
    let hint = nearest.map(|nearest| format!(" Did you mean {nearest}?")).unwrap_or_default();
    Failure::usage(format!("no control or criterion is called {:?}.{hint}\n`rung controls` lists them all.", wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_an_id() {
        for id in ["090", "90", "WAF-PERF-090", "waf-perf-090"] {
            assert!(matches!(find(id), Ok(Found::Control(Control::StorageIo))), "{id}");
        }
        for id in ["gp3-for-new-volumes", "090 gp3-for-new-volumes", "waf-perf-090.api.aws.gp3-for-new-volumes"] {
            assert!(
                matches!(find(id), Ok(Found::Criterion(Control::StorageIo, c)) if c.id == "gp3-for-new-volumes"),
                "{id}"
            );
        }
    }

    #[test]
    fn an_unknown_id_names_the_nearest() {
        let message = find("gp3-for-new-volume").unwrap_err().message;
        assert!(message.contains("Did you mean gp3-for-new-volumes?"), "{message}");
    }
}
