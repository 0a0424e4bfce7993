//! Knows the words of the page that takes personal data out of a report.

use super::messages;

messages! {
    redact_title: "隐去报送中的个人信息", "Take personal data out of a report";
    redact_lead: "隐去后无法恢复；统计、回执和签章不受影响。日志只记录隐去了哪一项，不记录内容。以前的备份中仍有原文。",
        "What is hidden cannot be brought back; counts, receipt and seal still hold. The audit says which text, not what. Earlier backups still hold it.";
    redact_words: "要隐去的词（每行一个）", "Words to hide (one a line)";
    redact_words_hint: "出现在下面各项，以及关于这份报送的备注、理由和批示中的，都会换成 ■■■。", "Wherever they stand below, or in notes, reasons and remarks about this report, they are replaced by ■■■.";
    redact_whole: "或隐去整项", "Or hide a whole text";
    redact_reason_hint: "不要在这里重复被隐去的内容。", "Do not repeat here what is hidden.";
    redact_button: "隐去", "Hide for good";
    redact_nothing: "没有找到要隐去的词，也没有选择整项。", "None of these words was found, and no text was chosen.";
    redact_no_texts: "这份报送本身没有文字。", "The report itself has no texts.";
    redact_is_done: "已隐去。", "It is hidden.";
    redact_done_by(time, post, reason): "{time} 由{post}隐去：{reason}", "Hidden {time} by {post}: {reason}";
    redact_link: "隐去个人信息", "Hide personal data";
}
