//! Knows the check character of ISO 7064 MOD 11-2, which receipts and national ID numbers share.
//!
//! It tells every slip of one digit and every exchange of two neighbours.

/// Gives the check value of some digits: 0 to 9, or 10, which is written `X`.
pub fn check_value(digits: impl IntoIterator<Item = u8>) -> u8 {
    let sum = digits
        .into_iter()
        .fold(0u32, |sum, d| (sum + u32::from(d)) * 2 % 11);
    // 12 - sum is 2 to 12, so the remainder fits.
    ((12 - sum) % 11) as u8
}

/// Writes a check value.
pub fn check_char(value: u8) -> char {
    char::from_digit(u32::from(value), 10).unwrap_or('X')
}

/// Reads a check character; `None` if it cannot be one.
pub fn check_value_of(c: char) -> Option<u8> {
    match c {
        'X' | 'x' => Some(10),
        _ => digit(c),
    }
}

/// Reads one ASCII digit.
pub fn digit(c: char) -> Option<u8> {
    c.is_ascii_digit().then(|| c as u8 - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example_0794_has_check_0() {
        assert_eq!(check_value([0, 7, 9, 4]), 0);
        assert_eq!(check_char(check_value([0, 7, 9])), 'X');
    }

    #[test]
    fn leading_zeros_change_nothing() {
        assert_eq!(check_value([0, 0, 1, 2, 3]), check_value([1, 2, 3]));
    }
}
