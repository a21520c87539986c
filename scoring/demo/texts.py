"""What the demo's surveys say of themselves, in Chinese and English."""

COMPUTING_SYSTEM = {"zh-hans": "综合算力评价体系", "en": "Comprehensive computing power index"}
COMPUTING_TITLE = {
    "zh-hans": "综合算力评价体系 3.0 指标权重咨询",
    "en": "Weights for the comprehensive computing power index 3.0",
}
OPEN_TITLE = {
    "zh-hans": "综合算力评价体系 3.0 指标权重咨询（第二轮，进行中）",
    "en": "Weights for the comprehensive computing power index 3.0 (second round, open)",
}
EARLIER_TITLE = {
    "zh-hans": "合成的 2.0 版指标权重咨询（演示版本对比与判断沿用，非公布版本）",
    "en": "Weights for a synthetic edition 2.0 (to show comparing and carrying over; not the published one)",
}
REUSE_TITLE = {
    "zh-hans": "综合算力评价体系 3.0 指标权重咨询（沿用合成 2.0 版判断，演示）",
    "en": "Weights for the computing power index 3.0 (with answers of the synthetic 2.0 carried over, demo)",
}
EARLIER_PURPOSE = {
    "zh-hans": "本调查仅用于演示：2.0 版为合成数据，不是公布的 2.0 版指标体系。",
    "en": "For the demo only: this edition 2.0 is synthetic and not the one that was published.",
}
EARLIER_PANEL = "合成专家（沿用演示）"
COMPUTING_PURPOSE = {
    "zh-hans": "请您对同一上级指标下的各项指标两两比较其重要性。"
    "全体专家的判断将按几何平均合成，用于确定 53 项指标的权重。",
    "en": "Please compare, two by two, how important the indicators under the same heading are. The judgments of the "
    "whole panel are combined by geometric mean into the weights of the 53 indicators.",
}
COMPUTING_INVITER = {"zh-hans": "综合算力评价项目组（演示）", "en": "The computing power index project group (demo)"}
COMPUTING_CONTACT = {"zh-hans": "李协调员，index@example.org", "en": "Ms Li, coordinator, index@example.org"}
PRIVACY = {
    "zh-hans": "您的姓名只有项目组可见；判断以代号保存，汇总后以匿名方式使用。您可以随时中断，也可以要求撤回您的数据。",
    "en": "Only the project group sees your name. Judgments are stored under a code and used without names. You may "
    "stop at any time, and you may ask for your data to be withdrawn.",
}
COMPUTING_PANEL = "合成专家"
READY_EXPERT = "演示专家"
COMPUTING_PROPOSAL = "十二位合成专家全部提交，各判断矩阵均通过一致性检验，建议采用群体合成权重。"
COMPUTING_APPROVAL = "已核对判断矩阵、权重与一致性比率，同意用于演示。"

OPEN_RULES = {
    "zh-hans": "八成以上的回答均为“同等重要”\n各回答之间不能相互预测（Q² 不大于 0）\n半数以上的回答用时不足 2 秒",
    "en": "More than 80 % of the answers say “equally important”\n"
    "The answers do not predict each other (Q² at most 0)\n"
    "More than half of the answers took less than 2 seconds",
}
STRAIGHT_LINE = "全部回答均为“同等重要”：一致性比率虽为 0，却不含任何信息；两次邮件联系，未获说明。"
ACCEPTED = "专家来电说明：这几处比较反映其所在行业的实际情况，坚持原判断。"
ASKED = "请再看一看这几处比较：它们彼此之间不太协调。您可以修改，也可以保持原判断。"

SOURCE = "权衡演示文件 / Quanheng demo files"
YEAR_BEFORE = {
    "zh-hans": "31 个省级行政区，2022 年（合成）", "en": "31 provinces, 2022 (synthetic)",
}  # fmt: skip
YEAR_BEFORE_SOURCE = "权衡演示：由 2023 年合成数据推算 / Quanheng demo: derived from the synthetic data of 2023"
BASE_YEAR_LEAF = "1.1.1"
RULES_REASON = (
    "演示：1.1.1 以 2022 年的最小值、最大值为极值，超出部分按极值计 / Demo: 1.1.1 between the ends of 2022, capped"
)
COMPUTING_SOURCE = "权衡演示文件：只还原公布的名次，不代表总量 / Quanheng demo files: published orders, not totals"
COMPUTING_DATA = {
    "provinces_2023_synthetic.csv": {"zh-hans": "31 个省份，2023 年", "en": "31 provinces, 2023"},
    "cities_2023_synthetic.csv": {"zh-hans": "302 个城市（算力），2023 年", "en": "302 cities (computing), 2023"},
}
PUBLIC_SLUG = "computing-2023"
PUBLIC_TITLE = {
    "zh-hans": "综合算力指数 2023：31 个省份（合成数据演示）",
    "en": "Comprehensive computing power index 2023: 31 provinces (synthetic demo)",
}
PUBLIC_WORDS = {
    "zh-hans": "综合算力、各维度与各分组前十名的省份。数据为合成数据，只还原公布的名次，不代表任何真实总量。",
    "en": "The first ten provinces overall, on each dimension and in each group. The data are synthetic: they give "
    "back the published order and stand for no real totals.",
}
PUBLIC_LICENCE = "CC BY 4.0"

TOWNS_SYSTEM = {"en": "Liveable towns index", "zh-hans": "宜居小镇指数"}
TOWNS_TITLE = {"en": "Weights for the liveable towns index 2026", "zh-hans": "宜居小镇指数 2026 权重咨询"}
TOWNS_PURPOSE = {
    "en": "Please say which of two things matters more for living well in a small town, and by how much.",
    "zh-hans": "请比较两项中哪一项对小镇宜居更重要、重要多少。",
}
TOWNS_INVITER = {"en": "The liveable towns working party (demo)", "zh-hans": "宜居小镇工作组（演示）"}
TOWNS_CONTACT = {"en": "Ms Li, towns@example.org", "zh-hans": "李协调员，towns@example.org"}
TOWNS_PANEL = "Synthetic expert"
TOWNS_PROPOSAL = "All five synthetic experts have submitted and every matrix is consistent."
TOWNS_APPROVAL = "Matrices, weights and consistency checked; agreed for the demo."
TOWNS_DATA = {"en": "Twelve towns, 2026", "zh-hans": "十二个小镇，2026 年"}

EXCLUSION_RULES = {
    "zh-hans": (
        "经一次复核后某判断矩阵的 CR 仍大于 0.2 的，该专家的该矩阵不计入。\n"
        "平均每题用时不足 2 秒且经核实未认真作答的，该专家的全部判断不计入。"
    ),
    "en": (
        "A matrix whose CR is still above 0.2 after one request to look again is left out at that node.\n"
        "An expert who took less than 2 seconds an answer on average, and confirms it, is left out wholly."
    ),
}

ROUND_NOTE = {
    "zh-hans": "在以下几组比较上，专家组的意见分歧最大。"
    "请参考全体专家的匿名分布，再看一次您的判断；您可以修改，也可以保留。",
    "en": "On these comparisons the panel differs most. Please look at the anonymous answers of all experts and at "
    "your own once more; you may change it, and you may keep it.",
}
