"""The words of a plan: what each step is called, why it stands there, what to mind. Grade 6 or lower."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from survivor_portal.directory import Ask
from survivor_portal.intake import Note, StepKey, When
from survivor_portal.web.forms import Words

WHEN: dict[When, Words] = {
    When.NOW: _("Do this first"),
    When.TODAY: _("Today, if you can"),
    When.LATER: _("When you have time"),
    When.IF_NO: _("Only if they say no or stay silent"),
}

# Title and reason. {it} is the name of the platform, "" elsewhere.
STEPS: dict[StepKey, tuple[Words, Words]] = {
    StepKey.DANGER: (
        _("Get safe first"),
        _("Call the emergency number at the top of this page. All the rest can wait."),
    ),
    StepKey.CHILD_LINE: (
        _("Talk to a helpline for young people"),
        _("They listen, and they help to find a safe adult. You can stop the call at any time."),
    ),
    StepKey.THREAT: (
        _("What to do about the threats"),
        _("You are not alone and not to blame. Many people get through this. Go in this order."),
    ),
    StepKey.TELL: (
        _("Tell one person you trust"),
        _("You do not have to carry this alone. You choose who, and how much you say."),
    ),
    StepKey.HOTLINE: (
        _("Report it to a hotline"),
        _(
            "Hotlines look for the child first. They tell police and ask companies to take the picture down. "
            "You need only links or names."
        ),
    ),
    StepKey.CHILD_FORM: (
        _("Tell {it}: this shows a child"),
        _("From the moment they read it, they know. In many places the law then makes them act."),
    ),
    StepKey.THREAT_FORM: (
        _("Report the threats to {it}"),
        _("They can close the account that threatens, and keep its data for the police."),
    ),
    StepKey.REQUEST: (
        _("Ask {it} to take it down"),
        _(
            "This letter names the law of the place you live, so they must look at it as more than a complaint."
        ),
    ),
    StepKey.REQUEST_48H: (
        _("Send {it} the request under the TAKE IT DOWN Act"),
        _("This is a US law about a deadline. It counts only if all its parts are there. We check them."),
    ),
    StepKey.NO_WAY: (
        _("{it} does not publish a way to reach it"),
        _("We found no address for this. Go to the host, the name seller and the search engines instead."),
    ),
    StepKey.SHIELD: (
        _("Do not write to {it} in your own name"),
        _(
            "Others can act for you here: the hotline, the host and the search engines. Your name stays out of it."
        ),
    ),
    StepKey.AUTHORITY: (
        _("Ask the authority that can order it down"),
        _("This office can make a site act. Asking is free."),
    ),
    StepKey.LEGAL_FIRST: (
        _("Ask a free lawyer or a hotline before you go to police"),
        _(
            "You are not in trouble with us. Laws on pictures that young people took themselves differ. "
            "A lawyer can tell you what is safe to say."
        ),
    ),
    StepKey.POLICE: (
        _("Tell the police"),
        _(
            "Ask them to write to the platform and to have the account data kept. A number for your case helps later."
        ),
    ),
    StepKey.SEARCH: (
        _("Take it out of search results"),
        _("This hides the way to it, even while the site is slow. The page itself must go as well."),
    ),
    StepKey.HASH: (
        _("Make a fingerprint of the picture"),
        _(
            "A fingerprint (hash) lets platforms block copies. It is made on your own device. The picture stays there."
        ),
    ),
    StepKey.OWNER: (
        _("The owner of the site"),
        _("The owner can delete it. But writing to them also shows that someone is looking."),
    ),
    StepKey.HOST: (
        _("Ask the company that hosts the site"),
        _("The host keeps the files. It can delete them or switch the site off."),
    ),
    StepKey.CDN: (
        _("Ask the company that stands in front of the site"),
        _("Many sites hide behind such a company. It can often tell you who the real host is."),
    ),
    StepKey.REGISTRAR: (
        _("Ask the company that sold the site its name"),
        _("It cannot delete one file. It can switch off the whole name, so it comes after the host."),
    ),
    StepKey.STATE_LAW: (
        _("Send {it} a second request under your state’s law"),
        _("It is slower but gives you more rights. Send it next to the first one."),
    ),
    StepKey.FLAGGER: (
        _("Ask a trusted flagger to report it for you"),
        _("Platforms in Europe must look at reports from these groups first."),
    ),
    StepKey.TRAFFICKING: (
        _("Call a line for people who were forced or sold"),
        _("You told us someone forced, paid for or traded it. This line knows what helps then."),
    ),
    StepKey.DATA_LAW: (
        _("Ask {it} to erase it under data law"),
        _("A back-up for when the first request fails. It can take a month."),
    ),
    StepKey.SCHOOL: (
        _("Tell the school, only if you want to"),
        _("A school can stop pupils from passing it on. Ask for one person and for silence."),
    ),
    StepKey.REGULATOR: (
        _("Complain about the platform"),
        _(
            "A regulator checks if platforms follow the law. Most cannot remove one post, but a complaint counts."
        ),
    ),
    StepKey.APPEAL: (
        _("Tell {it} that its answer was wrong"),
        _("You may complain about a “no”. People, not only machines, must look at it again."),
    ),
    StepKey.COPYRIGHT: (
        _("A copyright notice to {it}: the last resort"),
        _("Only for adults who took the picture themselves. Read the warning before you use it."),
    ),
    StepKey.LAWYER: (
        _("Ask a lawyer what else you can claim"),
        _("Some rights need a court. A first talk is often free."),
    ),
    StepKey.SUPPORT: (
        _("Someone to talk to"),
        _("This is a lot. You do not have to do it all today."),
    ),
}

NOTES: dict[Note, Words] = {
    Note.KNOWLEDGE: "",
    Note.PROCESS_UNKNOWN: _(
        "We found no form of theirs for this law. Send it to each contact they publish and keep proof. "
        "We cannot name a deadline until their own way is known."
    ),
    Note.HASH_CONDITION: _(
        "Only if the picture is already on your own device. Never download it or ask for it to do this."
    ),
    Note.POLICE_AFTER_LEGAL: _(
        "This comes after the hotline and the lawyer, because the picture was first made or sent by the young person."
    ),
    Note.PRESERVATION: _(
        "The letter asks police to have the platform keep the data. In one big case, this is what worked."
    ),
    Note.NAME_RISK: _(
        "Name risk: your name and address can go to the person who posted it, and into public lists. "
        "They can also have it put back in 10 to 14 working days."
    ),
    Note.OWNER_NOT_SAFE: _(
        "We leave the owner out, because it may not be safe. The host can act without the owner."
    ),
    Note.NOT_A_PARENT: _(
        "This can be a doctor, a school nurse, an aunt or a friend’s parent. It does not have to be anyone at home."
    ),
    Note.TWO_TAKE_IT_DOWNS: _(
        "Two things share one name. Take It Down (NCMEC) makes a fingerprint of a picture of someone under 18. "
        "The TAKE IT DOWN Act is a US law with a 48-hour deadline. Complaints under it go to the FTC."
    ),
    Note.NO_IMAGE: _(
        "Never download, copy or send the picture to show it. Links, names and dates are enough."
    ),
    Note.LOOK_UP_HOST: _(
        "To find out who it is: go to lookup.icann.org and type only the name of the site, not the whole link."
    ),
    Note.ABROAD: _(
        "You can use this US law from other countries too. How well it works from abroad is less sure."
    ),
    Note.STATE_ACCOUNT: _("This law wants you to have an account there. We ask you about it at the letter."),
    Note.REFUSED: _("They said no to you. Keep their words. They show that the company knew."),
    Note.SILENT: _("They did not answer you. The letter says so."),
    Note.EXPOSED_TRAFFICKING: "",
    Note.SHORT_LINK: _("One of these is a short link. If you have the full link, add it."),
    Note.ONLY_WORDS: _(
        "We do not know this app. Use the report button inside the app, and name the account and the day."
    ),
    Note.ASK_TO_CHECK: "",
    Note.NO_LETTER_FOR_OTHERS: _(
        "Anyone may report this. You do not need to give the child’s name or your own."
    ),
}

# These stand open on the card; the other notes open on demand.
WARNINGS = frozenset(
    {
        Note.NAME_RISK,
        Note.HASH_CONDITION,
        Note.OWNER_NOT_SAFE,
        Note.POLICE_AFTER_LEGAL,
        Note.NOT_A_PARENT,
        Note.PROCESS_UNKNOWN,
        Note.ONLY_WORDS,
    }
)

ACCOUNT: dict[str, Words] = {
    "yes": _("You need an account there."),
    "no": _("No account needed."),
    "unknown": _("We do not know if you need an account."),
}
NAME: dict[str, Words] = {
    "name_passed_on": _("Your name may be passed on to the person who posted it."),
    "none": _("They say they do not pass your name on."),
    "hostile": _("Your name is not safe there."),
    "unknown": _("We do not know if your name is passed on. The letter asks them to keep it to themselves."),
}
REVERSIBLE: Words = _("The other side can have it put back.")
IDENTITY: Words = _(
    "They may ask for proof of who you are. Cover all but your name. Never send a child’s ID if an adult can sign."
)

ASKS: dict[Ask, Words] = {
    Ask.LINKS: _("the links"),
    Ask.ACCOUNT: _("the account name"),
    Ask.WHEN: _("the day and time"),
    Ask.DESCRIPTION: _("a short reason"),
    Ask.CATEGORY: _("the kind of problem"),
    Ask.REASON: _("why it breaks the rules"),
    Ask.LAW: _("which law it breaks"),
    Ask.RELATION: _("who you are to the person shown"),
    Ask.AGE: _("the age in the picture"),
    Ask.NO_CONSENT: _("that there was no consent"),
    Ask.GOOD_FAITH: _("that you write in good faith"),
    Ask.ACCURACY: _("that what you say is true"),
    Ask.PERJURY: _("an oath that it is true"),
    Ask.SIGNATURE: _("your typed name as a signature"),
    Ask.NAME: _("a name"),
    Ask.EMAIL: _("an e-mail address"),
    Ask.CONTACT: _("how to reach you"),
    Ask.POSTAL: _("a postal address"),
    Ask.COUNTRY: _("your country"),
    Ask.DOMAIN: _("the name of the site"),
    Ask.IP_ADDRESS: _("the number (IP) of the server"),
    Ask.AUTHORITY: _("proof that you may act for the person"),
    Ask.IDENTITY_PROOF: _("proof of who you are"),
    Ask.FACE_PICTURE: _("a picture of the face (never send the picture this is about)"),
    Ask.EVIDENCE: _("proof in words"),
    Ask.WORK: _("which photo it is, for copyright"),
    Ask.TICKET: _("the number of an earlier report"),
}
