//! Packs the recorded demo account into the binary: its head on the first line, one exchange on each further line, gzip.

use std::{
    env,
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, GzBuilder};

const DEMO: &str = "fixtures/accounts/demo";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DEMO}");
    let mut files = Vec::new();
    json_files(Path::new(DEMO), &mut files)?;
    files.sort();
    let head = Path::new(DEMO).join("recording.json");
    let out = PathBuf::from(env::var("OUT_DIR")?).join("demo.jsonl.gz");
    let mut packed = GzBuilder::new().mtime(0).write(fs::File::create(out)?, Compression::best());
    for file in std::iter::once(&head).chain(files.iter().filter(|file| **file != head)) {
        let value: serde_json::Value = serde_json::from_str(&fs::read_to_string(file)?)?;
        writeln!(packed, "{value}")?;
    }
    packed.finish()?;
    Ok(())
}

fn json_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            json_files(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
    Ok(())
}
