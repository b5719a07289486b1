namespace ManagedTransformer.Data.Builtin;

/// <summary>The words of the story grammar. Within each list no entry begins with another one.</summary>
internal static class StoryWords
{
    /// <summary>The first <see cref="GirlCount"/> names are girls', the others boys'.</summary>
    public static readonly PhraseSet Names = new(
        "Anna", "Beth", "Clara", "Dora", "Ella", "Faye", "Grace", "Heidi", "Ivy", "June", "Kate", "Lucy", "Mia", "Nina", "Olive", "Rosa",
        "Adam", "Ben", "Carl", "David", "Eric", "Finn", "George", "Hugo", "Ivan", "Jack", "Kurt", "Leo", "Max", "Noah", "Oscar", "Tom");

    public const int GirlCount = 16;

    public const ulong Girls = (1UL << GirlCount) - 1;

    public static readonly PhraseSet Traits = new(
        "kind", "brave", "clever", "quiet", "cheerful", "shy", "curious", "jolly", "lively", "gentle", "proud", "hungry",
        "patient", "merry", "sleepy", "polite", "bold", "calm", "careful", "daring", "eager", "friendly", "grumpy", "humble", "idle",
        "lazy", "modest", "noisy", "playful", "restless", "serious", "stubborn");

    public static readonly PhraseSet TraitsWithArticle = Traits.WithArticle();

    public static readonly PhraseSet Homes = new(
        "house", "cottage", "mill", "farm", "tower", "cabin", "castle", "boat", "tent", "village", "inn", "town", "bakery", "lighthouse",
        "barn", "valley");

    public static readonly PhraseSet Places = new(
        "river", "forest", "market", "hill", "lake", "bridge", "beach", "garden", "school", "meadow", "harbour", "well", "orchard",
        "cave", "pond", "church", "station", "library", "fountain", "field", "crossroads", "windmill", "old oak", "quarry", "bay", "camp",
        "chapel", "cliff", "dock", "ferry", "fort", "grove", "hut", "island", "museum", "palace", "park", "playground", "ruin", "shore",
        "stable", "stream", "swamp", "theatre", "tunnel", "vineyard", "waterfall", "zoo");

    public static readonly PhraseSet Colours = new(
        "red", "blue", "green", "yellow", "white", "black", "brown", "pink", "grey", "purple", "orange", "golden", "silver", "violet",
        "copper", "ivory");

    public static readonly PhraseSet ColoursWithArticle = Colours.WithArticle();

    public static readonly PhraseSet Containers =
        new("box", "bag", "basket", "chest", "jar", "drawer", "tin", "case", "sack", "trunk", "pot", "crate");

    public static readonly PhraseSet Spots = new(
        "under the bed", "on the shelf", "behind the door", "near the stove", "in the attic", "below the stairs", "beside the window",
        "inside the cupboard", "by the clock", "over the fireplace", "among the books", "next to the lamp");

    public static readonly PhraseSet Treasures = new(
        "key", "ring", "map", "whistle", "feather", "lantern", "drum", "mirror", "flute", "compass", "bell", "kite", "pen", "crown",
        "spoon", "doll");

    /// <summary>The things that are counted, one; in the order of <see cref="Plurals"/>.</summary>
    public static readonly PhraseSet Singulars = new(
        "apple", "shell", "nut", "coin", "plum", "bead", "button", "cookie", "marble", "stone", "card", "berry", "egg", "ribbon",
        "candle", "stamp");

    public static readonly PhraseSet Plurals = new(
        "apples", "shells", "nuts", "coins", "plums", "beads", "buttons", "cookies", "marbles", "stones", "cards", "berries", "eggs",
        "ribbons", "candles", "stamps");

    public static readonly PhraseSet Numbers = new("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve");

    public static readonly PhraseSet Adjectives = new(
        "old", "tiny", "big", "wet", "soft", "dark", "bright", "round", "long", "thin", "odd", "cold", "warm", "neat", "dusty",
        "rusty", "empty", "heavy", "fine", "loud", "ugly", "pale", "rough", "smooth", "strange", "lovely", "broken", "new", "cheap",
        "plain", "wild", "funny", "ancient", "bent", "clean", "crooked", "deep", "dry", "early", "flat", "fresh", "giant", "green", "hard",
        "high", "hollow", "huge", "icy", "large", "light", "lost", "low", "muddy", "narrow", "painted", "quick", "rare", "sharp", "short",
        "simple", "steep", "sticky", "sweet", "wide");

    public static readonly PhraseSet AdjectivesWithArticle = Adjectives.WithArticle();

    public static readonly PhraseSet Things = new(
        "hat", "tree", "cart", "rope", "gate", "coat", "chair", "fence", "wheel", "cup", "knife", "table", "shoe", "ladder", "wall",
        "rock", "leaf", "nest", "flag", "barrel", "bucket", "bottle", "stick", "stove", "song", "cloud", "path", "roof", "bench", "net",
        "sign", "scarf", "axe", "ball", "blanket", "book", "boot", "bowl", "broom", "brush", "button", "clock", "door", "fan", "flower",
        "fork", "glove", "hammer", "kettle", "letter", "log", "mask", "paddle", "pillow", "plate", "puzzle", "saw", "shovel", "sled",
        "stool", "tray", "umbrella", "vase", "wagon");

    public static readonly PhraseSet Animals = new(
        "dog", "cat", "fox", "bear", "mouse", "owl", "rabbit", "goat", "duck", "horse", "hen", "frog", "sheep", "crow", "pig", "squirrel",
        "goose", "donkey", "badger", "swan", "turtle", "hedgehog", "robin", "beaver");

    public static readonly PhraseSet Foods = new(
        "bread", "cheese", "soup", "milk", "honey", "corn", "cake", "fish", "salad", "porridge", "jam", "rice", "butter", "carrots",
        "beans", "toast", "cream", "grapes", "grass", "hay", "meat", "oats", "pie", "turnips");

    public static readonly PhraseSet AnimalActs = new(
        "ran away", "sang", "fell asleep", "jumped", "danced", "looked up", "sat down", "hid", "waited", "yawned", "came closer",
        "turned around", "sneezed", "rolled over", "began to dig", "shook its head");

    public static readonly PhraseSet Feelings = new(
        "happy", "tired", "glad", "sad", "angry", "afraid", "calm", "lonely", "lucky", "bored", "thirsty", "eager", "lost",
        "safe", "surprised", "cross", "brave", "cold", "curious", "excited", "foolish", "grateful", "hopeful", "hungry", "jealous",
        "nervous", "proud", "rested", "shy", "sick", "strong", "warm");

    public static readonly PhraseSet Acts = new(
        "laughed", "sang", "smiled", "cried", "ran home", "sat down", "nodded", "waved", "clapped", "hummed", "danced",
        "whispered", "slept", "jumped up", "waited", "sighed", "blushed", "bowed", "coughed", "drew", "frowned", "giggled", "grinned",
        "hid", "kept quiet", "looked away", "prayed", "shouted", "shrugged", "stood still", "walked on", "yawned");

    public static readonly PhraseSet Weather = new(
        "rain", "snow", "wind", "fog", "sun", "hail", "storm", "frost", "thunder", "mist", "heat", "moonlight", "dark", "cold",
        "shade", "twilight");

    public static readonly PhraseSet Elders = new("Grandma", "Father", "the teacher", "Uncle Bill", "Mother", "the baker", "Aunt May",
        "the miller");

    public static readonly PhraseSet Days = new("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

    public static readonly PhraseSet Openings = new(["Once upon a time ", "On "], [3, 1]);

    public static readonly PhraseSet Kinds = new(" girl named ", " boy named ");

    /// <summary>Ways to begin the next scene; the one at <see cref="EndingLink"/> begins the end of the story.</summary>
    public static readonly PhraseSet Links = new(
        [
            " In the evening ", " Then ", " Soon ", " Later ", " After that ", " Next ", " At noon ", " The next day ", " Now ", " Again ",
            " At once ", " Outside ", " Meanwhile ", " Once more ", " By and by ", " Suddenly ", " Before long ",
        ],
        [6, 3, 3, 3, 1, 3, 1, 1, 3, 2, 2, 2, 1, 1, 1, 1, 1]);

    public const int EndingLink = 0;

    /// <summary>
    /// Continuations of a scene after the name, in the order of <see cref="StoryScene"/>; every verb from "saw" on begins
    /// <see cref="StoryScene.Do"/>.
    /// </summary>
    public static readonly PhraseSet Scenes = new(
        [
            " went to the ", " found ", " gave ", " passed the ", " said, \"", " felt ", " met ",
            " saw ", " bought ", " sold ", " drew ", " broke ", " carried ", " painted ", " cleaned ", " hid ", " washed ", " lost ",
            " fixed ", " kicked ", " lifted ", " built ", " borrowed ", " dropped ", " touched ", " wanted ", " made ", " kept ", " used ",
            " pushed ", " pulled ", " threw ", " missed ",
        ],
        [10, 12, 15, 24, 16, 10, 14, 6, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]);

    /// <summary>Continuations of a list of things: its end, one more, the last one, or a third party.</summary>
    public static readonly PhraseSet Lists = new([".", ", ", " and ", " for "], [2, 5, 5, 1]);

    public static readonly PhraseSet Purposes = new(" together", " for ", " but only saw ");

    /// <summary>Questions of the elder: colour, holder, place, counts.</summary>
    public static readonly PhraseSet Questions = new(" \"What colour is the ", " \"Who has the ", " \"Where is the ", " \"How many ");

    public static readonly PhraseSet Wishes = new("I want ", "I like ", "I can see ", "You need ", "We must find ", "There is ",
        "My sister has ", "Look, here is ");

    public static readonly PhraseSet Replies = new(
        "So it is", "I know", "Are you sure", "How nice", "Me too", "That is true", "Not now", "Thank you", "Well done",
        "Let us go", "Oh dear", "Why not", "Maybe tomorrow", "Yes indeed", "Of course", "Good", "Never mind", "Hurry up", "Wait",
        "Look here", "Come along", "Please stop",
        "Really", "Be quiet");

    public static readonly PhraseSet Closings = new(
        "they all went to bed", "the stars came out", "nobody was hungry any more", "everyone ate some cake", "it was time to sleep",
        "everyone clapped",
        "the story was over", "the moon rose over the roofs");
}
