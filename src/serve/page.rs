//! Templates and what every page has around it. All of it is escaped, whatever a template's name ends in.

use std::sync::Arc;

use axum::{
    Router,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Web, WebError};
use crate::{failure::Failure, plain::plain};

/// One line a template.
const TEMPLATES: &[(&str, &str)] = &[
    ("layout.html", include_str!("templates/layout.html")),
    ("error.html", include_str!("templates/error.html")),
    ("login.html", include_str!("templates/login.html")),
    ("bits.html", include_str!("templates/bits.html")),
    ("compare.html", include_str!("templates/compare.html")),
    ("empty.html", include_str!("templates/empty.html")),
    ("finding.html", include_str!("templates/finding.html")),
    ("findings.html", include_str!("templates/findings.html")),
    ("gaps.html", include_str!("templates/gaps.html")),
    ("overview.html", include_str!("templates/overview.html")),
    ("removed.html", include_str!("templates/removed.html")),
    ("scan.html", include_str!("templates/scan.html")),
    ("scans.html", include_str!("templates/scans.html")),
    ("trend.html", include_str!("templates/trend.html")),
    ("form.html", include_str!("templates/form.html")),
    ("people.html", include_str!("templates/people.html")),
    ("attest.html", include_str!("templates/attest.html")),
    ("waive.html", include_str!("templates/waive.html")),
    ("run.html", include_str!("templates/run.html")),
    ("schedule.html", include_str!("templates/schedule.html")),
];

/// The report's own look.
const LOOK: &str = concat!(
    include_str!("../report/html/css/base.css"),
    include_str!("../report/html/css/overview.css"),
    include_str!("../report/html/css/controls.css"),
    include_str!("../report/html/css/findings.css"),
    include_str!("../report/html/css/narrow.css"),
);

/// One line an asset: its name under `/assets/`, its kind, its content.
const ASSETS: &[(&str, &str, &str)] = &[
    // The report's own look, then what only the web view has.
    ("report.css", "text/css; charset=utf-8", LOOK),
    ("serve.css", "text/css; charset=utf-8", include_str!("assets/serve.css")),
    ("view.css", "text/css; charset=utf-8", include_str!("assets/view.css")),
    ("uplot.css", "text/css; charset=utf-8", include_str!("assets/uplot/uPlot.min.css")),
    ("uplot.js", "text/javascript; charset=utf-8", include_str!("assets/uplot/uPlot.iife.min.js")),
    ("trend.js", "text/javascript; charset=utf-8", include_str!("assets/trend.js")),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
    ("run.js", "text/javascript; charset=utf-8", include_str!("assets/run.js")),
];

/// What is around a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Chrome {
    /// The page's title.
    pub title: String,
    /// The entry of the menu that it belongs to: `overview`, `scans`, `trend`, `compare`, `findings`, `people`, `run`, `schedule`;
    /// empty for none.
    pub at: &'static str,
    /// Who looks, where a proxy says so.
    pub who: Option<String>,
    /// The token that the page's forms carry as `csrf`.
    pub csrf: Option<String>,
}

/// The templates. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Pages {
    environment: Arc<Environment<'static>>,
}

impl Pages {
    /// Reads the templates; `signs_in` says whether people come with a token, and so can sign out.
    pub fn new(signs_in: bool) -> Result<Self, Failure> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.add_filter("said", said);
        environment.add_filter("plain", |text: &str| plain(text));
        environment.add_filter("segment", |text: &str| super::view::segment(text));
        environment.add_filter("visible", visible);
        environment.add_global("assets", digest());
        environment.add_global("signs_in", signs_in);
        for (name, text) in TEMPLATES {
            let broken = |error| Failure::usage(format!("the template {name} inside this binary: {error:#}"));
            environment.add_template(name, text).map_err(broken)?;
        }
        Ok(Pages { environment: Arc::new(environment) })
    }

    /// A page.
    pub fn render(&self, template: &str, chrome: Chrome, context: Value) -> Result<Response, WebError> {
        let all = context! { chrome => chrome, ..context };
        let made = self.environment.get_template(template).and_then(|template| template.render(all));
        made.map(|page| Html(page).into_response()).map_err(|error| WebError::Internal(error.into()))
    }

    /// A page with another status than 200.
    pub fn render_as(
        &self,
        status: StatusCode,
        template: &str,
        chrome: Chrome,
        context: Value,
    ) -> Result<Response, WebError> {
        let mut response = self.render(template, chrome, context)?;
        *response.status_mut() = status;
        Ok(response)
    }
}

/// Text from strangers: escaped, apart from the direction of writing around it, control characters shown.
fn said(value: &Value) -> Value {
    if value.is_undefined() || value.is_none() {
        return Value::from("");
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Value::from_safe_string(format!("<bdi class=\"said\">{}</bdi>", HtmlEscape(&plain(&text))))
}

/// Lines from strangers, for a text that keeps its lines.
fn visible(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

/// Changes when an asset changes, so that browsers may keep what they have.
fn digest() -> String {
    let mut digest = Sha256::new();
    ASSETS.iter().for_each(|(_, _, content)| digest.update(content));
    hex::encode(digest.finalize()).chars().take(16).collect()
}

/// The style sheets and scripts.
pub(super) fn assets() -> Router<Web> {
    ASSETS.iter().fold(Router::new(), |router, (name, kind, content)| {
        let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
        router.route(&format!("/assets/{name}"), get(move || async move { (headers, *content) }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_whole_and_what_strangers_say_is_text() {
        let pages = Pages::new(true).unwrap();
        let hostile = "<script>alert(1)</script>\u{202e}\u{7}\"'&";
        let chrome = Chrome { title: hostile.to_owned(), who: Some(hostile.to_owned()), ..Chrome::default() };
        let environment = &pages.environment;
        let text = environment
            .get_template("error.html")
            .and_then(|template| template.render(context! { chrome => chrome, words => hostile }))
            .unwrap();
        assert!(!text.contains("<script>alert") && text.contains("&lt;script&gt;alert"), "{text}");
        let shown = said(&Value::from(hostile)).to_string();
        assert!(shown.contains("\\u{202e}\\u{7}") && !shown.contains("<script>"), "{shown}");
    }
}
