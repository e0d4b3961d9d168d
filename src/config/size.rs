//! Sizes as people write them.

/// Reads `10MB`, `1.5 MB`, `512KiB` or a plain number of bytes. A k is 1000, a Ki 1024.
pub(super) fn read(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let scale: u64 = match unit.trim().to_ascii_lowercase().trim_end_matches('b') {
        "" => 1,
        "k" => 1000,
        "ki" => 1 << 10,
        "m" => 1_000_000,
        "mi" => 1 << 20,
        "g" => 1_000_000_000,
        "gi" => 1 << 30,
        _ => return None,
    };
    let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
    let part: u64 = tenths.parse().ok().filter(|_| tenths.len() <= 3)?;
    let part = part.checked_mul(scale)? / 10_u64.pow(u32::try_from(tenths.len()).ok()?);
    whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_as_people_write_it() {
        for (text, want) in [
            ("10MB", Some(10_000_000)),
            ("10 mb", Some(10_000_000)),
            ("1.5 MB", Some(1_500_000)),
            ("512KiB", Some(524_288)),
            ("2g", Some(2_000_000_000)),
            ("0", Some(0)),
            ("123", Some(123)),
            ("12B", Some(12)),
            ("", None),
            ("MB", None),
            ("10 parsecs", None),
            ("1.2.3MB", None),
            ("99999999999GB", None),
            ("-1", None),
        ] {
            assert_eq!(read(text), want, "{text:?}");
        }
    }
}
