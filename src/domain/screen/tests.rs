use super::*;
use crate::domain::check::check_char;
use proptest::prelude::*;

fn masked(text: &str) -> String {
    screen(text).text
}

fn notice(text: &str) -> Notice {
    screen(text).notice
}

/// Builds an ID number that no office gave out: its serial number is 000.
fn id(region: u32, birthday: &str) -> String {
    let body = format!("{region}{birthday}000");
    let check = check_char(check_value(body.bytes().map(|b| b - b'0')));
    format!("{body}{check}")
}

#[test]
fn an_id_number_is_masked_and_the_rest_stays_as_typed() {
    let text = format!("转移老人，证号{}，　已安置。", id(361_128, "19500307"));
    let seen = screen(&text);
    assert_eq!(seen.text, "转移老人，证号[身份证号已隐去]，　已安置。");
    assert_eq!(
        seen.notice,
        Notice {
            masked: 1,
            ..Notice::default()
        }
    );
}

#[test]
fn every_way_of_typing_an_id_number_is_seen_through() {
    let number = id(361_128, "19500307");
    let (region, birthday, rest) = (&number[..6], &number[6..14], &number[14..]);
    let wide: String = number
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
        .collect();
    let spaced: String = number.chars().flat_map(|c| [c, ' ']).collect();
    let hidden: String = number.chars().flat_map(|c| [c, '\u{200B}']).collect();
    let keycaps: String = number.chars().flat_map(|c| [c, '\u{FE0F}', '\u{20E3}']).collect();
    let ways = [
        number.clone(),
        number.to_lowercase(),
        wide,
        spaced,
        hidden,
        keycaps,
        format!("{region} {birthday} {rest}"),
        format!("{region}-{birthday}-{rest}"),
        format!("{region}.{birthday}.{rest}"),
        format!("{region}\u{3000}—\n{birthday}／{rest}"),
    ];
    for way in ways {
        let seen = screen(&format!("甲{way}乙"));
        assert!(
            seen.text.starts_with("甲[身份证号已隐去]"),
            "{way}: {}",
            seen.text
        );
        assert!(
            seen.text.ends_with('乙') && seen.notice.masked == 1,
            "{way}: {}",
            seen.text
        );
    }
}

#[test]
fn an_x_at_the_end_is_masked_with_the_number_in_either_case() {
    let number = (1900..2000)
        .map(|year| id(361_128, &format!("{year}0307")))
        .find(|n| n.ends_with('X'))
        .unwrap();
    for typed in [
        number.clone(),
        number.to_lowercase(),
        number.replace('X', "Ｘ"),
        number.replace('X', "ⅹ"),
    ] {
        assert_eq!(masked(&typed), MASK, "{typed}");
    }
}

#[test]
fn several_numbers_are_masked_also_when_they_touch() {
    let (a, b) = (id(361_128, "19500307"), id(110_101, "20010101"));
    assert_eq!(masked(&format!("{a}{b}")), format!("{MASK}{MASK}"));
    assert_eq!(notice(&format!("{a}、{b} {a}")).masked, 3);
}

#[test]
fn a_number_whose_check_character_does_not_fit_stays() {
    let number = id(361_128, "19500307");
    let last = if number.ends_with('1') { '2' } else { '1' };
    let wrong = format!("{}{last}", &number[..17]);
    assert_eq!(masked(&wrong), wrong);
}

#[test]
fn a_day_or_a_region_that_does_not_exist_is_no_id_number() {
    for number in [
        id(361_128, "19500230"),
        id(361_128, "18500307"),
        id(991_128, "19500307"),
    ] {
        assert_eq!(
            screen(&number),
            Screened {
                text: number.clone(),
                notice: Notice::default()
            }
        );
    }
}

#[test]
fn a_mobile_number_stays_and_is_warned_of() {
    for text in [
        "联系13800138000。",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "+86 138 0013 8000",
        "008613800138000",
        "１３８００１３８０００",
        "1\u{200B}3800138000",
        "2026-07-01 13800138000",
    ] {
        assert_eq!(
            screen(text),
            Screened {
                text: text.to_owned(),
                notice: Notice {
                    mobile: true,
                    ..Notice::default()
                }
            }
        );
    }
}

#[test]
fn an_old_id_number_and_a_bank_card_stay_and_are_warned_of() {
    let old = notice("旧证361128500307123");
    assert_eq!(
        old,
        Notice {
            old_id: true,
            ..Notice::default()
        }
    );
    for card in ["6222020000000000000", "6222 0200 0000 0000", "4111111111111111"] {
        let text = (0..10).map(|d| format!("{}{d}", &card[..card.len() - 1]));
        assert_eq!(text.filter(|t| notice(t).card).count(), 1, "{card}");
    }
}

#[test]
fn other_numbers_of_the_trade_are_no_hits() {
    for text in [
        "统一社会信用代码91361128MA35F0XY7K",
        "代码 12361128491234567X",
        "区划361128105203",
        "361128 2026-07-01 0830",
        "2026-07-01 16:00:00",
        "20260701160000",
        "20260701160000123456",
        "电话0793-6211234",
        "010-62345678转801",
        "(0793) 621 1234",
        "29.004123,116.673456",
        "东经135.12345678，北纬29.00412345",
        "N29°00'14.8\" E116°40'24.4\"",
        "转移13人，水位18.52米，降雨156毫米，流量13800立方米",
        "编号2380013800012",
        "138001380001",
        "1380013800",
        "12800138000",
        "合同361128501307123",
    ] {
        assert_eq!(
            screen(text),
            Screened {
                text: text.to_owned(),
                notice: Notice::default()
            },
            "{text}"
        );
    }
}

#[test]
fn a_division_code_before_a_recent_date_is_not_masked_whatever_the_minute() {
    for minute in 0..1440 {
        let text = format!("361128 2026-07-01 {:02}{:02}", minute / 60, minute % 60);
        assert_eq!(notice(&text).masked, 0, "{text}");
    }
}

#[test]
fn hostile_texts_are_screened_in_time() {
    for piece in [
        "1",
        "1 ",
        "3",
        "①",
        "36112819500307000",
        "\u{200B}",
        "\u{FDFA}",
        "1\u{301}",
        "X",
        "138 ",
    ] {
        let text = piece.repeat(30_000 / piece.len());
        let once = masked(&text);
        assert_eq!(masked(&once), once);
    }
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9]{1,20}",
        2 => (1900i32..2030, 1u32..13, 1u32..29).prop_map(|(y, m, d)| id(361_128, &format!("{y}{m:02}{d:02}"))),
        2 => "[ .\\-/Xx，\u{200B}\u{20E3}⑩１½\n]{1,3}",
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn screening_twice_finds_nothing_more(text in hostile()) {
        let once = screen(&text);
        let twice = screen(&once.text);
        prop_assert_eq!(&twice.text, &once.text);
        prop_assert_eq!(twice.notice, Notice { masked: 0, ..once.notice });
    }

    #[test]
    fn what_is_not_masked_is_kept_in_order(text in hostile()) {
        let seen = screen(&text);
        let mut rest = text.as_str();
        for kept in seen.text.split(MASK) {
            let at = rest.find(kept);
            prop_assert!(at.is_some());
            rest = &rest[at.unwrap() + kept.len()..];
        }
        if seen.notice.masked == 0 {
            prop_assert_eq!(seen.text, text);
        }
    }

    #[test]
    fn an_id_number_never_survives(
        before in "[^0-9]{0,5}", after in "[^0-9xX]{0,5}", gap in "[ \\-.]{0,2}", at in 1usize..18,
        year in 1900i32..2020, month in 1u32..13, day in 1u32..29,
    ) {
        let number = id(361_128, &format!("{year}{month:02}{day:02}"));
        let text = format!("{before}{}{gap}{}{after}", &number[..at], &number[at..]);
        prop_assert_eq!(notice(&text).masked, 1);
    }
}
