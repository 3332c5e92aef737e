"""Talk without tools: greetings, sums, counting, names, repeating; each as (request, answer)."""
# ruff: noqa: E501, SIM905  (lists of phrases read better as long lines of text)

from training import values
from training.names import Source
from training.words import COMMON, THINGS

_HELLO = (
    "Hello!|Hello|Hi|Hi!|Hi there|Hi there!|Hey|Hey!|Hello there!|Good morning|Good morning!|Good evening!|Good afternoon|"
    "hello|hi|hey there|Greetings!|Hello, how are you?|Hi, how are you?|How are you?|How are you doing?|What's up?|Howdy!"
).split("|")
_THANKS = "Thanks!|Thank you|Thank you!|Thanks a lot|thanks|Great, thanks!|Thank you very much!|Perfect, thank you.|Nice, thanks".split(
    "|"
)
_BYE = "Bye|Bye!|Goodbye|Goodbye!|See you|See you later!|bye|Good night!|See you tomorrow".split("|")
_WHO = "Who are you?|What are you?|What is your name?|What's your name?|who are you|Tell me about yourself|Introduce yourself".split(
    "|"
)
_HELP = "What can you do?|Can you help me?|Help|Help me|How can you help me?|I need help|Can you help?".split("|")
_YES = "Are you there?|Are you ready?|Can you hear me?|Ready?|Is this working?|Test|Testing|ping|Are you a robot?|Are you an AI?".split(
    "|"
)
_HELLO_ANSWER = "Hello! How can I help you today?"
_SUMS = (
    "What is {a}+{b}?|What is {a} + {b}?|What's {a}+{b}?|What's {a} + {b}?|{a}+{b}|{a} + {b}|{a}+{b}=?|{a} + {b} = ?|"
    "Calculate {a} + {b}|Calculate {a}+{b}.|Compute {a} + {b}.|How much is {a} + {b}?|How much is {a}+{b}?|Add {a} and {b}|"
    "Add {b} to {a}@|What is {a} plus {b}?|What's {a} plus {b}?|How much is {a} plus {b}?|Sum {a} and {b}.|{a} plus {b}|"
    "What is the sum of {a} and {b}?|Tell me the sum of {a} and {b}.|Can you add {a} and {b}?|Please add {a} and {b}.|"
    "Please calculate {a} + {b}|Can you tell me what {a} + {b} is?|What do you get when you add {a} and {b}?|"
    "Find the sum of {a} and {b}|Solve {a} + {b}|Solve: {a}+{b}|What does {a} + {b} equal?|{a} and {b} makes how much?|"
    "I have {a} apples and get {b} more. How many apples do I have?|what is {a}+{b}|what is {a} + {b}|"
    "Evaluate {a}+{b}|Give me {a} + {b}|Do you know what {a} + {b} is?|Work out {a} + {b}|{a}+{b} is what?"
).split("|")
_COUNTS = (
    "Count from {a} to {b}|Count from {a} to {b}.|Count from {a} to {b}!|Please count from {a} to {b}|Count {a} to {b}|count from {a} to {b}|"
    "Can you count from {a} to {b}?|List the numbers from {a} to {b}|Count up from {a} to {b}.|Give me the numbers {a} to {b}|"
    "Write the numbers from {a} to {b}.|Numbers from {a} to {b}|Print the numbers {a} to {b}|Say the numbers from {a} to {b}|"
    "Could you please count from {a} to {b}?|Start at {a} and count to {b}|Show me the numbers from {a} to {b}"
).split("|")
_QUESTIONS = (
    "What is the capital of {}?|Who wrote {}?|Who is the president of {}?|When was {} born?|How old is {}?|Write a poem about {}|"
    "Write a story about {}.|Explain {}|Explain {} to me.|How does {} work?|Why is {} important?|What is the history of {}?|"
    "How do I make {}?|What do you think about {}?|Where is {}?|Where can I buy {}?|What is the best {}?|Write an essay about {}|"
    "What is the meaning of {}?|How many {} are there?|Summarize {}|Who invented {}?|What causes {}?|Give me advice about {}|"
    "Write code for {}|How far is {}?|What happened in {}?|Is {} good for me?|Which {} should I choose?|What are {}?|"
    "Can you explain how {} works?|What is the difference between {} and music?|Why do people like {}?|Teach me about {}"
).split("|")
_REPEATS = (
    "Repeat: {}|Say {}|Repeat after me: {}|Echo {}|Repeat {}|Please say {}|Write {}|Type {}|Copy this: {}|Echo: {}|"
    "Say the word {}|Print {}|Please repeat: {}|Just say {}|Output {}|Respond with {}|Reply with {}|Answer with {}|Say: {}"
).split("|")


def small_talk(src: Source) -> tuple[str, str]:
    """A greeting, thanks, a goodbye, or a question about the assistant."""
    roll = src.rng.random()
    if roll < 0.5:
        return src.pick(_HELLO), _HELLO_ANSWER
    pairs = [
        (_THANKS, "You're welcome!"),
        (_BYE, "Goodbye!"),
        (_WHO, "I am FlowGen Nano, a tiny language model."),
        (_HELP, "I can chat, add numbers, count, write JSON and call tools."),
        (_YES, "Yes, I am ready."),
    ]
    asked, answered = src.pick(pairs)
    return src.pick(asked), answered


def addition(src: Source) -> tuple[str, str]:
    """A sum of two numbers below 100, now and then of small ones or of three."""
    top = 99 if src.chance(0.8) else 12
    a, b = src.rng.randint(0, top), src.rng.randint(0, top)
    style = src.pick(_SUMS)
    if style.endswith("@"):
        return style[:-1].format(a=b, b=a).replace(f"Add {a} to {b}", f"Add {b} to {a}"), f"{a} + {b} = {a + b}."
    return style.format(a=a, b=b), f"{a} + {b} = {a + b}."


def drill(src: Source) -> list[tuple[str, bool]]:
    """A page of sums as rendered pieces; only the totals are answers, for the numbers before them are anyone's guess."""
    ask = src.pick(["Add some numbers", "Write some sums", "Practice addition", "Show me sums", "Sums, please"])
    text = f"<|startoftext|><|im_start|>user\n{ask}<|im_end|>\n<|im_start|>assistant\n"
    out = []
    for _ in range(src.rng.randint(8, 30)):
        top = 99 if src.chance(0.85) else 20
        a, b = src.rng.randint(0, top), src.rng.randint(0, top)
        out += [(f"{text}{a} + {b} =", False), (f" {a + b}.", True)]
        text = " "
    return [*out, ("", False)]


def unknown(src: Source) -> tuple[str, str]:
    """A question about the world, which a model of this size does not know."""
    about = src.word() if src.chance(0.4) else src.pick(THINGS) if src.chance(0.5) else src.pick(COMMON)
    return src.pick(_QUESTIONS).format(about), "I am a tiny model and do not know that."


def arithmetic(src: Source) -> tuple[str, str]:
    """A difference, or a product of the times tables."""
    if src.chance(0.5):
        a, b = sorted((src.rng.randint(0, 99), src.rng.randint(0, 99)), reverse=True)
        style = src.pick(
            [
                "What is {a} - {b}?",
                "{a}-{b}",
                "What is {a}-{b}?",
                "{a} minus {b}",
                "Calculate {a} - {b}",
                "How much is {a} - {b}?",
            ]
        )
        return style.format(a=a, b=b), f"{a} - {b} = {a - b}."
    a, b = src.rng.randint(0, 10), src.rng.randint(0, 10)
    style = src.pick(
        [
            "What is {a} * {b}?",
            "{a}*{b}",
            "What is {a} times {b}?",
            "{a} x {b}",
            "Calculate {a} * {b}",
            "Multiply {a} by {b}",
        ]
    )
    return style.format(a=a, b=b), f"{a} * {b} = {a * b}."


def counting(src: Source) -> tuple[str, str]:
    """A range of up to 20 numbers."""
    start = 1 if src.chance(0.6) else src.rng.randint(0, 80)
    end = start + src.rng.randint(1, 19)
    return src.pick(_COUNTS).format(a=start, b=end), ", ".join(map(str, range(start, end + 1)))


def repeating(src: Source) -> tuple[str, str]:
    """Something to say back, as it stands."""
    roll = src.rng.random()
    if roll < 0.35:
        text = " ".join(src.word() for _ in range(src.rng.randint(1, 5)))
    elif roll < 0.5:
        text = " ".join(
            src.pick([values.code, values.name_word, values.email, values.path])(src)
            for _ in range(src.rng.randint(1, 3))
        )
    else:
        text = values.string(src)
    style = src.pick(_REPEATS)
    return style.format(values.quoted(src, text) if src.chance(0.3) else text), text


def named(src: Source) -> list[tuple[str, str]]:
    """A person gives a name (or a favourite thing) and asks for it later."""
    who = values.name_word(src) if src.chance(0.7) else values.person(src)
    if src.chance(0.7):
        tell = src.pick(
            [
                "My name is {}.",
                "My name is {}",
                "I am {}.",
                "I'm {}",
                "Hi, I'm {}.",
                "Hello, my name is {}.",
                "Call me {}.",
                "Hi! My name is {}.",
            ]
        )
        ask = src.pick(
            [
                "What is my name?",
                "What's my name?",
                "Who am I?",
                "Do you know my name?",
                "Do you remember my name?",
                "what is my name",
            ]
        )
        return [(tell.format(who), f"Nice to meet you, {who}!"), (ask, f"Your name is {who}.")]
    thing = src.pick(["color", "food", "city", "book", "song", "animal", "number", "team"])
    value = src.word() if src.chance(0.6) else values.city(src)
    tell = src.pick(["My favorite {} is {}.", "My favorite {} is {}", "Remember that my {} is {}."])
    ask = src.pick(
        ["What is my favorite {}?", "What's my favorite {}?", "Do you remember my favorite {}?", "What is my {}?"]
    )
    return [
        (tell.format(thing, value), "Okay, I will remember that."),
        (ask.format(thing), f"Your {thing} is {value}."),
    ]
