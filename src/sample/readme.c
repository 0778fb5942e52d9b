#include "sample/readme.h"

#define MARK "# 虚构的样本 · An invented sample\n"

const struct text readme_mark = {MARK, sizeof MARK - 1};

static void write_command(struct builder *out, const struct sample_options *options) {
    builder_format(out, "doudi sample --households %llu", (unsigned long long)options->households);
    if (options->area) builder_format(out, " --area %s", options->area);
    builder_format(out, " --seed %llu --out DIR\n", (unsigned long long)options->seed);
}

static void write_counts(struct builder *out, const struct sample_result *result) {
    unsigned long long families = result->families, members = result->members;
    if (families == 0) {
        builder_add(out, TEXT("\n这个样本没有写完。 This sample was not finished.\n"));
        return;
    }
    builder_format(out, "\n%llu 户,%llu 人。 %llu families, %llu people.\n", families, members, families, members);
}

void readme_write(struct builder *out, const struct sample_options *options, const struct sample_result *result) {
    builder_add(out, readme_mark);
    builder_add(
        out,
        TEXT("\n这里的人、姓名、证件号码、收入、疾病和账单全部是虚构的,与任何真实的人无关;只有区划代码是真实的。"
             "证件号码合乎国家标准的编排,不是真实号码;万一与真人相同,纯属巧合。\n\n"
             "Every person, name, number, income, illness and bill here is invented and belongs to nobody; only the "
             "area codes are real. The citizen ids are well formed by the national standard and are not "
             "taken from anyone.\n"));
    write_counts(out, result);
    builder_add(out, TEXT("\n由以下命令生成,再运行一次得到完全相同的文件:\nMade by this command; again it makes the "
                          "same files:\n\n```\n"));
    write_command(out, options);
    builder_format(out, "```\n\n种子 Seed: %llu\n", (unsigned long long)options->seed);
}
