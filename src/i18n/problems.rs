//! Knows what to tell a person whose request was not accepted: what to do next, without codes.

use super::messages;

messages! {
    problem_title: "未能完成", "That did not work";
    problem_summary(n): "有 {n} 处需要修改：", "There is {n} thing to correct:" | "There are {n} things to correct:";

    // Of a check-in.
    problem_not_open_yet(opens): "本场次 {opens} 开始接收，请届时再报。有紧急情况请立即打电话。",
        "This round opens at {opens}; please report then. In an emergency, phone at once.";
    problem_closed(closes): "本场次已于 {closes} 截止。请打电话给值班室，由值班员补录。",
        "This round closed at {closes}. Please phone the duty office; the officer can still record it.";
    problem_reason_needed: "请填写更正原因，例如：核实后确认无人受伤。",
        "Please give the reason for the correction, for example: checked again, nobody is hurt.";
    problem_other_content: "同一编号已报送过不同内容。要更正，请用新的编号再报一次。",
        "Something else was already sent under this number. To correct it, send again under a new one.";
    problem_unknown_obligation: "这一场次不需要本单位报送。请返回首页，按页面上的场次报送。",
        "Your unit owes no report here. Please go back and use the round shown on the page.";
    problem_other_unit: "这份报送属于其他单位。请用本单位的页面报送。",
        "This report belongs to another unit. Please use your own unit's page.";

    problem_caller_needed: "请填写来电人的岗位和来电时间。",
        "Please give the post of the caller and the time of the call.";
    problem_nothing_owed: "现在没有需要报平安的场次。有情况请填写情况报告。",
        "No report is owed just now. If something happened, please use the incident form.";
    problem_incident_closed: "这起事件已经办结。有新情况请打电话给值班室重新打开，或另报一起。",
        "This incident is closed. If it goes on, phone the duty office to reopen it, or report a new one.";
    problem_unknown_incident: "没有找到这起事件。请从首页重新进入。",
        "There is no such incident. Please start again from the first page.";

    // Of a field.
    problem_place_needed: "请填写地点，例如：××村三组。", "Please give the place, for example: group 3 of the village.";
    problem_class_needed: "请选择情况类别。", "Please choose the class of the incident.";
    problem_field_needed(field): "请填写{field}。", "Please fill in: {field}.";
    problem_choice_needed(field): "请从列表中选择{field}。", "Please choose from the list: {field}.";
    problem_too_long(field, has, most): "{field}有 {has} 个字，请缩短到 {most} 个字以内。",
        "{field} has {has} characters; please keep it to {most}.";
    problem_longer(field, most): "{field}请缩短到 {most} 个字以内。", "{field}: please keep it to {most} characters.";
    problem_number(field): "{field}请填写整数，例如 0；不清楚可以留空。",
        "{field}: please write a whole number such as 0, or leave it empty if it is not known.";
    problem_too_many(field, most): "{field}超过了 {most}，请核对。", "{field} is more than {most}; please check it.";
    problem_in_future(field): "{field}晚于现在，请核对。", "{field}: that is still to come; please check it.";
    problem_long_ago(field): "{field}太早了，请核对年份。", "{field}: that is too long ago; please check the year.";
    problem_learned_first: "获知时间早于发生时间，请核对这两项。",
        "It became known before it happened; please check both times.";
    problem_all_clear_or_incident: "请选择“无情况”或“有情况”。", "Please choose \"all clear\" or \"incident\".";
    problem_time(example): "请按 {example} 的样子填写时间。", "Please write the time like {example}.";
    problem_repeated(field): "“{field}”出现了两次，请只填一次。", "\"{field}\" was given twice; please give it once.";
    problem_unknown_field(field): "不认识“{field}”这一项，请删去。",
        "There is no field \"{field}\"; please remove it.";

    // Of the door.
    problem_sign_in: "请先登录。村（社区）工作站请扫描开通单上的二维码。",
        "Please sign in. On a village workstation, use the code on your slip.";
    problem_wrong_sign_in: "账号或密码不对，请再试一次；忘记密码请找系统管理员。",
        "The name or the password is not right. Try again, or ask your administrator for a new link.";
    problem_link_used: "这个链接已经用过或已过期，请向管理员要一个新的。",
        "This link was used already or has expired; please ask the administrator for a new one.";
    problem_wait(span): "尝试次数太多，请 {span}后再试。", "Too many tries; please wait {span}.";
    problem_denied: "您的账号没有这项权限。需要时请联系系统管理员。",
        "Your account may not do this. Please ask the administrator if you need it.";
    problem_not_found: "没有找到这一页。请从首页重新进入。", "There is no such page. Please start again from the first page.";
    problem_not_theirs: "这里现在不为这个单位报送。请回首页选择单位；有疑问请打电话给值班室。",
        "Nobody reports for that unit here. Please choose a unit on the first page, or phone the duty office.";
    problem_stale_form: "页面已过期，请刷新后再提交一次。", "This page has expired; please reload it and send again.";
    problem_other_site: "提交不是从本系统的页面发出的。请打开本系统的页面再提交。",
        "This was not sent from a page of this service. Please open its page and send again.";
    problem_method: "这个地址不接受这种操作，请返回页面重试。", "That cannot be done here; please go back to the page.";
    problem_too_large(limit): "内容太大，请控制在 {limit} 以内。", "That is too large; please keep it under {limit}.";
    problem_too_slow: "没有收完您的内容，请再提交一次（不会重复）。",
        "Your report did not arrive completely; please send it again (it will not count twice).";
    problem_unreadable: "没能读懂提交的内容，请返回页面重新填写。",
        "What was sent could not be read; please go back to the page and fill it in again.";
    problem_media(expected): "请用 {expected} 格式发送。", "Please send it as {expected}.";

    // Of the service.
    problem_busy: "系统正忙，未确认收到。请稍后再点一次（不会重复）。",
        "The service is busy and did not take it. Please press again in a moment (it will not count twice).";
    problem_ours: "系统出了问题，未确认收到。请再试一次；仍不行请打电话给值班室。",
        "Something went wrong on our side and nothing was confirmed. Try again, or phone the duty office.";

    // Of a text that was kept all the same.
    notice_id_masked: "文字中的身份证号已自动隐去，报送已正常接收。",
        "An identity number in the text was masked; the report was taken.";
    notice_old_id_seen: "文字中像是有旧式身份证号。如非必要，请更正时删去。",
        "The text seems to hold an old identity number. Unless it is needed, please leave it out when you amend.";
    notice_card_seen: "文字中像是有银行卡号。如非必要，请更正时删去。",
        "The text seems to hold a bank card number. Unless it is needed, please leave it out when you amend.";
    notice_phone_seen: "文字中像是有手机号码。如非必要，请更正时删去。",
        "The text seems to hold a mobile number. Unless it is needed, please leave it out when you amend.";
}
