//! Knows the words for what is held of persons and for what is past its time.

use super::messages;
use crate::domain::language::Lang;
use crate::domain::privacy::Class;

messages! {
    retention_texts: "报送正文、理由和备注", "Texts of reports, reasons, notes";
    retention_mails: "已发邮件的密封原文", "Sealed bytes of mails";
    retention_letters: "邮件的收件地址和服务器应答", "Addresses of letters, words of mail servers";
    retention_access: "已结束的登录、链接、开通单和失败记录", "Ended sessions, links, slips, failures at doors";
    retention_for_ever(what): "{what}：永久保留", "{what}: kept for ever";
    retention_would_go(what, before, n): "{what}：{before} 以前的 {n} 项将被清除", "{what}: {n} before {before} would go";
    retention_gone(what, before, n): "{what}：{before} 以前的 {n} 项已清除", "{what}: {n} before {before} are gone";
    retention_stays: "统计、时间、回执、签章和审计日志保留。", "Counts, times, receipts, seals and the audit log stay.";

    privacy_lead: "数据库中的个人信息仅限账号和值班联系方式，以及人员填写的文字：",
        "Of persons the database holds accounts and duty contacts only, and what people typed:";
    privacy_accounts(n): "账号 {n} 个（以岗位命名）", "{n} account, named by its post" | "{n} accounts, named by their posts";
    privacy_contacts(n): "值班邮箱 {n} 个", "{n} address of a duty contact" | "{n} addresses of duty contacts";
    privacy_phones(n): "值班电话 {n} 个", "{n} phone of a duty post" | "{n} phones of duty posts";
    privacy_texts(n): "带文字的报送 {n} 份（身份证号在入库前已隐去）", "{n} report with texts, ID numbers masked before storage" | "{n} reports with texts, ID numbers masked before storage";
    privacy_letters(n): "带收件地址的邮件 {n} 封", "{n} letter with its address" | "{n} letters with their addresses";
    privacy_columns: "可能涉及个人的字段：", "Columns that may tell of a person:";
    privacy_contact: "联系方式或岗位名称", "a contact or the name of a post";
    privacy_text: "人员填写的文字（已筛查）", "what somebody typed, screened";
    privacy_trace: "谁在何处做了什么", "who did something, or from where";
    privacy_kept(span): "保留 {span}", "kept {span}";
    privacy_for_ever: "永久保留", "kept for ever";
    privacy_with_its_row: "随所属记录保留", "kept with what it belongs to";
    privacy_proved(tables, columns): "已逐一核对数据库的 {tables} 张表、{columns} 个文本字段：全部归类，没有居民、患者等被报对象的登记。",
        "All {tables} tables and {columns} columns of texts of this database are classified; there is no register of residents, patients or anybody reported on.";
    privacy_unknown(name): "没有归类：{name}", "Not classified: {name}";
    privacy_gone(name): "数据库中没有：{name}", "Not in the database: {name}";
}

impl Lang {
    /// Names a class of what is kept for a time.
    pub fn retention_class(self, class: Class) -> &'static str {
        match class {
            Class::Texts => self.retention_texts(),
            Class::Mails => self.retention_mails(),
            Class::Letters => self.retention_letters(),
            Class::Access => self.retention_access(),
        }
    }
}
