"""The words the whole house agrees on: what a person answered and what a record may say."""

from enum import StrEnum


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure we are of a fact: HIGH own page read; MEDIUM second-hand; LOW memory, old or indirect."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Kind(StrEnum):
    """What a platform is. LEAK and NUDIFY exist for such pictures: recognised, never listed to browse."""

    SOCIAL = "social"
    MESSAGING = "messaging"
    VIDEO = "video"
    FORUM = "forum"
    ADULT = "adult"
    FILEHOST = "filehost"
    HOSTING = "hosting"
    CDN = "cdn"
    REGISTRAR = "registrar"
    SEARCH = "search"
    ARCHIVE = "archive"
    AI = "ai"
    GAMING = "gaming"
    DATING = "dating"
    PAYMENT = "payment"
    APPSTORE = "appstore"
    LEAK = "leak"
    NUDIFY = "nudify"


class Purpose(StrEnum):
    """What a channel of a platform takes."""

    MINOR_SEXUAL = "minor_sexual"
    NCII = "ncii"
    US_48H = "us_48h"
    SEXTORTION = "sextortion"
    PRIVACY = "privacy"
    IMPERSONATION = "impersonation"
    COPYRIGHT = "copyright"
    DSA_NOTICE = "dsa_notice"
    APPEAL = "appeal"
    GENERAL_ABUSE = "general_abuse"
    LAW_ENFORCEMENT = "law_enforcement"


class Method(StrEnum):
    WEB_FORM = "web_form"
    EMAIL = "email"
    IN_APP = "in_app"
    POST = "post"


class Subject(StrEnum):
    """Whose picture a channel takes, by the age in the picture."""

    CHILD = "child"
    ADULT = "adult"
    ANY = "any"


class Ask(StrEnum):
    """What a form or desk asks for, in one vocabulary, so that an answer can be laid beside it."""

    LINKS = "links"
    ACCOUNT = "account"
    WHEN = "when"
    DESCRIPTION = "description"
    CATEGORY = "category"
    REASON = "reason"
    LAW = "law"
    RELATION = "relation"
    AGE = "age"
    NO_CONSENT = "no_consent"
    GOOD_FAITH = "good_faith"
    ACCURACY = "accuracy"
    PERJURY = "perjury"
    SIGNATURE = "signature"
    NAME = "name"
    EMAIL = "email"
    CONTACT = "contact"
    POSTAL = "postal"
    COUNTRY = "country"
    DOMAIN = "domain"
    IP_ADDRESS = "ip_address"
    AUTHORITY = "authority"
    IDENTITY_PROOF = "identity_proof"
    FACE_PICTURE = "face_picture"
    EVIDENCE = "evidence"
    WORK = "work"
    TICKET = "ticket"
    INSTRUCTION = "instruction"  # not a field: a category to choose, a subject line to use
    OTHER = "other"


class Risk(StrEnum):
    """What happens to the reporter's name."""

    NONE = "none"
    NAME_PASSED_ON = "name_passed_on"
    HOSTILE = "hostile"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What a law is for in our hands."""

    REMOVAL_REQUEST = "removal_request"
    PLATFORM_APPEAL = "platform_appeal"
    PRIORITY_CHANNEL = "priority_channel"
    AUTHORITY_ORDER = "authority_order"
    REGULATOR_COMPLAINT = "regulator_complaint"
    DISPUTE_BODY = "dispute_body"
    PROVIDER_DUTY = "provider_duty"
    CIVIL_CLAIM = "civil_claim"
    CRIMINAL = "criminal"
    CASE_LAW = "case_law"
    NATIONAL_NOTES = "national_notes"
    SERVICE = "service"
    STATUS = "status"


class Need(StrEnum):
    """What a helpline or service is for."""

    CRISIS_SUPPORT = "crisis_support"
    MENTAL_HEALTH = "mental_health"
    REPORT_CRIME = "report_crime"
    REMOVAL_HELP = "removal_help"
    LEGAL_HELP = "legal_help"
    SEXTORTION = "sextortion"
    LAW_ENFORCEMENT = "law_enforcement"
    DIRECTORY = "directory"
    REGULATOR_COMPLAINT = "regulator_complaint"
    EDUCATION = "education"
    HASH_REMOVAL = "hash_removal"
    SEARCH_DELISTING = "search_delisting"
    TRAFFICKING = "trafficking"


class AgeAtImage(StrEnum):
    """Age of the person in the picture when it was made, never of the reader."""

    UNDER_18 = "under_18"
    OVER_18 = "over_18"
    ANY = "any"


class Who(StrEnum):
    MINOR = "minor"
    ADULT = "adult"
    PARENT = "parent"
    PROFESSIONAL = "professional"


class Asker(StrEnum):
    """Who fills this in."""

    SELF = "self"  # the person in the picture
    PARENT = "parent"  # parent or guardian of the person in the picture
    ADVOCATE = "advocate"  # helpline, lawyer, advocate: acts with the person's written authority
    FRIEND = "friend"  # friend, teacher, stranger: may use a hotline, signs nothing


class Age(StrEnum):
    """Age bands. NOT_SURE counts as under 18 everywhere."""

    UNDER_13 = "under_13"
    FROM_13 = "13_15"
    FROM_16 = "16_17"
    ADULT = "adult"
    NOT_SURE = "not_sure"

    @property
    def counts_as_minor(self) -> bool:
        return self is not Age.ADULT


class Picture(StrEnum):
    """What kind of picture. AI: made by software and looks real. DRAWN: drawn or clearly not real."""

    REAL = "real"
    EDITED = "edited"
    AI = "ai"
    DRAWN = "drawn"
    NOT_SURE = "not_sure"


class Happened(StrEnum):
    POSTED = "posted"  # online or sent around
    THREAT = "threat"  # somebody threatens; nothing is out
    BOTH = "both"


class Consent(StrEnum):
    """Adults only: did the person shown agree that it is shown to others?"""

    NEVER = "never"
    WITHDRAWN = "withdrawn"
    NOT_SURE = "not_sure"


class Maker(StrEnum):
    """Who took the picture, or passed it on first."""

    SHOWN = "shown"  # the person in the picture
    OTHER = "other"
    NOT_SURE = "not_sure"


class Reported(StrEnum):
    """What became of an earlier report to the platform."""

    NOT_YET = "not_yet"
    SILENT = "silent"
    REFUSED = "refused"
    ASKED_MORE = "asked_more"
    PARTLY = "partly"
