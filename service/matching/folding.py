"""Folding of text for the lexicon: case, accents, Arabic letter forms, widths and traditional characters.

Each kept code point becomes exactly one, so places can be carried back to the text as sent; marks and invisible
characters are dropped. Linear in the text, whatever it holds.
"""

import unicodedata
from dataclasses import dataclass

import numpy as np

_DROPPED = "\0"
_RANGES = (
    (0x41, 0x5B),
    (0xC0, 0x250),
    (0x370, 0x530),
    (0x622, 0x64B),
    (0x1E00, 0x1F00),
    (0xFE70, 0xFEFD),
    (0xFF01, 0xFF5F),
)
_MARKS = ((0x300, 0x370), (0x610, 0x61B), (0x64B, 0x660), (0x670, 0x671), (0x200B, 0x2010), (0x202A, 0x202F))
_PAIRS = {
    "ٱ": "ا", "ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك", "’": "'", "‘": "'", "‑": "-", "–": "-", "—": "-",
    "\u00ad": _DROPPED, "\u0640": _DROPPED, "\ufeff": _DROPPED, "\u00a0": " ", "\u202f": " ",
}  # fmt: skip
# The traditional characters that the Chinese lexicon needs; a whole table would be 2,500 pairs.
_TRADITIONAL = (
    "準准約约約约議议書书國国際际資资助助邊边檢检偵侦訊讯調调務务辦办實实機机場场運运員员與与會会應应對对將将動动"
    "協协請请關关於于發发証证證证據据庫库聯联繫系絡络電电傳传郵邮處处執执權权犯犯視视監监獄狱護护辯辩師师審审訴诉"
    "訟讼職职責责總总訓训練练課课學学導导範范觀观單单證证偽伪護护照照簽签證证測测預预報报旅旅遣遣歸归參参戰战鬥斗"
    "敘叙亞亚伊伊極极端端組组織织錢钱贖赎綁绑凍冻結结產产財财貪贪汙污買卖賣卖販贩賭赌煙烟槍枪彈弹藥药裝装備备隊队"
    "軍军訪访認认識识話话語语說说讀读寫写讓让變变難难離离鄉乡歷历曆历屆届還还這这個个們们來来時时間间問问題题長长門门"
    "開开閉闭網网路路線线絡络視视頻频傳传媒媒宣宣煽煽騙骗詐诈駭骇險险擊击襲袭爆爆傷伤遺遗屬属賠赔償偿補补創创兒儿童童"
    "婦妇女女歡欢謝谢類类區区域域歐欧盟盟東东協协非非盟盟幣币數数鏈链號号碼码稅税優优緊紧急急劃划計计畫画圖图館馆"
    "遺遗產产盜盗掘掘蹟迹碼码頭头島岛災灾選选舉举舊旧損损壞坏構构樣样過过達达遠远進进連连選选郵邮鄰邻"
)


def _table() -> dict[int, str]:
    """One code point to one code point, or to the dropped mark."""
    table = {}
    for first, last in _RANGES:
        for point in range(first, last):
            table[point] = _base(chr(point))
    for first, last in _MARKS:
        table.update(dict.fromkeys(range(first, last), _DROPPED))
    table.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))  # half a pair: the finder takes UTF-8 alone
    table.update({ord(sent): kept for sent, kept in _PAIRS.items()})
    table.update({ord(_TRADITIONAL[i]): _TRADITIONAL[i + 1] for i in range(0, len(_TRADITIONAL), 2)})
    return table


def _base(character: str) -> str:
    """The lower-case base letter of a composed one."""
    base = unicodedata.normalize("NFKD", character)[0]
    lower = base.lower()
    lower = {"ى": "ي", "ة": "ه"}.get(lower, lower)
    return lower if len(lower) == 1 else base


_TABLE = _table()


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """Folded text, and for each of its code points the place in the text as sent (null where nothing was dropped)."""

    text: str
    places: np.ndarray | None

    def place(self, index: int) -> int:
        """The place in the text as sent of the folded code point ``index``."""
        return index if self.places is None else int(self.places[index])


def fold(text: str) -> Folded:
    """The folded form of any text, with the way back."""
    plain = text.translate(_TABLE)
    if _DROPPED not in plain:
        return Folded(text=plain, places=None)
    points = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return Folded(text=plain.replace(_DROPPED, ""), places=np.flatnonzero(points))
