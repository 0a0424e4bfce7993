//! Knows how numbers, dates and codes looked before a spreadsheet took hold of them.

use calamine::{DataRef, ExcelDateTime};

/// How many digits the code of a unit may have.
const CODES: [usize; 3] = [6, 9, 12];

/// Gives the value of a cell as text.
pub(super) fn value(data: &DataRef<'_>) -> String {
    match data {
        DataRef::Int(number) => number.to_string(),
        // Display writes no exponent and no `.0`, so the digits of a code come back.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(moment) => instant(moment),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// Writes a date, a time, or both.
fn instant(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, ..) = moment.to_ymd_hms_milli();
    let days = moment.as_f64();
    if moment.is_duration() || days < 1.0 {
        format!("{hour:02}:{minute:02}")
    } else if days.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
    }
}

/// Gives a code back its digits, where a text holds them all: `361128101201.0`, `3.61128101201E+11`.
pub(super) fn restored(cell: &str) -> Option<String> {
    let digits = match cell.split_once(['E', 'e']) {
        Some((mantissa, exponent)) => {
            let (whole, rest) = mantissa.split_once('.')?;
            let power: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
            // Fewer digits than places: the last ones are lost.
            (whole.len() == 1 && rest.len() == power).then(|| format!("{whole}{rest}"))?
        }
        None => {
            let (whole, rest) = cell.split_once('.')?;
            (!rest.is_empty() && rest.bytes().all(|b| b == b'0')).then(|| whole.to_owned())?
        }
    };
    let is_code = CODES.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_code.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_became_a_floating_number_gets_its_digits_back() {
        let back = |cell: &str| restored(cell);
        assert_eq!(back("361128101201.0").as_deref(), Some("361128101201"));
        assert_eq!(back("361128.00").as_deref(), Some("361128"));
        assert_eq!(back("3.61128101201E+11").as_deref(), Some("361128101201"));
        assert_eq!(back("3.61128101e8").as_deref(), Some("361128101"));
        assert_eq!(value(&DataRef::Float(361_128_101_201.0)), "361128101201");
        assert_eq!(value(&DataRef::Float(2.5)), "2.5");
    }

    #[test]
    fn a_code_whose_digits_are_lost_and_any_other_text_stay_as_they_are() {
        for cell in [
            "3.61128E+11",
            "361128101201",
            "1.0",
            "12.5",
            "361128.",
            "a.0",
            "0793-100.0",
            "1E5",
            "",
            "9.9E99999999999999999999",
        ] {
            assert_eq!(restored(cell), None, "{cell}");
        }
    }
}
