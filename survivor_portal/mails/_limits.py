"""How much of a mail is looked at. What is larger, deeper or longer is refused or cut."""

LARGEST = 1024 * 1024  # bytes of a whole mail, as announced to who sends it
MOST_PARTS = 50
DEEPEST = 8
LONGEST_HEADER = 32 * 1024
LONGEST_PART_HEADER = 4 * 1024  # what says of which kind a part is
MOST_HEADERS = 300
MOST_TAGS = 5_000
LONGEST = 100_000  # characters of text that are kept
# What is looked at to find them: cutting comes after this, and costs what is there.
LONGEST_LOOKED_AT = 4 * LONGEST
MOST_CONTROLS = 0.02
LONGEST_SUBJECT = 200
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3 with its brackets
LONGEST_ID = 250
LONGEST_LINK = 2_000
