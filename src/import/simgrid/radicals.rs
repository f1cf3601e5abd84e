//! The numbers of a platform file that no other file has: the radicals of clusters.

/// The numbers of `0-3,7`; None where the text is none, or stands for more than `most`.
pub fn radical(text: &str, most: usize) -> Option<Vec<u64>> {
    let mut numbers = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let count = last.checked_sub(first)?;
        if count >= (most.saturating_sub(numbers.len())) as u64 {
            return None;
        }
        numbers.extend(first..=last);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radicals_are_bounded() {
        assert_eq!(radical("0-2,7", 10), Some(vec![0, 1, 2, 7]));
        assert_eq!(radical("5", 10), Some(vec![5]));
        for wrong in ["", "a", "3-1", "0-10", "0-18446744073709551615", "1-"] {
            assert_eq!(radical(wrong, 10), None, "{wrong}");
        }
    }
}
