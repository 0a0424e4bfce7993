//! Knows how to say what is wrong with a table of units, and what it would change.

use super::messages;
use crate::domain::address::AddressError;
use crate::domain::import::{Column, Fault, FieldChange, Plan, RowError};
use crate::domain::language::Lang;
use crate::domain::table::Unreadable;
use crate::domain::unit::{LineageError, UnitKind};

messages! {
    lineage_unknown(id): "没有编号为 #{id} 的单位。", "There is no unit #{id}.";
    lineage_reason: "请写明依据，例如：--reason '2026 年区划调整'。", "Please say by which decision, for example --reason 'boundaries of 2026'.";
    lineage_unchanged: "这样改与现状相同，没有变化。", "That is how things stand already; nothing would change.";
    lineage_itself(id): "单位 #{id} 不能并入自己。", "Unit #{id} cannot merge with itself.";
    lineage_twice(id): "单位 #{id} 写了两次。", "Unit #{id} is named twice.";
    lineage_living(n, id): "单位 #{id} 下面还有 {n} 个单位；请先安排它们。",
        "There is still {n} unit beneath #{id}; please place it first."
        | "There are still {n} units beneath #{id}; please place them first.";
    lineage_child(unit, child): "单位 #{child} 不直接属于 #{unit}。", "Unit #{child} is not right beneath #{unit}.";
    lineage_name: "同一上级下已有同名单位，请换一个名称。", "There is a unit of that name under the same parent; please choose another.";
    lineage_other(why): "单位不能这样变更：{why}", "The units cannot change so: {why}";
    lineage_done: "已变更；已开始的场次不受影响，新单位从下一场起报送，联系方式沿用原单位。",
        "Done. Rounds that have opened are not touched; new units owe from the next round and keep their predecessors' contacts.";

    import_title: "导入单位", "Import units";
    import_nothing: "与现有单位一致，没有变化。", "Nothing differs from the units as they stand.";
    import_refused(n): "表中有 {n} 处错误，未导入任何内容。请改正后重新导入整张表。",
        "The table has {n} fault, so nothing was imported. Please mend it and import the whole table again."
        | "The table has {n} faults, so nothing was imported. Please mend them and import the whole table again.";
    import_dry_run: "这是预演，未做任何改动。", "This was a rehearsal; nothing was changed.";
    import_counts(added, changed, closed, unchanged, absent):
        "新增 {added}，修改 {changed}，停用 {closed}，无变化 {unchanged}，表中未列 {absent}（保留，不删除）",
        "{added} new, {changed} changed, {closed} closed, {unchanged} unchanged, {absent} not in the table (kept)";
    import_past(n): "{n} 行的单位此前已停用，略过。",
        "{n} row is of a unit that ended before; it is passed over."
        | "{n} rows are of units that ended before; they are passed over.";
    import_later(row, day): "第 {row} 行：停用日期 {day} 未到，单位继续使用；请在该日或以后再导入一次。",
        "Row {row}: {day} is still to come, so the unit stays in use; import the table again on or after that day.";
    import_field(heading, before, after): "{heading}：{before} → {after}", "{heading}: {before} → {after}";
    import_empty_value: "（空）", "(empty)";

    unreadable_too_large(most): "文件超过 {most} MiB，请拆分后分次导入。",
        "The file is larger than {most} MiB; please split it and import the parts.";
    unreadable_too_much(most): "这个文件展开后超过 {most} MiB，或里面的部件太多。请只留要导入的一张表，另存后再导入。",
        "The file unpacks to more than {most} MiB, or has too many parts. Please keep only the sheet to import, save it and try again.";
    unreadable_encoding(row): "第 {row} 行的文字无法识别。请在表格软件中另存为 XLSX 或“CSV UTF-8（逗号分隔）”再导入。",
        "Row {row} cannot be read as text. Please save the table as XLSX or as \"CSV UTF-8 (comma delimited)\" and import that.";
    unreadable_locked: "这个表格设有打开密码。请取消密码，另存后再导入。",
        "The workbook is locked by a password. Please take the password off, save it and try again.";
    unreadable_other_workbook: "这是旧版或其他格式的表格（.xls、.xlsb、.ods）。请另存为“Excel 工作簿（.xlsx）”再导入。",
        "This is a workbook of another kind (.xls, .xlsb, .ods). Please save it as \"Excel Workbook (.xlsx)\" and import that.";
    unreadable_no_table: "这个文件不是表格。请选择 XLSX 或 CSV 文件。",
        "The file is no table. Please choose an XLSX or CSV file.";
    unreadable_damaged: "这个 XLSX 文件打不开，可能没有传完整。请在表格软件中打开检查，另存后再导入。",
        "The XLSX file cannot be opened; perhaps it is incomplete. Please open it in a spreadsheet, save it and try again.";

    row_at(row, sentence): "第 {row} 行：{sentence}", "Row {row}: {sentence}";
    fault_no_table: "文件中没有表头。第一行应为列名，例如：编码、上级编码、名称、类别。",
        "The file has no headings. Its first row should hold them: code, parent_code, name, kind.";
    fault_unknown_heading(value): "不认识列名“{value}”。请对照模板修改，或删去这一列。",
        "There is no column \"{value}\". Please compare the template, or remove the column.";
    fault_unknown_heading_near(value, nearest): "不认识列名“{value}”，是否应为“{nearest}”？",
        "There is no column \"{value}\"; do you mean \"{nearest}\"?";
    fault_double_heading(value): "列名“{value}”出现了两次，请只留一列。",
        "The column \"{value}\" is there twice; please keep one.";
    fault_no_column(heading): "缺少“{heading}”一列。", "The column \"{heading}\" is missing.";
    fault_no_heading(value): "“{value}”所在的列没有列名。", "\"{value}\" stands in a column without a heading.";
    fault_missing_name: "没有填写单位名称。", "The name of the unit is missing.";
    fault_missing_kind: "新单位需要填写类别，例如：村、社区、部门。",
        "A new unit needs a kind, such as village, community or department.";
    fault_missing_parent: "新单位需要填写上级编码；表中没有这一列。",
        "A new unit needs its parent, and the table has no such column.";
    fault_missing(heading): "“{heading}”不能为空。", "\"{heading}\" must not be empty.";
    fault_too_long(heading, value, most): "“{heading}”太长：{value}。最多 {most} 个字。",
        "\"{heading}\" is too long: {value} It may have {most} characters.";
    fault_control(heading, value): "“{heading}”中有换行或看不见的字符：{value}。请删去后重填。",
        "\"{heading}\" has a line break or an invisible character: {value}. Please type it again.";
    fault_id_number(heading, value): "“{heading}”中有身份证号：{value}。这里不登记个人信息，请删去。",
        "\"{heading}\" holds an ID card number: {value}. No personal data is kept here; please remove it.";
    fault_code_shape(value): "编码“{value}”应为 2、4、6、9 或 12 位数字。",
        "The code \"{value}\" should have 2, 4, 6, 9 or 12 digits.";
    fault_code_rounded(value): "编码“{value}”被表格软件改成了科学计数法，后几位已丢失。请把该列设为“文本”格式，重新填写编码。",
        "A spreadsheet turned the code into \"{value}\" and lost its last digits. Please format the column as text and enter the codes again.";
    fault_unknown_kind(value): "不认识类别“{value}”。可填：县、乡镇、村、社区、部门、企业（或省、市、全国）。",
        "There is no kind \"{value}\". It may be county, township, village, community, department or enterprise (or province, prefecture, nation).";
    fault_bad_date(value): "“{value}”不是日期。请按 2026-05-31 的样子填写，并确认当月有这一天。",
        "\"{value}\" is not a date. Please write it like 2026-05-31, and check that the month has that day.";
    fault_address(heading, value, why): "“{heading}”中的“{value}”不能用作邮箱：{why}。",
        "\"{value}\" in \"{heading}\" cannot be used as an e-mail address: {why}.";
    fault_too_many_addresses(heading, most): "“{heading}”最多填 {most} 个邮箱。",
        "\"{heading}\" may have at most {most} addresses.";
    fault_unknown_parent(value): "找不到上级“{value}”：表中和现有单位中都没有，或它在本表中改了编码、名称。",
        "There is no parent \"{value}\", neither in the table nor among the units; or the table itself gives it another code or name.";
    fault_ambiguous_parent(value): "有几个单位都叫“{value}”，请改填上级的编码。",
        "Several units are called \"{value}\"; please give the parent's code.";
    fault_parent_cycle: "这个单位成了自己的下级，请检查上级编码。",
        "The unit would lie beneath itself; please check the parent's code.";
    fault_duplicate_code(value, first): "编码“{value}”与第 {first} 行重复。",
        "The code \"{value}\" is already in row {first}.";
    fault_duplicate_name(value, first): "同一上级下已有“{value}”（第 {first} 行）。",
        "The same parent already has a \"{value}\", in row {first}.";
    fault_name_taken(value): "同一上级下现有一个“{value}”，而本表没有列出它。请把它也列入，或换一个名称。",
        "The same parent has a \"{value}\" that this table leaves out. Please list it too, or choose another name.";
    fault_second_root(first): "没有填写上级编码，而最上级单位已有“{first}”。",
        "The parent's code is missing, and \"{first}\" is the top unit already.";
    fault_living_child(child): "不能停用：它的下级“{child}”仍在使用。请一并停用或改挂到其他上级。",
        "It cannot be closed while \"{child}\" beneath it is in use. Please close that too, or give it another parent.";

    address_empty: "是空的", "it is empty";
    address_too_long: "太长", "it is too long";
    address_control: "有换行或看不见的字符", "it has a line break or an invisible character";
    address_at: "应有且只有一个 @", "it needs exactly one @";
    address_local: "@ 前面只能用英文字母、数字和 . - _ 等符号", "before the @ only ASCII letters, digits and signs such as . - _ are allowed";
    address_no_dot: "@ 后面应有一个点，例如 example.cn", "after the @ there must be a dot, as in example.cn";
    address_domain: "@ 后面不是邮箱域名", "what follows the @ is not a domain";
}

impl Lang {
    /// Says why units cannot change so, and what to do.
    pub fn lineage_error(self, error: &LineageError) -> String {
        match error {
            LineageError::Unknown(id) => self.lineage_unknown(id),
            LineageError::NoReason => self.lineage_reason().to_owned(),
            LineageError::Unchanged => self.lineage_unchanged().to_owned(),
            LineageError::Itself(id) => self.lineage_itself(id),
            LineageError::Twice(id) => self.lineage_twice(id),
            LineageError::Living { unit, children } => self.lineage_living(*children, unit),
            LineageError::NotChild { unit, child } => self.lineage_child(unit, child),
            LineageError::SameName(_) => self.lineage_name().to_owned(),
            other => self.lineage_other(other),
        }
    }
}

impl Lang {
    /// Gives the heading of a column.
    pub fn column(self, column: Column) -> &'static str {
        match self {
            Self::Zh => column.zh(),
            Self::En => column.en(),
        }
    }

    /// Says why a file is no table.
    pub fn unreadable(self, why: &Unreadable) -> String {
        match why {
            Unreadable::TooLarge { most } => self.unreadable_too_large(most),
            Unreadable::Encoding { row } => self.unreadable_encoding(row),
            Unreadable::TooMuch { most } => self.unreadable_too_much(most),
            Unreadable::Locked => self.unreadable_locked().to_owned(),
            Unreadable::OtherWorkbook => self.unreadable_other_workbook().to_owned(),
            Unreadable::NoTable => self.unreadable_no_table().to_owned(),
            Unreadable::Damaged => self.unreadable_damaged().to_owned(),
        }
    }

    /// Says in a sentence what is wrong in which row.
    pub fn row_error(self, error: &RowError) -> String {
        self.row_at(error.row, self.row_fault(error))
    }

    pub(crate) fn row_fault(self, error: &RowError) -> String {
        let value = error.value.as_str();
        let known = error.column.map_or("", |column| self.column(column));
        let heading = error.heading.as_deref().unwrap_or(known);
        match &error.fault {
            Fault::NoTable => self.fault_no_table().to_owned(),
            Fault::UnknownHeading { nearest: None } => self.fault_unknown_heading(value),
            Fault::UnknownHeading {
                nearest: Some(nearest),
            } => self.fault_unknown_heading_near(value, self.column(*nearest)),
            Fault::DoubleHeading => self.fault_double_heading(value),
            Fault::NoColumn => self.fault_no_column(heading),
            Fault::NoHeading => self.fault_no_heading(value),
            Fault::Missing => self.missing(error.column, heading),
            Fault::TooLong { most } => self.fault_too_long(heading, value, most),
            Fault::Control => self.fault_control(heading, value),
            Fault::IdNumber => self.fault_id_number(heading, value),
            Fault::CodeShape => self.fault_code_shape(value),
            Fault::CodeRounded => self.fault_code_rounded(value),
            Fault::UnknownKind => self.fault_unknown_kind(value),
            Fault::BadDate => self.fault_bad_date(value),
            Fault::BadAddress(why) => self.fault_address(heading, value, self.address_error(*why)),
            Fault::TooManyAddresses { most } => self.fault_too_many_addresses(heading, most),
            structural @ (Fault::UnknownParent
            | Fault::AmbiguousParent
            | Fault::ParentCycle
            | Fault::DuplicateCode { .. }
            | Fault::DuplicateName { .. }
            | Fault::NameTaken
            | Fault::SecondRoot { .. }
            | Fault::LivingChild { .. }) => self.structural(structural, value),
        }
    }

    /// Says what a row may not do to the tree.
    fn structural(self, fault: &Fault, value: &str) -> String {
        match fault {
            Fault::AmbiguousParent => self.fault_ambiguous_parent(value),
            Fault::ParentCycle => self.fault_parent_cycle().to_owned(),
            Fault::DuplicateCode { first } => self.fault_duplicate_code(value, first),
            Fault::DuplicateName { first } => self.fault_duplicate_name(value, first),
            Fault::NameTaken => self.fault_name_taken(value),
            Fault::SecondRoot { first } => self.fault_second_root(first),
            Fault::LivingChild { child } => self.fault_living_child(child),
            _ => self.fault_unknown_parent(value),
        }
    }

    fn missing(self, column: Option<Column>, heading: &str) -> String {
        match column {
            Some(Column::Name) => self.fault_missing_name().to_owned(),
            Some(Column::Kind) => self.fault_missing_kind().to_owned(),
            Some(Column::Parent) => self.fault_missing_parent().to_owned(),
            _ => self.fault_missing(heading),
        }
    }

    /// Says what is wrong with a mail address, as the end of a sentence.
    pub fn address_error(self, why: AddressError) -> &'static str {
        match why {
            AddressError::Empty => self.address_empty(),
            AddressError::TooLong => self.address_too_long(),
            AddressError::Control => self.address_control(),
            AddressError::At => self.address_at(),
            AddressError::Local => self.address_local(),
            AddressError::NoDot => self.address_no_dot(),
            AddressError::Domain => self.address_domain(),
        }
    }

    /// Says one difference that a table makes.
    pub fn field_change(self, change: &FieldChange) -> String {
        let shown = |value: &str| match (change.column, UnitKind::parse(value)) {
            _ if value.is_empty() => self.import_empty_value().to_owned(),
            (Column::Kind, Some(kind)) => self.unit_kind(kind).to_owned(),
            _ => value.to_owned(),
        };
        self.import_field(
            self.column(change.column),
            shown(&change.before),
            shown(&change.after),
        )
    }

    /// Counts what a table would change, on one line.
    pub fn plan_counts(self, plan: &Plan) -> String {
        let (added, changed, closed) = (plan.added.len(), plan.changed.len(), plan.closed.len());
        self.import_counts(added, changed, closed, plan.unchanged.len(), plan.absent.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::import::{Record, read};

    fn say(lang: Lang, rows: &[&str]) -> Vec<String> {
        let cells = |row: &&str| row.split('|').map(str::to_owned).collect();
        let records: Vec<_> = rows
            .iter()
            .enumerate()
            .map(|(place, row)| Record {
                row: place + 1,
                cells: cells(row),
            })
            .collect();
        read(&records)
            .unwrap_err()
            .iter()
            .map(|error| lang.row_error(error))
            .collect()
    }

    const TABLE: [&str; 3] = [
        "编码|名称|类别|停用日期|报送邮箱",
        "3.61128E+11|甲\n村|hamlet|2026-02-30|a@b",
        "361128||村||",
    ];

    #[test]
    fn a_chinese_reader_is_told_the_row_the_value_and_what_to_do() {
        insta::assert_snapshot!(say(Lang::Zh, &TABLE).join("\n"), @r#"
        第 2 行：编码“3.61128E+11”被表格软件改成了科学计数法，后几位已丢失。请把该列设为“文本”格式，重新填写编码。
        第 2 行：“名称”中有换行或看不见的字符：甲⏎村。请删去后重填。
        第 2 行：不认识类别“hamlet”。可填：县、乡镇、村、社区、部门、企业（或省、市、全国）。
        第 2 行：“2026-02-30”不是日期。请按 2026-05-31 的样子填写，并确认当月有这一天。
        第 2 行：“报送邮箱”中的“a@b”不能用作邮箱：@ 后面应有一个点，例如 example.cn。
        第 3 行：没有填写单位名称。
        "#);
    }

    #[test]
    fn an_english_reader_is_told_the_same() {
        insta::assert_snapshot!(say(Lang::En, &TABLE).join("\n"), @r#"
        Row 2: A spreadsheet turned the code into "3.61128E+11" and lost its last digits. Please format the column as text and enter the codes again.
        Row 2: "name" has a line break or an invisible character: 甲⏎村. Please type it again.
        Row 2: There is no kind "hamlet". It may be county, township, village, community, department or enterprise (or province, prefecture, nation).
        Row 2: "2026-02-30" is not a date. Please write it like 2026-05-31, and check that the month has that day.
        Row 2: "a@b" in "reporter_email" cannot be used as an e-mail address: after the @ there must be a dot, as in example.cn.
        Row 3: The name of the unit is missing.
        "#);
    }

    #[test]
    fn a_misspelt_heading_is_answered_with_the_right_one() {
        assert_eq!(
            say(Lang::En, &["parent_cod|name"]),
            ["Row 1: There is no column \"parent_cod\"; do you mean \"parent_code\"?"]
        );
        assert_eq!(
            say(Lang::Zh, &["上级代码|名称"]),
            ["第 1 行：不认识列名“上级代码”，是否应为“上级编码”？"]
        );
    }

    #[test]
    fn a_change_is_shown_in_the_readers_words() {
        let change = |column, before: &str, after: &str| FieldChange {
            column,
            before: before.to_owned(),
            after: after.to_owned(),
        };
        assert_eq!(
            Lang::Zh.field_change(&change(Column::Kind, "village", "community")),
            "类别：村 → 社区"
        );
        assert_eq!(
            Lang::En.field_change(&change(Column::Phone, "", "1")),
            "phone: (empty) → 1"
        );
    }
}
