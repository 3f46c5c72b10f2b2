//! Where the newest scan stands: pillar, ten controls, what changed since the one before, what lifts most.

use axum::{extract::State, response::Response};
use minijinja::context;
use serde::Serialize;

use super::{
    super::{Visitor, Web, WebError},
    compare::told,
};
use crate::store::{LevelRow, Overview, Step};

/// Steps that are named.
const STEPS: usize = 3;

pub(super) async fn overview(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let chrome = visitor.chrome("Where it stands", "overview");
    let Some(scan) = web.store.newest().await? else {
        return web.pages.render("empty.html", chrome, context! { scans => web.settings.scans.display().to_string() });
    };
    let (overview, levels) = (web.store.overview(&scan).await?, web.store.levels(&scan).await?);
    let before = web.store.before(&scan).await?;
    let changes = match &before {
        Some(before) => Some(web.store.compare(before, &scan).await?),
        None => None,
    };
    let told = before.as_ref().and_then(|before| told(&overview, before));
    let steps = next(&overview, &levels);
    web.pages.render("overview.html", chrome, context! { scan, overview, levels, before, changes, told, steps })
}

/// A step that lifts a control.
#[derive(Serialize)]
struct NextStep {
    control: i64,
    title: String,
    /// The level that it leads to.
    level: u8,
    /// Criteria in the way of that level, this one included.
    of: usize,
    step: Step,
}

/// The cheapest step of each control, those first that lift the lowest controls with the fewest steps.
fn next(overview: &Overview, levels: &[LevelRow]) -> Vec<NextStep> {
    let confirmed = |number: i64| levels.iter().find(|level| level.number == number).and_then(|level| level.confirmed);
    let mut all: Vec<_> = overview
        .controls
        .iter()
        .filter_map(|control| {
            let step = control.steps.first()?.clone();
            let of = control.steps.len();
            Some(NextStep { control: control.number, title: control.title.clone(), level: control.next?, of, step })
        })
        .collect();
    all.sort_by_key(|next| (confirmed(next.control), next.of, next.control));
    all.truncate(STEPS);
    all
}
