//! Knows the words of the layout and of the ways in: password, one-time link, slip.

use super::{Lang, messages};

messages! {
    skip_to_content: "跳到正文", "Skip to the content";
    sign_out: "退出", "Sign out";
    navigation: "导航", "Navigation";
    first_page: "返回首页", "Back to the first page";
    plain_http_warning: "本页面未加密传输，仅限在可信内网使用。",
        "This page is sent without encryption; use it only on a trusted network.";
    mark_explained(mark): "{mark}环境：数据不是真实情况", "{mark}: nothing here is real";
    footer_phone: "值班电话", "Duty phone";

    way_desk: "报送", "Report";
    way_board: "值班看板", "Duty board";
    way_alerts: "紧急信息", "Urgent reports";
    way_outbox: "发件箱", "Outbox";

    kept_title: "请登录，您填写的内容已保留", "Please sign in; what you typed is kept";
    kept_again: "这一步需要您在十分钟内登录过，所以还没有办理。", "This needs a sign-in of the last ten minutes, so it is not done yet.";
    kept_over: "您的登录已结束，所以还没有提交。", "You are no longer signed in, so it is not sent yet.";
    kept_first: "① 先登录，登录页会在新标签页打开，本页请不要关闭。", "1. Sign in first. It opens in a new tab; do not close this page.";
    kept_sign_in: "去登录", "Sign in";
    kept_then: "② 登录后回到本页继续提交，不用重新填写。", "2. Then come back here and send it; nothing needs to be typed again.";
    kept_send: "继续提交", "Send it now";
    kept_done: "已登录", "You are signed in";
    kept_back: "请关闭本页，回到刚才的页面，点“继续提交”。", "Close this page, go back to the one before, and press \"Send it now\".";
    signin_title: "登录", "Sign in";
    signin_lead: "值班人员和管理员用账号登录。", "For duty officers, leaders and administrators.";
    signin_login: "账号", "Name";
    signin_password: "密码", "Password";
    signin_button: "登录", "Sign in";
    signin_no_password: "没有密码或忘记密码？", "No password, or forgotten?";
    signin_no_password_hint: "请管理员为您生成一次性登录链接，打开链接即可登录。",
        "Ask your administrator for a one-time sign-in link; it signs you in without a password.";
    signin_workstation: "村（社区）和单位的工作站", "The workstation of a village or a unit";
    signin_workstation_hint: "不需要账号。请扫描开通单上的二维码，或输入开通码。",
        "It needs no account. Scan the code on your slip, or type it.";
    signin_slip: "输入开通码", "Type the code of a slip";
    signin_again: "这项操作需要再次确认身份，请重新登录。", "This act needs a fresh sign-in; please sign in again.";

    link_title: "一次性登录", "One-time sign-in";
    link_lead(post): "您将以“{post}”的身份登录。", "You will be signed in as {post}.";
    link_once: "此链接只能使用一次。", "This link works once.";
    link_button: "登录", "Sign in";
    link_gone_title: "链接已失效", "This link no longer works";

    slip_title: "开通工作站", "Set up this workstation";
    slip_lead: "请输入开通单上的 16 位开通码。开通后，这台电脑或手机打开本页即可报送，不用再登录。",
        "Type the 16 characters from your slip. Afterwards this computer or phone opens signed in.";
    slip_code: "开通码", "Code";
    slip_code_hint: "大小写、空格和横线都不影响。", "Small letters, spaces and dashes do not matter.";
    slip_button: "开通", "Set up";
    slip_bound: "这台工作站已开通，现在报送的单位：", "This workstation is set up. It reports for:";
    slip_also: "同时为新单位报送", "Report for the new unit too";
    slip_also_hint: "原来的单位照常在这里报送，每次打开先选单位。", "Those units still report here; you choose one when you open the page.";
    slip_instead: "改为只报新单位", "Report for the new unit only";
    slip_instead_hint: "原来的单位从此不能在这里报送，要另领开通单。", "Those units can no longer report here and need a new slip.";
    slip_choose: "请选择：原来的单位是否还在这台工作站上报送。", "Please choose whether the units from before still report here.";
    slip_to_desk: "去报送", "Go and report";
    slip_wrong: "开通码不对、已用过或已过期。请核对；仍不行请打电话给值班室，领取新的开通单。",
        "This code is wrong, used or expired. Please check it, or phone the duty office for a new slip.";
    /// How a bound workstation is named.
    slip_device: "工作站", "Workstation";
}

impl Lang {
    /// Names the language in itself, as the switch to it must.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }

    /// Gives the other language.
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }
}
