"""Words typed in distress: they ask for a person, and no fact of science may be the reply.

There are two replies: one where somebody may be in danger (wants to die, hurts themselves, is hurt or
bullied) and one where somebody is sad or lonely. Phrases below are patterns of small letters without
apostrophes; `<word>` stands for one of `_WORDS`, and ` ... ` for a few words of the same sentence.
"""

import re
from collections.abc import Sequence

from tutor_app.errors import UserError

HELP = (
    "That sounds serious, and a program is not who can help. Please talk to somebody now: a parent, a "
    "teacher or a friend. If somebody hurts you, it is not your fault: tell an adult you trust. If you are "
    "in danger, call the emergency number (112, 911 or 999). People who listen, by country: findahelpline.com"
)
COMFORT = (
    "That sounds hard, and I am sorry: please tell somebody you trust, a friend, a parent or a teacher, "
    "how you feel."
)

_LONGEST = 2000  # letters that are looked at: words of distress are few
_WORDS = {  # a word's own words come after it
    "now": "( (all the time|every ?day|inside|lately|today|yesterday|now|anymore|again|rn|at (school|home)))*"
    "<end>",
    "start": r"^|\. |, ",
    "end": r" ?[.,]| ?$",
    "person": "(my|our|her|his|a|the|this|some) (\\w+ ){0,2}?((<family>)s?|friends?|bestie|bff|girlfriend"
    "|boyfriend|ex|teacher|coach|neighbou?rs?|babysitter|classmates?|class|boys?|girls?|kids?|man|men|guys?|woman"
    "|person)|somebody|someone|some people|every(one|body)|people|boys|girls|kids|teens|teenagers|hes?|shes?",
    "family": "(step|foster |grand)?(m[ou]m|mommy|mummy|mother|dad|daddy|father|parents?|brothers?|bro"
    "|sisters?|sis|uncle|aunt|auntie|cousin|grandma|grandpa|granny|family)",
    "i": "i|im|id|ive|ill",
    "want": "(want|wants|wanted|wanna|wana|wan|wnat|wish|plan|plans|planning|like|trying|tried|try|tryna|need"
    "|needs|ready|rather|decided|deserve|deserves|should|thinking of|thinking about)( to| 2)?",
    "die": "(die+|dying)(?!( (my|our|his|her|the|some))? (hair|cloth\\w*|(t ?)?shirts?|wool|fabric|eggs)\\b)"
    "|be dead|not exist|stop existing|sleep forever",
    "myself": "my ?(sel+f+|slef|sef)(?! (a|an|some|the)\\b)",
    "themselves": "himself|herself|themself|themselves",
    "kill": "kil+(s|ed|ing)?|hang(s|ed|ing)?|shoots?|shot|starv(es?|ing)|drown(s|ed)?|stab(s|bed)?|unalive",
    "hurt": "hurt|harm|cut|burn|injure|punch|scratch",
    "hurting": "hurting|harming|cutting|burning|injuring|punching",
    "often": "keep|kept|started|again|every|often|sometimes|always|on purpose|sad|feel|angry|deep|stop",
    "pills": "pills?|tablets?|meds|medicines?|medication|painkillers?|paracetamol|tylenol|ibuprofen|advil"
    "|aspirin|antidepressants?|xanax|bleach|rat poison",
    "you": "me|you|u|yourself|myself|someone|somebody|a (person|human|man|woman|girl|boy|kid|child|teen)",
    "hits": "hits?|hitting|beats?|beating|slaps?|slapped|kicks?|kicked|punch(es|ed)?|hurts?|hurting"
    "|chok(es|ed)|spank(s|ed)?|whips|threaten(s|ed)?|abuse[sd]?|touch(es|ed|ing)?|grop(es|ed)|molest(s|ed)?|rapes?",
    "in_play": "(?! (at (?!home|night|school|bedtime|dinner|lunch|break|recess|my|our)|in (chess|maths?"
    "|(a|the) (\\w+ ){0,2}?(race|game|match|quiz|test)(?! (room|store)))"
    "|to (school|the (bus|door|finish|goal|line|top|\\w*ball))"
    "|(with )?(a|the|his|her) (\\w+ )?\\w*ball(?! bat))\\b)",
    "very": "((so|very|really|just|always|kinda|kind of|pretty|a bit|a little|super|too|feeling|still|quite"
    "|often|like|bad and) )*",
    "sad": "sad|lonely|depressed|unhappy|miserable|worthless|hopeless|heartbroken|unloved|unwanted|a failure"
    "|a loser|a burden|left out|homesick",
    "low": "(all |so )?alone|scared|afraid|anxious|stressed|ugly|fat|stupid|dumb|useless|empty|nothing|crying"
    "|hated|bad|terrible|awful|down",
    "creature": "cells?(?! ?phones?)|genes?|enzymes?|inhibitors?|inhibition|substrates?|apoptosis|lysosomes?"
    "|bacteri(a|um)|microbes?|germs?|virus(es)?|yeast|algae|corals?|flowers?|plants?|trees?|weeds?"
    "|insects?|bees?|ants?|aphids?|wasps?|spiders?|mosquito(e?s)?|flies|animals?|lemmings?|whales?|dolphins?|birds?|\\w*fish(es)?|frogs?|monkeys?"
    "|chimps?|chimpanzees?|wol(f|ves)|dogs|cats|hens?|chickens?|mouse|mice|rats?(?! poison)|octopus(es)?",
    "nobody": "nobody|no one|noone|no body",
    "likes": "(likes?|loves?|cares? (about|for)|understands?|talks? (to|with)|plays? with"
    "|wants?( to play with)?|believes?|needs?|misses|listens? to)",
}
_DANGER = (
    # wanting to die
    "<i> ... <want> <die>",
    "<start>(i am|im) (just )?(going to|gonna) <die>",
    "<start>((wanna|want to) die|can i die<end>)",
    "<kill> (<myself>|yourself)|(wanna|want to) unalive",
    "(end|ending|take|taking) my (own )?life|end it all",
    "i ... (dont|do not|didnt|never) (want to|wanna|wanted to) (live|be alive|be here|exist|wake up|go on)",
    "(tired|sick) of (living|life|being alive)|(nothing|no reason) to live( for)?"
    "|(not worth|point of) living|think(ing)? (a lot )?about (death|dying) (all|every|a lot)",
    "i (just )?(cant|cannot) (go on|live like this|live anymore|do this anymore|take it anymore)",
    "i (wish|hope) (i|id) ... (dead|alive|born|die|wake up|exist|disappear)|i hope i die",
    "better off (dead|without me)",
    "<start>((please|just|somebody|someone) )*(kil+ me|let me die)( now| please)*<end>",
    "^((ugh|omg|just|im) )*kms( (now|rn|lol|fr|pls|please|tonight|today))*<end>",
    "(wanna|want to|gonna|going to|gotta|will|ill|might|should|tryna|need to|rather|imma) kms",
    "kys|self ?harm(ing|ed)?",
    # hurting oneself; who was hurt by accident asks what happens then
    "(?<!without )(?<!avoid )(?<!prevent )<hurting> <myself>",
    "(<want>|going to|gonna) <hurt> <myself>",
    "<often> ... <hurt> <myself>|<hurt> <myself> ... <often>",
    "(^|\\. )i ((have|just|did) )*<hurt>(ed|t)? <myself>( (today|yesterday|now|a lot|lol))*( \\.|$)",
    "how (to|do i|can i|should i) <hurt> <myself>",
    "(cut|cutting|slit|slitting)( (my|your|her|his|the))? wrists?|cut(ting)? my (arms|legs)",
    "make <myself> (throw up|vomit|puke)",
    # ways to die
    "(how|ways?|where) (to|can i|do i|could i|should i) (\\w+ly )?die(?! (cast|cut))",
    "(easiest|easy|fast|fastest|quick|quickest|painless|best|peaceful|good) ways? (to|of) (<die>|death)",
    "painless(ly)? (death|die|dying)|(die|death|dying) (\\w+ )?painless(ly)?",
    "how long(?! [^.]{1,40}\\b<creature> (\\w+ ){0,2}?to die) ... to die (from|by)",
    "<want> jump (off|from)|(what|which|can) <pills> ... kills? (me|myself)",
    "i (took|swallowed) (too many|too much|all|a lot of|\\d\\d+) ((of|my|the) )*<pills>|i drank bleach",
    "how (many|much) ... <pills> ... (die|dead|death|lethal|fatal|deadly|overdose|od|kills? <you>)"
    "(?! (to|for) ((a|an|the) )?(\\w+ )?<creature>\\b)",
    "how (many|much|high|deep|long) ... kills? me",
    "how (high|far) ... (jump|fall|building|bridge|roof) ... (to die|until you die|kill <you>)",
    "(<i>|she|he|how to) ... overdos(e|ed|ing)",
    "does it hurt (to die|when (you|i|people) die)|does dying hurt|is dying painful",
    # somebody else
    "<i> ... want to kill (my <family>|my teacher|him|her|them|someone|somebody|everyone|people)",
    "(?!((?<=are )|(?<=are all )|(?<=many ))people|(?<=is )every(one|body))"
    "<person> ... (<want>|going to) (<die>|<hurt> <themselves>)",
    "<person> ... (<kill>|harm|cut) themselves",
    "<person> ... (doesnt|does not|dont) want to (live|be alive|exist)",
    # being hurt or bullied
    "^(?!.*\\b(shock|static|spark)).*\\b<person> (\\w+ ){0,3}?<hits> (on )?(me|us|my (\\w+ )?<family>)\\b"
    "<in_play>",
    "<person> (\\w+ ){0,3}?touch(es|ed|ing)? my (private|butt|bum|breast|boob|chest|thigh|leg|body)\\w*",
    "(see|touch) me naked|i ((am|was|get|keep) )?(being|getting|was|got) (hit|beaten|touched)( up)?<now>",
    "<start>they (\\w+ ){0,2}?(hit|beat|kick|punch|hurt|threaten) me",
    "(<i>|i am|i was|i got|i get) ... (hit|beaten|slapped|kicked|hurt|touched|threatened) by (<person>|them)",
    "(im|i am|i was|i got|i have been|ive been) (being |getting )?(abused|groped|beaten up|harassed|groomed)",
    "raped|molested|(child|sexual) abuse|nudes",
    "(<person>|they) ((all|always|keep) )*(laugh(s|ed|ing)? at|ma(kes?|king|de) fun of|pick(s|ed|ing)? on"
    "|teas(e|es|ed)|mocks?) me",
    "(scared|afraid|terrified) (of my <family>|to go (back )?(home|to school))",
    "(<want> )run away( from home)?<end>|i (dont|do not) feel safe",
)
_GRAVE = (  # unless a lesson, and not a person, is spoken of
    "suic\\w*d\\w*|suisid\\w*|sucid\\w*|bull?(y|ys|ies|ied|yed|yd|ying|ing)",
    "(<kill>|cuts|cutting|hurts|hurting|harms|harming) (himself|herself|themself)",
)
_TAUGHT = (
    "<creature>",
    "romeo|juliet|hamlet|ophelia|othello|socrates|seneca|nero|brutus|judas|cleopatra|hannibal|hitler|goebbels"
    "|turing|van gogh",
)
_PEOPLE = (
    "i|im|ive|id|ill|(?<!tell )me|my|mine|<myself>|us|our|(?<!do )(we|you)|u|your|yourself|he|him|his|she|her"
    "|<family>|person|kids?|boys?|girls?|teens?|friends?|class|classmates?|school|someone|somebody"
    "|every(one|body)",
)
_SADNESS = (
    "<start>((hi|hey|hello|sometimes|today|and|because|but|yes) )*(i am|im|i( always)? feel|i felt|ive been"
    "|i have been|i was) <very>(<sad>|<low><now>)",
    "((am i|my friend is|i (think i )?have) <very>(<sad>|depression))<now>|(im|i am) not ok(ay)?<now>",
    "<start>(i need help|help me)( please)?<end>",
    "(why am i|why do i( always)? feel|how (can i|do i|to) stop (being|feeling)) <very>(<sad>|<low>)<now>",
    "(what (can|should|do) i do|help me) ... (i am|im|i feel) <very>(<sad>|<low>)<now>",
    "<nobody> ((really|ever|even|in my class|at (school|home)) )*<likes> me",
    "does (<nobody>|anyone|anybody) (even )?<likes> me",
    "(everyone|everybody|they all|the whole class) (\\w+ ){0,2}?(hates?|ignores?|avoids?|left|leaves?) me",
    "(<person>|they) (\\w+ )?(hates?|ignores?|(doesnt|dont|does not|do not) (\\w+ )?<likes>) me",
    "i (\\w+ )?hate (<myself>|me|my (life|body|family)|being (me|alive|alone)|living|everything|everyone)",
    "my life (sucks|is <very>(bad|terrible|awful|over|meaningless|worthless|horrible|hell|ruined|sad))",
    "i ((have|got) no|(dont|do not) have any|havent got any)( real)? friends?|i have (nobody|no one)<end>",
    "i (cant|cannot) stop crying|i (keep|am always) crying|i cry (every|all|a lot|at night|<myself>)",
    "i (really |so )?miss my (dead )?(<family>|friends?|dog|cat)",
    "<start>my (<family>|friend|dog|cat|pet) ((just|has) )*(died|passed away|is dead|is dying)<now>",
    "(im|i am) not (good|pretty|smart) enough",
)


def _any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    pattern = "|".join(phrases)
    for word, meaning in _WORDS.items():
        pattern = pattern.replace(f"<{word}>", f"(?:{meaning})")
    pattern = pattern.replace(" ... ", r"\b[^.]{1,30}\b").replace("(", "(?:").replace("(?:?", "(?")
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


_IN_DANGER, _GRAVELY, _OF_LESSONS, _OF_PEOPLE, _SADLY = map(
    _any_of, (_DANGER, _GRAVE, _TAUGHT, _PEOPLE, _SADNESS)
)


class DistressError(UserError):
    """Not a mistake: somebody needs help."""

    title = "Please talk to somebody"


def reply_to(text: str) -> str:
    """The kind words for what was typed in distress; empty for anything else."""
    said = _plain(text)
    of_lessons = _OF_LESSONS.search(said) and not _OF_PEOPLE.search(said)
    if _IN_DANGER.search(said) or (_GRAVELY.search(said) and not of_lessons):
        return HELP
    return COMFORT if _SADLY.search(said) else ""


def send_to_a_person(text: str) -> None:
    """Raise those kind words."""
    if kind := reply_to(text):
        raise DistressError(kind)


def _plain(text: str) -> str:
    """Small letters and single spaces, without apostrophes; a sentence ends with ` .` whatever ended it."""
    text = re.sub(r"['’`´]", "", text[:_LONGEST].casefold())
    text = re.sub(r"[.?!;:\n]+", " . ", text.replace(",", " , "))
    return " ".join(re.sub(r"[^\w.,]+", " ", text).split())
