//! Who looks at a page.

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Chrome, WebError};

/// Who looks at a page; the guard has let them in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Their name, where a proxy says so.
    pub who: Option<String>,
    /// The token that their forms carry. Programs, which come with the token itself, have no forms.
    pub(super) csrf: Option<String>,
}

impl Visitor {
    /// What is around a page that they see.
    pub fn chrome(&self, title: impl Into<String>, at: &'static str) -> Chrome {
        Chrome { title: title.into(), at, who: self.who.clone(), csrf: self.csrf.clone() }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        let visitor = parts.extensions.get::<Visitor>().cloned();
        visitor.ok_or_else(|| WebError::Internal(anyhow::anyhow!("a page without the guard before it")))
    }
}
