// Every word of the page itself, in Chinese and English; those of the law come from the policy.

let language = "zh";

export function setLanguage(wanted) {
    language = wanted;
}

export function currentLanguage() {
    return language;
}

/** A pair of the policy's in the language at hand; the empty text where there is none. */
export function say(pair) {
    return pair?.[language] ?? "";
}

const pick = (zh, en) => (...args) => (language === "zh" ? zh(...args) : en(...args));

export const words = {
    title: pick(() => "这一家应得什么", () => "What is this family due?"),
    lead: pick(
        () => "改动这一家的任何一项,立刻重新测算。只在这台设备上计算,不上传。结果是估算,以审核为准。",
        () => "Change anything about the family and it is decided anew. All is computed on this device; nothing is sent. An estimate: the office decides.",
    ),
    other: pick(() => "English", () => "中文"),
    month: pick(() => "月份", () => "Month"),
    example: pick(() => "从虚构的一家开始", () => "Begin with an invented family"),
    decide: pick(() => "测算", () => "Decide"),
    family: pick(() => "家庭", () => "The family"),
    results: pick(() => "结果", () => "Results"),
    due: pick(() => "应得", () => "Due"),
    open: pick(() => "无法判定", () => "Undetermined"),
    none: pick((count) => `不符合、为零,或本月不测算(${count})`, (count) => `Not met, nothing, or not assessed this month (${count})`),
    nothing: pick(() => "目前没有应得的待遇;下面写着各项的原因。", () => "Nothing is due at present; the reasons stand below."),
    summary: pick(
        (due, open) => `应得 ${due} 项,无法判定 ${open} 项`,
        (due, open) => `Due: ${due}. Undetermined: ${open}.`,
    ),
    because: pick(() => "为什么", () => "Why"),
    was: pick((text) => `原 ${text}`, (text) => `was ${text}`),
    unconfirmed: pick(() => "未确认:所依据的数字尚无人核实", () => "Unconfirmed: rests on a figure that nobody has confirmed"),
    more: pick((count) => `更多项目(${count})`, (count) => `More (${count})`),
    add: pick((label) => `+ 增加${label}`, (label) => `+ Add ${label}`),
    remove: pick((title) => `删去${title}`, (title) => `Remove ${title}`),
    unknown: pick(() => "未知", () => "unknown"),
    emptyMeans: pick((meaning) => `空着:${meaning}`, (meaning) => `empty: ${meaning}`),
    yes: pick(() => "是", () => "yes"),
    no: pick(() => "否", () => "no"),
    refusedAll: pick((count) => `有 ${count} 处填写有误,其余照常测算`, (count) => `${count} entries are wrong and were left out; the rest is decided`),
    badMonth: pick(() => "月份写成 2018-07 这样", () => "Write the month as 2018-07"),
    failed: pick(
        () => "这个浏览器运行不了计算引擎。请换用新版浏览器,或请村级协理员代为测算。",
        () => "This browser cannot run the engine. Use a newer one, or ask the village aide to decide it for you.",
    ),
};
