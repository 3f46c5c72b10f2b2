//! Whether an impact carries a number that means something to the business.

/// Words after a number that make it a quantity.
const UNITS: &[&str] = &[
    "%",
    "percent",
    "ms",
    "s",
    "sec",
    "second",
    "seconds",
    "min",
    "minute",
    "minutes",
    "h",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "usd",
    "eur",
    "gbp",
    "chf",
    "dollars",
    "euros",
    "k",
    "m",
    "customer",
    "customers",
    "user",
    "users",
    "request",
    "requests",
    "rps",
    "order",
    "orders",
    "ticket",
    "tickets",
    "incident",
    "incidents",
    "complaint",
    "complaints",
    "x",
    "times",
    "gb",
    "gib",
    "tb",
    "tib",
    "mb",
    "points",
    "engineer",
    "engineers",
    "person",
];
const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];

/// Whether a text carries a quantity: a number with a unit, a percent sign or a currency. A bare number, a year or an id
/// such as `SVC-12` is none.
pub fn is_quantified(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.iter().enumerate().any(|(at, word)| {
        let word = word.trim_matches(|c: char| "()[],;:!?\"'~<>=+-≈".contains(c)).trim_end_matches('.');
        let number = word.trim_start_matches(CURRENCIES);
        let digits = number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit() || ".,'".contains(c)).len();
        if digits == 0 || !number.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let rest = number.get(digits..).unwrap_or_default();
        let own = rest.split('/').next().unwrap_or_default().trim_end_matches(CURRENCIES);
        let currency = word.len() > number.len() || rest.starts_with(CURRENCIES);
        let next = words
            .get(at + 1)
            .map(|next| next.trim_matches(|c: char| !c.is_alphanumeric() && c != '%' && c != '€' && c != '$'));
        let next = next.unwrap_or_default().split('/').next().unwrap_or_default().to_lowercase();
        currency
            || UNITS.contains(&own.to_lowercase().as_str())
            || (own.is_empty() && (UNITS.contains(&next.as_str()) || next.starts_with(CURRENCIES)))
    })
}

#[cfg(test)]
mod tests {
    use super::is_quantified;

    #[test]
    fn a_quantity_is_a_number_with_a_unit() {
        for text in [
            "p95 +400 ms",
            "costs $1,200/month",
            "12% of checkouts fail",
            "about 3 hours a week",
            "2x slower",
            "~15 k users",
            "loses 40 orders/day",
            "€300",
            "300 €",
            "2.5s",
            "(30 tickets)",
        ] {
            assert!(is_quantified(text), "{text}");
        }
        for text in ["", "high", "SVC-12 is slow", "since 2024", "p95 too high", "see ADR 7", "users complain", "v2"] {
            assert!(!is_quantified(text), "{text}");
        }
    }
}
