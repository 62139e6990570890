"""Words by which writers give away what they do: report, cite, mock, name a title.

One list for all languages: a word of one is hardly ever a word of another with another meaning.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that start with an apostrophe, so that it opens nothing.
ELISIONS = _words(
    """
    tis twas twere twill em til till cause cos round bout n nuff neath gainst s t d ll re ve
    un ello im
    """
)

# Parts of surnames.
PARTICLES = _words(
    """
    de del della di da du des van von der den zu la le ter ten af av al el bin ibn ben dos das
    y st
    """
)

# Words without a capital in titles, which carry no title either.
SMALL_IN_TITLES = _words(
    """
    le la les l un une et de du d o и в о на the a an of and in on to for its from with at by
    der die das und von des dem den ein eine im zur zum into vs versus y e zu but nor s or as
    is del di da van
    """
)

# Words with a capital that are no author: "(Figure 3)", "(March 1953)".
NEVER_NAMES = _words(
    """
    abbildung tabelle kapitel artikel abschnitt band teil chapitre and but or yes no i he she
    it they we this that october november december spring summer autumn fall winter page
    january february march april may june july august september latin greek spanish italian
    chinese japanese arabic hebrew polish sic emphasis italics translation russian german
    french english figure fig table chapter ch article section sec act part vol volume week
    question response note step version war world
    art arts articles clause annex appendix paragraph para sect no nos cap item point lines page
    """
)

# Words without a capital in an unknown work's author and title.
SMALL_IN_CITATIONS = _words(
    """
    и в о об на из к et und al is y e die das dem or ed eds edited trans the a an of and in on
    to for its from with at by as de del der den des di da du van von zu la le les
    """
)

# Words whose full stop ends no sentence.
ABBREVIATIONS = _words(
    """
    p pp pg s cf vgl ed eds vol dr mr mrs ms prof st etc e.g i.e no ch fig vs al bzw z.b d.h
    ca jr sr с
    """
)

# Verbs of those who write: "Jones argues that".
WRITING = _words(
    """
    пишет писал писала утверждает отмечает подчеркивает замечает считает escribe escribió
    afirma sostiene explica scrive scrisse osserva écrit écrivait affirme soutient explique
    souligne note décrit précise beschreibt erklärt feststellt formuliert stellt zufolge
    zitiert schreibt schrieb argumentiert meint behauptet bemerkt betont nennt defines defined
    opens ends begins refers speaks acknowledges mentioned reports reported recalls recalled
    reminds warns warned characterizes characterises characterized insists insisted mentions
    stated stating states adds added continues continued calls terms remarked concludes
    concluded emphasizes emphasises emphasized maintains maintained assert asserts asserted
    puts remarks pointed contend contends contended suggest suggests suggested maintain
    described observe observes observed explain explains explained points write writes wrote
    writing argue argues argued arguing notes noted noting claim claims claimed claiming
    describe describes uses shows discusses believes identifies stresses stressed recounts
    narrates highlights labels
    """
)

# Verbs of those who speak, and may be quoted by somebody else.
SAYING = _words(
    """
    говорит говорил сказал сказала заявил called admits admitted sagt sagte fragt rief dit
    disait déclare dice dijo disse say says said saying tells told declares declared announces
    announced proclaimed exclaimed exclaims replied replies asks asked
    """
)

REPORTING = WRITING | SAYING

# Verbs with which a writer cuts in, though they tell of no writing by themselves.
GOING_ON = _words("goes went fährt fuhr poursuit poursuivit prosegue sigue продолжает продолжал")

# Who may be somebody named before.
PRONOUNS = _words("she he they er sie elle il lei lui ella él она он they")

# What those who take part in a discussion write.
POSTS = _words("point question response comment post reply answer idea")

# What may stand between a name and its verb.
SKIPPED_BEFORE_VERB = _words(
    """
    auch selbst a en et al too simply himself f ff p pp it aptly correctly therefore
    explicitly first was is hat has have had also later then once rightly famously further
    even here thus would does did herself still clearly again
    """
)

# "in Jones's words", "Jones's account".
OWN_WORDS = _words(
    """
    poem text point analysis opinion expression autobiography report words word account view
    phrase term formulation terms description book article essay argument claim reading
    chapter speech memoir
    """
)

# How people are addressed, which is no part of their names.
ADDRESSES = _words("mr mrs ms miss dr prof professor sir lord lady herr frau m mme monsieur madame")

# Words with a capital at the start of a sentence.
NOT_NAMES = _words(
    """
    according laut selon moreover furthermore similarly instead still comme como come dans im
    nor or not no yes perhaps now let because an a from of even later first finally again wie
    он она они мы я как в also so then thus indeed yet er sie es der die das wir ich man il
    elle on nous je his her their our my your its people some many others most i we you one
    who what which that there here these those the in as but and he she this it they however
    mein meine unser unsere mon ma mes mi
    when while although though after before since if for at with by to
    like unlike did does do given despite both either neither only just maybe well was were is
    are has have had can could would should may might every each such another other all any
    """
)

# What is said to bear a title: 'the poem "Babi Yar"'.
TITLE_NOUNS = _words(
    """
    paper headline titel aufsatz kapitel gedicht intitulé poème статья article chapter essay
    poem book film movie song story titled entitled novel play painting lecture episode
    documentary section
    """
)

# What is said of words as words: 'the term "thaw"'.
WORD_NOUNS = _words(
    """
    buzzword wort begriff wörter mot terme слово термин понятие word words term terms concept
    notion label name expression letter prefix suffix adjective noun verb nickname slogan
    motto category
    """
)

# "called", after which a name is given.
NAMING = _words(
    """
    called termed dubbed labeled labelled nicknamed named christened genannt nommé appelé
    """
)

# Words that say that the next ones are not meant.
IRONIC = _words(
    """
    мнимый пресловутый quasi self-proclaimed self-described angeblichen soi-disant prétendu
    prétendue llamado cosiddetto cosiddetta so-called supposed supposedly alleged allegedly
    ostensible ostensibly sogenannte sogenannten sogenannter sogenanntes angeblich angebliche
    """
)

# Words that lead to a translation.
MEANING = _words(
    """
    meaning means meant translated translates bedeutet signifie literally
    """
)

# What somebody is imagined to do.
SPEAKING = _words(
    """
    say ask think argue object wonder answer respond reply shout claim call said asked thought
    wondered
    """
)

# Those whose words are in no reading.
ANYBODY = _words(
    """
    father parents friend friends i we one someone somebody anyone everyone nobody myself
    ourselves yourself professor teacher lecturer grandmother grandfather mother
    """
)

# With "my", even where what they say is told some words later.
RELATIVES = _words(
    """
    great-grandfather great-grandmother grandfather grandmother grandpa grandma granddad aunt
    uncle father mother brother sister cousin roommate flatmate coworker boss teacher professor
    dad mom mum oma opa mutter vater großmutter großvater mère père
    """
)

# Everybody and nobody, who say what stands in no reading either.
EVERYBODY = _words(
    """
    people everyone everybody others some jeder jede alle manche viele leute man on tous certains
    все многие люди говорят
    """
)

# What is not said by anybody, but might be; single words, and two that follow each other.
IMAGINED = _words(
    """
    imagine imagined imagining imaginary hypothetical pretend pretends would could might wouldn't
    couldn't objection objections opposite paraphrase
    würde würden könnte könnten hätte vorstellen
    aurait auraient dirait pourrait imaginons imaginer бы
    """
) | {
    ("as", "if"), ("as", "though"), ("if", "i"), ("something", "like"), ("other", "words"),
    ("difference", "between"), ("als", "ob"), ("anders", "gesagt"), ("comme", "si"),
    ("autrement", "dit"), ("как", "будто"), ("другими", "словами"),
}  # fmt: skip

# What has a voice of its own besides the readings.
VOICES = (
    _words(
        """
        proverb proverbs adage motto slogan caption captions syllabus assignment rubric prompt
        reviewer tweet meme rule translate translates
        sprichwort redensart spruch motto bildunterschrift aufgabe
        proverbe dicton adage légende refrán proverbio
        пословица пословицу пословице поговорка поговорку
        """
    )
    | {("reminded", "me"), ("reminds", "me"), ("the", "saying"), ("old", "saying"), ("my", "dad")}
    | {("my", "mother"), ("my", "father"), ("my", "mom"), ("my", "mum"), ("my", "friend")}
)

# Where words are looked up.
REFERENCE_WORKS = _words(
    """
    oed dictionary dictionaries wikipedia merriam-webster webster's encyclopedia encyclopaedia
    britannica duden wörterbuch lexikon dictionnaire larousse diccionario dizionario словарь
    словаре википедии
    """
)

# Words that show that a second quotation follows, not the rest of the first.
NO_CUT_IN = _words(
    """
    and but or while that which as of with about then also und aber oder dass als et mais que
    qui и но что как
    him her it them us me this these ihn ihm sie es lui leur его ему её
    how why where when whether because if wie warum ob wenn weil
    """
)

# Chapters are cited so; the first stands for 1.
NUMBER_WORDS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
)  # fmt: skip
