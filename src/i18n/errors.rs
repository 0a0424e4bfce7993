//! Knows the headings of pages that say why something did not work, and what is wrong with a field.

use super::messages;

messages! {
    error_title_401: "请先登录", "Please sign in";
    error_title_403: "没有权限", "Not allowed";
    error_title_404: "没有这一页", "No such page";
    error_title_405: "请返回页面操作", "Please go back to the page";
    error_title_408: "没有收完", "It did not arrive completely";
    error_title_413: "内容太大", "Too large";
    error_title_429: "请稍候", "Please wait a moment";
    error_title_500: "系统出了问题", "Something went wrong on our side";
    error_title_503: "系统正忙", "The service is busy";

    error_already: "情况已有变化，可能已经有人处理。请刷新页面查看。",
        "Something has changed, perhaps somebody did it already. Please reload the page.";
    error_field_empty: "请填写这一项。", "Please fill this in.";
    error_field_too_long(n): "请缩短到 {n} 个字以内。", "Please shorten it to {n} character." | "Please shorten it to {n} characters.";
    error_field_unknown: "请从列表中选择。", "Please choose from the list.";
    error_roles_apart: "系统管理员、安全管理员、审计员中，一个账号只能担任一个。",
        "One account holds at most one of system administrator, security administrator and auditor.";
    error_field_too_early: "时间太早，请核对。", "That is too early; please check it.";
    error_field_too_late: "时间太晚，请核对。", "That is too late; please check it.";
    error_field_unreadable: "没能读懂这一项，请重新填写。", "This could not be read; please fill it in again.";
}
