use proptest::prelude::*;

use super::*;

type Item = (u64, String);

fn items() -> Vec<Item> {
    (0..200_u64).map(|n| (n * n, format!("volume é {}", n % 7))).collect()
}

/// Two frames, as two accounts leave them.
fn frames() -> Vec<u8> {
    let (items, mut bytes) = (items(), Vec::new());
    assert_eq!(pack(&items[..120], &mut bytes).unwrap(), 120);
    assert_eq!(pack(&items[120..], &mut bytes).unwrap(), 80);
    bytes
}

fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("items.jsonl.zst");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// What a reader says of a file of these bytes.
fn read(bytes: &[u8]) -> Result<Vec<Item>, String> {
    let (_folder, path) = file(bytes);
    Lines::packed(&path).and_then(Iterator::collect).map_err(|failure| failure.message)
}

#[test]
fn all_frames_of_a_file_are_read() {
    assert_eq!(read(&frames()).unwrap(), items());
    let mut none = Vec::new();
    assert_eq!(pack::<Item>([], &mut none).unwrap(), 0);
    assert_eq!(read(&none).unwrap(), []);
    assert_eq!(read(&[none, frames()].concat()).unwrap(), items());
}

#[test]
fn an_error_has_file_and_line_and_ends_the_reading() {
    let mut bytes = Vec::new();
    pack(["a", "b"], &mut bytes).unwrap();
    pack([1], &mut bytes).unwrap();
    pack(["c"], &mut bytes).unwrap();
    let (_folder, path) = file(&bytes);
    let mut lines = Lines::<String>::packed(&path).unwrap();
    assert_eq!(lines.by_ref().take(2).map(Result::unwrap).collect::<Vec<_>>(), ["a", "b"]);
    let message = lines.next().unwrap().unwrap_err().message;
    assert!(message.contains("items.jsonl.zst, line 3: invalid type: integer `1`"), "{message}");
    assert!(lines.next().is_none());
}

#[test]
fn an_empty_file_is_no_empty_list() {
    assert!(read(&[]).unwrap_err().contains("items.jsonl.zst: empty"));
}

#[test]
fn a_line_without_end_is_an_error_and_not_memory() {
    let mut bomb = Encoder::new(Vec::new(), LEVEL).unwrap();
    io::copy(&mut io::repeat(b' ').take(LONGEST + 1), &mut bomb).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let message = read(&bomb).unwrap_err();
    assert!(message.contains("items.jsonl.zst, line 1: longer than 67108864 bytes"), "{message}");
    // At the bound it is a line.
    let mut bytes = Vec::new();
    pack(["123456"], &mut bytes).unwrap();
    let (_folder, path) = file(&bytes);
    let mut lines = Lines::<String> { longest: 9, ..Lines::packed(&path).unwrap() };
    assert_eq!(lines.next().unwrap().unwrap(), "123456");
    let mut lines = Lines::<String> { longest: 8, ..Lines::packed(&path).unwrap() };
    assert!(lines.next().unwrap().unwrap_err().message.contains("longer than 8 bytes"));
}

#[test]
fn a_window_beyond_the_limit_is_an_error() {
    // Magic, a header without a size, a window of 2^n bytes, one empty last block.
    let frame = |log: u8| [0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3, 1, 0, 0];
    assert_eq!(read(&frame(27)).unwrap(), []);
    let message = read(&frame(28)).unwrap_err();
    assert!(message.contains("items.jsonl.zst") && message.contains("memory"), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes flipped: an error with the file's name. Some bits of a frame's header say nothing of what is in it: then it is the same.
    #[test]
    fn flipped(flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=u8::MAX), 1..4)) {
        let mut bytes = frames();
        for (at, bits) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        match read(&bytes) {
            Ok(read) => prop_assert!(read == items()),
            Err(message) => prop_assert!(message.contains("items.jsonl.zst"), "{}", message),
        }
    }

    /// Cut: an error with the file's name, but between two frames; the digest of the whole tells that.
    #[test]
    fn cut(at in any::<prop::sample::Index>()) {
        let mut bytes = frames();
        let first = { let mut first = Vec::new(); pack(&items()[..120], &mut first).unwrap(); first.len() };
        let at = at.index(bytes.len());
        bytes.truncate(at);
        match read(&bytes) {
            Ok(read) => prop_assert!(at == first && read == items()[..120]),
            Err(message) => prop_assert!(message.contains("items.jsonl.zst"), "{}", message),
        }
    }
}
