//! Which steps of a way count: what a later step takes back has not changed.

/// The steps that lead from the first value to the last, each the index at which its value began; empty where the last is the first.
pub(super) fn steps<T: PartialEq>(values: &[T]) -> Vec<usize> {
    let mut way: Vec<usize> = Vec::new();
    for (at, value) in values.iter().enumerate() {
        // Back where it was once: what lay between does not count.
        let been = way.iter().position(|before| values.get(*before) == Some(value));
        match been {
            Some(been) => way.truncate(been + 1),
            None => way.push(at),
        }
    }
    way.into_iter().skip(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_does_not_count() {
        assert_eq!(steps(&[1, 1, 1]), [0; 0]);
        assert_eq!(steps(&[1, 2, 2]), [1]);
        assert_eq!(steps(&[1, 2, 1]), [0; 0]);
        assert_eq!(steps(&[1, 2, 1, 3]), [3]);
        assert_eq!(steps(&[1, 2, 2, 3]), [1, 3]);
        assert_eq!(steps(&[1, 2, 3, 2, 4]), [1, 4]);
    }
}
