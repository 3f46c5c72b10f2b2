//! What makes tables of a lake: for Athena `CREATE EXTERNAL TABLE` with projected partitions, for DuckDB views. Both end in views of the same
//! names, in which a row counts when a marker names its bundle, and of each account and day the last scan alone.

use clap::ValueEnum;

use crate::{depot::Location, failure::Failure};

const ATHENA: &str = include_str!("ddl/athena.sql");
const DUCKDB: &str = include_str!("ddl/duckdb.sql");

/// Where the lake's place goes in them.
const LAKE: &str = "{LAKE}";

/// An engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Amazon Athena, engine version 3
    Athena,
    /// DuckDB
    Duckdb,
}

/// The statements that make the tables of the lake at this place.
pub fn ddl(engine: Engine, place: &Location) -> Result<String, Failure> {
    let written = place.written();
    let Some(written) = written.to_str() else {
        return Err(Failure::usage("the place's name is no text: a query cannot name it"));
    };
    let written = written.trim_end_matches('/');
    // Engines take these for patterns, ends of text or places to fill in.
    if let Some(special) = written.chars().find(|c| "'\"\\*?[]{}$`".contains(*c) || c.is_control()) {
        let words = "means something else to a query engine: choose a place without it";
        return Err(Failure::usage(format!("{}: {special:?} {words}", crate::plain::plain(written))));
    }
    match (engine, place) {
        (Engine::Athena, Location::Folder(_)) => {
            Err(Failure::usage("Athena reads buckets only: expected --out s3://BUCKET/PREFIX"))
        }
        (Engine::Athena, Location::Bucket { .. }) => Ok(ATHENA.replace(LAKE, written)),
        (Engine::Duckdb, _) => Ok(DUCKDB.replace(LAKE, written)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_place_stands_in_every_statement_and_none_is_read_as_a_pattern() {
        let text = ddl(Engine::Athena, &"s3://our-lake/rung/".parse().unwrap()).unwrap();
        assert_eq!(
            text.matches("LOCATION 's3://our-lake/rung/").count(),
            text.matches("CREATE EXTERNAL TABLE").count()
        );
        assert!(!text.contains(LAKE) && !text.contains("rung//"));
        assert!(ddl(Engine::Duckdb, &"lake".parse().unwrap()).unwrap().contains("'lake/scans/*.json'"));
        assert!(ddl(Engine::Athena, &"lake".parse().unwrap()).unwrap_err().message.contains("buckets only"));
        for wrong in ["s3://our-lake/it's", "s3://our-lake/*", "a\"b", "a{b}", "a$b"] {
            let failure = ddl(Engine::Duckdb, &wrong.parse().unwrap()).unwrap_err();
            assert!(failure.message.contains("something else"), "{}", failure.message);
        }
    }
}
