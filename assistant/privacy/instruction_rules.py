"""What texts that are written to steer a language model look like, as rules; none of them is about what is said.

A rule is tried only where one of its `signs` stands in the text in lower case, which costs next to nothing. Precision
comes first: people speak of rules that they ignore and of answers that are right, so an order counts only in the form
of an order, and only about what a machine would have been told.
"""

# ruff: noqa: E501 - a pattern is easier to follow as one line than as a staircase
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a passage seems to do."""

    ORDER = "order"
    ANSWER = "answer"
    TURN = "turn"
    DISCLOSURE = "disclosure"
    ADDRESS = "address"
    ACTIVE = "active"
    HIDDEN = "hidden"


WORDS = {
    Kind.ORDER: "tells a model to forget what it was told",
    Kind.ANSWER: "hands a model its answer",
    Kind.TURN: "imitates the marks or turns of a model’s conversation",
    Kind.DISCLOSURE: "asks a model to give away other text",
    Kind.ADDRESS: "speaks to an AI",
    Kind.ACTIVE: "holds markup, an address or a command to be carried out",
    Kind.HIDDEN: "holds hidden or encoded words to a model",
}
"""Each kind in words that can follow “it”."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern for one kind; the group `it`, where there is one, is what is marked."""

    kind: Kind
    signs: tuple[str, ...]
    pattern: re.Pattern[str]


def _rule(kind: Kind, signs: str, pattern: str, flags: int = re.IGNORECASE) -> Rule:
    return Rule(kind, tuple(signs.split("¦")), re.compile(pattern, flags))


_START = r"(?:^|(?<=[.!?:;,\n\"“”'‘’»«(\[*#>=\-–—…/])\s{0,3}|\b(?:please|now|and|then|also|instead|so|just|kindly|you (?:must|should|shall|will|need to|have to|are to|can)(?: now)?|(?:want|ask|need|order|instruct|command|tell|telling|asking|instructing|have) you(?: all)? to|your (?:new )?(?:task|job|goal|instruction) is to) )"
"""Where an order can begin: a clause of its own, or what leads up to one."""
_TOLD = (
    r"(?:instructions?|instruct[io]ons|prompts?|directives?|guidelines?|code ?books?|coding (?:scheme|frame|rules?|guide)"
    r"|system (?:message|text|rules?)|training|programming|rules?|commands?|definitions?)"
)
_EARLIER = (
    r"(?:previous|prior|above|earlier|preceding|foregoing|former|existing|original|all|any|every|your|other|initial)"
)
_PASSAGE = r"(?:passages?|segments?|excerpts?|turns?|transcripts?|utterances?|interviews?|quotes?|texts?|statements?|speakers?|participants?|answers?|questions?)"

_ENGLISH = (
    _rule(
        Kind.ORDER,
        "ignor¦disregard¦forget¦overrid¦overrul¦bypass¦discard¦skip¦abandon¦drop ¦stop follow¦do not follow¦don't follow¦set aside",
        rf"{_START}(?P<it>(?:ignore|disregard|forget|override|overrule|bypass|discard|skip|abandon|drop|stop following"
        rf"|(?:do not|don['’]t) follow|set aside)\s+(?:about\s+)?(?:"
        rf"(?:(?:of|the|these|those|my|and|or|and/or)\s+)*(?:{_EARLIER}\s+)(?:(?:of|the|these|those|your|{_EARLIER}|system|coding|developer|safety|user|hidden)\s+)*{_TOLD}"
        rf"|the\s+(?:(?:whole|entire|current|given|supplied|system|coding)\s+)*(?:code ?books?|system prompts?|prompts?|coding (?:scheme|frame|rules?|guide)|system (?:message|text|rules?)|instructions?\s+(?:above|before|you|that (?:were|are|came|precede)|given|at the))"
        rf"|(?:everything|all|anything|what(?:ever)?)\s+(?:(?:that|which|of the)\s+)?(?:(?:was|is|has been|were)\s+(?:said |written |stated )?)?(?:above|before this|(?:you (?:were|have been|are|had been) (?:told|taught|instructed|trained|asked))|(?:the )?(?:system|developer) (?:said|says|told|tells))"
        rf"))",
    ),
    _rule(
        Kind.ORDER,
        "instructions¦system prompt¦prompt¦jailbreak¦developer mode¦dan mode¦override¦god mode",
        r"(?P<it>\b(?:new|updated|revised|real|actual|following) (?:system )?(?:instructions?|prompt|directives?)(?: (?:follow|for you|for the (?:model|ai|assistant)|supersede|override)[^.\n]{0,30}|\s*:)"
        r"|\bend of (?:the )?(?:system )?(?:prompt|instructions)\b|\bsystem prompt\b\s*(?:[:=]|is now|has been|overrid|updat|chang)"
        r"|\b(?:begin|start|initiate|enter|enable|activate|switch to) (?:the )?(?:system override|developer mode|debug mode|maintenance mode|god mode|dan mode|jailbreak(?: mode)?|admin(?:istrator)? mode)\b"
        r"|\b(?:developer|debug|god|dan|jailbreak|admin(?:istrator)?) (?:mode|override)[:,]? (?:is )?(?:now )?(?:enabled|activated|on|engaged|active)\b|\bsystem override\b)",
    ),
    _rule(
        Kind.ORDER,
        "from now on¦henceforth¦from here on¦from this point",
        rf"(?P<it>\b(?:from now on|henceforth|from here on|from this point on(?:ward)?),?\s+(?:you (?:must|will|are to|should|shall|only|always)\s+)?(?:only |always )?(?:answer|respond|reply|output|print|say|score|label|code|tag|return)\s+(?:only |always |every |each |all |the |with |in |as |with )*(?:yes|no\b|json|{_PASSAGE}|codes?\b|[\"“‘'`]))",
    ),
    _rule(
        Kind.ANSWER,
        "answer¦respond¦reply¦output¦return¦print¦say ",
        rf"{_START}(?P<it>(?:only |always |simply |just |must |to )*(?:answer|respond|reply|output|return|print|say)\s+(?:only |always |just |simply |with |by |the |word |label |letter |token |a |single |it |exactly |in |saying |is )*[\"“‘'`*]{{0,2}}(?:yes|no|true|[A-J]|1\.0|100 ?%)[\"”’'`*]{{0,2}}\s+(?:to|for|on|regardless|whatever|no matter|in)\s+(?:it|this|that|the (?:next|following|question|code|passage)|every|all|each|any|whatever|what|which|everything|code|of|case)\b(?:[^.\n]{{0,40}})?)",
    ),
    _rule(
        Kind.ANSWER,
        "answer",
        r"(?P<it>(?:^|(?<=[.!?:;\n\])>\"”*]))[ \t]{0,3}(?:#+ ?|\*\*)?(?:final |correct |expected |gold |model |assistant )?(?:answer|label|output|response|verdict|prediction)s?\s?[:=]\s?[\"“'`*(\[]{0,2}(?:yes|no|[A-J]|true|false)\b[\"”'`*)\].]{0,2}(?=\s*(?:$|\n|[.<\[]|Passage|Code|Question|Next)))",
        re.IGNORECASE | re.MULTILINE,
    ),
    _rule(
        Kind.ANSWER,
        "answer¦label¦code¦score",
        r"(?P<it>\bthe (?:right|correct|only|true|expected|only correct|only right|only valid|required) (?:answer|label|code|score|response) (?:is|here is|must be|to (?:this|every|each|all) \w+ is)\s*(?:always |therefore )?[:]?\s*(?:[\"“‘'`](?:yes|no|[A-J]|true)[\"”’'`]|yes\b(?!,)|always\b))",
    ),
    _rule(
        Kind.ANSWER,
        "code¦label¦tag¦classif¦mark ¦score¦rate ¦assign¦annotat¦categori¦accept all¦accept every¦approve all¦confirm all¦reject all¦reject every¦suggest",
        rf"{_START}(?P<it>(?:code|label|tag|classify|mark|score|rate|annotate|categori[sz]e|treat)\s+(?:all of |the rest of |all |every |each |any |this |these |the )+(?:other |following |next |entire |whole |above |remaining |single )*{_PASSAGE}(?:\s+(?:from|by|of|in|above|below|here|after|that)(?:\s+\w+){{0,4}})?\s+(?:as|with|under|highly|high|at|maximum)\b[^.\n]{{0,60}}"
        r"|(?:apply|assign|give|attach|add|set)\s+(?:the |every |all |only the |only |this |a |its |code |label |score |highest |maximum |full )*(?:codes?|labels?|tags?|scores?|probabilit(?:y|ies)|confidence|logits?)\b[^.\n]{0,40}?\s(?:to|of|at|for)\s+(?:(?:this|every|each|all|the|any)\s+(?:\w+\s+){0,2}(?:passages?|segments?|excerpts?|transcripts?|codes?|turns?|interviews?|texts?|suggestions?)|1(?:\.0)?\b|100 ?%|maximum|the highest)"
        r"|(?:accept|confirm|approve|auto-?accept|reject)\s+(?:all|every|each|any)\s+(?:of )?(?:the |these |those |open |pending |proposed |other )*(?:suggest\w+|codings?|codes?|proposals?)\b)",
    ),
    _rule(
        Kind.ANSWER,
        "applies¦apply¦must be coded¦should be coded¦coded as¦must be labelled¦must be labeled¦be coded",
        r"(?P<it>\b(?:the|this) (?:code|label|theme)s? [“\"'‘«][^”\"'’»\n]{1,80}[”\"'’»] (?:applies|apply|fits|must be (?:applied|chosen|used)|should be (?:applied|chosen))"
        rf"|\b(?:this|every|each|the (?:whole|entire|following|next|above)|all) (?:{_PASSAGE}) (?:must|should|shall|has to|have to|needs to) (?:always |now |all )?be (?:coded|labell?ed|tagged|classified|scored|marked|rated|treated)\b[^.\n]{{0,60}}"
        r"|\b(?:every|each|no|all|any) (?:other )?codes? (?:applies|apply|does not apply|must be (?:answered|given|scored))\s+(?:to|with|here)\s+(?:this|every|each|the|all|any|yes)\b[^.\n]{0,40})",
    ),
    _rule(
        Kind.DISCLOSURE,
        "prompt¦instructions¦interview¦transcript¦participant¦passage¦conversation¦system message¦codebook¦context",
        rf"{_START}(?P<it>(?:reveal|print|repeat|show|output|list|disclose|display|dump|leak|copy|recite|reproduce|quote|paste|write out|write down|insert|include|return|expose|tell me|give me|summari[sz]e|translate)\s+(?:me |us |back |out |verbatim |in full |here |word for word )*"
        r"(?:(?:your|the|all|any|everything|every|full|entire|exact|complete|hidden|whole|text|content|contents|of|in|from|above|word|first|\d+|lines?|words?|sentences?|what|names?|and|said|these|those|secret|initial|original)\s+){0,8}"
        r"(?:(?:system|hidden|initial|original|secret) (?:prompt|instructions?|message)|(?:your|the) (?:prompt|instructions?|context window|rules you were given|hidden \w+)|(?:previous|prior|earlier|other|another|all(?: the)?|remaining|next|preceding) (?:interviews?|transcripts?|passages?|participants?(?:['’]s?)?|conversations?|interviewees?|respondents?)(?: (?:names?|words?|answers?|said|verbatim|you (?:have|saw|read)|word for word|in (?:the|this) \w+))?)\b)",
    ),
    _rule(
        Kind.DISCLOSURE,
        "prompt¦instructions¦repeat ",
        r"(?P<it>\b(?:what (?:is|are|was|were)|tell me|say|repeat|print) (?:your|the) (?:exact |full |original |initial |hidden )*(?:system prompt|initial instructions|hidden (?:prompt|instructions)|system instructions)\b"
        r"|\brepeat (?:everything|all|the (?:text|words)) (?:above|before)\b[^.\n]{0,40})",
    ),
    _rule(
        Kind.ADDRESS,
        "ai ¦ai,¦ai:¦ai.¦a.i.¦llm¦language model¦model¦assistant¦chatbot¦gpt¦claude¦machine¦classifier¦coder",
        r"(?P<it>(?:^|(?<=[.!?:;\n(\[*#>\-–—\"“]))\s{0,3}(?:dear|hey|hello|hi|attention|note to|message to|message for|memo to|note for|instructions? (?:to|for)|to|for the attention of|nota bene,?|listen,?)[ ,:]+(?:the |all |any |whichever |this |you,? |our |my )*(?:reading |coding |automated |automatic |annotating |analysing |analyzing |large |friendly )*(?:ai\b(?! (?:act|ethics|safety|strategy|lab|tools?|generated))(?: \w+)?|a\.i\.|llms?\b|language models?|models?(?= (?:reading|that|which|coding|who))|ai (?:assistant|model|coder|system)|assistants?(?= (?:reading|that|coding|model))|chatbots?|chatgpt|gpt(?:-?\d\w*)?|claude(?=[:,])|gemini(?=[:,])|machine (?:that|which|reading|coding)[^.,\n]{0,20}|classifiers?|machine coders?)[^.\n]{0,30}"
        r"|\b(?:if|because|since|as|when) you(?:['’]re| are) (?:an? |the )?(?:(?:ai|large|automated|machine) )*(?:ai\b|llm|language model|chatbot|ai assistant|classifier|machine coder)\b[^.\n]{0,40}"
        r"|\byou(?:['’]re| are) (?:now |no longer |henceforth )(?:an? |the )?(?:\w+[ -]){0,4}?(?:ai\b|assistant|language model|llm|chatbot|classifier|gpt|dan\b|coder that|model (?:that|without|with no)|machine (?:that|without))"
        r"|\byou are (?:an? |the )(?:\w+ ){0,2}(?:ai (?:assistant|model|coder|system)|large language model|language model|llm|helpful assistant|coding assistant)\b"
        r"|\bas an? (?:ai|large|ai-based) (?:language )?(?:model|assistant),? (?:you|i (?:cannot|can['’]t|will|must))\b"
        r"|\bpretend (?:that )?(?:you are|to be|you['’]re) (?:an? |the )?(?:\w+ ){0,2}(?:ai|language model|assistant|llm|chatbot|dan)\b)",
    ),
)

_TEMPLATES = (
    _rule(Kind.TURN, "<|", r"<\|[^|<>\n]{1,40}\|>"),
    _rule(
        Kind.TURN,
        "inst]¦sys>>¦_turn>¦</s>¦<bos>¦<eos>¦[system_prompt]¦[tool_calls]¦[available_tools]¦[/system¦<think>¦</think>¦<tool_call>¦<system>¦</system>¦<assistant>¦</assistant>¦<instruction¦</instruction¦</passage¦</transcript¦</document¦</segment¦</interview¦</data¦</context¦</user¦<user>¦im_start¦im_end",
        r"\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</s>|<bos>|<eos>|\[/?SYSTEM_PROMPT\]|\[(?:TOOL_CALLS|AVAILABLE_TOOLS)\]|</?think>|</?tool_call>|</?(?:system|assistant|instructions?|user)(?:[ -][^<>\n]{0,30})?>|</(?:passage|transcript|document|segment|interview|data|context)(?:[ -][^<>\n]{0,30})?>|<?\bim_(?:start|end)\b\|?>?",
    ),
    _rule(
        Kind.TURN,
        "#",
        r"(?:^|(?<=[\n.!?\"”]))\s{0,3}(?P<it>#{2,6}\s*(?:system|assistant|user|human|instructions?|response|input|output|new task|task|end of \w+|prompt)\b:?)",
        re.IGNORECASE | re.MULTILINE,
    ),
    _rule(
        Kind.TURN,
        "system¦assistant¦developer",
        r"(?P<it>(?:^|(?<=[.!?\n\"”)\]>*}]))[ \t]{0,3}(?:\*\*)?(?:SYSTEM|ASSISTANT|DEVELOPER|System|Assistant)(?: (?:MESSAGE|PROMPT|NOTE|OVERRIDE|NOTICE|ALERT|UPDATE|INSTRUCTIONS?|message|prompt|override|notice|instructions?))?\]?(?:\*\*)?\s?:(?:\*\*)?(?=\s*\S)|\[(?:SYSTEM|ASSISTANT|DEVELOPER|ADMIN)\b[^\]\n]{0,30}\]|^\(?(?:SYSTEM|ASSISTANT)\)?$)",
        re.MULTILINE,
    ),
    _rule(
        Kind.TURN,
        '"""¦```¦{{¦{%',
        r"\"{3}|^`{3}\s?(?:system|json|yaml|xml|html)?|\{\{[^{}\n]{1,80}\}\}|\{%[^%\n]{1,80}%\}",
        re.MULTILINE | re.IGNORECASE,
    ),
    _rule(
        Kind.TURN,
        "end of¦end passage¦end transcript¦end_of¦end user¦end input¦begin ",
        r"(?P<it>(?:[-=*#_<\[]{2,}\s?|<)(?:END|BEGIN|START)[ _-](?:OF[ _-])?(?:THE[ _-])?(?:PASSAGE|SEGMENT|PROMPT|CONTEXT|INPUT|USER[ _-]INPUT|DATA|DOCUMENT|SYSTEM|INSTRUCTIONS?|CODEBOOK|QUESTION|TRANSCRIPT)\b[^\n]{0,20})",
    ),
    _rule(
        Kind.ANSWER,
        "{",
        r"\{\s*[\"“'](?:role|code|codes|label|labels|name|answer|answers|sentences|definition|verdict|decision|scores?|system|instructions?|function|tool|tool_calls?|content|coding|accept|probability)[\"”']\s*:[^\n]{0,120}",
    ),
    _rule(
        Kind.ACTIVE,
        "![¦<img¦<script¦<iframe¦<svg¦<object¦<embed¦javascript:¦<link¦<meta¦<style¦onerror=¦onload=¦<a href¦<form¦<base",
        r"!\[[^\]\n]{0,80}\]\([^)\n]{1,300}\)?|<(?:img|script|iframe|svg|object|embed|link|meta|style|form|base|a href)\b[^>\n]{0,300}>?|\bjavascript:\S{0,80}|\bon(?:error|load|click)\s?=\s?\S{1,60}",
    ),
    _rule(
        Kind.ACTIVE,
        "http¦ftp://¦www.¦file://",
        r"(?P<it>\b(?:send|post|upload|fetch|visit|curl|wget|forward|append|request|GET|POST|load|transmit|exfiltrate|link to|include|embed|open|read|call)\b[^.\n]{0,80}?(?:https?|ftp|file)://\S{1,200}|\[[^\]\n]{0,80}\]\((?:https?|ftp|data|file):[^)\n]{1,300}\)|https?://\S{1,120}[?&]\w+=(?:\{|\[|%7B|<|\$)\S{0,80})",
    ),
    _rule(
        Kind.ACTIVE,
        "rm -¦os.system¦subprocess¦__import__¦eval(¦exec(¦drop table¦/etc/passwd¦../¦..\\¦$(¦powershell¦file://¦curl ¦wget ",
        r"\brm -[rf]{1,2}\b[^\n]{0,40}|\b(?:os\.system|subprocess\.\w+|__import__|eval|exec)\([^\n]{0,60}|;\s*drop table\b[^\n]{0,30}|(?:\.\./){2,}\S{0,60}|(?:\.\.\\){2,}\S{0,60}|/etc/(?:passwd|shadow)\b|\$\([^)\n]{1,60}\)|\bpowershell(?:\.exe)? -\S{1,60}|\b(?:curl|wget) (?:-\w+ )*\S*[./]\S{1,80}|\bfile:///\S{1,80}",
    ),
)

_OTHER_LANGUAGES = (
    # German
    _rule(
        Kind.ORDER,
        "ignorier¦vergiss¦vergessen sie¦missachte¦übergeh¦verwirf",
        r"(?P<it>\b(?:ignorier(?:e|en sie|t)|vergiss|vergesst|vergessen sie|missachten? ?(?:sie)?|übergehen? ?(?:sie)?|verwirf)\b\s+(?:bitte |nun |jetzt |einfach )*(?:(?:alle|alles|sämtliche|jegliche|deine|ihre|die|den|das|vorherigen?|vorigen?|bisherigen?|obigen?|früheren?|vorangegangenen?|ganzen?)\s+){1,4}(?:\w+\s+){0,1}?(?:anweisung(?:en)?|instruktion(?:en)?|anleitung(?:en)?|regeln|vorgaben|codebuch|kodebuch|kodierleitfaden|prompts?|befehle|definition(?:en)?|codes)\b|\b(?:ignoriere|vergiss) (?:alles|was) (?:davor|vorher|darüber|bisher|obige|oben|dir (?:gesagt|vorher))\w*)",
    ),
    _rule(
        Kind.ANSWER,
        "antworte¦ordne ¦vergib ¦kodiere¦codiere¦markiere¦bewerte",
        r"(?P<it>(?<!\bich )(?<!\bund )\b(?:antworte|antworten sie)\s+(?:\w+\s+){0,3}mit\s+[\"„“‚'»]?(?:ja|nein|[A-J])[\"“”‘'«]?(?=[\s.,!]|$)(?:[^.\n]{0,40})|(?:^|(?<=[.!?:;,\n]))\s{0,3}(?:und |nun |jetzt |bitte )?(?:kodiere|codiere|markiere|bewerte)\s+(?:bitte\s+)?(?:jede[ns]?|alle|diese[ns]?|das ganze)\s+(?:\w+\s+)?(?:passage|segmente?|stellen?|abschnitte?|absatz|interview|aussagen?|textstellen?)\b[^.\n]{0,50}|\bvergib\s+(?:\w+\s+){0,3}(?:code|kode|codes|label|höchst\w+|punktzahl)\b[^.\n]{0,40})",
    ),
    _rule(
        Kind.DISCLOSURE,
        "systemprompt¦system-prompt¦system prompt¦anderen interviews¦andere interviews¦deine anweisungen¦anderen gespräche",
        r"(?P<it>\b(?:gib|geben sie|zeige?|zeigen sie|wiederhole|nenne|verrate|drucke|schreibe|kopiere|zitiere)\b[^.\n]{0,60}(?:system-?\s?prompt|deine anweisungen|anderen? (?:interviews?|gespräche|transkripte)|(?:wort|wörtlich) (?:aus|die)[^.\n]{0,30}))",
    ),
    _rule(
        Kind.ADDRESS,
        "eine ki¦ein ki¦sprachmodell¦ki-modell¦liebe ki¦an die ki¦ki-assistent¦chatbot¦hinweis an die ki",
        r"(?P<it>\bdu bist (?:jetzt|nun|ab sofort|ab jetzt|nicht mehr)\s+(?:\w+\s+){0,3}(?:ki\b|ki-\w+|assistent|sprachmodell|chatbot)|\bals (?:ki|ki-modell|sprachmodell)[ ,]+(?:musst|sollst|darfst|kannst|bist) du\b|\b(?:liebe|hallo|hey|achtung,?|hinweis|nachricht|anweisung)[ ,:]+(?:an (?:die|das|den) )?(?:ki\b|ki-\w+|sprachmodell|chatbot)[^.\n]{0,30}|\b(?:wenn|falls|da) du (?:eine? )?(?:ki\b|ki-\w+|sprachmodell)[^.\n]{0,30})",
    ),
    # French, Spanish, Italian, Portuguese, Catalan, Romanian
    _rule(
        Kind.ORDER,
        "ignor¦oubli¦olvid¦descart¦dimentic¦esque¦omet¦desconsider¦desestim¦ne tiens pas",
        r"(?P<it>\b(?:ignore[zr]?|ignora|ignori|ignorad|ignorați|oublie[zr]?|olvid[ae](?:d|n)?|olvídate de|descart[ae]|dimentica|esque[cç]a|desconsidere|desestima|omite|ne tiens pas compte de|ne tenez pas compte de)\s+(?:(?:de|d['’]|tout|tous|toutes|toute|todas?|todos?|tutt[ei]|toate|tota|totes|les|las|los|el|la|le|il|gli|os?|as?|l['’]|lo|tes|vos|tus|sus|suas?|seus?|ses|ce qui)\s*){1,4}(?:\w+\s+){0,2}?(?:instruc\w+|instru[ctzçț]\w+|istruzion\w+|consignes?|règles|reglas|regole|regras|directives?|directivas?|indicacion\w+|indicazion\w+|indica[çc][õo]es|prompts?|libro de c[óo]digos|libro dei codici|livro de c[óo]digos|manuel de codage|livre de codes|codebook|précède|anterior\w*|ordres|[óo]rdenes|ordini|ordens)\b[^.\n]{0,30})",
    ),
    _rule(
        Kind.ANSWER,
        "répond¦respond¦rispond¦réponds",
        r"(?P<it>\b(?:réponde?[sz]?|repondez|respond[ae]|responda|rispond[ai]|responde)\s+(?:\w+\s+){0,3}[\"“«'‘]?\s?(?:oui|s[íi]|sì|sim|non|no)\b\s?[\"”»'’]?\s+(?:à|a|para|per|pour|em|en)\s+(?:toutes?|tous|todas?|todos?|tutt[ei]|cada|chaque|ogni|cualquier|qualquer|toda)\b[^.\n]{0,40})",
    ),
    _rule(
        Kind.DISCLOSURE,
        "révèl¦revel¦rivel¦affich¦muestr¦mostr¦montre¦répète¦repite¦repita¦ripeti¦stampa",
        r"(?P<it>\b(?:révèle[zr]?|revel[ae]|rivela|affiche[zr]?|muestra|mostra|mostre|montre[zr]?|répète[zr]?|repite|repita|ripeti|stampa)\b[^.\n]{0,60}(?:prompt|instruc\w+|istruzion\w+|autres entretiens|otras entrevistas|altre interviste|outras entrevistas|invite système)\b[^.\n]{0,20})",
    ),
    _rule(
        Kind.ADDRESS,
        "tu es ¦vous êtes¦eres ¦usted es¦você é¦une ia¦una ia¦un'ia¦uma ia¦modèle de langage¦modelo de lengua¦modello linguistico¦modelo de linguagem¦assistant ia¦asistente¦un’ia",
        r"(?P<it>\b(?:tu es|vous êtes|eres|usted es|sei|você é|tu és)\s+(?:maintenant |désormais |ahora |adesso |ora |agora )(?:\w+\s+){0,3}?(?:ia\b|un['’]ia\b|assistant\w*|asistente|assistente|modèle de langage|modelo de leng\w+|modello linguistico|modelo de linguagem)|\b(?:en tant qu['’]|como |in quanto |come )(?:une? |una? |uma )?(?:ia\b|modèle de langage|modelo de leng\w+|modelo de linguagem|modello linguistico)[ ,]+(?:tu|vous|debes|deves?|devi|você|doit|dois)\b)",
    ),
    # Dutch, Scandinavian, Polish, Czech, Turkish, Indonesian, Vietnamese, Finnish, Hungarian
    _rule(
        Kind.ORDER,
        "negeer¦vergeet¦ignorera¦ignorer¦glöm¦glem¦bortse¦zignoruj¦ignoruj¦pomiń¦zapomnij¦yok say¦görmezden¦unut¦abaikan¦lupakan¦bỏ qua¦unohda¦hagyd¦felejtsd",
        r"(?P<it>\b(?:negeer|vergeet)\s+(?:alle|al|de|het|je|bovenstaande|voorgaande|vorige|eerdere)\s+(?:\w+\s+){0,3}(?:instructies?|aanwijzingen|regels|prompts?|codeboek|opdrachten)|\b(?:ignorera|ignorér|ignorer|glöm|glem|bortse från|se bort fra)\s+(?:alla?|alle|de|dina|dine|tidigare|tidligere|föregående|foregående)\s+(?:\w+\s+){0,3}(?:instru[kc]\w+|anvisning\w*|regler|promptar|kodbok\w*|kodebok\w*)|\b(?:zignoruj|ignoruj|pomiń|zapomnij o|ignorujte|zapomeň na)\s+(?:\w+\s+){0,3}(?:instrukcj\w+|poleceni\w+|polecenia|wskaz[óo]wk\w+|pokyn\w*|instrukce|pravidl\w+|zasad\w*|książk\w+ kod\w+)|\b(?:önceki|yukarıdaki|tüm|bütün)\s+(?:\w+\s+){0,3}(?:talimat\w*|komut\w*|kural\w*|yönerge\w*)\s+(?:\w+\s+)?(?:yok say|görmezden gel|unut|dikkate alma)\w*|\b(?:abaikan|lupakan)\s+(?:semua |seluruh )?(?:instruksi|perintah|petunjuk|aturan)\b[^.\n]{0,30}|bỏ qua\s+(?:mọi|tất cả|các)?\s?(?:các |những )?(?:hướng dẫn|chỉ dẫn|chỉ thị|lệnh)[^.\n]{0,30}|\bunohda\s+(?:kaikki\s+)?(?:\w+\s+){0,2}(?:ohjee\w*|ohjeet)|\bhagyd figyelmen kívül\s+(?:\w+\s+){0,4}(?:utasítás\w*|szabály\w*))",
    ),
    # Russian, Ukrainian, Bulgarian, Greek
    _rule(
        Kind.ORDER,
        "игнорир¦забуд¦ігнору¦пренебрег¦αγνόησ¦αγνοήσ¦ξέχνα",
        r"(?P<it>\b(?:про)?игнорируй(?:те)?\s+(?:\w+\s+){0,4}(?:инструкци\w+|указани\w+|правил\w*|команд\w*|промпт\w*)|\bзабудь(?:те)?\s+(?:\w+\s+){0,4}(?:инструкци\w+|указани\w+|правила|что было (?:выше|раньше))|\b(?:про)?ігноруй(?:те)?\s+(?:\w+\s+){0,4}(?:інструкці\w+|вказівк\w+|правил\w*)|\bпренебрегни\s+(?:\w+\s+){0,3}(?:инструкци\w+|указания)|\b(?:αγνόησε|αγνοήστε|ξέχνα)\s+(?:\w+\s+){0,4}(?:οδηγίες|εντολές|κανόνες))",
    ),
    _rule(
        Kind.ANSWER,
        "отвечай¦відповідай¦ответь",
        r"(?P<it>\b(?:отвечай(?:те)?|ответь(?:те)?|відповідай(?:те)?)\s+(?:\w+\s+){0,3}[«\"“']?(?:да|так|нет|ні)[»\"”']?\s+(?:на|всегда|независимо)\b[^.\n]{0,40})",
    ),
    # Arabic, Hebrew, Persian, Hindi
    _rule(
        Kind.ORDER,
        "تجاهل¦نادیده¦تجاهلي¦انس ¦התעלם¦התעלמי¦שכח ¦अनदेखा¦नज़रअंदाज़¦नजरअंदाज¦भूल जा",
        r"(?P<it>(?:تجاهل[ي]?|انس)\s+(?:\w+\s+){0,3}(?:التعليمات|الأوامر|القواعد|تعليماتك)[^.\n]{0,30}|(?:دستورالعمل|دستورات|دستورها|قوانین)\S*\s+(?:\S+\s+){0,4}(?:نادیده)[^.\n]{0,15}|(?:התעלם|התעלמי|שכח)\s+(?:\S+\s+){0,3}(?:מ?כל\s+)?(?:מ?ה?הוראות|ההנחיות|מההוראות|הכללים)[^.\n]{0,30}|(?:निर्देश|आदेश|नियम)\S*\s+(?:\S+\s+){0,3}(?:अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल)[^।\n]{0,15})",
    ),
    # Chinese, Japanese, Korean
    _rule(
        Kind.ORDER,
        "忽略¦无视¦無視¦忘记¦忘記¦忘れ¦무시¦잊어",
        r"(?P<it>(?:忽略|无视|無視|忘记|忘記|不要理会)(?:掉)?(?:你)?(?:以上|上述|上面|之前|先前|前面|所有|全部|一切|的){1,5}[^。\n]{0,6}?(?:指令|指示|说明|說明|提示|规则|規則|编码手册|編碼手冊|命令|内容|內容)|(?:以前|これまで|上記|前|今まで|上|すべて|全て)の?[^。\n]{0,8}?(?:指示|命令|プロンプト|ルール|コードブック|指令)(?:を|は)[^。\n]{0,6}?(?:無視|忘れ)\w{0,4}|(?:이전|위의?|앞의|모든|지금까지의)\s?[^.\n]{0,10}?(?:지시|명령|지침|프롬프트|규칙)(?:사항)?(?:을|를|은|는)?\s?(?:모두 |전부 )?(?:무시|잊어)\S{0,6})",
    ),
    _rule(
        Kind.ANSWER,
        "回答¦回复¦答え¦대답¦답하",
        r"(?P<it>(?:请|請|都|只|总是|總是|一律|必须)(?:一律|都|只)?(?:回答|回复)[“「\"']?(?:是|否|不是|[A-J])[”」\"']?|(?:必ず|常に|すべて|全て)[^。\n]{0,8}[「“\"']?(?:はい|いいえ|Yes|No)[」”\"']?と答え\w{0,4}|(?:항상|무조건|모든)[^.\n]{0,12}[\"'“]?(?:예|네|아니요)[\"'”]?(?:라고)?\s?(?:대답|답)\S{0,5})",
    ),
    _rule(
        Kind.DISCLOSURE,
        "系统提示¦系統提示¦システムプロンプト¦시스템 프롬프트¦其他访谈¦其他訪談¦他のインタビュー¦다른 인터뷰¦системный промпт¦системную инструкц¦других интервью¦системн",
        r"(?P<it>[^。.\n]{0,12}(?:系统提示|系統提示|其他访谈|其他訪談)[^。\n]{0,12}|[^。\n]{0,12}(?:システムプロンプト|他のインタビュー)[^。\n]{0,12}|[^.\n]{0,12}(?:시스템 프롬프트|다른 인터뷰)[^.\n]{0,16}|\b(?:покажи|выведи|раскрой|повтори|напечатай)(?:те)?\b[^.\n]{0,40}(?:системн\w+ (?:промпт|инструкц\w+|подсказк\w+)|других интервью))",
    ),
)

RULES = (*_ENGLISH, *_TEMPLATES, *_OTHER_LANGUAGES)
_SIGNS = tuple((rule, rule.signs) for rule in RULES)
_LATIN_SIGNS = tuple((rule, latin) for rule in RULES if (latin := tuple(filter(str.isascii, rule.signs))))


def applying(text: str) -> Iterator[Rule]:
    """The rules whose signs stand in a text."""
    lower = text.lower()
    for rule, signs in _LATIN_SIGNS if lower.isascii() else _SIGNS:
        for sign in signs:
            if sign in lower:
                yield rule
                break
