//! Knows the words of the pages that administer units: import, tree, one unit, slips.

use super::messages;
use crate::domain::import::{Column, NoUndo};

messages! {
    // The import by page.
    import_preview_title: "导入预览", "What the table would change";
    import_added: "新增", "New";
    import_changed: "修改", "Changed";
    import_closed: "停用", "Closed";
    import_unchanged: "无变化", "Unchanged";
    import_absent(n): "另有 {n} 个单位表中没有列出，保留不变。", "{n} unit is not in the table, and stays as it is." | "{n} units are not in the table, and stay as they are.";
    import_absent_title: "表中没有列出（保留）", "Not in the table (kept)";
    import_back: "重新选择文件", "Choose another file";
    import_reason: "依据", "By which decision";
    import_reason_hint: "例如：2026 年区划调整。写入单位的历史。", "For example: boundaries of 2026. It goes into the history of the units.";
    import_confirm: "确认导入", "Import it";
    import_faults: "需要改正的地方", "What to correct";
    import_file: "单位表（XLSX 或 CSV）", "Table of units (XLSX or CSV)";
    import_file_hint: "先显示会有哪些变化，确认后才写入。表上方有标题也没关系；同一张表再导入一次不会改变任何内容。",
        "You first see what would change; nothing is written before you confirm. A title above the headings does no harm, and the same table again changes nothing.";
    import_paste: "没有文件？从表格粘贴", "No file? Paste from a spreadsheet";
    import_paste_hint: "连同列名一起复制、粘贴", "Copy the cells with their headings and paste them";
    import_preview: "查看会有哪些变化", "See what would change";
    import_template_title: "模板", "A table to fill in";
    import_template_lead: "下载模板，删去示例行，填好后导入。只有“名称”一列必填，各列先后不限。",
        "Download it, replace the rows that are examples, and import it. Only the name is needed; columns may stand in any order.";
    import_again_lead: "要成批修改现有单位，请下载现有单位表，改好后再导入。",
        "To change many units at once, download the table of present units, edit it and import it again.";
    import_present: "下载现有单位表", "Download the present units";
    import_past_title: "最近的导入", "Latest imports";
    import_did(added, changed, closed): "新增 {added}，修改 {changed}，停用 {closed}", "{added} new, {changed} changed, {closed} closed";
    import_undo: "撤销这次导入", "Undo this import";
    import_undo_reason: "撤销导入", "The import was undone";
    import_undone: "已撤销导入，单位恢复为导入前的样子。", "The import is undone; the units stand as they did before it.";
    import_undone_at(at): "{at} 已撤销", "Undone at {at}";
    import_done(added, changed, closed): "导入完成：新增 {added}，修改 {changed}，停用 {closed}。一天之内可以撤销。",
        "Imported: {added} new, {changed} changed, {closed} closed. It can be undone within a day.";
    import_moved: "预览之后单位又有变化。请再看一遍，再确认。", "The units changed after the preview. Please look again, then confirm.";
    import_nothing_chosen: "请选择文件，或粘贴表格。", "Please choose a file, or paste a table.";
    import_top: "最上级", "At the top";
    import_example_county: "示例县", "Example County";
    import_example_township: "示例镇", "Example Township";
    import_example_village: "示例村", "Example Village";
    import_example_community: "示例社区", "Example Community";
    import_example_department: "示例县水利局", "Example Water Office";
    import_example_post: "值班室", "duty office";

    // The tree and one unit.
    units_title: "单位", "Units";
    units_total(n): "{n} 个", "{n}" | "{n}";
    units_all: "全部单位", "All units";
    units_none_found: "没有找到单位。", "No unit was found.";
    units_empty: "还没有单位：下载模板，填好后导入。", "There are no units yet: download the table to fill in, then import it.";
    units_below(n): "下级单位 {n} 个", "{n} unit beneath" | "{n} units beneath";
    units_active(active, n): "已开通 {active}/{n}", "{active} of {n} set up";
    unit_active: "已开通", "Set up";
    unit_mailed: "已发邮件", "Mail sent";
    unit_printed: "已打印开通单", "Slip printed";
    unit_not_active: "未开通", "Not set up";
    unit_ended(at): "{at} 停用", "Ended {at}";
    unit_contacts: "联系方式", "How it is reached";
    unit_contacts_wrong: "联系方式没有保存，请改正标出的地方。", "Nothing was saved; please correct what is marked.";
    unit_contacts_saved: "联系方式已保存。", "The contacts are saved.";
    unit_contact_post: "写岗位，不写姓名，例如：村值班室。", "A post, never the name of a person, such as: village duty office.";
    unit_contact_phone: "值班看板上点一下就能拨打。", "The duty board dials it at a touch.";
    unit_contact_reporter: "每行一个。催报首先发给报送员。", "One a line. Reminders go to them first.";
    unit_contact_backup: "每行一个。到截止时间仍未报时发给备岗。", "One a line. They are told when a report is due and has not come.";
    unit_contact_head: "每行一个。超过截止时间后发给负责人。", "One a line. They are told when a report is overdue.";
    unit_mail_bad(address): "{address} 被邮件服务器退回，请更正。", "The mail server refused {address}; please correct it.";
    unit_history: "沿革", "History";
    unit_descent: "变更记录", "Changes";
    unit_until_now: "现在", "now";
    unit_renamed: "更名", "renamed";
    unit_abolished: "撤销", "abolished";
    unit_merged_into(name): "并入“{name}”", "merged into {name}";
    unit_took_in(name): "并入了“{name}”", "took in {name}";
    unit_split_off(name): "分出“{name}”", "split off {name}";
    unit_came_of(name): "由“{name}”分出", "split off from {name}";
    unit_devices: "工作站", "Workstations";
    unit_no_device: "还没有绑定工作站。", "No workstation is bound.";
    unit_unbind: "停用这台工作站", "Unbind it";
    unit_unbind_hint: "电脑或手机丢失、转交他人时请立即停用；停用后打印新的开通单，就能在另一台上开通。",
        "Unbind a computer or phone at once when it is lost or passed on; a new slip then sets up another one.";
    unit_unbound: "工作站已停用，不能再用它报送。", "The workstation is unbound and can no longer report.";
    unit_unbind_here: "只停用本单位", "Unbind it from this unit only";
    unit_unbind_all: "整台停用", "Unbind it from all units";
    unit_unbound_here: "这台工作站不再为本单位报送，其他单位照常。", "It no longer reports for this unit; the others still use it.";
    unit_device_also: "同一台还报送：", "It also reports for";
    unit_device_beyond(n): "您管辖范围以外的 {n} 个单位，须由上级停用", "{n} unit outside your area, which the office above must unbind" | "{n} units outside your area, which the office above must unbind";
    unit_slip_printed(at, until): "开通单 {at} 打印，{until} 前有效，还没有用过。", "A slip was printed {at}; it works until {until} and is unused.";
    unit_slip_mailed(at, until): "开通邮件 {at} 发出，{until} 前有效，还没有用过。", "A letter was sent {at}; its link works until {until} and is unused.";
    unit_speakers: "账号", "Accounts";
    unit_more: "更多", "More";
    unit_change: "更名、合并、拆分、撤销", "Rename, merge, split, abolish";
    unit_to_board: "报送与催报情况", "Its reports and reminders";

    // What becomes of a unit.
    change_lead: "变更从现在起生效，以前的场次、报送和统计保持原样；新单位从下一场起报送，联系方式沿用原单位。",
        "A change holds from now on; earlier rounds, reports and counts stay as they were. New units owe from the next round and begin with their predecessors' contacts.";
    change_rename: "更名", "Rename";
    change_name: "新名称", "New name";
    change_merge: "合并", "Merge";
    change_others: "一起合并的单位", "Units that merge with it";
    change_others_hint: "每行一个：编码、名称或“上级/名称”。", "One a line: code, name, or parent/name.";
    change_into: "并入现有单位", "Into a unit that exists";
    change_into_hint: "编码、名称或“上级/名称”；合并成新单位时留空。", "Its code, name, or parent/name; leave it empty for a new unit.";
    change_into_new: "或合并成新单位，名称", "Or into a new unit, called";
    change_split: "拆分", "Split";
    change_parts: "分出的新单位", "New units";
    change_parts_hint: "每行一个。带走下级时写成“新单位=下级甲、下级乙”。", "One a line. Units beneath that go along: New Unit = A, B.";
    change_ends: "原单位不再保留", "The unit itself ends";
    change_abolish: "撤销", "Abolish";
    change_abolish_lead: "撤销后不再要求它报送，历史仍可查询。没有单位接替它。", "It owes no more reports; its history stays. No unit takes over.";
    change_abolish_living(n): "下面还有 {n} 个单位，请先安排它们。", "There is still {n} unit beneath; please place it first." | "There are still {n} units beneath; please place them first.";
    change_name_wanted: "请填写新单位的名称，最多 60 个字。", "Please give the name of the new unit, 60 characters at most.";
    change_unit_unknown(text): "没有找到“{text}”，或不止一个同名，请写编码或“上级/名称”。",
        "There is no unit \"{text}\", or more than one; please write its code, or parent/name.";
    change_done: "已变更。", "Done.";

    // Slips.
    slips_title: "开通工作站", "Set up workstations";
    slips_active(active, all): "已开通 {active}/{all}", "{active} of {all} set up";
    slips_lead: "每个单位凭一张开通单（二维码和 16 位开通码，只能用一次）开通自己的电脑或手机，以后打开就能报送，不用密码。",
        "With a slip (a QR code and 16 characters that work once) a unit sets up its own computer or phone, which from then on opens ready to report, without a password.";
    slips_under: "范围", "Which units";
    slips_place(name, n): "{name}（未开通 {n}）", "{name} ({n} not set up)";
    slips_show: "显示", "Show";
    slips_show_missing: "只看未开通", "Those not set up";
    slips_show_all: "全部", "All";
    slips_print(n): "打印开通单（{n} 张）", "Print {n} slip" | "Print {n} slips";
    slips_print_one: "打印开通单", "Print a slip";
    slips_send(n): "用邮件发送（{n} 个单位）", "Send by mail ({n} unit)" | "Send by mail ({n} units)";
    slips_hint: "重新打印或发送后，同一单位以前没有用过的开通单作废。邮件发给报送员邮箱，每次最多 200 个单位，同一单位一天最多一封。",
        "A new slip or letter ends the unused ones of the same unit. Letters go to the reporters, to 200 units at a time, once a day at most.";
    slips_none_missing: "全部开通。", "All are set up.";
    slips_nothing: "没有要打印的单位。", "There is no unit to print a slip for.";
    slips_many: "一次最多打印 2000 张，请先选择范围。", "At most 2,000 slips print at once; please choose fewer units.";
    slips_sent(units, without, left): "已向 {units} 个单位发出开通邮件；没有可用邮箱的 {without} 个；留待下次的 {left} 个。",
        "Letters are on their way to units: {units}. Without a usable address: {without}. Left for the next time: {left}.";
    slips_made(n): "{n} 张开通单已生成，请用浏览器打印（Ctrl+P），A4 纸每页 8 张，沿虚线裁开。",
        "{n} slip is ready: print this page (Ctrl+P) on A4, eight a page, and cut along the dashes." | "{n} slips are ready: print this page (Ctrl+P) on A4, eight a page, and cut along the dashes.";
    slips_once: "开通码只显示这一次，关闭本页后要重新打印。", "The codes are shown only now; once this page is closed, new slips have to be printed.";
    slips_step_open: "在报送用的手机上扫码；用电脑的，打开网址，输入开通码。", "Scan the code with the phone that will report; on a computer, open the address and type the characters.";
    slips_step_press: "点“开通”。以后打开就能报送，不用密码。", "Press \"Set up\". From then on it opens ready to report.";
    slips_until(at): "只能用一次，{at} 前有效", "works once, until {at}";

    no_undo_undone: "已经撤销过。", "It was undone before.";
    no_undo_late: "已超过一天，不能撤销。要改回来，请修改表格后再导入。",
        "It is more than a day old and can no longer be undone. To change things back, edit the table and import it again.";
    no_undo_in_use: "新增单位中已有单位开始报送、绑定工作站或有了账号，不能撤销。请在表中填写停用日期后再导入。",
        "Some of its new units already owe reports, have a workstation or an account, so it cannot be undone. Give them a last day in the table and import it again.";
    no_undo_changed: "导入之后，其中的单位又改动过，不能撤销。请修改表格后再导入。",
        "Some of its units changed afterwards, so it cannot be undone. Please edit the table and import it again.";
}

impl super::Lang {
    /// Names a field of the contacts.
    pub fn unit_contact(self, column: Column) -> &'static str {
        match column {
            Column::Phone => self.term_duty_phone(),
            Column::Reporter => self.unit_reporter_mail(),
            Column::Backup => self.unit_backup_mail(),
            Column::Head => self.unit_head_mail(),
            _ => self.me_post(),
        }
    }

    /// Says what a field of the contacts is for.
    pub fn unit_contact_hint(self, column: Column) -> &'static str {
        match column {
            Column::Phone => self.unit_contact_phone(),
            Column::Reporter => self.unit_contact_reporter(),
            Column::Backup => self.unit_contact_backup(),
            Column::Head => self.unit_contact_head(),
            _ => self.unit_contact_post(),
        }
    }

    /// Says why an import cannot be undone, and what to do.
    pub fn no_undo(self, why: NoUndo) -> &'static str {
        match why {
            NoUndo::Undone => self.no_undo_undone(),
            NoUndo::TooLate => self.no_undo_late(),
            NoUndo::InUse(_) => self.no_undo_in_use(),
            NoUndo::Changed(_) => self.no_undo_changed(),
        }
    }
}
