"""Numbers and what they count: measure words that a draft left out, and `by 30%`, which it takes for a means."""

from __future__ import annotations

import re

from pipeline.marked import Marked, Setting, substitute

_COUNTED = {
    "张": "图像 图片 照片",
    "名": (
        "学生 患者 病人 志愿者 参与者 研究人员 研究者 工程师 科学家 作者 用户 员工 儿童 孩子 受试者 参赛者 "
        "开发者 开发人员 医生 护士 教师 教授 博士生 标注者 评审 司机 玩家 成员 读者 听众 工人 女性 男性"
    ),
    "篇": "论文 文章 摘要",
    "个": (
        "样本 例子 示例 单词 句子 类别 模型 数据集 任务 节点 神经元 国家 地区 城市 领域 问题 网站 项目 标签 "
        "实例 基准 物体 对象"
    ),
    "种": "语言 方法 疾病 药物 物种 算法",
    "段": "视频 对话 录音",
    "本": "书籍",
    "家": "公司 医院 企业 初创公司 机构",
    "条": "推文 评论 消息",
    "部": "电影 小说",
    "首": "歌曲",
}
_MEASURE = {noun: word for word, nouns in _COUNTED.items() for noun in nouns.split()}
_NOUNS = "|".join(sorted(_MEASURE, key=len, reverse=True))
_BARE = re.compile(rf"(?<![第图表章节])(?<![第图表章节] )([\ue000-\uf8ff])(\s?)({_NOUNS})")
"""A placeholder with what it counts right behind it."""


def measure_words(marked: Marked, setting: Setting) -> Marked:
    """Set the measure word of people and things behind a number in digits."""

    def counted(match: re.Match[str]) -> str:
        number = setting.placeholders.get(match[1])
        if number is None or number.kind != "number" or not re.fullmatch(r"[\d,]+", number.visible):
            return match[0]
        return f"{match[1]} {_MEASURE[match[3]]}{match[3]}"

    return substitute(marked, _BARE, counted, "measure word")


_BY = re.compile(
    "通过\\s?([\ue000-\uf8ff])\\s?((?:加快|加速|提高|提升|增加|减少|降低|缩短|缩小|改善|改进|切割|削减)了?)"
    "([^\ue000-\uf8ff，。；：？！\\s]{2,20})(?=[，。；？！]|$)"
)
_SHARE = re.compile(r"[\d.]+ ?%|.+分之.+")


def shares(marked: Marked, setting: Setting) -> Marked:
    """Say by how much something changed: `通过 30% 加快了分词` is `将分词加快了 30%`."""

    def said(match: re.Match[str]) -> str:
        number = setting.placeholders.get(match[1])
        if number is None or number.kind != "number" or not _SHARE.fullmatch(number.visible):
            return match[0]
        by = rf"\bby (?:about |around |nearly |over |up to )?(?:{match[1]}|{re.escape(number.source)})"
        return f"将{match[3]}{match[2]} {match[1]}" if re.search(by, setting.english) else match[0]

    return substitute(marked, _BY, said, "by how much")
