//! Knows the words of a village's desk: one question, one button, one receipt.

use super::messages;

messages! {
    desk_title: "今日报送", "Today's report";
    desk_bound: "本设备已开通，以后打开就能报送，不用密码。", "This device is set up. From now on it opens ready to report, without a password.";
    desk_server_time: "服务器时间", "Server time";
    desk_due(time): "截止 {time}", "Due {time}";
    desk_yesterday: "昨天的场次", "of yesterday";
    desk_basis(period, basis): "{period}（{basis}）", "{period} ({basis})";
    desk_all_clear: "今日无情况，一键上报", "All clear today: report now";
    desk_all_clear_late: "无情况，立即补报", "All clear: report now, late";
    desk_still_urgent(time, class): "本单位 {time} 报送过紧急情况（{class}），仍未结束；报平安不会结束该事件。",
        "Your unit sent an urgent report at {time} ({class}), and the incident is still open; an all clear does not close it.";
    desk_incident: "有情况要报告", "Something happened";
    desk_phone_first: "紧急情况请先打电话", "In an emergency, phone first";
    desk_phone_missing: "紧急情况请先打值班室电话", "In an emergency, phone the duty office first";
    desk_unanswered(number, time): "{time} 的紧急信息（回执 {number}）还没有人签收，请打电话给值班室：",
        "Nobody has acknowledged the urgent report of {time} (receipt {number}) yet. Please phone the duty office:";
    desk_sending: "正在提交……", "Sending…";
    desk_unconfirmed: "未确认收到，请再点一次（不会重复）。", "No answer yet. Press again; it will not count twice.";
    desk_nothing: "现在没有需要报送的场次。", "No report is due now.";
    desk_next(label, opens, due): "下一场次：{label}，{opens} 开始，{due} 截止。",
        "Next: {label}, opens {opens}, due {due}.";
    desk_next_none: "未来三天没有安排场次。", "No round is planned for the next three days.";
    desk_nothing_incident: "没有场次时，有情况也可以随时报告。", "Whatever happens can be reported at any time.";
    desk_asked(n): "本月共要求报送 {n} 次。", "Asked {n} time this month." | "Asked {n} times this month.";
    desk_units: "换一个单位", "Another unit";
    desk_excused: "本场次已免报，不用报送。有情况仍可报告。", "Excused: no report is needed. You can still report an incident.";
    desk_missed: "本场次已关闭，没有收到报送。请打电话给值班室补录。",
        "This round has closed without a report. Please phone the duty office.";
    desk_drill: "演练，不计入统计", "Drill: does not count";

    day_title: "请选择报送哪一天", "Which day is this for?";
    day_lead(then, now): "这个页面是 {then}打开的，现在已是 {now}。", "This page was opened on {then}; now it is {now}.";
    day_yesterday(label, day): "补报昨天：{label}（{day}）", "For yesterday: {label} ({day})";
    day_today(label, day): "报今天：{label}（{day}）", "For today: {label} ({day})";
    day_closed(label): "昨天的{label}已关闭，如需补录请打电话给值班室。",
        "Yesterday's {label} has closed; phone the duty office if it must still be recorded.";
    day_none_today: "今天还没有开始的场次。", "No round of today has opened yet.";
    day_back: "不报，返回", "Neither; go back";

    retry_title: "未确认收到", "Not confirmed";
    retry_lead: "系统正忙，没有确认收到您的报送。请再点一次，不会重复。",
        "The service is busy and did not confirm your report. Press again; it will not count twice.";
    retry_button: "再点一次", "Press again";

    unsent_title: "尚未送达", "Not delivered yet";
    unsent_lead: "没有连上服务器。报送已保存在本机，恢复连接后自动发送。看到回执才算送达，请不要关闭本页。",
        "There is no connection. The report is kept on this device and goes out by itself once the link is back. Only a receipt proves that it arrived; keep this page open.";
    unsent_again: "现在再试", "Try now";
    unsent_waits: "尚未送达", "Not delivered yet";
    unsent_phone: "未送达——请立即打电话！", "Not delivered: phone now!";
    unsent_asks: "没有被接收，需要您处理", "Not accepted; please look at it";
    unsent_look: "查看并提交", "Look and send";
    unsent_drop: "不再发送", "Do not send";
    unsent_written(time): "填报于 {time}", "written at {time}";
    unsent_sent: "已送达，回执", "Delivered, receipt";
    unsent_kept(time): "没有连接：这是 {time} 保存的页面。现在可以填报，恢复连接后自动发送；紧急情况请打电话。",
        "No connection: this page was kept at {time}. You can report; it goes out once the link is back. In an emergency, phone.";
    unsent_over: "这个页面是以前保存的，不能用来报今天。请在恢复连接后报送，或打电话给值班室。",
        "This page is of an earlier day and cannot answer for today. Report once the link is back, or phone the duty office.";

    which_title: "为哪个单位报送？", "For which unit?";
    which_lead: "这里可以为几个单位报送，请选择。", "You report for several units here; please choose.";

    history_title: "近 30 天", "The last 30 days";
    history_sum(n, on_time, late, missing): "应报 {n} 场：按时 {on_time}，迟报 {late}，缺报 {missing}。",
        "Owed {n}: on time {on_time}, late {late}, missing {missing}.";

    receipt_title: "回执", "Receipt";
    receipt_got: "已收到", "Received";
    receipt_number: "回执号", "Receipt number";
    receipt_at: "收到时间", "Received at";
    receipt_day: "报送日", "For";
    receipt_all_clear: "无情况（零报告）", "All clear";
    receipt_incident: "有情况", "Incident";
    receipt_roll_up: "汇总", "Roll-up";
    receipt_next_done: "本场次已完成，可以关闭本页。", "This round is done; you may close the page.";
    receipt_next_late: "已按迟报记录，本场次已完成。", "It is kept as late; this round is done.";
    receipt_next_incident: "已列入值班室的看板。情况有变化时，请点“更正或补充”。",
        "It stands on the duty office's board. When something changes, press \"Correct or add\".";
    receipt_next_beside: "已列入值班室的看板。情况有变化时，请回首页点“续报”。这份报告不代替下一场次的报送。",
        "It stands on the duty office's board. When something changes, follow it up from the desk. It does not count for the next round.";
    receipt_next_final: "已报到值班室，事件办结。", "It has gone to the duty office; the incident is closed.";
    receipt_next_awaiting: "已收到更正，待值班室确认；确认前仍按“有情况”处理。",
        "The correction waits for the duty office; until then the incident stands.";
    receipt_next_refused: "值班室没有同意改为无情况，原来的报告有效。",
        "The duty office did not agree; the earlier report stands.";
    receipt_same: "这份报送之前已经收到，没有重复记录。", "This had been received before; it was not counted twice.";
    receipt_already(by, time): "{by}已于 {time} 报送过相同内容，没有重复记录。",
        "{by} reported the same at {time}; it was not counted twice.";
    receipt_already_unknown: "相同内容之前已经报送，没有重复记录。", "The same was reported before; it was not counted twice.";
    receipt_amend: "更正", "Correct";
    receipt_amend_incident: "更正或补充", "Correct or add";
    receipt_amend_until(time): "{time} 前更正不用写原因", "no reason needed until {time}";
    receipt_amend_reason: "更正需要写明原因", "a correction needs a reason";
    receipt_earlier(number): "替代先前的回执 {number}", "Replaces receipt {number}";
    receipt_back: "返回首页", "Back to the desk";
    receipt_seal: "校验码", "Seal";
    receipt_drill: "演练，不计入统计", "Drill: does not count";

    reach_title: "领导通知情况", "Whom it reached";
    reach_sending: "正在通知值班领导和值班员。请同时打电话。", "Leaders and officers on duty are being told. Please phone as well.";
    reach_acknowledged(by, time): "{by} {time} 已签收", "{by} has it since {time}";
    reach_remark(by, time, remark): "{by} {time} 已签收：{remark}", "{by} has it since {time}: {remark}";
    reach_failed: "邮件还没有送出，请立即打电话给值班室！", "No letter has left yet. Phone the duty office now!";
    reach_nobody: "没有可通知的领导邮箱，请立即打电话给值班室！", "There is no leader's address to write to. Phone the duty office now!";
    reach_unanswered: "多次通知无人签收，请立即打电话给值班室！", "Nobody has answered. Phone the duty office now!";
    reach_refreshes: "本页会自动刷新。", "This page refreshes by itself.";
    reach_office: "值班室", "The duty office";

    incident_title: "报告情况", "Report an incident";
    incident_amend_title: "更正或补充情况", "Correct or add";
    incident_lead: "先报后补：填好类别和地点就可以发送，其余可以稍后补充。",
        "Send first, complete later: a class and a place are enough.";
    incident_for(label, day): "本次报告同时完成{label}（{day}）。", "This also answers {label} of {day}.";
    incident_beside: "这份报告不属于任何场次，不代替下一场次的报送。",
        "This report belongs to no round and does not stand in for the next one.";
    incident_prefilled: "已按刚才的报告填好，请核对后发送。", "Filled in from your last report; check it and send.";
    incident_class: "情况类别", "What kind";
    incident_choose: "请选择", "Please choose";
    incident_time: "发生时间", "When";
    incident_place: "地点", "Where";
    incident_place_hint: "例如：××村三组", "for example: group 3 of the village";
    incident_what: "情况", "What happened";
    incident_what_hint: "最多 500 字。不要写身份证号和个人手机号。", "At most 500 characters. No identity numbers, no private phones.";
    incident_left(n): "还可写 {n} 字", "{n} left";
    incident_counts: "伤亡人数", "Casualties";
    incident_counts_hint: "不清楚就留空，不要填 0。", "Leave empty what is not known; it is not zero.";
    incident_unknown: "不清楚", "unknown";
    incident_dead: "死亡", "Dead";
    incident_injured: "受伤", "Injured";
    incident_missing: "失踪", "Missing";
    incident_measures: "已采取措施", "Measures taken";
    incident_optional: "可稍后补充", "may follow later";
    incident_urgency: "是否紧急", "How urgent";
    incident_urgent_list: "按情况类别和等级判断", "By its class and severity";
    incident_urgent_no: "不紧急，不必立即报告领导", "Not urgent: leaders need not be told at once";
    incident_urgent: "紧急，立即报告领导", "Urgent: tell the leaders at once";
    incident_urgent_hint: "紧急的，值班领导和值班员会立即收到邮件。请同时打电话。",
        "Leaders and officers on duty get a letter about an urgent report at once. Please phone as well.";
    incident_replaces_clear: "您之前报的是“无情况”。改报有情况，提交后一律立即报告领导；请同时打电话。",
        "You had reported all clear. Whatever you report now goes to the leaders at once; please phone as well.";
    incident_urgent_proposed: "这类情况属紧急，提交后立即报告领导；确实不紧急的，请选“不紧急”。",
        "This is urgent by its class or severity: leaders are told at once. If it is not urgent, choose “Not urgent”.";
    incident_reason: "更正原因", "Reason for the correction";
    incident_reason_hint: "例如：核实后确认无人受伤", "for example: checked again, nobody is hurt";
    incident_send: "发送", "Send";
    incident_cancel: "返回", "Back";
    incident_take_back: "核实后没有情况？", "Nothing happened after all?";
    incident_take_back_lead: "改为无情况要写明原因，并由值班室确认。", "Taking it back needs a reason and the agreement of the duty office.";
    incident_take_back_button: "改为无情况", "Take it back";
}
