//! The templates, and how a value stands in each language.
//!
//! YAML: every value is printed as JSON, which is YAML. Units and crontabs: quotes, percent signs and backslashes by the rules of
//! their manuals. A value with a line break fits none of them and is an error.

use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, escape_formatter};

use crate::failure::Failure;

const TEMPLATES: [(&str, &str); 8] = [
    ("systemd.service", include_str!("templates/systemd.service")),
    ("systemd.timer", include_str!("templates/systemd.timer")),
    ("crontab", include_str!("templates/crontab")),
    ("kubernetes.yaml", include_str!("templates/kubernetes.yaml")),
    ("ecs.yaml", include_str!("templates/ecs.yaml")),
    ("lambda.yaml", include_str!("templates/lambda.yaml")),
    ("role.yaml", include_str!("templates/role.yaml")),
    ("parts.yaml", include_str!("templates/parts.yaml")),
];

const UNIT: &str = "unit";
const CRONTAB: &str = "crontab";

/// Fills a template.
pub(super) fn render(template: &str, values: Value) -> Result<String, Failure> {
    let broken = |error: Error| Failure::usage(format!("the template {template} inside this binary: {error:#}"));
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| match name.rsplit('.').next() {
        Some("yaml") => AutoEscape::Json,
        Some("service" | "timer") => AutoEscape::Custom(UNIT),
        _ => AutoEscape::Custom(CRONTAB),
    });
    environment.set_formatter(formatter);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_keep_trailing_newline(true);
    environment.add_filter("block", block);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(broken)?;
    }
    environment.get_template(template).and_then(|template| template.render(values)).map_err(broken)
}

fn formatter(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    let AutoEscape::Custom(language) = state.auto_escape() else { return escape_formatter(out, state, value) };
    let text = value.to_string();
    if text.contains(char::is_control) {
        return Err(Error::new(ErrorKind::InvalidOperation, "a control character cannot stand here"));
    }
    let escaped = match language {
        UNIT => text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$"),
        _ => text.replace('%', "\\%"),
    };
    out.write_str(&escaped).map_err(Error::from)
}

/// Lines as a block of YAML, each with so many spaces before it; what cannot stand in a block was refused when it was read.
fn block(text: &str, spaces: usize) -> Value {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("{:spaces$}{line}", "") };
    Value::from_safe_string(text.lines().map(line).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_escaped_by_its_language() {
        let mut environment = Environment::new();
        environment.set_formatter(formatter);
        for (language, expected) in [(UNIT, r#"a \"b\" 50%% $$x \\"#), (CRONTAB, r#"a "b" 50\% $x \"#)] {
            environment.set_auto_escape_callback(move |_| AutoEscape::Custom(language));
            let said = environment.render_str("{{ x }}", minijinja::context! { x => "a \"b\" 50% $x \\" }).unwrap();
            assert_eq!(said, expected);
            assert!(environment.render_str("{{ x }}", minijinja::context! { x => "a\nb" }).is_err());
        }
        environment.set_auto_escape_callback(|_| AutoEscape::Json);
        let said = environment.render_str("{{ x }}", minijinja::context! { x => "a: \"b\"\n- c" }).unwrap();
        assert_eq!(said, r#""a: \"b\"\n- c""#);
    }

    #[test]
    fn a_block_keeps_its_lines() {
        assert_eq!(block("a\n\n  b: {{ c }}\n", 2).to_string(), "  a\n\n    b: {{ c }}");
    }
}
