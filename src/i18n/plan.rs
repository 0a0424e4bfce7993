//! Knows the words of plans: what to do when something happens, and how the administrator writes it.

use super::messages;
use crate::domain::language::Lang;
use crate::domain::plan::{LONG, PlanError, STEP, STEPS};

impl Lang {
    /// Says why a text is no plan, and what to do.
    pub fn plan_error(self, error: PlanError) -> String {
        match error {
            PlanError::Long => self.plan_problem_long(LONG),
            PlanError::Steps => self.plan_problem_steps(STEPS),
            PlanError::Step(n) => self.plan_problem_step(n, STEP),
            PlanError::Within(n) => self.plan_problem_within(n, "[30m]", "[2h]", "[15d]"),
            PlanError::Differ => self.plan_problem_differ().to_owned(),
        }
    }
}

messages! {
    plans_title: "应急预案", "Plans";
    plans_lead: "事件报送页和事件页按情况类别和等级显示最贴近的一份；每次修改都留版本。程序自带的请按本地预案修改。",
        "The forms and pages of incidents show the closest one by class and severity; every version is kept. Please adapt those that came with the program to your own.";
    plans_none: "还没有预案。", "There is no plan yet.";
    plan_title: "应急预案要点", "What to do";
    plan_new: "新增预案", "New plan";
    plan_edit: "修改预案", "Change the plan";
    plan_for: "适用于", "For";
    plan_steps: "步骤", "Steps";
    plan_version_col: "版本", "Version";
    plan_every_class: "所有类别", "Every class";
    plan_every_severity: "所有等级", "Every severity";
    plan_version(n, by, at): "第 {n} 版，{by}，{at}", "version {n}, {by}, {at}";
    plan_shipped(n): "第 {n} 版（程序自带）", "version {n} (came with the program)";
    plan_withdrawn: "已停用", "Withdrawn";
    plan_is_withdrawn: "这份预案已停用。", "This plan is withdrawn.";
    plan_earlier: "以前的版本", "Earlier versions";
    plan_within(span): "{span}内", "within {span}";
    plan_until(time): "{time} 前", "by {time}";
    plan_tick: "完成", "Done";
    plan_undo: "撤销", "Undo";
    plan_done_by(by, time): "{by} {time}", "{by}, {time}";
    plan_look: "查看应急预案要点", "Show what to do";
    plan_how(minutes, hours, days): "先写几句要点；每个步骤单独一行，以 - 开头。有时限的在前面写 {minutes}（分钟）、{hours}（小时）、{days}（天），从首报算起。不写任何人的姓名。",
        "A few words first; then each step on a line of its own that begins with -. A step with a limit says {minutes}, {hours} or {days} in front, from the first report. No person is named.";
    plan_example(minutes): "先转移人，后抢财物。\n- {minutes} 通知低洼处住户转移\n- 封闭过水道路", "People first, property later.\n- {minutes} Tell homes in low places to leave\n- Close roads under water";
    plan_zh: "中文", "Chinese";
    plan_en: "英文", "English";
    plan_withdraw_hint: "全部清空后保存即停用这份预案。", "Saved empty, the plan is withdrawn.";
    plan_save: "保存为新版本", "Save as a new version";
    plan_changed_meanwhile: "这份预案刚被别人改过，请返回列表查看后再改。", "Somebody has just changed this plan; look at it again first.";
    notice_plan_changed: "预案已保存。", "The plan is saved.";
    plan_problem_long(most): "预案最多 {most} 字，请精简。", "A plan has {most} characters at most; shorten it.";
    plan_problem_steps(most): "步骤最多 {most} 条，请合并。", "A plan has {most} steps at most.";
    plan_problem_step(n, most): "第 {n} 步是空的，或超过 {most} 字。", "Step {n} is empty or has more than {most} characters.";
    plan_problem_within(n, minutes, hours, days): "第 {n} 步的时限看不懂，请写成 {minutes}、{hours} 或 {days}。", "The limit of step {n} is written {minutes}, {hours} or {days}.";
    plan_problem_differ: "中英文的步骤数和时限要一致；只写中文也可以。", "Both languages have the same steps with the same limits; the English may be left out, the Chinese may not.";
    story_step_done(by, words): "{by} 完成：{words}", "{by} did: {words}";
    story_step_undone(by, words): "{by} 撤销完成：{words}", "{by} takes back: {words}";
}
