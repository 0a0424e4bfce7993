//! Knows the terms of the field, as every page and letter uses them.

use super::messages;

messages! {
    app_name: "每日零报告", "Daily zero report";
    demo_mark: "演示", "Demo";
    drill_mark: "演练", "Drill";
    drill_explained: "这是演练，不是真实情况，数据不计入统计。", "This is a drill. It is not real, and its data never count.";

    /// Which lines of a long list are shown.
    leaf_words(first, last, all): "第 {first}–{last} 个，共 {all} 个", "{first}–{last} of {all}";
    leaf_before: "上一页", "Previous";
    leaf_after: "下一页", "Next";

    term_unit: "单位", "Unit";
    term_round: "场次", "Round";
    term_deadline: "截止时间", "Due";
    term_expected: "应报", "Expected";
    term_reported: "已报", "Reported";
    term_all_clear: "零报告", "All clear";
    term_incident: "有情况", "Incident";
    term_not_reported: "未报", "Not reported";
    term_receipt: "回执", "Receipt";
    term_urgent: "紧急", "Urgent";
    term_duty_phone: "值班电话", "Duty phone";
    term_completeness: "报送率", "Completeness";
    term_timeliness: "及时率", "Timeliness";

    kind_nation: "全国", "Nation";
    kind_province: "省", "Province";
    kind_prefecture: "市", "Prefecture";
    kind_county: "县", "County";
    kind_township: "乡镇（街道）", "Township";
    kind_village: "村", "Village";
    kind_community: "社区", "Community";
    kind_department: "部门", "Department";
    kind_enterprise: "企业", "Enterprise";

    /// Not open yet.
    standing_upcoming: "未开始", "Upcoming";
    /// Open, and nothing received.
    standing_open: "待报", "Open";
    /// Due and grace passed, nothing received.
    standing_overdue: "逾期", "Overdue";
    /// Closed, and nothing received.
    standing_missing: "缺报", "Missing";
    /// Received in time.
    standing_on_time: "已报", "On time";
    /// Received after due and grace.
    standing_late: "迟报", "Late";
    /// Need not report.
    standing_excused: "免报", "Excused";

    /// The highest of the four levels of a period.
    level_i: "Ⅰ级", "Level I";
    level_ii: "Ⅱ级", "Level II";
    level_iii: "Ⅲ级", "Level III";
    level_iv: "Ⅳ级", "Level IV";

    /// Warning colour red.
    severity_i: "特别重大（Ⅰ级）", "Exceptional (I)";
    /// Warning colour orange.
    severity_ii: "重大（Ⅱ级）", "Major (II)";
    /// Warning colour yellow.
    severity_iii: "较大（Ⅲ级）", "Serious (III)";
    /// Warning colour blue.
    severity_iv: "一般（Ⅳ级）", "Ordinary (IV)";
    severity_not_graded: "未定级", "Not graded";

    provenance_own: "本单位报送", "Own report";
    provenance_proxy: "代报", "Reported on its behalf";
    provenance_phone: "电话报送", "Reported by phone";
    provenance_offline: "离线补传", "Sent after being offline";

    role_reporter: "报送员", "Reporter";
    role_head: "负责人", "Head";
    role_duty_officer: "值班员", "Duty officer";
    role_leader: "带班领导", "Leader";
    role_system_administrator: "系统管理员", "System administrator";
    role_security_administrator: "安全管理员", "Security administrator";
    role_auditor: "审计员", "Auditor";

    letter_reminder: "报送提醒", "Reminder";
    letter_overdue: "逾期催报", "Overdue";
    letter_escalated: "升级催报", "Escalated";
    letter_urgent: "紧急信息", "Urgent";
    letter_follow_up: "续报通知", "Follow-up";
    letter_bulletin: "日报", "Daily bulletin";
    letter_account: "账号通知", "Account";

    group_natural_disaster: "自然灾害", "Natural disaster";
    group_accident: "事故灾难", "Accident";
    group_public_health: "公共卫生", "Public health";
    group_public_order: "社会安全与矛盾纠纷", "Public order and disputes";

    field_class: "情况类别", "Class of incident";
    field_severity: "级别", "Severity";
    field_place: "地点", "Place";
    field_what: "情况", "What happened";
    field_measures: "已采取措施", "Measures taken";
    field_source: "信息来源", "Source";
    field_cause: "原因", "Cause";
    field_trend: "发展趋势", "Trend";
    field_requested: "请求支援事项", "Help requested";
    field_call_back: "回电岗位", "Post to call back";
    field_evacuated: "转移人数", "Evacuated";
    field_houses: "受损房屋（间）", "Houses damaged";
    field_loss: "直接损失（万元）", "Loss (10,000 yuan)";
    field_urgent: "紧急", "Urgent";
    field_dead: "死亡人数", "Dead";
    field_injured: "受伤人数", "Injured";
    field_missing: "失踪人数", "Missing";
    field_occurred: "发生时间", "When it happened";
    field_learned: "获知时间", "When it became known";
    field_claimed: "填报时间", "When it was filled in";
    field_reason: "原因", "Reason";
    field_caller_post: "来电人岗位", "Post of the caller";
    field_called_at: "来电时间", "Time of the call";

    days_every: "每天", "Every day";
    days_workdays: "工作日", "Workdays";
    days_holidays: "节假日", "Holidays";

    no: "否", "No";
    none: "无", "None";
    unknown: "不详", "Unknown";
}
