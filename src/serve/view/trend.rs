//! The levels of a series over time: a table, and a chart of the same numbers where scripts run.

use axum::{
    extract::{Query, State},
    response::Response,
};
use minijinja::context;
use rung_rules::model::Control;
use serde::{Deserialize, Serialize};

use super::super::{Visitor, Web, WebError};
use crate::store::Trend;

/// How far a page may look back, in scans.
const LOOKS: [i64; 4] = [30, 90, 365, 1100];

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    series: Option<String>,
    last: Option<String>,
}

/// What the chart is drawn from: seconds, and a list for each line.
#[derive(Serialize)]
struct Chart<'t> {
    at: Vec<i64>,
    names: Vec<String>,
    confirmed: Vec<Vec<Option<u8>>>,
    pillar: Vec<Option<u8>>,
    scans: Vec<&'t str>,
}

pub(super) async fn trend(
    State(web): State<Web>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let chrome = visitor.chrome("Trend", "trend");
    let all = web.store.series().await?;
    let last = last(asked.last.as_deref())?;
    let named =
        asked.series.filter(|series| !series.is_empty()).or_else(|| all.first().map(|series| series.name.clone()));
    let Some(series) = named else {
        return web.pages.render("empty.html", chrome, context! { scans => web.settings.scans.display().to_string() });
    };
    if !all.iter().any(|one| one.name == series) {
        return Err(WebError::NotFound(format!("The store has no scans of {series:?}.")));
    }
    let trend = web.store.trend(&series, last).await?;
    let controls: Vec<_> =
        Control::all().map(|control| context! { id => control.id(), title => control.title() }).collect();
    let chart = serde_json::to_string(&chart(&trend)).map_err(|error| WebError::Internal(error.into()))?;
    let rows: Vec<_> = changes(&trend);
    let context = context! { series, all, last, looks => LOOKS, controls, chart => for_script(&chart), rows, scans => trend.points.len() };
    web.pages.render("trend.html", chrome, context)
}

fn last(text: Option<&str>) -> Result<i64, WebError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(90) };
    let known = text.parse().ok().filter(|last| LOOKS.contains(last));
    known.ok_or_else(|| WebError::BadInput(format!("last {text:?}: expected one of {LOOKS:?}")))
}

fn chart(trend: &Trend) -> Chart<'_> {
    let of = |at: usize| trend.points.iter().map(|point| point.confirmed.get(at).copied().flatten()).collect();
    Chart {
        at: trend.points.iter().map(|point| point.started_at.as_second()).collect(),
        names: Control::all().map(|control| format!("{:03} {}", control.number(), control.title())).collect(),
        confirmed: (0..Control::all().count()).map(of).collect(),
        pillar: trend.points.iter().map(|point| point.pillar).collect(),
        scans: trend.points.iter().map(|point| point.scan.as_str()).collect(),
    }
}

/// The scans at which a level changed, and the first and the newest; newest first. What stayed the same for a hundred nights is
/// one line, and not a hundred.
fn changes(trend: &Trend) -> Vec<minijinja::Value> {
    let same = |a: &crate::store::TrendPoint, b: &crate::store::TrendPoint| {
        (a.pillar, &a.confirmed, &a.possible) == (b.pillar, &b.confirmed, &b.possible)
    };
    let points = &trend.points;
    let mut rows = Vec::new();
    let mut left_out = 0;
    for (at, point) in points.iter().enumerate().rev() {
        let before = at.checked_sub(1).and_then(|at| points.get(at));
        if at + 1 == points.len() || before.is_none_or(|before| !same(before, point)) {
            let changed: Vec<bool> = (0..point.confirmed.len())
                .map(|control| {
                    before.is_some_and(|before| before.confirmed.get(control) != point.confirmed.get(control))
                })
                .collect();
            rows.push(context! { point, changed, left_out });
            left_out = 0;
        } else {
            left_out += 1;
        }
    }
    rows
}

/// JSON that cannot end the script element it stands in.
fn for_script(json: &str) -> minijinja::Value {
    minijinja::Value::from_safe_string(json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::TrendPoint;

    fn point(day: i64, level: u8) -> TrendPoint {
        TrendPoint {
            scan: format!("s{day}"),
            started_at: jiff::Timestamp::from_second(day * 86400).unwrap(),
            complete: true,
            pillar: Some(level),
            pillar_possible: Some(level),
            confirmed: vec![Some(level)],
            possible: vec![Some(level)],
            fails: 0,
            gaps: 0,
        }
    }

    #[test]
    fn nights_without_a_change_are_one_line() {
        let points = [2, 2, 2, 3, 3, 2, 2].iter().zip(0..).map(|(level, day)| point(day, *level)).collect();
        let rows = changes(&Trend { series: "s".to_owned(), points });
        let told: Vec<(String, i64)> = rows
            .iter()
            .map(|row| {
                let scan = row.get_attr("point").and_then(|point| point.get_attr("scan")).unwrap().to_string();
                (scan, i64::try_from(row.get_attr("left_out").unwrap()).unwrap())
            })
            .collect();
        let expected = [("s6", 0), ("s5", 0), ("s3", 1), ("s0", 2)].map(|(scan, n)| (scan.to_owned(), n));
        assert_eq!(told, expected);
    }

    #[test]
    fn a_chart_s_data_cannot_leave_their_element() {
        assert!(!for_script("\"</script>&\"").to_string().contains(['<', '>', '&']));
    }
}
