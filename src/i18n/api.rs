//! Knows what the API tells the people who write programs against it.

use super::messages;

messages! {
    api_title_unreadable: "请求无法读懂", "The request could not be read";
    api_title_invalid: "有内容需要修改", "Something has to be mended";
    api_title_refused: "报送未被接收", "The report was not taken";
    api_title_token: "需要令牌", "A token is needed";
    api_title_media: "格式不对", "Another format is needed";

    api_unreadable: "请求体应为一个 JSON 对象（UTF-8）。", "The body must be one JSON object in UTF-8.";
    api_token: "请在 Authorization 头中以 Bearer 方式提交有效的令牌。",
        "Send a valid token in the header Authorization, as Bearer.";
    api_mend: "请按 errors 中的说明修改后重新提交。", "Please mend what errors names, and send it again.";
    api_not_found: "没有这一项，或者令牌无权查看。", "There is no such thing, or none that this token may see.";
    api_denied: "这个令牌没有这项权限。", "This token may not do this.";
    api_method: "这个地址不接受这种方法。", "This address does not take that method.";
    api_busy: "系统正忙，未确认收到。请按 Retry-After 稍后用同一 UUID 重发（不会重复）。",
        "The service is busy and confirmed nothing. Send it again with the same UUID after Retry-After (it will not count twice).";
    api_ours: "系统出了问题，未确认收到。请用同一 UUID 重发（不会重复）。",
        "Something went wrong on our side and nothing was confirmed. Send it again with the same UUID (it will not count twice).";
    api_cut: "没有收完请求体。", "The body did not arrive completely.";

    api_needed(field): "缺少“{field}”。", "\"{field}\" is missing.";
    api_text(field): "“{field}”应为文字。", "\"{field}\" must be a text.";
    api_whole(field): "“{field}”应为整数。", "\"{field}\" must be a whole number.";
    api_flag(field): "“{field}”应为 true 或 false。", "\"{field}\" must be true or false.";
    api_object(field): "“{field}”应为一个对象。", "\"{field}\" must be an object.";
    api_choice(field, choices): "“{field}”应为以下之一：{choices}。", "\"{field}\" must be one of: {choices}.";
    api_time(field): "“{field}”请写成 2026-06-01T16:00:00+08:00 的样子，并确认有这一天、这一刻。",
        "Please write \"{field}\" like 2026-06-01T16:00:00+08:00, and check that there is such a day and time.";
    api_uuid(field): "“{field}”应为 UUID。", "\"{field}\" must be a UUID.";
    api_uuid_needed: "请在“id”或 Idempotency-Key 头中提交 UUID，重发时用同一个。",
        "Send a UUID in \"id\" or in the header Idempotency-Key, and the same one when you send again.";
    api_uuid_differs: "“id”与 Idempotency-Key 头不一致。", "\"id\" and the header Idempotency-Key differ.";
    api_not_here(field): "报平安时不能带“{field}”。", "\"{field}\" has no place in an all clear.";
    api_unit(field): "“{field}”应为单位编号或代码。", "\"{field}\" must be the id or the code of a unit.";
    api_limit(field, most): "“{field}”应为 1 至 {most} 的整数。", "\"{field}\" must be a whole number from 1 to {most}.";
    api_cursor(field): "“{field}”请用上一页给出的值。", "Please give \"{field}\" as the page before gave it.";

    reference_title: "接口说明", "API reference";
    reference_document: "供程序读取的说明（OpenAPI）", "The same for programs (OpenAPI)";
    reference_calls: "地址", "Addresses";
    reference_parameters: "参数", "Parameters";
    reference_body: "请求体", "Body";
    reference_answers: "返回", "Answers";
    reference_shapes: "数据", "Shapes";
    reference_needed: "必填", "needed";
    reference_list: "列表", "list of";
}
