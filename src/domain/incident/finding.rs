//! Knows what a person may find of a report: 迟报, 漏报, 轻报, 谎报, 瞒报. Only lateness can be computed.

/// A person's judgement on how an event was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// 迟报.
    Late,
    /// 漏报.
    Omitted,
    /// 轻报.
    Understated,
    /// 谎报.
    False,
    /// 瞒报.
    Concealed,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Late,
        Self::Omitted,
        Self::Understated,
        Self::False,
        Self::Concealed,
    ];

    /// Gives the text by which it is stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Omitted => "omitted",
            Self::Understated => "understated",
            Self::False => "false",
            Self::Concealed => "concealed",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_finding_reads_back() {
        for kind in FindingKind::ALL {
            assert_eq!(FindingKind::parse(kind.code()), Some(kind));
        }
        assert_eq!(FindingKind::parse("bad"), None);
    }
}
