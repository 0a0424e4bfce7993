//! Knows the columns that a table of units may have, and their headings in Chinese and English.

use crate::domain::table::plain;

/// A column of a table of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Code,
    Parent,
    Name,
    Kind,
    Until,
    DutyPost,
    Reporter,
    Backup,
    Head,
    Phone,
}

impl Column {
    /// Every column, in the order of the template.
    pub const ALL: [Self; 10] = [
        Self::Code,
        Self::Parent,
        Self::Name,
        Self::Kind,
        Self::Until,
        Self::DutyPost,
        Self::Reporter,
        Self::Backup,
        Self::Head,
        Self::Phone,
    ];

    /// Gives the headings that are understood: the Chinese one, the English one, then what people write instead.
    const fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Code => &[
                "编码",
                "code",
                "单位编码",
                "区划代码",
                "统计用区划代码",
                "unit code",
            ],
            Self::Parent => &[
                "上级编码",
                "parent_code",
                "上级单位编码",
                "上级",
                "上级单位",
                "parent",
            ],
            Self::Name => &["名称", "name", "单位名称", "单位", "unit name"],
            Self::Kind => &["类别", "kind", "单位类别", "类型", "type"],
            Self::Until => &["停用日期", "active_until", "停用", "valid until"],
            Self::DutyPost => &["值班岗位", "duty_post", "岗位", "值班岗", "post"],
            Self::Reporter => &[
                "报送邮箱",
                "reporter_email",
                "报送员邮箱",
                "邮箱",
                "email",
                "reporter",
            ],
            Self::Backup => &["备岗邮箱", "backup_email", "备岗", "backup"],
            Self::Head => &["负责人邮箱", "head_email", "负责人", "head"],
            Self::Phone => &[
                "值班电话",
                "phone",
                "电话",
                "办公电话",
                "telephone",
                "office phone",
            ],
        }
    }

    /// Gives the Chinese heading.
    pub const fn zh(self) -> &'static str {
        self.headings()[0]
    }

    /// Gives the English heading.
    pub const fn en(self) -> &'static str {
        self.headings()[1]
    }

    /// Tells whether it says how a unit is reached, and not what it is.
    pub const fn is_contact(self) -> bool {
        matches!(
            self,
            Self::DutyPost | Self::Reporter | Self::Backup | Self::Head | Self::Phone
        )
    }

    /// Finds the column of a heading; capitals, blanks and signs between words do not count.
    pub fn find(heading: &str) -> Option<Self> {
        let heading = plain(heading);
        Self::ALL
            .into_iter()
            .find(|column| column.headings().iter().any(|known| plain(known) == heading))
    }

    /// Finds the column whose heading is most like this one, if any is at all.
    pub fn nearest(heading: &str) -> Option<Self> {
        let heading = plain(heading);
        let length = heading.chars().count();
        let apart = |column: &Self| {
            column
                .headings()
                .iter()
                .map(|known| distance(&plain(known), &heading))
                .min()
        };
        let nearest = Self::ALL
            .into_iter()
            .filter_map(|column| Some((apart(&column)?, column)))
            .min()?;
        (nearest.0 * 2 <= length).then_some(nearest.1)
    }
}

/// Counts the letters to add, drop or exchange between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let exchange = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = exchange.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_leads_to_one_column() {
        for column in Column::ALL {
            for heading in column.headings() {
                assert_eq!(Column::find(heading), Some(column), "{heading}");
            }
        }
        assert_eq!(Column::find(" Parent Code "), Some(Column::Parent));
        assert_eq!(Column::find("DUTY-POST"), Some(Column::DutyPost));
        assert_eq!(Column::find("身份证号"), None);
    }

    #[test]
    fn a_misspelt_heading_is_told_the_nearest() {
        assert_eq!(Column::nearest("parent_cod"), Some(Column::Parent));
        assert_eq!(Column::nearest("reporter_mail"), Some(Column::Reporter));
        assert_eq!(Column::nearest("上级代码"), Some(Column::Parent));
        assert_eq!(Column::nearest("停用时间"), Some(Column::Until));
        assert_eq!(Column::nearest("zzzzzz"), None);
        assert_eq!(Column::nearest(""), None);
    }

    #[test]
    fn the_distance_of_two_words_is_the_number_of_letters_to_mend() {
        assert_eq!(distance("code", "code"), 0);
        assert_eq!(distance("code", "cod"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
